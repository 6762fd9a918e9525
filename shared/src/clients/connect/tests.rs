use std::convert::Infallible;
use std::net::Ipv4Addr;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use aws_sdk_s3::config::{BehaviorVersion, Credentials, Region, SharedCredentialsProvider};
use aws_smithy_http_client::tls::TrustStore;
use http_body_util::Empty;
use hyper::body::Bytes;
use hyper::server::conn::http1;
use hyper::service::service_fn;
use hyper::{Response, StatusCode};
use hyper_util::rt::TokioIo;
use rcgen::generate_simple_self_signed;
use tokio::net::TcpListener;
use tokio_rustls::TlsAcceptor;
use tokio_rustls::rustls::ServerConfig;

use super::super::roots::trusting;
use super::*;

/// A server of https that refuses every call. Its certificate is its own root, and none of Amazon's.
struct Refusing {
    endpoint: String,
    root: String,
    seen: Arc<Seen>,
}

#[derive(Default)]
struct Seen {
    connections: AtomicUsize,
    calls: AtomicUsize,
}

impl Refusing {
    async fn start() -> Self {
        let certified = generate_simple_self_signed([Ipv4Addr::LOCALHOST.to_string()]).unwrap();
        let (certificate, root) = (certified.cert.der().clone(), certified.cert.pem());
        let config = ServerConfig::builder().with_no_client_auth();
        let config = config.with_single_cert(vec![certificate], certified.signing_key.into()).unwrap();
        let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).await.unwrap();
        let endpoint = format!("https://{}", listener.local_addr().unwrap());
        let seen = Arc::new(Seen::default());
        tokio::spawn(accept(listener, TlsAcceptor::from(Arc::new(config)), Arc::clone(&seen)));
        Self { endpoint, root, seen }
    }

    /// A configuration by which the system's roots are this server's, and Amazon's are Amazon's.
    fn config(&self, roots: Roots) -> SdkConfig {
        let http_client = match roots {
            Roots::Amazon => roots.http_client(),
            Roots::System => trusting(TrustStore::empty().with_pem_certificate(self.root.as_bytes())),
        };
        SdkConfig::builder()
            .behavior_version(BehaviorVersion::v2026_01_12())
            .http_client(http_client)
            .endpoint_url(&self.endpoint)
            .region(Region::new("us-east-1"))
            .credentials_provider(SharedCredentialsProvider::new(Credentials::for_tests()))
            .build()
    }

    fn seen(&self) -> (usize, usize) {
        (self.seen.connections.load(Ordering::SeqCst), self.seen.calls.load(Ordering::SeqCst))
    }
}

async fn accept(listener: TcpListener, acceptor: TlsAcceptor, seen: Arc<Seen>) {
    while let Ok((stream, _)) = listener.accept().await {
        seen.connections.fetch_add(1, Ordering::SeqCst);
        let (acceptor, seen) = (acceptor.clone(), Arc::clone(&seen));
        tokio::spawn(async move {
            let Ok(stream) = acceptor.accept(stream).await else { return };
            let refuse = service_fn(|_| {
                seen.calls.fetch_add(1, Ordering::SeqCst);
                async {
                    let mut refusal = Response::new(Empty::<Bytes>::new());
                    *refusal.status_mut() = StatusCode::BAD_REQUEST;
                    Ok::<_, Infallible>(refusal)
                }
            });
            http1::Builder::new().serve_connection(TokioIo::new(stream), refuse).await.ok();
        });
    }
}

/// One more call to each store, whose answer does not matter.
async fn call_both(clients: &Clients) {
    let deadline = Instant::now() + Duration::from_secs(30);
    assert_eq!(clients.open("bucket", "table", deadline).await, Reached::Both);
}

#[tokio::test]
async fn stores_whose_roots_are_not_amazons_are_reached_by_the_systems() {
    let server = Refusing::start().await;
    let config = |roots| server.config(roots);
    let clients = Clients::connected_with(Roots::Amazon, config, "bucket", "table").await;
    // Two handshakes that Amazon's roots end, two that the system's do not.
    assert_eq!(server.seen(), (4, 2));
    call_both(&clients).await;
    assert_eq!(server.seen(), (4, 4), "by the connections that stand");
}

#[tokio::test]
async fn stores_that_are_reached_at_once_are_not_asked_again() {
    let server = Refusing::start().await;
    Clients::connected_with(Roots::System, |roots| server.config(roots), "bucket", "table").await;
    assert_eq!(server.seen(), (2, 2));
}
