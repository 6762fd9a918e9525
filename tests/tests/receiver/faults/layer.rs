//! The fault layer itself: it breaks what it says, when it says, and nothing else.

use std::collections::BTreeSet;
use std::io::{self, ErrorKind};
use std::net::SocketAddr;
use std::time::Duration;

use aws_sdk_s3::error::{ProvideErrorMetadata, SdkError};
use aws_sdk_s3::primitives::ByteStream;
use dataconnect::clients::ATTEMPT;
use dataconnect::payload::POST_PUNCHES;
use dataconnect_local::stack::{LocalStack, Options};
use futures_util::future::join_all;
use serde_json::json;
use tempfile::TempDir;
use tests::faults::{Fault, FaultLayer, FaultPlan, LATEST, Store};
use tests::receiver::{Receiver, stack, template};
use tests::stores::s3;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;
use tokio::time::{sleep, timeout};

use super::address;

/// For what has to come sooner or later.
const PATIENCE: Duration = Duration::from_secs(20);

async fn s3_layer(plan: FaultPlan) -> FaultLayer {
    FaultLayer::start(Store::S3, address(&stack().s3_endpoint()), plan).await
}

async fn dynamodb_layer(plan: FaultPlan) -> FaultLayer {
    FaultLayer::start(Store::DynamoDb, address(&stack().dynamodb_endpoint()), plan).await
}

fn bucket() -> &'static str {
    stack().bucket().unwrap()
}

/// All bytes that come back for a request on a connection of its own. An error is the connection's.
async fn exchange(server: SocketAddr, head: &str, body: &[u8]) -> io::Result<Vec<u8>> {
    let mut socket = TcpStream::connect(server).await?;
    let length = body.len();
    let head = format!("{head}\r\nHost: {server}\r\nConnection: close\r\nContent-Length: {length}\r\n\r\n");
    socket.write_all(head.as_bytes()).await?;
    socket.write_all(body).await?;
    let mut answer = Vec::new();
    socket.read_to_end(&mut answer).await.map(|_| answer)
}

fn put(key: &str) -> String {
    format!("PUT /{}/{key} HTTP/1.1", bucket())
}

fn dynamodb(operation: &str) -> String {
    format!(
        "POST / HTTP/1.1\r\nContent-Type: application/x-amz-json-1.0\r\nX-Amz-Target: DynamoDB_20120810.{operation}\r\n\
         Authorization: AWS4-HMAC-SHA256 Credential=a/20261124/us-east-1/dynamodb/aws4_request, SignedHeaders=host, \
         Signature=b\r\nX-Amz-Date: 20261124T000000Z"
    )
}

/// Head, without what differs from one answer to the next, and body.
fn comparable(answer: &[u8]) -> (Vec<String>, &[u8]) {
    let end = answer.windows(4).position(|window| window == b"\r\n\r\n").expect("a head");
    let head = str::from_utf8(&answer[..end]).unwrap().lines();
    let differs =
        |line: &&str| ["date:", "x-amz-request-id:", "x-amzn-requestid:"].iter().any(|name| line.starts_with(name));
    let mut head: Vec<_> = head.filter(|line| !differs(line)).map(str::to_owned).collect();
    head[1..].sort();
    (head, &answer[end + 4..])
}

#[tokio::test]
async fn without_faults_the_layer_changes_nothing_of_any_answer() {
    let (s3, dynamodb_) = (s3_layer(FaultPlan::none()).await, dynamodb_layer(FaultPlan::none()).await);
    let (bucket, table) = (bucket(), stack().table("PunchesTable").unwrap());
    let large: Vec<u8> = (0..6_000_000_u32).map(|index| index.to_be_bytes()[3]).collect();
    let item = json!({
        "TableName": table,
        "Item": { "CustomerTenant": { "S": "2/faults-transparent" }, "RecordId": { "S": "1" }, "A": { "S": "\u{e4}" } },
        "ConditionExpression": "attribute_not_exists(RecordId)",
    });
    let item = item.to_string();
    // Put through the layer, so that it is the layer that the bytes have passed.
    exchange(address(&s3.endpoint()), &put("faults-transparent"), &large).await.unwrap();
    exchange(address(&dynamodb_.endpoint()), &dynamodb("PutItem"), item.as_bytes()).await.unwrap();

    let requests = [
        (&s3, stack().s3_endpoint(), format!("GET /{bucket}/faults-transparent HTTP/1.1"), ""),
        (&s3, stack().s3_endpoint(), format!("HEAD /{bucket}/faults-transparent HTTP/1.1"), ""),
        (&s3, stack().s3_endpoint(), format!("{}\r\nIf-None-Match: *", put("faults-transparent")), "x"),
        (&s3, stack().s3_endpoint(), format!("GET /{bucket}/no-such-key?x-id=GetObject HTTP/1.1"), ""),
        (&dynamodb_, stack().dynamodb_endpoint(), dynamodb("PutItem"), item.as_str()),
        (&dynamodb_, stack().dynamodb_endpoint(), dynamodb("PutItem"), "{"),
    ];
    for (layer, direct, head, body) in &requests {
        let through = exchange(address(&layer.endpoint()), head, body.as_bytes()).await.unwrap();
        let direct = exchange(address(direct), head, body.as_bytes()).await.unwrap();
        assert_eq!(comparable(&through), comparable(&direct), "{head}");
    }
    let got = exchange(address(&s3.endpoint()), &requests[0].2, b"").await.unwrap();
    assert!(comparable(&got).1 == large, "6 MB came back changed");
    assert_eq!((s3.injected().len(), s3.requests()), (0, 6));
}

