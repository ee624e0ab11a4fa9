//! STUB
use crate::Aws;
use nk_engine::{CloudResult, Departure, Reconcile, Scope};
use nk_kinds::elb::{TargetGroup, TargetGroupOutputs};
use nk_model::{Address, Change, Live};

impl Reconcile<TargetGroup> for Aws {
    async fn observe(
        &self,
        _: &Scope<TargetGroup>,
    ) -> CloudResult<Vec<Live<TargetGroup, TargetGroupOutputs>>> {
        Ok(Vec::new())
    }
    async fn create(
        &self,
        _: &TargetGroup,
        _: &Address,
    ) -> CloudResult<Option<Live<TargetGroup, TargetGroupOutputs>>> {
        todo!()
    }
    async fn update(
        &self,
        _: &TargetGroup,
        _: &Live<TargetGroup, TargetGroupOutputs>,
        _: &[Change],
    ) -> CloudResult<Option<Live<TargetGroup, TargetGroupOutputs>>> {
        todo!()
    }
    async fn destroy(&self, _: &Live<TargetGroup, TargetGroupOutputs>) -> CloudResult<Departure> {
        todo!()
    }
}
