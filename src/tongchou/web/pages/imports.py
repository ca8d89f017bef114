"""Tables that come in: people, units, the territory. Try first or import; rows in = accepted + rejected, rejected rows come back."""

from __future__ import annotations

import base64
import csv
import io
from collections.abc import Callable
from datetime import date
from itertools import islice
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import get_language

from tongchou.kernel.errors import Reason, Refusal
from tongchou.kernel.text import Text
from tongchou.record.actions.people_import import LARGEST, import_people
from tongchou.record.actions.territory import import_payload
from tongchou.record.actions.units import rejected_units
from tongchou.record.rowimport import Imported
from tongchou.record.territory.edition import KIND_NAMES, rejected_rows
from tongchou.web.fieldparts import FieldParts
from tongchou.web.pages.choices import area_choices
from tongchou.web.pages.forms import Draft, form_page
from tongchou.web.pages.requests import actor_of, client_id, do, integer
from tongchou.web.permission import page

_TABLES = ".csv,.tsv,.txt,.xlsx,.xls"
_MODES = [
    ("try", Text("先试读：只核对，不写入", "Try: check only, nothing is written")),
    ("import", Text("正式导入", "Import")),
]
Counts = list[dict[str, Any]]
SHOWN = 200


def file_fields(d: Draft) -> list[FieldParts]:
    """The file, and whether to try it or to import it."""
    told = Text(
        "CSV、TSV 或 Excel 表格，第一行为列名；UTF-8、GB18030、UTF-16 编码均可。",
        "CSV, TSV or a spreadsheet with column names in its first row; UTF-8, GB18030 or UTF-16.",
    )
    return [
        d.field("table", Text("表格文件", "File"), "file", help=told, required=True, accept=_TABLES, max=LARGEST),
        d.field("mode", Text("方式", "What to do"), "radio", choices=_MODES, required=True),
    ]


def upload(request: HttpRequest) -> tuple[bytes, str]:
    """The uploaded table's content and name. Raises Refusal when there is none, or too much."""
    given = request.FILES.get("table")
    if given is None or not given.size:
        rule = Text("没有选择文件，或文件是空的。", "No file was chosen, or it is empty.")
        raise Refusal(
            Reason.MISSING_VALUE, rule, remedy=Text("请选择要导入的表格。", "Choose the table."), field="table"
        )
    if given.size > LARGEST:
        rule = Text("文件超过 {n} MB。", "The file is larger than {n} MB.").with_(n=LARGEST >> 20)
        raise Refusal(
            Reason.TOO_LARGE,
            rule,
            remedy=Text("请拆成几个文件。", "Split it."),
            field="table",
            value=f"{given.size >> 20} MB",
        )
    return given.read(), given.name or "table"


def tell_import(
    request: HttpRequest,
    title: Text,
    result: dict[str, Any],
    counts: Counts,
    rejected: Callable[[], bytes],
    back: str,
    **more: Any,
) -> HttpResponse:
    """The outcome: counts that balance, the first rejected rows, and the file of all of them."""
    labels = (
        ("row", "行", "Row"),
        ("field", "列", "Column"),
        ("rule", "规则", "Rule"),
        ("remedy", "处理办法", "What to do"),
    )
    columns = [{"key": k, "label": Text(zh, en), "number": k == "row"} for k, zh, en in labels]
    file = rejected() if result["rejected"] else b""
    trial = request.POST.get("mode") != "import"
    context = {
        "title": title,
        "trial": trial,
        "result": result,
        "counts": counts,
        "back": back,
        "sheet": {
            "key": "rejects",
            "caption": Text("未能接收的行", "Rejected rows"),
            "columns": columns,
            "rows": _first_rejected(file),
        },
        "file": base64.b64encode(file).decode(),
        **more,
    }
    return render(request, "pages/import_result.html", context)


def _first_rejected(file: bytes) -> list[dict[str, Any]]:
    """The first rows of a rejected-rows file: its last five columns are row, field, reason, rule and remedy."""
    lines = islice(csv.reader(io.StringIO(file.decode("utf-8-sig"))), 1, SHOWN + 1)
    return [{"cells": [{"value": cell or "—"} for cell in (line[-5], line[-4], line[-2], line[-1])]} for line in lines]


def _count(zh: str, en: str, value: int) -> dict[str, Any]:
    return {"label": Text(zh, en), "value": value}


