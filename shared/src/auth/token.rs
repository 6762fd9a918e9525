//! The token that a request brings.

use std::fmt;

use lambda_http::http::HeaderMap;
use lambda_http::http::header::AUTHORIZATION;

use crate::digest::Digest;

/// A Personal Access Token. Nothing prints it.
pub struct Token<'a>(&'a [u8]);

impl<'a> Token<'a> {
    /// The token of an `Authorization` header with the scheme `Bearer`, in any case (RFC 9110, section 11.1; RFC 6750,
    /// section 2.1). `None` without one, and with two: which of them would count is anybody's guess.
    #[must_use]
    pub fn of(headers: &'a HeaderMap) -> Option<Self> {
        let mut values = headers.get_all(AUTHORIZATION).iter();
        let (value, None) = (values.next()?, values.next()) else { return None };
        let (scheme, token) = value.as_bytes().trim_ascii().split_at_checked("Bearer".len())?;
        let separated = token.first() == Some(&b' ');
        let token = token.trim_ascii();
        (scheme.eq_ignore_ascii_case(b"Bearer") && separated && !token.is_empty()).then_some(Self(token))
    }

    /// The digest that a deployment holds in the token's stead. A plain one is enough: tokens are long and random.
    #[must_use]
    pub fn digest(&self) -> Digest {
        Digest::of(self.0)
    }
}

impl fmt::Debug for Token<'_> {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        out.write_str("Token(…)")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn token(values: &[&str]) -> Option<Vec<u8>> {
        let mut headers = HeaderMap::new();
        for value in values {
            headers.append(AUTHORIZATION, value.parse().expect("a header value"));
        }
        Token::of(&headers).map(|token| token.0.to_vec())
    }

    #[test]
    fn the_scheme_is_compared_without_case_and_the_token_with_it() {
        for value in ["Bearer aB", "bearer aB", "BEARER   aB ", " bEaReR aB"] {
            assert_eq!(token(&[value]).as_deref(), Some(&b"aB"[..]), "{value:?}");
        }
    }

    #[test]
    fn anything_else_is_no_token() {
        for value in ["", "Bearer", "Bearer ", "BeareraB", "Basic aB", "aB", "Bearer\taB", "Token Bearer aB"] {
            assert_eq!(token(&[value]), None, "{value:?}");
        }
        assert_eq!(token(&[]), None);
        assert_eq!(token(&["Bearer aB", "Bearer aB"]), None);
    }

    #[test]
    fn a_token_is_not_printed() {
        assert_eq!(format!("{:?}", Token(b"secret")), "Token(…)");
    }
}
