"""Makes, by hand as it were, what is not nk's: what others.rs asks for.

Usage: strangers.py ENDPOINT REGION PREFIX names nobody   things with the stack's names and no tags
       strangers.py ENDPOINT REGION PREFIX names other    the same, with another stack's tags
       strangers.py ENDPOINT REGION PREFIX gone           removes them
       strangers.py ENDPOINT REGION PREFIX inside         things within and beside the stack's own
       strangers.py ENDPOINT REGION PREFIX look           those, as they are now
       strangers.py ENDPOINT REGION PREFIX outside        removes what keeps the stack's VPC of those
       strangers.py ENDPOINT REGION PREFIX group          a group of theirs in the place of the stack's
       strangers.py ENDPOINT REGION PREFIX twins          second ones of the stack's, by its tags
       strangers.py ENDPOINT REGION PREFIX certificate    a certificate for HTTPS; prints its ARN
       strangers.py ENDPOINT REGION PREFIX rules          two more rules in a group of the stack's
       strangers.py ENDPOINT REGION PREFIX rule           takes one of them away again
       strangers.py ENDPOINT REGION PREFIX scanning       has the registry decide what is scanned
       strangers.py ENDPOINT REGION PREFIX provider       one more place for users to come from
       strangers.py ENDPOINT REGION PREFIX providers      where users may come from
       strangers.py ENDPOINT REGION PREFIX client         the app client of the stack's user pool
       strangers.py ENDPOINT REGION PREFIX delete-secret NAME [force]
                                                          schedules it for deletion, or removes it

Prints JSON: the addresses whose names are taken, or the things themselves.
"""

import json
import sys

import boto3

ENDPOINT, REGION, PREFIX = sys.argv[1:4]
LOWER = PREFIX.lower()
SESSION = boto3.Session(
    aws_access_key_id="nk-local", aws_secret_access_key="nk-local", region_name=REGION
)
CLIENTS = {}
TRUST = json.dumps(
    {
        "Version": "2012-10-17",
        "Statement": [
            {
                "Effect": "Allow",
                "Principal": {"Service": "ec2.amazonaws.com"},
                "Action": "sts:AssumeRole",
            }
        ],
    }
)
MINE = {"Key": "whose", "Value": "mine"}


def aws(service):
    """A client, made once."""
    if service not in CLIENTS:
        CLIENTS[service] = SESSION.client(service, endpoint_url=ENDPOINT)
    return CLIENTS[service]


def default_network():
    """The VPC that every account has, and two of its subnets."""
    ec2 = aws("ec2")
    filters = [{"Name": "is-default", "Values": ["true"]}]
    vpc = ec2.describe_vpcs(Filters=filters)["Vpcs"][0]["VpcId"]
    filters = [{"Name": "vpc-id", "Values": [vpc]}]
    subnets = ec2.describe_subnets(Filters=filters)["Subnets"]
    return vpc, [one["SubnetId"] for one in subnets][:2]


def pool():
    """The id of the first user pool with our name."""
    listed = aws("cognito-idp").list_user_pools(MaxResults=60)["UserPools"]
    return next(one["Id"] for one in listed if one["Name"] == f"{PREFIX}-user-pool")


def client():
    """The client of that pool, as it is described."""
    cognito = aws("cognito-idp")
    clients = cognito.list_user_pool_clients(UserPoolId=pool(), MaxResults=60)["UserPoolClients"]
    described = cognito.describe_user_pool_client(
        UserPoolId=pool(), ClientId=clients[0]["ClientId"]
    )
    return described["UserPoolClient"]


def provider():
    """Lets users come from one more place."""
    cognito = aws("cognito-idp")
    cognito.create_identity_provider(
        UserPoolId=pool(),
        ProviderName="Mine",
        ProviderType="OIDC",
        ProviderDetails={
            "client_id": "mine",
            "client_secret": "mine",
            "oidc_issuer": "https://example.com",
            "authorize_scopes": "openid",
            "attributes_request_method": "GET",
        },
        AttributeMapping={"username": "sub"},
    )
    live = client()
    for key in ("ClientSecret", "LastModifiedDate", "CreationDate"):
        live.pop(key, None)
    live["SupportedIdentityProviders"].append("Mine")
    cognito.update_user_pool_client(**live)
    return providers()


def providers():
    """Where users may come from."""
    listed = aws("cognito-idp").list_identity_providers(UserPoolId=pool())["Providers"]
    names = sorted(one["ProviderName"] for one in listed)
    return {"pool": names, "client": sorted(client()["SupportedIdentityProviders"])}


