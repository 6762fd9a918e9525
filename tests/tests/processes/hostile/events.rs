//! API events that no gateway sends, given to the real binaries as Lambda does: each is answered, or, where it is so
//! far from a request that the runtime cannot read it, reported as an error. The function goes on.

use std::collections::BTreeMap;

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use dataconnect::operation::Operation;
use dataconnect::payload::{OPERATIONS, POST_PUNCHES};
use serde_json::{Value, json};
use tests::function::Function;
use tests::gateway::Origin;
use tests::receiver::Receiver;
use tests::runtime_api::Report;

use crate::{call, function};

/// The two formats. A function URL has the HTTP API's.
const ORIGINS: [Origin; 2] = [Origin::HttpApi, Origin::RestApi];

/// Stands in every body, and in no report.
const MARK: &str = "hostile-events";

/// An event that is taken, whose record is one for each operation.
fn good(operation: &'static Operation, origin: Origin) -> Value {
    let body = json!({ "CustomerId": 2, "Tenant": MARK, operation.record_id: "1" });
    call(operation, body.to_string()).event(origin)
}

/// What becomes of a spoilt event.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Fate {
    Taken,
    Refused,
    Unreadable,
}

/// Has a function handle an event. Whatever it is, no answer is a 5xx and none tells of the body.
async fn fate(function: &Function, event: &Value, what: &str) -> Fate {
    let (request_id, report) = function.invoke(event.clone()).await;
    let response = match report {
        Report::Response(response) => response,
        Report::Error(error) => {
            assert!(!error.to_string().contains(MARK), "{what}: the report quotes the body: {error}");
            return Fate::Unreadable;
        }
    };
    let status = response["statusCode"].as_u64().unwrap_or_default();
    let body: Value = serde_json::from_str(response["body"].as_str().unwrap_or_default()).unwrap_or_default();
    assert_eq!(body["requestId"], request_id, "{what}: {response}");
    if status == 200 {
        assert!(body["outcome"].is_string(), "{what}: {response}");
        return Fate::Taken;
    }
    assert!((400..500).contains(&status), "{what}: {response}");
    assert_eq!(body["status"], status, "{what}: {response}");
    assert!(
        body["type"].as_str().is_some_and(|name| name.starts_with("urn:problem-type:dataconnect:")),
        "{what}: {response}"
    );
    Fate::Refused
}

/// All places of a value, as JSON Pointers.
fn places(value: &Value, at: &str) -> Vec<String> {
    let steps: Vec<(String, &Value)> = match value {
        Value::Object(members) => members.iter().map(|(name, value)| (name.replace('/', "~1"), value)).collect(),
        Value::Array(elements) => elements.iter().enumerate().map(|(at, value)| (at.to_string(), value)).collect(),
        _ => Vec::new(),
    };
    steps.into_iter().fold(vec![at.to_owned()], |mut all, (step, value)| {
        all.extend(places(value, &format!("{at}/{step}")));
        all
    })
}

/// The event without what stands at a place, or with something else there.
fn spoilt(event: &Value, place: &str, value: Option<&Value>) -> Value {
    let mut event = event.clone();
    match (value, place.rsplit_once('/')) {
        (Some(value), _) => *event.pointer_mut(place).unwrap() = value.clone(),
        (None, Some((parent, name))) => match event.pointer_mut(parent).unwrap() {
            Value::Object(members) => drop(members.remove(&name.replace("~1", "/"))),
            Value::Array(elements) => drop(elements.remove(name.parse().unwrap())),
            _ => {}
        },
        (None, None) => event = Value::Null,
    }
    event
}

