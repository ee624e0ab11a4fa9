//! STUB
use crate::Aws;
use nk_engine::{CloudResult, Departure, Reconcile, Scope};
use nk_kinds::secretsmanager::{Secret, SecretOutputs};
use nk_model::{Address, Change, Live};

impl Reconcile<Secret> for Aws {
    async fn observe(&self, _: &Scope<Secret>) -> CloudResult<Vec<Live<Secret, SecretOutputs>>> {
        Ok(Vec::new())
    }
    async fn create(
        &self,
        _: &Secret,
        _: &Address,
    ) -> CloudResult<Option<Live<Secret, SecretOutputs>>> {
        todo!()
    }
    async fn update(
        &self,
        _: &Secret,
        _: &Live<Secret, SecretOutputs>,
        _: &[Change],
    ) -> CloudResult<Option<Live<Secret, SecretOutputs>>> {
        todo!()
    }
    async fn destroy(&self, _: &Live<Secret, SecretOutputs>) -> CloudResult<Departure> {
        todo!()
    }
}
