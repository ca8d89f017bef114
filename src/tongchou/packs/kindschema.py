"""The JSON Schema of a kind file, for editors. It knows shapes and words; what they mean together `kindfile` checks.

`python -m tongchou.packs.kindschema` writes it to schema/loop-kind.schema.json; a test keeps the file up to date.
"""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from tongchou.kernel.workdays import LONGEST
from tongchou.packs import kindwords as words
from tongchou.packs.kindclock import KEYS as CLOCK_KEYS
from tongchou.packs.kindclock import LIMIT_KEYS, STATUSES
from tongchou.packs.kindclock import LONGEST as LONGEST_CLOCK

SCHEMA_FILE = Path(__file__).parent / "schema" / "loop-kind.schema.json"
Schema = dict[str, Any]

_NAME: Schema = {"type": "string", "pattern": f"^{words.NAME.pattern}$"}
_FLAG: Schema = {"type": "boolean"}
_HOURS: Schema = {"type": "number", "exclusiveMinimum": 0, "maximum": words.MAX_HOURS}
_WORKDAYS: Schema = {"type": "integer", "minimum": 1, "maximum": LONGEST}


def kind_schema() -> Schema:
    """The schema as a plain value (draft 2020-12)."""
    properties: Schema = {
        "kind": _NAME | _says("名称", "Name of the kind"),
        "version": _whole(1) | _says("版本，内容变了就加一", "Version; raise it with every change"),
        "title": _ref("text"),
        "purpose": _ref("text"),
        "subject": _list(words.SUBJECTS) | _says("对象", "What a loop of this kind may be about"),
        "start": _NAME | _says("起始阶段", "The stage to start with"),
        "deadline_hours": _HOURS | _says("默认办结时限，自交办起算", "Default deadline in hours from hand-out"),
        "deadline_workdays": _WORKDAYS | _says("默认办结时限，工作日数，次日起算", "Default deadline in working days, from the next day"),
        "opened_by": _list(words.ROLES) | _says("可以发起的岗位角色", "Roles that may open one"),
        "fields": {"type": "array", "items": _field()},
        "stages": {"type": "object", "propertyNames": _NAME, "minProperties": 1, "additionalProperties": _stage()},
        "steps": {"type": "object", "propertyNames": _NAME, "minProperties": 1, "additionalProperties": _step()},
        "returns": _object({"limit": _whole(0), "adjudicate": _NAME}, ("limit", "adjudicate")),
        "follow_up": _object({"after_hours": _HOURS, "by": _enum(words.ASKERS)}, ("after_hours", "by")),
        "self_closing": _object({"why": _ref("text")}, ("why",)),
        "confidential": _FLAG | _says("只限有关各方可见，仅限随程序提供的类型", "Only the parties see it; shipped kinds only"),
    }
    required = ("kind", "version", "title", "purpose", "subject", "start", "opened_by", "stages", "steps")
    return {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "title": "事项类型 · Loop kind",
        **_object({key: properties[key] for key in words.TOP_KEYS}, required),
        "$defs": {"text": _object({"zh": _ref("said"), "en": _ref("said")}, ("zh", "en")), "said": _said()},
    }


def _said() -> Schema:
    return {"type": "string", "pattern": r"\S"}


def _says(zh: str, en: str) -> Schema:
    return {"description": f"{zh} · {en}"}


def _ref(name: str) -> Schema:
    return {"$ref": f"#/$defs/{name}"}


def _enum(allowed: tuple[str, ...]) -> Schema:
    return {"enum": list(allowed)}


def _list(allowed: tuple[str, ...], least: int = 1) -> Schema:
    return {"type": "array", "items": _enum(allowed), "minItems": least, "uniqueItems": True}


def _whole(least: int) -> Schema:
    return {"type": "integer", "minimum": least, "maximum": words.MAX_WHOLE}


def _object(properties: Schema, required: tuple[str, ...]) -> Schema:
    return {"type": "object", "properties": properties, "required": list(required), "additionalProperties": False}


def _stage() -> Schema:
    rung = {"after_hours": {"type": "number", "minimum": 0, "maximum": words.MAX_HOURS}, "level": _enum(words.LEVELS)}
    ladder = {"type": "array", "minItems": 1, "items": _object(rung | {"to": _list(words.TOLD)}, words.RUNG_KEYS)}
    workdays = _object({"workdays": _WORKDAYS}, ("workdays",))
    deadline = {"anyOf": [_HOURS, {"const": "keeps"}, workdays, _clock()]} | _says(
        "时限：小时数、{workdays: 天数}、keeps，或自某时刻起按类别计时", "Deadline: hours, {workdays: days}, `keeps`, or a clock by category"
    )
    open_ = {"title": _ref("text"), "owner": _enum(words.OWNERS), "deadline": deadline, "ladder": ladder}
    end = {"title": _ref("text"), "end": _enum(words.END_REASONS)}
    return {"anyOf": [_object(open_, tuple(open_)), _object(end, tuple(end))]}


def _clock() -> Schema:
    line = _object({"value": _whole(1) | {"maximum": LONGEST_CLOCK}, "status": _enum(STATUSES), "source": _ref("text")}, LIMIT_KEYS)
    table = {"type": "object", "propertyNames": _NAME, "minProperties": 1, "additionalProperties": line}
    return _object({"since": _NAME, "by": _NAME, "minutes": table}, CLOCK_KEYS)


def _step() -> Schema:
    need = {"key": _NAME, "type": _enum(words.EVIDENCE_TYPES), "title": _ref("text"), "at_least": _whole(0)}
    properties: Schema = {
        "title": _ref("text"),
        "from": {"type": "array", "items": _NAME, "minItems": 1, "uniqueItems": True},
        "to": {"anyOf": [_NAME, {"const": "="}]} | _says("去向；= 为留在原阶段", "Where to; = stays where it is"),
        "by": _list(words.PARTIES),
        "roles": _list(words.ROLES, least=0),
        "permission": _enum(words.PERMISSIONS) | _says("另须具有的权限", "What the post must grant besides"),
        "needs": {"type": "array", "items": _object(need, ("key", "type", "title"))},
        "note": _enum(words.NOTES),
        "work": _FLAG | _says("办理：办理人不得核验", "The work: who does it may not verify"),
        "verifies": _enum(words.VERIFIES),
        "return": _FLAG | _says("退单，计入次数", "A return; counts against the limit"),
        "reassigns": _FLAG | _says("须指定新的牵头单位", "Names a new lead unit"),
        "closes_children": _FLAG,
    }
    return _object({key: properties[key] for key in words.STEP_KEYS}, ("title", "from", "to", "by"))


def _field() -> Schema:
    properties: Schema = {
        "key": _NAME,
        "type": _enum(words.FIELD_TYPES),
        "title": _ref("text"),
        "required": _FLAG,
        "choices": {"type": "object", "minProperties": 2, "additionalProperties": _ref("text")},
        "past": _FLAG | _says("不得晚于现在，仅限 moment", "Not in the future; moments only"),
        "not_before": _NAME | _says("不得早于该字段，仅限 moment", "Not before that field; moments only"),
    }
    choice = {"properties": {"type": {"const": "choice"}}}
    return _object(properties, ("key", "type", "title")) | {"if": choice, "then": {"required": ["choices"]}}


def schema_text() -> str:
    """The schema as it is written to the file."""
    return json.dumps(kind_schema(), ensure_ascii=False, indent=2) + "\n"


if __name__ == "__main__":
    SCHEMA_FILE.parent.mkdir(exist_ok=True)
    SCHEMA_FILE.write_text(schema_text(), "utf-8")
