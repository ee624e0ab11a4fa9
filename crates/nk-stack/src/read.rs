//! From a stack file's text to a checked [`Stack`].

use std::{collections::BTreeSet, sync::Arc};

use nk_model::StackId;

use crate::{
    Source, Stack, check,
    decode::{At, Fields, advice, decode},
    gap::Gaps,
    problem::{Problem, Problems, Span},
    section::{
        Alarms, Auth, Cost, Database, LoadBalancerSection, Network, read_logs, read_services,
    },
    sieve::{Doubt, Sieve},
    tree::{self, Node, Reading, Table, overlay},
};

/// The environment that a file has without naming it: what it says without an overlay.
const PLAIN: &str = "dev";

/// A stack file, parsed, with the overlays set apart.
struct Parsed {
    base: Table,
    overlays: Option<Node>,
    /// What is missing, because it is not TOML.
    gaps: Gaps,
}

/// Reads a stack file for one environment.
///
/// Everything that can be known offline is checked, in this and in every other environment that
/// the file names: a name too long in `prod` shows while `dev` is worked on.
pub fn read(source: &Source, environment: &str) -> Result<Stack, Problems> {
    let (parsed, mut problems) = parse(source);
    check_overlays(&parsed, &mut problems);
    check_environment(&parsed, environment, &mut problems);
    let mut wanted = None;
    let mut addresses_of_all = 0;
    for name in named(&parsed).into_iter().chain([environment]) {
        if name == environment && wanted.is_some() {
            continue;
        }
        let stack = assemble(source, &parsed, name, &mut problems);
        addresses_of_all += stack.network.as_ref().map_or(0, Network::gateways);
        if name == environment {
            wanted = Some(stack);
        }
    }
    let names = named(&parsed);
    if !names.is_empty() && !names.contains(&PLAIN) && environment != PLAIN {
        addresses_of_all += plain(source, &parsed).map_or(0, |network| network.gateways());
    }
    match wanted {
        Some(stack) if problems.is_empty() => Ok(Stack { addresses_of_all, ..stack }),
        _ => Err(Problems::new(&source.name, &source.text, problems)),
    }
}

/// The environments of a stack file: those it names, and `dev` where the file is whole without
/// an overlay.
pub fn environments(source: &Source) -> Vec<String> {
    let (parsed, _) = parse(source);
    let all: BTreeSet<_> = named(&parsed).into_iter().chain(parsed.gaps.environments()).collect();
    let mut names: Vec<_> = all.into_iter().map(str::to_owned).collect();
    let is_named = names.iter().any(|name| name == PLAIN);
    if !is_named && (names.is_empty() || is_whole(source, &parsed)) {
        names.insert(0, PLAIN.to_owned());
    }
    names
}

fn is_whole(source: &Source, parsed: &Parsed) -> bool {
    let mut problems = Vec::new();
    assemble(source, parsed, PLAIN, &mut problems);
    problems.is_empty()
}

fn plain(source: &Source, parsed: &Parsed) -> Option<Network> {
    let mut problems = Vec::new();
    let stack = assemble(source, parsed, PLAIN, &mut problems);
    stack.network.filter(|_| problems.is_empty())
}

/// The file as far as it is TOML, and where it is not.
fn parse(source: &Source) -> (Parsed, Vec<Problem>) {
    let Reading { table: mut base, mistakes, gaps } = tree::parse(&source.text);
    let overlays = base.remove("env");
    (Parsed { base, overlays, gaps }, mistakes)
}

fn named(parsed: &Parsed) -> Vec<&str> {
    let table = parsed.overlays.as_ref().and_then(Node::table);
    table.map(|table| table.keys().map(String::as_str).collect()).unwrap_or_default()
}

