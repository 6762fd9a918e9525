//! What changed between two bodies, member by member.

use dataconnect::json::{Json, Object};
use serde::Serialize;

/// One member that changed.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Change {
    /// Where it stands, as a JSON Pointer (RFC 6901).
    pub place: String,
    /// What it was, as JSON. `None` if it was not there.
    pub before: Option<String>,
    /// What it is. `None` if it is not there any more.
    pub after: Option<String>,
}

/// What changed, in the order of the members' names. Objects are gone into, arrays are compared whole: nothing tells which
/// element became which.
#[must_use]
pub fn changes(before: &Object, after: &Object) -> Vec<Change> {
    let mut changes = Vec::new();
    compare("", before, after, &mut changes);
    changes
}

fn compare(place: &str, before: &Object, after: &Object, changes: &mut Vec<Change>) {
    let mut names: Vec<_> = before.keys().chain(after.keys()).collect();
    names.sort();
    names.dedup();
    for name in names {
        let place = format!("{place}/{}", name.replace('~', "~0").replace('/', "~1"));
        match (before.get(name), after.get(name)) {
            (Some(Json::Object(before)), Some(Json::Object(after))) => compare(&place, before, after, changes),
            (before, after) if before == after => {}
            (before, after) => changes.push(Change { place, before: before.map(text), after: after.map(text) }),
        }
    }
}

fn text(value: &Json) -> String {
    serde_json::to_string(value).unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use dataconnect::json::parse;

    use super::*;

    fn changed(before: &str, after: &str) -> Vec<(String, Option<String>, Option<String>)> {
        let object = |body: &str| match parse(body.as_bytes()).unwrap().root {
            Json::Object(members) => members,
            other => panic!("{}", other.kind()),
        };
        let changes = changes(&object(before), &object(after)).into_iter();
        changes.map(|change| (change.place, change.before, change.after)).collect()
    }

    #[test]
    fn each_member_that_changed_is_named_by_its_place() {
        let text = |text: &str| Some(text.to_owned());
        assert_eq!(
            changed(
                r#"{"A":1,"B":{"x/y":1,"z":2},"C":[1],"D":0}"#,
                r#"{"A":1.0,"B":{"x/y":"1","z":2},"C":[1,2],"E":null}"#
            ),
            [
                ("/B/x~1y".to_owned(), text("1"), text("\"1\"")),
                ("/C".to_owned(), text("[1]"), text("[1,2]")),
                ("/D".to_owned(), text("0"), None),
                ("/E".to_owned(), None, text("null")),
            ]
        );
    }
}
