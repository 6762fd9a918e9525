//! Which record of a customer and tenant an event is about: the sort key of all four tables.

use std::borrow::Cow;
use std::fmt;
use std::str::FromStr;

use crate::digest::Digest;
use crate::json::{Json, Object};

/// A sort key is at most 1,024 bytes ("Quotas", `DynamoDB` developer guide).
const MAX_BYTES: usize = 1_024;
/// Begins the ids that are content hashes.
const HASH_PREFIX: &str = "sha256-";
/// Begins the ids of members whose text begins like one of the two prefixes, so that no member can pose as a hash.
const ESCAPE: &str = "~";

/// The id of a record among those of its customer and tenant: 1 to 1,024 bytes.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct RecordId(String);

/// Why a body's members give no record id.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum RecordIdError {
    /// The member is absent or null.
    #[error("{0} is missing")]
    Missing(String),
    /// The member is neither a string nor a number.
    #[error("{0} must be a string or a number")]
    Unusable(String),
    /// The member is an empty string.
    #[error("{0} must not be empty")]
    Empty(String),
    /// The id is longer than a key may be.
    #[error("the record id is longer than {MAX_BYTES} bytes")]
    TooLong,
}

impl RecordId {
    /// The id of a record whose event has no member that identifies it.
    #[must_use]
    pub fn from_content_hash(hash: &Digest) -> Self {
        Self(format!("{HASH_PREFIX}{hash}"))
    }

    /// An id that was read back from a table, or that an operator asks for.
    #[must_use]
    pub fn from_stored(text: String) -> Self {
        Self(text)
    }

    /// The id's text.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// The id that the members' texts make. One text is taken as it is; of several, the slashes and percent signs are
    /// encoded before a slash joins them, so that no two lists of texts share an id.
    fn join(parts: &[Cow<'_, str>]) -> Result<Self, RecordIdError> {
        let text = match parts {
            [only] => only.clone().into_owned(),
            several => {
                let encoded: Vec<_> = several.iter().map(|part| part.replace('%', "%25").replace('/', "%2F")).collect();
                encoded.join("/")
            }
        };
        let poses = text.starts_with(HASH_PREFIX) || text.starts_with(ESCAPE);
        let text = if poses { format!("{ESCAPE}{text}") } else { text };
        if text.len() > MAX_BYTES {
            return Err(RecordIdError::TooLong);
        }
        Ok(Self(text))
    }
}

impl fmt::Display for RecordId {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        out.write_str(&self.0)
    }
}

/// Which member, or members, of a body identify its record. Written as the setting has it: `PunchId`, or
/// `ScheduleId,PunchDateLocal`, or with a JSON Pointer (RFC 6901) for a member that is not the body's own, `/Punch/Id`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RecordIdRule {
    members: Vec<MemberPath>,
}

/// Why a setting is no [`RecordIdRule`].
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("must be a member's name, or several parted by commas, or JSON Pointers; none may be empty")]
pub struct RecordIdRuleError;

/// A member of the body, or of an object in it.
#[derive(Debug, Clone, PartialEq, Eq)]
struct MemberPath {
    /// As in the setting, for messages.
    written: String,
    steps: Vec<String>,
}

impl FromStr for RecordIdRule {
    type Err = RecordIdRuleError;

    fn from_str(setting: &str) -> Result<Self, Self::Err> {
        let members: Option<Vec<_>> = setting.split(',').map(|member| MemberPath::parse(member.trim())).collect();
        Ok(Self { members: members.ok_or(RecordIdRuleError)? })
    }
}

impl MemberPath {
    fn parse(written: &str) -> Option<Self> {
        let steps = match written.strip_prefix('/') {
            Some(pointer) => pointer.split('/').map(|step| step.replace("~1", "/").replace("~0", "~")).collect(),
            None => vec![written.to_owned()],
        };
        let complete = steps.iter().all(|step: &String| !step.is_empty());
        complete.then(|| Self { written: written.to_owned(), steps })
    }

    fn text<'a>(&self, body: &'a Object) -> Result<Cow<'a, str>, RecordIdError> {
        let (last, objects) = self.steps.split_last().ok_or_else(|| RecordIdError::Missing(self.written.clone()))?;
        let mut members = body;
        for step in objects {
            let Some(Json::Object(inner)) = members.get(step) else {
                return Err(RecordIdError::Missing(self.written.clone()));
            };
            members = inner;
        }
        match members.get(last) {
            None | Some(Json::Null) => Err(RecordIdError::Missing(self.written.clone())),
            Some(Json::String(text)) if text.is_empty() => Err(RecordIdError::Empty(self.written.clone())),
            Some(Json::String(text)) => Ok(Cow::Borrowed(text)),
            Some(Json::Number(number)) => Ok(Cow::Borrowed(number.as_str())),
            Some(_) => Err(RecordIdError::Unusable(self.written.clone())),
        }
    }
}

