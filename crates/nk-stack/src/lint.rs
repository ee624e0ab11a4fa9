//! What is allowed and probably not meant.

use nk_model::Note;

use crate::{
    Stack, Survey,
    section::{Nat, Provider, ServiceSection},
    support,
};

/// How many elastic IP addresses a region has unless AWS was asked for more.
const ADDRESSES: usize = 5;
/// Parts of names whose values had better be secrets.
const SECRET_WORDS: [&str; 8] =
    ["SECRET", "PASSWORD", "PASSWD", "TOKEN", "APIKEY", "API_KEY", "PRIVATE_KEY", "CREDENTIAL"];

/// The notes on a stack; each names the key that settles it.
pub(crate) fn lint(stack: &Stack, survey: &Survey) -> Vec<Note> {
    let mut notes = Vec::new();
    services(stack, &mut notes);
    network(stack, &mut notes);
    database(stack, survey, &mut notes);
    load_balancer(stack, survey, &mut notes);
    if stack.providers().contains(&Provider::X) {
        notes.push(note(
            "identity-provider.x",
            "X speaks OAuth 2.0 without OpenID Connect: Cognito takes the provider, but signing in \
             through it ends in an error",
            "auth.providers",
        ));
    }
    notes
}

fn note(about: &str, text: impl Into<String>, settle: impl Into<String>) -> Note {
    Note { about: about.to_owned(), text: text.into(), settle: Some(settle.into()) }
}

fn services(stack: &Stack, notes: &mut Vec<Note>) {
    for service in &stack.services {
        let (name, port) = (&service.name, service.port);
        let about = format!("service.{name}");
        let called = stack
            .services
            .iter()
            .any(|other| other.name != *name && other.calls.iter().any(|call| call.value == *name));
        if service.route.is_none() && !called {
            let text = format!("nothing routes to {name}:{port}, and no service calls it");
            notes.push(note(&about, text, format!("services.{name}.route")));
        }
        for (variable, _) in &service.environment {
            if looks_secret(&variable.value) {
                let text = format!(
                    "`{}` looks like a secret, and everyone who may read task definitions sees it",
                    variable.value
                );
                notes.push(note(&about, text, format!("services.{name}.secrets")));
            }
        }
        for other in uncalled(stack, service) {
            let text = format!(
                "its environment names {}:{}, which its security group does not let it reach",
                other.name, other.port
            );
            notes.push(note(&about, text, format!("services.{name}.calls")));
        }
    }
}

/// The services that are named where a service would be called, and are not in its `calls`.
fn uncalled<'a>(
    stack: &'a Stack,
    service: &'a ServiceSection,
) -> impl Iterator<Item = &'a ServiceSection> {
    let calls = |name: &str| service.calls.iter().any(|call| call.value == name);
    stack.services.iter().filter(move |other| {
        other.name != service.name
            && !calls(&other.name)
            && service.environment.iter().any(|(_, value)| is_called(other, &value.value))
    })
}

/// Whether a text names a service as `//name` or `name:port`.
fn is_called(service: &ServiceSection, text: &str) -> bool {
    let of_name = |c: char| c.is_ascii_alphanumeric() || c == '-' || c == '_' || c == '.';
    text.match_indices(&service.name).any(|(at, name)| {
        let (before, after) = (&text[..at], &text[at + name.len()..]);
        let port = after.strip_prefix(':').map(|rest| {
            rest.split(|c: char| !c.is_ascii_digit()).next().unwrap_or_default().to_owned()
        });
        !before.ends_with(of_name)
            && !after.starts_with(of_name)
            && (before.ends_with("//") || port == Some(service.port.to_string()))
    })
}

/// Tells of a major version whose standard support ends within a year, or has ended.
fn database(stack: &Stack, survey: &Survey, notes: &mut Vec<Note>) {
    let (Some(database), Some(today)) = (&stack.database, &survey.today) else { return };
    let major = database.version.major();
    let Some(end) = support::standard_support_ends(&database.engine, major) else { return };
    let text = if *today > end {
        format!(
            "RDS bills Extended Support for PostgreSQL {major}: standard support ended on {end}"
        )
    } else if *today >= support::a_year_before(&end) {
        format!(
            "standard support of PostgreSQL {major} ends on {end}; then RDS bills Extended Support"
        )
    } else {
        return;
    };
    notes.push(note("db-instance.main", text, "database.version"));
}

fn looks_secret(name: &str) -> bool {
    let name = name.to_uppercase();
    SECRET_WORDS.iter().any(|word| name.contains(word))
}

fn network(stack: &Stack, notes: &mut Vec<Note>) {
    let Some(network) = &stack.network else { return };
    if network.nat.value == Nat::Single && network.zones.len() > 1 && stack.is_relied_on() {
        let text =
            "all zones reach the internet through one NAT gateway, and none when its zone fails";
        notes.push(note("nat-gateway.nat-1", text, "network.nat"));
    }
    if network.nat.value == Nat::None && !stack.services.is_empty() {
        let text = "tasks in private subnets have no way to the registry their images come from";
        notes.push(note("route-table.private-1", text, "network.nat"));
    }
    let of_all = stack.addresses_of_all;
    if of_all > ADDRESSES {
        let text = format!(
            "all environments together need {of_all} elastic IP addresses, and a region has \
             {ADDRESSES} unless AWS was asked for more"
        );
        notes.push(note("elastic-ip", text, "network.nat"));
    }
}

/// The note on renting `new` elastic IP addresses where the region has `used`, if there are too few.
pub fn address_note(new: usize, used: usize) -> Option<Note> {
    let text = format!(
        "this makes {new} elastic IP addresses, and {used} of the usual {ADDRESSES} are in use"
    );
    (new + used > ADDRESSES).then(|| note("elastic-ip", text, "network.nat"))
}

fn load_balancer(stack: &Stack, survey: &Survey, notes: &mut Vec<Note>) {
    if stack.load_balancer.is_none() {
        return;
    }
    if stack.services.iter().all(|service| service.route.is_none()) {
        let text = "no service has a route: every request is answered 404";
        notes.push(note("load-balancer.main", text, "services.NAME.route"));
    }
    let certificate = stack.usable_certificate(survey).is_some();
    if let (Some(arn), Some(status)) = (stack.certificate(), &survey.certificate_status)
        && status != "ISSUED"
    {
        let so =
            if certificate { "clients refuse it" } else { "there is no HTTPS until it is ISSUED" };
        let text = format!("ACM says {status} of `{arn}`: {so}");
        notes.push(note("listener.https", text, "load-balancer.certificate"));
    } else if stack.wants_certificate() && !certificate {
        let text = "HTTPS is required, and no plan can be made before there is a certificate";
        notes.push(note("listener.https", text, "load-balancer.certificate"));
    } else if stack.is_relied_on() && !certificate {
        let text = format!("requests to {} are not encrypted", stack.id.environment);
        notes.push(note("listener.http", text, "load-balancer.certificate"));
    }
}
