//! A terminal without history: a directory with stack files, and the real nk in a bare environment.

use std::{
    fs,
    path::PathBuf,
    process::{Command, Stdio},
    time::{Duration, Instant},
};

use tempfile::TempDir;

/// How long any of these commands may take: a person does not wait longer for a mistake.
const PATIENCE: Duration = Duration::from_secs(10);

/// A directory in which nk runs.
pub struct Terminal {
    nk: PathBuf,
    folder: TempDir,
}

impl Terminal {
    /// A terminal in a directory with these stack files, by name.
    ///
    /// # Panics
    ///
    /// If the files cannot be written.
    pub fn with(nk: &str, stacks: &[(&str, &str)]) -> Self {
        let folder = TempDir::new().expect("a temporary folder");
        fs::create_dir(folder.path().join("stacks")).expect("a folder can be made");
        for (name, text) in stacks {
            fs::write(folder.path().join("stacks").join(name), text)
                .expect("a file can be written");
        }
        Self { nk: nk.into(), folder }
    }

    /// The command, with no environment variables except these.
    pub fn command(&self, line: &str, variables: &[(&str, &str)]) -> Command {
        let mut command = Command::new(&self.nk);
        command
            .args(line.split_whitespace())
            .current_dir(self.folder.path())
            .env_clear()
            .env("HOME", self.folder.path())
            .env("AWS_EC2_METADATA_DISABLED", "true")
            .envs(variables.iter().copied())
            .stdin(Stdio::null());
        command
    }

    /// What a person sees of the command: how it ended, and its output on each stream.
    pub fn session(&self, line: &str) -> String {
        self.session_with(line, &[])
    }

    /// The same with environment variables.
    ///
    /// # Panics
    ///
    /// If nk cannot be run, or takes longer than a person would wait.
    pub fn session_with(&self, line: &str, variables: &[(&str, &str)]) -> String {
        let began = Instant::now();
        let output = self.command(line, variables).output().expect("nk runs");
        assert!(began.elapsed() < PATIENCE, "`nk {line}` took {:?}", began.elapsed());
        let code = output.status.code().map_or_else(|| "none".into(), |code| code.to_string());
        let mut text = format!("exit code {code}\n");
        for (name, stream) in [("stdout", output.stdout), ("stderr", output.stderr)] {
            let stream = String::from_utf8(stream).expect("nk writes UTF-8");
            if !stream.is_empty() {
                text += &["--- ", name, "\n", &stream].concat();
            }
        }
        // Trailing blanks are invisible.
        text.lines().map(str::trim_end).collect::<Vec<_>>().join("\n")
    }
}
