//! Mistakes in a single section.

use crate::common::{HEAD, NETWORK, NEURAKNOT, changed, messages, said, source};

#[test]
fn the_network() {
    let zone = "public = \"10.0.2.0/24\"";
    let all = [
        said(zone, "public = \"10.0.1.0/25\""),
        said(zone, "public = \"10.1.2.0/24\""),
        said(zone, "public = \"10.0.2.0/29\""),
        said(zone, "public = \"fd00::/24\""),
        said("cidr = \"10.0.0.0/16\"", "cidr = \"10.0.0.0/8\""),
        said("\"ap-northeast-1c\"", "\"ap-northeast-1a\""),
        said("\"ap-northeast-1c\"", "\"us-east-1c\""),
        said("region  = \"ap-northeast-1\"", "region = \"Tokyo\""),
        messages(&format!("{HEAD}[network]\ncidr = \"10.0.0.0/16\"\nzones = []\n")).join("\n"),
    ];
    insta::assert_snapshot!(all.join("\n"), @r#"
    9:40 10.0.1.0/25 overlaps 10.0.1.0/24 (used by another subnet)
    9:40 10.1.2.0/24 is outside the range of the network, 10.0.0.0/16 (not in `network.cidr`)
    9:40 a subnet cannot be a /29 (must be /16 to /28)
    9:40 `network.zones.public` must be an IPv4 address range such as `"10.0.0.0/16"` (`fd00::/24` is not)
    5:8 a VPC cannot be a /8 (must be /16 to /28)
    9:12 the zone ap-northeast-1a is listed twice (again)
    9:12 `us-east-1c` is not a zone of ap-northeast-1 (not in the stack's region)
    2:10 `Tokyo` is not an AWS region (not a region)
    5:9 a network needs at least one zone (this list is empty)
    "#);
}

#[test]
fn the_database() {
    let all = [
        said("\"postgres\"", "\"mysql\""),
        said("\"15.4\"", "\"fifteen\""),
        said("\"15.4\"", "\"9.6\""),
        said("class       = \"db.t3.micro\"", "class = \"t3.micro\""),
        said("\"20GB\"", "\"10GB\""),
        said("\"20GB\"", "20"),
        said("\"100GB\"", "\"19GB\""),
        said("\"100GB\"", "\"21GB\""),
        said("\"100GB\"", "\"100TB\""),
        said("keep = \"7d\", window", "keep = \"36d\", window"),
        said("02:00-03:00 JST", "02:00-02:15 JST"),
        said("02:00-03:00 JST", "04:30-05:30 JST"),
        said("Sun 04:00-05:00 JST", "04:00-05:00 JST"),
        said("\"60s\"", "\"45s\""),
        said("insights    = true", "insights = \"on\""),
        said("insights    = true", "username = \"admin\""),
        said("insights    = true", "name = \"my-db\""),
        said("insights    = true", "port = 80"),
    ];
    insta::assert_snapshot!(all.join("\n"), @r#"
    13:15 `database.engine` must be `"postgres"` (`mysql` is not)
    14:15 `database.version` must be a version such as `"15"` or `"15.4"` (`fifteen` is not)
    14:15 RDS does not offer PostgreSQL 9.6 (too old)
    15:9 `t3.micro` is not a database instance class (not a class)
    16:27 `database.storage.initial` cannot be 10GB (must be 20GB to 65536GB)
    16:27 `database.storage.initial` must be a size such as `"20GB"` (this is a number)
    16:43 `database.storage.limit` cannot be 19GB (must be 20GB to 65536GB)
    16:43 storage of 20GB cannot grow to 21GB (less than 10 % more)
    16:43 `database.storage.limit` cannot be 102400GB (must be 20GB to 65536GB)
    17:24 `database.backup.keep` cannot be 36d (must be 0d to 35d)
    17:39 `database.backup.window` is 15 minutes long (must be 30 minutes to 24 hours)
    18:15 the backup window, 19:30-20:30 UTC = 04:30-05:30 JST, and the maintenance window, sat:19:00-sat:20:00 UTC = sun:04:00-sun:05:00 JST, overlap (RDS does not allow that)
    18:15 `database.maintenance` is not the right kind of window (names no day)
    20:15 Enhanced Monitoring does not support an interval of 45s (must be 0s (off), 1s, 5s, 10s, 15s, 30s or 60s)
    19:12 `database.insights` must be `true` or `false` (`on` is not)
    19:12 `admin` is not a valid name for the master user (not a valid name)
    19:8 `my-db` is not a valid name for a database (not a valid name)
    19:8 `database.port` cannot be 80 (must be 1150 to 65535)
    "#);
}

#[test]
fn sign_in() {
    let url = "\"http://localhost:3000/api/auth/callback\"";
    let all = [
        said("[\"username\", \"email\"]", "[\"preferred-username\"]"),
        said("[\"username\", \"email\"]", "[]"),
        said("length = 8", "length = 5"),
        said("\"symbol\"", "\"emoji\""),
        said("temporary = \"7d\"", "temporary = \"36h\""),
        said("access = \"1h\"", "access = \"1m\""),
        said("refresh = \"30d\"", "refresh = \"11y\""),
        said(
            "access = \"1h\", id = \"1h\", refresh = \"30d\"",
            "access = \"5h\", refresh = \"2h\"",
        ),
        said(url, "\"http://example.com/back\""),
        said(url, "\"/back\""),
        said(url, ""),
        said("[\"google\", \"line\", \"x\"]", "[\"google\", \"twitter\", \"google\"]"),
    ];
    insta::assert_snapshot!(all.join("\n"), @r#"
    23:13 Cognito allows `preferred-username` only together with `username` (not alone)
    22:2 `auth.sign-in` is empty (in this section)
    24:23 `auth.password.length` cannot be 5 (must be 6 to 99)
    24:64 `auth.password.require` must be `"lower"`, `"upper"`, `"digit"` or `"symbol"` (`emoji` is not)
    24:87 `auth.password.temporary` must be whole days such as `"7d"` (`36h` is not)
    25:23 `auth.tokens.access` cannot be 1m (must be 5m to 1d)
    25:50 `auth.tokens.refresh` must be a length of time such as `"60s"`, `"5m"`, `"1h"` or `"7d"` (`11y` is not)
    25:39 the refresh token expires before the tokens that it refreshes (2h is too short)
    26:18 `http://example.com/back` does not use HTTPS (`http` is allowed only for localhost)
    26:18 `/back` is not an absolute URL (not a URL)
    22:2 `auth.callback-urls` is missing (missing in this table)
    27:24 `auth.providers` must be `"google"`, `"line"` or `"x"` (`twitter` is not)
    27:35 the provider `google` is listed twice (again)
    "#);
}

#[test]
fn services() {
    let all = [
        said("cpu = 512", "cpu = 300"),
        said("memory = 1024", "memory = 8192"),
        said("port = 8000", "port = 80000"),
        said("port = 8000", ""),
        said("[services.python-ai]", "[services.Python_AI]"),
        said("[services.nextjs-frontend]", "[services.db]"),
        said("calls = [\"python-ai\"]", "calls = [\"python-ia\"]"),
        said("port = 8000", "port = 8000\nroute = { health = \"health\" }"),
        said("port = 8000", "port = 8000\nroute = {}"),
        said(
            "port = 8000",
            "port = 8000\nroute = { path = [\"/a\", \"/b\", \"/c\", \"/d\", \"/e\", \"/f\"] }",
        ),
        said("port = 8000", "port = 8000\nroute = { path = \"/a\", priority = 0 }"),
        said(
            "database = true",
            "database = true\nenvironment = { DB_HOST = \"x\", \"a-b\" = \"\" }",
        ),
        said("port = 8000", "port = 8000\nenvironment = { POOL = \"@{user-pool.mian.id}\" }"),
        said("port = 8000", "port = 8000\nenvironment = { POOL = \"@{user-pool.main.name}\" }"),
        said("port = 8000", "port = 8000\nenvironment = { POOL = \"@{user-pool.main\" }"),
        said("port = 8000", "port = 8000\nenvironment = { X = \"@{service.python-ai.name}\" }"),
        said("port = 8000", "port = 8000\nsecrets = { X = \"oauth:google\" }"),
        said(
            "port = 8000",
            "port = 8000\nsecrets = { X = \"oauth-credentials:google.client_id\" }",
        ),
        said("port = 8000", "port = 8000\nimage = \"two words\""),
        said("services.count = 2", "services.count = -1"),
        said("services.count = 2", "services.counts = 2"),
    ];
    insta::assert_snapshot!(all.join("\n"), @r#"
    41:7 Fargate does not support 300 CPU units (no such size)
    42:10 Fargate does not support 512 CPU units and 8192 MiB (no such pair)
    43:8 `services.python-ai.port` cannot be 80000 (must be 1 to 65535)
    40:11 `services.python-ai.port` is missing (missing in this table)
    38:10 there is no service `python-ai` (unknown service)
    40:11 `Python_AI` is not a valid name for a service (not a name)
    45:11 `db` is not a valid name for a service (kept for nk)
    38:10 there is no service `python-ia` (unknown service)
    44:1 both `backend-go` and `python-ai` are the default target of the load balancer (the second default target)
    44:20 `health` is not a path (a path begins with `/`)
    44:1 both `backend-go` and `python-ai` are the default target of the load balancer (the second default target)
    44:49 a rule can have at most five paths and hosts together (the sixth)
    44:35 `services.python-ai.route.priority` cannot be 0 (must be 1 to 50000)
    38:17 `DB_HOST` is already set by `database = true` (set twice)
    38:32 `a-b` is not a valid name for an environment variable (not a name)
    44:24 `@{user-pool.mian.id}` refers to `user-pool.mian`, which is not in the stack (unknown resource)
    44:24 the kind `user-pool` has no output `name` (unknown output)
    44:24 `@{user-pool.main` opens a reference with `@{` and does not close it (not a reference)
    44:21 a container cannot refer to `service.python-ai` (it is created after the container is defined)
    44:17 the stack has no secret `oauth` (unknown secret)
    44:17 ECS cannot read `google.client_id`; it reads only the top-level keys of a secret (not a top-level key)
    44:9 `two words` is not a valid image name (not an image)
    55:18 `services.count` cannot be -1 (must be 0 to 1000)
    55:10 unknown key `counts` in `services` (unknown key)
    "#);
}

#[test]
fn two_routes_cannot_have_one_priority_or_both_be_the_default() {
    let routes = |first: &str, second: &str| {
        let service = |name, route| {
            format!(
                "[services.{name}]\ncpu = 256\nmemory = 512\nport = 80\nroute = {{ {route} }}\n"
            )
        };
        let text = format!("{HEAD}{NETWORK}[load-balancer]\n");
        messages(&(text + &service("a", first) + &service("b", second))).join("\n")
    };
    let one = "path = \"/a\", priority = 7";
    let other = "host = \"a.example.com\", priority = 7";
    insta::assert_snapshot!([routes(one, other), routes("", ""), routes("name = \"b\"", "path = \"/\"")].join("\n"), @r#"
    20:46 two routes have priority 7 (taken)
    20:1 both `a` and `b` are the default target of the load balancer (the second default target)
    16:11 `target-group.b` would have the name `neuraKnot-dev-b-tg`, which another t already hasarget-group (duplicate name)
    "#);
}

#[test]
fn sections_need_each_other() {
    let service = "[services.a]\ncpu = 256\nmemory = 512\nport = 80\ndatabase = true\nroute = {}\n";
    let one_zone = format!(
        "{HEAD}[network]\ncidr = \"10.0.0.0/16\"\nzones = [{{ name = \"ap-northeast-1a\", public = \
         \"10.0.1.0/24\", private = \"10.0.2.0/24\" }}]\n[load-balancer]\n"
    );
    let all = [
        messages(&format!("{HEAD}{service}")).join("\n"),
        messages(&one_zone).join("\n"),
        messages("").join("\n"),
    ];
    insta::assert_snapshot!(all.join("\n"), @r#"
    3:2 `services` needs a network (there is no `[network]`)
    7:12 `a` uses a database, but there is none (there is no `[database]`)
    8:1 `a` has a route, but there is no load balancer (there is no `[load-balancer]`)
    6:2 `load-balancer` needs at least two zones (the network has only one)
    1:1 `project` is missing (missing in this table)
    1:1 `region` is missing (missing in this table)
    "#);
}

#[test]
fn a_broken_section_is_not_held_against_the_others() {
    assert_eq!(messages(&changed("cidr = \"10.0.0.0/16\"", "cidr = 10")).len(), 1);
}

#[test]
fn certificates_logs_alarms_and_costs() {
    let certificate = |arn: &str| {
        let text = format!("https = \"optional\"\ncertificate = \"{arn}\"\n");
        said("https = \"optional\"", &text)
    };
    let all = [
        certificate("arn:aws:acm:us-east-1:123456789012:certificate/a"),
        certificate("arn:aws:iam::123456789012:server-certificate/a"),
        said("https = \"optional\"", "drain = \"2h\""),
        said("keep = \"30d\"", "keep = \"31d\""),
        said("[logs]", "[alarms]\ncpu = 120\nactions = [\"me@example.com\"]\n[logs]"),
        said("[logs]", "[cost]\nnat-gb = -1\nlcu = \"2\"\n[logs]"),
    ];
    insta::assert_snapshot!(all.join("\n"), @r#"
    31:15 the certificate is in us-east-1, but the load balancer is in ap-northeast-1 (another region)
    31:15 `arn:aws:iam::123456789012:server-certificate/a` is not the ARN of an ACM certificate (not a certificate)
    30:9 `load-balancer.drain` cannot be 2h (must be 0s to 1h)
    51:8 CloudWatch Logs does not support a retention of 31d (not supported)
    51:7 `alarms.cpu` cannot be 120 (must be 0 to 100)
    52:12 `me@example.com` is not an ARN (not an ARN)
    51:10 `cost.nat-gb` must be a number, zero or more (negative)
    52:7 `cost.lcu` must be a number (`2` is not)
    "#);
}

#[test]
fn names_and_environments() {
    let unknown = nk_stack::read(&source(NEURAKNOT), "prdo").unwrap_err();
    let unknown: Vec<_> =
        unknown.iter().map(|at| format!("{} / {}", at.message, at.help.unwrap())).collect();
    let all = [
        said("project = \"neuraKnot\"", "project = \"neura knot\""),
        said("project = \"neuraKnot\"", "project = \"awsome\""),
        said("project = \"neuraKnot\"", "project = \"my-cognito\""),
        said("project = \"neuraKnot\"", "project = \"a-project-with-much-too-long-a-name\""),
        said("project = \"neuraKnot\"", "project = \"neuraKnot\"\naccount = 123456789012"),
        said("project = \"neuraKnot\"", "project = \"neuraKnot\"\naccount = \"1234\""),
        said("[env.prod]", "[env.prod-1]"),
        said("[env.prod]", "[env.prod]\nproject = \"other\""),
        said("protect = true", "protect = \"yes\""),
        unknown.join("\n"),
    ];
    insta::assert_snapshot!(all.join("\n"), @r#"
    1:11 `neura knot` is not a valid name for a project (not a name)
    1:11 `awsome` is not a valid name for a project (AWS reserves names that begin with `aws`)
    1:11 `user-pool-domain.main` would have the name `my-cognito-dev-00000000`, which contains `cognito` (Cognito does not allow `cognito` in a domain)
    1:11 `user-pool-domain.main` would have the name `my-cognito-prod-00000000`, which contains `cognito` (Cognito does not allow `cognito` in a domain)
    1:11 `load-balancer.main` would have the name `a-project-with-much-too-long-a-name-dev-alb` with 43 characters; AWS allows 32 (11 too many)
    1:11 `load-balancer.main` would have the name `a-project-with-much-too-long-a-name-prod-alb` with 44 characters; AWS allows 32 (12 too many)
    1:11 `role.rds-enhanced-monitoring` would have the name `a-project-with-much-too-long-a-name-dev-rds-enhanced-monitoring-role` with 68 characters; AWS allows 64 (4 too many)
    1:11 `role.rds-enhanced-monitoring` would have the name `a-project-with-much-too-long-a-name-prod-rds-enhanced-monitoring-role` with 69 characters; AWS allows 64 (5 too many)
    32:11 `target-group.backend-go` would have the name `a-project-with-much-too-long-a-name-dev-backend-go-tg` with 53 characters; AWS allows 32 (21 too many)
    32:11 `target-group.backend-go` would have the name `a-project-with-much-too-long-a-name-prod-backend-go-tg` with 54 characters; AWS allows 32 (22 too many)
    2:11 `account` must be text (this is a number)
    2:11 `1234` is not an AWS account id (must be twelve digits)
    53:6 `prod-1` is not a valid name for an environment (not a name)
    54:1 `project` cannot differ between environments (not here)
    57:11 `protect` must be `true` or `false` (`yes` is not)
    there is no environment `prdo` / did you mean `prod`? environments: `prod`, `dev`
    "#);
}
