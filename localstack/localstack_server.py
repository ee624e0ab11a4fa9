"""Serves LocalStack on HOST PORT without Docker, including services that would need a licence.

Those are provided by moto, as most of LocalStack's own are: each operation is passed to the moto inside.
"""

import os
import shutil
import sys
import tempfile

# Read by LocalStack and moto when they are imported. LocalStack's usual server ignores the address and
# listens on all interfaces; hypercorn listens where it should. The folder is set because by default all
# instances on a machine share one, and each clears it when it starts.
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
    """A provider that passes every operation of a service to moto."""

    def pass_on(self, context, request):
        return call_moto(context)

    # LocalStack finds a handler by the name of its function.
    handlers = {"service": api}
    for operation in load_service(api).operation_names:
        handlers[operation] = handler(operation, expand=False)(pass_on)
        handlers[operation].__name__ = operation
    return type("MotoProvider", (), handlers)()


class Emptying(StateVisitor):
    """Empties what a service stores outside moto."""

    def visit(self, container):
        if isinstance(container, AccountRegionBundle):
            container.reset()
        elif isinstance(container, AssetDirectory):
            shutil.rmtree(container.path, ignore_errors=True)


def forget(request):
    """Empties LocalStack, whose own reset needs a licence."""
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
    """Exits at once. LocalStack's own exit waits for connections that stay open."""
    shutil.rmtree(FOLDER, ignore_errors=True)
    os._exit(code)


def serve():
    """Serves until it is stopped."""
    moto_patches.apply()
    localstack_patches.apply()
    for api in UNLICENSED:
        SERVICE_PLUGINS.api_provider_specs[api] = [SERVICE_PLUGINS.get_active_provider(api)]
    # The list of available services was cached during the import.
    get_enabled_apis.cache_clear()
    for api in UNLICENSED:
        SERVICE_PLUGINS.add_service(Service.for_provider(provider(api)))
    get_internal_apis().add("/_localstack/state/reset", forget, methods=["POST"])
    LocalstackRuntime.exit = leave
    main()


if __name__ == "__main__":
    serve()
