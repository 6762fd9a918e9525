//! The Lambda function of one operation; what the operation is stands with its payload.

use std::process::ExitCode;

use dataconnect::payload::POST_INCIDENTS;

#[tokio::main(flavor = "current_thread")]
async fn main() -> ExitCode {
    dataconnect::serve(&POST_INCIDENTS).await
}
