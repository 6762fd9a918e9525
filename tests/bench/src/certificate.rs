//! The certificate of the stores on loopback, and what has to be trusted for it.

use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::{fs, net::Ipv4Addr};

use anyhow::{Context, Result};
use rcgen::{BasicConstraints, CertificateParams, DnType, IsCa, Issuer, KeyPair, KeyUsagePurpose};
use rustls::ServerConfig;
use rustls::crypto::ring::default_provider;
use rustls::pki_types::{PrivateKeyDer, PrivatePkcs8KeyDer};

/// A certificate of one's own authority, and the files that make a function trust it.
#[derive(Debug)]
pub(crate) struct Certificate {
    /// What a TLS server needs. It offers HTTP/1.1 alone, as both of AWS's stores do.
    pub(crate) server: Arc<ServerConfig>,
    /// PEM of the authority and the system's roots: what a function finds on Lambda.
    pub(crate) all_roots: PathBuf,
    /// PEM of the authority and Amazon's roots: what the receiver's functions bring along for AWS itself.
    pub(crate) amazon_roots: PathBuf,
    /// PEM of the authority alone, for runtimes that add it to roots of their own.
    pub(crate) authority: PathBuf,
}

impl Certificate {
    /// Makes one for loopback, and writes the files into a folder. The repository has Amazon's roots.
    pub(crate) fn make(root: &Path, folder: &Path) -> Result<Self> {
        let mut authority = CertificateParams::new(Vec::new())?;
        authority.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
        authority.key_usages = vec![KeyUsagePurpose::KeyCertSign];
        // Of the leaf's name it would be taken for the leaf itself, by OpenSSL.
        authority.distinguished_name.push(DnType::CommonName, "Authority of the bench");
        let authority_key = KeyPair::generate()?;
        let authority_certificate = authority.self_signed(&authority_key)?;
        let issuer = Issuer::new(authority, authority_key);
        let key = KeyPair::generate()?;
        let names = vec![Ipv4Addr::LOCALHOST.to_string(), "localhost".to_owned()];
        let mut leaf = CertificateParams::new(names)?;
        leaf.use_authority_key_identifier_extension = true;
        let leaf = leaf.signed_by(&key, &issuer)?;

        let chain = vec![leaf.der().clone()];
        let key = PrivateKeyDer::from(PrivatePkcs8KeyDer::from(key.serialize_der()));
        let mut server = ServerConfig::builder_with_provider(Arc::new(default_provider()))
            .with_safe_default_protocol_versions()?
            .with_no_client_auth()
            .with_single_cert(chain, key)?;
        server.alpn_protocols = vec![b"http/1.1".to_vec()];

        let pem = authority_certificate.pem();
        let amazon = fs::read_to_string(root.join("shared/src/clients/amazon-roots.pem"))?;
        let write = |name: &str, text: String| -> Result<PathBuf> {
            let path = folder.join(name);
            fs::write(&path, text)?;
            Ok(path)
        };
        Ok(Self {
            server: Arc::new(server),
            all_roots: write("all-roots.pem", system_roots()? + &pem)?,
            amazon_roots: write("amazon-roots.pem", amazon + &pem)?,
            authority: write("authority.pem", pem)?,
        })
    }
}

/// The system's roots, as it has them in one file.
fn system_roots() -> Result<String> {
    let places = ["/etc/ssl/certs/ca-certificates.crt", "/etc/pki/tls/certs/ca-bundle.crt", "/etc/ssl/cert.pem"];
    let found = places.into_iter().find_map(|place| fs::read_to_string(place).ok());
    found.context("no file of root certificates: on Debian and Ubuntu, install ca-certificates")
}
