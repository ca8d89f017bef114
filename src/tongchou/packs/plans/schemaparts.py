"""The pieces that the JSON Schemas of a pack's files are made of."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from tongchou.packs import kindwords
from tongchou.packs.plans import tablefile
from tongchou.packs.plans.reader import PACK_NAME as PACK_NAMES

Schema = dict[str, Any]

NAME: Schema = {"type": "string", "pattern": f"^{kindwords.NAME.pattern}$"}
PACK_NAME: Schema = {"type": "string", "pattern": f"^{PACK_NAMES.pattern}$"}
WORD: Schema = {"type": "string", "minLength": 1}
DATE: Schema = {"type": "string", "pattern": r"^\d{4}-\d{2}-\d{2}$"}
FLAG: Schema = {"type": "boolean"}
REF: Schema = {"type": "string", "pattern": r"^-?\$[a-z][a-z0-9_]*(\s*\+\s*\$[a-z][a-z0-9_]*)?$"}
DAYS: Schema = {"type": "array", "items": {"type": "integer", "minimum": 1}, "uniqueItems": True}
SPAN: Schema = {"type": "integer", "minimum": -tablefile.MAX_SPAN, "maximum": tablefile.MAX_SPAN}
TEXT: Schema = {
    "type": "object",
    "properties": {"zh": {"type": "string", "pattern": r"\S"}, "en": {"type": "string", "pattern": r"\S"}},
    "required": ["zh", "en"],
    "additionalProperties": False,
}
SOURCE: Schema = {
    "anyOf": [
        WORD,
        {
            "type": "object",
            "properties": {"document": WORD, "clause": WORD},
            "required": ["document"],
            "additionalProperties": False,
        },
    ]
}
CELL: Schema = {
    "anyOf": [
        {"type": ["boolean", "number", "string"]},
        {"type": "array", "minItems": 1, "items": {"type": ["number", "string"]}},
    ]
}
TITLED: Schema = {
    "type": "object",
    "properties": {"title": TEXT},
    "required": ["title"],
    "additionalProperties": False,
}


def mapping_of(keys: tuple[str, ...], properties: Mapping[str, Schema], required: tuple[str, ...]) -> Schema:
    return {
        "type": "object",
        "properties": {k: properties[k] for k in keys},
        "required": list(required),
        "additionalProperties": False,
    }


def named(schema: Schema, names: Schema = NAME) -> Schema:
    return {"type": "object", "propertyNames": names, "minProperties": 1, "additionalProperties": schema}


def words(allowed: tuple[str, ...] = ()) -> Schema:
    return {"type": "array", "items": {"enum": list(allowed)} if allowed else WORD, "uniqueItems": True}


AREA: Schema = {"type": "string", "pattern": r"^(\d{2}|\d{4}|\d{6}|\d{9}|\d{12})$"}
