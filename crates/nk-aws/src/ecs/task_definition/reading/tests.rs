//! A registered definition reads back equal; anything else does not.

use std::collections::BTreeMap;

use aws_sdk_ecs::types::{
    Compatibility, CpuArchitecture, HealthCheck, KeyValuePair, LogConfiguration, LogDriver,
    NetworkMode, OsFamily, PortMapping, RuntimePlatform, TaskDefinition as Definition,
    TransportProtocol, Volume,
};
use nk_kinds::Tags;
use nk_model::StackId;

use super::{super::request, *};

fn wanted() -> TaskDefinition {
    let pairs = |pairs: &[(&str, &str)]| -> BTreeMap<_, _> {
        pairs.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned())).collect()
    };
    let stack = StackId { project: "neuraKnot".into(), environment: "dev".into() };
    let address = Address::new("task-definition", "backend-go");
    TaskDefinition {
        family: "neuraKnot-dev-backend-go".into(),
        cpu: 256,
        memory: 512,
        execution_role: Ref::known("arn:execution"),
        task_role: Ref::known("arn:task"),
        container: Container {
            name: "backend-go".into(),
            image: Some("registry:5000/backend-go:v3".into()),
            repository: Ref::known("registry:5000/backend-go"),
            port: 8080,
            environment: pairs(&[("DB_HOST", "host"), ("DB_PORT", "5432"), ("EMPTY", "")]),
            secrets: pairs(&[("DB_PASSWORD", "arn:secret:password::")]),
            log_group: Ref::known("/ecs/neuraKnot-dev-backend-go"),
            log_region: "ap-northeast-1".into(),
        },
        tags: Tags::new(&stack, &address, "neuraKnot-dev-backend-go"),
    }
}

fn registered(spec: &TaskDefinition) -> ContainerDefinition {
    request::container(&spec.container, spec.container.image.as_deref().unwrap())
}

/// ECS's answer after a definition with this container was registered.
fn definition(spec: &TaskDefinition, containers: Vec<ContainerDefinition>) -> Definition {
    Definition::builder()
        .task_definition_arn("arn:definition:1")
        .family(&spec.family)
        .revision(1)
        .cpu(spec.cpu.to_string())
        .memory(spec.memory.to_string())
        .network_mode(NetworkMode::Awsvpc)
        .requires_compatibilities(Compatibility::Fargate)
        .compatibilities(Compatibility::Ec2)
        .compatibilities(Compatibility::Fargate)
        .execution_role_arn(spec.execution_role.as_str())
        .task_role_arn(spec.task_role.as_str())
        .set_container_definitions(Some(containers))
        .set_volumes(Some(Vec::new()))
        .set_placement_constraints(Some(Vec::new()))
        .build()
}

/// The same container with everything that ECS fills in.
fn filled(mut container: ContainerDefinition) -> ContainerDefinition {
    for port in container.port_mappings.iter_mut().flatten() {
        port.host_port = port.container_port;
    }
    container.environment.get_or_insert_default().reverse();
    container.mount_points = Some(Vec::new());
    container.volumes_from = Some(Vec::new());
    container.system_controls = Some(Vec::new());
    container
}

fn read_live(latest: Definition) -> LiveDefinition {
    let revision = Revision { definition: latest, tags: wanted().tags };
    live(Address::new("task-definition", "backend-go"), revision, Some("backend-go"))
}

fn read(latest: Definition) -> TaskDefinition {
    let live = read_live(latest);
    assert!(live.beyond.is_empty(), "{:?}", live.beyond);
    live.spec
}

fn extras(latest: Definition) -> String {
    read_live(latest).beyond.remove("extra").unwrap_or_default()
}

#[test]
fn a_registered_definition_reads_back_equal() {
    let wanted = wanted();
    let plain = definition(&wanted, vec![registered(&wanted)]);
    assert_eq!(read(plain), wanted);
    let platform = RuntimePlatform::builder()
        .cpu_architecture(CpuArchitecture::X8664)
        .operating_system_family(OsFamily::Linux)
        .build();
    let mut filled = definition(&wanted, vec![filled(registered(&wanted))]);
    filled.runtime_platform = Some(platform);
    filled.cpu = Some(".25 vCPU".into());
    filled.memory = Some("0.5 GB".into());
    assert_eq!(read(filled), wanted);
}

