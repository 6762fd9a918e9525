//! What a soak's events go through: functions, fault layers, the local stack.

use std::path::{Path, PathBuf};
use std::sync::Arc;

use dataconnect::operation::Operation;
use dataconnect_local::REGION;
use dataconnect_local::template::Template;

use super::plan::Plan;
use super::stack::Stack;
use crate::audit::Places;
use crate::faults::{FaultPlan, Layers};
use crate::fixtures::function_of;
use crate::fleet::{Fleet, Manning};
use crate::function::Environment;
use crate::receiver::template;
use crate::sender::Script;

/// All but the stack itself, which is killed and restarted.
pub(super) struct Surroundings {
    pub(super) places: Places,
    pub(super) layers: Layers,
    pub(super) fleet: Arc<Fleet>,
    pub(super) logs: PathBuf,
}

impl Surroundings {
    pub(super) async fn start(plan: &Plan, script: &Script) -> anyhow::Result<(Self, Stack)> {
        let template = template();
        let stack = Stack::start(plan.binaries.join("dataconnect-local"), plan.folder.clone()).await?;
        let layers = Layers::start(stack.dynamodb(), stack.s3(), &FaultPlan::mixture(plan.seed, plan.faults)).await;
        let places = Places::of(&template, format!("http://{}", stack.dynamodb()), format!("http://{}", stack.s3()));
        let logs = plan.folder.join("logs");
        let access_list = script.tokens.access_list();
        let fleet = Fleet::start(&Manning {
            binaries: &plan.binaries,
            environment: &|operation, number| {
                environment(&template, operation, &layers, &access_list, plan.clock(number))
            },
            instances: &|operation| plan.instances_of(operation),
            logs: &logs,
        })?;
        Ok((Self { places, layers, fleet: Arc::new(fleet), logs }, stack))
    }
}

/// What a deployment gives the function of an operation, with the fault layers in the stores' place.
fn environment(
    template: &Template,
    operation: &Operation,
    layers: &Layers,
    access_list: &str,
    clock: Option<(&Path, &str)>,
) -> Environment {
    let mut environment = template.environment_of(&function_of(template, operation));
    let mut set = |name: &str, value: &str| environment.insert(name.to_owned(), value.to_owned());
    set("ACCESS_TOKENS", access_list);
    set("AWS_ENDPOINT_URL_DYNAMODB", &layers.dynamodb.endpoint());
    set("AWS_ENDPOINT_URL_S3", &layers.s3.endpoint());
    set("AWS_REGION", REGION);
    set("AWS_ACCESS_KEY_ID", "local");
    set("AWS_SECRET_ACCESS_KEY", "local");
    set("AWS_EC2_METADATA_DISABLED", "true");
    if let Some((library, clock)) = clock {
        set("LD_PRELOAD", &library.to_string_lossy());
        set("FAKETIME", clock);
        set("DONT_FAKE_MONOTONIC", "1");
    }
    environment
}
