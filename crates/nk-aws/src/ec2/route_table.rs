//! STUB
use crate::Aws;
use nk_engine::{CloudResult, Departure, Reconcile, Scope};
use nk_kinds::ec2::{RouteTable, RouteTableOutputs};
use nk_model::{Address, Change, Live};

impl Reconcile<RouteTable> for Aws {
    async fn observe(
        &self,
        _: &Scope<RouteTable>,
    ) -> CloudResult<Vec<Live<RouteTable, RouteTableOutputs>>> {
        Ok(Vec::new())
    }
    async fn create(
        &self,
        _: &RouteTable,
        _: &Address,
    ) -> CloudResult<Option<Live<RouteTable, RouteTableOutputs>>> {
        todo!()
    }
    async fn update(
        &self,
        _: &RouteTable,
        _: &Live<RouteTable, RouteTableOutputs>,
        _: &[Change],
    ) -> CloudResult<Option<Live<RouteTable, RouteTableOutputs>>> {
        todo!()
    }
    async fn destroy(&self, _: &Live<RouteTable, RouteTableOutputs>) -> CloudResult<Departure> {
        todo!()
    }
}
