//! The receiver of each operation against one local stack in memory, renewed before it has grown large.

use dataconnect::archive::Archive;
use dataconnect::auth::Gate;
use dataconnect::operation::Operation;
use dataconnect::payload::OPERATIONS;
use dataconnect::pipeline::Pipeline;
use dataconnect::table::Table;
use dataconnect_local::stack::LocalStack;
use tests::receiver::{access_tokens, template};
use tests::stores::{Stores, dynamodb, s3};
use tokio::runtime::{Builder, Runtime};

/// Requests that one stack takes.
const LIFETIME: usize = 5_000;

pub(crate) struct World {
    pub(crate) runtime: Runtime,
    receivers: Vec<(Pipeline, Stores)>,
    requests: usize,
    // Dropped last: the clients above hold connections to it.
    _stack: LocalStack,
}

impl World {
    pub(crate) fn new() -> Self {
        let stack = LocalStack::memory(&template()).expect("the local stack starts");
        let receivers = OPERATIONS.iter().map(|operation| receiver(&stack, operation)).collect();
        let runtime = Builder::new_current_thread().enable_all().build().expect("a runtime");
        Self { runtime, receivers, requests: 0, _stack: stack }
    }

    /// Counts a request, and says whether it was the last that this world takes.
    pub(crate) fn is_old(&mut self) -> bool {
        self.requests += 1;
        self.requests > LIFETIME
    }

    pub(crate) fn receiver(&self, operation: &Operation) -> &(Pipeline, Stores) {
        let found = self.receivers.iter().find(|(pipeline, _)| pipeline.operation.name == operation.name);
        found.expect("a receiver of every operation")
    }
}

fn receiver(stack: &LocalStack, operation: &'static Operation) -> (Pipeline, Stores) {
    let stores = Stores::of(stack, operation);
    let pipeline = Pipeline {
        operation,
        gate: Gate::Tokens(access_tokens().parse().expect("an access list")),
        record_id: operation.record_id.parse().expect("a rule"),
        archive: Archive::new(s3(stack.s3_endpoint()), stores.bucket.clone()),
        table: Table::new(dynamodb(stack.dynamodb_endpoint()), stores.table.clone()),
    };
    (pipeline, stores)
}
