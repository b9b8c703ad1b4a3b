"""The schemas of Kubernetes' API (tests/fixtures/kubernetes)."""

import json

import jsonschema

from debone import SOURCE

SCHEMAS = json.loads((SOURCE / "tests/fixtures/kubernetes/v1.37.0.json").read_text())


def wrong(document):
    """What the API would not take of it."""
    schema = SCHEMAS["kinds"].get(f"{document.get('apiVersion')}/{document.get('kind')}")
    if schema is None:
        return [f"no such kind: {document.get('apiVersion')}/{document.get('kind')}"]
    validator = jsonschema.Draft7Validator({**schema, "definitions": SCHEMAS["definitions"]})
    return [f"{'/'.join(map(str, error.absolute_path))}: {error.message}" for error in validator.iter_errors(document)]
