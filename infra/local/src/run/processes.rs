//! The processes under this one. `cargo lambda watch` puts each function into a session of its own, so that no signal
//! to its group reaches them; they are found by their parents instead.

use rustix::process::{Pid, Signal, kill_process};

/// Adopts what a dying child leaves behind, so that it can still be found below this process. Linux alone knows this;
/// elsewhere only the orphans of a killed `cargo lambda watch` escape.
pub(super) fn adopt_orphans() {
    #[cfg(target_os = "linux")]
    // Without it the descendants are still found as long as their parents live.
    let _ = rustix::process::set_child_subreaper(Some(rustix::process::getpid()));
}

/// Kills all processes below this one, and says whether there were any.
pub(super) fn kill_descendants() -> bool {
    let descendants = descendants(std::process::id(), &all());
    for pid in &descendants {
        if let Some(pid) = i32::try_from(*pid).ok().and_then(Pid::from_raw) {
            // It may just have ended by itself.
            let _ = kill_process(pid, Signal::KILL);
        }
    }
    !descendants.is_empty()
}

/// The children of `root`, their children, and so on, of pairs of a process and its parent.
fn descendants(root: u32, processes: &[(u32, u32)]) -> Vec<u32> {
    let mut found = vec![root];
    let mut next = 0;
    while let Some(&parent) = found.get(next) {
        found.extend(processes.iter().filter(|process| process.1 == parent).map(|process| process.0));
        next += 1;
    }
    found.split_off(1)
}

/// All living processes, each with its parent.
#[cfg(target_os = "linux")]
fn all() -> Vec<(u32, u32)> {
    let Ok(entries) = std::fs::read_dir("/proc") else {
        return Vec::new();
    };
    entries
        .filter_map(|entry| {
            let pid = entry.ok()?.file_name().to_str()?.parse().ok()?;
            let stat = std::fs::read_to_string(format!("/proc/{pid}/stat")).ok()?;
            parent(&stat).map(|parent| (pid, parent))
        })
        .collect()
}

/// The parent in a line of `/proc/PID/stat`, unless the process has ended. The second field is the command in
/// parentheses and may hold anything, parentheses too; the state and the parent follow.
#[cfg(target_os = "linux")]
fn parent(stat: &str) -> Option<u32> {
    let mut fields = stat.rsplit_once(')')?.1.split_whitespace();
    let state = fields.next()?;
    if state == "Z" { None } else { fields.next()?.parse().ok() }
}

/// All living processes, each with its parent.
#[cfg(not(target_os = "linux"))]
fn all() -> Vec<(u32, u32)> {
    let Ok(output) = std::process::Command::new("ps").args(["-A", "-o", "pid=,ppid=,stat="]).output() else {
        return Vec::new();
    };
    String::from_utf8_lossy(&output.stdout)
        .lines()
        .filter_map(|line| {
            let mut fields = line.split_whitespace();
            let process = (fields.next()?.parse().ok()?, fields.next()?.parse().ok()?);
            (!fields.next()?.starts_with('Z')).then_some(process)
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn descendants_are_found_at_any_depth() {
        let processes = [(5, 3), (2, 1), (3, 2), (4, 9), (1, 0)];
        assert_eq!(descendants(2, &processes), [3, 5]);
        assert!(descendants(5, &processes).is_empty());
    }

    #[test]
    #[cfg(target_os = "linux")]
    fn a_command_may_look_like_the_fields_around_it() {
        assert_eq!(parent("12 (a) S 7 (b) S 34 12 12 0"), Some(34));
        assert_eq!(parent("12 (a) Z 34 12 12 0"), None);
    }

    #[test]
    fn this_very_process_is_among_all() {
        assert!(all().iter().any(|(pid, _)| *pid == std::process::id()));
    }
}
