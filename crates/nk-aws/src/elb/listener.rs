//! How ELB creates a listener.

use aws_sdk_elasticloadbalancingv2::{
    operation::{create_listener::CreateListenerError, modify_listener::ModifyListenerError},
    types::{self, Certificate, ProtocolEnum},
};
use futures::future::try_join_all;
use nk_engine::{CloudResult, Departure, Reconcile, Scope};
use nk_kinds::{
    Tags,
    elb::{Listener, ListenerOutputs},
};
use nk_model::{Address, Change, Changes, Live, Owner, Ref};

use super::{
    action::{action, folded},
    rule::{https, rules},
};
use crate::{Aws, sdk_error::SdkResult, tags::sdk_tags};

type LiveListener = Live<Listener, ListenerOutputs>;

/// A listener that was found, its owner, and the listener on port 443 of the same load balancer.
struct Found {
    listener: types::Listener,
    address: Address,
    owner: Owner,
    tags: Tags,
    https: Option<String>,
}

impl Reconcile<Listener> for Aws {
    async fn observe(&self, scope: &Scope<Listener>) -> CloudResult<Vec<LiveListener>> {
        let balancers = self.listeners_by_balancer(scope).await?;
        let all = balancers.iter().flat_map(|(found, _)| found).filter(|each| sought(scope, each));
        let arns: Vec<_> = all.filter_map(|each| each.listener_arn.clone()).collect();
        let (tags, rules) = tokio::try_join!(
            self.elb_tags(&arns),
            try_join_all(arns.iter().map(|arn| self.listener_rules(arn))),
        )?;
        let mut found = Vec::new();
        for (listeners, placeholder) in balancers {
            let https = listeners.iter().find(|each| each.port == Some(443));
            let https = https.and_then(|each| each.listener_arn.clone());
            for listener in listeners {
                let at = arns.iter().position(|arn| listener.listener_arn() == Some(arn));
                let Some((at, tags)) = at.and_then(|at| Some((at, tags.get(&arns[at])?))) else {
                    continue;
                };
                let Some(rules) = &rules[at] else { continue };
                let place = self.listener_place(scope, &listener, placeholder.as_ref(), tags);
                let Some((address, owner)) = place else { continue };
                let (tags, https) = (tags.clone(), https.clone());
                let each = Found { listener, address, owner, tags, https };
                found.extend(live(each, rules));
            }
        }
        Ok(found)
    }

    async fn create(
        &self,
        spec: &Listener,
        address: &Address,
    ) -> CloudResult<Option<LiveListener>> {
        // A repeated call with the same settings returns the existing listener.
        let answer = self
            .elb
            .create_listener()
            .load_balancer_arn(spec.load_balancer.as_str())
            .port(spec.port)
            .protocol(ProtocolEnum::from(spec.protocol.as_str()))
            .set_certificates(certificates(spec))
            .set_ssl_policy(spec.tls_policy.clone())
            .default_actions(action::<CreateListenerError>(&spec.default)?)
            .set_tags(Some(sdk_tags(&spec.tags)))
            .send()
            .await
            .or_cloud_error()?;
        let made = answer.listeners.unwrap_or_default().into_iter().next();
        Ok(made.and_then(|listener| {
            let (address, tags) = (address.clone(), spec.tags.clone());
            let https = https(spec).map(ToOwned::to_owned);
            live(Found { listener, address, owner: Owner::Ours, tags, https }, &[])
        }))
    }

    async fn update(
        &self,
        spec: &Listener,
        live: &LiveListener,
        changes: &[Change],
    ) -> CloudResult<Option<LiveListener>> {
        // The old rules stay until the new default and the new rules exist.
        let unwanted =
            if changes.touch("rules") { self.set_rules(spec, &live.id).await? } else { Vec::new() };
        self.modify_listener(spec, &live.id, changes).await?;
        self.delete_rules(&unwanted).await?;
        if changes.touch("tags") {
            self.elb_tag(&live.id, &spec.tags).await?;
        }
        Ok(Some(live.clone().changed_to(spec.clone())))
    }

    async fn destroy(&self, live: &LiveListener) -> CloudResult<Departure> {
        let call = self.elb.delete_listener().listener_arn(&live.id).send().await;
        call.accepting(&["ListenerNotFound"])?;
        Ok(Departure::Gone)
    }
}

/// Whether a listener of the right load balancer may be one that the look is for.
fn sought(scope: &Scope<Listener>, listener: &types::Listener) -> bool {
    scope.id().is_none_or(|id| listener.listener_arn() == Some(id))
}

fn certificates(spec: &Listener) -> Option<Vec<Certificate>> {
    let certificate = spec.certificate.as_ref()?;
    Some(vec![Certificate::builder().certificate_arn(certificate).build()])
}

fn live(found: Found, rules: &[types::Rule]) -> Option<LiveListener> {
    let Found { listener, address, owner, tags, https } = found;
    let certificate = listener.certificates().first().and_then(|each| each.certificate_arn());
    let spec = Listener {
        load_balancer: Ref::known(listener.load_balancer_arn().unwrap_or_default()),
        port: listener.port.unwrap_or_default(),
        protocol: listener.protocol().map_or("", |each| each.as_str()).to_owned(),
        certificate: certificate.map(ToOwned::to_owned),
        tls_policy: listener.ssl_policy().map(ToOwned::to_owned),
        default: folded(listener.default_actions(), https.as_deref()),
        rules: self::rules(rules, https.as_deref()),
        tags,
    };
    let arn = listener.listener_arn?;
    let outputs = ListenerOutputs { arn: arn.clone() };
    Some(Live::ready(address, arn, spec, outputs).owned_by(owner))
}

impl Aws {
    async fn modify_listener(
        &self,
        spec: &Listener,
        arn: &str,
        changes: &[Change],
    ) -> CloudResult<()> {
        let touched = |field| changes.touch(field);
        let mut call = self.elb.modify_listener().listener_arn(arn);
        if touched("port") {
            call = call.port(spec.port);
        }
        // One of them means nothing without the other.
        let secure = ["protocol", "certificate", "tls-policy"].into_iter().any(touched);
        if secure {
            call = call.protocol(ProtocolEnum::from(spec.protocol.as_str()));
            call = call.set_certificates(certificates(spec));
            call = call.set_ssl_policy(spec.tls_policy.clone());
        }
        if touched("default") {
            call = call.default_actions(action::<ModifyListenerError>(&spec.default)?);
        }
        if touched("port") || secure || touched("default") {
            call.send().await.or_cloud_error()?;
        }
        Ok(())
    }
}
