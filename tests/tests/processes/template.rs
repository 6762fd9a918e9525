//! `template.yaml` and the router of `cargo lambda watch` against the code.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::process::Command;
use std::sync::Mutex;

use dataconnect::archive::ArchiveKey;
use dataconnect::config::Config;
use dataconnect::digest::Digest;
use dataconnect::key::{RecordId, RecordKey};
use dataconnect::operation::Operation;
use dataconnect::payload::OPERATIONS;
use dataconnect::pipeline::STORING;
use dataconnect::record::attribute;
use dataconnect_local::template::{Function, Route, Template};
use serde_json::{Value, json};
use tests::fixtures::{function_of, root};
use tests::receiver::template;

/// The template's table of an operation: the one that its function's variable refers to.
fn table_of<'a>(template: &'a Template, operation: &Operation) -> (String, &'a Value) {
    let function = function_of(template, operation);
    let id = function.environment[operation.table_variable]["Ref"].as_str().expect("a reference to a table");
    let table = template.resources("AWS::DynamoDB::Table").find(|(found, _)| *found == id);
    (id.to_owned(), &table.unwrap_or_else(|| panic!("{id} is a table")).1["Properties"])
}

fn resource<'a>(template: &'a Template, function: &Function) -> &'a Value {
    &template.document()["Resources"][&function.logical_id]["Properties"]
}

/// `!GetAtt A.Arn` and `!Sub ${A.Arn}/x` alike, as they are written in a `!Sub`.
fn as_text(value: &Value) -> String {
    match (&value["Fn::GetAtt"], &value["Fn::Sub"], value) {
        (Value::Array(parts), ..) => {
            format!("${{{}}}", parts.iter().map(|part| part.as_str().unwrap()).collect::<Vec<_>>().join("."))
        }
        (_, Value::String(text), _) | (_, _, Value::String(text)) => text.clone(),
        _ => panic!("no ARN: {value}"),
    }
}

/// One or several.
fn each(value: &Value) -> Vec<&Value> {
    value.as_array().map_or_else(|| vec![value], |values| values.iter().collect())
}

#[test]
fn each_operation_has_one_function_one_route_and_one_binary() {
    let template = template();
    assert_eq!(template.functions().len(), OPERATIONS.len());
    for operation in OPERATIONS {
        let function = function_of(&template, operation);
        let route = Route { method: operation.method.to_owned(), path: operation.path.to_owned() };
        assert_eq!(function.routes, [route], "{}", operation.name);
    }
    let names = |mut names: Vec<String>| {
        names.sort();
        names
    };
    let sources = fs::read_dir(root().join("functions/src/bin")).unwrap();
    let sources = sources.map(|entry| entry.unwrap().file_name().into_string().unwrap()).collect();
    assert_eq!(names(sources), names(OPERATIONS.map(|operation| format!("{}.rs", operation.name)).to_vec()));
}

#[test]
fn the_local_router_has_the_same_routes() {
    let cargo = std::env::var_os("CARGO").expect("cargo runs the tests");
    let metadata = ["metadata", "--no-deps", "--offline", "--format-version", "1"];
    let output = Command::new(cargo).args(metadata).current_dir(root()).output().unwrap();
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    let metadata: Value = serde_json::from_slice(&output.stdout).unwrap();

    let mut expected: BTreeMap<&str, Vec<Value>> = BTreeMap::new();
    for operation in OPERATIONS {
        let route = json!({ "method": operation.method, "function": operation.name });
        expected.entry(operation.path).or_default().push(route);
    }
    assert_eq!(metadata["metadata"]["lambda"]["watch"]["router"], json!(expected));
}

#[test]
fn each_function_is_given_the_variables_that_it_reads_and_no_others() {
    let template = template();
    for operation in OPERATIONS {
        // A whole environment, so that every variable is asked for.
        let asked = Mutex::new(BTreeSet::new());
        let read = Config::read(operation, |name| {
            asked.lock().unwrap().insert(name.to_owned());
            (name == "AUTHENTICATION").then(|| "off".to_owned()).or((name != "ACCESS_TOKENS").then(|| "x".to_owned()))
        });
        read.expect("a whole environment");
        let function = function_of(&template, operation);
        let given: BTreeSet<_> = function.environment.keys().cloned().collect();
        assert_eq!(given, asked.into_inner().unwrap(), "{}", operation.name);
    }
}

#[test]
fn the_templates_defaults_start_every_function_but_for_the_tokens() {
    let template = template();
    for operation in OPERATIONS {
        let environment = template.environment_of(&function_of(&template, operation));
        let refusal = Config::read(operation, |name| environment.get(name).cloned()).unwrap_err().to_string();
        assert!(refusal.starts_with("ACCESS_TOKENS is not set"), "{refusal}");

        let tokens = format!("wfx:{}", "0".repeat(64));
        let variable =
            |name: &str| if name == "ACCESS_TOKENS" { Some(tokens.clone()) } else { environment.get(name).cloned() };
        let config = Config::read(operation, variable).unwrap();
        assert_eq!(config.record_id, operation.record_id.parse().unwrap(), "{}", operation.name);
        // The code's own default is the template's.
        let without = |name: &str| variable(name).filter(|_| name != "METRICS_NAMESPACE");
        assert_eq!(Config::read(operation, without).unwrap().metrics_namespace, config.metrics_namespace);
    }
}

