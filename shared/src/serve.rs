//! A Lambda function of one operation.

use std::convert::Infallible;
use std::env;
use std::panic::AssertUnwindSafe;
use std::process::ExitCode;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Instant;

use futures_util::FutureExt;
use lambda_http::tower::ServiceExt;
use lambda_http::{Adapter, Body, Request, Response, service_fn};
use tokio::signal::unix::{SignalKind, signal};

use crate::answer::Answer;
use crate::archive::Archive;
use crate::clients::Clients;
use crate::config::{Config, ConfigError};
use crate::gateway::without_pitfalls;
use crate::operation::Operation;
use crate::pipeline::{Handled, Pipeline};
use crate::request::RequestIds;
use crate::table::Table;
use crate::telemetry::{self, Metrics, Summary};

/// Serves an operation until Lambda ends the process: all that a function's `main` does.
///
/// Fails, with a sentence in the log, when the environment does not say what [`Config`] needs.
pub async fn serve(operation: &'static Operation) -> ExitCode {
    telemetry::init();
    match run(operation).await {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            tracing::error!(operation = operation.name, "{error}");
            ExitCode::FAILURE
        }
    }
}

/// Why a function ends.
#[derive(Debug, thiserror::Error)]
enum ServeError {
    #[error(transparent)]
    Config(#[from] ConfigError),
    #[error("AWS_LAMBDA_RUNTIME_API is not set: Lambda and `cargo lambda watch` start this program, nobody by hand")]
    NoRuntime,
    #[error("signals cannot be received: {0}")]
    Signals(#[from] std::io::Error),
    #[error("the Lambda runtime failed: {0}")]
    Runtime(lambda_http::Error),
}

async fn run(operation: &'static Operation) -> Result<(), ServeError> {
    let config = Config::from_env(operation)?;
    if env::var_os("AWS_LAMBDA_RUNTIME_API").is_none_or(|address| address.is_empty()) {
        return Err(ServeError::NoRuntime);
    }
    // Before anything is waited for.
    let mut terminate = signal(SignalKind::terminate())?;
    let serving = async {
        let function = Function::new(operation, config).await;
        let answering = service_fn(|request| function.answer(request));
        lambda_runtime::run(Adapter::from(answering).map_request(without_pitfalls)).await
    };
    tokio::select! {
        ended = serving => ended.map_err(ServeError::Runtime),
        // Lambda freezes or ends a function between events. One that is ended within an event leaves nothing half done
        // that the sender's next try does not finish.
        _ = terminate.recv() => Ok(()),
    }
}

struct Function {
    pipeline: Pipeline,
    metrics: Metrics,
    has_answered: AtomicBool,
}

impl Function {
    async fn new(operation: &'static Operation, config: Config) -> Self {
        let clients = Clients::connected(&config.archive_bucket, &config.table).await;
        let pipeline = Pipeline {
            operation,
            gate: config.gate,
            record_id: config.record_id,
            archive: Archive::new(clients.s3, config.archive_bucket),
            table: Table::new(clients.dynamodb, config.table),
        };
        Self { pipeline, metrics: Metrics::new(&config.metrics_namespace), has_answered: AtomicBool::new(false) }
    }

    async fn answer(&self, request: Request) -> Result<Response<Body>, Infallible> {
        let started = Instant::now();
        let ids = RequestIds::of(&request);
        let handling = AssertUnwindSafe(self.pipeline.handle(request, &ids.request_id)).catch_unwind();
        // A panic costs one request. What it left half done, the sender's next try finishes.
        let panicked = Handled { answer: Answer::Failed { key: None }, token_name: None, body_bytes: 0 };
        let handled = handling.await.unwrap_or(panicked);
        Summary {
            operation: self.pipeline.operation,
            ids: &ids,
            handled: &handled,
            elapsed: started.elapsed(),
            cold_start: !self.has_answered.swap(true, Ordering::Relaxed),
        }
        .tell(&self.metrics);
        Ok(handled.answer.into_response(&ids.request_id))
    }
}
