//! STUB
use crate::Aws;
use nk_engine::{CloudResult, Departure, Reconcile, Scope};
use nk_kinds::cloudwatch::{Alarm, AlarmOutputs};
use nk_model::{Address, Change, Live};

impl Reconcile<Alarm> for Aws {
    async fn observe(&self, _: &Scope<Alarm>) -> CloudResult<Vec<Live<Alarm, AlarmOutputs>>> {
        Ok(Vec::new())
    }
    async fn create(
        &self,
        _: &Alarm,
        _: &Address,
    ) -> CloudResult<Option<Live<Alarm, AlarmOutputs>>> {
        todo!()
    }
    async fn update(
        &self,
        _: &Alarm,
        _: &Live<Alarm, AlarmOutputs>,
        _: &[Change],
    ) -> CloudResult<Option<Live<Alarm, AlarmOutputs>>> {
        todo!()
    }
    async fn destroy(&self, _: &Live<Alarm, AlarmOutputs>) -> CloudResult<Departure> {
        todo!()
    }
}
