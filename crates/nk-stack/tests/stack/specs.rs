//! Every field of the specs of one resource of each form in the topology.

use std::fmt::Write as _;

use crate::common::{NEURAKNOT, expanded};
use nk_model::Address;

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
        spec.as_object_mut().unwrap().retain(|field, _| !["tags", "rule-tags"].contains(&&**field));
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
      "insights-mode": "standard",
      "install": null,
      "maintenance-window": "sat:19:00-sat:20:00",
      "minor-upgrades": true,
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
      "storage-type": "gp3",
      "subnet-group": "@{db-subnet-group.main.name}",
      "tagged-snapshots": true,
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
      "managed-tags": true,
      "maximum-percent": 200,
      "minimum-percent": 100,
      "name": "neuraKnot-dev-backend-go",
      "public": false,
      "security-groups": [
        "@{security-group.ecs.id}"
      ],
      "subnets": [
        "@{subnet.private-1.id}",
        "@{subnet.private-2.id}"
      ],
      "tagged-tasks": true,
      "targets": [
        {
          "container": "backend-go",
          "group": "@{target-group.backend-go.arn}",
          "port": 8080
        }
      ],
      "task-definition": "@{task-definition.backend-go.arn}"
    }
    after route-table.private-1, route-table.private-2, nat-gateway.nat-1, nat-gateway.nat-2, role.ecs-task-execution, role.ecs-task, listener.http
    target-group.backend-go {
      "drain-seconds": 30,
      "health": {
        "healthy": 2,
        "interval-seconds": 30,
        "path": "/health",
        "port": "traffic-port",
        "protocol": "HTTP",
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
      "case-sensitive": false,
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
      "recovery": [
        "verified_email"
      ],
      "tier": "ESSENTIALS",
      "username-attributes": [],
      "verified": [
        "email"
      ]
    }
    "#);
}
