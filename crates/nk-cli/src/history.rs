//! What steps have taken before: a small file in the user's cache that makes forecasts better.
//!
//! It may be deleted at any time, and nothing depends on it: one that cannot be read counts as empty,
//! and one that cannot be written is left as it is. It says of each kind and operation how many
//! seconds it took, and nothing else. What an emulator took is kept apart from what AWS took.

use std::{
    collections::{BTreeMap, BTreeSet},
    fs, io,
    path::{Path, PathBuf},
    process,
};

use nk_model::{Looks, Plan, Spread, Summary, Usual};
use serde::{Deserialize, Serialize};

/// What steps have taken before, in one class of places.
pub(crate) struct History {
    /// Where it is kept; none where there is no place for it.
    file: Option<PathBuf>,
    emulated: bool,
    times: Times,
}

/// The file.
#[derive(Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct Times {
    version: u32,
    /// Seconds, the latest last, by [`Usual::key`].
    seconds: BTreeMap<String, Vec<f64>>,
}

/// What a run is about to teach: of each step what is measured, and how many seconds of its time come
/// from elsewhere.
pub(crate) struct Lesson(Vec<Option<(&'static Usual, f64)>>);

const VERSION: u32 = 1;
/// Of each operation so many times are kept.
const KEPT: usize = 20;
/// A file of more bytes is none of ours.
const LARGEST: u64 = 1 << 18;
/// No step takes longer, in seconds.
const LONGEST: f64 = 24.0 * 3600.0;
/// So many times of one's own weigh as much as what ships with nk.
const EQUAL: f64 = 2.0;
/// What an emulator takes of which nothing is known: it pretends, and answers.
const EMULATOR: Spread = Spread { median: 0.1, slow: 0.3 };

impl History {
    /// Reads what is known of AWS, or of emulators.
    pub(crate) fn open(cache: Option<&Path>, emulated: bool) -> Self {
        let name = if emulated { "times-emulator.json" } else { "times-aws.json" };
        let file = cache.map(|cache| cache.join(name));
        let times = file.as_deref().and_then(|file| read(file).ok()).unwrap_or_default();
        Self { file, emulated, times }
    }

    /// How long something takes here: what is known from elsewhere and what was seen here, the more
    /// of the latter the more was seen.
    pub(crate) fn spread(&self, usual: &Usual) -> Spread {
        let elsewhere = if self.emulated { EMULATOR } else { usual.spread };
        let seen = self.times.seconds.get(&usual.key()).map_or(&[][..], Vec::as_slice);
        let Some(here) = Spread::of(seen) else { return elsewhere };
        let (here, elsewhere) = (positive(here), positive(elsewhere));
        let count = f64::from(u32::try_from(seen.len()).unwrap_or(u32::MAX));
        let weight = count / (count + EQUAL);
        // Between times that differ by a factor lies what differs from both by the same factor.
        let between = |one: f64, other: f64| one.powf(1.0 - weight) * other.powf(weight);
        let median = between(elsewhere.median, here.median);
        let wide = between(elsewhere.slow / elsewhere.median, here.slow / here.median);
        Spread { median, slow: median * wide.max(1.0) }
    }

    /// Whether it is of emulators.
    pub(crate) fn is_emulated(&self) -> bool {
        self.emulated
    }

    /// The least seconds between two looks.
    pub(crate) fn every(&self) -> f64 {
        if self.emulated { Looks::EMULATOR } else { Looks::AWS }
    }

    /// What the run of a plan will teach.
    pub(crate) fn lesson(&self, plan: &Plan) -> Lesson {
        let of = |step| {
            let usual = nk_plan::measured(step, nk_kinds::kind)?;
            Some((usual, step.usual.median - self.spread(usual).median))
        };
        Lesson(plan.steps.iter().map(of).collect())
    }

    /// Takes in what a run took, and keeps it if it can.
    pub(crate) fn learn(&self, lesson: &Lesson, summary: &Summary) {
        let Some(file) = &self.file else { return };
        // Another run may have written since.
        let mut times = read(file).unwrap_or_default();
        for (id, seconds) in &summary.took {
            if let Some(Some((usual, elsewhere))) = lesson.0.get(*id) {
                let seconds = ((seconds - elsewhere).max(0.0) * 100.0).round() / 100.0;
                times.seconds.entry(usual.key()).or_default().push(seconds);
            }
        }
        times.tidy();
        if let Err(error) = write(file, &times) {
            tracing::warn!(target: "nk::history", %error, "what the steps took is not kept");
        }
    }
}

/// Without what cannot be divided by.
fn positive(spread: Spread) -> Spread {
    let median = spread.median.max(0.01);
    Spread { median, slow: spread.slow.max(median) }
}

impl Times {
    /// Keeps only what means something, and of that only the latest.
    fn tidy(&mut self) {
        self.version = VERSION;
        let all = nk_kinds::KINDS.iter().flat_map(|kind| (kind.usual)());
        let known: BTreeSet<String> = all.map(Usual::key).collect();
        self.seconds.retain(|key, _| known.contains(key));
        for seconds in self.seconds.values_mut() {
            seconds.retain(|one| (0.0..=LONGEST).contains(one));
            seconds.drain(..seconds.len().saturating_sub(KEPT));
        }
    }
}

fn read(file: &Path) -> io::Result<Times> {
    let about = fs::metadata(file)?;
    if !about.is_file() || about.len() > LARGEST {
        return Err(io::ErrorKind::InvalidData.into());
    }
    let mut times: Times = serde_json::from_slice(&fs::read(file)?)?;
    if times.version != VERSION {
        return Err(io::ErrorKind::InvalidData.into());
    }
    times.tidy();
    Ok(times)
}

/// Writes it whole or not at all.
fn write(file: &Path, times: &Times) -> io::Result<()> {
    let draft = file.with_extension(format!("{}.new", process::id()));
    if let Some(folder) = file.parent() {
        fs::create_dir_all(folder)?;
    }
    let written = serde_json::to_vec(times)
        .map_err(io::Error::from)
        .and_then(|bytes| fs::write(&draft, bytes))
        .and_then(|()| fs::rename(&draft, file));
    if written.is_err() {
        let _ = fs::remove_file(&draft);
    }
    written
}

#[cfg(test)]
mod tests {
    use nk_model::{Json, Operation, Outcome};

    use super::*;

    fn gateway() -> &'static Usual {
        let all = (nk_kinds::kind("nat-gateway").unwrap().usual)();
        Usual::best(all, Operation::Create, None, &Json::Null).unwrap()
    }

    fn run(seconds: &[f64]) -> (Lesson, Summary) {
        let lesson = Lesson(seconds.iter().map(|_| Some((gateway(), 0.0))).collect());
        let summary = Summary {
            outcome: Outcome::Done,
            finished: seconds.len(),
            failed: 0,
            skipped: 0,
            seconds: 0.0,
            critical_path: Vec::new(),
            critical_steps: Vec::new(),
            bound: 0.0,
            predicted: nk_model::Forecast::default(),
            notes: Vec::new(),
            took: seconds.iter().copied().enumerate().collect(),
        };
        (lesson, summary)
    }

    fn learn(folder: &Path, seconds: &[f64]) -> History {
        let (lesson, summary) = run(seconds);
        History::open(Some(folder), false).learn(&lesson, &summary);
        History::open(Some(folder), false)
    }

    #[test]
    fn what_was_seen_here_counts_the_more_the_more_it_is() {
        let folder = tempfile::tempdir().unwrap();
        let none = History::open(Some(folder.path()), false).spread(gateway());
        assert_eq!(none, gateway().spread);
        let some = learn(folder.path(), &[80.0]).spread(gateway());
        let more = learn(folder.path(), &[80.0; 15]).spread(gateway());
        assert!(none.median > some.median && some.median > more.median, "{some:?}, {more:?}");
        assert!((80.0..84.0).contains(&more.median), "{more:?}");
        assert!(more.slow >= more.median);
    }

    #[test]
    fn an_emulator_teaches_nothing_about_aws() {
        let folder = tempfile::tempdir().unwrap();
        let (lesson, summary) = run(&[0.02; 10]);
        History::open(Some(folder.path()), true).learn(&lesson, &summary);
        let aws = History::open(Some(folder.path()), false).spread(gateway());
        assert_eq!(aws, gateway().spread);
        assert!(History::open(Some(folder.path()), true).spread(gateway()).median < 0.1);
    }

    #[test]
    fn the_file_stays_small_and_holds_only_seconds() {
        let folder = tempfile::tempdir().unwrap();
        for _ in 0..5 {
            learn(folder.path(), &[80.0, 90.0, f64::NAN, -1.0, 1e12, 100.0, 80.0, 80.0]);
        }
        let text = fs::read_to_string(folder.path().join("times-aws.json")).unwrap();
        let times: Times = serde_json::from_str(&text).unwrap();
        assert_eq!(times.seconds.keys().collect::<Vec<_>>(), ["nat-gateway create"]);
        assert_eq!(times.seconds["nat-gateway create"].len(), KEPT);
        assert_eq!(fs::read_dir(folder.path()).unwrap().count(), 1);
    }

    #[test]
    fn what_cannot_be_read_or_written_is_no_reason_to_fail() {
        let folder = tempfile::tempdir().unwrap();
        let file = folder.path().join("times-aws.json");
        for nonsense in
            ["", "{", "[]", r#"{"version":2,"seconds":{}}"#, r#"{"version":1,"seconds":{"a":[1]}}"#]
        {
            fs::write(&file, nonsense).unwrap();
            assert_eq!(
                History::open(Some(folder.path()), false).spread(gateway()),
                gateway().spread
            );
        }
        assert!(learn(folder.path(), &[80.0]).spread(gateway()).median < 107.0);
        fs::remove_file(&file).unwrap();
        // A folder in the file's place, and a file in the folder's: neither can be written.
        fs::create_dir(&file).unwrap();
        assert_eq!(learn(folder.path(), &[80.0]).spread(gateway()), gateway().spread);
        let occupied = folder.path().join("occupied");
        fs::write(&occupied, "").unwrap();
        assert_eq!(learn(&occupied, &[80.0]).spread(gateway()), gateway().spread);
        let (lesson, summary) = run(&[80.0]);
        History::open(None, false).learn(&lesson, &summary);
    }
}
