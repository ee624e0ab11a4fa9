//! STUB
use crate::Aws;
use nk_engine::{CloudResult, Departure, Reconcile, Scope};
use nk_kinds::elb::{LoadBalancer, LoadBalancerOutputs};
use nk_model::{Address, Change, Live};

impl Reconcile<LoadBalancer> for Aws {
    async fn observe(
        &self,
        _: &Scope<LoadBalancer>,
    ) -> CloudResult<Vec<Live<LoadBalancer, LoadBalancerOutputs>>> {
        Ok(Vec::new())
    }
    async fn create(
        &self,
        _: &LoadBalancer,
        _: &Address,
    ) -> CloudResult<Option<Live<LoadBalancer, LoadBalancerOutputs>>> {
        todo!()
    }
    async fn update(
        &self,
        _: &LoadBalancer,
        _: &Live<LoadBalancer, LoadBalancerOutputs>,
        _: &[Change],
    ) -> CloudResult<Option<Live<LoadBalancer, LoadBalancerOutputs>>> {
        todo!()
    }
    async fn destroy(&self, _: &Live<LoadBalancer, LoadBalancerOutputs>) -> CloudResult<Departure> {
        todo!()
    }
}
