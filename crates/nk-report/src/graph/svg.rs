//! An image that every browser displays, drawn without another program.

use std::{collections::HashMap, fmt::Write};

use super::{
    ARROW, Graph, LONGEST,
    layout::{Layout, layout},
};
use crate::text::{line, width};

/// The maximum width of a letter of the labels, in pixels.
const LETTER: f64 = 7.3;
/// The height of the line with the title.
const TITLE: f64 = 34.0;

/// The colours of the services.
const STRIPES: [&str; 10] = [
    "#0969da", "#bc4c00", "#2da44e", "#8250df", "#bf3989", "#9a6700", "#1b7c83", "#cf222e",
    "#57606a", "#4d2d00",
];

/// Colours for a light and a dark page.
const STYLE: &str = "  <style>
    text { font: 12px ui-monospace, Menlo, Consolas, monospace; fill: #1f2328; }
    .title { font-size: 15px; font-weight: bold; fill: #57606a; }
    .faint { font-size: 10px; fill: #57606a; }
    @media (prefers-color-scheme: dark) { .title { fill: #b1bac4; } }
  </style>
";

impl Graph {
    /// The graph as an SVG image.
    pub fn svg(&self) -> String {
        let sizes: Vec<_> =
            self.nodes.iter().map(|node| size(node.address.as_str(), &second(node))).collect();
        let Layout { width, height, boxes, ways } = layout(self, &sizes);
        let mut text = format!(
            "<svg xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"0 0 {width:.0} {:.0}\">\n{STYLE}",
            height + TITLE
        );
        for (name, colour) in [("arrow", ARROW), ("longest", LONGEST)] {
            line(
                &mut text,
                format_args!(
                    "  <marker id=\"{name}\" viewBox=\"0 0 8 8\" refX=\"8\" refY=\"4\" \
                     markerWidth=\"7\" markerHeight=\"7\" markerUnits=\"userSpaceOnUse\" \
                     orient=\"auto\"><path d=\"M0 0 L8 4 L0 8 z\" fill=\"{colour}\"/></marker>"
                ),
            );
        }
        line(
            &mut text,
            format_args!(
                "  <text class=\"title\" x=\"14\" y=\"24\">{}</text>",
                escaped(&self.title)
            ),
        );
        line(&mut text, format_args!("  <g transform=\"translate(0 {TITLE})\">"));
        for (edge, way) in self.edges.iter().zip(&ways) {
            let (marker, colour, width) =
                if edge.longest { ("longest", LONGEST, 2.5) } else { ("arrow", ARROW, 1.0) };
            let dashes = if edge.ended { " stroke-dasharray=\"5 4\"" } else { "" };
            line(
                &mut text,
                format_args!(
                    "    <path d=\"{}\" fill=\"none\" stroke=\"{colour}\" stroke-width=\"{width}\"\
                     {dashes} marker-end=\"url(#{marker})\"><title>{} → {}</title></path>",
                    curve(way),
                    self.nodes[edge.from].address,
                    self.nodes[edge.to].address
                ),
            );
        }
        let stripes: HashMap<_, _> =
            self.groups().into_keys().zip(STRIPES.into_iter().cycle()).collect();
        for (node, place) in self.nodes.iter().zip(&boxes) {
            let (border, filling) = node.tone.colours();
            let (border, stroke) = if node.longest { (LONGEST, 2.5) } else { (border, 1.0) };
            line(
                &mut text,
                format_args!(
                    "    <rect x=\"{:.1}\" y=\"{:.1}\" width=\"{:.1}\" height=\"{:.1}\" rx=\"5\" \
                     fill=\"{filling}\" stroke=\"{border}\" stroke-width=\"{stroke}\"/>",
                    place.left, place.top, place.width, place.height
                ),
            );
            let colour = stripes.get(node.group).copied().unwrap_or(ARROW);
            line(
                &mut text,
                format_args!(
                    "    <path d=\"M{:.1} {:.1} v{:.1}\" stroke=\"{colour}\" stroke-width=\"4\"/>",
                    place.left + 3.0,
                    place.top + 5.0,
                    place.height - 10.0
                ),
            );
            for (class, down, label) in
                [("name", 16.0, node.address.as_str()), ("faint", 30.0, &second(node))]
            {
                line(
                    &mut text,
                    format_args!(
                        "    <text class=\"{class}\" x=\"{:.1}\" y=\"{:.1}\">{}</text>",
                        place.left + 8.0,
                        place.top + down,
                        escaped(label)
                    ),
                );
            }
        }
        text + "  </g>\n</svg>\n"
    }
}

/// What is written below the address: the service and the remark.
fn second(node: &super::Node) -> String {
    if node.remark.is_empty() {
        node.group.to_owned()
    } else {
        format!("{} · {}", node.group, node.remark)
    }
}

fn size(first: &str, second: &str) -> (f64, f64) {
    let columns = width(first).max(width(second) * 5 / 6 + 1);
    #[expect(clippy::cast_precision_loss, reason = "a label has not that many letters")]
    let wide = columns as f64 * LETTER;
    (wide + 16.0, 38.0)
}

/// A smooth path through these points, horizontal at each.
fn curve(way: &[(f64, f64)]) -> String {
    let mut path = String::new();
    for (place, (x, y)) in way.iter().enumerate() {
        let Some((before_x, before_y)) = place.checked_sub(1).map(|before| way[before]) else {
            let _ = write!(path, "M{x:.1} {y:.1}");
            continue;
        };
        let middle = f64::midpoint(before_x, *x);
        let _ = write!(path, " C{middle:.1} {before_y:.1} {middle:.1} {y:.1} {x:.1} {y:.1}");
    }
    path
}

fn escaped(text: &str) -> String {
    text.replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;").replace('"', "&quot;")
}
