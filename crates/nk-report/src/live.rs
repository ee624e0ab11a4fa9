//! What is in progress, for a terminal: one line for each running step, and one for the whole.

use std::time::Duration;

use nk_model::{Action, Address, Event, StepId};

use crate::{
    log::{Log, doing},
    outlook::{Outlook, Prospect, Tempo},
    styles::{Styles, paint, sigil},
    text::{count, pad, spell, tame},
};

/// The state of a run according to its events.
#[derive(Debug)]
pub(crate) struct Live {
    outlook: Outlook,
    running: Vec<Running>,
    over: usize,
    stopping: Option<String>,
    styles: Styles,
}

#[derive(Debug)]
struct Running {
    id: StepId,
    address: Address,
    action: Action,
    since: Duration,
    usual: Duration,
    waits: String,
}

/// More running steps than this are only counted.
const SHOWN: usize = 16;

impl Live {
    pub(crate) fn new(outlook: Outlook, styles: Styles) -> Self {
        Self { outlook, running: Vec::new(), over: 0, stopping: None, styles }
    }

    /// Takes an event and returns what stays on the screen, above the changing lines.
    pub(crate) fn heed(&mut self, event: &Event) -> String {
        match event {
            Event::Started { at, step, address, action, usual } => {
                self.outlook.begun(*step, *at);
                let (address, waits) = (address.clone(), String::new());
                let (id, action, since, usual) = (*step, *action, *at, *usual);
                self.running.push(Running { id, address, action, since, usual, waits });
                return String::new();
            }
            Event::Waiting { step, reason, .. } => {
                if let Some(running) = self.running.iter_mut().find(|one| one.id == *step) {
                    running.waits = tame(reason);
                }
                return String::new();
            }
            Event::Known { .. } | Event::Ended { .. } => return String::new(),
            Event::Finished { at, step, .. } | Event::Skipped { at, step, .. } => {
                self.end(*step, *at);
            }
            Event::Failed { at, failure } => self.end(failure.step, *at),
            Event::Stopping { reason, .. } => self.stopping = Some(tame(reason)),
        }
        Log::new(self.styles, self.outlook.column, false).text(event)
    }

    fn end(&mut self, id: StepId, at: Duration) {
        self.over += 1;
        self.outlook.over(id, at);
        self.running.retain(|running| running.id != id);
    }

    /// What changes, as of so long after the beginning.
    pub(crate) fn lines(&self, now: Duration) -> Vec<String> {
        let mut lines: Vec<_> =
            self.running.iter().take(SHOWN).map(|step| self.step(step, now)).collect();
        if self.running.len() > SHOWN {
            lines.push(format!("    and {} more", self.running.len() - SHOWN));
        }
        lines.push(self.total(now));
        lines
    }

    fn step(&self, step: &Running, now: Duration) -> String {
        let Running { id: _, address, action, since, usual, waits } = step;
        let sign = paint(self.styles.action(*action), sigil(*action));
        let address = paint(self.styles.address, pad(address.as_str(), self.outlook.column));
        let passed = now.saturating_sub(*since);
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

    /// The progress of the run by time, what decides when it ends, and how many steps have ended.
    fn total(&self, now: Duration) -> String {
        let Self { outlook, running, over, stopping, styles } = self;
        let Prospect { end, decides, tempo } = outlook.prospect(now);
        let about = if tempo == Tempo::Slowest { "at least" } else { "about" };
        let decides = decides.map(|address| {
            let slow = match tempo {
                Tempo::Usual => "",
                Tempo::Slow => ", slower than usual",
                Tempo::Slowest => ", slower than in nine of ten runs",
            };
            format!("; waiting for {address}{slow}")
        });
        let line = format!(
            "{} of {about} {} ({} %): {over} of {} finished, {} in progress{}",
            spell(now),
            spell(end),
            part(now, end),
            count(outlook.steps(), "step"),
            running.len(),
            decides.unwrap_or_default(),
        );
        let stopping = stopping.as_ref().map(|why| format!("; {why}")).unwrap_or_default();
        paint(styles.heading, line + &stopping)
    }
}

/// The part of the time that has passed, in whole per cent; never all of it before the end.
#[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "between 0 and 99")]
fn part(now: Duration, end: Duration) -> u8 {
    if end.is_zero() { 0 } else { (now.div_duration_f64(end) * 100.0).clamp(0.0, 99.0) as u8 }
}

#[cfg(test)]
mod tests {
    use nk_model::{Failure, Plan};

