"""Deploys to an emulator's services as others do, behind nk's back.

Usage: deploy.py ENDPOINT REGION SERVICE WHAT [ARGUMENT]. The service stands in the cluster of its
environment, and its name is its family's. What happens:

- scale COUNT: something scales it from now on, and has given it so many tasks.
- image IMAGE: another revision with this image is registered, without tags, and deployed.
- back REVISION: an earlier revision is deployed.
- look: prints what it runs as JSON.

Needs botocore, which the emulator brings along.
"""

import json
import sys

import botocore.session

endpoint, region, name, what = sys.argv[1:5]
cluster = "-".join(name.split("-")[:2]) + "-cluster"


def aws(service):
    """A client of a service of the emulator."""
    return botocore.session.get_session().create_client(
        service,
        region_name=region,
        endpoint_url=endpoint,
        aws_access_key_id="nk-local",
        aws_secret_access_key="nk-local",
    )


ecs = aws("ecs")


def running():
    """The service, and the revision that it runs."""
    service = ecs.describe_services(cluster=cluster, services=[name])["services"][0]
    found = ecs.describe_task_definition(taskDefinition=service["taskDefinition"])
    return service, found["taskDefinition"]


def deploy(definition):
    """Moves the service over."""
    ecs.update_service(cluster=cluster, service=name, taskDefinition=definition)


if what == "scale":
    aws("application-autoscaling").register_scalable_target(
        ServiceNamespace="ecs",
        ResourceId=f"service/{cluster}/{name}",
        ScalableDimension="ecs:service:DesiredCount",
        MinCapacity=1,
        MaxCapacity=9,
    )
    ecs.update_service(cluster=cluster, service=name, desiredCount=int(sys.argv[5]))
elif what == "image":
    kept = (
        "family", "taskRoleArn", "executionRoleArn", "networkMode", "containerDefinitions",
        "requiresCompatibilities", "cpu", "memory",
    )
    _, definition = running()
    definition = {key: definition[key] for key in kept}
    definition["containerDefinitions"][0]["image"] = sys.argv[5]
    registered = ecs.register_task_definition(**definition)
    deploy(registered["taskDefinition"]["taskDefinitionArn"])
elif what == "back":
    account = aws("sts").get_caller_identity()["Account"]
    deploy(f"arn:aws:ecs:{region}:{account}:task-definition/{name}:{sys.argv[5]}")
elif what != "look":
    sys.exit(f"unknown: {what}")

service, definition = running()
print(
    json.dumps(
        {
            "revision": definition["revision"],
            "image": definition["containerDefinitions"][0]["image"],
            "cpu": definition["cpu"],
            "count": service["desiredCount"],
        }
    )
)
