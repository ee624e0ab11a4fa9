//! What to do about errors of the cloud: one table, for failed steps and for failed commands.

use std::collections::BTreeSet;

use nk_engine::{CloudError, Nature};
use nk_policy::grant_hint;

/// What to do about an error, if there is advice.
pub(crate) fn of(error: &CloudError) -> Option<String> {
    let text = match error.nature {
        Nature::Denied => return grant_hint(&error.denied),
        Nature::Credentials => {
            "sign in (`aws sso login`) or choose a profile (`--profile`), and run the same command \
             again; `--local` needs no account"
        }
        // If AWS answered, the network is not the problem.
        Nature::Ambiguous if error.code.is_some() => return None,
        Nature::Unreachable | Nature::Ambiguous => {
            "check the network, the region, and AWS_ENDPOINT_URL if it is set"
        }
        Nature::Garbled => {
            "the answer is not from AWS: check AWS_ENDPOINT_URL if it is set, and whether a proxy \
             is in between"
        }
        Nature::Taken => {
            "change `project` in the stack file, or delete the resource by hand if it \
                          is not needed"
        }
        Nature::Blocked => "delete or move what is in the way, and run the same command again",
        Nature::Refused | Nature::InUse | Nature::Throttled => return None,
    };
    Some(text.to_owned())
}

/// The same for several errors: one statement grants everything that was denied, and no advice is
/// repeated.
pub(crate) fn of_all(errors: &[CloudError]) -> Vec<String> {
    let denied = errors.iter().filter_map(|error| error.denied.as_ref());
    let others = errors.iter().filter(|error| error.nature != Nature::Denied).filter_map(of);
    let mut advice: Vec<_> = grant_hint(denied).into_iter().chain(others).collect();
    let mut told = BTreeSet::new();
    advice.retain(|text| told.insert(text.clone()));
    advice
}
