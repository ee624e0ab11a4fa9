"""Changes one attribute of one resource behind nk's back: what conformance.rs asks for.

Usage: meddle.py ENDPOINT REGION PREFIX list            the drifts there are, as JSON
       meddle.py ENDPOINT REGION PREFIX drift LAYER     all drifts of one layer
       meddle.py ENDPOINT REGION PREFIX remove WAVE     removes resources; prints their addresses
       meddle.py ENDPOINT REGION PREFIX do DEED         what policy.rs asks for

PREFIX is the stack's, as in `neuraKnot-prod`. A layer has at most one drift of each resource, so
that a plan can be held against it resource by resource.
"""

import itertools
import json
import sys

import boto3

ENDPOINT, REGION, PREFIX = sys.argv[1:4]
LOWER = PREFIX.lower()
SESSION = boto3.Session(
    aws_access_key_id="nk-local", aws_secret_access_key="nk-local", region_name=REGION
)
CLIENTS = {}
DRIFTS = []


def aws(service):
    """A client, made once."""
    if service not in CLIENTS:
        CLIENTS[service] = SESSION.client(service, endpoint_url=ENDPOINT)
    return CLIENTS[service]


def drift(address, *paths, also=None, least=0):
    """Registers a drift: the address, the paths that a plan must show as changed there, what else
    must change with it, by address, and the least layer that it may be in."""

    def register(function):
        taken = {one["layer"] for one in DRIFTS if one["address"] == address}
        layer = next(layer for layer in itertools.count(least) if layer not in taken)
        DRIFTS.append(
            {
                "address": address,
                "paths": sorted(paths),
                "also": {key: sorted(value) for key, value in (also or {}).items()},
                "layer": layer,
                "do": function,
            }
        )
        return function

    return register


# The ids behind the addresses.


def tagged(operation, key, name, address):
    """The EC2 resource with this address."""
    filters = [
        {"Name": "tag:nk:stack", "Values": [PREFIX]},
        {"Name": "tag:nk:address", "Values": [address]},
    ]
    found = getattr(aws("ec2"), operation)(Filters=filters)[key]
    # NAT gateways stay listed for a while after they are gone.
    found = [one for one in found if one.get("State") not in ("deleted", "deleting")]
    assert len(found) == 1, f"{address}: {found}"
    return found[0][name]


def vpc():
    return tagged("describe_vpcs", "Vpcs", "VpcId", "vpc.main")


def gateway():
    return tagged(
        "describe_internet_gateways", "InternetGateways", "InternetGatewayId",
        "internet-gateway.main",
    )


def subnet(name):
    return tagged("describe_subnets", "Subnets", "SubnetId", f"subnet.{name}")


def address(name):
    return tagged("describe_addresses", "Addresses", "AllocationId", f"elastic-ip.{name}")


def nat(name):
    # Not every emulator filters these, so it is done here.
    wanted = {"nk:stack": PREFIX, "nk:address": f"nat-gateway.{name}"}
    for one in aws("ec2").describe_nat_gateways()["NatGateways"]:
        tags = {tag["Key"]: tag["Value"] for tag in one.get("Tags", [])}
        if one["State"] == "available" and wanted.items() <= tags.items():
            return one["NatGatewayId"]
    raise LookupError(name)


def table(name):
    return tagged("describe_route_tables", "RouteTables", "RouteTableId", f"route-table.{name}")


def group(name):
    return tagged(
        "describe_security_groups", "SecurityGroups", "GroupId", f"security-group.{name}"
    )


def secret(name):
    return f"{PREFIX}-{name}"


def pool():
    # By its tags, as it may have been renamed.
    cognito = aws("cognito-idp")
    for one in cognito.list_user_pools(MaxResults=60)["UserPools"]:
        live = cognito.describe_user_pool(UserPoolId=one["Id"])["UserPool"]
        if live["UserPoolTags"].get("nk:stack") == PREFIX:
            return one["Id"]
    raise LookupError("no pool")


def client():
    clients = aws("cognito-idp").list_user_pool_clients(UserPoolId=pool())["UserPoolClients"]
    return next(one["ClientId"] for one in clients if one["ClientName"] == f"{PREFIX}-client")


def database():
    return aws("rds").describe_db_instances(DBInstanceIdentifier=f"{LOWER}-db")["DBInstances"][0]


def cluster():
    return f"{PREFIX}-cluster"


def balancer():
    return aws("elbv2").describe_load_balancers(Names=[f"{PREFIX}-alb"])["LoadBalancers"][0]


def target_group(name):
    groups = aws("elbv2").describe_target_groups(Names=[f"{PREFIX}-{name}-tg"])["TargetGroups"]
    return groups[0]["TargetGroupArn"]


def listener(port):
    found = aws("elbv2").describe_listeners(LoadBalancerArn=balancer()["LoadBalancerArn"])
    return next(one["ListenerArn"] for one in found["Listeners"] if one["Port"] == port)


def rule(port):
    rules = aws("elbv2").describe_rules(ListenerArn=listener(port))["Rules"]
    return next(one["RuleArn"] for one in rules if not one["IsDefault"])


def alarm(name):
    return f"{PREFIX}-{name}-high"


# VPC, subnets, gateways, addresses.


def retag(address, identify):
    """The drift of a tag of something in EC2."""

    @drift(address, "tags.Name")
    def _():
        aws("ec2").create_tags(Resources=[identify()], Tags=[{"Key": "Name", "Value": "mine"}])


retag("vpc.main", vpc)
retag("internet-gateway.main", gateway)
retag("subnet.private-1", lambda: subnet("private-1"))
retag("elastic-ip.nat-1", lambda: address("nat-1"))
retag("nat-gateway.nat-1", lambda: nat("nat-1"))
retag("route-table.private-1", lambda: table("private-1"))
retag("security-group.alb", lambda: group("alb"))


