//! The destination of everything that is printed: data on standard output, the rest on standard
//! error.

use std::{io::Write, time::Duration};

use nk_model::{Desired, Json, Plan, Summary};
use nk_report::{
    Circumstances, Console, PlanCost, PlanText, Styles, plan_json, plan_text, show_text,
    summary_text,
};

use crate::{arguments::Global, session::Place};

/// The printer of one command. It does not fail if its reader has gone.
pub(crate) struct Output {
    json: bool,
    /// The styles for errors and progress.
    flags: String,
}

impl Output {
    pub(crate) fn new(global: &Global) -> Self {
        Self { json: global.json, flags: global.flags() }
    }

    /// Data, on standard output.
    #[expect(clippy::unused_self, reason = "all that is printed goes through the printer")]
    pub(crate) fn data(&self, text: &str) {
        let _ = writeln!(anstream::stdout(), "{text}");
    }

    /// A sentence for a person, on standard error.
    pub(crate) fn line(&self, text: &str) {
        if !self.json {
            let _ = writeln!(anstream::stderr(), "{text}");
        }
    }

    /// The result of a command: a sentence for a person, or the document.
    pub(crate) fn done(&self, text: &str, document: &Json) {
        if self.json {
            self.data(&format!("{document:#}"));
        } else {
            self.line(text);
        }
    }

    /// A plan, after the stack that it is for.
    pub(crate) fn plan(
        &self,
        place: &Place,
        plan: &Plan,
        cost: PlanCost,
        calls: usize,
        took: Duration,
    ) {
        if self.json {
            let Place { region, account, caller, .. } = place.clone();
            let circumstances = Circumstances { region, account, caller, cost, calls, took };
            self.data(plan_json(plan, &circumstances).trim_end());
            return;
        }
        let options = PlanText {
            styles: Styles::of(&std::io::stdout()),
            cost: Some((&place.region, &cost)),
            flags: &self.flags,
            calls: Some(calls),
            took: Some(took),
        };
        let text = plan_text(plan, &options);
        let _ = write!(anstream::stdout(), "{place}\n\n{text}");
    }

    /// The resources of a stack file.
    pub(crate) fn desired(&self, desired: &Desired) {
        if self.json {
            self.data(&serde_json::to_string(desired).unwrap_or_default());
            return;
        }
        let text = show_text(desired, &Styles::of(&std::io::stdout()), &self.flags);
        let _ = write!(anstream::stdout(), "{text}");
    }

    /// The reporter of a run.
    pub(crate) fn console(&self, plan: &Plan, logging: bool) -> Console {
        match (self.json, logging) {
            (true, _) => Console::json(),
            (false, true) => Console::log(plan),
            (false, false) => Console::for_people(plan),
        }
    }

    /// The result of a run, with the number of calls in all and before it.
    pub(crate) fn summary(&self, summary: &Summary, calls: usize, before: usize) {
        if !self.json {
            let styles = Styles::of(&std::io::stderr());
            let text = summary_text(summary, calls, before, &styles, &self.flags);
            let _ = write!(anstream::stderr(), "\n{text}");
        }
    }
}
