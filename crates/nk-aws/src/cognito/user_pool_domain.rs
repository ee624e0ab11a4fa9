//! How Cognito creates a domain for a user pool.

use aws_sdk_cognitoidentityprovider::types::{DomainDescriptionType, DomainStatusType};
use futures::future::try_join_all;
use nk_engine::{CloudResult, Departure, Reach, Reconcile, Scope};
use nk_kinds::cognito::{UserPoolDomain, UserPoolDomainOutputs};
use nk_model::{Address, Change, Kind, Live, Owner, Phase, Ref};

use super::{MISSING, Parent, orphan};
use crate::{Aws, sdk_error::SdkResult};

impl Reconcile<UserPoolDomain> for Aws {
    async fn observe(
        &self,
        scope: &Scope<UserPoolDomain>,
    ) -> CloudResult<Vec<Live<UserPoolDomain, UserPoolDomainOutputs>>> {
        let parents = self.parents(scope, |domain| &domain.pool).await?;
        // The domains of the pools, which may not be desired, and the desired domains, which may
        // belong to somebody else.
        let mut looks: Vec<(Address, &str)> = Vec::new();
        if scope.reach == Reach::Stack {
            let held = parents.iter().filter_map(|parent| {
                Some((domain_address(parent, scope)?, parent.domain.as_deref()?))
            });
            looks.extend(held);
        }
        for (address, spec) in &scope.wanted {
            let prefix = scope.id().unwrap_or(&spec.prefix);
            if !looks.iter().any(|(_, known)| *known == prefix) {
                looks.push((address.clone(), prefix));
            }
        }
        let looks = looks.into_iter().map(|(address, prefix)| async {
            let description = self.domain(prefix).await?;
            Ok(description.and_then(|domain| live_domain(domain, address, &parents)))
        });
        Ok(try_join_all(looks).await?.into_iter().flatten().collect())
    }

    async fn create(
        &self,
        spec: &UserPoolDomain,
        _: &Address,
    ) -> CloudResult<Option<Live<UserPoolDomain, UserPoolDomainOutputs>>> {
        self.cognito
            .create_user_pool_domain()
            .domain(&spec.prefix)
            .user_pool_id(spec.pool.as_str())
            .send()
            .await
            .or_cloud_error()?;
        Ok(None)
    }

    async fn update(
        &self,
        _: &UserPoolDomain,
        _: &Live<UserPoolDomain, UserPoolDomainOutputs>,
        _: &[Change],
    ) -> CloudResult<Option<Live<UserPoolDomain, UserPoolDomainOutputs>>> {
        // A domain consists of pool and prefix, and neither can be changed in place.
        Ok(None)
    }

    async fn destroy(
        &self,
        live: &Live<UserPoolDomain, UserPoolDomainOutputs>,
    ) -> CloudResult<Departure> {
        let call = self.cognito.delete_user_pool_domain().domain(&live.spec.prefix);
        let call = call.user_pool_id(live.spec.pool.as_str()).send().await;
        match call.accepting(MISSING) {
            Ok(Some(_)) => Ok(Departure::Going),
            Ok(None) => Ok(Departure::Gone),
            Err(error) if error.says("InvalidParameterException", "No such domain") => {
                Ok(Departure::Gone)
            }
            Err(error) => Err(error),
        }
    }
}

impl Aws {
    /// A domain, whoever has it. For a domain that nobody has, Cognito returns an empty answer.
    async fn domain(&self, prefix: &str) -> CloudResult<Option<DomainDescriptionType>> {
        let call = self.cognito.describe_user_pool_domain().domain(prefix).send().await;
        let answer = call.accepting(MISSING)?;
        let description = answer.and_then(|answer| answer.domain_description);
        Ok(description.filter(|description| description.domain.is_some()))
    }
}

/// The address of the domain of a pool of the stack. A pool has only one, so a domain with another
/// prefix is in the place of the desired one.
fn domain_address(parent: &Parent, scope: &Scope<UserPoolDomain>) -> Option<Address> {
    let wanted = scope.wanted.iter().find(|(_, spec)| parent.is(&spec.pool));
    let wanted = wanted.map(|(address, _)| address.clone());
    wanted.or_else(|| Some(orphan(UserPoolDomain::KIND, parent.address.as_ref()?.name())))
}

fn live_domain(
    domain: DomainDescriptionType,
    address: Address,
    parents: &[Parent],
) -> Option<Live<UserPoolDomain, UserPoolDomainOutputs>> {
    let (pool, prefix) = (domain.user_pool_id?, domain.domain?);
    let owner = if parents.iter().any(|parent| parent.id == pool) {
        Owner::Ours
    } else {
        Owner::Foreign(format!("it belongs to user pool `{pool}`"))
    };
    let phase = match domain.status {
        None | Some(DomainStatusType::Active) => Phase::Ready,
        Some(DomainStatusType::Failed) => {
            Phase::Failed("Cognito could not create the domain".into())
        }
        Some(status @ DomainStatusType::Deleting) => Phase::Leaving(status.to_string()),
        Some(status) => Phase::Busy(status.to_string()),
    };
    let spec = UserPoolDomain { pool: Ref::known(pool), prefix: prefix.clone() };
    let outputs = UserPoolDomainOutputs { prefix: prefix.clone() };
    Some(Live::ready(address, prefix, spec, outputs).owned_by(owner).in_phase(phase))
}
