//! What is measured: the functions, and what they are held against.

use std::env;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::thread;

use anyhow::{Context, Result, anyhow, ensure};

use crate::paths::OF_PATHS;

/// The five functions, as `functions/src/bin` has them.
const FUNCTIONS: [&str; 5] =
    ["post-punches", "delete-punches", "post-workorderrequests", "post-incidents", "post-notes"];

/// Names of the subjects that others are held against.
pub(crate) const RECEIVER: &str = "post-punches";
pub(crate) const NOOP: &str = "no-op";
pub(crate) const LEAN: &str = "lean SDK";
pub(crate) const NAIVE: &str = "naive Rust";
pub(crate) const PYTHON: &str = "Python";
pub(crate) const NODE: &str = "Node";

/// Whether the peers in Python and JavaScript are measured.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Peers {
    /// They are, installed if they are not yet.
    Installed,
    /// They are not.
    LeftOut,
}

/// What a subject does with an event.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Work {
    /// Nothing.
    Nothing,
    /// Both writes.
    Writes,
}

/// A function, ours or another.
#[derive(Debug, Clone)]
pub(crate) struct Subject {
    /// What it is called in the report.
    pub(crate) name: &'static str,
    /// What it is.
    pub(crate) what: &'static str,
    /// The operation whose events it is given.
    pub(crate) operation: &'static str,
    /// What starts it.
    pub(crate) command: PathBuf,
    /// What it does with an event.
    pub(crate) work: Work,
    /// Whether it is one native program, whose size and instructions can be told.
    pub(crate) is_native: bool,
}

impl Subject {
    /// Whether it is one of the receiver's functions.
    pub(crate) fn is_ours(&self) -> bool {
        FUNCTIONS.contains(&self.name)
    }

    /// Whether it brings Amazon's roots along, in place of the system's.
    pub(crate) fn brings_roots(&self) -> bool {
        self.is_ours() || self.name == LEAN
    }
}

/// A program in the place of [`RECEIVER`], such as one that has its symbols.
pub(crate) fn in_place_of_receiver(command: PathBuf) -> Subject {
    let what = "the receiver's function";
    Subject { name: RECEIVER, what, operation: RECEIVER, command, work: Work::Writes, is_native: true }
}

/// Builds the five functions.
pub(crate) fn build_functions(root: &Path) -> Result<Vec<Subject>> {
    build_some(root, &FUNCTIONS)
}

/// Builds functions.
fn build_some(root: &Path, names: &[&'static str]) -> Result<Vec<Subject>> {
    let target = target(root);
    let selection = ["--release", "--package=functions"].into_iter();
    let selection: Vec<_> = selection.chain(names.iter().flat_map(|name| ["--bin", name])).collect();
    cargo(root, &target, &selection)?;
    let functions = names.iter().map(|&name| Subject {
        name,
        what: "the receiver's function",
        operation: name,
        command: target.join("release").join(name),
        work: Work::Writes,
        is_native: true,
    });
    Ok(functions.collect())
}

/// Builds the local stack, and gives its program.
pub(crate) fn build_stack(root: &Path) -> Result<PathBuf> {
    let (target, program) = (target(root), "dataconnect-local");
    // Without the features that would have it link the AWS SDK.
    cargo(root, &target, &["--profile=stack", "--no-default-features", "--package", program])?;
    Ok(target.join("stack").join(program))
}

/// Builds, or installs, every subject, and builds the local stack.
///
/// Two builds at a time, for the last minute of most belongs to one processor: the program is linked as one piece of
/// code. The builds of a profile come one after the other, for cargo lets one at a time into its folder.
pub(crate) fn build_all(root: &Path, peers: Peers) -> Result<(Vec<Subject>, PathBuf)> {
    thread::scope(|scope| {
        let others = scope.spawn(|| -> Result<_> {
            let peers = match peers {
                Peers::Installed => install_peers(root)?,
                Peers::LeftOut => vec![],
            };
            Ok((build_stack(root)?, build_rival(root, AS_IT_COMES)?, peers))
        });
        let mut subjects = build_functions(root)?;
        subjects.extend([build_rival(root, NO_WORK)?, build_rival(root, LEANEST)?]);
        let (stack, naive, peers) = others.join().map_err(|_| anyhow!("a build panicked"))??;
        subjects.push(naive);
        subjects.extend(peers);
        Ok((subjects, stack))
    })
}

/// Builds those whose sizes and instructions are held, and what these are held against. The other functions are of the
/// same code, and take as long to build as all of the counting.
pub(crate) fn build_counted(root: &Path) -> Result<Vec<Subject>> {
    let mut subjects = build_some(root, &[RECEIVER, OF_PATHS])?;
    subjects.push(build_rival(root, LEANEST)?);
    Ok(subjects)
}

/// A program of `tests/bench/subjects`.
#[derive(Debug, Clone, Copy)]
struct Rival {
    binary: &'static str,
    profile: &'static str,
    name: &'static str,
    what: &'static str,
    work: Work,
}

const NO_WORK: Rival = Rival {
    binary: "bench-noop",
    profile: "release",
    name: NOOP,
    what: "answers and does nothing else",
    work: Work::Nothing,
};
const LEANEST: Rival = Rival {
    binary: "bench-lean",
    profile: "release",
    name: LEAN,
    what: "both writes by the SDK at once, and nothing else",
    work: Work::Writes,
};
const AS_IT_COMES: Rival = Rival {
    binary: "bench-naive",
    profile: "naive",
    name: NAIVE,
    what: "the SDK's defaults, one write after the other",
    work: Work::Writes,
};

/// Builds one, alone: with the features that it asks for itself.
fn build_rival(root: &Path, Rival { binary, profile, name, what, work }: Rival) -> Result<Subject> {
    let target = target(root);
    cargo(&root.join("tests/bench/subjects"), &target, &["--profile", profile, "--package", binary])?;
    let command = target.join(profile).join(binary);
    Ok(Subject { name, what, operation: RECEIVER, command, work, is_native: true })
}

fn install_peers(root: &Path) -> Result<Vec<Subject>> {
    let folder = root.join(".dataconnect/bench/peers");
    let script = root.join("tests/bench/peers/install.sh");
    let status = Command::new(&script).arg(&folder).status().with_context(|| script.display().to_string())?;
    ensure!(status.success(), "the peers were not installed");
    let peers = [
        (PYTHON, "boto3 and Powertools, in Python", "python/bootstrap"),
        (NODE, "SDK v3 bundled by esbuild and Powertools, in JavaScript", "node/bootstrap"),
    ];
    let peers = peers.into_iter().map(|(name, what, command)| Subject {
        name,
        what,
        operation: RECEIVER,
        command: folder.join(command),
        work: Work::Writes,
        is_native: false,
    });
    Ok(peers.collect())
}

fn target(root: &Path) -> PathBuf {
    env::var_os("CARGO_TARGET_DIR").map_or_else(|| root.join("target"), |folder| root.join(folder))
}

fn cargo(workspace: &Path, target: &Path, selection: &[&str]) -> Result<()> {
    let mut cargo = Command::new(env::var_os("CARGO").unwrap_or_else(|| "cargo".into()));
    cargo.args(["build", "--locked", "--quiet"]).args(selection).current_dir(workspace);
    let status = cargo.env("CARGO_TARGET_DIR", target).status().context("cargo")?;
    ensure!(status.success(), "cargo build {} failed", selection.join(" "));
    Ok(())
}
