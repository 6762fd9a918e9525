//! Drift: where an accepted event differs from the documented shape.

use std::fmt;

/// Notes kept for one event. More than that and the shape has changed altogether; the rest is only counted.
const MAX_NOTES: usize = 50;
/// Characters kept of one note; a member's name may be as long as its sender likes.
const MAX_NOTE_CHARS: usize = 300;

/// The differences that were found in one event, each as `<JSON Pointer>: <what>`, or `<what>` alone of
/// the body itself.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Drift {
    notes: Vec<String>,
    more: usize,
}

impl Drift {
    /// Notes one difference.
    pub fn note(&mut self, place: &Place<'_>, what: impl fmt::Display) {
        if self.notes.len() == MAX_NOTES {
            self.more += 1;
            return;
        }
        let note = match place {
            Place::Root => what.to_string(),
            place => format!("{place}: {what}"),
        };
        self.notes.push(match note.char_indices().nth(MAX_NOTE_CHARS) {
            Some((end, _)) => format!("{}…", &note[..end]),
            None => note,
        });
    }

    /// Adds the notes of another drift, as far as there is room.
    pub fn append(&mut self, other: Self) {
        let room = MAX_NOTES - self.notes.len();
        self.more += other.more + other.notes.len().saturating_sub(room);
        self.notes.extend(other.notes.into_iter().take(room));
    }

    /// How many differences there are.
    #[must_use]
    pub fn count(&self) -> usize {
        self.notes.len() + self.more
    }

    /// The notes, with a last one for those that were only counted.
    #[must_use]
    pub fn to_notes(&self) -> Vec<String> {
        let more = (self.more > 0).then(|| format!("and {} more", self.more));
        self.notes.iter().cloned().chain(more).collect()
    }
}

/// A place in a body. Written as a JSON Pointer (RFC 6901), `/ScheduleConfig/Weeks/0`.
#[derive(Debug, Clone, Copy)]
pub enum Place<'a> {
    /// The body itself.
    Root,
    /// A member of the object at a place.
    Member(&'a Place<'a>, &'a str),
    /// An element of the array at a place.
    Element(&'a Place<'a>, usize),
}

impl Place<'_> {
    /// The member `name` of the object at this place.
    #[must_use]
    pub fn member<'a>(&'a self, name: &'a str) -> Place<'a> {
        Place::Member(self, name)
    }

    /// The element `index` of the array at this place.
    #[must_use]
    pub fn element(&self, index: usize) -> Place<'_> {
        Place::Element(self, index)
    }
}

impl fmt::Display for Place<'_> {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Root => Ok(()),
            Self::Member(parent, name) => write!(out, "{parent}/{}", name.replace('~', "~0").replace('/', "~1")),
            Self::Element(parent, index) => write!(out, "{parent}/{index}"),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_note_tells_the_place_as_a_json_pointer() {
        let mut drift = Drift::default();
        let weeks = Place::Root.member("Weeks");
        drift.note(&weeks.element(0).member("a/b~c"), "a number, not a string");
        assert_eq!(drift.to_notes(), ["/Weeks/0/a~1b~0c: a number, not a string"]);
    }

    #[test]
    fn a_flood_is_counted_and_not_kept() {
        let mut drift = Drift::default();
        let long = "é".repeat(10_000);
        for _ in 0..1_000 {
            drift.note(&Place::Root.member(&long), "not documented");
        }
        assert_eq!(drift.count(), 1_000);
        let notes = drift.to_notes();
        assert_eq!(notes.len(), MAX_NOTES + 1);
        assert_eq!(notes[MAX_NOTES], "and 950 more");
        assert!(notes.iter().all(|note| note.chars().count() <= MAX_NOTE_CHARS + 1));
    }
}
