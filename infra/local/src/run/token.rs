//! The development token. It is made once and stays in its file; functions are given the digest alone.

use std::{fs, path::Path};

use anyhow::Context;
use dataconnect::auth::AccessToken;

use super::private;

/// The token of an earlier start, or a new one.
pub(super) fn load_or_make(folder: &Path) -> anyhow::Result<AccessToken> {
    let path = folder.join("token");
    if let Some(token) = fs::read_to_string(&path).ok().and_then(|text| AccessToken::read(&text)) {
        return Ok(token);
    }
    let mut random = [0; 32];
    getrandom::fill(&mut random).context("the operating system gives no random bytes")?;
    let token = AccessToken::of(random);
    private::write(&path, &format!("{}\n", token.reveal()))
        .with_context(|| format!("cannot write {}", path.display()))?;
    Ok(token)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_second_start_has_the_same_token_and_another_folder_another() {
        let (one, other) = (tempfile::tempdir().unwrap(), tempfile::tempdir().unwrap());
        let token = load_or_make(one.path()).unwrap();
        assert_eq!(load_or_make(one.path()).unwrap().reveal(), token.reveal());
        assert_ne!(load_or_make(other.path()).unwrap().reveal(), token.reveal());
    }

    #[test]
    fn a_damaged_token_is_made_anew() {
        let folder = tempfile::tempdir().unwrap();
        fs::write(folder.path().join("token"), "dc_damaged").unwrap();
        let token = load_or_make(folder.path()).unwrap();
        assert!(AccessToken::read(token.reveal()).is_some());
        assert_eq!(load_or_make(folder.path()).unwrap().reveal(), token.reveal());
    }
}
