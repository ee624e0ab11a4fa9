//! How ELB creates an application load balancer.

use aws_sdk_elasticloadbalancingv2::types::{
    self, IpAddressType, LoadBalancerSchemeEnum as Scheme, LoadBalancerStateEnum as State,
    LoadBalancerTypeEnum,
};
use futures::future::try_join_all;
use nk_engine::{CloudError, CloudResult, Departure, Reach, Reconcile, Scope};
use nk_kinds::{
    Tags,
    elb::{LoadBalancer, LoadBalancerOutputs},
};
use nk_model::{Address, Change, Changes, Guard, Live, Phase, Ref};

use super::{GONE, metric_name};
use crate::{Aws, sdk_error::SdkResult, tags::sdk_tags};

pub(super) type LiveBalancer = Live<LoadBalancer, LoadBalancerOutputs>;

impl Reconcile<LoadBalancer> for Aws {
    async fn observe(&self, scope: &Scope<LoadBalancer>) -> CloudResult<Vec<LiveBalancer>> {
        let found = match &scope.reach {
            Reach::Stack => self.load_balancers(&scope.pass).await?.to_vec(),
            Reach::One(_) => self.one_load_balancer(scope).await?,
        };
        let found = found.into_iter().filter_map(|(balancer, tags)| {
            let name = balancer.load_balancer_name.as_deref().unwrap_or_default();
            let (address, owner) = self.holder(scope, |spec| spec.name == name, &tags)?;
            Some(live(balancer, address, tags)?.owned_by(owner))
        });
        let calls = found.map(|mut live| async move {
            let protected = self.protected(&live.id).await?;
            live.spec.protected = protected.unwrap_or(false);
            Ok::<_, CloudError>(protected.map(|_| live))
        });
        let mut found: Vec<_> = try_join_all(calls).await?.into_iter().flatten().collect();
        if found.is_empty() {
            found.extend(self.released_interfaces(scope).await?);
        }
        Ok(found)
    }

    async fn create(
        &self,
        spec: &LoadBalancer,
        address: &Address,
    ) -> CloudResult<Option<LiveBalancer>> {
        let scheme = if spec.internet_facing { Scheme::InternetFacing } else { Scheme::Internal };
        // A repeated call with the same settings returns the existing listener.
        let answer = self
            .elb
            .create_load_balancer()
            .name(&spec.name)
            .r#type(LoadBalancerTypeEnum::Application)
            .scheme(scheme)
            .ip_address_type(IpAddressType::from(spec.address_type.as_str()))
            .set_subnets(Some(texts(&spec.subnets)))
            .set_security_groups(Some(texts(&spec.security_groups)))
            .set_tags(Some(sdk_tags(&spec.tags)))
            .send()
            .await
            .or_cloud_error()?;
        let made = answer.load_balancers.unwrap_or_default().into_iter().next();
        Ok(made.and_then(|balancer| live(balancer, address.clone(), spec.tags.clone())))
    }

    async fn update(
        &self,
        spec: &LoadBalancer,
        live: &LiveBalancer,
        changes: &[Change],
    ) -> CloudResult<Option<LiveBalancer>> {
        if changes.touch("subnets") {
            let call = self.elb.set_subnets().load_balancer_arn(&live.id);
            call.set_subnets(Some(texts(&spec.subnets))).send().await.or_cloud_error()?;
        }
        if changes.touch("security-groups") {
            let call = self.elb.set_security_groups().load_balancer_arn(&live.id);
            let call = call.set_security_groups(Some(texts(&spec.security_groups))).send().await;
            call.or_cloud_error()?;
        }
        if changes.touch("address-type") {
            let kind = IpAddressType::from(spec.address_type.as_str());
            let call = self.elb.set_ip_address_type().load_balancer_arn(&live.id);
            call.ip_address_type(kind).send().await.or_cloud_error()?;
        }
        if changes.touch("protected") {
            self.protect(&live.id, spec.protected).await?;
        }
        if changes.touch("tags") {
            self.elb_tag(&live.id, &spec.tags).await?;
        }
        Ok(None)
    }

    async fn destroy(&self, live: &LiveBalancer) -> CloudResult<Departure> {
        let call = self.elb.delete_load_balancer().load_balancer_arn(&live.id).send().await;
        call.accepting(GONE)?;
        // Even if it was already deleted, because its network interfaces remain longer.
        Ok(Departure::Going)
    }

    async fn guards(&self, live: &LiveBalancer) -> CloudResult<Vec<Guard>> {
        let reason = "deletion protection is on".to_owned();
        let guard = Guard { address: live.address.clone(), reason, liftable: true };
        Ok(live.spec.protected.then_some(guard).into_iter().collect())
    }

    async fn unprotect(&self, live: &LiveBalancer) -> CloudResult<()> {
        self.protect(&live.id, false).await
    }
}

fn texts<'a, T: nk_model::Output>(references: impl IntoIterator<Item = &'a Ref<T>>) -> Vec<String> {
    references.into_iter().map(|reference| reference.as_str().to_owned()).collect()
}

/// A load balancer as its description shows it: not protected, like a new one.
fn live(balancer: types::LoadBalancer, address: Address, tags: Tags) -> Option<LiveBalancer> {
    let arn = balancer.load_balancer_arn?;
    let zones = balancer.availability_zones.unwrap_or_default();
    let spec = LoadBalancer {
        name: balancer.load_balancer_name.unwrap_or_default(),
        address_type: balancer.ip_address_type.map_or_else(String::new, |kind| kind.to_string()),
        internet_facing: balancer.scheme == Some(Scheme::InternetFacing),
        subnets: zones.into_iter().filter_map(|zone| zone.subnet_id.map(Ref::known)).collect(),
        security_groups: balancer
            .security_groups
            .unwrap_or_default()
            .into_iter()
            .map(Ref::known)
            .collect(),
        protected: false,
        tags,
    };
    let outputs = LoadBalancerOutputs {
        metric_name: metric_name(&arn).to_owned(),
        dns_name: balancer.dns_name.unwrap_or_default(),
        arn: arn.clone(),
    };
    let (code, reason) = balancer.state.map_or((None, None), |state| (state.code, state.reason));
    let reason = reason.unwrap_or_else(|| "no reason given".into());
    let mut live = Live::ready(address, arn, spec, outputs);
    match code {
        Some(State::Active) => {}
        Some(State::ActiveImpaired) => {
            live.notes.push(format!("AWS reports that it is impaired: {reason}"));
        }
        Some(State::Failed) => live.phase = Phase::Failed(reason),
        code => {
            let word = code.map_or_else(|| "provisioning".into(), |code| code.to_string());
            live.phase = Phase::Busy(word);
        }
    }
    Some(live)
}
