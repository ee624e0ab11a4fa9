//! `nk iam-policy`: what AWS must allow the user of nk.

use nk_model::KindInfo;
use nk_policy::{EMBEDDED, MANAGED, Place, Policy, Scope};

use crate::{
    arguments::{Global, PolicyArguments, PolicyCommand},
    errors::Error,
    exit::Exit,
    output::Output,
    session,
};

/// Prints the policy. Offline.
pub(crate) fn iam_policy(global: &Global, arguments: &PolicyArguments) -> Result<Exit, Error> {
    let stack = session::open(global)?;
    let desired = stack.expand(&stack.awaited());
    let place = Place { region: &stack.region, account: stack.account.as_deref() };
    let scope = arguments.command.map_or(Scope::Everything, scope);
    let read = |kind: &&KindInfo| scope.reads_everything() || stack.may_want(kind.kind);
    let kinds: Vec<_> = nk_kinds::KINDS.iter().filter(read).copied().collect();
    let policy = Policy::new(&desired, &kinds, place, scope, arguments.fewer_calls);
    let parts = policy.parts(MANAGED);
    let (shown, size) = match arguments.part.map(usize::from) {
        Some(number) => {
            let found = number.checked_sub(1).and_then(|at| parts.get(at));
            (found.ok_or(Error::NoPart { number, parts: parts.len() })?, None)
        }
        None => (&policy, Some(policy.size()).filter(|size| *size > MANAGED)),
    };
    let output = Output::new(global);
    output.data(&format!("{:#}", shown.document()));
    if let Some(size) = size {
        output.line(&format!(
            "warning: the policy has {size} characters, but a managed policy can have at most \
             {MANAGED}; print it in parts with `--part 1` to `--part {}`, or embed it in a role, \
             which can have {EMBEDDED}",
            parts.len()
        ));
    }
    Ok(Exit::Done)
}

fn scope(command: PolicyCommand) -> Scope {
    match command {
        PolicyCommand::Plan => Scope::Plan,
        PolicyCommand::Apply => Scope::Apply,
        PolicyCommand::Destroy => Scope::Destroy,
    }
}
