"""Taking documents in: several files at once, or a pasted text; few are read at once, many by the job queue with their progress shown."""

from __future__ import annotations

import base64
import uuid
from typing import Any

from django.contrib import messages
from django.db.models import Count
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import get_language

from tongchou.kernel.errors import Reason, Refusal
from tongchou.kernel.ids import new_id
from tongchou.kernel.text import Text
from tongchou.record.act import act
from tongchou.record.files import LARGEST, too_large
from tongchou.rooms.directives.likeness import copies
from tongchou.rooms.directives.models import Document
from tongchou.rooms.directives.names import DOCUMENT_STATES
from tongchou.rooms.directives.pages.register import TITLE
from tongchou.rooms.directives.reach import DRAFT, documents_of
from tongchou.rooms.directives.tasks import read_batch
from tongchou.web.fieldparts import FieldParts
from tongchou.web.pages.forms import Draft, done, form_page
from tongchou.web.pages.requests import actor_of, client_id
from tongchou.web.permission import page

AT_ONCE = 3
"""So many documents are read while the browser waits; more go to the job queue."""
HEAVY = {"text/plain": 200_000, "text/html": 200_000}
HEAVY_FILE = 3_000_000
"""Bytes above which even one document goes to the queue: reading 0.3 MB of text takes some four seconds."""
MOST = 200
_OTHER = Text("请换一个有内容的文件。", "Choose a file with something in it.")
_NEW = Text("收入文件", "Take in documents")


@page("directive_new", "directives/new", DRAFT)
def directive_new(request: HttpRequest) -> HttpResponse:
    """Upload files or paste a text."""

    def fields(d: Draft) -> list[FieldParts]:
        kinds = Text(
            "可一次选择多个：文本、网页、Word（docx）、PDF，每个不超过 20 MB、40 万字。",
            "Several at once: text, web page, Word (docx), PDF; 20 MB and 400,000 characters each at most.",
        )
        return [
            d.field(
                "files",
                Text("文件", "Files"),
                "file",
                multiple=True,
                accept=".txt,.html,.htm,.docx,.pdf",
                help=kinds,
                max=LARGEST,
            ),
            d.field(
                "text",
                Text("或粘贴文字", "Or paste the text"),
                "textarea",
                rows=10,
                help=Text("粘贴的文字同样作为原件封存。", "What is pasted is kept sealed like a file."),
            ),
            d.field(
                "title",
                Text("标题", "Title"),
                maxlength=300,
                help=Text("不填则从文中读出。", "Read from the text unless given."),
            ),
        ]

    def send() -> HttpResponse:
        return _take_in(request)

    crumbs = [{"url": reverse("directives"), "label": TITLE}, {"url": "", "label": _NEW}]
    return form_page(
        request, fields, send, title=_NEW, button=Text("上传并读取", "Send and read"), back=reverse("directives"), breadcrumbs=crumbs,
        note=Text("原件封存；读出的每条事项须经人确认才能下达。", "The original is kept sealed. Nothing is issued before a person has confirmed it."),
    )  # fmt: skip


def _take_in(request: HttpRequest) -> HttpResponse:
    """Take in what the form gives. One refused file does not keep the others out; it is named."""
    key, language = client_id(request), get_language() or "zh-hans"
    found = [f for f in request.FILES.getlist("files") if f.name]
    text = request.POST.get("text", "")
    if len(found) + bool(text.strip()) > MOST:
        rule = Text("一次最多 {n} 个文件。", "At most {n} {n|file|files} at a time.").with_(n=MOST)
        raise Refusal(Reason.TOO_MANY, rule, remedy=Text("请分批上传。", "Send them in parts."), field="files", value=len(found))
    given: list[dict[str, Any]] = []
    refused: list[Refusal] = []
    for file in found:
        try:
            if not file.size:
                raise Refusal(Reason.MISSING_VALUE, Text("文件是空的。", "The file is empty."), remedy=_OTHER, field="files")
            too_large(file.size)
        except Refusal as found_wrong:
            found_wrong.value = file.name
            refused.append(found_wrong)
            continue
        given.append({"name": file.name, "content": base64.b64encode(file.read()).decode()})
    if text.strip() or not (given or refused):
        given.append({"text": text, "title": request.POST.get("title", "").strip()})
    elif len(given) == 1 and request.POST.get("title", "").strip():
        given[0]["title"] = request.POST["title"].strip()
    new, known = _keep(request, key, given, refused)
    if refused and not new and not known:
        refused[0].field = "files" if found else refused[0].field
        raise refused[0]
    for refusal in refused:
        messages.error(request, f"{refusal.value or ''} {refusal.rule.in_(language)}".strip())
    if known:
        words = Text("{n} 份文件此前已经收入，没有重复收。", "{n} had been taken in before and were not taken in again.").with_(n=len(known))
        messages.warning(request, words.in_(language))
    return _go(request, key, new, known)


