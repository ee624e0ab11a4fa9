//! Planning and applying on the simulated cloud.

use std::sync::Arc;

use nk_engine::{NoGate, Run, Stop, execute, observe};
use nk_model::{Desired, Event, Json, LiveValue, Observed, Outcome, Plan, Summary};
use nk_plan::{Permission, PlanError};
use nk_sim::Sim;
use tokio::sync::{mpsc, watch};

/// A simulated cloud and what was seen of it.
pub struct Trial {
    /// The cloud.
    pub sim: Arc<Sim>,
    /// How many times faster than AWS nk assumes it to be.
    pub speed: f64,
}

impl Default for Trial {
    fn default() -> Self {
        Self { sim: Arc::new(Sim::default()), speed: 1.0 }
    }
}

impl Trial {
    /// Reads everything.
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

    /// A simulated cloud in which everything desired exists.
    ///
    /// # Panics
    ///
    /// If it cannot be created.
    pub async fn settled(desired: &Desired) -> Self {
        let trial = Self::default();
        let (summary, events) = trial.apply(desired).await;
        assert_eq!(summary.outcome, Outcome::Done, "{events:#?}");
        trial
    }

    /// Plans the deletion of everything of the stack.
    ///
    /// # Panics
    ///
    /// If there is no plan.
    pub async fn removal(&self, desired: &Desired) -> Plan {
        let observed = self.observe(desired).await;
        let everything = Permission::everything();
        let nothing = desired.gone(nk_kinds::kind);
        let plan = nk_plan::plan(&nothing, &observed, nk_kinds::kind, &everything);
        plan.expect("there is a plan")
    }

    /// Deletes everything of the stack.
    pub async fn destroy(&self, desired: &Desired) -> (Summary, Vec<Event>) {
        let plan = self.removal(desired).await;
        self.run(plan).await
    }

    /// Runs a plan.
    pub async fn run(&self, plan: Plan) -> (Summary, Vec<Event>) {
        let (events, mut told) = mpsc::unbounded_channel();
        let (_go, stop) = watch::channel(Stop::Go);
        let run = Run {
            registry: nk_kinds::kind,
            parallelism: nk_plan::PLACES,
            every: nk_model::Looks::AWS,
            events,
            stop,
            gate: Arc::new(NoGate),
            unseen: Arc::default(),
            speed: self.speed,
            advice: |_| None,
        };
        let summary = execute(Arc::clone(&self.sim), plan, run).await;
        let mut all = Vec::new();
        while let Ok(event) = told.try_recv() {
            all.push(event);
        }
        (summary, all)
    }

    /// What exists, without the ids that differ between runs.
    pub fn shape(&self) -> Vec<String> {
        let all = self.sim.everything();
        let name = |live: &LiveValue| (format!("{}/", live.id), format!("{}/", live.address));
        let names: Vec<_> = all.iter().map(name).collect();
        let mut shape: Vec<_> = all
            .iter()
            .map(|live| format!("{} {:?} {}", live.address, live.phase, named(&live.spec, &names)))
            .collect();
        shape.sort();
        shape
    }
}

/// What only one of two shapes has: short enough to be read when a test fails.
pub fn apart(one: &[String], other: &[String]) -> Vec<String> {
    let only = |these: &[String], those: &[String], sign: char| -> Vec<String> {
        these
            .iter()
            .filter(|line| !those.contains(line))
            .map(|line| format!("{sign} {line}"))
            .collect()
    };
    [only(one, other, '-'), only(other, one, '+')].concat()
}

/// The value with every id replaced by its address, and sets in the resulting order.
fn named(value: &Json, names: &[(String, String)]) -> Json {
    match value {
        Json::String(text) if text.contains('/') => {
            let replaced = |text: String, (id, address): &(String, String)| {
                if text.contains(id) { text.replace(id, address) } else { text }
            };
            names.iter().fold(text.clone(), replaced).into()
        }
        Json::Array(items) => {
            let mut items: Vec<_> = items.iter().map(|item| named(item, names)).collect();
            items.sort_by_cached_key(Json::to_string);
            items.into()
        }
        Json::Object(fields) => {
            fields.iter().map(|(name, field)| (name.clone(), named(field, names))).collect()
        }
        other => other.clone(),
    }
}
