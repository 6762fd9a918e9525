//! CloudFormation YAML as JSON: the short tags (`!Ref X`) become the long form (`{"Ref": "X"}`).

use saphyr::{LoadableYamlNode, Scalar, Tag, Yaml};
use serde_json::{Map, Value, json};

use super::TemplateError;

/// Reads the one document of `text`, with every tag in its long form.
pub(super) fn parse(text: &str) -> Result<Value, TemplateError> {
    let documents = Yaml::load_from_str(text).map_err(|error| TemplateError::Yaml(error.to_string()))?;
    match documents.as_slice() {
        [document] => to_json(document),
        other => Err(TemplateError::Yaml(format!("expected one YAML document, found {}", other.len()))),
    }
}

fn to_json(node: &Yaml) -> Result<Value, TemplateError> {
    match node {
        Yaml::Value(scalar) => Ok(scalar_to_json(scalar)),
        Yaml::Sequence(items) => items.iter().map(to_json).collect::<Result<_, _>>().map(Value::Array),
        Yaml::Mapping(members) => members
            .iter()
            .map(|(key, value)| Ok((member_name(key)?, to_json(value)?)))
            .collect::<Result<Map<_, _>, TemplateError>>()
            .map(Value::Object),
        Yaml::Tagged(tag, inner) => Ok(long_form(tag, &to_json(inner)?)),
        Yaml::Representation(..) | Yaml::Alias(_) | Yaml::BadValue => {
            Err(TemplateError::Yaml(format!("a node that cannot be read: {node:?}")))
        }
    }
}

fn scalar_to_json(scalar: &Scalar) -> Value {
    match scalar {
        Scalar::Null => Value::Null,
        Scalar::Boolean(value) => json!(value),
        Scalar::Integer(value) => json!(value),
        Scalar::FloatingPoint(value) => json!(value.into_inner()),
        Scalar::String(value) => json!(value),
    }
}

/// A member's name as text: names like `200:` are numbers to YAML and text to CloudFormation.
fn member_name(key: &Yaml) -> Result<String, TemplateError> {
    match to_json(key)? {
        Value::String(name) => Ok(name),
        other => Ok(other.to_string()),
    }
}

fn long_form(tag: &Tag, value: &Value) -> Value {
    match tag.suffix.as_str() {
        name @ ("Ref" | "Condition") => json!({ name: value }),
        // The short form alone writes `Resource.Attribute` as one string.
        "GetAtt" => match value.as_str().and_then(|text| text.split_once('.')) {
            Some((resource, attribute)) => json!({ "Fn::GetAtt": [resource, attribute] }),
            None => json!({ "Fn::GetAtt": value }),
        },
        name => json!({ format!("Fn::{name}"): value }),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn short_tags_become_the_long_form() {
        let document = parse(
            "a: !Ref Table\nb: !Sub '${AWS::StackName}-x'\nc: !GetAtt Bucket.Arn\nd: !If [Live, !Ref X, !Ref AWS::NoValue]\n\
             e: !Equals [!Ref Stage, live]\nf: !Condition Live\ng: !Not [!Condition Live]\n",
        )
        .unwrap();
        assert_eq!(
            document,
            json!({
                "a": {"Ref": "Table"},
                "b": {"Fn::Sub": "${AWS::StackName}-x"},
                "c": {"Fn::GetAtt": ["Bucket", "Arn"]},
                "d": {"Fn::If": ["Live", {"Ref": "X"}, {"Ref": "AWS::NoValue"}]},
                "e": {"Fn::Equals": [{"Ref": "Stage"}, "live"]},
                "f": {"Condition": "Live"},
                "g": {"Fn::Not": [{"Condition": "Live"}]},
            })
        );
    }

    #[test]
    fn scalars_keep_their_types() {
        let document = parse("i: 3\nt: true\nn: ~\ns: '3'\nd: 2010-09-09\n200: x\n").unwrap();
        assert_eq!(document, json!({"i": 3, "t": true, "n": null, "s": "3", "d": "2010-09-09", "200": "x"}));
    }

    #[test]
    fn what_is_no_single_document_is_an_error() {
        assert!(parse("a: [").is_err());
        assert!(parse("").is_err());
    }
}
