//! The documented answers: the functions' processes give all that are said to be theirs, and no others.

use std::collections::BTreeSet;

use dataconnect::operation::Operation;
use dataconnect::payload::OPERATIONS;
use dataconnect::rejection::Reason;
use dataconnect_local::stack::LocalStack;
use futures_util::future::join_all;
use serde_json::{Value, json};
use tests::broken::refusing;
use tests::fixtures::sample;
use tests::function::{Function, environment};
use tests::gateway::{Call, Origin, Seen};
use tests::openapi::{OpenApi, step};
use tests::receiver::{access_tokens, template};
use tests::stores::Stores;

use crate::{binary, call, changed};

const REASONS: [Reason; 10] = [
    Reason::EmptyBody,
    Reason::InvalidJson,
    Reason::TooDeep,
    Reason::TooManyValues,
    Reason::NotAnObject,
    Reason::AmbiguousKey,
    Reason::InvalidCustomerId,
    Reason::InvalidTenant,
    Reason::InvalidRecordId,
    Reason::Forbidden,
];

/// A body that is rejected for a reason. A new reason needs one here, and its place in [`REASONS`].
fn rejected_for(reason: Reason, operation: &Operation) -> String {
    match reason {
        Reason::EmptyBody => String::new(),
        Reason::InvalidJson => r#"{"CustomerId": '2'}"#.to_owned(),
        Reason::TooDeep => format!("{}{}", "[".repeat(129), "]".repeat(129)),
        Reason::TooManyValues => format!("[{}0]", "0,".repeat(100_000)),
        Reason::NotAnObject => "[]".to_owned(),
        Reason::AmbiguousKey => r#"{"CustomerId": 2, "Tenant": "Securitime", "Tenant": "Other"}"#.to_owned(),
        Reason::InvalidCustomerId => "{}".to_owned(),
        Reason::InvalidTenant => r#"{"CustomerId": 2}"#.to_owned(),
        Reason::InvalidRecordId => with(operation, operation.record_id, json!("1".repeat(1_025))),
        Reason::Forbidden => with(operation, "Tenant", json!("Other")),
    }
}

/// The sample of an operation with another value for one member.
fn with(operation: &Operation, member: &str, value: Value) -> String {
    let mut body: Value = serde_json::from_slice(&sample(operation)).unwrap();
    body[member] = value;
    body.to_string()
}

/// What is an answer's own, and not of its kind.
fn timeless(answer: &Value) -> Value {
    let mut answer = answer.clone();
    answer["requestId"] = Value::Null;
    if let Some(key) = answer["archiveKey"].as_str() {
        // `…/date=2026-11-23/<record id>.<digest>.json`
        let (folder, object) = key.rsplit_once('/').unwrap();
        let (folder, date) = folder.rsplit_once('/').unwrap();
        let (record, digest) = object.strip_suffix(".json").unwrap().rsplit_once('.').unwrap();
        assert_eq!((date.len(), digest.len()), ("date=2026-11-23".len(), 16), "{key}");
        answer["archiveKey"] = json!([folder, record]);
    }
    answer
}

/// What of the document has come true.
#[derive(Default)]
struct CameTrue {
    statuses: BTreeSet<String>,
    examples: BTreeSet<String>,
    header_values: BTreeSet<(String, String)>,
}

impl CameTrue {
    /// Asserts that an answer is documented: its status, its headers, its body by schema, by members and by example.
    fn note(&mut self, document: &OpenApi, operation: &Operation, seen: &Seen) {
        let status = seen.status.as_str();
        let response = document.response(operation, status);
        let what = format!("{} {status} {}", operation.name, seen.body);
        let by = document.at(&format!("{response}/x-answered-by")).as_array();
        assert!(by.is_some_and(|by| by.contains(&json!("function"))), "{what}");
        self.statuses.insert(status.to_owned());

        let content = format!("{response}/content/{}", step(seen.headers["content-type"].to_str().unwrap()));
        let schema = format!("{content}/schema");
        assert_eq!(document.schema(&schema).fault(&seen.body), None, "{what}");
        let documented: BTreeSet<_> = document.properties(&schema).into_iter().collect();
        let given: BTreeSet<_> = seen.body.as_object().unwrap().keys().map(String::as_str).collect();
        assert!(given.is_subset(&documented), "{what}: {documented:?}");

        let examples = format!("{content}/examples");
        let like = |name: &&str| {
            let example = document.at(&format!("{examples}/{}/value", step(name)));
            timeless(example) == timeless(&seen.body)
        };
        let found = document.members(&examples).into_iter().find(like);
        self.examples.insert(format!("{examples}/{}", found.unwrap_or_else(|| panic!("no such example: {what}"))));

        self.note_headers(document, &response, seen);
    }

