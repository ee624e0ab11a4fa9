"""Prints everything in the account of an emulator as JSON, a list a kind: what the tests compare.

Usage: account.py ENDPOINT REGION. Needs botocore, which the emulator brings along.
"""

import json
import sys

import kinds

place = kinds.Place(*sys.argv[1:3])
# What comes by itself after a while, whatever is done meanwhile: a certificate is issued.
PASSING = {"Status", "IssuedAt", "NotBefore", "NotAfter", "KeyUsages", "ExtendedKeyUsages"}


def without(keys, items):
    """The items without these keys; some are nothing but an ARN."""
    return [
        one
        if isinstance(one, str)
        else {key: value for key, value in one.items() if key not in keys}
        for one in items
    ]


account = {
    told["listed"]: without(told["listing"].get("passing", []), place.listed(kind))
    for kind, told in kinds.KINDS.items()
    if "call" in told.get("listing", {})
}
# What is no kind, and what one call does not list.
account["security-group-rules"] = place.every(
    "ec2.describe_security_group_rules", "SecurityGroupRules"
)
account["subscriptions"] = place.every("sns.list_subscriptions", "Subscriptions")
account["parameters"] = place.every("ssm.describe_parameters", "Parameters")
account["certificates"] = without(
    PASSING, place.every("acm.list_certificates", "CertificateSummaryList")
)
account["secrets"] = [
    {key: one[key] for key in ("Name", "ARN", "Tags", "Description") if key in one}
    for one in place.every("secretsmanager.list_secrets", "SecretList")
]
iam = place.client("iam")
account["roles"] = [
    {
        "role": iam.get_role(RoleName=role["RoleName"])["Role"],
        "attached": iam.list_attached_role_policies(RoleName=role["RoleName"])["AttachedPolicies"],
        "inline": {
            name: iam.get_role_policy(RoleName=role["RoleName"], PolicyName=name)["PolicyDocument"]
            for name in iam.list_role_policies(RoleName=role["RoleName"])["PolicyNames"]
        },
    }
    for role in place.every("iam.list_roles", "Roles")
]
elb = place.client("elbv2")
account["listeners"] = [
    listener
    for balancer in account["load-balancers"]
    for listener in elb.describe_listeners(LoadBalancerArn=balancer["LoadBalancerArn"])["Listeners"]
]
ecs = place.client("ecs")
# The emulator goes on listing a deleted cluster; AWS does not.
account["clusters"] = [
    cluster["clusterArn"]
    for arn in place.every("ecs.list_clusters", "clusterArns")
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
cognito = place.client("cognito-idp")
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
    for pool in place.every("cognito-idp.list_user_pools", "UserPools", MaxResults=60)
]
print(json.dumps(account, default=str, sort_keys=True, indent=1))
