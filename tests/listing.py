"""Prints what `account.py` prints, without what differs between two runs that did the same.

Usage: listing.py ENDPOINT REGION. For every line on standard input, one line of JSON. `meddle` as
the line first changes something of every kind that carries tags, behind nk's back.
"""

import contextlib
import functools
import io
import json
import pathlib
import re
import runpy
import sys

import boto3

SESSION = boto3.Session(
    aws_access_key_id="nk-local", aws_secret_access_key="nk-local", region_name=sys.argv[2]
)
SESSION.client = functools.cache(SESSION.client)
boto3.Session = lambda **_: SESSION

OWN_ID = {
    "vpcs": "VpcId",
    "subnets": "SubnetId",
    "internet-gateways": "InternetGatewayId",
    "addresses": "AllocationId",
    "nat-gateways": "NatGatewayId",
    "route-tables": "RouteTableId",
    "security-groups": "GroupId",
}
NOISE = [
    (re.compile(r"\b([a-z]+(?:-[a-z]+)?)-[0-9a-f]{8,40}\b"), r"\1-*"),
    (re.compile(r"\b[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}\b"), "(uuid)"),
    (re.compile(r"\d{4}-\d\d-\d\d[T ]\d\d:\d\d:\d\d(?:\.\d+)?(?:\+00:00|Z)?"), "(time)"),
    (re.compile(r"(\b(?:app|targetgroup)/[^/\"]+)(?:/[0-9a-f]{16})+"), r"\1/*"),
    (re.compile(r"(task-definition/[^:\"]+):\d+"), r"\1:*"),
    (re.compile(r"(secret:[^\"]+)-[A-Za-z0-9]{6}\""), r'\1-*"'),
    (re.compile(r"ap-northeast-1_[A-Za-z0-9]+"), "(pool)"),
    (re.compile(r"db-[A-Z0-9]{20,}"), "db-*"),
]
VOLATILE = {
    "AllocatedAt", "AssociationId", "CreateDate", "CreatedTime", "CreationDate",
    "PrivateIp", "PrivateIpAddress", "PublicIp", "RoleId", "creationTime", "createdAt", "deployments", "events",
    "LastModifiedDate", "CreationTime", "InstanceCreateTime", "DbiResourceId", "NetworkInterfaceId",
    "StateUpdatedTimestamp", "AlarmConfigurationUpdatedTimestamp", "StateTransitionedTimestamp",
    "LastModified", "SecurityGroupRuleId", "AvailabilityZoneId",
}


def without_noise(value):
    """The value with what is volatile left out and every list in one order."""
    if isinstance(value, dict):
        return {k: without_noise(v) for k, v in sorted(value.items()) if k not in VOLATILE}
    if isinstance(value, list):
        items = [without_noise(item) for item in value]
        return sorted(items, key=lambda item: json.dumps(item, sort_keys=True))
    return value


def plain(account):
    """The account where every id that a tagged resource has is named by its address."""
    text = json.dumps(account)
    for kind, own in OWN_ID.items():
        for item in account[kind]:
            tags = {tag["Key"]: tag["Value"] for tag in item.get("Tags", [])}
            if "nk:address" in tags:
                text = text.replace(item[own], f"({tags['nk:address']})")
    for pattern, replacement in NOISE:
        text = pattern.sub(replacement, text)
    return without_noise(json.loads(text))


def listing():
    """What `account.py` prints, without what AWS keeps or makes by itself."""
    out = io.StringIO()
    with contextlib.redirect_stdout(out):
        runpy.run_path(str(pathlib.Path(__file__).with_name("account.py")))
    account = json.loads(out.getvalue())
    # A deleted cluster is listed for a while, and the default parameters come with a database.
    ecs = SESSION.client("ecs", endpoint_url=sys.argv[1])
    clusters = ecs.describe_clusters(clusters=account["clusters"])["clusters"]
    account["clusters"] = [one for one in clusters if one["status"] != "INACTIVE"]
    account["db-parameter-groups"] = [
        one
        for one in account["db-parameter-groups"]
        if not one["DBParameterGroupName"].startswith("default.")
    ]
    return account


def meddle():
    """Takes the tag `Name` off everything that has it and makes what has a count count wrong."""
    client = functools.partial(SESSION.client, endpoint_url=sys.argv[1])
    account = listing()
    ec2 = client("ec2")
    ids = [
        item[own]
        for kind, own in OWN_ID.items()
        for item in account[kind]
        if any(tag["Key"] == "nk:address" for tag in item.get("Tags", []))
    ]
    ec2.delete_tags(Resources=ids, Tags=[{"Key": "Name"}])
    for role in account["roles"]:
        name = role["role"]["RoleName"]
        for policy in role["inline"]:
            client("iam").delete_role_policy(RoleName=name, PolicyName=policy)
        for policy in role["attached"]:
            client("iam").detach_role_policy(RoleName=name, PolicyArn=policy["PolicyArn"])
    for group in account["log-groups"]:
        client("logs").delete_retention_policy(logGroupName=group["logGroupName"])
    for group in account["security-groups"]:
        rules = [
            rule["SecurityGroupRuleId"]
            for rule in account["security-group-rules"]
            if rule["GroupId"] == group["GroupId"] and not rule["IsEgress"]
        ]
        if group["GroupId"] in ids and rules:
            ec2.revoke_security_group_ingress(
                GroupId=group["GroupId"], SecurityGroupRuleIds=rules
            )
    for repository in account["repositories"]:
        client("ecr").delete_lifecycle_policy(repositoryName=repository["repositoryName"])
    for secret in account["secrets"]:
        client("secretsmanager").untag_resource(SecretId=secret["ARN"], TagKeys=["Name"])
    for alarm in account["alarms"]:
        client("cloudwatch").put_metric_alarm(
            AlarmName=alarm["AlarmName"],
            Namespace=alarm["Namespace"],
            MetricName=alarm["MetricName"],
            Statistic="Sum",
            Period=60,
            EvaluationPeriods=9,
            Threshold=1,
            ComparisonOperator="GreaterThanThreshold",
        )
    for arn in [one["LoadBalancerArn"] for one in account["load-balancers"]] + [
        one["TargetGroupArn"] for one in account["target-groups"]
    ]:
        client("elbv2").remove_tags(ResourceArns=[arn], TagKeys=["Name"])
    for listener in account["listeners"]:
        client("elbv2").remove_tags(ResourceArns=[listener["ListenerArn"]], TagKeys=["Name"])
    for group in account["db-subnet-groups"]:
        client("rds").remove_tags_from_resource(
            ResourceName=group["DBSubnetGroupArn"], TagKeys=["Name"]
        )
    for dashboard in account["dashboards"]:
        client("cloudwatch").put_dashboard(
            DashboardName=dashboard["DashboardName"], DashboardBody='{"widgets": []}'
        )
    for service in account["services"]:
        client("ecs").update_service(
            cluster=service["clusterArn"], service=service["serviceName"], desiredCount=0
        )
    for cluster in account["clusters"]:
        client("ecs").untag_resource(resourceArn=cluster["clusterArn"], tagKeys=["Name"])


for line in sys.stdin:
    if line.strip() == "meddle":
        meddle()
    print(json.dumps(plain(listing()), sort_keys=True), flush=True)
