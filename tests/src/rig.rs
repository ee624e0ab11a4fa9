//! The real nk on an emulator of its own, with the proxy in between.
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

use hyper::{Request, body::Bytes};
use nk_local::{Lie, Product, Settings};
use serde_json::Value as Json;
use tempfile::TempDir;
use tokio::process::Command;

use crate::proxy::{Proxy, Recorded, Transparent, forward};

/// An emulator, a proxy in front of it, and an nk to run.
pub struct Rig {
    /// The proxy, to which nk connects.
    pub proxy: Proxy,
    /// The emulator itself, for looks and changes behind nk's back.
    pub emulator: String,
    settings: Settings,
    /// Whether nk has started the emulator.
    is_ours: bool,
    /// The emulator whose Python is used.
    tools: Settings,
    nk: PathBuf,
    folder: TempDir,
    /// Locked while this rig is in use.
    _claim: File,
}

/// The output of a run of nk.
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
    /// If the exit code is another.
    #[expect(clippy::return_self_not_must_use, reason = "the check is often all that is wanted")]
    pub fn with_code(self, code: i32) -> Self {
        assert_eq!(self.code, Some(code), "out:\n{}\nerr:\n{}", self.out, self.err);
        self
    }
}

/// The output of a command, run to its end.
async fn said(command: &mut Command) -> Said {
    command.output().await.expect("nk runs").into()
}

/// The first of these instances that no other rig uses, reserved while the file is open.
fn claim(cache: &Path, names: impl IntoIterator<Item = String>) -> Option<(String, File)> {
    let folder = cache.join("rigs");
    fs::create_dir_all(&folder).expect("a cache directory");
    let mut claims = names.into_iter().map(|name| {
        let file = File::create(folder.join(&name)).expect("a file in the cache directory");
        (name, file)
    });
    claims.find(|(_, file)| file.try_lock().is_ok())
}

impl Rig {
    /// Starts an empty emulator, or empties one that no other rig uses. `nk` is the program to run.
    /// `NK_TEST_EMULATOR` names another emulator to use in place of moto, with moto's Python in any
    /// case, because that knows AWS best. With `AWS_ENDPOINT_URL`, the emulator is already running.
    ///
    /// # Panics
    ///
    /// If there is no emulator.
    pub async fn start(nk: &str, product: &str) -> Self {
        let variable = |name: &str| env::var(name).ok().filter(|value| !value.is_empty());
        let other = variable("NK_TEST_EMULATOR").filter(|_| product == "moto");
        let named = |name: &str| Product::all().iter().find(|one| one.name == name);
        let plain = named(product).expect("a known emulator");
        let product = other.as_deref().map_or(plain, |name| named(name).expect("a known emulator"));
        let running = other.and_then(|_| variable("AWS_ENDPOINT_URL"));
        let settings = Settings::read(variable).expect("a cache directory");
        // There are only as many emulators as there are tests at once.
        let claimed = match running {
            Some(_) => claim(&settings.cache, ["running".to_owned()]),
            None => claim(&settings.cache, (1..).map(|nth| format!("test-{nth}"))),
        };
        let (instance, claim) = claimed.expect("one test at a time, with `--test-threads=1`");
        let settings = Settings { product, port: None, instance, ..settings };
        let tools = Settings { product: plain, ..settings.clone() };
        let tell = |progress: nk_local::Progress| eprintln!("{progress}");
        nk_local::install(&tools, &tell).await.expect("the emulator can be installed");
        let (emulator, fresh) = if let Some(url) = &running {
            (url.trim_end_matches('/').to_owned(), false)
        } else {
            let started = nk_local::up(&settings, &tell).await.expect("the emulator starts");
            (started.endpoint, started.fresh)
        };
        let proxy = Proxy::start(&emulator, Arc::new(Transparent)).await.expect("a port");
        let folder = TempDir::new().expect("a temporary folder");
        let (is_ours, nk) = (running.is_none(), nk.into());
        let rig = Self { proxy, emulator, settings, is_ours, tools, nk, folder, _claim: claim };
        if !fresh {
            rig.reset().await;
        }
        rig
    }

