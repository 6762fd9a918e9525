//! Access tokens. The development token is made once and stays in its file; functions are given the digest alone.

use std::{fs, path::Path};

use anyhow::Context;
use base64::{Engine, prelude::BASE64_URL_SAFE_NO_PAD};
use sha2::{Digest, Sha256};

use crate::private;

const PREFIX: &str = "dc_";

/// 32 random bytes in base64.
const LENGTH: usize = PREFIX.len() + 43;

/// A token that opens a receiver. It has no `Debug`, so that it cannot be logged by accident.
pub(crate) struct Token(String);

impl Token {
    /// The token of an earlier start, or a new one.
    pub(crate) fn load_or_make(folder: &Path) -> anyhow::Result<Self> {
        let path = folder.join("token");
        if let Some(token) = fs::read_to_string(&path).ok().and_then(|text| Self::read(&text)) {
            return Ok(token);
        }
        let token = Self::random()?;
        private::write(&path, &format!("{}\n", token.0)).with_context(|| format!("cannot write {}", path.display()))?;
        Ok(token)
    }

    /// A new one, which nobody knows.
    pub(crate) fn random() -> anyhow::Result<Self> {
        let mut bytes = [0; 32];
        getrandom::fill(&mut bytes).context("the operating system gives no random bytes")?;
        Ok(Self(format!("{PREFIX}{}", BASE64_URL_SAFE_NO_PAD.encode(bytes))))
    }

    fn read(text: &str) -> Option<Self> {
        let token = text.trim();
        let intact = token.len() == LENGTH
            && token.starts_with(PREFIX)
            && token.bytes().all(|byte| byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'_'));
        intact.then(|| Self(token.to_owned()))
    }

    /// The token itself, for its owner.
    pub(crate) fn reveal(&self) -> &str {
        &self.0
    }

    /// Its entry in the functions' `ACCESS_TOKENS`: a name and the digest.
    pub(crate) fn access_entry(&self, name: &str) -> String {
        format!("{name}:{}", hex::encode(Sha256::digest(&self.0)))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_second_start_has_the_same_token_and_another_folder_another() {
        let (one, other) = (tempfile::tempdir().unwrap(), tempfile::tempdir().unwrap());
        let token = Token::load_or_make(one.path()).unwrap();
        assert_eq!(token.reveal().len(), LENGTH);
        assert_eq!(Token::load_or_make(one.path()).unwrap().reveal(), token.reveal());
        assert_ne!(Token::load_or_make(other.path()).unwrap().reveal(), token.reveal());
    }

    #[test]
    fn a_damaged_token_is_made_anew() {
        let folder = tempfile::tempdir().unwrap();
        for damaged in ["", "dc_", "short\n", &"x".repeat(LENGTH), &format!("dc_{}", "'".repeat(43))] {
            fs::write(folder.path().join("token"), damaged).unwrap();
            let token = Token::load_or_make(folder.path()).unwrap();
            assert!(Token::read(token.reveal()).is_some());
            assert_ne!(token.reveal(), damaged);
        }
    }

    #[test]
    fn the_functions_get_the_digest() {
        let token = Token("abc".to_owned());
        let digest = "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad";
        assert_eq!(token.access_entry("development"), format!("development:{digest}"));
    }
}
