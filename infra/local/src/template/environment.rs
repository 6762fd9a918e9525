//! The local value of an environment variable.

use std::collections::BTreeMap;

use serde_json::Value;

/// The local value of `value`, where `references` says what a `Ref` means. `None` for what has no local meaning.
pub(super) fn resolve(value: &Value, references: &BTreeMap<String, String>) -> Option<String> {
    if let Some(text) = literal(value) {
        return Some(text);
    }
    let (function, argument) = value.as_object().filter(|object| object.len() == 1)?.iter().next()?;
    match (function.as_str(), argument.as_str()?) {
        ("Ref", "AWS::Region") => Some(crate::REGION.to_owned()),
        ("Ref", name) => references.get(name).cloned(),
        _ => None,
    }
}

/// A scalar as the text that it is in an environment variable.
pub(super) fn literal(value: &Value) -> Option<String> {
    match value {
        Value::String(text) => Some(text.clone()),
        Value::Number(_) | Value::Bool(_) => Some(value.to_string()),
        Value::Null | Value::Array(_) | Value::Object(_) => None,
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn resolved(value: &Value) -> Option<String> {
        resolve(value, &BTreeMap::from([("PunchesTable".to_owned(), "dataconnect-punches".to_owned())]))
    }

    #[test]
    fn references_and_literals_have_a_local_value() {
        assert_eq!(resolved(&json!({"Ref": "PunchesTable"})).as_deref(), Some("dataconnect-punches"));
        assert_eq!(resolved(&json!({"Ref": "AWS::Region"})).as_deref(), Some("us-east-1"));
        assert_eq!(resolved(&json!("required")).as_deref(), Some("required"));
        assert_eq!(resolved(&json!("")).as_deref(), Some(""));
        assert_eq!(resolved(&json!(30)).as_deref(), Some("30"));
        assert_eq!(resolved(&json!(true)).as_deref(), Some("true"));
    }

    #[test]
    fn what_only_aws_knows_has_none() {
        assert_eq!(resolved(&json!({"Ref": "Absent"})), None);
        assert_eq!(resolved(&json!({"Fn::GetAtt": ["PunchesTable", "Arn"]})), None);
        assert_eq!(resolved(&json!({"Fn::Sub": "${PunchesTable.Arn}/x"})), None);
        assert_eq!(resolved(&json!(null)), None);
    }
}
