//! A receiver on loopback, and the folder that `make run` would have left beside it.

use std::fs;
use std::sync::Arc;

use dataconnect::operation::Operation;
use serde_json::Value;
use tempfile::TempDir;
use tests::fleet::{Answer, Backend, Front};
use tests::receiver::{Receiver, TOKEN, stack};

struct InProcess;

impl Backend for InProcess {
    async fn answer(&self, operation: &'static Operation, event: Value) -> Answer {
        let seen = Receiver::of(operation).answer_event(event).await;
        Answer { status: seen.status, body: seen.body }
    }
}

/// A receiver that answers as long as this is held.
pub(crate) struct Running {
    pub(crate) front: Front,
    folder: TempDir,
}

impl Running {
    pub(crate) async fn start() -> Self {
        let (front, folder) = (Front::start(Arc::new(InProcess)).await, tempfile::tempdir().unwrap());
        let mut environment = stack().environment();
        environment.insert("DATACONNECT_URL".to_owned(), front.url());
        environment.insert("DATACONNECT_TOKEN".to_owned(), TOKEN.to_owned());
        let line = |(name, value): (String, String)| format!("export {name}='{value}'\n");
        fs::write(folder.path().join("env"), environment.into_iter().map(line).collect::<String>()).unwrap();
        Self { front, folder }
    }

    pub(crate) fn folder(&self) -> &str {
        self.folder.path().to_str().unwrap()
    }
}
