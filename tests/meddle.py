"""Changes one attribute of one resource behind nk's back: what conformance.rs asks for.

Usage: meddle.py ENDPOINT REGION PREFIX list                    the drifts there are, as JSON
       meddle.py ENDPOINT REGION PREFIX drift LAYER [KIND...]   all drifts of one layer, or of kinds
       meddle.py ENDPOINT REGION PREFIX remove WAVE             removes resources; prints their addresses
       meddle.py ENDPOINT REGION PREFIX do DEED                 what policy.rs asks for

PREFIX is the stack's, as in `neuraKnot-prod`. What drifts stands in the kinds' own files, see `kinds.py`;
here is what takes more than a call. A layer has at most one drift of each resource, so that a plan can
be held against it resource by resource.
"""

import itertools
import json
import sys

import kinds

PLACE = kinds.Place(*sys.argv[1:4])
PREFIX = PLACE.prefix
aws = PLACE.client
identity = PLACE.identity


def drifts():
    """The drifts of all kinds, each with its address, what it shows and its layer: the first, from
    its least one on, in which nothing else drifts at this address."""
    found, taken = [], set()
    for kind, told in kinds.KINDS.items():
        for one in told.get("drift", []):
            address = one.get("address", told["example"])
            with_more = [([path], more) for path, more in one.get("each", {}).items()]
            for paths, more in with_more or [(one["shows"], {})]:
                layers = itertools.count(one.get("least", 0))
                layer = next(layer for layer in layers if (address, layer) not in taken)
                taken.add((address, layer))
                found.append(
                    {
                        "address": address,
                        "paths": sorted(paths),
                        "also": one.get("also", {}),
                        "layer": layer,
                        "do": {**one, "with": {**one.get("with", {}), **more}},
                    }
                )
    return found


def made(call, it, before=None):
    """Makes a call of one of the kinds' files: of AWS, or of a function below."""
    arguments = PLACE.filled(call.get("with", {}), it, before)
    if "." in call["call"]:
        return PLACE.call(call["call"], **arguments)
    return CALLS[call["call"]](**arguments)


# What no single list tells.


def role(name):
    return aws("iam").get_role(RoleName=PLACE.name(f"role.{name}"))["Role"]


def log_group(name):
    """The one whose ARN has no `:*` at its end, as tags want it."""
    name = PLACE.name(f"log-group.{name}")
    found = aws("logs").describe_log_groups(logGroupNamePrefix=name)["logGroups"][0]
    return {**found, "arn": found["arn"].removesuffix(":*")}


def rule_of_group(place):
    """As in `rds:5432`, by the group and the port."""
    name, port = place.split(":")
    filters = [{"Name": "group-id", "Values": [identity(f"security-group.{name}")]}]
    rules = aws("ec2").describe_security_group_rules(Filters=filters)["SecurityGroupRules"]
    return next(one for one in rules if one["FromPort"] == int(port))


def cluster(name):
    name = PLACE.name(f"cluster.{name}")
    return aws("ecs").describe_clusters(clusters=[name])["clusters"][0]


def task_definition(name):
    name = PLACE.name(f"task-definition.{name}")
    return aws("ecs").describe_task_definition(taskDefinition=name)["taskDefinition"]


def service(name):
    services = [PLACE.name(f"service.{name}")]
    where = {"cluster": identity("cluster.main"), "services": services}
    return aws("ecs").describe_services(**where)["services"][0]


def listener(name):
    balancer = identity("load-balancer.main")
    found = aws("elbv2").describe_listeners(LoadBalancerArn=balancer)["Listeners"]
    return next(one for one in found if one["Port"] == {"http": 80, "https": 443}[name])


def rule_of_listener(name):
    rules = aws("elbv2").describe_rules(ListenerArn=listener(name)["ListenerArn"])["Rules"]
    return next(one for one in rules if not one["IsDefault"])


def dashboard(name):
    return aws("cloudwatch").get_dashboard(DashboardName=PLACE.name(f"dashboard.{name}"))


PLACE.finders = {
    "role": role,
    "log-group": log_group,
    "security-group-rule": rule_of_group,
    "cluster": cluster,
    "task-definition": task_definition,
    "service": service,
    "listener": listener,
    "listener-rule": rule_of_listener,
    "dashboard": dashboard,
}


# What takes more than a call.


def keep_images(repository, count):
    ecr = aws("ecr")
    text = ecr.get_lifecycle_policy(repositoryName=repository)["lifecyclePolicyText"]
    policy = json.loads(text)
    policy["rules"][0]["selection"]["countNumber"] = count
    ecr.put_lifecycle_policy(repositoryName=repository, lifecyclePolicyText=json.dumps(policy))


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


def tag_pool(tags=(), without=()):
    live = aws("cognito-idp").describe_user_pool(UserPoolId=pool())["UserPool"]["UserPoolTags"]
    kept = {key: value for key, value in live.items() if key not in without}
    change_pool(UserPoolTags={**kept, **dict(tags)})


