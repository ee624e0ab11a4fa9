//! Why the emulator cannot run.

use std::{
    io,
    path::{Path, PathBuf},
};
use thiserror::Error;

/// The reason why there is no emulator.
#[derive(Debug, Error)]
pub enum LocalError {
    /// The environment variables name no directory.
    #[error("no directory to install the emulator in")]
    Homeless,
    /// `NK_LOCAL_EMULATOR` names none.
    #[error("unknown emulator `{name}`; available: {known}")]
    UnknownProduct {
        /// The name.
        name: String,
        /// The names that exist.
        known: String,
    },
    /// `NK_LOCAL_PORT` is not a port.
    #[error("`NK_LOCAL_PORT` is not a port: {0}")]
    BadPort(String),
    /// `NK_LOCAL_SPEED` is not a factor.
    #[error("`NK_LOCAL_SPEED` is not a number from 1 to 1000: {0}")]
    BadSpeed(String),
    /// None of the commands is a recent enough Python.
    #[error("the emulator needs Python 3.{oldest} or later, which was not found on the PATH")]
    NoPython {
        /// The oldest Python 3 that is sufficient.
        oldest: u32,
        /// What was tried, with the result.
        tried: Vec<String>,
    },
    /// There is Python, but it cannot create a virtual environment.
    #[error("`{python}` has no `venv` module")]
    NoVenv {
        /// The command.
        python: String,
        /// Such as `3.11`.
        version: String,
    },
    /// A virtual environment could not be created.
    #[error("`{python}` could not make a virtual environment: {said}")]
    Venv {
        /// The command.
        python: String,
        /// The end of its output.
        said: String,
    },
    /// The packages could not be fetched or installed.
    #[error("could not install `{pin}`: {said}")]
    Install {
        /// Such as `moto[server]==5.2.5`.
        pin: String,
        /// The end of pip's output.
        said: String,
    },
    /// A file or directory could not be used.
    #[error("could not read or write `{path}`")]
    Disk {
        /// Which.
        path: PathBuf,
        /// Why.
        #[source]
        source: io::Error,
    },
    /// A program could not be run.
    #[error("could not run `{program}`")]
    Program {
        /// Which.
        program: String,
        /// Why.
        #[source]
        source: io::Error,
    },
    /// It is running on another port.
    #[error("the emulator is already running on port {running}, not on {wanted}")]
    Elsewhere {
        /// The name.
        wanted: u16,
        /// The port on which it is running.
        running: u16,
    },
    /// Another process uses the port.
    #[error("port {port} is already in use")]
    Taken {
        /// Which.
        port: u16,
        /// The error of the operating system.
        #[source]
        source: io::Error,
    },
    /// The process ended before it answered.
    #[error("the emulator exited while starting: {said}")]
    Died {
        /// The end of its log.
        said: String,
    },
    /// The process is running and does not answer.
    #[error("the emulator did not answer within {seconds} seconds: {said}")]
    Silent {
        /// How long it was waited for.
        seconds: u64,
        /// The end of its log.
        said: String,
    },
    /// The process could not be stopped.
    #[error("could not stop the emulator (process {pid})")]
    Stubborn {
        /// Which.
        pid: u32,
    },
    /// It did not accept a request.
    #[error("the emulator on port {port} does not answer")]
    Unanswered {
        /// Where.
        port: u16,
        /// Why.
        #[source]
        source: io::Error,
    },
    /// It answered, but did not do what was asked.
    #[error("the emulator answered with status {status}")]
    Odd {
        /// The status.
        status: u16,
    },
}

impl LocalError {
    /// What to do about it.
    pub fn hint(&self) -> Option<String> {
        Some(match self {
            Self::Homeless => "set `XDG_CACHE_HOME` or `HOME`".to_owned(),
            Self::NoPython { tried, .. } => format!(
                "install it (`apt install python3 python3-venv` or `brew install python`), or set \
                 `AWS_ENDPOINT_URL` to a running emulator; tried: {}",
                tried.join(", ")
            ),
            Self::NoVenv { version, .. } => {
                format!("install it: `apt install python{version}-venv`")
            }
            Self::Install { .. } => {
                "the emulator is downloaded once from the Python package index; behind a proxy set \
                 `HTTPS_PROXY`, with a mirror `PIP_INDEX_URL`"
                    .to_owned()
            }
            Self::Elsewhere { .. } => {
                "unset `NK_LOCAL_PORT`, or run `nk local down` first, which discards what the \
                 emulator contains"
                    .to_owned()
            }
            Self::Taken { .. } => "unset `NK_LOCAL_PORT` to use any free port".to_owned(),
            Self::Died { .. }
            | Self::Silent { .. }
            | Self::Unanswered { .. }
            | Self::Odd { .. } => "run `nk local down` and then `nk local up`".to_owned(),
            _ => return None,
        })
    }

    /// Adds the file to an error.
    pub(crate) fn disk(path: &Path) -> impl Fn(io::Error) -> Self {
        let path = path.to_owned();
        move |source| Self::Disk { path: path.clone(), source }
    }

    /// Adds the program to an error.
    pub(crate) fn program(program: &str) -> impl Fn(io::Error) -> Self {
        let program = program.to_owned();
        move |source| Self::Program { program: program.clone(), source }
    }
}
