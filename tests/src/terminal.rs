//! A terminal without history: a folder with stack files, and nk in a bare environment.

use std::{
    fs,
    os::unix::process::CommandExt,
    path::PathBuf,
    process::{Command, Stdio},
    time::{Duration, Instant},
};

use tempfile::TempDir;

use crate::rig::Said;

/// How long any of these commands may take: a person waits no longer for a mistake.
const PATIENCE: Duration = Duration::from_secs(10);

/// A folder to run nk in.
pub struct Terminal {
    nk: PathBuf,
    folder: TempDir,
    variables: Vec<(String, String)>,
}

impl Terminal {
    /// A terminal in a folder with these stack files, by name.
    ///
    /// # Panics
    ///
    /// When the files cannot be written.
    pub fn with(nk: &str, stacks: &[(&str, &str)]) -> Self {
        let folder = TempDir::new().expect("a temporary folder");
        fs::create_dir(folder.path().join("stacks")).expect("a folder can be made");
        let terminal = Self { nk: nk.into(), folder, variables: Vec::new() };
        for (name, text) in stacks {
            terminal.write(&format!("stacks/{name}"), text);
        }
        terminal
    }

    /// The same with a variable in the environment of every command.
    #[must_use]
    pub fn variable(mut self, name: &str, value: &str) -> Self {
        self.variables.push((name.into(), value.into()));
        self
    }

    /// Where something in its folder is.
    pub fn path(&self, name: &str) -> PathBuf {
        self.folder.path().join(name)
    }

    /// Writes a file in its folder.
    ///
    /// # Panics
    ///
    /// When it cannot be written.
    pub fn write(&self, name: &str, text: &str) {
        fs::write(self.path(name), text).expect("a file can be written");
    }

    /// The command, with nothing in the environment but these variables and the terminal's own.
    pub fn command(&self, line: &str, variables: &[(&str, &str)]) -> Command {
        let mut command = Command::new(&self.nk);
        command
            .arg0("nk")
            .args(line.split_whitespace())
            .current_dir(self.folder.path())
            .env_clear()
            .env("HOME", self.folder.path())
            .env("AWS_EC2_METADATA_DISABLED", "true")
            .envs(self.variables.iter().map(|(name, value)| (name, value)))
            .envs(variables.iter().copied())
            .stdin(Stdio::null());
        command
    }

    /// What a person sees of the command: how it ended, and what it said where.
    pub fn session(&self, line: &str) -> String {
        self.session_with(line, &[])
    }

    /// The same with variables in the environment.
    pub fn session_with(&self, line: &str, variables: &[(&str, &str)]) -> String {
        said(&mut self.command(line, variables)).seen()
    }

    /// What the command has said.
    pub fn nk(&self, line: &str) -> Said {
        said(&mut self.command(line, &[]))
    }

    /// The same where this is on standard input.
    pub fn nk_on(&self, input: Stdio, line: &str) -> Said {
        said(self.command(line, &[]).stdin(input))
    }
}

fn said(command: &mut Command) -> Said {
    let began = Instant::now();
    let output = command.output().expect("nk runs");
    assert!(began.elapsed() < PATIENCE, "{command:?} took {:?}", began.elapsed());
    output.into()
}

impl Said {
    /// What a person sees of it. Trailing blanks are not seen.
    pub fn seen(&self) -> String {
        self.shown(&[("stdout", &self.out), ("stderr", &self.err)])
    }

    /// What a person sees who has standard output elsewhere.
    pub fn told(&self) -> String {
        self.shown(&[("stderr", &self.err)])
    }

    fn shown(&self, streams: &[(&str, &str)]) -> String {
        let code = self.code.map_or_else(|| "none".into(), |code| code.to_string());
        let mut text = format!("exit code {code}\n");
        for (name, stream) in streams.iter().filter(|(_, stream)| !stream.is_empty()) {
            text += &["--- ", name, "\n", stream].concat();
        }
        text.lines().map(str::trim_end).collect::<Vec<_>>().join("\n")
    }
}
