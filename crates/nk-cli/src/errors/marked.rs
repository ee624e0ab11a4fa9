//! The mistakes in a stack file, each marked in its place.

use std::{fmt, io};

use miette::{Diagnostic, GraphicalReportHandler, GraphicalTheme, LabeledSpan, SourceCode};
use nk_report::{Complaint, Styles, complaint_text};
use nk_stack::Problems;

/// All mistakes, below one heading.
pub(super) fn graphical(problems: &Problems, styles: &Styles) -> String {
    let heading = Complaint::new(problems.to_string());
    let mut text = complaint_text(&heading, styles);
    let theme = match anstream::AutoStream::choice(&io::stderr()) {
        anstream::ColorChoice::Never => GraphicalTheme::unicode_nocolor(),
        _ => GraphicalTheme::unicode(),
    };
    let handler = GraphicalReportHandler::new_themed(theme);
    for problem in problems.related().into_iter().flatten() {
        text.push('\n');
        // Writing to a string does not fail.
        let _ = handler.render_report(&mut text, &Marked { problem, problems });
    }
    text
}

/// One mistake with the text in which it is marked. As a related error it would get the heading
/// `Error:` again.
#[derive(Debug)]
struct Marked<'a> {
    problem: &'a dyn Diagnostic,
    problems: &'a Problems,
}

impl fmt::Display for Marked<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self.problem, f)
    }
}

impl std::error::Error for Marked<'_> {}

impl Diagnostic for Marked<'_> {
    fn help<'b>(&'b self) -> Option<Box<dyn fmt::Display + 'b>> {
        self.problem.help()
    }

    fn labels(&self) -> Option<Box<dyn Iterator<Item = LabeledSpan> + '_>> {
        self.problem.labels()
    }

    fn source_code(&self) -> Option<&dyn SourceCode> {
        self.problems.source_code()
    }
}
