//! The language of Graphviz. See <https://graphviz.org/doc/info/lang.html>.

use std::fmt::Write;

use super::{ARROW, Graph, LONGEST};
use crate::text::line;

impl Graph {
    /// The graph in the language of Graphviz, with the boxes of each service together.
    pub fn dot(&self) -> String {
        let mut text = String::from("digraph {\n");
        line(&mut text, format_args!("  label={};", quoted(&self.title)));
        text.push_str(
            "  rankdir=LR; fontname=\"sans-serif\"; bgcolor=\"transparent\";\n  \
             node [shape=box, style=\"rounded,filled\", fontname=\"sans-serif\", fontsize=11];\n",
        );
        line(&mut text, format_args!("  edge [color=\"{ARROW}\"];"));
        for (number, (group, members)) in self.groups().into_iter().enumerate() {
            line(&mut text, format_args!("  subgraph cluster_{number} {{"));
            line(
                &mut text,
                format_args!(
                    "    label={}; color=\"{ARROW}\"; fontcolor=\"{ARROW}\";",
                    quoted(group)
                ),
            );
            for at in members {
                let node = &self.nodes[at];
                let (border, filling) = node.tone.colours();
                let label = match node.remark.as_str() {
                    "" => node.address.to_string(),
                    remark => format!("{}\n{remark}", node.address),
                };
                let (border, width) =
                    if node.longest { (LONGEST, ", penwidth=3") } else { (border, "") };
                line(
                    &mut text,
                    format_args!(
                        "    n{at} [label={}, color=\"{border}\", fillcolor=\"{filling}\"{width}];",
                        quoted(&label)
                    ),
                );
            }
            text.push_str("  }\n");
        }
        for edge in &self.edges {
            let mut style = Vec::new();
            if edge.ended {
                style.push("style=dashed".to_owned());
            }
            if edge.longest {
                style.push(format!("color=\"{LONGEST}\", penwidth=3"));
            }
            let _ = write!(text, "  n{} -> n{}", edge.from, edge.to);
            if !style.is_empty() {
                let _ = write!(text, " [{}]", style.join(", "));
            }
            text.push_str(";\n");
        }
        text + "}\n"
    }
}

fn quoted(text: &str) -> String {
    let escaped = text.replace('\\', "\\\\").replace('"', "\\\"").replace('\n', "\\n");
    format!("\"{escaped}\"")
}
