//! `nk output`.

use insta::assert_snapshot;

use crate::common::{WHOLE, applied};

#[test]
fn a_deployment_is_told_what_it_needs() {
    let terminal = applied(WHOLE);
    assert_snapshot!(terminal.session("output --env dev"), @r"
    exit code 0
    --- stdout
    cluster                       cluster-neuraKnot-dev-cluster/name
    database-endpoint             db-instance-neuraknot-dev-db/endpoint
    load-balancer-address         load-balancer-neuraKnot-dev-alb/dns-name
    repository.backend-go         repository-neuraknot-dev-backend-go/uri
    repository.nextjs-frontend    repository-neuraknot-dev-nextjs-frontend/uri
    repository.python-ai          repository-neuraknot-dev-python-ai/uri
    secret-arn.db-password        secret-neuraKnot-dev-db-password/arn
    secret-arn.oauth-credentials  secret-neuraKnot-dev-oauth-credentials/arn
    service.backend-go            service-neuraKnot-dev-backend-go/name
    service.nextjs-frontend       service-neuraKnot-dev-nextjs-frontend/name
    service.python-ai             service-neuraKnot-dev-python-ai/name
    user-pool-client-id           user-pool-client-0011/id
    user-pool-domain              user-pool-domain-0012/prefix.auth.ap-northeast-1.amazoncognito.com
    user-pool-id                  user-pool-0004/id
    ");
    assert_snapshot!(terminal.session("output --env dev cluster"), @r"
    exit code 0
    --- stdout
    cluster-neuraKnot-dev-cluster/name
    ");
    assert_snapshot!(terminal.session("output --env dev cluster --json"), @r#"
    exit code 0
    --- stdout
    "cluster-neuraKnot-dev-cluster/name"
    "#);
    assert_snapshot!(terminal.session("output --env dev --json"), @r#"
    exit code 0
    --- stdout
    {
      "cluster": "cluster-neuraKnot-dev-cluster/name",
      "database-endpoint": "db-instance-neuraknot-dev-db/endpoint",
      "load-balancer-address": "load-balancer-neuraKnot-dev-alb/dns-name",
      "repository.backend-go": "repository-neuraknot-dev-backend-go/uri",
      "repository.nextjs-frontend": "repository-neuraknot-dev-nextjs-frontend/uri",
      "repository.python-ai": "repository-neuraknot-dev-python-ai/uri",
      "secret-arn.db-password": "secret-neuraKnot-dev-db-password/arn",
      "secret-arn.oauth-credentials": "secret-neuraKnot-dev-oauth-credentials/arn",
      "service.backend-go": "service-neuraKnot-dev-backend-go/name",
      "service.nextjs-frontend": "service-neuraKnot-dev-nextjs-frontend/name",
      "service.python-ai": "service-neuraKnot-dev-python-ai/name",
      "user-pool-client-id": "user-pool-client-0011/id",
      "user-pool-domain": "user-pool-domain-0012/prefix.auth.ap-northeast-1.amazoncognito.com",
      "user-pool-id": "user-pool-0004/id"
    }
    "#);
    assert_snapshot!(terminal.session("output --env dev clutser"), @r"
    exit code 1
    --- stderr
    error: there is no output `clutser`

    hint: known: cluster, database-endpoint, load-balancer-address, repository.backend-go, repository.nextjs-frontend, repository.python-ai, secret-arn.db-password, secret-arn.oauth-credentials, service.backend-go, service.nextjs-frontend, service.python-ai, user-pool-client-id, user-pool-domain, user-pool-id
    ");
}
