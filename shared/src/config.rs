//! What a function is told by its environment. Every variable is named here, and nowhere else but in `template.yaml`.

use std::env;

use crate::auth::{AccessListError, Gate};
use crate::key::{RecordIdRule, RecordIdRuleError};
use crate::operation::Operation;

const ACCESS_TOKENS: &str = "ACCESS_TOKENS";
const AUTHENTICATION: &str = "AUTHENTICATION";
const ARCHIVE_BUCKET: &str = "ARCHIVE_BUCKET";
const METRICS_NAMESPACE: &str = "METRICS_NAMESPACE";
const DEFAULT_NAMESPACE: &str = "DataConnect";

/// What a function of one operation is told.
#[derive(Debug, Clone)]
pub struct Config {
    /// `WORK_ORDERS_TABLE`, `PUNCHES_TABLE`, `INCIDENTS_TABLE` or `NOTES_TABLE`: the table of its records.
    pub table: String,
    /// `ARCHIVE_BUCKET`: the bucket of the bodies.
    pub archive_bucket: String,
    /// `ACCESS_TOKENS`, or `AUTHENTICATION=off`: who may write.
    pub gate: Gate,
    /// `POST_PUNCHES_RECORD_ID` and the like: what identifies a record. The operation's own member without it.
    pub record_id: RecordIdRule,
    /// `METRICS_NAMESPACE`: where `CloudWatch` keeps the metrics. `DataConnect` without it.
    pub metrics_namespace: String,
}

/// Why a function refuses to start. Names the variable and what it is for.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum ConfigError {
    /// A variable that must be set is not, or is empty.
    #[error("{variable} is not set: it must hold {purpose}")]
    Missing {
        /// The variable.
        variable: &'static str,
        /// What it is for.
        purpose: &'static str,
    },
    /// `ACCESS_TOKENS` is malformed.
    #[error("ACCESS_TOKENS is malformed: {0}")]
    AccessTokens(#[from] AccessListError),
    /// `AUTHENTICATION` is neither `required` nor `off`.
    #[error("AUTHENTICATION must be \"required\" or \"off\"")]
    Authentication,
    /// `AUTHENTICATION=off`, and tokens all the same.
    #[error("AUTHENTICATION is \"off\" and ACCESS_TOKENS is set: take one of the two back")]
    Contradiction,
    /// A record id rule is malformed.
    #[error("{variable} {error}")]
    RecordId {
        /// The variable.
        variable: &'static str,
        /// What it must be.
        error: RecordIdRuleError,
    },
}

impl Config {
    /// Reads the process's environment.
    ///
    /// # Errors
    /// [`ConfigError`], at the first variable that is missing or malformed.
    pub fn from_env(operation: &Operation) -> Result<Self, ConfigError> {
        Self::read(operation, |variable| env::var(variable).ok())
    }

    /// Reads an environment, in which an empty variable is one that is not set.
    ///
    /// # Errors
    /// As [`from_env`](Self::from_env).
    pub fn read(operation: &Operation, variable: impl Fn(&str) -> Option<String>) -> Result<Self, ConfigError> {
        let optional = |name| variable(name).filter(|value| !value.is_empty());
        let required = |variable, purpose| optional(variable).ok_or(ConfigError::Missing { variable, purpose });

        let record_id = optional(operation.record_id_variable).unwrap_or_else(|| operation.record_id.to_owned());
        Ok(Self {
            table: required(operation.table_variable, "the name of the DynamoDB table of the operation's records")?,
            archive_bucket: required(ARCHIVE_BUCKET, "the name of the S3 bucket of the bodies")?,
            gate: gate(optional(AUTHENTICATION).as_deref(), optional(ACCESS_TOKENS).as_deref())?,
            record_id: record_id
                .parse()
                .map_err(|error| ConfigError::RecordId { variable: operation.record_id_variable, error })?,
            metrics_namespace: optional(METRICS_NAMESPACE).unwrap_or_else(|| DEFAULT_NAMESPACE.to_owned()),
        })
    }
}

fn gate(authentication: Option<&str>, tokens: Option<&str>) -> Result<Gate, ConfigError> {
    match (authentication, tokens) {
        (None | Some("required"), Some(tokens)) => Ok(Gate::Tokens(tokens.parse()?)),
        (None | Some("required"), None) => Err(ConfigError::Missing {
            variable: ACCESS_TOKENS,
            purpose: "the SHA-256 digests of the tokens that may write, unless AUTHENTICATION is \"off\"",
        }),
        (Some("off"), None) => Ok(Gate::Open),
        (Some("off"), Some(_)) => Err(ConfigError::Contradiction),
        (Some(_), _) => Err(ConfigError::Authentication),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::payload::POST_PUNCHES;

    const DIGEST: &str = "wfx:9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08";

    /// The sentence that a function refuses to start with, if it does, in a whole environment with these changes.
    fn refusal(changes: &[(&str, &str)]) -> Option<String> {
        let whole = [("PUNCHES_TABLE", "punches"), ("ARCHIVE_BUCKET", "archive"), ("ACCESS_TOKENS", DIGEST)];
        let lookup = |name: &str| {
            let found = changes.iter().chain(&whole).find(|(variable, _)| *variable == name);
            found.map(|(_, value)| (*value).to_owned())
        };
        Config::read(&POST_PUNCHES, lookup).err().map(|error| error.to_string())
    }

    #[test]
    fn a_whole_environment_is_enough() {
        assert_eq!(refusal(&[]), None);
        assert_eq!(refusal(&[("AUTHENTICATION", "required"), ("POST_PUNCHES_RECORD_ID", "A,B")]), None);
        assert_eq!(refusal(&[("AUTHENTICATION", "off"), ("ACCESS_TOKENS", "")]), None);
    }

    #[test]
    fn a_refusal_names_the_variable() {
        for (changes, sentence) in [
            (&[("PUNCHES_TABLE", "")][..], "PUNCHES_TABLE is not set"),
            (&[("ARCHIVE_BUCKET", "")], "ARCHIVE_BUCKET is not set"),
            (&[("ACCESS_TOKENS", "")], "ACCESS_TOKENS is not set"),
            (&[("ACCESS_TOKENS", "wfx:12")], "ACCESS_TOKENS is malformed: entry 1"),
            (&[("AUTHENTICATION", "no")], "AUTHENTICATION must be"),
            (&[("AUTHENTICATION", "Off"), ("ACCESS_TOKENS", "")], "AUTHENTICATION must be"),
            (&[("AUTHENTICATION", "off")], "AUTHENTICATION is \"off\" and ACCESS_TOKENS is set"),
            (&[("POST_PUNCHES_RECORD_ID", "A,,B")], "POST_PUNCHES_RECORD_ID must be"),
        ] {
            let refusal = refusal(changes).unwrap_or_default();
            assert!(refusal.starts_with(sentence), "{changes:?}: {refusal:?}");
        }
    }
}
