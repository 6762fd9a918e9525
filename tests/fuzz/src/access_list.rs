//! Any text as the setting `ACCESS_TOKENS`.

use dataconnect::auth::{AccessEntry, AccessList, Gate, Unauthorized};
use dataconnect::digest::Digest;
use dataconnect::key::CustomerTenant;
use jiff::Timestamp;
use jiff::tz::TimeZone;
use lambda_http::http::HeaderMap;
use lambda_http::http::header::AUTHORIZATION;
use percent_encoding::{NON_ALPHANUMERIC, utf8_percent_encode};

use crate::{CANARY, CANARY_MARK, assert_quotes_nothing};

/// With the character after it, stands for the digest of a token, so that the target knows tokens of the list.
const TOKEN_MARK: char = '#';

/// The input is the setting.
pub fn run(input: &[u8]) {
    let (setting, tokens) = with_digests(&String::from_utf8_lossy(input));
    match setting.parse::<AccessList>() {
        Err(error) => assert_quotes_nothing(&error.to_string()),
        Ok(list) => {
            assert_eq!(written(&list).parse(), Ok(list.clone()));
            assert_tells_its_tokens_apart(&list);
            assert_admits_whom_it_names(&list, &tokens);
        }
    }
}

/// The setting with digests and canaries in place of marks, and the tokens of those.
fn with_digests(text: &str) -> (String, Vec<String>) {
    let (mut setting, mut tokens) = (String::new(), Vec::new());
    let mut characters = text.chars();
    while let Some(character) = characters.next() {
        match (character, characters.clone().next()) {
            (TOKEN_MARK, Some(mark)) => {
                characters.next();
                // Of one length, so that none is the beginning of another.
                let token = format!("dc_{:06x}", u32::from(mark));
                setting.push_str(&Digest::of(token.as_bytes()).to_string());
                tokens.push(token);
            }
            _ => setting.push(character),
        }
    }
    tokens.push("dc_of-no-entry".to_owned());
    (setting.replace(CANARY_MARK, CANARY), tokens)
}

/// The list as a setting.
fn written(list: &AccessList) -> String {
    let pair = |pair: &CustomerTenant| utf8_percent_encode(&pair.to_string(), NON_ALPHANUMERIC).to_string();
    let entry = |entry: &AccessEntry| {
        let expires = entry.expires.map(|date| format!(":expires={date}")).unwrap_or_default();
        let bound_to = entry.bound_to.as_ref().map(|pairs| pairs.iter().map(pair).collect::<Vec<_>>().join("+"));
        let bound_to = bound_to.map(|pairs| format!(":for={pairs}")).unwrap_or_default();
        format!("{}:{}{expires}{bound_to}", entry.name, entry.digest)
    };
    list.entries().iter().map(entry).collect::<Vec<_>>().join(",")
}

fn assert_tells_its_tokens_apart(list: &AccessList) {
    for (index, entry) in list.entries().iter().enumerate() {
        let mut others = list.entries()[..index].iter();
        assert!(others.all(|other| other.name != entry.name && other.digest != entry.digest));
        assert!((1..=64).contains(&entry.name.len()) && entry.name.is_ascii());
        assert!(entry.bound_to.as_ref().is_none_or(|pairs| !pairs.is_empty()), "bound to nobody");
    }
}

fn assert_admits_whom_it_names(list: &AccessList, tokens: &[String]) {
    let gate = Gate::Tokens(list.clone());
    for now in times(list) {
        for token in tokens {
            let entry = list.entries().iter().find(|entry| entry.digest == Digest::of(token.as_bytes()));
            assert_admits(&gate, entry, token, now);
        }
        let refused = |values: &[&str]| gate.admit(&headers(values), now).map(drop).expect_err("refused");
        let token = format!("Bearer {}", tokens[0]);
        assert_eq!(refused(&[]), Unauthorized::Missing);
        assert_eq!(refused(&[&token, &token]), Unauthorized::Missing);
        assert_eq!(refused(&[&tokens[0]]), Unauthorized::Missing);
        assert_eq!(refused(&[&format!("Basic {}", tokens[0])]), Unauthorized::Missing);
        assert_eq!(refused(&[&token[..token.len() - 1]]), Unauthorized::Unknown);
        assert_eq!(refused(&[&format!("{token}0")]), Unauthorized::Unknown);
        for entry in list.entries() {
            let digest = format!("Bearer {}", entry.digest);
            assert_eq!(refused(&[&digest]), Unauthorized::Unknown, "a digest is no token");
        }
    }
}

/// Any day, and around the end of each entry's last one.
fn times(list: &AccessList) -> Vec<Timestamp> {
    let end = |entry: &AccessEntry| {
        let next_day = entry.expires?.tomorrow().ok()?.at(0, 0, 0, 0);
        TimeZone::UTC.to_timestamp(next_day).ok()
    };
    let around = list.entries().iter().filter_map(end).flat_map(|next_day| {
        let before = Timestamp::from_nanosecond(next_day.as_nanosecond() - 1).unwrap_or(next_day);
        [before, next_day]
    });
    around.chain([Timestamp::UNIX_EPOCH]).collect()
}

fn headers(values: &[&str]) -> HeaderMap {
    let mut headers = HeaderMap::new();
    for value in values {
        headers.append(AUTHORIZATION, value.parse().expect("a header value"));
    }
    headers
}

fn assert_admits(gate: &Gate, entry: Option<&AccessEntry>, token: &str, now: Timestamp) {
    let headers = headers(&[&format!("Bearer {token}")]);
    let today = TimeZone::UTC.to_datetime(now).date();
    match (gate.admit(&headers, now), entry) {
        (Err(Unauthorized::Unknown), None) => {}
        (Err(Unauthorized::Expired), Some(entry)) => assert!(entry.expires.is_some_and(|last| today > last)),
        (Ok(caller), Some(entry)) => {
            assert!(entry.expires.is_none_or(|last| today <= last));
            assert_eq!(caller.token_name(), Some(entry.name.as_str()));
            let stranger: CustomerTenant = "18446744073709551615/Nobody's".parse().expect("a pair");
            let bound_to = entry.bound_to.as_deref();
            for pair in bound_to.unwrap_or_default() {
                assert!(caller.may_write_for(pair), "{pair}");
            }
            let named = bound_to.is_none_or(|pairs| pairs.contains(&stranger));
            assert_eq!(caller.may_write_for(&stranger), named);
        }
        (answer, entry) => panic!("{answer:?} for {entry:?}"),
    }
}
