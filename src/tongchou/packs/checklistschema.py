"""The JSON Schema of a checklist file, for editors. It knows shapes and words; what they mean together `checklists` checks.

`python -m tongchou.packs.checklistschema` writes it to schema/checklist.schema.json; a test keeps the file up to date.
"""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from tongchou.packs import checklists, kindwords

SCHEMA_FILE = Path(__file__).parent / "schema" / "checklist.schema.json"
Schema = dict[str, Any]

_NAME: Schema = {"type": "string", "pattern": f"^{kindwords.NAME.pattern}$"}
_SAID: Schema = {"type": "string", "pattern": r"\S"}
_MOST = kindwords.MAX_WHOLE


def checklist_schema() -> Schema:
    """The schema as a plain value (draft 2020-12)."""
    properties: Schema = {
        "checklist": _NAME,
        "version": _whole(1),
        "title": _TEXT,
        "purpose": _TEXT,
        "for": {"type": "array", "items": {"enum": list(checklists.UNIT_KINDS)}, "minItems": 1, "uniqueItems": True},
        "source": _TEXT,
        "fill": {"const": "district"},
        "items": {"type": "array", "maxItems": checklists.MOST_ITEMS, "items": _item()},
    }
    required = ("checklist", "version", "title", "purpose", "for", "source", "items")
    empty = {"if": {"not": {"required": ["fill"]}}, "then": {"properties": {"items": {"minItems": 1}}}}
    return {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "title": "督查清单 · Checklist",
        **_object({k: properties[k] for k in checklists.TOP_KEYS}, required),
        **empty,
    }


def _object(properties: Schema, required: tuple[str, ...]) -> Schema:
    return {"type": "object", "properties": properties, "required": list(required), "additionalProperties": False}


_TEXT = _object({"zh": _SAID, "en": _SAID}, ("zh", "en"))


def _whole(least: int) -> Schema:
    return {"type": "integer", "minimum": least, "maximum": _MOST}


def _item() -> Schema:
    number = _object({"unit": _TEXT, "least": _whole(0), "most": _whole(0)}, ("unit",))
    number["anyOf"] = [{"required": ["least"]}, {"required": ["most"]}]
    properties: Schema = {
        "key": _NAME,
        "title": _TEXT,
        "how": _TEXT,
        "severity": {"enum": list(checklists.SEVERITIES)},
        "photo": {"type": "boolean"},
        "due_hours": _whole(1),
        "number": number,
        "sample": _object({"of": _TEXT, "least": _whole(1)}, ("of", "least")),
    }
    return _object({k: properties[k] for k in checklists.ITEM_KEYS}, ("key", "title", "how", "severity"))


def schema_text() -> str:
    """The schema as it is written to the file."""
    return json.dumps(checklist_schema(), ensure_ascii=False, indent=2) + "\n"


if __name__ == "__main__":
    SCHEMA_FILE.write_text(schema_text(), "utf-8")
