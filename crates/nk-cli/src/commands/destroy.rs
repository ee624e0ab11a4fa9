//! `nk destroy`: deletes everything of a stack.

use nk_engine::{Provider, unprotect};
use nk_model::Plan;
use nk_plan::Permission;

use crate::{
    arguments::{DestroyArguments, Global, RunArguments},
    change::Change,
    errors::Error,
    planning::{Planned, going, guarded},
    session::Session,
};

impl<P: Provider> Change<P> for &DestroyArguments {
    const COMMAND: &'static str = "nk destroy";

    fn arguments(&self) -> &RunArguments {
        &self.run
    }

    fn question<'a>(&self, environment: &'a str) -> (String, &'a str) {
        let question = "Delete all this? Type the name of the environment";
        (format!("{question}, `{environment}`:"), environment)
    }

    async fn begin(&self, global: &Global) -> Result<Session<P>, Error> {
        Session::begin(global).await
    }

    async fn plan(&self, session: &Session<P>) -> Result<Planned, Error> {
        let observed = session.observe_all().await?;
        let desired = session.desired().gone(nk_kinds::kind);
        let everything = Permission::everything();
        let mut plan = nk_plan::plan(&desired, &observed, nk_kinds::kind, &everything)?;
        session.time(&mut plan, self.run.places());
        let mut guards = guarded(&*session.cloud, &plan).await?;
        guards.retain(|guard| !(self.unprotect && guard.liftable));
        if guards.is_empty() { Ok(Planned { plan, desired }) } else { Err(Error::Guarded(guards)) }
    }

    async fn before_run(&self, session: &Session<P>, plan: &Plan) -> Result<(), Error> {
        if self.unprotect {
            unprotect(&*session.cloud, nk_kinds::kind, &going(plan)).await?;
        }
        Ok(())
    }

    async fn after_run(&self, session: &Session<P>) -> Result<(), Error> {
        if session.is_local() {
            session.cloud.remove_local_certificate().await?;
        }
        Ok(())
    }
}
