//! STUB
use crate::Aws;
use nk_engine::{CloudResult, Departure, Reconcile, Scope};
use nk_kinds::rds::{DbSubnetGroup, DbSubnetGroupOutputs};
use nk_model::{Address, Change, Live};

impl Reconcile<DbSubnetGroup> for Aws {
    async fn observe(
        &self,
        _: &Scope<DbSubnetGroup>,
    ) -> CloudResult<Vec<Live<DbSubnetGroup, DbSubnetGroupOutputs>>> {
        Ok(Vec::new())
    }
    async fn create(
        &self,
        _: &DbSubnetGroup,
        _: &Address,
    ) -> CloudResult<Option<Live<DbSubnetGroup, DbSubnetGroupOutputs>>> {
        todo!()
    }
    async fn update(
        &self,
        _: &DbSubnetGroup,
        _: &Live<DbSubnetGroup, DbSubnetGroupOutputs>,
        _: &[Change],
    ) -> CloudResult<Option<Live<DbSubnetGroup, DbSubnetGroupOutputs>>> {
        todo!()
    }
    async fn destroy(
        &self,
        _: &Live<DbSubnetGroup, DbSubnetGroupOutputs>,
    ) -> CloudResult<Departure> {
        todo!()
    }
}
