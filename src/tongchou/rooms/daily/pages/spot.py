"""Spot checks: the draw, the list with its reasons, and a result from the phone."""

from __future__ import annotations

import uuid
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse

from tongchou.kernel.text import Text
from tongchou.record.models import Unit
from tongchou.record.questions.permits import STATES
from tongchou.record.territory.reach import missing
from tongchou.rooms.daily.actions.breach import HANDLE, SEE
from tongchou.rooms.daily.anomaly import draw
from tongchou.rooms.daily.evidence import evidence_of
from tongchou.rooms.daily.models import SpotCheck, SpotDraw
from tongchou.rooms.daily.numbers import local_day
from tongchou.rooms.daily.pages.breach import TITLE
from tongchou.rooms.daily.reach import enterprise_in_reach
from tongchou.rooms.daily.spots import RESULTS
from tongchou.web.fieldparts import FieldParts
from tongchou.web.pages.choices import area_choices
from tongchou.web.pages.forms import Draft, done, form_page
from tongchou.web.pages.requests import actor_of, do, given, integer, now
from tongchou.web.pages.uploads import photo_field, photos_given, shown_photos
from tongchou.web.permission import page

_FIRST = Text(
    "有线索的优先：用电用水、考勤与所报不符的先查，其余随机", "Those with a sign first (signals or attendance against reports), the rest by lot"
)
_LOT = Text("随机抽取", "drawn by lot")


@page("spot_new", "daily/spot-checks/new", HANDLE)
def spot_new(request: HttpRequest) -> HttpResponse:
    """Draw enterprises for a spot check: those with a sign first, or by lot alone."""
    actor = actor_of(request)

    def fields(d: Draft) -> list[FieldParts]:
        areas = area_choices(actor, HANDLE, ("district", "street", "community"))
        return [
            d.field("area", Text("区域", "Area"), "select", choices=areas, required=True),
            d.field("wanted", Text("抽取家数", "How many"), "integer", required=True),
            d.field("signs", _FIRST, "checkbox"),
        ]

    def send() -> HttpResponse:
        payload = {"area": integer(request, "area"), "wanted": integer(request, "wanted"), "signs": bool(request.POST.get("signs"))}
        made = do(request, "breach.draw", payload).result["draw"]
        said = Text("已抽取，理由、种子和名册已存，可复核。", "Drawn; reasons, pool and seed are kept and can be checked.")
        return done(request, reverse("spot", args=[made]), said)

    title = Text("抽取抽查企业", "Draw a spot check")
    return form_page(
        request, fields, send, title=title, button=Text("抽取", "Draw"), back=reverse("breaches"), on_record={"wanted": 5, "signs": "1"},
        breadcrumbs=[{"url": reverse("breaches"), "label": TITLE}, {"url": "", "label": title}],
    )  # fmt: skip


@page("spot", "daily/spot-checks/<uuid:spot>", SEE, methods=("GET",))
def spot(request: HttpRequest, spot: uuid.UUID) -> HttpResponse:
    """One draw: who was drawn and why, what was found, and the lot drawn again."""
    row = SpotDraw.objects.select_related("area", "account").filter(pk=spot).first()
    if row is None or not actor_of(request).sees_path(SEE, row.area.path):
        raise missing(Text("没有找到这次抽取。", "There is no such draw."), "spot", str(spot))
    names = dict(Unit.objects.filter(pk__in=row.drawn).values_list("pk", "name"))
    checks = {c.unit_id: c for c in row.checks.select_related("account", "breach")}
    lot = row.wanted - len(row.picked)
    context = {
        "title": Text("抽查名单", "Spot check"), "row": row, "lot": lot, "handles": actor_of(request).permits(HANDLE),
        "drawn": [_drawn(row, k, names.get(k, str(k)), checks.get(k)) for k in row.drawn],
        "same": [*row.picked, *draw(row.pool, row.seed, lot)] == list(row.drawn),
        "breadcrumbs": [{"url": reverse("breaches"), "label": TITLE}, {"url": "", "label": Text("抽查名单", "Spot check")}],
    }  # fmt: skip
    return render(request, "daily/spot.html", context)


