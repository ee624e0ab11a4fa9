//! The lines below a step: the fields that matter.

use nk_model::{Change, Json};

use crate::{
    styles::{Styles, paint},
    text::{count, pad, width},
    value::{brief, contrast, says_nothing, short},
};

/// One field, with one or several lines.
struct Field {
    path: String,
    lines: Vec<String>,
}

/// The maximum width of a value.
const COLUMNS: usize = 72;
/// How many elements of a list are shown one by one.
const ELEMENTS: usize = 12;
/// The maximum width of the column of paths.
const PATHS: usize = 32;
const INDENT: usize = 8;
/// Fields that are the same for everything new.
const TAGS: [&str; 2] = ["tags", "rule-tags"];

/// The fields of a new resource that say something, its name first. Tags are the same for all.
pub(crate) fn of_new(spec: &Json, styles: &Styles) -> String {
    let mut fields = Vec::new();
    let (names, rest): (Vec<_>, Vec<_>) =
        spec.as_object().into_iter().flatten().partition(|(field, _)| *field == "name");
    for (name, value) in names.into_iter().chain(rest) {
        if !TAGS.contains(&name.as_str()) && !says_nothing(value) {
            collect(name.clone(), value, 0, &mut fields);
        }
    }
    written(&fields, styles)
}

/// What differs.
pub(crate) fn of_changes(changes: &[Change], styles: &Styles) -> String {
    let fields: Vec<_> = changes
        .iter()
        .map(|change| Field { path: change.path.clone(), lines: difference(change, styles) })
        .collect();
    written(&fields, styles)
}

fn written(fields: &[Field], styles: &Styles) -> String {
    let column = fields.iter().map(|field| width(&field.path)).max().unwrap_or(0).min(PATHS);
    let mut text = String::new();
    for Field { path, lines } in fields {
        let mut first = Some(path.as_str());
        for line in lines {
            let path = paint(styles.faint, pad(first.take().unwrap_or(""), column));
            text.push_str(format!("{:INDENT$}{path}  {line}", "").trim_end());
            text.push('\n');
        }
    }
    text
}

/// The lines of a new value: short values on one line, structures one level down, long ones cut.
fn collect(path: String, value: &Json, depth: usize, fields: &mut Vec<Field>) {
    let whole = brief(value);
    match value {
        Json::Array(items) => fields.push(Field { path, lines: elements(items) }),
        Json::Object(below) if width(&whole) > COLUMNS && depth == 0 => {
            for (name, value) in below.iter().filter(|(_, value)| !says_nothing(value)) {
                collect(format!("{path}.{name}"), value, depth + 1, fields);
            }
        }
        _ => fields.push(Field { path, lines: vec![short(value, COLUMNS)] }),
    }
}

fn elements(items: &[Json]) -> Vec<String> {
    let plain = items.iter().all(|item| !item.is_object() && !item.is_array());
    let joined = items.iter().map(brief).collect::<Vec<_>>().join(", ");
    if plain && width(&joined) <= COLUMNS {
        return vec![joined];
    }
    // The number of several long structures says more than their beginnings.
    if items.len() > 2 && items.iter().all(|item| width(&brief(item)) > COLUMNS) {
        return vec![format!("{} of them", items.len())];
    }
    let mut lines: Vec<_> = items.iter().take(ELEMENTS).map(|item| short(item, COLUMNS)).collect();
    if items.len() > ELEMENTS {
        lines.push(format!("and {} more", items.len() - ELEMENTS));
    }
    lines
}

/// Lists as what is added and what is removed; anything else as `from -> to`.
fn difference(change: &Change, styles: &Styles) -> Vec<String> {
    let empty = Vec::new();
    match (&change.from, &change.to) {
        (Json::Array(from), Json::Array(to)) => list_difference(from, to, styles),
        (Json::Array(from), Json::Null) => list_difference(from, &empty, styles),
        (Json::Null, Json::Array(to)) if !to.is_empty() => list_difference(&empty, to, styles),
        (from, to) => {
            let (from, to) = contrast(from, to, COLUMNS);
            let (from, to) = (paint(styles.destroy, &from), paint(styles.create, &to));
            vec![format!("{from} -> {to}")]
        }
    }
}

fn list_difference(from: &[Json], to: &[Json], styles: &Styles) -> Vec<String> {
    let (removed, added) = (beyond(from, to), beyond(to, from));
    let (one, other) = match (removed.as_slice(), added.as_slice()) {
        ([], []) => return vec![format!("{} in another order", count(to.len(), "element"))],
        ([removed], [added]) => {
            let (one, other) = contrast(removed, added, 2 * COLUMNS);
            (vec![one], vec![other])
        }
        (removed, added)
            if removed.len() == added.len() && all_long(removed) && all_long(added) =>
        {
            return vec![format!("{} of {} elements differ", added.len(), to.len())];
        }
        (removed, added) => (shown(removed), shown(added)),
    };
    let minus = one.into_iter().map(|line| paint(styles.destroy, format_args!("- {line}")));
    let plus = other.into_iter().map(|line| paint(styles.create, format_args!("+ {line}")));
    minus.chain(plus).collect()
}

/// Whether all would be cut, so that the difference may be in what is not shown.
fn all_long(items: &[&Json]) -> bool {
    items.iter().all(|item| width(&brief(item)) > 2 * COLUMNS)
}

fn shown(items: &[&Json]) -> Vec<String> {
    items.iter().map(|item| short(item, 2 * COLUMNS)).collect()
}

/// The elements that occur more often in `some` than in `others`.
fn beyond<'a>(some: &'a [Json], others: &[Json]) -> Vec<&'a Json> {
    let mut others: Vec<_> = others.iter().collect();
    let mut beyond = Vec::new();
    for item in some {
        match others.iter().position(|other| *other == item) {
            Some(place) => drop(others.swap_remove(place)),
            None => beyond.push(item),
        }
    }
    beyond
}