    fn note_headers(&mut self, document: &OpenApi, response: &str, seen: &Seen) {
        let headers = document.members(&format!("{response}/headers"));
        for name in seen.headers.keys() {
            let documented = headers.iter().any(|header| header.eq_ignore_ascii_case(name.as_str()));
            assert!(documented || name == "content-type", "{response}: {name}");
        }
        for header in headers {
            let place = document.resolved(&format!("{response}/headers/{header}"));
            // A function sends it always; API Gateway may not.
            let value = seen.headers[header].to_str().unwrap();
            let typed = value.parse::<u64>().map_or_else(|_| json!(value), |number| json!(number));
            assert_eq!(document.schema(&format!("{place}/schema")).fault(&typed), None, "{place}");
            let example = document.at(&format!("{place}/example"));
            assert!(example.is_null() || *example == typed, "{place}: {typed}");
            self.header_values.insert((header.to_owned(), value.to_owned()));
        }
    }
}

/// Every answer that the processes of an operation's function can be made to give.
async fn answers(operation: &'static Operation, own: &LocalStack) -> Vec<Seen> {
    let function = Function::start(&binary(operation), &environment(operation, own)).await;
    let answer = async |call: &Call| function.answer(call.event(Origin::HttpApi)).await.1;
    let good = call(operation, String::from_utf8(sample(operation)).unwrap());
    let other = call(operation, with(operation, "Reason", json!("Another")));
    let mut seen = vec![answer(&good).await, answer(&good).await, answer(&other).await];

    for reason in REASONS.into_iter().filter(|reason| *reason != Reason::Forbidden) {
        let rejected = answer(&call(operation, rejected_for(reason, operation))).await;
        assert_eq!(rejected.text("type"), format!("urn:problem-type:dataconnect:{}", reason.name()));
        assert_eq!(rejected.text("title"), reason.title());
        seen.push(rejected);
    }
    let mut stranger = good.clone();
    stranger.headers[0].1 = "Bearer dc_another-token".into();
    seen.push(answer(&stranger).await);
    stranger.headers.remove(0);
    seen.push(answer(&stranger).await);
    let mut misled = good.clone();
    misled.method = "PUT".into();
    seen.push(answer(&misled).await);

    // Somebody edits the record by hand.
    let stores = Stores::of(own, operation);
    let mut items = stores.items("2/Securitime").await;
    let mut item = items.pop().unwrap();
    item.insert("Revision".to_owned(), item["RecordId"].clone());
    stores.put_item(item).await;
    seen.push(answer(&call(operation, with(operation, "Reason", json!("A third")))).await);

    let bound = format!("{}:for=2/Securitime", access_tokens());
    let nowhere = refusing().await;
    for (variable, value, body) in [
        ("ACCESS_TOKENS", &bound, rejected_for(Reason::Forbidden, operation)),
        ("AWS_ENDPOINT_URL_DYNAMODB", &nowhere, with(operation, "Tenant", json!("Other"))),
    ] {
        let environment = changed(environment(operation, own), &[(variable, value)]);
        let function = Function::start(&binary(operation), &environment).await;
        seen.push(function.answer(call(operation, body).event(Origin::HttpApi)).await.1);
    }
    seen
}

