"""A list from outside: compared with the record; and what auditors see of lists that were stopped."""

from __future__ import annotations

import re
import uuid
from typing import Any

from django.db import connection
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone

from tongchou.kernel.errors import Reason, Refusal
from tongchou.kernel.identifiers import Kind, parse_document
from tongchou.kernel.phones import parse_phone
from tongchou.kernel.tables import read_table
from tongchou.kernel.text import Text
from tongchou.record.access import Actor
from tongchou.record.people.identity import document_hash, phone_hash
from tongchou.record.people.reach import like_paths
from tongchou.rooms.trust.models import OutsideList
from tongchou.rooms.trust.pages.issue import chosen_table, table_choices
from tongchou.rooms.trust.pages.orders import TITLE
from tongchou.web.fieldparts import FieldParts
from tongchou.web.pages.forms import Draft, form_page
from tongchou.web.pages.requests import actor_of, do
from tongchou.web.permission import page

LARGEST = 20 << 20
_DOCUMENT = re.compile(r"证件|身份证|document|id.?(no|number|card)", re.I)
_PHONE = re.compile(r"电话|手机|phone|mobile", re.I)
STATUS = re.compile(r"赋码|码色|健康码|红码|黄码|管控|状态|措施|隔离|色|status|colour|color|code", re.I)
"""Columns by which a list says what is to become of people."""


@page("list_check", "orders/list", "restriction.issue")
def list_check(request: HttpRequest) -> HttpResponse:
    """Compare a list with the record: whom does the plan restrict by facts on record? The list sets nobody's status."""
    actor = actor_of(request)

    def fields(d: Draft) -> list[FieldParts]:
        told = Text(
            "CSV 或 Excel，须有证件号或手机号一列。", "CSV or a spreadsheet with a column of documents or phones."
        )
        return [
            d.field("source", Text("名单来源", "Where the list comes from"), required=True, maxlength=120),
            d.field("table", Text("判定表", "Table"), "select", choices=table_choices(), required=True),
            d.field(
                "file",
                Text("名单", "List"),
                "file",
                required=True,
                help=told,
                accept=".csv,.tsv,.txt,.xlsx,.xls",
                max=LARGEST,
            ),
        ]

    def send() -> HttpResponse:
        pack, table = chosen_table(request)
        people, unknown, claim = read_list(actor, request.FILES.get("file"))
        payload = {
            "source": request.POST.get("source", ""), "claim": claim, "people": [str(p) for p in people], "unknown": unknown, "pack": pack, "table": table,
        }  # fmt: skip
        result = do(request, "restriction.check_list", payload).result
        counts = [
            {"label": Text("名单人数", "people on the list"), "value": result["people"]}, {"label": Text("在册", "on record"), "value": len(people)},
            {"label": Text("在册事实支持管控", "facts on record support an order"), "value": result["with_ground"] if not result["blocked"] else None},
        ]  # fmt: skip
        context = {
            "title": Text("名单核对结果", "What the record says"),
            "result": result,
            "counts": counts,
            "claim": claim,
            "people": " ".join(result["ground"]),
        }
        return render(request, "trust/list_result.html", context)

    title = Text("核对外来名单", "Check a list from outside")
    note = Text(
        "名单不能给任何人设定状态。系统只核对在册事实；名单带有赋码、管控等要求的，将被拦截并通知纪检监察或督导组。",
        "A list cannot set anybody's status: it is compared with the record. One that asks for a status is stopped, and an outside party is told.",
    )
    crumbs = [{"url": reverse("orders"), "label": TITLE}, {"url": "", "label": title}]
    return form_page(
        request,
        fields,
        send,
        title=title,
        button=Text("核对", "Compare"),
        back=reverse("orders"),
        note=note,
        breadcrumbs=crumbs,
    )


