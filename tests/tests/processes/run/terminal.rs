//! A command that runs as at a terminal: in a process group of its own, which an interrupt reaches as a whole.

use std::env;
use std::fs;
use std::io::{BufRead, BufReader, Read};
use std::os::unix::process::CommandExt;
use std::process::{Child, Command, Stdio};
use std::sync::{Arc, Mutex};
use std::thread::{JoinHandle, sleep, spawn};
use std::time::{Duration, Instant};

use rustix::process::{Pid, Signal, kill_process_group};
use tests::fixtures::root;

/// How long a first start may take, which compiles everything.
const PATIENCE: Duration = Duration::from_mins(20);

/// Variables that cargo and make give to what they run, and that a terminal does not have.
const FOREIGN: [&str; 6] = ["CARGO_PKG_", "CARGO_MANIFEST_", "CARGO_BIN_", "CARGO_CRATE_", "MAKE", "MFLAGS"];

/// A running command, killed when it is dropped.
pub(crate) struct Terminal {
    child: Child,
    printed: Arc<Mutex<Vec<String>>>,
    complaints: Arc<Mutex<Vec<String>>>,
    readers: Vec<JoinHandle<()>>,
}

impl Terminal {
    /// Runs make in the repository's root.
    pub(crate) fn make(arguments: &[&str]) -> Self {
        let mut command = Command::new("make");
        command.args(arguments).current_dir(root()).process_group(0);
        command.stdin(Stdio::null()).stdout(Stdio::piped()).stderr(Stdio::piped());
        for (name, _) in env::vars_os() {
            if name.to_str().is_some_and(|name| FOREIGN.iter().any(|prefix| name.starts_with(prefix))) {
                command.env_remove(name);
            }
        }
        let mut child = command.spawn().expect("make is there");
        let (printed, complaints) = (Arc::default(), Arc::default());
        let readers = vec![
            read(child.stdout.take().unwrap(), Arc::clone(&printed)),
            read(child.stderr.take().unwrap(), Arc::clone(&complaints)),
        ];
        Self { child, printed, complaints, readers }
    }

    /// The lines that it has printed.
    pub(crate) fn printed(&self) -> Vec<String> {
        self.printed.lock().unwrap().clone()
    }

    /// Waits until it prints a line with `text`.
    pub(crate) fn wait_for(&self, text: &str) {
        let deadline = Instant::now() + PATIENCE;
        while !self.printed().iter().any(|line| line.contains(text)) {
            let over = self.readers.iter().all(JoinHandle::is_finished) || Instant::now() > deadline;
            assert!(!over, "{:?}\n{:?}", self.printed(), self.complaints.lock().unwrap());
            sleep(Duration::from_millis(50));
        }
    }

    /// Interrupts it, as Ctrl-C does, and waits until it has ended.
    pub(crate) fn interrupt(mut self) {
        self.signal(Signal::INT);
        self.end();
    }

    /// Waits until it ends by itself, and gives its status and what it complained of.
    pub(crate) fn failed(mut self) -> (Option<i32>, Vec<String>) {
        let status = self.end();
        (status, self.complaints.lock().unwrap().clone())
    }

    /// Waits until it has ended and nothing of it can write any more.
    fn end(&mut self) -> Option<i32> {
        let status = self.child.wait().unwrap();
        for reader in self.readers.drain(..) {
            reader.join().unwrap();
        }
        status.code()
    }

    fn signal(&self, signal: Signal) {
        let group = self.child.id().try_into().ok().and_then(Pid::from_raw).unwrap();
        // It may just have ended by itself.
        let _ = kill_process_group(group, signal);
    }
}

impl Drop for Terminal {
    fn drop(&mut self) {
        if matches!(self.child.try_wait(), Ok(None)) {
            // Not killed, or it could not end what it has started.
            self.signal(Signal::TERM);
            let _ = self.child.wait();
        }
    }
}

fn read(pipe: impl Read + Send + 'static, lines: Arc<Mutex<Vec<String>>>) -> JoinHandle<()> {
    spawn(move || {
        for line in BufReader::new(pipe).lines().map_while(Result::ok) {
            lines.lock().unwrap().push(line);
        }
    })
}

/// The living processes that have one of these texts in their command line or environment, but for this one. None where
/// there is no `/proc` to ask.
pub(super) fn processes_with(marks: &[String]) -> Vec<String> {
    let entries = fs::read_dir("/proc").into_iter().flatten().flatten();
    let pids = entries.filter_map(|entry| entry.file_name().to_str()?.parse::<u32>().ok());
    pids.filter(|pid| *pid != std::process::id())
        .filter_map(|pid| {
            let read = |file: &str| fs::read(format!("/proc/{pid}/{file}")).unwrap_or_default();
            let (command, environment) = (read("cmdline"), read("environ"));
            let text = [String::from_utf8_lossy(&command), String::from_utf8_lossy(&environment)].concat();
            let command = String::from_utf8_lossy(&command).replace('\0', " ");
            marks.iter().any(|mark| text.contains(mark)).then(|| format!("{pid} {command}"))
        })
        .collect()
}
