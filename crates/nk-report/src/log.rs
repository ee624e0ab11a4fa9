//! One plain line for each event.

use std::{collections::BTreeSet, time::Duration};

use nk_model::{Action, Address, Event, Operation, StepId};

use crate::{
    complaint::failure_text,
    styles::{Styles, paint, sigil},
    text::{pad, spell, tame},
};

/// How events become lines.
#[derive(Debug)]
pub(crate) struct Log {
    styles: Styles,
    /// The number of columns for an address.
    column: usize,
    /// Whether each line begins with the time.
    timed: bool,
    /// The slow steps in progress.
    slow: BTreeSet<StepId>,
}

/// Steps that usually take less are shown without their usual time.
const QUICK: Duration = Duration::from_millis(2500);

impl Log {
    /// A log; each line begins with the time if it is `timed`.
    pub(crate) fn new(styles: Styles, column: usize, timed: bool) -> Self {
        Self { styles, column, timed, slow: BTreeSet::new() }
    }

    /// The lines of an event, each with its line feed; empty for the end, which the summary
    /// reports.
    pub(crate) fn text(&mut self, event: &Event) -> String {
        let faint = self.styles.faint;
        match event {
            Event::Started { at, step, address, action, usual } => {
                let usual = if *usual > QUICK {
                    self.slow.insert(*step);
                    format!(", usually {}", spell(*usual))
                } else {
                    String::new()
                };
                self.line(*at, address, Some(*action), &format!("{}{usual}", doing(*action)))
            }
            Event::Waiting { at, address, reason, .. } => {
                self.line(*at, address, None, &paint(faint, tame(reason)))
            }
            // For a step that ends at once, the line that says so also shows the id.
            Event::Known { step, .. } if !self.slow.contains(step) => String::new(),
            Event::Known { at, address, id, .. } => self.line(
                *at,
                address,
                None,
                &paint(faint, format_args!("id: {}", tame(short(id)))),
            ),
            Event::Finished { at, address, action, id, took, notes, .. } => {
                let id =
                    if id.is_empty() { String::new() } else { format!(" ({})", tame(short(id))) };
                let told = format!("{} in {}{id}", done(*action), spell(*took));
                let mut text = self.line(*at, address, Some(*action), &told);
                for note in notes {
                    let note = format!("{} {}", paint(self.styles.heading, "note:"), tame(note));
                    text.push_str(&self.line(*at, address, None, &note));
                }
                text
            }
            Event::Failed { at, failure } => {
                let told = paint(self.styles.error, "failed");
                let head = self.line(*at, &failure.address, Some(failure.action), &told);
                head + &failure_text(failure, &self.styles)
            }
            Event::Skipped { at, address, action, because, .. } => {
                let told = format!("not {}: {}", done(*action), tame(because));
                self.line(*at, address, Some(*action), &told)
            }
            Event::Stopping { at, reason } => {
                format!("{}{}\n", self.time(*at), paint(self.styles.error, tame(reason)))
            }
            Event::Ended { .. } => String::new(),
        }
    }

    fn line(&self, at: Duration, address: &Address, action: Option<Action>, told: &str) -> String {
        let sign = action.map_or_else(
            || " ".to_owned(),
            |action| paint(self.styles.action(action), sigil(action)),
        );
        let address = paint(self.styles.address, pad(address.as_str(), self.column));
        format!("{}{sign} {address}  {told}\n", self.time(at))
    }

    fn time(&self, at: Duration) -> String {
        if self.timed {
            paint(self.styles.faint, format_args!("{:>7.1} s", at.as_secs_f64())) + "  "
        } else {
            "  ".to_owned()
        }
    }
}

/// Such as `creating`.
pub(crate) fn doing(action: Action) -> &'static str {
    match action.operation() {
        Operation::Create => "creating",
        Operation::Update => "changing",
        Operation::Destroy => "deleting",
    }
}

/// Such as `created`.
fn done(action: Action) -> &'static str {
    match action.operation() {
        Operation::Create => "created",
        Operation::Update => "changed",
        Operation::Destroy => "deleted",
    }
}

/// An id; of an ARN only the part after the account, because the rest is the same for the whole
/// stack.
fn short(id: &str) -> &str {
    match id.splitn(6, ':').collect::<Vec<_>>()[..] {
        ["arn", _, _, _, _, resource] => resource,
        _ => id,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn of_an_arn_only_the_resource_is_told() {
        let event = Event::Finished {
            at: Duration::from_secs(2),
            step: 0,
            address: "load-balancer.main".parse().unwrap(),
            action: Action::Create,
            id: "arn:aws:elasticloadbalancing:ap-northeast-1:123456789012:loadbalancer/app/shop-dev-alb/50dc"
                .into(),
            took: Duration::from_secs(2),
            notes: Vec::new(),
        };
        assert_eq!(
            Log::new(Styles::default(), 0, false).text(&event),
            "  + load-balancer.main  created in 2.0 s (loadbalancer/app/shop-dev-alb/50dc)\n"
        );
        for (id, told) in [
            (
                "arn:aws:ecs:ap-northeast-1:123456789012:task-definition/web:3",
                "task-definition/web:3",
            ),
            ("vpc-0a1b", "vpc-0a1b"),
            ("web:a:b:c:d:e", "web:a:b:c:d:e"),
        ] {
            assert_eq!(short(id), told);
        }
    }
}
