//! `template.yaml` as the local stack and the tests read it: the one place where the tables' keys, the routes and the
//! functions' environment stand.

mod environment;
mod function;
mod table;
mod yaml;

use std::{collections::BTreeMap, path::Path};

use serde_json::Value;

pub use function::{Function, Route};
pub use table::Table;

/// Why a template could not be read.
#[derive(Debug, thiserror::Error)]
pub enum TemplateError {
    /// The file itself.
    #[error("cannot read the template {path}")]
    File {
        /// The path as it was given.
        path: String,
        /// What the operating system said.
        source: std::io::Error,
    },
    /// The text is not YAML, or not YAML of one document.
    #[error("the template is not valid YAML: {0}")]
    Yaml(String),
}

/// A SAM or CloudFormation template, its short tags in the long form.
#[derive(Debug, Clone)]
pub struct Template {
    document: Value,
}

/// An `AWS::S3::Bucket` of the template.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Bucket {
    /// The name in the template, such as `ArchiveBucket`.
    pub logical_id: String,
    /// The name that the local stack gives it, such as `dataconnect-archive`.
    pub name: String,
}

impl Template {
    /// Reads the template at `path`.
    ///
    /// # Errors
    /// If there is no such file, or it is not one YAML document.
    pub fn read(path: impl AsRef<Path>) -> Result<Self, TemplateError> {
        let path = path.as_ref();
        let text = std::fs::read_to_string(path)
            .map_err(|source| TemplateError::File { path: path.display().to_string(), source })?;
        Self::parse(&text)
    }

    /// Reads a template from its text.
    ///
    /// # Errors
    /// If it is not one YAML document.
    pub fn parse(text: &str) -> Result<Self, TemplateError> {
        Ok(Self { document: yaml::parse(text)? })
    }

    /// The whole document, for whoever asks what this type has no method for.
    #[must_use]
    pub fn document(&self) -> &Value {
        &self.document
    }

    /// The resources of one type, such as `AWS::DynamoDB::Table`: logical id and the resource, in the order of the ids.
    pub fn resources<'a>(&'a self, kind: &'a str) -> impl Iterator<Item = (&'a str, &'a Value)> {
        members(&self.document["Resources"]).filter(move |(_, resource)| resource["Type"] == kind)
    }

    /// The DynamoDB tables.
    #[must_use]
    pub fn tables(&self) -> Vec<Table> {
        self.resources(table::TYPE).map(|(id, resource)| Table::new(id, &resource["Properties"])).collect()
    }

    /// The S3 buckets.
    #[must_use]
    pub fn buckets(&self) -> Vec<Bucket> {
        self.resources("AWS::S3::Bucket")
            .map(|(id, _)| Bucket { logical_id: id.to_owned(), name: local_name(id) })
            .collect()
    }

    /// The Lambda functions.
    #[must_use]
    pub fn functions(&self) -> Vec<Function> {
        self.resources(function::TYPE)
            .map(|(id, resource)| Function::new(id, resource, &self.document["Globals"]["Function"]))
            .collect()
    }

    /// The parameters that have a default, and that default as text.
    #[must_use]
    pub fn parameters(&self) -> BTreeMap<String, String> {
        members(&self.document["Parameters"])
            .filter_map(|(name, parameter)| Some((name.to_owned(), environment::literal(&parameter["Default"])?)))
            .collect()
    }

    /// One function's environment variables with local values: a reference to a table or a bucket is its local name, one
    /// to a parameter that parameter's default. A variable with no local value, such as an ARN, is left out.
    #[must_use]
    pub fn environment_of(&self, function: &Function) -> BTreeMap<String, String> {
        let references = self.references();
        function
            .environment
            .iter()
            .filter_map(|(name, value)| Some((name.clone(), environment::resolve(value, &references)?)))
            .collect()
    }

    /// The environment variables of all functions together, as [`Self::environment_of`] gives them. `cargo lambda watch`
    /// and most tests give every function the same environment.
    #[must_use]
    pub fn environment(&self) -> BTreeMap<String, String> {
        self.functions().iter().flat_map(|function| self.environment_of(function)).collect()
    }

    /// What a `Ref` means locally.
    fn references(&self) -> BTreeMap<String, String> {
        let tables = self.tables().into_iter().map(|table| (table.logical_id, table.name));
        let buckets = self.buckets().into_iter().map(|bucket| (bucket.logical_id, bucket.name));
        self.parameters().into_iter().chain(tables).chain(buckets).collect()
    }
}

/// The local name of a table or bucket: `WorkOrdersTable` is `dataconnect-work-orders`.
fn local_name(logical_id: &str) -> String {
    let stem = logical_id
        .strip_suffix("Table")
        .or_else(|| logical_id.strip_suffix("Bucket"))
        .filter(|stem| !stem.is_empty())
        .unwrap_or(logical_id);
    let mut name = String::from("dataconnect");
    for character in stem.chars() {
        if character.is_ascii_uppercase() {
            name.push('-');
        }
        name.push(character.to_ascii_lowercase());
    }
    name
}

/// The members of an object; none for anything else, so that absent sections need no case of their own.
fn members(value: &Value) -> impl Iterator<Item = (&str, &Value)> {
    value.as_object().into_iter().flatten().map(|(name, value)| (name.as_str(), value))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn local_names_are_the_logical_ids_in_kebab_case() {
        assert_eq!(local_name("WorkOrdersTable"), "dataconnect-work-orders");
        assert_eq!(local_name("PunchesTable"), "dataconnect-punches");
        assert_eq!(local_name("ArchiveBucket"), "dataconnect-archive");
        assert_eq!(local_name("Table"), "dataconnect-table");
    }
}