impl RecordIdRule {
    /// The id that the body's members make.
    ///
    /// # Errors
    /// [`RecordIdError`] names the member at fault.
    pub fn id_of(&self, body: &Object) -> Result<RecordId, RecordIdError> {
        let parts: Vec<_> = self.members.iter().map(|member| member.text(body)).collect::<Result<_, _>>()?;
        RecordId::join(&parts)
    }

    /// Whether the record's id may hang on a member `name` of an object that stands in `depth` others. Which others is
    /// not asked: a false yes costs a rejection that can be replayed, a false no a record.
    #[must_use]
    pub fn reads(&self, depth: usize, name: &str) -> bool {
        self.members.iter().any(|member| member.steps.get(depth).is_some_and(|step| step == name))
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::json::parse;

    fn id(setting: &str, body: &str) -> Result<String, RecordIdError> {
        let Json::Object(members) = parse(body.as_bytes()).expect("JSON").root else { panic!("an object") };
        setting.parse::<RecordIdRule>().expect("a rule").id_of(&members).map(|id| id.0)
    }

    #[test]
    fn an_id_is_the_members_text_whatever_its_type() {
        assert_eq!(id("Id", r#"{"Id":"T49098.34277.001N"}"#), Ok("T49098.34277.001N".to_owned()));
        assert_eq!(id("Id", r#"{"Id":123}"#), id("Id", r#"{"Id":"123"}"#));
        assert_eq!(id("Id", r#"{"Id":"../a%/ é"}"#), Ok("../a%/ é".to_owned()));
    }

    #[test]
    fn several_members_and_nested_ones_make_an_id() {
        assert_eq!(id("A, B", r#"{"A":"x/y","B":7}"#), Ok("x%2Fy/7".to_owned()));
        assert_eq!(id("/Punch/Id", r#"{"Punch":{"Id":5}}"#), Ok("5".to_owned()));
        assert_eq!(id("/Punch/Id", r#"{"Punch":5}"#), Err(RecordIdError::Missing("/Punch/Id".to_owned())));
    }

    #[test]
    fn faults_are_told_apart() {
        assert_eq!(id("Id", "{}"), Err(RecordIdError::Missing("Id".to_owned())));
        assert_eq!(id("Id", r#"{"Id":null}"#), Err(RecordIdError::Missing("Id".to_owned())));
        assert_eq!(id("Id", r#"{"Id":""}"#), Err(RecordIdError::Empty("Id".to_owned())));
        assert_eq!(id("Id", r#"{"Id":[1]}"#), Err(RecordIdError::Unusable("Id".to_owned())));
        let long = format!(r#"{{"Id":"{}"}}"#, "x".repeat(MAX_BYTES + 1));
        assert_eq!(id("Id", &long), Err(RecordIdError::TooLong));
    }

    #[test]
    fn no_member_poses_as_a_content_hash() {
        let hash = Digest::of(b"body");
        let posing = id("Id", &format!(r#"{{"Id":"sha256-{hash}"}}"#)).expect("an id");
        assert_ne!(posing, RecordId::from_content_hash(&hash).0);
        assert_ne!(id("Id", r#"{"Id":"sha256-1"}"#), id("Id", r#"{"Id":"~sha256-1"}"#));
    }

    #[test]
    fn a_setting_names_members() {
        for setting in ["", ",", "A,", "/", "/A/", "//A"] {
            assert!(setting.parse::<RecordIdRule>().is_err(), "{setting:?}");
        }
    }

    proptest! {
        #[test]
        fn no_two_lists_of_texts_share_an_id(
            one in proptest::collection::vec("[a%/~2F-]{1,4}|sha256-[0-9]", 2),
            other in proptest::collection::vec("[a%/~2F-]{1,4}|sha256-[0-9]", 2),
        ) {
            let join = |parts: &[String]| RecordId::join(&parts.iter().map(Cow::from).collect::<Vec<_>>());
            prop_assert_eq!(one == other, join(&one) == join(&other));
            prop_assert_eq!(one[0] == other[0], join(&one[..1]) == join(&other[..1]));
        }
    }
}
