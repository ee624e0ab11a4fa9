//! STUB
use crate::Aws;
use nk_engine::{CloudResult, Departure, Reconcile, Scope};
use nk_kinds::iam::{Role, RoleOutputs};
use nk_model::{Address, Change, Live};

impl Reconcile<Role> for Aws {
    async fn observe(&self, _: &Scope<Role>) -> CloudResult<Vec<Live<Role, RoleOutputs>>> {
        Ok(Vec::new())
    }
    async fn create(&self, _: &Role, _: &Address) -> CloudResult<Option<Live<Role, RoleOutputs>>> {
        todo!()
    }
    async fn update(
        &self,
        _: &Role,
        _: &Live<Role, RoleOutputs>,
        _: &[Change],
    ) -> CloudResult<Option<Live<Role, RoleOutputs>>> {
        todo!()
    }
    async fn destroy(&self, _: &Live<Role, RoleOutputs>) -> CloudResult<Departure> {
        todo!()
    }
}
