//! STUB
use crate::Aws;
use nk_engine::{CloudResult, Departure, Reconcile, Scope};
use nk_kinds::cognito::{UserPoolClient, UserPoolClientOutputs};
use nk_model::{Address, Change, Live};

impl Reconcile<UserPoolClient> for Aws {
    async fn observe(
        &self,
        _: &Scope<UserPoolClient>,
    ) -> CloudResult<Vec<Live<UserPoolClient, UserPoolClientOutputs>>> {
        Ok(Vec::new())
    }
    async fn create(
        &self,
        _: &UserPoolClient,
        _: &Address,
    ) -> CloudResult<Option<Live<UserPoolClient, UserPoolClientOutputs>>> {
        todo!()
    }
    async fn update(
        &self,
        _: &UserPoolClient,
        _: &Live<UserPoolClient, UserPoolClientOutputs>,
        _: &[Change],
    ) -> CloudResult<Option<Live<UserPoolClient, UserPoolClientOutputs>>> {
        todo!()
    }
    async fn destroy(
        &self,
        _: &Live<UserPoolClient, UserPoolClientOutputs>,
    ) -> CloudResult<Departure> {
        todo!()
    }
}
