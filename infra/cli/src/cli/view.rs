//! How the answer shall look.

use clap::Args;

/// How the answer shall look. A table for people without these.
#[derive(Debug, Clone, Copy, Default, Args)]
#[command(next_help_heading = "How it looks")]
pub struct ViewArgs {
    /// One JSON object a line, for pipes
    #[arg(long)]
    pub json: bool,
    /// CSV with a line of headings
    #[arg(long, conflicts_with = "json")]
    pub csv: bool,
    /// Times in UTC, not in your zone. JSON and CSV always are
    #[arg(long)]
    pub utc: bool,
}

/// How an answer shall look that is no table.
#[derive(Debug, Clone, Copy, Default, Args)]
#[command(next_help_heading = "How it looks")]
pub struct TextViewArgs {
    /// One JSON object a line, for pipes
    #[arg(long)]
    pub json: bool,
    /// Times in UTC, not in your zone. JSON always is
    #[arg(long)]
    pub utc: bool,
}

impl From<TextViewArgs> for ViewArgs {
    fn from(TextViewArgs { json, utc }: TextViewArgs) -> Self {
        Self { json, csv: false, utc }
    }
}
