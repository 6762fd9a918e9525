//! `infra/openapi.yaml`: its parts, and what fits its schemas.

use boon::{Compiler, Schemas};
use dataconnect::operation::Operation;
use dataconnect_local::template::Template;
use serde_json::Value;

use crate::fixtures::root;

/// What the document goes by in the validator, which reads nothing from the network or the disk.
const LOCATION: &str = "https://openapi.test/document";

/// The document. Its parts are named by JSON Pointers (RFC 6901).
#[derive(Debug, Clone)]
pub struct OpenApi(Value);

impl OpenApi {
    /// Reads it, with the reader of the template: it is YAML as well.
    #[must_use]
    pub fn read() -> Self {
        let read = Template::read(root().join("infra/openapi.yaml")).expect("infra/openapi.yaml reads");
        Self(read.document().clone())
    }

    /// The part at a pointer, or `null`.
    #[must_use]
    pub fn at(&self, pointer: &str) -> &Value {
        self.0.pointer(pointer).unwrap_or(&Value::Null)
    }

    /// The names of the members of the object at a pointer; none of anything else.
    #[must_use]
    pub fn members(&self, pointer: &str) -> Vec<&str> {
        self.at(pointer).as_object().into_iter().flatten().map(|(name, _)| name.as_str()).collect()
    }

    /// Where a part really stands, if the pointer leads to a reference.
    #[must_use]
    pub fn resolved(&self, pointer: &str) -> String {
        match self.at(pointer)["$ref"].as_str() {
            Some(reference) => reference.strip_prefix('#').expect("a place in this document").to_owned(),
            None => pointer.to_owned(),
        }
    }

    /// Where an operation stands.
    #[must_use]
    pub fn operation(operation: &Operation) -> String {
        format!("/paths/{}/{}", step(operation.path), operation.method.to_ascii_lowercase())
    }

    /// Where an answer of an operation stands.
    #[must_use]
    pub fn response(&self, operation: &Operation, status: &str) -> String {
        self.resolved(&format!("{}/responses/{status}", Self::operation(operation)))
    }

    /// The schema at a pointer.
    ///
    /// # Panics
    /// If there is none, or it is no schema of JSON Schema 2020-12.
    #[must_use]
    pub fn schema(&self, pointer: &str) -> Schema {
        assert!(self.0.pointer(pointer).is_some(), "nothing at {pointer}");
        let mut compiler = Compiler::new();
        compiler.enable_format_assertions();
        compiler.add_resource(LOCATION, self.0.clone()).expect("a document");
        let mut schemas = Schemas::new();
        let index = compiler.compile(&format!("{LOCATION}#{pointer}"), &mut schemas);
        let index = index.unwrap_or_else(|error| panic!("{pointer}: {error:#}"));
        Schema { schemas, index }
    }

    /// The members that a schema names, those of the schemas that it is made of included.
    #[must_use]
    pub fn properties(&self, pointer: &str) -> Vec<&str> {
        let pointer = self.resolved(pointer);
        let mut names = self.members(&format!("{pointer}/properties"));
        for index in 0..self.at(&format!("{pointer}/allOf")).as_array().map_or(0, Vec::len) {
            names.extend(self.properties(&format!("{pointer}/allOf/{index}")));
        }
        names
    }
}

/// A step of a pointer.
#[must_use]
pub fn step(name: &str) -> String {
    name.replace('~', "~0").replace('/', "~1")
}

/// A compiled schema.
pub struct Schema {
    schemas: Schemas,
    index: boon::SchemaIndex,
}

impl Schema {
    /// Why a value does not fit, if it does not.
    #[must_use]
    pub fn fault(&self, value: &Value) -> Option<String> {
        self.schemas.validate(value, self.index).err().map(|error| format!("{error:#}"))
    }

    /// Whether a value fits.
    #[must_use]
    pub fn fits(&self, value: &Value) -> bool {
        self.fault(value).is_none()
    }
}
