//! The local stack as a process of its own, which can be killed.

use std::fs::File;
use std::io;
use std::net::{Ipv4Addr, SocketAddr, TcpListener};
use std::path::PathBuf;
use std::process::Stdio;
use std::time::Duration;

use anyhow::Context;
use tokio::net::TcpStream;
use tokio::process::{Child, Command};
use tokio::time::{sleep, timeout};

use crate::fixtures::root;
use crate::function::PATIENCE;

/// The local stack, on the same ports and data after every restart.
#[derive(Debug)]
pub(super) struct Stack {
    binary: PathBuf,
    folder: PathBuf,
    dynamodb: SocketAddr,
    s3: SocketAddr,
    child: Child,
}

impl Stack {
    /// Starts it, with its data in a folder.
    pub(super) async fn start(binary: PathBuf, folder: PathBuf) -> anyhow::Result<Self> {
        let [dynamodb, s3] = free_addresses()?;
        let child = spawn(&binary, &folder, [dynamodb, s3])?;
        let stack = Self { binary, folder, dynamodb, s3, child };
        stack.wait().await?;
        Ok(stack)
    }

    pub(super) fn dynamodb(&self) -> SocketAddr {
        self.dynamodb
    }

    pub(super) fn s3(&self) -> SocketAddr {
        self.s3
    }

    /// Kills it in the midst of what it does, and starts it again after a while.
    pub(super) async fn kill_and_restart(&mut self, down: Duration) -> anyhow::Result<()> {
        self.child.kill().await?;
        sleep(down).await;
        self.child = spawn(&self.binary, &self.folder, [self.dynamodb, self.s3])?;
        self.wait().await
    }

    async fn wait(&self) -> anyhow::Result<()> {
        let answering = async {
            for address in [self.dynamodb, self.s3] {
                while TcpStream::connect(address).await.is_err() {
                    sleep(Duration::from_millis(20)).await;
                }
            }
        };
        timeout(PATIENCE, answering).await.with_context(|| format!("see {}", log(&self.folder).display()))
    }
}

fn spawn(binary: &PathBuf, folder: &PathBuf, [dynamodb, s3]: [SocketAddr; 2]) -> anyhow::Result<Child> {
    let log = File::options().create(true).append(true).open(log(folder))?;
    let mut command = Command::new(binary);
    command.arg("stack").arg("--template").arg(root().join("template.yaml")).arg("--folder").arg(folder);
    command.arg("--dynamodb-port").arg(dynamodb.port().to_string()).arg("--s3-port").arg(s3.port().to_string());
    command.stdin(Stdio::null()).stdout(Stdio::null()).stderr(log).kill_on_drop(true);
    command.spawn().with_context(|| format!("{}: is the workspace built?", binary.display()))
}

fn log(folder: &std::path::Path) -> PathBuf {
    folder.join("stack.log")
}

/// Both are held until both are known, so that they differ.
fn free_addresses() -> io::Result<[SocketAddr; 2]> {
    let [one, other] = [TcpListener::bind((Ipv4Addr::LOCALHOST, 0))?, TcpListener::bind((Ipv4Addr::LOCALHOST, 0))?];
    Ok([one.local_addr()?, other.local_addr()?])
}
