//! The tokens of a script's senders.

use dataconnect::digest::Digest;

use super::dice::Dice;

/// The tokens that a receiver of a script accepts, and one that it does not.
#[derive(Debug, Clone)]
pub struct Tokens {
    /// May write for everybody.
    pub free: String,
    /// May write for [`bound_to`](Self::bound_to) alone.
    pub bound: String,
    /// That pair, as `2/Securitime` with the tenant percent-encoded.
    pub bound_to: String,
    /// Was accepted until yesterday.
    pub expired: String,
    /// Is on no list.
    pub unknown: String,
}

impl Tokens {
    pub(super) fn new(dice: &mut Dice, bound_to: String) -> Self {
        let mut token = |name: &str| format!("dc_{name}{}", dice.digits(40));
        Self {
            free: token("free"),
            bound: token("bound"),
            bound_to,
            expired: token("expired"),
            unknown: token("unknown"),
        }
    }

    /// The setting `ACCESS_TOKENS` of a receiver that takes them.
    #[must_use]
    pub fn access_list(&self) -> String {
        let digest = |token: &str| Digest::of(token.as_bytes());
        format!(
            "free:{},bound:{}:for={},expired:{}:expires=2020-01-01",
            digest(&self.free),
            digest(&self.bound),
            self.bound_to,
            digest(&self.expired)
        )
    }

    /// All of them, none of which may stand in a log.
    pub(super) fn all(&self) -> [&str; 4] {
        [&self.free, &self.bound, &self.expired, &self.unknown]
    }
}
