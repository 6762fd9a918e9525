//! Ctrl-C.

/// Ready when Ctrl-C was pressed. Where it cannot be listened to, never: then it ends the program as it always did.
pub async fn interrupted() {
    if tokio::signal::ctrl_c().await.is_err() {
        std::future::pending::<()>().await;
    }
}
