//! STUB
use crate::Aws;
use nk_engine::{CloudResult, Departure, Reconcile, Scope};
use nk_kinds::ecs::{Cluster, ClusterOutputs};
use nk_model::{Address, Change, Live};

impl Reconcile<Cluster> for Aws {
    async fn observe(&self, _: &Scope<Cluster>) -> CloudResult<Vec<Live<Cluster, ClusterOutputs>>> {
        Ok(Vec::new())
    }
    async fn create(
        &self,
        _: &Cluster,
        _: &Address,
    ) -> CloudResult<Option<Live<Cluster, ClusterOutputs>>> {
        todo!()
    }
    async fn update(
        &self,
        _: &Cluster,
        _: &Live<Cluster, ClusterOutputs>,
        _: &[Change],
    ) -> CloudResult<Option<Live<Cluster, ClusterOutputs>>> {
        todo!()
    }
    async fn destroy(&self, _: &Live<Cluster, ClusterOutputs>) -> CloudResult<Departure> {
        todo!()
    }
}
