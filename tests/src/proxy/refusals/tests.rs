use std::time::Duration;

use tokio::time::advance;

use super::*;

/// Nothing takes its time.
const AT_ONCE: Times =
    Times { pending: Duration::ZERO, linger: Duration::ZERO, unheard: Duration::ZERO };
/// Everything takes longer than a test.
const NEVER: Duration = Duration::from_secs(3600);

/// An account in which calls are made, which the emulator would all let pass.
struct Trial(Refusals);

impl Trial {
    fn new(times: Times) -> Self {
        Self(Refusals::new(times))
    }

    fn call(name: &str, body: &str) -> Call {
        let (service, operation) = name.split_once(':').unwrap();
        Call { service: service.into(), operation: operation.into(), body: body.into() }
    }

    /// Makes a call that is to pass; gives the answer back as it is shown.
    fn done(&self, name: &str, body: &str, answer: &str) -> String {
        let call = Self::call(name, body);
        assert_eq!(self.0.before(&call), Before::Pass, "{name} {body}");
        let answer = Answer { status: 200, body: answer.to_owned().into() };
        let answer = self.0.shown(&call, answer).unwrap();
        String::from_utf8_lossy(&answer.body).into_owned()
    }

    /// Makes a call that is to be refused; gives the code and whether it passes back.
    fn refused(&self, name: &str, body: &str) -> (String, bool) {
        let before = self.0.before(&Self::call(name, body));
        assert!(matches!(before, Before::Refuse(_)), "{name} {body}");
        let refused = self.0.take().remove(0);
        (refused.code, refused.passes)
    }

    /// A VPC with a gateway, two subnets and a group.
    fn network(times: Times) -> Self {
        let trial = Self::new(times);
        trial.done(
            "ec2:CreateVpc",
            "CidrBlock=10.0.0.0%2F16",
            "<R><vpc><vpcId>vpc-1</vpcId></vpc></R>",
        );
        for id in ["subnet-a", "subnet-b"] {
            let answer = format!("<R><subnet><subnetId>{id}</subnetId></subnet></R>");
            let asked = format!("VpcId=vpc-1&AvailabilityZone={id}");
            trial.done("ec2:CreateSubnet", &asked, &answer);
        }
        let id = "<internetGatewayId>igw-1</internetGatewayId>";
        let answer = format!("<R><internetGateway>{id}</internetGateway></R>");
        trial.done("ec2:CreateInternetGateway", "", &answer);
        trial.done("ec2:AttachInternetGateway", "InternetGatewayId=igw-1&VpcId=vpc-1", "<R/>");
        trial.group("sg-1");
        trial
    }

    fn group(&self, id: &str) {
        let asked = format!("VpcId=vpc-1&GroupName={id}");
        self.done("ec2:CreateSecurityGroup", &asked, &format!("<R><groupId>{id}</groupId></R>"));
    }

    fn balancer(&self) {
        let answer = "<R><LoadBalancers><member><LoadBalancerArn>x:loadbalancer/app/main/1\
                      </LoadBalancerArn><State><Code>active</Code></State></member>\
                      </LoadBalancers></R>";
        let asked = "Name=main&Subnets.member.1=subnet-a&Subnets.member.2=subnet-b\
                     &SecurityGroups.member.1=sg-1";
        self.done("elasticloadbalancing:CreateLoadBalancer", asked, answer);
    }

    fn interfaces(&self, filter: &str, value: &str) -> usize {
        let asked = format!("Filter.1.Name={filter}&Filter.1.Value.1={value}");
        let shown = self.done("ec2:DescribeNetworkInterfaces", &asked, "<R/>");
        shown.matches("<networkInterfaceId>").count()
    }
}

fn in_use(code: &str) -> (String, bool) {
    (code.to_owned(), false)
}

fn passing(code: &str) -> (String, bool) {
    (code.to_owned(), true)
}

const BALANCER: &str = "LoadBalancerArn=x%3Aloadbalancer%2Fapp%2Fmain%2F1";

