//! The project's own stack file becomes the resources that it describes.

use crate::common::{NEURAKNOT, addresses, expanded, notes, set, source, spec, stack};

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
    alarm.alb-target-5xx
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
    identity-provider.google: will be created when the secret n contains google.client_id and google.client_secreteuraKnot-dev-oauth-credentials -> nk secrets set oauth-credentials google.client_id
    identity-provider.line: will be created when the secret n contains line.client_id and line.client_secreteuraKnot-dev-oauth-credentials -> nk secrets set oauth-credentials line.client_id
    identity-provider.x: will be created when the secret n contains x.client_id and x.client_secreteuraKnot-dev-oauth-credentials -> nk secrets set oauth-credentials x.client_id
    alarm: the alarms notify nobody; they are visible only in the console -> alarms.actions
    service.nextjs-frontend: no route leads to nextjs-frontend:3000, and no service calls it -> services.nextjs-frontend.route
    identity-provider.x: X supports OAuth 2.0 but not OpenID Connect; Cognito accepts the provider, but signing in with it fails -> auth.providers
    "#);
}

#[test]
fn prod_tells_what_waits_and_what_is_probably_not_meant() {
    insta::assert_snapshot!(notes(&expanded(NEURAKNOT, "prod")), @r#"
    identity-provider.google: will be created when the secret n contains google.client_id and google.client_secreteuraKnot-prod-oauth-credentials -> nk secrets set oauth-credentials google.client_id
    identity-provider.line: will be created when the secret n contains line.client_id and line.client_secreteuraKnot-prod-oauth-credentials -> nk secrets set oauth-credentials line.client_id
    identity-provider.x: will be created when the secret n contains x.client_id and x.client_secreteuraKnot-prod-oauth-credentials -> nk secrets set oauth-credentials x.client_id
    alarm: the alarms notify nobody; they are visible only in the console -> alarms.actions
    service.nextjs-frontend: no route leads to nextjs-frontend:3000, and no service calls it -> services.nextjs-frontend.route
    listener.https: HTTPS is required, so no plan is possible without a certificate -> load-balancer.certificate
    identity-provider.x: X supports OAuth 2.0 but not OpenID Connect; Cognito accepts the provider, but signing in with it fails -> auth.providers
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
    alarm.alb-target-5xx neuraKnot-dev-alb-target-5xx-high
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
