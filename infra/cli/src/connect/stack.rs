//! A deployed stack, as CloudFormation describes it.

use std::collections::BTreeMap;

use anyhow::{Context, bail};
use aws_config::SdkConfig;
use aws_sdk_cloudformation::Client;
use aws_sdk_cloudformation::error::{ProvideErrorMetadata, SdkError};
use aws_sdk_cloudformation::operation::describe_stacks::DescribeStacksError;

/// A deployed stack.
#[derive(Debug, Clone)]
pub struct Stack {
    /// Its name.
    pub name: String,
    /// Its outputs: `ApiUrl`, `PunchesTable` and so on.
    pub outputs: BTreeMap<String, String>,
    /// Its parameters, such as `AccessTokens`.
    pub parameters: BTreeMap<String, String>,
}

impl Stack {
    /// Asks CloudFormation.
    ///
    /// # Errors
    /// If there is none of that name, or the credentials may not ask. Says what to do.
    pub async fn describe(sdk: &SdkConfig, name: &str) -> anyhow::Result<Self> {
        let described = Client::new(sdk).describe_stacks().stack_name(name).send().await;
        let described = match described {
            Ok(described) => described,
            Err(error) => bail!("{}", advice(error, name, sdk)),
        };
        let stack = described.stacks().first().with_context(|| format!("CloudFormation says nothing of {name}"))?;
        let outputs = stack.outputs().iter().filter_map(|output| pair(output.output_key(), output.output_value()));
        let parameters = stack.parameters().iter().filter_map(|one| pair(one.parameter_key(), one.parameter_value()));
        // It may have been asked for by its ARN.
        let name = stack.stack_name().unwrap_or(name).to_owned();
        Ok(Self { name, outputs: outputs.collect(), parameters: parameters.collect() })
    }
}

fn pair(key: Option<&str>, value: Option<&str>) -> Option<(String, String)> {
    Some((key?.to_owned(), value?.to_owned()))
}

/// What went wrong, and what to do about it.
fn advice(error: SdkError<DescribeStacksError>, name: &str, sdk: &SdkConfig) -> String {
    let region = sdk.region().map(ToString::to_string).unwrap_or_default();
    let code = error.code().map(str::to_owned);
    match (code.as_deref(), &error) {
        (Some("ValidationError"), _) => format!(
            "there is no stack {name} in {region}: name another with --stack, or the region with --region, or use \
             --local for the receiver of `make run`"
        ),
        (Some("AccessDenied" | "AccessDeniedException"), _) => {
            format!("these credentials may not do cloudformation:DescribeStacks on {name} in {region}")
        }
        (Some("ExpiredToken" | "ExpiredTokenException"), _) => {
            "the credentials have expired: sign in again, with SSO by `aws sso login`".to_owned()
        }
        (Some(code), _) => format!("CloudFormation refuses: {code}, {}", error.message().unwrap_or("no message")),
        (None, SdkError::DispatchFailure(_)) => format!(
            "CloudFormation in {region} was not asked: {:#}. Check the credentials (`aws sts get-caller-identity`, `aws \
             sso login`) and the network",
            anyhow::Error::new(error)
        ),
        (None, _) => format!("{:#}", anyhow::Error::new(error)),
    }
}
