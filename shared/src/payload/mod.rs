//! The payloads: what the vendor's events look like, and what each operation is.
//!
//! A payload model is a typed view of a body that was parsed already. Reading one never fails: what differs from the
//! documented shape is noted as [drift](crate::drift) and reads as absent, for a vendor's small change must not stop
//! payroll. A member that is `null` reads as absent without a note.
//!
//! The vendor's document gives the bodies of work order requests and incidents. Those of punches, punch deletions and
//! notes are missing from it, so their models are *provisional*: they name what is known and what is likely, say which
//! is which, and let every other member pass without a note.
//!
//! The receiver itself uses the models for nothing but the drift that reading them finds: what it stores is the body.
//!
//! One file holds one payload and its [`Operation`]. A new operation is such a file and its line in [`OPERATIONS`], a
//! binary and a route.

mod incident;
mod model;
mod note;
mod punch;
mod punch_deletion;
mod shape;
mod work_order_request;

pub use incident::{Incident, POST_INCIDENTS};
pub use note::{Note, POST_NOTES};
pub use punch::{Direction, POST_PUNCHES, Punch};
pub use punch_deletion::{DELETE_PUNCHES, PunchDeletion};
pub use shape::{Identifier, Shape};
pub use work_order_request::{
    AssignmentTerms, DaySchedule, POST_WORKORDERREQUESTS, ScheduleConfig, Shift, Week, WorkOrderRequest,
};

use crate::operation::Operation;

/// Every operation of the DataConnect API, in the order of the vendor's document.
pub const OPERATIONS: [&Operation; 5] =
    [&POST_WORKORDERREQUESTS, &POST_PUNCHES, &DELETE_PUNCHES, &POST_INCIDENTS, &POST_NOTES];
