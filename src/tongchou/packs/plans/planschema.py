"""JSON Schemas of the files of a plan pack, for editors. They know shapes and words; what these mean together the reader and `checks` say.

`python -m tongchou.packs.plans.planschema` writes them to packs/schema/plan-*.schema.json; a test keeps the files up to date.
"""

from __future__ import annotations

import json
from pathlib import Path

from tongchou.packs.plans import inputfile, overlayfile, packfile, parameterfile, tablefile
from tongchou.packs.plans.dutyschema import area_schema, clock_schema
from tongchou.packs.plans.model import GOES_ON, HITS, INPUT_TYPES, MODE_KINDS
from tongchou.packs.plans.recordfile import FROM_RECORD_KEYS
from tongchou.packs.plans.recordwords import PEOPLE, WORDS
from tongchou.packs.plans.schemaparts import (
    CELL,
    DATE,
    DAYS,
    FLAG,
    NAME,
    PACK_NAME,
    REF,
    SOURCE,
    SPAN,
    TEXT,
    TITLED,
    WORD,
    Schema,
    mapping_of,
    named,
    words,
)
from tongchou.packs.plans.values import PARAMETER_TYPES, STATUSES

FOLDER = Path(__file__).parent.parent / "schema"


def _pack() -> Schema:
    edition = {"title": TEXT, "from": DATE, "known_from": DATE, "source": SOURCE, "confirmed_from": DATE}
    mode = {"title": TEXT, "restricts": FLAG, "kind": {"enum": list(MODE_KINDS)}}
    schedule = {"late_entry": {"enum": list(packfile.LATE_ENTRY)}, "note": TEXT, "status": {"enum": list(STATUSES)}}
    properties = {
        "pack": PACK_NAME,
        "version": {"type": "integer", "minimum": 1},
        "title": TEXT,
        "modes": named(mapping_of(packfile.MODE_KEYS, mode, ("title", "kind"))),
        "editions": {
            "type": "object",
            "minProperties": 1,
            "additionalProperties": mapping_of(parameterfile.EDITION_KEYS, edition, ("title", "from", "source")),
        },
        "schedule": mapping_of(packfile.SCHEDULE_KEYS, schedule, packfile.SCHEDULE_KEYS),
    }
    return mapping_of(packfile.PACK_KEYS, properties, packfile.PACK_KEYS)


def _documents() -> Schema:
    link: Schema = {"type": "string", "pattern": "^https?://"}
    paper = {"title": TEXT, "issuer": WORD, "number": WORD, "issued": DATE, "effective": DATE, "link": link, "seen": TEXT, "not_seen": TEXT}
    return mapping_of(
        ("documents",),
        {"documents": named(mapping_of(parameterfile.DOCUMENT_KEYS, paper, ("title", "issuer")))},
        ("documents",),
    )


def _value() -> Schema:
    return {"anyOf": [{"type": ["integer", "number", "boolean", "string"]}, DAYS]}


def _parameter() -> Schema:
    entry = {
        "from": DATE,
        "known_from": DATE,
        "value": _value(),
        "source": SOURCE,
        "status": {"enum": list(STATUSES)},
    }
    values = {
        "type": "array",
        "minItems": 1,
        "items": mapping_of(parameterfile.ENTRY_KEYS, entry, ("from", "value", "source", "status")),
    }
    properties = {"parameter": NAME, "title": TEXT, "type": {"enum": list(PARAMETER_TYPES)}, "values": values}
    return mapping_of(parameterfile.PARAMETER_KEYS, properties, parameterfile.PARAMETER_KEYS)


def _rule(keys: tuple[str, ...] = tablefile.RULE_KEYS) -> Schema:
    properties = {
        "rule": NAME,
        "editions": words(),
        "from": DATE,
        "until": DATE,
        "when": {"type": "object", "propertyNames": NAME, "additionalProperties": CELL},
        "outcome": NAME,
        "measures": words(),
        "gives": {
            "type": "object",
            "propertyNames": NAME,
            "additionalProperties": {"type": ["boolean", "number", "string"]},
        },
        "reason": TEXT,
        "source": SOURCE,
        "status": {"enum": list(STATUSES)},
    }
    return mapping_of(keys, {k: properties[k] for k in keys}, ("rule", "outcome", "reason", "source"))


def _from_record() -> Schema:
    word: Schema = {"enum": list(WORDS)}
    mapped = {"take": word, "as": {"type": "object", "additionalProperties": NAME}}
    return {"anyOf": [word, mapping_of(FROM_RECORD_KEYS, mapped, ("take",))]}


