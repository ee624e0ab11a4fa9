//! STUB
use crate::Aws;
use nk_engine::{CloudResult, Departure, Reconcile, Scope};
use nk_kinds::ec2::{SecurityGroup, SecurityGroupOutputs};
use nk_model::{Address, Change, Live};

impl Reconcile<SecurityGroup> for Aws {
    async fn observe(
        &self,
        _: &Scope<SecurityGroup>,
    ) -> CloudResult<Vec<Live<SecurityGroup, SecurityGroupOutputs>>> {
        Ok(Vec::new())
    }
    async fn create(
        &self,
        _: &SecurityGroup,
        _: &Address,
    ) -> CloudResult<Option<Live<SecurityGroup, SecurityGroupOutputs>>> {
        todo!()
    }
    async fn update(
        &self,
        _: &SecurityGroup,
        _: &Live<SecurityGroup, SecurityGroupOutputs>,
        _: &[Change],
    ) -> CloudResult<Option<Live<SecurityGroup, SecurityGroupOutputs>>> {
        todo!()
    }
    async fn destroy(
        &self,
        _: &Live<SecurityGroup, SecurityGroupOutputs>,
    ) -> CloudResult<Departure> {
        todo!()
    }
}
