//! The address of an endpoint.

use std::net::Ipv4Addr;

use anyhow::{Context, bail};
use ureq::http::Uri;

/// The address without a slash at its end, if a token may go there: over TLS, or not farther than this machine.
pub(super) fn checked(url: &str) -> anyhow::Result<String> {
    let uri: Uri = url.parse().with_context(|| format!("{url} is no address; write it as https://host"))?;
    let host = uri.host().unwrap_or_default();
    let is_loopback = host == "localhost" || host == "[::1]" || host.parse().is_ok_and(|ip: Ipv4Addr| ip.is_loopback());
    match uri.scheme_str() {
        Some("https") => {}
        Some("http") if is_loopback => {}
        Some("http") => bail!("over http:// the token could be read on its way to {host}; use https://"),
        _ => bail!("{url} is no address; write it as https://host"),
    }
    if uri.query().is_some() || uri.authority().is_some_and(|authority| authority.as_str().contains('@')) {
        bail!("give the address alone, without user or query");
    }
    Ok(url.trim_end_matches('/').to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_token_goes_over_tls_or_stays_on_this_machine() {
        for (url, expected) in [
            ("https://x.execute-api.us-east-1.amazonaws.com", Some("https://x.execute-api.us-east-1.amazonaws.com")),
            ("https://example.com/stage/", Some("https://example.com/stage")),
            ("http://127.0.0.1:9000/", Some("http://127.0.0.1:9000")),
            ("http://localhost:9000", Some("http://localhost:9000")),
            ("http://[::1]:9000", Some("http://[::1]:9000")),
            ("http://example.com", None),
            ("http://127.0.0.1.example.com", None),
            ("http://localhost.example.com", None),
            ("http://localhost@example.com", None),
            ("https://user@example.com", None),
            ("https://example.com/?a=b", None),
            ("ftp://127.0.0.1", None),
            ("example.com", None),
            ("", None),
        ] {
            assert_eq!(checked(url).ok().as_deref(), expected, "{url}");
        }
    }
}
