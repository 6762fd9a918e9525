//! Who hears of alarms.

use crate::connect::Receiver;
use crate::doctor::facts::{Known, Subscribers};

pub(super) async fn subscribers(receiver: &Receiver) -> Known<Subscribers> {
    if let Some(why) = super::undeployed(receiver) {
        return Known::NotVerified(why.to_owned());
    }
    let Some(topic) = receiver.output("AlarmTopic") else {
        return Known::NotVerified("the stack has no output AlarmTopic".to_owned());
    };
    let client = aws_sdk_sns::Client::new(&receiver.sdk);
    let attributes = client.get_topic_attributes().topic_arn(topic).send().await;
    super::answered(attributes).map(|attributes| {
        let attributes = attributes.attributes.unwrap_or_default();
        let count = |name: &str| attributes.get(name).and_then(|count| count.parse().ok()).unwrap_or_default();
        Subscribers { confirmed: count("SubscriptionsConfirmed"), pending: count("SubscriptionsPending") }
    })
}
