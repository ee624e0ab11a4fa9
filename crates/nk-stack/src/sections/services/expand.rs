//! The resources of `[services]`: security group, roles and cluster, and for each service its
//! repository, log group, task definition and service.

use std::collections::{BTreeMap, BTreeSet};

use nk_kinds::{
    Document, PolicyDocument,
    ec2::{Peer, Rule},
    ecr::Repository,
    ecs::{Cluster, Container, Service as Spec, ServiceTarget, TaskDefinition},
    elb::Listener,
    iam::Role,
    logs::LogGroup,
    secretsmanager::Secret,
};
use nk_model::{Address, Kind, Ref};
use serde_json::json;

use super::service::Service;
use crate::{
    Stack,
    decode::At,
    expansion::Expansion,
    measure::{Chart, Metric, Watch},
    sections::database::Database,
};

/// How long a new task may fail the health checks of the load balancer: the time of a slow start.
const GRACE_SECONDS: i32 = 60;
/// The role that pulls images, writes logs and reads secrets for tasks before they run.
const EXECUTION: &str = "ecs-task-execution";
/// The role of tasks while they run.
const TASK: &str = "ecs-task";
/// What an application needs to manage its users.
const USER_OPERATIONS: [&str; 17] = [
    "cognito-idp:AdminAddUserToGroup",
    "cognito-idp:AdminConfirmSignUp",
    "cognito-idp:AdminCreateUser",
    "cognito-idp:AdminDeleteUser",
    "cognito-idp:AdminDisableUser",
    "cognito-idp:AdminEnableUser",
    "cognito-idp:AdminGetUser",
    "cognito-idp:AdminInitiateAuth",
    "cognito-idp:AdminListGroupsForUser",
    "cognito-idp:AdminRemoveUserFromGroup",
    "cognito-idp:AdminResetUserPassword",
    "cognito-idp:AdminRespondToAuthChallenge",
    "cognito-idp:AdminSetUserPassword",
    "cognito-idp:AdminUpdateUserAttributes",
    "cognito-idp:AdminUserGlobalSignOut",
    "cognito-idp:DescribeUserPool",
    "cognito-idp:ListUsers",
];

pub(super) fn services(expansion: &mut Expansion<'_>, services: &[Service]) {
    expansion.security_group(
        "ecs",
        "Services",
        rules(services, expansion.stack.has("load-balancer")),
    );
    roles(expansion);
    let (name, tags) = expansion.identify::<Cluster>("main");
    let container_insights = "enabled".to_owned();
    expansion.add("main", &Cluster { name, container_insights, tags });
    for service in services {
        repository(expansion, service);
        log_group(expansion, service);
        task_definition(expansion, service);
        self::service(expansion, service);
    }
    measure(expansion, services);
}

/// From the load balancer to the services with a route, and from services to those that they call.
fn rules(services: &[Service], has_balancer: bool) -> BTreeSet<Rule> {
    let routed = services
        .iter()
        .filter(|service| service.route.is_some() && has_balancer)
        .map(|service| Rule::tcp(service.port, Peer::Group(Ref::to("alb"))));
    let called = services
        .iter()
        .flat_map(|caller| &caller.calls)
        .filter_map(|call| services.iter().find(|service| service.name == call.value))
        .map(|callee| Rule::tcp(callee.port, Peer::Itself));
    routed.chain(called).collect()
}

fn roles(expansion: &mut Expansion<'_>) {
    const SERVICE: &str = "ecs-tasks.amazonaws.com";
    let secrets = expansion.desired.resources.keys().filter(|one| one.kind() == Secret::KIND);
    let secrets: Vec<_> = secrets.map(|secret| format!("@{{{secret}.arn}}")).collect();
    let own = (!secrets.is_empty())
        .then(|| ("secrets", PolicyDocument::allow(["secretsmanager:GetSecretValue"], &secrets)));
    expansion.role(EXECUTION, SERVICE, Some("AmazonECSTaskExecutionRolePolicy"), own);
    let pool = ["@{user-pool.main.arn}".to_owned()];
    let own = || ("cognito", PolicyDocument::allow(USER_OPERATIONS, &pool));
    let own = expansion.stack.has("auth").then(own);
    expansion.role(TASK, SERVICE, None, own);
}

fn repository(expansion: &mut Expansion<'_>, service: &Service) {
    let (name, tags) = expansion.identify::<Repository>(&service.name);
    let lifecycle = lifecycle();
    let repository = Repository { name, scan_on_push: true, mutable_tags: true, lifecycle, tags };
    expansion.add(&service.name, &repository);
}

fn log_group(expansion: &mut Expansion<'_>, service: &Service) {
    let (name, tags) = expansion.identify::<LogGroup>(&service.name);
    let retention = Some(expansion.stack.log_days());
    expansion.add(&service.name, &LogGroup { name, retention, protected: None, tags });
}

fn task_definition(expansion: &mut Expansion<'_>, service: &Service) {
    let (family, tags) = expansion.identify::<TaskDefinition>(&service.name);
    let (environment, secrets) = environment(expansion.stack, service);
    let definition = TaskDefinition {
        family,
        cpu: service.cpu,
        memory: service.memory,
        execution_role: Ref::to(EXECUTION),
        task_role: Ref::to(TASK),
        container: Container {
            name: service.name.clone(),
            image: service.image.as_ref().map(|image| image.value.clone()),
            repository: Ref::to(&service.name),
            port: service.port,
            environment,
            secrets,
            log_group: Ref::to(&service.name),
            log_region: expansion.stack.region.clone(),
        },
        extra: BTreeSet::new(),
        tags,
    };
    expansion.add(&service.name, &definition);
}

