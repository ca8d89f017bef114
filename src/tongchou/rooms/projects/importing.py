"""Projects from a table: new ones are added, known ones brought up to date; every row is accepted or comes back with its reason."""

from __future__ import annotations

import uuid
from collections.abc import Mapping
from typing import Any

from django.db import connection
from django.utils import timezone

from tongchou.kernel.errors import Reason, Refusal
from tongchou.kernel.ids import new_id
from tongchou.kernel.text import Text
from tongchou.record.access import Actor
from tongchou.record.act import Context, validate, verb
from tongchou.record.models import Area
from tongchou.record.questions.units import by_name_or_code, the_one
from tongchou.record.rowimport import Cells, Imported, RowsIn, import_file, result_of, seen_before, unknown
from tongchou.record.territory.reach import reaches_unit, within
from tongchou.rooms.projects.actions import AddIn, content_of, put
from tongchou.rooms.projects.models import Project
from tongchou.rooms.projects.reach import MANAGE
from tongchou.rooms.projects.words import KINDS

VERB = "project.import_rows"
COLUMNS = {
    "name": ("项目名称", "项目", "名称"), "kind": ("类别", "项目类别", "类型"), "area": ("所在区域", "建设地点", "区划编码", "area code"),
    "lead_unit": ("责任单位", "牵头单位", "lead unit"), "owner_unit": ("建设单位", "业主单位", "built by"), "invest": ("总投资", "investment"),
    "invest_year": ("本年计划投资", "年度计划投资", "planned this year"), "start_planned": ("计划开工", "计划开工日期", "planned start"),
    "finish_planned": ("计划竣工", "计划竣工日期", "planned end"), "content": ("建设内容", "主要建设内容", "what is built"),
}  # fmt: skip
NEEDED = ("name", "lead_unit")
_LOCK = 7_216_012  # advisory lock: two tables come one after the other


def import_projects(actor: Actor, client_id: uuid.UUID, data: bytes, filename: str, *, dry_run: bool = False) -> Imported:
    """Import a file of projects and keep its rejected rows for the caller. Raises Refusal for a file that cannot be read."""
    return import_file(VERB, COLUMNS, NEEDED, actor, client_id, data, filename, dry_run=dry_run, titled=True)


@verb(VERB, MANAGE, Text("导入项目表", "Import a table of projects"))
def import_rows(context: Context, given: RowsIn) -> dict[str, Any]:
    """Add and change many projects. One is known again by its name and lead unit; what a row leaves empty stays as it is on record."""
    with connection.cursor() as cursor:
        cursor.execute("select pg_advisory_xact_lock(%s)", [_LOCK])
    reader = _Reader(context)
    read, rejects = given.read(COLUMNS, reader.read)
    done = [_store(context, row, content) for row, content in read]
    new, changed = done.count("project_added"), done.count("project_changed")
    return result_of(len(given.rows), len(read), rejects, new=new, changed=changed, unchanged=len(read) - new - changed)


def _store(context: Context, row: Project | None, content: dict[str, Any]) -> str:
    """Put one row on record; returns the event, "" where nothing changes."""
    if row is None:
        row = Project(id=new_id(), state_since=timezone.localdate(context.now), added_at=context.now, **content)
        row.save(force_insert=True)
        context.event("project_added", subject=f"project:{row.pk}", data={"name": row.name, "lead": row.lead_unit_id})
        return "project_added"
    return "project_changed" if put(context, row, content) else ""


class _Reader:
    """Reads rows into what `project.add` takes, and finds the project that a row is about."""

    def __init__(self, context: Context) -> None:
        self.context, self.cells, self.seen = context, Cells(), seen_before()

    def read(self, number: int, told: dict[str, str]) -> tuple[Project | None, dict[str, Any]]:
        plain = {k: v.strip() for k, v in told.items() if not unknown(v)}
        if not plain.get("name"):
            rule = Text("缺少项目名称。", "The name is missing.")
            raise Refusal(Reason.MISSING_VALUE, rule, remedy=Text("请补填。", "Fill it in."), field="name", line=number)
        lead = self.cells.once("lead_unit", plain.get("lead_unit", ""), self._unit)
        self._once(number, plain["name"], lead)
        row = Project.objects.filter(name=plain["name"], lead_unit=lead).exclude(state="dropped").select_for_update().first()
        values = (_on_record(row) if row else {}) | self._values(plain) | {"name": plain["name"], "lead_unit": lead}
        content = content_of(self.context, validate(AddIn, values))
        self.seen[plain["name"], lead] = number  # only now: a row that is refused does not stand in the way of a later good one
        return row, content

    def _values(self, plain: Mapping[str, str]) -> dict[str, Any]:
        out: dict[str, Any] = {k: plain[k] for k in ("content",) if k in plain}
        for name in ("invest", "invest_year"):
            if name in plain:
                out[name] = self.cells.number(name, plain[name])
        for name in ("start_planned", "finish_planned"):
            if name in plain:
                out[name] = self.cells.day(name, plain[name])
        for name, find in (("kind", _kind), ("area", self._area), ("owner_unit", self._unit)):
            if name in plain:
                out[name] = self.cells.once(name, plain[name], find)
        return out

    def _once(self, number: int, name: str, lead: int) -> None:
        first = self.seen.get((name, lead))
        if first is not None:
            rule = Text("与第 {n} 行是同一项目。", "Row {n} is the same project.").with_(n=first)
            raise Refusal(Reason.DUPLICATE, rule, remedy=Text("请只保留一行。", "Keep one of them."), field="name", value=name[:40], line=number)

    def _unit(self, text: str) -> int:
        found = by_name_or_code(text, fits=lambda u: reaches_unit(self.context.actor, MANAGE, u), exact=True)
        none = Text("辖区内没有这个单位。", "No unit in your reach has this name or code.")
        return the_one(found, text, "lead_unit", none, Text("请填写单位全称或代码。", "Give the full name or the code.")).pk

    def _area(self, text: str) -> int:
        rows = Area.objects.filter(within(self.context.actor, MANAGE, "path"), valid_to=None)
        found = list(rows.filter(code=text)[:2]) or list(rows.filter(name=text)[:2])
        if len(found) != 1:
            rule = Text("辖区内没有这个区域，或有几处同名。", "No area in your reach has this code or name, or several have it.")
            raise Refusal(Reason.NOT_FOUND, rule, remedy=Text("请填写区域编码。", "Give the area's code."), field="area", value=text[:40])
        return found[0].pk


def _kind(text: str) -> str:
    named = {name.lower(): key for key, title in KINDS.items() for name in (key, title.zh, title.en)}
    if text.lower() not in named:
        rule = Text("没有这个类别。", "There is no such kind.")
        remedy = Text("可填：{all}。", "One of: {all}.").with_(all=Text("、".join(t.zh for t in KINDS.values()), ", ".join(t.en for t in KINDS.values())))
        raise Refusal(Reason.INVALID_VALUE, rule, remedy=remedy, field="kind", value=text[:40])
    return named[text.lower()]


def _on_record(row: Project) -> dict[str, Any]:
    """A project as `project.add` would take it."""
    numbers = {n: getattr(row, f"{n}_id") for n in ("area", "lead_unit", "owner_unit", "leader_post")}
    return numbers | {n: getattr(row, n) for n in ("name", "kind", "invest", "invest_year", "content", "start_planned", "finish_planned")}