#[test]
fn a_vpc_is_kept_by_what_is_in_it() {
    let trial = Trial::network(AT_ONCE);
    let steps = [
        ("ec2:DeleteSubnet", "SubnetId=subnet-a"),
        ("ec2:DeleteSubnet", "SubnetId=subnet-b"),
        ("ec2:DeleteSecurityGroup", "GroupId=sg-1"),
        ("ec2:DetachInternetGateway", "InternetGatewayId=igw-1&VpcId=vpc-1"),
    ];
    for (name, asked) in steps {
        assert_eq!(trial.refused("ec2:DeleteVpc", "VpcId=vpc-1"), in_use("DependencyViolation"));
        trial.done(name, asked, "<R/>");
    }
    trial.done("ec2:DeleteVpc", "VpcId=vpc-1", "<R/>");
    let gone = trial.refused("ec2:CreateSubnet", "VpcId=vpc-1");
    assert_eq!(gone, in_use("InvalidVpcID.NotFound"));
}

#[test]
fn an_attached_gateway_stays_and_an_associated_table_too() {
    let trial = Trial::network(AT_ONCE);
    let kept = in_use("DependencyViolation");
    assert_eq!(trial.refused("ec2:DeleteInternetGateway", "InternetGatewayId=igw-1"), kept);
    let table = "<R><routeTable><routeTableId>rtb-1</routeTableId></routeTable></R>";
    trial.done("ec2:CreateRouteTable", "VpcId=vpc-1", table);
    let associate = "RouteTableId=rtb-1&SubnetId=subnet-a";
    let answer = "<R><associationId>rtbassoc-1</associationId></R>";
    trial.done("ec2:AssociateRouteTable", associate, answer);
    let twice = trial.refused("ec2:AssociateRouteTable", associate);
    assert_eq!(twice, in_use("Resource.AlreadyAssociated"));
    assert_eq!(trial.refused("ec2:DeleteRouteTable", "RouteTableId=rtb-1"), kept);
    trial.done("ec2:DisassociateRouteTable", "AssociationId=rtbassoc-1", "<R/>");
    trial.done("ec2:DeleteRouteTable", "RouteTableId=rtb-1", "<R/>");
}

#[test]
fn a_nat_gateway_keeps_its_address_and_the_way_out_until_it_is_deleted() {
    let trial = Trial::network(Times { pending: NEVER, ..AT_ONCE });
    trial.done("ec2:AllocateAddress", "", "<R><allocationId>eipalloc-1</allocationId></R>");
    let item = "<natGatewayId>nat-1</natGatewayId><state>available</state>";
    let asked = "SubnetId=subnet-a&AllocationId=eipalloc-1";
    let answer = format!("<R><natGateway>{item}</natGateway></R>");
    let shown = trial.done("ec2:CreateNatGateway", asked, &answer);
    assert!(shown.contains("<state>pending</state>"), "{shown}");
    let release = || trial.refused("ec2:ReleaseAddress", "AllocationId=eipalloc-1");
    let detach =
        || trial.refused("ec2:DetachInternetGateway", "InternetGatewayId=igw-1&VpcId=vpc-1");
    assert_eq!(release(), in_use("InvalidIPAddress.InUse"));
    assert_eq!(detach(), in_use("DependencyViolation"));
    trial.done("ec2:DeleteNatGateway", "NatGatewayId=nat-1", "<R/>");
    let list = format!("<R><natGatewaySet><item>{item}</item></natGatewaySet></R>");
    let shown = trial.done("ec2:DescribeNatGateways", "", &list);
    assert!(shown.contains("<state>deleting</state>"), "{shown}");
    assert_eq!(release(), passing("InvalidIPAddress.InUse"));
    assert_eq!(detach(), passing("DependencyViolation"));
}

#[test]
fn a_group_is_kept_by_the_rules_that_name_it() {
    let trial = Trial::network(AT_ONCE);
    trial.group("sg-2");
    let rule = "GroupId=sg-2&IpPermissions.1.Groups.1.GroupId=sg-1";
    trial.done("ec2:AuthorizeSecurityGroupIngress", rule, "<R/>");
    let listed = "<R><set><item><securityGroupRuleId>sgr-1</securityGroupRuleId>\
                  <groupId>sg-2</groupId><referencedGroupInfo><groupId>sg-1</groupId>\
                  </referencedGroupInfo></item></set></R>";
    trial.done("ec2:DescribeSecurityGroupRules", "", listed);
    let kept = trial.refused("ec2:DeleteSecurityGroup", "GroupId=sg-1");
    assert_eq!(kept, in_use("DependencyViolation"));
    let revoke = "GroupId=sg-2&SecurityGroupRuleId.1=sgr-1";
    trial.done("ec2:RevokeSecurityGroupIngress", revoke, "<R/>");
    trial.done("ec2:DeleteSecurityGroup", "GroupId=sg-1", "<R/>");
}

