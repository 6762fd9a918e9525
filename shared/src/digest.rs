//! SHA-256 digests.

use std::fmt;

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use ring::digest::{SHA256, digest};

use crate::json::Object;

/// A SHA-256 digest (FIPS 180-4). Written in lower-case hexadecimal.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct Digest([u8; 32]);

impl Digest {
    /// The digest of some bytes.
    #[must_use]
    pub fn of(bytes: &[u8]) -> Self {
        let mut out = [0; 32];
        // By `ring`, which is linked for TLS: not all of Lambda's processors have instructions for SHA-256, and without
        // them it takes half as many as other crates do.
        out.copy_from_slice(digest(&SHA256, bytes).as_ref());
        Self(out)
    }

    /// The content hash of an event: the digest of its body's canonical JSON, so that the same event serialised again
    /// is the same event.
    ///
    /// # Errors
    /// None for a body that was parsed; the serialiser's signature asks for it.
    pub fn of_content(body: &Object) -> Result<Self, serde_json::Error> {
        Ok(Self::of(&serde_json::to_vec(body)?))
    }

    /// Reads 64 hexadecimal digits.
    #[must_use]
    pub fn from_hex(text: &str) -> Option<Self> {
        let mut bytes = [0; 32];
        hex::decode_to_slice(text, &mut bytes).ok()?;
        Some(Self(bytes))
    }

    /// The 32 bytes.
    #[must_use]
    pub fn as_bytes(&self) -> &[u8; 32] {
        &self.0
    }

    /// In Base64, as S3's checksum header wants it.
    #[must_use]
    pub fn to_base64(&self) -> String {
        STANDARD.encode(self.0)
    }

    /// The first 16 hexadecimal digits: 64 bits, enough to tell the bodies of one record apart.
    #[must_use]
    pub fn short(&self) -> String {
        hex::encode(&self.0[..8])
    }
}

impl fmt::Display for Digest {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        // `hex::encode` would go from character to character, which takes six times as many instructions.
        let mut digits = [0; 64];
        hex::encode_to_slice(self.0, &mut digits).map_err(|_| fmt::Error)?;
        out.write_str(str::from_utf8(&digits).map_err(|_| fmt::Error)?)
    }
}
