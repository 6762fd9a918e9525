//! The `aws-chunked` encoding, in which AWS SDKs send a body whose checksum follows in a trailer.

use axum::http::{HeaderName, HeaderValue};

/// A body out of its chunks, and the headers of its trailer.
pub(super) struct Unpacked {
    pub(super) body: Vec<u8>,
    pub(super) trailers: Vec<(HeaderName, HeaderValue)>,
}

/// Takes the chunks apart; `None` if they are malformed or end early. Chunk signatures are not checked.
pub(super) fn unpack(mut rest: &[u8]) -> Option<Unpacked> {
    let mut body = Vec::with_capacity(rest.len());
    loop {
        let head = std::str::from_utf8(take_line(&mut rest)?).ok()?;
        let size = usize::from_str_radix(head.split(';').next()?, 16).ok()?;
        if size == 0 {
            break;
        }
        body.extend_from_slice(rest.get(..size)?);
        rest = rest.get(size..)?.strip_prefix(b"\r\n")?;
    }
    let mut trailers = Vec::new();
    // Some clients leave out the line that would end the trailer.
    while let Some(line) = take_line(&mut rest).filter(|line| !line.is_empty()) {
        let (name, value) = std::str::from_utf8(line).ok()?.split_once(':')?;
        trailers.push((name.trim().parse().ok()?, value.trim().parse().ok()?));
    }
    Some(Unpacked { body, trailers })
}

fn take_line<'a>(rest: &mut &'a [u8]) -> Option<&'a [u8]> {
    let end = rest.windows(2).position(|pair| pair == b"\r\n")?;
    let line = &rest[..end];
    *rest = &rest[end + 2..];
    Some(line)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn chunks_are_joined_and_the_trailer_is_read() {
        let unpacked = unpack(
            b"5;chunk-signature=00\r\nhello\r\n1\r\n!\r\n0\r\nx-amz-checksum-crc32: AAAAAA==\r\nx-other:1\r\n\r\n",
        )
        .unwrap();
        assert_eq!(unpacked.body, b"hello!");
        assert_eq!(unpacked.trailers[0].0, "x-amz-checksum-crc32");
        assert_eq!(unpacked.trailers[0].1, "AAAAAA==");
        assert_eq!(unpacked.trailers.len(), 2);
    }

    #[test]
    fn a_body_of_nothing_is_empty() {
        assert!(unpack(b"0\r\n\r\n").unwrap().body.is_empty());
    }

    #[test]
    fn what_is_cut_short_is_refused() {
        for cut in [&b""[..], b"5\r\nhel", b"5\r\nhello", b"5\r\nhello\r\n", b"5\r\nhello!\r\n0\r\n\r\n", b"x\r\n"] {
            assert!(unpack(cut).is_none(), "{cut:?}");
        }
    }
}
