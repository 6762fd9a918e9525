//! What the shell is told.

use std::process::ExitCode;

/// How a command ended: its exit code, the same for all commands. [`HELP`] tells users.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Exit {
    /// 0: it is done, and what was asked is as it should be.
    Good,
    /// 1: it is done, and the answer is bad news: a difference, a refused request, a warning.
    Bad,
    /// 3: it could not be done: no credentials, no such stack, a network that does not answer. (2 is clap's: the command
    /// line is wrong.)
    Failed,
    /// 4: it is done, and something needs a person now.
    Urgent,
    /// 130: Ctrl-C came first, as shells put it.
    Interrupted,
}

/// The codes, for `--help`.
pub const HELP: &str = "\
Exit codes:
  0    done, and all is as it should be
  1    done, and the answer is bad news: a difference, a refused request, a warning
  2    the command line is wrong
  3    not done: no credentials, no such stack, no answer
  4    done, and something needs you now
  130  interrupted";

impl Exit {
    /// The number.
    #[must_use]
    pub fn code(self) -> u8 {
        match self {
            Self::Good => 0,
            Self::Bad => 1,
            Self::Failed => 3,
            Self::Urgent => 4,
            Self::Interrupted => 130,
        }
    }
}

impl From<Exit> for ExitCode {
    fn from(exit: Exit) -> Self {
        Self::from(exit.code())
    }
}
