"""JSON Schemas of report clocks and of area-grade machines."""

from __future__ import annotations

from tongchou.packs.plans import clockfile, machinefile
from tongchou.packs.plans.clocks import WEEKDAYS
from tongchou.packs.plans.machines import KINDS
from tongchou.packs.plans.schemaparts import (
    AREA,
    DATE,
    FLAG,
    NAME,
    SOURCE,
    TEXT,
    WORD,
    Schema,
    mapping_of,
    named,
    words,
)
from tongchou.packs.plans.values import STATUSES

_TIME: Schema = {"type": "string", "pattern": r"^([01]\d|2[0-3]):[0-5]\d$"}


def clock_schema() -> Schema:
    limit = {
        "from": DATE, "until": DATE, "areas": {"type": "array", "items": AREA, "uniqueItems": True},
        "minutes": {"type": "integer", "minimum": 1}, "hours": {"type": "number", "exclusiveMinimum": 0},
        "next_day_at": _TIME, "weekdays": words(WEEKDAYS), "at": _TIME, "source": SOURCE, "status": {"enum": list(STATUSES)},
    }  # fmt: skip
    case = mapping_of(
        clockfile.CLOCK_CASE_KEYS, {"case": NAME, "start": WORD, "area": AREA, "due": WORD}, ("case", "start", "due")
    )
    limits = mapping_of(clockfile.LIMIT_KEYS, limit, ("from", "source", "status"))
    clock = {
        "clock": NAME, "title": TEXT, "starts": TEXT, "by": TEXT, "to": TEXT, "after": NAME,
        "limits": {"type": "array", "minItems": 1, "items": limits}, "cases": {"type": "array", "minItems": 1, "items": case},
    }  # fmt: skip
    needed = tuple(k for k in clockfile.CLOCK_KEYS if k != "after")
    clocks: Schema = {"type": "array", "minItems": 1, "items": mapping_of(clockfile.CLOCK_KEYS, clock, needed)}
    return mapping_of(("clocks",), {"clocks": clocks}, ("clocks",))


def area_schema() -> Schema:
    grade = mapping_of(machinefile.GRADE_KEYS, {"title": TEXT, "measures": TEXT, "end": FLAG}, ("title", "measures"))
    listed = {**words(), "minItems": 1}
    change = {
        "from": NAME,
        "to": NAME,
        "kind": {"enum": list(KINDS)},
        "rules": listed,
        "evidence": listed,
        "at_once": FLAG,
    }
    changes = mapping_of(machinefile.CHANGE_KEYS, change, ("from", "to", "kind", "rules", "evidence"))
    machine = {
        "machine": NAME, "title": TEXT, "table": NAME, "from": DATE, "until": DATE, "unit": TEXT, "approved_by": TEXT, "start": NAME,
        "grades": named(grade), "changes": {"type": "array", "minItems": 1, "items": changes},
        "forbidden": {"type": "array", "items": TEXT}, "source": SOURCE, "status": {"enum": list(STATUSES)},
    }  # fmt: skip
    needed = tuple(k for k in machinefile.MACHINE_KEYS if k not in ("until", "forbidden"))
    return mapping_of(machinefile.MACHINE_KEYS, machine, needed)