#[tokio::test]
async fn a_reset_before_or_after_is_one_to_the_client_and_only_after_it_did_the_write_take_effect() {
    let stores = Receiver::of(&POST_PUNCHES).stores;
    for (fault, key, is_written) in
        [(Fault::ResetBefore, "faults-reset-before", false), (Fault::ResetAfter, "faults-reset-after", true)]
    {
        let layer = s3_layer(FaultPlan::only(fault, 1, 1.0)).await;
        let answer = exchange(address(&layer.endpoint()), &put(key), b"body").await;
        assert_eq!(answer.unwrap_err().kind(), ErrorKind::ConnectionReset, "{key}");
        assert_eq!(stores.object(key).await.is_some(), is_written, "{key}");
        let client = s3(layer.endpoint());
        let error = client.put_object().bucket(&stores.bucket).key(key).body(ByteStream::from_static(b"body"));
        let error = error.send().await.unwrap_err();
        assert!(matches!(error, SdkError::DispatchFailure(_)), "{error:?}");
    }
}

#[tokio::test]
async fn an_answer_that_is_cut_short_or_garbled_is_about_a_write_that_took_effect() {
    let stores = Receiver::of(&POST_PUNCHES).stores;
    let (mut pages, mut garbage) = (0, 0);
    for fault in [Fault::Truncated, Fault::Garbled, Fault::SlowBody] {
        let layer = s3_layer(FaultPlan::only(fault, 5, 1.0)).await;
        for index in 0..12 {
            let key = format!("faults-{fault:?}-{index}");
            let sound = exchange(address(&stack().s3_endpoint()), &put(&key), b"body").await.unwrap();
            let key = format!("{key}-through");
            let answer = exchange(address(&layer.endpoint()), &put(&key), b"body").await.unwrap();
            assert_eq!(stores.body(&key).await, b"body");
            match fault {
                Fault::Truncated => assert!(answer.len() < sound.len() && !answer.is_empty(), "{}", answer.len()),
                Fault::SlowBody => assert_eq!(comparable(&answer), comparable(&sound)),
                _ if answer.starts_with(b"HTTP/1.1 502 ") => pages += 1,
                _ => garbage += usize::from(str::from_utf8(&answer).is_err()),
            }
        }
    }
    assert!(pages > 0 && garbage > 0 && pages + garbage == 12, "{pages} {garbage}");
}

#[tokio::test]
async fn the_sdk_reads_in_each_made_up_answer_the_error_that_the_service_means() {
    let expected = [
        (Fault::Throttled, &["ProvisionedThroughputExceededException", "ThrottlingException"][..], "SlowDown", 503),
        (Fault::InternalError, &["InternalServerError"], "InternalError", 500),
        (Fault::Unavailable, &["ServiceUnavailableException"], "ServiceUnavailable", 503),
        (Fault::Skewed, &["InvalidSignatureException"], "RequestTimeTooSkewed", 403),
    ];
    for (fault, of_dynamodb, of_s3, status) in expected {
        let (s3_layer, dynamodb_layer) =
            (s3_layer(FaultPlan::only(fault, 1, 1.0)).await, dynamodb_layer(FaultPlan::only(fault, 1, 1.0)).await);
        let client = s3(s3_layer.endpoint());
        let error = client.put_object().bucket(bucket()).key("faults-codes").send().await.unwrap_err();
        let seen = (error.code(), error.raw_response().unwrap().status().as_u16());
        assert_eq!(seen, (Some(of_s3), status));

        let client = tests::stores::dynamodb(dynamodb_layer.endpoint());
        let mut codes = BTreeSet::new();
        for _ in 0..12 {
            let error = client.put_item().table_name("any").send().await.unwrap_err();
            codes.insert(error.code().unwrap().to_owned());
        }
        assert_eq!(codes.iter().collect::<Vec<_>>(), of_dynamodb);
    }
}

