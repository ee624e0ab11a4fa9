//! The keys, and what follows from each.

/// A change of the stack file, and the lines it makes in a plan.
pub(super) struct Case {
    pub(super) from: &'static str,
    pub(super) to: &'static str,
    pub(super) lines: &'static [&'static str],
}

const fn case(from: &'static str, to: &'static str, lines: &'static [&'static str]) -> Case {
    Case { from, to, lines }
}

/// Where keys that the file does not have can be put: in their sections.
pub(super) const DATABASE: &str = "insights    = true";
const AUTH: &str = "providers = [\"";
const BALANCER: &str = "https = \"optional\"";
const FRONTEND: &str = "port = 3000";
const LOGS: &str = "[logs]\nkeep = \"30d\"";

/// Changes that do not get into each other's way are made together.
pub(super) static ROUNDS: [&[Case]; 10] = [
    &[
        case(
            "\"per-zone\"",
            "\"single\"",
            &["- elastic-ip.nat-2", "- nat-gateway.nat-2", "~ route-table.private-2 routes"],
        ),
        case("db.t3.micro", "db.t3.small", &["~ db-instance.main class"]),
        case("length = 8", "length = 12", &["~ user-pool.main password.length"]),
        case(
            "access = \"1h\"",
            "access = \"2h\"",
            &["~ user-pool-client.main tokens.access-seconds"],
        ),
        case(
            "cpu = 512\n",
            "cpu = 256\n",
            &["~ task-definition.python-ai cpu", "~ service.python-ai task-definition"],
        ),
        case(
            BALANCER,
            "drain = \"60s\"\nhttps = \"optional\"",
            &["~ target-group.backend-go drain-seconds"],
        ),
        case(FRONTEND, "port = 3000\ncount = 2", &["~ service.nextjs-frontend count"]),
        case(
            LOGS,
            "[alarms]\ncpu = 70\nerrors = 5\n\n[logs]\nkeep = \"60d\"",
            &[
                "~ log-group.backend-go retention",
                "~ log-group.nextjs-frontend retention",
                "~ log-group.python-ai retention",
                "~ alarm.alb-5xx threshold",
                "~ alarm.alb-target-5xx threshold",
                "~ alarm.backend-go-cpu threshold",
                "~ alarm.db-cpu threshold",
                "~ alarm.nextjs-frontend-cpu threshold",
                "~ alarm.python-ai-cpu threshold",
            ],
        ),
    ],
    &[
        case(
            "10.0.20.0/24",
            "10.0.21.0/24",
            &[
                "-/+ subnet.private-2 cidr",
                "~ db-subnet-group.main subnets",
                "~ route-table.private-2 subnets",
                "~ service.backend-go subnets",
                "~ service.nextjs-frontend subnets",
                "~ service.python-ai subnets",
            ],
        ),
        case("\"100GB\"", "\"200GB\"", &["~ db-instance.main storage.limit"]),
        case("\"20GB\"", "\"30GB\"", &["~ db-instance.main storage.initial"]),
        case("keep = \"7d\"", "keep = \"3d\"", &["~ db-instance.main backup-days"]),
        case(", \"symbol\"]", "]", &["~ user-pool.main password.require"]),
        case("id = \"1h\"", "id = \"2h\"", &["~ user-pool-client.main tokens.id-seconds"]),
        case(
            FRONTEND,
            "port = 3000\nenvironment = { MODE = \"plain\" }",
            &[
                "~ task-definition.nextjs-frontend container.environment.MODE",
                "~ service.nextjs-frontend task-definition",
            ],
        ),
        case("\"/health\"", "\"/healthz\"", &["~ target-group.backend-go health.path"]),
        case(AUTH, "scopes = [\"openid\"]\nproviders = [\"", &["~ user-pool-client.main scopes"]),
        case(
            LOGS,
            "[alarms]\nmemory = 60\nresponse-time = \"2s\"\nconnections = 40\n\n[logs]",
            &[
                "~ alarm.alb-response-time threshold",
                "~ alarm.backend-go-memory threshold",
                "~ alarm.db-connections threshold",
                "~ alarm.nextjs-frontend-memory threshold",
                "~ alarm.python-ai-memory threshold",
            ],
        ),
    ],
    &[
        case(
            "10.0.2.0/24",
            "10.0.3.0/24",
            &[
                "-/+ nat-gateway.nat-2 subnet",
                "-/+ subnet.public-2 cidr",
                "~ load-balancer.main subnets",
                "~ route-table.private-2 routes",
                "~ route-table.public subnets",
            ],
        ),
        case("02:00-03:00 JST", "01:00-02:00 JST", &["~ db-instance.main backup-window"]),
        case(DATABASE, "insights    = false", &["~ db-instance.main insights-days"]),
        case(
            "temporary = \"7d\"",
            "temporary = \"3d\"",
            &["~ user-pool.main password.temporary-days"],
        ),
        case("\"30d\" }", "\"10d\" }", &["~ user-pool-client.main tokens.refresh-seconds"]),
        case(
            "memory = 1024",
            "memory = 2048",
            &["~ task-definition.python-ai memory", "~ service.python-ai task-definition"],
        ),
        case(
            FRONTEND,
            "port = 3000\nsecrets = { OAUTH = \"oauth-credentials\" }",
            &[
                "~ task-definition.nextjs-frontend container.secrets.OAUTH",
                "~ service.nextjs-frontend task-definition",
            ],
        ),
        case("calls = [\"python-ai\"]", "calls = []", &["~ security-group.ecs ingress"]),
        case(AUTH, "tier = \"plus\"\nproviders = [\"", &["~ user-pool.main tier"]),
    ],
    &[
        case(
            "\"10.0.20.0/24\" },",
            "\"10.0.20.0/24\" },\n  { name = \"ap-northeast-1d\", public = \"10.0.4.0/24\", \
                 private = \"10.0.40.0/24\" },",
            &[
                "+ elastic-ip.nat-3",
                "+ nat-gateway.nat-3",
                "+ route-table.private-3",
                "+ subnet.private-3",
                "+ subnet.public-3",
                "~ db-subnet-group.main subnets",
                "~ load-balancer.main subnets",
                "~ route-table.public subnets",
                "~ service.backend-go subnets",
                "~ service.nextjs-frontend subnets",
                "~ service.python-ai subnets",
            ],
        ),
        case("Sun 04:00-05:00", "Mon 04:00-05:00", &["~ db-instance.main maintenance-window"]),
        case("\"60s\"", "\"30s\"", &["~ db-instance.main monitoring-seconds"]),
        case(
            "http://localhost:3000/",
            "https://example.com/",
            &["~ user-pool-client.main callback-urls"],
        ),
        case(
            DATABASE,
            "insights    = true\nport = 5433",
            &[
                "~ task-definition.backend-go container.environment.DB_PORT",
                "~ db-instance.main port",
                "~ security-group.rds ingress",
                "~ service.backend-go task-definition",
            ],
        ),
        case(
            FRONTEND,
            "port = 3000\nimage = \"nginx:1\"",
            &[
                "~ task-definition.nextjs-frontend container.image",
                "~ service.nextjs-frontend task-definition",
            ],
        ),
        case(AUTH, "protect = true\nproviders = [\"", &["~ user-pool.main protected"]),
        case(BALANCER, "protect = true\nhttps = \"optional\"", &["~ load-balancer.main protected"]),
    ],
    &[
        case(
            "\"60s\"",
            "\"0s\"",
            &["- role.rds-enhanced-monitoring", "~ db-instance.main monitoring-seconds"],
        ),
        case(DATABASE, "insights    = true\nmulti-zone = true", &["~ db-instance.main multi-zone"]),
        case(
            FRONTEND,
            "port = 3000\nroute = { host = \"a.example.com\", name = \"web\" }",
            &[
                "+ target-group.nextjs-frontend",
                "~ listener.http rules.10",
                "~ security-group.ecs ingress",
                "~ service.nextjs-frontend health-grace-seconds",
                "~ service.nextjs-frontend targets",
            ],
        ),
        case(
            "port = 8000",
            "port = 8001",
            &[
                "~ task-definition.python-ai container.port",
                "~ security-group.ecs ingress",
                "~ service.python-ai task-definition",
            ],
        ),
        case(
            "[logs]",
            "[services.worker]\ncpu = 256\nmemory = 512\nport = 9000\n\n[logs]",
            &[
                "+ alarm.worker-cpu",
                "+ alarm.worker-memory",
                "+ log-group.worker",
                "+ repository.worker",
                "+ service.worker",
                "+ task-definition.worker",
                "~ dashboard.main body.widgets",
            ],
        ),
        // None of them has its credentials yet.
        case("\"google\", \"line\", \"x\"", "\"google\"", &[]),
    ],
    &[
        case(
            DATABASE,
            "insights    = true\nparameters = { work_mem = \"8192\" }",
            &["+ db-parameter-group.main", "~ db-instance.main parameter-group"],
        ),
        case(
            "\"optional\" ",
            "\"required\" ",
            &[
                "+ listener.https",
                "~ listener.http default.forward",
                "~ listener.http default.redirect",
            ],
        ),
        case(
            "database = true",
            "database = false",
            &[
                "~ task-definition.backend-go container.environment.DB_HOST",
                "~ task-definition.backend-go container.environment.DB_NAME",
                "~ task-definition.backend-go container.environment.DB_PORT",
                "~ task-definition.backend-go container.environment.DB_USER",
                "~ task-definition.backend-go container.secrets.DB_PASSWORD",
                "~ service.backend-go task-definition",
            ],
        ),
    ],
    &[
        // A target group goes on with the port that it was made with: ECS says each task's own.
        case(
            "port = 8080",
            "port = 8081",
            &[
                "~ service.backend-go targets",
                "~ service.backend-go task-definition",
                "~ task-definition.backend-go container.port",
                "~ security-group.ecs ingress",
            ],
        ),
        case(DATABASE, "insights    = true\nprotect = true", &["~ db-instance.main protected"]),
    ],
    &[
        case(
            "region  =",
            "protect = true\nregion  =",
            &[
                "~ db-instance.main protected",
                "~ load-balancer.main protected",
                "~ target-group.backend-go drain-seconds",
                "~ user-pool.main protected",
            ],
        ),
        // Said only when it is destroyed.
        case(DATABASE, "insights    = true\nfinal-snapshot = true", &[]),
        case(
            BALANCER,
            "certificate = \"arn:aws:acm:ap-northeast-1:123456789012:certificate/of-mine\"\n\
             https = \"optional\"",
            &[
                "+ listener.https",
                "~ listener.http default.forward",
                "~ listener.http default.redirect",
            ],
        ),
        // A floor: the way back is none.
        case("\"15.4\"", "\"15.7\"", &["~ db-instance.main version"]),
    ],
    &[
        case(
            "\"per-zone\"",
            "\"none\"",
            &[
                "- elastic-ip.nat-1",
                "- elastic-ip.nat-2",
                "- nat-gateway.nat-1",
                "- nat-gateway.nat-2",
                "~ route-table.private-1 routes",
                "~ route-table.private-2 routes",
            ],
        ),
        // What is left to the stack by the service below, and the count by all of them.
        case(
            "[services.backend-go]",
            "[services]\ncount = 2\ncpu = 512\nmemory = 1024\n\n[services.backend-go]",
            &[
                "~ service.backend-go count",
                "~ service.nextjs-frontend count",
                "~ service.python-ai count",
            ],
        ),
        case(
            "cpu = 256\nmemory = 512\nport = 3000",
            "port = 3000",
            &[
                "~ task-definition.nextjs-frontend cpu",
                "~ task-definition.nextjs-frontend memory",
                "~ service.nextjs-frontend task-definition",
            ],
        ),
        case(
            "port = 8000",
            "port = 8000\nroute = { path = \"/ai/*\", priority = 20, name = \"ai\" }",
            &[
                "+ target-group.python-ai",
                "~ listener.http rules.20",
                "~ security-group.ecs ingress",
                "~ service.python-ai health-grace-seconds",
                "~ service.python-ai targets",
            ],
        ),
        case(
            AUTH,
            "logout-urls = [\"http://localhost:3000/\"]\nproviders = [\"",
            &["~ user-pool-client.main logout-urls"],
        ),
        case(
            LOGS,
            "[alarms]\nactions = [\"arn:aws:sns:ap-northeast-1:123456789012:a\"]\n\n[logs]\n\
             keep = \"30d\"",
            &[
                "~ alarm.alb-5xx actions",
                "~ alarm.alb-response-time actions",
                "~ alarm.alb-target-5xx actions",
                "~ alarm.backend-go-cpu actions",
                "~ alarm.backend-go-memory actions",
                "~ alarm.db-connections actions",
                "~ alarm.db-cpu actions",
                "~ alarm.nextjs-frontend-cpu actions",
                "~ alarm.nextjs-frontend-memory actions",
                "~ alarm.python-ai-cpu actions",
                "~ alarm.python-ai-memory actions",
            ],
        ),
        // Said only when everything is destroyed, and for estimates.
        case(BALANCER, "destroy-drain = \"5s\"\nhttps = \"optional\"", &[]),
        case(
            "[database]",
            "[cost]\nnat-gb = 1\nlog-gb = 1\nimage-gb = 1\nlcu = 1\nusers = 1\nout-gb = 1\n\n\
             [database]",
            &[],
        ),
    ],
    // A zone before another: what stands there stays.
    &[case(
        "  { name = \"ap-northeast-1c\"",
        "  { name = \"ap-northeast-1d\", public = \"10.0.4.0/24\", private = \"10.0.40.0/24\" },\n  \
         { name = \"ap-northeast-1c\"",
        &[
            "+ elastic-ip.nat-3",
            "+ nat-gateway.nat-3",
            "+ route-table.private-3",
            "+ subnet.private-2",
            "+ subnet.public-2",
            "-/+ nat-gateway.nat-2 subnet",
            "~ db-subnet-group.main subnets",
            "~ load-balancer.main subnets",
            "~ route-table.private-2 routes",
            "~ route-table.private-2 subnets",
            "~ route-table.public subnets",
            "~ service.backend-go subnets",
            "~ service.nextjs-frontend subnets",
            "~ service.python-ai subnets",
            "~ subnet.private-3 tags.Name",
            "~ subnet.private-3 tags.nk:address",
            "~ subnet.public-3 tags.Name",
            "~ subnet.public-3 tags.nk:address",
        ],
    )],
];
