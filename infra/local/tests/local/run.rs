//! `dataconnect-local run` when something is not as it should be, and how it ends. Shell scripts stand in for
//! cargo-lambda.

use std::{
    fs,
    io::{BufRead, BufReader},
    net::TcpListener,
    os::unix::fs::PermissionsExt,
    path::Path,
    process::{Command, Output, Stdio},
    thread::sleep,
    time::{Duration, Instant},
};

use rustix::process::{Pid, Signal, test_kill_process};

use crate::support::{Running, TEMPLATE};

/// A project folder with a template and, as its cargo-lambda, a script.
fn project(script: &str) -> tempfile::TempDir {
    let project = tempfile::tempdir().unwrap();
    fs::write(project.path().join("template.yaml"), TEMPLATE).unwrap();
    let tools = project.path().join(".dataconnect/tools/bin");
    fs::create_dir_all(&tools).unwrap();
    let tool = tools.join("cargo-lambda");
    fs::write(&tool, format!("#!/bin/sh\n{script}\n")).unwrap();
    fs::set_permissions(&tool, fs::Permissions::from_mode(0o755)).unwrap();
    project
}

fn run(project: &Path, more: &[&str]) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_dataconnect-local"));
    command.current_dir(project).args(["run", "--dynamodb-port", "0", "--s3-port", "0"]).args(more);
    command.stdout(Stdio::piped()).stderr(Stdio::piped());
    command
}

/// A run that has come as far as starting its cargo-lambda.
fn started(project: &Path, more: &[&str]) -> Running {
    let mut child = Running(run(project, more).spawn().unwrap());
    let line = BufReader::new(child.0.stdout.as_mut().unwrap()).lines().next().unwrap().unwrap();
    assert!(line.starts_with("Starting the functions"), "{line}");
    child
}

fn free_port() -> String {
    TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap().port().to_string()
}

/// What was said of a run that failed, which is one sentence and more only of a log.
fn complaint(output: &Output) -> String {
    assert_eq!(output.status.code(), Some(1), "{output:?}");
    String::from_utf8(output.stderr.clone()).unwrap()
}

/// The content of a file that a script is about to write.
fn awaited(path: &Path) -> String {
    let deadline = Instant::now() + Duration::from_secs(10);
    loop {
        match fs::read_to_string(path) {
            Ok(text) if text.ends_with('\n') => return text,
            _ => assert!(Instant::now() < deadline, "{} does not come", path.display()),
        }
        sleep(Duration::from_millis(20));
    }
}

fn is_alive(pid: i32) -> bool {
    // What nobody waits for yet is a zombie and takes signals, but it is dead.
    let state = fs::read_to_string(format!("/proc/{pid}/stat")).unwrap_or_default();
    test_kill_process(Pid::from_raw(pid).unwrap()).is_ok() && !state.contains(") Z ")
}

#[test]
fn a_missing_cargo_lambda_is_one_sentence() {
    let project = project("");
    fs::remove_file(project.path().join(".dataconnect/tools/bin/cargo-lambda")).unwrap();
    let complaint = complaint(&run(project.path(), &[]).output().unwrap());
    assert!(complaint.starts_with("error: cargo-lambda is not at .dataconnect/tools/bin/cargo-lambda;"), "{complaint}");
    assert_eq!(complaint.lines().count(), 1);
}

#[test]
fn a_taken_port_is_one_sentence() {
    let project = project("");
    let taken = TcpListener::bind("127.0.0.1:0").unwrap();
    let port = taken.local_addr().unwrap().port().to_string();
    for (option, who) in [("--port", "the functions"), ("--dynamodb-port", "DynamoDB"), ("--s3-port", "S3")] {
        let mut command = Command::new(env!("CARGO_BIN_EXE_dataconnect-local"));
        command.current_dir(project.path()).arg("run");
        for other in ["--dynamodb-port", "--s3-port", "--port"] {
            command.args([other, if other == option { &port } else { "0" }]);
        }
        let complaint = complaint(&command.output().unwrap());
        assert!(complaint.starts_with(&format!("error: {who} cannot listen on 127.0.0.1:{port}: ")), "{complaint}");
        assert_eq!(complaint.lines().count(), 1, "{complaint}");
    }
}

