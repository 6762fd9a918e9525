//! A Lambda function of the template: its binary, its routes, its environment.

use std::collections::BTreeMap;

use serde_json::Value;

use super::members;

pub(super) const TYPE: &str = "AWS::Serverless::Function";

/// A Lambda function of the template.
#[derive(Debug, Clone, PartialEq)]
pub struct Function {
    /// The name in the template, such as `PostPunchesFunction`.
    pub logical_id: String,
    /// The cargo binary that it runs, such as `post-punches`.
    pub binary: Option<String>,
    /// The routes of the HTTP API that lead to it.
    pub routes: Vec<Route>,
    /// Its environment variables as the template gives them, those of `Globals` included.
    pub environment: BTreeMap<String, Value>,
}

/// A route of the HTTP API.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Route {
    /// The HTTP method in capitals.
    pub method: String,
    /// The path, such as `/punches`.
    pub path: String,
}

impl Function {
    pub(super) fn new(logical_id: &str, resource: &Value, globals: &Value) -> Self {
        let properties = &resource["Properties"];
        // The function's own variables come second, so that they win, as they do in SAM.
        let environment = [globals, properties]
            .into_iter()
            .flat_map(|source| members(&source["Environment"]["Variables"]))
            .map(|(name, value)| (name.to_owned(), value.clone()))
            .collect();
        Self {
            logical_id: logical_id.to_owned(),
            binary: resource["Metadata"]["BuildProperties"]["Binary"].as_str().map(str::to_owned),
            routes: members(&properties["Events"]).filter_map(|(_, event)| Route::of_event(event)).collect(),
            environment,
        }
    }
}

impl Route {
    fn of_event(event: &Value) -> Option<Self> {
        if event["Type"] != "HttpApi" {
            return None;
        }
        let properties = &event["Properties"];
        Some(Self {
            method: properties["Method"].as_str()?.to_ascii_uppercase(),
            path: properties["Path"].as_str()?.to_owned(),
        })
    }
}
