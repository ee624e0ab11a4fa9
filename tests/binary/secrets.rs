//! No secret is ever seen: not in what nk prints, however much it is asked to print.

use std::sync::Arc;

use nk_tests::{
    proxy::{Quote, Recorded, Transparent},
    rig::{Rig, Said},
};

const STACK: &str = include_str!("../../stacks/neuraknot.toml");
const KEY: &str = "canaryKeyThatNobodyMaySee";
const TOKEN: &str = "canaryTokenThatNobodyMaySee";
const CLIENT: &str = "canaryClientSecretThatNobodyMaySee";
const PASSWORD: &str = "canaryPasswordThatNobodyMaySee";

/// Runs nk with real, that is not the emulator's own, credentials and everything logged.
async fn nk(rig: &Rig, arguments: &[&str]) -> Said {
    let mut command = rig.command(arguments);
    command
        .env_remove("NK_LOCAL")
        .env("AWS_ACCESS_KEY_ID", "AKIAEXAMPLE")
        .env("AWS_SECRET_ACCESS_KEY", KEY)
        .env("AWS_SESSION_TOKEN", TOKEN)
        .env("NK_LOG", "trace,aws_smithy_runtime=trace,hyper=trace");
    let output = command.output().await.unwrap();
    Said {
        code: output.status.code(),
        out: String::from_utf8_lossy(&output.stdout).into_owned(),
        err: String::from_utf8_lossy(&output.stderr).into_owned(),
    }
}

const DATABASE: [&str; 1] = ["rds:CreateDBInstance"];
const SECRET: [&str; 1] = ["secretsmanager:CreateSecret"];

/// The passwords that went out.
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

#[tokio::test(flavor = "multi_thread")]
async fn no_secret_is_ever_printed() {
    let rig = Rig::start(env!("CARGO_BIN_EXE_nk"), "moto", "secrets").await;
    rig.write("stacks/neuraknot.toml", STACK);
    let mut secrets = vec![KEY.to_owned(), TOKEN.into(), CLIENT.into(), PASSWORD.into()];
    let mut said = Vec::new();
    let (apply, json) =
        (["apply", "--env", "dev", "--yes", "-vv", "--trace", "run.json"], "--json");

    said.push(nk(&rig, &["apply", "--env", "dev", "--yes", json]).await.with_code(0));
    // What nk itself made up for the database is as secret as what others set.
    let made = nk(&rig, &["secrets", "--env", "dev", "get", "db-password", "password"]).await;
    let made = made.with_code(0).out.trim().to_owned();
    assert!(made.len() >= 16, "the password that was made up: {made}");
    secrets.push(made);

    let client = rig.write("client", CLIENT);
    let password = rig.write("password", PASSWORD);
    let set = |secret: &'static str, key: &'static str, file: &std::path::Path| {
        let file = file.to_str().unwrap().to_owned();
        let rig = &rig;
        async move {
            let arguments = ["secrets", "--env", "dev", "set", secret, key, "--from-file", &file];
            nk(rig, &arguments).await.with_code(0)
        }
    };
    said.push(set("oauth-credentials", "google.client_id", &rig.write("id", "an id")).await);
    said.push(set("oauth-credentials", "google.client_secret", &client).await);
    said.push(set("db-password", "password", &password).await);

    // AWS refuses and quotes what it was sent.
    rig.proxy.set_rule(Arc::new(Quote(&["cognito-idp:CreateIdentityProvider"])));
    let refused = nk(&rig, &apply).await;
    assert!(refused.code != Some(0), "{}", refused.out);
    assert!(refused.err.contains("failed to satisfy"), "{}", refused.err);
    said.push(refused);
    rig.proxy.set_rule(Arc::new(Transparent));

    said.push(nk(&rig, &apply).await.with_code(0));
    said.push(nk(&rig, &["plan", "--env", "dev", json]).await.with_code(0));
    said.push(nk(&rig, &["output", "--env", "dev", json]).await.with_code(0));
    said.push(nk(&rig, &["show", "--env", "dev", json]).await.with_code(0));
    let destroy = ["destroy", "--env", "dev", "--yes", "--unprotect", "-vv"];
    said.push(nk(&rig, &destroy).await.with_code(0));
    let mut traced = 0;

    // What holds a password is refused, with the password in what AWS says.
    for operation in ["rds:CreateDBInstance", "secretsmanager:CreateSecret"] {
        rig.reset().await;
        let quoted = if operation == "rds:CreateDBInstance" { &DATABASE } else { &SECRET };
        rig.proxy.set_rule(Arc::new(Quote(quoted)));
        rig.proxy.take();
        let refused = nk(&rig, &apply).await;
        assert!(refused.err.contains(&format!("{operation} was refused")), "{}", refused.err);
        secrets.extend(sent(&rig.proxy.take()));
        said.push(refused);
        let trace = std::fs::read_to_string(client.with_file_name("run.json")).unwrap();
        traced += usize::from(trace.contains(&format!("{operation} was refused")));
        said.push(Said { code: None, out: trace, err: String::new() });
    }
    assert_eq!(traced, 2, "what was refused is in the trace");
    assert!(secrets.len() >= 7, "{} passwords were sent", secrets.len());

    for (at, run) in said.iter().enumerate() {
        for secret in &secrets {
            assert!(!run.out.contains(secret), "{at}: {secret} in {}", run.out);
            assert!(!run.err.contains(secret), "{at}: {secret} in {}", run.err);
        }
    }
}
