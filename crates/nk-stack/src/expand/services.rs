//! `[services]`: cluster, and of each service its repository, log group, task definition, service.

use std::collections::{BTreeMap, BTreeSet};

use nk_kinds::{
    Document,
    ecr::Repository,
    ecs::{Cluster, Container, Service, ServiceTarget, TaskDefinition},
    elb::Listener,
    iam::Role,
    logs::LogGroup,
};
use nk_model::{Address, Kind, Ref};
use serde_json::json;

use super::Expansion;
use crate::section::ServiceSection;

/// How long a new task may fail the load balancer's health checks: the time of a slow start.
const GRACE_SECONDS: i32 = 60;

impl Expansion<'_> {
    pub(super) fn services(&mut self) {
        let stack = self.stack;
        if stack.services.is_empty() {
            return;
        }
        let physical = Cluster::called(&stack.id);
        let cluster = Cluster {
            container_insights: "enabled".to_owned(),
            tags: self.tags::<Cluster>("main", &physical),
            name: physical,
        };
        self.desired.add("main", &cluster);
        for service in &stack.services {
            self.repository(service);
            self.log_group(service);
            self.task_definition(service);
            self.service(service);
        }
    }

    fn repository(&mut self, service: &ServiceSection) {
        let physical = self.lower_name(&service.name);
        let repository = Repository {
            scan_on_push: true,
            mutable_tags: true,
            lifecycle: lifecycle(),
            tags: self.tags::<Repository>(&service.name, &physical),
            name: physical,
        };
        self.desired.add(&service.name, &repository);
    }

    fn log_group(&mut self, service: &ServiceSection) {
        let physical = format!("/ecs/{}", self.name(&service.name));
        let group = LogGroup {
            protected: None,
            retention: Some(self.stack.log_days),
            tags: self.tags::<LogGroup>(&service.name, &physical),
            name: physical,
        };
        self.desired.add(&service.name, &group);
    }

    fn task_definition(&mut self, service: &ServiceSection) {
        let family = self.name(&service.name);
        let (environment, secrets) = self.environment(service);
        let definition = TaskDefinition {
            cpu: service.cpu,
            memory: service.memory,
            execution_role: Ref::to("ecs-task-execution"),
            task_role: Ref::to("ecs-task"),
            container: Container {
                name: service.name.clone(),
                image: service.image.as_ref().map(|image| image.value.clone()),
                repository: Ref::to(&service.name),
                port: service.port,
                environment,
                secrets,
                log_group: Ref::to(&service.name),
                log_region: self.stack.region.clone(),
            },
            extra: BTreeSet::new(),
            tags: self.tags::<TaskDefinition>(&service.name, &family),
            family,
        };
        self.desired.add(&service.name, &definition);
    }

    /// The container's environment in clear, and from secrets.
    fn environment(
        &self,
        service: &ServiceSection,
    ) -> (BTreeMap<String, String>, BTreeMap<String, String>) {
        let pair = |(name, value): &(crate::At<String>, crate::At<String>)| {
            (name.value.clone(), value.value.clone())
        };
        let mut clear: BTreeMap<_, _> = service.environment.iter().map(pair).collect();
        let from = |(name, value)| {
            let value: String = value;
            let (secret, key) = value.split_once(':').unwrap_or((&value, ""));
            (name, source(secret, key))
        };
        let mut secrets: BTreeMap<_, _> = service.secrets.iter().map(pair).map(from).collect();
        if let Some(database) = self.stack.database.as_ref().filter(|_| service.database.value) {
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

    fn service(&mut self, service: &ServiceSection) {
        let physical = self.name(&service.name);
        let routed = service.route.is_some() && self.stack.load_balancer.is_some();
        let spec = Service {
            cluster: Ref::to("main"),
            task_definition: Ref::to(&service.name),
            count: service.count,
            subnets: self.private_subnets(),
            security_groups: BTreeSet::from([Ref::to("ecs")]),
            public: false,
            targets: BTreeSet::from_iter(routed.then(|| ServiceTarget {
                group: Ref::to(&service.name),
                container: service.name.clone(),
                port: service.port,
            })),
            health_grace_seconds: if routed { GRACE_SECONDS } else { 0 },
            circuit_breaker: true,
            // Old tasks go only once the new ones are healthy.
            minimum_percent: 100,
            maximum_percent: 200,
            capacity: BTreeSet::new(),
            tagged_tasks: true,
            managed_tags: true,
            failed: String::new(),
            tags: self.tags::<Service>(&service.name, &physical),
            name: physical,
        };
        // Tasks pull their image and read their secrets through these; ECS takes a target group
        // only once a listener has it.
        let mut after = self.ways_out();
        after.extend(["ecs-task-execution", "ecs-task"].map(|name| Address::new(Role::KIND, name)));
        if routed {
            let listeners = ["http", "https"].map(|name| Address::new(Listener::KIND, name));
            let wanted = |address: &Address| self.desired.resources.contains_key(address);
            after.extend(listeners.into_iter().filter(wanted));
        }
        self.desired.add(&service.name, &spec).after = after;
    }
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
