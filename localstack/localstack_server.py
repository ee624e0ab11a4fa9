"""Serves LocalStack on HOST PORT without Docker, with the services that it has no licence for here.

Those are moto's, as LocalStack's own mostly are: each operation is passed on to the moto inside.
"""

import os
import shutil
import sys
import tempfile

# Read by LocalStack and moto when they are imported. LocalStack's usual server listens everywhere
# on the machine, whatever it is told; hypercorn listens where it is told. Its files would lie where
# those of every other one on the machine do, who starts by clearing them away; in a container it
# would believe that there is no other.
FOLDER = tempfile.mkdtemp(prefix="nk-localstack-")
os.environ.update(
    FILESYSTEM_ROOT=FOLDER,
    OVERRIDE_IN_DOCKER="0",
    GATEWAY_LISTEN="{}:{}".format(*sys.argv[1:3]),
    GATEWAY_SERVER="hypercorn",
    DNS_ADDRESS="0",
    DISABLE_EVENTS="1",
    SKIP_SSL_CERT_DOWNLOAD="1",
    LS_LOG="warning",
    MOTO_IAM_LOAD_MANAGED_POLICIES="true",
    MOTO_ECS_SERVICE_RUNNING="1000000",
)

import localstack_patches
import moto_patches
from localstack.aws.api import handler
from localstack.aws.spec import load_service
from localstack.http import Response
from localstack.runtime.main import main
from localstack.runtime.runtime import LocalstackRuntime
from localstack.services.internal import get_internal_apis
from localstack.services.moto import call_moto
from localstack.services.plugins import SERVICE_PLUGINS, Service
from localstack.services.stores import AccountRegionBundle
from localstack.state import AssetDirectory, StateVisitor
from localstack.utils.bootstrap import get_enabled_apis
from moto.core.base_backend import BackendDict
from moto.core.model_instances import reset_model_data

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


class Emptying(StateVisitor):
    """Empties what a service keeps beside moto."""

    def visit(self, container):
        if isinstance(container, AccountRegionBundle):
            container.reset()
        elif isinstance(container, AssetDirectory):
            shutil.rmtree(container.path, ignore_errors=True)


def forget(request):
    """Forgets everything; LocalStack's own way to do so takes a licence."""
    names = [name for name in SERVICE_PLUGINS.list_available() if SERVICE_PLUGINS.is_running(name)]
    running = [SERVICE_PLUGINS.get_service(name) for name in names]
    for service in running:
        service.lifecycle_hook.on_before_state_reset()
        service.accept_state_visitor(Emptying())
    BackendDict.reset()
    reset_model_data()
    for service in running:
        service.lifecycle_hook.on_after_state_reset()
    return Response(status=200)


def leave(self, code=0):
    """There is nothing to keep, and LocalStack's own way out waits for connections that stay open."""
    shutil.rmtree(FOLDER, ignore_errors=True)
    os._exit(code)


def serve():
    """Serves until it is told to stop."""
    moto_patches.apply()
    localstack_patches.apply()
    for api in UNLICENSED:
        SERVICE_PLUGINS.api_provider_specs[api] = [SERVICE_PLUGINS.get_active_provider(api)]
    # What LocalStack offers was asked for, and remembered, while it was imported.
    get_enabled_apis.cache_clear()
    for api in UNLICENSED:
        SERVICE_PLUGINS.add_service(Service.for_provider(provider(api)))
    get_internal_apis().add("/_localstack/state/reset", forget, methods=["POST"])
    LocalstackRuntime.exit = leave
    main()


if __name__ == "__main__":
    serve()
