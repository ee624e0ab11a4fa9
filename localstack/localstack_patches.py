"""Corrections of LocalStack that take a few lines each."""

import threading
from types import SimpleNamespace

import localstack.services.moto
import moto.elbv2.responses
import moto.rds.models
from localstack.aws.api import handler
from localstack.aws.api.cloudwatch import DashboardNotFoundError, InvalidParameterValueException
from localstack.aws.spec import loader
from localstack.services.cloudwatch.models import cloudwatch_stores
from localstack.services.cloudwatch.provider_v2 import CloudwatchProvider
from localstack.services.logs.provider import LogsProvider
from localstack.utils.aws.arns import cloudwatch_alarm_arn, cloudwatch_dashboard_arn
from moto.cognitoidp.models import cognitoidp_backends
from moto.resourcegroupstaggingapi.models import ResourceGroupsTaggingAPIBackend


def take_turns():
    """Serialises requests to moto, which is not thread-safe; one thread is as fast."""
    dispatch, turn = localstack.services.moto.dispatch_to_moto, threading.RLock()

    def dispatched(context):
        with turn:
            return dispatch(context)

    localstack.services.moto.dispatch_to_moto = dispatched


def keep_tags(store, arn, tags):
    """Stores the tags of a create call where tags are read."""
    store.TAGS.del_resource(arn)
    store.TAGS.tag_resource(arn, tags)


def put_alarms():
    """Supports tags in PutMetricAlarm, and a period of twenty seconds."""
    put = CloudwatchProvider.put_metric_alarm

    # LocalStack finds a handler by the name of its function.
    @handler("PutMetricAlarm", expand=False)
    def put_metric_alarm(self, context, request):
        account, region = context.account_id, context.region
        store = self.get_store(account, region)
        arn = cloudwatch_alarm_arn(request["AlarmName"], account, region)
        fresh, tags = arn not in store.alarms, request.pop("Tags", None)
        is_twenty = request.get("Period") == 20
        put(self, context, request | {"Period": 10} if is_twenty else request)
        if is_twenty:
            store.alarms[arn].alarm["Period"] = 20
        if fresh:
            keep_tags(store, arn, tags)

    CloudwatchProvider.put_metric_alarm = put_metric_alarm


def tag_dashboards():
    """Supports tags in PutDashboard, which LocalStack's models do not have."""
    path = "/shapes/PutDashboardInput/members/Tags"
    patch = {"op": "add", "path": path, "value": {"shape": "TagList"}}
    loader.patches["cloudwatch/2010-08-01/service-2"] = [patch]
    put = CloudwatchProvider.put_dashboard

    @handler("PutDashboard", expand=False)
    def put_dashboard(self, context, request):
        account, region = context.account_id, context.region
        name, store = request["DashboardName"], self.get_store(account, region)
        fresh = name not in store.dashboards
        answer = put(self, context, name, request["DashboardBody"])
        if fresh:
            keep_tags(store, cloudwatch_dashboard_arn(name, account, region), request.get("Tags"))
        return answer

    CloudwatchProvider.put_dashboard = put_dashboard


def index_alarms():
    """Adds LocalStack's alarms to the tag index, which is moto's."""

    def backend(self):
        store = cloudwatch_stores[self.account_id][self.region_name]
        names = {arn: one.alarm["AlarmName"] for arn, one in store.alarms.items()}
        return SimpleNamespace(
            alarms={arn: SimpleNamespace(name=name) for arn, name in names.items()},
            insight_rules={},
            list_tags_for_resource=lambda arn: store.TAGS.tags.get(arn, {}),
        )

    ResourceGroupsTaggingAPIBackend.cloudwatch_backend = property(backend)


def index_pools():
    """Adds user pools to the tag index, which is moto's and leaves them out."""
    others = ResourceGroupsTaggingAPIBackend._get_resources_generator

    def with_pools(self, tag_filters=None, resource_type_filters=None):
        yield from others(self, tag_filters, resource_type_filters)
        kinds = {"cognito-idp", "cognito-idp:userpool"}
        if resource_type_filters and kinds.isdisjoint(resource_type_filters):
            return
        wanted = {one["Key"]: one.get("Values") for one in tag_filters or []}
        for pool in cognitoidp_backends[self.account_id][self.region_name].user_pools.values():
            tags = pool.extended_config.get("UserPoolTags") or {}
            fits = (key in tags and (not of or tags[key] in of) for key, of in wanted.items())
            if tags and all(fits):
                pairs = [{"Key": key, "Value": value} for key, value in tags.items()]
                yield {"ResourceARN": pool.arn, "Tags": pairs}

    ResourceGroupsTaggingAPIBackend._get_resources_generator = with_pools


def keep_tags_of_logs_once():
    """Stores the tags of a log group only in moto, where the tag index reads them."""
    for name in ("list_tags_for_resource", "tag_resource", "untag_resource"):
        delattr(LogsProvider, name)


def keep_monitoring():
    """Stores the monitoring settings of CreateDBInstance, as a newer moto does."""
    database = moto.rds.models.DBInstance
    create = database.__init__

    def created(self, *args, **arguments):
        create(self, *args, **arguments)
        self.monitoring_interval = arguments.get("monitoring_interval", 0)
        self.monitoring_role_arn = arguments.get("monitoring_role_arn")

    database.__init__ = created


def know_tls_policy():
    """Accepts a listener policy that is newer than the moto in LocalStack."""
    policy = {"name": "ELBSecurityPolicy-TLS13-1-2-Res-PQ-2025-09", "ciphers": []}
    policy["ssl_protocols"] = ["TLSv1.2", "TLSv1.3"]
    moto.elbv2.responses.SSL_POLICIES.append(policy)


def miss_dashboards():
    """Returns the right error for a missing dashboard."""
    get = CloudwatchProvider.get_dashboard

    @handler("GetDashboard")
    def get_dashboard(self, context, dashboard_name, **kwargs):
        try:
            return get(self, context, dashboard_name, **kwargs)
        except InvalidParameterValueException as error:
            raise DashboardNotFoundError(str(error)) from error

    CloudwatchProvider.get_dashboard = get_dashboard


def apply():
    """Applies all corrections."""
    take_turns()
    put_alarms()
    tag_dashboards()
    index_alarms()
    index_pools()
    keep_tags_of_logs_once()
    keep_monitoring()
    know_tls_policy()
    miss_dashboards()