fn check_overlays(parsed: &Parsed, problems: &mut Vec<Problem>) {
    let Some(node) = &parsed.overlays else { return };
    let Some(table) = node.table() else {
        let label = format!("this is {}", node.what());
        problems.push(Problem::new(&node.span, "`env` must be a table of environments", label));
        return;
    };
    for (name, node) in table {
        if !is_environment(name) {
            problems.push(bad_environment(name, &node.key));
        }
        let Some(table) = node.table() else {
            let message = format!("`env.{name}` must be a table");
            problems.push(Problem::new(&node.span, message, format!("this is {}", node.what())));
            continue;
        };
        for key in ["project", "env"] {
            if let Some(node) = table.get(key) {
                let message = format!("`{key}` is the same in every environment");
                problems.push(Problem::new(&node.key, message, "not here"));
            }
        }
    }
}

fn is_environment(name: &str) -> bool {
    name.starts_with(|c: char| c.is_ascii_lowercase())
        && name.chars().all(|c| c.is_ascii_lowercase() || c.is_ascii_digit())
        && name.len() <= 16
}

/// A hyphen would let one environment's names begin with another's.
fn bad_environment(name: &str, span: &Span) -> Problem {
    let message = format!("`{name}` cannot be the name of an environment");
    let help = "a lower-case letter, then lower-case letters and digits, at most 16";
    Problem::new(span, message, "not a name").help(help)
}

/// Refuses an environment that the file does not name, lest a misspelling makes another stack.
fn check_environment(parsed: &Parsed, environment: &str, problems: &mut Vec<Problem>) {
    if parsed.gaps.touch(&["env"]) {
        return;
    }
    let named = named(parsed);
    let span = parsed.overlays.as_ref().map_or(0..0, |node| node.key.clone());
    if named.is_empty() && !is_environment(environment) {
        problems.push(bad_environment(environment, &span));
    }
    if named.is_empty() || environment == PLAIN || named.contains(&environment) {
        return;
    }
    let known = named.into_iter().chain([PLAIN]);
    let help = advice(environment, "environments", known);
    let message = format!("there is no environment `{environment}`");
    let label = format!("no `[env.{environment}]` here");
    problems.push(Problem::new(&span, message, label).help(help));
}

/// What the file says of one environment alone.
fn overlay_of<'a>(parsed: &'a Parsed, environment: &str) -> Option<&'a Table> {
    let overlays = parsed.overlays.as_ref().and_then(Node::table);
    overlays.and_then(|all| all.get(environment)).and_then(Node::table)
}

/// What the file says in one environment.
fn overlaid(parsed: &Parsed, environment: &str) -> Table {
    let mut table = parsed.base.clone();
    if let Some(over) = overlay_of(parsed, environment) {
        let mut over = over.clone();
        over.retain(|key, _| key != "project" && key != "env");
        overlay(&mut table, &over);
    }
    table
}

/// The stack in one environment, as far as it can be read.
fn assemble(
    source: &Source,
    parsed: &Parsed,
    environment: &str,
    problems: &mut Vec<Problem>,
) -> Stack {
    let table = overlaid(parsed, environment);
    let over = overlay_of(parsed, environment);
    let mut sieve = Sieve::new(&parsed.gaps, environment, over, problems);
    let mut fields = Fields::new("", &(0..0), &table, problems);
    let mut file = Parts { fields: &mut fields, sieve: &mut sieve };
    let project = file.part("project", read_project);
    let region = file.part("region", read_region);
    // Nothing is held against a region that may be another.
    let region = if file.sieve.doubt(&["region"]) == Doubt::None { region } else { String::new() };
    let account = file.part("account", read_account);
    let protected = file.part("protect", |file| file.or("protect", false).value);
    let name = project.value.as_str();
    let network = file.section("network", |section| Network::read(section, &region));
    let database = file.section("database", |section| Database::read(section, name, protected));
    let auth = file.section("auth", |section| Auth::read(section, protected));
    let load_balancer = file
        .section("load-balancer", |section| LoadBalancerSection::read(section, &region, protected));
    let services = file.fields.take("services");
    let services = services.map(|node| read_services(node, file.sieve, file.fields.problems));
    let log_days = file.section("logs", |section| Some(read_logs(section)));
    let alarms = file.section("alarms", |section| Some(Alarms::read(section)));
    let cost = file.section("cost", |section| Some(Cost::read(section)));
    // No overlay and nothing that is missing makes a key known.
    fields.finish();
    let id = StackId { project: project.value.clone(), environment: environment.to_owned() };
    let stack = Stack {
        id,
        region,
        account,
        protected,
        network,
        database,
        auth,
        load_balancer,
        services: services.map(|services| services.read).unwrap_or_default(),
        log_days: log_days.unwrap_or(30),
        alarms: alarms.unwrap_or_default(),
        cost: cost.unwrap_or_default(),
        addresses_of_all: 0,
        source: Arc::new(source.clone()),
    };
    if parsed.gaps.is_empty() {
        check::check(&stack, &table, &project.span, problems);
    } else {
        check::check_what_is_left(&stack, &mut sieve, problems);
    }
    stack
}

