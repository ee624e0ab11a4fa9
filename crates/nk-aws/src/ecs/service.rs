//! STUB
use crate::Aws;
use nk_engine::{CloudResult, Departure, Reconcile, Scope};
use nk_kinds::ecs::{Service, ServiceOutputs};
use nk_model::{Address, Change, Live};

impl Reconcile<Service> for Aws {
    async fn observe(&self, _: &Scope<Service>) -> CloudResult<Vec<Live<Service, ServiceOutputs>>> {
        Ok(Vec::new())
    }
    async fn create(
        &self,
        _: &Service,
        _: &Address,
    ) -> CloudResult<Option<Live<Service, ServiceOutputs>>> {
        todo!()
    }
    async fn update(
        &self,
        _: &Service,
        _: &Live<Service, ServiceOutputs>,
        _: &[Change],
    ) -> CloudResult<Option<Live<Service, ServiceOutputs>>> {
        todo!()
    }
    async fn destroy(&self, _: &Live<Service, ServiceOutputs>) -> CloudResult<Departure> {
        todo!()
    }
}
