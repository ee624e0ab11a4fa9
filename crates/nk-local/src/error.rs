//! What can keep the emulator from running.

use std::{
    io,
    path::{Path, PathBuf},
};
use thiserror::Error;

/// Why there is no emulator.
#[derive(Debug, Error)]
pub enum LocalError {
    /// The environment names no place to install to.
    #[error("there is no directory to keep the emulator in")]
    Homeless,
    /// `NK_LOCAL_EMULATOR` names none.
    #[error("there is no emulator `{name}`; known: {known}")]
    UnknownProduct {
        /// What was asked for.
        name: String,
        /// What there is.
        known: String,
    },
    /// `NK_LOCAL_PORT` is no port.
    #[error("`NK_LOCAL_PORT` is not a port: {0}")]
    BadPort(String),
    /// `NK_LOCAL_SPEED` is no factor.
    #[error("`NK_LOCAL_SPEED` is not a number from 1 to 1000: {0}")]
    BadSpeed(String),
    /// None of the commands is a Python new enough.
    #[error("the emulator needs Python 3.{oldest} or newer, and none was found on the PATH")]
    NoPython {
        /// The oldest Python 3 that will do.
        oldest: u32,
        /// What was tried, and what came of it.
        tried: Vec<String>,
    },
    /// There is Python, but it cannot make a virtual environment.
    #[error("`{python}` has no `venv` module")]
    NoVenv {
        /// The command.
        python: String,
        /// As in `3.11`.
        version: String,
    },
    /// A virtual environment could not be made.
    #[error("`{python}` could not make a virtual environment: {said}")]
    Venv {
        /// The command.
        python: String,
        /// The end of what it said.
        said: String,
    },
    /// The packages could not be fetched or installed.
    #[error("could not install `{pin}`: {said}")]
    Install {
        /// As in `moto[server]==5.2.5`.
        pin: String,
        /// The end of what pip said.
        said: String,
    },
    /// A file or directory of ours could not be used.
    #[error("could not use `{path}`")]
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
    /// It runs, but not where it should.
    #[error("the emulator runs on port {running}, not on {wanted}")]
    Elsewhere {
        /// What was asked for.
        wanted: u16,
        /// Where it is.
        running: u16,
    },
    /// Somebody else listens there.
    #[error("port {port} is taken")]
    Taken {
        /// Which.
        port: u16,
        /// What the system said.
        #[source]
        source: io::Error,
    },
    /// The process ended before it answered.
    #[error("the emulator ended before it answered: {said}")]
    Died {
        /// The end of its log.
        said: String,
    },
    /// The process runs and does not answer.
    #[error("the emulator did not answer within {seconds} seconds: {said}")]
    Silent {
        /// How long it was given.
        seconds: u64,
        /// The end of its log.
        said: String,
    },
    /// The process would not go.
    #[error("the emulator's process {pid} does not stop")]
    Stubborn {
        /// Which.
        pid: u32,
    },
    /// It did not take a request.
    #[error("the emulator on port {port} does not answer")]
    Unanswered {
        /// Where.
        port: u16,
        /// Why.
        #[source]
        source: io::Error,
    },
    /// It answered, but not that it did what it was told.
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
                "install it (`apt install python3 python3-venv`, `brew install python`), or point \
                 nk at an emulator of your own with `AWS_ENDPOINT_URL`; tried: {}",
                tried.join(", ")
            ),
            Self::NoVenv { version, .. } => {
                format!("install it: `apt install python{version}-venv`")
            }
            Self::Install { .. } => {
                "the package registry is needed once; behind a proxy or with a \
                                     mirror set `HTTPS_PROXY` or `PIP_INDEX_URL`"
                    .to_owned()
            }
            Self::Elsewhere { .. } => {
                "leave `NK_LOCAL_PORT` out, or run `nk local down` first, which forgets what was \
                 made"
                    .to_owned()
            }
            Self::Taken { .. } => "leave `NK_LOCAL_PORT` out to have a free one chosen".to_owned(),
            Self::Died { .. }
            | Self::Silent { .. }
            | Self::Unanswered { .. }
            | Self::Odd { .. } => "run `nk local down`, then `nk local up`".to_owned(),
            _ => return None,
        })
    }

    /// Says which file it was.
    pub(crate) fn disk(path: &Path) -> impl Fn(io::Error) -> Self {
        let path = path.to_owned();
        move |source| Self::Disk { path: path.clone(), source }
    }

    /// Says which program it was.
    pub(crate) fn program(program: &str) -> impl Fn(io::Error) -> Self {
        let program = program.to_owned();
        move |source| Self::Program { program: program.clone(), source }
    }
}
