//! STUB
use crate::Aws;
use nk_engine::{CloudResult, Departure, Reconcile, Scope};
use nk_kinds::elb::{Listener, ListenerOutputs};
use nk_model::{Address, Change, Live};

impl Reconcile<Listener> for Aws {
    async fn observe(
        &self,
        _: &Scope<Listener>,
    ) -> CloudResult<Vec<Live<Listener, ListenerOutputs>>> {
        Ok(Vec::new())
    }
    async fn create(
        &self,
        _: &Listener,
        _: &Address,
    ) -> CloudResult<Option<Live<Listener, ListenerOutputs>>> {
        todo!()
    }
    async fn update(
        &self,
        _: &Listener,
        _: &Live<Listener, ListenerOutputs>,
        _: &[Change],
    ) -> CloudResult<Option<Live<Listener, ListenerOutputs>>> {
        todo!()
    }
    async fn destroy(&self, _: &Live<Listener, ListenerOutputs>) -> CloudResult<Departure> {
        todo!()
    }
}
