//! Missing resources for which a new one would not do while another resource stays.

use nk_model::{Desired, Json, Registry, placeholders_in};

use crate::{
    Problem,
    decision::{Decision, Fate},
};

/// What would be created although only the previous one would do.
pub(crate) fn lost(decisions: &[Decision], desired: &Desired, registry: Registry) -> Vec<Problem> {
    let name = |spec: &Json| spec["name"].as_str().unwrap_or_default().to_owned();
    let mut problems = Vec::new();
    for keeper in
        decisions.iter().filter(|one| matches!(one.fate, Fate::Unchanged | Fate::Update(_)))
    {
        let Some(live) = &keeper.live else { continue };
        let keepsake = registry(live.address.kind()).and_then(|kind| kind.ties.keepsake);
        let Some(keepsake) = keepsake else { continue };
        // What does not exist yet is still a placeholder.
        let awaited = placeholders_in(&keeper.spec[keepsake.field]);
        let made = decisions.iter().filter(|one| one.fate == Fate::Create);
        let gone = made.filter(|one| awaited.iter().any(|each| each.address == one.address));
        problems.extend(gone.map(|gone| {
            let why = keepsake
                .why
                .replace("{name}", &name(&gone.spec))
                .replace("{address}", gone.address.as_str())
                .replace("{stack}", &desired.stack.prefix())
                .replace("{by}", &name(&live.spec));
            Problem::Lost {
                address: gone.address.clone(),
                by: keeper.address.clone(),
                id: live.id.clone(),
                why,
            }
        }));
    }
    problems
}
