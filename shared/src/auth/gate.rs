//! The check that every request passes first.

use jiff::Timestamp;
use jiff::tz::TimeZone;
use lambda_http::http::HeaderMap;
use subtle::ConstantTimeEq;

use super::access_list::{AccessEntry, AccessList};
use super::token::Token;
use crate::key::CustomerTenant;

/// Decides who may write.
#[derive(Debug, Clone)]
pub enum Gate {
    /// Who brings a token of the list.
    Tokens(AccessList),
    /// Everybody, because the deployment says so in so many words.
    Open,
}

/// A sender that may write. Of a request, only [`Gate::admit`] makes one, and nothing of it is read without one.
#[derive(Debug)]
pub struct Caller<'g> {
    entry: Option<&'g AccessEntry>,
}

/// Why a sender may not write.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum Unauthorized {
    /// No `Authorization: Bearer` header, or more than one.
    #[error("no bearer token")]
    Missing,
    /// A token that is on no list.
    #[error("unknown token")]
    Unknown,
    /// A token whose last day is past.
    #[error("expired token")]
    Expired,
}

impl Gate {
    /// Admits the sender of a request with these headers, or says why not.
    ///
    /// # Errors
    /// [`Unauthorized`], for the log. The sender is not told which: that would tell a stranger what exists.
    pub fn admit(&self, headers: &HeaderMap, now: Timestamp) -> Result<Caller<'_>, Unauthorized> {
        let list = match self {
            Self::Open => return Ok(Caller { entry: None }),
            Self::Tokens(list) => list,
        };
        let presented = Token::of(headers).ok_or(Unauthorized::Missing)?.digest();

        // Every entry is compared in full, so that the time taken tells nothing of which one came close.
        let mut found = None;
        for entry in list.entries() {
            if bool::from(entry.digest.as_bytes().ct_eq(presented.as_bytes())) {
                found = Some(entry);
            }
        }

        let entry = found.ok_or(Unauthorized::Unknown)?;
        let today = TimeZone::UTC.to_datetime(now).date();
        if entry.expires.is_some_and(|last_day| last_day < today) {
            return Err(Unauthorized::Expired);
        }
        Ok(Caller { entry: Some(entry) })
    }
}

impl Gate {
    /// The sender of a body that was kept, by the name of the token that it came with: what the token was allowed then
    /// is not known, what it is allowed now is. A token that has expired since was good when it came. `None` if the list
    /// does not have the token, or the body came with none.
    pub(crate) fn recall(&self, token: Option<&str>) -> Option<Caller<'_>> {
        match self {
            Self::Open => Some(Caller { entry: None }),
            Self::Tokens(list) => {
                let entry = list.entries().iter().find(|entry| token == Some(entry.name.as_str()))?;
                Some(Caller { entry: Some(entry) })
            }
        }
    }
}

impl Caller<'_> {
    /// Who applies what the archive took already: its sender was admitted, and was allowed to send it, when it came. Or an
    /// operator, who answers for it.
    pub(crate) fn archive() -> Caller<'static> {
        Caller { entry: None }
    }

    /// The name of the token, for logs and metrics.
    #[must_use]
    pub fn token_name(&self) -> Option<&str> {
        self.entry.map(|entry| entry.name.as_str())
    }

    /// Whether the caller may write for this customer and tenant.
    #[must_use]
    pub fn may_write_for(&self, pair: &CustomerTenant) -> bool {
        let bound_to = self.entry.and_then(|entry| entry.bound_to.as_ref());
        bound_to.is_none_or(|pairs| pairs.contains(pair))
    }
}

#[cfg(test)]
mod tests {
    use lambda_http::http::header::AUTHORIZATION;

    use super::*;
    use crate::digest::Digest;

    fn gate() -> Gate {
        let (old, new) = (Digest::of(b"old-token"), Digest::of(b"new-token"));
        let setting = format!("old:{old}:expires=2026-11-23,new:{new}:for=2/Securitime");
        Gate::Tokens(setting.parse().expect("a list"))
    }

    fn admit<'g>(gate: &'g Gate, authorization: &str, now: &str) -> Result<Caller<'g>, Unauthorized> {
        let mut headers = HeaderMap::new();
        headers.insert(AUTHORIZATION, authorization.parse().expect("a header value"));
        gate.admit(&headers, now.parse().expect("a time"))
    }

    #[test]
    fn two_live_tokens_are_accepted_side_by_side() {
        let gate = gate();
        let old = admit(&gate, "Bearer old-token", "2026-11-23T23:59:59Z").expect("admitted");
        let new = admit(&gate, "bearer new-token", "2026-11-23T23:59:59Z").expect("admitted");
        assert_eq!((old.token_name(), new.token_name()), (Some("old"), Some("new")));
    }

    #[test]
    fn a_token_expires_when_its_last_day_is_over() {
        let refused = admit(&gate(), "Bearer old-token", "2026-11-24T00:00:00Z").map(|_| ());
        assert_eq!(refused, Err(Unauthorized::Expired));
    }

    #[test]
    fn what_is_not_on_the_list_is_unknown() {
        let gate = gate();
        let digest = Digest::of(b"new-token").to_string();
        for token in ["new-toke", "new-token2", "NEW-TOKEN", "new", digest.as_str(), "Bearer new-token"] {
            let refused = admit(&gate, &format!("Bearer {token}"), "2026-11-23T00:00:00Z").map(|_| ());
            assert_eq!(refused, Err(Unauthorized::Unknown), "{token}");
        }
        let refused = gate.admit(&HeaderMap::new(), Timestamp::UNIX_EPOCH).map(|_| ());
        assert_eq!(refused, Err(Unauthorized::Missing));
    }

    #[test]
    fn a_bound_token_writes_for_its_customer_and_tenant_alone() {
        let gate = gate();
        let pair = |text: &str| text.parse::<CustomerTenant>().expect("a pair");
        let bound = admit(&gate, "Bearer new-token", "2026-11-23T00:00:00Z").expect("admitted");
        assert!(bound.may_write_for(&pair("2/Securitime")));
        assert!(!bound.may_write_for(&pair("2/Other")) && !bound.may_write_for(&pair("3/Securitime")));
        let unbound = admit(&gate, "Bearer old-token", "2026-11-23T00:00:00Z").expect("admitted");
        assert!(unbound.may_write_for(&pair("3/Other")));
    }
}
