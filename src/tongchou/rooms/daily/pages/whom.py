"""Naming one member of staff on a form: somebody is typed and a few are offered, masked. Only those are read, never the whole list."""

from __future__ import annotations

import re
from contextlib import suppress

from django.db.models import Q, QuerySet
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse

from tongchou.kernel.errors import Reason, Refusal
from tongchou.kernel.ids import new_id
from tongchou.kernel.names import query_keys
from tongchou.kernel.text import Text
from tongchou.record.act import act
from tongchou.record.models import Staff, Unit
from tongchou.record.people.identity import open_identity, query_tokens
from tongchou.record.questions.people import looks_whole, whole_hashes
from tongchou.record.staffing import VIEW
from tongchou.record.territory.reach import unit_in_reach
from tongchou.rooms.daily.models import Badge
from tongchou.web.fieldparts import FieldParts
from tongchou.web.pages.forms import Draft
from tongchou.web.pages.requests import actor_of, integer
from tongchou.web.permission import page

MOST = 8
"""So many are offered; whoever is not among them is typed more exactly."""
_FILE = re.compile(r"#(\d{1,15})\s*$")


def who_field(d: Draft, unit: Unit, *, required: bool = False) -> FieldParts:
    """The field; `who_given` and `staff_given` read it."""
    told = Text(
        "输入姓名、拼音、工号，或手机号、证件号的后 4 位，从列出的人中选择。",
        "Type a name, pinyin, the work number, or the last 4 places of a phone or document, and choose from those offered.",
    )
    lookup = f"{reverse('staff_lookup')}?unit={unit.pk}"
    return d.field("who", Text("员工", "Who"), "search", required=required, maxlength=60, lookup=lookup, help=told)


def who_given(request: HttpRequest, unit: Unit) -> Staff | None:
    """The staff file that was chosen or typed; None where nothing was typed. Refusal where nobody or several fit."""
    typed = request.POST.get("who", "").strip()[:60]
    if not typed:
        return None
    found = list(_fitting(unit, typed)[:2])
    if len(found) == 1:
        return found[0]
    if found:
        rule, remedy = (
            Text("有多人相符。", "Several fit."),
            Text(
                "请从列出的人中选择，或改用工号、手机号后 4 位。",
                "Choose from those offered, or give the work number or the phone's tail.",
            ),
        )
        raise Refusal(Reason.CONFLICT, rule, remedy=remedy, field="who")
    rule = Text("本单位员工档案中没有此人。", "Nobody in the enterprise's staff files fits.")
    raise Refusal(
        Reason.NOT_FOUND,
        rule,
        remedy=Text("请核对，或先补登员工档案。", "Check it, or add the staff file first."),
        field="who",
    )


def staff_given(request: HttpRequest, unit: Unit) -> int:
    """The number of the staff file, where somebody has to be named."""
    row = who_given(request, unit)
    if row is None:
        rule = Text("缺少必填项。", "A required field is missing.")
        raise Refusal(Reason.MISSING_VALUE, rule, remedy=Text("请补充该项。", "Give this field."), field="who")
    return row.pk


def _fitting(unit: Unit, typed: str) -> QuerySet[Staff]:
    """Staff files in force that fit: the number of a file behind #, a work number, a whole number, or what a name search takes. Raises Refusal."""
    rows = (
        Staff.objects.filter(unit=unit, to_date=None, person__erased_at=None)
        .select_related("person")
        .order_by("title", "pk")
    )
    chosen = _FILE.search(typed)
    if chosen:
        return rows.filter(pk=int(chosen[1]))
    numbered = rows.filter(person__in=Badge.objects.filter(unit=unit, number=typed).values("person"))
    if numbered.exists():
        return numbered
    if looks_whole(typed):
        documents, phones = whole_hashes(typed, "who")
        return rows.filter(Q(person__document_hash__in=documents) | Q(person__phone_hash__in=phones))
    return rows.filter(person__tokens__contains=query_tokens(query_keys(typed, "who")))


@page("staff_lookup", "attendance/staff", VIEW, methods=("GET",))
def staff_lookup(request: HttpRequest) -> HttpResponse:
    """Those who fit what is being typed, masked, with the number of their file; that they were shown is recorded."""
    actor, typed = actor_of(request), request.GET.get("who", "").strip()[:60]
    found: list[Staff] = []
    if not request.GET.get("unit"):
        return render(request, "components/options.html", {"options": found})
    unit = unit_in_reach(actor, VIEW, integer(request, "unit") or 0)
    with suppress(Refusal):  # what is half typed finds nothing yet
        found = list(_fitting(unit, typed)[:MOST])
    if found:
        act("staff.read", actor, new_id(), {"staff": [row.pk for row in found]})
    numbers = dict(
        Badge.objects.filter(unit=unit, person__in=[row.person_id for row in found]).values_list("person", "number")
    )
    return render(
        request, "components/options.html", {"options": [_option(row, numbers.get(row.person_id, "")) for row in found]}
    )


def _option(row: Staff, number: str) -> tuple[str, str]:
    name = open_identity(row.person.sealed, row.person_id).masked().name
    return f"{name} #{row.pk}", " · ".join(part for part in (row.title, number) if part)
