//! The schemas of the bodies: two for each operation, what is documented and what is accepted.

use std::collections::BTreeSet;

use dataconnect::auth::Gate;
use dataconnect::digest::Digest;
use dataconnect::event::ParsedEvent;
use dataconnect::operation::{Operation, WithoutRecordId};
use dataconnect::payload::{
    DaySchedule, Incident, Note, OPERATIONS, POST_WORKORDERREQUESTS, Punch, PunchDeletion, ScheduleConfig, Shift, Week,
    WorkOrderRequest,
};
use dataconnect::request::RawBody;
use lambda_http::http::HeaderMap;
use serde_json::{Value, json};
use tests::fixtures::sample;
use tests::openapi::OpenApi;

/// The members of each model, by the name of its schema.
const MODELS: [(&str, &[&str]); 9] = [
    ("WorkOrderRequest", WorkOrderRequest::MEMBERS),
    ("ScheduleConfig", ScheduleConfig::MEMBERS),
    ("Week", Week::MEMBERS),
    ("Shift", Shift::MEMBERS),
    ("DaySchedule", DaySchedule::MEMBERS),
    ("Punch", Punch::MEMBERS),
    ("PunchDeletion", PunchDeletion::MEMBERS),
    ("Incident", Incident::MEMBERS),
    ("Note", Note::MEMBERS),
];

/// Where the two schemas of an operation's body stand.
fn shapes(document: &OpenApi, operation: &Operation) -> [String; 2] {
    let body = format!("{}/requestBody", OpenApi::operation(operation));
    assert_eq!(document.at(&format!("{body}/required")), true, "{}", operation.name);
    let alternatives = format!("{body}/content/application~1json/schema/anyOf");
    assert_eq!(document.at(&alternatives).as_array().map(Vec::len), Some(2), "{}", operation.name);
    [0, 1].map(|index| document.resolved(&format!("{alternatives}/{index}")))
}

/// What the receiver makes of a body: the notes of its drift, if it accepts it.
fn accepted(operation: &'static Operation, body: &Value) -> Option<Vec<String>> {
    let (body, now) = (body.to_string(), "2026-11-23T12:00:00Z".parse().unwrap());
    let body = RawBody { digest: Digest::of(body.as_bytes()), bytes: body.into(), received_at: now };
    let rule = operation.record_id.parse().unwrap();
    let parsed = ParsedEvent::parse(operation, &rule, &body, "test").ok()?;
    let caller = Gate::Open.admit(&HeaderMap::new(), now).unwrap();
    Some(parsed.authorise(&caller).unwrap().drift.to_notes())
}

/// Pointers to every member in a body, at any depth.
fn places(value: &Value, pointer: &str, found: &mut Vec<String>) {
    match value {
        Value::Object(members) => {
            for (name, value) in members {
                let place = format!("{pointer}/{name}");
                places(value, &place, found);
                found.push(place);
            }
        }
        Value::Array(elements) => {
            for (index, value) in elements.iter().enumerate() {
                let place = format!("{pointer}/{index}");
                places(value, &place, found);
                found.push(place);
            }
        }
        _ => {}
    }
}

/// Values of every type, and texts of which some are dates, times, or nearly so.
fn probes() -> Vec<Value> {
    let texts = [
        "",
        "text",
        "Emergency",
        "LongTerm",
        "longterm",
        "4",
        "-4",
        "4.5",
        "1234567890123456789",
        "123456789012345678901234567890",
        "2023-05-16",
        "2023-02-30",
        "2023-13-01",
        "20230516",
        "2023-05-16Z",
        "08:00",
        "8:00",
        "24:00",
        "08:60",
        "0800",
        "08:00:30",
        "08:00:30.5",
        "08:00:30.",
        "08:00Z",
        "2023-05-16T15:30",
        "2023-05-16T15:30:00",
        "2023-05-16T15:30:00.123",
        "2023-05-16T15:30:00Z",
        "2023-05-16T15:30:00-05:00",
        "2023-05-16 15:30:00",
        "2023-05-16T25:30:00",
        "2023-05-16T",
    ];
    let others = json!([true, 4, 4.0, 4.5, -4, [], {}, [4], [{}], ["text"]]);
    texts.map(Value::from).into_iter().chain(others.as_array().unwrap().clone()).collect()
}

#[test]
fn each_schema_of_what_is_documented_has_the_members_of_its_model_and_no_others() {
    let document = OpenApi::read();
    for (name, members) in MODELS {
        let schema = format!("/components/schemas/{name}");
        let documented: BTreeSet<_> = document.members(&format!("{schema}/properties")).into_iter().collect();
        assert_eq!(members.iter().copied().collect::<BTreeSet<_>>(), documented, "{name}");
        // Others are accepted, so nothing may rule them out.
        for closing in ["additionalProperties", "unevaluatedProperties", "patternProperties"] {
            assert!(document.at(&format!("{schema}/{closing}")).is_null(), "{name}: {closing}");
        }
    }
    let names: BTreeSet<_> = MODELS.into_iter().map(|(name, _)| format!("/components/schemas/{name}")).collect();
    for operation in OPERATIONS {
        let [documented, _] = shapes(&document, operation);
        assert!(names.contains(&documented), "{documented} has no model");
    }
}

