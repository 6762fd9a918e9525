//! `infra/openapi.yaml` against the code, the template and the fixtures.

mod answers;
mod bodies;

use std::collections::BTreeSet;

use dataconnect::payload::OPERATIONS;
use serde_json::{Value, json};
use tests::fixtures::sample;
use tests::openapi::{OpenApi, step};
use tests::receiver::template;

/// Everything in the document that has `content`: pointers to it.
fn with_content(value: &Value, pointer: &str, found: &mut Vec<String>) {
    let Value::Object(members) = value else { return };
    if members.contains_key("content") {
        found.push(pointer.to_owned());
    }
    for (name, value) in members {
        with_content(value, &format!("{pointer}/{}", step(name)), found);
    }
}

#[test]
fn the_operations_are_those_of_the_code_and_of_the_template() {
    let document = OpenApi::read();
    let mut documented = BTreeSet::new();
    for path in document.members("/paths") {
        for method in document.members(&format!("/paths/{}", step(path))) {
            let id = &document.at(&format!("/paths/{}/{method}/operationId", step(path)));
            documented.insert((method.to_ascii_uppercase(), path.to_owned(), id.as_str().map(str::to_owned)));
        }
    }
    let in_code = OPERATIONS
        .map(|operation| (operation.method.to_owned(), operation.path.to_owned(), Some(operation.name.to_owned())));
    assert_eq!(documented, in_code.into());
    let functions = template().functions();
    let deployed = functions.into_iter().flat_map(|function| {
        let binary = function.binary;
        function.routes.into_iter().map(move |route| (route.method, route.path, binary.clone()))
    });
    assert_eq!(documented, deployed.collect());
}

#[test]
fn the_document_has_the_version_and_the_licence_of_the_code() {
    let document = OpenApi::read();
    assert_eq!(document.at("/info/version"), env!("CARGO_PKG_VERSION"));
    let licence = std::fs::read_to_string(tests::fixtures::root().join("Cargo.toml")).unwrap();
    let identifier = document.at("/info/license/identifier").as_str().unwrap();
    assert!(licence.contains(&format!("license = \"{identifier}\"")), "{identifier}");
}

#[test]
fn every_operation_asks_for_a_bearer_token() {
    let document = OpenApi::read();
    assert_eq!(document.at("/security"), &json!([{ "bearer": [] }]));
    assert_eq!(document.at("/components/securitySchemes/bearer/type"), "http");
    assert_eq!(document.at("/components/securitySchemes/bearer/scheme"), "bearer");
    for operation in OPERATIONS {
        let own = document.at(&format!("{}/security", OpenApi::operation(operation)));
        assert!(own.is_null(), "{}: {own}", operation.name);
    }
}

#[test]
fn the_sample_of_each_operation_is_its_fixture() {
    let document = OpenApi::read();
    for operation in OPERATIONS {
        let content = format!("{}/requestBody/content", OpenApi::operation(operation));
        assert_eq!(document.members(&content), ["application/json"], "{}", operation.name);
        let documented = document.at(&format!("{content}/application~1json/examples/sample/value"));
        let fixture: Value = serde_json::from_slice(&sample(operation)).unwrap();
        assert_eq!(documented, &fixture, "{}", operation.name);
    }
}

#[test]
fn everything_with_content_has_examples_and_each_fits_its_schema() {
    let document = OpenApi::read();
    let mut found = Vec::new();
    with_content(document.at(""), "", &mut found);
    // Five bodies, five answers to them, and the answers that all operations share.
    assert_eq!(found.len(), 2 * OPERATIONS.len() + document.members("/components/responses").len(), "{found:?}");
    for place in found {
        for media_type in document.members(&format!("{place}/content")) {
            let place = format!("{place}/content/{}", step(media_type));
            let schema = document.schema(&format!("{place}/schema"));
            let examples = document.members(&format!("{place}/examples"));
            assert!(!examples.is_empty(), "{place}");
            for example in examples {
                let fault = schema.fault(document.at(&format!("{place}/examples/{}/value", step(example))));
                assert_eq!(fault, None, "{place} {example}");
            }
        }
    }
}
