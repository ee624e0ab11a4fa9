"""Serves moto on HOST PORT to the AWS SDK for Rust.

The SDK speaks to CloudWatch in Smithy RPC v2 CBOR only, which moto does not know: those requests
are turned into the JSON 1.0 that moto does know, and the answers back. All else passes as it is.
"""

import base64
import datetime
import io
import json
import os
import re
import signal
import sys
import threading
import traceback

# Read by moto when it is imported: load AWS's managed policies, but not its machine images, which take a
# tenth of each reset; and let services reach their desired count.
os.environ.setdefault("MOTO_IAM_LOAD_MANAGED_POLICIES", "true")
os.environ.setdefault("MOTO_EC2_LOAD_DEFAULT_AMIS", "false")
os.environ.setdefault("MOTO_ECS_SERVICE_RUNNING", "1000000")

import botocore.session
import cbor2
import moto.backends
import moto_patches
from moto.moto_server.werkzeug_app import (
    DomainDispatcherApplication,
    MotoRequestHandler,
    create_backend_app,
)
from werkzeug.serving import make_server

SERVICE = "GraniteServiceVersion20100801"
OPERATION = re.compile(rf"/service/{SERVICE}/operation/(\w+)")
MODEL = botocore.session.get_session().get_service_model("cloudwatch")


def to_json(value):
    """Converts a CBOR value to JSON: times to seconds, bytes to base64, without nulls."""
    if isinstance(value, dict):
        return {key: to_json(item) for key, item in value.items() if item is not None}
    if isinstance(value, list):
        return [to_json(item) for item in value]
    if isinstance(value, datetime.datetime):
        return value.timestamp()
    if isinstance(value, bytes):
        return base64.b64encode(value).decode()
    return value


def to_cbor(value, shape):
    """Converts a JSON value of this shape to CBOR, which has several types of numbers."""
    kind = shape.type_name if shape is not None else None
    if isinstance(value, dict):
        return {k: to_cbor(v, member(shape, k)) for k, v in value.items() if v is not None}
    if isinstance(value, list):
        return [to_cbor(item, member(shape, None)) for item in value]
    if kind == "timestamp":
        if isinstance(value, str):
            value = datetime.datetime.fromisoformat(value.replace("Z", "+00:00")).timestamp()
        return cbor2.CBORTag(1, float(value))
    if kind in ("double", "float"):
        return float(value)
    if kind in ("integer", "long"):
        return int(value)
    if kind == "blob":
        return base64.b64decode(value)
    return value


def member(shape, key):
    """The shape of a part of a structure, a map or a list; None if it is not known."""
    kind = shape.type_name if shape is not None else None
    if kind == "structure":
        return shape.members.get(key)
    return {"map": lambda: shape.value, "list": lambda: shape.member}.get(kind, lambda: None)()


def call(app, environ):
    """The whole answer to a request: status line, headers, body."""
    answer = {}

    def start_response(status, headers, exc_info=None):
        answer["status"], answer["headers"] = status, headers
        return lambda data: None

    chunks = app(environ, start_response)
    try:
        body = b"".join(chunks)
    finally:
        if hasattr(chunks, "close"):
            chunks.close()
    return answer["status"], answer["headers"], body


class CborShim:
    """Passes on CBOR requests for CloudWatch as JSON, and all others unchanged."""

    def __init__(self, app):
        self.app = app

    def __call__(self, environ, start_response):
        if environ.get("PATH_INFO") == "/nk/health":
            start_response("200 OK", [("Content-Type", "text/plain")])
            return [b"ready"]
        found = OPERATION.fullmatch(environ.get("PATH_INFO", ""))
        if environ.get("HTTP_SMITHY_PROTOCOL") != "rpc-v2-cbor" or not found:
            return self.app(environ, start_response)
        operation = found.group(1)
        # The SDK writes maps without a length; an operation without input may have no body.
        body = environ["wsgi.input"].read(int(environ.get("CONTENT_LENGTH") or 0))
        request = json.dumps(to_json(cbor2.loads(body) if body else {})).encode()
        environ.update(
            PATH_INFO="/",
            RAW_URI="/",
            REQUEST_URI="/",
            HTTP_X_AMZ_TARGET=f"{SERVICE}.{operation}",
            CONTENT_TYPE="application/x-amz-json-1.0",
            CONTENT_LENGTH=str(len(request)),
        )
        environ["wsgi.input"] = io.BytesIO(request)
        environ.pop("HTTP_ACCEPT", None)
        status, headers, body = call(self.app, environ)
        answer = json.loads(body) if body else {}
        shape = MODEL.operation_model(operation).output_shape if status[0] == "2" else None
        body = cbor2.dumps(to_cbor(answer, shape))
        replaced = ("content-type", "content-length")
        headers = [(k, v) for k, v in headers if k.lower() not in replaced]
        headers += [
            ("Content-Type", "application/cbor"),
            ("Content-Length", str(len(body))),
            ("smithy-protocol", "rpc-v2-cbor"),
        ]
        start_response(status, headers)
        return [body]


class Handler(MotoRequestHandler):
    """Keeps connections open, unlike werkzeug's own handler.

    It reads the whole request before the application runs, so that the next one starts where it
    should, and writes the whole answer with its length.
    """

    protocol_version = "HTTP/1.1"
    disable_nagle_algorithm = True
    # moto is not thread-safe, and one thread is as fast.
    turn = threading.Lock()

    def run_wsgi(self):
        environ = self.make_environ()
        if environ.get("wsgi.input_terminated"):
            body = environ["wsgi.input"].read()
            environ.pop("HTTP_TRANSFER_ENCODING", None)
            environ["CONTENT_LENGTH"] = str(len(body))
        else:
            body = self.rfile.read(int(environ.get("CONTENT_LENGTH") or 0))
        environ["wsgi.input"] = io.BytesIO(body)
        try:
            with self.turn:
                status, headers, body = call(self.server.app, environ)
        except Exception as error:
            traceback.print_exc()
            status, headers = "500 Internal Server Error", [("Content-Type", "text/plain")]
            body = f"{type(error).__name__}: {error}".encode()
        code, reason = status.split(None, 1)
        self.send_response(int(code), reason)
        for key, value in headers:
            if key.lower() not in ("connection", "content-length", "transfer-encoding"):
                self.send_header(key, value)
        if code not in ("204", "304"):
            self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        if self.command != "HEAD":
            self.wfile.write(body)

    def log_request(self, code="-", size="-"):
        """Logs no requests: the log is for errors."""


def main(host, port):
    """Serves until it is stopped."""
    for name in (signal.SIGINT, signal.SIGTERM):
        signal.signal(name, lambda *_: sys.exit(0))
    moto_patches.apply()
    moto_patches.tag_dashboards()
    moto_patches.index_pools()
    moto_patches.read_policies_once()
    # The largest by far: imported now, it does not make the first call look hung.
    moto.backends.get_backend("ec2")
    app = CborShim(DomainDispatcherApplication(create_backend_app))
    server = make_server(host, int(port), app, threaded=True, request_handler=Handler)
    print(f"moto answers on http://{host}:{port}", flush=True)
    server.serve_forever()


if __name__ == "__main__":
    main(*sys.argv[1:3])
