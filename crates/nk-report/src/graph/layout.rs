//! The positions of boxes and arrows: in layers by the longest path, each layer in the order of
//! what its boxes depend on. An arrow across several layers gets a position in each of them.
//!
//! After Sugiyama, Tagawa and Toda, *Methods for Visual Understanding of Hierarchical System
//! Structures* (1981).

use super::Graph;

/// How many times the layers are ordered, in both directions.
const SWEEPS: usize = 12;
/// The space between two boxes above each other.
const GAP: f64 = 14.0;
/// The space for an arrow that crosses a layer.
const LANE: f64 = 9.0;
/// The space between two layers.
const AISLE: f64 = 70.0;

/// A drawing, in pixels.
pub(super) struct Layout {
    pub(super) width: f64,
    pub(super) height: f64,
    /// By node: the upper left corner and the size.
    pub(super) boxes: Vec<Rectangle>,
    /// By edge: the points on its path.
    pub(super) ways: Vec<Vec<(f64, f64)>>,
}

#[derive(Debug, Clone, Copy, Default)]
pub(super) struct Rectangle {
    pub(super) left: f64,
    pub(super) top: f64,
    pub(super) width: f64,
    pub(super) height: f64,
}

/// Something with a position in a layer: a node, or a point of an edge.
struct Item {
    layer: usize,
    width: f64,
    height: f64,
    /// The items before and after it.
    before: Vec<usize>,
    after: Vec<usize>,
    /// Its middle.
    at: f64,
}

/// Lays out a graph whose boxes have these sizes.
pub(super) fn layout(graph: &Graph, sizes: &[(f64, f64)]) -> Layout {
    let layers = layers(graph);
    let item = |layer, (width, height)| Item {
        layer,
        width,
        height,
        before: Vec::new(),
        after: Vec::new(),
        at: 0.0,
    };
    let mut items: Vec<Item> =
        layers.iter().zip(sizes).map(|(layer, size)| item(*layer, *size)).collect();
    // By edge: the items on its path, including its ends.
    let mut passes = Vec::with_capacity(graph.edges.len());
    for edge in &graph.edges {
        let mut way = vec![edge.from];
        for layer in layers[edge.from] + 1..layers[edge.to] {
            way.push(items.len());
            items.push(item(layer, (0.0, LANE - GAP)));
        }
        way.push(edge.to);
        for pair in way.windows(2) {
            items[pair[0]].after.push(pair[1]);
            items[pair[1]].before.push(pair[0]);
        }
        passes.push(way);
    }
    let mut rows: Vec<Vec<usize>> = vec![Vec::new(); layers.iter().max().map_or(0, |max| max + 1)];
    for (at, item) in items.iter().enumerate() {
        rows[item.layer].push(at);
    }
    for row in &rows {
        stack(&mut items, row);
    }
    for sweep in 0..SWEEPS {
        let forth = sweep % 2 == 0;
        for place in 0..rows.len() {
            let row = if forth { place } else { rows.len() - 1 - place };
            order(&mut items, &mut rows[row], forth);
        }
    }
    draw(&items, &rows, passes, sizes.len())
}

/// The layer of each node: after everything that it needs. In a plan, edges lead from earlier nodes
/// to later ones; in a topology they have no order. A circle would end in the last layer.
fn layers(graph: &Graph) -> Vec<usize> {
    let count = graph.nodes.len();
    let (mut layers, mut open) = (vec![0; count], vec![0; count]);
    let mut after = vec![Vec::new(); count];
    for edge in &graph.edges {
        after[edge.from].push(edge.to);
        open[edge.to] += 1;
    }
    let mut free: Vec<usize> = (0..count).filter(|at| open[*at] == 0).collect();
    while let Some(at) = free.pop() {
        for next in &after[at] {
            layers[*next] = layers[*next].max(layers[at] + 1);
            open[*next] -= 1;
            if open[*next] == 0 {
                free.push(*next);
            }
        }
    }
    layers
}

/// Orders the items of a layer by what they depend on, and places them below each other.
fn order(items: &mut [Item], row: &mut [usize], forth: bool) {
    let mut wished: Vec<(f64, usize)> = row
        .iter()
        .map(|at| {
            let others = if forth { &items[*at].before } else { &items[*at].after };
            let sum: f64 = others.iter().map(|other| items[*other].at).sum();
            #[expect(clippy::cast_precision_loss, reason = "a box has not that many arrows")]
            let middle = if others.is_empty() { items[*at].at } else { sum / others.len() as f64 };
            (middle, *at)
        })
        .collect();
    wished.sort_by(|(a, _), (b, _)| a.total_cmp(b));
    for (place, (_, at)) in row.iter_mut().zip(&wished) {
        *place = *at;
    }
    stack(items, row);
    // As close to the wished position as the order allows, all at once.
    let shift: f64 = wished.iter().map(|(wish, at)| wish - items[*at].at).sum();
    #[expect(clippy::cast_precision_loss, reason = "a layer has not that many boxes")]
    let shift = shift / wished.len().max(1) as f64;
    for at in row {
        items[*at].at += shift;
    }
}

/// Places the items of a layer below each other.
fn stack(items: &mut [Item], row: &[usize]) {
    let mut top = 0.0;
    for at in row {
        let item = &mut items[*at];
        item.at = top + item.height / 2.0;
        top += item.height + GAP;
    }
}

fn draw(items: &[Item], rows: &[Vec<usize>], passes: Vec<Vec<usize>>, nodes: usize) -> Layout {
    let top = items.iter().map(|item| item.at - item.height / 2.0).fold(f64::INFINITY, f64::min);
    let mut lefts = Vec::with_capacity(rows.len());
    let mut width = GAP;
    for row in rows {
        let widest = row.iter().map(|at| items[*at].width).fold(0.0, f64::max);
        lefts.push((width, widest));
        width += widest + AISLE;
    }
    let place = |item: &Item| GAP + item.at - if top.is_finite() { top } else { 0.0 };
    let boxes: Vec<_> = items[..nodes]
        .iter()
        .map(|item| Rectangle {
            left: lefts[item.layer].0,
            top: place(item) - item.height / 2.0,
            width: item.width,
            height: item.height,
        })
        .collect();
    let ways = passes.into_iter().map(|way| {
        let mut points = Vec::new();
        for at in way {
            let item = &items[at];
            let (left, widest) = lefts[item.layer];
            let width = if at < nodes { item.width } else { widest };
            points.extend([(left, place(item)), (left + width, place(item))]);
        }
        // From the right side of the first box to the left side of the last.
        points.remove(0);
        points.pop();
        points
    });
    let bottom = items.iter().map(|item| place(item) + item.height / 2.0).fold(0.0, f64::max);
    Layout {
        width: (width - AISLE + GAP).max(2.0 * GAP),
        height: bottom + GAP,
        boxes,
        ways: ways.collect(),
    }
}
