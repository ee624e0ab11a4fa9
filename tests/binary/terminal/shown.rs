//! What a stack file describes: its resources and their cost.

use insta::assert_snapshot;

use nk_tests::terminal::Terminal;

use super::terminal;

#[test]
fn show_prints_every_resource() {
    assert_snapshot!(terminal().session("show --env dev"), @r#"
    exit code 0
    --- stdout
    [internet-gateway.main]
    tags.Environment  = "dev"
    tags.ManagedBy    = "nk"
    tags.Name         = "shop-dev-igw"
    tags.Project      = "shop"
    tags."nk:address" = "internet-gateway.main"
    tags."nk:stack"   = "shop-dev"
    vpc               = "@{vpc.main.id}"

    [route-table.private-1]
    routes            = []
    subnets           = ["@{subnet.private-1.id}"]
    tags.Environment  = "dev"
    tags.ManagedBy    = "nk"
    tags.Name         = "shop-dev-private-rt-1"
    tags.Project      = "shop"
    tags."nk:address" = "route-table.private-1"
    tags."nk:stack"   = "shop-dev"
    vpc               = "@{vpc.main.id}"

    [route-table.public]
    routes            = [
      { destination = "0.0.0.0/0", target = { internet-gateway = "@{internet-gateway.main.id}" } },
    ]
    subnets           = ["@{subnet.public-1.id}"]
    tags.Environment  = "dev"
    tags.ManagedBy    = "nk"
    tags.Name         = "shop-dev-public-rt"
    tags.Project      = "shop"
    tags."nk:address" = "route-table.public"
    tags."nk:stack"   = "shop-dev"
    vpc               = "@{vpc.main.id}"

    [subnet.private-1]
    cidr              = "10.0.10.0/24"
    public-addresses  = false
    tags.Environment  = "dev"
    tags.ManagedBy    = "nk"
    tags.Name         = "shop-dev-private-1"
    tags.Project      = "shop"
    tags."nk:address" = "subnet.private-1"
    tags."nk:stack"   = "shop-dev"
    vpc               = "@{vpc.main.id}"
    zone              = "ap-northeast-1a"

    [subnet.public-1]
    cidr              = "10.0.1.0/24"
    public-addresses  = false
    tags.Environment  = "dev"
    tags.ManagedBy    = "nk"
    tags.Name         = "shop-dev-public-1"
    tags.Project      = "shop"
    tags."nk:address" = "subnet.public-1"
    tags."nk:stack"   = "shop-dev"
    vpc               = "@{vpc.main.id}"
    zone              = "ap-northeast-1a"

    [vpc.main]
    cidr              = "10.0.0.0/16"
    dns-hostnames     = true
    dns-support       = true
    tags.Environment  = "dev"
    tags.ManagedBy    = "nk"
    tags.Name         = "shop-dev-vpc"
    tags.Project      = "shop"
    tags."nk:address" = "vpc.main"
    tags."nk:stack"   = "shop-dev"

    # shop-dev: 6 resources.
    "#);
}

#[test]
fn what_costs_nothing_costs_zero() {
    assert_snapshot!(terminal().session("cost --env dev"), @r#"
    exit code 0
    --- stdout
    shop-dev: $0.00 a month plus about $0.00 for usage, at on-demand prices in ap-northeast-1; the oldest price is from 2024-09-28.
    "#);
}

#[test]
fn the_cost_is_a_line_each_and_a_sum() {
    assert_snapshot!(terminal().session("cost --env prod"), @r#"
    exit code 0
    --- stdout
    elastic-ip.nat-1   ipv4                  3.65  730 x $0.005 per hour
    nat-gateway.nat-1  nat-gateway          45.26  730 x $0.062 per hour
    nat-gateway.nat-1  nat-gateway-data      0.62  10 x $0.062 per GB  (usage: `cost.nat-gb`)

    shop-prod: $48.91 a month plus about $0.62 for usage, at on-demand prices in ap-northeast-1; the oldest price is from 2024-09-28.
    "#);
}

#[test]
fn the_cost_is_data_too() {
    assert_snapshot!(terminal().session("cost --env dev --json"), @r#"
    exit code 0
    --- stdout
    {
      "dated": "2024-09-28",
      "fixed": 0.0,
      "lines": [],
      "region": "ap-northeast-1",
      "stack": {
        "environment": "dev",
        "project": "shop"
      },
      "used": 0.0
    }
    "#);
    let lines = terminal().session("cost --env prod --json");
    let price = r#"
      "price": {
        "dated": "2026-09-25",
        "per": "hour",
        "sure": true,
        "usd": 0.062
      },
      "quantity": 730.0,"#;
    assert!(lines.contains(price), "{lines}");
}

#[test]
fn prices_of_another_region_and_unsure_ones_are_marked() {
    let stack = "project = \"shop\"\nregion = \"eu-west-1\"\n\n[network]\ncidr = \"10.0.0.0/16\"\nnat = \"none\"\nzones = [{ name = \"eu-west-1a\", public = \"10.0.1.0/24\", private = \"10.0.2.0/24\" }]\n\n[services.api]\ncpu = 256\nmemory = 512\nport = 80\n";
    let terminal = Terminal::with(env!("CARGO_BIN_EXE_nk"), &[("shop.toml", stack)]);
    let said = terminal.session("cost --env dev");
    for words in [
        "x $0.3 per metric-month (?)\n",
        "on-demand prices of ap-northeast-1, ",
        "\nPrices in eu-west-1 may differ.\n",
        "\n(?) The price could not be confirmed with a page of AWS from that day.",
    ] {
        assert!(said.contains(words), "no `{words}` in:\n{said}");
    }
}