/// The environment of the container: plain values, and values from secrets.
fn environment(
    stack: &Stack,
    service: &Service,
) -> (BTreeMap<String, String>, BTreeMap<String, String>) {
    let pair = |(name, value): &(At<String>, At<String>)| (name.value.clone(), value.value.clone());
    let mut clear: BTreeMap<_, _> = service.environment.iter().map(pair).collect();
    let from = |(name, value)| {
        let value: String = value;
        let (secret, key) = value.split_once(':').unwrap_or((&value, ""));
        (name, source(secret, key))
    };
    let mut secrets: BTreeMap<_, _> = service.secrets.iter().map(pair).map(from).collect();
    let database = stack.section::<Database>();
    if let Some(database) = database.filter(|_| service.database.value) {
        let values = [
            ("DB_HOST", "@{db-instance.main.endpoint}".to_owned()),
            ("DB_PORT", database.port.to_string()),
            ("DB_NAME", database.name.clone()),
            ("DB_USER", database.username.clone()),
        ];
        clear.extend(values.map(|(name, value)| (name.to_owned(), value)));
        secrets.insert("DB_PASSWORD".to_owned(), source("db-password", "password"));
    }
    (clear, secrets)
}

fn service(expansion: &mut Expansion<'_>, service: &Service) {
    let (name, tags) = expansion.identify::<Spec>(&service.name);
    let routed = service.route.is_some() && expansion.stack.has("load-balancer");
    let spec = Spec {
        name,
        cluster: Ref::to("main"),
        task_definition: Ref::to(&service.name),
        count: service.count,
        subnets: expansion.stack.subnets("private"),
        security_groups: BTreeSet::from([Ref::to("ecs")]),
        public: false,
        targets: BTreeSet::from_iter(routed.then(|| ServiceTarget {
            group: Ref::to(&service.name),
            container: service.name.clone(),
            port: service.port,
        })),
        health_grace_seconds: if routed { GRACE_SECONDS } else { 0 },
        circuit_breaker: true,
        // Old tasks stop only when the new ones are healthy.
        minimum_percent: 100,
        maximum_percent: 200,
        capacity: BTreeSet::new(),
        tagged_tasks: true,
        managed_tags: true,
        failed: String::new(),
        tags,
    };
    // Tasks pull their image and read their secrets through these; ECS accepts a target group only
    // when a listener uses it.
    let mut after = expansion.stack.ways_out();
    after.extend([EXECUTION, TASK].map(|name| Address::new(Role::KIND, name)));
    if routed {
        let listeners = ["http", "https"].map(|name| Address::new(Listener::KIND, name));
        let wanted = |address: &Address| expansion.desired.resources.contains_key(address);
        after.extend(listeners.into_iter().filter(wanted));
    }
    expansion.add(&service.name, &spec).after = after;
}

fn measure(expansion: &mut Expansion<'_>, services: &[Service]) {
    let limits = expansion.stack.thresholds();
    let cluster = expansion.called::<Cluster>("main");
    let charts = [
        ("Services: CPU (%)", "cpu", "CPUUtilization", limits.cpu),
        ("Services: memory (%)", "memory", "MemoryUtilization", limits.memory),
    ]
    .map(|(title, what, name, threshold)| {
        let metric = |service: &Service| {
            let called = expansion.called::<Spec>(&service.name);
            let of = [("ClusterName", cluster.as_str()), ("ServiceName", &called)];
            Metric::new("AWS/ECS", name, &of)
        };
        let metrics: Vec<_> = services.iter().map(metric).collect();
        expansion.watches.extend(services.iter().zip(&metrics).map(|(service, metric)| {
            let about = format!("{} uses too much {what}", service.name);
            let name = format!("{}-{what}", service.name);
            Watch::average(&name, &about, metric.clone(), threshold)
        }));
        Chart { title, statistic: "Average", metrics }
    });
    expansion.charts.push(charts);
}

/// Where ECS reads a secret, or one of its keys.
fn source(secret: &str, key: &str) -> String {
    if key.is_empty() {
        format!("@{{secret.{secret}.arn}}")
    } else {
        format!("@{{secret.{secret}.arn}}:{key}::")
    }
}

/// The newest ten tagged images are kept, and untagged ones for a day.
fn lifecycle() -> Document {
    Document::new(json!({"rules": [
        {
            "rulePriority": 1,
            "description": "Keep the newest ten tagged images",
            "selection": {
                "tagStatus": "tagged",
                "tagPatternList": ["*"],
                "countType": "imageCountMoreThan",
                "countNumber": 10,
            },
            "action": {"type": "expire"},
        },
        {
            "rulePriority": 2,
            "description": "Expire untagged images after a day",
            "selection": {
                "tagStatus": "untagged",
                "countType": "sinceImagePushed",
                "countUnit": "days",
                "countNumber": 1,
            },
            "action": {"type": "expire"},
        },
    ]}))
}