_LABELS = {
    "rows_in": Text("读入", "rows in"), "accepted": Text("接收", "accepted"), "rejected": Text("退回", "rejected"),
    "new": Text("新增", "new"), "changed": Text("变更", "changed"), "unchanged": Text("无变化", "unchanged"),
}  # fmt: skip


def counts_of(result: dict[str, Any], **words: Text) -> Counts:
    """The counts of a result, as it has them, in the order in which they are read. words: further counts, or other words for these."""
    return [{"label": label, "value": result[key]} for key, label in (_LABELS | words).items() if key in result]


def table_page(
    request: HttpRequest, verb: str, *, title: Text, back: str, parent: Text, note: Text, rejected: Callable[[bytes, str, str], bytes], **words: Text,
) -> HttpResponse:  # fmt: skip
    """The whole page of a verb that takes content and filename and nothing else. rejected: (content, file name, language) -> the rejected rows."""

    def send() -> HttpResponse:
        data, name = upload(request)
        payload = {"content": base64.b64encode(data).decode(), "filename": name}
        r = do(request, verb, payload, dry_run=request.POST.get("mode") != "import").result
        return tell_import(request, title, r, counts_of(r, **words), lambda: rejected(data, name, get_language() or "zh-hans"), back)

    return form_page(
        request, file_fields, send, title=title, button=Text("上传", "Send"), back=back, note=note, on_record={"mode": "try"},
        breadcrumbs=[{"url": back, "label": parent}, {"url": "", "label": title}],
    )  # fmt: skip


def send_rows(request: HttpRequest, run: Callable[..., Imported], title: Text, back: str, words: dict[str, Text] | None = None, **more: Any) -> HttpResponse:
    """Import the uploaded file by rows and tell the outcome. run: as `import_file` is called, after its verb and columns; more: its payload's other fields."""
    data, name = upload(request)
    found = run(actor_of(request), client_id(request), data, name, dry_run=request.POST.get("mode") != "import", **more)
    unused = Text("未使用的列：{c}", "Columns not used: {c}").with_(c=Text.listed(found.ignored)) if found.ignored else ""
    rejected = lambda: found.rejected_file(get_language() or "zh-hans")  # noqa: E731
    return tell_import(request, title, found.counts, counts_of(found.counts, **(words or {})), rejected, back, note=unused)


def rows_page(request: HttpRequest, run: Callable[..., Imported], *, title: Text, back: str, parent: Text, note: Text) -> HttpResponse:
    """The whole page of an import by rows that needs nothing but the file."""
    return form_page(
        request, file_fields, lambda: send_rows(request, run, title, back), title=title, button=Text("上传", "Send"), back=back, note=note,
        on_record={"mode": "try"}, breadcrumbs=[{"url": back, "label": parent}, {"url": "", "label": title}],
    )  # fmt: skip


@page("people_import", "people/import", "person.edit")
def people_import(request: HttpRequest) -> HttpResponse:
    """A list of people. Who is on record already is told apart from who is new."""
    actor = actor_of(request)
    title, back = Text("导入人员名单", "Import a table of people"), reverse("people")

    def fields(d: Draft) -> list[FieldParts]:
        told = Text("表中没有“社区/网格编码”列的，统一登记到这里。", "For rows without an area code.")
        return [
            *file_fields(d),
            d.field(
                "area",
                Text("所在社区或网格", "Community or grid"),
                "select",
                choices=area_choices(actor, "person.edit"),
                help=told,
            ),
        ]

    def send() -> HttpResponse:
        data, name = upload(request)
        trial = request.POST.get("mode") != "import"
        done = import_people(actor, client_id(request), data, name, dry_run=trial, area=integer(request, "area"))
        assert done.outcome is not None
        r = done.outcome.result
        counts = [
            _count("读入", "rows in", r["rows_in"]),
            _count("可登记" if trial else "已登记", "can be registered" if trial else "registered", r["accepted"]),
            _count("退回", "rejected", r["rejected"]),
            _count("其中已在册", "of these on record", r["on_record"]),
            _count("其中表内重复", "of these twice in the file", r["repeated_in_file"]),
            _count("其中辖区外在册", "of these on record elsewhere", r["on_record_elsewhere"]),
        ]
        unused = (
            Text("未使用的列：{c}", "Columns not used: {c}").with_(c=Text.listed(r["ignored_columns"]))
            if r["ignored_columns"]
            else ""
        )
        return tell_import(
            request,
            title,
            r,
            counts,
            lambda: done.rejected_file(get_language() or "zh-hans") if done.table else b"",
            back,
            note=unused,
        )

    note = Text(
        "列名可用：姓名、证件号码、证件类型、手机号、现住址、出生日期、性别、社区/网格编码、户编号。",
        "Columns: name, document, document kind, phone, address, birth date, sex, area code, household.",
    )
    return form_page(
        request,
        fields,
        send,
        title=title,
        button=Text("上传", "Send"),
        back=back,
        note=note,
        on_record={"mode": "try"},
        breadcrumbs=[{"url": back, "label": Text("人员", "People")}, {"url": "", "label": title}],
    )


