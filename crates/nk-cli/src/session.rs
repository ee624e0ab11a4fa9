//! From arguments and a stack file to a connected cloud and the desired resources.

use std::{env, fmt, fs, path::PathBuf, sync::Arc};

use nk_engine::{
    Answers, Caller, Connected, Connection, Provider, Questions, lock_calls, observe, observe_going,
};
use nk_kinds::ec2::ElasticIp;
use nk_model::{
    Action, Desired, Kind, KindInfo, Note, Observed, Plan, StackId, Step, Unseen, Usual,
};
use nk_plan::Setting;
use nk_stack::{Source, Stack, Survey};

use crate::{arguments::Global, clock, emulator, errors::Error, history::History};

/// A stack with its cloud.
pub(crate) struct Session<P> {
    pub(crate) stack: Stack,
    pub(crate) cloud: Arc<P>,
    /// What the emulator does not keep; empty on AWS.
    pub(crate) unseen: Unseen,
    /// How many times faster than AWS the emulator is.
    pub(crate) speed: f64,
    /// How long steps took there before.
    pub(crate) history: History,
    survey: Survey,
    /// The domain of the certificate that an emulator still has to issue.
    unissued: Option<String>,
    /// Shown before everything else.
    pub(crate) place: Place,
}

/// The stack, the account and the caller.
#[derive(Debug, Clone)]
pub(crate) struct Place {
    stack: StackId,
    pub(crate) region: String,
    pub(crate) account: String,
    /// An ARN.
    pub(crate) caller: String,
    /// The address of the emulator, if it is one.
    emulator: Option<String>,
}

impl fmt::Display for Place {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { stack, region, account, caller, emulator } = self;
        write!(f, "{stack} in {region}, account {account}, as {caller}")?;
        match emulator {
            Some(endpoint) => write!(f, ", on the emulator at {endpoint}"),
            None => Ok(()),
        }
    }
}

/// Reads the stack file that the arguments name, or the only one.
pub(crate) fn source(global: &Global) -> Result<Source, Error> {
    let path = match &global.stack {
        Some(path) => path.clone(),
        None => only_stack_file()?,
    };
    let name = path.display().to_string();
    let text = fs::read_to_string(&path)
        .map_err(|error| Error::StackFile { path: name.clone(), reason: error.to_string() })?;
    Ok(Source { name, text })
}

fn only_stack_file() -> Result<PathBuf, Error> {
    let mut found: Vec<_> = fs::read_dir("stacks")
        .map(|entries| entries.filter_map(Result::ok).map(|entry| entry.path()).collect())
        .unwrap_or_default();
    found.retain(|path| path.extension().is_some_and(|extension| extension == "toml"));
    found.sort();
    match found.as_slice() {
        [one] => Ok(one.clone()),
        _ => Err(Error::WhichStack(found.iter().map(|path| path.display().to_string()).collect())),
    }
}

/// The question which environment is meant, or the mistakes in the file, whichever environment is
/// meant.
fn which(source: &Source) -> Error {
    let environments = nk_stack::environments(source);
    let read = environments.first().map(|one| nk_stack::read(source, one));
    match read {
        Some(Err(problems)) => Error::Problems(problems),
        _ => Error::WhichEnvironment(environments),
    }
}

/// Reads and checks the stack file for the environment that the arguments name.
pub(crate) fn open(global: &Global) -> Result<Stack, Error> {
    let source = source(global)?;
    let Some(environment) = &global.environment else { return Err(which(&source)) };
    let stack = nk_stack::read(&source, environment)?;
    check_region(&stack)?;
    Ok(stack)
}

/// Refuses a stack of another region than the environment variables name.
pub(crate) fn check_region(stack: &Stack) -> Result<(), Error> {
    match env_region().filter(|region| *region != stack.region) {
        Some(environment) => Err(Error::Region { environment, stack: stack.region.clone() }),
        None => Ok(()),
    }
}

