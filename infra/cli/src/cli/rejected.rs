//! `rejected`.

use clap::builder::{PossibleValuesParser, TypedValueParser};
use clap::{Args, Subcommand};
use dataconnect::rejection::Reason;

use super::filter::WHOLE_DAYS;
use super::{OperationName, Span, TargetArgs, TextViewArgs, ViewArgs};

/// The settings that `make run` and named tables do not tell.
const SETTINGS: &str = "Judged by the settings of the stack. With --local, or with all stores named, by those of this \
                        shell, under the functions' names for them: POST_INCIDENTS_RECORD_ID and its like, \
                        ACCESS_TOKENS, AUTHENTICATION.";

/// S3 keeps 2 KB of metadata with an object, of which a name, encoded, may be three times as long as it is written.
const LONGEST_NAME: usize = 100;

/// Options of `rejected`.
#[derive(Debug, Args)]
pub struct RejectedArgs {
    /// What about them.
    #[command(subcommand)]
    pub command: RejectedCommand,
}

/// What about the rejected.
#[derive(Debug, Subcommand)]
pub enum RejectedCommand {
    /// Why, since when, how many
    List(RejectedListArgs),
    /// One of them: the body as it arrived, and what is wrong with it
    Show(RejectedShowArgs),
    /// Take them in after all, through what the functions do
    Replay(ReplayArgs),
}

/// Which of the rejected.
#[derive(Debug, Args)]
pub struct RejectedFilter {
    /// Of this operation alone
    #[arg(long, value_name = "OPERATION")]
    pub operation: Option<OperationName>,
    /// Rejected for this reason alone
    #[arg(long, value_name = "REASON", value_parser = reasons())]
    pub reason: Option<Reason>,
    /// When they came
    #[command(flatten)]
    pub span: Span,
}

/// Options of `rejected list`.
#[derive(Debug, Args)]
#[command(after_help = notes())]
pub struct RejectedListArgs {
    /// Which.
    #[command(flatten)]
    pub filter: RejectedFilter,
    /// Each by itself, not counted by reason
    #[arg(long)]
    pub each: bool,
    /// Which receiver.
    #[command(flatten)]
    pub target: TargetArgs,
    /// How it looks.
    #[command(flatten)]
    pub view: ViewArgs,
}

/// Options of `rejected show`.
#[derive(Debug, Args)]
#[command(after_help = SETTINGS)]
pub struct RejectedShowArgs {
    /// The request id or the key
    pub id: String,
    /// Which receiver.
    #[command(flatten)]
    pub target: TargetArgs,
    /// How it looks.
    #[command(flatten)]
    pub view: TextViewArgs,
}

/// Options of `rejected replay`.
#[derive(Debug, Args)]
#[command(after_help = notes())]
pub struct ReplayArgs {
    /// The request id or the key of one; without, all that the filter finds
    #[arg(conflicts_with_all = ["operation", "reason", "since", "until"])]
    pub id: Option<String>,
    /// Which.
    #[command(flatten)]
    pub filter: RejectedFilter,
    /// Say what would become of each, and write nothing
    #[arg(long)]
    pub dry_run: bool,
    /// Answer for those that no token may write, forbidden ones among them, by your name: it stays with the body
    #[arg(long, value_name = "NAME", value_parser = parse_name)]
    pub vouched_by: Option<String>,
    /// Do not ask first
    #[arg(long, conflicts_with = "dry_run")]
    pub yes: bool,
    /// Which receiver.
    #[command(flatten)]
    pub target: TargetArgs,
    /// How it looks.
    #[command(flatten)]
    pub view: ViewArgs,
}

/// What the help of both says at its end.
fn notes() -> String {
    format!("{WHOLE_DAYS}\n\n{SETTINGS}")
}

/// A reason by its name in the archive.
fn reasons() -> impl TypedValueParser<Value = Reason> {
    let names = PossibleValuesParser::new(Reason::ALL.map(Reason::name));
    names.try_map(|name| Reason::from_name(&name).ok_or("no such reason"))
}

/// The name of somebody.
fn parse_name(text: &str) -> Result<String, String> {
    match text.trim() {
        "" => Err("somebody has to answer for them by a name".to_owned()),
        name if name.len() > LONGEST_NAME => Err(format!("a name has at most {LONGEST_NAME} bytes")),
        name => Ok(name.to_owned()),
    }
}
