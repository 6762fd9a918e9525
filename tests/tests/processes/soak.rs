//! A minute of the soak. `make soak` runs ten.

use std::io::{self, Write};

use dataconnect::payload::POST_PUNCHES;
use tests::soak::{Plan, Soak};

use crate::binary;

#[tokio::test(flavor = "multi_thread")]
#[ignore = "takes a minute; `make test` runs it"]
async fn under_faults_kills_outages_and_restarts_every_promise_is_kept() {
    let folder = tempfile::tempdir().unwrap();
    let binaries = binary(&POST_PUNCHES).parent().unwrap().to_owned();
    let soak = Soak::run(Plan::short(1, binaries, folder.path().to_owned()), |_, _| {}).await.unwrap();
    writeln!(io::stdout(), "{soak}").unwrap();
    let found: Vec<_> = soak.findings().take(20).map(ToString::to_string).collect();
    assert!(found.is_empty(), "{found:#?}");
    assert!(soak.search.leaks.is_empty(), "{:?}", soak.search.leaks);
    assert!(soak.is_clean(), "not reconciled: {:?}, {} left", soak.reconciled, soak.audit_after.orphans);

    // It was a soak at all.
    let total = soak.audit.total();
    assert!(total.acknowledged * 100 > soak.script.events.len() * 99, "{total:?}");
    assert!(soak.faults.values().sum::<u64>() * 20 > soak.requests, "{:?} of {}", soak.faults, soak.requests);
    assert!(soak.killed > 10 && soak.done.restarts == 2 && soak.done.outages == 3, "{:?}", soak.done);
    assert!(soak.search.lines > soak.script.events.len() && soak.search.secrets > 100, "{:?}", soak.search);
}