@drift("vpc.main", "dns-hostnames")
def _():
    aws("ec2").modify_vpc_attribute(VpcId=vpc(), EnableDnsHostnames={"Value": False})


@drift("vpc.main", "dns-support")
def _():
    aws("ec2").modify_vpc_attribute(VpcId=vpc(), EnableDnsSupport={"Value": False})


@drift("vpc.main", "tags.Project")
def _():
    aws("ec2").delete_tags(Resources=[vpc()], Tags=[{"Key": "Project"}])


@drift("internet-gateway.main", "vpc")
def _():
    aws("ec2").detach_internet_gateway(InternetGatewayId=gateway(), VpcId=vpc())


@drift("subnet.private-1", "public-addresses")
def _():
    aws("ec2").modify_subnet_attribute(
        SubnetId=subnet("private-1"), MapPublicIpOnLaunch={"Value": True}
    )


# Routes.


@drift("route-table.private-1", "routes")
def _():
    aws("ec2").create_route(
        RouteTableId=table("private-1"),
        DestinationCidrBlock="192.168.0.0/16",
        NatGatewayId=nat("nat-2"),
    )


@drift("route-table.private-1", "routes")
def _():
    aws("ec2").replace_route(
        RouteTableId=table("private-1"),
        DestinationCidrBlock="0.0.0.0/0",
        GatewayId=gateway(),
    )


@drift("route-table.private-1", "routes")
def _():
    aws("ec2").delete_route(RouteTableId=table("private-1"), DestinationCidrBlock="0.0.0.0/0")


def association(name):
    tables = aws("ec2").describe_route_tables(RouteTableIds=[table(name)])["RouteTables"]
    return tables[0]["Associations"][0]["RouteTableAssociationId"]


@drift("route-table.private-1", "subnets")
def _():
    aws("ec2").disassociate_route_table(AssociationId=association("private-1"))


# By which call this is mended depends on which of the tables is first: not for ordeals, which take
# the layers before.
@drift("route-table.public", "subnets", also={"route-table.private-2": ["subnets"]}, least=3)
def _():
    aws("ec2").replace_route_table_association(
        AssociationId=association("private-2"), RouteTableId=table("public")
    )


# Security groups.


def permission(port, source):
    return [{"IpProtocol": "tcp", "FromPort": port, "ToPort": port, **source}]


ANYWHERE = {"IpRanges": [{"CidrIp": "0.0.0.0/0"}]}
EVERYTHING = [{"IpProtocol": "-1", "IpRanges": [{"CidrIp": "0.0.0.0/0"}]}]


@drift("security-group.alb", "ingress")
def _():
    aws("ec2").authorize_security_group_ingress(
        GroupId=group("alb"), IpPermissions=permission(22, ANYWHERE)
    )


@drift("security-group.alb", "ingress")
def _():
    aws("ec2").revoke_security_group_ingress(
        GroupId=group("alb"), IpPermissions=permission(80, ANYWHERE)
    )


@drift("security-group.ecs", "egress")
def _():
    aws("ec2").revoke_security_group_egress(GroupId=group("ecs"), IpPermissions=EVERYTHING)


@drift("security-group.ecs", "ingress")
def _():
    pairs = {"UserIdGroupPairs": [{"GroupId": group("ecs")}]}
    aws("ec2").revoke_security_group_ingress(
        GroupId=group("ecs"), IpPermissions=permission(8000, pairs)
    )


@drift("security-group.rds", "egress")
def _():
    aws("ec2").authorize_security_group_egress(
        GroupId=group("rds"), IpPermissions=permission(443, ANYWHERE)
    )


@drift("security-group.rds", "ingress")
def _():
    pairs = {"UserIdGroupPairs": [{"GroupId": group("alb")}]}
    aws("ec2").authorize_security_group_ingress(
        GroupId=group("rds"), IpPermissions=permission(5432, pairs)
    )


def rule_id(name, port):
    filters = [{"Name": "group-id", "Values": [group(name)]}]
    rules = aws("ec2").describe_security_group_rules(Filters=filters)["SecurityGroupRules"]
    return next(one["SecurityGroupRuleId"] for one in rules if one["FromPort"] == port)


@drift("security-group.rds", "rule-tags.Name")
def _():
    aws("ec2").create_tags(
        Resources=[rule_id("rds", 5432)], Tags=[{"Key": "Name", "Value": "mine"}]
    )


@drift("security-group.ecs", "rule-tags.Project")
def _():
    aws("ec2").delete_tags(Resources=[rule_id("ecs", 8080)], Tags=[{"Key": "Project"}])


# Roles.

TASK, EXECUTION = f"{PREFIX}-ecs-task-role", f"{PREFIX}-ecs-task-execution-role"
MONITORING = f"{PREFIX}-rds-enhanced-monitoring-role"
NOTHING = json.dumps(
    {
        "Version": "2012-10-17",
        "Statement": [{"Effect": "Deny", "Action": "s3:*", "Resource": "*"}],
    }
)


@drift("role.ecs-task", "trust.Statement")
def _():
    trust = {
        "Version": "2012-10-17",
        "Statement": [
            {
                "Effect": "Allow",
                "Principal": {"Service": "lambda.amazonaws.com"},
                "Action": "sts:AssumeRole",
            }
        ],
    }
    aws("iam").update_assume_role_policy(RoleName=TASK, PolicyDocument=json.dumps(trust))


@drift("role.ecs-task", "managed")
def _():
    aws("iam").attach_role_policy(RoleName=TASK, PolicyArn="arn:aws:iam::aws:policy/ReadOnlyAccess")


