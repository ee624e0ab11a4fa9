//! STUB
use crate::Aws;
use nk_engine::{CloudResult, Departure, Reconcile, Scope};
use nk_kinds::ecs::{TaskDefinition, TaskDefinitionOutputs};
use nk_model::{Address, Change, Live};

impl Reconcile<TaskDefinition> for Aws {
    async fn observe(
        &self,
        _: &Scope<TaskDefinition>,
    ) -> CloudResult<Vec<Live<TaskDefinition, TaskDefinitionOutputs>>> {
        Ok(Vec::new())
    }
    async fn create(
        &self,
        _: &TaskDefinition,
        _: &Address,
    ) -> CloudResult<Option<Live<TaskDefinition, TaskDefinitionOutputs>>> {
        todo!()
    }
    async fn update(
        &self,
        _: &TaskDefinition,
        _: &Live<TaskDefinition, TaskDefinitionOutputs>,
        _: &[Change],
    ) -> CloudResult<Option<Live<TaskDefinition, TaskDefinitionOutputs>>> {
        todo!()
    }
    async fn destroy(
        &self,
        _: &Live<TaskDefinition, TaskDefinitionOutputs>,
    ) -> CloudResult<Departure> {
        todo!()
    }
}
