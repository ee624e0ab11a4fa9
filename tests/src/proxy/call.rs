//! The operation and the contents of a request.

use std::{collections::BTreeMap, time::Instant};

use hyper::{body::Bytes, http::request::Parts};
use serde::Serialize;

use super::rest;

/// A request to AWS.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Call {
    /// The service for which the request is signed, such as `ec2`.
    pub service: String,
    /// The operation, such as `CreateVpc`.
    pub operation: String,
    /// The HTTP method, such as `POST`; empty for a call that was not sent.
    pub method: String,
    /// The body as text, for matching its contents.
    pub body: String,
    /// The body as it was received, including bytes that are not text.
    pub bytes: Bytes,
}

/// The beginnings of the names of operations that only read.
const LOOKING: [&str; 6] = ["Describe", "Get", "List", "BatchGet", "Search", "Query"];

impl Call {
    pub(super) fn of(parts: &Parts, body: &Bytes) -> Self {
        let header = |name| parts.headers.get(name).and_then(|value| value.to_str().ok());
        let service = header("authorization")
            .and_then(|text| text.split("Credential=").nth(1))
            .and_then(|text| text.split('/').nth(3))
            .unwrap_or("unsigned")
            .to_owned();
        let text = String::from_utf8_lossy(body).into_owned();
        let operation = header("x-amz-target")
            .and_then(|target| target.rsplit('.').next())
            .or_else(|| parts.uri.path().split("/operation/").nth(1))
            .or_else(|| text.split('&').find_map(|pair| pair.strip_prefix("Action=")))
            .map_or_else(|| rest::operation(&service, &parts.method, &parts.uri), str::to_owned);
        let method = parts.method.to_string();
        Self { service, operation, method, body: text, bytes: body.clone() }
    }

    /// Whether it may change something.
    pub fn changes(&self) -> bool {
        let looks = LOOKING.iter().any(|word| self.operation.starts_with(word));
        !looks && !["GET", "HEAD"].contains(&&*self.method)
    }

    /// The service and the operation, such as `ec2:CreateVpc`.
    pub fn name(&self) -> String {
        format!("{}:{}", self.service, self.operation)
    }
}

/// A recorded request, in the form that the check against AWS's models reads.
#[derive(Debug, Clone, Serialize)]
pub struct Recorded {
    /// The service.
    pub service: String,
    /// The operation.
    pub operation: String,
    /// Such as `POST`.
    pub method: String,
    /// The path, with the query.
    pub path: String,
    /// The headers without the signature.
    pub headers: BTreeMap<String, String>,
    /// The body as hexadecimal digits.
    pub body: String,
    /// The status of the answer; zero if there was none.
    pub status: u16,
    /// Whether it may change something.
    pub changes: bool,
    /// Whether AWS has received it.
    #[serde(skip)]
    pub reached: bool,
    /// When it arrived.
    #[serde(skip)]
    pub began: Instant,
    /// When it was answered or given up.
    #[serde(skip)]
    pub ended: Instant,
}

impl Recorded {
    pub(super) fn new(
        call: &Call,
        parts: &Parts,
        body: &Bytes,
        (status, reached): (u16, bool),
        began: Instant,
    ) -> Self {
        let headers =
            parts.headers.iter().filter(|(name, _)| name.as_str() != "authorization").filter_map(
                |(name, value)| Some((name.to_string(), value.to_str().ok()?.to_owned())),
            );
        Self {
            service: call.service.clone(),
            operation: call.operation.clone(),
            method: parts.method.to_string(),
            path: parts.uri.to_string(),
            headers: headers.collect(),
            body: hexadecimal(body),
            status,
            changes: call.changes(),
            reached,
            began,
            ended: Instant::now(),
        }
    }

    /// The body as text.
    pub fn text(&self) -> String {
        let digit = |at: usize| u8::from_str_radix(&self.body[at..at + 2], 16).unwrap_or(b'?');
        let bytes: Vec<_> = (0..self.body.len()).step_by(2).map(digit).collect();
        String::from_utf8_lossy(&bytes).into_owned()
    }

    /// The service and the operation, such as `ec2:CreateVpc`.
    pub fn name(&self) -> String {
        format!("{}:{}", self.service, self.operation)
    }
}

fn hexadecimal(bytes: &[u8]) -> String {
    let digit = |value: u8| char::from_digit(value.into(), 16).unwrap_or('0');
    bytes.iter().flat_map(|byte| [digit(byte >> 4), digit(byte & 15)]).collect()
}