/// One function for all five: what reads an event knows nothing of operations.
#[tokio::test]
async fn an_event_that_lacks_something_or_has_something_else_for_it_costs_itself_alone() {
    let values = [json!(null), json!(true), json!(-1), json!("é\u{0}"), json!(""), json!([null]), json!({ "a": 1 })];
    let function = function(&POST_PUNCHES).await;
    let mut fates = BTreeMap::<_, usize>::new();
    for origin in ORIGINS {
        let event = good(&POST_PUNCHES, origin);
        for place in places(&event, "") {
            for value in [None].into_iter().chain(values.iter().map(Some)) {
                let what = format!("{origin:?}, {place}: {value:?}");
                *fates.entry(fate(&function, &spoilt(&event, &place, value), &what).await).or_default() += 1;
            }
            assert_eq!(fate(&function, &event, "the whole event").await, Fate::Taken, "{origin:?}, after {place}");
        }
    }
    let ended = function.stop().await;
    assert!(!ended.stdout.iter().any(|line| line.contains("panicked")), "{ended:?}");
    let items = Receiver::of(&POST_PUNCHES).stores.items(&format!("2/{MARK}")).await;
    assert_eq!(items.len(), 1, "all that was taken is one record");
    eprintln!("spoilt events: {fates:?}");
}

/// A way to spoil an event.
type Spoil = fn(&mut Value);

fn set_header(event: &mut Value, name: &str, value: &str) {
    event["headers"][name] = json!(value);
    if event["multiValueHeaders"].is_object() {
        event["multiValueHeaders"][name] = json!([value]);
    }
}

/// The member of the event that has the method.
fn method(event: &mut Value) -> &mut Value {
    if event["version"] == "2.0" { &mut event["requestContext"]["http"]["method"] } else { &mut event["httpMethod"] }
}