#[test]
fn a_body_fits_what_is_documented_if_it_leaves_no_drift_and_what_is_accepted_if_it_is_accepted() {
    let document = OpenApi::read();
    for operation in OPERATIONS {
        let [documented, takes] = shapes(&document, operation).map(|pointer| document.schema(&pointer));
        let sample: Value = serde_json::from_slice(&sample(operation)).unwrap();
        let judge = |body: &Value, what: &str| {
            let notes = accepted(operation, body);
            let what = format!("{} {what}: {notes:?}", operation.name);
            assert_eq!(takes.fits(body), notes.is_some(), "accepted: {what}: {:?}", takes.fault(body));
            let without_drift = notes.is_some_and(|notes| notes.is_empty());
            assert_eq!(documented.fits(body), without_drift, "documented: {what}: {:?}", documented.fault(body));
        };
        judge(&sample, "the sample");
        let mut found = Vec::new();
        places(&sample, "", &mut found);
        for place in found {
            for probe in probes() {
                let mut body = sample.clone();
                *body.pointer_mut(&place).unwrap() = probe.clone();
                judge(&body, &format!("{place} {probe}"));
            }
        }
        for probe in probes().into_iter().filter(|probe| !probe.is_object()) {
            judge(&probe, &format!("{probe}"));
        }
    }
}

#[test]
fn an_absent_member_and_a_null_are_the_same_to_what_is_accepted() {
    let document = OpenApi::read();
    for operation in OPERATIONS {
        let [documented, takes] = shapes(&document, operation).map(|pointer| document.schema(&pointer));
        let sample: Value = serde_json::from_slice(&sample(operation)).unwrap();
        for name in sample.as_object().unwrap().keys() {
            let mut absent = sample.clone();
            absent.as_object_mut().unwrap().remove(name);
            let required = accepted(operation, &absent).is_none();
            assert_eq!(takes.fits(&absent), !required, "{} without {name}", operation.name);
            assert_eq!(documented.fits(&absent), !required, "{} without {name}", operation.name);
            let mut null = sample.clone();
            null[name] = Value::Null;
            assert_eq!(takes.fits(&null), !required, "{} with {name}: null", operation.name);
        }
    }
}

#[test]
fn the_documented_values_are_those_that_the_code_knows() {
    let document = OpenApi::read();
    let documented = document.at("/components/schemas/WorkOrderRequest/properties/AssignmentTerms/enum");
    let documented: Vec<_> = documented.as_array().unwrap().iter().map(|value| value.as_str().unwrap()).collect();
    let mut body: Value = serde_json::from_slice(&sample(&POST_WORKORDERREQUESTS)).unwrap();
    for value in &documented {
        body["AssignmentTerms"] = json!(value);
        assert_eq!(accepted(&POST_WORKORDERREQUESTS, &body), Some(vec![]), "{value}");
    }
    // The note on any other value lists those that are known.
    body["AssignmentTerms"] = json!("Other");
    let note = format!("/AssignmentTerms: none of {}", documented.join(", "));
    assert_eq!(accepted(&POST_WORKORDERREQUESTS, &body), Some(vec![note]));
}

#[test]
fn what_is_provisional_in_the_code_is_marked_so_and_nothing_else_is() {
    let document = OpenApi::read();
    for operation in OPERATIONS {
        let [documented, takes] = shapes(&document, operation);
        // A provisional model lets every member pass.
        let mut body: Value = serde_json::from_slice(&sample(operation)).unwrap();
        body["NobodyKnowsThis"] = json!(true);
        let provisional = accepted(operation, &body) == Some(vec![]);

        let marked = |pointer: &str| document.at(&format!("{pointer}/x-provisional")) == true;
        assert_eq!(marked(&documented), provisional, "{documented}");
        for member in document.properties(&documented) {
            // Every documented body has these two.
            let known = ["CustomerId", "Tenant"].contains(&member);
            assert_eq!(marked(&format!("{documented}/properties/{member}")), provisional && !known, "{member}");
        }
        let id = format!("{takes}/properties/{}", operation.record_id);
        assert!(!document.at(&id).is_null(), "{id}");
        assert_eq!(marked(&id), operation.without_record_id == WithoutRecordId::UseContentHash, "{id}");
        let text = document.at(&format!("{}/description", OpenApi::operation(operation))).as_str().unwrap();
        assert_eq!(text.contains("provisional"), provisional, "{}", operation.name);
    }
}
