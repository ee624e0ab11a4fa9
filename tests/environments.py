"""Makes so many other environments of the stack's own project, with nk's tags, as environments.rs asks.

Usage: environments.py ENDPOINT REGION PROJECT COUNT

Each has one of every kind that is found through a list. They only have to be in the way of looks.
"""

import json
import sys
from concurrent.futures import ThreadPoolExecutor

import boto3

ENDPOINT, REGION, PROJECT, COUNT = sys.argv[1:5]
SESSION = boto3.Session(
    aws_access_key_id="nk-local", aws_secret_access_key="nk-local", region_name=REGION
)
SERVICES = "ec2 iam logs ecr secretsmanager rds ecs elbv2 cognito-idp cloudwatch".split()
EC2, IAM, LOGS, ECR, SECRETS, RDS, ECS, ELB, COGNITO, CLOUDWATCH = [
    SESSION.client(service, endpoint_url=ENDPOINT) for service in SERVICES
]
TRUST = json.dumps(
    {
        "Version": "2012-10-17",
        "Statement": [
            {
                "Effect": "Allow",
                "Principal": {"Service": "ecs-tasks.amazonaws.com"},
                "Action": "sts:AssumeRole",
            }
        ],
    }
)


def environment(number):
    """One of each kind."""
    stack = f"{PROJECT}-env{number}"
    lower = stack.lower()

    def tags(address):
        return {"nk:stack": stack, "nk:address": address}

    def upper(address):
        return [{"Key": key, "Value": value} for key, value in tags(address).items()]

    def small(address):
        return [{"key": key, "value": value} for key, value in tags(address).items()]

    def tagged(kind, address):
        return [{"ResourceType": kind, "Tags": upper(address)}]

    vpc = EC2.create_vpc(
        CidrBlock="10.0.0.0/16", TagSpecifications=tagged("vpc", "vpc.main")
    )["Vpc"]["VpcId"]
    subnets = [
        EC2.create_subnet(
            VpcId=vpc,
            CidrBlock=f"10.0.{place}.0/24",
            AvailabilityZone=REGION + "ac"[place],
            TagSpecifications=tagged("subnet", f"subnet.private-{place}"),
        )["Subnet"]["SubnetId"]
        for place in range(2)
    ]
    EC2.create_security_group(
        GroupName=f"{stack}-alb",
        Description="the balancer's",
        VpcId=vpc,
        TagSpecifications=tagged("security-group", "security-group.alb"),
    )
    EC2.create_route_table(
        VpcId=vpc, TagSpecifications=tagged("route-table", "route-table.public")
    )
    for role in "ecs-task", "ecs-execution":
        IAM.create_role(
            RoleName=f"{stack}-{role}",
            AssumeRolePolicyDocument=TRUST,
            Tags=upper(f"role.{role}"),
        )
    LOGS.create_log_group(logGroupName=f"/ecs/{stack}-backend", tags=tags("log-group.backend"))
    ECR.create_repository(repositoryName=f"{lower}-backend", tags=upper("repository.backend"))
    SECRETS.create_secret(
        Name=f"{stack}/db", SecretString="{}", Tags=upper("secret.db-password")
    )
    RDS.create_db_subnet_group(
        DBSubnetGroupName=f"{lower}-db",
        DBSubnetGroupDescription="the database's",
        SubnetIds=subnets,
        Tags=upper("db-subnet-group.main"),
    )
    RDS.create_db_parameter_group(
        DBParameterGroupName=f"{lower}-db",
        DBParameterGroupFamily="postgres15",
        Description="the database's",
        Tags=upper("db-parameter-group.main"),
    )
    RDS.create_db_instance(
        DBInstanceIdentifier=f"{lower}-db",
        DBInstanceClass="db.t3.micro",
        Engine="postgres",
        AllocatedStorage=20,
        MasterUsername="postgres",
        MasterUserPassword="not-a-secret-at-all",
        DBSubnetGroupName=f"{lower}-db",
        Tags=upper("db-instance.main"),
    )
    ECS.create_cluster(clusterName=f"{stack}-cluster", tags=small("cluster.main"))
    ECS.register_task_definition(
        family=f"{stack}-backend",
        containerDefinitions=[{"name": "backend", "image": "backend", "memory": 128}],
        tags=small("task-definition.backend"),
    )
    ELB.create_target_group(
        Name=f"{stack}-backend",
        Protocol="HTTP",
        Port=80,
        VpcId=vpc,
        TargetType="ip",
        Tags=upper("target-group.backend"),
    )
    ELB.create_load_balancer(
        Name=f"{stack}-alb", Subnets=subnets, Tags=upper("load-balancer.main")
    )
    COGNITO.create_user_pool(PoolName=f"{stack}-users", UserPoolTags=tags("user-pool.main"))
    CLOUDWATCH.put_metric_alarm(
        AlarmName=f"{stack}-alarm",
        Namespace="AWS/ECS",
        MetricName="CPUUtilization",
        Statistic="Average",
        Period=60,
        EvaluationPeriods=1,
        Threshold=80,
        ComparisonOperator="GreaterThanThreshold",
        Tags=upper("alarm.cpu"),
    )


def main():
    """All of them, a few at a time."""
    with ThreadPoolExecutor(4) as pool:
        list(pool.map(environment, range(int(COUNT))))


if __name__ == "__main__":
    main()
