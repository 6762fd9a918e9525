//! Sending: paced, in bursts, many at once, and again until it is acknowledged.

use std::f64::consts::TAU;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::{Duration, Instant};

use http_body_util::{BodyExt, Full};
use hyper::Request;
use hyper::body::Bytes;
use hyper::header::{AUTHORIZATION, CONTENT_TYPE};
use hyper_util::client::legacy::Client;
use hyper_util::client::legacy::connect::HttpConnector;
use hyper_util::rt::TokioExecutor;
use serde_json::Value;
use tokio::sync::Semaphore;
use tokio::task::JoinSet;
use tokio::time::{sleep, sleep_until, timeout};

use super::ledger::{Acknowledged, Ending, Entry, Ledger};
use super::script::{Delivery, Expected, Persistence, Script};

/// Bursts in a script: so often the rate rises to ten times its mean, and falls to half of it.
const BURSTS: f64 = 20.0;
/// The pause after a first failure. It doubles with each, up to a limit.
const FIRST_PAUSE: Duration = Duration::from_millis(100);

/// How a script is sent.
#[derive(Debug, Clone)]
pub struct Delivering {
    /// Where the receiver's routes are: `http://127.0.0.1:9000`.
    pub url: String,
    /// How long sending takes, if the receiver keeps up.
    pub duration: Duration,
    /// When the senders stop trying, after the last delivery was sent first.
    pub patience: Duration,
    /// The longest pause of a sender before it tries again.
    pub longest_pause: Duration,
    /// How many requests are under way at once, at the most.
    pub concurrency: usize,
    /// Counts the deliveries that ended, for whoever watches.
    pub ended: Arc<AtomicUsize>,
}

type HttpClient = Client<HttpConnector, Full<Bytes>>;

struct Senders {
    client: HttpClient,
    url: String,
    longest_pause: Duration,
    under_way: Semaphore,
    ended: Arc<AtomicUsize>,
}

/// What one try brought.
enum Seen {
    Answer(u16, Option<Acknowledged>),
    Nothing,
}

/// Sends a script, and says what became of it.
///
/// # Panics
/// If a sender does.
pub async fn deliver(script: &Script, how: &Delivering) -> Ledger {
    let mut connector = HttpConnector::new();
    connector.set_nodelay(true);
    let senders = Arc::new(Senders {
        client: Client::builder(TokioExecutor::new()).build(connector),
        url: how.url.clone(),
        longest_pause: how.longest_pause,
        under_way: Semaphore::new(how.concurrency),
        ended: Arc::clone(&how.ended),
    });
    let began = Instant::now();
    let over = began + how.duration + how.patience;
    let mut sending = JoinSet::new();
    for (number, delivery) in script.deliveries.iter().enumerate() {
        sleep_until((began + how.duration.mul_f64(in_bursts(delivery.at))).into()).await;
        let (senders, delivery) = (Arc::clone(&senders), delivery.clone());
        sending.spawn(async move { (number, senders.deliver(&delivery, over).await) });
    }
    let mut entries = sending.join_all().await;
    entries.sort_by_key(|(number, _)| *number);
    Ledger { began, entries: entries.into_iter().map(|(_, entry)| entry).collect() }
}

/// When what happens at `at` is sent: the slope of this is one over the rate.
fn in_bursts(at: f64) -> f64 {
    at + 0.9 * (TAU * BURSTS * at).sin() / (TAU * BURSTS)
}

impl Senders {
    async fn deliver(&self, delivery: &Delivery, over: Instant) -> Entry {
        let now = Instant::now();
        let mut entry = Entry {
            first: now,
            last: now,
            milliseconds: Vec::with_capacity(1),
            statuses: std::collections::BTreeMap::new(),
            ending: Ending::Unanswered,
        };
        let mut pause = FIRST_PAUSE;
        loop {
            let seen = self.attempt(delivery, &mut entry).await;
            if let Seen::Answer(200, Some(acknowledged)) = seen {
                entry.ending = Ending::Acknowledged(acknowledged);
                break;
            }
            // A sender that knows no better tries again whatever else it is told.
            if let Seen::Answer(status @ 400..500, _) = seen {
                entry.ending = Ending::Refused(status);
            }
            let tries = u32::try_from(entry.milliseconds.len()).unwrap_or(u32::MAX);
            if gives_up(delivery, &entry, tries) || Instant::now() > over {
                break;
            }
            sleep(pause.mul_f64(0.5 + fastrand::f64())).await;
            pause = (pause * 2).min(self.longest_pause);
        }
        self.ended.fetch_add(1, Ordering::Relaxed);
        entry
    }

    /// One try, noted in the entry.
    async fn attempt(&self, delivery: &Delivery, entry: &mut Entry) -> Seen {
        let Ok(_under_way) = self.under_way.acquire().await else { return Seen::Nothing };
        let started = Instant::now();
        if entry.milliseconds.is_empty() {
            entry.first = started;
        }
        let seen = timeout(delivery.patience, self.request(delivery)).await.ok().flatten().unwrap_or(Seen::Nothing);
        entry.last = Instant::now();
        entry.milliseconds.push(u32::try_from((entry.last - started).as_millis()).unwrap_or(u32::MAX));
        let status = if let Seen::Answer(status, _) = seen { status } else { 0 };
        *entry.statuses.entry(status).or_default() += 1;
        seen
    }

    async fn request(&self, delivery: &Delivery) -> Option<Seen> {
        let request = Request::builder()
            .method(delivery.operation.method)
            .uri(format!("{}{}", self.url, delivery.operation.path))
            .header(AUTHORIZATION, format!("Bearer {}", delivery.token))
            .header(CONTENT_TYPE, "application/json")
            .body(Full::new(delivery.body.clone()))
            .ok()?;
        let response = self.client.request(request).await.ok()?;
        let status = response.status().as_u16();
        let body = response.into_body().collect().await.ok()?.to_bytes();
        let body: Option<Value> = serde_json::from_slice(&body).ok();
        Some(Seen::Answer(status, body.as_ref().and_then(Acknowledged::read)))
    }
}

/// What must be refused is tried until it was refused so often; the rest until it is acknowledged.
fn gives_up(delivery: &Delivery, entry: &Entry, tries: u32) -> bool {
    let refused: u32 = entry.statuses.range(400..500).map(|(_, count)| count).sum();
    match (&delivery.expected, delivery.persistence) {
        (Expected::Refused { .. }, Persistence::Tries(enough)) => refused >= enough,
        (_, Persistence::Tries(enough)) => tries >= enough,
        // An event that is refused again and again is a fault of the receiver's, which the audit names.
        (_, Persistence::Endless) => refused >= 5,
    }
}
