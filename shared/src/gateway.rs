//! API Gateway's events, before `lambda_http` makes requests of them.

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use lambda_http::LambdaEvent;
use lambda_http::aws_lambda_events::apigw::{ApiGatewayProxyRequest, ApiGatewayV2httpRequest};
use lambda_http::aws_lambda_events::query_map::QueryMap;
use lambda_http::http::HeaderMap;
use lambda_http::http::header::{HOST, HeaderName};
use lambda_http::request::LambdaRequest;
use serde::de::{Deserialize, Deserializer, Error};
use serde_json::value::RawValue;

const X_FORWARDED_PROTO: HeaderName = HeaderName::from_static("x-forwarded-proto");

/// An event of an HTTP API or of a REST API, as Lambda hands it over.
///
/// Read as the first before it is read as the second: `lambda_http` by itself does it the other way round, and would read
/// the events of the API in `template.yaml` twice. An event is never both: what `requestContext.http` holds is required
/// of the first kind, and is no part of the second.
#[derive(Debug)]
pub struct GatewayEvent(LambdaRequest);

impl<'de> Deserialize<'de> for GatewayEvent {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let json = <&RawValue>::deserialize(deserializer)?.get();
        if let Ok(event) = serde_json::from_str::<ApiGatewayV2httpRequest>(json) {
            return Ok(Self(LambdaRequest::ApiGatewayV2(event)));
        }
        // The fault's own words may quote the event.
        let event = serde_json::from_str::<ApiGatewayProxyRequest>(json)
            .map_err(|_| D::Error::custom("neither an HTTP API's event nor a REST API's"))?;
        Ok(Self(LambdaRequest::ApiGatewayV1(event)))
    }
}

/// Takes out of an event what `lambda_http` builds the request's URL from, and panics on when a sender makes it up: the
/// receiver never looks at the URL. Likewise a body that only claims to be Base64 stays as it is.
#[must_use]
pub fn without_pitfalls(event: LambdaEvent<GatewayEvent>) -> LambdaEvent<LambdaRequest> {
    let LambdaEvent { payload: GatewayEvent(mut payload), context } = event;
    match &mut payload {
        LambdaRequest::ApiGatewayV1(request) => {
            // Of a header that came twice, `headers` holds the last one alone, and would take the place of both.
            if !request.multi_value_headers.is_empty() {
                request.headers.clear();
            }
            without_authority(&mut request.headers);
            without_authority(&mut request.multi_value_headers);
            request.request_context.domain_name = None;
            request.request_context.stage = None;
            request.path = Some("/".to_owned());
            request.query_string_parameters = QueryMap::default();
            request.multi_value_query_string_parameters = QueryMap::default();
            request.is_base64_encoded = is_base64(request.is_base64_encoded, request.body.as_deref());
        }
        LambdaRequest::ApiGatewayV2(request) => {
            without_authority(&mut request.headers);
            request.request_context.domain_name = None;
            request.request_context.stage = None;
            request.raw_path = Some("/".to_owned());
            request.raw_query_string = None;
            request.query_string_parameters = QueryMap::default();
            request.is_base64_encoded = is_base64(request.is_base64_encoded, request.body.as_deref());
        }
        // No other kind is compiled in.
        _ => {}
    }
    LambdaEvent::new(payload, context)
}

fn without_authority(headers: &mut HeaderMap) {
    headers.remove(HOST);
    headers.remove(X_FORWARDED_PROTO);
}

fn is_base64(claimed: bool, body: Option<&str>) -> bool {
    claimed && body.is_none_or(|body| STANDARD.decode(body).is_ok())
}