def names(whose):
    """Takes one name of each kind that is found by its name."""
    tags = {"other": {"nk:stack": "another-dev", "nk:address": "vpc.main"}, "nobody": {}}[whose]
    upper = [{"Key": key, "Value": value} for key, value in tags.items()]
    lower = [{"key": key, "value": value} for key, value in tags.items()]
    # Some services take no empty list of tags.
    some = {"Tags": upper} if upper else {}
    vpc, subnets = default_network()
    aws("iam").create_role(
        RoleName=f"{PREFIX}-ecs-task-role", AssumeRolePolicyDocument=TRUST, **some
    )
    aws("logs").create_log_group(
        logGroupName=f"/ecs/{PREFIX}-python-ai", **({"tags": tags} if tags else {})
    )
    aws("ecr").create_repository(repositoryName=f"{LOWER}-python-ai", tags=upper)
    aws("secretsmanager").create_secret(Name=f"{PREFIX}-db-password", SecretString="m", **some)
    aws("rds").create_db_subnet_group(
        DBSubnetGroupName=f"{LOWER}-db-subnet-group",
        DBSubnetGroupDescription="theirs",
        SubnetIds=subnets,
        Tags=upper,
    )
    aws("rds").create_db_instance(
        DBInstanceIdentifier=f"{LOWER}-db",
        DBInstanceClass="db.t3.micro",
        Engine="postgres",
        AllocatedStorage=20,
        MasterUsername="theirs",
        MasterUserPassword="theirs-too",
        Tags=upper,
    )
    aws("ecs").create_cluster(clusterName=f"{PREFIX}-cluster", tags=lower)
    aws("elbv2").create_load_balancer(Name=f"{PREFIX}-alb", Subnets=subnets, **some)
    aws("elbv2").create_target_group(
        Name=f"{PREFIX}-backend-go-tg", Protocol="HTTP", Port=80, VpcId=vpc, **some
    )
    aws("cloudwatch").put_dashboard(
        DashboardName=PREFIX, DashboardBody=json.dumps({"widgets": []}), **some
    )
    aws("cloudwatch").put_metric_alarm(
        AlarmName=f"{PREFIX}-db-cpu-high",
        Namespace="AWS/RDS",
        MetricName="CPUUtilization",
        Statistic="Average",
        Period=60,
        EvaluationPeriods=1,
        Threshold=1,
        ComparisonOperator="GreaterThanThreshold",
        **some,
    )
    aws("cognito-idp").create_user_pool(PoolName=f"{PREFIX}-user-pool", UserPoolTags=tags)
    return [
        "alarm.db-cpu", "cluster.main", "dashboard.main", "db-instance.main",
        "db-subnet-group.main", "load-balancer.main", "log-group.python-ai",
        "repository.python-ai", "role.ecs-task", "secret.db-password", "target-group.backend-go",
        "user-pool.main",
    ]


def gone():
    """Gives the names back."""
    elb, rds = aws("elbv2"), aws("rds")
    aws("iam").delete_role(RoleName=f"{PREFIX}-ecs-task-role")
    aws("logs").delete_log_group(logGroupName=f"/ecs/{PREFIX}-python-ai")
    aws("ecr").delete_repository(repositoryName=f"{LOWER}-python-ai")
    aws("secretsmanager").delete_secret(
        SecretId=f"{PREFIX}-db-password", ForceDeleteWithoutRecovery=True
    )
    rds.delete_db_instance(DBInstanceIdentifier=f"{LOWER}-db", SkipFinalSnapshot=True)
    rds.delete_db_subnet_group(DBSubnetGroupName=f"{LOWER}-db-subnet-group")
    aws("ecs").delete_cluster(cluster=f"{PREFIX}-cluster")
    balancers = elb.describe_load_balancers(Names=[f"{PREFIX}-alb"])["LoadBalancers"]
    elb.delete_load_balancer(LoadBalancerArn=balancers[0]["LoadBalancerArn"])
    groups = elb.describe_target_groups(Names=[f"{PREFIX}-backend-go-tg"])["TargetGroups"]
    elb.delete_target_group(TargetGroupArn=groups[0]["TargetGroupArn"])
    aws("cognito-idp").delete_user_pool(UserPoolId=pool())
    aws("cloudwatch").delete_dashboards(DashboardNames=[PREFIX])
    aws("cloudwatch").delete_alarms(AlarmNames=[f"{PREFIX}-db-cpu-high"])
    return []


