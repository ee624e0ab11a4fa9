"""Serves ministack on HOST PORT, and adds Application Auto Scaling, which it does not have, as far as nk
and its tests use it.
"""

import json
import os
import sys

HOST, PORT = sys.argv[1:3]
# Read by ministack when it is imported.
os.environ |= {"BIND_HOST": HOST, "GATEWAY_PORT": PORT, "EDGE_PORT": PORT}

import ministack.app

SERVICE = "AnyScaleFrontendService."
KEY = ("ServiceNamespace", "ResourceId", "ScalableDimension")
targets = {}
all_else = ministack.app.app


def answer(operation, request):
    """The status and the body of an answer."""
    key = tuple(request.get(part) for part in KEY)
    if operation == "RegisterScalableTarget":
        targets[key] = targets.get(key, {}) | request
        return 200, {}
    if operation == "DeregisterScalableTarget":
        if targets.pop(key, None) is None:
            return 400, {"__type": "ObjectNotFoundException", "message": f"no target {key}"}
        return 200, {}
    if operation == "DescribeScalableTargets":
        ids = request.get("ResourceIds")
        chosen = [
            target
            for (namespace, resource, _), target in targets.items()
            if namespace == request["ServiceNamespace"] and (not ids or resource in ids)
        ]
        return 200, {"ScalableTargets": chosen}
    return 400, {"__type": "UnknownOperationException", "message": operation}


async def body(receive):
    """The whole body of a request."""
    parts = b""
    while True:
        message = await receive()
        parts += message.get("body", b"")
        if not message.get("more_body"):
            return parts


async def app(scope, receive, send):
    """Answers requests for Application Auto Scaling, and passes on all others."""
    headers = dict(scope.get("headers") or ())
    target = headers.get(b"x-amz-target", b"").decode()
    if not target.startswith(SERVICE):
        if scope.get("path") == "/_ministack/reset":
            targets.clear()
        return await all_else(scope, receive, send)
    request = json.loads(await body(receive) or b"{}")
    status, reply = answer(target.removeprefix(SERVICE), request)
    kind = [(b"content-type", b"application/x-amz-json-1.1")]
    await send({"type": "http.response.start", "status": status, "headers": kind})
    await send({"type": "http.response.body", "body": json.dumps(reply).encode()})


ministack.app.app = app
sys.argv[1:] = []
sys.exit(ministack.app.main())
