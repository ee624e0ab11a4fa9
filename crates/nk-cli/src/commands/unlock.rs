//! `nk unlock`: removes the lock of a run that cannot remove it itself.

use nk_engine::{Holder, Provider};
use nk_model::Json;
use serde_json::json;

use crate::{arguments::Global, errors::Error, exit::Exit, output::Output, session::Session};

/// Removes the lock, whoever holds it, and prints the holder.
pub(crate) async fn unlock<P: Provider>(global: &Global) -> Result<Exit, Error> {
    let session = Session::<P>::begin(global).await?;
    let held = nk_engine::unlock(&*session.cloud).await?;
    let document = json!({"stack": session.stack.id, "removed": held.as_ref().map(whose)});
    let text = match held {
        Some(holder) => format!("removed the lock of {holder}"),
        None => format!("{} is not locked", session.stack.id),
    };
    Output::new(global).done(&text, &document);
    Ok(Exit::Done)
}

fn whose(held: &Holder) -> Json {
    let Holder { holder, host, command, since, .. } = held;
    json!({"holder": holder, "host": host, "command": command, "since": since})
}
