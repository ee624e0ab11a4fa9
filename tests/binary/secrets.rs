//! No secret is ever visible in what nk prints, however much it is asked to print.

use std::{collections::BTreeSet, path::Path, pin::pin, process::Stdio, sync::Arc};

use nk_tests::{
    proxy::{Quote, Recorded, Transparent},
    rig::{Rig, Said},
};
use serde_json::Value as Json;
use tokio::time::{Duration, sleep};

const STACK: &str = include_str!("../../stacks/neuraknot.toml");
const KEY: &str = "canaryKeyThatNobodyMaySee";
const TOKEN: &str = "canaryTokenThatNobodyMaySee";
/// The identity providers, each with the secret that nobody may see.
const PROVIDERS: [(&str, &str); 3] = [
    ("google", "canaryOfGoogleThatNobodyMaySee"),
    ("line", "canaryOfLineThatNobodyMaySee"),
    ("x", "canaryOfXThatNobodyMaySee"),
];

/// The arguments of a process and its descendants, which everybody on the machine can see.
fn arguments_of(process: &str) -> Vec<String> {
    let place = Path::new("/proc").join(process);
    let read = |name: &str| std::fs::read_to_string(place.join(name)).unwrap_or_default();
    let mut all = vec![read("cmdline").replace('\0', " ")];
    let started = read(&format!("task/{process}/children"));
    all.extend(started.split_whitespace().flat_map(arguments_of));
    all
}

/// Runs nk with real credentials, not the emulator's, and with everything logged. Its arguments, as
/// seen while it runs, follow its output on standard error.
async fn nk(rig: &Rig, arguments: &[&str]) -> Said {
    let mut command = rig.command(arguments);
    command
        .env_remove("NK_LOCAL")
        .env("AWS_ACCESS_KEY_ID", "AKIAEXAMPLE")
        .env("AWS_SECRET_ACCESS_KEY", KEY)
        .env("AWS_SESSION_TOKEN", TOKEN)
        .env("NK_LOG", "trace,aws_smithy_runtime=trace,hyper=trace");
    let child = command.stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap();
    let process = child.id().expect("it runs").to_string();
    let mut seen = BTreeSet::from_iter(arguments_of(&process));
    let mut ended = pin!(child.wait_with_output());
    let output = loop {
        tokio::select! {
            output = &mut ended => break output.unwrap(),
            () = sleep(Duration::from_millis(1)) => seen.extend(arguments_of(&process)),
        }
    };
    if cfg!(target_os = "linux") {
        let own = seen.iter().any(|line| line.contains(arguments[0]));
        assert!(own, "nobody saw the arguments of nk: {seen:?} {arguments:?}");
    }
    let said = String::from_utf8_lossy(&output.stderr);
    Said {
        code: output.status.code(),
        out: String::from_utf8_lossy(&output.stdout).into_owned(),
        err: said.lines().chain(seen.iter().map(String::as_str)).collect::<Vec<_>>().join("\n"),
    }
}

const DATABASE: [&str; 1] = ["rds:CreateDBInstance"];
const SECRET: [&str; 1] = ["secretsmanager:CreateSecret"];

/// The passwords that were sent.
fn sent(calls: &[Recorded]) -> Vec<String> {
    let bodies = calls.iter().map(Recorded::text);
    let passwords = bodies.filter_map(|body| {
        let (_, rest) = match body.split_once("MasterUserPassword=") {
            Some(found) => found,
            None => body.split_once("\\\"password\\\":\\\"")?,
        };
        let end = rest.find(['&', '\\']).unwrap_or(rest.len());
        (end > 8).then(|| rest[..end].to_owned())
    });
    passwords.collect()
}

/// The trace of the previous run.
fn trace(rig: &Rig) -> Said {
    let path = rig.write("beside", "").with_file_name("run.json");
    Said { code: None, out: std::fs::read_to_string(path).unwrap(), err: String::new() }
}

/// The secret that Cognito has generated for the app client.
async fn generated(rig: &Rig) -> String {
    let arguments = [rig.emulator.as_str(), "ap-northeast-1", "neuraKnot-dev", "client"];
    let client: Json = serde_json::from_str(&rig.python("strangers.py", &arguments).await).unwrap();
    client["ClientSecret"].as_str().unwrap().to_owned()
}

/// What nk stores on this machine.
fn kept(folder: &Path) -> Vec<Said> {
    let entries = std::fs::read_dir(folder).into_iter().flatten().map(|entry| entry.unwrap());
    let files = entries.flat_map(|entry| {
        if entry.file_type().unwrap().is_dir() {
            return kept(&entry.path());
        }
        let out = String::from_utf8_lossy(&std::fs::read(entry.path()).unwrap()).into_owned();
        vec![Said { code: None, out, err: String::new() }]
    });
    files.collect()
}