#[test]
fn operations_that_share_a_table_in_the_code_share_it_in_the_template_and_no_others_do() {
    let template = template();
    let mut tables: BTreeMap<&str, BTreeSet<String>> = BTreeMap::new();
    for operation in OPERATIONS {
        tables.entry(operation.table_variable).or_default().insert(table_of(&template, operation).0);
    }
    assert!(tables.values().all(|ids| ids.len() == 1), "{tables:?}");
    let ids: BTreeSet<_> = tables.values().flatten().collect();
    assert_eq!(ids.len(), tables.len(), "{tables:?}");
    assert_eq!(ids.len(), template.tables().len(), "a table that nobody writes to");
}

#[test]
fn each_table_has_the_keys_and_the_index_of_the_code() {
    let template = template();
    let key = |range: &str| json!([{"AttributeName": attribute::CUSTOMER_TENANT, "KeyType": "HASH"}, {"AttributeName": range, "KeyType": "RANGE"}]);
    for operation in OPERATIONS {
        let (id, table) = table_of(&template, operation);
        assert_eq!(table["KeySchema"], key(attribute::RECORD_ID), "{id}");
        let [index] = table["GlobalSecondaryIndexes"].as_array().unwrap().as_slice() else { panic!("{id}: one index") };
        assert_eq!(index["IndexName"], "ByWorkOrder", "{id}");
        assert_eq!(index["KeySchema"], key(attribute::WORK_ORDER_STEM), "{id}");
        assert_eq!(index["Projection"]["ProjectionType"], "ALL", "{id}");
        assert!(table["LocalSecondaryIndexes"].is_null(), "{id}");
        let types: BTreeMap<_, _> = each(&table["AttributeDefinitions"])
            .into_iter()
            .map(|definition| {
                (definition["AttributeName"].as_str().unwrap(), definition["AttributeType"].as_str().unwrap())
            })
            .collect();
        let keys = [attribute::CUSTOMER_TENANT, attribute::RECORD_ID, attribute::WORK_ORDER_STEM];
        assert_eq!(types, BTreeMap::from(keys.map(|name| (name, "S"))), "{id}");
    }
}

/// Where the code writes the operation's objects, but for what differs from one to the next.
fn prefixes(operation: &Operation) -> [String; 2] {
    let (digest, time) = (Digest::of(b"any"), "2026-11-23T12:00:00Z".parse().unwrap());
    let key = RecordKey { customer_tenant: "2/any".parse().unwrap(), record_id: RecordId::from_content_hash(&digest) };
    let accepted = ArchiveKey::accepted(operation, &key, &digest, time);
    let rejected = ArchiveKey::rejected(operation, "any", "any", time);
    // The first two folders are the same for everything of the operation.
    [accepted, rejected].map(|key| key.as_str().split_inclusive('/').take(2).collect())
}

#[test]
fn each_function_may_write_to_its_table_and_its_prefixes_and_nothing_else() {
    let template = template();
    for operation in OPERATIONS {
        let function = function_of(&template, operation);
        let role = as_text(&resource(&template, &function)["Role"]);
        let role = role.strip_prefix("${").and_then(|role| role.strip_suffix(".Arn}")).expect("a role of the template");
        let role = &template.document()["Resources"][role]["Properties"];
        assert!(role["ManagedPolicyArns"].is_null(), "{role}");

        let mut allowed: BTreeMap<String, BTreeSet<String>> = BTreeMap::new();
        for policy in each(&role["Policies"]) {
            for statement in each(&policy["PolicyDocument"]["Statement"]) {
                assert_eq!(statement["Effect"], "Allow", "{statement}");
                for action in each(&statement["Action"]) {
                    let resources = each(&statement["Resource"]).into_iter().map(as_text);
                    allowed.entry(action.as_str().unwrap().to_owned()).or_default().extend(resources);
                }
            }
        }
        // What every function of Lambda needs, whatever it does.
        allowed.retain(|action, _| !action.starts_with("logs:") && !action.starts_with("xray:"));
        let table = format!("${{{}.Arn}}", table_of(&template, operation).0);
        let objects = prefixes(operation).map(|prefix| format!("${{ArchiveBucket.Arn}}/{prefix}*"));
        let expected = [("dynamodb:PutItem", BTreeSet::from([table])), ("s3:PutObject", objects.into())];
        assert_eq!(
            allowed,
            expected.map(|(action, resources)| (action.to_owned(), resources)).into(),
            "{}",
            operation.name
        );
        assert_eq!(function.environment["ARCHIVE_BUCKET"], json!({"Ref": "ArchiveBucket"}));
    }
}

#[test]
fn storing_ends_before_the_function_does_and_that_before_its_integration_gives_up_on_it() {
    let template = template();
    for operation in OPERATIONS {
        let function = function_of(&template, operation);
        let properties = resource(&template, &function);
        assert!(
            properties["Timeout"].is_null(),
            "one timeout for all, which the code knows of: {}",
            function.logical_id
        );
        let timeout = tests::fixtures::function_timeout() * 1_000;
        let [event] = properties["Events"].as_object().unwrap().values().collect::<Vec<_>>().try_into().unwrap();
        let integration = event["Properties"]["TimeoutInMillis"].as_u64().expect("a timeout of the integration");
        assert!(STORING.as_millis() < timeout.into(), "the answer comes first");
        assert!(timeout < integration && integration < 30_000, "{}: {timeout} {integration}", operation.name);
        assert_eq!(event["Properties"]["PayloadFormatVersion"], "2.0", "{}", operation.name);
    }
}
