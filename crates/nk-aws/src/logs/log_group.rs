//! STUB
use crate::Aws;
use nk_engine::{CloudResult, Departure, Reconcile, Scope};
use nk_kinds::logs::{LogGroup, LogGroupOutputs};
use nk_model::{Address, Change, Live};

impl Reconcile<LogGroup> for Aws {
    async fn observe(
        &self,
        _: &Scope<LogGroup>,
    ) -> CloudResult<Vec<Live<LogGroup, LogGroupOutputs>>> {
        Ok(Vec::new())
    }
    async fn create(
        &self,
        _: &LogGroup,
        _: &Address,
    ) -> CloudResult<Option<Live<LogGroup, LogGroupOutputs>>> {
        todo!()
    }
    async fn update(
        &self,
        _: &LogGroup,
        _: &Live<LogGroup, LogGroupOutputs>,
        _: &[Change],
    ) -> CloudResult<Option<Live<LogGroup, LogGroupOutputs>>> {
        todo!()
    }
    async fn destroy(&self, _: &Live<LogGroup, LogGroupOutputs>) -> CloudResult<Departure> {
        todo!()
    }
}
