//! STUB
use crate::Aws;
use nk_engine::{CloudResult, Departure, Reconcile, Scope};
use nk_kinds::cloudwatch::{Dashboard, DashboardOutputs};
use nk_model::{Address, Change, Live};

impl Reconcile<Dashboard> for Aws {
    async fn observe(
        &self,
        _: &Scope<Dashboard>,
    ) -> CloudResult<Vec<Live<Dashboard, DashboardOutputs>>> {
        Ok(Vec::new())
    }
    async fn create(
        &self,
        _: &Dashboard,
        _: &Address,
    ) -> CloudResult<Option<Live<Dashboard, DashboardOutputs>>> {
        todo!()
    }
    async fn update(
        &self,
        _: &Dashboard,
        _: &Live<Dashboard, DashboardOutputs>,
        _: &[Change],
    ) -> CloudResult<Option<Live<Dashboard, DashboardOutputs>>> {
        todo!()
    }
    async fn destroy(&self, _: &Live<Dashboard, DashboardOutputs>) -> CloudResult<Departure> {
        todo!()
    }
}
