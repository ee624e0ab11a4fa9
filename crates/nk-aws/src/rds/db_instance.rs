//! STUB
use crate::Aws;
use nk_engine::{CloudResult, Departure, Reconcile, Scope};
use nk_kinds::rds::{DbInstance, DbInstanceOutputs};
use nk_model::{Address, Change, Live};

impl Reconcile<DbInstance> for Aws {
    async fn observe(
        &self,
        _: &Scope<DbInstance>,
    ) -> CloudResult<Vec<Live<DbInstance, DbInstanceOutputs>>> {
        Ok(Vec::new())
    }
    async fn create(
        &self,
        _: &DbInstance,
        _: &Address,
    ) -> CloudResult<Option<Live<DbInstance, DbInstanceOutputs>>> {
        todo!()
    }
    async fn update(
        &self,
        _: &DbInstance,
        _: &Live<DbInstance, DbInstanceOutputs>,
        _: &[Change],
    ) -> CloudResult<Option<Live<DbInstance, DbInstanceOutputs>>> {
        todo!()
    }
    async fn destroy(&self, _: &Live<DbInstance, DbInstanceOutputs>) -> CloudResult<Departure> {
        todo!()
    }
}
