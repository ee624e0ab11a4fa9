//! `nk destroy`.

use insta::assert_snapshot;
use nk_model::Guard;

use crate::common::{NETWORK, address, applied, events, meanwhile, shop, typed};

#[test]
fn everything_goes_in_the_order_in_which_it_can() {
    let terminal = applied(NETWORK);
    assert_snapshot!(terminal.session("destroy --env dev --yes"), @r"
    exit code 0
    --- stdout
    shop-dev in ap-northeast-1, account 123456789012, as arn:aws:iam::123456789012:user/ana

       -  route-table.private-1  (route-table-0005)
       -  route-table.public     (route-table-0006)
       -  internet-gateway.main  (internet-gateway-0002)
       -  subnet.private-1       (subnet-0003)
       -  subnet.public-1        (subnet-0004)
       -  vpc.main               (vpc-0001)

    6 resources: 0 to add, 0 to change, 0 to replace, 6 to destroy; 0 unchanged.
    Expected: 4.0 s, nine times in ten less than 5.6 s; about 44 calls. The critical path:
      route-table.public -> subnet.public-1 -> vpc.main
    Read in 28 calls, 0.0 s.
    --- stderr
        0.0 s  - route-table.private-1  removing
        0.0 s  - route-table.public     removing
        0.1 s    route-table.private-1  AWS says `deleting`
        0.1 s    route-table.public     AWS says `deleting`
        1.2 s  - route-table.private-1  removed in 1.2 s (route-table-0005)
        1.2 s  - subnet.private-1       removing
        1.2 s  - route-table.public     removed in 1.2 s (route-table-0006)
        1.2 s  - internet-gateway.main  removing
        1.2 s  - subnet.public-1        removing
        1.3 s    subnet.private-1       AWS says `deleting`
        1.3 s    internet-gateway.main  AWS says `deleting`
        1.3 s    subnet.public-1        AWS says `deleting`
        2.4 s  - subnet.private-1       removed in 1.2 s (subnet-0003)
        2.4 s  - internet-gateway.main  removed in 1.2 s (internet-gateway-0002)
        2.4 s  - subnet.public-1        removed in 1.2 s (subnet-0004)
        2.4 s  - vpc.main               removing
        2.5 s    vpc.main               AWS says `deleting`
        3.7 s  - vpc.main               removed in 1.2 s (vpc-0001)

    Done: 6 steps, in 3.7 s and 58 calls.
    Expected were 4.0 s, nine times in ten less than 5.6 s, and about 44 calls.
    AWS itself needed 2.0 s for the path below; the run took 1.88 times that:
      route-table.public -> subnet.public-1 -> vpc.main
    ");
    assert_snapshot!(terminal.session("destroy --env dev --yes"), @r"
    exit code 0
    --- stdout
    shop-dev in ap-northeast-1, account 123456789012, as arn:aws:iam::123456789012:user/ana

    Nothing to do: there is nothing, and nothing is wanted.
    Read in 28 calls, 0.0 s.
    ");
    meanwhile(&terminal, "shop-dev", |sim| assert_eq!(sim.everything(), []));
}

#[test]
fn a_removal_is_data_too() {
    let terminal = applied(NETWORK);
    let said = terminal.nk("destroy --env dev --yes --json").with_code(0);
    assert_snapshot!(events(&said).join("\n"), @r"
    1 x planned
    2 x started
    2 x waiting
    1 x finished
    1 x started
    1 x finished
    2 x started
    3 x waiting
    3 x finished
    1 x started
    1 x waiting
    1 x finished
    1 x ended
    ");
}

#[test]
fn without_a_terminal_there_is_nobody_to_ask() {
    assert_snapshot!(applied(NETWORK).nk("destroy --env dev").told(), @r"
    exit code 1
    --- stderr
    error: there is no terminal to ask on

    hint: run `nk destroy --yes --env dev`
    ");
}

#[test]
fn the_name_of_the_environment_is_what_agrees() {
    let terminal = applied(NETWORK);
    let (keyboard, _kept) = typed("yes\n");
    assert_snapshot!(terminal.nk_on(keyboard, "destroy --env dev").told(), @r"
    exit code 1
    --- stderr
    Destroy all this? Type the environment's name, `dev`: Nothing was changed.
    ");
    let (keyboard, _kept) = typed("dev\n");
    let _ = terminal.nk_on(keyboard, "destroy --env dev").with_code(0);
    meanwhile(&terminal, "shop-dev", |sim| assert_eq!(sim.everything(), []));
}

/// Guards something in the cloud.
fn guard(terminal: &nk_tests::terminal::Terminal, on: &str, reason: &str, liftable: bool) {
    let guard = Guard { address: address(on), reason: reason.into(), liftable };
    meanwhile(terminal, "shop-dev", |sim| sim.change_account(|account| account.guards.push(guard)));
}

#[test]
fn what_is_guarded_stays_until_its_guard_is_lifted() {
    let terminal = applied(NETWORK);
    guard(&terminal, "vpc.main", "it is protected", true);
    assert_snapshot!(terminal.session("destroy --env dev --yes"), @r"
    exit code 1
    --- stderr
    error: what is to go is guarded
      `vpc.main`: it is protected

    hint: `nk destroy --unprotect --env dev` lifts protection, empties what is full, lets go what no snapshot can save, and leaves what is not this stack's and what it keeps; nothing was changed
    ");
    let _ = terminal.nk("destroy --env dev --yes --unprotect").with_code(0);
}

#[test]
fn what_cannot_be_lifted_stays() {
    let terminal = applied(NETWORK);
    guard(&terminal, "vpc.main", "something of others stands in it", false);
    assert_snapshot!(terminal.session("destroy --env dev --yes --unprotect"), @r"
    exit code 1
    --- stderr
    error: what is to go is guarded
      `vpc.main`: something of others stands in it

    hint: nothing was changed
    ");
}

#[test]
fn where_there_is_nothing_there_is_nothing_to_destroy() {
    assert_snapshot!(shop().session("destroy --env dev"), @r"
    exit code 0
    --- stdout
    shop-dev in ap-northeast-1, account 123456789012, as arn:aws:iam::123456789012:user/ana

    Nothing to do: there is nothing, and nothing is wanted.
    Read in 27 calls, 0.0 s.
    ");
}

#[test]
fn data_without_a_snapshot_is_said_to_be_lost() {
    let database = "\n[database]\nengine  = \"postgres\"\nversion = \"15.4\"\nclass   = \"db.t3.micro\"\n\
                    storage = { initial = \"20GB\", limit = \"100GB\" }\n";
    let zones = NETWORK.replace(
        "zones = [",
        "zones = [{ name = \"ap-northeast-1c\", public = \"10.0.2.0/24\", private = \"10.0.20.0/24\" }, ",
    );
    let terminal = applied(&zones.replace("\n[env.prod]", &format!("{database}\n[env.prod]")));
    let gone = terminal.nk("destroy --env dev --yes").with_code(0);
    let lost = "takes its data with it: no snapshot is left";
    assert!(gone.out.contains(lost) && gone.err.contains(lost), "{}\n{}", gone.out, gone.err);
}