@drift("role.ecs-task", "tags.Name")
def _():
    aws("iam").tag_role(RoleName=TASK, Tags=[{"Key": "Name", "Value": "mine"}])


@drift("role.ecs-task", "tags.Environment")
def _():
    aws("iam").untag_role(RoleName=TASK, TagKeys=["Environment"])


@drift("role.ecs-task", "inline.cognito")
def _():
    aws("iam").delete_role_policy(RoleName=TASK, PolicyName="cognito")


@drift("role.ecs-task-execution", "inline.mine")
def _():
    aws("iam").put_role_policy(RoleName=EXECUTION, PolicyName="mine", PolicyDocument=NOTHING)


@drift("role.ecs-task-execution", "inline.secrets.Statement")
def _():
    aws("iam").put_role_policy(RoleName=EXECUTION, PolicyName="secrets", PolicyDocument=NOTHING)


@drift("role.rds-enhanced-monitoring", "managed")
def _():
    aws("iam").detach_role_policy(
        RoleName=MONITORING,
        PolicyArn="arn:aws:iam::aws:policy/service-role/AmazonRDSEnhancedMonitoringRole",
    )


# Log groups, repositories, secrets.

LOGS = f"/ecs/{PREFIX}-python-ai"


def log_arn():
    groups = aws("logs").describe_log_groups(logGroupNamePrefix=LOGS)["logGroups"]
    return groups[0]["arn"].removesuffix(":*")


@drift("log-group.python-ai", "retention")
def _():
    aws("logs").put_retention_policy(logGroupName=LOGS, retentionInDays=1)


@drift("log-group.python-ai", "retention")
def _():
    aws("logs").delete_retention_policy(logGroupName=LOGS)


@drift("log-group.python-ai", "tags.Name")
def _():
    aws("logs").tag_resource(resourceArn=log_arn(), tags={"Name": "mine"})


@drift("log-group.python-ai", "tags.Project")
def _():
    aws("logs").untag_resource(resourceArn=log_arn(), tagKeys=["Project"])


IMAGES = f"{LOWER}-python-ai"


def repository_arn():
    found = aws("ecr").describe_repositories(repositoryNames=[IMAGES])["repositories"]
    return found[0]["repositoryArn"]


@drift("repository.python-ai", "scan-on-push")
def _():
    aws("ecr").put_image_scanning_configuration(
        repositoryName=IMAGES, imageScanningConfiguration={"scanOnPush": False}
    )


@drift("repository.python-ai", "mutable-tags")
def _():
    aws("ecr").put_image_tag_mutability(repositoryName=IMAGES, imageTagMutability="IMMUTABLE")


@drift("repository.python-ai", "tags.Name")
def _():
    aws("ecr").tag_resource(
        resourceArn=repository_arn(), tags=[{"Key": "Name", "Value": "mine"}]
    )


@drift("repository.python-ai", "lifecycle.rules")
def _():
    aws("ecr").delete_lifecycle_policy(repositoryName=IMAGES)


@drift("repository.python-ai", "lifecycle.rules")
def _():
    text = aws("ecr").get_lifecycle_policy(repositoryName=IMAGES)["lifecyclePolicyText"]
    policy = json.loads(text)
    policy["rules"][0]["selection"]["countNumber"] = 3
    aws("ecr").put_lifecycle_policy(
        repositoryName=IMAGES, lifecyclePolicyText=json.dumps(policy)
    )


@drift("secret.oauth-credentials", "description")
def _():
    aws("secretsmanager").update_secret(
        SecretId=secret("oauth-credentials"), Description="mine"
    )


@drift("secret.oauth-credentials", "tags.Name")
def _():
    aws("secretsmanager").tag_resource(
        SecretId=secret("oauth-credentials"), Tags=[{"Key": "Name", "Value": "mine"}]
    )


# Users.


def change_pool(**changes):
    """Cognito puts back to its default whatever an update leaves out."""
    cognito = aws("cognito-idp")
    live = cognito.describe_user_pool(UserPoolId=pool())["UserPool"]
    kept = {
        key: live[key]
        for key in ("Policies", "AutoVerifiedAttributes", "DeletionProtection", "UserPoolTier",
                    "AdminCreateUserConfig", "UserPoolTags", "AccountRecoverySetting")
        if key in live
    }
    kept.get("AdminCreateUserConfig", {}).pop("UnusedAccountValidityDays", None)
    cognito.update_user_pool(UserPoolId=live["Id"], **{**kept, **changes})


def change_password(**changes):
    live = aws("cognito-idp").describe_user_pool(UserPoolId=pool())["UserPool"]["Policies"]
    change_pool(Policies={**live, "PasswordPolicy": {**live["PasswordPolicy"], **changes}})


@drift("user-pool.main", "password.length")
def _():
    change_password(MinimumLength=6)


@drift("user-pool.main", "password.require")
def _():
    change_password(RequireSymbols=False)


@drift("user-pool.main", "password.temporary-days")
def _():
    change_password(TemporaryPasswordValidityDays=1)


@drift("user-pool.main", "verified")
def _():
    change_pool(AutoVerifiedAttributes=[])


@drift("user-pool.main", "name")
def _():
    change_pool(PoolName="mine")


@drift("user-pool.main", "recovery")
def _():
    change_pool(
        AccountRecoverySetting={
            "RecoveryMechanisms": [
                {"Priority": 2, "Name": "verified_email"},
                {"Priority": 1, "Name": "verified_phone_number"},
            ]
        }
    )


@drift("user-pool.main", "protected")
def _():
    change_pool(DeletionProtection="INACTIVE")


@drift("user-pool.main", "tier")
def _():
    change_pool(UserPoolTier="PLUS")


