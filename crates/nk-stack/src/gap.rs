//! What is missing of a stack file because it is no TOML, and what might have stood there.
//!
//! Whoever mends such a file puts brackets, quotes, commas and spaces right, and keeps the letters of
//! its names: what a gap has no letters for was not there.

use crate::block::names;

/// What is missing of a stack file.
#[derive(Debug, Default)]
pub(crate) struct Gaps(Vec<Gap>);

/// A block that is missing.
#[derive(Debug)]
struct Gap {
    /// The names in its head, if it can be read; none where one may be another.
    head: Vec<Option<String>>,
    /// The letters of a head that cannot be read, which are those of its names one behind the other.
    /// None where they say nothing; without any, all names below those of `head` stand in the block.
    letters: Option<String>,
    /// The letters of the whole block.
    text: String,
    /// The environment that it seems to be of.
    environment: Option<String>,
}

impl Gaps {
    /// Notes that a block is missing, with its head if it has one.
    pub(crate) fn add(&mut self, head: Option<&str>, text: &str) {
        self.0.push(match head {
            Some(head) => Gap::with_head(head, text),
            None => Gap::top(text),
        });
        // A head may have lost its bracket, or the end of the line before it.
        let hidden = text.lines().flat_map(heads_within).map(|head| Gap::with_head(head, text));
        self.0.extend(hidden.filter(|gap| gap.letters.is_some()));
    }

    /// Notes that a block is missing whose head is there twice: which environment it was to be of is
    /// anybody's guess.
    pub(crate) fn add_second(&mut self, head: Option<&str>, text: &str) {
        self.add(head, text);
        let Some(mut names) = head.and_then(names) else { return };
        if names.first().is_some_and(|name| name == "env") && names.len() > 1 {
            let below = names.split_off(2).into_iter().map(Some);
            let head = [Some("env".to_owned()), None].into_iter().chain(below).collect();
            self.0.push(Gap { head, ..Gap::top(text) });
        }
    }

    /// Notes that nothing is known of what is missing.
    pub(crate) fn add_anything(&mut self) {
        self.0.push(Gap { letters: None, ..Gap::top("") });
    }

    /// Whether nothing is missing.
    pub(crate) fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// Whether something of what has this path may be missing.
    pub(crate) fn touch(&self, path: &[&str]) -> bool {
        self.0.iter().any(|gap| gap.touches(path))
    }

    /// The environments of which something is missing, where their names can be made out.
    pub(crate) fn environments(&self) -> impl Iterator<Item = &str> {
        self.0.iter().filter_map(|gap| gap.environment.as_deref())
    }
}

impl Gap {
    /// One without a head, which may hold anything that it has the letters for.
    fn top(text: &str) -> Self {
        let text = letters(text);
        Self { head: Vec::new(), letters: Some(String::new()), text, environment: None }
    }

    fn with_head(line: &str, text: &str) -> Self {
        let line = line.split('#').next().unwrap_or(line);
        let head = line.find(']').map_or(line, |end| &line[..=end]);
        let environment = environment(head).map(str::to_owned);
        if let Some(names) = names(head) {
            let head = names.into_iter().map(Some).collect();
            return Self { head, environment, ..Self::top(text) };
        }
        // What has swallowed a key of its block may go on with more than its letters.
        let letters = Some(letters(head)).filter(|all| !all.is_empty() && !head.contains('='));
        Self { letters, environment, ..Self::top(text) }
    }

    /// Whether something of what has this path may have stood in it.
    fn touches(&self, path: &[&str]) -> bool {
        let is_here = |(name, wanted): (&Option<String>, &&str)| {
            name.as_ref().is_none_or(|name| name == wanted)
        };
        if !self.head.iter().zip(path).all(is_here) {
            return false;
        }
        let Some(mut in_head) = self.letters.as_deref() else { return true };
        path.iter().skip(self.head.len()).map(|name| letters(name)).all(|name| {
            if in_head.is_empty() {
                return self.text.contains(&name);
            }
            let behind = in_head.strip_prefix(&name);
            in_head = behind.unwrap_or_default();
            behind.is_some()
        })
    }
}

/// The environment that a head seems to be of.
fn environment(head: &str) -> Option<&str> {
    let words = head.split(|c: char| !c.is_ascii_alphanumeric());
    let mut words = words.filter(|word| !word.is_empty());
    words.next().filter(|word| *word == "env").and(words.next())
}

/// What could be heads in a line that is none, or that is more than one.
fn heads_within(line: &str) -> Vec<&str> {
    let line = line.split('#').next().unwrap_or(line);
    let is_bare = line.trim_end().ends_with(']') && !line.contains('=') || names(line).is_some();
    let opened = line.match_indices('[').map(|(at, _)| &line[at..]);
    Some(line).filter(|_| is_bare).into_iter().chain(opened).collect()
}

/// The letters and digits of a text, all small.
fn letters(text: &str) -> String {
    text.chars().filter(char::is_ascii_alphanumeric).map(|c| c.to_ascii_lowercase()).collect()
}
