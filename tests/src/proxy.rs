//! A proxy between nk and an emulator: it knows what each request asks for, records it, and lets a
//! rule decide what happens to it.

mod bad;
mod buckets;
mod call;
mod clock;
mod deployments;
mod others;
mod refusals;
mod reply;
mod rest;
mod rules;
mod stale;

use std::{
    future::pending,
    io,
    net::SocketAddr,
    sync::{Arc, Mutex},
    time::{Duration, Instant},
};

pub use bad::{Garbled, Nonsense, Refusing, Silent, Throttled};
pub use buckets::Buckets;
pub use call::{Call, Recorded};
pub use clock::Clock;
pub use deployments::{Deployments, STOPPED, deployment, failing};
use http_body_util::{BodyExt, Full};
use hyper::{
    Request, Response, StatusCode,
    body::{Bytes, Incoming},
    header::{
        CONNECTION, CONTENT_LENGTH, CONTENT_TYPE, DATE, HOST, HeaderValue, TRANSFER_ENCODING,
    },
    http::response,
    server,
    service::service_fn,
};
use hyper_util::rt::TokioIo;
pub use others::{Latecomer, ProtectedLogs};
pub use refusals::{Refusals, Refused, Times};
pub use reply::{Refusal, refuse};
pub use rules::{Death, Later, Loss, Quote, Rain, Repeated, Side, Slow, Target, Together};
pub use stale::Stale;
use tokio::{
    net::{TcpListener, TcpStream},
    sync::watch,
    task::JoinHandle,
};

/// What happens to a request before it is passed on.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Before {
    /// It is passed on.
    Pass,
    /// It is passed on after a while.
    Delay(Duration),
    /// The connection is cut; AWS does not receive the request.
    Cut,
    /// Nothing happens: AWS does not receive the request, and the caller waits.
    Hold,
    /// It is answered here, with a refusal of AWS.
    Refuse(Refusal),
    /// It is answered here as AWS would answer, because the emulator would do something else.
    Answer(Bytes),
}

/// What happens to an answer.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum After {
    /// It is returned.
    Pass,
    /// The connection is cut: the request is carried out, and nobody says so.
    Cut,
    /// Nothing happens: the request is carried out, and the caller waits.
    Hold,
}

/// The answer of AWS.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Answer {
    /// The HTTP status.
    pub status: u16,
    /// The body.
    pub body: Bytes,
}

impl Answer {
    /// The same with its body edited, if that is JSON.
    fn edited(self, edit: impl FnOnce(&mut serde_json::Value)) -> Self {
        let Ok(mut body) = serde_json::from_slice(&self.body) else { return self };
        edit(&mut body);
        Self { body: Bytes::from(body.to_string()), ..self }
    }
}

/// Decides what happens to every call.
pub trait Rule: Send + Sync {
    /// Before the call is passed on.
    fn before(&self, call: &Call) -> Before {
        let _ = call;
        Before::Pass
    }

    /// After AWS has answered, with AWS's status.
    fn after(&self, call: &Call, status: u16) -> After {
        let _ = (call, status);
        After::Pass
    }

    /// What the caller sees of AWS's answer.
    fn shown(&self, call: &Call, answer: Answer) -> Result<Answer, Refusal> {
        let _ = call;
        Ok(answer)
    }

    /// The time of AWS's clock in the answers of the lock's service, if it is not the real one.
    fn date(&self) -> Option<HeaderValue> {
        None
    }
}

/// Everything passes.
pub struct Transparent;

impl Rule for Transparent {}

/// A running proxy. It stops when dropped.
pub struct Proxy {
    /// The URL on which it listens.
    pub endpoint: String,
    shared: Arc<Shared>,
    task: JoinHandle<()>,
}

struct Shared {
    target: String,
    rule: Mutex<Arc<dyn Rule>>,
    recorded: Mutex<Vec<Recorded>>,
    /// How many requests are in transit to the emulator.
    under_way: watch::Sender<usize>,
}

impl Proxy {
    /// Starts a proxy to the emulator at `target`, such as `http://127.0.0.1:5000`.
    ///
    /// # Errors
    ///
    /// If no port is available.
    pub async fn start(target: &str, rule: Arc<dyn Rule>) -> io::Result<Self> {
        let listener = TcpListener::bind(SocketAddr::from(([127, 0, 0, 1], 0))).await?;
        let endpoint = format!("http://{}", listener.local_addr()?);
        let target = target.trim_start_matches("http://").to_owned();
        let shared = Arc::new(Shared {
            target,
            rule: Mutex::new(rule),
            recorded: Mutex::default(),
            under_way: watch::Sender::new(0),
        });
        let task = tokio::spawn(accept(listener, Arc::clone(&shared)));
        Ok(Self { endpoint, shared, task })
    }

    /// Everything that was recorded since the last call of this function.
    ///
    /// # Panics
    ///
    /// When a connection's task has panicked.
    pub fn take(&self) -> Vec<Recorded> {
        std::mem::take(&mut self.shared.recorded.lock().expect("no connection has panicked"))
    }

