//! Before its first event a function opens a connection to each store, by a call that neither takes.

use std::net::{Ipv4Addr, SocketAddr};
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use dataconnect::payload::{OPERATIONS, POST_PUNCHES};
use lambda_http::http::StatusCode;
use tests::broken::{Counting, quoting, refusing};
use tests::gateway::Origin;
use tests::receiver::{Receiver, stack};
use tokio::io::copy_bidirectional;
use tokio::net::{TcpListener, TcpStream};

use crate::endings::until;
use crate::{call, function, function_with, sample_of};

/// Passes connections on, and counts them.
struct Relay {
    endpoint: String,
    connections: Arc<AtomicUsize>,
}

impl Relay {
    async fn to(endpoint: &str) -> Self {
        let target: SocketAddr = endpoint.strip_prefix("http://").unwrap().parse().unwrap();
        let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).await.unwrap();
        let endpoint = format!("http://{}", listener.local_addr().unwrap());
        let connections = Arc::new(AtomicUsize::new(0));
        let counter = Arc::clone(&connections);
        tokio::spawn(async move {
            while let Ok((mut from, _)) = listener.accept().await {
                counter.fetch_add(1, Ordering::SeqCst);
                tokio::spawn(async move {
                    let mut to = TcpStream::connect(target).await.unwrap();
                    copy_bidirectional(&mut from, &mut to).await.ok();
                });
            }
        });
        Self { endpoint, connections }
    }

    fn connections(&self) -> usize {
        self.connections.load(Ordering::SeqCst)
    }
}

#[tokio::test]
async fn each_store_has_one_connection_which_the_first_event_finds() {
    let (dynamodb, s3) = (Relay::to(&stack().dynamodb_endpoint()).await, Relay::to(&stack().s3_endpoint()).await);
    let endpoints = [("AWS_ENDPOINT_URL_DYNAMODB", &*dynamodb.endpoint), ("AWS_ENDPOINT_URL_S3", &*s3.endpoint)];
    let function = function_with(&POST_PUNCHES, &endpoints).await;
    until(async || function.runtime.is_asked()).await;
    assert_eq!((dynamodb.connections(), s3.connections()), (1, 1), "before an event came");
    for tenant in ["connections-1", "connections-2"] {
        let event = call(&POST_PUNCHES, sample_of(&POST_PUNCHES, tenant)).event(Origin::HttpApi);
        assert_eq!(function.answer(event).await.1.status, 200);
    }
    assert_eq!((dynamodb.connections(), s3.connections()), (1, 1), "after two");
}

#[tokio::test]
async fn what_opens_them_leaves_nothing_behind() {
    for operation in OPERATIONS {
        let stores = Receiver::of(operation).stores;
        let function = function(operation).await;
        until(async || function.runtime.is_asked()).await;
        assert!(stores.keys("connection-check").await.is_empty(), "{}", operation.name);
        let ended = function.stop().await;
        assert!(ended.stdout.is_empty() && ended.stderr.is_empty(), "{ended:?}");
    }
}

#[tokio::test]
async fn a_function_starts_whatever_the_stores_say() {
    let denied = |_: &str| r#"{"__type":"com.amazon.coral.service#AccessDeniedException"}"#.to_owned();
    let garbled = |_: &str| "<".repeat(100);
    for endpoint in [
        refusing().await,
        Counting::hanging().await.endpoint,
        quoting(StatusCode::BAD_REQUEST, denied).await,
        quoting(StatusCode::FORBIDDEN, garbled).await,
        quoting(StatusCode::SERVICE_UNAVAILABLE, garbled).await,
        quoting(StatusCode::OK, garbled).await,
    ] {
        let endpoints = ["AWS_ENDPOINT_URL_DYNAMODB", "AWS_ENDPOINT_URL_S3"].map(|store| (store, endpoint.as_str()));
        let function = function_with(&POST_PUNCHES, &endpoints).await;
        until(async || function.runtime.is_asked()).await;
        let ended = function.stop().await;
        assert!(ended.stdout.is_empty() && ended.stderr.is_empty(), "{ended:?}");
    }
}