def change_pool_tags(change):
    live = aws("cognito-idp").describe_user_pool(UserPoolId=pool())["UserPool"]["UserPoolTags"]
    change(live)
    change_pool(UserPoolTags=live)


@drift("user-pool.main", "tags.Name")
def _():
    change_pool_tags(lambda tags: tags.update(Name="mine"))


@drift("user-pool.main", "tags.Project")
def _():
    change_pool_tags(lambda tags: tags.pop("Project"))


def change_client(**changes):
    cognito = aws("cognito-idp")
    live = cognito.describe_user_pool_client(UserPoolId=pool(), ClientId=client())
    live = live["UserPoolClient"]
    for key in ("ClientSecret", "LastModifiedDate", "CreationDate"):
        live.pop(key, None)
    cognito.update_user_pool_client(**{**live, **changes})


@drift("user-pool-client.main", "tokens.access-seconds")
def _():
    change_client(AccessTokenValidity=2)


@drift("user-pool-client.main", "tokens.id-seconds")
def _():
    change_client(IdTokenValidity=2)


@drift("user-pool-client.main", "tokens.refresh-seconds")
def _():
    change_client(RefreshTokenValidity=10)


@drift("user-pool-client.main", "callback-urls")
def _():
    change_client(CallbackURLs=["https://example.com/mine"])


@drift("user-pool-client.main", "logout-urls")
def _():
    change_client(LogoutURLs=["https://example.com/mine"])


@drift("user-pool-client.main", "scopes")
def _():
    change_client(AllowedOAuthScopes=["openid"])


for path, changes in {
    "flows": {"AllowedOAuthFlows": ["code", "implicit"]},
    "sign-in": {"ExplicitAuthFlows": ["ALLOW_USER_PASSWORD_AUTH"]},
    "hides-users": {"PreventUserExistenceErrors": "LEGACY"},
    "revocable": {"EnableTokenRevocation": False},
}.items():
    drift("user-pool-client.main", path)(lambda changes=changes: change_client(**changes))


@drift("user-pool-client.main", "flows")
def _():
    change_client(AllowedOAuthFlowsUserPoolClient=False)


@drift("user-pool-client.main", "own-users")
def _():
    change_client(SupportedIdentityProviders=["Google", "LINE", "Twitter"])


@drift("user-pool-client.main", "providers")
def _():
    change_client(SupportedIdentityProviders=["COGNITO", "LINE", "Twitter"])


def change_provider(name, **changes):
    cognito = aws("cognito-idp")
    live = cognito.describe_identity_provider(UserPoolId=pool(), ProviderName=name)
    live = live["IdentityProvider"]
    details = {**live["ProviderDetails"], **changes.pop("details", {})}
    cognito.update_identity_provider(
        UserPoolId=pool(),
        ProviderName=name,
        ProviderDetails=details,
        AttributeMapping=changes.pop("attributes", live["AttributeMapping"]),
    )


@drift("identity-provider.google", "scopes")
def _():
    change_provider("Google", details={"authorize_scopes": "openid"})


@drift("identity-provider.google", "credentials-outdated")
def _():
    change_provider("Google", details={"client_secret": "mine"})


@drift("identity-provider.google", "attributes.email")
def _():
    change_provider("Google", attributes={"username": "sub", "email": "mail"})


@drift("identity-provider.google", "attributes.name")
def _():
    change_provider("Google", attributes={"username": "sub", "email": "email", "name": "name"})


@drift("identity-provider.line", "provider.discovered")
def _():
    change_provider("LINE", details={"oidc_issuer": "https://example.com"})


@drift("identity-provider.x", "provider.endpoints.token_url")
def _():
    change_provider("Twitter", details={"token_url": "https://example.com/token"})


# The database.


def change_database(**changes):
    aws("rds").modify_db_instance(
        DBInstanceIdentifier=f"{LOWER}-db", ApplyImmediately=True, **changes
    )


for path, changes in {
    "class": {"DBInstanceClass": "db.t3.large"},
    "storage.limit": {"MaxAllocatedStorage": 200},
    "storage-type": {"StorageType": "gp2"},
    "minor-upgrades": {"AutoMinorVersionUpgrade": False},
    "insights-mode": {"DatabaseInsightsMode": "advanced"},
    "tagged-snapshots": {"CopyTagsToSnapshot": False},
    "multi-zone": {"MultiAZ": True},
    "port": {"DBPortNumber": 5433},
    "backup-days": {"BackupRetentionPeriod": 3},
    "backup-window": {"PreferredBackupWindow": "01:00-02:00"},
    "maintenance-window": {"PreferredMaintenanceWindow": "mon:03:00-mon:04:00"},
    "insights-days": {"EnablePerformanceInsights": False},
    "monitoring-seconds": {"MonitoringInterval": 15},
    "public": {"PubliclyAccessible": True},
    "protected": {"DeletionProtection": False},
}.items():
    drift("db-instance.main", path)(lambda changes=changes: change_database(**changes))


@drift("db-instance.main", "security-groups")
def _():
    change_database(VpcSecurityGroupIds=[group("rds"), group("alb")])


@drift("db-instance.main", "parameter-group")
def _():
    aws("rds").create_db_parameter_group(
        DBParameterGroupName="mine", DBParameterGroupFamily="postgres15", Description="mine"
    )
    change_database(DBParameterGroupName="mine")


@drift("db-instance.main", "monitoring-role")
def _():
    role = aws("iam").get_role(RoleName=TASK)["Role"]["Arn"]
    change_database(MonitoringInterval=60, MonitoringRoleArn=role)


@drift("db-instance.main", "tags.Name")
def _():
    aws("rds").add_tags_to_resource(
        ResourceName=database()["DBInstanceArn"], Tags=[{"Key": "Name", "Value": "mine"}]
    )