#[tokio::test(start_paused = true)]
async fn the_interfaces_of_a_load_balancer_outlive_it() {
    let linger = Duration::from_millis(50);
    let trial = Trial::network(Times { linger, ..AT_ONCE });
    trial.balancer();
    let subnet = || trial.refused("ec2:DeleteSubnet", "SubnetId=subnet-a");
    let group = || trial.refused("ec2:DeleteSecurityGroup", "GroupId=sg-1");
    assert_eq!(subnet(), in_use("DependencyViolation"));
    assert_eq!(trial.interfaces("description", "ELB+app%2Fmain%2F1"), 2);
    trial.done("elasticloadbalancing:DeleteLoadBalancer", BALANCER, "<R/>");
    assert_eq!(subnet(), passing("DependencyViolation"));
    assert_eq!(group(), passing("DependencyViolation"));
    assert_eq!(trial.interfaces("subnet-id", "subnet-b"), 1);
    advance(linger).await;
    assert_eq!(trial.interfaces("vpc-id", "vpc-1"), 0);
    trial.done("ec2:DeleteSubnet", "SubnetId=subnet-a", "<R/>");
    trial.done("ec2:DeleteSecurityGroup", "GroupId=sg-1", "<R/>");
}

#[test]
fn an_interface_of_others_stays() {
    let trial = Trial::network(AT_ONCE);
    let id = "<networkInterfaceId>eni-1</networkInterfaceId>";
    let answer = format!("<R><networkInterface>{id}</networkInterface></R>");
    trial.done("ec2:CreateNetworkInterface", "SubnetId=subnet-a&Description=mine", &answer);
    let kept = trial.refused("ec2:DeleteSubnet", "SubnetId=subnet-a");
    assert_eq!(kept, in_use("DependencyViolation"));
    trial.done("ec2:DeleteNetworkInterface", "NetworkInterfaceId=eni-1", "<R/>");
    trial.done("ec2:DeleteSubnet", "SubnetId=subnet-a", "<R/>");
}

#[test]
fn a_load_balancer_needs_a_way_out_and_what_protects_it_keeps_it() {
    let trial = Trial::network(AT_ONCE);
    trial.balancer();
    let twice = "Name=main&Subnets.member.1=subnet-a";
    let twice = trial.refused("elasticloadbalancing:CreateLoadBalancer", twice);
    assert_eq!(twice, in_use("DuplicateLoadBalancerName"));
    let protect = |on: bool| {
        let key = "Attributes.member.1.Key=deletion_protection.enabled";
        let asked = format!("{BALANCER}&{key}&Attributes.member.1.Value={on}");
        trial.done("elasticloadbalancing:ModifyLoadBalancerAttributes", &asked, "<R/>");
    };
    protect(true);
    let kept = trial.refused("elasticloadbalancing:DeleteLoadBalancer", BALANCER);
    assert_eq!(kept, in_use("OperationNotPermitted"));
    protect(false);
    trial.done("elasticloadbalancing:DeleteLoadBalancer", BALANCER, "<R/>");
    trial.done("ec2:DetachInternetGateway", "InternetGatewayId=igw-1&VpcId=vpc-1", "<R/>");
    let asked = "Name=main&Subnets.member.1=subnet-a";
    let shut = trial.refused("elasticloadbalancing:CreateLoadBalancer", asked);
    assert_eq!(shut, in_use("InvalidSubnet"));
}

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

#[tokio::test(start_paused = true)]
async fn what_is_new_is_not_heard_of_at_once() {
    let unheard = Duration::from_millis(50);
    let trial = Trial::new(Times { unheard, ..AT_ONCE });
    trial.done("ec2:CreateVpc", "", "<R><vpc><vpcId>vpc-1</vpcId></vpc></R>");
    let early = trial.refused("ec2:CreateSubnet", "VpcId=vpc-1");
    assert_eq!(early, passing("InvalidVpcID.NotFound"));
    advance(unheard).await;
    trial.done("ec2:CreateSubnet", "VpcId=vpc-1", "<R/>");
}