def _drawn(row: SpotDraw, unit: int, name: str, check: SpotCheck | None) -> dict[str, Any]:
    why = [Text.from_dict(w) for w in row.reasons.get(str(unit), [])] or [_LOT]
    line: dict[str, Any] = {"id": unit, "name": name, "why": why, "check": check}
    if check is not None:
        word, tone, icon = RESULTS[check.result]
        line |= {"word": word, "tone": tone, "icon": icon, "photos": shown_photos("spot", check.pk, check.photos)}
    return line


@page("spot_record", "daily/spot-checks/<uuid:spot>/units/<int:enterprise>", HANDLE)
def spot_record(request: HttpRequest, spot: uuid.UUID, enterprise: int) -> HttpResponse:
    """Record what was found, on a phone and without a network too. What is on record of the enterprise stands above the form."""
    unit = enterprise_in_reach(actor_of(request), HANDLE, enterprise)
    row = SpotDraw.objects.filter(pk=spot, drawn__contains=[enterprise]).first()
    if row is None:
        raise missing(Text("没有找到这次抽取。", "There is no such draw."), "spot", str(spot))
    sees_draw = actor_of(request).sees_path(HANDLE, row.area.path)
    back = reverse("spot", args=[spot]) if sees_draw else reverse("breaches")

    def fields(d: Draft) -> list[FieldParts]:
        return [
            d.field("result", Text("结果", "Result"), "radio", choices=[(k, w[0]) for k, w in RESULTS.items()], required=True),
            photo_field(d, help=Text("虚假或未经批准开工的须拍照。", "Needed for a false report or work without approval.")),
            d.field("people", Text("现场人数", "People on the spot"), "integer", help=Text("没有清点不填。", "Empty: not counted.")),
            d.field("seen", Text("现场情况", "What was seen"), "textarea", required=True, maxlength=5000),
        ]  # fmt: skip

    def send() -> HttpResponse:
        people = integer(request, "people")
        payload = {"draw": str(spot), "unit": enterprise, **given(request, "result", "seen"), "photos": photos_given(request)}
        made = do(request, "spot.record", payload | ({} if people is None else {"people": people})).result
        opened = Text("已登记并立案：企业先说明，另一人决定。", "Recorded, and a matter is opened: it is heard, another decides.")
        return done(request, back, opened if made["breach"] else Text("已登记。", "Recorded."))

    title = Text("登记抽查结果", "Record a spot check")
    return form_page(
        request, fields, send, template="daily/spot_record.html", title=title, subtitle=unit.name, button=Text("登记", "Record"), back=back,
        facts=_facts(unit.pk), why=[Text.from_dict(w) for w in row.reasons.get(str(enterprise), [])] or [_LOT],
        breadcrumbs=[{"url": reverse("breaches"), "label": TITLE}, {"url": "", "label": title}],
    )  # fmt: skip


def _facts(unit: int) -> list[tuple[Text, Any]]:
    """What the enterprise has on record, to be held against what is seen."""
    held = evidence_of(unit, local_day(now()))
    reports = held["reports"]
    last = Text("没有", "none")
    if reports:
        idle = Text("{d} 报停工", "{d}: reported as idle")
        last = (idle if reports[0]["closed"] else Text("{d} 在岗 {n} 人", "{d}: {n} at work")).with_(d=reports[0]["day"], n=reports[0]["at_work"])
    return [
        (Text("复工许可", "Permit"), STATES[held["permit"]] if held["permit"] else Text("没有登记", "none on record")),
        (Text("近七日最近一份日报", "Last report within seven days"), last),
        (Text("近七日门岗人数", "People at the gate in seven days"), held["people_at_gate"] or Text("没有记录", "no record")),
        (Text("不在员工档案", "On no staff file"), held["on_no_file"]),
        (Text("近七日用电用水信号", "Signals in seven days"), Text("{n} 条", "{n}").with_(n=len(held["signals"]))),
    ]
