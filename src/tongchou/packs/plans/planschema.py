"""JSON Schemas of the files of a plan pack, for editors. They know shapes and words; what these mean together the reader and `checks` say.

`python -m tongchou.packs.plans.planschema` writes them to packs/schema/plan-*.schema.json; a test keeps the files up to date.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from tongchou.packs import kindwords
from tongchou.packs.plans import inputfile, overlayfile, packfile, parameterfile, tablefile
from tongchou.packs.plans.model import HITS, INPUT_TYPES, PARAMETER_TYPES, STATUSES
from tongchou.packs.plans.reader import PACK_NAME

FOLDER = Path(__file__).parent.parent / "schema"
Schema = dict[str, Any]

_NAME: Schema = {"type": "string", "pattern": f"^{kindwords.NAME.pattern}$"}
_PACK_NAME: Schema = {"type": "string", "pattern": f"^{PACK_NAME.pattern}$"}
_WORD: Schema = {"type": "string", "minLength": 1}
_DATE: Schema = {"type": "string", "pattern": r"^\d{4}-\d{2}-\d{2}$"}
_FLAG: Schema = {"type": "boolean"}
_REF: Schema = {"type": "string", "pattern": r"^-?\$[a-z][a-z0-9_]*(\s*\+\s*\$[a-z][a-z0-9_]*)?$"}
_DAYS: Schema = {"type": "array", "items": {"type": "integer", "minimum": 1}, "uniqueItems": True}
_SPAN: Schema = {"type": "integer", "minimum": -tablefile.MAX_SPAN, "maximum": tablefile.MAX_SPAN}
_TEXT: Schema = {
    "type": "object",
    "properties": {"zh": {"type": "string", "pattern": r"\S"}, "en": {"type": "string", "pattern": r"\S"}},
    "required": ["zh", "en"],
    "additionalProperties": False,
}
_SOURCE: Schema = {
    "anyOf": [
        _WORD,
        {
            "type": "object",
            "properties": {"document": _WORD, "clause": _WORD},
            "required": ["document"],
            "additionalProperties": False,
        },
    ]
}
_CELL: Schema = {
    "anyOf": [
        {"type": ["boolean", "number", "string"]},
        {"type": "array", "minItems": 1, "items": {"type": ["number", "string"]}},
    ]
}
_TITLED: Schema = {
    "type": "object",
    "properties": {"title": _TEXT},
    "required": ["title"],
    "additionalProperties": False,
}


def _object(keys: tuple[str, ...], properties: Mapping[str, Schema], required: tuple[str, ...]) -> Schema:
    return {
        "type": "object",
        "properties": {k: properties[k] for k in keys},
        "required": list(required),
        "additionalProperties": False,
    }


def _named(schema: Schema, names: Schema = _NAME) -> Schema:
    return {"type": "object", "propertyNames": names, "minProperties": 1, "additionalProperties": schema}


def _words(allowed: tuple[str, ...] = ()) -> Schema:
    return {"type": "array", "items": {"enum": list(allowed)} if allowed else _WORD, "uniqueItems": True}


def _pack() -> Schema:
    edition = {"title": _TEXT, "from": _DATE, "known_from": _DATE, "source": _SOURCE, "confirmed_from": _DATE}
    mode = {"title": _TEXT, "restricts": _FLAG}
    schedule = {"late_entry": {"enum": list(packfile.LATE_ENTRY)}, "note": _TEXT, "status": {"enum": list(STATUSES)}}
    properties = {
        "pack": _PACK_NAME,
        "version": {"type": "integer", "minimum": 1},
        "title": _TEXT,
        "modes": _named(_object(packfile.MODE_KEYS, mode, ("title",))),
        "editions": {
            "type": "object",
            "minProperties": 1,
            "additionalProperties": _object(parameterfile.EDITION_KEYS, edition, ("title", "from", "source")),
        },
        "schedule": _object(packfile.SCHEDULE_KEYS, schedule, packfile.SCHEDULE_KEYS),
    }
    return _object(packfile.PACK_KEYS, properties, packfile.PACK_KEYS)


def _documents() -> Schema:
    link: Schema = {"type": "string", "pattern": "^https?://"}
    paper = {"title": _TEXT, "issuer": _WORD, "number": _WORD, "issued": _DATE, "effective": _DATE, "link": link}
    return _object(
        ("documents",),
        {"documents": _named(_object(parameterfile.DOCUMENT_KEYS, paper, ("title", "issuer")))},
        ("documents",),
    )


def _value() -> Schema:
    return {"anyOf": [{"type": ["integer", "number", "boolean", "string"]}, _DAYS]}


def _parameter() -> Schema:
    entry = {
        "from": _DATE,
        "known_from": _DATE,
        "value": _value(),
        "source": _SOURCE,
        "status": {"enum": list(STATUSES)},
    }
    values = {
        "type": "array",
        "minItems": 1,
        "items": _object(parameterfile.ENTRY_KEYS, entry, ("from", "value", "source", "status")),
    }
    properties = {"parameter": _NAME, "title": _TEXT, "type": {"enum": list(PARAMETER_TYPES)}, "values": values}
    return _object(parameterfile.PARAMETER_KEYS, properties, parameterfile.PARAMETER_KEYS)


def _rule() -> Schema:
    properties = {
        "rule": _NAME,
        "editions": _words(),
        "from": _DATE,
        "until": _DATE,
        "when": {"type": "object", "propertyNames": _NAME, "additionalProperties": _CELL},
        "outcome": _NAME,
        "measures": _words(),
        "gives": {
            "type": "object",
            "propertyNames": _NAME,
            "additionalProperties": {"type": ["boolean", "number", "string"]},
        },
        "reason": _TEXT,
        "source": _SOURCE,
        "status": {"enum": list(STATUSES)},
    }
    return _object(tablefile.RULE_KEYS, properties, ("rule", "outcome", "reason", "source"))


def _table() -> Schema:
    assume = {
        "type": "object",
        "properties": {"assume": {"type": ["boolean", "number", "string"]}},
        "required": ["assume"],
        "additionalProperties": False,
    }
    entry = {
        "type": {"enum": list(INPUT_TYPES)},
        "title": _TEXT,
        "unknown": {"anyOf": [{"enum": [w for w in inputfile.UNKNOWNS if w != "assume"]}, assume]},
        "choices": _named(_TEXT),
        "of": _WORD,
        "also": _words(),
        "words": {"type": "object", "additionalProperties": _NAME},
        "not_after_as_of": _FLAG,
    }
    measure = {
        "mode": _WORD,
        "clock": {**_words(), "minItems": 1},
        "days": {"anyOf": [{**_SPAN, "minimum": 0}, _REF]},
        "from_day": {"anyOf": [_SPAN, _REF]},
        "tests": {"anyOf": [_DAYS, _REF]},
        "double_last": {"anyOf": [_FLAG, _REF]},
        "until": _NAME,
    }
    properties = {
        "table": _NAME,
        "title": _TEXT,
        "hit": {"enum": list(HITS)},
        "start": _NAME,
        "inputs": _named(_object(inputfile.INPUT_KEYS, entry, ("type", "title", "unknown"))),
        "outcomes": _named(_TITLED),
        "measures": _named(_object(tablefile.MEASURE_KEYS, measure, ("mode", "clock"))),
        "rules": {"type": "array", "minItems": 1, "items": _rule()},
    }
    return _object(tablefile.TABLE_KEYS, properties, ("table", "title", "hit", "inputs", "outcomes", "rules"))


def _overlay() -> Schema:
    entry = {"value": _value(), "source": _SOURCE, "status": {"enum": list(STATUSES)}}
    area = {"type": "string", "pattern": r"^(\d{2}|\d{4}|\d{6}|\d{9}|\d{12})$"}
    properties = {
        "overlay": _PACK_NAME,
        "title": _TEXT,
        "areas": {"type": "array", "minItems": 1, "items": area, "uniqueItems": True},
        "from": _DATE,
        "until": _DATE,
        "known_from": _DATE,
        "parameters": _named(_object(overlayfile.OVERLAY_ENTRY_KEYS, entry, overlayfile.OVERLAY_ENTRY_KEYS)),
        "rules": _named({"type": "array", "minItems": 1, "items": _rule()}),
    }
    return _object(overlayfile.OVERLAY_KEYS, properties, ("overlay", "title", "areas", "from"))


def _cases() -> Schema:
    measure = {"mode": _NAME, "from": _DATE, "until": _DATE, "tests": {"type": "array", "items": _DATE}}
    measures = {"type": "array", "items": _object(overlayfile.EXPECTED_MEASURE_KEYS, measure, ("mode",))}
    expect = {"outcome": _NAME, "rule": _NAME, "until": _DATE, "measures": measures}
    properties = {
        "case": _NAME,
        "table": _NAME,
        "as_of": _DATE,
        "known_on": _DATE,
        "area": {"type": "string", "pattern": r"^\d+$"},
        "facts": {"type": "object", "propertyNames": _NAME},
        "expect": _object(overlayfile.EXPECT_KEYS, expect, ("outcome",)),
        "source": _SOURCE,
        "disputed": _TEXT,
    }
    case = _object(overlayfile.CASE_KEYS, properties, ("case", "table", "as_of", "facts", "expect"))
    case["anyOf"] = [{"required": ["source"]}, {"required": ["disputed"]}]
    return _object(("cases",), {"cases": {"type": "array", "minItems": 1, "items": case}}, ("cases",))


def schemas() -> dict[str, Schema]:
    """The schema of every kind of file, by the file's name in packs/schema/ (draft 2020-12)."""
    found = {
        "pack": ("方案包 · Plan pack", _pack()),
        "documents": ("依据文件 · Documents", _documents()),
        "parameter": ("参数 · Parameter", _parameter()),
        "table": ("判定表 · Decision table", _table()),
        "overlay": ("地方规定 · Local overlay", _overlay()),
        "cases": ("案例 · Worked cases", _cases()),
    }
    draft = "https://json-schema.org/draft/2020-12/schema"
    return {
        f"plan-{name}.schema.json": {"$schema": draft, "title": title, **schema}
        for name, (title, schema) in found.items()
    }


def schema_text(schema: Schema) -> str:
    """A schema as it is written to its file."""
    return json.dumps(schema, ensure_ascii=False, indent=2) + "\n"


if __name__ == "__main__":
    for file, schema in schemas().items():
        (FOLDER / file).write_text(schema_text(schema), "utf-8")
