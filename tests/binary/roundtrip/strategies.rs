//! Specs of any shape that AWS accepts.

use std::collections::BTreeSet;

use nk_kinds::{
    Cidr, PolicyDocument, Tags,
    cloudwatch::Alarm,
    ec2::{Peer, Ports, Rule, SecurityGroup},
    ecs::{Container, TaskDefinition},
    iam::Role,
};
use nk_model::{Address, Kind, Ref, StackId};
use proptest::{
    collection::{btree_map, btree_set, vec},
    option,
    prelude::*,
    sample::{select, subsequence},
};
use serde_json::{Map, Value as Json, json};

/// The name of the resource with this number in its address.
pub(crate) fn name(number: usize) -> String {
    format!("n{number}")
}

/// The name of a resource.
pub(crate) struct Names {
    pub(crate) number: usize,
    pub(crate) name: String,
    pub(crate) tags: Tags,
}

impl Names {
    pub(crate) fn new<K: Kind>(stack: &StackId, number: usize) -> Self {
        let address = Address::new(K::KIND, &name(number));
        let physical = format!("{}-{}", stack.prefix(), name(number));
        Self { number, tags: Tags::new(stack, &address, &physical), name: physical }
    }
}

/// Any of these words, and any number of them.
pub(super) fn some(words: &'static [&'static str]) -> impl Strategy<Value = BTreeSet<String>> {
    subsequence(words, 0..=words.len())
        .prop_map(|words| words.into_iter().map(str::to_owned).collect())
}

pub(super) fn one(words: &'static [&'static str]) -> impl Strategy<Value = String> {
    select(words).prop_map(str::to_owned)
}

/// Text as people write it: all ASCII characters, and some others.
fn text() -> impl Strategy<Value = String> {
    prop_oneof![
        4 => "[ -~]{1,40}",
        1 => "[ -~あ-ん☃é]{1,20}",
        1 => one(&[" blanks ", "a\"b\\c", "%41+&=", "${x} $$", "<a href='x'>&amp;</a>", "null"]),
    ]
}

/// A policy document with one or several statements, with lists of one or several entries.
fn policy(statement: impl Strategy<Value = Json>) -> impl Strategy<Value = PolicyDocument> {
    (option::of("[a-zA-Z0-9]{1,10}"), vec(statement, 1..4), any::<bool>()).prop_map(
        |(id, mut statements, bare)| {
            for (number, statement) in statements.iter_mut().enumerate() {
                // Unique in its document.
                if let Some(sid) = statement.get_mut("Sid") {
                    *sid = format!("{}{number}", sid.as_str().unwrap_or_default()).into();
                }
            }
            let mut document = Map::new();
            // moto does not support the earlier version.
            document.insert("Version".into(), "2012-10-17".into());
            document.extend(id.map(|id| ("Id".to_owned(), id.into())));
            let single = bare && statements.len() == 1;
            let statement = if single { statements.remove(0) } else { statements.into() };
            document.insert("Statement".into(), statement);
            PolicyDocument::new(&document.into()).expect("a policy document")
        },
    )
}

/// A single text as a text or as a list, several as a list.
fn listed(texts: BTreeSet<String>, bare: bool) -> Json {
    let mut texts: Vec<_> = texts.into_iter().collect();
    if bare && texts.len() == 1 { texts.remove(0).into() } else { texts.into() }
}

fn condition() -> impl Strategy<Value = Json> {
    let values = (btree_set("[a-zA-Z0-9*/-]{1,12}", 1..4), any::<bool>())
        .prop_map(|(values, bare)| listed(values, bare));
    let pick = |operators, keys| (select(operators), select(keys));
    let text = (
        pick(
            &["StringEquals", "StringLike", "ForAnyValue:StringEquals", "StringNotEqualsIfExists"]
                [..],
            &["aws:PrincipalOrgID", "aws:RequestTag/team", "sts:ExternalId"][..],
        ),
        values,
    );
    let truth = (
        pick(&["Bool", "Null"][..], &["aws:SecureTransport", "aws:MultiFactorAuthPresent"][..]),
        prop_oneof![Just(json!("true")), Just(json!(["false"])), Just(json!(true))],
    );
    vec(prop_oneof![text, truth], 0..3).prop_map(|tests| {
        let mut condition = json!({});
        for ((operator, key), value) in tests {
            condition[operator][key] = value;
        }
        condition
    })
}

