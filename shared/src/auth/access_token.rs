//! Tokens of our own making.

use base64::Engine;
use base64::prelude::BASE64_URL_SAFE_NO_PAD;

use crate::digest::Digest;

const PREFIX: &str = "dc_";

/// 32 random bytes in base64.
const LENGTH: usize = PREFIX.len() + 43;

/// A token that was made here. It has no `Debug`, so that it cannot be logged by accident.
pub struct AccessToken(String);

impl AccessToken {
    /// The token of 32 bytes, which must be random and nobody else's.
    #[must_use]
    pub fn of(random: [u8; 32]) -> Self {
        Self(format!("{PREFIX}{}", BASE64_URL_SAFE_NO_PAD.encode(random)))
    }

    /// Reads one that was kept. `None` if it is not whole.
    #[must_use]
    pub fn read(text: &str) -> Option<Self> {
        let token = text.trim();
        let is_whole = token.len() == LENGTH
            && token.starts_with(PREFIX)
            && token.bytes().all(|byte| byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'_'));
        is_whole.then(|| Self(token.to_owned()))
    }

    /// The token itself, for its owner.
    #[must_use]
    pub fn reveal(&self) -> &str {
        &self.0
    }

    /// What a deployment holds in its stead.
    #[must_use]
    pub fn digest(&self) -> Digest {
        Digest::of(self.0.as_bytes())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_token_is_read_back_and_a_damaged_one_is_none() {
        let token = AccessToken::of([7; 32]);
        assert_eq!(AccessToken::read(&format!("{}\n", token.reveal())).unwrap().reveal(), token.reveal());
        for damaged in ["", "dc_", "short\n", &"x".repeat(LENGTH), &format!("dc_{}", "'".repeat(43))] {
            assert!(AccessToken::read(damaged).is_none(), "{damaged}");
        }
    }

    #[test]
    fn the_digest_is_the_sha_256_of_the_text() {
        let digest = "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad";
        assert_eq!(AccessToken("abc".to_owned()).digest().to_string(), digest);
    }
}
