//! STUB
use crate::Aws;
use nk_engine::{CloudResult, Departure, Reconcile, Scope};
use nk_kinds::ec2::{InternetGateway, InternetGatewayOutputs};
use nk_model::{Address, Change, Live};

impl Reconcile<InternetGateway> for Aws {
    async fn observe(
        &self,
        _: &Scope<InternetGateway>,
    ) -> CloudResult<Vec<Live<InternetGateway, InternetGatewayOutputs>>> {
        Ok(Vec::new())
    }
    async fn create(
        &self,
        _: &InternetGateway,
        _: &Address,
    ) -> CloudResult<Option<Live<InternetGateway, InternetGatewayOutputs>>> {
        todo!()
    }
    async fn update(
        &self,
        _: &InternetGateway,
        _: &Live<InternetGateway, InternetGatewayOutputs>,
        _: &[Change],
    ) -> CloudResult<Option<Live<InternetGateway, InternetGatewayOutputs>>> {
        todo!()
    }
    async fn destroy(
        &self,
        _: &Live<InternetGateway, InternetGatewayOutputs>,
    ) -> CloudResult<Departure> {
        todo!()
    }
}
