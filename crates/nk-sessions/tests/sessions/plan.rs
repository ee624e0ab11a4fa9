//! `nk plan`.

use insta::assert_snapshot;
use nk_model::Nature;
use nk_sim::Fault;
use serde_json::json;
use tokio::time::Duration;

use crate::common::{NETWORK, WHOLE, address, applied, filtered, meanwhile, shop, terminal};

#[test]
fn a_plan_for_an_empty_account_is_all_additions() {
    assert_snapshot!(shop().session("plan --env dev"), @r"
    exit code 0
    --- stdout
    shop-dev in ap-northeast-1, account 123456789012, as arn:aws:iam::123456789012:user/ana

       +  vpc.main
            cidr           10.0.0.0/16
            dns-hostnames  yes
            dns-support    yes
       +  internet-gateway.main
            vpc  @vpc.main.id
       +  subnet.private-1
            cidr  10.0.10.0/24
            vpc   @vpc.main.id
            zone  ap-northeast-1a
       +  subnet.public-1
            cidr  10.0.1.0/24
            vpc   @vpc.main.id
            zone  ap-northeast-1a
       +  route-table.private-1
            subnets  @subnet.private-1.id
            vpc      @vpc.main.id
       +  route-table.public
            routes   destination 0.0.0.0/0, target.internet-gateway @internet-gateway.main.id
            subnets  @subnet.public-1.id
            vpc      @vpc.main.id

    6 resources: 6 to add, 0 to change, 0 to replace, 0 to destroy; 0 unchanged.
    Expected: 2.9 s, nine times in ten less than 4.9 s; about 48 calls. The critical path:
      vpc.main
    Read in 28 calls, 0.1 s.
    ");
}

#[test]
fn a_plan_says_what_takes_its_time_and_what_it_costs() {
    assert_snapshot!(shop().session("plan --env prod"), @r"
    exit code 0
    --- stdout
    shop-prod in ap-northeast-1, account 123456789012, as arn:aws:iam::123456789012:user/ana

       +  elastic-ip.nat-1
       +  vpc.main
            cidr           10.0.0.0/16
            dns-hostnames  yes
            dns-support    yes
       +  internet-gateway.main
            vpc  @vpc.main.id
       +  subnet.private-1
            cidr  10.0.10.0/24
            vpc   @vpc.main.id
            zone  ap-northeast-1a
       +  subnet.public-1
            cidr  10.0.1.0/24
            vpc   @vpc.main.id
            zone  ap-northeast-1a
       +  route-table.public
            routes   destination 0.0.0.0/0, target.internet-gateway @internet-gateway.main.id
            subnets  @subnet.public-1.id
            vpc      @vpc.main.id
       +  nat-gateway.nat-1
            address  @elastic-ip.nat-1.id
            subnet   @subnet.public-1.id
       +  route-table.private-1
            routes   destination 0.0.0.0/0, target.nat-gateway @nat-gateway.nat-1.id
            subnets  @subnet.private-1.id
            vpc      @vpc.main.id

    8 resources: 8 to add, 0 to change, 0 to replace, 0 to destroy; 0 unchanged.
    Expected: 109 s, nine times in ten less than 2 min 6 s; about 68 calls. The critical path:
      vpc.main -> subnet.public-1 -> route-table.public -> nat-gateway.nat-1
    Costs $48.91 a month and about $0.62 by use, +$49.53 by this plan; `nk cost --env prod` shows how.
    Read in 29 calls, 0.1 s.
    ");
}

#[test]
fn where_all_is_as_it_should_be_there_is_nothing_to_do() {
    let terminal = applied(NETWORK);
    assert_snapshot!(terminal.session("plan --env dev --detailed-exitcode"), @r"
    exit code 0
    --- stdout
    shop-dev in ap-northeast-1, account 123456789012, as arn:aws:iam::123456789012:user/ana

    Nothing to do: 6 resources are as the stack file says.
    Read in 28 calls, 0.1 s.
    ");
}

#[test]
fn the_exit_code_tells_that_there_is_something_to_do() {
    let _ = shop().nk("plan --env dev --detailed-exitcode").with_code(2);
}

#[test]
fn what_others_have_changed_is_changed_back_and_what_is_gone_is_made_again() {
    let terminal = applied(NETWORK);
    meanwhile(&terminal, "shop-dev", |sim| {
        sim.meddle(&address("vpc.main"), "dns-hostnames", json!(false));
        sim.meddle(&address("route-table.public"), "routes", json!([]));
        sim.remove(&address("route-table.private-1"));
    });
    assert_snapshot!(terminal.session("plan --env dev"), @r"
    exit code 0
    --- stdout
    shop-dev in ap-northeast-1, account 123456789012, as arn:aws:iam::123456789012:user/ana

       ~  vpc.main               updated
            dns-hostnames  no -> yes
       +  route-table.private-1
            subnets  subnet-0003/id
            vpc      vpc-0001/id
       ~  route-table.public     updated
            routes  + destination 0.0.0.0/0, target.internet-gateway internet-gateway-0002/id

    3 resources: 1 to add, 2 to change, 0 to replace, 0 to destroy; 3 unchanged.
    Expected: 1.7 s, nine times in ten less than 2.6 s; about 40 calls. The critical path:
      vpc.main -> route-table.private-1
    Read in 28 calls, 0.1 s.
    ");
}

#[test]
fn what_cannot_be_changed_is_replaced_with_what_hangs_on_it() {
    let terminal = applied(NETWORK);
    terminal.write("stacks/stack.toml", &NETWORK.replace("10.0.1.0/24", "10.0.2.0/24"));
    assert_snapshot!(terminal.session("plan --env dev"), @r"
    exit code 0
    --- stdout
    shop-dev in ap-northeast-1, account 123456789012, as arn:aws:iam::123456789012:user/ana

      -/+ subnet.public-1     replaced, the new one first: `cidr` cannot be changed in place
            cidr  10.0.1.0/24 -> 10.0.2.0/24
       ~  route-table.public  updated
            subnets  - subnet-0004/id
                     + @subnet.public-1.id

    2 resources: 0 to add, 1 to change, 1 to replace, 0 to destroy; 4 unchanged.
    Expected: 2.6 s, nine times in ten less than 3.8 s; about 36 calls. The critical path:
      subnet.public-1 -> route-table.public -> subnet.public-1
    Read in 28 calls, 0.1 s.
    ");
}

#[test]
fn a_database_is_not_replaced() {
    let terminal = applied(WHOLE);
    terminal.write("stacks/stack.toml", &WHOLE.replace("10.0.", "10.1."));
    assert_snapshot!(terminal.session("plan --env dev"), @r"
    exit code 1
    --- stderr
    error: there is no way from what exists to what the stack file says
      `db-instance.main` would have to be replaced, because `subnet-group` cannot be changed in place; that follows from replacing `vpc.main`: `cidr` cannot be changed in place

    hint: replacing a database loses its data; take a snapshot, restore it as a new instance with the new settings, point the stack at it, and delete the old one by hand
    ");
}

#[test]
fn a_lock_that_somebody_holds_is_a_note() {
    let _filtered = filtered();
    let terminal = shop();
    let holder = json!({
        "holder": "ben (process 7)", "host": "desk", "since": "2026-11-22 18:30:05 UTC",
        "command": "nk apply --env dev", "nonce": "1",
    });
    meanwhile(&terminal, "shop-dev", |sim| {
        sim.set_lock(&holder.to_string(), Duration::from_secs(5));
    });
    let said = terminal.session("plan --env dev");
    let notes: Vec<_> = said.lines().filter(|line| line.contains("lock")).collect();
    assert_snapshot!(notes.join("\n"), @"  lock  held by ben (process [id]) on [machine] since [time]: `nk apply --env dev`");
}

#[test]
fn of_an_unreadable_cloud_every_error_is_told() {
    let terminal = terminal(&[("shop.toml", NETWORK)]);
    meanwhile(&terminal, "shop-dev", |sim| {
        sim.set_fault(Some(Fault::Says {
            operation: "sim:Describe subnet".into(),
            code: "InternalFailure".into(),
            nature: Nature::Refused,
            times: 1,
        }));
    });
    assert_snapshot!(terminal.session("plan --env dev"), @r"
    exit code 1
    --- stderr
    error: AWS was asked in vain
      sim:Describe subnet was refused: InternalFailure: as the test asked
    ");
}
