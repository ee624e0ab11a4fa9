//! The project's own stack file becomes the resources it describes.

use crate::common::{
    HEAD, NETWORK, NEURAKNOT, addresses, expanded, notes, set, source, spec, stack,
};
use std::fmt::Write as _;

use nk_model::Address;
use nk_stack::{Survey, environments};
use serde_json::json;

#[test]
fn the_file_has_dev_and_prod() {
    assert_eq!(environments(&source(NEURAKNOT)), ["dev", "prod"]);
}

#[test]
fn dev_asks_for_the_whole_topology() {
    insta::assert_snapshot!(addresses(&expanded(NEURAKNOT, "dev")), @r#"
    alarm.alb-5xx
    alarm.alb-response-time
    alarm.backend-go-cpu
    alarm.backend-go-memory
    alarm.db-connections
    alarm.db-cpu
    alarm.nextjs-frontend-cpu
    alarm.nextjs-frontend-memory
    alarm.python-ai-cpu
    alarm.python-ai-memory
    cluster.main
    dashboard.main
    db-instance.main
    db-subnet-group.main
    elastic-ip.nat-1
    elastic-ip.nat-2
    internet-gateway.main
    listener.http
    load-balancer.main
    log-group.backend-go
    log-group.nextjs-frontend
    log-group.python-ai
    nat-gateway.nat-1
    nat-gateway.nat-2
    repository.backend-go
    repository.nextjs-frontend
    repository.python-ai
    role.ecs-task
    role.ecs-task-execution
    role.rds-enhanced-monitoring
    route-table.private-1
    route-table.private-2
    route-table.public
    secret.db-password
    secret.oauth-credentials
    security-group.alb
    security-group.ecs
    security-group.rds
    service.backend-go
    service.nextjs-frontend
    service.python-ai
    subnet.private-1
    subnet.private-2
    subnet.public-1
    subnet.public-2
    target-group.backend-go
    task-definition.backend-go
    task-definition.nextjs-frontend
    task-definition.python-ai
    user-pool-client.main
    user-pool-domain.main
    user-pool.main
    vpc.main
    "#);
}

#[test]
fn prod_has_the_same_addresses_and_https_with_a_certificate() {
    let dev = expanded(NEURAKNOT, "dev");
    let prod = stack(NEURAKNOT, "prod");
    assert!(prod.wants_certificate());
    assert!(prod.check_https(&Survey::default()).is_err());
    let survey = Survey {
        certificate: Some("arn:aws:acm:ap-northeast-1:123456789012:certificate/a".into()),
        credentials: set(&["google", "line", "x"]),
        ..Survey::default()
    };
    assert!(prod.check_https(&survey).is_ok());
    let prod = prod.expand(&survey);
    let more: Vec<_> = prod
        .resources
        .keys()
        .filter(|address| !dev.resources.contains_key(*address))
        .map(Address::to_string)
        .collect();
    let expected = [
        "identity-provider.google",
        "identity-provider.line",
        "identity-provider.x",
        "listener.https",
    ];
    assert_eq!(more, expected);
    assert_eq!(prod.resources.len(), dev.resources.len() + more.len());
    assert_eq!(
        spec(&prod, "listener.http")["default"],
        json!({"redirect": "@{listener.https.arn}"})
    );
    assert_eq!(spec(&prod, "user-pool-client.main")["providers"].as_array().unwrap().len(), 3);
}

#[test]
fn dev_tells_what_waits_and_what_is_probably_not_meant() {
    insta::assert_snapshot!(notes(&expanded(NEURAKNOT, "dev")), @r#"
    identity-provider.google: waits for google.client_id and google.client_secret in the secret neuraKnot-dev-oauth-credentials -> nk secrets set oauth-credentials google.client_id
    identity-provider.line: waits for line.client_id and line.client_secret in the secret neuraKnot-dev-oauth-credentials -> nk secrets set oauth-credentials line.client_id
    identity-provider.x: waits for x.client_id and x.client_secret in the secret neuraKnot-dev-oauth-credentials -> nk secrets set oauth-credentials x.client_id
    alarm: the alarms tell nobody: they are seen only in the console -> alarms.actions
    service.nextjs-frontend: nothing routes to nextjs-frontend:3000, and no service calls it -> services.nextjs-frontend.route
    identity-provider.x: X speaks OAuth 2.0 without OpenID Connect: Cognito takes the provider, but signing in through it ends in an error -> auth.providers
    "#);
}

#[test]
fn prod_tells_what_waits_and_what_is_probably_not_meant() {
    insta::assert_snapshot!(notes(&expanded(NEURAKNOT, "prod")), @r#"
    identity-provider.google: waits for google.client_id and google.client_secret in the secret neuraKnot-prod-oauth-credentials -> nk secrets set oauth-credentials google.client_id
    identity-provider.line: waits for line.client_id and line.client_secret in the secret neuraKnot-prod-oauth-credentials -> nk secrets set oauth-credentials line.client_id
    identity-provider.x: waits for x.client_id and x.client_secret in the secret neuraKnot-prod-oauth-credentials -> nk secrets set oauth-credentials x.client_id
    alarm: the alarms tell nobody: they are seen only in the console -> alarms.actions
    service.nextjs-frontend: nothing routes to nextjs-frontend:3000, and no service calls it -> services.nextjs-frontend.route
    listener.https: HTTPS is required, and no plan can be made before there is a certificate -> load-balancer.certificate
    identity-provider.x: X speaks OAuth 2.0 without OpenID Connect: Cognito takes the provider, but signing in through it ends in an error -> auth.providers
    "#);
}

#[test]
fn names_are_those_of_the_topology() {
    let desired = expanded(NEURAKNOT, "dev");
    let names: Vec<_> = desired
        .resources
        .iter()
        .map(|(address, resource)| {
            let spec = &resource.spec;
            let name = ["name", "family", "prefix"].iter().find_map(|field| spec.get(*field));
            let name = name.or_else(|| spec["tags"].get("Name")).and_then(|name| name.as_str());
            format!("{address} {}\n", name.unwrap_or("-"))
        })
        .collect();
    insta::assert_snapshot!(names.concat(), @r#"
    alarm.alb-5xx neuraKnot-dev-alb-5xx-high
    alarm.alb-response-time neuraKnot-dev-alb-response-time-high
    alarm.backend-go-cpu neuraKnot-dev-backend-go-cpu-high
    alarm.backend-go-memory neuraKnot-dev-backend-go-memory-high
    alarm.db-connections neuraKnot-dev-db-connections-high
    alarm.db-cpu neuraKnot-dev-db-cpu-high
    alarm.nextjs-frontend-cpu neuraKnot-dev-nextjs-frontend-cpu-high
    alarm.nextjs-frontend-memory neuraKnot-dev-nextjs-frontend-memory-high
    alarm.python-ai-cpu neuraKnot-dev-python-ai-cpu-high
    alarm.python-ai-memory neuraKnot-dev-python-ai-memory-high
    cluster.main neuraKnot-dev-cluster
    dashboard.main neuraKnot-dev
    db-instance.main neuraknot-dev-db
    db-subnet-group.main neuraknot-dev-db-subnet-group
    elastic-ip.nat-1 neuraKnot-dev-nat-eip-1
    elastic-ip.nat-2 neuraKnot-dev-nat-eip-2
    internet-gateway.main neuraKnot-dev-igw
    listener.http neuraKnot-dev-http
    load-balancer.main neuraKnot-dev-alb
    log-group.backend-go /ecs/neuraKnot-dev-backend-go
    log-group.nextjs-frontend /ecs/neuraKnot-dev-nextjs-frontend
    log-group.python-ai /ecs/neuraKnot-dev-python-ai
    nat-gateway.nat-1 neuraKnot-dev-nat-1
    nat-gateway.nat-2 neuraKnot-dev-nat-2
    repository.backend-go neuraknot-dev-backend-go
    repository.nextjs-frontend neuraknot-dev-nextjs-frontend
    repository.python-ai neuraknot-dev-python-ai
    role.ecs-task neuraKnot-dev-ecs-task-role
    role.ecs-task-execution neuraKnot-dev-ecs-task-execution-role
    role.rds-enhanced-monitoring neuraKnot-dev-rds-enhanced-monitoring-role
    route-table.private-1 neuraKnot-dev-private-rt-1
    route-table.private-2 neuraKnot-dev-private-rt-2
    route-table.public neuraKnot-dev-public-rt
    secret.db-password neuraKnot-dev-db-password
    secret.oauth-credentials neuraKnot-dev-oauth-credentials
    security-group.alb neuraKnot-dev-alb-sg
    security-group.ecs neuraKnot-dev-ecs-sg
    security-group.rds neuraKnot-dev-rds-sg
    service.backend-go neuraKnot-dev-backend-go
    service.nextjs-frontend neuraKnot-dev-nextjs-frontend
    service.python-ai neuraKnot-dev-python-ai
    subnet.private-1 neuraKnot-dev-private-1
    subnet.private-2 neuraKnot-dev-private-2
    subnet.public-1 neuraKnot-dev-public-1
    subnet.public-2 neuraKnot-dev-public-2
    target-group.backend-go neuraKnot-dev-backend-go-tg
    task-definition.backend-go neuraKnot-dev-backend-go
    task-definition.nextjs-frontend neuraKnot-dev-nextjs-frontend
    task-definition.python-ai neuraKnot-dev-python-ai
    user-pool-client.main neuraKnot-dev-client
    user-pool-domain.main neuraknot-dev-00000000
    user-pool.main neuraKnot-dev-user-pool
    vpc.main neuraKnot-dev-vpc
    "#);
}

#[test]
fn what_differs_between_dev_and_prod() {
    let (dev, prod) = (expanded(NEURAKNOT, "dev"), expanded(NEURAKNOT, "prod"));
    let mut differences = Vec::new();
    for (address, resource) in &dev.resources {
        let text = serde_json::to_string(&resource.spec).unwrap();
        let text = text.replace("neuraKnot-dev", "neuraKnot-prod");
        let text =
            text.replace("neuraknot-dev", "neuraknot-prod").replace(r#":"dev""#, r#":"prod""#);
        let text = text.replace("of neuraKnot-dev", "of neuraKnot-prod");
        let dev = serde_json::from_str(&text).unwrap();
        for change in nk_model::difference(&dev, &prod.resources[address].spec) {
            differences.push(format!("{address} {change}\n"));
        }
    }
    insta::assert_snapshot!(differences.concat(), @r#"
    db-instance.main class  "db.t3.micro" -> "db.t3.medium"
    db-instance.main final-snapshot  false -> true
    db-instance.main protected  false -> true
    load-balancer.main protected  false -> true
    log-group.backend-go retention  30 -> 90
    log-group.nextjs-frontend retention  30 -> 90
    log-group.python-ai retention  30 -> 90
    service.backend-go count  1 -> 2
    service.nextjs-frontend count  1 -> 2
    service.python-ai count  1 -> 2
    target-group.backend-go drain-seconds  30 -> 300
    user-pool.main protected  false -> true
    "#);
}

#[test]
fn the_whole_of_each_spec() {
    let desired = expanded(NEURAKNOT, "dev");
    let mut text = String::new();
    for address in [
        "db-instance.main",
        "nat-gateway.nat-2",
        "role.ecs-task-execution",
        "route-table.private-2",
        "security-group.ecs",
        "security-group.rds",
        "service.backend-go",
        "target-group.backend-go",
        "task-definition.backend-go",
        "user-pool.main",
    ] {
        let resource = &desired.resources[&address.parse::<Address>().unwrap()];
        let mut spec = resource.spec.clone();
        spec.as_object_mut().unwrap().remove("tags");
        let spec = serde_json::to_string_pretty(&spec).unwrap();
        writeln!(text, "{address} {spec}").unwrap();
        let after: Vec<_> = resource.after.iter().map(Address::as_str).collect();
        if !after.is_empty() {
            writeln!(text, "after {}", after.join(", ")).unwrap();
        }
    }
    insta::assert_snapshot!(text, @r#"
    db-instance.main {
      "backup-days": 7,
      "backup-window": "17:00-18:00",
      "class": "db.t3.micro",
      "database": "neuraknot",
      "encrypted": true,
      "engine": "postgres",
      "final-snapshot": false,
      "insights-days": 7,
      "install": null,
      "maintenance-window": "sat:19:00-sat:20:00",
      "monitoring-role": "@{role.rds-enhanced-monitoring.arn}",
      "monitoring-seconds": 60,
      "multi-zone": false,
      "name": "neuraknot-dev-db",
      "parameter-group": "default.postgres15",
      "password": "@{secret.db-password.arn}",
      "port": 5432,
      "protected": false,
      "public": false,
      "security-groups": [
        "@{security-group.rds.id}"
      ],
      "storage": {
        "initial": 20,
        "limit": 100
      },
      "subnet-group": "@{db-subnet-group.main.name}",
      "username": "postgres",
      "version": "15.4"
    }
    after role.rds-enhanced-monitoring
    nat-gateway.nat-2 {
      "address": "@{elastic-ip.nat-2.id}",
      "subnet": "@{subnet.public-2.id}"
    }
    after internet-gateway.main, route-table.public
    role.ecs-task-execution {
      "inline": {
        "secrets": {
          "Statement": [
            {
              "Action": [
                "secretsmanager:GetSecretValue"
              ],
              "Effect": "Allow",
              "Resource": [
                "@{secret.db-password.arn}",
                "@{secret.oauth-credentials.arn}"
              ]
            }
          ],
          "Version": "2012-10-17"
        }
      },
      "managed": [
        "arn:aws:iam::aws:policy/service-role/AmazonECSTaskExecutionRolePolicy"
      ],
      "name": "neuraKnot-dev-ecs-task-execution-role",
      "trust": {
        "Statement": [
          {
            "Action": [
              "sts:AssumeRole"
            ],
            "Effect": "Allow",
            "Principal": {
              "Service": [
                "ecs-tasks.amazonaws.com"
              ]
            }
          }
        ],
        "Version": "2012-10-17"
      }
    }
    route-table.private-2 {
      "routes": [
        {
          "destination": "0.0.0.0/0",
          "target": {
            "nat-gateway": "@{nat-gateway.nat-2.id}"
          }
        }
      ],
      "subnets": [
        "@{subnet.private-2.id}"
      ],
      "vpc": "@{vpc.main.id}"
    }
    security-group.ecs {
      "description": "Services of neuraKnot-dev",
      "egress": [
        {
          "peer": {
            "cidr": "0.0.0.0/0"
          },
          "ports": null,
          "protocol": "all"
        }
      ],
      "ingress": [
        {
          "peer": "itself",
          "ports": "8000",
          "protocol": "tcp"
        },
        {
          "peer": {
            "group": "@{security-group.alb.id}"
          },
          "ports": "8080",
          "protocol": "tcp"
        }
      ],
      "name": "neuraKnot-dev-ecs-sg",
      "vpc": "@{vpc.main.id}"
    }
    security-group.rds {
      "description": "Database of neuraKnot-dev",
      "egress": [
        {
          "peer": {
            "cidr": "0.0.0.0/0"
          },
          "ports": null,
          "protocol": "all"
        }
      ],
      "ingress": [
        {
          "peer": {
            "group": "@{security-group.ecs.id}"
          },
          "ports": "5432",
          "protocol": "tcp"
        }
      ],
      "name": "neuraKnot-dev-rds-sg",
      "vpc": "@{vpc.main.id}"
    }
    service.backend-go {
      "circuit-breaker": true,
      "cluster": "@{cluster.main.name}",
      "count": 1,
      "health-grace-seconds": 60,
      "name": "neuraKnot-dev-backend-go",
      "public": false,
      "security-groups": [
        "@{security-group.ecs.id}"
      ],
      "subnets": [
        "@{subnet.private-1.id}",
        "@{subnet.private-2.id}"
      ],
      "target": {
        "container": "backend-go",
        "group": "@{target-group.backend-go.arn}",
        "port": 8080
      },
      "task-definition": "@{task-definition.backend-go.arn}"
    }
    after route-table.private-1, route-table.private-2, nat-gateway.nat-1, nat-gateway.nat-2, role.ecs-task-execution, role.ecs-task, listener.http
    target-group.backend-go {
      "drain-seconds": 30,
      "health": {
        "healthy": 2,
        "interval-seconds": 30,
        "path": "/health",
        "statuses": "200",
        "timeout-seconds": 5,
        "unhealthy": 3
      },
      "name": "neuraKnot-dev-backend-go-tg",
      "port": 8080,
      "vpc": "@{vpc.main.id}"
    }
    task-definition.backend-go {
      "container": {
        "environment": {
          "DB_HOST": "@{db-instance.main.endpoint}",
          "DB_NAME": "neuraknot",
          "DB_PORT": "5432",
          "DB_USER": "postgres"
        },
        "image": null,
        "log-group": "@{log-group.backend-go.name}",
        "log-region": "ap-northeast-1",
        "name": "backend-go",
        "port": 8080,
        "repository": "@{repository.backend-go.uri}",
        "secrets": {
          "DB_PASSWORD": "@{secret.db-password.arn}:password::"
        }
      },
      "cpu": 256,
      "execution-role": "@{role.ecs-task-execution.arn}",
      "family": "neuraKnot-dev-backend-go",
      "memory": 512,
      "task-role": "@{role.ecs-task.arn}"
    }
    user-pool.main {
      "aliases": [
        "email"
      ],
      "name": "neuraKnot-dev-user-pool",
      "password": {
        "length": 8,
        "require": [
          "digit",
          "lower",
          "symbol",
          "upper"
        ],
        "temporary-days": 7
      },
      "protected": false,
      "tier": "ESSENTIALS",
      "username-attributes": [],
      "verified": [
        "email"
      ]
    }
    "#);
}

#[test]
fn every_spec_is_canonical_and_every_reference_leads_somewhere() {
    for environment in ["dev", "prod"] {
        let desired = stack(NEURAKNOT, environment).expand(&Survey {
            certificate: Some("arn:aws:acm:ap-northeast-1:123456789012:certificate/a".into()),
            credentials: set(&["google", "line", "x"]),
            ..Survey::default()
        });
        for (address, resource) in &desired.resources {
            let kind = nk_kinds::kind(address.kind()).unwrap();
            assert_eq!((kind.canonical)(&resource.spec).unwrap(), resource.spec, "{address}");
            for placeholder in nk_model::placeholders_in(&resource.spec) {
                let of = nk_kinds::kind(placeholder.address.kind()).unwrap();
                assert!(desired.resources.contains_key(&placeholder.address), "{placeholder}");
                assert!(of.outputs.contains(&placeholder.output.as_str()), "{placeholder}");
            }
            for after in &resource.after {
                assert!(desired.resources.contains_key(after), "{address} after {after}");
            }
        }
    }
}

#[test]
fn auth_alone_makes_only_cognito() {
    let auth = "[auth]\nsign-in = [\"email\"]\ncallback-urls = [\"https://example.com/back\"]\n";
    let text = format!("{HEAD}{auth}");
    let desired = expanded(&text, "dev");
    insta::assert_snapshot!(addresses(&desired), @r#"
    user-pool-client.main
    user-pool-domain.main
    user-pool.main
    "#);
    assert_eq!(spec(&desired, "user-pool.main")["username-attributes"], json!(["email"]));
    assert_eq!(spec(&desired, "user-pool.main")["aliases"], json!([]));
    let stack = stack(&text, "dev");
    assert!(stack.may_have("user-pool") && !stack.may_have("vpc"));
    let desired = expanded(&format!("{text}providers = [\"google\"]\n"), "dev");
    assert!(desired.resources.contains_key(&"secret.oauth-credentials".parse().unwrap()));
}

#[test]
fn the_domain_is_marked_with_the_account() {
    let survey = Survey { account: Some("123456789012".into()), ..Survey::default() };
    let desired = stack(NEURAKNOT, "dev").expand(&survey);
    assert_eq!(spec(&desired, "user-pool-domain.main")["prefix"], "neuraknot-dev-2a33349e");
}

#[test]
fn a_version_is_a_floor() {
    let survey = |versions: &[&str]| Survey {
        engine_versions: versions.iter().map(|version| version.parse().unwrap()).collect(),
        ..Survey::default()
    };
    let version = |versions: &[&str]| {
        let desired = stack(NEURAKNOT, "dev").expand(&survey(versions));
        let told = desired.notes.iter().any(|note| note.about == "db-instance.main");
        let spec = spec(&desired, "db-instance.main");
        assert_eq!(spec["version"], "15.4", "the floor is what the stack file says");
        (spec["install"].clone(), told)
    };
    assert_eq!(version(&[]), (json!(null), false));
    assert_eq!(version(&["15.4", "15.10"]), (json!(null), false));
    assert_eq!(version(&["15.17", "15.9", "16.1", "15.3"]), (json!("15.9"), true));
    assert_eq!(version(&["16.1"]), (json!(null), true));
}

#[test]
fn one_or_no_nat_gateway() {
    let gateways = |nat: &str| {
        let text = format!("{HEAD}{NETWORK}nat = \"{nat}\"\n");
        let desired = expanded(&text, "dev");
        let routes = ["private-1", "private-2"].map(|name| {
            let route = &spec(&desired, &format!("route-table.{name}"))["routes"];
            route.pointer("/0/target/nat-gateway").cloned().unwrap_or_default()
        });
        (desired.of_kind("nat-gateway").len(), desired.of_kind("elastic-ip").len(), routes)
    };
    let nat = |number| json!(format!("@{{nat-gateway.nat-{number}.id}}"));
    assert_eq!(gateways("per-zone"), (2, 2, [nat(1), nat(2)]));
    assert_eq!(gateways("single"), (1, 1, [nat(1), nat(1)]));
    assert_eq!(gateways("none"), (0, 0, [json!(null), json!(null)]));
}

#[test]
fn a_route_with_a_path_adds_target_group_rule_and_way_in() {
    let text = NEURAKNOT
        .replace("port = 3000", "port = 3000\nroute = { path = \"/app/*\", name = \"web\" }");
    let desired = expanded(&text, "dev");
    assert_eq!(
        spec(&desired, "listener.http")["rules"],
        json!({"10": {
            "paths": ["/app/*"],
            "hosts": [],
            "action": {"forward": "@{target-group.nextjs-frontend.arn}"},
        }})
    );
    let group = spec(&desired, "target-group.nextjs-frontend");
    assert_eq!(
        (&group["health"]["path"], &group["name"]),
        (&json!("/"), &json!("neuraKnot-dev-web-tg"))
    );
    let ingress = spec(&desired, "security-group.ecs")["ingress"].to_string();
    assert!(ingress.contains("\"3000\""), "{ingress}");
}

#[test]
fn settings_make_a_parameter_group() {
    let text = NEURAKNOT.replace(
        "insights    = true",
        "insights = true\nparameters = { log_min_duration_statement = \"500\" }",
    );
    let desired = expanded(&text, "dev");
    let group = spec(&desired, "db-parameter-group.main");
    assert_eq!(group["family"], "postgres15");
    assert_eq!(
        spec(&desired, "db-instance.main")["parameter-group"],
        "@{db-parameter-group.main.name}"
    );
}

#[test]
fn an_environment_may_refer_and_take_secrets() {
    let text = NEURAKNOT.replace(
        "port = 8000",
        r#"port = 8000
image = "@{repository.python-ai.uri}:v3"
environment = { POOL = "@{user-pool.main.id}", API_TOKEN = "abc" }
secrets = { GOOGLE = "oauth-credentials:google" }"#,
    );
    let desired = expanded(&text, "dev");
    let container = &spec(&desired, "task-definition.python-ai")["container"];
    assert_eq!(container["environment"]["POOL"], "@{user-pool.main.id}");
    assert_eq!(container["secrets"]["GOOGLE"], "@{secret.oauth-credentials.arn}:google::");
    assert_eq!(container["image"], "@{repository.python-ai.uri}:v3");
    assert!(notes(&desired).contains("`API_TOKEN` looks like a secret"));
}

#[test]
fn five_elastic_ips_are_not_enough_for_three_zones_twice() {
    let third = "zones = [\n  { name = \"ap-northeast-1d\", public = \"10.0.3.0/24\", private = \"10.0.30.0/24\" },";
    let text = NEURAKNOT.replace("zones = [", third);
    assert!(notes(&expanded(&text, "dev")).contains("need 6 elastic IP addresses"));
    assert!(!notes(&expanded(NEURAKNOT, "dev")).contains("elastic"));
    let told = |(new, used)| nk_stack::address_note(new, used).is_some();
    assert_eq!([(2, 3), (2, 4), (0, 5)].map(told), [false, true, false]);
}
