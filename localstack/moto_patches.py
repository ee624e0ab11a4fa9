"""Corrections of moto, and of slow parts of it, that take a few lines each."""

import moto.cloudwatch.models
import moto.cloudwatch.responses
import moto.cognitoidp.models
import moto.ec2.models
import moto.ec2.models.security_groups
import moto.ecs.models
import moto.ecs.responses
import moto.iam.models
import moto.rds.models
import moto.rds.responses
from moto.core.responses import ActionResult


def settle_services():
    """Makes a new ECS service run its desired number of tasks; moto has a fixed number."""
    create = moto.ecs.models.Service.__init__

    def settled(self, *args, **kwargs):
        create(self, *args, **kwargs)
        self.running_count, self.pending_count = self.desired_count, 0
        for deployment in self.deployments:
            deployment.update(runningCount=self.desired_count, pendingCount=0)

    moto.ecs.models.Service.__init__ = settled


def keep_deployments():
    """Stores fields of CreateService that moto stores only for UpdateService."""
    responses = moto.ecs.responses.EC2ContainerServiceResponse
    create = responses.create_service
    kept = {
        "deploymentConfiguration": "deployment_configuration",
        "enableECSManagedTags": "enable_ecs_managed_tags",
        "healthCheckGracePeriodSeconds": "health_check_grace_period_seconds",
    }

    def create_service(self):
        result = create(self)
        name, cluster = self._get_param("serviceName"), self._get_param("cluster", "default")
        service = self.ecs_backend._get_service(cluster, name)
        for parameter, attribute in kept.items():
            setattr(service, attribute, self._get_param(parameter))
        return result

    responses.create_service = create_service


def count_tasks():
    """Counts the tasks of a cluster; moto subtracts them whenever a service is updated or deleted."""
    backend = moto.ecs.models.EC2ContainerServiceBackend
    describe = backend.describe_clusters

    def described(self, cluster_names):
        clusters, failures = describe(self, cluster_names)
        for cluster in clusters:
            services = [
                one
                for one in self.services.values()
                if one.cluster_arn == cluster.arn and one.status == "ACTIVE"
            ]
            cluster.running_tasks_count = sum(one.running_count for one in services)
            cluster.pending_tasks_count = sum(one.pending_count for one in services)
        return clusters, failures

    backend.describe_clusters = described


def keep_sign_in():
    """Keeps the sign-in options of a user pool in an update; moto drops what the update leaves out."""
    pool = moto.cognitoidp.models.CognitoIdpUserPool
    update = pool.update_extended_config
    fixed = ("AliasAttributes", "UsernameAttributes", "UsernameConfiguration")

    def kept(self, extended_config):
        before = getattr(self, "extended_config", {})
        update(self, extended_config)
        for key in fixed:
            if key in before and key not in (extended_config or {}):
                self.extended_config[key] = before[key]

    pool.update_extended_config = kept


def rename_pools():
    """Changes the name of a user pool; moto accepts it and drops it."""
    pool = moto.cognitoidp.models.CognitoIdpUserPool
    update = pool.update_extended_config

    def updated(self, extended_config):
        update(self, extended_config)
        self.name = (extended_config or {}).get("PoolName") or self.name

    pool.update_extended_config = updated


def index_pools():
    """Adds user pools to the tag index, which moto leaves out."""
    # Not for LocalStack, which contains another version of moto.
    import moto.resourcegroupstaggingapi.models
    from moto.core.resource_tagging import TaggedResource, make_tag_matcher, match_resource_type

    index = moto.resourcegroupstaggingapi.models.ResourceGroupsTaggingAPIBackend
    others = index._get_resources_generator
    kind = "cognito-idp:userpool"

    def with_pools(
        self, tag_filters=None, resource_type_filters=None, resource_arn_list=None
    ):
        yield from others(self, tag_filters, resource_type_filters, resource_arn_list)
        backend = moto.cognitoidp.models.cognitoidp_backends[self.account_id][self.region_name]
        matches = make_tag_matcher(tag_filters)
        for pool in backend.user_pools.values():
            tags = pool.extended_config.get("UserPoolTags") or {}
            chosen = match_resource_type(kind, resource_type_filters) and (
                not resource_arn_list or pool.arn in resource_arn_list
            )
            if tags and chosen and matches(tags):
                yield TaggedResource(arn=pool.arn, tags=tags, resource_type=kind)

    index._get_resources_generator = with_pools


