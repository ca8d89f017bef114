"""Answers of many units as a table: every row is taken by itself or comes back with its reason."""

from __future__ import annotations

import unicodedata
import uuid
from collections.abc import Iterable
from typing import Any

from django.db import transaction

from tongchou.kernel.errors import Reason, Refusal
from tongchou.kernel.text import Text
from tongchou.record.access import Actor
from tongchou.record.act import Context, verb
from tongchou.record.models import Unit
from tongchou.record.questions.units import by_name_or_code, the_one
from tongchou.record.rowimport import Columns, Imported, RowsIn, import_file, result_of, seen_before
from tongchou.record.territory.reach import reaches_unit
from tongchou.rooms.requests.actions.answer import AnswerIn, answer, waiting_of
from tongchou.rooms.requests.catalogue import HEADS, read_value
from tongchou.rooms.requests.models import Field, UnitFact
from tongchou.rooms.requests.reach import ANSWER

VERB = "request.import_answers"
_NOTHING, _UNKNOWN = {"", "-", "—", "/"}, {"不掌握", "不详", "未知", "unknown"}
_YES, _NO = {"是", "零报告", "yes", "1", "√"}, {"否", "no", "0"}


def columns() -> Columns:
    """What a table may hold: the unit, its code, 零报告, and every entry of the data catalogue."""
    return HEADS | {f"field:{f.pk}": tuple(t for t in (f.title, f.title_en) if t) for f in Field.objects.order_by("pk")}


def import_answers(actor: Actor, client_id: uuid.UUID, data: bytes, filename: str, *, dry_run: bool = False) -> Imported:
    """Import a file of answers and keep its rejected rows for the caller. Raises Refusal for a file that cannot be read."""
    return import_file(VERB, columns(), (), actor, client_id, data, filename, dry_run=dry_run, titled=True)


@verb(VERB, ANSWER, Text("用表格填报数据", "Answer with a table"))
def import_rows(context: Context, given: RowsIn) -> dict[str, Any]:
    """Each row answers for its unit like the form does. What a row leaves empty is not said; 不掌握 says that it is not known."""
    fields = {name: int(name.partition(":")[2]) for name in given.fields if name.startswith("field:")}
    if not fields:
        rule = Text("表中没有数据目录里的数据项。", "No column is an entry of the data catalogue.")
        remedy = Text("列名须与数据项名称一致；可先下载待填表。", "Columns are named as the data; download the table to fill in.")
        raise Refusal(Reason.UNKNOWN_FIELD, rule, remedy=remedy, field="table")
    reader = _Reader(context, fields)
    read, rejects = given.read(columns(), reader.row)
    answered = sum(len(done["answered"]) for done in read)
    return result_of(len(given.rows), len(read), rejects, facts=sum(done["facts"] for done in read), answered=answered)


class _Reader:
    """Reads rows and answers by them. A row that is refused leaves nothing behind."""

    def __init__(self, context: Context, fields: dict[str, int]) -> None:
        self.context, self.fields, self.seen = context, fields, seen_before()
        self.known = Field.objects.in_bulk(fields.values())
        self.own = list(Unit.objects.filter(pk__in=context.actor.unit_ids(ANSWER), active_to=None))

    def row(self, number: int, told: dict[str, str]) -> dict[str, Any]:
        cells = {k: unicodedata.normalize("NFKC", v).strip() if k in HEADS else v.strip() for k, v in told.items()}
        unit = self._unit(cells)
        if unit.pk in self.seen:
            rule = Text("与第 {row} 行重复。", "Row {row} already gives it.").with_(row=self.seen[unit.pk])
            raise Refusal(Reason.DUPLICATE, rule, remedy=Text("请保留一行。", "Keep one of them."), field="unit", value=unit.name[:60])
        before = len(self.context.events), len(self.context.effects)
        try:
            with transaction.atomic():
                done = answer(self.context, self._given(unit, cells))
        except Refusal as refusal:
            del self.context.events[before[0] :], self.context.effects[before[1] :]
            refusal.field = next((f.title for f in self.known.values() if refusal.field == f"f{f.pk}"), refusal.field)
            raise
        self.seen[unit.pk] = number  # only now: a row that is refused does not stand in the way of a later good one
        return done

    def _unit(self, cells: dict[str, str]) -> Unit:
        text = cells.get("code") or cells.get("unit", "")
        if "unit" not in cells and "code" not in cells and len(self.own) == 1:
            return self.own[0]
        found = by_name_or_code(text, exact=True, fits=lambda u: reaches_unit(self.context.actor, ANSWER, u))
        none = Text("没有这个在册单位，或不在管理范围。", "No such active unit within your reach.")
        return the_one(found, text, "unit", none, Text("请填写在册全称或代码。", "Give its full name or its code."))

    def _given(self, unit: Unit, cells: dict[str, str]) -> AnswerIn:
        said = {pk: cells[name] for name, pk in self.fields.items() if cells[name] not in _NOTHING}
        unknown = [pk for pk, text in said.items() if text.lower() in _UNKNOWN]
        waiting = waiting_of(unit.pk)
        asked = {f for a in waiting for f in a.asked}
        kept = self._on_record(unit, {f for f in said if f not in asked and f not in unknown})
        values: dict[int, Any] = {pk: text for pk, text in said.items() if pk not in unknown and not self._same(kept, pk, text)}
        nil: list[int] = []
        if self._nil(cells.get("nil", "")):
            nil = [a.pk for a in waiting if a.round.request.nil_allowed and set(a.asked) & set(self.fields.values())]
            if not nil:
                rule = Text("该单位没有可以零报告的填报事项。", "Nothing that the unit has to answer takes a nil report.")
                raise Refusal(Reason.INVALID_VALUE, rule, remedy=Text("请逐项填写。", "Fill it in."), field="nil")
        return AnswerIn(unit=unit.pk, values=values, unknown=unknown, nil=nil, took_seconds=None)

    def _on_record(self, unit: Unit, fields: Iterable[int]) -> dict[int, Any]:
        """The latest known values, so that what a table brings back as it was given is not said anew."""
        rows = UnitFact.objects.filter(unit=unit, field__in=list(fields)).order_by("field", "-at", "-pk").distinct("field")
        return {f.field_id: f.value for f in rows if f.known}

    def _same(self, kept: dict[int, Any], field: int, text: str) -> bool:
        return field in kept and read_value(self.known[field], text) == kept[field]

    def _nil(self, text: str) -> bool:
        if text.lower() in _YES:
            return True
        if text in _NOTHING or text.lower() in _NO:
            return False
        rule = Text("“零报告”一列填“是”或留空。", "The column nil report holds yes or nothing.")
        raise Refusal(Reason.INVALID_VALUE, rule, remedy=Text("请更正。", "Correct it."), field="nil", value=text[:20])
