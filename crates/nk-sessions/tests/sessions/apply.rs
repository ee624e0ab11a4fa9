//! `nk apply`: what it says while it runs, and how it ends.

use insta::assert_snapshot;
use nk_model::Nature;
use nk_sim::Fault;

use crate::common::{NETWORK, address, applied, events, meanwhile, shop, terminal, typed};

#[test]
fn an_apply_tells_each_step_and_sums_up() {
    let terminal = shop();
    assert_snapshot!(terminal.session("apply --env dev --yes"), @r"
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
    Read in 28 calls, 0.0 s.
    --- stderr
        0.0 s  + vpc.main               creating
        0.0 s  + internet-gateway.main  creating
        0.0 s  + subnet.private-1       creating
        0.0 s  + subnet.public-1        creating
        0.0 s    vpc.main               AWS says `pending`
        0.1 s    internet-gateway.main  AWS says `pending`
        0.1 s  + route-table.private-1  creating
        0.1 s    subnet.private-1       AWS says `pending`
        0.1 s  + route-table.public     creating
        0.1 s    subnet.public-1        AWS says `pending`
        0.1 s    route-table.private-1  AWS says `pending`
        0.1 s    route-table.public     AWS says `pending`
        1.2 s  + internet-gateway.main  created in 1.2 s (internet-gateway-0002)
        1.2 s  + subnet.private-1       created in 1.2 s (subnet-0003)
        1.2 s  + subnet.public-1        created in 1.2 s (subnet-0004)
        1.2 s  + route-table.private-1  created in 1.2 s (route-table-0005)
        1.2 s  + route-table.public     created in 1.2 s (route-table-0006)
        2.1 s  + vpc.main               created in 2.1 s (vpc-0001)

    Done: 6 steps, in 2.1 s and 52 calls.
    Expected were 2.9 s, nine times in ten less than 4.9 s, and about 48 calls.
    ");
    assert_snapshot!(terminal.session("apply --env dev --yes"), @r"
    exit code 0
    --- stdout
    shop-dev in ap-northeast-1, account 123456789012, as arn:aws:iam::123456789012:user/ana

    Nothing to do: 6 resources are as the stack file says.
    Read in 28 calls, 0.0 s.
    ");
}

#[test]
fn what_takes_its_time_is_told_with_the_usual_time() {
    assert_snapshot!(shop().nk("apply --env prod --yes").told(), @r"
    exit code 0
    --- stderr
        0.0 s  + vpc.main               creating
        0.0 s  + elastic-ip.nat-1       creating
        0.0 s  + internet-gateway.main  creating
        0.0 s  + subnet.public-1        creating
        0.0 s  + subnet.private-1       creating
        0.0 s    vpc.main               AWS says `pending`
        0.0 s    elastic-ip.nat-1       AWS says `pending`
        0.1 s    internet-gateway.main  AWS says `pending`
        0.1 s  + route-table.public     creating
        0.1 s    subnet.public-1        AWS says `pending`
        0.1 s    subnet.private-1       AWS says `pending`
        0.1 s    route-table.public     AWS says `pending`
        1.2 s  + elastic-ip.nat-1       created in 1.2 s (elastic-ip-0002)
        1.2 s  + internet-gateway.main  created in 1.2 s (internet-gateway-0003)
        1.2 s  + subnet.public-1        created in 1.2 s (subnet-0004)
        1.2 s  + subnet.private-1       created in 1.2 s (subnet-0005)
        1.2 s  + route-table.public     created in 1.2 s (route-table-0006)
        1.2 s  + nat-gateway.nat-1      creating, usually 107 s
        1.3 s    nat-gateway.nat-1      is nat-gateway-0007
        1.3 s  + route-table.private-1  creating
        1.3 s    nat-gateway.nat-1      AWS says `pending`
        1.3 s    route-table.private-1  AWS says `pending`
        2.1 s  + vpc.main               created in 2.1 s (vpc-0001)
        2.4 s  + route-table.private-1  created in 1.2 s (route-table-0008)
      109.6 s  + nat-gateway.nat-1      created in 108 s (nat-gateway-0007)

    Done: 8 steps, in 110 s and 75 calls.
    Expected were 109 s, nine times in ten less than 2 min 6 s, and about 68 calls.
    AWS itself needed 107 s for the path below; the run took 1.02 times that:
      vpc.main -> subnet.public-1 -> route-table.public -> nat-gateway.nat-1
    ");
}

#[test]
fn what_happens_is_data_too() {
    let terminal = shop();
    let said = terminal.nk("apply --env dev --yes --json").with_code(0);
    assert_eq!(said.err, "");
    assert_snapshot!(events(&said).join("\n"), @r"
    1 x planned
    1 x started
    1 x known
    3 x started
    1 x waiting
    1 x known
    1 x waiting
    1 x known
    1 x started
    1 x waiting
    1 x known
    1 x started
    1 x waiting
    1 x known
    1 x waiting
    1 x known
    1 x waiting
    6 x finished
    1 x ended
    ");
    let last = said.out.lines().last().unwrap();
    assert_snapshot!(last, @r#"{"event":"ended","at":2.12,"summary":{"outcome":"done","finished":6,"failed":0,"skipped":0,"seconds":2.12,"critical-path":["vpc.main"],"critical-steps":[0],"bound":1.12,"predicted":{"time":{"median":2.8515749294726134,"slow":4.904974604600083},"critical-path":["vpc.main"],"calls":20},"notes":[]}}"#);
}

#[test]
fn a_changed_field_is_told_when_it_is_changed() {
    let terminal = applied(NETWORK);
    meanwhile(&terminal, "shop-dev", |sim| {
        sim.meddle(&address("vpc.main"), "dns-support", false.into());
    });
    assert_snapshot!(terminal.session("apply --env dev --yes"), @r"
    exit code 0
    --- stdout
    shop-dev in ap-northeast-1, account 123456789012, as arn:aws:iam::123456789012:user/ana

       ~  vpc.main  updated
            dns-support  no -> yes

    1 resource: 0 to add, 1 to change, 0 to replace, 0 to destroy; 5 unchanged.
    Expected: 1.0 s, nine times in ten less than 2.0 s; about 32 calls. The critical path:
      vpc.main
    Read in 28 calls, 0.0 s.
    --- stderr
        0.0 s  ~ vpc.main  changing
        0.1 s    vpc.main  AWS says `pending`
        1.2 s  ~ vpc.main  changed in 1.2 s (vpc-0001)

    Done: 1 step, in 1.2 s and 33 calls.
    Expected were 1.0 s, nine times in ten less than 2.0 s, and about 32 calls.
    ");
}

/// A terminal on whose cloud the creation of this is refused.
fn refusing(operation: &str, code: &str) -> nk_tests::terminal::Terminal {
    let terminal = terminal(&[("shop.toml", NETWORK)]);
    let (operation, code) = (operation.into(), code.into());
    meanwhile(&terminal, "shop-dev", |sim| {
        sim.set_fault(Some(Fault::Says {
            operation,
            code,
            nature: Nature::Refused,
            times: usize::MAX,
        }));
    });
    terminal
}

#[test]
fn a_step_that_fails_takes_along_what_needs_it_and_nothing_else() {
    let terminal = refusing("sim:Create subnet.public-1", "SubnetLimitExceeded");
    assert_snapshot!(terminal.nk("apply --env dev --yes").told(), @r"
    exit code 3
    --- stderr
        0.0 s  + vpc.main               creating
        0.0 s  + internet-gateway.main  creating
        0.0 s  + subnet.private-1       creating
        0.0 s  + subnet.public-1        creating
        0.0 s    vpc.main               AWS says `pending`
        0.1 s    internet-gateway.main  AWS says `pending`
        0.1 s  + route-table.private-1  creating
        0.1 s    subnet.private-1       AWS says `pending`
        0.1 s  + subnet.public-1        failed
    error: could not create `subnet.public-1`
      sim:Create subnet.public-1 was refused: SubnetLimitExceeded: as the test asked
        0.1 s  + route-table.public     not created: `subnet.public-1` is not there
        0.1 s    route-table.private-1  AWS says `pending`
        1.2 s  + internet-gateway.main  created in 1.2 s (internet-gateway-0002)
        1.2 s  + subnet.private-1       created in 1.2 s (subnet-0003)
        1.2 s  + route-table.private-1  created in 1.2 s (route-table-0004)
        2.1 s  + vpc.main               created in 2.1 s (vpc-0001)

    Not all done: 4 steps done, 1 failed, 1 not begun, in 2.1 s and 45 calls.

    hint: what is done is kept; settle what is said above, and the same command does the rest
    ");
    // The same command goes on from there.
    meanwhile(&terminal, "shop-dev", |sim| sim.set_fault(None));
    assert_snapshot!(terminal.nk("apply --env dev --yes").told(), @r"
    exit code 0
    --- stderr
        0.0 s  + subnet.public-1     creating
        0.0 s  + route-table.public  creating
        0.0 s    subnet.public-1     AWS says `pending`
        0.1 s    route-table.public  AWS says `pending`
        1.4 s  + subnet.public-1     created in 1.4 s (subnet-0005)
        1.4 s  + route-table.public  created in 1.4 s (route-table-0006)

    Done: 2 steps, in 1.4 s and 36 calls.
    Expected were 1.5 s, nine times in ten less than 2.1 s, and about 37 calls.
    AWS itself needed 0.8 s for the path below; the run took 1.84 times that:
      subnet.public-1 -> route-table.public
    ");
}

#[test]
fn a_failure_is_data_too() {
    let terminal = refusing("sim:Create subnet.public-1", "SubnetLimitExceeded");
    let said = terminal.nk("apply --env dev --yes --json").with_code(3);
    let failed: Vec<_> = said
        .out
        .lines()
        .filter(|line| {
            ["failed", "skipped"]
                .iter()
                .any(|event| line.contains(&format!(r#""event":"{event}""#)))
        })
        .collect();
    assert_snapshot!(failed.join("\n"), @r#"
    {"event":"failed","at":0.08,"step":3,"address":"subnet.public-1","action":"create","error":"could not create `subnet.public-1`","cause":"sim:Create subnet.public-1 was refused: SubnetLimitExceeded: as the test asked"}
    {"event":"skipped","at":0.08,"step":5,"address":"route-table.public","action":"create","because":"`subnet.public-1` is not there"}
    "#);
}

#[test]
fn where_nothing_is_done_at_all_it_has_failed() {
    let terminal = refusing("sim:Create vpc.main", "VpcLimitExceeded");
    assert_snapshot!(terminal.nk("apply --env dev --yes").told(), @r"
    exit code 1
    --- stderr
        0.0 s  + vpc.main               creating
        0.0 s  + vpc.main               failed
    error: could not create `vpc.main`
      sim:Create vpc.main was refused: VpcLimitExceeded: as the test asked
        0.0 s  + internet-gateway.main  not created: `vpc.main` is not there
        0.0 s  + subnet.private-1       not created: `vpc.main` is not there
        0.0 s  + subnet.public-1        not created: `vpc.main` is not there
        0.0 s  + route-table.private-1  not created: `vpc.main` is not there
        0.0 s  + route-table.public     not created: `vpc.main` is not there

    Not all done: 0 steps done, 1 failed, 5 not begun, in 0.0 s and 29 calls.

    hint: what is done is kept; settle what is said above, and the same command does the rest
    ");
}

#[test]
fn without_a_terminal_there_is_nobody_to_ask() {
    assert_snapshot!(shop().nk("apply --env dev").told(), @r"
    exit code 1
    --- stderr
    error: there is no terminal to ask on

    hint: run `nk apply --yes --env dev`
    ");
}

#[test]
fn what_is_agreed_to_is_done() {
    let terminal = shop();
    let (keyboard, _kept) = typed("yes\n");
    assert_snapshot!(terminal.nk_on(keyboard, "apply --env dev").told(), @r"
    exit code 0
    --- stderr
    Apply these changes? Type `yes`:     0.0 s  + vpc.main               creating
        0.0 s  + internet-gateway.main  creating
        0.0 s  + subnet.private-1       creating
        0.0 s  + subnet.public-1        creating
        0.0 s    vpc.main               AWS says `pending`
        0.1 s    internet-gateway.main  AWS says `pending`
        0.1 s  + route-table.private-1  creating
        0.1 s    subnet.private-1       AWS says `pending`
        0.1 s  + route-table.public     creating
        0.1 s    subnet.public-1        AWS says `pending`
        0.1 s    route-table.private-1  AWS says `pending`
        0.1 s    route-table.public     AWS says `pending`
        1.2 s  + internet-gateway.main  created in 1.2 s (internet-gateway-0002)
        1.2 s  + subnet.private-1       created in 1.2 s (subnet-0003)
        1.2 s  + subnet.public-1        created in 1.2 s (subnet-0004)
        1.2 s  + route-table.private-1  created in 1.2 s (route-table-0005)
        1.2 s  + route-table.public     created in 1.2 s (route-table-0006)
        2.1 s  + vpc.main               created in 2.1 s (vpc-0001)

    Done: 6 steps, in 2.1 s and 78 calls.
    Expected were 2.9 s, nine times in ten less than 4.9 s, and about 74 calls.
    ");
}

#[test]
fn anything_but_yes_changes_nothing() {
    let terminal = shop();
    let (keyboard, _kept) = typed("y\n");
    assert_snapshot!(terminal.nk_on(keyboard, "apply --env dev").told(), @r"
    exit code 1
    --- stderr
    Apply these changes? Type `yes`: Nothing was changed.
    ");
    meanwhile(&terminal, "shop-dev", |sim| assert_eq!(sim.everything(), []));
}

#[test]
fn where_there_is_nothing_to_do_nobody_is_asked() {
    let terminal = applied(NETWORK);
    assert_snapshot!(terminal.session("apply --env dev"), @r"
    exit code 0
    --- stdout
    shop-dev in ap-northeast-1, account 123456789012, as arn:aws:iam::123456789012:user/ana

    Nothing to do: 6 resources are as the stack file says.
    Read in 27 calls, 0.0 s.
    ");
}

#[test]
fn what_cannot_be_made_again_is_removed_only_if_named() {
    let with = format!(
        "{NETWORK}\n[auth]\nsign-in = [\"username\"]\ncallback-urls = [\"http://localhost:3000/back\"]\n"
    );
    let terminal = applied(&with);
    terminal.write("stacks/stack.toml", NETWORK);
    assert_snapshot!(terminal.session("apply --env dev --yes"), @r"
    exit code 1
    --- stderr
    error: there is no way from what exists to what the stack file says
      `user-pool.main` (user-pool-0001) is no longer in the stack file, and removing it loses what it holds

    hint: put it back into the stack file, or run `nk apply --remove user-pool.main --env dev`
    ");
    assert_snapshot!(terminal.session("apply --env dev --yes --remove user-pool.main"), @r"
    exit code 0
    --- stdout
    shop-dev in ap-northeast-1, account 123456789012, as arn:aws:iam::123456789012:user/ana

       -  user-pool-client.main  no longer in the stack file (user-pool-client-0003)
       -  user-pool-domain.main  no longer in the stack file (user-pool-domain-0004)
       -  user-pool.main         no longer in the stack file (user-pool-0001)

    Good to know:
      user-pool.main  takes all its users with it

    3 resources: 0 to add, 0 to change, 0 to replace, 3 to destroy; 6 unchanged.
    Expected: 2.5 s, nine times in ten less than 4.0 s; about 35 calls. The critical path:
      user-pool-domain.main -> user-pool.main
    Read in 28 calls, 0.0 s.
    --- stderr
        0.0 s  - user-pool-client.main  removing
        0.0 s  - user-pool-domain.main  removing
        0.1 s    user-pool-client.main  AWS says `deleting`
        0.1 s    user-pool-domain.main  AWS says `deleting`
        1.2 s  - user-pool-client.main  removed in 1.2 s (user-pool-client-0003)
        1.2 s  - user-pool-domain.main  removed in 1.2 s (user-pool-domain-0004)
        1.2 s  - user-pool.main         removing
        1.3 s    user-pool.main         AWS says `deleting`
        2.4 s  - user-pool.main         removed in 1.2 s (user-pool-0001)
        2.4 s    user-pool.main         note: takes all its users with it

    Done: 3 steps, in 2.4 s and 43 calls.
    Expected were 2.5 s, nine times in ten less than 4.0 s, and about 35 calls.
    AWS itself needed 1.3 s for the path below; the run took 1.88 times that:
      user-pool-domain.main -> user-pool.main

    note: user-pool.main: takes all its users with it
    ");
}
