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
from localstack.aws.api.cloudwatch import DashboardNotFoundError, InvalidParameterValueException
from localstack.aws.spec import load_service
from localstack.runtime.main import main
from localstack.runtime.runtime import LocalstackRuntime
from localstack.services.cloudwatch.provider_v2 import CloudwatchProvider
from localstack.services.moto import call_moto
from localstack.services.plugins import SERVICE_PLUGINS, Service
from localstack.utils.aws.arns import cloudwatch_alarm_arn
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


def mend_cloudwatch():
    """Keeps an alarm's tags where tags are kept, and calls a missing dashboard missing."""
    put, get = CloudwatchProvider.put_metric_alarm, CloudwatchProvider.get_dashboard

    @handler("PutMetricAlarm", expand=False)
    def put_metric_alarm(self, context, request):
        store = self.get_store(context.account_id, context.region)
        known = {alarm.alarm["AlarmName"] for alarm in store.alarms.values()}
        tags = request.pop("Tags", None)
        put(self, context, request)
        if tags and request["AlarmName"] not in known:
            name, account = request["AlarmName"], context.account_id
            arn = cloudwatch_alarm_arn(name, account_id=account, region_name=context.region)
            store.TAGS.tag_resource(arn, tags)

    @handler("GetDashboard")
    def get_dashboard(self, context, dashboard_name, **kwargs):
        try:
            return get(self, context, dashboard_name, **kwargs)
        except InvalidParameterValueException as error:
            raise DashboardNotFoundError(str(error)) from error

    CloudwatchProvider.put_metric_alarm = put_metric_alarm
    CloudwatchProvider.get_dashboard = get_dashboard


def serve():
    """Serves until it is told to stop."""
    moto_patches.apply()
    mend_cloudwatch()
    for api in UNLICENSED:
        SERVICE_PLUGINS.api_provider_specs[api] = [SERVICE_PLUGINS.get_active_provider(api)]
    # What LocalStack offers was asked for, and remembered, while it was imported.
    get_enabled_apis.cache_clear()
    for api in UNLICENSED:
        SERVICE_PLUGINS.add_service(Service.for_provider(provider(api)))
    # There is nothing to keep, and its own way out waits for connections that stay open.
    LocalstackRuntime.exit = lambda self, code=0: os._exit(code)
    main()


if __name__ == "__main__":
    serve()
