//! The process of the emulator: started separately from nk, recognised, stopped.

use std::{
    fs::File,
    net::{Ipv4Addr, TcpListener},
    os::unix::process::CommandExt,
    path::Path,
    process::{Command, Stdio},
    time::Duration,
};
use tokio::{fs, process, time};

use crate::{LocalError, Settings, state::State};

/// How long it may take to stop when asked; after that it is killed.
const PATIENCE: Duration = Duration::from_secs(10);

/// Starts the emulator on this port, or on any, so that it outlives nk, and remembers it. It need
/// not answer yet.
pub(crate) async fn start(settings: &Settings, port: Option<u16>) -> Result<State, LocalError> {
    let (product, directory) = (settings.product, settings.directory());
    for (file, text) in product.sources {
        let path = directory.join(file);
        fs::write(&path, text).await.map_err(LocalError::disk(&path))?;
    }
    let port = free(port)?;
    let log = settings.file("log");
    let output = File::create(&log).map_err(LocalError::disk(&log))?;
    let errors = output.try_clone().map_err(LocalError::disk(&log))?;
    // Its own process group protects it from Ctrl-C, and the trap from the end of the terminal.
    let child = Command::new("/bin/sh")
        .args(["-c", r#"trap "" HUP; exec "$0" "$@""#])
        .arg(settings.python())
        .args(product.arguments(&directory, port))
        // Nothing from the caller: no credentials in a process that stays, and no settings for
        // moto.
        .env_clear()
        .env("HOME", &directory)
        .env("LC_ALL", "C.UTF-8")
        .current_dir(&directory)
        .stdin(Stdio::null())
        .stdout(output)
        .stderr(errors)
        .process_group(0)
        .spawn()
        .map_err(LocalError::program("/bin/sh"))?;
    let state = State { port, pid: child.id(), source: product.digest() };
    state.write(settings).await?;
    Ok(state)
}

/// The given port if it is free, otherwise any free one.
fn free(wanted: Option<u16>) -> Result<u16, LocalError> {
    let port = wanted.unwrap_or(0);
    TcpListener::bind((Ipv4Addr::LOCALHOST, port))
        .and_then(|listener| listener.local_addr())
        .map(|address| address.port())
        .map_err(|source| LocalError::Taken { port, source })
}

/// Whether this process is the emulator: its command line names nk's directory.
///
/// A process that is just starting another program has no command line for a moment, and one that
/// has ended has none for good. A living process without one is asked again, for a second at most.
pub(crate) async fn runs(pid: u32, directory: &Path) -> bool {
    let known = async {
        loop {
            let Ok(command) = fs::read(format!("/proc/{pid}/cmdline")).await else {
                return listed(pid).await;
            };
            if !command.is_empty() || has_ended(pid).await {
                return command;
            }
            time::sleep(crate::BEAT).await;
        }
    };
    let command = time::timeout(Duration::from_secs(1), known).await.unwrap_or_default();
    String::from_utf8_lossy(&command).contains(&*directory.to_string_lossy())
}

/// Whether a process has ended and was not reaped yet.
async fn has_ended(pid: u32) -> bool {
    let status = fs::read_to_string(format!("/proc/{pid}/status")).await;
    status.map_or(true, |text| text.lines().any(|line| line.starts_with("State:\tZ")))
}

/// The command line of a process on systems without `/proc`.
async fn listed(pid: u32) -> Vec<u8> {
    let mut ps = process::Command::new("ps");
    ps.args(["-ww", "-o", "command=", "-p", &pid.to_string()]).stderr(Stdio::null());
    ps.output().await.map(|output| output.stdout).unwrap_or_default()
}

/// Stops the emulator, and waits until its port is free; done if it is not running.
pub(crate) async fn stop(state: &State, directory: &Path) -> Result<(), LocalError> {
    end(state.pid, directory).await?;
    // A process loses its command line a little before it releases its port.
    let letting_go = async {
        while free(Some(state.port)).is_err() {
            time::sleep(crate::BEAT).await;
        }
    };
    // Another process may use the port by now; whoever needs it next will find out.
    let _ = time::timeout(Duration::from_secs(1), letting_go).await;
    Ok(())
}

async fn end(pid: u32, directory: &Path) -> Result<(), LocalError> {
    for signal in ["TERM", "KILL"] {
        if !runs(pid, directory).await {
            return Ok(());
        }
        // The shell's own, because a small image may have no `/bin/kill`.
        process::Command::new("/bin/sh")
            .args(["-c", r#"kill -"$0" "$1" 2>/dev/null"#, signal, &pid.to_string()])
            .status()
            .await
            .map_err(LocalError::program("/bin/sh"))?;
        let going = async {
            while runs(pid, directory).await {
                time::sleep(crate::BEAT).await;
            }
        };
        if time::timeout(PATIENCE, going).await.is_ok() {
            return Ok(());
        }
    }
    Err(LocalError::Stubborn { pid })
}

/// The end of the log.
pub(crate) async fn last_words(settings: &Settings) -> String {
    let path = settings.file("log");
    let log = fs::read(&path).await.unwrap_or_default();
    tail(&String::from_utf8_lossy(&log))
}

/// The last lines of a text that are not empty.
pub(crate) fn tail(text: &str) -> String {
    let lines: Vec<_> = text.lines().filter(|line| !line.trim().is_empty()).collect();
    if lines.is_empty() {
        return "no output".to_owned();
    }
    lines[lines.len().saturating_sub(5)..].join("\n  ")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_tail_is_the_last_five_lines_that_say_something() {
        assert_eq!(tail("a\n\nb\n"), "a\n  b");
        assert_eq!(tail("1\n2\n3\n4\n5\n6\n"), "2\n  3\n  4\n  5\n  6");
        assert_eq!(tail("\n"), "no output");
    }

    #[tokio::test]
    async fn a_process_that_does_not_name_our_directory_is_not_ours() {
        assert!(!runs(std::process::id(), Path::new("/nowhere/emulator-0123456789ab")).await);
    }

    #[test]
    fn a_port_in_use_is_refused() {
        let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).unwrap();
        let port = listener.local_addr().unwrap().port();
        assert!(matches!(free(Some(port)), Err(LocalError::Taken { .. })));
    }
}
