//! What breaks while a soak runs, besides single requests: instances, stores, the local stack as a whole.

use std::sync::Arc;
use std::time::Duration;

use tokio::time::{Instant, interval, sleep, sleep_until};

use super::plan::Plan;
use super::stack::Stack;
use crate::faults::Layers;
use crate::fleet::Fleet;

/// What is out of order.
#[derive(Debug, Clone, Copy)]
enum Breakdown {
    DynamoDb,
    S3,
    Both,
    /// The local stack is killed and started again.
    Stack,
}

/// What breaks when, and for how long, in parts of the whole.
const BREAKDOWNS: [(f64, f64, Breakdown); 5] = [
    (0.15, 0.05, Breakdown::DynamoDb),
    (0.30, 0.05, Breakdown::S3),
    (0.45, 0.20, Breakdown::Both),
    (0.75, 0.002, Breakdown::Stack),
    (0.85, 0.002, Breakdown::Stack),
];

/// What was done.
#[derive(Debug, Clone, Copy, Default)]
pub struct Done {
    /// How often a store did not answer at all for a while.
    pub outages: u32,
    /// For how long, together.
    pub outage: Duration,
    /// How often the local stack was killed.
    pub restarts: u32,
}

/// Kills instances, one at a time, as long as new events come: a repeat must get through at last.
pub(super) async fn kill_instances(plan: Arc<Plan>, fleet: Arc<Fleet>) {
    let mut chance = fastrand::Rng::with_seed(plan.seed);
    let over = Instant::now() + plan.duration;
    let mut ticks = interval(plan.kill_every);
    while Instant::now() < over {
        ticks.tick().await;
        let number = chance.usize(..fleet.instances());
        // If all are idle just now, the first that is not.
        while !fleet.kill_in_mid_request(number) {
            sleep(Duration::from_millis(1)).await;
        }
    }
}

/// Breaks one thing after the other, and mends it.
pub(super) async fn break_down(plan: Arc<Plan>, layers: Layers, mut stack: Stack) -> anyhow::Result<(Done, Stack)> {
    let began = Instant::now();
    let mut done = Done::default();
    for (at, part, breakdown) in BREAKDOWNS {
        sleep_until(began + plan.duration.mul_f64(at)).await;
        let time = plan.duration.mul_f64(part);
        let down = |dynamodb, s3| {
            layers.dynamodb.set_outage(dynamodb);
            layers.s3.set_outage(s3);
        };
        match breakdown {
            Breakdown::DynamoDb => down(true, false),
            Breakdown::S3 => down(false, true),
            Breakdown::Both => down(true, true),
            Breakdown::Stack => {
                stack.kill_and_restart(time).await?;
                done.restarts += 1;
                continue;
            }
        }
        sleep(time).await;
        down(false, false);
        done.outages += 1;
        done.outage += time;
    }
    Ok((done, stack))
}
