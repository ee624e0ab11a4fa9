"""Pushes an image that is next to nothing.

Usage: push.py ENDPOINT REGION REPOSITORY. Needs botocore, which the emulator brings along.
"""

import json
import sys

import botocore.session

endpoint, region, repository = sys.argv[1:4]
ecr = botocore.session.get_session().create_client(
    "ecr",
    region_name=region,
    endpoint_url=endpoint,
    aws_access_key_id="nk-local",
    aws_secret_access_key="nk-local",
)
manifest = {
    "schemaVersion": 2,
    "mediaType": "application/vnd.docker.distribution.manifest.v2+json",
    "config": {
        "mediaType": "application/vnd.docker.container.image.v1+json",
        "size": 2,
        "digest": "sha256:" + "0" * 64,
    },
    "layers": [],
}
ecr.put_image(repositoryName=repository, imageTag="latest", imageManifest=json.dumps(manifest))
