//! The real nk against an emulator of its own, with the proxy in between.
#![expect(
    clippy::disallowed_methods,
    clippy::print_stderr,
    reason = "a test is a program of its own: it reads its environment and tells what takes long"
)]

use std::{
    env,
    fs::{self, File},
    path::{Path, PathBuf},
    process::{Output, Stdio},
    sync::Arc,
};

use nk_local::{Lie, Product, Settings};
use serde_json::Value as Json;
use tempfile::TempDir;
use tokio::process::Command;

use crate::proxy::{Proxy, Recorded, Transparent};

/// An emulator, a proxy in front of it, and an nk to run.
pub struct Rig {
    /// What nk talks to.
    pub proxy: Proxy,
    /// The emulator itself, for looking and meddling behind nk's back.
    pub emulator: String,
    settings: Settings,
    python: PathBuf,
    nk: PathBuf,
    folder: TempDir,
    /// Locked as long as this rig is in use.
    _claim: File,
}

/// What a run of nk has said.
#[derive(Debug, Clone)]
pub struct Said {
    /// Its exit code; none if it was killed.
    pub code: Option<i32>,
    /// Standard output.
    pub out: String,
    /// Standard error.
    pub err: String,
}

impl From<Output> for Said {
    fn from(output: Output) -> Self {
        Self {
            code: output.status.code(),
            out: String::from_utf8_lossy(&output.stdout).into_owned(),
            err: String::from_utf8_lossy(&output.stderr).into_owned(),
        }
    }
}

impl Said {
    /// The same, after checking the exit code.
    ///
    /// # Panics
    ///
    /// When the exit code is another.
    #[expect(clippy::return_self_not_must_use, reason = "the check is often all that is wanted")]
    pub fn with_code(self, code: i32) -> Self {
        assert_eq!(self.code, Some(code), "out:\n{}\nerr:\n{}", self.out, self.err);
        self
    }
}

/// What a command says, run to its end.
async fn said(command: &mut Command) -> Said {
    command.output().await.expect("nk runs").into()
}

/// The first instance that no other rig uses, claimed for as long as the file is open. So there are
/// only as many emulators as there are tests at once.
fn claim(cache: &Path) -> (String, File) {
    let folder = cache.join("rigs");
    fs::create_dir_all(&folder).expect("a cache directory");
    let mut claims = (1..).map(|nth| {
        let name = format!("test-{nth}");
        let file = File::create(folder.join(&name)).expect("a file in the cache directory");
        (name, file)
    });
    claims.find(|(_, file)| file.try_lock().is_ok()).expect("names do not run out")
}

impl Rig {
    /// Starts an empty emulator, or empties one that no other rig uses. `nk` is the binary to run.
    /// `NK_TEST_EMULATOR` names another emulator to take for moto. With `AWS_ENDPOINT_URL` that one
    /// runs already; its Python is then moto's.
    ///
    /// # Panics
    ///
    /// When there is no emulator to be had.
    pub async fn start(nk: &str, product: &str) -> Self {
        let variable = |name: &str| env::var(name).ok();
        let other =
            variable("NK_TEST_EMULATOR").filter(|name| product == "moto" && !name.is_empty());
        let name = other.as_deref().unwrap_or(product);
        let product = Product::all().iter().find(|one| one.name == name).expect("a known emulator");
        let settings = Settings::read(variable).expect("a cache directory");
        let (instance, claim) = claim(&settings.cache);
        let settings = Settings { product, port: None, instance, ..settings };
        let running =
            other.and_then(|_| variable("AWS_ENDPOINT_URL")).filter(|url| !url.is_empty());
        let ours = match running {
            Some(_) => Settings { product: &Product::all()[0], ..settings.clone() },
            None => settings.clone(),
        };
        let tell = |progress: nk_local::Progress| eprintln!("{progress}");
        let started = nk_local::up(&ours, &tell).await.expect("the emulator starts");
        if !started.fresh {
            nk_local::reset(&ours).await.expect("the emulator can be emptied");
        }
        let emulator = running.unwrap_or(started.endpoint);
        let proxy = Proxy::start(&emulator, Arc::new(Transparent)).await.expect("a port");
        let folder = TempDir::new().expect("a temporary folder");
        let python = ours.python();
        Self { proxy, emulator, settings, python, nk: nk.into(), folder, _claim: claim }
    }

