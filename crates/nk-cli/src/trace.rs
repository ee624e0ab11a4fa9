//! `--trace`: writes what a run does to a file while it proceeds.

use std::{
    fs::File,
    io::{self, BufWriter, Write},
    path::Path,
    time::Duration,
};

use nk_engine::Provider;
use nk_model::{Call, Event, Json, Plan};
use nk_report::Trace;
use tokio::{
    sync::mpsc::{UnboundedReceiver, UnboundedSender, unbounded_channel},
    task::JoinHandle,
    time::Instant,
};

use crate::{errors::Error, output::Output};

/// Writes a trace, if one is wanted.
pub(crate) struct Tracer(Option<Open>);

struct Open {
    path: String,
    zero: Instant,
    told: UnboundedSender<Told>,
    writing: JoinHandle<io::Result<()>>,
}

enum Told {
    Title(String),
    Plan(Duration, Box<Plan>),
    Event(Box<Event>),
    Call(Box<Call>),
    End,
}

impl Tracer {
    /// Opens the file, so that one that cannot be written is noticed before anything is done.
    pub(crate) fn open(path: Option<&Path>) -> Result<Self, Error> {
        let Some(path) = path else { return Ok(Self(None)) };
        let name = path.display().to_string();
        let opened = File::create(path).and_then(|file| {
            let mut out = BufWriter::new(file);
            out.write_all(b"[")?;
            out.flush()?;
            Ok(out)
        });
        let out = opened
            .map_err(|error| Error::TraceFile { path: name.clone(), reason: error.to_string() })?;
        let (told, telling) = unbounded_channel();
        let writing = tokio::spawn(write(out, telling));
        Ok(Self(Some(Open { path: name, zero: Instant::now(), told, writing })))
    }

    fn tell(&self, told: Told) {
        if let Self(Some(open)) = self {
            // A full disk ends the trace and nothing else.
            let _ = open.told.send(told);
        }
    }

    /// Writes whose trace it is, and records every call from now on and those before.
    pub(crate) fn listen<P: Provider>(&self, title: String, cloud: &P) {
        self.tell(Told::Title(title));
        if let Self(Some(Open { zero, told, .. })) = self {
            let told = told.clone();
            cloud.listen(*zero, Box::new(move |call| drop(told.send(Told::Call(Box::new(call))))));
        }
    }

    /// The plan that is run from now on.
    pub(crate) fn plan(&self, plan: &Plan) {
        if let Self(Some(open)) = self {
            let at = open.zero.elapsed();
            self.tell(Told::Plan(at, Box::new(plan.clone())));
        }
    }

    /// Passes on events, and records them.
    pub(crate) async fn follow(
        &self,
        mut events: UnboundedReceiver<Event>,
        on: UnboundedSender<Event>,
    ) {
        while let Some(event) = events.recv().await {
            self.tell(Told::Event(Box::new(event.clone())));
            // The reader may have gone.
            let _ = on.send(event);
        }
    }

    /// Closes the file. If something could not be written, the command does not fail.
    pub(crate) async fn close(self, output: &Output) {
        self.tell(Told::End);
        let Self(Some(Open { path, writing, .. })) = self else { return };
        let problem = match writing.await {
            Ok(Ok(())) => return,
            Ok(Err(error)) => error.to_string(),
            Err(error) => error.to_string(),
        };
        output.line(&format!("The trace `{path}` is incomplete: {problem}"));
    }
}

/// Writes events as they come, one per line, so that only the closing bracket is missing after a
/// kill.
async fn write(mut out: BufWriter<File>, mut telling: UnboundedReceiver<Told>) -> io::Result<()> {
    let mut trace = Trace::default();
    let mut separator = "\n";
    while let Some(told) = telling.recv().await {
        let events = match told {
            Told::Title(title) => trace.open(&title),
            Told::Plan(at, plan) => trace.plan(at, &plan),
            Told::Event(event) => trace.event(&event),
            Told::Call(call) => trace.call(&call),
            Told::End => break,
        };
        for event in events {
            put(&mut out, &mut separator, &event)?;
        }
        if telling.is_empty() {
            out.flush()?;
        }
    }
    out.write_all(b"\n]\n")?;
    out.flush()
}

fn put(out: &mut impl Write, separator: &mut &str, event: &Json) -> io::Result<()> {
    out.write_all(separator.as_bytes())?;
    *separator = ",\n";
    serde_json::to_writer(out, event).map_err(io::Error::from)
}