/// The region in the environment variables.
fn env_region() -> Option<String> {
    variable("AWS_REGION").or_else(|| variable("AWS_DEFAULT_REGION"))
}

#[expect(clippy::disallowed_methods, reason = "the command line is where the environment is read")]
fn variable(name: &str) -> Option<String> {
    env::var(name).ok().filter(|value| !value.is_empty())
}

/// Whether an endpoint is on this machine.
fn is_here(endpoint: &str) -> bool {
    let host = endpoint.split("://").nth(1).unwrap_or(endpoint);
    let host = host.split('/').next().unwrap_or_default();
    let host = host.rsplit_once(':').map_or(host, |(host, _)| host);
    matches!(host, "localhost" | "[::1]") || host.starts_with("127.")
}

impl<P: Provider> Session<P> {
    /// Connects, and gets the answers that the meaning of the stack file depends on.
    async fn connect(global: &Global, stack: Stack) -> Result<Self, Error> {
        let unseen = if global.local { emulator::unseen()? } else { Unseen::default() };
        let speed = if global.local { emulator::speed()? } else { 1.0 };
        let connection = connection(global, &stack).await?;
        let questions = questions(&stack, &connection);
        let connected = P::connect(stack.id.clone(), &connection, &questions).await;
        let Connected { cloud, caller, answers } =
            connected.map_err(|error| Error::Connecting { error, region: stack.region.clone() })?;
        // The account of an emulator is invented.
        let meant = stack.account.as_ref().filter(|_| !connection.local);
        if let Some(account) = meant.filter(|account| **account != caller.account) {
            return Err(Error::Account { stack: account.clone(), caller: caller.account });
        }
        let mut answers = answers?;
        let unissued = questions.local_certificate.filter(|_| answers.local_certificate.is_none());
        if unissued.is_some() {
            answers.local_certificate = Some("(issued by the emulator during apply)".to_owned());
        }
        let survey = survey(&caller, answers);
        let place = Place {
            stack: stack.id.clone(),
            region: stack.region.clone(),
            account: caller.account,
            caller: caller.arn,
            emulator: connection.endpoint.clone().filter(|_| connection.local),
        };
        let cache = emulator::settings().ok().map(|settings| settings.cache);
        // An emulator that takes as long as AWS, only faster, is like neither.
        let history = if speed > 1.0 {
            History::open(None, false)
        } else {
            History::open(cache.as_deref(), connection.emulated)
        };
        let cloud = Arc::new(cloud);
        Ok(Self { stack, cloud, unseen, speed, history, survey, unissued, place })
    }

    /// Opens the stack file and connects.
    pub(crate) async fn begin(global: &Global) -> Result<Self, Error> {
        Self::connect(global, open(global)?).await
    }

    /// The same for a command that plans what the stack file asks for, which must be possible.
    pub(crate) async fn begin_plan(global: &Global) -> Result<Self, Error> {
        let session = Self::begin(global).await?;
        session.stack.check_https(&session.survey)?;
        Ok(session)
    }

    /// Makes the emulator issue the certificate that the stack needs. This changes something, so
    /// the lock must be held.
    pub(crate) async fn issue_certificate(&mut self) -> Result<(), Error> {
        if let Some(domain) = self.unissued.take() {
            self.survey.certificate = Some(self.cloud.issue_local_certificate(&domain).await?);
        }
        Ok(())
    }

    /// What the stack file asks for, as far as that is known before its resources are read.
    pub(crate) fn desired(&self) -> Desired {
        self.stack.expand(&self.survey)
    }

    /// Whether it is the emulator for `--local`.
    pub(crate) fn is_local(&self) -> bool {
        self.place.emulator.is_some()
    }

