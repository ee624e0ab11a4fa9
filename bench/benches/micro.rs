//! Benchmarks of single parts of nk: stack parser, differ, planner, scheduler. `just bench-micro`.

use std::{hint::black_box, sync::Arc, time::Duration};

use criterion::{BatchSize, Criterion, criterion_group, criterion_main};
use nk_engine::{NoGate, Run, Stop, execute};
use nk_model::{Desired, LiveValue, Observed, Plan, difference, placeholders_in, resolve};
use nk_plan::Permission;
use nk_sim::Sim;
use nk_stack::Source;
use nk_tests::{
    large,
    topology::{self, STACK},
};
use tokio::{
    runtime::{Builder, Runtime},
    sync::{mpsc, watch},
};

fn plan(desired: &Desired, observed: &Observed) -> Plan {
    nk_plan::plan(desired, observed, nk_kinds::kind, &Permission::everything())
        .expect("there is a way")
}

fn paused() -> Runtime {
    let runtime = Builder::new_current_thread().enable_all().start_paused(true).build();
    runtime.expect("a runtime")
}

async fn run(sim: &Arc<Sim>, plan: Plan) -> usize {
    let (events, mut told) = mpsc::unbounded_channel();
    let (_go, stop) = watch::channel(Stop::Go);
    let run = Run {
        registry: nk_kinds::kind,
        parallelism: 16,
        events,
        stop,
        gate: Arc::new(NoGate),
        unseen: Arc::default(),
        names: Arc::default(),
        every: nk_model::Looks::AWS,
        speed: 1.0,
        advice: |_| None,
    };
    let summary = execute(Arc::clone(sim), plan, run).await;
    while told.try_recv().is_ok() {}
    summary.finished
}

/// What exists after an apply.
fn applied(desired: &Desired) -> Observed {
    paused().block_on(async {
        let sim = Arc::new(Sim::default());
        run(&sim, plan(desired, &Observed::default())).await;
        // Wait until everything is ready.
        tokio::time::sleep(Duration::from_hours(1)).await;
        Observed { found: sim.everything() }
    })
}

fn stack_parser(criterion: &mut Criterion) {
    let source = Source { name: "neuraknot.toml".into(), text: STACK.into() };
    criterion.bench_function("stack parser: the shipped stack file", |bencher| {
        bencher.iter(|| nk_stack::read(black_box(&source), "prod").expect("it is right"));
    });
    criterion.bench_function("stack parser: and its expansion", |bencher| {
        bencher.iter(|| topology::desired(black_box(STACK), "prod"));
    });
}

fn differ(criterion: &mut Criterion) {
    let desired = topology::desired(STACK, "prod");
    let found = applied(&desired).found;
    let pairs: Vec<_> = found
        .iter()
        .map(|live| {
            let spec = &desired.resources[&live.address].spec;
            let known = |address| found.iter().find(|other: &&LiveValue| other.address == address);
            let resolved = resolve(spec, &mut |placeholder| {
                known(placeholder.address.clone())?.output(&placeholder.output)
            });
            assert!(placeholders_in(&resolved).is_empty());
            (&live.spec, resolved)
        })
        .collect();
    criterion.bench_function("differ: every resource of the shipped stack file", |bencher| {
        bencher.iter(|| {
            pairs
                .iter()
                .map(|(live, desired)| difference(black_box(live), desired).len())
                .sum::<usize>()
        });
    });
}

fn planner(criterion: &mut Criterion) {
    for (name, desired) in [
        ("the shipped stack file", topology::desired(STACK, "prod")),
        ("1,000 resources", large::topology(1_000)),
    ] {
        let nothing = Observed::default();
        criterion.bench_function(&format!("planner: {name}, nothing there"), |bencher| {
            bencher.iter(|| plan(black_box(&desired), &nothing));
        });
        let there = applied(&desired);
        assert!(plan(&desired, &there).is_empty());
        criterion.bench_function(&format!("planner: {name}, nothing to do"), |bencher| {
            bencher.iter(|| plan(black_box(&desired), &there));
        });
    }
}

fn scheduler(criterion: &mut Criterion) {
    for (name, desired) in [
        ("the shipped stack file", topology::desired(STACK, "prod")),
        ("1,000 resources", large::topology(1_000)),
    ] {
        let (runtime, made) = (paused(), plan(&desired, &Observed::default()));
        criterion.bench_function(&format!("scheduler: {name}, in paused time"), |bencher| {
            let fresh = || (Arc::new(Sim::default()), made.clone());
            bencher.iter_batched(
                fresh,
                |(sim, plan)| assert_eq!(runtime.block_on(run(&sim, plan)), made.steps.len()),
                BatchSize::LargeInput,
            );
        });
    }
}

criterion_group! {
    name = micro;
    config = Criterion::default().sample_size(20);
    targets = stack_parser, differ, planner, scheduler
}
criterion_main!(micro);
