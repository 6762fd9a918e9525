//! The layer: a listener, its connections, and what it counts.

use std::collections::BTreeMap;
use std::net::{Ipv4Addr, SocketAddr};
use std::pin::pin;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, RwLock};
use std::time::Duration;

use bytes::Bytes;
use fastrand::Rng;
use http_body_util::BodyExt;
use hyper::body::Incoming;
use hyper::server::conn::http1;
use hyper::service::service_fn;
use hyper::{Request, Response};
use hyper_util::rt::TokioIo;
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::watch;
use tokio::time::sleep;

use super::proxy::{Body, ConnectionReset, Proxy};
use super::thing::{Counts, thing};
use super::wire::{Conduct, Manner, Wire, reset_at_drop};
use super::{Fault, FaultPlan, Store};

/// A fault layer, as long as the tokio runtime lives that it was started in. Clones are the same layer.
#[derive(Debug, Clone)]
pub struct FaultLayer {
    address: SocketAddr,
    state: Arc<State>,
}

#[derive(Debug)]
struct State {
    store: Store,
    proxy: Proxy,
    plan: RwLock<FaultPlan>,
    is_down: watch::Sender<bool>,
    things: Counts,
    requests: AtomicU64,
    /// By [`Fault`], in the order of its variants.
    injected: [AtomicU64; Fault::ALL.len()],
}

impl FaultLayer {
    /// Starts it on a free port of loopback, in front of the service at an address.
    pub async fn start(store: Store, upstream: SocketAddr, plan: FaultPlan) -> Self {
        let authority = upstream.to_string().parse().expect("an address is an authority");
        let state = Arc::new(State {
            store,
            proxy: Proxy::new(store, authority),
            plan: RwLock::new(plan),
            is_down: watch::Sender::new(false),
            things: Counts::default(),
            requests: AtomicU64::new(0),
            injected: Default::default(),
        });
        let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).await.expect("a free port");
        let address = listener.local_addr().expect("its address");
        tokio::spawn(Arc::clone(&state).accept(listener));
        Self { address, state }
    }

    /// Its URL: the AWS endpoint of whoever is to meet faults.
    #[must_use]
    pub fn endpoint(&self) -> String {
        format!("http://{}", self.address)
    }

    /// Misbehaves by another plan from the next request on. What came for each thing stays counted.
    pub fn set_plan(&self, plan: FaultPlan) {
        *self.state.plan.write().expect("no panic") = plan;
    }

    /// Begins or ends an outage. As long as it lasts every connection is reset, those that stand at once.
    pub fn set_outage(&self, down: bool) {
        self.state.is_down.send_replace(down);
    }

    /// How many requests met each fault. Faults that none met are not there.
    #[must_use]
    pub fn injected(&self) -> BTreeMap<Fault, u64> {
        let counts = self.state.injected.iter().map(|count| count.load(Ordering::Relaxed));
        Fault::ALL.into_iter().zip(counts).filter(|&(_, count)| count > 0).collect()
    }

    /// How many requests arrived whole.
    #[must_use]
    pub fn requests(&self) -> u64 {
        self.state.requests.load(Ordering::Relaxed)
    }
}

impl State {
    async fn accept(self: Arc<Self>, listener: TcpListener) {
        loop {
            // Fails for a connection that is gone already, or when files run out, which ends when others are closed.
            let Ok((socket, _)) = listener.accept().await else {
                sleep(Duration::from_millis(10)).await;
                continue;
            };
            if *self.is_down.borrow() {
                reset_at_drop(&socket);
                continue;
            }
            drop(socket.set_nodelay(true));
            tokio::spawn(Arc::clone(&self).serve(socket));
        }
    }

    /// Serves a connection until it ends, or an outage ends it.
    async fn serve(self: Arc<Self>, socket: TcpStream) {
        let conduct = Conduct::default();
        let mut is_down = self.is_down.subscribe();
        let wire = TokioIo::new(Wire::new(socket, conduct.clone()));
        let service = service_fn(|request| self.answer(request, &conduct));
        // Pinned here, so that the socket is dropped after its manner is set.
        let mut connection = pin!(http1::Builder::new().serve_connection(wire, service));
        tokio::select! {
            // However it ended, the client has seen it.
            _ = &mut connection => {}
            _ = is_down.wait_for(|down| *down) => conduct.set(Manner::Reset),
        }
    }

    async fn answer(&self, request: Request<Incoming>, conduct: &Conduct) -> Result<Response<Body>, ConnectionReset> {
        let (head, body) = request.into_parts();
        let body = body.collect().await.map_err(|_| ConnectionReset)?.to_bytes();
        let request = Request::from_parts(head, body);
        let answered = match self.draw(&request) {
            None => self.proxy.pass(request).await,
            Some((fault, chance)) => self.proxy.clone().misbehave(fault, chance, request, conduct).await,
        };
        answered.inspect_err(|_| conduct.set(Manner::Reset))
    }

    /// What a request meets, if anything. Counts both.
    fn draw(&self, request: &Request<Bytes>) -> Option<(Fault, Rng)> {
        self.requests.fetch_add(1, Ordering::Relaxed);
        let thing = thing(self.store, request);
        let nth = self.things.next(&thing);
        let drawn = self.plan.read().expect("no panic").draw(self.store, &thing, nth);
        if let Some((fault, _)) = drawn {
            self.injected[fault as usize].fetch_add(1, Ordering::Relaxed);
        }
        drawn
    }
}
