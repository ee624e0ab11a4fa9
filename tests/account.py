"""Prints everything in the account of an emulator as JSON, a list a kind: what the tests compare.

Usage: account.py ENDPOINT REGION. Needs botocore, which the emulator brings along.
"""

import json
import sys

import botocore.session

endpoint, region = sys.argv[1:3]
session = botocore.session.get_session()


def connect(service):
    """A client of a service of the emulator."""
    return session.create_client(
        service,
        region_name=region,
        endpoint_url=endpoint,
        aws_access_key_id="nk-local",
        aws_secret_access_key="nk-local",
    )


def every(service, operation, key, **arguments):
    """All items of a listing; paginated where the service paginates it."""
    client = connect(service)
    if client.can_paginate(operation):
        pages = client.get_paginator(operation).paginate(**arguments)
    else:
        pages = [getattr(client, operation)(**arguments)]
    return [item for page in pages for item in page.get(key, [])]


# What comes by itself after a while, whatever is done meanwhile: a certificate is issued, an alarm
# makes up its mind, and one clock never stands still.
PASSING = {
    "certificates": {
        "Status", "IssuedAt", "NotBefore", "NotAfter", "KeyUsages", "ExtendedKeyUsages",
    },
    "alarms": {
        "StateValue", "StateReason", "StateReasonData", "StateUpdatedTimestamp",
        "StateTransitionedTimestamp",
    },
    "db-instances": {"LatestRestorableTime"},
}

account = {
    "vpcs": every("ec2", "describe_vpcs", "Vpcs"),
    "subnets": every("ec2", "describe_subnets", "Subnets"),
    "internet-gateways": every("ec2", "describe_internet_gateways", "InternetGateways"),
    "addresses": every("ec2", "describe_addresses", "Addresses"),
    "nat-gateways": [
        one
        for one in every("ec2", "describe_nat_gateways", "NatGateways")
        if one["State"] not in ("deleted", "deleting")
    ],
    "route-tables": every("ec2", "describe_route_tables", "RouteTables"),
    "security-groups": every("ec2", "describe_security_groups", "SecurityGroups"),
    "security-group-rules": every("ec2", "describe_security_group_rules", "SecurityGroupRules"),
    "log-groups": every("logs", "describe_log_groups", "logGroups"),
    "repositories": every("ecr", "describe_repositories", "repositories"),
    "parameters": every("ssm", "describe_parameters", "Parameters"),
    "db-subnet-groups": every("rds", "describe_db_subnet_groups", "DBSubnetGroups"),
    # RDS makes its own defaults as it needs them.
    "db-parameter-groups": [
        one
        for one in every("rds", "describe_db_parameter_groups", "DBParameterGroups")
        if not one["DBParameterGroupName"].startswith("default.")
    ],
    "db-instances": every("rds", "describe_db_instances", "DBInstances"),
    "load-balancers": every("elbv2", "describe_load_balancers", "LoadBalancers"),
    "target-groups": every("elbv2", "describe_target_groups", "TargetGroups"),
    "alarms": every("cloudwatch", "describe_alarms", "MetricAlarms"),
    "dashboards": every("cloudwatch", "list_dashboards", "DashboardEntries"),
    "certificates": every("acm", "list_certificates", "CertificateSummaryList"),
    "task-definitions": every("ecs", "list_task_definitions", "taskDefinitionArns", status="ACTIVE"),
}
for kind, keys in PASSING.items():
    account[kind] = [
        {key: value for key, value in one.items() if key not in keys} for one in account[kind]
    ]
secrets = connect("secretsmanager")
account["secrets"] = [
    {key: one[key] for key in ("Name", "ARN", "Tags", "Description") if key in one}
    for one in every("secretsmanager", "list_secrets", "SecretList")
]
iam = connect("iam")
account["roles"] = [
    {
        "role": iam.get_role(RoleName=role["RoleName"])["Role"],
        "attached": iam.list_attached_role_policies(RoleName=role["RoleName"])["AttachedPolicies"],
        "inline": {
            name: iam.get_role_policy(RoleName=role["RoleName"], PolicyName=name)["PolicyDocument"]
            for name in iam.list_role_policies(RoleName=role["RoleName"])["PolicyNames"]
        },
    }
    for role in every("iam", "list_roles", "Roles")
]
elb = connect("elbv2")
account["listeners"] = [
    listener
    for balancer in account["load-balancers"]
    for listener in elb.describe_listeners(LoadBalancerArn=balancer["LoadBalancerArn"])["Listeners"]
]
ecs = connect("ecs")
# The emulator goes on listing a deleted cluster; AWS does not.
account["clusters"] = [
    cluster["clusterArn"]
    for arn in every("ecs", "list_clusters", "clusterArns")
    for cluster in ecs.describe_clusters(clusters=[arn])["clusters"]
    if cluster["status"] != "INACTIVE"
]
account["services"] = [
    service
    for cluster in account["clusters"]
    for arn in ecs.list_services(cluster=cluster)["serviceArns"]
    for service in ecs.describe_services(cluster=cluster, services=[arn])["services"]
    if service["status"] != "INACTIVE"
]
cognito = connect("cognito-idp")
account["user-pools"] = [
    {
        "pool": cognito.describe_user_pool(UserPoolId=pool["Id"])["UserPool"],
        "clients": [
            client["ClientName"]
            for client in cognito.list_user_pool_clients(UserPoolId=pool["Id"])["UserPoolClients"]
        ],
        "providers": [
            provider["ProviderName"]
            for provider in cognito.list_identity_providers(UserPoolId=pool["Id"])["Providers"]
        ],
    }
    for pool in every("cognito-idp", "list_user_pools", "UserPools", MaxResults=60)
]
print(json.dumps(account, default=str, sort_keys=True, indent=1))
