//! Finding objects, and removing several of them.

use aws_sdk_s3::{
    primitives::ByteStream,
    types::{Delete, ObjectIdentifier},
};

use crate::support::{BUCKET, s3, stack};

#[tokio::test]
async fn a_listing_has_prefixes_delimiters_and_pages() {
    let stack = stack();
    let client = s3(&stack);
    for key in ["a", "a/1", "a/2", "b/1", "b/c/2", "c", "d%"] {
        client.put_object().bucket(BUCKET).key(key).body(ByteStream::from_static(b"x")).send().await.unwrap();
    }
    let list = || client.list_objects_v2().bucket(BUCKET);
    let keys = |page: &aws_sdk_s3::operation::list_objects_v2::ListObjectsV2Output| {
        let prefixes = page.common_prefixes().iter().map(|prefix| format!("{}*", prefix.prefix().unwrap()));
        let keys = page.contents().iter().map(|object| object.key().unwrap().to_owned());
        keys.chain(prefixes).collect::<Vec<_>>().join(" ")
    };
    assert_eq!(keys(&list().prefix("a").send().await.unwrap()), "a a/1 a/2");
    assert_eq!(keys(&list().delimiter("/").send().await.unwrap()), "a c d% a/* b/*");
    assert_eq!(keys(&list().prefix("b/").delimiter("/").send().await.unwrap()), "b/1 b/c/*");
    assert_eq!(keys(&list().start_after("b/1").send().await.unwrap()), "b/c/2 c d%");
    assert_eq!(keys(&list().encoding_type("url".into()).prefix("d").send().await.unwrap()), "d%25");

    let mut pages = Vec::new();
    let mut token = None;
    loop {
        let page = list().delimiter("/").max_keys(2).set_continuation_token(token).send().await.unwrap();
        pages.push(keys(&page));
        assert_eq!(page.is_truncated(), Some(page.next_continuation_token().is_some()));
        token = page.next_continuation_token().map(str::to_owned);
        if token.is_none() {
            break;
        }
    }
    assert_eq!(pages, ["a a/*", "c b/*", "d%"]);

    let old = client.list_objects().bucket(BUCKET).max_keys(2).delimiter("/").send().await.unwrap();
    assert_eq!(old.next_marker(), Some("a/"));
    let old = client.list_objects().bucket(BUCKET).marker("a/").delimiter("/").send().await.unwrap();
    assert_eq!(old.contents().iter().map(|object| object.key().unwrap()).collect::<Vec<_>>(), ["c", "d%"]);
}

#[tokio::test]
async fn several_objects_are_deleted_at_once() {
    let stack = stack();
    let client = s3(&stack);
    for key in ["a", "b", "c"] {
        client.put_object().bucket(BUCKET).key(key).body(ByteStream::from_static(b"x")).send().await.unwrap();
    }
    let objects = ["a", "b", "absent"].map(|key| ObjectIdentifier::builder().key(key).build().unwrap());
    let delete = Delete::builder().set_objects(Some(objects.to_vec())).build().unwrap();
    let answer = client.delete_objects().bucket(BUCKET).delete(delete).send().await.unwrap();
    assert_eq!(answer.deleted().len(), 3);
    let left = client.list_objects_v2().bucket(BUCKET).send().await.unwrap();
    assert_eq!(left.key_count(), Some(1));
}
