//! STUB
use crate::Aws;
use nk_engine::{CloudResult, Departure, Reconcile, Scope};
use nk_kinds::rds::{DbParameterGroup, DbParameterGroupOutputs};
use nk_model::{Address, Change, Live};

impl Reconcile<DbParameterGroup> for Aws {
    async fn observe(
        &self,
        _: &Scope<DbParameterGroup>,
    ) -> CloudResult<Vec<Live<DbParameterGroup, DbParameterGroupOutputs>>> {
        Ok(Vec::new())
    }
    async fn create(
        &self,
        _: &DbParameterGroup,
        _: &Address,
    ) -> CloudResult<Option<Live<DbParameterGroup, DbParameterGroupOutputs>>> {
        todo!()
    }
    async fn update(
        &self,
        _: &DbParameterGroup,
        _: &Live<DbParameterGroup, DbParameterGroupOutputs>,
        _: &[Change],
    ) -> CloudResult<Option<Live<DbParameterGroup, DbParameterGroupOutputs>>> {
        todo!()
    }
    async fn destroy(
        &self,
        _: &Live<DbParameterGroup, DbParameterGroupOutputs>,
    ) -> CloudResult<Departure> {
        todo!()
    }
}
