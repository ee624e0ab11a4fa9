//! Planning and applying against the simulated cloud.

use std::sync::Arc;

use nk_engine::{NoGate, Run, Stop, execute, observe};
use nk_model::{Desired, Event, LiveValue, Observed, Plan, Summary};
use nk_plan::{Permission, PlanError};
use nk_sim::Sim;
use tokio::sync::{mpsc, watch};

/// A simulated cloud and what was seen of it.
pub struct Trial {
    /// The cloud.
    pub sim: Arc<Sim>,
}

impl Default for Trial {
    fn default() -> Self {
        Self { sim: Arc::new(Sim::default()) }
    }
}

impl Trial {
    /// Looks at everything.
    pub async fn observe(&self, desired: &Desired) -> Observed {
        observe(&*self.sim, desired, nk_kinds::KINDS).await.expect("the sim answers")
    }

    /// Plans the way to `desired`.
    pub async fn plan(&self, desired: &Desired) -> Result<Plan, PlanError> {
        let observed = self.observe(desired).await;
        nk_plan::plan(desired, &observed, nk_kinds::kind, &Permission::default())
    }

    /// Plans and runs the way to `desired`; the events as well.
    pub async fn apply(&self, desired: &Desired) -> (Summary, Vec<Event>) {
        let plan = self.plan(desired).await.expect("there is a plan");
        self.run(plan).await
    }

    /// Removes everything of the stack.
    pub async fn destroy(&self, desired: &Desired) -> (Summary, Vec<Event>) {
        let observed = self.observe(desired).await;
        let nothing = Desired::nothing(desired.stack.clone());
        let everything = Permission::everything();
        let plan = nk_plan::plan(&nothing, &observed, nk_kinds::kind, &everything);
        self.run(plan.expect("there is a plan")).await
    }

    /// Runs a plan.
    pub async fn run(&self, plan: Plan) -> (Summary, Vec<Event>) {
        let (events, mut told) = mpsc::unbounded_channel();
        let (_go, stop) = watch::channel(Stop::Go);
        let run = Run {
            registry: nk_kinds::kind,
            parallelism: 16,
            events,
            stop,
            gate: Arc::new(NoGate),
            unseen: Arc::default(),
        };
        let summary = execute(Arc::clone(&self.sim), plan, run).await;
        let mut all = Vec::new();
        while let Ok(event) = told.try_recv() {
            all.push(event);
        }
        (summary, all)
    }

    /// What exists, without the ids that differ from run to run.
    pub fn shape(&self) -> Vec<String> {
        let all = self.sim.everything();
        let name = |text: &str| name_ids(text, &all);
        let mut shape: Vec<_> = all
            .iter()
            .map(|live| {
                format!("{} {:?} {}", live.address, live.phase, name(&live.spec.to_string()))
            })
            .collect();
        shape.sort();
        shape
    }
}

/// The text with every output replaced by the placeholder that names it.
fn name_ids(text: &str, all: &[LiveValue]) -> String {
    let mut text = text.to_owned();
    for live in all {
        text = text.replace(&format!("{}/", live.id), &format!("{}/", live.address));
    }
    text
}