def change_client(**changes):
    cognito = aws("cognito-idp")
    live = cognito.describe_user_pool_client(UserPoolId=pool(), ClientId=client())
    live = live["UserPoolClient"]
    for key in ("ClientSecret", "LastModifiedDate", "CreationDate"):
        live.pop(key, None)
    cognito.update_user_pool_client(**{**live, **changes})


def change_provider(name, details=None, attributes=None):
    cognito = aws("cognito-idp")
    live = cognito.describe_identity_provider(UserPoolId=pool(), ProviderName=name)
    live = live["IdentityProvider"]
    cognito.update_identity_provider(
        UserPoolId=pool(),
        ProviderName=name,
        ProviderDetails={**live["ProviderDetails"], **(details or {})},
        AttributeMapping=attributes or live["AttributeMapping"],
    )


def change_database(**changes):
    aws("rds").modify_db_instance(
        DBInstanceIdentifier=identity("db-instance.main"), ApplyImmediately=True, **changes
    )


FIELDS = (
    "family", "taskRoleArn", "executionRoleArn", "networkMode", "containerDefinitions", "volumes",
    "requiresCompatibilities", "cpu", "memory", "runtimePlatform",
)


def merge(there, changes):
    """Puts changes into what is there, at any depth."""
    for key, value in changes.items():
        if isinstance(value, dict) and isinstance(there.get(key), dict):
            merge(there[key], value)
        else:
            there[key] = value


def redefine(name, task=None, container=None, more=None, tags=None):
    """Registers another revision and moves the service over, as a deployment by others does."""
    ecs = aws("ecs")
    family = PLACE.name(f"task-definition.{name}")
    found = ecs.describe_task_definition(taskDefinition=family, include=["TAGS"])
    live = found["taskDefinition"]
    definition = {key: live[key] for key in FIELDS if key in live}
    first = definition["containerDefinitions"][0]
    merge(definition, task or {})
    merge(first, container or {})
    for key, items in (more or {}).items():
        first[key] = first.get(key, []) + items
    tags = found["tags"] if tags is None else tags
    registered = ecs.register_task_definition(**definition, **({"tags": tags} if tags else {}))
    change_service(name, taskDefinition=registered["taskDefinition"]["taskDefinitionArn"])


def change_service(name, **changes):
    where = {"cluster": identity("cluster.main"), "service": PLACE.name(f"service.{name}")}
    aws("ecs").update_service(**where, **changes)


def change_wiring(**changes):
    wiring = service("backend-go")["networkConfiguration"]["awsvpcConfiguration"]
    wiring = {"awsvpcConfiguration": {**wiring, **changes}}
    change_service("backend-go", networkConfiguration=wiring)


def change_deployments(**changes):
    live = service("backend-go")["deploymentConfiguration"]
    change_service("backend-go", deploymentConfiguration={**live, **changes})


def retitle(dashboard):
    cloudwatch = aws("cloudwatch")
    body = json.loads(cloudwatch.get_dashboard(DashboardName=dashboard)["DashboardBody"])
    body["widgets"][1]["properties"]["title"] = "mine"
    cloudwatch.put_dashboard(DashboardName=dashboard, DashboardBody=json.dumps(body))


PUT = (
    "AlarmName", "AlarmDescription", "ActionsEnabled", "OKActions", "AlarmActions",
    "InsufficientDataActions", "MetricName", "Namespace", "Statistic", "ExtendedStatistic",
    "Dimensions", "Period", "Unit", "EvaluationPeriods", "DatapointsToAlarm", "Threshold",
    "ComparisonOperator", "TreatMissingData",
)


def change_alarm(name, **changes):
    cloudwatch = aws("cloudwatch")
    live = cloudwatch.describe_alarms(AlarmNames=[name])["MetricAlarms"][0]
    kept = {key: live[key] for key in PUT if live.get(key) is not None}
    cloudwatch.put_metric_alarm(**{**kept, **changes})


def subscribe_only(topic, email):
    sns = aws("sns")
    for one in sns.list_subscriptions_by_topic(TopicArn=topic)["Subscriptions"]:
        sns.unsubscribe(SubscriptionArn=one["SubscriptionArn"])
    sns.subscribe(TopicArn=topic, Protocol="email", Endpoint=email)


CALLS = {
    one.__name__: one
    for one in (
        change_alarm, change_client, change_database, change_deployments, change_password,
        change_pool, change_provider, change_wiring, keep_images, redefine, retitle,
        subscribe_only, tag_pool,
    )
}


# What goes.


def remove_service(name):
    where = {"cluster": identity("cluster.main"), "service": PLACE.name(f"service.{name}")}
    aws("ecs").delete_service(**where, force=True)


