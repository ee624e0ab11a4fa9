//! STUB
use crate::Aws;
use nk_engine::{CloudResult, Departure, Reconcile, Scope};
use nk_kinds::cognito::{UserPoolDomain, UserPoolDomainOutputs};
use nk_model::{Address, Change, Live};

impl Reconcile<UserPoolDomain> for Aws {
    async fn observe(
        &self,
        _: &Scope<UserPoolDomain>,
    ) -> CloudResult<Vec<Live<UserPoolDomain, UserPoolDomainOutputs>>> {
        Ok(Vec::new())
    }
    async fn create(
        &self,
        _: &UserPoolDomain,
        _: &Address,
    ) -> CloudResult<Option<Live<UserPoolDomain, UserPoolDomainOutputs>>> {
        todo!()
    }
    async fn update(
        &self,
        _: &UserPoolDomain,
        _: &Live<UserPoolDomain, UserPoolDomainOutputs>,
        _: &[Change],
    ) -> CloudResult<Option<Live<UserPoolDomain, UserPoolDomainOutputs>>> {
        todo!()
    }
    async fn destroy(
        &self,
        _: &Live<UserPoolDomain, UserPoolDomainOutputs>,
    ) -> CloudResult<Departure> {
        todo!()
    }
}
