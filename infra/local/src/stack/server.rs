//! The thread that serves both protocols.

use std::{
    io,
    net::{Ipv4Addr, TcpListener},
    thread::{self, JoinHandle},
    time::Duration,
};

use dynoxide::Database;
use tokio::{runtime, sync::watch, time::timeout};

use super::StackError;
use crate::s3::S3;

/// How long requests under way may take to end when the stack stops. A client that sent half a request would otherwise
/// hold it for ever.
const GRACE: Duration = Duration::from_secs(2);

/// The serving thread. It ends when this is dropped.
pub(super) struct Server {
    shutdown: watch::Sender<bool>,
    thread: Option<JoinHandle<()>>,
}

/// Listens on loopback.
pub(super) fn bind(service: &'static str, port: u16) -> Result<TcpListener, StackError> {
    let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, port));
    let listener = listener.and_then(|listener| listener.set_nonblocking(true).map(|()| listener));
    listener.map_err(|source| StackError::Port { service, port, source })
}

impl Server {
    pub(super) fn start(dynamodb: TcpListener, database: Database, s3: TcpListener, objects: S3) -> io::Result<Self> {
        let (shutdown, stopping) = watch::channel(false);
        let runtime =
            runtime::Builder::new_multi_thread().worker_threads(2).thread_name("local-stack").enable_all().build()?;
        let (dynamodb, s3) = {
            let _guard = runtime.enter();
            (tokio::net::TcpListener::from_std(dynamodb)?, tokio::net::TcpListener::from_std(s3)?)
        };
        let thread = thread::Builder::new().name("local-stack-main".to_owned()).spawn(move || {
            runtime.block_on(async {
                let mut stop = stopping.clone();
                let serving = async {
                    tokio::join!(
                        dynoxide::server::serve_with_shutdown(dynamodb, database, stopped(stopping.clone())),
                        objects.serve(s3, stopped(stopping)),
                    )
                };
                tokio::pin!(serving);
                tokio::select! {
                    _ = &mut serving => {}
                    _ = stop.wait_for(|stop| *stop) => drop(timeout(GRACE, serving).await),
                }
            });
            runtime.shutdown_timeout(Duration::from_millis(100));
        })?;
        Ok(Self { shutdown, thread: Some(thread) })
    }
}

/// Resolves when the stack is to stop, or nobody is left who could say so.
async fn stopped(mut stopping: watch::Receiver<bool>) {
    drop(stopping.wait_for(|stop| *stop).await);
}

impl Drop for Server {
    fn drop(&mut self) {
        // Nobody listens any more only if the thread has ended already.
        let _ = self.shutdown.send(true);
        if let Some(thread) = self.thread.take() {
            // A panic in there has been printed by the thread itself.
            drop(thread.join());
        }
    }
}
