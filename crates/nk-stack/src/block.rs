//! The text of a stack file in blocks, each a head such as `[network]` and the lines under it.
//!
//! What is no TOML in one block is looked for in that block alone, so that a bracket it leaves open
//! swallows nothing of the next.

use toml::de::{DeTable, DeValue, Error};

use crate::{
    opening::{Opening, STRINGS, openings},
    problem::{Problem, Span},
};

/// In how many lines that look like heads the end of an open bracket is looked for: lists of lists and
/// long texts have such lines, too.
const PATIENCE: usize = 100;

/// What a head begins with, rightly or not.
const OPENERS: [char; 3] = ['[', '{', '('];

/// A head and the lines under it; the lines above the first head are a block without one.
#[derive(Debug)]
pub(crate) struct Block {
    pub(crate) span: Span,
    /// What in it is no TOML, in the order of the text.
    pub(crate) mistakes: Vec<Problem>,
    /// Whether its lines may be the text of a string, or what looks like a string in it lines.
    pub(crate) ambiguous: bool,
    /// How what stays open in it is marked.
    open: Option<&'static str>,
}

/// The blocks of a text, which follow each other without a gap.
pub(crate) fn blocks(text: &str) -> Vec<Block> {
    let cuts = cuts(text);
    let mut blocks = Vec::new();
    let mut index = 0;
    while index + 1 < cuts.len() {
        let (next, block) = block(text, &cuts, index);
        blocks.push(block);
        index = next;
    }
    for mark in STRINGS {
        doubt_strings(text, mark, &mut blocks);
    }
    blocks
}

/// Where one string over several lines is not closed, any of them may begin where another seems to
/// end.
fn doubt_strings(text: &str, mark: &'static str, blocks: &mut [Block]) {
    let has_mark = |block: &Block| text[block.span.clone()].contains(mark);
    if !blocks.iter().any(|block| block.open == Some(mark)) {
        return;
    }
    let (first, last) = (blocks.iter().position(has_mark), blocks.iter().rposition(has_mark));
    if let (Some(first), Some(last)) = (first, last) {
        blocks[first..=last].iter_mut().for_each(|block| block.ambiguous = true);
    }
}

/// The first line of a block, if that is a head.
pub(crate) fn head<'t>(text: &'t str, block: &Block) -> Option<&'t str> {
    text[block.span.clone()].lines().next().filter(|line| is_head(line))
}

/// The names in a head, if it can be read. A bracket too few or too many leaves no doubt about them.
pub(crate) fn names(head: &str) -> Option<Vec<String>> {
    let bare = head.split('#').next().unwrap_or(head).trim();
    let bare = bare.trim_start_matches(OPENERS).trim_end_matches(']');
    [head.to_owned(), format!("[{bare}]")].iter().find_map(|head| {
        let table = DeTable::parse(head).ok()?.into_inner();
        head.trim_start().starts_with('[').then(|| chain(&table))
    })
}

/// The names of tables of which each is all that the one before it holds.
fn chain(table: &DeTable<'_>) -> Vec<String> {
    let Some((name, value)) = table.iter().next() else { return Vec::new() };
    let below = match value.get_ref() {
        DeValue::Table(table) => chain(table),
        _ => Vec::new(),
    };
    [vec![name.get_ref().to_string()], below].concat()
}

/// A mistake of TOML as the parser tells it, in a text that begins at `start`.
pub(crate) fn mistake(error: &Error, start: usize) -> Problem {
    let span = error.span().unwrap_or(0..0);
    let span = start + span.start..start + span.end;
    Problem::new(&span, format!("not TOML: {}", error.message()), "here")
}

/// Where blocks may begin, and the end of the text.
fn cuts(text: &str) -> Vec<usize> {
    let mut cuts = vec![0];
    let mut at = 0;
    for line in text.split_inclusive('\n') {
        if at > 0 && is_head(line) {
            cuts.push(at);
        }
        at += line.len();
    }
    cuts.push(text.len());
    cuts
}