#[test]
fn without_environment_and_secrets_it_reads_back_equal_as_well() {
    let mut wanted = wanted();
    wanted.container.environment.clear();
    wanted.container.secrets.clear();
    let mut none = registered(&wanted);
    (none.environment, none.secrets) = (None, None);
    assert_eq!(read(definition(&wanted, vec![none])), wanted);
}

#[test]
fn what_a_spec_cannot_say_is_a_difference() {
    let wanted = wanted();
    let main = || registered(&wanted);
    let other = ContainerDefinition::builder().name("sidecar").image("x").build();
    assert_eq!(extras(definition(&wanted, vec![other, main()])), "container sidecar");

    let check = HealthCheck::builder().command("true").build().unwrap();
    let udp = PortMapping::builder().container_port(53).protocol(TransportProtocol::Udp).build();
    let log = LogConfiguration::builder().log_driver(LogDriver::Splunk).options("url", "x");
    let mut busy = main();
    busy.health_check = Some(check);
    busy.memory = Some(128);
    busy.command = Some(vec!["serve".into()]);
    busy.log_configuration = Some(log.build().unwrap());
    busy.port_mappings.get_or_insert_default().insert(0, udp);
    let found = read_live(definition(&wanted, vec![busy]));
    let expected = [
        "command",
        "container memory",
        "health check",
        "log driver splunk",
        "log option awslogs-stream-prefix",
        "log option url",
        "port 53/udp",
    ];
    assert_eq!(found.beyond["extra"], expected.join(", "));
    assert_eq!(found.spec.container.port, 8080);

    let arm = RuntimePlatform::builder().cpu_architecture(CpuArchitecture::Arm64).build();
    let mut task = definition(&wanted, vec![main()]);
    task.runtime_platform = Some(arm);
    task.network_mode = Some(NetworkMode::Bridge);
    task.volumes = Some(vec![Volume::builder().name("data").build()]);
    assert_eq!(extras(task), "network mode bridge, platform LINUX ARM64, volume data");
}

#[test]
fn values_that_differ_are_told_apart() {
    let wanted = wanted();
    let mut changed = registered(&wanted);
    changed.image = Some("registry:5000/backend-go:v4".into());
    let pair = KeyValuePair::builder().name("DB_HOST").value("elsewhere").build();
    changed.environment = Some(vec![pair]);
    let live = read(definition(&wanted, vec![changed]));
    assert_eq!(live.container.image.as_deref(), Some("registry:5000/backend-go:v4"));
    assert_eq!(
        live.container.environment,
        BTreeMap::from([("DB_HOST".into(), "elsewhere".into())])
    );
}

#[test]
fn the_repository_is_the_images() {
    assert_eq!(repository("registry:5000/backend-go:v3"), "registry:5000/backend-go");
    assert_eq!(repository("registry:5000/app"), "registry:5000/app");
    assert_eq!(repository("registry/app:v1@sha256:00"), "registry/app");
}

#[test]
fn units_have_two_spellings() {
    for (text, unit, units_in) in [
        ("256", "vCPU", Some(256)),
        (".25 vCPU", "vCPU", Some(256)),
        ("1vcpu", "vCPU", Some(1024)),
        ("0.5 GB", "GB", Some(512)),
        ("2 GB", "GB", Some(2048)),
        ("2 TB", "GB", None),
        ("4194304 GB", "GB", None),
        ("", "GB", None),
    ] {
        assert_eq!(units(text, unit), units_in, "{text}");
    }
}

#[test]
fn without_a_wanted_name_the_first_container_is_the_main_one() {
    let container = |name: Option<&str>| {
        ContainerDefinition::builder().set_name(name.map(str::to_owned)).build()
    };
    let containers = [container(Some("first")), container(None)];
    assert_eq!(main_container(&containers, None), containers.first());
    assert_eq!(main_container(&containers, Some("another")), containers.first());
}
