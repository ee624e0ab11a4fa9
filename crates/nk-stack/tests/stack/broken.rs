//! Stack files that are no TOML throughout: nothing is said of them that is not true, and all that is
//! true of what is whole in them.

use std::{collections::BTreeSet, ops::Range};

use crate::{
    common::{NEURAKNOT, source},
    mutation::replace_a_value,
};
use fastrand::Rng;

/// A stack file with what the shipped one has not: tables below tables, what services share, lists of
/// several lines, an environment in two tables, and a text that looks like a head.
const RICH: &str = r#"project = "café-of-neuraKnot"
region = "ap-northeast-1"
logs.keep = "30d"

[network]
cidr = "10.0.0.0/16"

[[network.zones]]
name = "ap-northeast-1a"
public = "10.0.1.0/24"
private = "10.0.10.0/24"

[[network.zones]]
name = "ap-northeast-1c"
public = "10.0.2.0/24"
private = "10.0.20.0/24"

[database] # its class is of the environments
version = "15.4"
maintenance = "Sun 02:00-03:00 JST"

[database.storage]
initial = "20GB"

[database.backup]
window = "05:00-06:00 JST"

[load-balancer]

[services]
cpu = 256
memory = 512

[services.web]
port = 3000
route = {}
calls = [
  "api",
]

[services.web.environment]
TEXT = """
[database]
"""
API = "@{load-balancer.main.dns-name}"

[services."api"]
cpu = 512
memory = 1024
database = true
route.path = [ # two
  "/api",
  "/v1",
]

[alarms]
actions = []

[env.dev]
database.class = "db.t3.micro"
services.api.port = 8000

[env.prod]
protect = true
region = "ap-northeast-1"
services.count = 2

[env.prod.database]
class = "db.t3.medium"
storage.limit = "100GB"

[env.prod.services.api]
port = 8000
"#;

/// How many files each test breaks.
const SEEDS: u64 = 400;

/// What breaks TOML, by what it puts in the place of a piece of it.
const BREAKS: [(&str, &str); 16] = [
    (" = ", " "),
    (" = ", " = = "),
    ("= ", "= \\"),
    ("\"", ""),
    ("\"", "\"\"\""),
    ("\"", "'''"),
    ("\"", "\\"),
    ("true", "yes"),
    ("]", ""),
    ("}", ""),
    ("]\n", "\n"),
    ("\n[", "\n"),
    ("[", "[["),
    ("[", "{"),
    (".", ".."),
    ("\n", ""),
];

/// What the mistakes of the text say, without their places, which a break moves.
fn said(text: &str, environment: &str) -> BTreeSet<String> {
    let source = source(text);
    let Err(problems) = nk_stack::read(&source, environment) else { return BTreeSet::new() };
    problems.iter().map(|at| format!("{} ({})", at.message, at.label)).collect()
}

/// The same of each environment that the text is taken to have.
fn said_of_all(text: &str) -> BTreeSet<String> {
    let environments = nk_stack::environments(&source(text));
    environments.iter().flat_map(|environment| said(text, environment)).collect()
}

fn is_toml(said: &BTreeSet<String>) -> bool {
    !said.iter().any(|one| one.starts_with("not TOML"))
}

/// Where the blocks of a text begin and end, the lines above the first head first.
fn blocks(text: &str) -> Vec<Range<usize>> {
    let heads = text.match_indices("\n[").map(|(at, _)| at + 1);
    let starts: Vec<_> = [0].into_iter().chain(heads).collect();
    let ends = starts[1..].iter().copied().chain([text.len()]);
    starts.iter().zip(ends).map(|(start, end)| *start..end).collect()
}

/// The first line of a block.
fn head(text: &str, block: &Range<usize>) -> Range<usize> {
    block.start..text[block.start..].find('\n').map_or(block.end, |length| block.start + length + 1)
}

