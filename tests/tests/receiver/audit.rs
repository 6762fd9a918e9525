//! The audit clears the receiver, and finds each one that breaks a promise.

mod broken;

use std::sync::Arc;
use std::sync::atomic::AtomicUsize;
use std::time::Duration;

use dataconnect_local::stack::LocalStack;
use tests::audit::{Audit, Breach, Holdings, Places};
use tests::faults::{Fault, FaultPlan, Layers};
use tests::fleet::Front;
use tests::receiver::template;
use tests::sender::{Delivering, Script, deliver};

use tokio::task::JoinSet;

use broken::{Conduct, InProcess};

/// Enough for each way of going wrong to be gone many times.
const EVENTS: usize = 300;
/// Many more faults than a receiver meets, so that what goes wrong once in a thousand does so here.
const FAULTS: f64 = 0.25;
/// So many more that a store refuses all three tries of a call now and then.
const FAULTS_IN_A_ROW: f64 = 0.4;

/// Sends a script to a receiver on a stack of its own, behind faults, and audits what it made of it.
async fn audit(seed: u64, faults: f64, conduct: Conduct) -> Audit {
    let (template, script) = (template(), Script::new(seed, EVENTS));
    let stack = LocalStack::memory(&template).expect("the local stack starts");
    let places = Places::of(&template, stack.dynamodb_endpoint(), stack.s3_endpoint());
    let [dynamodb, s3] = [&places.dynamodb, &places.s3].map(|endpoint| crate::faults::address(endpoint));
    let layers = Layers::start(dynamodb, s3, &quick(FaultPlan::mixture(seed, faults))).await;
    let receiver = InProcess::new(conduct, &places, &layers, &script.tokens);
    let front = Front::start(Arc::new(receiver)).await;
    let how = Delivering {
        url: front.url(),
        duration: Duration::from_secs(12),
        patience: Duration::from_mins(2),
        longest_pause: Duration::from_millis(500),
        concurrency: 40,
        ended: Arc::new(AtomicUsize::new(0)),
    };
    let ledger = deliver(&script, &how).await;
    Audit::of(&script, &ledger, &Holdings::read(&places).await)
}

/// The plan without what takes seconds by itself.
fn quick(mut plan: FaultPlan) -> FaultPlan {
    plan.weights.retain(|(fault, _)| ![Fault::Slow, Fault::Hang, Fault::SlowBody].contains(fault));
    plan
}

#[tokio::test(flavor = "multi_thread")]
async fn the_receiver_as_it_is_keeps_every_promise() {
    for seed in [1, 2] {
        let audit = audit(seed, FAULTS, Conduct::AsItIs).await;
        assert!(audit.findings.is_empty(), "seed {seed}: {:#?}", audit.findings);
        let total = audit.total();
        assert!(total.acknowledged > EVENTS * 9 / 10 && total.duplicates > 10, "{total:?}");
        assert!(total.corrected > 10 && total.deleted > 5, "{total:?}");
    }
}

/// All at once, since most of a trial is waiting.
#[tokio::test(flavor = "multi_thread")]
async fn each_receiver_that_breaks_a_promise_is_found() {
    let mut trials = JoinSet::new();
    for (conduct, breach) in [
        (Conduct::AcknowledgesBeforeTheWrite, Breach::Lost),
        (Conduct::PutsUnconditionally, Breach::Lost),
        (Conduct::RemovesWhatIsDeleted, Breach::Lost),
        (Conduct::SkipsTheArchiveOnError, Breach::Lost),
        (Conduct::ReadsThenWrites, Breach::Lost),
        (Conduct::TakesRepeatsForNew, Breach::Doubled),
        (Conduct::RevivesThePunch, Breach::Wrong),
        (Conduct::MixesTenantsUp, Breach::Stranger),
        (Conduct::LetsAnybodyIn, Breach::Stranger),
        (Conduct::RefusesDrift, Breach::Refused),
    ] {
        trials.spawn(async move { (conduct, breach, audit(1, FAULTS_IN_A_ROW, conduct).await) });
    }
    for (conduct, breach, audit) in trials.join_all().await {
        let found: Vec<_> = audit.findings.iter().take(10).map(ToString::to_string).collect();
        assert!(audit.count(breach) > 0, "{conduct:?}: no {breach:?} in {found:#?}");
    }
}
