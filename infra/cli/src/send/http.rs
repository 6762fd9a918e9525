//! Sending, and waiting for the answer.

use std::sync::Arc;
use std::time::{Duration, Instant};

use dataconnect::operation::Operation;
use ureq::http::Request;
use ureq::tls::{Certificate, RootCerts, TlsConfig};
use ureq::{Agent, Body, Proxy, http::Response};

use super::answer::Answer;

/// API Gateway answers within 30 s, whatever comes.
const PATIENCE: Duration = Duration::from_secs(35);
/// No answer of the receiver's is near that long.
const LONGEST_ANSWER: u64 = 1 << 20;

/// Sends events to one endpoint.
pub(super) struct Sender {
    agent: Agent,
    url: String,
    token: String,
}

impl Sender {
    pub(super) fn new(url: &str, token: &str) -> Self {
        // What is not encrypted stays on this machine: no proxy of the environment hears of it.
        let proxy = if url.starts_with("https:") { Proxy::try_from_env() } else { None };
        let config = Agent::config_builder()
            .http_status_as_error(false)
            // The token is for this endpoint, and none that it points to.
            .max_redirects(0)
            .allow_non_standard_methods(true)
            .proxy(proxy)
            .timeout_global(Some(PATIENCE))
            .user_agent(concat!("dataconnect/", env!("CARGO_PKG_VERSION")))
            .tls_config(tls())
            .build();
        Self { agent: config.into(), url: url.to_owned(), token: token.to_owned() }
    }

    /// Sends an event as WFX does.
    pub(super) fn send(&self, operation: &'static Operation, body: &[u8]) -> Answer {
        let started = Instant::now();
        let answer = self.exchange(operation, body);
        let elapsed = started.elapsed();
        match answer {
            Ok((status, text)) => Answer::of(operation, status, &text, elapsed),
            Err(error) => Answer::none(operation, &error, elapsed),
        }
    }

    fn exchange(&self, operation: &Operation, body: &[u8]) -> Result<(u16, String), ureq::Error> {
        let request = Request::builder()
            .method(operation.method)
            .uri(format!("{}{}", self.url, operation.path))
            .header("authorization", format!("Bearer {}", self.token))
            .header("content-type", "application/json")
            .body(body)?;
        let mut response: Response<Body> = self.agent.run(request)?;
        let text = response.body_mut().with_config().limit(LONGEST_ANSWER).lossy_utf8(true).read_to_string()?;
        Ok((response.status().as_u16(), text))
    }
}

/// rustls with `ring`, as everywhere here, and the machine's own roots, among which a company's proxy may have put its own.
fn tls() -> TlsConfig {
    let found = rustls_native_certs::load_native_certs();
    let roots: Vec<_> = found.certs.iter().map(|certificate| Certificate::from_der(certificate).to_owned()).collect();
    TlsConfig::builder()
        .unversioned_rustls_crypto_provider(Arc::new(rustls::crypto::ring::default_provider()))
        .root_certs(RootCerts::Specific(Arc::new(roots)))
        .build()
}
