//! What is under way now, for a terminal: one line for each running step, and one for the whole.

use nk_model::{Action, Address, Event};

use crate::{
    log::{Log, doing},
    outlook::{Outlook, Prospect, Tempo},
    styles::{Styles, paint, sigil},
    text::{count, pad, spell, tame, width},
};

/// The state of a run, as its events tell it.
#[derive(Debug, Default)]
pub(crate) struct Live {
    outlook: Outlook,
    running: Vec<Running>,
    over: usize,
    stopping: Option<String>,
    styles: Styles,
}

#[derive(Debug)]
struct Running {
    address: Address,
    action: Action,
    since: f64,
    usual: f64,
    waits: String,
}

/// More running steps than this are only counted.
const SHOWN: usize = 16;

impl Live {
    pub(crate) fn new(outlook: Outlook, styles: Styles) -> Self {
        Self { outlook, styles, ..Self::default() }
    }

    /// Takes an event in; the answer is what stays on the screen, above what changes.
    pub(crate) fn heed(&mut self, event: &Event) -> String {
        match event {
            Event::Started { at, address, action, usual } => {
                self.outlook.begun(address, *action, *at);
                let (address, waits) = (address.clone(), String::new());
                let running =
                    Running { address, action: *action, since: *at, usual: *usual, waits };
                self.running.push(running);
                return String::new();
            }
            Event::Waiting { address, reason, .. } => {
                if let Some(step) = self.running.iter_mut().find(|step| step.address == *address) {
                    step.waits = tame(reason);
                }
                return String::new();
            }
            Event::Known { .. } | Event::Ended { .. } => return String::new(),
            Event::Finished { at, address, action, .. }
            | Event::Skipped { at, address, action, .. } => self.end(address, *action, *at),
            Event::Failed { at, failure } => self.end(&failure.address, failure.action, *at),
            Event::Stopping { reason, .. } => self.stopping = Some(tame(reason)),
        }
        let column = self.column();
        Log::new(self.styles, column, false).text(event)
    }

    fn end(&mut self, address: &Address, action: Action, at: f64) {
        self.over += 1;
        self.outlook.over(address, action, at);
        self.running.retain(|step| step.address != *address || step.action != action);
    }

    /// What changes, as of so many seconds after the beginning.
    pub(crate) fn lines(&self, now: f64) -> Vec<String> {
        let column = self.column();
        let mut lines: Vec<_> =
            self.running.iter().take(SHOWN).map(|step| self.step(step, column, now)).collect();
        if self.running.len() > SHOWN {
            lines.push(format!("    and {} more", self.running.len() - SHOWN));
        }
        lines.push(self.total(now));
        lines
    }

    fn column(&self) -> usize {
        let running = self.running.iter().map(|step| width(step.address.as_str())).max();
        self.outlook.column.max(running.unwrap_or(0))
    }

    fn step(&self, step: &Running, column: usize, now: f64) -> String {
        let Running { address, action, since, usual, waits } = step;
        let sign = paint(self.styles.action(*action), sigil(*action));
        let address = paint(self.styles.address, pad(address.as_str(), column));
        let passed = now - since;
        let time = if passed > *usual {
            format!("{}, usually {}", spell(passed), spell(*usual))
        } else {
            format!("{} of usually {}", spell(passed), spell(*usual))
        };
        let waits = paint(self.styles.faint, waits);
        format!("  {sign} {address}  {}  {}  {waits}", doing(*action), pad(&time, 22))
            .trim_end()
            .to_owned()
    }

    /// How far the run has come, by time; what decides when it ends; and how many steps are over.
    fn total(&self, now: f64) -> String {
        let Self { outlook, running, over, stopping, styles } = self;
        let under_way = running.len();
        let line = match outlook.steps() {
            Some(steps) => {
                let Prospect { end, decides, tempo } = outlook.prospect(now);
                let about = if tempo == Tempo::Slowest { "at least" } else { "about" };
                let part = part(now, end);
                let decides = decides.map(|address| {
                    let slow = match tempo {
                        Tempo::Usual => "",
                        Tempo::Slow => ", slower than usual",
                        Tempo::Slowest => ", slower than nine times in ten",
                    };
                    format!("; the end waits for {address}{slow}")
                });
                let steps = count(steps, "step");
                format!(
                    "{} of {about} {} ({part} %): {over} of {steps} over, {under_way} under way{}",
                    spell(now),
                    spell(end),
                    decides.unwrap_or_default(),
                )
            }
            None => format!("{}: {} over, {under_way} under way", spell(now), count(*over, "step")),
        };
        let stopping = stopping.as_ref().map(|why| format!("; {why}")).unwrap_or_default();
        paint(styles.heading, line + &stopping)
    }
}

/// Which part of the time has passed, in whole per cent; never all of it before the end.
#[expect(
    clippy::cast_possible_truncation,
    clippy::cast_sign_loss,
    reason = "between nought and ninety-nine"
)]
fn part(now: f64, end: f64) -> u8 {
    if end > 0.0 { (now / end * 100.0).clamp(0.0, 99.0) as u8 } else { 0 }
}

#[cfg(test)]
mod tests {
    use nk_model::Failure;

    use super::*;

    fn started(at: f64, address: &str, usual: f64) -> Event {
        let address = address.parse().unwrap();
        Event::Started { at, address, action: Action::Create, usual }
    }