    /// Reads what the stack file asks for and what exists from before it was changed; returns what
    /// is desired now that this is known.
    ///
    /// A stack with only `[auth]` does not read EC2 and the other services, unless the tags say
    /// that it had more before.
    pub(crate) async fn observe(&self) -> Result<(Desired, Observed), Error> {
        let all = !self.stack.is_only_auth() || self.cloud.has_more_than_auth().await;
        let kinds = nk_kinds::KINDS.iter().filter(|kind| all || self.stack.may_want(kind.kind));
        let observed = self.observe_kinds(&kinds.copied().collect::<Vec<_>>()).await?;
        let desired = self.stack.expand(&self.survey.clone().seeing(&observed));
        Ok((desired, observed))
    }

    /// Reads everything of the stack that is to be destroyed.
    pub(crate) async fn observe_all(&self) -> Result<Observed, Error> {
        let sought = self.stack.sought(&self.survey);
        Ok(observe_going(&*self.cloud, &sought, nk_kinds::KINDS).await?)
    }

    async fn observe_kinds(&self, kinds: &[KindInfo]) -> Result<Observed, Error> {
        let sought = self.stack.sought(&self.survey);
        Ok(observe(&*self.cloud, &sought, kinds).await?)
    }

    /// Fills in how long a plan will take where it is run, with this many calls in progress.
    pub(crate) fn time(&self, plan: &mut Plan, places: usize) {
        let refine = |usual: &Usual| self.history.spread(usual);
        let emulated = self.history.is_emulated();
        let every = self.history.every();
        let setting = Setting { refine: &refine, emulated, every, places };
        nk_plan::time(plan, nk_kinds::kind, &setting);
        if !plan.is_empty() {
            plan.forecast.calls += lock_calls(plan.forecast.time.median);
        }
    }

    /// Whether the quota allows the addresses that a plan allocates. It is only a note: AWS
    /// enforces the quota.
    pub(crate) async fn count_addresses(&self, plan: &Plan) -> Option<Note> {
        let makes = |step: &&Step| {
            step.address.kind() == ElasticIp::KIND
                && matches!(step.action, Action::Create | Action::ReplaceCreate)
        };
        let new = plan.steps.iter().filter(makes).count();
        if new == 0 {
            return None;
        }
        let used = self.cloud.addresses_in_use().await.ok()?;
        nk_stack::address_note(new, used)
    }
}

/// The questions that the meaning of the stack file depends on.
fn questions(stack: &Stack, connection: &Connection) -> Questions {
    let certificate = connection.local && stack.wants_certificate();
    let domain = || format!("{}.nk.test", stack.id.prefix().to_lowercase());
    Questions {
        engine: stack.engine(),
        oauth_secret: stack.oauth_secret(),
        // An emulator does not know AWS's certificates.
        certificate: stack.certificate().filter(|_| !connection.local).map(str::to_owned),
        local_certificate: certificate.then(domain),
    }
}

fn survey(caller: &Caller, answers: Answers) -> Survey {
    Survey {
        account: Some(caller.account.clone()),
        credentials: answers.credentials,
        engine_versions: answers
            .engine_versions
            .iter()
            .filter_map(|text| text.parse().ok())
            .collect(),
        certificate: answers.local_certificate,
        certificate_status: answers.certificate_status,
        today: Some(clock::today()),
        ..Survey::default()
    }
}

async fn connection(global: &Global, stack: &Stack) -> Result<Connection, Error> {
    let endpoint = match (global.local, variable("AWS_ENDPOINT_URL")) {
        // Dummy credentials are sent only to this machine.
        (true, Some(endpoint)) if is_here(&endpoint) => Some(endpoint),
        (true, Some(endpoint)) => return Err(Error::NotHere { endpoint }),
        (true, None) => Some(emulator::up().await?.endpoint),
        (false, endpoint) => endpoint,
    };
    let emulated = global.local || endpoint.as_deref().is_some_and(is_here);
    Ok(Connection {
        region: stack.region.clone(),
        profile: global.profile.clone(),
        endpoint,
        local: global.local,
        emulated,
    })
}
