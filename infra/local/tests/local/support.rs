//! A stack of its own for each test, and SDK clients for it.

use std::{
    io::{Read, Write},
    net::TcpStream,
    process::Child,
};

use aws_sdk_dynamodb::config::Region;
use aws_sdk_s3::{
    config::{BehaviorVersion, Credentials, retry::RetryConfig},
    error::{ProvideErrorMetadata, SdkError},
};
use aws_smithy_http_client::Builder;
use rustix::process::{Pid, Signal, kill_process};

use dataconnect_local::{REGION, stack::LocalStack, template::Template};

/// A process that does not outlive its test, not even one that fails.
pub(crate) struct Running(pub(crate) Child);

impl Drop for Running {
    fn drop(&mut self) {
        if self.0.try_wait().unwrap().is_none() {
            self.signal(Signal::TERM);
            self.0.wait().unwrap();
        }
    }
}

impl Running {
    pub(crate) fn signal(&self, signal: Signal) {
        let pid = Pid::from_raw(self.0.id().try_into().unwrap()).unwrap();
        kill_process(pid, signal).unwrap();
    }
}

pub(crate) const BUCKET: &str = "dataconnect-archive";

pub(crate) const TEMPLATE: &str = include_str!("template.yaml");

pub(crate) fn template() -> Template {
    Template::parse(TEMPLATE).unwrap()
}

pub(crate) fn stack() -> LocalStack {
    LocalStack::memory(&template()).unwrap()
}

/// Without retries: what is tested is the first answer.
pub(crate) fn s3(stack: &LocalStack) -> aws_sdk_s3::Client {
    let config = aws_sdk_s3::Config::builder()
        .behavior_version(BehaviorVersion::latest())
        .endpoint_url(stack.s3_endpoint())
        .region(Region::new(REGION))
        .credentials_provider(Credentials::new("any", "thing", None, None, "test"))
        .http_client(Builder::new().build_http())
        .retry_config(RetryConfig::disabled())
        .build();
    aws_sdk_s3::Client::from_conf(config)
}

pub(crate) fn dynamodb(stack: &LocalStack) -> aws_sdk_dynamodb::Client {
    let config = aws_sdk_dynamodb::Config::builder()
        .behavior_version(BehaviorVersion::latest())
        .endpoint_url(stack.dynamodb_endpoint())
        .region(Region::new(REGION))
        .credentials_provider(Credentials::new("any", "thing", None, None, "test"))
        .http_client(Builder::new().build_http())
        .retry_config(RetryConfig::disabled())
        .build();
    aws_sdk_dynamodb::Client::from_conf(config)
}

/// The status and the code of a refusal.
pub(crate) fn refusal<T, E: ProvideErrorMetadata + std::error::Error + 'static>(
    result: Result<T, SdkError<E>>,
) -> (u16, String) {
    match result {
        Err(SdkError::ServiceError(error)) => {
            let code = error.err().code().unwrap_or_default().to_owned();
            (error.raw().status().as_u16(), code)
        }
        Err(other) => panic!("no answer from the service: {}", aws_sdk_s3::error::DisplayErrorContext(other)),
        Ok(_) => panic!("expected a refusal"),
    }
}

/// One request by hand, for what the SDK would never send. Gives the status and everything after it.
pub(crate) fn raw(stack: &LocalStack, request: &str, headers: &[(&str, &str)], body: &[u8]) -> (u16, String) {
    let address = stack.s3_endpoint().replace("http://", "");
    let length = body.len().to_string();
    let fixed = [("Host", address.as_str()), ("Connection", "close"), ("Content-Length", &length)];
    let lines = fixed.iter().chain(headers).map(|(name, value)| format!("{name}: {value}\r\n"));
    let head = format!("{request} HTTP/1.1\r\n{}\r\n", lines.collect::<Vec<_>>().concat());
    let mut stream = TcpStream::connect(&address).unwrap();
    stream.write_all(head.as_bytes()).unwrap();
    stream.write_all(body).unwrap();
    let mut answer = String::new();
    stream.read_to_string(&mut answer).unwrap();
    let status = answer.split(' ').nth(1).unwrap().parse().unwrap();
    (status, answer)
}
