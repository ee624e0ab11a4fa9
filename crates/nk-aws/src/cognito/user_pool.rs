//! STUB
use crate::Aws;
use nk_engine::{CloudResult, Departure, Reconcile, Scope};
use nk_kinds::cognito::{UserPool, UserPoolOutputs};
use nk_model::{Address, Change, Live};

impl Reconcile<UserPool> for Aws {
    async fn observe(
        &self,
        _: &Scope<UserPool>,
    ) -> CloudResult<Vec<Live<UserPool, UserPoolOutputs>>> {
        Ok(Vec::new())
    }
    async fn create(
        &self,
        _: &UserPool,
        _: &Address,
    ) -> CloudResult<Option<Live<UserPool, UserPoolOutputs>>> {
        todo!()
    }
    async fn update(
        &self,
        _: &UserPool,
        _: &Live<UserPool, UserPoolOutputs>,
        _: &[Change],
    ) -> CloudResult<Option<Live<UserPool, UserPoolOutputs>>> {
        todo!()
    }
    async fn destroy(&self, _: &Live<UserPool, UserPoolOutputs>) -> CloudResult<Departure> {
        todo!()
    }
}
