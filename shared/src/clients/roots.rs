//! Whom the functions trust to be AWS.
//!
//! To read a system's some 140 roots takes a start a millisecond or more. S3 and `DynamoDB` show certificates of Amazon's
//! own five roots ("Certificate authorities", Amazon Trust Services), which the program brings along. Should that ever
//! change, a function that starts goes on: clients that did not reach both stores are replaced by clients that trust whom
//! the system does.

use aws_sdk_s3::config::{HttpClient, RuntimeComponents, SharedHttpClient};
use aws_smithy_http_client::Builder;
use aws_smithy_http_client::tls::rustls_provider::CryptoMode;
use aws_smithy_http_client::tls::{Provider, TlsContext, TrustStore};
use aws_smithy_runtime_api::client::connector_metadata::ConnectorMetadata;
use aws_smithy_runtime_api::client::http::{HttpConnectorSettings, SharedHttpConnector};

/// Amazon's roots, as Mozilla has them. A test holds them against Mozilla's current list.
const AMAZON: &[u8] = include_bytes!("amazon-roots.pem");

/// A set of roots.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Roots {
    /// Amazon's.
    Amazon,
    /// The system's, or those that `SSL_CERT_FILE` names.
    System,
}

impl Roots {
    /// An HTTP client that trusts them.
    pub(super) fn http_client(self) -> SharedHttpClient {
        match self {
            Self::Amazon => trusting(TrustStore::empty().with_pem_certificate(AMAZON)),
            Self::System => trusting(TrustStore::default()),
        }
    }
}

/// An HTTP client that trusts these roots. TLS is rustls with `ring`: the SDK's default, `aws-lc-rs`, gathers entropy for
/// 24 ms of CPU at the first connection, which at a small function's share of a CPU is a third of a second.
pub(super) fn trusting(roots: TrustStore) -> SharedHttpClient {
    let builder = Builder::new().tls_provider(Provider::Rustls(CryptoMode::Ring));
    let client = match TlsContext::builder().with_trust_store(roots).build() {
        Ok(context) => builder.tls_context(context).build_https(),
        Err(_) => builder.build_https(),
    };
    SharedHttpClient::new(ConnectedWhenCalled(client))
}

/// A client whose connector is made when a call needs it, and serves all. The SDK's own makes another for each client of a
/// service, to have read the roots by then, and throws it away: with two services, two thirds of that work.
#[derive(Debug)]
struct ConnectedWhenCalled(SharedHttpClient);

impl HttpClient for ConnectedWhenCalled {
    fn http_connector(&self, settings: &HttpConnectorSettings, components: &RuntimeComponents) -> SharedHttpConnector {
        self.0.http_connector(settings, components)
    }

    fn connector_metadata(&self) -> Option<ConnectorMetadata> {
        self.0.connector_metadata()
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use base64::Engine;
    use base64::engine::general_purpose::STANDARD;

    use super::*;

    /// In the names of Amazon's roots, and of no others.
    const NAMES: [&[u8]; 2] = [b"Amazon Root CA ", b"Starfield Services Root Certificate Authority - G2"];

    #[test]
    fn the_roots_are_those_of_amazon_on_mozillas_list() {
        let text = std::str::from_utf8(AMAZON).unwrap();
        let ours = text.split("-----BEGIN CERTIFICATE-----").skip(1).map(|certificate| {
            let base64 = certificate.split("-----END").next().unwrap().split_whitespace().collect::<String>();
            STANDARD.decode(base64).unwrap()
        });
        let is_amazons = |der: &&[u8]| NAMES.iter().any(|name| der.windows(name.len()).any(|window| window == *name));
        let mozillas = webpki_root_certs::TLS_SERVER_ROOT_CERTS.iter().map(AsRef::as_ref).filter(is_amazons);
        let (ours, mozillas): (BTreeSet<_>, BTreeSet<_>) = (ours.collect(), mozillas.map(<[u8]>::to_vec).collect());
        assert_eq!(ours.len(), 5);
        assert!(ours == mozillas, "amazon-roots.pem is not what Mozilla's list has of Amazon's roots");
    }
}
