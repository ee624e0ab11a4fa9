//! `nk graph`: what depends on what, as a picture.

use std::{fs, path::Path};

use nk_engine::Provider;
use nk_plan::Permission;
use nk_report::{Graph, read_trace};
use nk_stack::Survey;

use crate::{
    arguments::{Global, GraphArguments, GraphFormat},
    errors::Error,
    exit::Exit,
    output::Output,
    session::{self, Session},
};

/// Draws the topology of the stack file, or a run that is over. Offline.
pub(crate) fn graph(global: &Global, arguments: &GraphArguments) -> Result<Exit, Error> {
    let graph = if let Some(path) = &arguments.run {
        of_run(path)?
    } else {
        let desired = session::open(global)?.expand(&Survey::default());
        Graph::of_desired(&desired, nk_kinds::service)
    };
    draw(global, arguments, &graph);
    Ok(Exit::Done)
}

fn of_run(path: &Path) -> Result<Graph, Error> {
    let unreadable = |source| Error::Trace { path: path.display().to_string(), source };
    let text = fs::read_to_string(path).map_err(|error| unreadable(error.into()))?;
    let run = read_trace(&text).map_err(|error| unreadable(error.into()))?;
    Ok(Graph::of_run(&run, nk_kinds::service))
}

/// Draws what an apply would do. Reads AWS and changes nothing.
pub(crate) async fn graph_of_plan<P: Provider>(
    global: &Global,
    arguments: &GraphArguments,
) -> Result<Exit, Error> {
    let session = Session::<P>::begin_plan(global).await?;
    let (desired, observed) = session.observe().await?;
    let permission = Permission { unseen: session.unseen.clone(), ..Permission::default() };
    let plan = nk_plan::plan(&desired, &observed, nk_kinds::kind, &permission)?;
    draw(global, arguments, &Graph::of_plan(&plan, nk_kinds::service));
    Ok(Exit::Done)
}

fn draw(global: &Global, arguments: &GraphArguments, graph: &Graph) {
    let text = match arguments.format {
        GraphFormat::Dot => graph.dot(),
        GraphFormat::Mermaid => graph.mermaid(),
        GraphFormat::Svg => graph.svg(),
    };
    Output::new(global).data(text.trim_end());
}
