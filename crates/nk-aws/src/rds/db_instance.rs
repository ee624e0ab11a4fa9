//! How RDS creates a database instance.

mod reading;
mod request;
mod upgrade;

use aws_sdk_rds::types;
use aws_smithy_types::{DateTime, date_time::Format};
use nk_engine::{CloudError, CloudResult, Departure, Nature, Reconcile, Scope};
use nk_kinds::rds::{DbInstance, DbInstanceOutputs};
use nk_model::{Address, Change, Changes, Guard, Live, Phase};

use crate::{Aws, sdk_error::SdkResult, tags::managed};

/// RDS's code for a missing instance.
const MISSING: &[&str] = &["DBInstanceNotFound"];

type LiveInstance = Live<DbInstance, DbInstanceOutputs>;

impl Reconcile<DbInstance> for Aws {
    async fn observe(&self, scope: &Scope<DbInstance>) -> CloudResult<Vec<LiveInstance>> {
        let mut found = Vec::new();
        for instance in self.instances(scope).await? {
            let tags = managed(instance.tag_list.clone());
            let name = instance.db_instance_identifier().unwrap_or_default();
            let Some((address, owner)) = self.holder(scope, |spec| spec.name == name, &tags) else {
                continue;
            };
            let mut live = reading::live(address, &instance, tags)?.owned_by(owner);
            live.outputs.final_snapshot = self.final_snapshot(&live);
            // nk has its changes made at once, so what is pending right after one is being made,
            // even if the status does not show it yet. In a plan, it may be waiting for the
            // maintenance window.
            let at_work = scope.address().is_some() && reading::pending(&instance);
            found.push(match live.phase {
                Phase::Ready if at_work => live.in_phase(Phase::Busy("modifying".into())),
                _ => live,
            });
        }
        Ok(found)
    }

    async fn create(
        &self,
        spec: &DbInstance,
        address: &Address,
    ) -> CloudResult<Option<LiveInstance>> {
        let password = self.master_password(spec.password.as_str()).await?;
        let call = Box::pin(request::create(&self.rds, spec, &password).send()).await;
        let answer = call.or_cloud_error().map_err(|error: CloudError| error.without(&password))?;
        let live = |instance: types::DbInstance| {
            reading::live(address.clone(), &instance, spec.tags.clone())
        };
        answer.db_instance.map(live).transpose()
    }

    async fn update(
        &self,
        spec: &DbInstance,
        live: &LiveInstance,
        changes: &[Change],
    ) -> CloudResult<Option<LiveInstance>> {
        if changes.iter().any(|change| change.field() != "tags") {
            reading::running(live)?;
            let version = if request::is_major(spec, &live.spec, changes) {
                self.upgrade(spec, &live.spec.version).await?
            } else {
                spec.asked_version().clone()
            };
            let call = request::modify(&self.rds, spec, live, changes, &version);
            Box::pin(call.send()).await.or_cloud_error()?;
        }
        if changes.touch("tags") {
            self.rds_tag(&live.outputs.arn, &spec.tags).await?;
        }
        Ok(None)
    }

    async fn destroy(&self, live: &LiveInstance) -> CloudResult<Departure> {
        let snapshot = self.final_snapshot(live);
        let call = self.rds.delete_db_instance().db_instance_identifier(&live.spec.name);
        let call =
            call.skip_final_snapshot(snapshot.is_none()).set_final_db_snapshot_identifier(snapshot);
        match call.send().await.accepting(MISSING) {
            Ok(answer) => Ok(answer.map_or(Departure::Gone, |_| Departure::Going)),
            Err(error) if error.says("InvalidDBInstanceState", "already being deleted") => {
                Ok(Departure::Going)
            }
            // A failed instance does not leave its state by itself.
            Err(error) if matches!(live.phase, Phase::Failed(_)) => {
                Err(CloudError { nature: Nature::Blocked, ..error })
            }
            Err(error) => Err(error),
        }
    }

    async fn guards(&self, live: &LiveInstance) -> CloudResult<Vec<Guard>> {
        let guard = |reason| Guard { address: live.address.clone(), reason, liftable: true };
        let protection = live.spec.protected.then(|| "deletion protection is on".to_owned());
        let lost = reading::lost(&live.phase).filter(|_| live.spec.final_snapshot);
        let lost = lost.map(|status| format!("no final snapshot can be taken: {status}"));
        Ok(protection.into_iter().chain(lost).map(guard).collect())
    }

    async fn unprotect(&self, live: &LiveInstance) -> CloudResult<()> {
        if !live.spec.protected {
            return Ok(());
        }
        reading::running(live)?;
        let call = self.rds.modify_db_instance().db_instance_identifier(&live.spec.name);
        let call = call.deletion_protection(false).apply_immediately(true);
        Box::pin(call.send()).await.accepting(MISSING).map(drop)
    }
}

impl Aws {
    /// The snapshot that this run takes of an instance, if it takes one. The name is unique: RDS
    /// refuses a name that is taken, even by a snapshot of a deleted instance.
    fn final_snapshot(&self, live: &LiveInstance) -> Option<String> {
        let leaves = live.spec.final_snapshot && reading::lost(&live.phase).is_none();
        leaves.then(|| {
            let began = DateTime::from_secs(DateTime::from(self.began).secs());
            let began = began.fmt(Format::DateTime).unwrap_or_default();
            let digits: String = began.chars().filter(char::is_ascii_digit).collect();
            format!("{}-final-{digits}", live.spec.name)
        })
    }

    /// The instances that may belong to the stack, by their names.
    async fn instances(&self, scope: &Scope<DbInstance>) -> CloudResult<Vec<types::DbInstance>> {
        let call = self.rds.describe_db_instances();
        if scope.address().is_some() {
            let Some((_, spec)) = scope.wanted.first() else { return Ok(Vec::new()) };
            let answer = call.db_instance_identifier(&spec.name).send().await.accepting(MISSING)?;
            return Ok(answer.and_then(|answer| answer.db_instances).unwrap_or_default());
        }
        // There is no filter for tags, nor one that allows a missing name.
        let all = call.into_paginator().items().send().try_collect().await.or_cloud_error()?;
        let ours = |name: &str| {
            self.rds_named(name) || scope.wanted.iter().any(|(_, spec)| spec.name == name)
        };
        Ok(all
            .into_iter()
            .filter(|instance| instance.db_instance_identifier.as_deref().is_some_and(ours))
            .collect())
    }
}
