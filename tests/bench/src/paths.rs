//! What an event costs that is not simply accepted, beside one that is: in warm instructions of one function.

use std::path::Path;

use anyhow::{Context, Result};

use crate::bed::{BODY, Bed};
use crate::course::{Course, Given};
use crate::events::Filling;
use crate::figures::Run;
use crate::instructions::{Warm, warm};
use crate::measure::precise;

/// The function whose paths are counted. Its payload is documented, so that what it notes as drift can be chosen.
pub(crate) const OF_PATHS: &str = "post-incidents";

/// Names of the paths beside the accepted one.
pub(crate) const DRIFT: &str = "accepted, with drift";
pub(crate) const REJECTED: &str = "rejected";
pub(crate) const DUPLICATE: &str = "duplicate";
pub(crate) const UNAUTHORIZED: &str = "unauthorized";

/// The paths, the accepted one first.
const PATHS: [(&str, Course, Filling); 5] = [
    ("accepted", Course::Created, Filling::Attachments),
    (DRIFT, Course::Created, Filling::Members),
    (REJECTED, Course::Rejected, Filling::Attachments),
    (DUPLICATE, Course::Duplicate, Filling::Attachments),
    (UNAUTHORIZED, Course::Unauthorized, Filling::Attachments),
];

/// A path and what it costs.
#[derive(Debug, Clone)]
pub(crate) struct PathCost {
    /// What it is called.
    pub(crate) name: &'static str,
    /// Its course.
    pub(crate) course: Course,
    /// The length of its body.
    pub(crate) body_bytes: usize,
    /// Instructions of a warm event.
    pub(crate) instructions: u64,
    /// The same, times the accepted path's.
    pub(crate) times_accepted: f64,
}

/// Counts every path.
pub(crate) async fn count(bed: &Bed, run: &Run, folder: &Path) -> Result<Vec<PathCost>> {
    let subject = &run.of(OF_PATHS)?.subject;
    let mut paths: Vec<PathCost> = vec![];
    for (name, course, filling) in PATHS {
        let given = Given { course, bytes: BODY, filling };
        let Warm { instructions, body_bytes } = warm(bed, subject, folder, given).await.context(name)?;
        let accepted = paths.first().map_or(instructions, |path| path.instructions);
        let times_accepted = precise(instructions) / precise(accepted);
        paths.push(PathCost { name, course, body_bytes, instructions, times_accepted });
    }
    Ok(paths)
}
