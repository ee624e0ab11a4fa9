//! From a stack file's text to a checked [`Stack`].

use std::sync::Arc;

use nk_model::StackId;

use crate::{
    Stack,
    decode::{At, Fields, advice, decode},
    problem::{Problem, Problems, Source, Span},
    sections,
    tree::{self, Node, Table, overlay},
};

/// The environment that a file has without naming it: the file without an overlay.
const PLAIN: &str = "dev";

/// A parsed stack file, with the overlays separated.
struct Parsed {
    base: Table,
    overlays: Option<Node>,
}

/// Reads a stack file for one environment.
///
/// Everything that can be known offline is checked, in this and in every other environment that the
/// file names, so a name that is too long in `prod` is noticed during work on `dev`. The meaning of
/// a file is checked once it is valid TOML.
///
/// # Errors
///
/// Every mistake of TOML, or if there are none, every mistake of meaning, each with its place.
pub fn read(source: &Source, environment: &str) -> Result<Stack, Problems> {
    let refuse = |problems| Problems::new(&source.name, &source.text, problems);
    let parsed = parse(source).map_err(refuse)?;
    let mut problems = Vec::new();
    check_overlays(&parsed, &mut problems);
    check_environment(&parsed, environment, &mut problems);
    let mut wanted = None;
    let mut addresses_of_all = 0;
    for name in named(&parsed).into_iter().chain([environment]) {
        if name == environment && wanted.is_some() {
            continue;
        }
        let stack = assemble(source, &parsed, name, &mut problems);
        addresses_of_all += stack.gateways();
        if name == environment {
            wanted = Some(stack);
        }
    }
    let names = named(&parsed);
    if !names.is_empty() && !names.contains(&PLAIN) && environment != PLAIN {
        addresses_of_all += plain(source, &parsed).map_or(0, |stack| stack.gateways());
    }
    match wanted {
        Some(stack) if problems.is_empty() => Ok(Stack { addresses_of_all, ..stack }),
        _ => Err(refuse(problems)),
    }
}

/// The environments of a stack file: those that it names, and `dev` if the file is complete without
/// an overlay or is not valid TOML.
pub fn environments(source: &Source) -> Vec<String> {
    let Ok(parsed) = parse(source) else { return vec![PLAIN.to_owned()] };
    let mut names: Vec<_> = named(&parsed).into_iter().map(str::to_owned).collect();
    let is_named = names.iter().any(|name| name == PLAIN);
    if !is_named && (names.is_empty() || plain(source, &parsed).is_some()) {
        names.insert(0, PLAIN.to_owned());
    }
    names
}

/// The file without an overlay, if it is complete.
fn plain(source: &Source, parsed: &Parsed) -> Option<Stack> {
    let mut problems = Vec::new();
    let stack = assemble(source, parsed, PLAIN, &mut problems);
    problems.is_empty().then_some(stack)
}

fn parse(source: &Source) -> Result<Parsed, Vec<Problem>> {
    let mut base = tree::parse(&source.text)?;
    let overlays = base.remove("env");
    Ok(Parsed { base, overlays })
}

fn named(parsed: &Parsed) -> Vec<&str> {
    let table = parsed.overlays.as_ref().and_then(Node::table);
    table.map(|table| table.keys().map(String::as_str).collect()).unwrap_or_default()
}

fn check_overlays(parsed: &Parsed, problems: &mut Vec<Problem>) {
    let Some(node) = &parsed.overlays else { return };
    let Some(table) = node.table() else {
        let label = format!("found {}", node.what());
        problems.push(Problem::new(&node.span, "`env` must be a table of environments", label));
        return;
    };
    for (name, node) in table {
        if !is_environment(name) {
            problems.push(bad_environment(name, &node.key));
        }
        let Some(table) = node.table() else {
            let message = format!("`env.{name}` must be a table");
            problems.push(Problem::new(&node.span, message, format!("found {}", node.what())));
            continue;
        };
        for key in ["project", "env"] {
            if let Some(node) = table.get(key) {
                let message = format!("`{key}` cannot differ between environments");
                problems.push(Problem::new(&node.key, message, "move it to the top of the file"));
            }
        }
    }
}

fn is_environment(name: &str) -> bool {
    name.starts_with(|c: char| c.is_ascii_lowercase())
        && name.chars().all(|c| c.is_ascii_lowercase() || c.is_ascii_digit())
        && name.len() <= 16
}

/// With a hyphen, the names of one environment could begin with the name of another.
fn bad_environment(name: &str, span: &Span) -> Problem {
    let message = format!("`{name}` is not a valid name for an environment");
    let help = "use a lower-case letter followed by lower-case letters and digits, at most 16 \
                characters";
    Problem::new(span, message, "not a valid name").help(help)
}

/// Rejects an environment that the file does not name, so that a misspelling does not create
/// another stack.
fn check_environment(parsed: &Parsed, environment: &str, problems: &mut Vec<Problem>) {
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
    let label = format!("`[env.{environment}]` is missing");
    problems.push(Problem::new(&span, message, label).help(help));
}

/// The file in one environment.
fn overlaid(parsed: &Parsed, environment: &str) -> Table {
    let mut table = parsed.base.clone();
    let overlays = parsed.overlays.as_ref().and_then(Node::table);
    let over = overlays.and_then(|all| all.get(environment)).and_then(Node::table);
    if let Some(over) = over {
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
    let mut file = Fields::new("", &(0..0), &table, problems);
    let project = read_project(&mut file);
    let id = StackId { project: project.value, environment: environment.to_owned() };
    let stack = Stack {
        id,
        region: read_region(&mut file),
        account: read_account(&mut file),
        protected: file.or("protect", false).value,
        sections: Vec::new(),
        addresses_of_all: 0,
        source: Arc::new(source.clone()),
    };
    let stack = sections::read(&mut file, stack);
    file.finish();
    sections::check(&stack, &table, &project.span, problems);
    stack
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
        let message = format!("`{name}` is not a valid name for a project");
        let help = "use a letter followed by letters, digits and single hyphens";
        fields.report(Problem::new(&project.span, message, "not a valid name").help(help));
        return nothing;
    }
    for word in ["internal-", "sg-", "aws"] {
        if name.to_lowercase().starts_with(word) {
            let message = format!("`{name}` is not a valid name for a project");
            let label = format!("AWS reserves names that begin with `{word}`");
            fields.report(Problem::new(&project.span, message, label));
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
    fields.report(problem.help("a region looks like `ap-northeast-1`"));
    String::new()
}

fn read_account(fields: &mut Fields<'_, '_>) -> Option<String> {
    let node = fields.take("account")?;
    let account: At<String> = decode(node, "account", fields.problems)?;
    if account.value.len() == 12 && account.value.bytes().all(|byte| byte.is_ascii_digit()) {
        return Some(account.value);
    }
    let message = format!("`{}` is not an AWS account id", account.value);
    fields.report(Problem::new(&account.span, message, "must be twelve digits"));
    None
}
