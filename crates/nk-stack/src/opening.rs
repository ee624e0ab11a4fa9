//! What stays open in a piece of TOML: a bracket, a brace, or a string over several lines.

/// What opens and is to be closed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Opening {
    /// Where it stands in the piece, in bytes.
    pub(crate) at: usize,
    /// How it is written.
    pub(crate) mark: &'static str,
}

/// What marks strings over several lines.
pub(crate) const STRINGS: [&str; 2] = ["\"\"\"", "'''"];

/// What is still open at the end of the piece, outermost first.
///
/// What closes something else than was opened last closes nothing, so of `{ a = [1 }` both stay open and
/// the bracket is the one to blame.
pub(crate) fn openings(piece: &str) -> Vec<Opening> {
    let mut open: Vec<Opening> = Vec::new();
    let mut at = 0;
    while let Some(next) = piece[at..].chars().next() {
        let rest = &piece[at..];
        let close = |open: &mut Vec<Opening>, mark: &str| {
            if open.last().is_some_and(|opening| opening.mark == mark) {
                open.pop();
            }
        };
        match next {
            '#' => {
                at += line(rest);
                continue;
            }
            '"' | '\'' => {
                let (mark, length) = string(rest);
                let Some(length) = length else {
                    open.push(Opening { at, mark });
                    return open;
                };
                at += length;
                continue;
            }
            '[' => open.push(Opening { at, mark: "[" }),
            '{' => open.push(Opening { at, mark: "{" }),
            ']' => close(&mut open, "["),
            '}' => close(&mut open, "{"),
            _ => {}
        }
        at += next.len_utf8();
    }
    open
}

/// How many bytes there are before the end of the line.
fn line(text: &str) -> usize {
    text.find('\n').unwrap_or(text.len())
}

/// How the string that a text begins with is marked, and how many bytes it has; none where it does not
/// end. One of a single line ends with its line at the latest.
fn string(text: &str) -> (&'static str, Option<usize>) {
    let escapes = text.starts_with('"');
    if let Some(mark) = STRINGS.into_iter().find(|mark| text.starts_with(mark)) {
        return (mark, end(text, mark, escapes));
    }
    let mark = if escapes { "\"" } else { "'" };
    let line = &text[..line(text)];
    (mark, Some(end(line, mark, escapes).unwrap_or(line.len())))
}

/// Where the string ends that begins and ends with this mark.
fn end(text: &str, mark: &str, escapes: bool) -> Option<usize> {
    let mut at = mark.len();
    loop {
        let rest = text.get(at..)?;
        if rest.starts_with(mark) {
            return Some(at + mark.len());
        }
        let mut letters = rest.chars();
        let first = letters.next()?;
        at += first.len_utf8();
        if escapes && first == '\\' {
            at += letters.next().map_or(0, char::len_utf8);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn open(piece: &str) -> Vec<(usize, &'static str)> {
        openings(piece).into_iter().map(|opening| (opening.at, opening.mark)).collect()
    }

    #[test]
    fn what_is_closed_is_not_open() {
        for closed in
            ["", "a = [1, { b = 2 }]", "a = \"[\\\"{\"", "a = '[' # {", "a = \"\"\"\n[\"\"\""]
        {
            assert_eq!(open(closed), [], "{closed}");
        }
    }

    #[test]
    fn what_is_not_closed_is_found_where_it_stands() {
        assert_eq!(open("a = [\"é\",\nb = 1"), [(4, "[")]);
        assert_eq!(open("a = { b = [1 }"), [(4, "{"), (10, "[")]);
        assert_eq!(open("a = '''\n[b]\nc = ''"), [(4, "'''")]);
        // A string of a single line ends with it.
        assert_eq!(open("a = \"b\nc = {"), [(11, "{")]);
    }
}
