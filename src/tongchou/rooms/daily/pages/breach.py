"""Work without a right to it: telling of it, the matters and signs of one's area, signals, draws that can be checked."""

from __future__ import annotations

from typing import Any
from urllib.parse import urlencode

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import get_language

from tongchou.kernel.text import Text
from tongchou.record.loops.kinds import kind_of
from tongchou.record.territory.reach import within
from tongchou.rooms.daily import matters, spots
from tongchou.rooms.daily.actions.breach import ABOUT, HANDLE, SEE, TELL
from tongchou.rooms.daily.actions.signals import COLUMNS, rejected_signals
from tongchou.rooms.daily.evidence import signs
from tongchou.rooms.daily.lacking import Sign
from tongchou.rooms.daily.models import Breach, SpotDraw
from tongchou.rooms.daily.numbers import local_day
from tongchou.web.fieldparts import FieldParts
from tongchou.web.pages.forms import Draft, done, form_page
from tongchou.web.pages.imports import table_page
from tongchou.web.pages.loops import KIND_PAGES
from tongchou.web.pages.requests import actor_of, do, given, now
from tongchou.web.pages.shown import stage_badge
from tongchou.web.pages.spreadsheets import asked_for, cells_of, sheet_file
from tongchou.web.permission import Nav, page

TITLE = Text("擅自复工查处", "Work without a right")
SOURCES = {
    "inspection": Text("检查发现", "inspection"),
    "public": Text("群众反映", "the public"),
    "record": Text("数据比对", "the record"),
}
KIND_PAGES["resumption_breach"] = "breach_new"
_MOST = 2_000
"""Matters of one's area that the page and its spreadsheet show, the latest first."""


@page("breaches", "daily/breaches", SEE, methods=("GET",), nav=Nav(TITLE, "hand-stop"))
def breaches(request: HttpRequest) -> HttpResponse:
    """Matters of one's area with their counts, signs that somebody should look at, and draws of spot checks. Leaders see what others handle."""
    actor = actor_of(request)
    rows = list(Breach.objects.filter(within(actor, SEE, "unit__area__path")).select_related("unit", "loop").order_by("-at")[:_MOST])
    sheet = _sheet(rows)
    if asked_for(request):
        return sheet_file(request, TITLE, *cells_of(sheet))
    found = signs(actor, local_day(now()), SEE)
    drawn = list(SpotDraw.objects.filter(within(actor, SEE, "area__path")).select_related("area").order_by("-at")[:20])
    context = {
        "title": TITLE, "sheet": sheet, "signs": [{"sign": s, "url": _told_from(s)} for s in found],
        "draws": drawn, "standing": matters.standing(actor, now()), "handles": actor.permits(HANDLE),
        "pending": spots.pending(actor, now()), "counts": [_counted(c) for c in spots.counts(actor, now())], "spot_days": spots.DAYS,
        "empty": {"title": Text("没有查处事项", "No matter"), "text": Text("举报、检查和数据比对发现的都在这里。", "What is told or found."), "icon": "circle-check"},
    }  # fmt: skip
    return render(request, "daily/breaches.html", context)


_CHECKED = (Text("已查", "Checked"), *(w[0] for w in spots.RESULTS.values()))


def _counted(line: tuple[Any, ...]) -> dict[str, Any]:
    """Spot checks of a street, each number with what it counts."""
    return {"street": line[0], "cells": list(zip(_CHECKED, line[1:], strict=True))}


def _told_from(sign: Sign) -> str:
    """The form to open a matter, with the sign as what was seen: the officer sends it or changes it."""
    why = Text("；", "; ").in_(get_language() or "zh-hans").join(w.in_(get_language() or "zh-hans") for w in sign.why)
    return f"{reverse('breach_new')}?{urlencode({'enterprise': sign.name, 'text': why})}"


def _sheet(rows: list[Breach]) -> dict[str, Any]:
    labels = (
        ("unit", "企业", "Enterprise"),
        ("source", "来源", "Source"),
        ("at", "时间", "When"),
        ("stage", "阶段", "Stage"),
        ("deadline", "时限", "Deadline"),
    )
    lines = []
    for b in rows:
        cells: list[dict[str, Any]] = [{"value": b.unit.name}, {"value": SOURCES[b.source]}, {"value": b.at}]
        if b.loop is None:
            cells += [{"value": Text("受理中", "being taken up")}, {"value": ""}]
        else:
            badge = stage_badge(kind_of(b.loop.edition_id), b.loop.stage)
            cells[0]["url"] = reverse("loop", args=[b.loop_id])
            cells += [
                {"value": badge["label"], "tone": badge["tone"] or "info", "icon": badge["icon"]}, {"value": b.loop.deadline or b.loop.closed_at},
            ]  # fmt: skip
        lines.append({"cells": cells})
    return {
        "key": "breaches",
        "caption": TITLE,
        "columns": [{"key": k, "label": Text(zh, en)} for k, zh, en in labels],
        "rows": lines,
        "export": True,
    }


@page("breach_new", "daily/breaches/new", TELL)
def breach_new(request: HttpRequest) -> HttpResponse:
    """Tell of an enterprise that works without a right to it, or whose files are false. The enterprise does not learn who told."""

    def fields(d: Draft) -> list[FieldParts]:
        return [
            d.field("enterprise", Text("企业", "Enterprise"), required=True, maxlength=160, help=Text("登记的全称或信用代码。", "Its registered name or code.")),
            d.field("about", Text("反映什么问题（告知企业）", "What it is said to do; the enterprise is told this"), "radio", required=True, choices=list(ABOUT.items())),
            d.field("text", Text("看到了什么", "What was seen"), "textarea", required=True, maxlength=5000,
                    help=Text("何时、何地、几人在岗、有何依据。只给查处的人看，企业看不到。",
                              "When, where, how many at work, how you know. Only those who look into it read it, the enterprise does not.")),
        ]  # fmt: skip

    def send() -> HttpResponse:
        do(request, "breach.report", given(request, "enterprise", "about", "text"))
        back = (
            "breaches"
            if actor_of(request).permits(SEE)
            else "work"
            if actor_of(request).permits("loop.view")
            else "home"
        )
        return done(
            request,
            reverse(back),
            Text(
                "已受理。企业先说明，属地核查，由另一人决定。",
                "Taken up: it is heard, looked at and decided by another.",
            ),
        )

    title = Text("举报擅自复工", "Tell of work without a right")
    return form_page(
        request,
        fields,
        send,
        title=title,
        button=Text("提交", "Send"),
        back=reverse("home"),
        breadcrumbs=[{"url": "", "label": title}],
    )


@page("signals_import", "daily/signals/import", HANDLE)
def signals_import(request: HttpRequest) -> HttpResponse:
    """Electricity, water and phones by enterprise and day."""
    title, back = Text("导入用电用水信号", "Import signals"), reverse("breaches")

    note = Text("列名：{all}。", "Columns: {all}.").with_(all=Text("、".join(w[1] for w in COLUMNS.values()), ", ".join(COLUMNS)))
    return table_page(
        request, "signal.import_table", title=title, back=back, parent=TITLE, note=note,
        rejected=lambda data, name, language: rejected_signals(actor_of(request), data, name, now(), language),
    )  # fmt: skip
