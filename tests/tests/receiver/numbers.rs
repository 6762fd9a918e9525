//! Numbers keep every digit, or are left out where `DynamoDB` has no room for them.

use dataconnect::payload::{DELETE_PUNCHES, POST_INCIDENTS, POST_PUNCHES};
use serde_json::{Value, json};
use tests::receiver::Receiver;

/// A body with one number besides its keys, written as it stands here.
fn body(tenant: &str, number: &str) -> String {
    format!(r#"{{"CustomerId":2,"Tenant":"{tenant}","PunchId":1,"Number":{number},"List":[[{number}]]}}"#)
}

/// The value of a decimal, as its sign, its digits without zeros at either end, and the place of the first: `DynamoDB`
/// chooses the spelling.
fn value(text: &str) -> (bool, String, i64) {
    let (negative, text) = (text.starts_with('-'), text.trim_start_matches('-'));
    let (mantissa, exponent) = text.split_once(['e', 'E']).unwrap_or((text, "0"));
    let (whole, fraction) = mantissa.split_once('.').unwrap_or((mantissa, ""));
    let digits = format!("{whole}{fraction}");
    let zeros = digits.len() - digits.trim_start_matches('0').len();
    let significant = digits.trim_matches('0').to_owned();
    if significant.is_empty() {
        return (false, significant, 0);
    }
    let place = |count: usize| i64::try_from(count).unwrap();
    (negative, significant, exponent.parse::<i64>().unwrap() + place(whole.len()) - place(zeros))
}

#[tokio::test]
async fn numbers_that_dynamodb_holds_come_back_with_every_digit() {
    let nines = "9".repeat(38);
    let numbers = [
        "0",
        "-0",
        "0.0",
        "-0.0e5",
        "0e999",
        "500.75",
        "500.750",
        "0.1",
        "1e2",
        "1E+2",
        "123456789012345678901234567890",
        "0.30000000000000004",
        "-9007199254740993",
        "18446744073709551616",
        "1e125",
        "-1e125",
        "1.5e125",
        "1e-130",
        "-1e-130",
        "9e-130",
        "1.0000000000000000000000000000000000000000000",
        &nines,
        "1e37",
        "1e38",
        "1e-7",
        "1e-8",
        "12345678901234567890123456789012345678",
        "0.12345678901234567890123456789012345678",
        "9.9999999999999999999999999999999999999e125",
    ];
    let (punches, deletions) = (Receiver::of(&POST_PUNCHES), Receiver::of(&DELETE_PUNCHES));
    for (index, number) in numbers.into_iter().enumerate() {
        let tenant = format!("numbers-held-{index}");
        punches.accepted(body(&tenant, number)).await;
        // Read from the table, and written to it a second time.
        deletions.accepted(body(&tenant, number)).await;
        let item = punches.stores.only(&tenant).await;
        for members in [&item, &item["Deletion"]] {
            for found in [&members["Number"], &members["List"][0][0]] {
                assert_eq!(value(found["N"].as_str().unwrap()), value(number), "{number}: {found}");
            }
        }
        assert_eq!((item.get("Drift"), item.get("Oversize")), (None, None));
        assert_eq!(punches.accepted(body(&tenant, number)).await, "Duplicate");
    }
}

#[tokio::test]
async fn numbers_that_dynamodb_cannot_hold_are_left_out_and_noted() {
    let long = "9".repeat(39);
    let fraction = format!("0.{}1", "0123456789".repeat(4));
    let numbers = [
        long.as_str(),
        &fraction,
        "1e126",
        "-1e126",
        "10e125",
        "1e-131",
        "1e400",
        "1e-400",
        "1e9999999999",
        "1e99999999999999999999999",
        "-1e-99999999999999999999999",
        "123456789012345678901234567890123456789",
    ];
    let (punches, deletions) = (Receiver::of(&POST_PUNCHES), Receiver::of(&DELETE_PUNCHES));
    for (index, number) in numbers.into_iter().enumerate() {
        let tenant = format!("numbers-left-out-{index}");
        let seen = punches.send(body(&tenant, number)).await;
        assert_eq!(seen.body["outcome"], "Created", "{number}: {}", seen.body);
        deletions.accepted(body(&tenant, number)).await;
        let item = punches.stores.only(&tenant).await;
        for members in [&item, &item["Deletion"]] {
            assert!(members.get("Number").is_none() && members.get("List").is_none(), "{number}: {members}");
        }
        let reason = "left out: a number outside DynamoDB's 38 digits or its range";
        let notes = [format!("/List: {reason}"), format!("/Number: {reason}")];
        let of_deletion = notes.clone().map(|note| format!("In the deletion: {note}"));
        assert_eq!(item["Drift"], json!([notes, of_deletion].concat()));
        let archived = punches.stores.body(seen.text("archiveKey")).await;
        assert_eq!(archived, body(&tenant, number).into_bytes());
    }
}

#[tokio::test]
async fn a_number_that_changes_in_its_last_digit_is_a_correction() {
    let receiver = Receiver::of(&POST_INCIDENTS);
    let costs = ["0.1", "0.10000000000000000555", "9007199254740992", "9007199254740993", "1e400", "1e401"];
    for (index, cost) in costs.into_iter().enumerate() {
        let body = format!(r#"{{"CustomerId":2,"Tenant":"numbers-digit","IncidentId":1,"CostRecovery":{cost}}}"#);
        let outcome = if index == 0 { "Created" } else { "Corrected" };
        assert_eq!(receiver.accepted(body).await, outcome, "{cost}");
    }
}

/// A table may spell a number with more characters than it was sent with. What counts is the value, or an event's
/// place in time would decide whether its members are kept.
#[tokio::test]
async fn a_body_of_large_powers_of_ten_is_kept_whether_its_deletion_comes_before_or_after() {
    let members: Value = (0..4_000).map(|index| (format!("N{index}"), json!("?"))).collect();
    let text = |tenant: &str| Receiver::of(&POST_PUNCHES).body(tenant, 1, &members).replace("\"?\"", "-1e120");
    for (tenant, order) in [
        ("numbers-powers-after", [&POST_PUNCHES, &DELETE_PUNCHES]),
        ("numbers-powers-before", [&DELETE_PUNCHES, &POST_PUNCHES]),
    ] {
        for operation in order {
            let receiver = Receiver::of(operation);
            let body = if operation.method == "POST" { text(tenant) } else { receiver.body(tenant, 1, &json!({})) };
            receiver.accepted(body).await;
        }
        let item = Receiver::of(&POST_PUNCHES).stores.only(tenant).await;
        assert_eq!((item.get("Oversize"), item["N3999"].is_object()), (None, true), "{tenant}");
    }
}