/// Whether a line is a head, be it one whose first bracket is missing or another.
fn is_head(line: &str) -> bool {
    let line = line.trim();
    let bare = |c: char| c.is_ascii_alphanumeric() || " .-_".contains(c);
    let opened = |line: &str| {
        let names = line.trim_start_matches(OPENERS);
        names.starts_with(bare) && names.chars().all(bare)
    };
    line.starts_with('[') || line.strip_suffix(']').is_some_and(opened)
}

/// The block that begins with a cut, and the cut with which the next one does.
///
/// Usually they follow each other; but where what it opens is closed behind lines that only look like
/// heads, those are part of it.
fn block(text: &str, cuts: &[usize], index: usize) -> (usize, Block) {
    let up_to = |next: usize| isolated(text, cuts[index]..cuts[next]);
    let short = up_to(index + 1);
    let further = index + 2..cuts.len().min(index + 2 + PATIENCE);
    let closed = |next: &usize| openings(&text[body(text, &(cuts[index]..cuts[*next]))]).is_empty();
    let mut further = further.take_while(|_| short.open.is_some()).filter(closed);
    let longer = further.find_map(|next| {
        let long = up_to(next);
        let mut swallowed = cuts[index + 1..next].iter().map(|at| &text[*at..]);
        let ambiguous = swallowed.any(|text| text.lines().next().and_then(names).is_some());
        let fits = long.mistakes.is_empty() || long.open.is_none() && !ambiguous;
        fits.then_some((next, Block { ambiguous, ..long }))
    });
    longer.unwrap_or((index + 1, short))
}

/// A part of the text as a block, with what is no TOML in it.
fn isolated(text: &str, span: Span) -> Block {
    let (_, errors) = DeTable::parse_recoverable(&text[span.clone()]);
    let mut mistakes: Vec<_> = errors.iter().map(|error| mistake(error, span.start)).collect();
    mistakes.sort_by_key(|problem| problem.span.start);
    let mut open = None;
    if errors.iter().any(|error| leaves_open(error.message())) {
        (mistakes, open) = up_to_the_opening(text, &span, mistakes);
    }
    Block { span, mistakes: without_consequences(text, mistakes), ambiguous: false, open }
}

/// A block without its head.
fn body(text: &str, span: &Span) -> Span {
    let first = text[span.clone()].split_inclusive('\n').next().filter(|line| is_head(line));
    span.start + first.map_or(0, str::len)..span.end
}

fn leaves_open(message: &str) -> bool {
    let what = ["unclosed array,", "unclosed inline table", "invalid multi-line"];
    what.iter().any(|what| message.starts_with(what))
}

/// What is wrong before something is opened that is not closed, and the opening itself: behind it
/// everything is misread.
fn up_to_the_opening(
    text: &str,
    span: &Span,
    mut mistakes: Vec<Problem>,
) -> (Vec<Problem>, Option<&'static str>) {
    let body = body(text, span);
    let start = body.start;
    let open = openings(&text[body]);
    let (Some(outermost), Some(innermost)) = (open.first(), open.last()) else {
        mistakes.truncate(1);
        return (mistakes, Some("["));
    };
    let line = line_start(text, start + outermost.at);
    mistakes.retain(|mistake| mistake.span.start < line);
    let Opening { at, mark } = *innermost;
    let marked = start + at..start + at + mark.len();
    mistakes.push(Problem::new(
        &marked,
        format!("not TOML: `{mark}` is not closed"),
        "opened here",
    ));
    (mistakes, Some(mark))
}

/// Of each line the first mistake, which the parser stumbles on for the rest of it, and each word
/// that lacks quotes, which it reads on behind.
fn without_consequences(text: &str, mistakes: Vec<Problem>) -> Vec<Problem> {
    let mut line = None;
    let is_word = |mistake: &Problem| mistake.message.contains("must be quoted");
    let mut is_told = |mistake: &Problem| {
        let start = line_start(text, mistake.span.start);
        line.replace(start) != Some(start) || is_word(mistake)
    };
    mistakes.into_iter().filter(|mistake| is_told(mistake)).collect()
}

/// Where the line begins that a place stands in.
fn line_start(text: &str, place: usize) -> usize {
    text[..text.floor_char_boundary(place)].rfind('\n').map_or(0, |at| at + 1)
}
