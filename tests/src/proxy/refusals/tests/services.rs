use super::*;

#[test]
fn a_target_group_is_kept_by_its_listener_and_serves_nobody_without() {
    let trial = Trial::network(AT_ONCE);
    trial.balancer();
    let answer = "<R><TargetGroups><member><TargetGroupArn>tg-1</TargetGroupArn></member>\
                  </TargetGroups></R>";
    trial.done("elasticloadbalancing:CreateTargetGroup", "Name=t&VpcId=vpc-1", answer);
    trial.done("ecs:CreateCluster", r#"{"clusterName": "c"}"#, "{}");
    let definition = r#"{"taskDefinition": {"taskDefinitionArn": "x/f:1"}}"#;
    trial.done("ecs:RegisterTaskDefinition", r#"{"family": "f"}"#, definition);
    let service = r#"{"cluster": "c", "serviceName": "s", "taskDefinition": "x/f:1",
                      "loadBalancers": [{"targetGroupArn": "tg-1"}]}"#;
    let early = trial.refused("ecs:CreateService", service);
    assert_eq!(early, in_use("InvalidParameterException"));
    let listener = format!("{BALANCER}&Port=80&DefaultActions.member.1.TargetGroupArn=tg-1");
    let answer = "<R><Listeners><member><ListenerArn>l-1</ListenerArn></member></Listeners></R>";
    trial.done("elasticloadbalancing:CreateListener", &listener, answer);
    let twice = trial.refused("elasticloadbalancing:CreateListener", &listener);
    assert_eq!(twice, in_use("DuplicateListener"));
    trial.done("ecs:CreateService", service, "{}");
    let group = || trial.refused("elasticloadbalancing:DeleteTargetGroup", "TargetGroupArn=tg-1");
    assert_eq!(group(), in_use("ResourceInUse"));
    trial.done("elasticloadbalancing:DeleteListener", "ListenerArn=l-1", "<R/>");
    trial.done("elasticloadbalancing:DeleteTargetGroup", "TargetGroupArn=tg-1", "<R/>");
}

#[test]
fn a_cluster_is_kept_by_a_service_that_drains() {
    let trial = Trial::network(Times { pending: NEVER, ..AT_ONCE });
    trial.done("ecs:CreateCluster", r#"{"clusterName": "c"}"#, "{}");
    let definition = r#"{"taskDefinition": {"taskDefinitionArn": "x/f:1"}}"#;
    trial.done("ecs:RegisterTaskDefinition", r#"{"family": "f"}"#, definition);
    let service = r#"{"cluster": "c", "serviceName": "s", "taskDefinition": "x/f:1",
        "networkConfiguration": {"awsvpcConfiguration": {"subnets": ["subnet-a"]}}}"#;
    let answer = r#"{"service": {"serviceName": "s", "status": "ACTIVE", "runningCount": 1,
                     "deployments": [{"rolloutState": "COMPLETED"}]}}"#;
    let shown = trial.done("ecs:CreateService", service, answer);
    assert!(shown.contains("IN_PROGRESS"), "{shown}");
    let cluster = || trial.refused("ecs:DeleteCluster", r#"{"cluster": "x/c"}"#);
    assert_eq!(cluster(), in_use("ClusterContainsServicesException"));
    assert_eq!(trial.interfaces("subnet-id", "subnet-a"), 1);
    trial.done("ecs:DeleteService", r#"{"cluster": "c", "service": "x/s"}"#, "{}");
    let listed = r#"{"services": [{"serviceName": "s", "status": "INACTIVE"}]}"#;
    let shown = trial.done("ecs:DescribeServices", "{}", listed);
    assert!(shown.contains("DRAINING"), "{shown}");
    assert_eq!(cluster(), passing("ClusterContainsServicesException"));
}

#[test]
fn a_database_keeps_its_groups_and_its_subnet() {
    let trial = Trial::network(Times { pending: NEVER, ..AT_ONCE });
    let both = "SubnetIds.SubnetIdentifier.1=subnet-a&SubnetIds.SubnetIdentifier.2=subnet-b";
    let group = format!("DBSubnetGroupName=g&{both}");
    trial.done("rds:CreateDBSubnetGroup", &group, "<R/>");
    let twice = trial.refused("rds:CreateDBSubnetGroup", &group);
    assert_eq!(twice, in_use("DBSubnetGroupAlreadyExists"));
    trial.done("rds:CreateDBParameterGroup", "DBParameterGroupName=p", "<R/>");
    let asked = "DBInstanceIdentifier=d&DBSubnetGroupName=g&DBParameterGroupName=p\
                 &VpcSecurityGroupIds.VpcSecurityGroupId.1=sg-1&DeletionProtection=true";
    let item = "<DBInstance><DBInstanceIdentifier>d</DBInstanceIdentifier><DBInstanceStatus>\
                available</DBInstanceStatus><Endpoint><Port>5432</Port></Endpoint></DBInstance>";
    let shown = trial.done("rds:CreateDBInstance", asked, &format!("<R>{item}</R>"));
    assert!(
        shown.contains("<DBInstanceStatus>creating</DBInstanceStatus></DBInstance>"),
        "{shown}"
    );
    let early = trial.refused("rds:ModifyDBInstance", "DBInstanceIdentifier=d");
    assert_eq!(early, passing("InvalidDBInstanceState"));
    let dropped = "DBSubnetGroupName=g&SubnetIds.SubnetIdentifier.1=subnet-b";
    let dropped = trial.refused("rds:ModifyDBSubnetGroup", dropped);
    assert_eq!(dropped, in_use("SubnetAlreadyInUse"));
    let delete = || trial.refused("rds:DeleteDBInstance", "DBInstanceIdentifier=d");
    assert_eq!(delete(), in_use("InvalidParameterCombination"));
    let subnets = || trial.refused("rds:DeleteDBSubnetGroup", "DBSubnetGroupName=g");
    let parameters = || trial.refused("rds:DeleteDBParameterGroup", "DBParameterGroupName=p");
    assert_eq!(subnets(), in_use("InvalidDBSubnetGroupStateFault"));
    assert_eq!(parameters(), in_use("InvalidDBParameterGroupState"));
}

#[test]
fn a_database_that_is_going_is_still_described() {
    let trial = Trial::network(Times { pending: NEVER, ..AT_ONCE });
    let item = "<DBInstance><DBInstanceIdentifier>d</DBInstanceIdentifier><DBInstanceStatus>\
                available</DBInstanceStatus></DBInstance>";
    trial.done("rds:CreateDBInstance", "DBInstanceIdentifier=d", &format!("<R>{item}</R>"));
    trial.done("rds:DeleteDBInstance", "DBInstanceIdentifier=d", "<R/>");
    let again = trial.refused("rds:DeleteDBInstance", "DBInstanceIdentifier=d");
    assert_eq!(again, passing("InvalidDBInstanceState"));
    let call = Trial::call("rds:DescribeDBInstances", "DBInstanceIdentifier=d");
    let answer = Answer { status: 404, body: "<ErrorResponse/>".into() };
    let answer = trial.0.shown(&call, answer).unwrap();
    let shown = String::from_utf8_lossy(&answer.body).into_owned();
    assert!(shown.contains("<DBInstanceStatus>deleting</DBInstanceStatus>"), "{shown}");
    assert_eq!(answer.status, 200);
}

#[test]
fn a_role_is_kept_by_its_policies() {
    let trial = Trial::new(AT_ONCE);
    trial.done("iam:CreateRole", "RoleName=r", "<R/>");
    assert_eq!(trial.refused("iam:CreateRole", "RoleName=r"), in_use("EntityAlreadyExists"));
    trial.done("iam:AttachRolePolicy", "RoleName=r&PolicyArn=arn%3Ap", "<R/>");
    trial.done("iam:PutRolePolicy", "RoleName=r&PolicyName=n", "<R/>");
    let kept = || trial.refused("iam:DeleteRole", "RoleName=r");
    assert_eq!(kept(), in_use("DeleteConflict"));
    trial.done("iam:DetachRolePolicy", "RoleName=r&PolicyArn=arn%3Ap", "<R/>");
    assert_eq!(kept(), in_use("DeleteConflict"));
    trial.done("iam:DeleteRolePolicy", "RoleName=r&PolicyName=n", "<R/>");
    trial.done("iam:DeleteRole", "RoleName=r", "<R/>");
    let gone = trial.refused("iam:PutRolePolicy", "RoleName=r&PolicyName=n");
    assert_eq!(gone, in_use("NoSuchEntity"));
}

#[test]
fn a_pool_is_kept_by_its_domain_and_by_its_protection() {
    let trial = Trial::new(AT_ONCE);
    let asked = r#"{"PoolName": "p", "DeletionProtection": "ACTIVE"}"#;
    trial.done("cognito-idp:CreateUserPool", asked, r#"{"UserPool": {"Id": "r_1"}}"#);
    let domain = r#"{"UserPoolId": "r_1", "Domain": "d"}"#;
    trial.done("cognito-idp:CreateUserPoolDomain", domain, "{}");
    let pool = r#"{"UserPoolId": "r_1"}"#;
    let kept = || trial.refused("cognito-idp:DeleteUserPool", pool);
    let refused = trial.refused("cognito-idp:CreateUserPoolDomain", domain);
    assert_eq!(refused, in_use("InvalidParameterException"));
    assert_eq!(kept(), in_use("InvalidParameterException"));
    let off = r#"{"UserPoolId": "r_1", "DeletionProtection": "INACTIVE"}"#;
    trial.done("cognito-idp:UpdateUserPool", off, "{}");
    assert_eq!(kept(), in_use("InvalidParameterException"));
    trial.done("cognito-idp:DeleteUserPoolDomain", domain, "{}");
    let client = r#"{"UserPoolId": "r_1", "SupportedIdentityProviders": ["COGNITO", "Google"]}"#;
    let early = trial.refused("cognito-idp:CreateUserPoolClient", client);
    assert_eq!(early, in_use("InvalidParameterException"));
    let provider = r#"{"UserPoolId": "r_1", "ProviderName": "Google"}"#;
    trial.done("cognito-idp:CreateIdentityProvider", provider, "{}");
    let twice = trial.refused("cognito-idp:CreateIdentityProvider", provider);
    assert_eq!(twice, in_use("DuplicateProviderException"));
    trial.done("cognito-idp:CreateUserPoolClient", client, "{}");
    trial.done("cognito-idp:DeleteUserPool", pool, "{}");
}

#[test]
fn images_keep_a_repository_and_a_deleted_secret_keeps_its_name() {
    let trial = Trial::new(AT_ONCE);
    let repository = r#"{"repositoryName": "r"}"#;
    trial.done("ecr:CreateRepository", repository, "{}");
    let twice = trial.refused("ecr:CreateRepository", repository);
    assert_eq!(twice, in_use("RepositoryAlreadyExistsException"));
    trial.done("ecr:PutImage", r#"{"repositoryName": "r", "imageTag": "v1"}"#, "{}");
    let kept = trial.refused("ecr:DeleteRepository", repository);
    assert_eq!(kept, in_use("RepositoryNotEmptyException"));
    let image = r#"{"repositoryName": "r", "imageIds": [{"imageTag": "v1"}]}"#;
    trial.done("ecr:BatchDeleteImage", image, "{}");
    trial.done("ecr:DeleteRepository", repository, "{}");

    let secret = r#"{"Name": "s"}"#;
    trial.done("secretsmanager:CreateSecret", secret, "{}");
    let twice = trial.refused("secretsmanager:CreateSecret", secret);
    assert_eq!(twice, in_use("ResourceExistsException"));
    let arn = r#"{"SecretId": "arn:aws:secretsmanager:r:1:secret:s-AbCdEf"}"#;
    trial.done("secretsmanager:DeleteSecret", arn, "{}");
    let early = trial.refused("secretsmanager:CreateSecret", secret);
    assert_eq!(early, in_use("InvalidRequestException"));
    let write = trial.refused("secretsmanager:PutSecretValue", arn);
    assert_eq!(write, in_use("InvalidRequestException"));

    let group = r#"{"logGroupName": "g"}"#;
    let early = trial.refused("logs:PutRetentionPolicy", group);
    assert_eq!(early, in_use("ResourceNotFoundException"));
    trial.done("logs:CreateLogGroup", group, "{}");
    let twice = trial.refused("logs:CreateLogGroup", group);
    assert_eq!(twice, in_use("ResourceAlreadyExistsException"));
}