#[tokio::test]
async fn a_hang_outlasts_the_sdk_and_then_the_write_takes_effect_or_never_does() {
    let stores = Receiver::of(&POST_PUNCHES).stores;
    let layer = s3_layer(FaultPlan::only(Fault::Hang, 1, 1.0)).await;
    let keys: Vec<_> = (0..12).map(|index| format!("faults-hang-{index}")).collect();
    let server = address(&layer.endpoint());
    let written = async || join_all(keys.iter().map(|key| stores.object(key))).await.iter().flatten().count();

    let heads: Vec<_> = keys.iter().map(|key| put(key)).collect();
    let tries = join_all(heads.iter().map(|head| timeout(ATTEMPT, exchange(server, head, b"body")))).await;
    assert!(tries.iter().all(Result::is_err), "{tries:?}");
    assert_eq!(written().await, 0);
    sleep(LATEST.saturating_sub(ATTEMPT)).await;
    let first = async {
        while written().await == 0 {
            sleep(Duration::from_millis(50)).await;
        }
    };
    timeout(PATIENCE, first).await.expect("some writes take effect");
    // Whatever is under way by now has time to end.
    sleep(Duration::from_millis(500)).await;
    let written = written().await;
    assert!(written < keys.len(), "{written}");
}

#[tokio::test]
async fn an_outage_resets_what_stands_and_what_comes_and_leaves_nothing_behind() {
    let layer = s3_layer(FaultPlan::none()).await;
    let server = address(&layer.endpoint());
    let mut standing = TcpStream::connect(server).await.unwrap();
    standing.write_all(b"GET / HTTP/1.1\r\n").await.unwrap();
    exchange(server, &put("faults-outage"), b"before").await.unwrap();

    layer.set_outage(true);
    let ended = timeout(PATIENCE, standing.read(&mut [0; 1])).await.expect("an end");
    assert_eq!(ended.unwrap_err().kind(), ErrorKind::ConnectionReset);
    for _ in 0..3 {
        // Seen at the first write or at the first read, as the reset comes.
        let error = exchange(server, &put("faults-outage"), b"during").await.unwrap_err();
        assert!(matches!(error.kind(), ErrorKind::ConnectionReset | ErrorKind::BrokenPipe), "{error}");
    }
    layer.set_outage(false);
    let answer = exchange(server, &put("faults-outage"), b"after").await.unwrap();
    assert!(answer.starts_with(b"HTTP/1.1 200 "));
    assert_eq!(layer.requests(), 2);
}

/// As when the local stack is killed and started again.
#[tokio::test]
async fn a_service_that_is_gone_is_a_reset_connection_and_is_found_again_when_it_is_back() {
    let folder = TempDir::new().unwrap();
    let start = |dynamodb_port, s3_port| {
        let data = Some(folder.path().to_owned());
        LocalStack::start(&template(), &Options { dynamodb_port, s3_port, data }).unwrap()
    };
    let stack = start(0, 0);
    let (dynamodb, service) = (address(&stack.dynamodb_endpoint()), address(&stack.s3_endpoint()));
    let layer = FaultLayer::start(Store::S3, service, FaultPlan::none()).await;
    let client = s3(layer.endpoint());
    let put = |body: &'static [u8]| {
        let put = client.put_object().bucket(bucket()).key("key").body(ByteStream::from_static(body));
        async { put.send().await }
    };
    put(b"before").await.unwrap();
    tokio::task::spawn_blocking(|| stack.stop()).await.unwrap();
    for _ in 0..3 {
        let error = put(b"during").await.unwrap_err();
        assert!(matches!(error, SdkError::DispatchFailure(_)), "{error:?}");
    }
    let _stack = start(dynamodb.port(), service.port());
    put(b"after").await.unwrap();
    let got = client.get_object().bucket(bucket()).key("key").send().await.unwrap();
    assert_eq!(got.body.collect().await.unwrap().to_vec(), b"after");
}

#[tokio::test]
async fn two_layers_of_one_seed_do_the_same_to_each_request_for_a_thing_in_whatever_order_things_come() {
    let mut plan = FaultPlan::mixture(9, 0.5);
    plan.weights.retain(|(fault, _)| !matches!(fault, Fault::Hang | Fault::Slow));
    let (one, other) = (s3_layer(plan.clone()).await, s3_layer(plan).await);
    // Nothing of the answers but what went wrong is the same: the second layer's writes find the first one's.
    let seen = async |layer: &FaultLayer, key: usize| {
        let server = address(&layer.endpoint());
        let answer = exchange(server, &put(&format!("faults-same-{key}")), b"body").await;
        answer.map(|answer| answer.get(..12).map(<[u8]>::to_vec)).map_err(|error| error.kind())
    };
    let mut by_key = vec![Vec::new(); 12];
    for (key, all) in by_key.iter_mut().enumerate() {
        for _ in 0..8 {
            all.push(seen(&one, key).await);
        }
    }
    let mut by_round = vec![Vec::new(); 12];
    for _ in 0..8 {
        for (key, all) in by_round.iter_mut().enumerate().rev() {
            all.push(seen(&other, key).await);
        }
    }
    assert_eq!(by_key, by_round);
    assert_eq!(one.injected(), other.injected());
    assert!(one.injected().len() > 5, "{:?}", one.injected());
}
