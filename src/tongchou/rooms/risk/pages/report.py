"""Reporting: one number, a table of numbers, a finding about a place."""

from __future__ import annotations

import base64
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import get_language

from tongchou.kernel.text import Text
from tongchou.record.territory.reach import area_in_reach
from tongchou.rooms.risk.counts import rejected_counts
from tongchou.rooms.risk.pages.asked import RISK, Asked
from tongchou.rooms.risk.pages.overview import area_url
from tongchou.rooms.risk.words import BASES, FACTS, PLACES, YES_NO
from tongchou.web.fieldparts import FieldParts
from tongchou.web.pages.choices import area_choices
from tongchou.web.pages.forms import Draft, done, form_page
from tongchou.web.pages.imports import file_fields, tell_import, upload
from tongchou.web.pages.requests import actor_of, do, given
from tongchou.web.permission import page

RECORD = "risk.record"


def _crumbs(title: Text) -> list[dict[str, Any]]:
    return [{"url": reverse("risk"), "label": RISK}, {"url": "", "label": title}]


@page("risk_count", "risk/numbers/new", RECORD)
def risk_count(request: HttpRequest) -> HttpResponse:
    """Report one area and day. Zero is a report; an empty field is not."""
    actor = actor_of(request)
    title = Text("填报病例数", "Report a number of cases")

    def fields(d: Draft) -> list[FieldParts]:
        not_known = Text("不清楚的请留空，不要填 0。", "Leave it empty where it is not known; do not write 0.")
        whole = Text("本区域各下级未单独填报的病例；没有新增请填 0。", "Cases that no area below reports; write 0 where there is none.")
        return [
            d.field("area", Text("区域", "Area"), "select", choices=area_choices(actor, RECORD, ("district", "street", "community")), required=True),
            d.field("day", Text("日期", "Day"), "date", required=True, max=timezone.localdate().isoformat()),
            d.field("basis", Text("口径", "Basis"), "radio", choices=list(BASES.items()), required=True),
            d.field("cases", Text("新增病例数", "New cases"), "integer", min=0, required=True, help=whole),
            d.field("unknown_source", Text("其中来源不明", "Of unknown source"), "integer", min=0, help=not_known),
            d.field("largest_cluster", Text("14天内最大一起聚集性疫情的病例数", "Cases of the largest cluster within 14 days"), "integer", min=0, help=not_known),
            d.field("source", Text("数据来源", "Source"), required=True, maxlength=200, help=Text("如：区疾控中心日报", "Such as the CDC's daily report")),
        ]

    def send() -> HttpResponse:
        names = ("area", "day", "basis", "cases", "unknown_source", "largest_cluster", "source")
        made = do(request, "risk.count", dict(given(request, *names))).result
        said = Text("已更正。", "Corrected.") if made["corrected"] else Text("已填报。", "Reported.")
        if made["unchanged"]:
            said = Text("与已有填报相同。", "The same was reported already.")
        return done(request, reverse("risk"), said)

    return form_page(
        request, fields, send, title=title, button=Text("填报", "Report"), back=reverse("risk"), breadcrumbs=_crumbs(title),
        on_record={"day": timezone.localdate().isoformat(), "basis": "report"},
    )  # fmt: skip


@page("risk_import", "risk/numbers/import", RECORD)
def risk_import(request: HttpRequest) -> HttpResponse:
    """A table of numbers: every row is stored or comes back with why."""
    title, back = Text("导入病例数", "Import numbers of cases"), reverse("risk")

    def send() -> HttpResponse:
        data, name = upload(request)
        content = base64.b64encode(data).decode()
        trial = request.POST.get("mode") != "import"
        r = do(request, "risk.import_counts", {"content": content, "filename": name}, dry_run=trial).result
        labels = (
            ("rows_in", "读入", "rows in"), ("accepted", "接收", "accepted"), ("rejected", "退回", "rejected"), ("new", "新填报", "new"),
            ("corrected", "更正", "corrected"), ("unchanged", "无变化", "unchanged"),
        )  # fmt: skip
        counts = [{"label": Text(zh, en), "value": r[key]} for key, zh, en in labels]
        again = lambda: rejected_counts(actor_of(request), content, name, timezone.localdate(), get_language() or "zh-hans")  # noqa: E731
        return tell_import(request, title, r, counts, again, back)

    note = Text(
        "列名：区划代码、日期、病例数；可加：口径（报告或发病）、来源不明、最大聚集、来源。没有新增请填 0。",
        "Columns: area_code, day, cases; also basis (report or onset), unknown_source, largest_cluster, source. Write 0 where there is none.",
    )
    return form_page(
        request, file_fields, send, title=title, button=Text("上传", "Send"), back=back, note=note, on_record={"mode": "try"}, breadcrumbs=_crumbs(title)
    )


@page("risk_finding", "risk/areas/<int:area>/finding", RECORD)
def risk_finding(request: HttpRequest, area: int) -> HttpResponse:
    """Record what was found out about an area."""
    row = area_in_reach(actor_of(request), RECORD, area)
    title, back = Text("记录研判结果", "Record a finding"), reverse("risk_area", args=[area])

    def fields(d: Draft) -> list[FieldParts]:
        grounds = Text("如：流调报告编号、核酸批次", "Such as the tracing report or the round of tests")
        choices = [(f"place:{key}", Text("{fact}：{value}", "{fact}: {value}").with_(fact=FACTS["place"], value=title)) for key, title in PLACES.items()]
        for fact in ("round_negative", "last_contact_clear", "controlled"):
            choices += [(f"{fact}:{key}", Text("{fact}：{value}", "{fact}: {value}").with_(fact=FACTS[fact], value=word)) for key, word in YES_NO.items()]
        return [
            d.field("finding", Text("研判结果", "Finding"), "radio", choices=choices, required=True),
            d.field("day", Text("日期", "Day"), "date", required=True, max=timezone.localdate().isoformat()),
            d.field("source", Text("依据", "On what grounds"), required=True, maxlength=200, help=grounds),
        ]

    def send() -> HttpResponse:
        fact, _, value = request.POST.get("finding", "").partition(":")
        do(request, "risk.find", {"area": row.pk, "fact": fact, "value": value} | given(request, "day", "source"))
        return done(request, area_url(row.pk, Asked(timezone.localdate(), None)), Text("已记录。", "Recorded."))

    return form_page(
        request, fields, send, title=title, subtitle=row.name, button=Text("记录", "Record"), back=back, breadcrumbs=_crumbs(title),
        on_record={"day": timezone.localdate().isoformat()},
    )  # fmt: skip
