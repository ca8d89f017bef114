"""A table for many units: the one to fill in, and what comes back, tried first or recorded; rows that are not taken come back with the reason."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.urls import reverse
from django.utils.translation import get_language

from tongchou.kernel.errors import Reason, Refusal
from tongchou.kernel.text import Text
from tongchou.record.access import Actor
from tongchou.rooms.requests.actions.table import import_answers
from tongchou.rooms.requests.owing import owed_table
from tongchou.rooms.requests.pages.answer import ANSWERING
from tongchou.rooms.requests.pages.words import TITLE, field_title, value_text
from tongchou.rooms.requests.reach import ANSWER
from tongchou.web.fieldparts import FieldParts
from tongchou.web.pages.forms import Draft, form_page
from tongchou.web.pages.imports import counts_of, file_fields, tell_import, upload
from tongchou.web.pages.requests import actor_of, client_id
from tongchou.web.pages.spreadsheets import asked_for, sheet_file
from tongchou.web.permission import page

_TITLE = Text("用表格填报", "Answer with a table")


@page("answer_table", "requests/answer/table", ANSWER)
def answer_table(request: HttpRequest) -> HttpResponse:
    """Download what is owed as a table, fill it in, upload or paste it."""
    actor = actor_of(request)
    if asked_for(request):
        return _to_fill_in(request, actor)

    def fields(d: Draft) -> list[FieldParts]:
        file, mode = file_fields(d)
        told = Text("从表格软件中复制后粘贴，首行是列名；上传文件的不用粘贴。", "Copied from a spreadsheet, with the names of the columns; not needed with a file.")
        return [replace(file, required=False), d.field("pasted", Text("或粘贴表格", "Or paste it"), "textarea", rows=8, help=told), mode]

    def send() -> HttpResponse:
        data, name = _content(request)
        found = import_answers(actor, client_id(request), data, name, dry_run=request.POST.get("mode") != "import")
        words = {"facts": Text("数据项", "data recorded"), "answered": Text("完成填报", "requests answered")}
        unused = Text("未使用的列：{c}", "Columns not used: {c}").with_(c=Text.listed(found.ignored)) if found.ignored else ""
        rejected = lambda: found.rejected_file(get_language() or "zh-hans")  # noqa: E731
        return tell_import(request, _TITLE, found.counts, counts_of(found.counts, **words), rejected, reverse("requests"), note=unused)

    note = Text(
        "先下载待填表：列出管理范围内待填报的单位和数据项，系统已有的已填好。空格表示没有填报；不掌握的填“不掌握”；没有发生的，“零报告”一列填“是”。每行单独接收，有问题的行连同原因退回。",
        "Download the table first: the units within your reach that owe something, with what is on record filled in. An empty cell says nothing; write “unknown” "
        "for what is not known, and “yes” under nil report where nothing happened. Each row is taken by itself; one with a fault comes back with the reason.",
    )
    crumbs = [{"url": reverse("requests"), "label": TITLE}, {"url": reverse("answer"), "label": ANSWERING}, {"url": "", "label": _TITLE}]
    return form_page(
        request, fields, send, title=_TITLE, button=Text("上传", "Send"), back=reverse("answer"), breadcrumbs=crumbs, note=note, on_record={"mode": "try"},
        template="requests/answer_table.html",
    )  # fmt: skip


def _to_fill_in(request: HttpRequest, actor: Actor) -> HttpResponse:
    found = owed_table(actor)
    if not found.lines:
        rule = Text("管理范围内没有待填报的单位。", "No unit within your reach owes an answer.")
        raise Refusal(Reason.CONFLICT, rule, remedy=Text("有新的数据需求时再下载。", "Download it when data are asked for."))
    header = [Text("单位", "Unit"), Text("单位代码", "Code"), *(field_title(f) for f in found.fields), *([Text("零报告", "Nil report")] if found.nil else [])]
    rows: list[list[Any]] = [
        [x.name, x.code, *(value_text(x.known.get(f.pk)) for f in found.fields), *([""] if found.nil else [])] for x in found.lines
    ]  # fmt: skip
    return sheet_file(request, Text("待填报数据", "Data to be reported"), header, rows)


def _content(request: HttpRequest) -> tuple[bytes, str]:
    """What was uploaded, else what was pasted, as a file."""
    pasted = request.POST.get("pasted", "").strip("\n")
    if request.FILES.get("table") or not pasted.strip():
        if not request.FILES.get("table"):
            rule = Text("没有粘贴表格，也没有选择文件。", "Nothing was pasted and no file chosen.")
            raise Refusal(Reason.MISSING_VALUE, rule, remedy=Text("请选择文件或粘贴表格。", "Choose a file or paste the table."), field="pasted")
        return upload(request)
    return pasted.encode(), "pasted.tsv" if "\t" in pasted.splitlines()[0] else "pasted.csv"
