//! What is allowed in services but probably not intended.

use super::service::Service;
use crate::expansion::Expansion;

/// Parts of names whose values should probably be secrets.
const SECRET_WORDS: [&str; 8] =
    ["SECRET", "PASSWORD", "PASSWD", "TOKEN", "APIKEY", "API_KEY", "PRIVATE_KEY", "CREDENTIAL"];

pub(super) fn lint(expansion: &mut Expansion<'_>, services: &[Service]) {
    for service in services {
        let (name, port) = (&service.name, service.port);
        let about = format!("service.{name}");
        let called = services
            .iter()
            .any(|other| other.name != *name && other.calls.iter().any(|call| call.value == *name));
        if service.route.is_none() && !called {
            let text = format!("no route leads to {name}:{port}, and no service calls it");
            expansion.note(&about, text, &format!("services.{name}.route"));
        }
        for (variable, _) in &service.environment {
            if looks_secret(&variable.value) {
                let text = format!(
                    "`{}` looks like a secret, and everybody who can read task definitions can \
                     read it",
                    variable.value
                );
                expansion.note(&about, text, &format!("services.{name}.secrets"));
            }
        }
        for other in uncalled(services, service) {
            let text = format!(
                "its environment mentions {}:{}, but its security group does not allow it to \
                 connect",
                other.name, other.port
            );
            expansion.note(&about, text, &format!("services.{name}.calls"));
        }
    }
    let stack = expansion.stack;
    if stack.has("network") && stack.gateways() == 0 {
        let text = "tasks in private subnets cannot reach the registry to pull their images";
        expansion.note("route-table.private-1", text, "network.nat");
    }
}

/// The services that are mentioned like a service that is called, but are not in `calls`.
fn uncalled<'a>(
    services: &'a [Service],
    service: &'a Service,
) -> impl Iterator<Item = &'a Service> {
    let calls = |name: &str| service.calls.iter().any(|call| call.value == name);
    services.iter().filter(move |other| {
        other.name != service.name
            && !calls(&other.name)
            && service.environment.iter().any(|(_, value)| is_called(other, &value.value))
    })
}

/// Whether a text mentions a service as `//name` or `name:port`.
fn is_called(service: &Service, text: &str) -> bool {
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

fn looks_secret(name: &str) -> bool {
    let name = name.to_uppercase();
    SECRET_WORDS.iter().any(|word| name.contains(word))
}