fn statement(who: Option<BoxedStrategy<Json>>) -> impl Strategy<Value = Json> {
    let words = |words: &'static [&'static str]| {
        (subsequence(words, 1..=words.len()), any::<bool>())
            .prop_map(|(words, bare)| listed(words.into_iter().map(str::to_owned).collect(), bare))
    };
    let trust = who.is_some();
    let actions = if trust {
        words(&["sts:AssumeRole", "sts:TagSession", "sts:SetSourceIdentity"]).boxed()
    } else {
        words(&["s3:GetObject", "s3:*", "ssm:Get*", "kms:Decrypt"]).boxed()
    };
    let resources = words(&[
        "*",
        "arn:aws:s3:::bucket/*",
        "arn:aws:secretsmanager:*:123456789012:secret:a-??????",
        "arn:aws:s3:::other/${aws:username}/*",
    ]);
    let negated = (any::<bool>(), any::<bool>());
    (
        (option::of("[a-zA-Z]{1,8}"), select(&["Allow", "Deny"][..]), negated),
        (actions, resources, condition()),
        who.unwrap_or_else(|| Just(Json::Null).boxed()),
    )
        .prop_map(
            move |((sid, effect, (others, elsewhere)), (actions, resources, condition), who)| {
                let mut fields = json!({"Effect": effect});
                if let Some(sid) = sid {
                    fields["Sid"] = sid.into();
                }
                if condition != json!({}) {
                    fields["Condition"] = condition;
                }
                if trust {
                    fields["Principal"] = who;
                    fields["Action"] = actions;
                } else {
                    fields[if others { "NotAction" } else { "Action" }] = actions;
                    fields[if elsewhere { "NotResource" } else { "Resource" }] = resources;
                }
                fields
            },
        )
}

fn principal() -> impl Strategy<Value = Json> {
    let services = one(&["ecs-tasks.amazonaws.com", "monitoring.rds.amazonaws.com"]);
    let accounts = one(&["123456789012", "arn:aws:iam::210987654321:root", "*"]);
    let forms = |texts: BoxedStrategy<String>| {
        (btree_set(texts, 1..3), any::<bool>()).prop_map(|(texts, bare)| listed(texts, bare))
    };
    prop_oneof![
        forms(services.boxed()).prop_map(|who| json!({"Service": who})),
        forms(accounts.boxed()).prop_map(|who| json!({"AWS": who})),
        Just(json!({"Federated": "cognito-identity.amazonaws.com"})),
        Just(json!({"Service": ["ecs-tasks.amazonaws.com"], "AWS": "123456789012"})),
        Just(json!("*")),
    ]
}

pub(crate) fn role(names: Names) -> impl Strategy<Value = Role> {
    let managed = some(&[
        "arn:aws:iam::aws:policy/service-role/AmazonECSTaskExecutionRolePolicy",
        "arn:aws:iam::aws:policy/service-role/AmazonRDSEnhancedMonitoringRole",
        "arn:aws:iam::aws:policy/ReadOnlyAccess",
    ]);
    let inline = btree_map("[a-zA-Z0-9+=,.@_-]{1,20}", policy(statement(None)), 0..4);
    let trust = policy(statement(Some(principal().boxed())));
    (trust, managed, inline).prop_map(move |(trust, managed, inline)| Role {
        name: names.name.clone(),
        trust,
        managed,
        inline,
        tags: names.tags.clone(),
    })
}

fn rule(number: usize) -> impl Strategy<Value = Rule> {
    let range = (0..=65_535, 0..=65_535).prop_map(|(a, b): (i32, i32)| (a.min(b), a.max(b)));
    let ports = prop_oneof![range, (1..=65_535).prop_map(|port| (port, port))];
    let ports = ports.prop_map(|(from, to)| Some(Ports { from, to }));
    let icmp = prop_oneof![Just((-1, -1)), Just((8, -1)), (0..=18, 0..=15)];
    let icmp = icmp.prop_map(|(from, to)| Some(Ports { from, to }));
    let protocol = prop_oneof![
        4 => (one(&["tcp", "udp"]), ports),
        1 => (one(&["icmp", "icmpv6"]), icmp),
        1 => (one(&["50", "51", "all"]), Just(None)),
    ];
    let four = (any::<[u8; 4]>(), 0..=32)
        .prop_map(|(address, length)| format!("{}/{length}", std::net::Ipv4Addr::from(address)));
    let six = (any::<[u16; 8]>(), 0..=128)
        .prop_map(|(address, length)| format!("{}/{length}", std::net::Ipv6Addr::from(address)));
    let range = prop_oneof![four, six];
    let range = range.prop_map(|text| Peer::Cidr(text.parse::<Cidr>().expect("an address range")));
    // Groups that refer to each other in a circle cannot be created at once.
    let before = (0..number.max(1)).prop_map(move |other| {
        if number == 0 { Peer::Itself } else { Peer::Group(Ref::to(&name(other))) }
    });
    let lists = one(&["pl-61a54008", "pl-12345678"]).prop_map(Peer::PrefixList);
    let peer = prop_oneof![3 => range, 1 => before, 1 => Just(Peer::Itself), 1 => lists];
    (protocol, peer).prop_map(|((protocol, ports), peer)| Rule { protocol, ports, peer })
}