/// A part of the text to break: a head, the top, a block of an environment, of a service, or any.
fn part(rng: &mut Rng, text: &str) -> Range<usize> {
    let all = blocks(text);
    let begins = |with: &str| -> Vec<_> {
        all.iter().filter(|block| text[block.start..].starts_with(with)).cloned().collect()
    };
    let block = match rng.u8(..6) {
        0 => all.first().cloned(),
        1 => rng.choice(begins("[env")),
        2 => rng.choice(begins("[services")),
        3 => rng.choice(begins("[")).map(|block| head(text, &block)),
        4 => rng.choice(all),
        _ => None,
    };
    block.unwrap_or(0..text.len())
}

/// What to put in the place of what.
type Edit = (Range<usize>, String);

/// The text with these edits.
fn edited(text: &str, edits: &[Edit]) -> String {
    let mut edits = edits.to_vec();
    edits.sort_by_key(|(range, _)| range.start);
    let mut edited = String::new();
    let mut done = 0;
    for (range, scrap) in edits {
        if range.start >= done {
            edited += &text[done..range.start];
            edited += &scrap;
            done = range.end;
        }
    }
    edited + &text[done..]
}

/// How many strings over several lines the edits open: two may make one of all between them, which
/// is TOML.
fn strings(edits: &[Edit]) -> usize {
    let opens = |scrap: &str| scrap.contains("\"\"\"") || scrap.contains("'''");
    edits.iter().filter(|(_, scrap)| opens(scrap)).count()
}

/// Something that breaks a part of the text: a piece replaced, something opened, or all of it there
/// twice. None where the text is TOML with it, too.
fn breakage(rng: &mut Rng, text: &str) -> Option<Edit> {
    let part = part(rng, text);
    let line_end = head(text, &part).end;
    let edit = match rng.u8(..8) {
        0 => {
            let open = rng.choice(["open = [\n", "open = {\n", "open = \"\"\"\n"])?;
            (line_end..line_end, open.to_owned())
        }
        1 if text[part.start..].starts_with('[') && !text[part.clone()].contains("\n[") => {
            (text.len()..text.len(), format!("\n{}", &text[part]))
        }
        _ => {
            let (piece, scrap) = rng.choice(BREAKS)?;
            let places = text[part.clone()].match_indices(piece).map(|(at, _)| part.start + at);
            let at = rng.choice(places.collect::<Vec<_>>())?;
            (at..at + piece.len(), scrap.to_owned())
        }
    };
    (!is_toml(&said(&edited(text, std::slice::from_ref(&edit)), "dev"))).then_some(edit)
}

#[test]
fn what_is_said_beside_broken_toml_is_said_without_it_too() {
    let (mut both, mut wrong) = (0, Vec::new());
    for seed in 0..SEEDS {
        let mut rng = Rng::with_seed(seed);
        let mut text = rng.choice([NEURAKNOT, RICH]).unwrap().to_owned();
        for _ in 0..rng.usize(0..3) {
            let from = text.floor_char_boundary(rng.usize(..text.len()));
            replace_a_value(&mut rng, &mut text, from);
        }
        let environment = rng.choice([None, Some("dev"), Some("prod"), Some("stage")]).unwrap();
        let said = |text: &str| match environment {
            Some(environment) => said(text, environment),
            None => said_of_all(text),
        };
        let whole = said(&text);
        if !is_toml(&whole) {
            continue;
        }
        let edits: Vec<_> =
            (0..rng.usize(1..4)).filter_map(|_| breakage(&mut rng, &text)).collect();
        if strings(&edits) > 1 {
            continue;
        }
        let mixed = edited(&text, &edits);
        let said = said(&mixed);
        if is_toml(&said) {
            continue;
        }
        let meaning = said.iter().filter(|one| !one.starts_with("not TOML"));
        both += usize::from(meaning.clone().next().is_some());
        let invented: Vec<_> = meaning.filter(|one| !whole.contains(*one)).collect();
        if !invented.is_empty() {
            wrong.push(format!("seed {seed}: {invented:?} in {environment:?} after {edits:?}"));
        }
    }
    assert!(both > 70, "only {both} have both");
    assert!(wrong.is_empty(), "{} of {both}:\n{}", wrong.len(), wrong.join("\n"));
}