@page("units_import", "units/import", "unit.edit")
def units_import(request: HttpRequest) -> HttpResponse:
    """A list of units: new ones are added, known ones changed."""
    title, back = Text("批量导入单位", "Import units"), reverse("units")

    note = Text(
        "列名：name、kind、code、area_code、name_en；单位以代码识别，没有代码的以所在区域和名称识别。",
        "Columns: name, kind, code, area_code, name_en. A unit is known by its code, else by area and name.",
    )
    return table_page(
        request, "unit.import_table", title=title, back=back, parent=Text("单位与岗位", "Units and posts"), note=note,
        rejected=lambda data, name, language: rejected_units(actor_of(request), data, name, language),
    )  # fmt: skip


@page("territory_import", "territory/import", "territory.edit")
def territory_import(request: HttpRequest) -> HttpResponse:
    """A new edition of the territory: what is new, renamed, moved, recoded or ended is shown before it is stored."""
    title, back = Text("导入区划", "Import the territory"), reverse("territory")

    def fields(d: Draft) -> list[FieldParts]:
        return [
            *file_fields(d),
            d.field(
                "edition",
                Text("版本名称", "Name of the edition"),
                required=True,
                maxlength=60,
                help=Text("如：统计用区划代码 2021", "For example: statistical codes 2021"),
            ),
            d.field("in_force", Text("自何日起施行", "In force from"), "date", required=True),
            d.field("source", Text("来源", "Source"), maxlength=200),
        ]

    def send() -> HttpResponse:
        data, name = upload(request)
        payload = import_payload(
            data, name, request.POST.get("edition", ""), _day(request, "in_force"), request.POST.get("source", "")
        )
        r = do(request, "territory.import", payload, dry_run=request.POST.get("mode") != "import").result
        counts = [
            _count("读入", "rows in", r["rows_in"]),
            _count("接收", "accepted", r["accepted"]),
            _count("退回", "rejected", r["rejected"]),
        ]
        counts += [{"label": t, "value": r[k]} for k, t in KIND_NAMES.items() if k in r]
        counts.append(_count("无变化", "unchanged", r["unchanged"]))
        rejected = lambda: rejected_rows(actor_of(request), data, name, get_language() or "zh-hans")  # noqa: E731
        return tell_import(request, title, r, counts, rejected, back, changes_sheet=_changes(r["changes"]))

    return form_page(
        request,
        fields,
        send,
        title=title,
        button=Text("上传", "Send"),
        back=back,
        on_record={"mode": "try", "in_force": timezone.localdate().isoformat()},
        breadcrumbs=[{"url": back, "label": Text("区划", "Territory")}, {"url": "", "label": title}],
    )


def _day(request: HttpRequest, name: str) -> date:
    given = request.POST.get(name, "")
    try:
        return date.fromisoformat(given)
    except ValueError:
        rule = Text("不是有效的日期。", "This is no valid date.")
        raise Refusal(
            Reason.IMPOSSIBLE_DATE,
            rule,
            remedy=Text("请按“2026-11-23”的格式填写。", "Write it like 2026-11-23."),
            field=name,
            value=given[:40],
        ) from None


def _changes(changes: list[dict[str, Any]]) -> dict[str, Any]:
    labels = (("what", "变动", "Change"), ("old", "原代码和名称", "Before"), ("new", "新代码和名称", "After"))
    rows = []
    for c in changes:
        kinds = [KIND_NAMES.get(k, Text(k, k)) for k in c["kinds"]]
        what = Text("、".join(k.zh for k in kinds), ", ".join(k.en for k in kinds))
        old = f"{c['old_code']} {c['old_name']}" if c["old_code"] else "—"
        new = f"{c['code']} {c['name']}" if c["code"] else "—"
        rows.append({"cells": [{"value": what}, {"value": old}, {"value": new}]})
    return {
        "key": "changes",
        "caption": Text("变动（前 500 项）", "Changes (the first 500)"),
        "columns": [{"key": k, "label": Text(zh, en)} for k, zh, en in labels],
        "rows": rows,
    }