@drift("db-instance.main", "tags.Project")
def _():
    aws("rds").remove_tags_from_resource(
        ResourceName=database()["DBInstanceArn"], TagKeys=["Project"]
    )


DB_SUBNETS = f"{LOWER}-db-subnet-group"


def subnet_group():
    found = aws("rds").describe_db_subnet_groups(DBSubnetGroupName=DB_SUBNETS)
    return found["DBSubnetGroups"][0]


@drift("db-subnet-group.main", "subnets")
def _():
    subnets = [subnet(name) for name in ("private-1", "private-2", "public-1")]
    aws("rds").modify_db_subnet_group(
        DBSubnetGroupName=DB_SUBNETS,
        DBSubnetGroupDescription=subnet_group()["DBSubnetGroupDescription"],
        SubnetIds=subnets,
    )


@drift("db-subnet-group.main", "description")
def _():
    aws("rds").modify_db_subnet_group(
        DBSubnetGroupName=DB_SUBNETS,
        DBSubnetGroupDescription="mine",
        SubnetIds=[subnet("private-1"), subnet("private-2")],
    )


@drift("db-subnet-group.main", "tags.Name")
def _():
    aws("rds").add_tags_to_resource(
        ResourceName=subnet_group()["DBSubnetGroupArn"], Tags=[{"Key": "Name", "Value": "mine"}]
    )


PARAMETERS = f"{LOWER}-db-parameter-group-postgres15"


def set_parameter(name, value):
    aws("rds").modify_db_parameter_group(
        DBParameterGroupName=PARAMETERS,
        Parameters=[
            {"ParameterName": name, "ParameterValue": value, "ApplyMethod": "pending-reboot"}
        ],
    )


@drift("db-parameter-group.main", "parameters.work_mem")
def _():
    set_parameter("work_mem", "65536")


@drift("db-parameter-group.main", "parameters.max_connections")
def _():
    set_parameter("max_connections", "10")


@drift("db-parameter-group.main", "tags.Name")
def _():
    groups = aws("rds").describe_db_parameter_groups(DBParameterGroupName=PARAMETERS)
    aws("rds").add_tags_to_resource(
        ResourceName=groups["DBParameterGroups"][0]["DBParameterGroupArn"],
        Tags=[{"Key": "Name", "Value": "mine"}],
    )


# Containers.


def cluster_arn():
    return aws("ecs").describe_clusters(clusters=[cluster()])["clusters"][0]["clusterArn"]


@drift("cluster.main", "container-insights")
def _():
    aws("ecs").update_cluster(
        cluster=cluster(), settings=[{"name": "containerInsights", "value": "disabled"}]
    )


@drift("cluster.main", "tags.Name")
def _():
    aws("ecs").tag_resource(resourceArn=cluster_arn(), tags=[{"key": "Name", "value": "mine"}])


FIELDS = (
    "family", "taskRoleArn", "executionRoleArn", "networkMode", "containerDefinitions", "volumes",
    "requiresCompatibilities", "cpu", "memory", "runtimePlatform",
)


def register(name, change, tags=None):
    """Registers another revision and moves the service over, as a deployment by others does."""
    ecs = aws("ecs")
    found = ecs.describe_task_definition(taskDefinition=f"{PREFIX}-{name}", include=["TAGS"])
    definition = {key: found["taskDefinition"][key] for key in FIELDS if key in found["taskDefinition"]}
    change(definition, definition["containerDefinitions"][0])
    registered = ecs.register_task_definition(**definition, tags=tags or found["tags"])
    ecs.update_service(
        cluster=cluster(),
        service=f"{PREFIX}-{name}",
        taskDefinition=registered["taskDefinition"]["taskDefinitionArn"],
    )


def redefine(path, change, name="nextjs-frontend"):
    """Such a drift: the service follows the revision that puts it right."""

    @drift(f"task-definition.{name}", path, also={f"service.{name}": ["task-definition"]})
    def _():
        register(name, change)


def role_arn(name):
    return aws("iam").get_role(RoleName=name)["Role"]["Arn"]


redefine("cpu", lambda task, _: task.update(cpu="256"), "python-ai")
redefine("memory", lambda task, _: task.update(memory="1024"))
redefine("execution-role", lambda task, _: task.update(executionRoleArn=role_arn(MONITORING)))
redefine("task-role", lambda task, _: task.update(taskRoleArn=role_arn(MONITORING)))
redefine("container.name", lambda _, container: container.update(name="mine"))
redefine(
    "container.port",
    lambda _, container: container.update(
        portMappings=[{"containerPort": 3001, "hostPort": 3001, "protocol": "tcp"}]
    ),
)
redefine(
    "container.environment.MODE",
    lambda _, container: container.update(environment=[{"name": "MODE", "value": "mine"}]),
)
redefine(
    "container.environment.MORE",
    lambda _, container: container["environment"].append({"name": "MORE", "value": "mine"}),
)
redefine(
    "container.secrets.MORE",
    lambda _, container: container.update(
        secrets=container.get("secrets", [])
        + [{"name": "MORE", "valueFrom": f"arn:aws:secretsmanager:{REGION}:123456789012:secret:m"}]
    ),
)
redefine(
    "container.log-group",
    lambda _, container: container["logConfiguration"]["options"].update({"awslogs-group": "mine"}),
)
redefine(
    "container.log-region",
    lambda _, container: container["logConfiguration"]["options"].update(
        {"awslogs-region": "eu-west-1"}
    ),
)
redefine("extra", lambda _, container: container.update(command=["sleep", "1"]))


@drift("task-definition.backend-go", "tags.Name")
def _():
    found = aws("ecs").describe_task_definition(taskDefinition=f"{PREFIX}-backend-go")
    aws("ecs").tag_resource(
        resourceArn=found["taskDefinition"]["taskDefinitionArn"],
        tags=[{"key": "Name", "value": "mine"}],
    )