def _table() -> Schema:
    assume = {
        "type": "object",
        "properties": {"assume": {"type": ["boolean", "number", "string"]}},
        "required": ["assume"],
        "additionalProperties": False,
    }
    entry = {
        "type": {"enum": list(INPUT_TYPES)},
        "title": TEXT,
        "unknown": {"anyOf": [{"enum": [w for w in inputfile.UNKNOWNS if w != "assume"]}, assume]},
        "choices": named(TEXT),
        "of": WORD,
        "also": words(),
        "words": {"type": "object", "additionalProperties": NAME},
        "not_after_as_of": FLAG,
        "from_record": _from_record(),
        "min": {"type": "number"},
        "max": {"type": "number"},
        "at_least": words(),
        "not_before": words(),
        "within": mapping_of(inputfile.WITHIN_KEYS, {"days": {**SPAN, "minimum": 1}, "of": NAME}, inputfile.WITHIN_KEYS),
    }
    measure = {
        "mode": WORD,
        "clock": {**words(), "minItems": 1},
        "days": {"anyOf": [{**SPAN, "minimum": 0}, REF]},
        "from_day": {"anyOf": [SPAN, REF]},
        "tests": {"anyOf": [DAYS, REF]},
        "double_last": {"anyOf": [FLAG, REF]},
        "until": NAME,
        "goes_on": {"enum": list(GOES_ON)},
        "begins": words(),
    }
    properties = {
        "table": NAME,
        "title": TEXT,
        "hit": {"enum": list(HITS)},
        "people": {"enum": list(PEOPLE)},
        "pathogens": words(),
        "start": NAME,
        "inputs": named(mapping_of(inputfile.INPUT_KEYS, entry, ("type", "title", "unknown"))),
        "outcomes": named(TITLED),
        "measures": named(mapping_of(tablefile.MEASURE_KEYS, measure, ("mode", "clock"))),
        "rules": {"type": "array", "minItems": 1, "items": _rule()},
    }
    return mapping_of(tablefile.TABLE_KEYS, properties, ("table", "title", "hit", "inputs", "outcomes", "rules"))


def _overlay() -> Schema:
    entry = {"value": _value(), "source": SOURCE, "status": {"enum": list(STATUSES)}}
    area = {"type": "string", "pattern": r"^(\d{2}|\d{4}|\d{6}|\d{9}|\d{12})$"}
    properties = {
        "overlay": PACK_NAME,
        "title": TEXT,
        "areas": {"type": "array", "minItems": 1, "items": area, "uniqueItems": True},
        "from": DATE,
        "until": DATE,
        "known_from": DATE,
        "parameters": named(mapping_of(overlayfile.OVERLAY_ENTRY_KEYS, entry, overlayfile.OVERLAY_ENTRY_KEYS)),
        "rules": named({"type": "array", "minItems": 1, "items": _rule(overlayfile.OVERLAY_RULE_KEYS)}),
    }
    return mapping_of(overlayfile.OVERLAY_KEYS, properties, ("overlay", "title", "areas", "from"))


def _cases() -> Schema:
    measure = {"mode": NAME, "from": DATE, "until": DATE, "open": FLAG, "tests": {"type": "array", "items": DATE}}
    measures = {"type": "array", "items": mapping_of(overlayfile.EXPECTED_MEASURE_KEYS, measure, ("mode",))}
    expect = {"outcome": NAME, "rule": NAME, "until": DATE, "measures": measures, "unconfirmed": {"type": "array", "items": WORD}}
    properties = {
        "case": NAME,
        "table": NAME,
        "as_of": DATE,
        "known_on": DATE,
        "area": {"type": "string", "pattern": r"^\d+$"},
        "facts": {"type": "object", "propertyNames": NAME},
        "expect": mapping_of(overlayfile.EXPECT_KEYS, expect, ("outcome",)),
        "source": SOURCE,
        "disputed": TEXT,
    }
    case = mapping_of(overlayfile.CASE_KEYS, properties, ("case", "table", "as_of", "facts", "expect"))
    case["anyOf"] = [{"required": ["source"]}, {"required": ["disputed"]}]
    return mapping_of(("cases",), {"cases": {"type": "array", "minItems": 1, "items": case}}, ("cases",))


def schemas() -> dict[str, Schema]:
    """The schema of every kind of file, by the file's name in packs/schema/ (draft 2020-12)."""
    found = {
        "pack": ("方案包 · Plan pack", _pack()),
        "documents": ("依据文件 · Documents", _documents()),
        "parameter": ("参数 · Parameter", _parameter()),
        "table": ("判定表 · Decision table", _table()),
        "overlay": ("地方规定 · Local overlay", _overlay()),
        "cases": ("案例 · Worked cases", _cases()),
        "clock": ("报告时限 · Report clocks", clock_schema()),
        "area": ("区域分级 · Grading of areas", area_schema()),
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
