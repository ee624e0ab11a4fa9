//! Installs the pinned packages into a virtual environment of their own.

use std::{path::Path, process::Output};
use tokio::{fs, process::Command};

use crate::{LocalError, Settings, process::tail};

/// The commands that may be Python, the usual one first.
const PYTHONS: &[&str] = &["python3", "python3.14", "python3.13", "python3.12", "python3.11"];

/// Prints the version, and whether a virtual environment can be created.
const PROBE: &str = "import sys, importlib.util as u\n\
    print(*sys.version_info[:2], all(map(u.find_spec, ('venv', 'ensurepip'))))";

/// Whether it was installed completely.
pub(crate) async fn installed(settings: &Settings) -> bool {
    fs::try_exists(settings.directory().join("installed")).await.unwrap_or(false)
        && fs::try_exists(settings.python()).await.unwrap_or(false)
}

/// Creates the virtual environment and installs the pinned packages.
pub(crate) async fn install(settings: &Settings) -> Result<(), LocalError> {
    let python = python(settings.product.python).await?;
    let directory = settings.directory();
    let (venv, requirements) = (directory.join("venv"), directory.join("requirements.txt"));
    // Left by an interrupted installation.
    if fs::try_exists(&venv).await.unwrap_or(false) {
        fs::remove_dir_all(&venv).await.map_err(LocalError::disk(&venv))?;
    }
    let made = run(Command::new(python).args(["-m", "venv"]).arg(&venv), python).await?;
    if !made.status.success() {
        return Err(LocalError::Venv { python: python.to_owned(), said: said(&made) });
    }
    write(&requirements, settings.product.pins).await?;
    let mut pip = Command::new(settings.python());
    pip.args(["-m", "pip", "install", "-qq", "--disable-pip-version-check", "--no-input"])
        .args(["--retries", "2", "--timeout", "15", "--requirement"])
        .arg(&requirements);
    let fetched = run(&mut pip, "pip").await?;
    if !fetched.status.success() {
        let pin = settings.product.pin().to_owned();
        return Err(LocalError::Install { pin, said: said(&fetched) });
    }
    write(&directory.join("installed"), settings.product.pins).await
}

/// The first command that is this Python 3 or a later one and can create a virtual environment.
async fn python(oldest: u32) -> Result<&'static str, LocalError> {
    let (mut tried, mut lame) = (Vec::new(), None);
    for python in PYTHONS {
        let probed = match run(Command::new(python).args(["-c", PROBE]), python).await {
            Ok(probed) if probed.status.success() => probed,
            _ => {
                tried.push(format!("{python} (not found)"));
                continue;
            }
        };
        match capable(&String::from_utf8_lossy(&probed.stdout), oldest) {
            Ok((_, true)) => return Ok(python),
            Ok((version, false)) => {
                lame.get_or_insert(LocalError::NoVenv { python: (*python).to_owned(), version });
            }
            Err(version) => tried.push(format!("{python} ({version})")),
        }
    }
    Err(lame.unwrap_or(LocalError::NoPython { oldest, tried }))
}

/// The version in the output of the probe, and whether it has what is needed; the error is a
/// version that is too old.
fn capable(printed: &str, oldest: u32) -> Result<(String, bool), String> {
    let mut words = printed.split_whitespace();
    let mut number = || words.next().and_then(|word| word.parse::<u32>().ok()).unwrap_or(0);
    let version = (number(), number());
    let text = format!("{}.{}", version.0, version.1);
    if version >= (3, oldest) { Ok((text, words.next() == Some("True"))) } else { Err(text) }
}

/// Runs a program to its end, without variables that would lead Python to other packages.
async fn run(command: &mut Command, name: &str) -> Result<Output, LocalError> {
    command
        .env_remove("PYTHONHOME")
        .env_remove("PYTHONPATH")
        .env_remove("PIP_USER")
        .stdin(std::process::Stdio::null())
        .kill_on_drop(true)
        .output()
        .await
        .map_err(LocalError::program(name))
}

/// The end of a program's output, on either stream.
fn said(output: &Output) -> String {
    let stream = if output.stderr.is_empty() { &output.stdout } else { &output.stderr };
    tail(&String::from_utf8_lossy(stream))
}

async fn write(path: &Path, text: &str) -> Result<(), LocalError> {
    fs::write(path, text).await.map_err(LocalError::disk(path))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_python_is_capable_if_it_is_new_enough_and_can_make_a_virtual_environment() {
        assert_eq!(capable("3 11 True\n", 11), Ok(("3.11".to_owned(), true)));
        assert_eq!(capable("3 11 True\n", 12), Err("3.11".to_owned()));
        assert_eq!(capable("3 14 False\n", 11), Ok(("3.14".to_owned(), false)));
        assert_eq!(capable("3 9 True\n", 11), Err("3.9".to_owned()));
        assert_eq!(capable("", 11), Err("0.0".to_owned()));
    }
}