def change_service(**changes):
    aws("ecs").update_service(cluster=cluster(), service=f"{PREFIX}-backend-go", **changes)


def change_wiring(**changes):
    live = aws("ecs").describe_services(cluster=cluster(), services=[f"{PREFIX}-backend-go"])
    wiring = live["services"][0]["networkConfiguration"]["awsvpcConfiguration"]
    change_service(networkConfiguration={"awsvpcConfiguration": {**wiring, **changes}})


@drift("service.backend-go", "count")
def _():
    change_service(desiredCount=5)


@drift("service.backend-go", "health-grace-seconds")
def _():
    change_service(healthCheckGracePeriodSeconds=5)


def change_deployments(**changes):
    live = aws("ecs").describe_services(cluster=cluster(), services=[f"{PREFIX}-backend-go"])
    live = live["services"][0]["deploymentConfiguration"]
    change_service(deploymentConfiguration={**live, **changes})


@drift("service.backend-go", "circuit-breaker")
def _():
    change_deployments(deploymentCircuitBreaker={"enable": True, "rollback": False})


@drift("service.backend-go", "minimum-percent")
def _():
    change_deployments(minimumHealthyPercent=50)


@drift("service.backend-go", "maximum-percent")
def _():
    change_deployments(maximumPercent=150)


@drift("service.backend-go", "capacity")
def _():
    change_service(capacityProviderStrategy=[{"capacityProvider": "FARGATE_SPOT", "weight": 1}])


@drift("service.backend-go", "tagged-tasks")
def _():
    change_service(propagateTags="NONE")


@drift("service.backend-go", "managed-tags")
def _():
    change_service(enableECSManagedTags=False)


@drift("service.backend-go", "subnets")
def _():
    change_wiring(subnets=[subnet("private-1")])


@drift("service.backend-go", "security-groups")
def _():
    change_wiring(securityGroups=[group("ecs"), group("alb")])


@drift("service.backend-go", "public")
def _():
    change_wiring(assignPublicIp="ENABLED")


@drift("service.backend-go", "task-definition")
def _():
    ecs = aws("ecs")
    found = ecs.describe_task_definition(taskDefinition=f"{PREFIX}-backend-go")["taskDefinition"]
    definition = {key: found[key] for key in FIELDS if key in found}
    mine = ecs.register_task_definition(**{**definition, "family": "mine"})
    change_service(taskDefinition=mine["taskDefinition"]["taskDefinitionArn"])


@drift("service.backend-go", "targets")
def _():
    wiring = {
        "targetGroupArn": target_group("web"),
        "containerName": "backend-go",
        "containerPort": 8080,
    }
    change_service(loadBalancers=[wiring])


@drift("service.backend-go", "tags.Name")
def _():
    live = aws("ecs").describe_services(cluster=cluster(), services=[f"{PREFIX}-backend-go"])
    aws("ecs").tag_resource(
        resourceArn=live["services"][0]["serviceArn"], tags=[{"key": "Name", "value": "mine"}]
    )


# The load balancer.


@drift("load-balancer.main", "security-groups")
def _():
    aws("elbv2").set_security_groups(
        LoadBalancerArn=balancer()["LoadBalancerArn"], SecurityGroups=[group("rds")]
    )


@drift("load-balancer.main", "subnets")
def _():
    aws("elbv2").set_subnets(
        LoadBalancerArn=balancer()["LoadBalancerArn"],
        Subnets=[subnet("public-1"), subnet("private-2")],
    )


@drift("load-balancer.main", "address-type")
def _():
    aws("elbv2").set_ip_address_type(
        LoadBalancerArn=balancer()["LoadBalancerArn"], IpAddressType="dualstack"
    )


@drift("load-balancer.main", "protected")
def _():
    aws("elbv2").modify_load_balancer_attributes(
        LoadBalancerArn=balancer()["LoadBalancerArn"],
        Attributes=[{"Key": "deletion_protection.enabled", "Value": "false"}],
    )


def retag_elb(address, identify):
    @drift(address, "tags.Name")
    def _():
        aws("elbv2").add_tags(
            ResourceArns=[identify()], Tags=[{"Key": "Name", "Value": "mine"}]
        )


retag_elb("load-balancer.main", lambda: balancer()["LoadBalancerArn"])
retag_elb("target-group.backend-go", lambda: target_group("backend-go"))
retag_elb("listener.https", lambda: listener(443))


@drift("target-group.backend-go", "drain-seconds")
def _():
    aws("elbv2").modify_target_group_attributes(
        TargetGroupArn=target_group("backend-go"),
        Attributes=[{"Key": "deregistration_delay.timeout_seconds", "Value": "5"}],
    )


for path, changes in {
    "health.protocol": {"HealthCheckProtocol": "HTTPS"},
    "health.port": {"HealthCheckPort": "9999"},
    "health.path": {"HealthCheckPath": "/mine"},
    "health.statuses": {"Matcher": {"HttpCode": "200-299"}},
    "health.interval-seconds": {"HealthCheckIntervalSeconds": 60},
    "health.timeout-seconds": {"HealthCheckTimeoutSeconds": 10},
    "health.healthy": {"HealthyThresholdCount": 5},
    "health.unhealthy": {"UnhealthyThresholdCount": 5},
}.items():
    drift("target-group.backend-go", path)(
        lambda changes=changes: aws("elbv2").modify_target_group(
            TargetGroupArn=target_group("backend-go"), **changes
        )
    )


def forward(name):
    return [{"Type": "forward", "TargetGroupArn": target_group(name)}]