def read_list(actor: Actor, given: Any) -> tuple[list[uuid.UUID], int, str]:
    """(people on record within reach, how many others, the status that the list asks for). Raises Refusal."""
    if given is None or not given.size:
        raise Refusal(
            Reason.MISSING_VALUE,
            Text("没有选择文件。", "No file was chosen."),
            remedy=Text("请选择名单。", "Choose the list."),
            field="file",
        )
    if given.size > LARGEST:
        raise Refusal(
            Reason.TOO_LARGE,
            Text("文件过大。", "The file is too large."),
            remedy=Text("请拆分。", "Split it."),
            field="file",
        )
    table = read_table(given.read(), given.name or "list")
    header = [str(h) for h in table.header]
    documents, phones = _column(header, _DOCUMENT), _column(header, _PHONE)
    if documents is None and phones is None:
        rule = Text("没有证件号或手机号列。", "There is no column of documents or phones.")
        raise Refusal(Reason.MISSING_VALUE, rule, remedy=Text("请补充该列。", "Add one."), field="file")
    status = _column([h if n not in (documents, phones) else "" for n, h in enumerate(header)], STATUS)
    cells = [row for _, row in table.rows]
    wanted = {
        str(r[status]).strip() for r in cells if status is not None and len(r) > status and str(r[status] or "").strip()
    }
    claim = f"{header[status]}：{'、'.join(sorted(wanted)[:5])}"[:120] if status is not None and wanted else ""
    hashes = [_hashes(row, documents, phones) for row in cells]
    found = _on_record(actor, [h for h in hashes if h])
    people = list(dict.fromkeys(found[h] for h in hashes if h in found))
    return people, table.rows_in - len(cells) + len(hashes) - sum(h in found for h in hashes), claim


def _column(header: list[str], pattern: re.Pattern[str]) -> int | None:
    return next((n for n, h in enumerate(header) if h and pattern.search(h)), None)


def _hashes(row: Any, documents: int | None, phones: int | None) -> bytes | None:
    """The keyed hash of the row's document, else of its phone."""
    for column, kind in ((documents, "document"), (phones, "phone")):
        text = str(row[column] or "").strip() if column is not None and len(row) > column else ""
        if not text:
            continue
        try:
            if kind == "phone":
                return phone_hash(parse_phone(text, "phone").normal)
            read = parse_document(Kind.RESIDENT_ID, text, today=timezone.localdate(), field="document")
            return document_hash(read.kind.value, read.normal)
        except Refusal:
            continue
    return None


def _on_record(actor: Actor, hashes: list[bytes]) -> dict[bytes, uuid.UUID]:
    with connection.cursor() as cursor:
        cursor.execute(
            """select p.id, p.document_hash, p.phone_hash from record_person p join record_area a on a.id = p.area_id
               where (p.document_hash = any(%(h)s::bytea[]) or p.phone_hash = any(%(h)s::bytea[])) and p.merged_into_id is null and p.erased_at is null
                 and a.path like any(%(paths)s::text[])""",
            {"h": hashes, "paths": like_paths(actor, "restriction.issue")},
        )
        rows = cursor.fetchall()
    return {bytes(h): key for key, *held in rows for h in held if h is not None}


@page("audit_lists", "audit/lists", "audit.view", methods=("GET",))
def audit_lists(request: HttpRequest) -> HttpResponse:
    """Lists that came from outside, who brought them, what they asked for, and what was stopped. No names."""
    labels = (("at", "时间", "When"), ("unit", "提交单位", "Brought by"), ("by", "提交人", "Person"), ("source", "来源", "Source"), ("claim", "要求", "Asked for"),
              ("people", "人数", "People"), ("ground", "有在册依据", "With a ground"), ("told", "已通知", "Told"), ("state", "结果", "Result"))  # fmt: skip
    rows = []
    for r in OutsideList.objects.select_related("unit", "by", "told").order_by("-at")[:200]:
        result = (
            {"value": Text("已拦截", "stopped"), "tone": "act", "icon": "hand-stop"}
            if r.blocked
            else {"value": Text("仅核对", "compared only"), "tone": "ok", "icon": "check"}
        )
        rows.append({"cells": [
            {"value": r.at}, {"value": r.unit.name}, {"value": r.by.display_name}, {"value": r.source}, {"value": r.claim or "—"}, {"value": r.people},
            {"value": r.with_ground}, {"value": r.told.name if r.told else "—"}, result,
        ]})  # fmt: skip
    title = Text("外来名单", "Lists from outside")
    context = {
        "title": title,
        "sheet": {"key": "audit_lists", "caption": title, "rows": rows, 
                  "columns": [{"key": k, "label": Text(z, e), "number": k in ("people", "ground")} for k, z, e in labels]},
        "empty": {"title": Text("没有外来名单", "No lists"), "icon": "list-details",
                  "text": Text("提交核对的名单都记在这里。", "Every list that is brought is recorded here.")},
        "breadcrumbs": [{"url": reverse("audit"), "label": Text("审计记录", "Audit record")}, {"url": "", "label": title}],
    }  # fmt: skip
    return render(request, "trust/audit_lists.html", context)
