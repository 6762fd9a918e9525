//! Whom the functions trust to be AWS.
//!
//! To read a system's some 140 roots takes a start a millisecond or more. S3 and `DynamoDB` show certificates of Amazon's
//! own five roots ("Certificate authorities", Amazon Trust Services), which the program brings along. Should that ever
//! change, nothing breaks: clients that did not reach both stores at the start are replaced by clients that trust whom
//! the system does.

use aws_sdk_s3::config::SharedHttpClient;
use aws_smithy_http_client::Builder;
use aws_smithy_http_client::tls::rustls_provider::CryptoMode;
use aws_smithy_http_client::tls::{Provider, TlsContext, TrustStore};

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
    /// An HTTP client that trusts them. TLS is rustls with `ring`: the SDK's default, `aws-lc-rs`, gathers entropy for
    /// 24 ms of CPU at the first connection, which at a small function's share of a CPU is a third of a second.
    pub(super) fn http_client(self) -> SharedHttpClient {
        let builder = Builder::new().tls_provider(Provider::Rustls(CryptoMode::Ring));
        let amazon = TrustStore::empty().with_pem_certificate(AMAZON);
        match (self, TlsContext::builder().with_trust_store(amazon).build()) {
            (Self::Amazon, Ok(context)) => builder.tls_context(context).build_https(),
            _ => builder.build_https(),
        }
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