#[test]
fn a_second_run_on_the_folder_is_one_sentence_and_leaves_the_first_alone() {
    let project = project("sleep 1000");
    let mut first = started(project.path(), &["--port", &free_port()]);
    let complaint = complaint(&run(project.path(), &["--port", &free_port()]).output().unwrap());
    assert_eq!(complaint, "error: another local stack is running on the data in .dataconnect/data\n");
    assert!(first.0.try_wait().unwrap().is_none());
    first.signal(Signal::TERM);
    assert!(first.0.wait().unwrap().success());
}

#[test]
fn when_watch_dies_its_last_words_are_shown_and_nothing_is_left() {
    let script = "set -m; sleep 1000 & echo $! > child; echo the last words; sleep 1; exit 3";
    let project = project(script);
    let complaint = complaint(&run(project.path(), &["--port", &free_port()]).output().unwrap());
    assert!(complaint.starts_with("error: `cargo lambda watch` ended (exit status: 3)."), "{complaint}");
    assert!(complaint.ends_with("the last words\n"), "{complaint}");
    // Elsewhere an orphan cannot be found any more.
    #[cfg(target_os = "linux")]
    assert!(!is_alive(awaited(&project.path().join("child")).trim().parse().unwrap()));
}

#[test]
fn a_signal_ends_everything_even_what_will_not_end() {
    // As stubborn as can be: watch ignores SIGTERM, and so does a child of it in another process group.
    let script = "set -m; trap '' TERM\n(trap '' TERM; while :; do sleep 1; done) &\necho $$ $! > pids\nwhile :; do sleep 1; done";
    let project = project(script);
    let mut child = started(project.path(), &["--port", &free_port()]);
    let pids = awaited(&project.path().join("pids"));
    let pids: Vec<i32> = pids.split_whitespace().map(|pid| pid.parse().unwrap()).collect();
    assert!(pids.iter().all(|pid| is_alive(*pid)));
    child.signal(Signal::INT);
    assert!(child.0.wait().unwrap().success(), "what was asked for is no failure");
    assert_eq!(pids.len(), 2);
    assert!(!pids.iter().any(|pid| is_alive(*pid)));
}

#[test]
fn the_functions_are_given_the_stack_and_the_digest_of_the_token() {
    let project = project("echo \"$@\" > draft; env >> draft; mv draft seen; sleep 1000");
    let port = free_port();
    let mut command = run(project.path(), &["--port", &port]);
    command.envs([("AWS_PROFILE", "production"), ("AWS_SESSION_TOKEN", "of another account")]);
    let mut child = Running(command.spawn().unwrap());
    let seen = awaited(&project.path().join("seen"));
    child.signal(Signal::TERM);
    child.0.wait().unwrap();

    assert!(seen.contains(&format!("--invoke-address 127.0.0.1 --invoke-port {port}\n")), "{seen}");
    for line in ["PUNCHES_TABLE=dataconnect-punches", "ARCHIVE_BUCKET=dataconnect-archive", "AUTHENTICATION=required"] {
        assert!(seen.lines().any(|seen| seen == line), "{line} in {seen}");
    }
    assert!(seen.contains("AWS_ENDPOINT_URL_S3=http://127.0.0.1:"), "{seen}");
    assert!(seen.contains("ACCESS_TOKENS=development:"), "{seen}");
    assert!(!seen.contains("AWS_PROFILE") && !seen.contains("AWS_SESSION_TOKEN"), "{seen}");
    let token = fs::read_to_string(project.path().join(".dataconnect/token")).unwrap();
    assert!(!seen.contains(token.trim()), "the token itself is for its owner alone");
    assert!(!project.path().join(".dataconnect/env").exists(), "nothing has answered yet");
}
