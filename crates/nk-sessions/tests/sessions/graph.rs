//! `nk graph`.

use insta::assert_snapshot;
use serde_json::json;

use crate::common::{NETWORK, address, applied, meanwhile, shop};

#[test]
fn the_stack_file_is_drawn_offline() {
    let terminal = shop();
    assert_snapshot!(terminal.session("graph --env dev"), @r##"
    exit code 0
    --- stdout
    digraph {
      label="shop-dev";
      rankdir=LR; fontname="sans-serif"; bgcolor="transparent";
      node [shape=box, style="rounded,filled", fontname="sans-serif", fontsize=11];
      edge [color="#7d8590"];
      subgraph cluster_0 {
        label="ec2"; color="#7d8590"; fontcolor="#7d8590";
        n0 [label="internet-gateway.main", color="#57606a", fillcolor="#f6f8fa"];
        n1 [label="route-table.private-1", color="#57606a", fillcolor="#f6f8fa"];
        n2 [label="route-table.public", color="#57606a", fillcolor="#f6f8fa"];
        n3 [label="subnet.private-1", color="#57606a", fillcolor="#f6f8fa"];
        n4 [label="subnet.public-1", color="#57606a", fillcolor="#f6f8fa"];
        n5 [label="vpc.main", color="#57606a", fillcolor="#f6f8fa"];
      }
      n0 -> n2;
      n3 -> n1;
      n4 -> n2;
      n5 -> n0;
      n5 -> n1;
      n5 -> n2;
      n5 -> n3;
      n5 -> n4;
    }
    "##);
    assert_snapshot!(terminal.session("graph --env dev --format mermaid"), @r#"
    exit code 0
    --- stdout
    ---
    title: "shop-dev"
    ---
    flowchart LR
      subgraph g0["ec2"]
        n0["internet-gateway.main"]
        n1["route-table.private-1"]
        n2["route-table.public"]
        n3["subnet.private-1"]
        n4["subnet.public-1"]
        n5["vpc.main"]
      end
      n0 --> n2
      n3 --> n1
      n4 --> n2
      n5 --> n0
      n5 --> n1
      n5 --> n2
      n5 --> n3
      n5 --> n4
      classDef plain stroke:#57606a,fill:#f6f8fa,color:#1f2328
      class n0,n1,n2,n3,n4,n5 plain
    "#);
    let picture = terminal.nk("graph --env dev --format svg").with_code(0).out;
    assert!(picture.starts_with("<svg ") && picture.ends_with("</svg>\n"), "{picture}");
}

#[test]
fn a_plan_is_drawn_with_what_it_does() {
    let terminal = applied(NETWORK);
    meanwhile(&terminal, "shop-dev", |sim| {
        sim.meddle(&address("vpc.main"), "dns-support", json!(false));
        sim.remove(&address("route-table.public"));
    });
    assert_snapshot!(terminal.session("graph --env dev --plan --format mermaid"), @r#"
    exit code 0
    --- stdout
    ---
    title: "shop-dev"
    ---
    flowchart LR
      subgraph g0["ec2"]
        n0["vpc.main<br>change"]
        n1["route-table.public<br>create"]
      end
      n0 --> n1
      classDef create stroke:#1a7f37,fill:#dafbe1,color:#1f2328
      class n1 create
      classDef change stroke:#9a6700,fill:#fff8c5,color:#1f2328
      class n0 change
    "#);
}

#[test]
fn a_run_is_drawn_from_its_trace() {
    let terminal = shop();
    let _ = terminal.nk("apply --env dev --yes --trace run.json").with_code(0);
    assert_snapshot!(terminal.session("graph --run run.json --format mermaid"), @r#"
    exit code 0
    --- stdout
    ---
    title: "nk apply --env dev"
    ---
    flowchart LR
      subgraph g0["ec2"]
        n0["vpc.main<br>create, 2.1 s"]
        n1["internet-gateway.main<br>create, 1.2 s"]
        n2["subnet.private-1<br>create, 1.2 s"]
        n3["subnet.public-1<br>create, 1.2 s"]
        n4["route-table.private-1<br>create, 1.2 s"]
        n5["route-table.public<br>create, 1.2 s"]
      end
      n0 --> n1
      n0 --> n2
      n0 --> n3
      n0 --> n4
      n0 --> n5
      n1 --> n5
      n2 --> n4
      n3 --> n5
      classDef create stroke:#1a7f37,fill:#dafbe1,color:#1f2328
      class n0,n1,n2,n3,n4,n5 create
      classDef longest stroke:#d4411f,stroke-width:4px
      class n0 longest
    "#);
}

#[test]
fn what_is_no_trace_is_refused() {
    let terminal = shop();
    assert_snapshot!(terminal.session("graph --run stacks/shop.toml"), @r"
    exit code 1
    --- stderr
    error: cannot read the trace `stacks/shop.toml`: it is no trace of a run of nk, or of one that had nothing to do
    ");
    assert_snapshot!(terminal.session("graph --run nowhere.json"), @r"
    exit code 1
    --- stderr
    error: cannot read the trace `nowhere.json`: No such file or directory (os error 2)
    ");
}
