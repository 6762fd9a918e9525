//! What the stores hold already when an event comes, and the refusals that follow from it.

use serde_json::{Value, json};
use sha2::{Digest, Sha256};

/// Entries that the receiver keeps of a record's history (`MAX_ENTRIES` of `shared/src/record/history.rs`).
pub(crate) const MAX_ENTRIES: u64 = 200;

/// What stands in the stores.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(crate) enum Standing {
    /// Nothing: every write is taken.
    #[default]
    Nothing,
    /// The record, made by so many other events.
    Revisions(u64),
    /// The record, made by this very event in an earlier request; and its body.
    SameEvent,
}

impl Standing {
    /// The body of `DynamoDB`'s refusal of a `PutItem`, with the item that is there. `None` where the write is taken.
    pub(crate) fn refusal(self, put: &[u8]) -> Option<String> {
        if self == Self::Nothing {
            return None;
        }
        let mut put: Value = serde_json::from_slice(put).ok()?;
        if !put["ConditionExpression"].as_str()?.starts_with("attribute_not_exists") {
            return None;
        }
        let mut item = put["Item"].take();
        let own = item["History"]["L"][0].take();
        match self {
            Self::Nothing => return None,
            Self::Revisions(revisions) => {
                let kept = revisions.min(MAX_ENTRIES);
                item["History"]["L"] = (0..kept).map(|number| entry(&own, number)).collect();
                item["Revision"]["N"] = json!(revisions.to_string());
                if revisions > kept {
                    item["HistoryDropped"]["N"] = json!((revisions - kept).to_string());
                }
            }
            Self::SameEvent => item["History"]["L"] = json!([of_earlier_request(own, 0)]),
        }
        let refusal = json!({
            "__type": "com.amazonaws.dynamodb.v20120810#ConditionalCheckFailedException",
            "message": "The conditional request failed",
            "Item": item,
        });
        Some(refusal.to_string())
    }
}

/// The entry of another event, as long as one that is given.
fn entry(own: &Value, number: u64) -> Value {
    let mut entry = of_earlier_request(own.clone(), number);
    entry["M"]["Outcome"]["S"] = json!(if number == 0 { "Created" } else { "Corrected" });
    entry["M"]["ContentHash"]["S"] = json!(hex::encode(Sha256::digest(number.to_be_bytes())));
    entry
}

fn of_earlier_request(mut entry: Value, number: u64) -> Value {
    entry["M"]["RequestId"]["S"] = json!(format!("8e5c0a3b-0000-4000-9000-{number:012}"));
    entry
}

#[cfg(test)]
mod tests {
    use super::*;

    fn put(condition: &str) -> Vec<u8> {
        let entry = json!({"M": {"Outcome": {"S": "Created"}, "ContentHash": {"S": "00"}, "RequestId": {"S": "1"}}});
        let item = json!({"Revision": {"N": "1"}, "History": {"L": [entry]}, "PunchId": {"N": "98117"}});
        json!({"Item": item, "ConditionExpression": condition}).to_string().into_bytes()
    }

    fn refused(standing: Standing) -> Value {
        let refusal = standing.refusal(&put("attribute_not_exists(#key)")).expect("a refusal");
        serde_json::from_str(&refusal).expect("JSON")
    }

    #[test]
    fn a_record_of_many_revisions_has_as_long_a_history_as_the_receiver_keeps() {
        let item = &refused(Standing::Revisions(1_000))["Item"];
        assert_eq!(item["History"]["L"].as_array().map(Vec::len), usize::try_from(MAX_ENTRIES).ok());
        assert_eq!((&item["Revision"]["N"], &item["HistoryDropped"]["N"]), (&json!("1000"), &json!("800")));
        assert_eq!(item["PunchId"]["N"], "98117");
    }

    #[test]
    fn a_duplicate_finds_its_content_hash_and_another_request() {
        let item = &refused(Standing::SameEvent)["Item"];
        let entry = &item["History"]["L"][0]["M"];
        assert_eq!(entry["ContentHash"]["S"], "00");
        assert_ne!(entry["RequestId"]["S"], "1");
        assert_eq!(item["HistoryDropped"], Value::Null);
    }

    #[test]
    fn a_write_over_a_known_revision_is_taken() {
        assert_eq!(Standing::Revisions(10).refusal(&put("#revision = :seen")), None);
        assert_eq!(Standing::Nothing.refusal(&put("attribute_not_exists(#key)")), None);
    }
}
