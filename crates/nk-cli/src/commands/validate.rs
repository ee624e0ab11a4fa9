//! `nk validate`: checks the stack file, offline.

use nk_stack::Survey;
use serde_json::json;

use crate::{arguments::Global, errors::Error, exit::Exit, output::Output, session};

/// Checks the file for the given environment, or for all of them.
pub(crate) fn validate(global: &Global) -> Result<Exit, Error> {
    let source = session::source(global)?;
    let environments = match &global.environment {
        Some(environment) => vec![environment.clone()],
        None => nk_stack::environments(&source),
    };
    let output = Output::new(global);
    let mut valid = Vec::new();
    for environment in environments {
        let stack = nk_stack::read(&source, &environment)?;
        session::check_region(&stack)?;
        let desired = stack.expand(&Survey::default());
        nk_plan::plan(
            &desired,
            &nk_model::Observed::default(),
            nk_kinds::kind,
            &nk_plan::Permission::default(),
        )?;
        let resources = desired.resources.len();
        output.line(&format!("{}: {resources} resources, no mistakes", stack.id));
        valid.push(json!({"stack": stack.id, "resources": resources}));
    }
    if global.json {
        output.data(&format!("{:#}", json!({"valid": valid})));
    }
    Ok(Exit::Done)
}