@drift("listener.https", "rules.10.paths")
def _():
    aws("elbv2").modify_rule(
        RuleArn=rule(443), Conditions=[{"Field": "path-pattern", "Values": ["/mine"]}]
    )


@drift("listener.https", "rules.77")
def _():
    aws("elbv2").create_rule(
        ListenerArn=listener(443),
        Priority=77,
        Conditions=[{"Field": "path-pattern", "Values": ["/mine"]}],
        Actions=forward("web"),
    )


@drift("listener.https", "default.forward")
def _():
    aws("elbv2").modify_listener(ListenerArn=listener(443), DefaultActions=forward("web"))


@drift("listener.https", "default.forward", "default.other")
def _():
    fixed = {"StatusCode": "503", "ContentType": "text/plain", "MessageBody": "mine"}
    aws("elbv2").modify_listener(
        ListenerArn=listener(443),
        DefaultActions=[{"Type": "fixed-response", "FixedResponseConfig": fixed}],
    )


@drift("listener.https", "tls-policy")
def _():
    aws("elbv2").modify_listener(
        ListenerArn=listener(443), SslPolicy="ELBSecurityPolicy-2016-08"
    )


@drift("listener.https", "certificate")
def _():
    asked = aws("acm").request_certificate(DomainName="mine.example.com")
    aws("elbv2").modify_listener(
        ListenerArn=listener(443), Certificates=[{"CertificateArn": asked["CertificateArn"]}]
    )


@drift("listener.https", "rules.10")
def _():
    aws("elbv2").delete_rule(RuleArn=rule(443))


@drift("listener.https", "rules.10.hosts")
def _():
    aws("elbv2").modify_rule(
        RuleArn=rule(443),
        Conditions=[
            {"Field": "path-pattern", "Values": ["/*"]},
            {"Field": "host-header", "Values": ["mine.example.com"]},
        ],
    )


@drift("listener.https", "rules.10.action.forward")
def _():
    aws("elbv2").modify_rule(RuleArn=rule(443), Actions=forward("backend-go"))


@drift("listener.http", "protocol")
def _():
    secure = aws("elbv2").describe_listeners(ListenerArns=[listener(443)])["Listeners"][0]
    aws("elbv2").modify_listener(
        ListenerArn=listener(80),
        Protocol="HTTPS",
        Certificates=[{"CertificateArn": secure["Certificates"][0]["CertificateArn"]}],
    )


@drift("listener.http", "port")
def _():
    aws("elbv2").modify_listener(ListenerArn=listener(80), Port=81)


# Dashboard and alarms.


@drift("dashboard.main", "body.widgets")
def _():
    cloudwatch = aws("cloudwatch")
    body = json.loads(cloudwatch.get_dashboard(DashboardName=PREFIX)["DashboardBody"])
    body["widgets"][1]["properties"]["title"] = "mine"
    cloudwatch.put_dashboard(DashboardName=PREFIX, DashboardBody=json.dumps(body))


@drift("dashboard.main", "tags.Name")
def _():
    arn = aws("cloudwatch").get_dashboard(DashboardName=PREFIX)["DashboardArn"]
    aws("cloudwatch").tag_resource(ResourceARN=arn, Tags=[{"Key": "Name", "Value": "mine"}])


PUT = (
    "AlarmName", "AlarmDescription", "ActionsEnabled", "OKActions", "AlarmActions",
    "InsufficientDataActions", "MetricName", "Namespace", "Statistic", "ExtendedStatistic",
    "Dimensions", "Period", "Unit", "EvaluationPeriods", "DatapointsToAlarm", "Threshold",
    "ComparisonOperator", "TreatMissingData",
)


def change_alarm(name, **changes):
    cloudwatch = aws("cloudwatch")
    live = cloudwatch.describe_alarms(AlarmNames=[alarm(name)])["MetricAlarms"][0]
    kept = {key: live[key] for key in PUT if live.get(key) is not None}
    merged = {**kept, **changes}
    cloudwatch.put_metric_alarm(**{key: value for key, value in merged.items() if value is not None})


DIMENSIONS = [
    {"Name": "ClusterName", "Value": cluster()},
    {"Name": "ServiceName", "Value": "mine"},
]
for path, changes in {
    "description": {"AlarmDescription": "mine"},
    "namespace": {"Namespace": "AWS/Mine"},
    "metric": {"MetricName": "Mine"},
    "dimensions.ServiceName": {"Dimensions": DIMENSIONS},
    "statistic": {"Statistic": "Maximum"},
    "period-seconds": {"Period": 60},
    "periods": {"EvaluationPeriods": 5},
    "comparison": {"ComparisonOperator": "LessThanThreshold"},
    "threshold": {"Threshold": 12.5},
    "missing-data": {"TreatMissingData": "breaching"},
    "actions": {"AlarmActions": []},
}.items():
    drift("alarm.python-ai-cpu", path)(
        lambda changes=changes: change_alarm("python-ai-cpu", **changes)
    )


@drift("alarm.python-ai-cpu", "tags.Name")
def _():
    live = aws("cloudwatch").describe_alarms(AlarmNames=[alarm("python-ai-cpu")])
    aws("cloudwatch").tag_resource(
        ResourceARN=live["MetricAlarms"][0]["AlarmArn"], Tags=[{"Key": "Name", "Value": "mine"}]
    )


@drift("alarm.alb-response-time", "statistic")
def _():
    change_alarm("alb-response-time", ExtendedStatistic="p50")