    fn events() -> Vec<Event> {
        let gateway: Address = "nat-gateway.nat-1".parse().unwrap();
        vec![
            started(0.0, "vpc.main", 1.0),
            Event::Known { at: 0.4, address: "vpc.main".parse().unwrap(), id: "vpc-0a1b".into() },
            started(0.5, "nat-gateway.nat-1", 107.0),
            Event::Known { at: 1.5, address: gateway.clone(), id: "nat-0c3d".into() },
            Event::Finished {
                at: 2.1,
                address: "vpc.main".parse().unwrap(),
                action: Action::Create,
                id: "vpc-0a1b".into(),
                seconds: 2.1,
                notes: vec!["東京にあります".into()],
            },
            Event::Waiting {
                at: 12.3,
                address: gateway.clone(),
                reason: "AWS says `pending`".into(),
            },
            started(13.0, "log-group.backend-go", 1.0),
            Event::Failed {
                at: 130.0,
                failure: Failure {
                    address: gateway,
                    action: Action::Create,
                    error: "could not create `nat-gateway.nat-1`: AWS gave up".into(),
                    cause: Some("Elastic IP address is already associated".into()),
                    hint: Some("release it by hand".into()),
                },
            },
            Event::Skipped {
                at: 130.0,
                address: "route-table.private-1".parse().unwrap(),
                action: Action::Create,
                because: "`nat-gateway.nat-1` is not there".into(),
            },
            Event::Stopping {
                at: 131.5,
                reason: "interrupted: what is under way is finished".into(),
            },
        ]
    }

    #[test]
    fn a_log_has_a_line_for_every_event_that_tells_something() {
        let mut log = Log::new(Styles::default(), 21, true);
        let text: String = events().iter().map(|event| log.text(event)).collect();
        insta::assert_snapshot!(text, @r#"
            0.0 s  + vpc.main               creating
            0.5 s  + nat-gateway.nat-1      creating, usually 107 s
            1.5 s    nat-gateway.nat-1      is nat-0c3d
            2.1 s  + vpc.main               created in 2.1 s (vpc-0a1b)
            2.1 s    vpc.main               note: 東京にあります
           12.3 s    nat-gateway.nat-1      AWS says `pending`
           13.0 s  + log-group.backend-go   creating
          130.0 s  + nat-gateway.nat-1      failed
        error: could not create `nat-gateway.nat-1`: AWS gave up
          Elastic IP address is already associated

        hint: release it by hand
          130.0 s  + route-table.private-1  not created: `nat-gateway.nat-1` is not there
          131.5 s  interrupted: what is under way is finished
        "#);
    }

    #[test]
    fn the_last_line_tells_how_far_the_run_is_by_time() {
        let mut live = Live::new(Outlook::of(&crate::outlook::tests::plan()), Styles::default());
        live.heed(&started(1.0, "nat-gateway.nat-1", 100.0));
        let mut total = |now| live.lines(now).pop().unwrap();
        let lines = [31.0, 111.0, 140.0].map(&mut total).join("\n");
        insta::assert_snapshot!(lines, @r#"
        31 s of about 2 min 31 s (20 %): 0 of 2 steps over, 1 under way; the end waits for nat-gateway.nat-1
        111 s of about 2 min 51 s (64 %): 0 of 2 steps over, 1 under way; the end waits for nat-gateway.nat-1, slower than usual
        2 min 20 s of at least 3 min 10 s (73 %): 0 of 2 steps over, 1 under way; the end waits for nat-gateway.nat-1, slower than nine times in ten
        "#);
    }

    #[test]
    fn a_terminal_shows_what_is_under_way() {
        let mut live = Live::default();
        let mut text = String::new();
        for (event, now) in
            events().iter().zip([0.1, 0.4, 0.6, 1.6, 2.1, 48.0, 120.0, 130.0, 130.0, 131.5])
        {
            text.push_str(&live.heed(event));
            for line in live.lines(now) {
                crate::text::line(&mut text, format_args!("| {line}"));
            }
        }
        insta::assert_snapshot!(text, @r#"
        |   + vpc.main  creating  0.1 s of usually 1.0 s
        | 0.1 s: 0 steps over, 1 under way
        |   + vpc.main  creating  0.4 s of usually 1.0 s
        | 0.4 s: 0 steps over, 1 under way
        |   + vpc.main           creating  0.6 s of usually 1.0 s
        |   + nat-gateway.nat-1  creating  0.1 s of usually 107 s
        | 0.6 s: 0 steps over, 2 under way
        |   + vpc.main           creating  1.6 s, usually 1.0 s
        |   + nat-gateway.nat-1  creating  1.1 s of usually 107 s
        | 1.6 s: 0 steps over, 2 under way
          + vpc.main           created in 2.1 s (vpc-0a1b)
            vpc.main           note: 東京にあります
        |   + nat-gateway.nat-1  creating  1.6 s of usually 107 s
        | 2.1 s: 1 step over, 1 under way
        |   + nat-gateway.nat-1  creating  48 s of usually 107 s   AWS says `pending`
        | 48 s: 1 step over, 1 under way
        |   + nat-gateway.nat-1     creating  2 min 0 s, usually 107 s  AWS says `pending`
        |   + log-group.backend-go  creating  107 s, usually 1.0 s
        | 2 min 0 s: 1 step over, 2 under way
          + nat-gateway.nat-1     failed
        error: could not create `nat-gateway.nat-1`: AWS gave up
          Elastic IP address is already associated

        hint: release it by hand
        |   + log-group.backend-go  creating  117 s, usually 1.0 s
        | 2 min 10 s: 2 steps over, 1 under way
          + route-table.private-1  not created: `nat-gateway.nat-1` is not there
        |   + log-group.backend-go  creating  117 s, usually 1.0 s
        | 2 min 10 s: 3 steps over, 1 under way
          interrupted: what is under way is finished
        |   + log-group.backend-go  creating  119 s, usually 1.0 s
        | 2 min 12 s: 3 steps over, 1 under way; interrupted: what is under way is finished
        "#);
    }
}
