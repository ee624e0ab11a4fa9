//! The result of a run.

use nk_model::{Forecast, Hint, Outcome, Summary};

use crate::{
    styles::{Styles, paint},
    text::{chain, count, likely, line, spell, tame},
};

/// What was done, failed and skipped, the forecast, how close the run came to its bound, and what
/// comes next.
///
/// This many of the `calls` were made before the run. Commands have these flags.
pub fn summary_text(
    summary: &Summary,
    calls: usize,
    before: usize,
    styles: &Styles,
    flags: &str,
) -> String {
    let Summary { outcome, finished, failed, skipped, took, notes, .. } = summary;
    let style = if *outcome == Outcome::Done { styles.create } else { styles.error };
    let effort = format!("{} and {}", spell(*took), count(calls, "call"));
    let counts = if failed + skipped == 0 {
        count(*finished, "step")
    } else {
        format!("{} done, {failed} failed, {skipped} not started", count(*finished, "step"))
    };
    let mut text = format!("{} {counts} in {effort}.\n", paint(style, heading(*outcome)));
    if *outcome == Outcome::Done && !summary.predicted.critical_path.is_empty() {
        let Forecast { time, calls, critical_path: _ } = &summary.predicted;
        let calls = count(before + calls, "call");
        line(&mut text, format_args!("Expected: {}, about {calls}.", likely(*time)));
    }
    text.push_str(&path(summary));
    if !notes.is_empty() {
        text.push('\n');
        for note in notes {
            line(&mut text, format_args!("{} {}", paint(styles.heading, "note:"), tame(note)));
        }
    }
    if let Some(hint) = hint(*outcome) {
        let hint = hint.text(flags);
        line(&mut text, format_args!("\n{} {hint}", paint(styles.hint, "hint:")));
    }
    text
}

fn heading(outcome: Outcome) -> &'static str {
    match outcome {
        Outcome::Done => "Done:",
        Outcome::Partial => "Incomplete:",
        Outcome::Interrupted => "Interrupted:",
        Outcome::Ousted => "Stopped, because another run took over the lock:",
    }
}

fn hint(outcome: Outcome) -> Option<Hint> {
    Some(match outcome {
        Outcome::Done => return None,
        Outcome::Partial => {
            "completed steps are kept; correct the errors above, and run the same command again"
                .into()
        }
        Outcome::Interrupted => {
            "completed steps are kept; run the same command again to continue".into()
        }
        Outcome::Ousted => Hint::from("completed steps are kept; run ")
            .command("nk plan")
            .then(" to see what remains to be done"),
    })
}

/// The chain that took the longest, and how much longer the whole run took.
fn path(summary: &Summary) -> String {
    let Summary { critical_path, bound, took, .. } = summary;
    if critical_path.len() < 2 || bound.is_zero() {
        return String::new();
    }
    let (needed, ratio) = (spell(*bound), took.div_duration_f64(*bound));
    let along = chain(critical_path);
    format!(
        "AWS needed {needed} for the longest chain of steps; the run took {ratio:.2} times as \
         long:\n{along}"
    )
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use nk_model::{Address, Spread};

    use super::*;

    fn summary(outcome: Outcome) -> Summary {
        let path = ["vpc.main", "subnet.public-1", "nat-gateway.nat-1", "route-table.private-1"];
        let path: Vec<Address> = path.iter().map(|text| text.parse().unwrap()).collect();
        let (failed, skipped) = if outcome == Outcome::Done { (0, 0) } else { (1, 20) };
        Summary {
            outcome,
            finished: 61,
            failed,
            skipped,
            took: Duration::from_millis(392_400),
            critical_path: [path.clone(), path.clone()].concat(),
            critical_steps: (0..8).collect(),
            bound: Duration::from_secs(380),
            predicted: Forecast {
                time: Spread {
                    median: Duration::from_millis(431_600),
                    slow: Duration::from_secs(561),
                },
                critical_path: path,
                calls: 140,
            },
            notes: vec![
                "service.backend-go: no image in `neuraknot-dev/backend-go`; push one".into(),
            ],
            each: Vec::new(),
        }
    }

    #[test]
    fn a_good_end_says_how_good() {
        let text = summary_text(&summary(Outcome::Done), 187, 52, &Styles::default(), "");
        insta::assert_snapshot!(text, @r#"
        Done: 61 steps, in 6 min 32 s and 187 calls.
        Expected were 7 min 12 s, nine times in ten less than 9 min 21 s, and about 192 calls.
        AWS itself needed 6 min 20 s for the path below; the run took 1.03 times that:
          vpc.main -> subnet.public-1 -> nat-gateway.nat-1 -> route-table.private-1 -> vpc.main ->
          subnet.public-1 -> nat-gateway.nat-1 -> route-table.private-1

        note: service.backend-go: no image in `neuraknot-dev/backend-go`; push one
        "#);
    }

    #[test]
    fn a_bad_end_says_what_comes_next() {
        let text = summary_text(&summary(Outcome::Partial), 1, 0, &Styles::default(), "");
        insta::assert_snapshot!(text, @r#"
        Not all done: 61 steps done, 1 failed, 20 not begun, in 6 min 32 s and 1 call.
        AWS itself needed 6 min 20 s for the path below; the run took 1.03 times that:
          vpc.main -> subnet.public-1 -> nat-gateway.nat-1 -> route-table.private-1 -> vpc.main ->
          subnet.public-1 -> nat-gateway.nat-1 -> route-table.private-1

        note: service.backend-go: no image in `neuraknot-dev/backend-go`; push one

        hint: what is done is kept; settle what is said above, and the same command does the rest
        "#);
        let one =
            Summary { critical_path: Vec::new(), notes: Vec::new(), ..summary(Outcome::Ousted) };
        insta::assert_snapshot!(summary_text(&one, 12, 0, &Styles::default(), " --env x"), @r#"
        Stopped, another run has taken the lock over: 61 steps done, 1 failed, 20 not begun, in 6 min 32 s and 12 calls.

        hint: what is done is kept; `nk plan --env x` shows what the other left
        "#);
    }
}
