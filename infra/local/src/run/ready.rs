//! Waiting until every function answers. The first request to each one has it compiled and started.

use std::{fs, io, net::SocketAddr, path::Path, time::Duration};

use anyhow::bail;
use futures_util::future::try_join_all;
use tokio::{
    io::{AsyncReadExt, AsyncWriteExt},
    net::TcpStream,
    time::{sleep, timeout},
};

use super::{Operation, watch};

/// What an operation answers to a request without a token. Nothing else shows so well that it runs, and leaves no trace.
const UNAUTHORIZED: u16 = 401;

const NOT_FOUND: u16 = 404;

/// What `cargo lambda watch` logs of a function that ended. It does not start it again until a source file changes.
const ENDED: &str = "command exited";

const INTERVAL: Duration = Duration::from_millis(100);
/// For one request, which waits while its function is compiled.
const PATIENCE: Duration = Duration::from_mins(1);

/// Resolves when all operations answer; fails as soon as one of them never will.
pub(super) async fn wait(address: SocketAddr, operations: &[Operation], log: &Path) -> anyhow::Result<()> {
    let answers = operations.iter().map(|operation| answer(address, operation));
    tokio::select! {
        all = try_join_all(answers) => all.map(drop),
        // No request would tell: those to a function that has ended wait until they are given up.
        () = logged(log, ENDED) => {
            bail!("a function ended at its start. The end of {}:\n{}", log.display(), watch::tail(log))
        }
    }
}

async fn answer(address: SocketAddr, operation: &Operation) -> anyhow::Result<()> {
    loop {
        match timeout(PATIENCE, probe(address, operation)).await {
            Ok(Ok(UNAUTHORIZED)) => return Ok(()),
            Ok(Ok(NOT_FOUND)) => bail!(
                "{} {} leads nowhere: it is missing in [workspace.metadata.lambda.watch.router] of Cargo.toml",
                operation.route.method,
                operation.route.path
            ),
            // It does not listen yet, or the function takes longer to compile than a request may wait.
            _ => sleep(INTERVAL).await,
        }
    }
}

/// Resolves when the log holds `text`.
async fn logged(log: &Path, text: &str) {
    while !fs::read(log).is_ok_and(|bytes| String::from_utf8_lossy(&bytes).contains(text)) {
        sleep(INTERVAL).await;
    }
}

/// The status that the operation answers without a token.
async fn probe(address: SocketAddr, operation: &Operation) -> io::Result<u16> {
    let mut stream = TcpStream::connect(address).await?;
    let route = &operation.route;
    let request = format!(
        "{} {} HTTP/1.1\r\nHost: {address}\r\nContent-Length: 0\r\nConnection: close\r\n\r\n",
        route.method, route.path
    );
    stream.write_all(request.as_bytes()).await?;
    let mut answer = Vec::new();
    stream.read_to_end(&mut answer).await?;
    let answer = String::from_utf8_lossy(&answer);
    answer.split(' ').nth(1).and_then(|status| status.parse().ok()).ok_or_else(|| io::ErrorKind::InvalidData.into())
}

#[cfg(test)]
mod tests {
    use std::collections::VecDeque;

    use dataconnect_local::template::Route;
    use tokio::net::TcpListener;

    use super::*;

    /// What comes of waiting on a server that gives these answers, one after the other; `""` hangs up.
    async fn waited(answers: &'static [&'static str], logged: &str) -> Result<(), String> {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let address = listener.local_addr().unwrap();
        let server = async move {
            let mut answers = VecDeque::from_iter(answers);
            while let Ok((mut stream, _)) = listener.accept().await {
                // Without an answer left it is as slow as a function that has ended.
                let Some(status) = answers.pop_front() else { std::future::pending().await };
                assert!(stream.read(&mut [0; 1_000]).await.unwrap() > 0);
                stream.write_all(format!("HTTP/1.1 {status}\r\n\r\n").as_bytes()).await.unwrap();
            }
        };
        let log = tempfile::NamedTempFile::new().unwrap();
        fs::write(log.path(), logged).unwrap();
        let route = Route { method: "POST".to_owned(), path: "/punches".to_owned() };
        let operations = [Operation { binary: "post-punches".to_owned(), route }];
        tokio::select! {
            () = server => unreachable!("it serves for ever"),
            result = wait(address, &operations, log.path()) => {
                result.map_err(|error| error.to_string())
            }
        }
    }

    #[tokio::test]
    async fn an_operation_is_ready_when_it_asks_for_a_token() {
        assert_eq!(waited(&["408 Request Timeout", "", "200 OK", "401 Unauthorized"], "").await, Ok(()));
    }

    #[tokio::test]
    async fn a_route_that_leads_nowhere_is_an_error_at_once() {
        let error = waited(&["404 Not Found"], "").await.unwrap_err();
        assert!(error.starts_with("POST /punches leads nowhere"), "{error}");
    }

    #[tokio::test]
    async fn a_function_that_ended_is_an_error_with_the_end_of_the_log() {
        let logged = "PUNCHES_TABLE is not set\nERROR command exited code=ExitError(1)";
        let error = waited(&[], logged).await.unwrap_err();
        assert!(error.starts_with("a function ended at its start."), "{error}");
        assert!(error.ends_with(logged), "{error}");
    }
}
