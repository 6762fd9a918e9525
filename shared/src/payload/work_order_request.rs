//! `POST /workorderrequests`: "This event will be published when a Work Order assigned to your organization is created."

use jiff::civil::{Date, Time};

use super::Shape;
use super::model::payload;
use crate::drift::{Drift, Place};
use crate::json::Json;
use crate::operation::{Effect, Operation, WithoutRecordId};

/// `POST /workorderrequests`.
pub const POST_WORKORDERREQUESTS: Operation = Operation {
    name: "post-workorderrequests",
    method: "POST",
    path: "/workorderrequests",
    table_variable: "WORK_ORDERS_TABLE",
    record_id_variable: "POST_WORKORDERREQUESTS_RECORD_ID",
    record_id: "WorkOrderNumber",
    without_record_id: WithoutRecordId::Reject,
    effect: Effect::Write,
    note_drift: |members, drift| {
        WorkOrderRequest::read_members(members, &Place::Root, drift);
    },
};

payload! {
    /// A Work Order request, as documented.
    documented struct WorkOrderRequest<'a> {
        /// The customer that the event is for.
        "CustomerId" => customer_id: i64,
        /// The tenant that the event is for.
        "Tenant" => tenant: &'a str,
        /// Identifies the Work Order: `T49098.34277.001N`.
        "WorkOrderNumber" => work_order_number: &'a str,
        /// The client's name.
        "ClientName" => client_name: &'a str,
        /// The position to guard: `Parking Lot II`.
        "ClientPositionName" => client_position_name: &'a str,
        /// Where that is: `Office Building`.
        "LocationName" => location_name: &'a str,
        /// Why guards are wanted.
        "Reason" => reason: &'a str,
        /// Who asked for them. Personal.
        "RequestedBy" => requested_by: &'a str,
        /// E-mail addresses in one text, parted by commas. Personal.
        "CommaSeparatedEmails" => comma_separated_emails: &'a str,
        /// A phone number. Personal.
        "Phone" => phone: &'a str,
        /// Whether the guards are armed.
        "IsArmed" => is_armed: bool,
        /// Whether it is off-duty work.
        "IsOffDuty" => is_off_duty: bool,
        /// For how long guards are wanted.
        "AssignmentTerms" => assignment_terms: AssignmentTerms<'a>,
        /// Instructions for the guards.
        "SiteInstructions" => site_instructions: &'a str,
        /// The code that guards punch in with by phone. Secret.
        "Pin" => pin: &'a str,
        /// The number that guards call to punch in.
        "IvrPhoneNumber" => ivr_phone_number: &'a str,
        /// When guards are wanted.
        "ScheduleConfig" => schedule_config: ScheduleConfig<'a>,
    }
}

/// For how long guards are wanted.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum AssignmentTerms<'a> {
    /// `Emergency`
    Emergency,
    /// `Temporary`
    Temporary,
    /// `LongTerm`
    LongTerm,
    /// A value that is not documented, as it came.
    Unknown(&'a str),
}

impl<'a> Shape<'a> for AssignmentTerms<'a> {
    fn read(json: &'a Json, place: &Place<'_>, drift: &mut Drift) -> Option<Self> {
        Some(match <&str>::read(json, place, drift)? {
            "Emergency" => Self::Emergency,
            "Temporary" => Self::Temporary,
            "LongTerm" => Self::LongTerm,
            unknown => {
                drift.note(place, "none of Emergency, Temporary, LongTerm");
                Self::Unknown(unknown)
            }
        })
    }
}

payload! {
    /// When guards are wanted. Times are local to the site; its zone is not sent.
    documented struct ScheduleConfig<'a> {
        /// Whether it goes on without an end.
        "IsOngoing" => is_ongoing: bool,
        /// The first day.
        "StartDate" => start_date: Date,
        /// The last day.
        "EndDate" => end_date: Date,
        /// When the first day starts.
        "StartTime" => start_time: Time,
        /// When the last day ends.
        "EndTime" => end_time: Time,
        /// The weeks that repeat, one after the other.
        "Weeks" => weeks: Vec<Week<'a>>,
    }
}

payload! {
    /// One week of a schedule.
    documented struct Week<'a> {
        /// The shifts of the week.
        "Shifts" => shifts: Vec<Shift<'a>>,
    }
}

payload! {
    /// One shift, on the days where it is enabled.
    documented struct Shift<'a> {
        /// When the shift starts, where the day does not override it.
        "StartTime" => start_time: Time,
        /// When the shift ends, where the day does not override it.
        "EndTime" => end_time: Time,
        /// Sunday.
        "Sunday" => sunday: DaySchedule<'a>,
        /// Monday.
        "Monday" => monday: DaySchedule<'a>,
        /// Tuesday.
        "Tuesday" => tuesday: DaySchedule<'a>,
        /// Wednesday.
        "Wednesday" => wednesday: DaySchedule<'a>,
        /// Thursday.
        "Thursday" => thursday: DaySchedule<'a>,
        /// Friday.
        "Friday" => friday: DaySchedule<'a>,
        /// Saturday.
        "Saturday" => saturday: DaySchedule<'a>,
    }
}

payload! {
    /// One day of a shift.
    documented struct DaySchedule<'a> {
        /// Whether the shift takes place on this day.
        "IsEnabled" => is_enabled: bool,
        /// When it starts on this day instead.
        "OverriddenStartTime" => overridden_start_time: Time,
        /// When it ends on this day instead.
        "OverriddenEndTime" => overridden_end_time: Time,
    }
}
