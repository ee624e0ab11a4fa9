"""Serves LocalStack on HOST PORT without Docker, with the services that it has no licence for here.

Those are moto's, as LocalStack's own mostly are: each operation is passed on to the moto inside.
"""

import os
import sys

# Read by LocalStack and moto when they are imported. LocalStack's usual server listens everywhere
# on the machine, whatever it is told; hypercorn listens where it is told.
os.environ.update(
    GATEWAY_LISTEN="{}:{}".format(*sys.argv[1:3]),
    GATEWAY_SERVER="hypercorn",
    DNS_ADDRESS="0",
    DISABLE_EVENTS="1",
    SKIP_SSL_CERT_DOWNLOAD="1",
    LS_LOG="warning",
    MOTO_IAM_LOAD_MANAGED_POLICIES="true",
    MOTO_ECS_SERVICE_RUNNING="1000000",
)

import moto_patches
from localstack.aws.api import handler
from localstack.aws.spec import load_service
from localstack.runtime.main import main
from localstack.services.moto import call_moto
from localstack.services.plugins import SERVICE_PLUGINS, Service
from localstack.utils.bootstrap import get_enabled_apis

UNLICENSED = (
    "application-autoscaling",
    "cognito-idp",
    "ecr",
    "ecs",
    "elbv2",
    "rds",
    "servicediscovery",
)


def provider(api):
    """A provider of a service that passes every operation on to moto."""

    def pass_on(self, context, request):
        return call_moto(context)

    # LocalStack finds a handler by its function's name.
    handlers = {"service": api}
    for operation in load_service(api).operation_names:
        handlers[operation] = handler(operation, expand=False)(pass_on)
        handlers[operation].__name__ = operation
    return type("MotoProvider", (), handlers)()


def serve():
    """Serves until it is told to stop."""
    moto_patches.apply()
    for api in UNLICENSED:
        SERVICE_PLUGINS.api_provider_specs[api] = [SERVICE_PLUGINS.get_active_provider(api)]
    # What LocalStack offers was asked for, and remembered, while it was imported.
    get_enabled_apis.cache_clear()
    for api in UNLICENSED:
        SERVICE_PLUGINS.add_service(Service.for_provider(provider(api)))
    main()


if __name__ == "__main__":
    serve()
