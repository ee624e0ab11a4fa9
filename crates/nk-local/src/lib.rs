//! The emulator for `--local`: installed once into a virtual environment of its own, started on
//! this machine, kept running between commands and found again by the next one.
//!
//! # Guarantees
//!
//! - It listens only on 127.0.0.1, and inherits nothing from the caller's environment.
//! - Two simultaneous starts start one emulator: the second waits for the first.
//! - A process is recognised only if its command line names nk's own directory, so a reused process
//!   id is neither used nor stopped.
//!
//! # Caveats
//!
//! The state is in the emulator's memory: it survives nk, but not a restart of the machine.

mod error;
mod http;
mod install;
mod lie;
mod process;
mod product;
mod settings;
mod state;

pub use error::LocalError;
pub use lie::{Lie, lies};
pub use product::Product;
pub use settings::{Settings, speed};

use state::State;
use std::{
    fmt,
    fs::{File, TryLockError},
    path::PathBuf,
    time::Duration,
};
use tokio::{fs, task::spawn_blocking, time};

/// How long the emulator may take until its first answer.
///
/// Two seconds are usual. A machine that was busy with a build took twenty. An emulator that will
/// never answer exits long before, which is noticed at once.
const PATIENCE: Duration = Duration::from_mins(2);

/// How often to ask whether it answers.
const BEAT: Duration = Duration::from_millis(50);

/// An emulator that answers.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Emulator {
    /// Such as `http://127.0.0.1:4566`.
    pub endpoint: String,
    /// Its process.
    pub pid: u32,
    /// Whether it was just started and is therefore empty.
    pub fresh: bool,
}

/// The emulator on this machine.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Status {
    /// Which emulator.
    pub product: &'static str,
    /// Where it is, or would be, installed.
    pub directory: PathBuf,
    /// Whether it is installed.
    pub installed: bool,
    /// The emulator, if it answers.
    pub emulator: Option<Emulator>,
}

/// What takes long enough to be reported.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Progress {
    /// Another nk is installing or starting it.
    Waiting,
    /// It is downloaded from the package index, once.
    Installing(&'static Product),
    /// It starts.
    Starting(&'static Product),
}

impl fmt::Display for Progress {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Waiting => f.write_str("waiting for another nk to start the emulator"),
            Self::Installing(product) => {
                write!(
                    f,
                    "installing the emulator ({}); this happens once and takes a few minutes",
                    product.pin()
                )
            }
            Self::Starting(product) => write!(f, "starting the emulator ({})", product.pin()),
        }
    }
}

/// Receives progress.
pub type Tell<'a> = &'a (dyn Fn(Progress) + Send + Sync);

/// Makes sure that the emulator is running: installs it if necessary, and starts it if it is not
/// running.
pub async fn up(settings: &Settings, tell: Tell<'_>) -> Result<Emulator, LocalError> {
    let _lock = lock(settings, tell).await?;
    if let Some(running) = ours(settings).await? {
        match settings.port {
            Some(port) if port != running.port => {
                return Err(LocalError::Elsewhere { wanted: port, running: running.port });
            }
            // Another version of nk may have started it, with another server.
            _ if running.source != settings.product.digest() => {
                process::stop(&running, &settings.directory()).await?;
            }
            _ => {
                answering(settings, &running).await?;
                return Ok(running.emulator(false));
            }
        }
    }
    prepare(settings, tell).await?;
    tell(Progress::Starting(settings.product));
    let state = process::start(settings, settings.port).await?;
    answering(settings, &state).await?;
    Ok(state.emulator(true))
}

/// Makes sure that the emulator is installed, and starts nothing.
pub async fn install(settings: &Settings, tell: Tell<'_>) -> Result<(), LocalError> {
    let _lock = lock(settings, tell).await?;
    prepare(settings, tell).await
}

async fn prepare(settings: &Settings, tell: Tell<'_>) -> Result<(), LocalError> {
    if install::installed(settings).await {
        return Ok(());
    }
    tell(Progress::Installing(settings.product));
    install::install(settings).await
}

/// Stops the emulator and discards its contents. `false` if it was not running.
pub async fn down(settings: &Settings, tell: Tell<'_>) -> Result<bool, LocalError> {
    let _lock = lock(settings, tell).await?;
    let Some(running) = ours(settings).await? else { return Ok(false) };
    process::stop(&running, &settings.directory()).await?;
    State::forget(settings).await?;
    Ok(true)
}

/// Empties the emulator, which keeps running. `false` if it was not running.
pub async fn reset(settings: &Settings) -> Result<bool, LocalError> {
    let Some(running) = ours(settings).await? else { return Ok(false) };
    let status = http::ask(running.port, "POST", settings.product.reset)
        .await
        .map_err(|source| LocalError::Unanswered { port: running.port, source })?;
    if status == 200 { Ok(true) } else { Err(LocalError::Odd { status }) }
}

/// Returns the state, and changes nothing.
pub async fn status(settings: &Settings) -> Result<Status, LocalError> {
    let emulator = match ours(settings).await? {
        Some(running) if answers(settings, running.port).await => Some(running.emulator(false)),
        _ => None,
    };
    Ok(Status {
        product: settings.product.name,
        directory: settings.directory(),
        installed: install::installed(settings).await,
        emulator,
    })
}

/// The process that was started last, if it is still that one.
async fn ours(settings: &Settings) -> Result<Option<State>, LocalError> {
    let Some(state) = State::read(settings).await? else { return Ok(None) };
    let ours = process::runs(state.pid, &settings.directory()).await;
    Ok(ours.then_some(state))
}

/// Waits until the emulator answers, or its process has ended.
async fn answering(settings: &Settings, state: &State) -> Result<(), LocalError> {
    let waiting = async {
        while !answers(settings, state.port).await {
            if !process::runs(state.pid, &settings.directory()).await {
                return false;
            }
            time::sleep(BEAT).await;
        }
        true
    };
    match time::timeout(PATIENCE, waiting).await {
        // Another process may use the port, and answer instead.
        Ok(true) if process::runs(state.pid, &settings.directory()).await => Ok(()),
        Ok(_) => Err(LocalError::Died { said: process::last_words(settings).await }),
        Err(_) => Err(LocalError::Silent {
            seconds: PATIENCE.as_secs(),
            said: process::last_words(settings).await,
        }),
    }
}

async fn answers(settings: &Settings, port: u16) -> bool {
    http::ask(port, "GET", settings.product.health).await.is_ok_and(|status| status == 200)
}

/// Keeps every other nk on this machine from installing, starting and stopping until it is dropped.
async fn lock(settings: &Settings, tell: Tell<'_>) -> Result<File, LocalError> {
    let directory = settings.directory();
    fs::create_dir_all(&directory).await.map_err(LocalError::disk(&directory))?;
    // One for all instances, because they share the installation.
    let path = directory.join("lock");
    let file = File::create(&path).map_err(LocalError::disk(&path))?;
    match file.try_lock() {
        Ok(()) => return Ok(file),
        Err(TryLockError::WouldBlock) => tell(Progress::Waiting),
        Err(TryLockError::Error(source)) => return Err(LocalError::disk(&path)(source)),
    }
    spawn_blocking(move || file.lock().map(|()| file))
        .await
        .expect("waiting for a lock does not panic")
        .map_err(LocalError::disk(&path))
}
