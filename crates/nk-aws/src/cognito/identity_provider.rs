//! STUB
use crate::Aws;
use nk_engine::{CloudResult, Departure, Reconcile, Scope};
use nk_kinds::cognito::{IdentityProvider, IdentityProviderOutputs};
use nk_model::{Address, Change, Live};

impl Reconcile<IdentityProvider> for Aws {
    async fn observe(
        &self,
        _: &Scope<IdentityProvider>,
    ) -> CloudResult<Vec<Live<IdentityProvider, IdentityProviderOutputs>>> {
        Ok(Vec::new())
    }
    async fn create(
        &self,
        _: &IdentityProvider,
        _: &Address,
    ) -> CloudResult<Option<Live<IdentityProvider, IdentityProviderOutputs>>> {
        todo!()
    }
    async fn update(
        &self,
        _: &IdentityProvider,
        _: &Live<IdentityProvider, IdentityProviderOutputs>,
        _: &[Change],
    ) -> CloudResult<Option<Live<IdentityProvider, IdentityProviderOutputs>>> {
        todo!()
    }
    async fn destroy(
        &self,
        _: &Live<IdentityProvider, IdentityProviderOutputs>,
    ) -> CloudResult<Departure> {
        todo!()
    }
}
