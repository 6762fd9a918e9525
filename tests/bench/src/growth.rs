//! How the cost of a warm event grows, in instructions of the receiver: with its body, and with its record's revisions.

use std::path::Path;

use anyhow::{Context, Result};

use crate::bed::Bed;
use crate::course::{Course, Given};
use crate::figures::Run;
use crate::instructions;
use crate::subject::RECEIVER;

/// Lengths of bodies, in bytes.
const BODIES: [usize; 7] = [512, 2 << 10, 8 << 10, 32 << 10, 128 << 10, 512 << 10, 1 << 20];
/// Revisions that a record has when it is corrected.
const REVISIONS: [u64; 5] = [1, 10, 100, 200, 1_000];

/// What an event costs at one size.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Cost {
    /// The size: bytes of a body, or revisions.
    pub(crate) size: u64,
    /// Instructions of a warm event.
    pub(crate) instructions: u64,
}

/// How the cost grows.
#[derive(Debug, Clone)]
pub(crate) struct Growth {
    /// With the bytes of a body, of an event that makes a record.
    pub(crate) by_body: Vec<Cost>,
    /// With the revisions that the record has, of an event that corrects it.
    pub(crate) by_revisions: Vec<Cost>,
}

/// Counts both.
pub(crate) async fn count(bed: &Bed, run: &Run, folder: &Path) -> Result<Growth> {
    let subject = &run.of(RECEIVER)?.subject;
    let mut growth = Growth { by_body: vec![], by_revisions: vec![] };
    for bytes in BODIES {
        let given = Given { bytes, ..Given::default() };
        let counted = instructions::warm(bed, subject, folder, given).await;
        let counted = counted.with_context(|| format!("a body of {bytes} bytes"))?;
        let size = u64::try_from(counted.body_bytes)?;
        growth.by_body.push(Cost { size, instructions: counted.instructions });
    }
    for size in REVISIONS {
        let given = Given { course: Course::Corrected(size), ..Given::default() };
        let counted = instructions::warm(bed, subject, folder, given).await;
        let counted = counted.with_context(|| format!("a record of {size} revisions"))?;
        growth.by_revisions.push(Cost { size, instructions: counted.instructions });
    }
    Ok(growth)
}