def parts():
    """What can go by itself."""
    cognito, ecs = aws("cognito-idp"), aws("ecs")
    live = cognito.describe_user_pool(UserPoolId=pool())["UserPool"]
    cognito.delete_user_pool_domain(UserPoolId=pool(), Domain=live["Domain"])
    cognito.delete_user_pool_client(UserPoolId=pool(), ClientId=client())
    cognito.delete_identity_provider(UserPoolId=pool(), ProviderName="Twitter")
    aws("ec2").disassociate_route_table(AssociationId=association("private-2"))
    aws("ec2").delete_route_table(RouteTableId=table("private-2"))
    aws("logs").delete_log_group(logGroupName=LOGS)
    aws("ecr").delete_repository(repositoryName=IMAGES)
    ecs.delete_service(cluster=cluster(), service=f"{PREFIX}-nextjs-frontend", force=True)
    family = f"{PREFIX}-python-ai"
    for arn in ecs.list_task_definitions(familyPrefix=family)["taskDefinitionArns"]:
        ecs.deregister_task_definition(taskDefinition=arn)
    aws("elbv2").delete_listener(ListenerArn=listener(80))
    aws("cloudwatch").delete_dashboards(DashboardNames=[PREFIX])
    aws("cloudwatch").delete_alarms(AlarmNames=[alarm("python-ai-cpu")])
    return [
        "alarm.python-ai-cpu", "dashboard.main", "identity-provider.x", "listener.http",
        "log-group.python-ai", "repository.python-ai", "route-table.private-2",
        "service.nextjs-frontend", "task-definition.python-ai", "user-pool-client.main",
        "user-pool-domain.main",
    ]


def wholes():
    """What takes others along or is referred to by them."""
    ec2, iam = aws("ec2"), aws("iam")
    gone_address = address("nat-2")
    ec2.delete_nat_gateway(NatGatewayId=nat("nat-2"))
    ec2.release_address(AllocationId=gone_address)
    iam.delete_role_policy(RoleName=TASK, PolicyName="cognito")
    iam.delete_role(RoleName=TASK)
    change_database(DeletionProtection=False)
    aws("rds").delete_db_instance(DBInstanceIdentifier=f"{LOWER}-db", SkipFinalSnapshot=True)
    aws("rds").delete_db_parameter_group(DBParameterGroupName=PARAMETERS)
    aws("rds").delete_db_subnet_group(DBSubnetGroupName=DB_SUBNETS)
    # Without its database: one that stands goes by the password in it.
    aws("secretsmanager").delete_secret(
        SecretId=secret("db-password"), ForceDeleteWithoutRecovery=True
    )
    for name in ("backend-go", "python-ai", "nextjs-frontend"):
        aws("ecs").delete_service(cluster=cluster(), service=f"{PREFIX}-{name}", force=True)
    aws("ecs").delete_cluster(cluster=cluster())
    change_pool(DeletionProtection="INACTIVE")
    live = aws("cognito-idp").describe_user_pool(UserPoolId=pool())["UserPool"]
    aws("cognito-idp").delete_user_pool_domain(UserPoolId=pool(), Domain=live["Domain"])
    aws("cognito-idp").delete_user_pool(UserPoolId=pool())
    return [
        "cluster.main", "db-instance.main", "db-parameter-group.main", "db-subnet-group.main",
        "elastic-ip.nat-2", "identity-provider.google", "identity-provider.line",
        "identity-provider.x", "nat-gateway.nat-2", "role.ecs-task", "secret.db-password",
        "service.backend-go", "service.nextjs-frontend", "service.python-ai", "user-pool-client.main",
        "user-pool-domain.main", "user-pool.main",
    ]


def ground():
    """What the rest stands on."""
    elb, arn = aws("elbv2"), balancer()["LoadBalancerArn"]
    elb.modify_load_balancer_attributes(
        LoadBalancerArn=arn,
        Attributes=[{"Key": "deletion_protection.enabled", "Value": "false"}],
    )
    elb.delete_load_balancer(LoadBalancerArn=arn)
    elb.delete_target_group(TargetGroupArn=target_group("web"))
    aws("ec2").detach_internet_gateway(InternetGatewayId=gateway(), VpcId=vpc())
    aws("ec2").delete_internet_gateway(InternetGatewayId=gateway())
    aws("ec2").delete_subnet(SubnetId=subnet("private-2"))
    return [
        "internet-gateway.main", "listener.http", "listener.https", "load-balancer.main",
        "subnet.private-2", "target-group.nextjs-frontend",
    ]


WAVES = {"parts": parts, "wholes": wholes, "ground": ground}


# What comes of it is more than one change.


def lose_database():
    aws("rds").delete_db_instance(DBInstanceIdentifier=f"{LOWER}-db", SkipFinalSnapshot=True)


def take_domain():
    live = aws("cognito-idp").describe_user_pool(UserPoolId=pool())["UserPool"]
    aws("cognito-idp").delete_user_pool_domain(UserPoolId=pool(), Domain=live["Domain"])
    aws("cognito-idp").create_user_pool_domain(UserPoolId=pool(), Domain="mine")


def entangle_groups():
    """The one that this one admits is admitted by it as well."""
    permissions = permission(22, {"UserIdGroupPairs": [{"GroupId": group("ecs")}]})
    groups = {"GroupId": group("alb"), "IpPermissions": permissions}
    aws("ec2").authorize_security_group_ingress(**groups)
    aws("ec2").authorize_security_group_egress(**groups)


DEEDS = {
    "lose-database": lose_database, "take-domain": take_domain, "entangle-groups": entangle_groups
}


def main():
    match sys.argv[4:]:
        case ["list"]:
            told = [{key: one[key] for key in one if key != "do"} for one in DRIFTS]
            print(json.dumps(told))
        case ["drift", layer]:
            for one in DRIFTS:
                if one["layer"] == int(layer):
                    one["do"]()
        case ["remove", wave]:
            print(json.dumps(WAVES[wave]()))
        case ["do", deed]:
            DEEDS[deed]()
        case other:
            sys.exit(f"what is {other}?")


main()