def tag_dashboards():
    """Supports tags of dashboards."""
    responses = moto.cloudwatch.responses.CloudWatchResponse
    backend = moto.cloudwatch.models.CloudWatchBackend
    put, tag = responses.put_dashboard, backend.tag_resource

    def put_dashboard(self):
        name, tags = self._get_param("DashboardName"), self._get_param("Tags")
        fresh = name not in self.cloudwatch_backend.dashboards
        result = put(self)
        if fresh and tags:
            arn = self.cloudwatch_backend.dashboards[name].arn
            self.cloudwatch_backend.tagger.tag_resource(arn, tags)
        return result

    def tag_resource(self, arn, tags):
        if any(each.arn == arn for each in self.dashboards.values()):
            return self.tagger.tag_resource(arn, self.tagger.convert_dict_to_tags_input(tags))
        return tag(self, arn, tags)

    responses.put_dashboard, backend.tag_resource = put_dashboard, tag_resource


def keep_insights():
    """Stores the Performance Insights settings of a database; moto accepts them and drops them."""
    database = moto.rds.models.DBInstance
    create, update = database.__init__, database.update

    def keep(self, arguments):
        enabled = arguments.get("enable_performance_insights")
        if enabled is not None:
            self.performance_insights_enabled = enabled
            self.performance_insights_retention_period = 7 if enabled else None
        retention = arguments.get("performance_insights_retention_period")
        if retention is not None:
            self.performance_insights_retention_period = retention

    def created(self, *args, **arguments):
        create(self, *args, **arguments)
        keep(self, arguments)

    def updated(self, *args, **arguments):
        update(self, *args, **arguments)
        keep(self, arguments)

    database.__init__, database.update = created, updated


def keep_subnet_groups():
    """Keeps the subnet group of a database when it is changed; moto removes it from its list."""
    backend = moto.rds.models.RDSBackend
    modify = backend.modify_db_subnet_group

    def modified(self, *args, **arguments):
        group = modify(self, *args, **arguments)
        self.subnet_groups[group.name] = group
        return group

    backend.modify_db_subnet_group = modified


def move_ports():
    """Changes the port of a database; moto stores the new one where nothing reads it."""
    database = moto.rds.models.DBInstance
    update = database.update

    def updated(self, *args, **arguments):
        update(self, *args, **arguments)
        self.port = arguments.get("db_port_number") or self.port

    database.update = updated


def know_default_parameters():
    """Supports the default parameter groups of engines; moto knows only groups that were created."""
    backend = moto.rds.models.RDSBackend
    modify = backend.modify_db_instance

    def modified(self, db_instance_identifier, db_kwargs):
        name = db_kwargs.get("db_parameter_group_name") or ""
        if name.startswith("default."):
            db_kwargs.pop("db_parameter_group_name")
        database = modify(self, db_instance_identifier, db_kwargs)
        if name.startswith("default."):
            database.db_parameter_group_name = name
        return database

    backend.modify_db_instance = modified


def reset_parameters():
    """Adds ResetDBParameterGroup, which moto does not have."""

    def reset_db_parameter_group(self):
        name = self.params["DBParameterGroupName"]
        # Raises the right error if the group does not exist.
        group = self.backend.modify_db_parameter_group(name, [])
        for parameter in self.params.get("Parameters", []):
            group.parameters.pop(parameter.original_dict()["ParameterName"], None)
        return ActionResult({"DBParameterGroupName": name})

    moto.rds.responses.RDSResponse.reset_db_parameter_group = reset_db_parameter_group


def free_addresses():
    """Releases the address of a NAT gateway when it is deleted."""
    backend = moto.ec2.models.EC2Backend
    delete = backend.delete_nat_gateway

    def deleted(self, nat_gateway_id):
        gateway = delete(self, nat_gateway_id)
        for address in self.addresses:
            if address.eni is not None and address.eni is gateway._eni:
                address.eni, address.association_id = None, None
        return gateway

    backend.delete_nat_gateway = deleted


def allow_rules_without_ports():
    """Supports security group rules for protocols without ports, which EC2 lists with -1."""
    rule = moto.ec2.models.security_groups.SecurityGroupRule
    create = rule.__init__

    def created(self, ec2_backend, ip_protocol, group_id, from_port, to_port, *args, **arguments):
        ports = [-1 if port is None else port for port in (from_port, to_port)]
        create(self, ec2_backend, ip_protocol, group_id, *ports, *args, **arguments)

    rule.__init__ = created


def read_policies_once():
    """Reads AWS's managed policies once; moto reads them at each reset, which takes most of its time."""
    backend = moto.iam.models.IAMBackend
    read = backend._init_aws_policies
    known = {}

    def policies(self):
        place = (self.account_id, self.region_name)
        if place not in known:
            known[place] = read(self)
        for policy in known[place]:
            policy.attachment_count = 0
        return known[place]

    backend._init_aws_policies = policies


def apply():
    """Applies all corrections."""
    settle_services()
    keep_deployments()
    count_tasks()
    keep_sign_in()
    rename_pools()
    keep_insights()
    keep_subnet_groups()
    move_ports()
    free_addresses()
    allow_rules_without_ports()
    know_default_parameters()
    reset_parameters()
