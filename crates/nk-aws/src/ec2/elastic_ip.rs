//! STUB
use crate::Aws;
use nk_engine::{CloudResult, Departure, Reconcile, Scope};
use nk_kinds::ec2::{ElasticIp, ElasticIpOutputs};
use nk_model::{Address, Change, Live};

impl Reconcile<ElasticIp> for Aws {
    async fn observe(
        &self,
        _: &Scope<ElasticIp>,
    ) -> CloudResult<Vec<Live<ElasticIp, ElasticIpOutputs>>> {
        Ok(Vec::new())
    }
    async fn create(
        &self,
        _: &ElasticIp,
        _: &Address,
    ) -> CloudResult<Option<Live<ElasticIp, ElasticIpOutputs>>> {
        todo!()
    }
    async fn update(
        &self,
        _: &ElasticIp,
        _: &Live<ElasticIp, ElasticIpOutputs>,
        _: &[Change],
    ) -> CloudResult<Option<Live<ElasticIp, ElasticIpOutputs>>> {
        todo!()
    }
    async fn destroy(&self, _: &Live<ElasticIp, ElasticIpOutputs>) -> CloudResult<Departure> {
        todo!()
    }
}