def inside():
    """Things in the stack's VPC, things that look like the stack's, and a tag on its VPC."""
    ec2 = aws("ec2")
    filters = [{"Name": "tag:nk:stack", "Values": [PREFIX]}]
    vpc = ec2.describe_vpcs(Filters=filters)["Vpcs"][0]["VpcId"]

    def tagged(kind):
        tags = [MINE, {"Key": "Name", "Value": f"{PREFIX}-vpc"}]
        return [{"ResourceType": kind, "Tags": tags}]

    ec2.create_tags(Resources=[vpc], Tags=[MINE])
    ec2.create_vpc(CidrBlock="10.9.0.0/16", TagSpecifications=tagged("vpc"))
    ec2.create_subnet(VpcId=vpc, CidrBlock="10.0.99.0/24", TagSpecifications=tagged("subnet"))
    ec2.create_security_group(
        VpcId=vpc,
        GroupName="mine",
        Description="mine",
        TagSpecifications=tagged("security-group"),
    )
    ec2.create_route_table(VpcId=vpc, TagSpecifications=tagged("route-table"))
    filters = [{"Name": "tag:nk:address", "Values": ["subnet.private-1"]}]
    subnet = ec2.describe_subnets(Filters=filters)["Subnets"][0]["SubnetId"]
    ec2.create_network_interface(
        SubnetId=subnet,
        Description="of mine",
        TagSpecifications=tagged("network-interface"),
    )
    ec2.allocate_address(Domain="vpc", TagSpecifications=tagged("elastic-ip"))
    aws("iam").create_role(RoleName=f"{PREFIX}-mine", AssumeRolePolicyDocument=TRUST, Tags=[MINE])
    aws("secretsmanager").create_secret(Name=f"{PREFIX}-mine", SecretString="m", Tags=[MINE])
    aws("logs").create_log_group(logGroupName=f"/ecs/{PREFIX}-mine", tags={"whose": "mine"})
    aws("ecr").create_repository(repositoryName=f"{LOWER}-mine", tags=[MINE])
    aws("cognito-idp").create_user_pool(
        PoolName=f"{PREFIX}-mine", UserPoolTags={"whose": "mine"}
    )
    aws("cloudwatch").put_dashboard(
        DashboardName=f"{PREFIX}-mine", DashboardBody=json.dumps({"widgets": []})
    )
    return look()


def group():
    """Puts a security group of theirs in the place of one of the stack's, by the same name."""
    ec2 = aws("ec2")
    name = f"{PREFIX}-rds-sg"
    filters = [{"Name": "group-name", "Values": [name]}]
    ours = ec2.describe_security_groups(Filters=filters)["SecurityGroups"][0]
    ec2.delete_security_group(GroupId=ours["GroupId"])
    theirs = ec2.create_security_group(VpcId=ours["VpcId"], GroupName=name, Description="mine")
    return theirs["GroupId"]


def twins():
    """Makes second ones, with the tags of the first and in use, of what AWS lets be there twice."""
    ec2, cognito = aws("ec2"), aws("cognito-idp")

    def tags(address):
        return {"nk:stack": PREFIX, "nk:address": address}

    def tagged(kind, address):
        pairs = [{"Key": key, "Value": value} for key, value in tags(address).items()]
        return [{"ResourceType": kind, "Tags": pairs}]

    vpc, subnets = default_network()
    gateway = ec2.create_internet_gateway(
        TagSpecifications=tagged("internet-gateway", "internet-gateway.main")
    )["InternetGateway"]["InternetGatewayId"]
    ec2.attach_internet_gateway(InternetGatewayId=gateway, VpcId=vpc)
    address = ec2.allocate_address(
        Domain="vpc", TagSpecifications=tagged("elastic-ip", "elastic-ip.nat-1")
    )["AllocationId"]
    interface = ec2.create_network_interface(SubnetId=subnets[0])["NetworkInterface"]
    ec2.associate_address(
        AllocationId=address, NetworkInterfaceId=interface["NetworkInterfaceId"]
    )
    pool = cognito.create_user_pool(
        PoolName=f"{PREFIX}-user-pool", UserPoolTags=tags("user-pool.main")
    )["UserPool"]["Id"]
    return {"internet-gateway.main": gateway, "elastic-ip.nat-1": address, "user-pool.main": pool}


def certificate():
    """A certificate as its owner has it issued."""
    return aws("acm").request_certificate(DomainName="example.com")["CertificateArn"]


