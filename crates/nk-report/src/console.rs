//! Reports a run while it proceeds.

use std::io::{self, IsTerminal, Write};

use indicatif::{MultiProgress, ProgressBar, ProgressStyle};
use nk_model::{Event, Plan};
use tokio::{
    sync::mpsc::UnboundedReceiver,
    time::{Duration, Instant, MissedTickBehavior, interval},
};

use crate::{event_json, live::Live, log::Log, outlook::Outlook, styles::Styles};

/// Where the events of a run go: live lines or a log on standard error, or JSON on standard output.
#[derive(Debug)]
pub struct Console(Form);

#[derive(Debug)]
enum Form {
    Live(Live),
    Log(Log),
    Json,
}

/// How often the live lines are redrawn: often enough that their seconds do not jump.
const BEAT: Duration = Duration::from_millis(250);

impl Console {
    /// Live lines if standard error is a terminal, otherwise a log.
    pub fn for_people(plan: &Plan) -> Self {
        if io::stderr().is_terminal() {
            Self(Form::Live(Live::new(Outlook::of(plan), Styles::of(&io::stderr()))))
        } else {
            Self::log(plan)
        }
    }

    /// A log on standard error, even on a terminal, because other output there would disturb live
    /// lines.
    pub fn log(plan: &Plan) -> Self {
        Self(Form::Log(Log::new(Styles::of(&io::stderr()), Outlook::of(plan).column, true)))
    }

    /// One event per line on standard output, as described in `docs/json.md`.
    pub fn json() -> Self {
        Self(Form::Json)
    }

    /// Reports events until the last sender has gone, or nobody reads any more.
    pub async fn follow(self, events: UnboundedReceiver<Event>) {
        // If the reader has gone, or the disk is full, the report stops and the run continues.
        let _ = match self.0 {
            Form::Live(shown) => live(shown, events).await,
            Form::Log(mut log) => each(events, io::stderr(), |event| log.text(event)).await,
            Form::Json => each(events, io::stdout(), event_json).await,
        };
    }
}

async fn each(
    mut events: UnboundedReceiver<Event>,
    mut out: impl Write,
    mut text: impl FnMut(&Event) -> String,
) -> io::Result<()> {
    while let Some(event) = events.recv().await {
        out.write_all(text(&event).as_bytes())?;
        out.flush()?;
    }
    Ok(())
}

async fn live(mut live: Live, mut events: UnboundedReceiver<Event>) -> io::Result<()> {
    let mut screen = Screen::default();
    let mut beat = interval(BEAT);
    beat.set_missed_tick_behavior(MissedTickBehavior::Skip);
    // The beginning of the run, which is before its first event.
    let mut began = None;
    loop {
        tokio::select! {
            event = events.recv() => {
                let Some(event) = event else { break };
                began.get_or_insert_with(|| Instant::now() - at(&event));
                screen.print(&live.heed(&event))?;
            }
            _ = beat.tick() => {
                if let Some(began) = began {
                    screen.show(&live.lines(began.elapsed()));
                }
            }
        }
    }
    screen.lines.clear()
}

/// The lines at the bottom of the terminal.
#[derive(Default)]
struct Screen {
    lines: MultiProgress,
    bars: Vec<ProgressBar>,
}

impl Screen {
    /// Prints text above the lines, to stay.
    fn print(&self, text: &str) -> io::Result<()> {
        if text.is_empty() { Ok(()) } else { self.lines.println(text.trim_end_matches('\n')) }
    }

    fn show(&mut self, lines: &[String]) {
        while self.bars.len() > lines.len() {
            if let Some(bar) = self.bars.pop() {
                self.lines.remove(&bar);
            }
        }
        while self.bars.len() < lines.len() {
            let style = ProgressStyle::with_template("{wide_msg}").expect("a template");
            self.bars.push(self.lines.add(ProgressBar::new_spinner().with_style(style)));
        }
        for (bar, line) in self.bars.iter().zip(lines) {
            bar.set_message(line.clone());
        }
    }
}

fn at(event: &Event) -> Duration {
    match event {
        Event::Started { at, .. }
        | Event::Waiting { at, .. }
        | Event::Known { at, .. }
        | Event::Finished { at, .. }
        | Event::Failed { at, .. }
        | Event::Skipped { at, .. }
        | Event::Stopping { at, .. }
        | Event::Ended { at, .. } => *at,
    }
}

#[cfg(test)]
mod tests {
    use tokio::sync::mpsc;

    use super::*;

    struct Closed;

    impl Write for Closed {
        fn write(&mut self, _: &[u8]) -> io::Result<usize> {
            Err(io::ErrorKind::BrokenPipe.into())
        }

        fn flush(&mut self) -> io::Result<()> {
            Ok(())
        }
    }

    #[tokio::test]
    async fn a_closed_pipe_ends_the_telling_and_nothing_else() {
        let (sender, events) = mpsc::unbounded_channel();
        sender.send(Event::Stopping { at: Duration::ZERO, reason: "interrupted".into() }).unwrap();
        let told = each(events, Closed, event_json).await;
        assert_eq!(told.unwrap_err().kind(), io::ErrorKind::BrokenPipe);
        assert!(sender.is_closed());
    }
}
