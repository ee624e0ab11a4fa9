//! A command of nk that fails on purpose, and the same command again.

use std::{
    collections::{BTreeMap, BTreeSet},
    process::Stdio,
    sync::{Arc, Mutex},
    time::Duration,
};

use serde_json::Value as Json;
use tokio::{
    io::{AsyncBufReadExt, AsyncWriteExt, BufReader, Lines},
    process::{Child, ChildStdin, ChildStdout},
    time::timeout,
};

use crate::{
    proxy::{Death, Later, Recorded, Rule, Side, Target, Together, Transparent},
    rig::{Rig, Said},
    topology::{edited, rich},
};

/// What a run in a test does.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Scene {
    /// Creates everything in an account that contains only the credentials of the identity
    /// providers.
    Apply,
    /// Reverts and changes something in every kind that can be changed.
    Update,
    /// Replaces a subnet and what depends on it, and restores a secret.
    Replace,
    /// Deletes everything, including images.
    Destroy,
}

/// The environment of the scenes: with HTTPS, protection and snapshots.
pub const ENVIRONMENT: &str = "prod";
/// What `listing.py` does to the account, apart from listing it.
const CREDENTIALS: &str = "credentials neuraKnot-prod\n";
const DRIFT: &str = "drift neuraKnot-prod 0 1 2\n";
const RETIRE: &str = "retire neuraKnot-prod\n";
const PUSH: &str = "push neuraknot-prod-backend-go\n";
const APPLY: [&str; 4] = ["apply", "--env", ENVIRONMENT, "--yes"];
const DESTROY: [&str; 5] = ["destroy", "--env", ENVIRONMENT, "--yes", "--unprotect"];
/// How long a run may take. A run that waits for something that does not come is stopped and fails
/// its test.
const PATIENCE: Duration = Duration::from_mins(4);

impl Scene {
    /// All scenes.
    pub const ALL: [Self; 4] = [Self::Apply, Self::Update, Self::Replace, Self::Destroy];

    fn command(self) -> &'static [&'static str] {
        if self == Self::Destroy { &DESTROY } else { &APPLY }
    }

    /// The stack file with the changes of this scene.
    ///
    /// # Panics
    ///
    /// If the stack file has no place for a change.
    pub fn stack(self) -> String {
        let changes: &[(&str, &str)] = match self {
            Self::Apply | Self::Destroy => &[],
            Self::Update => &[
                ("db.t3.micro", "db.t3.small"),
                ("db.t3.medium", "db.t3.large"),
                ("keep = \"7d\", window", "keep = \"8d\", window"),
                ("work_mem", "max_connections"),
                ("length = 8", "length = 12"),
                ("access = \"1h\"", "access = \"2h\""),
                ("cpu = 512\nmemory = 1024", "cpu = 1024\nmemory = 2048"),
                ("health = \"/health\"", "health = \"/healthy\""),
                ("keep = \"30d\"", "keep = \"60d\""),
                ("logs.keep = \"90d\"", "logs.keep = \"forever\""),
            ],
            Self::Replace => &[("10.0.20.0/24", "10.0.21.0/24")],
        };
        edited(rich(), changes)
    }

    /// What happens behind nk's back before the scene, as a command of `listing.py`.
    fn meddling(self) -> &'static [&'static str] {
        match self {
            Self::Apply => &[],
            Self::Update => &[DRIFT],
            Self::Replace => &[RETIRE],
            Self::Destroy => &[PUSH],
        }
    }
}

/// A rig whose account is listed again and again.
pub struct Ordeal {
    /// The emulator, the proxy and nk.
    pub rig: Rig,
    /// What its runs do.
    pub scene: Scene,
    listing: tokio::sync::Mutex<Listing>,
    undisturbed: Mutex<Option<Undisturbed>>,
}

struct Listing {
    _process: Child,
    ask: ChildStdin,
    answers: Lines<BufReader<ChildStdout>>,
}

/// A run in which nothing goes wrong.
#[derive(Debug, Clone)]
pub struct Undisturbed {
    /// The account before.
    pub empty: Json,
    /// The account afterwards.
    pub end: Json,
    /// All calls.
    pub calls: usize,
    /// The calls that change something, including those for the lock.
    pub changes: Vec<Target>,
    /// The names of the calls that led to the beginning of the scene.
    before: BTreeSet<String>,
}

