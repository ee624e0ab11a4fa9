//! The operation and the parameters of a request.

use hyper::{body::Bytes, http::request::Parts};

/// A request to AWS.
pub(crate) struct Call {
    /// The operation, such as `CreateVpc`.
    pub(crate) operation: String,
    /// The body as text.
    pub(crate) body: String,
}

/// The beginnings of the names of operations that only read.
const LOOKING: [&str; 6] = ["Describe", "Get", "List", "BatchGet", "Search", "Query"];

impl Call {
    /// Reads a request in any of the protocols that AWS uses.
    pub(crate) fn of(parts: &Parts, body: &Bytes) -> Self {
        let body = String::from_utf8_lossy(body).into_owned();
        let target = parts.headers.get("x-amz-target").and_then(|value| value.to_str().ok());
        let operation = target
            .and_then(|target| target.rsplit('.').next())
            .or_else(|| parts.uri.path().split("/operation/").nth(1))
            .or_else(|| body.split('&').find_map(|pair| pair.strip_prefix("Action=")))
            .unwrap_or("unknown")
            .to_owned();
        Self { operation, body }
    }

    /// Whether it may change something.
    pub(crate) fn changes(&self) -> bool {
        !LOOKING.iter().any(|word| self.operation.starts_with(word))
    }

    /// A parameter of a query request. The values read here contain no escaped characters.
    pub(crate) fn parameter(&self, name: &str) -> Option<&str> {
        let mut pairs = self.body.split('&').filter_map(|pair| pair.split_once('='));
        pairs.find(|(key, _)| *key == name).map(|(_, value)| value)
    }
}