def parts():
    """What can go by itself."""
    cognito, ecs = aws("cognito-idp"), aws("ecs")
    live = cognito.describe_user_pool(UserPoolId=pool())["UserPool"]
    cognito.delete_user_pool_domain(UserPoolId=pool(), Domain=live["Domain"])
    cognito.delete_user_pool_client(UserPoolId=pool(), ClientId=client())
    cognito.delete_identity_provider(UserPoolId=pool(), ProviderName="Twitter")
    association = PLACE.item("route-table.private-2")["Associations"][0]
    aws("ec2").disassociate_route_table(AssociationId=association["RouteTableAssociationId"])
    aws("ec2").delete_route_table(RouteTableId=identity("route-table.private-2"))
    aws("logs").delete_log_group(logGroupName=identity("log-group.python-ai"))
    aws("ecr").delete_repository(repositoryName=identity("repository.python-ai"))
    remove_service("nextjs-frontend")
    family = f"{PREFIX}-python-ai"
    for arn in ecs.list_task_definitions(familyPrefix=family)["taskDefinitionArns"]:
        ecs.deregister_task_definition(taskDefinition=arn)
    aws("elbv2").delete_listener(ListenerArn=listener("http")["ListenerArn"])
    aws("cloudwatch").delete_dashboards(DashboardNames=[PREFIX])
    aws("cloudwatch").delete_alarms(AlarmNames=[identity("alarm.python-ai-cpu")])
    aws("sns").delete_topic(TopicArn=identity("topic.alarms"))
    return [
        "alarm.python-ai-cpu", "dashboard.main", "identity-provider.x", "listener.http",
        "log-group.python-ai", "repository.python-ai", "route-table.private-2",
        "service.nextjs-frontend", "task-definition.python-ai", "topic.alarms",
        "user-pool-client.main", "user-pool-domain.main",
    ]


def wholes():
    """What takes others along or is referred to by them."""
    ec2, iam = aws("ec2"), aws("iam")
    gone_address = identity("elastic-ip.nat-2")
    ec2.delete_nat_gateway(NatGatewayId=identity("nat-gateway.nat-2"))
    ec2.release_address(AllocationId=gone_address)
    iam.delete_role_policy(RoleName=identity("role.ecs-task"), PolicyName="cognito")
    iam.delete_role(RoleName=identity("role.ecs-task"))
    change_database(DeletionProtection=False)
    lose_database()
    aws("rds").delete_db_parameter_group(DBParameterGroupName=identity("db-parameter-group.main"))
    aws("rds").delete_db_subnet_group(DBSubnetGroupName=identity("db-subnet-group.main"))
    # Without its database: one that stands goes by the password in it.
    aws("secretsmanager").delete_secret(
        SecretId=identity("secret.db-password"), ForceDeleteWithoutRecovery=True
    )
    for name in ("backend-go", "python-ai", "nextjs-frontend"):
        remove_service(name)
    aws("ecs").delete_cluster(cluster=identity("cluster.main"))
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
    elb, arn = aws("elbv2"), identity("load-balancer.main")
    elb.modify_load_balancer_attributes(
        LoadBalancerArn=arn,
        Attributes=[{"Key": "deletion_protection.enabled", "Value": "false"}],
    )
    elb.delete_load_balancer(LoadBalancerArn=arn)
    elb.delete_target_group(TargetGroupArn=identity("target-group.web"))
    gateway = identity("internet-gateway.main")
    aws("ec2").detach_internet_gateway(InternetGatewayId=gateway, VpcId=identity("vpc.main"))
    aws("ec2").delete_internet_gateway(InternetGatewayId=gateway)
    aws("ec2").delete_subnet(SubnetId=identity("subnet.private-2"))
    return [
        "internet-gateway.main", "listener.http", "listener.https", "load-balancer.main",
        "subnet.private-2", "target-group.nextjs-frontend",
    ]


WAVES = {"parts": parts, "wholes": wholes, "ground": ground}


# What comes of it is more than one change.


def lose_database():
    aws("rds").delete_db_instance(
        DBInstanceIdentifier=identity("db-instance.main"), SkipFinalSnapshot=True
    )


def take_domain():
    live = aws("cognito-idp").describe_user_pool(UserPoolId=pool())["UserPool"]
    aws("cognito-idp").delete_user_pool_domain(UserPoolId=pool(), Domain=live["Domain"])
    aws("cognito-idp").create_user_pool_domain(UserPoolId=pool(), Domain="mine")


def entangle_groups():
    """The one that this one admits is admitted by it as well."""
    permissions = [
        {
            "IpProtocol": "tcp",
            "FromPort": 22,
            "ToPort": 22,
            "UserIdGroupPairs": [{"GroupId": identity("security-group.ecs")}],
        }
    ]
    groups = {"GroupId": identity("security-group.alb"), "IpPermissions": permissions}
    aws("ec2").authorize_security_group_ingress(**groups)
    aws("ec2").authorize_security_group_egress(**groups)


DEEDS = {
    "lose-database": lose_database, "take-domain": take_domain, "entangle-groups": entangle_groups
}


def main():
    match sys.argv[4:]:
        case ["list"]:
            told = [{key: one[key] for key in one if key != "do"} for one in drifts()]
            print(json.dumps(told))
        case ["drift", layer, *of]:
            for one in drifts():
                if one["layer"] == int(layer) and (not of or one["address"].split(".")[0] in of):
                    before = one["do"].get("before")
                    before = before and made(before, one["address"])
                    made(one["do"], one["address"], before)
        case ["remove", wave]:
            print(json.dumps(WAVES[wave]()))
        case ["do", deed]:
            DEEDS[deed]()
        case other:
            sys.exit(f"what is {other}?")


main()