impl Undisturbed {
    /// One call of each name that the scene is the first to make: the last one, when most was done.
    pub fn sample(&self) -> Vec<Target> {
        let last: BTreeMap<_, _> = self.changes.iter().map(|one| (&one.name, one.nth)).collect();
        let new = last.into_iter().filter(|(name, _)| !self.before.contains(*name));
        new.map(|(name, nth)| Target { name: name.clone(), nth }).collect()
    }
}

/// The calls of a run in which not every call got through.
#[derive(Debug, Clone, Copy)]
pub struct Toll {
    /// All that were sent.
    pub sent: usize,
    /// Those that AWS received: neither throttled nor failed before.
    pub reached: usize,
}

impl Ordeal {
    /// Starts a rig for this scene.
    ///
    /// # Panics
    ///
    /// If there is no emulator.
    pub async fn start(nk: &str, scene: Scene) -> Self {
        let rig = Rig::start(nk, "moto").await;
        let mut process = rig
            .script("listing.py")
            .args([&rig.emulator, "ap-northeast-1"])
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .spawn()
            .expect("Python runs");
        let ask = process.stdin.take().expect("it was asked for");
        let out = process.stdout.take().expect("it was asked for");
        let answers = BufReader::new(out).lines();
        let listing = tokio::sync::Mutex::new(Listing { _process: process, ask, answers });
        Self { rig, scene, listing, undisturbed: Mutex::default() }
    }

    /// Continues with another scene.
    pub fn turn_to(&mut self, scene: Scene) {
        self.scene = scene;
        self.undisturbed = Mutex::default();
    }

    /// The account, without what differs between runs.
    ///
    /// # Panics
    ///
    /// If it cannot be listed.
    pub async fn account(&self) -> Json {
        self.list("list\n").await
    }

    async fn list(&self, word: &str) -> Json {
        let mut listing = self.listing.lock().await;
        listing.ask.write_all(word.as_bytes()).await.expect("the listing listens");
        let line = listing.answers.next_line().await.expect("the listing can be read");
        serde_json::from_str(&line.expect("the listing answers")).expect("the listing is JSON")
    }

    /// Brings the account to the beginning of the scene; returns the calls for that.
    pub async fn prepare(&self) -> Vec<Recorded> {
        self.rig.proxy.set_rule(Arc::new(Transparent));
        self.rig.reset().await;
        self.rig.write("stacks/neuraknot.toml", &rich());
        self.list(CREDENTIALS).await;
        if self.scene != Scene::Apply {
            let _ = self.rig.nk(&APPLY).await.with_code(0);
        }
        for meddling in self.scene.meddling() {
            self.list(meddling).await;
        }
        self.rig.write("stacks/neuraknot.toml", &self.scene.stack());
        self.rig.proxy.take()
    }

    /// Runs the command of the scene; returns its calls.
    pub async fn carry_out(&self) -> Vec<Recorded> {
        self.rig.proxy.take();
        let _ = self.rig.nk(self.scene.command()).await.with_code(0);
        self.rig.proxy.take()
    }

    /// A run of the scene's command in which nothing goes wrong, made once.
    ///
    /// # Panics
    ///
    /// If it goes wrong nevertheless.
    pub async fn undisturbed(&self) -> Undisturbed {
        let known = self.undisturbed.lock().expect("nothing panics while it is held").clone();
        if let Some(known) = known {
            return known;
        }
        self.rig.reset().await;
        let empty = self.account().await;
        let before = changes(&self.prepare().await).into_iter().map(|call| call.name).collect();
        let calls = self.carry_out().await;
        let found = Undisturbed {
            empty,
            end: self.account().await,
            calls: calls.len(),
            changes: changes(&calls),
            before,
        };
        assert!(found.changes.len() > 2, "{:?} changes nothing", self.scene);
        *self.undisturbed.lock().expect("nothing panics while it is held") = Some(found.clone());
        found
    }

    /// Kills the command at a call, runs it again, and returns what is wrong afterwards.
    pub async fn kill(&self, target: &Target, side: Side) -> Result<(), String> {
        let _ = self.prepare().await;
        let death = Arc::new(Death::at(target.clone(), side));
        if self.dies(&death).await.is_some() {
            return Err("the run ended before it was killed".to_owned());
        }
        let said = self.run(self.scene.command()).await?;
        self.check(&said).await
    }

