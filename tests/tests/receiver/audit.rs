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

use broken::{Conduct, InProcess};

/// Enough for each way of going wrong to be gone many times.
const EVENTS: usize = 500;
/// Many more faults than a receiver meets, so that what goes wrong once in a thousand does so here.
const FAULTS: f64 = 0.25;

/// Sends a script to a receiver on a stack of its own, behind faults, and audits what it made of it.
async fn audit(seed: u64, conduct: Conduct) -> Audit {
    let (template, script) = (template(), Script::new(seed, EVENTS));
    let stack = LocalStack::memory(&template).expect("the local stack starts");
    let places = Places::of(&template, stack.dynamodb_endpoint(), stack.s3_endpoint());
    let [dynamodb, s3] = [&places.dynamodb, &places.s3].map(|endpoint| crate::faults::address(endpoint));
    let layers = Layers::start(dynamodb, s3, &quick(FaultPlan::mixture(seed, FAULTS))).await;
    let receiver = InProcess::new(conduct, &places, &layers, &script.tokens);
    let front = Front::start(Arc::new(receiver)).await;
    let how = Delivering {
        url: front.url(),
        duration: Duration::from_secs(3),
        patience: Duration::from_mins(2),
        longest_pause: Duration::from_millis(500),
        concurrency: 500,
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

/// Whether an audit finds this of a receiver.
async fn assert_found(conduct: Conduct, breach: Breach) {
    let audit = audit(1, conduct).await;
    let found: Vec<_> = audit.findings.iter().take(10).map(ToString::to_string).collect();
    assert!(audit.count(breach) > 0, "no {breach:?} in {found:#?}");
}

#[tokio::test(flavor = "multi_thread")]
async fn the_receiver_as_it_is_keeps_every_promise() {
    for seed in [1, 2] {
        let audit = audit(seed, Conduct::AsItIs).await;
        assert!(audit.findings.is_empty(), "seed {seed}: {:#?}", audit.findings);
        let total = audit.total();
        assert!(total.acknowledged > EVENTS * 9 / 10 && total.duplicates > 10, "{total:?}");
        assert!(total.corrected > 10 && total.deleted > 5, "{total:?}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_receiver_that_acknowledges_before_the_write_is_found() {
    assert_found(Conduct::AcknowledgesBeforeTheWrite, Breach::Lost).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_receiver_that_puts_unconditionally_is_found() {
    assert_found(Conduct::PutsUnconditionally, Breach::Lost).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_receiver_whose_delete_removes_the_item_is_found() {
    assert_found(Conduct::RemovesWhatIsDeleted, Breach::Lost).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_receiver_that_skips_the_archive_on_error_is_found() {
    assert_found(Conduct::SkipsTheArchiveOnError, Breach::Lost).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_receiver_that_reads_and_then_writes_is_found() {
    assert_found(Conduct::ReadsThenWrites, Breach::Lost).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_receiver_that_takes_each_repeat_for_new_is_found() {
    assert_found(Conduct::TakesRepeatsForNew, Breach::Doubled).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_receiver_that_mixes_tenants_up_is_found() {
    assert_found(Conduct::MixesTenantsUp, Breach::Stranger).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_receiver_that_lets_anybody_in_is_found() {
    assert_found(Conduct::LetsAnybodyIn, Breach::Stranger).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_receiver_that_refuses_what_differs_from_the_documented_shape_is_found() {
    assert_found(Conduct::RefusesDrift, Breach::Refused).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_receiver_that_brings_a_late_punch_back_to_life_is_found() {
    assert_found(Conduct::RevivesThePunch, Breach::Wrong).await;
}
