"""Checks recorded requests against AWS's own models of its services.

An emulator accepts much that AWS refuses. This reads requests as they went over the wire, a JSON
object a line, and holds each against the service's model as botocore ships it: required and unknown
members, types, enumerations, lengths, ranges, patterns. Each violation is one line; any makes it 1.

    check.py REQUESTS.ndjson...

A request has `service` (as it is signed: `ec2`, `monitoring`), `operation`, `headers` (names in
lower case) and `body` (hexadecimal digits); other keys are ignored. It runs in the emulator's
virtual environment, which has botocore, and finds it by itself.
"""

import glob
import gzip
import json
import os
import sys
import urllib.parse

try:
    import botocore
    import cbor2
except ImportError:
    botocore = None
try:
    import regex as re  # Knows `\p{L}`, as the models' patterns do.
except ImportError:
    import re

# The models' directories where they are not named as requests are signed.
DIRECTORIES = {
    "elasticloadbalancing": "elbv2",
    "monitoring": "cloudwatch",
    "tagging": "resourcegroupstaggingapi",
}


def in_the_emulators_environment():
    """Starts this program again where botocore is."""
    cache = os.environ.get("XDG_CACHE_HOME") or os.path.expanduser("~/.cache")
    for python in sorted(glob.glob(f"{cache}/nk/emulator-*/venv/bin/python")):
        packages = os.path.join(os.path.dirname(python), "../lib/python*/site-packages")
        if glob.glob(f"{packages}/botocore") and glob.glob(f"{packages}/regex"):
            os.execv(python, [python, *sys.argv])
    sys.exit("there is no botocore: run `nk local up` first, which installs it")


class Model:
    """A service's model."""

    loaded = {}

    def __init__(self, service):
        directory = os.path.join(botocore.__path__[0], "data", DIRECTORIES.get(service, service))
        found = sorted(glob.glob(f"{directory}/*/service-2.json.gz"))
        if not found:
            raise LookupError(f"there is no model of `{service}`")
        with gzip.open(found[-1]) as file:
            model = json.load(file)
        self.shapes, self.operations = model["shapes"], model["operations"]
        self.metadata = model["metadata"]
        self.protocols = self.metadata.get("protocols", [self.metadata["protocol"]])

    @classmethod
    def of(cls, service):
        """The model of a service, read once."""
        if service not in cls.loaded:
            cls.loaded[service] = cls(service)
        return cls.loaded[service]


class Form:
    """A request in the query protocol, or in EC2's dialect of it: a flat form for nested values."""

    def __init__(self, model, text):
        pairs = urllib.parse.parse_qsl(text, keep_blank_values=True)
        self.shapes, self.fields = model.shapes, dict(pairs)
        self.ec2 = "ec2" in model.protocols
        self.left = set(self.fields) - {"Action", "Version"}

    def has(self, name):
        """Whether there is a value of this name, or a part of one."""
        return name in self.fields or any(key.startswith(f"{name}.") for key in self.fields)

    def value(self, shape_name, name):
        """The value of this name, nested as the model says; what was read is no longer left."""
        shape = self.shapes[shape_name]
        if shape["type"] == "structure":
            parts = {}
            for member, reference in shape["members"].items():
                inner = self.join(name, self.wire(member, reference))
                if self.has(inner):
                    parts[member] = self.value(reference["shape"], inner)
            return parts
        if shape["type"] == "list":
            return self.items(shape, name)
        if shape["type"] == "map":
            return self.entries(shape, name)
        self.left.discard(name)
        return self.fields.get(name)

    def items(self, shape, name):
        """A list: its members are numbered from one."""
        if self.fields.get(name) == "":
            self.left.discard(name)
            return []
        if not self.ec2 and not shape.get("flattened"):
            name = f"{name}.{shape['member'].get('locationName', 'member')}"
        values = []
        while self.has(f"{name}.{len(values) + 1}"):
            values.append(self.value(shape["member"]["shape"], f"{name}.{len(values) + 1}"))
        return values

    def entries(self, shape, name):
        """A map: its entries are numbered from one."""
        name = name if shape.get("flattened") else f"{name}.entry"
        key, value = (shape[part].get("locationName", part) for part in ("key", "value"))
        values, number = {}, 1
        while self.has(f"{name}.{number}"):
            word = self.value(shape["key"]["shape"], f"{name}.{number}.{key}")
            values[word] = self.value(shape["value"]["shape"], f"{name}.{number}.{value}")
            number += 1
        return values

    def wire(self, member, reference):
        """What a member is called in the form."""
        if not self.ec2:
            target = self.shapes[reference["shape"]]
            inner = target.get("member", {}) if target.get("flattened") else {}
            return inner.get("locationName") or reference.get("locationName", member)
        if "queryName" in reference:
            return reference["queryName"]
        name = reference.get("locationName", member)
        return name[0].upper() + name[1:]

    @staticmethod
    def join(outer, inner):
        """A name within another."""
        return f"{outer}.{inner}" if outer else inner