    /// Waits until no request is in transit: what a killed nk has sent is done by then.
    ///
    /// # Panics
    ///
    /// Never: the sender lives as long as the proxy.
    pub async fn quiet(&self) {
        let mut under_way = self.shared.under_way.subscribe();
        under_way.wait_for(|count| *count == 0).await.expect("the proxy lives");
    }

    /// Uses another rule from now on.
    ///
    /// # Panics
    ///
    /// When a connection's task has panicked.
    pub fn set_rule(&self, rule: Arc<dyn Rule>) {
        *self.shared.rule.lock().expect("no connection has panicked") = rule;
    }
}

impl Drop for Proxy {
    fn drop(&mut self) {
        self.task.abort();
    }
}

async fn accept(listener: TcpListener, shared: Arc<Shared>) {
    while let Ok((stream, _)) = listener.accept().await {
        let shared = Arc::clone(&shared);
        tokio::spawn(async move {
            let service = service_fn(|request| handle(request, Arc::clone(&shared)));
            // A connection that ends early is how a cut appears from here.
            let _ = server::conn::http1::Builder::new()
                .serve_connection(TokioIo::new(stream), service)
                .await;
        });
    }
}

/// An error that makes hyper close the connection.
type Cut = Box<dyn std::error::Error + Send + Sync>;

async fn handle(
    request: Request<Incoming>,
    shared: Arc<Shared>,
) -> Result<Response<Full<Bytes>>, Cut> {
    let began = Instant::now();
    let (parts, body) = request.into_parts();
    let body = body.collect().await?.to_bytes();
    let call = Call::of(&parts, &body);
    let rule = Arc::clone(&*shared.rule.lock().expect("no connection has panicked"));
    let record = |status, reached| {
        let recorded = Recorded::new(&call, &parts, &body, (status, reached), began);
        shared.recorded.lock().expect("no connection has panicked").push(recorded);
    };
    let mut known = None;
    match rule.before(&call) {
        Before::Pass => {}
        Before::Delay(time) => tokio::time::sleep(time).await,
        Before::Answer(body) => known = Some(body),
        Before::Cut => {
            record(0, false);
            return Err("cut before".into());
        }
        Before::Hold => {
            record(0, false);
            return pending().await;
        }
        Before::Refuse(refusal) => {
            record(refusal.status, false);
            return Ok(refuse(&call, &refusal));
        }
    }
    let (mut head, answer) = match known {
        Some(body) => (given(&body), Answer { status: 200, body }),
        None => forward_counted(&shared, parts.clone(), body.clone()).await?,
    };
    let status = answer.status;
    record(status, true);
    if let Some(date) = rule.date().filter(|_| call.service == "ssm") {
        head.headers.insert(DATE, date);
    }
    let shown = rule.shown(&call, answer);
    match rule.after(&call, status) {
        After::Pass => shown
            .map_or_else(|refusal| Ok(refuse(&call, &refusal)), |answer| response(head, answer)),
        After::Cut => Err("cut after".into()),
        After::Hold => pending().await,
    }
}

/// The head of an answer that AWS has already given.
fn given(body: &Bytes) -> response::Parts {
    let kind = if body.starts_with(b"<") { "text/xml" } else { "application/x-amz-json-1.1" };
    let answer = Response::builder().header(CONTENT_TYPE, kind).body(());
    answer.expect("a well-formed answer").into_parts().0
}

/// Forwards to the end even if the caller has gone: the emulator carries out what it was asked.
async fn forward_counted(
    shared: &Arc<Shared>,
    parts: hyper::http::request::Parts,
    body: Bytes,
) -> Result<(response::Parts, Answer), Cut> {
    let shared = Arc::clone(shared);
    shared.under_way.send_modify(|count| *count += 1);
    let forwarding = tokio::spawn(async move {
        let answer = forward(&shared.target, parts, body).await;
        shared.under_way.send_modify(|count| *count -= 1);
        answer
    });
    forwarding.await?
}

pub(crate) async fn forward(
    target: &str,
    parts: hyper::http::request::Parts,
    body: Bytes,
) -> Result<(response::Parts, Answer), Cut> {
    let stream = TcpStream::connect(target).await?;
    let (mut sender, connection) =
        hyper::client::conn::http1::handshake(TokioIo::new(stream)).await?;
    tokio::spawn(async move {
        let _ = connection.await;
    });
    let mut onward = Request::from_parts(parts, Full::new(body));
    onward.headers_mut().insert(HOST, target.parse()?);
    onward.headers_mut().remove(CONNECTION);
    let answer = sender.send_request(onward).await?;
    let (mut parts, body) = answer.into_parts();
    let body = body.collect().await?.to_bytes();
    parts.headers.remove(TRANSFER_ENCODING);
    parts.headers.remove(CONNECTION);
    let answer = Answer { status: parts.status.as_u16(), body };
    Ok((parts, answer))
}

/// An answer, as it is returned.
fn response(mut head: response::Parts, answer: Answer) -> Result<Response<Full<Bytes>>, Cut> {
    head.status = StatusCode::from_u16(answer.status)?;
    head.headers.insert(CONTENT_LENGTH, answer.body.len().into());
    Ok(Response::from_parts(head, Full::new(answer.body)))
}
