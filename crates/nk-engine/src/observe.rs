//! Reading everything of a stack, all kinds at once.

use futures::future::join_all;
use nk_model::{Desired, Guard, KindInfo, LiveValue, Observed};

use crate::{Cloud, CloudError, Pass, Scope, cloud::Erased};

/// Looks at all resources of the stack and of these kinds, and at what stands in their way.
///
/// # Errors
///
/// Every call that failed, each once.
pub async fn observe<C: Cloud>(
    cloud: &C,
    desired: &Desired,
    kinds: &[KindInfo],
) -> Result<Observed, Vec<CloudError>> {
    let pass = Pass::default();
    let looks = kinds.iter().map(|kind| {
        let scope = Scope::stack(desired.of_kind(kind.kind), pass.clone());
        cloud.observe_kind(kind.kind, scope)
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

/// What destroying these resources would lose or be stopped by.
///
/// # Errors
///
/// The first call that failed.
pub async fn guards<C: Cloud>(cloud: &C, going: &[LiveValue]) -> Result<Vec<Guard>, CloudError> {
    let looks = join_all(going.iter().map(|live| cloud.guards_of(live))).await;
    Ok(looks.into_iter().collect::<Result<Vec<_>, _>>()?.into_iter().flatten().collect())
}

/// Lifts what protects these resources, where it can be lifted.
///
/// # Errors
///
/// The first call that failed.
pub async fn unprotect<C: Cloud>(cloud: &C, going: &[LiveValue]) -> Result<(), CloudError> {
    join_all(going.iter().map(|live| cloud.unprotect_one(live))).await.into_iter().collect()
}
