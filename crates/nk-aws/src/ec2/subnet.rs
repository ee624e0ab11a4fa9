//! STUB
use crate::Aws;
use nk_engine::{CloudResult, Departure, Reconcile, Scope};
use nk_kinds::ec2::{Subnet, SubnetOutputs};
use nk_model::{Address, Change, Live};

impl Reconcile<Subnet> for Aws {
    async fn observe(&self, _: &Scope<Subnet>) -> CloudResult<Vec<Live<Subnet, SubnetOutputs>>> {
        Ok(Vec::new())
    }
    async fn create(
        &self,
        _: &Subnet,
        _: &Address,
    ) -> CloudResult<Option<Live<Subnet, SubnetOutputs>>> {
        todo!()
    }
    async fn update(
        &self,
        _: &Subnet,
        _: &Live<Subnet, SubnetOutputs>,
        _: &[Change],
    ) -> CloudResult<Option<Live<Subnet, SubnetOutputs>>> {
        todo!()
    }
    async fn destroy(&self, _: &Live<Subnet, SubnetOutputs>) -> CloudResult<Departure> {
        todo!()
    }
}
