//! The keys, what follows from each, and what cannot change: what the files of the kinds say of it, and
//! what is no kind's.

use nk_tests::kinds::{Key, Refused, kinds};

/// Every change of the stack file.
pub(super) fn cases() -> Vec<Key> {
    let of_kinds = kinds().values().flat_map(|data| &data.key).cloned();
    of_kinds.chain(of_no_kind()).collect()
}

/// Every change that is refused.
pub(super) fn refused() -> impl Iterator<Item = &'static Refused> {
    kinds().values().flat_map(|data| &data.refused)
}

fn of_no_kind() -> [Key; 2] {
    let key = |round, from: &str, to: &str, shows: &[&str]| Key {
        round,
        from: from.to_owned(),
        to: to.to_owned(),
        shows: shows.iter().map(|line| (*line).to_owned()).collect(),
    };
    [
        key(
            7,
            "region  =",
            "protect = true\nregion  =",
            &[
                "~ db-instance.main protected",
                "~ load-balancer.main protected",
                "~ target-group.backend-go drain-seconds",
                "~ user-pool.main protected",
            ],
        ),
        key(
            8,
            "[database]",
            "[cost]\nnat-gb = 1\nlog-gb = 1\nimage-gb = 1\nlcu = 1\nusers = 1\nout-gb = 1\n\
             alarm-emails = 1\n\n[database]",
            &[],
        ),
    ]
}
