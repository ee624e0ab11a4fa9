//! What is remembered about a running emulator between two commands.

use serde::{Deserialize, Serialize};
use std::io::ErrorKind;
use tokio::fs;

use crate::{Emulator, LocalError, Settings};

/// Its port and its process.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct State {
    pub(crate) port: u16,
    pub(crate) pid: u32,
    /// The [`crate::Product::digest`] of what was started.
    pub(crate) source: String,
}

impl State {
    /// Reads it; none if there is none, or none that can be read.
    pub(crate) async fn read(settings: &Settings) -> Result<Option<Self>, LocalError> {
        let path = settings.file("json");
        match fs::read(&path).await {
            Ok(bytes) => Ok(serde_json::from_slice(&bytes).ok()),
            Err(error) if error.kind() == ErrorKind::NotFound => Ok(None),
            Err(error) => Err(LocalError::disk(&path)(error)),
        }
    }

    /// Writes the whole file or nothing: [`crate::status`] reads without a lock.
    pub(crate) async fn write(&self, settings: &Settings) -> Result<(), LocalError> {
        let (path, draft) = (settings.file("json"), settings.file("json.new"));
        let bytes = serde_json::to_vec(self).expect("numbers and text are JSON");
        fs::write(&draft, bytes).await.map_err(LocalError::disk(&draft))?;
        fs::rename(&draft, &path).await.map_err(LocalError::disk(&path))
    }

    /// Removes it.
    pub(crate) async fn forget(settings: &Settings) -> Result<(), LocalError> {
        let path = settings.file("json");
        fs::remove_file(&path).await.map_err(LocalError::disk(&path))
    }

    /// As other crates see it.
    pub(crate) fn emulator(&self, fresh: bool) -> Emulator {
        Emulator { endpoint: format!("http://127.0.0.1:{}", self.port), pid: self.pid, fresh }
    }
}
