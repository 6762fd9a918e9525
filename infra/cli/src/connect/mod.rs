//! Finding the receiver that is meant, and its stores.

mod aws;
mod local;
mod stack;
mod stores;

use std::collections::BTreeMap;
use std::env;

use anyhow::{Context, bail};
use aws_config::SdkConfig;
use dataconnect::auth::Gate;
use dataconnect::digest::Digest;
use dataconnect::key::RecordIdRule;
use dataconnect::operation::Operation;

pub use aws::sdk_config;
pub use stack::Stack;
pub use stores::Stores;

use crate::cli::TargetArgs;

/// A receiver, by what there is to know of it without asking its stores.
#[derive(Debug, Clone)]
pub struct Receiver {
    /// The one that is meant.
    pub place: Place,
    /// What clients of AWS are made from.
    pub sdk: SdkConfig,
    /// `ApiUrl`, the tables and the bucket, under the names of the stack's outputs.
    outputs: BTreeMap<String, String>,
    /// The stack's parameters. Empty for a local one.
    parameters: BTreeMap<String, String>,
}

/// Where a receiver is.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Place {
    /// `make run` on this machine, with the environment that it wrote.
    Local(BTreeMap<String, String>),
    /// A stack of that name.
    Stack(String),
    /// Tables and bucket that the command line names.
    Named,
}

impl Receiver {
    /// Finds the receiver that is meant.
    ///
    /// # Errors
    /// If there is no such stack, it cannot be asked, or `make run` wrote no file. Says what to do.
    pub async fn find(target: &TargetArgs) -> anyhow::Result<Self> {
        let given = stores::given(target);
        if target.local {
            let environment = local::environment(&target.folder)?;
            let mut outputs = local::outputs(&environment);
            outputs.extend(given);
            let sdk = local::sdk_config(&environment).await;
            return Ok(Self { place: Place::Local(environment), sdk, outputs, parameters: BTreeMap::new() });
        }
        let sdk = sdk_config(target.profile.as_deref(), target.region.as_deref()).await?;
        if given.len() == stores::OUTPUTS {
            return Ok(Self { place: Place::Named, sdk, outputs: given, parameters: BTreeMap::new() });
        }
        let Stack { name, mut outputs, parameters } = Stack::describe(&sdk, &target.stack).await?;
        outputs.extend(given);
        Ok(Self { place: Place::Stack(name), sdk, outputs, parameters })
    }

    /// The address of the endpoint.
    ///
    /// # Errors
    /// If nobody says.
    pub fn url(&self) -> anyhow::Result<&str> {
        self.output("ApiUrl").context("no address of the endpoint is known; give it with --url")
    }

    /// An output of the stack.
    #[must_use]
    pub fn output(&self, name: &str) -> Option<&str> {
        self.outputs.get(name).map(String::as_str)
    }

    /// A parameter of the stack, unless it is empty.
    #[must_use]
    pub fn parameter(&self, name: &str) -> Option<&str> {
        self.parameters.get(name).map(String::as_str).filter(|value| !value.is_empty())
    }

    /// The tokens that it accepts, in the form of the parameter `AccessTokens`.
    ///
    /// # Errors
    /// If it accepts everybody, or nobody says.
    pub fn access_tokens(&self) -> anyhow::Result<String> {
        match &self.place {
            // `make run` gives its functions one entry: the development token's.
            Place::Local(environment) => {
                let token = environment.get(local::TOKEN).context("the file env names no token")?;
                Ok(format!("development:{}", Digest::of(token.as_bytes())))
            }
            Place::Stack(name) => self.parameter("AccessTokens").map(str::to_owned).with_context(|| {
                format!(
                    "the stack {name} has no AccessTokens: its parameter Authentication is off, and anybody may write"
                )
            }),
            Place::Named => bail!("no stack was asked; give the entries with --tokens"),
        }
    }

    /// The token that opens it, where this machine knows: that of `make run`.
    #[must_use]
    pub fn token(&self) -> Option<&str> {
        match &self.place {
            Place::Local(environment) => environment.get(local::TOKEN).map(String::as_str),
            Place::Stack(_) | Place::Named => None,
        }
    }

    /// A setting of the functions, unless it is empty: the stack's parameter; without a stack the variable that the
    /// functions are told it by, in the environment of this program.
    #[must_use]
    pub fn setting(&self, variable: &str) -> Option<String> {
        let found = match &self.place {
            Place::Local(_) | Place::Named => env::var(variable).ok(),
            // The parameter of POST_PUNCHES_RECORD_ID is PostPunchesRecordId.
            Place::Stack(_) => self.parameter_like(&variable.replace('_', "")).map(str::to_owned),
        };
        found.filter(|value| !value.is_empty())
    }

    /// What identifies a record of an operation: the setting, or the operation's own member.
    ///
    /// # Errors
    /// If the setting is malformed.
    pub fn record_id(&self, operation: &Operation) -> anyhow::Result<RecordIdRule> {
        let variable = operation.record_id_variable;
        let rule = self.setting(variable).unwrap_or_else(|| operation.record_id.to_owned());
        rule.parse().with_context(|| format!("the setting {variable}"))
    }

    /// Who may write what. `None` where it is not known.
    ///
    /// # Errors
    /// If the setting is malformed.
    pub fn gate(&self) -> anyhow::Result<Option<Gate>> {
        if self.setting("AUTHENTICATION").as_deref() == Some("off") {
            return Ok(Some(Gate::Open));
        }
        let tokens = match self.setting("ACCESS_TOKENS") {
            Some(tokens) => tokens,
            None if self.token().is_some() => self.access_tokens()?,
            None => return Ok(None),
        };
        Ok(Some(Gate::Tokens(tokens.parse().context("the setting ACCESS_TOKENS")?)))
    }

    /// A parameter of the stack by its name in any case, unless it is empty.
    #[must_use]
    pub fn parameter_like(&self, name: &str) -> Option<&str> {
        let found =
            self.parameters.iter().find(|(parameter, value)| parameter.eq_ignore_ascii_case(name) && !value.is_empty());
        found.map(|(_, value)| value.as_str())
    }

    /// Its tables and its archive.
    ///
    /// # Errors
    /// If one of them is not known.
    pub fn stores(&self) -> anyhow::Result<Stores> {
        let endpoint = |name: &str| match &self.place {
            Place::Local(environment) => environment.get(name).cloned(),
            Place::Stack(_) | Place::Named => None,
        };
        let endpoints = [endpoint("AWS_ENDPOINT_URL_DYNAMODB"), endpoint("AWS_ENDPOINT_URL_S3")];
        Stores::new(&self.sdk, endpoints, &self.outputs)
    }
}
