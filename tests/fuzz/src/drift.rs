//! Any JSON as the payload of each operation.

use dataconnect::drift::Drift;
use dataconnect::json::{Json, Object, parse};
use dataconnect::operation::Operation;
use dataconnect::payload::OPERATIONS;

/// Fifty notes, and one that counts the others.
const MAX_NOTES: usize = 51;
/// Three hundred characters, and the one that says that a note was cut.
const MAX_NOTE_CHARS: usize = 301;

/// The input is the body.
pub fn run(input: &[u8]) {
    let Ok(Json::Object(members)) = parse(input).map(|document| document.root) else { return };
    let canonical = serde_json::to_vec(&members).expect("JSON is written");
    let Ok(Json::Object(again)) = parse(&canonical).map(|document| document.root) else { panic!("an object") };
    for operation in OPERATIONS {
        let drift = drift_of(operation, &members);
        assert_bounded(&drift);
        assert_says_where(&drift, &members);
        assert_eq!(drift_of(operation, &again), drift, "{}", operation.name);

        let mut twice = drift.clone();
        twice.append(drift.clone());
        assert_eq!(twice.count(), 2 * drift.count());
        assert_bounded(&twice);
    }
}

fn drift_of(operation: &Operation, members: &Object) -> Drift {
    let mut drift = Drift::default();
    (operation.note_drift)(members, &mut drift);
    drift
}

fn assert_bounded(drift: &Drift) {
    let notes = drift.to_notes();
    assert!(notes.len() <= MAX_NOTES, "{} notes", notes.len());
    assert!(notes.len() <= drift.count(), "{} notes of {}", notes.len(), drift.count());
    for note in notes {
        assert!(note.chars().count() <= MAX_NOTE_CHARS, "{} characters", note.chars().count());
    }
}

/// A note that was not cut begins with the JSON Pointer of something that is there.
fn assert_says_where(drift: &Drift, members: &Object) {
    let notes = drift.to_notes();
    let of_a_place = notes.iter().filter(|note| !note.ends_with('…') && !note.starts_with("and "));
    for note in of_a_place {
        let mut ends = note.match_indices(": ").map(|(end, _)| &note[..end]);
        assert!(ends.any(|pointer| is_there(pointer, members)), "{note:?} says of nothing");
    }
}

/// Whether a JSON Pointer (RFC 6901) leads to a value.
fn is_there(pointer: &str, members: &Object) -> bool {
    let mut steps = pointer.split('/').map(|step| step.replace("~1", "/").replace("~0", "~"));
    if steps.next().as_deref() != Some("") {
        return false;
    }
    let Some(mut value) = steps.next().and_then(|member| members.get(&member)) else { return false };
    for step in steps {
        let inner = match value {
            Json::Object(members) => members.get(&step),
            Json::Array(elements) => step.parse().ok().and_then(|index: usize| elements.get(index)),
            _ => None,
        };
        let Some(inner) = inner else { return false };
        value = inner;
    }
    true
}
