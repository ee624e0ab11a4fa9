"""Holds the checker against requests that are right and requests that are wrong in one way each."""

import json
import unittest
import urllib.parse

import check
import cbor2


def request(service, operation, headers, body):
    return {"service": service, "operation": operation, "headers": headers, "body": body.hex()}


def form(service, operation, version, **fields):
    """A request in the query protocol; a double underscore is a dot."""
    fields = {key.replace("__", "."): value for key, value in fields.items()}
    body = urllib.parse.urlencode({"Action": operation, "Version": version, **fields}).encode()
    headers = {"content-type": "application/x-www-form-urlencoded"}
    return check.violations(request(service, operation, headers, body))


def ec2(operation, **fields):
    return form("ec2", operation, "2016-11-15", **fields)


def elb(operation, **fields):
    return form("elasticloadbalancing", operation, "2015-12-01", **fields)


def document(service, target, operation, **fields):
    headers = {
        "content-type": "application/x-amz-json-1.1",
        "x-amz-target": f"{target}.{operation}",
    }
    return check.violations(request(service, operation, headers, json.dumps(fields).encode()))


def logs(operation, **fields):
    return document("logs", "Logs_20140328", operation, **fields)


def cloudwatch(operation, **fields):
    body = cbor2.dumps(fields)
    headers = {"content-type": "application/cbor", "smithy-protocol": "rpc-v2-cbor"}
    return check.violations(request("monitoring", operation, headers, body))


class Ec2(unittest.TestCase):
    def test_what_is_right_passes(self):
        tags = {
            "TagSpecification__1__ResourceType": "vpc",
            "TagSpecification__1__Tag__1__Key": "Name",
            "TagSpecification__1__Tag__1__Value": "a",
        }
        self.assertEqual(ec2("CreateVpc", CidrBlock="10.0.0.0/16", **tags), [])
        rule = {
            "IpPermissions__1__FromPort": "80",
            "IpPermissions__1__IpRanges__1__CidrIp": "0.0.0.0/0",
        }
        self.assertEqual(ec2("AuthorizeSecurityGroupIngress", GroupId="sg-1", **rule), [])

    def test_what_is_wrong_is_said(self):
        self.assertEqual(ec2("CreateSubnet"), ["`VpcId` is required"])
        self.assertEqual(ec2("CreateVpc", Cidr="10.0.0.0/16"), ["Cidr: is unknown"])
        port = {"IpPermissions__1__FromPort": "http"}
        self.assertEqual(
            ec2("AuthorizeSecurityGroupIngress", **port),
            ["IpPermissions[0].FromPort: is no whole number"],
        )
        kind = {"TagSpecification__1__ResourceType": "vcp"}
        said = r"^TagSpecifications\[0\].ResourceType: `vcp` is none"
        self.assertRegex(ec2("CreateVpc", **kind)[0], said)
        self.assertEqual(
            form("ec2", "CreateVpc", "2015-01-01"),
            ["the body cannot be read: the version is not 2016-11-15"],
        )


class Query(unittest.TestCase):
    def test_what_is_right_passes(self):
        fields = {"Name": "a", "Subnets__member__1": "subnet-1", "Subnets__member__2": "subnet-2"}
        self.assertEqual(elb("CreateLoadBalancer", Scheme="internet-facing", **fields), [])
        group = {"DBSubnetGroupName": "g", "DBSubnetGroupDescription": "d"}
        subnets = {"SubnetIds__SubnetIdentifier__1": "subnet-1"}
        tags = {"Tags__Tag__1__Key": "k", "Tags__Tag__1__Value": "v"}
        made = form("rds", "CreateDBSubnetGroup", "2014-10-31", **group, **subnets, **tags)
        self.assertEqual(made, [])

    def test_what_is_wrong_is_said(self):
        self.assertEqual(elb("CreateLoadBalancer"), ["`Name` is required"])
        self.assertEqual(
            elb("CreateLoadBalancer", Name="a", Subnets__1="subnet-1"), ["Subnets.1: is unknown"]
        )
        self.assertEqual(
            elb("CreateTargetGroup", Name="a", Port="65536"),
            ["Port: 65536, at most 65535 allowed"],
        )
        role = form("iam", "GetRole", "2010-05-08", RoleName="a b")
        self.assertEqual(role, [r"RoleName: does not match [\w+=,.@-]+"])


class Json(unittest.TestCase):
    def test_what_is_right_passes(self):
        self.assertEqual(logs("CreateLogGroup", logGroupName="/ecs/a", tags={"k": "v"}), [])
        self.assertEqual(logs("DescribeLogGroups", limit=50), [])

    def test_what_is_wrong_is_said(self):
        self.assertEqual(logs("CreateLogGroup"), ["`logGroupName` is required"])
        self.assertEqual(
            logs("DescribeLogGroups", limit=51, x=1),
            ["limit: 51, at most 50 allowed", "`x` is unknown"],
        )
        self.assertEqual(logs("DescribeLogGroups", limit="5"), ["limit: is no whole number"])
        long = logs("CreateLogGroup", logGroupName="a" * 513)
        self.assertEqual(long, ["logGroupName: 513 characters, at most 512 allowed"])
        self.assertEqual(logs("MakeLogGroup"), ["there is no operation `MakeLogGroup`"])
        target = document("logs", "Logs", "DescribeLogGroups")
        said = "the body cannot be read: the target is not `Logs_20140328.DescribeLogGroups`"
        self.assertEqual(target, [said])


class Cbor(unittest.TestCase):
    ALARM = {"AlarmName": "a", "EvaluationPeriods": 1, "Threshold": 80.0}

    def test_what_is_right_passes(self):
        comparison = "GreaterThanThreshold"
        self.assertEqual(
            cloudwatch("PutMetricAlarm", ComparisonOperator=comparison, **self.ALARM), []
        )

    def test_what_is_wrong_is_said(self):
        said = cloudwatch("PutMetricAlarm", ComparisonOperator=">", **self.ALARM)
        self.assertRegex(said[0], "^ComparisonOperator: `>` is none of the")
        said = cloudwatch("PutMetricAlarm", **{**self.ALARM, "EvaluationPeriods": 0})
        self.assertIn("EvaluationPeriods: 0, at least 1 wanted", said)


class Other(unittest.TestCase):
    def test_a_service_nobody_knows_is_said(self):
        asked = request("s4", "List", {}, b"")
        self.assertEqual(check.violations(asked), ["there is no model of `s4`"])

    def test_every_pattern_of_the_services_nk_uses_can_be_read(self):
        services = (
            "acm application-autoscaling cognito-idp ec2 ecr ecs elasticloadbalancing iam logs "
            "monitoring rds secretsmanager ssm sts"
        )
        for service in services.split():
            for name, shape in check.Model.of(service).shapes.items():
                if "pattern" in shape:
                    with self.subTest(service=service, shape=name):
                        check.re.compile(check.readable(shape["pattern"]))


if __name__ == "__main__":
    unittest.main()
