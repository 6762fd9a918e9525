//! `make run` in a folder and on ports of its own.

mod terminal;

use std::collections::BTreeMap;
use std::fs;
use std::net::{Ipv4Addr, TcpListener};
use std::path::Path;

use dataconnect::operation::Operation;
use tests::stores::Stores;

pub(crate) use terminal::Terminal;

/// The three ports of a run: routes, `DynamoDB`, S3.
pub(crate) type Ports = [u16; 3];

pub(crate) fn free_ports() -> Ports {
    // All are held until the last is known, so that no two are the same.
    let listeners = [(); 3].map(|()| TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).unwrap());
    listeners.map(|listener| listener.local_addr().unwrap().port())
}

/// Starts it. It answers when it has printed [`READY`].
pub(crate) fn make_run([port, dynamodb, s3]: Ports, folder: &Path) -> Terminal {
    let folder = folder.display();
    Terminal::make(&[
        "run",
        &format!(
            "RUN_ARGS=--port {port} --dynamodb-port {dynamodb} --s3-port {s3} --folder {folder} \
             --cargo-lambda .dataconnect/tools/bin/cargo-lambda"
        ),
    ])
}

/// What it prints last.
pub(crate) const READY: &str = "Ctrl-C stops everything";

/// The assignments of the file `env`, as a shell reads them.
pub(crate) fn env_file(folder: &Path) -> BTreeMap<String, String> {
    let text = fs::read_to_string(folder.join("env")).expect("the file env, when it answers");
    let assignment = |line: &str| {
        let (name, value) = line.strip_prefix("export ").and_then(|line| line.split_once('=')).expect("an assignment");
        (
            name.to_owned(),
            value.strip_prefix('\'').and_then(|value| value.strip_suffix('\'')).expect("a word").to_owned(),
        )
    };
    text.lines().map(assignment).collect()
}

/// The stores of an operation, by the file `env`.
pub(crate) fn stores(env: &BTreeMap<String, String>, operation: &Operation) -> Stores {
    let [dynamodb, s3] = ["AWS_ENDPOINT_URL_DYNAMODB", "AWS_ENDPOINT_URL_S3"].map(|name| env[name].clone());
    Stores::at(dynamodb, s3, env[operation.table_variable].clone(), env["ARCHIVE_BUCKET"].clone())
}

/// Stops a run as Ctrl-C at a terminal does, after which nothing of it may be left.
pub(crate) fn stop(run: Terminal, ports: Ports, folder: &Path) {
    run.interrupt();
    let marks = [folder.display().to_string(), format!("127.0.0.1:{}", ports[1])];
    let left = terminal::processes_with(&marks);
    assert!(left.is_empty(), "still running: {left:?}");
    for port in ports {
        TcpListener::bind((Ipv4Addr::LOCALHOST, port)).unwrap_or_else(|error| panic!("port {port}: {error}"));
    }
}
