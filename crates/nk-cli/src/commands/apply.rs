//! `nk apply`: makes AWS match the stack file.

use nk_engine::Provider;

use crate::{
    arguments::{ApplyArguments, Global, RunArguments},
    change::Change,
    errors::Error,
    planning::{Planned, planned},
    session::Session,
};

impl<P: Provider> Change<P> for &ApplyArguments {
    const COMMAND: &'static str = "nk apply";

    fn arguments(&self) -> &RunArguments {
        &self.run
    }

    fn question<'a>(&self, _: &'a str) -> (String, &'a str) {
        ("Apply these changes? Type `yes`:".to_owned(), "yes")
    }

    async fn begin(&self, global: &Global) -> Result<Session<P>, Error> {
        Session::begin_plan(global).await
    }

    async fn plan(&self, session: &Session<P>) -> Result<Planned, Error> {
        planned(session, &self.remove, self.run.places()).await
    }

    async fn before_plan(&self, session: &mut Session<P>) -> Result<(), Error> {
        session.issue_certificate().await
    }
}
