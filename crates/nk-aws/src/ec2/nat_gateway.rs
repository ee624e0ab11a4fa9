//! STUB
use crate::Aws;
use nk_engine::{CloudResult, Departure, Reconcile, Scope};
use nk_kinds::ec2::{NatGateway, NatGatewayOutputs};
use nk_model::{Address, Change, Live};

impl Reconcile<NatGateway> for Aws {
    async fn observe(
        &self,
        _: &Scope<NatGateway>,
    ) -> CloudResult<Vec<Live<NatGateway, NatGatewayOutputs>>> {
        Ok(Vec::new())
    }
    async fn create(
        &self,
        _: &NatGateway,
        _: &Address,
    ) -> CloudResult<Option<Live<NatGateway, NatGatewayOutputs>>> {
        todo!()
    }
    async fn update(
        &self,
        _: &NatGateway,
        _: &Live<NatGateway, NatGatewayOutputs>,
        _: &[Change],
    ) -> CloudResult<Option<Live<NatGateway, NatGatewayOutputs>>> {
        todo!()
    }
    async fn destroy(&self, _: &Live<NatGateway, NatGatewayOutputs>) -> CloudResult<Departure> {
        todo!()
    }
}
