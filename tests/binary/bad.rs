//! Bad answers: one clear error for each, at once, and nothing that waits forever.

use std::{
    io::{Read, Write},
    net::{SocketAddr, TcpListener, TcpStream},
    process::Stdio,
    sync::{
        Arc,
        atomic::{AtomicUsize, Ordering::Relaxed},
    },
    thread,
    time::Duration,
};

use nk_aws::Aws;
use nk_engine::{Connected, Connection, Nature, Questions};
use nk_model::StackId;
use nk_tests::{
    proxy::{Before, Call, Garbled, Nonsense, Refusal, Refusing, Rule, Silent, Transparent},
    rig::{Rig, Said},
    terminal::Terminal,
};
use tokio::{
    io::{AsyncBufReadExt, BufReader},
    net::TcpSocket,
    time::timeout,
};

const STACK: &str = r#"project = "shop"
region  = "ap-northeast-1"

[network]
cidr  = "10.0.0.0/16"
nat   = "none"
zones = [{ name = "ap-northeast-1a", public = "10.0.1.0/24", private = "10.0.10.0/24" }]

[env.dev]
"#;
const PLAN: [&str; 3] = ["plan", "--env", "dev"];
const APPLY: [&str; 4] = ["apply", "--env", "dev", "--yes"];
/// How long a person waits for the error.
const PATIENCE: Duration = Duration::from_secs(10);

async fn rig() -> Rig {
    let rig = Rig::start(env!("CARGO_BIN_EXE_nk"), "moto").await;
    rig.write("stacks/shop.toml", STACK);
    // The first answer of an emulator takes some time.
    let _ = rig.nk(&PLAN).await.with_code(0);
    rig
}

/// The output of nk with a rule, in time.
async fn under(rig: &Rig, rule: impl Rule + 'static, arguments: &[&str]) -> Said {
    rig.proxy.set_rule(Arc::new(rule));
    let said = timeout(PATIENCE, rig.nk(arguments)).await;
    rig.proxy.set_rule(Arc::new(Transparent));
    let said = said.unwrap_or_else(|_| panic!("{arguments:?} takes too long"));
    assert!(!said.err.contains("panicked"), "{}", said.err);
    said
}

/// One error that contains all of this.
fn one_error(said: &Said, words: &[&str]) {
    let text = &said.err;
    assert_eq!(text.lines().filter(|line| line.starts_with("error: ")).count(), 1, "{text}");
    for word in words {
        assert!(text.contains(word), "no `{word}` in:\n{text}");
    }
}

/// A refusal because of a missing permission, in AWS's words.
fn denied(action: &str, resource: &str) -> Refusal {
    let message = format!(
        "You are not authorized to perform this operation. User: \
         arn:aws:iam::123456789012:user/ana is not authorized to perform: {action} on resource: \
         {resource} because no identity-based policy allows the {action} action"
    );
    Refusal::new(403, "UnauthorizedOperation", &message)
}

