//! How long steps took before: a small file in the user's cache directory that improves forecasts.
//!
//! It may be deleted at any time, and nothing depends on it: a file that cannot be read counts as
//! empty, and one that cannot be written is left as it is. It contains the seconds of each kind and
//! operation, and nothing else. Times on an emulator are kept separately.

use std::{
    collections::{BTreeMap, BTreeSet},
    fs, io,
    path::{Path, PathBuf},
    process,
    time::Duration,
};

use nk_model::{Looks, Plan, Spread, Summary, Usual};
use serde::{Deserialize, Serialize};

/// How long steps took before, on AWS or on emulators.
pub(crate) struct History {
    /// The file; none if there is no place for it.
    file: Option<PathBuf>,
    emulated: bool,
    times: Times,
}

/// The file.
#[derive(Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct Times {
    version: u32,
    /// The latest last, by [`Usual::key`].
    #[serde(rename = "seconds", with = "nk_model::seconds")]
    taken: BTreeMap<String, Vec<Duration>>,
}

/// What a run is about to teach: of each step what is measured, and how much of its time comes from
/// elsewhere.
pub(crate) struct Lesson(Vec<Option<(&'static Usual, Duration)>>);

const VERSION: u32 = 1;
/// How many times are kept for each operation.
const KEPT: usize = 20;
/// A larger file, in bytes, was not written by nk.
const LARGEST: u64 = 1 << 18;
/// No step takes longer.
const LONGEST: Duration = Duration::from_hours(24);
/// Times are kept as exactly as this.
const EXACT: Duration = Duration::from_millis(10);
/// This many measured times weigh as much as those that ship with nk.
const EQUAL: f64 = 2.0;
/// The time on an emulator of an operation that was never measured there.
const EMULATOR: Spread =
    Spread { median: Duration::from_millis(100), slow: Duration::from_millis(300) };

impl History {
    /// Reads what is known about AWS, or about emulators.
    pub(crate) fn open(cache: Option<&Path>, emulated: bool) -> Self {
        let name = if emulated { "times-emulator.json" } else { "times-aws.json" };
        let file = cache.map(|cache| cache.join(name));
        let times = file.as_deref().and_then(|file| read(file).ok()).unwrap_or_default();
        Self { file, emulated, times }
    }

    /// How long something takes here: a mixture of the times that ship with nk and the measured
    /// ones, which weigh more the more there are.
    pub(crate) fn spread(&self, usual: &Usual) -> Spread {
        let elsewhere = if self.emulated { EMULATOR } else { usual.spread };
        let seen = self.times.taken.get(&usual.key()).map_or(&[][..], Vec::as_slice);
        let Some(here) = Spread::of(seen) else { return elsewhere };
        let (here, elsewhere) = (positive(here), positive(elsewhere));
        let count = f64::from(u32::try_from(seen.len()).unwrap_or(u32::MAX));
        let weight = count / (count + EQUAL);
        // The geometric mean differs from both times by the same factor.
        let towards = here.median.div_duration_f64(elsewhere.median).powf(weight);
        let median = elsewhere.median.mul_f64(towards);
        let wide = elsewhere.quick().powf(weight - 1.0) * here.quick().powf(-weight);
        Spread { median, slow: median.mul_f64(wide) }
    }

    /// Whether it is about emulators.
    pub(crate) fn is_emulated(&self) -> bool {
        self.emulated
    }

    /// The least time between two looks.
    pub(crate) fn every(&self) -> Duration {
        if self.emulated { Looks::EMULATOR } else { Looks::AWS }
    }

    /// What the run of a plan will teach.
    pub(crate) fn lesson(&self, plan: &Plan) -> Lesson {
        let of = |step| {
            let usual = nk_plan::measured(step, nk_kinds::kind)?;
            Some((usual, step.usual.median.saturating_sub(self.spread(usual).median)))
        };
        Lesson(plan.steps.iter().map(of).collect())
    }

    /// Adds what a run took, and saves it if possible.
    pub(crate) fn learn(&self, lesson: &Lesson, summary: &Summary) {
        let Some(file) = &self.file else { return };
        // Another run may have written in the meantime.
        let mut times = read(file).unwrap_or_default();
        for (id, took) in &summary.each {
            if let Some(Some((usual, elsewhere))) = lesson.0.get(*id) {
                let took = rounded(took.saturating_sub(*elsewhere));
                times.taken.entry(usual.key()).or_default().push(took);
            }
        }
        times.tidy();
        if let Err(error) = write(file, &times) {
            tracing::warn!(target: "nk::history", %error, "could not save how long the steps took");
        }
    }
}

fn rounded(time: Duration) -> Duration {
    EXACT.mul_f64(time.div_duration_f64(EXACT).round())
}

/// Without values that cannot be divided by.
fn positive(spread: Spread) -> Spread {
    let median = spread.median.max(EXACT);
    Spread { median, slow: spread.slow.max(median) }
}

impl Times {
    /// Keeps only valid times, and only the latest.
    fn tidy(&mut self) {
        self.version = VERSION;
        let all = nk_kinds::KINDS.iter().flat_map(|kind| (kind.usual)());
        let known: BTreeSet<String> = all.map(Usual::key).collect();
        self.taken.retain(|key, _| known.contains(key));
        for taken in self.taken.values_mut() {
            taken.retain(|one| *one <= LONGEST);
            taken.drain(..taken.len().saturating_sub(KEPT));
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

/// Writes the whole file or nothing.
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
        let lesson = Lesson(seconds.iter().map(|_| Some((gateway(), Duration::ZERO))).collect());
        let each = seconds.iter().map(|seconds| Duration::from_secs_f64(*seconds));
        let summary = Summary {
            outcome: Outcome::Done,
            finished: seconds.len(),
            failed: 0,
            skipped: 0,
            took: Duration::ZERO,
            critical_path: Vec::new(),
            critical_steps: Vec::new(),
            bound: Duration::ZERO,
            predicted: nk_model::Forecast::default(),
            notes: Vec::new(),
            each: each.enumerate().collect(),
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
        assert!((80..84).contains(&more.median.as_secs()), "{more:?}");
        assert!(more.slow >= more.median);
    }

    #[test]
    fn an_emulator_teaches_nothing_about_aws() {
        let folder = tempfile::tempdir().unwrap();
        let (lesson, summary) = run(&[0.02; 10]);
        History::open(Some(folder.path()), true).learn(&lesson, &summary);
        let aws = History::open(Some(folder.path()), false).spread(gateway());
        assert_eq!(aws, gateway().spread);
        let emulator = History::open(Some(folder.path()), true).spread(gateway());
        assert!(emulator.median < EMULATOR.median, "{emulator:?}");
    }

    #[test]
    fn the_file_stays_small_and_holds_only_seconds() {
        let folder = tempfile::tempdir().unwrap();
        for _ in 0..5 {
            learn(folder.path(), &[80.0, 90.0, 0.0, 1e12, 100.0, 80.0, 80.0]);
        }
        let text = fs::read_to_string(folder.path().join("times-aws.json")).unwrap();
        let times: Times = serde_json::from_str(&text).unwrap();
        assert_eq!(times.taken.keys().collect::<Vec<_>>(), ["nat-gateway create"]);
        assert_eq!(times.taken["nat-gateway create"].len(), KEPT);
        assert_eq!(fs::read_dir(folder.path()).unwrap().count(), 1);
    }

    #[test]
    fn what_cannot_be_read_or_written_is_no_reason_to_fail() {
        let folder = tempfile::tempdir().unwrap();
        let file = folder.path().join("times-aws.json");
        for nonsense in [
            "",
            "{",
            "[]",
            r#"{"version":2,"seconds":{}}"#,
            r#"{"version":1,"seconds":{"a":[1]}}"#,
            r#"{"version":1,"seconds":{"nat-gateway create":[-1]}}"#,
        ] {
            fs::write(&file, nonsense).unwrap();
            assert_eq!(
                History::open(Some(folder.path()), false).spread(gateway()),
                gateway().spread
            );
        }
        assert!(learn(folder.path(), &[80.0]).spread(gateway()).median.as_secs() < 107);
        fs::remove_file(&file).unwrap();
        // A directory in place of the file, and a file in place of the directory: neither can be
        // written.
        fs::create_dir(&file).unwrap();
        assert_eq!(learn(folder.path(), &[80.0]).spread(gateway()), gateway().spread);
        let occupied = folder.path().join("occupied");
        fs::write(&occupied, "").unwrap();
        assert_eq!(learn(&occupied, &[80.0]).spread(gateway()), gateway().spread);
        let (lesson, summary) = run(&[80.0]);
        History::open(None, false).learn(&lesson, &summary);
    }
}