pub(crate) fn security_group(names: Names) -> impl Strategy<Value = SecurityGroup> {
    let rules = || btree_set(rule(names.number), 0..8);
    // Immutable: always the same for one group.
    let description = format!("a._-:/()#,@[]+=&;{{}}!$* {}", names.number);
    (rules(), rules()).prop_map(move |(ingress, egress)| SecurityGroup {
        name: names.name.clone(),
        description: description.clone(),
        vpc: Ref::to(&name(0)),
        ingress,
        egress,
        tags: names.tags.clone(),
        rule_tags: names.tags.clone(),
    })
}

/// CPU units and MiB that Fargate supports together.
fn size() -> impl Strategy<Value = (u32, u32)> {
    select(
        &[
            (256, 512),
            (256, 2048),
            (512, 1024),
            (1024, 8192),
            (2048, 4096),
            (4096, 30_720),
            (8192, 16_384),
            (16_384, 122_880),
        ][..],
    )
}

fn container(number: usize) -> impl Strategy<Value = Container> {
    const SECRET: &str = "arn:aws:secretsmanager:ap-northeast-1:123456789012:secret:s-AbCdEf";
    let from = one(&[
        SECRET,
        "arn:aws:secretsmanager:ap-northeast-1:123456789012:secret:s-AbCdEf:key::",
        "arn:aws:secretsmanager:ap-northeast-1:123456789012:secret:s-AbCdEf:a.b:AWSPREVIOUS:",
        "arn:aws:ssm:ap-northeast-1:123456789012:parameter/a/b",
    ]);
    let image = one(&["nginx", "nginx:1.27", "a.example.com:5000/b/c", "b/c@sha256:0123456789ab"]);
    let value = prop_oneof![5 => text(), 1 => Just(String::new())];
    (
        option::of(image),
        1..=u16::MAX,
        btree_map("E[A-Za-z0-9_]{0,12}", value, 0..8),
        btree_map("S[A-Za-z0-9_]{0,12}", from, 0..5),
    )
        .prop_map(move |(image, port, environment, secrets)| Container {
            name: format!("container-{number}"),
            image,
            repository: Ref::to(&name(0)),
            port,
            environment,
            secrets,
            log_group: Ref::to(&name(0)),
            log_region: "ap-northeast-1".into(),
        })
}

pub(crate) fn task_definition(names: Names) -> impl Strategy<Value = TaskDefinition> {
    (size(), container(names.number)).prop_map(move |((cpu, memory), container)| TaskDefinition {
        family: names.name.clone(),
        cpu,
        memory,
        execution_role: Ref::to(&name(0)),
        task_role: Ref::to(&name(1)),
        container,
        tags: names.tags.clone(),
    })
}

pub(crate) fn alarm(names: Names) -> impl Strategy<Value = Alarm> {
    let namespace = one(&["AWS/ECS", "AWS/ApplicationELB", "My/Own.Space_#-"]);
    let metric = (namespace, "[A-Za-z0-9_]{1,20}");
    let dimensions = btree_map("[A-Za-z0-9]{1,12}", "[A-Za-z0-9/_.-]{1,20}", 0..6);
    let statistic = one(&["Average", "Sum", "Minimum", "Maximum", "SampleCount", "p95", "p99.9"]);
    let comparison = one(&[
        "GreaterThanThreshold",
        "GreaterThanOrEqualToThreshold",
        "LessThanThreshold",
        "LessThanOrEqualToThreshold",
    ]);
    let threshold = prop_oneof![
        (-1000..1000_i32).prop_map(f64::from),
        -1.0..1.0_f64,
        Just(1e12),
        Just(80.5),
        Just(0.0),
    ];
    let missing = one(&["missing", "notBreaching", "breaching", "ignore"]);
    let actions = some(&[
        "arn:aws:sns:ap-northeast-1:123456789012:a",
        "arn:aws:sns:ap-northeast-1:123456789012:b",
    ]);
    let period = select(&[10, 20, 30, 60, 300, 3600][..]);
    let description = prop_oneof![5 => text(), 1 => Just(String::new())];
    let what = (description, metric, dimensions, statistic);
    (what, (period, 1..=5), (comparison, threshold, missing), actions).prop_map(
        move |((description, metric, dimensions, statistic), (period, periods), when, actions)| {
            let (comparison, threshold, missing_data) = when;
            Alarm {
                name: names.name.clone(),
                description,
                namespace: metric.0,
                metric: metric.1,
                dimensions,
                statistic,
                period_seconds: period,
                periods,
                comparison,
                threshold,
                missing_data,
                actions,
                tags: names.tags.clone(),
            }
        },
    )
}
