//! Listing the objects, by pages: prefix, delimiter, where a page starts and where the next one does.

use base64::{Engine, prelude::BASE64_URL_SAFE_NO_PAD};
use percent_encoding::{AsciiSet, NON_ALPHANUMERIC, utf8_percent_encode};
use s3s::{
    S3Result,
    dto::{
        CommonPrefix, ETag, EncodingType, ListObjectsInput, ListObjectsOutput, ListObjectsV2Input, ListObjectsV2Output,
        Object, ObjectStorageClass,
    },
    s3_error,
};

use super::store::{Entry, Store};

const DEFAULT_MAX_KEYS: i32 = 1_000;

/// What S3 leaves as it is with `encoding-type=url`.
const KEPT: &AsciiSet = &NON_ALPHANUMERIC.remove(b'-').remove(b'_').remove(b'.').remove(b'*').remove(b'/');

pub(super) fn objects_v2(store: &Store, input: ListObjectsV2Input) -> S3Result<ListObjectsV2Output> {
    let after = match &input.continuation_token {
        Some(token) => place(token)?,
        None => input.start_after.clone().unwrap_or_default(),
    };
    let page = Page::read(
        store,
        &Query {
            bucket: &input.bucket,
            prefix: input.prefix.as_deref().unwrap_or_default(),
            delimiter: input.delimiter.as_deref().unwrap_or_default(),
            after: &after,
            max_keys: input.max_keys,
        },
    )?;
    let naming = Naming::new(input.encoding_type.as_ref());
    Ok(ListObjectsV2Output {
        name: Some(input.bucket),
        prefix: Some(naming.write(input.prefix.as_deref().unwrap_or_default())),
        delimiter: input.delimiter.map(|text| naming.write(&text)),
        start_after: input.start_after.map(|text| naming.write(&text)),
        encoding_type: input.encoding_type,
        max_keys: Some(page.max_keys),
        key_count: Some(page.len()),
        is_truncated: Some(page.next.is_some()),
        continuation_token: input.continuation_token,
        next_continuation_token: page.next.as_deref().map(token),
        common_prefixes: Some(page.prefixes.iter().map(|prefix| naming.common_prefix(prefix)).collect()),
        contents: Some(page.entries.into_iter().map(|entry| naming.object(entry)).collect()),
        ..Default::default()
    })
}

pub(super) fn objects(store: &Store, input: ListObjectsInput) -> S3Result<ListObjectsOutput> {
    let page = Page::read(
        store,
        &Query {
            bucket: &input.bucket,
            prefix: input.prefix.as_deref().unwrap_or_default(),
            delimiter: input.delimiter.as_deref().unwrap_or_default(),
            after: input.marker.as_deref().unwrap_or_default(),
            max_keys: input.max_keys,
        },
    )?;
    let naming = Naming::new(input.encoding_type.as_ref());
    Ok(ListObjectsOutput {
        name: Some(input.bucket),
        prefix: Some(naming.write(input.prefix.as_deref().unwrap_or_default())),
        // Without a delimiter S3 leaves it to the client to go on from the last key.
        next_marker: page.next.as_deref().filter(|_| input.delimiter.is_some()).map(|next| naming.write(next)),
        delimiter: input.delimiter.map(|text| naming.write(&text)),
        marker: Some(naming.write(input.marker.as_deref().unwrap_or_default())),
        encoding_type: input.encoding_type,
        max_keys: Some(page.max_keys),
        is_truncated: Some(page.next.is_some()),
        common_prefixes: Some(page.prefixes.iter().map(|prefix| naming.common_prefix(prefix)).collect()),
        contents: Some(page.entries.into_iter().map(|entry| naming.object(entry)).collect()),
        ..Default::default()
    })
}

/// What is asked for.
struct Query<'a> {
    bucket: &'a str,
    prefix: &'a str,
    delimiter: &'a str,
    after: &'a str,
    max_keys: Option<i32>,
}

/// What is found.
#[derive(Default)]
struct Page {
    entries: Vec<Entry>,
    prefixes: Vec<String>,
    max_keys: i32,
    /// The last key or common prefix of this page, if there is more after it.
    next: Option<String>,
}

impl Page {
    fn read(store: &Store, query: &Query) -> S3Result<Self> {
        let max_keys = query.max_keys.unwrap_or(DEFAULT_MAX_KEYS).clamp(0, DEFAULT_MAX_KEYS);
        let mut page = Self { max_keys, ..Self::default() };
        let mut last = query.after.to_owned();
        store.scan(query.bucket, query.prefix, query.after, |entry| page.visit(entry, query, &mut last))?;
        Ok(page)
    }

    /// Takes the entry in; `false` when the page is full.
    fn visit(&mut self, entry: Entry, query: &Query, last: &mut String) -> bool {
        let group = common_prefix(&entry.key, query);
        // Already there, or, where a page starts after a common prefix, on the page before.
        if group == Some(last.as_str()) {
            return true;
        }
        if self.len() == self.max_keys {
            self.next = (self.max_keys > 0).then(|| last.clone());
            return false;
        }
        if let Some(group) = group {
            group.clone_into(last);
            self.prefixes.push(group.to_owned());
        } else {
            last.clone_from(&entry.key);
            self.entries.push(entry);
        }
        true
    }

    /// How many keys and common prefixes there are.
    fn len(&self) -> i32 {
        i32::try_from(self.entries.len() + self.prefixes.len()).unwrap_or(i32::MAX)
    }
}

/// The part of a key up to the first delimiter after the prefix.
fn common_prefix<'k>(key: &'k str, query: &Query) -> Option<&'k str> {
    if query.delimiter.is_empty() {
        return None;
    }
    let start = query.prefix.len();
    let found = key[start..].find(query.delimiter)?;
    Some(&key[..start + found + query.delimiter.len()])
}

/// How names are written into a listing: as they are, or percent-encoded when the client asks, since XML cannot carry
/// every character that a key may have.
#[derive(Clone, Copy)]
struct Naming {
    encoded: bool,
}

impl Naming {
    fn new(encoding: Option<&EncodingType>) -> Self {
        Self { encoded: encoding.is_some_and(|encoding| encoding.as_str() == EncodingType::URL) }
    }

    fn write(self, name: &str) -> String {
        if self.encoded { utf8_percent_encode(name, KEPT).to_string() } else { name.to_owned() }
    }

    fn object(self, entry: Entry) -> Object {
        Object {
            key: Some(self.write(&entry.key)),
            size: Some(entry.size),
            e_tag: Some(ETag::Strong(entry.etag)),
            last_modified: Some(entry.modified),
            storage_class: Some(ObjectStorageClass::from_static(ObjectStorageClass::STANDARD)),
            ..Default::default()
        }
    }

    fn common_prefix(self, prefix: &str) -> CommonPrefix {
        CommonPrefix { prefix: Some(self.write(prefix)) }
    }
}

/// The opaque token that stands for a place in the listing.
fn token(place: &str) -> String {
    BASE64_URL_SAFE_NO_PAD.encode(place)
}

fn place(token: &str) -> S3Result<String> {
    let invalid = || s3_error!(InvalidArgument, "The continuation token provided is incorrect");
    let bytes = BASE64_URL_SAFE_NO_PAD.decode(token).map_err(|_| invalid())?;
    String::from_utf8(bytes).map_err(|_| invalid())
}
