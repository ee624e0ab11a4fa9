//! Mermaid, which GitHub and many editors display. See
//! <https://mermaid.js.org/syntax/flowchart.html>.

use super::{Graph, LONGEST, Tone};
use crate::text::line;

const TONES: [(Tone, &str); 7] = [
    (Tone::Plain, "plain"),
    (Tone::Create, "create"),
    (Tone::Change, "change"),
    (Tone::Replace, "replace"),
    (Tone::Destroy, "destroy"),
    (Tone::Failed, "failed"),
    (Tone::Faint, "faint"),
];

impl Graph {
    /// The graph as a Mermaid flow chart, with the boxes of each service together.
    pub fn mermaid(&self) -> String {
        let mut text = format!("---\ntitle: {}\n---\nflowchart LR\n", quoted(&self.title));
        for (number, (group, members)) in self.groups().into_iter().enumerate() {
            line(&mut text, format_args!("  subgraph g{number}[{}]", quoted(group)));
            for at in members {
                let node = &self.nodes[at];
                let label = match node.remark.as_str() {
                    "" => node.address.to_string(),
                    remark => format!("{}<br>{remark}", node.address),
                };
                line(&mut text, format_args!("    n{at}[{}]", quoted(&label)));
            }
            text.push_str("  end\n");
        }
        for edge in &self.edges {
            let arrow = match (edge.longest, edge.ended) {
                (true, _) => "==>",
                (false, true) => "-.->",
                (false, false) => "-->",
            };
            line(&mut text, format_args!("  n{} {arrow} n{}", edge.from, edge.to));
        }
        for (tone, name) in TONES {
            let (border, filling) = tone.colours();
            self.class(
                &mut text,
                name,
                &format!("stroke:{border},fill:{filling},color:#1f2328"),
                |at| self.nodes[at].tone == tone,
            );
        }
        self.class(&mut text, "longest", &format!("stroke:{LONGEST},stroke-width:4px"), |at| {
            self.nodes[at].longest
        });
        text
    }

    fn class(&self, text: &mut String, name: &str, style: &str, is: impl Fn(usize) -> bool) {
        let members: Vec<_> =
            (0..self.nodes.len()).filter(|at| is(*at)).map(|at| format!("n{at}")).collect();
        if !members.is_empty() {
            line(text, format_args!("  classDef {name} {style}"));
            line(text, format_args!("  class {} {name}", members.join(",")));
        }
    }
}

fn quoted(text: &str) -> String {
    format!("\"{}\"", text.replace('"', "#quot;"))
}