def outside():
    """Removes what stands in the stack's VPC."""
    ec2 = aws("ec2")
    there = look()
    for one in there["interfaces"]:
        ec2.delete_network_interface(NetworkInterfaceId=one["NetworkInterfaceId"])
    for one in there["subnets"]:
        ec2.delete_subnet(SubnetId=one["SubnetId"])
    for one in there["groups"]:
        ec2.delete_security_group(GroupId=one["GroupId"])
    for one in there["tables"]:
        ec2.delete_route_table(RouteTableId=one["RouteTableId"])
    return []


def look():
    """The things that `inside` has made."""
    ec2, cognito = aws("ec2"), aws("cognito-idp")
    filters = [{"Name": "tag:whose", "Values": ["mine"]}]
    listed = cognito.list_user_pools(MaxResults=60)["UserPools"]
    pools = [cognito.describe_user_pool(UserPoolId=one["Id"])["UserPool"] for one in listed]
    dashboard = aws("cloudwatch").get_dashboard(DashboardName=f"{PREFIX}-mine")
    vpcs = ec2.describe_vpcs(Filters=filters)["Vpcs"]
    secret = aws("secretsmanager").get_secret_value(SecretId=f"{PREFIX}-mine")
    logs = aws("logs").describe_log_groups(logGroupNamePrefix=f"/ecs/{PREFIX}-mine")
    images = aws("ecr").describe_repositories(repositoryNames=[f"{LOWER}-mine"])
    return {
        "vpcs": [one for one in vpcs if one["CidrBlock"] == "10.9.0.0/16"],
        "subnets": ec2.describe_subnets(Filters=filters)["Subnets"],
        "interfaces": ec2.describe_network_interfaces(Filters=filters)["NetworkInterfaces"],
        "groups": ec2.describe_security_groups(Filters=filters)["SecurityGroups"],
        "tables": ec2.describe_route_tables(Filters=filters)["RouteTables"],
        "addresses": ec2.describe_addresses(Filters=filters)["Addresses"],
        "role": aws("iam").get_role(RoleName=f"{PREFIX}-mine")["Role"],
        "secret": secret["SecretString"],
        "logs": logs["logGroups"],
        "images": images["repositories"],
        "pools": [one for one in pools if one.get("UserPoolTags", {}).get("whose") == "mine"],
        "dashboard": dashboard["DashboardBody"],
    }


def ingress(*ports):
    """A group of the stack's, and rules that let anybody in by these ports."""
    filters = [{"Name": "group-name", "Values": [f"{PREFIX}-alb-sg"]}]
    found = aws("ec2").describe_security_groups(Filters=filters)["SecurityGroups"]
    ranges = [{"CidrIp": "0.0.0.0/0"}]
    permissions = [
        {"IpProtocol": "tcp", "FromPort": port, "ToPort": port, "IpRanges": ranges}
        for port in ports
    ]
    return {"GroupId": found[0]["GroupId"], "IpPermissions": permissions}


def scanning():
    """Has the registry scan what it likes; the repositories then say that nothing is scanned."""
    ecr = aws("ecr")
    ecr.put_registry_scanning_configuration(
        scanType="ENHANCED",
        rules=[
            {
                "scanFrequency": "CONTINUOUS_SCAN",
                "repositoryFilters": [{"filter": "*", "filterType": "WILDCARD"}],
            }
        ],
    )
    for one in ecr.describe_repositories()["repositories"]:
        if one["repositoryName"].startswith(f"{LOWER}-"):
            ecr.put_image_scanning_configuration(
                repositoryName=one["repositoryName"],
                imageScanningConfiguration={"scanOnPush": False},
            )
    return []


def main():
    match sys.argv[4:]:
        case ["names", whose]:
            made = names(whose)
        case ["gone"]:
            made = gone()
        case ["inside"]:
            made = inside()
        case ["look"]:
            made = look()
        case ["outside"]:
            made = outside()
        case ["provider"]:
            made = provider()
        case ["providers"]:
            made = providers()
        case ["client"]:
            made = client()
        case ["delete-secret", name, *how]:
            forced = {"ForceDeleteWithoutRecovery": True} if how else {}
            made = aws("secretsmanager").delete_secret(SecretId=f"{PREFIX}-{name}", **forced)
        case ["group"]:
            made = group()
        case ["twins"]:
            made = twins()
        case ["certificate"]:
            made = certificate()
        case ["rules"]:
            made = aws("ec2").authorize_security_group_ingress(**ingress(22, 23))["Return"]
        case ["rule"]:
            made = aws("ec2").revoke_security_group_ingress(**ingress(22))["Return"]
        case ["scanning"]:
            made = scanning()
        case other:
            sys.exit(f"what is {other}?")
    print(json.dumps(made, default=str, sort_keys=True))


main()
