//! The receiver's own metrics, from `CloudWatch`.

use aws_sdk_cloudwatch::Client;
use aws_sdk_cloudwatch::primitives::DateTime;
use aws_sdk_cloudwatch::types::{Dimension, Metric, MetricDataQuery, MetricStat};
use dataconnect::operation::Operation;
use jiff::{SignedDuration, Timestamp};

use crate::connect::{Place, Receiver};
use crate::doctor::facts::Known;
use crate::doctor::rules::DAYS;

/// Seconds that a sum is over. `CloudWatch` keeps sums of an hour for 15 months.
const HOUR: i32 = 3_600;

/// Where the metrics are, or why there are none.
pub(super) struct Metrics {
    client: Option<(Client, String)>,
    why_not: &'static str,
    now: Timestamp,
}

impl Metrics {
    pub(super) fn of(receiver: &Receiver, now: Timestamp) -> Self {
        // The functions of a stack write to the namespace of its name.
        let client = match &receiver.place {
            Place::Stack(name) => Some((Client::new(&receiver.sdk), name.clone())),
            Place::Local(_) | Place::Named => None,
        };
        Self { client, why_not: super::undeployed(receiver).unwrap_or_default(), now }
    }

    /// How often a token was used in the days that are looked at.
    pub(super) async fn token_uses(&self, token: &str) -> Known<u64> {
        let hours = self.hours("TokenUses", "Token", token).await;
        #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "counts, which CloudWatch sums up")]
        hours.map(|hours| hours.iter().map(|(_, sum)| *sum as u64).sum())
    }

    /// The end of the last hour in which an event of an operation was accepted, but no later than now.
    pub(super) async fn last_accepted(&self, operation: &Operation) -> Known<Option<Timestamp>> {
        let hours = self.hours("Accepted", "Operation", operation.name).await;
        let end = |start: Timestamp| (start + SignedDuration::from_secs(HOUR.into())).min(self.now);
        hours.map(|hours| hours.into_iter().filter(|(_, sum)| *sum > 0.0).map(|(start, _)| end(start)).max())
    }

    /// A metric's sums, by the hour that they begin with.
    async fn hours(&self, metric: &str, dimension: &str, value: &str) -> Known<Vec<(Timestamp, f64)>> {
        let Some((client, namespace)) = &self.client else { return Known::NotVerified(self.why_not.to_owned()) };
        let dimension = Dimension::builder().name(dimension).value(value).build();
        let metric = Metric::builder().namespace(namespace).metric_name(metric).dimensions(dimension).build();
        let sum = MetricStat::builder().metric(metric).period(HOUR).stat("Sum").build();
        let query = MetricDataQuery::builder().id("sums").metric_stat(sum).build();
        let since = self.now - SignedDuration::from_hours(24 * DAYS);
        let mut pages = client
            .get_metric_data()
            .metric_data_queries(query)
            .start_time(DateTime::from_secs(since.as_second()))
            .end_time(DateTime::from_secs(self.now.as_second()))
            .into_paginator()
            .send();
        let mut hours = Vec::new();
        while let Some(page) = pages.next().await {
            let results = match super::answered(page) {
                Known::Is(page) => page.metric_data_results.unwrap_or_default(),
                Known::NotVerified(why) => return Known::NotVerified(why),
            };
            for result in results {
                let starts = result.timestamps().iter().filter_map(|start| Timestamp::from_second(start.secs()).ok());
                hours.extend(starts.zip(result.values().iter().copied()));
            }
        }
        Known::Is(hours)
    }
}
