//! The real nk while it runs: its output, and signals to it.

use std::process::Stdio;

use tokio::{
    io::{AsyncBufReadExt, BufReader, Lines},
    process::{Child, ChildStderr, Command},
};

/// A run in progress.
pub struct Running {
    child: Child,
    errors: Lines<BufReader<ChildStderr>>,
    /// Its output on standard error so far.
    pub said: String,
}

impl Running {
    /// Starts it.
    ///
    /// # Panics
    ///
    /// If it cannot be run.
    pub fn start(mut command: Command) -> Self {
        let mut child =
            command.stdout(Stdio::null()).stderr(Stdio::piped()).spawn().expect("nk runs");
        let errors = BufReader::new(child.stderr.take().expect("it was asked for")).lines();
        Self { child, errors, said: String::new() }
    }

    /// Sends it a signal, such as `-INT`.
    ///
    /// # Panics
    ///
    /// If it is not running any more.
    pub async fn signal(&self, name: &str) {
        let id = self.child.id().expect("it runs").to_string();
        let sent = Command::new("kill").args([name, &id]).status().await.expect("kill runs");
        assert!(sent.success());
    }

    /// Reads until it prints this.
    ///
    /// # Panics
    ///
    /// If it never does.
    pub async fn says(&mut self, word: &str) {
        while let Some(line) = self.errors.next_line().await.expect("it can be read") {
            self.said += &(line.clone() + "\n");
            if line.contains(word) {
                return;
            }
        }
        panic!("it never said `{word}`:\n{}", self.said);
    }

    /// Its exit code once it has ended; none if it was killed.
    ///
    /// # Panics
    ///
    /// If it cannot be waited for.
    pub async fn ends(&mut self) -> Option<i32> {
        while let Some(line) = self.errors.next_line().await.expect("it can be read") {
            self.said += &(line + "\n");
        }
        self.child.wait().await.expect("it can be waited for").code()
    }

    /// Kills it where it stands.
    ///
    /// # Panics
    ///
    /// If it cannot be killed.
    pub async fn kill(&mut self) {
        self.child.kill().await.expect("a process can be killed");
    }
}