    /// What the emulator does not keep.
    pub fn lies(&self) -> Vec<Lie> {
        self.settings.product.lies()
    }

    /// The account that the emulator invents.
    pub fn account_id(&self) -> &'static str {
        if self.settings.product.name == "moto" { "123456789012" } else { "000000000000" }
    }

    /// A file in the rig's own directory, in which nk runs.
    ///
    /// # Panics
    ///
    /// If it cannot be written.
    pub fn write(&self, name: &str, text: &str) -> PathBuf {
        let path = self.folder.path().join(name);
        if let Some(parent) = path.parent() {
            fs::create_dir_all(parent).expect("a folder can be made");
        }
        fs::write(&path, text).expect("a file can be written");
        path
    }

    /// A command that runs nk with these arguments, through the proxy, in the rig's directory.
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
    /// If it cannot be run.
    pub async fn nk(&self, arguments: &[&str]) -> Said {
        said(&mut self.command(arguments)).await
    }

    /// A command like [`Rig::command`], for an account of AWS instead of an emulator.
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
    /// If it cannot be run.
    pub async fn nk_without_local(&self, arguments: &[&str]) -> Said {
        said(&mut self.command_without_local(arguments)).await
    }

    /// Runs one of the Python files in `tests` with an emulator's Python.
    ///
    /// # Panics
    ///
    /// If it fails.
    pub async fn python(&self, script: &str, arguments: &[&str]) -> String {
        let output = self.script(script).args(arguments).output().await.expect("Python runs");
        let error = String::from_utf8_lossy(&output.stderr);
        let out = String::from_utf8_lossy(&output.stdout).into_owned();
        assert!(output.status.success(), "{script}: {out}\n{error}");
        out
    }

    /// Checks every request since the last check against AWS's own models: those that come with
    /// moto, because other emulators bring older ones or none.
    ///
    /// # Panics
    ///
    /// If AWS would not accept one of them, or if there was none.
    pub async fn satisfies_the_models(&self) {
        let line = |call: &Recorded| serde_json::to_string(call).expect("it can be written") + "\n";
        let lines: String = self.proxy.take().iter().map(line).collect();
        assert!(!lines.is_empty(), "no request was recorded");
        if self.tools.product.name != "moto" {
            return;
        }
        let path = self.write("requests.ndjson", &lines);
        let _ = self.python("models/check.py", &[path.to_str().expect("a path in UTF-8")]).await;
    }

    /// Empties the emulator.
    ///
    /// # Panics
    ///
    /// If the emulator is not running any more, or cannot be emptied.
    pub async fn reset(&self) {
        if self.is_ours {
            let emptied = nk_local::reset(&self.settings).await;
            assert!(emptied.expect("the emulator can be emptied"));
            return;
        }
        let (product, place) = (self.settings.product, &self.emulator);
        let request = Request::post(product.reset).body(()).expect("a request");
        let target = place.trim_start_matches("http://");
        let answer = forward(target, request.into_parts().0, Bytes::new()).await;
        let (head, _) = answer.unwrap_or_else(|error| panic!("{place} does not answer: {error}"));
        assert!(head.status.is_success(), "{place}{} says {}", product.reset, head.status);
    }

    /// A command that runs one of the Python files in `tests` with an emulator's Python.
    pub fn script(&self, name: &str) -> Command {
        let mut command = Command::new(self.tools.python());
        command.arg(Path::new(env!("CARGO_MANIFEST_DIR")).join(name)).kill_on_drop(true);
        command
    }

    /// Everything in the account.
    ///
    /// # Panics
    ///
    /// If it cannot be listed.
    pub async fn account(&self) -> Json {
        let text = self.python("account.py", &[&self.emulator, "ap-northeast-1"]).await;
        serde_json::from_str(&text).expect("the listing is JSON")
    }
}