    use super::*;
    use crate::outlook::tests::{plan, plan_of, seconds, step};

    const STEPS: [&str; 4] =
        ["vpc.main", "nat-gateway.nat-1", "log-group.backend-go", "route-table.private-1"];

    fn address(step: StepId) -> Address {
        STEPS[step].parse().unwrap()
    }

    fn live(plan: &Plan) -> Live {
        Live::new(Outlook::of(plan), Styles::default())
    }

    fn started(at: f64, step: StepId, usual: f64) -> Event {
        let (at, usual) = (seconds(at), seconds(usual));
        Event::Started { at, step, address: address(step), action: Action::Create, usual }
    }

    fn events() -> Vec<Event> {
        vec![
            started(0.0, 0, 1.0),
            Event::Known { at: seconds(0.4), step: 0, address: address(0), id: "vpc-0a1b".into() },
            started(0.5, 1, 107.0),
            Event::Known { at: seconds(1.5), step: 1, address: address(1), id: "nat-0c3d".into() },
            Event::Finished {
                at: seconds(2.1),
                step: 0,
                address: address(0),
                action: Action::Create,
                id: "vpc-0a1b".into(),
                took: seconds(2.1),
                notes: vec!["東京にあります".into()],
            },
            Event::Waiting {
                at: seconds(12.3),
                step: 1,
                address: address(1),
                reason: "AWS says `pending`".into(),
            },
            started(13.0, 2, 1.0),
            Event::Failed {
                at: seconds(130.0),
                failure: Failure {
                    step: 1,
                    address: address(1),
                    action: Action::Create,
                    error: "could not create `nat-gateway.nat-1`: AWS gave up".into(),
                    cause: Some("Elastic IP address is already associated".into()),
                    cloud: None,
                    hint: Some("release it by hand".into()),
                },
            },
            Event::Skipped {
                at: seconds(130.0),
                step: 3,
                address: address(3),
                action: Action::Create,
                because: "`nat-gateway.nat-1` is not there".into(),
            },
            Event::Stopping {
                at: seconds(131.5),
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
        let mut live = live(&plan());
        let (address, action) = ("nat-gateway.nat-1".parse().unwrap(), Action::Create);
        live.heed(&Event::Started {
            at: seconds(1.0),
            step: 0,
            address,
            action,
            usual: seconds(100.0),
        });
        let mut total = |now| live.lines(seconds(now)).pop().unwrap();
        let lines = [31.0, 111.0, 140.0].map(&mut total).join("\n");
        insta::assert_snapshot!(lines, @r#"
        31 s of about 2 min 31 s (20 %): 0 of 2 steps over, 1 under way; the end waits for nat-gateway.nat-1
        111 s of about 2 min 51 s (64 %): 0 of 2 steps over, 1 under way; the end waits for nat-gateway.nat-1, slower than usual
        2 min 20 s of at least 3 min 10 s (73 %): 0 of 2 steps over, 1 under way; the end waits for nat-gateway.nat-1, slower than nine times in ten
        "#);
    }

    #[test]
    fn a_terminal_shows_what_is_under_way() {
        let step =
            |(address, median): (&str, f64)| step(address, Action::Create, median, Vec::new());
        let steps = STEPS.into_iter().zip([1.0, 107.0, 1.0, 1.0]).map(step);
        let mut live = live(&plan_of(steps.collect()));
        let mut text = String::new();
        for (event, now) in
            events().iter().zip([0.1, 0.4, 0.6, 1.6, 2.1, 48.0, 120.0, 130.0, 130.0, 131.5])
        {
            text.push_str(&live.heed(event));
            for line in live.lines(seconds(now)) {
                crate::text::line(&mut text, format_args!("| {line}"));
            }
        }
        insta::assert_snapshot!(text, @r#"
        |   + vpc.main               creating  0.1 s of usually 1.0 s
        | 0.1 s of about 107 s (0 %): 0 of 4 steps over, 1 under way
        |   + vpc.main               creating  0.4 s of usually 1.0 s
        | 0.4 s of about 107 s (0 %): 0 of 4 steps over, 1 under way
        |   + vpc.main               creating  0.6 s of usually 1.0 s
        |   + nat-gateway.nat-1      creating  0.1 s of usually 107 s
        | 0.6 s of about 108 s (0 %): 0 of 4 steps over, 2 under way; the end waits for nat-gateway.nat-1
        |   + vpc.main               creating  1.6 s, usually 1.0 s
        |   + nat-gateway.nat-1      creating  1.1 s of usually 107 s
        | 1.6 s of about 108 s (1 %): 0 of 4 steps over, 2 under way; the end waits for nat-gateway.nat-1
          + vpc.main               created in 2.1 s (vpc-0a1b)
            vpc.main               note: 東京にあります
        |   + nat-gateway.nat-1      creating  1.6 s of usually 107 s
        | 2.1 s of about 108 s (1 %): 1 of 4 steps over, 1 under way; the end waits for nat-gateway.nat-1
        |   + nat-gateway.nat-1      creating  48 s of usually 107 s   AWS says `pending`
        | 48 s of about 108 s (44 %): 1 of 4 steps over, 1 under way; the end waits for nat-gateway.nat-1
        |   + nat-gateway.nat-1      creating  2 min 0 s, usually 107 s  AWS says `pending`
        |   + log-group.backend-go   creating  107 s, usually 1.0 s
        | 2 min 0 s of about 2 min 9 s (93 %): 1 of 4 steps over, 2 under way; the end waits for nat-gateway.nat-1, slower than usual
          + nat-gateway.nat-1      failed
        error: could not create `nat-gateway.nat-1`: AWS gave up
          Elastic IP address is already associated

        hint: release it by hand
        |   + log-group.backend-go   creating  117 s, usually 1.0 s
        | 2 min 10 s of about 2 min 11 s (99 %): 2 of 4 steps over, 1 under way
          + route-table.private-1  not created: `nat-gateway.nat-1` is not there
        |   + log-group.backend-go   creating  117 s, usually 1.0 s
        | 2 min 10 s of about 2 min 10 s (99 %): 3 of 4 steps over, 1 under way
          interrupted: what is under way is finished
        |   + log-group.backend-go   creating  119 s, usually 1.0 s
        | 2 min 12 s of at least 2 min 12 s (99 %): 3 of 4 steps over, 1 under way; the end waits for log-group.backend-go, slower than nine times in ten; interrupted: what is under way is finished
        "#);
    }

    #[test]
    fn of_two_steps_at_one_address_each_ends_for_itself() {
        let twin = || step("elastic-ip.nat-1", Action::Destroy, 10.0, Vec::new());
        let mut live = live(&plan_of(vec![twin(), twin()]));
        let address = || -> Address { "elastic-ip.nat-1".parse().unwrap() };
        let action = Action::Destroy;
        for step in [0, 1] {
            let (at, address) = (seconds(1.0), address());
            live.heed(&Event::Started { at, step, address, action, usual: seconds(10.0) });
        }
        let reason = "AWS says `in use`".into();
        live.heed(&Event::Waiting { at: seconds(2.0), step: 1, address: address(), reason });
        let before = live.lines(seconds(4.0)).join("\n");
        let (took, notes, id) = (seconds(4.0), Vec::new(), "eipalloc-0a".into());
        let finished = Event::Finished {
            at: seconds(5.0),
            step: 0,
            address: address(),
            action,
            id,
            took,
            notes,
        };
        live.heed(&finished);
        let after = live.lines(seconds(6.0)).join("\n");
        insta::assert_snapshot!(format!("{before}\n\n{after}"), @r#"
          - elastic-ip.nat-1  removing  3.0 s of usually 10 s
          - elastic-ip.nat-1  removing  3.0 s of usually 10 s   AWS says `in use`
        4.0 s of about 11 s (36 %): 0 of 2 steps over, 2 under way; the end waits for elastic-ip.nat-1

          - elastic-ip.nat-1  removing  5.0 s of usually 10 s   AWS says `in use`
        6.0 s of about 11 s (54 %): 1 of 2 steps over, 1 under way; the end waits for elastic-ip.nat-1
        "#);
    }
}
