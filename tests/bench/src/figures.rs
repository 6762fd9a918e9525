//! What is known of each subject after a run.

use anyhow::{Context, Result};

use crate::instructions::Instructions;
use crate::measure::Times;
use crate::subject::Subject;

/// A subject and its figures.
#[derive(Debug, Clone)]
pub(crate) struct Figures {
    /// The subject.
    pub(crate) subject: Subject,
    /// Its times and memory.
    pub(crate) times: Times,
    /// Its instructions, where they can be counted.
    pub(crate) instructions: Option<Instructions>,
    /// The size of its program in bytes, where it is one.
    pub(crate) size: Option<u64>,
    /// Memory after some events and after ten times as many, where that was measured.
    pub(crate) growth: Option<(u64, u64)>,
}

/// All figures of a run.
#[derive(Debug, Clone)]
pub(crate) struct Run(pub(crate) Vec<Figures>);

impl Run {
    /// The figures of the receiver's functions.
    pub(crate) fn ours(&self) -> impl Iterator<Item = &Figures> {
        self.0.iter().filter(|figures| figures.subject.is_ours())
    }

    /// The figures of a subject, by its name.
    pub(crate) fn of(&self, name: &str) -> Result<&Figures> {
        self.find(name).with_context(|| format!("{name} was not measured"))
    }

    /// The same, where it may be left out.
    pub(crate) fn find(&self, name: &str) -> Option<&Figures> {
        self.0.iter().find(|figures| figures.subject.name == name)
    }
}
