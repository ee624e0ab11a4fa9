//! Properties of any graph: security groups that admit each other in random ways.

use std::collections::{BTreeMap, HashMap};

use nk_kinds::{
    Tags,
    ec2::{Peer, Rule, SecurityGroup, Vpc},
};
use nk_model::{Address, Desired, Event, Outcome, Plan, Ref, Until};
use nk_sim::Fault;
use nk_tests::{small::stack, trial::Trial};
use proptest::prelude::*;

/// A group: its description, which AWS cannot change in place, and the groups that it admits.
type Group = (u8, Vec<usize>);

fn desired(groups: &BTreeMap<usize, Group>) -> Desired {
    let mut desired = Desired::nothing(stack());
    let tags = |kind: &str, name: &str| Tags::new(&stack(), &Address::new(kind, name), name);
    let vpc = Vpc {
        cidr: "10.0.0.0/16".parse().unwrap(),
        dns_support: true,
        dns_hostnames: true,
        tags: tags("vpc", "main"),
    };
    desired.add("main", &vpc);
    for (number, (description, admits)) in groups {
        let name = format!("g{number}");
        // Only earlier groups, so that there is no circle, and only those that exist.
        let admitted = admits.iter().filter(|other| *other < number && groups.contains_key(other));
        let rules = admitted.map(|other| Rule::tcp(80, Peer::Group(Ref::to(&format!("g{other}")))));
        let group = SecurityGroup {
            name: name.clone(),
            description: format!("version {description}"),
            vpc: Ref::to("main"),
            ingress: rules.collect(),
            egress: [].into(),
            tags: tags("security-group", &name),
            rule_tags: tags("security-group", &name),
        };
        desired.add(&name, &group);
    }
    desired
}

fn groups() -> impl Strategy<Value = BTreeMap<usize, Group>> {
    prop::collection::btree_map(
        0..10usize,
        (0..2u8, prop::collection::vec(0..10usize, 0..4)),
        0..10,
    )
}

/// Somebody adds a rule to the first group for every second one of these.
fn admit(trial: &Trial, peers: &[(usize, usize)]) {
    let group = |number: usize| {
        let address = Address::new("security-group", &format!("g{number}"));
        trial.sim.everything().into_iter().find(|live| live.address == address)
    };
    for (one, other) in peers.iter().filter(|(one, other)| one != other) {
        let (Some(one), Some(other)) = (group(*one), group(*other)) else { continue };
        let peer = Peer::Group(Ref::known(other.output("id").unwrap()));
        let rule = serde_json::to_value(Rule::tcp(22, peer)).unwrap();
        let mut ingress = one.spec["ingress"].as_array().unwrap().clone();
        ingress.extend(Some(rule.clone()).filter(|rule| !ingress.contains(rule)));
        trial.sim.meddle(&one.address, "ingress", ingress.into());
    }
}

/// An apply does everything that is desired.
async fn ends(trial: &Trial, wanted: &Desired) {
    let (summary, events) = trial.apply(wanted).await;
    assert_eq!(summary.outcome, Outcome::Done, "{events:#?}");
    assert!(trial.plan(wanted).await.unwrap().is_empty());
}

/// No step starts before what it needs.
fn in_order(plan: &Plan, events: &[Event]) {
    let mut began = HashMap::new();
    let mut known = HashMap::new();
    let mut ended = HashMap::new();
    for event in events {
        match event {
            Event::Started { at, step, .. } => {
                began.insert(*step, *at);
            }
            Event::Known { at, address, .. } => {
                known.entry(address).or_insert(*at);
            }
            Event::Finished { at, step, .. } => {
                ended.insert(*step, *at);
            }
            _ => {}
        }
    }
    for (id, step) in plan.steps.iter().enumerate() {
        let at = began[&id];
        for need in &step.needs {
            let before = &plan.steps[need.step].address;
            let met = match need.until {
                Until::Ended => ended[&need.step],
                Until::Known => known.get(before).copied().unwrap_or_default(),
            };
            assert!(met <= at, "{} began at {at:?}, {before} was there at {met:?}", step.address);
        }
    }
}

fn run<F: Future>(future: F) -> F::Output {
    tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .start_paused(true)
        .build()
        .unwrap()
        .block_on(future)
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 96, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn every_way_from_one_graph_to_another_is_in_order_and_ends(from in groups(), to in groups()) {
        run(async {
            let (from, to) = (desired(&from), desired(&to));
            let trial = Trial::default();
            for wanted in [&from, &to] {
                let plan = trial.plan(wanted).await.unwrap();
                let (summary, events) = trial.run(plan.clone()).await;
                assert_eq!(summary.outcome, Outcome::Done, "{events:#?}");
                in_order(&plan, &events);
                let again = trial.plan(wanted).await.unwrap();
                assert!(again.is_empty(), "{again:#?}");
            }
            let (summary, events) = trial.destroy(&to).await;
            assert_eq!(summary.outcome, Outcome::Done, "{events:#?}");
            assert_eq!(trial.shape(), Vec::<String>::new());
        });
    }

    #[test]
    fn groups_that_others_let_into_each_other_change_and_go_all_the_same(
        from in groups(),
        mut to in groups(),
        peers in prop::collection::vec((0..10usize, 0..10usize), 1..8),
    ) {
        run(async {
            for (number, (description, _)) in &mut to {
                *description = from.get(number).map_or(*description, |group| group.0);
            }
            let (from, to) = (desired(&from), desired(&to));
            let trial = Trial::settled(&from).await;
            admit(&trial, &peers);
            ends(&trial, &to).await;
            admit(&trial, &peers);
            let (summary, events) = trial.destroy(&to).await;
            assert_eq!(summary.outcome, Outcome::Done, "{events:#?}");
            assert_eq!(trial.shape(), Vec::<String>::new());
        });
    }

    #[test]
    fn a_fault_anywhere_changes_nothing_about_the_end(
        from in groups(),
        to in groups(),
        at in 1..30usize,
        how in 0..4u8,
    ) {
        run(async {
            let (from, to) = (desired(&from), desired(&to));
            let (calm, rough) = (Trial::default(), Trial::default());
            for trial in [&calm, &rough] {
                trial.apply(&from).await;
            }
            calm.apply(&to).await;
            let at = rough.sim.calls().1 + at;
            rough.sim.set_fault(Some(match how {
                0 => Fault::DeadBefore(at),
                1 => Fault::DeadAfter(at),
                2 => Fault::LostAnswer(at),
                _ => Fault::LostCall(at),
            }));
            rough.apply(&to).await;
            rough.sim.set_fault(None);
            let (summary, events) = rough.apply(&to).await;
            assert_eq!(summary.outcome, Outcome::Done, "{events:#?}");
            assert_eq!(rough.shape(), calm.shape());
        });
    }
}

#[tokio::test(start_paused = true)]
async fn groups_that_others_let_into_each_other_are_replaced_all_the_same() {
    let of = |description| -> BTreeMap<usize, Group> {
        BTreeMap::from([(3, (description, vec![])), (4, (description, vec![3])), (5, (0, vec![3]))])
    };
    let trial = Trial::settled(&desired(&of(0))).await;
    admit(&trial, &[(3, 4)]);
    ends(&trial, &desired(&of(1))).await;
}
