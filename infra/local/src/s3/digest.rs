//! The digests that a client may send with a body, and the checksum that is kept with an object.

use axum::http::HeaderMap;
use base64::{Engine, prelude::BASE64_STANDARD};
use s3s::{
    S3Result,
    crypto::{Checksum as _, Crc32, Crc32c, Crc64Nvme, Md5, Sha1, Sha256},
    dto, s3_error,
};
use serde::{Deserialize, Serialize};

/// A checksum algorithm of S3.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub(super) enum Algorithm {
    Crc32,
    Crc32c,
    Crc64Nvme,
    Sha1,
    Sha256,
}

/// The checksum of an object, in base64.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct Checksum {
    pub(super) algorithm: Algorithm,
    pub(super) value: String,
}

impl Algorithm {
    const ALL: [Self; 5] = [Self::Crc32, Self::Crc32c, Self::Crc64Nvme, Self::Sha1, Self::Sha256];

    /// The name as S3 writes it in `x-amz-sdk-checksum-algorithm` and in listings.
    pub(super) fn name(self) -> &'static str {
        match self {
            Self::Crc32 => "CRC32",
            Self::Crc32c => "CRC32C",
            Self::Crc64Nvme => "CRC64NVME",
            Self::Sha1 => "SHA1",
            Self::Sha256 => "SHA256",
        }
    }

    fn header(self) -> String {
        format!("x-amz-checksum-{}", self.name().to_ascii_lowercase())
    }

    fn digest(self, body: &[u8]) -> String {
        match self {
            Self::Crc32 => BASE64_STANDARD.encode(Crc32::checksum(body)),
            Self::Crc32c => BASE64_STANDARD.encode(Crc32c::checksum(body)),
            Self::Crc64Nvme => BASE64_STANDARD.encode(Crc64Nvme::checksum(body)),
            Self::Sha1 => BASE64_STANDARD.encode(Sha1::checksum(body)),
            Self::Sha256 => BASE64_STANDARD.encode(Sha256::checksum(body)),
        }
    }
}

impl Checksum {
    /// The checksum to keep with an object: of the algorithm that the client named, or the one that S3 takes otherwise.
    pub(super) fn of(body: &[u8], headers: &HeaderMap) -> Self {
        let named = headers.get("x-amz-sdk-checksum-algorithm").and_then(|value| value.to_str().ok());
        let algorithm = Algorithm::ALL
            .into_iter()
            .find(|algorithm| headers.contains_key(algorithm.header()))
            .or_else(|| Algorithm::ALL.into_iter().find(|algorithm| Some(algorithm.name()) == named))
            .unwrap_or(Algorithm::Crc64Nvme);
        Self { algorithm, value: algorithm.digest(body) }
    }

    /// The checksum in the form that all of s3s's answers share.
    pub(super) fn into_dto(self) -> dto::Checksum {
        let mut fields = dto::Checksum {
            checksum_type: Some(dto::ChecksumType::from_static(dto::ChecksumType::FULL_OBJECT)),
            ..Default::default()
        };
        let field = match self.algorithm {
            Algorithm::Crc32 => &mut fields.checksum_crc32,
            Algorithm::Crc32c => &mut fields.checksum_crc32c,
            Algorithm::Crc64Nvme => &mut fields.checksum_crc64nvme,
            Algorithm::Sha1 => &mut fields.checksum_sha1,
            Algorithm::Sha256 => &mut fields.checksum_sha256,
        };
        *field = Some(self.value);
        fields
    }
}

/// Checks the body against each digest among the headers.
pub(super) fn check(headers: &HeaderMap, body: &[u8]) -> S3Result<()> {
    if let Some(value) = headers.get("content-md5") {
        let declared = BASE64_STANDARD.decode(value).map_err(|error| s3_error!(error, InvalidDigest))?;
        match declared.as_slice() {
            digest if digest == Md5::checksum(body) => {}
            digest if digest.len() == 16 => return Err(s3_error!(BadDigest)),
            _ => return Err(s3_error!(InvalidDigest)),
        }
    }
    let declared: Vec<_> = Algorithm::ALL
        .into_iter()
        .filter_map(|algorithm| Some((algorithm, headers.get(algorithm.header())?)))
        .collect();
    if declared.len() > 1 {
        return Err(s3_error!(InvalidRequest, "Expecting a single x-amz-checksum- header."));
    }
    for (algorithm, value) in declared {
        let computed = algorithm.digest(body);
        if value.len() != computed.len() || BASE64_STANDARD.decode(value).is_err() {
            return Err(s3_error!(InvalidRequest, "Value for {} header is invalid.", algorithm.header()));
        }
        if value != computed.as_str() {
            let name = algorithm.name();
            return Err(s3_error!(BadDigest, "The {name} you specified did not match the calculated checksum."));
        }
    }
    Ok(())
}

pub(super) fn sha256_hex(body: &[u8]) -> String {
    hex::encode(Sha256::checksum(body))
}

/// The MD5 in hexadecimal, which is the `ETag` of an object that was put in one piece.
pub(super) fn md5_hex(body: &[u8]) -> String {
    hex::encode(Md5::checksum(body))
}
