//! The Lambda function of one operation; what the operation is stands with its payload.

use std::process::ExitCode;

use dataconnect::payload::DELETE_PUNCHES;

#[tokio::main(flavor = "current_thread")]
async fn main() -> ExitCode {
    dataconnect::serve(&DELETE_PUNCHES).await
}
