//! A proxy between a tool and the emulator: it counts the calls, adds the latency of AWS, and
//! delays what takes time on AWS.
//!
//! `nk-bench-proxy http://127.0.0.1:5000` prints the address on which it listens. `POST
//! /nk-bench/begin?latency=40` resets the counts and makes every later call take 40 ms longer; with
//! `?speed=60`, resources stay pending for a sixtieth of the time that AWS needs; `GET
//! /nk-bench/tally` returns the counts.

mod call;
mod hold;
mod tally;
mod upstream;

use std::{
    env, io,
    io::Write,
    net::SocketAddr,
    process::ExitCode,
    sync::{Arc, Mutex, MutexGuard},
    time::Duration,
};

use call::Call;
use hold::Hold;
use http_body_util::{BodyExt, Full};
use hyper::{
    Request, Response,
    body::{Bytes, Incoming},
    header::CONTENT_LENGTH,
    http::request::Parts,
    server,
    service::service_fn,
};
use hyper_util::rt::TokioIo;
use tally::Tally;
use tokio::{net::TcpListener, time::sleep};
use upstream::Upstream;

/// An error that makes hyper close the connection.
type Cut = Box<dyn std::error::Error + Send + Sync>;
type Answer = Response<Full<Bytes>>;

/// The state that all connections share.
struct Shared {
    /// The address of the emulator, such as `127.0.0.1:5000`.
    target: String,
    state: Mutex<State>,
}

/// How calls are treated, and the counts.
#[derive(Default)]
struct State {
    latency: Duration,
    hold: Hold,
    tally: Tally,
}

impl Shared {
    fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().expect("no connection has panicked")
    }
}

#[tokio::main]
async fn main() -> ExitCode {
    let Some(target) = env::args().nth(1) else {
        let _ = writeln!(io::stderr(), "usage: nk-bench-proxy http://127.0.0.1:5000");
        return ExitCode::FAILURE;
    };
    match serve(&target).await {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            let _ = writeln!(io::stderr(), "no port to listen on: {error}");
            ExitCode::FAILURE
        }
    }
}

async fn serve(target: &str) -> io::Result<()> {
    let listener = TcpListener::bind(SocketAddr::from(([127, 0, 0, 1], 0))).await?;
    writeln!(io::stdout(), "http://{}", listener.local_addr()?)?;
    let target = target.trim_start_matches("http://").to_owned();
    let shared = Arc::new(Shared { target, state: Mutex::default() });
    loop {
        let (stream, _) = listener.accept().await?;
        stream.set_nodelay(true)?;
        let shared = Arc::clone(&shared);
        tokio::spawn(async move {
            let upstream = Arc::new(Upstream::new(&shared.target));
            let service =
                service_fn(|request| handle(request, Arc::clone(&shared), Arc::clone(&upstream)));
            // A tool closes its connections when it ends; that is not an error.
            let _ = server::conn::http1::Builder::new()
                .serve_connection(TokioIo::new(stream), service)
                .await;
        });
    }
}

async fn handle(
    request: Request<Incoming>,
    shared: Arc<Shared>,
    upstream: Arc<Upstream>,
) -> Result<Answer, Cut> {
    let (parts, body) = request.into_parts();
    let body = body.collect().await?.to_bytes();
    if let Some(order) = parts.uri.path().strip_prefix("/nk-bench/") {
        return Ok(obey(&shared, order, parts.uri.query().unwrap_or_default()));
    }
    let call = Call::of(&parts, &body);
    let latency = {
        let mut state = shared.state();
        state.tally.begin(&call);
        state.latency
    };
    sleep(latency).await;
    let answer = answer(&shared, &upstream, &call, parts, body).await;
    shared.state().tally.end();
    answer
}

async fn answer(
    shared: &Arc<Shared>,
    upstream: &Upstream,
    call: &Call,
    parts: Parts,
    body: Bytes,
) -> Result<Answer, Cut> {
    // The guard must be dropped before the await.
    let later = shared.state().hold.postpone(call);
    if let Some((answer, wait)) = later {
        if let Some(wait) = wait {
            let shared = Arc::clone(shared);
            tokio::spawn(async move {
                sleep(wait).await;
                // Nobody waits for the answer of the emulator.
                let _ = Upstream::new(&shared.target).send(parts, body).await;
            });
        }
        return Ok(answer);
    }
    shared.state().tally.enter();
    let answer = upstream.send(parts, body).await;
    shared.state().tally.leave();
    let (mut parts, body) = answer?.into_parts();
    let body = if parts.status.is_success() { shared.state().hold.patch(call, body) } else { body };
    parts.headers.insert(CONTENT_LENGTH, body.len().into());
    Ok(Response::from_parts(parts, Full::new(body)))
}

/// Carries out a request of the benchmark.
fn obey(shared: &Shared, order: &str, query: &str) -> Answer {
    let number = |name: &str| {
        let mut pairs = query.split('&').filter_map(|pair| pair.split_once('='));
        pairs.find(|(key, _)| *key == name).and_then(|(_, value)| value.parse::<u32>().ok())
    };
    let mut state = shared.state();
    let said = match order {
        "begin" => {
            *state = State {
                latency: Duration::from_millis(number("latency").unwrap_or(0).into()),
                hold: Hold::at(number("speed").map(f64::from)),
                tally: Tally::default(),
            };
            "{}".to_owned()
        }
        "tally" => state.tally.report().to_string(),
        _ => return Response::builder().status(404).body(Full::default()).expect("an answer"),
    };
    Response::new(Full::new(said.into()))
}