/// A stack file that is read part by part, with what is found in each sifted.
struct Parts<'f, 't, 'p, 's> {
    fields: &'f mut Fields<'t, 'p>,
    sieve: &'f mut Sieve<'s>,
}

impl<'t, 'p> Parts<'_, 't, 'p, '_> {
    fn part<T>(&mut self, key: &str, read: impl FnOnce(&mut Fields<'t, 'p>) -> T) -> T {
        let found = read(self.fields);
        self.sieve.sift(self.sieve.doubt(&[key]), self.fields.problems);
        found
    }

    fn section<T>(
        &mut self,
        key: &'static str,
        read: impl FnOnce(Fields<'t, '_>) -> Option<T>,
    ) -> Option<T> {
        self.part(key, |file| file.section(key).and_then(read))
    }
}

fn read_project(fields: &mut Fields<'_, '_>) -> At<String> {
    let nothing = At::new(String::new(), &fields.span);
    let Some(project) = fields.required::<String>("project") else { return nothing };
    let name = project.value.as_str();
    let form = name.starts_with(|c: char| c.is_ascii_alphabetic())
        && name.chars().all(|c| c.is_ascii_alphanumeric() || c == '-')
        && !name.ends_with('-')
        && !name.contains("--");
    if !form {
        let message = format!("`{name}` cannot be the name of a project");
        let help = "a letter, then letters, digits and single hyphens";
        fields.report(Problem::new(&project.span, message, "not a name").help(help).alone());
        return nothing;
    }
    for word in ["internal-", "sg-", "aws"] {
        if name.to_lowercase().starts_with(word) {
            let message = format!("a project cannot be called `{name}`");
            let label = format!("AWS keeps names that begin with `{word}`");
            fields.report(Problem::new(&project.span, message, label).alone());
            return nothing;
        }
    }
    project
}

fn read_region(fields: &mut Fields<'_, '_>) -> String {
    let Some(region) = fields.required::<String>("region") else { return String::new() };
    let parts: Vec<_> = region.value.split('-').collect();
    let word = |part: &&str| !part.is_empty() && part.chars().all(|c| c.is_ascii_lowercase());
    let form = parts.split_last().is_some_and(|(number, words)| {
        (2..=3).contains(&words.len())
            && words.iter().all(word)
            && words[0].len() == 2
            && number.len() == 1
            && number.chars().all(|c| c.is_ascii_digit())
    });
    if form {
        return region.value;
    }
    let message = format!("`{}` is not an AWS region", region.value);
    let problem = Problem::new(&region.span, message, "not a region");
    fields.report(problem.help("it looks like `ap-northeast-1`").alone());
    String::new()
}

fn read_account(fields: &mut Fields<'_, '_>) -> Option<String> {
    let node = fields.take("account")?;
    let account: At<String> = decode(node, "account", fields.problems)?;
    if account.value.len() == 12 && account.value.bytes().all(|byte| byte.is_ascii_digit()) {
        return Some(account.value);
    }
    let message = format!("`{}` is not the number of an AWS account", account.value);
    fields.report(Problem::new(&account.span, message, "must be twelve digits").alone());
    None
}
