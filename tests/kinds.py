"""What the tests know of every kind, and of what is there of it: `kinds/KIND.toml`, read here for the
Python files and in `src/kinds.rs` for the tests in Rust.

    example     the address whose resource is drifted, unless a drift says another
    listed      the name of the list in `account.py` that has them
    name        how one is called, where AWS goes by names; `{name}` is what follows the kind's dot
    ids         how ids begin in EC2, and what IAM calls what has such an id
    rich        what the stack file says in addition, so that every field has a value
    listing     `call` and `items`: where all of them are listed, and the key of the list in the answer;
                `with`: the call's parameters; `id`, `name`: the keys of an item's id and of its name;
                `without`: which items do not count, by a pattern of one of their keys;
                `passing`: keys that change by themselves; `volatile`: keys that each run has others of
    still       the fields that cannot drift, and why
    calls       what is called to create and to destroy one: the call itself, then what belongs to it
    demands     what IAM asks for, by operation: see `src/authority/actions.txt`
    drift       what others change: the `call` and what it is called `with`, and which paths a plan
                `shows`; `each` has more parameters for each of several paths. Further: the `address`,
                what must change `also`, the `least` layer, and a call to be made `before`
    key         a change of the stack file and what a plan `shows` of it; changes of one `round` are
                made together
    refused     a change of the stack file that is refused, the exit `code` and a part of the reason

In what a call is called with, `{prefix}`, `{lower}` and `{region}` are the stack's, `{it}` is the id of
what drifts, `{subnet.private-1}` that of another, `{it/Arn}` a key of how it is listed, and
`{before/Arn}` one of the answer to the call before.
"""

import functools
import pathlib
import re
import tomllib

import botocore.session

FOLDER = pathlib.Path(__file__).with_name("kinds")
KINDS = {path.stem: tomllib.loads(path.read_text()) for path in sorted(FOLDER.glob("*.toml"))}
REFERENCE = re.compile(r"\{([a-z][a-z-]*(?:\.[a-z0-9:-]+)?)((?:/\w+)*)\}")


def in_listings(key):
    """What the listing of each kind says under this key, where it says something."""
    return [told["listing"][key] for told in KINDS.values() if key in told.get("listing", {})]


class Place:
    """An account of an emulator, and a stack in it."""

    def __init__(self, endpoint, region, prefix=""):
        self.endpoint, self.region, self.prefix = endpoint, region, prefix
        self.client = functools.cache(self.client)
        # What a table cannot say: how to find one, by its kind and the rest of its address.
        self.finders = {}

    def client(self, service):
        """A client of a service, made once."""
        return botocore.session.get_session().create_client(
            service,
            region_name=self.region,
            endpoint_url=self.endpoint,
            aws_access_key_id="nk-local",
            aws_secret_access_key="nk-local",
        )

    def call(self, name, **arguments):
        """The answer to a call, as in `ec2.describe_vpcs`."""
        service, operation = name.split(".")
        return getattr(self.client(service), operation)(**arguments)

    def every(self, name, key, **arguments):
        """All items of a listing; paginated where the service paginates it."""
        service, operation = name.split(".")
        client = self.client(service)
        if client.can_paginate(operation):
            pages = client.get_paginator(operation).paginate(**arguments)
        else:
            pages = [getattr(client, operation)(**arguments)]
        return [item for page in pages for item in page.get(key, [])]

    def listed(self, kind):
        """All of a kind that the account has."""
        told = KINDS[kind]["listing"]
        patterns = told.get("without", {}).items()
        return [
            one
            for one in self.every(told["call"], told["items"], **told.get("with", {}))
            if not any(re.fullmatch(pattern, one[key]) for key, pattern in patterns)
        ]

    def item(self, address):
        """What is listed at an address: by the stack's tags, or by its name."""
        kind, _, name = address.partition(".")
        if kind in self.finders:
            return self.finders[kind](name)
        told = KINDS[kind]
        if "name" in told:
            key, wanted = told["listing"]["name"], self.name(address)
            found = [one for one in self.listed(kind) if one[key] == wanted]
        else:
            wanted = {("nk:stack", self.prefix), ("nk:address", address)}
            found = [
                one
                for one in self.listed(kind)
                if wanted <= {(tag["Key"], tag["Value"]) for tag in one.get("Tags", [])}
            ]
        assert len(found) == 1, f"{address}: {found}"
        return found[0]

    def name(self, address):
        """How what is at an address is called."""
        kind, _, name = address.partition(".")
        template = KINDS[kind]["name"].replace("{name}", name)
        return template.replace("{prefix}", self.prefix).replace("{lower}", self.prefix.lower())

    def identity(self, address):
        """The id of what is at an address, or its name where it has none."""
        told = KINDS.get(address.partition(".")[0], {})
        key = told.get("listing", {}).get("id")
        return self.item(address)[key] if key else self.name(address)

    def filled(self, value, it=None, before=None):
        """A value with the references in it filled in."""
        if isinstance(value, dict):
            return {key: self.filled(one, it, before) for key, one in value.items()}
        if isinstance(value, list):
            return [self.filled(one, it, before) for one in value]
        if not isinstance(value, str):
            return value
        return REFERENCE.sub(lambda match: self.referred(*match.groups(), it, before), value)

    def referred(self, name, path, it, before):
        """What a reference stands for."""
        plain = {"prefix": self.prefix, "lower": self.prefix.lower(), "region": self.region}
        if name in plain:
            return plain[name]
        address = it if name == "it" else name
        if not path:
            return self.identity(address)
        found = before if name == "before" else self.item(address)
        for part in path[1:].split("/"):
            found = found[int(part) if part.isdigit() else part]
        return found