class Check:
    """The check of one request; `said` is what is wrong with it."""

    def __init__(self, model, text_only):
        self.shapes, self.text_only, self.said = model.shapes, text_only, []

    def say(self, path, what):
        self.said.append(f"{path}: {what}" if path else what)

    def value(self, shape_name, value, path):
        """Holds a value against a shape."""
        shape = self.shapes[shape_name]
        getattr(self, shape["type"])(shape, value, path)

    def structure(self, shape, value, path):
        if not isinstance(value, dict):
            return self.say(path, "is no structure")
        for member in shape.get("required", []):
            if value.get(member) is None:
                self.say(path, f"`{member}` is required")
        if shape.get("union") and len(value) != 1:
            self.say(path, f"exactly one member is wanted, not {len(value)}")
        for member, inner in value.items():
            if member not in shape["members"]:
                self.say(path, f"`{member}` is unknown")
            elif inner is not None:
                self.value(shape["members"][member]["shape"], inner, Form.join(path, member))

    def list(self, shape, value, path):
        if not isinstance(value, list):
            return self.say(path, "is no list")
        self.bounds(shape, len(value), path, "items")
        for number, inner in enumerate(value):
            self.value(shape["member"]["shape"], inner, f"{path}[{number}]")

    def map(self, shape, value, path):
        if not isinstance(value, dict):
            return self.say(path, "is no map")
        self.bounds(shape, len(value), path, "entries")
        for key, inner in value.items():
            self.value(shape["key"]["shape"], key, f"{path}{{key}}")
            self.value(shape["value"]["shape"], inner, f"{path}{{{key}}}")

    def string(self, shape, value, path):
        if not isinstance(value, str):
            return self.say(path, "is no text")
        if "enum" in shape:
            if value not in shape["enum"]:
                self.say(path, f"`{value}` is none of the {len(shape['enum'])} words")
            return
        self.bounds(shape, len(value), path, "characters")
        # The value may be a secret: what is wrong with it is told without it.
        if "pattern" in shape and not matches(shape["pattern"], value):
            self.say(path, f"does not match {shape['pattern']}")

    character = string

    def integer(self, shape, value, path):
        value = self.number(int, value)
        if value is None:
            return self.say(path, "is no whole number")
        self.bounds(shape, value, path, "")

    long = integer

    def double(self, shape, value, path):
        value = self.number(float, value)
        if value is None:
            return self.say(path, "is no number")
        self.bounds(shape, value, path, "")

    float = double

    def boolean(self, shape, value, path):
        if self.text_only and value not in ("true", "false"):
            self.say(path, "is neither true nor false")
        elif not self.text_only and not isinstance(value, bool):
            self.say(path, "is neither true nor false")

    def timestamp(self, shape, value, path):
        """The SDK has one type for all its forms."""

    def blob(self, shape, value, path):
        """Bytes are not looked into."""

    def number(self, kind, value):
        if self.text_only:
            try:
                return kind(value)
            except (TypeError, ValueError):
                return None
        wanted = (int,) if kind is int else (int, float)
        return value if isinstance(value, wanted) and not isinstance(value, bool) else None

    def bounds(self, shape, size, path, unit):
        unit = f" {unit}" if unit else ""
        if "min" in shape and size < shape["min"]:
            self.say(path, f"{size}{unit}, at least {shape['min']} wanted")
        if "max" in shape and size > shape["max"]:
            self.say(path, f"{size}{unit}, at most {shape['max']} allowed")