    /// What the emulator does not keep.
    pub fn lies(&self) -> Vec<Lie> {
        self.settings.product.lies()
    }

    /// A file in the rig's own folder, which nk runs in.
    ///
    /// # Panics
    ///
    /// When it cannot be written.
    pub fn write(&self, name: &str, text: &str) -> PathBuf {
        let path = self.folder.path().join(name);
        if let Some(parent) = path.parent() {
            fs::create_dir_all(parent).expect("a folder can be made");
        }
        fs::write(&path, text).expect("a file can be written");
        path
    }

    /// A command that runs nk with these arguments, through the proxy, in the rig's folder.
    pub fn command(&self, arguments: &[&str]) -> Command {
        let mut command = Command::new(&self.nk);
        command
            .args(arguments)
            .current_dir(self.folder.path())
            .env_clear()
            .env("HOME", self.folder.path())
            .env("PATH", env::var_os("PATH").unwrap_or_default())
            .env("NK_LOCAL", "1")
            .env("NK_LOCAL_EMULATOR", self.settings.product.name)
            .env("AWS_ENDPOINT_URL", &self.proxy.endpoint)
            .stdin(Stdio::null())
            .kill_on_drop(true);
        command
    }

    /// Runs nk to its end.
    ///
    /// # Panics
    ///
    /// When it cannot be run.
    pub async fn nk(&self, arguments: &[&str]) -> Said {
        said(&mut self.command(arguments)).await
    }

    /// A command as [`Rig::command`] makes it, for an account of AWS instead of an emulator.
    pub fn command_without_local(&self, arguments: &[&str]) -> Command {
        let mut command = self.command(arguments);
        command
            .env_remove("NK_LOCAL")
            .env("AWS_ACCESS_KEY_ID", "AKIAEXAMPLE")
            .env("AWS_SECRET_ACCESS_KEY", "secret");
        command
    }

    /// Runs nk to its end, for an account of AWS instead of an emulator.
    ///
    /// # Panics
    ///
    /// When it cannot be run.
    pub async fn nk_without_local(&self, arguments: &[&str]) -> Said {
        said(&mut self.command_without_local(arguments)).await
    }

    /// Runs one of the Python files in `tests` with the emulator's own Python.
    ///
    /// # Panics
    ///
    /// When it fails.
    pub async fn python(&self, script: &str, arguments: &[&str]) -> String {
        let output = self.script(script).args(arguments).output().await.expect("Python runs");
        let error = String::from_utf8_lossy(&output.stderr);
        let out = String::from_utf8_lossy(&output.stdout).into_owned();
        assert!(output.status.success(), "{script}: {out}\n{error}");
        out
    }

    /// Holds every request since the last time that they were taken against AWS's own models; those
    /// that come with moto, as other emulators bring older ones or none.
    ///
    /// # Panics
    ///
    /// When AWS would not take one of them, or when there was none.
    pub async fn satisfies_the_models(&self) {
        let line = |call: &Recorded| serde_json::to_string(call).expect("it can be written") + "\n";
        let lines: String = self.proxy.take().iter().map(line).collect();
        assert!(!lines.is_empty(), "no request was recorded");
        if self.settings.product.name != "moto" {
            return;
        }
        let path = self.write("requests.ndjson", &lines);
        let _ = self.python("models/check.py", &[path.to_str().expect("a path in UTF-8")]).await;
    }

    /// Forgets what was made in the emulator.
    ///
    /// # Panics
    ///
    /// When there is no emulator any more.
    pub async fn reset(&self) {
        let emptied = nk_local::reset(&self.settings).await;
        assert!(emptied.expect("the emulator can be emptied"));
    }

    /// A command that runs one of the Python files in `tests` with the emulator's own Python.
    pub fn script(&self, name: &str) -> Command {
        let mut command = Command::new(&self.python);
        command.arg(Path::new(env!("CARGO_MANIFEST_DIR")).join(name)).kill_on_drop(true);
        command
    }

    /// Everything in the account.
    ///
    /// # Panics
    ///
    /// When it cannot be listed.
    pub async fn account(&self) -> Json {
        let text = self.python("account.py", &[&self.emulator, "ap-northeast-1"]).await;
        serde_json::from_str(&text).expect("the listing is JSON")
    }
}
