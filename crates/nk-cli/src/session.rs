//! From arguments and a stack file to a connected cloud and what is wanted of it.

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
    /// What the emulator in use does not keep; of AWS there is nothing.
    pub(crate) unseen: Unseen,
    /// How many times faster than AWS the emulator in use is.
    pub(crate) speed: f64,
    /// What steps have taken there before.
    pub(crate) history: History,
    survey: Survey,
    /// The domain of the certificate that an emulator has yet to issue.
    unissued: Option<String>,
    /// Shown in front of everything else.
    pub(crate) place: Place,
}

/// Which stack, where, as whom.
#[derive(Debug, Clone)]
pub(crate) struct Place {
    stack: StackId,
    pub(crate) region: String,
    pub(crate) account: String,
    /// An ARN.
    pub(crate) caller: String,
    /// Where the emulator is, if it is one.
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

/// Reads the stack file that the arguments name, or the only one there is.
pub(crate) fn source(global: &Global) -> Result<Source, Error> {
    let path = match &global.stack {
        Some(path) => path.clone(),
        None => only_stack_file()?,
    };
    let name = path.display().to_string();
    let text = fs::read_to_string(&path)
        .map_err(|source| Error::StackFile { path: name.clone(), source })?;
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

/// The question which environment is meant, or what is wrong with the file whichever it is.
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

/// Refuses a stack of another region than the environment asks for.
pub(crate) fn check_region(stack: &Stack) -> Result<(), Error> {
    match env_region().filter(|region| *region != stack.region) {
        Some(environment) => Err(Error::Region { environment, stack: stack.region.clone() }),
        None => Ok(()),
    }
}

/// The region that the environment asks for.
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
    /// Connects, and learns what the stack file's meaning depends on.
    async fn connect(global: &Global, stack: Stack) -> Result<Self, Error> {
        let unseen = if global.local { emulator::unseen()? } else { Unseen::default() };
        let speed = if global.local { emulator::speed()? } else { 1.0 };
        let connection = connection(global, &stack).await?;
        let questions = questions(&stack, &connection);
        let connected = P::connect(stack.id.clone(), &connection, &questions).await;
        let Connected { cloud, caller, answers } =
            connected.map_err(|error| Error::Connecting { error, region: stack.region.clone() })?;
        // An emulator's account is made up.
        let meant = stack.account.as_ref().filter(|_| !connection.local);
        if let Some(account) = meant.filter(|account| **account != caller.account) {
            return Err(Error::Account { stack: account.clone(), caller: caller.account });
        }
        let mut answers = answers?;
        let unissued = questions.local_certificate.filter(|_| answers.local_certificate.is_none());
        if unissued.is_some() {
            answers.local_certificate = Some("(issued by the emulator on apply)".to_owned());
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
        // What takes as long as AWS, only faster, is neither AWS nor a mere emulator.
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

    /// The same for a command that plans what the stack file asks for, and so must be able to make it.
    pub(crate) async fn begin_plan(global: &Global) -> Result<Self, Error> {
        let session = Self::begin(global).await?;
        session.stack.check_https(&session.survey)?;
        Ok(session)
    }

    /// Has the emulator issue the certificate that a rehearsal needs. It changes something, so the
    /// lock is held.
    pub(crate) async fn issue_certificate(&mut self) -> Result<(), Error> {
        if let Some(domain) = self.unissued.take() {
            self.survey.certificate = Some(self.cloud.issue_local_certificate(&domain).await?);
        }
        Ok(())
    }

    /// What the stack file asks for, as far as is known before anything of it is read.
    pub(crate) fn desired(&self) -> Desired {
        self.stack.expand(&self.survey)
    }

    /// Whether it is on the emulator of `--local`.
    pub(crate) fn is_local(&self) -> bool {
        self.place.emulator.is_some()
    }

    /// Reads what the stack file asks for, and what is there from before it changed; says what is
    /// wanted now that this is known.
    ///
    /// A stack that is nothing but `[auth]` is none of the business of EC2 and the others, unless
    /// the tags say that it was more once.
    pub(crate) async fn observe(&self) -> Result<(Desired, Observed), Error> {
        let all = !self.stack.is_only_auth() || self.cloud.has_more_than_auth().await;
        let kinds = nk_kinds::KINDS.iter().filter(|kind| all || self.stack.may_want(kind.kind));
        let observed = self.observe_kinds(&kinds.copied().collect::<Vec<_>>()).await?;
        let desired = self.stack.expand(&self.survey.clone().seeing(&observed));
        Ok((desired, observed))
    }

    /// Reads everything of the stack that is to go.
    pub(crate) async fn observe_all(&self) -> Result<Observed, Error> {
        let sought = self.stack.sought(&self.survey);
        Ok(observe_going(&*self.cloud, &sought, nk_kinds::KINDS).await?)
    }

    async fn observe_kinds(&self, kinds: &[KindInfo]) -> Result<Observed, Error> {
        let sought = self.stack.sought(&self.survey);
        Ok(observe(&*self.cloud, &sought, kinds).await?)
    }

    /// Says how long a plan will take where it will be run, with so many calls under way at once.
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

    /// Whether there is room for the addresses that a plan rents. A quota is nobody's business before,
    /// and AWS's to enforce after.
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

/// What has to be known before it can be said what the stack file means.
fn questions(stack: &Stack, connection: &Connection) -> Questions {
    let certificate = connection.local && stack.wants_certificate();
    let domain = || format!("{}.nk.test", stack.id.prefix().to_lowercase());
    Questions {
        engine: stack.engine(),
        oauth_secret: stack.oauth_secret(),
        // An emulator has not heard of AWS's.
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
        // Dummy credentials go to this machine and nowhere else.
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
