//! Putting an object and getting it back.

use axum::http::HeaderMap;
use futures_util::TryStreamExt;
use s3s::{
    S3Error, S3Result,
    dto::{
        ETag, GetObjectInput, GetObjectOutput, HeadObjectInput, HeadObjectOutput, PutObjectInput, PutObjectOutput,
        StreamingBlob,
    },
    s3_error,
};

use super::{
    digest::{Checksum, md5_hex},
    store::{About, Conditions, Store},
};

/// What S3 calls an object that was put without a type.
const DEFAULT_CONTENT_TYPE: &str = "binary/octet-stream";

/// S3's limit for an object's own metadata, names and values together.
const MAX_METADATA: usize = 2_048;

pub(super) async fn put(store: &Store, headers: &HeaderMap, input: PutObjectInput) -> S3Result<PutObjectOutput> {
    let body = read(input.body).await?;
    let metadata = input.metadata.unwrap_or_default();
    if metadata.iter().map(|(name, value)| name.len() + value.len()).sum::<usize>() > MAX_METADATA {
        return Err(s3_error!(MetadataTooLarge));
    }
    let checksum = Checksum::of(&body, headers);
    let etag = md5_hex(&body);
    let about = About {
        checksum: checksum.clone(),
        content_type: input.content_type,
        content_encoding: input.content_encoding,
        content_language: input.content_language,
        content_disposition: input.content_disposition,
        cache_control: input.cache_control,
        metadata,
    };
    let conditions = Conditions { if_match: input.if_match, if_none_match: input.if_none_match };
    store.put((&input.bucket, &input.key), &body, &etag, &about, &conditions)?;
    let sums = checksum.into_dto();
    Ok(PutObjectOutput {
        e_tag: Some(ETag::Strong(etag)),
        checksum_crc32: sums.checksum_crc32,
        checksum_crc32c: sums.checksum_crc32c,
        checksum_crc64nvme: sums.checksum_crc64nvme,
        checksum_sha1: sums.checksum_sha1,
        checksum_sha256: sums.checksum_sha256,
        checksum_type: sums.checksum_type,
        ..Default::default()
    })
}

pub(super) fn get(store: &Store, input: &GetObjectInput) -> S3Result<GetObjectOutput> {
    let (head, body) = store.get(&input.bucket, &input.key)?;
    let size = body.len();
    let (body, content_range) = match input.range {
        None => (body, None),
        Some(range) => {
            let part = range.check(size as u64)?;
            let described = format!("bytes {}-{}/{size}", part.start, part.end - 1);
            (cut(&body, &part)?, Some(described))
        }
    };
    // Of a part of the object, the checksum of the whole would say nothing.
    let wanted = input.checksum_mode.is_some() && content_range.is_none();
    let sums = Some(head.about.checksum).filter(|_| wanted);
    let sums = sums.map(Checksum::into_dto).unwrap_or_default();
    Ok(GetObjectOutput {
        accept_ranges: Some("bytes".to_owned()),
        content_length: i64::try_from(body.len()).ok(),
        content_range,
        body: Some(StreamingBlob::from(s3s::Body::from(body))),
        e_tag: Some(ETag::Strong(head.etag)),
        last_modified: Some(head.modified),
        content_type: head.about.content_type.or_else(|| Some(DEFAULT_CONTENT_TYPE.to_owned())),
        content_encoding: head.about.content_encoding,
        content_language: head.about.content_language,
        content_disposition: head.about.content_disposition,
        cache_control: head.about.cache_control,
        metadata: Some(head.about.metadata),
        checksum_crc32: sums.checksum_crc32,
        checksum_crc32c: sums.checksum_crc32c,
        checksum_crc64nvme: sums.checksum_crc64nvme,
        checksum_sha1: sums.checksum_sha1,
        checksum_sha256: sums.checksum_sha256,
        checksum_type: sums.checksum_type,
        ..Default::default()
    })
}

pub(super) fn head(store: &Store, input: &HeadObjectInput) -> S3Result<HeadObjectOutput> {
    let head = store.head(&input.bucket, &input.key)?;
    let sums = Some(head.about.checksum).filter(|_| input.checksum_mode.is_some());
    let sums = sums.map(Checksum::into_dto).unwrap_or_default();
    Ok(HeadObjectOutput {
        accept_ranges: Some("bytes".to_owned()),
        content_length: Some(head.size),
        e_tag: Some(ETag::Strong(head.etag)),
        last_modified: Some(head.modified),
        content_type: head.about.content_type.or_else(|| Some(DEFAULT_CONTENT_TYPE.to_owned())),
        content_encoding: head.about.content_encoding,
        content_language: head.about.content_language,
        content_disposition: head.about.content_disposition,
        cache_control: head.about.cache_control,
        metadata: Some(head.about.metadata),
        checksum_crc32: sums.checksum_crc32,
        checksum_crc32c: sums.checksum_crc32c,
        checksum_crc64nvme: sums.checksum_crc64nvme,
        checksum_sha1: sums.checksum_sha1,
        checksum_sha256: sums.checksum_sha256,
        checksum_type: sums.checksum_type,
        ..Default::default()
    })
}

async fn read(body: Option<StreamingBlob>) -> S3Result<Vec<u8>> {
    let Some(body) = body else {
        return Ok(Vec::new());
    };
    let chunks: Vec<_> =
        body.try_collect().await.map_err(|error| S3Error::internal_error(std::io::Error::other(error)))?;
    Ok(chunks.concat())
}

fn cut(body: &[u8], part: &std::ops::Range<u64>) -> S3Result<Vec<u8>> {
    let start = usize::try_from(part.start).map_err(|error| s3_error!(error, InvalidRange))?;
    let end = usize::try_from(part.end).map_err(|error| s3_error!(error, InvalidRange))?;
    body.get(start..end).map(<[u8]>::to_vec).ok_or_else(|| s3_error!(InvalidRange))
}
