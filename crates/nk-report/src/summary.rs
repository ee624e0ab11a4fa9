//! What came of a run.

use nk_model::{Outcome, Summary};

use crate::{
    styles::{Styles, paint},
    text::{count, line, spell, tame, wrap},
};

/// What was done, failed and skipped, how close the run came to its bound, and what comes next.
pub fn summary_text(summary: &Summary, calls: usize, styles: &Styles) -> String {
    let Summary { outcome, finished, failed, skipped, seconds, critical_path: _, bound: _, notes } =
        summary;
    let style = if *outcome == Outcome::Done { styles.create } else { styles.error };
    let effort = format!("{} and {}", spell(*seconds), count(calls, "call"));
    let counts = if failed + skipped == 0 {
        count(*finished, "step")
    } else {
        format!("{} done, {failed} failed, {skipped} not begun", count(*finished, "step"))
    };
    let mut text = format!("{} {counts}, in {effort}.\n", paint(style, heading(*outcome)));
    text.push_str(&path(summary));
    if !notes.is_empty() {
        text.push('\n');
        for note in notes {
            line(&mut text, format_args!("{} {}", paint(styles.heading, "note:"), tame(note)));
        }
    }
    if let Some(hint) = hint(*outcome) {
        line(&mut text, format_args!("\n{} {hint}", paint(styles.hint, "hint:")));
    }
    text
}

fn heading(outcome: Outcome) -> &'static str {
    match outcome {
        Outcome::Done => "Done:",
        Outcome::Partial => "Not all done:",
        Outcome::Interrupted => "Interrupted:",
        Outcome::Ousted => "Stopped, another run has taken the lock over:",
    }
}

fn hint(outcome: Outcome) -> Option<&'static str> {
    match outcome {
        Outcome::Done => None,
        Outcome::Partial => Some(
            "what is done is kept; settle what is said above, and the same command does the rest",
        ),
        Outcome::Interrupted => Some("what is done is kept; the same command does the rest"),
        Outcome::Ousted => Some("what is done is kept; see with `nk plan` what the other one left"),
    }
}

/// The chain that took the longest, and how much longer the whole took.
fn path(summary: &Summary) -> String {
    let Summary { critical_path, bound, seconds, .. } = summary;
    if critical_path.len() < 2 || *bound <= 0.0 {
        return String::new();
    }
    let ratio = seconds / bound;
    let last = critical_path.len() - 1;
    let steps = critical_path.iter().enumerate();
    let words =
        steps.map(
            |(place, address)| {
                if place == last { address.to_string() } else { format!("{address} ->") }
            },
        );
    format!(
        "The longest chain took {} by itself; the run took {ratio:.2} times that:\n{}",
        spell(*bound),
        wrap(words, "  ", 100)
    )
}

#[cfg(test)]
mod tests {
    use nk_model::Address;

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
            seconds: 392.4,
            critical_path: [path.clone(), path].concat(),
            bound: 380.0,
            notes: vec![
                "service.backend-go: no image in `neuraknot-dev/backend-go`; push one".into(),
            ],
        }
    }

    #[test]
    fn a_good_end_says_how_good() {
        let text = summary_text(&summary(Outcome::Done), 187, &Styles::default());
        insta::assert_snapshot!(text, @r#"
        Done: 61 steps, in 6 min 32 s and 187 calls.
        The longest chain took 6 min 20 s by itself; the run took 1.03 times that:
          vpc.main -> subnet.public-1 -> nat-gateway.nat-1 -> route-table.private-1 -> vpc.main ->
          subnet.public-1 -> nat-gateway.nat-1 -> route-table.private-1

        note: service.backend-go: no image in `neuraknot-dev/backend-go`; push one
        "#);
    }

    #[test]
    fn a_bad_end_says_what_comes_next() {
        let text = summary_text(&summary(Outcome::Partial), 1, &Styles::default());
        insta::assert_snapshot!(text, @r#"
        Not all done: 61 steps done, 1 failed, 20 not begun, in 6 min 32 s and 1 call.
        The longest chain took 6 min 20 s by itself; the run took 1.03 times that:
          vpc.main -> subnet.public-1 -> nat-gateway.nat-1 -> route-table.private-1 -> vpc.main ->
          subnet.public-1 -> nat-gateway.nat-1 -> route-table.private-1

        note: service.backend-go: no image in `neuraknot-dev/backend-go`; push one

        hint: what is done is kept; settle what is said above, and the same command does the rest
        "#);
        let one =
            Summary { critical_path: Vec::new(), notes: Vec::new(), ..summary(Outcome::Ousted) };
        insta::assert_snapshot!(summary_text(&one, 12, &Styles::default()), @r#"
        Stopped, another run has taken the lock over: 61 steps done, 1 failed, 20 not begun, in 6 min 32 s and 12 calls.

        hint: what is done is kept; see with `nk plan` what the other one left
        "#);
    }
}
