//! The bodies of events, as the vendor's document has them, and where it is cut short, as they likely are.

use serde_json::{Value, json};

use super::dice::Dice;

/// What may stand in no log: it is made so that it cannot stand there by chance.
#[derive(Debug, Default)]
pub(super) struct Secrets(pub(super) Vec<String>);

impl Secrets {
    fn keep(&mut self, secret: String) -> String {
        self.0.push(secret.clone());
        secret
    }

    pub(super) fn name(&mut self, dice: &mut Dice) -> String {
        self.keep(format!("Name-{} Surname-{}", dice.digits(9), dice.digits(9)))
    }

    fn phone(&mut self, dice: &mut Dice) -> String {
        self.keep(format!("+1555{}", dice.digits(12)))
    }

    fn email(&mut self, dice: &mut Dice) -> String {
        self.keep(format!("mail{}@example.com", dice.digits(9)))
    }

    fn pin(&mut self, dice: &mut Dice) -> String {
        self.keep(dice.digits(16))
    }
}

/// Whom an event is for.
#[derive(Debug, Clone, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub(super) struct Pair {
    pub(super) customer: u64,
    pub(super) tenant: String,
}

/// A body with the members that every event has.
fn body(pair: &Pair, members: Value) -> Value {
    let mut members = members;
    members["CustomerId"] = json!(pair.customer);
    members["Tenant"] = json!(pair.tenant);
    members
}

/// A date and time in local time: `2026-03-14T07:58:00`.
fn local(dice: &mut Dice) -> String {
    format!(
        "2026-{:02}-{:02}T{:02}:{:02}:00",
        dice.number(1..13),
        dice.number(1..29),
        dice.number(0..24),
        dice.number(0..60)
    )
}

pub(super) fn work_order(pair: &Pair, number: &str, dice: &mut Dice, secrets: &mut Secrets) -> Value {
    let day = |enabled: bool| json!({ "IsEnabled": enabled });
    let emails = format!("{}, {}", secrets.email(dice), secrets.email(dice));
    body(
        pair,
        json!({
            "ClientName": "Client One",
            "ClientPositionName": "Parking Lot II",
            "LocationName": "Office Building",
            "Reason": "Security Patrol",
            "RequestedBy": secrets.name(dice),
            "CommaSeparatedEmails": emails,
            "Phone": secrets.phone(dice),
            "WorkOrderNumber": number,
            "IsArmed": dice.happens(0.3),
            "IsOffDuty": dice.happens(0.3),
            "AssignmentTerms": dice.one_of(&["Emergency", "Temporary", "LongTerm"]),
            "SiteInstructions": "Follow security protocols",
            "Pin": secrets.pin(dice),
            "IvrPhoneNumber": secrets.phone(dice),
            "ScheduleConfig": {
                "IsOngoing": false, "StartDate": "2026-05-16", "EndDate": "2026-06-30",
                "StartTime": "08:00", "EndTime": "17:00",
                "Weeks": [{ "Shifts": [{
                    "Sunday": day(true), "Monday": day(dice.happens(0.5)), "Tuesday": day(false),
                    "Wednesday": day(true), "Thursday": day(true), "Friday": day(false), "Saturday": day(false),
                    "StartTime": "08:00", "EndTime": "12:00"
                }] }]
            }
        }),
    )
}

/// A guard, of whom the events tell.
#[derive(Debug, Clone)]
pub(super) struct Guard {
    pub(super) id: String,
    pub(super) name: String,
}

pub(super) fn punch(pair: &Pair, stem: &str, id: Option<u64>, guard: &Guard, kind: &str, dice: &mut Dice) -> Value {
    let mut punch = json!({
        "WorkOrderStem": stem,
        "ScheduleId": dice.number(1..100_000),
        "GuardId": guard.id,
        "GuardName": guard.name,
        "PunchType": kind,
        "PunchDateLocal": local(dice),
    });
    if let Some(id) = id {
        punch["PunchId"] = json!(id);
    }
    body(pair, punch)
}

pub(super) fn punch_deletion(pair: &Pair, stem: Option<&str>, id: u64, dice: &mut Dice) -> Value {
    let mut deletion = json!({
        "PunchId": id,
        "DeleteUserId": format!("administrator{}", dice.number(1..1_000)),
        "DeletedDateLocal": local(dice),
    });
    if let Some(stem) = stem {
        deletion["WorkOrderStem"] = json!(stem);
    }
    body(pair, deletion)
}

pub(super) fn incident(pair: &Pair, stem: &str, id: u64, dice: &mut Dice, secrets: &mut Secrets) -> Value {
    body(
        pair,
        json!({
            "CostRecovery": 500.75,
            "CreateUserId": format!("user{}", dice.number(1..1_000)),
            "OccurredDateLocal": local(dice),
            "ReportedDateLocal": local(dice),
            "Description": "Incident description goes here.",
            "ReportedBy": secrets.name(dice),
            "IncidentType": "Security",
            "ReportedVia": "Phone",
            "PersonsInvolved": secrets.name(dice),
            "SeverityLevel": dice.number(1..6),
            "AudioFileUrl": "https://example.com/audio.mp3",
            "FileAttachmentUrls": ["https://example.com/attachment1.pdf"],
            "CallerId": secrets.phone(dice),
            "Details": "x".repeat(usize::try_from(dice.number(0..2_000)).unwrap_or_default()),
            "WorkOrderStem": stem,
            "IncidentId": id,
        }),
    )
}

pub(super) fn note(pair: &Pair, stem: &str, id: u64, dice: &mut Dice, secrets: &mut Secrets) -> Value {
    body(
        pair,
        json!({
            "NoteId": id,
            "WorkOrderStem": stem,
            "ScheduleId": dice.number(1..100_000),
            "Description": format!("Gate code changed; ask {} at the front desk.", secrets.name(dice)),
            "CreateUserId": format!("user{}", dice.number(1..1_000)),
            "CreatedDateLocal": local(dice),
        }),
    )
}

/// The body in another spelling, which is the same event: blanks between members, and the members the other way round.
pub(super) fn respelled(content: &Value) -> String {
    let members = content.as_object().into_iter().flatten().rev();
    let members: Vec<_> = members.map(|(name, value)| format!("  {} : {value}", Value::from(name.as_str()))).collect();
    format!("{{\r\n{}\r\n}}\n", members.join(",\r\n"))
}
