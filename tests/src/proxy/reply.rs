//! Refusals in the words of each service's protocol.

use ciborium::Value;
use http_body_util::Full;
use hyper::{Response, body::Bytes};
use serde_json::json;

use super::Call;

/// A refusal.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Refusal {
    /// The HTTP status.
    pub status: u16,
    /// The error code.
    pub code: String,
    /// The message.
    pub message: String,
}

impl Refusal {
    /// A refusal with this status, code and message.
    pub fn new(status: u16, code: &str, message: &str) -> Self {
        Self { status, code: code.to_owned(), message: message.to_owned() }
    }

    /// How the service of this call reports throttling.
    pub fn throttled(call: &Call) -> Self {
        match call.service.as_str() {
            "ec2" => Self::new(503, "RequestLimitExceeded", "Request limit exceeded."),
            "elasticloadbalancing" | "rds" | "iam" | "sts" => {
                Self::new(400, "Throttling", "Rate exceeded")
            }
            "cognito-idp" => Self::new(400, "TooManyRequestsException", "Rate exceeded"),
            _ => Self::new(400, "ThrottlingException", "Rate exceeded"),
        }
    }
}

const REQUEST: &str = "00000000-0000-4000-8000-000000000000";

/// The answer that refuses a call.
///
/// # Panics
///
/// Never: what it builds is well-formed.
pub fn refuse(call: &Call, refusal: &Refusal) -> Response<Full<Bytes>> {
    let Refusal { status, code, message } = refusal;
    let escaped = message.replace('&', "&amp;").replace('<', "&lt;");
    let (content_type, body) = match call.service.as_str() {
        "ec2" => (
            "text/xml",
            format!(
                "<Response><Errors><Error><Code>{code}</Code><Message>{escaped}</Message></Error>\
                 </Errors><RequestID>{REQUEST}</RequestID></Response>"
            )
            .into_bytes(),
        ),
        "elasticloadbalancing" | "rds" | "iam" | "sts" => (
            "text/xml",
            format!(
                "<ErrorResponse><Error><Type>Sender</Type><Code>{code}</Code><Message>{escaped}\
                 </Message></Error><RequestId>{REQUEST}</RequestId></ErrorResponse>"
            )
            .into_bytes(),
        ),
        "monitoring" => ("application/cbor", cbor(code, message)),
        _ => (
            "application/x-amz-json-1.1",
            json!({"__type": code, "message": message}).to_string().into_bytes(),
        ),
    };
    Response::builder()
        .status(*status)
        .header("content-type", content_type)
        .header("x-amzn-requestid", REQUEST)
        .header("smithy-protocol", "rpc-v2-cbor")
        .body(Full::new(Bytes::from(body)))
        .expect("a well-formed answer")
}

fn cbor(code: &str, message: &str) -> Vec<u8> {
    let pair = |key: &str, value: &str| (Value::Text(key.into()), Value::Text(value.into()));
    let map = Value::Map(vec![pair("__type", code), pair("message", message)]);
    let mut bytes = Vec::new();
    ciborium::into_writer(&map, &mut bytes).expect("a map of texts is CBOR");
    bytes
}
