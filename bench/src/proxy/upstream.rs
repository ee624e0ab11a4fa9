//! The connection to the emulator for one connection of a tool.

use http_body_util::{BodyExt, Full};
use hyper::{
    Request, Response,
    body::Bytes,
    client::conn::http1::{SendRequest, handshake},
    header::{CONNECTION, HOST, TRANSFER_ENCODING},
    http::request::Parts,
};
use hyper_util::rt::TokioIo;
use tokio::{net::TcpStream, sync::Mutex};

use crate::Cut;

/// A connection that is opened when it is needed, and kept.
pub(crate) struct Upstream {
    target: String,
    sender: Mutex<Option<SendRequest<Full<Bytes>>>>,
}

impl Upstream {
    /// A connection to an address such as `127.0.0.1:5000`.
    pub(crate) fn new(target: &str) -> Self {
        Self { target: target.to_owned(), sender: Mutex::default() }
    }

    /// Passes on a request and reads the whole answer.
    pub(crate) async fn send(&self, parts: Parts, body: Bytes) -> Result<Response<Bytes>, Cut> {
        let mut kept = self.sender.lock().await;
        let mut sender = match kept.take() {
            Some(sender) if !sender.is_closed() => sender,
            _ => self.connect().await?,
        };
        sender.ready().await?;
        let mut request = Request::from_parts(parts, Full::new(body));
        request.headers_mut().insert(HOST, self.target.parse()?);
        request.headers_mut().remove(CONNECTION);
        let (mut parts, body) = sender.send_request(request).await?.into_parts();
        let body = body.collect().await?.to_bytes();
        parts.headers.remove(TRANSFER_ENCODING);
        parts.headers.remove(CONNECTION);
        *kept = Some(sender);
        Ok(Response::from_parts(parts, body))
    }

    async fn connect(&self) -> Result<SendRequest<Full<Bytes>>, Cut> {
        let stream = TcpStream::connect(&self.target).await?;
        stream.set_nodelay(true)?;
        let (sender, connection) = handshake(TokioIo::new(stream)).await?;
        tokio::spawn(async move {
            // The sender notices when it ends.
            let _ = connection.await;
        });
        Ok(sender)
    }
}
