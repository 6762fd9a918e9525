//! A stand-in for those services that run nowhere but at AWS: it says what it is told to, in their protocols.
//! `DynamoDB` and S3 are the local stack's.

use std::fmt::Write;
use std::net::Ipv4Addr;
use std::sync::Arc;

use axum::Router;
use axum::body::Bytes;
use axum::extract::State;
use axum::http::{HeaderMap, StatusCode, header::CONTENT_TYPE};
use axum::response::{IntoResponse, Response};
use tests::receiver::stack;
use tokio::net::TcpListener;
use tokio::task::JoinHandle;

/// What it says.
#[derive(Debug, Clone, Default)]
pub(crate) struct Says {
    /// The stack's parameters.
    pub(crate) parameters: Vec<(&'static str, String)>,
    /// The address of the endpoint.
    pub(crate) url: String,
    /// Confirmed subscribers of the alarms' topic.
    pub(crate) subscribers: u32,
    /// Every metric's sum, a minute ago.
    pub(crate) sum: Option<f64>,
}

/// CloudFormation, SNS and CloudWatch on loopback.
pub(crate) struct Aws {
    url: String,
    serving: JoinHandle<()>,
}

impl Drop for Aws {
    fn drop(&mut self) {
        self.serving.abort();
    }
}

impl Aws {
    pub(crate) async fn start(says: Says) -> Self {
        let router = Router::new().fallback(answer).with_state(Arc::new(says));
        let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).await.unwrap();
        let url = format!("http://{}", listener.local_addr().unwrap());
        Self { url, serving: tokio::spawn(async { drop(axum::serve(listener, router).await) }) }
    }

    /// The environment of an operator with credentials for it.
    pub(crate) fn environment(&self) -> Vec<(String, String)> {
        let stack = stack();
        let environment = [
            ("AWS_ENDPOINT_URL", self.url.clone()),
            ("AWS_ENDPOINT_URL_DYNAMODB", stack.dynamodb_endpoint()),
            ("AWS_ENDPOINT_URL_S3", stack.s3_endpoint()),
            ("AWS_REGION", "us-east-1".to_owned()),
            ("AWS_ACCESS_KEY_ID", "any".to_owned()),
            ("AWS_SECRET_ACCESS_KEY", "thing".to_owned()),
        ];
        environment.map(|(name, value)| (name.to_owned(), value)).to_vec()
    }
}

async fn answer(State(says): State<Arc<Says>>, headers: HeaderMap, body: Bytes) -> Response {
    let body = String::from_utf8_lossy(&body);
    let xml = |status: StatusCode, text: String| (status, [(CONTENT_TYPE, "text/xml")], text).into_response();
    if headers.get("smithy-protocol").is_some_and(|protocol| protocol == "rpc-v2-cbor") {
        return ([("smithy-protocol", "rpc-v2-cbor"), ("content-type", "application/cbor")], sums(says.sum))
            .into_response();
    }
    if body.contains("Action=GetTopicAttributes") {
        return xml(StatusCode::OK, topic(says.subscribers));
    }
    let named = body.split('&').find_map(|part| part.strip_prefix("StackName="));
    let is_ours = |name: &str| name == "dataconnect" || name.ends_with("%3Astack%2Fdataconnect%2F8e5c");
    if body.contains("Action=DescribeStacks") && named.is_some_and(is_ours) {
        return xml(StatusCode::OK, described(&says));
    }
    let message = "<ErrorResponse><Error><Type>Sender</Type><Code>ValidationError</Code><Message>Stack with id does not \
                   exist</Message></Error><RequestId>r</RequestId></ErrorResponse>";
    xml(StatusCode::BAD_REQUEST, message.to_owned())
}

/// `GetMetricData`'s answer in CBOR (RFC 8949): one sum, a minute ago, or none.
fn sums(sum: Option<f64>) -> Vec<u8> {
    let Some(sum) = sum else { return vec![0xa0] };
    let text = |text: &str| [&[0x60 + u8::try_from(text.len()).unwrap()], text.as_bytes()].concat();
    let number = |number: f64| [&[0xfb][..], &number.to_be_bytes()].concat();
    let minute_ago = (jiff::Timestamp::now() - jiff::SignedDuration::from_mins(1)).as_second();
    #[expect(clippy::cast_precision_loss, reason = "seconds since 1970 have 31 bits")]
    let when = number(minute_ago as f64);
    let one = |item: Vec<u8>| [vec![0x81], item].concat();
    let result = [
        vec![0xa3],
        [text("Id"), text("sums")].concat(),
        [text("Timestamps"), one([vec![0xc1], when].concat())].concat(),
        [text("Values"), one(number(sum))].concat(),
    ];
    [vec![0xa1], text("MetricDataResults"), one(result.concat())].concat()
}

fn topic(subscribers: u32) -> String {
    let entry = |name: &str, value: u32| format!("<entry><key>{name}</key><value>{value}</value></entry>");
    format!(
        "<GetTopicAttributesResponse><GetTopicAttributesResult><Attributes>{}{}</Attributes></GetTopicAttributesResult>\
         </GetTopicAttributesResponse>",
        entry("SubscriptionsConfirmed", subscribers),
        entry("SubscriptionsPending", 0)
    )
}

fn described(says: &Says) -> String {
    let stack = stack();
    let mut outputs: Vec<_> = ["WorkOrdersTable", "PunchesTable", "IncidentsTable", "NotesTable"]
        .into_iter()
        .map(|table| (table, stack.table(table).unwrap().to_owned()))
        .collect();
    outputs.push(("ArchiveBucket", stack.bucket().unwrap().to_owned()));
    outputs.push(("AlarmTopic", "arn:aws:sns:us-east-1:123456789012:alarms".to_owned()));
    outputs.push(("ApiUrl", says.url.clone()));
    let members = |kind: &str, pairs: &[(&str, String)]| {
        pairs.iter().fold(String::new(), |mut text, (key, value)| {
            let _ = write!(text, "<member><{kind}Key>{key}</{kind}Key><{kind}Value>{value}</{kind}Value></member>");
            text
        })
    };
    format!(
        "<DescribeStacksResponse><DescribeStacksResult><Stacks><member><StackName>dataconnect</StackName>\
         <CreationTime>2026-11-23T12:00:00Z</CreationTime><StackStatus>CREATE_COMPLETE</StackStatus>\
         <Outputs>{}</Outputs><Parameters>{}</Parameters></member></Stacks></DescribeStacksResult>\
         </DescribeStacksResponse>",
        members("Output", &outputs),
        members("Parameter", &says.parameters)
    )
}