    /// Kills the command at its first call of an operation, again at the first of another, and so
    /// on until it gets through; returns what is wrong afterwards, or else at what it was killed.
    pub async fn kill_at_each(&self, side: Side) -> Result<BTreeSet<String>, String> {
        let _ = self.prepare().await;
        let mut struck = BTreeSet::new();
        loop {
            let death = Arc::new(Death::at_another(struck.clone(), side));
            if let Some(said) = self.dies(&death).await {
                return self.check(&said).await.map(|()| struck);
            }
            struck.extend(death.name());
        }
    }

    /// Runs the command until this is its end; returns its output if it ends by itself.
    async fn dies(&self, death: &Arc<Death>) -> Option<Said> {
        let rules: [Arc<dyn Rule>; 2] = [Arc::clone(death) as _, Arc::new(Later)];
        self.rig.proxy.set_rule(Arc::new(Together(rules.into())));
        let mut command = self.rig.command(self.scene.command());
        let child = command.stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().expect("nk");
        // When it is dropped, it is killed.
        let ended = tokio::select! {
            () = death.struck.notified() => None,
            ended = child.wait_with_output() => Some(Said::from(ended.expect("nk runs"))),
        };
        self.rig.proxy.quiet().await;
        self.rig.proxy.set_rule(Arc::new(Later));
        ended
    }

    /// Runs the command with a rule, and returns what is wrong afterwards, or else its calls.
    pub async fn endure(&self, rule: Arc<dyn Rule>) -> Result<Toll, String> {
        let _ = self.prepare().await;
        self.rig.proxy.set_rule(rule);
        let said = self.run(self.scene.command()).await?;
        self.rig.proxy.set_rule(Arc::new(Transparent));
        let calls = self.rig.proxy.take();
        let toll =
            Toll { sent: calls.len(), reached: calls.iter().filter(|call| call.reached).count() };
        self.check(&said).await.map(|()| toll)
    }

    /// Runs nk, but not forever.
    async fn run(&self, arguments: &[&str]) -> Result<Said, String> {
        let said = timeout(PATIENCE, self.rig.nk(arguments)).await;
        said.map_err(|_| "the run does not end".to_owned())
    }

    /// Whether everything is as if nothing had happened, and is deleted completely.
    async fn check(&self, said: &Said) -> Result<(), String> {
        let undisturbed = self.undisturbed.lock().expect("nothing panics while it is held").clone();
        let undisturbed = undisturbed.expect("the undisturbed run comes first");
        if said.code != Some(0) {
            return Err(format!("exit {:?}\n{}\n{}", said.code, said.out, said.err));
        }
        same("the account", &undisturbed.end, &self.account().await)?;
        if self.scene == Scene::Destroy {
            return Ok(());
        }
        let plan = self.run(&["plan", "--env", ENVIRONMENT, "--detailed-exitcode"]).await?;
        if plan.code != Some(0) {
            return Err(format!("something is left to do:\n{}\n{}", plan.out, plan.err));
        }
        let gone = self.run(&DESTROY).await?;
        if gone.code != Some(0) {
            return Err(format!("destroy: exit {:?}\n{}\n{}", gone.code, gone.out, gone.err));
        }
        same("the account after destroy", &undisturbed.empty, &self.account().await)
    }
}

/// The changing calls of a run, the n-th of each name.
fn changes(calls: &[Recorded]) -> Vec<Target> {
    let mut counts = BTreeMap::<String, usize>::new();
    let changes = calls.iter().filter(|call| call.changes).map(|call| {
        let count = counts.entry(call.name()).or_default();
        *count += 1;
        Target { name: call.name(), nth: *count - 1 }
    });
    changes.collect()
}

/// Nothing if two lists are the same, otherwise the items that only one of them has.
fn same(what: &str, expected: &Json, found: &Json) -> Result<(), String> {
    let items = |listing: &Json| -> Vec<String> {
        let lists = listing.as_object().expect("a list a kind");
        let all = lists.iter().flat_map(|(kind, items)| {
            items.as_array().expect("a list").iter().map(move |item| format!("{kind} {item}"))
        });
        all.collect()
    };
    let (mut missing, mut extra) = (items(expected), Vec::new());
    for item in items(found) {
        match missing.iter().position(|one| *one == item) {
            Some(at) => drop(missing.remove(at)),
            None => extra.push(item),
        }
    }
    if missing.is_empty() && extra.is_empty() {
        return Ok(());
    }
    Err(format!("{what} differs\n  missing: {missing:#?}\n  too much: {extra:#?}"))
}