def matches(pattern, value):
    """Whether the whole value matches: AWS anchors patterns even where they do not say so."""
    try:
        return re.fullmatch(readable(pattern), value) is not None
    except re.error:
        # Written for Java in a way that Python does not read: nothing can be said.
        return True


def readable(pattern):
    """A pattern written for Java in Python's form: there, two escapes make one large character."""
    pairs = r"\\u([dD][89abAB]..)\\u([dD][c-fC-F]..)"
    return re.sub(pairs, lambda found: "\\U%08x" % joined(*found.groups()), pattern)


def joined(high, low):
    """The character that two halves make in UTF-16."""
    return 0x10000 + ((int(high, 16) - 0xD800) << 10) + int(low, 16) - 0xDC00


def violations(request):
    """What is wrong with a request, a line each."""
    try:
        model = Model.of(request["service"])
    except LookupError as error:
        return [str(error)]
    operation = model.operations.get(request["operation"])
    if operation is None:
        return [f"there is no operation `{request['operation']}`"]
    try:
        value, left, text_only = parsed(model, operation, request)
    except ValueError as error:
        return [f"the body cannot be read: {error}"]
    check = Check(model, text_only)
    for name in sorted(left):
        check.say(name, "is unknown")
    if "input" in operation:
        check.value(operation["input"]["shape"], value, "")
    elif value:
        check.say("", "there is input, and none is wanted")
    return check.said


def parsed(model, operation, request):
    """The input, the fields that are not in the model, and whether everything is text."""
    headers, body = request["headers"], bytes.fromhex(request["body"])
    if headers.get("smithy-protocol") == "rpc-v2-cbor":
        needs(model, "smithy-rpc-v2-cbor")
        return (cbor2.loads(body) if body else {}), set(), False
    if headers.get("content-type", "").startswith("application/x-amz-json-"):
        needs(model, "json")
        target = f"{model.metadata['targetPrefix']}.{request['operation']}"
        if headers.get("x-amz-target") != target:
            raise ValueError(f"the target is not `{target}`")
        return json.loads(body or b"{}"), set(), False
    needs(model, "ec2" if "ec2" in model.protocols else "query")
    form = Form(model, body.decode())
    if form.fields.get("Version") != model.metadata["apiVersion"]:
        raise ValueError(f"the version is not {model.metadata['apiVersion']}")
    value = form.value(operation["input"]["shape"], "") if "input" in operation else {}
    return value, form.left, True


def needs(model, protocol):
    """The service must speak the protocol that the request is in."""
    if protocol not in model.protocols:
        raise ValueError(f"the service does not speak {protocol}")


def main(paths):
    """Checks every request of every file; whether all is well."""
    wrong, requests, operations = 0, 0, set()
    for path in paths:
        with open(path) as file:
            for number, line in enumerate(file, 1):
                request = json.loads(line)
                name = f"{request['service']}:{request['operation']}"
                requests += 1
                operations.add(name)
                for violation in violations(request):
                    wrong += 1
                    print(f"{path}:{number}: {name}: {violation}")
    print(f"{requests} requests, {len(operations)} operations, {wrong} violations", file=sys.stderr)
    return wrong == 0


if botocore is None:
    in_the_emulators_environment()
if __name__ == "__main__":
    if len(sys.argv) < 2:
        sys.exit(__doc__)
    sys.exit(0 if main(sys.argv[1:]) else 1)