/// What means nothing in the shipped file, by what it puts in the place of a piece of it; each shows
/// from its block alone.
const NONSENSE: [(&str, &str); 14] = [
    ("\"per-zone\"", "\"perzone\""),
    ("version     = \"15.4\"\n", ""),
    ("\"db.t3.micro\"", "\"t3.micro\""),
    ("window = \"02:00-03:00 JST\"", "window = \"04:30-05:30 JST\""),
    ("length = 8", "length = 2"),
    ("\"line\", \"x\"", "\"line\", \"line\""),
    ("https = \"optional\"", "https = \"sometimes\""),
    ("memory = 512\nport = 8080", "memory = 3000\nport = 8080"),
    ("\"/health\"", "\"health\""),
    ("memory = 1024\n", ""),
    ("port = 3000", "port = 0"),
    ("port = 3000", "port = 3000\nsecrets = { A = \"oauth-credentials:a.b\" }"),
    ("keep = \"30d\"", "kept = \"30d\""),
    ("\"90d\"", "\"91d\""),
];

/// Whether an edit leaves a block and the ends of its lines alone.
fn spares((range, _): &Edit, block: &Range<usize>) -> bool {
    range.end < block.start || block.end <= range.start
}

#[test]
fn what_shows_from_a_whole_block_is_said_beside_others_that_are_broken() {
    let (mut heard, mut silent) = (0, Vec::new());
    for seed in 0..SEEDS {
        let mut rng = Rng::with_seed(seed);
        let nonsense = [(); 2].map(|()| {
            let (piece, scrap) = rng.choice(NONSENSE).unwrap();
            let at = NEURAKNOT.find(piece).unwrap();
            (at..at + piece.len(), scrap.to_owned())
        });
        let of_nonsense =
            |block: &Range<usize>| nonsense.iter().any(|(range, _)| block.contains(&range.start));
        let mut whole = blocks(NEURAKNOT);
        whole.retain(of_nonsense);
        let mut edits: Vec<_> =
            (0..rng.usize(1..4)).filter_map(|_| breakage(&mut rng, NEURAKNOT)).collect();
        edits.retain(|edit| whole.iter().all(|block| spares(edit, block)));
        // A block that is there twice is in doubt itself, and what is of an environment may have been
        // meant for `dev`.
        let heads: Vec<_> = whole.iter().map(|block| &NEURAKNOT[head(NEURAKNOT, block)]).collect();
        let is_second = |scrap: &str| {
            scrap.contains("[env") || heads.iter().any(|head| scrap.trim_start().starts_with(head))
        };
        edits.retain(|(_, scrap)| !is_second(scrap));
        // A head that is broken at both ends is none any more.
        edits.sort_by_key(|(range, _)| range.start);
        edits.dedup_by_key(|(range, _)| NEURAKNOT[..range.start].matches('\n').count());
        if edits.is_empty() || strings(&edits) > 1 || !spares(&nonsense[0], &nonsense[1].0) {
            continue;
        }
        let alone = |edit: &Edit| said(&edited(NEURAKNOT, std::slice::from_ref(edit)), "dev");
        let expected: BTreeSet<_> = nonsense.iter().flat_map(alone).collect();
        edits.extend(nonsense.clone());
        let said = said(&edited(NEURAKNOT, &edits), "dev");
        heard += 1;
        let missing: Vec<_> = expected.difference(&said).collect();
        if !missing.is_empty() {
            silent.push(format!("seed {seed}: {missing:?} after {edits:?}"));
        }
    }
    assert!(heard > 200, "only {heard}");
    assert!(silent.is_empty(), "{} of {heard}:\n{}", silent.len(), silent.join("\n"));
}