/// Events as a gateway may make them of what a sender sends, however absurd: each is read, and answered like this.
const ABSURD: &[(&str, Fate, Spoil)] = &[
    // What the table of requests cannot bring, since the server in front of it fails on it.
    ("a Host in Latin-1", Fate::Taken, |event| set_header(event, "host", "caf\u{e9}")),
    ("a Cookie in Latin-1", Fate::Taken, |event| set_header(event, "cookie", "a=caf\u{e9}")),
    ("a User-Agent of what was no UTF-8", Fate::Taken, |event| set_header(event, "user-agent", "caf\u{fffd}")),
    ("a Content-Type in Latin-1", Fate::Taken, |event| set_header(event, "content-type", "application/json\u{e9}")),
    ("a body that is no UTF-8", Fate::Refused, |event| {
        (event["body"], event["isBase64Encoded"]) = (json!(STANDARD.encode([0xff; 1_000])), json!(true));
    }),
    ("a body in UTF-16", Fate::Refused, |event| {
        (event["body"], event["isBase64Encoded"]) = (json!(STANDARD.encode(b"\xff\xfe{\x00}\x00")), json!(true));
    }),
    // Methods get to a function where a route has `ANY`, or none.
    ("GET", Fate::Refused, |event| *method(event) = json!("GET")),
    ("HEAD", Fate::Refused, |event| *method(event) = json!("HEAD")),
    ("OPTIONS", Fate::Refused, |event| *method(event) = json!("OPTIONS")),
    ("CONNECT", Fate::Refused, |event| *method(event) = json!("CONNECT")),
    ("the method in small letters", Fate::Refused, |event| {
        let lower = method(event).as_str().unwrap_or_default().to_lowercase();
        *method(event) = json!(lower);
    }),
    ("a method of every sign", Fate::Refused, |event| *method(event) = json!("!#$%&'*+-.^_`|~")),
    ("a method of 10 KB", Fate::Refused, |event| *method(event) = json!("M".repeat(10_000))),
    // Claims of Base64.
    ("plain text that claims to be Base64", Fate::Taken, |event| event["isBase64Encoded"] = json!(true)),
    ("Base64 that claims to be plain text", Fate::Refused, |event| {
        event["body"] = json!(STANDARD.encode(event["body"].as_str().unwrap_or_default()));
    }),
    ("Base64 of Base64", Fate::Refused, |event| {
        let once = STANDARD.encode(event["body"].as_str().unwrap_or_default());
        (event["body"], event["isBase64Encoded"]) = (json!(STANDARD.encode(once)), json!(true));
    }),
    ("Base64 that breaks off", Fate::Refused, |event| {
        let whole = STANDARD.encode(event["body"].as_str().unwrap_or_default());
        (event["body"], event["isBase64Encoded"]) = (json!(whole[..whole.len() - 3]), json!(true));
    }),
    ("no body that claims to be Base64", Fate::Refused, |event| {
        (event["body"], event["isBase64Encoded"]) = (json!(null), json!(true));
    }),
    // Numbers and sizes.
    ("10,000 cookies", Fate::Taken, |event| event["cookies"] = json!(vec!["a=b"; 10_000])),
    ("cookies that are none", Fate::Taken, |event| event["cookies"] = json!(["", "=", ";", "\u{0}\r\n", "é😀"])),
    ("1,000 headers", Fate::Taken, |event| {
        for number in 0..1_000 {
            set_header(event, &format!("x-hostile-{number}"), "x");
        }
    }),
    ("a header 10,000 times", Fate::Taken, |event| {
        set_header(event, "x-hostile", "x");
        if event["multiValueHeaders"].is_object() {
            event["multiValueHeaders"]["x-hostile"] = json!(vec!["x"; 10_000]);
        }
    }),
    ("a header of 1 MB", Fate::Taken, |event| set_header(event, "x-hostile", &"x".repeat(1_000_000))),
    ("a header's name of 30 KB", Fate::Taken, |event| set_header(event, &"x".repeat(30_000), "x")),
    ("a query of 1 MB", Fate::Taken, |event| {
        event["rawQueryString"] = json!("a=b&".repeat(250_000));
        event["queryStringParameters"] = json!({ "a": "b".repeat(1_000_000) });
    }),
    ("a path of 1 MB", Fate::Taken, |event| {
        let member = if event["version"] == "2.0" { "rawPath" } else { "path" };
        event[member] = json!("/..".repeat(300_000));
    }),
    // What a sender makes up of the rest.
    ("a URL that is none", Fate::Taken, |event| {
        for (name, value) in [("host", "::::/@["), ("x-forwarded-proto", "ht tp"), ("x-forwarded-port", "-1")] {
            set_header(event, name, value);
        }
        event["requestContext"]["domainName"] = json!("% ");
        event["requestContext"]["stage"] = json!("\u{0}/");
    }),
    ("an id of the API's that forges a log line", Fate::Taken, |event| {
        event["requestContext"]["requestId"] = json!("\n{\"level\":\"ERROR\",\"message\":\"forged\"}\n");
    }),
    ("parameters of a path that is none", Fate::Taken, |event| {
        event["pathParameters"] = json!({ "proxy": "../..", "": "\u{0}", "é": "" });
        event["stageVariables"] = json!({ "ACCESS_TOKENS": "x", "AUTHENTICATION": "off" });
    }),
    ("members that no gateway has", Fate::Taken, |event| {
        event["Records"] = json!([{ "eventSource": "aws:sqs", "body": "{}" }]);
        event["__proto__"] = json!({ "isBase64Encoded": true });
        event["$serde_json::private::Number"] = json!("1");
    }),
    ("a token in the query", Fate::Refused, |event| {
        let headers = event["headers"].as_object_mut();
        let token = headers.and_then(|headers| headers.remove("authorization")).unwrap_or_default();
        if let Some(headers) = event["multiValueHeaders"].as_object_mut() {
            headers.remove("authorization");
        }
        event["queryStringParameters"] = json!({ "authorization": token, "access_token": token });
    }),
];

#[tokio::test]
async fn an_absurd_event_is_answered_as_what_it_is() {
    for operation in OPERATIONS {
        let function = function(operation).await;
        for origin in [Origin::HttpApi, Origin::RestApi, Origin::FunctionUrl] {
            for (what, expected, spoil) in ABSURD {
                let mut event = good(operation, origin);
                spoil(&mut event);
                let what = format!("{} {origin:?}, {what}", operation.name);
                assert_eq!(fate(&function, &event, &what).await, *expected, "{what}");
            }
            assert_eq!(fate(&function, &good(operation, origin), "a good event").await, Fate::Taken, "{operation:?}");
        }
        let lines = function.stop().await.stdout;
        let lines: Vec<Value> = lines.iter().map(|line| serde_json::from_str(line).expect("a line of JSON")).collect();
        assert!(lines.iter().all(|line| line["level"] != "ERROR" && line["message"] != "forged"), "{lines:?}");
    }
    eprintln!("absurd events: {}", ABSURD.len() * 3 * OPERATIONS.len());
}
