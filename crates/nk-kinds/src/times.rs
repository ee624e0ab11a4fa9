//! How long AWS takes: the contents of `times.toml`, by kind.

use std::{collections::BTreeMap, sync::LazyLock, time::Duration};

use nk_model::{Json, Operation, Plus, Spread, Usual, seconds};
use serde::Deserialize;

/// The file, with the sources.
const FILE: &str = include_str!("times.toml");

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct File {
    times: Vec<Entry>,
    quick: Quick,
}

/// What is known of one operation on one kind.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Entry {
    kind: String,
    operation: Operation,
    output: Option<String>,
    #[serde(default)]
    when: BTreeMap<String, Json>,
    plus: Option<Plus>,
    #[serde(default, with = "seconds")]
    median: Option<Duration>,
    #[serde(default, with = "seconds")]
    slow: Option<Duration>,
    /// How a time without samples was derived.
    why: Option<String>,
    #[serde(default)]
    samples: Vec<Samples>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Samples {
    #[serde(with = "seconds")]
    seconds: Vec<Duration>,
    /// The log in which they were printed.
    #[serde(rename = "source")]
    _source: String,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Quick {
    #[serde(with = "seconds")]
    median: Duration,
    #[serde(with = "seconds")]
    slow: Duration,
    /// The kinds whose resources are created at once.
    create: Vec<String>,
    update: Vec<String>,
    destroy: Vec<String>,
}

static TIMES: LazyLock<BTreeMap<String, Vec<Usual>>> =
    LazyLock::new(|| read(FILE).expect("the file that ships with nk is read by a test"));

/// How long the operations of a kind take.
pub(crate) fn of(kind: &str) -> &'static [Usual] {
    TIMES.get(kind).map_or(&[], Vec::as_slice)
}

fn read(text: &str) -> Result<BTreeMap<String, Vec<Usual>>, String> {
    let File { times, quick } = toml::from_str(text).map_err(|error| error.to_string())?;
    let Quick { median, slow, create, update, destroy } = quick;
    let quick = Spread { median, slow };
    let at_once =
        [(Operation::Create, create), (Operation::Update, update), (Operation::Destroy, destroy)];
    let mut all: BTreeMap<String, Vec<Usual>> = BTreeMap::new();
    for entry in times {
        let usual = entry.usual()?;
        all.entry(usual.kind.clone()).or_default().push(usual);
    }
    for (operation, kinds) in at_once {
        for kind in kinds {
            all.entry(kind.clone()).or_default().push(Usual {
                kind,
                operation,
                output: None,
                when: BTreeMap::new(),
                plus: None,
                spread: quick,
                samples: 0,
            });
        }
    }
    Ok(all)
}

impl Entry {
    fn usual(self) -> Result<Usual, String> {
        let Self { kind, operation, output, when, plus, median, slow, why, samples } = self;
        let seconds: Vec<_> = samples.into_iter().flat_map(|each| each.seconds).collect();
        let derived = median.zip(slow).map(|(median, slow)| Spread { median, slow });
        // Without a reason, a derived time is ignored.
        let (measured, derived) = (Spread::of(&seconds), derived.filter(|_| why.is_some()));
        let one = measured.xor(derived);
        let spread = one.ok_or_else(|| {
            format!(
                "{kind}: needs either `samples`, or `median`, `slow` and \
                                       `why`"
            )
        })?;
        Ok(Usual { kind, operation, output, when, plus, spread, samples: seconds.len() })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_entry_is_of_a_kind_and_of_one_of_its_fields() {
        for (kind, times) in read(FILE).unwrap() {
            let info = crate::kind(&kind).unwrap_or_else(|| panic!("there is no kind {kind}"));
            for usual in times {
                let Spread { median, slow } = usual.spread;
                assert!(median <= slow, "{}: {median:?}, {slow:?}", usual.key());
                let output = usual.output.as_deref();
                assert!(output.is_none_or(|name| info.outputs.contains(&name)), "{output:?}");
            }
        }
    }

    #[test]
    fn every_operation_on_every_kind_has_one_time_without_conditions() {
        let times = read(FILE).unwrap();
        for kind in crate::KINDS {
            for operation in [Operation::Create, Operation::Update, Operation::Destroy] {
                let whole = |usual: &&Usual| {
                    usual.operation == operation && usual.output.is_none() && usual.when.is_empty()
                };
                let known = times.get(kind.kind).map_or(0, |all| all.iter().filter(whole).count());
                assert_eq!(known, 1, "times.toml of {} {operation:?}", kind.kind);
            }
        }
    }

    #[test]
    fn the_times_are_those_of_the_sources() {
        let median = |kind: &str, operation, spec: Json| {
            Usual::best(of(kind), operation, None, &spec).unwrap().spread.median.as_secs_f64()
        };
        let none = Json::Null;
        let close = |is: f64, should: f64| assert!((is - should).abs() < 0.01, "{is}, {should}");
        close(median("nat-gateway", Operation::Create, none.clone()), 107.0);
        close(median("nat-gateway", Operation::Destroy, none.clone()), 52.5);
        close(median("load-balancer", Operation::Create, none.clone()), 157.5);
        close(median("db-instance", Operation::Create, none.clone()), 428.0);
        close(median("db-instance", Operation::Destroy, none.clone()), 186.0);
        close(
            median("db-instance", Operation::Create, serde_json::json!({"backup-days": 0})),
            298.0,
        );
        close(median("subnet", Operation::Create, none), 1.0);
    }

    #[test]
    fn a_time_without_a_source_is_no_time() {
        let entry = "[[times]]\nkind = \"vpc\"\noperation = \"create\"\nmedian = 2.0\nslow = 4.0\n";
        let quick = "[quick]\nmedian = 1.0\nslow = 2.0\ncreate = []\nupdate = []\ndestroy = []\n";
        assert!(read(&format!("{entry}{quick}")).is_err());
        assert!(read(&format!("{entry}why = \"so\"\n{quick}")).is_ok());
    }
}
