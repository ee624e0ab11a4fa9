//! STUB
use crate::Aws;
use nk_engine::{CloudResult, Departure, Reconcile, Scope};
use nk_kinds::ecr::{Repository, RepositoryOutputs};
use nk_model::{Address, Change, Live};

impl Reconcile<Repository> for Aws {
    async fn observe(
        &self,
        _: &Scope<Repository>,
    ) -> CloudResult<Vec<Live<Repository, RepositoryOutputs>>> {
        Ok(Vec::new())
    }
    async fn create(
        &self,
        _: &Repository,
        _: &Address,
    ) -> CloudResult<Option<Live<Repository, RepositoryOutputs>>> {
        todo!()
    }
    async fn update(
        &self,
        _: &Repository,
        _: &Live<Repository, RepositoryOutputs>,
        _: &[Change],
    ) -> CloudResult<Option<Live<Repository, RepositoryOutputs>>> {
        todo!()
    }
    async fn destroy(&self, _: &Live<Repository, RepositoryOutputs>) -> CloudResult<Departure> {
        todo!()
    }
}