/// What the document says of an operation's function: the statuses that it answers, and the examples of its answers.
fn promised(document: &OpenApi, operation: &Operation) -> (BTreeSet<String>, BTreeSet<String>) {
    let (mut statuses, mut examples) = (BTreeSet::new(), BTreeSet::new());
    for status in document.members(&format!("{}/responses", OpenApi::operation(operation))) {
        let response = document.response(operation, status);
        let by = document.at(&format!("{response}/x-answered-by")).as_array();
        let by: Vec<_> = by.unwrap_or_else(|| panic!("{response}: by whom?")).iter().collect();
        assert!(by.iter().all(|by| **by == "function" || **by == "api-gateway"), "{response}: {by:?}");
        if by.contains(&&json!("function")) {
            statuses.insert(status.to_owned());
        }
        for media_type in document.members(&format!("{response}/content")) {
            let content = format!("{response}/content/{}", step(media_type));
            // What API Gateway says cannot be seen here. It has a shape of its own.
            let gateway = document.resolved(&format!("{content}/schema")) == "/components/schemas/GatewayMessage";
            assert!(by.contains(&&json!(if gateway { "api-gateway" } else { "function" })), "{content}");
            if !gateway {
                let names = document.members(&format!("{content}/examples"));
                examples.extend(names.into_iter().map(|name| format!("{content}/examples/{name}")));
            }
        }
    }
    (statuses, examples)
}

#[tokio::test]
async fn each_answer_of_the_functions_is_documented_and_each_documented_one_is_given() {
    let document = OpenApi::read();
    // Side by side, for the retries on a table that is away take their time.
    let all = join_all(OPERATIONS.map(async |operation| {
        let own = LocalStack::memory(&template()).unwrap();
        (operation, answers(operation, &own).await)
    }));
    let mut header_values = BTreeSet::new();
    for (operation, answers) in all.await {
        let mut came_true = CameTrue::default();
        for seen in &answers {
            came_true.note(&document, operation, seen);
        }
        assert_eq!((came_true.statuses, came_true.examples), promised(&document, operation), "{}", operation.name);
        let given: BTreeSet<_> = answers.iter().filter_map(|seen| seen.body["outcome"].as_str()).collect();
        let stored = format!("{}/content/application~1json/schema", document.response(operation, "200"));
        let outcomes = document.at(&format!("{}/properties/outcome/enum", document.resolved(&stored))).as_array();
        let outcomes = outcomes.into_iter().flatten().filter_map(Value::as_str);
        assert_eq!(given, outcomes.collect(), "{}", operation.name);
        let allow = ("Allow".to_owned(), operation.method.to_owned());
        assert!(came_true.header_values.contains(&allow), "{}: {:?}", operation.name, came_true.header_values);
        header_values.extend(came_true.header_values);
    }
    // The same of the headers whose values are listed.
    for header in document.members("/components/headers") {
        let values = document.at(&format!("/components/headers/{header}/schema/enum")).as_array();
        for value in values.into_iter().flatten() {
            let value = (header.to_owned(), value.as_str().unwrap().to_owned());
            assert!(header_values.contains(&value), "{value:?} is never sent");
        }
    }
}

#[test]
fn the_problem_types_are_those_of_the_code() {
    let document = OpenApi::read();
    let mut documented = Vec::new();
    for schema in document.members("/components/schemas").into_iter().filter(|name| name.ends_with("Problem")) {
        let place = format!("/components/schemas/{schema}/properties/type");
        let types = document.at(&format!("{place}/enum")).as_array().cloned().unwrap_or_default();
        documented.extend(types.into_iter().chain([document.at(&format!("{place}/const")).clone()]));
    }
    let documented: BTreeSet<_> = documented.iter().filter_map(Value::as_str).collect();
    let reasons = REASONS.map(Reason::name);
    let names = reasons.into_iter().chain(["unauthorized", "method-not-allowed", "failed", "unavailable"]);
    let names: Vec<_> = names.map(|name| format!("urn:problem-type:dataconnect:{name}")).collect();
    assert_eq!(documented, names.iter().map(String::as_str).collect());
}
