//! What goes wrong, and when: a pure function of the seed and of what a request is about.

use dataconnect::digest::Digest;
use fastrand::Rng;

use super::Store;

/// A way for a service, or the network before it, to misbehave.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Fault {
    /// Too many requests: of `DynamoDB` 400 `ProvisionedThroughputExceededException` or `ThrottlingException`, of S3
    /// 503 `SlowDown`. Nothing was written.
    Throttled,
    /// 500, before or after the write took effect, as the services say themselves that it may be.
    InternalError,
    /// 503, likewise.
    Unavailable,
    /// The answer comes late, and within the SDK's time.
    Slow,
    /// Nothing comes until the SDK has given up. Then the write takes effect, or it never does.
    Hang,
    /// The connection is reset before the service saw the request.
    ResetBefore,
    /// The write took effect; then the connection is reset without an answer.
    ResetAfter,
    /// The write took effect; the answer breaks off in its head or its body.
    Truncated,
    /// The service answered as it does, but what arrives in place of the answer's body is neither JSON, XML nor UTF-8,
    /// or the whole answer is the 502 page of something in between.
    Garbled,
    /// The answer trickles, in pieces with pauses.
    SlowBody,
    /// The service finds the client's clock wrong: of `DynamoDB` 400 `InvalidSignatureException`, of S3 403
    /// `RequestTimeTooSkewed`. Nothing was written.
    Skewed,
}

impl Fault {
    /// All kinds.
    pub const ALL: [Self; 11] = [
        Self::Throttled,
        Self::InternalError,
        Self::Unavailable,
        Self::Slow,
        Self::Hang,
        Self::ResetBefore,
        Self::ResetAfter,
        Self::Truncated,
        Self::Garbled,
        Self::SlowBody,
        Self::Skewed,
    ];

    /// Its name in a report.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Throttled => "throttled",
            Self::InternalError => "internal error",
            Self::Unavailable => "unavailable",
            Self::Slow => "slow",
            Self::Hang => "hang",
            Self::ResetBefore => "reset before",
            Self::ResetAfter => "reset after",
            Self::Truncated => "truncated",
            Self::Garbled => "garbled",
            Self::SlowBody => "slow body",
            Self::Skewed => "skewed",
        }
    }

    /// Its share of a mixture, in per cent. Each hang takes seconds, each slow answer tenths of one: they are few, so
    /// that a long run is not spent on waiting.
    const fn share(self) -> u32 {
        match self {
            Self::ResetBefore | Self::ResetAfter => 14,
            Self::Throttled | Self::InternalError | Self::Unavailable | Self::Truncated => 13,
            Self::Garbled => 9,
            Self::Slow => 4,
            Self::SlowBody | Self::Skewed => 3,
            Self::Hang => 1,
        }
    }
}

/// How often a layer misbehaves, and how.
#[derive(Debug, Clone, PartialEq)]
pub struct FaultPlan {
    /// Where all chance comes from.
    pub seed: u64,
    /// The share of requests that meet a fault, from 0 to 1.
    pub rate: f64,
    /// How often each kind, relative to the others.
    pub weights: Vec<(Fault, u32)>,
}

impl FaultPlan {
    /// No faults.
    #[must_use]
    pub fn none() -> Self {
        Self { seed: 0, rate: 0.0, weights: Vec::new() }
    }

    /// Faults of one kind.
    #[must_use]
    pub fn only(fault: Fault, seed: u64, rate: f64) -> Self {
        Self { seed, rate, weights: vec![(fault, 1)] }
    }

    /// Faults of all kinds, most of them quick.
    #[must_use]
    pub fn mixture(seed: u64, rate: f64) -> Self {
        Self { seed, rate, weights: Fault::ALL.map(|fault| (fault, fault.share())).into() }
    }

    /// What the request number `nth` for a thing meets, if anything, and the source of chance for how.
    pub(super) fn draw(&self, store: Store, thing: &str, nth: u64) -> Option<(Fault, Rng)> {
        let mut chance = self.chance(store, thing, nth);
        if chance.f64() >= self.rate {
            return None;
        }
        let total = self.weights.iter().map(|(_, weight)| weight).sum::<u32>();
        let mut place = if total == 0 { return None } else { chance.u32(..total) };
        for &(fault, weight) in &self.weights {
            if place < weight {
                return Some((fault, chance));
            }
            place -= weight;
        }
        None
    }

