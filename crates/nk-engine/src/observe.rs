//! Reads everything of a stack, all kinds at once.

use futures::future::join_all;
use nk_model::{Desired, Guard, KindInfo, LiveValue, Observed, Operation, Registry};
use tokio::time::{Duration, Instant, sleep};

use crate::{Cloud, CloudError, Pass, Scope, cloud::Erased};

/// Reads all resources of the stack and of these kinds, and what is in their way.
///
/// # Errors
///
/// Every failed call, each once.
pub async fn observe<C: Cloud>(
    cloud: &C,
    desired: &Desired,
    kinds: &[KindInfo],
) -> Result<Observed, Vec<CloudError>> {
    look(cloud, desired, kinds, false).await
}

/// The same for a stack that is to be destroyed: what remains of earlier deletions is read as well.
///
/// # Errors
///
/// Every failed call, each once.
pub async fn observe_going<C: Cloud>(
    cloud: &C,
    desired: &Desired,
    kinds: &[KindInfo],
) -> Result<Observed, Vec<CloudError>> {
    look(cloud, desired, kinds, true).await
}

async fn look<C: Cloud>(
    cloud: &C,
    desired: &Desired,
    kinds: &[KindInfo],
    going: bool,
) -> Result<Observed, Vec<CloudError>> {
    let pass = Pass::default();
    let looks = kinds.iter().map(|kind| {
        let scope = Scope::stack(desired.of_kind(kind.kind), pass.clone());
        cloud.observe_kind(kind.kind, Scope { going, ..scope })
    });
    let mut found = Vec::new();
    let mut errors: Vec<CloudError> = Vec::new();
    for look in join_all(looks).await {
        match look {
            Ok(live) => found.extend(live),
            // Kinds that share a read share its error.
            Err(error) if errors.contains(&error) => {}
            Err(error) => errors.push(error),
        }
    }
    found.sort_by(|a: &LiveValue, b| (&a.address, &a.id).cmp(&(&b.address, &b.id)));
    if errors.is_empty() { Ok(Observed { found }) } else { Err(errors) }
}

/// What destroying these resources would lose or be blocked by.
///
/// # Errors
///
/// The first call that failed.
pub async fn guards<C: Cloud>(cloud: &C, going: &[LiveValue]) -> Result<Vec<Guard>, CloudError> {
    let looks = join_all(going.iter().map(|live| cloud.guards_of(live))).await;
    Ok(looks.into_iter().collect::<Result<Vec<_>, _>>()?.into_iter().flatten().collect())
}

/// How long to wait before a call is repeated whose refusal passes by itself.
const PAUSE: Duration = Duration::from_secs(5);

/// Turns off what protects these resources, where that is possible. If AWS refuses it for a while,
/// it is repeated, as in a step.
///
/// # Errors
///
/// The first call that failed.
pub async fn unprotect<C: Cloud>(
    cloud: &C,
    registry: Registry,
    going: &[LiveValue],
) -> Result<(), CloudError> {
    let lifted = going.iter().map(|live| lift(cloud, registry, live));
    join_all(lifted).await.into_iter().collect()
}

async fn lift<C: Cloud>(cloud: &C, registry: Registry, live: &LiveValue) -> Result<(), CloudError> {
    let began = Instant::now();
    let passing = registry(live.address.kind()).map_or(&[][..], |kind| kind.waiting.retry);
    let passing: Vec<_> = passing.iter().filter(|one| one.on == Operation::Update).collect();
    loop {
        let Err(error) = cloud.unprotect_one(live).await else { return Ok(()) };
        let elapsed = began.elapsed();
        let passes =
            passing.iter().any(|one| error.says(one.code, one.message) && elapsed < one.patience);
        if !passes {
            return Err(error);
        }
        tracing::info!(%error, address = %live.address, "waiting before turning off its protection");
        sleep(PAUSE).await;
    }
}