def _keep(request: HttpRequest, key: uuid.UUID, given: list[dict[str, Any]], refused: list[Refusal]) -> tuple[list[str], list[str]]:
    new: list[str] = []
    known: list[str] = []
    for n, one in enumerate(given):
        try:
            result = act("document.take_in", actor_of(request), uuid.uuid5(key, str(n)), one | {"batch": str(key)}).result
        except Refusal as refusal:
            refused.append(refusal)
            continue
        (known if result["known"] else new).append(result["document"])
    return new, known


def _go(request: HttpRequest, key: uuid.UUID, new: list[str], known: list[str]) -> HttpResponse:
    if len(new) > AT_ONCE or _heavy(new):
        read_batch.defer(batch=str(key))
        return HttpResponseRedirect(reverse("directive_batch", args=[key]))
    for document in new:
        act("document.read", actor_of(request), new_id(), {"document": document})
    if len(new) == 1:
        row = Document.objects.get(pk=new[0])
        if row.state == Document.State.FAILED:  # the page says why
            return HttpResponseRedirect(reverse("directive_document", args=[new[0]]))
        count = row.directives.count()
        said = Text("已读取，找到 {n} 条事项，请逐条确认。", "Read: {n} {n|directive|directives}, to be confirmed one by one.").with_(n=count)
        return done(request, reverse("directive_document", args=[new[0]]), said)
    if new:
        return HttpResponseRedirect(reverse("directive_batch", args=[key]))
    return HttpResponseRedirect(reverse("directive_document", args=[known[0]]))


def _heavy(new: list[str]) -> bool:
    sizes = Document.objects.filter(pk__in=new).values_list("file__media_type", "file__size")
    return any(size > HEAVY.get(kind, HEAVY_FILE) for kind, size in sizes)


@page("directive_batch", "directives/batches/<uuid:bundle>", DRAFT, methods=("GET",))
def directive_batch(request: HttpRequest, bundle: uuid.UUID) -> HttpResponse:
    """How far the reading of a batch is; the page may be left and found again."""
    actor = actor_of(request)
    found = documents_of(actor).filter(batch=bundle).order_by("taken_in_at", "pk").annotate(items=Count("directives"))
    rows = list(found.only("pk", "name", "title", "state", "failure", "batch", "exact", "near", "bands"))
    if not rows:
        raise Refusal(
            Reason.NOT_FOUND, Text("没有这一批文件。", "There is no such batch."), remedy=Text("请从文件列表查看。", "Look in the list of documents."), field="batch"
        )
    settled = sum(r.state != Document.State.WAITING for r in rows)
    finished = settled == len(rows)
    job = {
        "label": Text("读取文件", "Reading documents"), "done": settled, "total": len(rows), "failed": sum(r.state == "failed" for r in rows),
        "state": "finished" if finished else "running" if settled else "queued", "url": reverse("directive_batch", args=[bundle]),
    }  # fmt: skip
    context = {
        "job": job,
        "rows": [
            {"row": r, "state": DOCUMENT_STATES[r.state], "failure": r.failure, "copies": copies(actor, r) if finished and r.state == Document.State.READ else []}
            for r in rows
        ],
        "breadcrumbs": [{"url": reverse("directives"), "label": TITLE}, {"url": "", "label": Text("一批文件", "A batch")}],
    }
    part = bool(getattr(request, "htmx", None))
    return render(request, "directives/batch_part.html" if part else "directives/batch.html", context)