#[tokio::test(flavor = "multi_thread")]
async fn a_missing_permission_is_named_with_the_statement_that_grants_it() {
    let rig = rig().await;
    let rule =
        Refusing { name: "ec2:DescribeSubnets", refusal: denied("ec2:DescribeSubnets", "*") };
    let said = under(&rig, rule, &PLAN).await.with_code(1);
    one_error(&said, &["ec2:DescribeSubnets", r#"{"Action":"ec2:DescribeSubnets","#]);

    let subnets = "arn:aws:ec2:ap-northeast-1:123456789012:subnet/*";
    let rule = Refusing { name: "ec2:CreateSubnet", refusal: denied("ec2:CreateTags", subnets) };
    // The other steps are done.
    let said = under(&rig, rule, &APPLY).await.with_code(3);
    let statement =
        format!(r#"{{"Action":"ec2:CreateTags","Effect":"Allow","Resource":"{subnets}"}}"#);
    for word in ["could not create `subnet.public-1`", "ec2:CreateSubnet was refused", &statement] {
        assert!(said.err.contains(word), "no `{word}` in:\n{}", said.err);
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn expired_credentials_are_told_from_missing_permissions() {
    let rig = rig().await;
    let expired = || {
        let message = "The security token included in the request is expired";
        Refusal::new(403, "ExpiredToken", message)
    };
    let rule = Refusing { name: "sts:GetCallerIdentity", refusal: expired() };
    let said = under(&rig, rule, &PLAN).await.with_code(1);
    one_error(&said, &["could not connect to AWS in ", "ExpiredToken", "sign in"]);
    let rule = Refusing { name: "ec2:DescribeVpcs", refusal: expired() };
    let said = under(&rig, rule, &PLAN).await.with_code(1);
    one_error(&said, &["ec2:DescribeVpcs was refused: ExpiredToken", "sign in"]);
    let rule = Refusing { name: "ec2:CreateVpc", refusal: expired() };
    // Nothing else can start.
    let said = under(&rig, rule, &APPLY).await.with_code(1);
    one_error(&said, &["could not create `vpc.main`", "ExpiredToken", "sign in"]);
    // Steps in progress end; nothing else starts.
    let rule = Refusing { name: "ec2:CreateSubnet", refusal: expired() };
    let said = under(&rig, rule, &APPLY).await.with_code(3);
    assert!(said.err.contains("AWS no longer accepts the credentials"), "{}", said.err);
}

fn all(_: &Call) -> bool {
    true
}

fn all_but_who(call: &Call) -> bool {
    call.service != "sts"
}

fn networks(call: &Call) -> bool {
    call.operation == "DescribeVpcs"
}

#[tokio::test(flavor = "multi_thread")]
async fn nonsense_is_called_so() {
    let rig = rig().await;
    for with in [Nonsense::Nothing, Nonsense::Half, Nonsense::Page] {
        let said = under(&rig, Garbled { chosen: all, with }, &PLAN).await.with_code(1);
        one_error(&said, &["was not understood", "hint: something other than AWS answers"]);
        // Half an answer may contain everything that is needed.
        if with != Nonsense::Half {
            one_error(&said, &["could not connect to AWS in ", "sts:GetCallerIdentity"]);
        }
        let said = under(&rig, Garbled { chosen: all_but_who, with }, &PLAN).await.with_code(1);
        one_error(&said, &["was not understood"]);
        let said = under(&rig, Garbled { chosen: all_but_who, with }, &APPLY).await.with_code(1);
        one_error(&said, &["was not understood"]);
        if with != Nonsense::Nothing {
            let said = under(&rig, Garbled { chosen: networks, with }, &PLAN).await.with_code(1);
            one_error(&said, &["ec2:DescribeVpcs got an answer that could not be read"]);
        }
    }
}

/// The output of nk for an endpoint in AWS's place, in time: one error that contains all of this.
async fn at(rig: &Rig, endpoint: &str, words: &[&str]) {
    for arguments in [&PLAN[..], &APPLY] {
        let mut command = rig.command(arguments);
        command.env_remove("NK_LOCAL").env("AWS_ENDPOINT_URL", endpoint);
        let keys = [("AWS_ACCESS_KEY_ID", "a"), ("AWS_SECRET_ACCESS_KEY", "b")];
        let output = command.envs(keys).output();
        let output = timeout(PATIENCE, output).await;
        let output = output.unwrap_or_else(|_| panic!("{endpoint} takes too long")).unwrap();
        let text = String::from_utf8(output.stderr).unwrap();
        assert_eq!(output.status.code(), Some(1), "{text}");
        let said = Said { code: Some(1), out: String::new(), err: text };
        one_error(&said, &["could not connect to AWS in ", "sts:GetCallerIdentity", "hint: "]);
        one_error(&said, words);
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_no_aws_is_told_at_once() {
    let rig = rig().await;
    let nobody = TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap();
    at(&rig, &format!("http://{nobody}"), &["reached nobody", "Connection refused"]).await;
    let plain = rig.proxy.endpoint.replace("http://", "https://");
    at(&rig, &plain, &["reached nobody", "Connect"]).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_certificate_of_nobodys_is_told_at_once() {
    let rig = rig().await;
    let mut impostor = rig.script("impostor.py");
    let mut impostor = impostor.stdin(Stdio::piped()).stdout(Stdio::piped()).spawn().unwrap();
    let mut port = String::new();
    BufReader::new(impostor.stdout.take().unwrap()).read_line(&mut port).await.unwrap();
    let endpoint = format!("https://localhost:{}", port.trim());
    at(&rig, &endpoint, &["reached nobody", "certificate"]).await;
}

/// The operating system accepts connections, and nobody else does.
fn silent() -> (TcpListener, String) {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let endpoint = format!("http://{}", listener.local_addr().unwrap());
    (listener, endpoint)
}

#[tokio::test(flavor = "multi_thread")]
async fn who_does_not_answer_is_not_waited_for() {
    let rig = rig().await;
    let (_listener, endpoint) = silent();
    at(&rig, &endpoint, &["there was no answer in time"]).await;
    rig.proxy.set_rule(Arc::new(Silent));
    at(&rig, &rig.proxy.endpoint, &["there was no answer in time"]).await;
}

/// An address to which no connection can be made, as behind a firewall that drops packets, and what
/// keeps it so.
async fn black_hole() -> (impl Sized, SocketAddr) {
    let socket = TcpSocket::new_v4().unwrap();
    socket.bind("127.0.0.1:0".parse().unwrap()).unwrap();
    let listener = socket.listen(1).unwrap();
    let address = listener.local_addr().unwrap();
    let mut waiting = Vec::new();
    // When enough connections wait to be accepted, the system drops the others.
    while let Ok(stream) =
        timeout(Duration::from_millis(300), tokio::net::TcpStream::connect(address)).await
    {
        waiting.push(stream.unwrap());
    }
    ((listener, waiting), address)
}

#[tokio::test(flavor = "multi_thread")]
async fn where_no_connection_comes_about_nobody_is_waited_for() {
    let rig = rig().await;
    let (_hole, address) = black_hole().await;
    at(&rig, &format!("http://{address}"), &["reached nobody", "timeout"]).await;
}

/// Starts an answer to each connection, and breaks off in the middle.
fn breaking_off() -> String {
    fn begin(mut stream: TcpStream) {
        let _ = stream.read(&mut [0; 4096]);
        let head = "HTTP/1.1 200 OK\r\nContent-Type: text/xml\r\nContent-Length: 400\r\n\r\n";
        let _ = write!(stream, "{head}<GetCallerIdentityResponse><GetCallerIdentityResult><Arn>");
    }
    let (listener, endpoint) = silent();
    thread::spawn(move || listener.incoming().flatten().for_each(begin));
    endpoint
}

#[tokio::test(flavor = "multi_thread")]
async fn an_answer_that_breaks_off_is_told_at_once() {
    let rig = rig().await;
    at(&rig, &breaking_off(), &["was not understood", "the answer was cut off"]).await;
}

/// After a throttled answer, returns which versions of an engine can be created.
#[derive(Default)]
struct Versions(AtomicUsize);

impl Rule for Versions {
    fn before(&self, call: &Call) -> Before {
        let Self(asked) = self;
        match call.operation.as_str() {
            "DescribeDBEngineVersions" if asked.fetch_add(1, Relaxed) == 0 => {
                Before::Refuse(Refusal::throttled(call))
            }
            "DescribeDBEngineVersions" => {
                let list = "<DBEngineVersion><EngineVersion>15.8</EngineVersion></DBEngineVersion>";
                let tag = "DescribeDBEngineVersionsRe";
                let list = format!("<DBEngineVersions>{list}</DBEngineVersions>");
                let text = format!("<{tag}sponse><{tag}sult>{list}</{tag}sult></{tag}sponse>");
                Before::Answer(text.into())
            }
            _ => Before::Pass,
        }
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn what_the_stack_file_means_is_left_open_by_emulators_alone() {
    let rig = rig().await;
    let ask = async |rule: Arc<dyn Rule>, emulated| {
        rig.proxy.set_rule(rule);
        let endpoint = Some(rig.proxy.endpoint.clone());
        let region = "ap-northeast-1".to_owned();
        let connection = Connection { region, profile: None, endpoint, local: true, emulated };
        let engine = Some(("postgres".to_owned(), "15".to_owned()));
        let questions = Questions { engine, ..Questions::default() };
        let stack = StackId { project: "shop".into(), environment: "dev".into() };
        let connected = Aws::connect(stack, &connection, &questions).await;
        let Connected { answers, .. } = connected.unwrap();
        answers.map(|answers| answers.engine_versions).map_err(|error| error.nature)
    };
    let refused = |refusal| Arc::new(Refusing { name: "rds:DescribeDBEngineVersions", refusal });
    let unknown = || refused(Refusal::new(400, "InvalidAction", "there is no such action"));
    let forbidden = || refused(denied("rds:DescribeDBEngineVersions", "*"));
    assert_eq!(ask(Arc::new(Versions::default()), false).await, Ok(vec!["15.8".to_owned()]));
    assert_eq!(ask(unknown(), false).await, Err(Nature::Refused));
    assert_eq!(ask(unknown(), true).await, Ok(Vec::new()));
    assert_eq!(ask(forbidden(), false).await, Err(Nature::Denied));
    assert_eq!(ask(forbidden(), true).await, Err(Nature::Denied));
}

#[test]
fn missing_credentials_are_told_at_once_wherever_they_were_looked_for() {
    let terminal = Terminal::with(env!("CARGO_BIN_EXE_nk"), &[("shop.toml", STACK)]);
    let (_listener, silent) = silent();
    let nobody = TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap();
    // Of a machine at AWS, and of one elsewhere.
    for metadata in [silent, format!("http://{nobody}")] {
        let variables = [
            ("AWS_EC2_METADATA_DISABLED", "false"),
            ("AWS_EC2_METADATA_SERVICE_ENDPOINT", &metadata),
        ];
        for line in ["plan --env dev", "apply --env dev --yes"] {
            let said = terminal.session_with(line, &variables);
            let words = [
                "exit code 1\n",
                "error: could not connect to AWS in ",
                "credentials",
                "hint: sign in",
            ];
            for word in words {
                assert!(said.contains(word), "no `{word}` in:\n{said}");
            }
        }
    }
}

#[test]
fn a_region_that_does_not_exist_is_told_at_once() {
    let stack = STACK.replace("ap-northeast-1", "xy-nowhere-1");
    let terminal = Terminal::with(env!("CARGO_BIN_EXE_nk"), &[("shop.toml", &stack)]);
    let variables = [("AWS_ACCESS_KEY_ID", "a"), ("AWS_SECRET_ACCESS_KEY", "b")];
    let said = terminal.session_with("plan --env dev", &variables);
    let words = [
        "exit code 1\n",
        "error: could not connect to AWS in xy-nowhere-1",
        "hint: check the network, the region",
    ];
    for word in words {
        assert!(said.contains(word), "no `{word}` in:\n{said}");
    }
}