    fn chance(&self, store: Store, thing: &str, nth: u64) -> Rng {
        let store = match store {
            Store::DynamoDb => b'd',
            Store::S3 => b's',
        };
        let mut source = Vec::with_capacity(17 + thing.len());
        source.push(store);
        source.extend(self.seed.to_be_bytes());
        source.extend(nth.to_be_bytes());
        source.extend(thing.as_bytes());
        let digest = Digest::of(&source);
        let seed = digest.as_bytes().first_chunk().expect("a digest has more than 8 bytes");
        Rng::with_seed(u64::from_be_bytes(*seed))
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeMap;

    use super::*;

    /// 20,000 requests: 400 things, 50 times each, in the order that is asked for.
    fn draws(plan: &FaultPlan, store: Store, things_first: bool) -> BTreeMap<(String, u64), Option<(Fault, u64)>> {
        let one = |thing: u64, nth: u64| {
            let thing = format!("thing/{thing}");
            let drawn = plan.draw(store, &thing, nth).map(|(fault, mut chance)| (fault, chance.u64(..)));
            ((thing, nth), drawn)
        };
        if things_first {
            (0..400).flat_map(|thing| (0..50).map(move |nth| one(thing, nth))).collect()
        } else {
            (0..50).rev().flat_map(|nth| (0..400).map(move |thing| one(thing, nth))).collect()
        }
    }

    fn counts(plan: &FaultPlan) -> BTreeMap<Fault, usize> {
        let mut counts = BTreeMap::new();
        for (fault, _) in draws(plan, Store::S3, true).into_values().flatten() {
            *counts.entry(fault).or_default() += 1;
        }
        counts
    }

    #[test]
    fn what_a_request_meets_depends_on_seed_store_thing_and_number_and_on_nothing_else() {
        let plan = FaultPlan::mixture(7, 0.4);
        let drawn = draws(&plan, Store::DynamoDb, true);
        assert_eq!(drawn, draws(&plan.clone(), Store::DynamoDb, false));
        assert_ne!(drawn, draws(&plan, Store::S3, true));
        assert_ne!(drawn, draws(&FaultPlan::mixture(8, 0.4), Store::DynamoDb, true));
        let kinds = |wanted: &str| {
            let of_thing = drawn.iter().filter(|((thing, _), _)| thing == wanted);
            of_thing.map(|(_, drawn)| drawn.map(|(fault, _)| fault)).collect::<Vec<_>>()
        };
        assert_ne!(kinds("thing/1"), kinds("thing/2"));
    }

    #[test]
    fn one_seed_draws_the_same_on_every_machine_and_in_every_version() {
        let plan = FaultPlan::mixture(7, 0.8);
        let drawn =
            (0..8).map(|nth| plan.draw(Store::S3, "/bucket/key", nth).map_or("none", |(fault, _)| fault.name()));
        assert_eq!(
            drawn.collect::<Vec<_>>(),
            ["throttled", "none", "internal error", "none", "none", "throttled", "internal error", "reset after"]
        );
    }

    #[test]
    fn of_20_000_requests_as_many_meet_a_fault_as_was_asked_for() {
        for rate in [0.0, 0.01, 0.1, 0.4, 1.0] {
            let met: usize = counts(&FaultPlan::mixture(1, rate)).values().sum();
            let asked = 20_000.0 * rate;
            // Three standard deviations. The draws are the same each time.
            let tolerance = 3.0 * (asked * (1.0 - rate)).sqrt();
            let met = f64::from(u32::try_from(met).unwrap());
            assert!((met - asked).abs() <= tolerance, "{met} of {asked}");
        }
    }

    #[test]
    fn a_mixture_has_every_kind_and_few_that_make_it_wait() {
        let counts = counts(&FaultPlan::mixture(1, 1.0));
        assert_eq!(counts.keys().copied().collect::<Vec<_>>(), Fault::ALL);
        for (fault, count) in &counts {
            let expected = 200 * fault.share() as usize;
            assert!(count.abs_diff(expected) * 5 <= expected, "{}: {count} of {expected}", fault.name());
        }
        let total: u32 = FaultPlan::mixture(1, 1.0).weights.iter().map(|(_, weight)| weight).sum();
        assert_eq!((total, Fault::Hang.share()), (100, 1));
        assert!(Fault::Hang.share() + Fault::Slow.share() < 6);
    }

    #[test]
    fn one_kind_alone_is_that_kind_and_none_is_none() {
        for fault in Fault::ALL {
            assert_eq!(counts(&FaultPlan::only(fault, 3, 1.0)), BTreeMap::from([(fault, 20_000)]));
        }
        assert_eq!(counts(&FaultPlan::none()), BTreeMap::new());
    }
}