#[tokio::test(flavor = "multi_thread")]
async fn no_secret_is_ever_printed() {
    let rig = Rig::start(env!("CARGO_BIN_EXE_nk"), "moto").await;
    rig.write("stacks/neuraknot.toml", STACK);
    let mut secrets = vec![KEY.to_owned(), TOKEN.into()];
    let mut said = Vec::new();
    let (apply, json) =
        (["apply", "--env", "dev", "--yes", "-vv", "--trace", "run.json"], "--json");

    said.push(nk(&rig, &["apply", "--env", "dev", "--yes", json]).await.with_code(0));
    let registered = rig.proxy.take().into_iter();
    let registered = registered.filter(|call| call.name() == "ecs:RegisterTaskDefinition");
    let registered: Vec<_> = registered.map(|call| call.text()).collect();
    assert_eq!(registered.len(), 3);
    let body = |out| Said { code: None, out, err: String::new() };
    said.extend(registered.into_iter().map(body));
    // The password that nk itself generated for the database is as secret as what others set.
    let made = nk(&rig, &["secrets", "--env", "dev", "get", "db-password", "password"]).await;
    let made = made.with_code(0).out.trim().to_owned();
    assert!(made.len() >= 16, "the password that was made up: {made}");
    secrets.push(made);

    secrets.extend(PROVIDERS.map(|(_, secret)| secret.to_owned()));
    let set = async |secret: &str, key: &str, file: &Path| {
        let file = file.to_str().unwrap();
        nk(&rig, &["secrets", "--env", "dev", "set", secret, key, "--from-file", file]).await
    };
    for (provider, secret) in PROVIDERS {
        let (id, value) = (rig.write("id", "an id"), rig.write("value", secret));
        let key = |name| format!("{provider}.{name}");
        said.push(set("oauth-credentials", &key("client_id"), &id).await.with_code(0));
        // AWS refuses and quotes what it was sent.
        rig.proxy.set_rule(Arc::new(Quote(&["secretsmanager:PutSecretValue"])));
        let refused = set("oauth-credentials", &key("client_secret"), &value).await;
        assert!(refused.err.contains("failed to satisfy"), "{}", refused.err);
        said.push(refused);
        rig.proxy.set_rule(Arc::new(Transparent));
        said.push(set("oauth-credentials", &key("client_secret"), &value).await.with_code(0));
    }
    for (secret, key, text, reason) in [
        ("db-password", "password", "a text", "the database would not learn of it"),
        ("oauth-credentials", "google.client_id.x", "a text", "`google.client_id` is a value"),
        ("oauth-credentials", "google", "a text", "it contains other keys"),
        ("oauth-credentials", "line.client_id", "\n", "it is empty"),
    ] {
        rig.proxy.take();
        let refused = set(secret, key, &rig.write("value", text)).await.with_code(1);
        assert!(refused.err.contains(reason), "{}", refused.err);
        assert!(rig.proxy.take().iter().all(|call| !call.changes), "{key} was changed");
        said.push(refused);
    }

    // AWS refuses and quotes what it was sent.
    rig.proxy.set_rule(Arc::new(Quote(&["cognito-idp:CreateIdentityProvider"])));
    let refused = nk(&rig, &apply).await;
    assert!(refused.code != Some(0), "{}", refused.out);
    assert!(refused.err.contains("failed to satisfy"), "{}", refused.err);
    said.push(refused);
    rig.proxy.set_rule(Arc::new(Transparent));

    rig.proxy.take();
    said.push(nk(&rig, &apply).await.with_code(0));
    said.push(trace(&rig));
    secrets.push(generated(&rig).await);
    let commands: [&[&str]; 7] = [
        &["plan", "--env", "dev", json],
        &["plan", "--env", "dev"],
        &["output", "--env", "dev", json],
        &["show", "--env", "dev", json],
        &["graph", "--env", "dev", "--plan"],
        &["cost", "--env", "dev"],
        &["iam-policy", "--env", "dev"],
    ];
    for command in commands {
        said.push(nk(&rig, command).await.with_code(0));
    }
    let destroy = ["destroy", "--env", "dev", "--yes", "--unprotect", "-vv", "--trace", "run.json"];
    said.push(nk(&rig, &destroy).await.with_code(0));
    said.push(trace(&rig));
    let mut traced = 0;

    // A call with a password is refused, and AWS's message contains the password.
    for operation in ["rds:CreateDBInstance", "secretsmanager:CreateSecret"] {
        rig.reset().await;
        let quoted = if operation == "rds:CreateDBInstance" { &DATABASE } else { &SECRET };
        rig.proxy.set_rule(Arc::new(Quote(quoted)));
        rig.proxy.take();
        let refused = nk(&rig, &apply).await;
        assert!(refused.err.contains(&format!("{operation} was refused")), "{}", refused.err);
        secrets.extend(sent(&rig.proxy.take()));
        said.push(refused);
        let trace = trace(&rig);
        traced += usize::from(trace.out.contains(&format!("{operation} was refused")));
        said.push(trace);
    }
    assert_eq!(traced, 2, "what was refused is in the trace");
    assert!(secrets.len() >= 9, "{} passwords were sent", secrets.len());

    let home = rig.write("beside", "").with_file_name(".cache");
    let kept = kept(&home);
    assert!(!kept.is_empty(), "nk keeps nothing in {}", home.display());
    said.extend(kept);
    for (at, run) in said.iter().enumerate() {
        for secret in &secrets {
            assert!(!run.out.contains(secret), "{at}: {secret} in {}", run.out);
            assert!(!run.err.contains(secret), "{at}: {secret} in {}", run.err);
        }
    }
}
