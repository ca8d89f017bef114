"""The OpenAPI description: ninja's, with one operation for each verb of /acts so that its fields have names, and
the problem type.
"""

from __future__ import annotations

import copy
from typing import Any

from ninja import NinjaAPI

from tongchou.api.acts import offered

_PROBLEM = {
    "type": "object",
    "required": ["type", "title", "status", "detail", "reason", "rule"],
    "properties": {
        "type": {"type": "string", "format": "uri-reference"},
        "title": {"type": "string"},
        "status": {"type": "integer"},
        "detail": {"type": "string"},
        "reason": {"type": "string"},
        "field": {"type": ["string", "null"]},
        "value": {"type": ["string", "null"]},
        "rule": {"type": "string"},
        "remedy": {"type": ["string", "null"]},
        "line": {"type": "integer"},
        "details": {"type": "object"},
    },
}
_OUTCOME = {
    "type": "object",
    "required": ["act", "result", "repeated", "dry_run"],
    "properties": {
        "act": {"type": "string", "format": "uuid"},
        "result": {"type": "object"},
        "repeated": {"type": "boolean"},
        "dry_run": {"type": "boolean"},
    },
}
_WRITE_PARAMETERS = [
    {"name": "Idempotency-Key", "in": "header", "required": True, "schema": {"type": "string", "format": "uuid"}},
    {"name": "dry_run", "in": "query", "required": False, "schema": {"type": "string", "enum": ["1"]}},
    {"name": "Purpose", "in": "header", "required": False, "schema": {"type": "string", "maxLength": 200}},
]
_ERRORS = {
    "default": {
        "description": "Problem",
        "content": {"application/problem+json": {"schema": {"$ref": "#/components/schemas/Problem"}}},
    }
}


def describe(api: NinjaAPI) -> dict[str, Any]:
    """Return the whole description as plain data."""
    document: dict[str, Any] = copy.deepcopy(dict(api.get_openapi_schema(path_prefix="/api/v1/")))
    parts = document.setdefault("components", {})
    schemas = parts.setdefault("schemas", {})
    schemas["Problem"], schemas["Outcome"] = _PROBLEM, _OUTCOME
    parts["securitySchemes"] = {
        "token": {"type": "http", "scheme": "bearer"},
        "session": {"type": "apiKey", "in": "cookie", "name": "session"},
    }
    document["security"] = [{"token": []}, {"session": []}]
    for operations in document["paths"].values():
        for one in operations.values():
            one.setdefault("responses", {}).update(_ERRORS)
    for name, spec in offered().items():
        document["paths"][f"/api/v1/acts/{name}"] = {"post": _act(name, spec, schemas)}
    return document


def _payload(model: Any, prefix: str) -> tuple[dict[str, Any], dict[str, Any]]:
    """The schema of a payload, and those that it refers to by names with a prefix."""
    schema = model.model_json_schema(ref_template=f"#/components/schemas/{prefix}{{model}}")
    return schema, {prefix + k: v for k, v in schema.pop("$defs", {}).items()}


def _act(name: str, spec: Any, schemas: dict[str, Any]) -> dict[str, Any]:
    schema, parts = _payload(spec.payload, "")
    if any(k in schemas and schemas[k] != v for k, v in parts.items()):  # another act, or the API itself, has something else of that name
        schema, parts = _payload(spec.payload, name.replace(".", "_") + "_")
    schemas.update(parts)
    return {
        "operationId": "act_" + name.replace(".", "_"),
        "summary": f"{spec.title.zh} {spec.title.en}",
        "description": spec.payload.__doc__ if spec.payload.__module__.startswith("tongchou.") else "",
        "tags": ["acts"],
        "x-permission": spec.permission,
        "parameters": _WRITE_PARAMETERS,
        "requestBody": {"required": True, "content": {"application/json": {"schema": schema}}},
        "responses": {
            "200": {
                "description": "OK",
                "content": {"application/json": {"schema": {"$ref": "#/components/schemas/Outcome"}}},
            },
            **_ERRORS,
        },
    }
