"""Prints what `account.py` prints, without what differs between two runs that did the same.

Usage: listing.py ENDPOINT REGION. For every line on standard input, one line of JSON:

    list                     nothing else
    credentials PREFIX       after making the secret with the credentials of the identity providers
    retire PREFIX            after scheduling the database's password for deletion
    drift PREFIX LAYER...    after these layers of what `meddle.py` changes behind nk's back
    push REPOSITORY          after pushing an image
"""

import contextlib
import functools
import io
import json
import pathlib
import re
import runpy
import sys

import boto3
import botocore.session

import kinds

PLACE = sys.argv[1:3]
# A client costs more than all that is asked of it, so each is made once, for the other files, too.
SESSION = botocore.session.get_session()
SESSION.create_client = functools.cache(SESSION.create_client)
botocore.session.get_session = lambda *_, **__: SESSION


def client(service):
    """A client of a service of the emulator."""
    return boto3.Session(
        aws_access_key_id="nk-local", aws_secret_access_key="nk-local", region_name=PLACE[1]
    ).client(service, endpoint_url=PLACE[0])


# Which key of an item is the id that AWS made up for it.
OWN_ID = {
    told["listed"]: told["listing"]["id"]
    for told in kinds.KINDS.values()
    if "id" in told.get("listing", {}) and "name" not in told
}
NOISE = [
    # First, as a part of one may look like a word before an id.
    (re.compile(r"\b[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}\b"), "(uuid)"),
    (re.compile(r"\b([a-z]+(?:-[a-z]+)?)-[0-9a-f]{8,40}\b"), r"\1-*"),
    (re.compile(r"\d{4}-\d\d-\d\d[T ]\d\d:\d\d:\d\d(?:\.\d+)?(?:\+00:00|Z)?"), "(time)"),
    (re.compile(r"(\b(?:app|targetgroup)/[^/\"]+)(?:/[0-9a-f]{16})+"), r"\1/*"),
    (re.compile(r"(task-definition/[^:\"]+):\d+"), r"\1:*"),
    (re.compile(r"(secret:[^\"]+)-[A-Za-z0-9]{6}\""), r'\1-*"'),
    (re.compile(r"ap-northeast-1_[A-Za-z0-9]+"), "(pool)"),
    (re.compile(r"db-[A-Z0-9]{20,}"), "db-*"),
]
VOLATILE = {key for keys in kinds.in_listings("volatile") for key in keys}


def without_noise(value):
    """The value with what is volatile left out and every list in one order."""
    if isinstance(value, dict):
        return {k: without_noise(v) for k, v in sorted(value.items()) if k not in VOLATILE}
    if isinstance(value, list):
        items = [without_noise(item) for item in value]
        return sorted(items, key=lambda item: json.dumps(item, sort_keys=True))
    return value


def plain(account):
    """The account where every id that a tagged resource has is named by its address."""
    text = json.dumps(account)
    for kind, own in OWN_ID.items():
        for item in account[kind]:
            tags = {tag["Key"]: tag["Value"] for tag in item.get("Tags", [])}
            if "nk:address" in tags:
                text = text.replace(item[own], f"({tags['nk:address']})")
    for pattern, replacement in NOISE:
        text = pattern.sub(replacement, text)
    return without_noise(json.loads(text))


def run(script, *arguments):
    """Runs a file that lies beside this one; returns what it prints."""
    out = io.StringIO()
    sys.argv = [script, *PLACE, *arguments]
    with contextlib.redirect_stdout(out):
        runpy.run_path(str(pathlib.Path(__file__).with_name(script)), run_name="__main__")
    return out.getvalue()


def listing():
    """What `account.py` prints, without what AWS keeps or makes by itself."""
    account = json.loads(run("account.py"))
    # A deleted cluster is listed for a while.
    clusters = client("ecs").describe_clusters(clusters=account["clusters"])["clusters"]
    account["clusters"] = [one for one in clusters if one["status"] != "INACTIVE"]
    # What is deregistered and not deleted stays for ever.
    listed = client("ecs").get_paginator("list_task_definitions").paginate(status="INACTIVE")
    account["inactive-task-definitions"] = [
        arn for page in listed for arn in page["taskDefinitionArns"]
    ]
    return account


def credentials(prefix):
    """Makes the secret of the identity providers before the stack does, as who has them may."""
    keys = {"client_id": "a-value", "client_secret": "a-value"}
    tags = {"nk:stack": prefix, "nk:address": "secret.oauth-credentials"}
    client("secretsmanager").create_secret(
        Name=f"{prefix}-oauth-credentials",
        SecretString=json.dumps({name: keys for name in ("google", "line", "x")}),
        Tags=[{"Key": key, "Value": value} for key, value in tags.items()],
    )


def retire(prefix):
    """Schedules the database's password for deletion."""
    client("secretsmanager").delete_secret(
        SecretId=f"{prefix}-db-password", RecoveryWindowInDays=7
    )


for line in sys.stdin:
    match line.split():
        case ["list"]:
            pass
        case ["credentials", prefix]:
            credentials(prefix)
        case ["retire", prefix]:
            retire(prefix)
        case ["drift", prefix, *layers]:
            for layer in layers:
                run("meddle.py", prefix, "drift", layer)
        case ["push", repository]:
            run("push.py", repository)
        case other:
            sys.exit(f"what is {other}?")
    print(json.dumps(plain(listing()), sort_keys=True), flush=True)
