mod services;

use std::time::Duration;

use tokio::time::advance;

use super::*;

/// Nothing takes its time.
const AT_ONCE: Times =
    Times { pending: Duration::ZERO, linger: Duration::ZERO, unheard: Duration::ZERO };
/// Everything takes longer than a test.
const NEVER: Duration = Duration::from_hours(1);

/// An account in which calls are made that the emulator would all accept.
struct Trial(Refusals);

impl Trial {
    fn new(times: Times) -> Self {
        Self(Refusals::new(times))
    }

    fn call(name: &str, body: &str) -> Call {
        let (service, operation) = name.split_once(':').unwrap();
        Call {
            service: service.into(),
            operation: operation.into(),
            body: body.into(),
            ..Call::default()
        }
    }

    /// Makes a call that must pass; returns the answer as it is shown.
    fn done(&self, name: &str, body: &str, answer: &str) -> String {
        let call = Self::call(name, body);
        assert_eq!(self.0.before(&call), Before::Pass, "{name} {body}");
        let answer = Answer { status: 200, body: answer.to_owned().into() };
        let answer = self.0.shown(&call, answer).unwrap();
        String::from_utf8_lossy(&answer.body).into_owned()
    }

    /// Makes a call that must be refused; returns the code and whether it passes by itself.
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
    let table = "<R><routeTable><routeTableId>rtb-1</routeTableId></routeTable></R>";
    trial.done("ec2:CreateRouteTable", "VpcId=vpc-1", table);
    let route = trial.refused("ec2:CreateRoute", "RouteTableId=rtb-1&NatGatewayId=nat-1");
    assert_eq!(route, passing("InvalidNatGatewayID.NotFound"));
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
