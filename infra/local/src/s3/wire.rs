//! What arrives, before it is an operation: the body is read to its end and checked against every digest that came
//! with it, so that nothing behind this module sees bytes that S3 would have refused.
//!
//! Reading to the end first also means that no error is answered while the client is still sending, which would reset
//! the connection. Signatures are not checked: any credentials will do, or none.

use axum::{
    body::to_bytes,
    extract::Request,
    http::{HeaderMap, HeaderValue, Uri, header, request::Parts, uri::PathAndQuery},
};
use s3s::{HttpRequest, S3Error, S3ErrorCode, S3Result, s3_error};

use super::{chunked, digest};

/// S3's own limit for one PUT is 5 GB; the receiver's bodies are at most 10 MB, and they are held in memory here.
const MAX_BODY: usize = 256 * 1024 * 1024;

const CONTENT_SHA256: &str = "x-amz-content-sha256";
const DECODED_LENGTH: &str = "x-amz-decoded-content-length";

/// Reads, checks and unpacks a request, as one that carries no signature.
pub(super) async fn accept(request: Request) -> S3Result<HttpRequest> {
    let (mut parts, body) = request.into_parts();
    let received = to_bytes(body, MAX_BODY).await.map_err(|error| s3_error!(error, IncompleteBody))?;
    let body = if declared_hash(&parts.headers).is_some_and(|hash| hash.starts_with("STREAMING-")) {
        unpack(&mut parts.headers, &received)?.into()
    } else {
        check_hash(&parts.headers, &received)?;
        received
    };
    digest::check(&parts.headers, &body)?;
    remove_signature(&mut parts)?;
    parts.headers.insert(header::CONTENT_LENGTH, HeaderValue::from(body.len()));
    parts.headers.remove(header::TRANSFER_ENCODING);
    Ok(HttpRequest::from_parts(parts, s3s::Body::from(body)))
}

fn declared_hash(headers: &HeaderMap) -> Option<&str> {
    headers.get(CONTENT_SHA256)?.to_str().ok()
}

/// The body of an `aws-chunked` request; the checksums of its trailer join the headers.
fn unpack(headers: &mut HeaderMap, received: &[u8]) -> S3Result<Vec<u8>> {
    let chunked::Unpacked { body, trailers } =
        chunked::unpack(received).ok_or_else(|| s3_error!(IncompleteBody, "malformed aws-chunked body"))?;
    let declared = headers.get(DECODED_LENGTH).and_then(|value| value.to_str().ok()?.parse::<usize>().ok());
    if declared.is_some_and(|length| length != body.len()) {
        return Err(s3_error!(IncompleteBody));
    }
    headers.extend(trailers.into_iter().map(|(name, value)| (Some(name), value)));
    strip_chunked_encoding(headers);
    Ok(body)
}

/// `aws-chunked` says how the body travelled. It is no property of the object, as `gzip` beside it would be.
fn strip_chunked_encoding(headers: &mut HeaderMap) {
    let Some(encodings) = headers.remove(header::CONTENT_ENCODING) else {
        return;
    };
    let kept: Vec<_> = encodings
        .to_str()
        .unwrap_or_default()
        .split(',')
        .map(str::trim)
        .filter(|encoding| !encoding.is_empty() && !encoding.eq_ignore_ascii_case("aws-chunked"))
        .collect();
    if let Ok(value) = HeaderValue::from_str(&kept.join(","))
        && !kept.is_empty()
    {
        headers.insert(header::CONTENT_ENCODING, value);
    }
}

fn check_hash(headers: &HeaderMap, body: &[u8]) -> S3Result<()> {
    match declared_hash(headers) {
        None | Some("UNSIGNED-PAYLOAD") => Ok(()),
        Some(hash) if hash.eq_ignore_ascii_case(&digest::sha256_hex(body)) => Ok(()),
        Some(_) => {
            let code = S3ErrorCode::Custom("XAmzContentSHA256Mismatch".into());
            let mut error = S3Error::with_message(
                code,
                "The provided 'x-amz-content-sha256' header does not match what was computed.",
            );
            error.set_status_code(axum::http::StatusCode::BAD_REQUEST);
            Err(error)
        }
    }
}

fn remove_signature(parts: &mut Parts) -> S3Result<()> {
    for name in [header::AUTHORIZATION.as_str(), CONTENT_SHA256, DECODED_LENGTH, "x-amz-trailer"] {
        parts.headers.remove(name);
    }
    // A presigned URL carries its signature in the query instead.
    let Some(query) = parts.uri.query().filter(|query| query.contains("X-Amz-Signature")) else {
        return Ok(());
    };
    let kept: Vec<_> = query.split('&').filter(|pair| !pair.starts_with("X-Amz-")).collect();
    let target = format!("{}?{}", parts.uri.path(), kept.join("&"));
    let mut uri = parts.uri.clone().into_parts();
    uri.path_and_query = Some(PathAndQuery::try_from(target).map_err(|error| s3_error!(error, InvalidURI))?);
    parts.uri = Uri::from_parts(uri).map_err(|error| s3_error!(error, InvalidURI))?;
    Ok(())
}
