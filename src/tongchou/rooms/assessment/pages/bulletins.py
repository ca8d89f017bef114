"""Official documents: the list, a draft (composed from the record or written), signing, signing for, and the file."""

from __future__ import annotations

import uuid
from collections.abc import Callable
from datetime import date, timedelta
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse

from tongchou.documents.model import FORMS, Block, Heading, Paragraph
from tongchou.kernel.clock import SHANGHAI, parse_date
from tongchou.kernel.errors import Reason, Refusal
from tongchou.kernel.text import Text
from tongchou.record.access import Actor
from tongchou.record.models import Loop, Unit
from tongchou.record.questions.drafts import DraftSource, draft_sources
from tongchou.record.questions.loopfile import loop_file
from tongchou.record.territory.names import told_apart
from tongchou.rooms.assessment.blocks import HOW, as_text, store
from tongchou.rooms.assessment.compose import (
    CHAIN,
    chain_letter,
    daily_brief,
    monthly_report,
    resumption_brief,
    score_bulletin,
)
from tongchou.rooms.assessment.definition import in_force
from tongchou.rooms.assessment.models import Bulletin
from tongchou.rooms.assessment.pages.month import kinds_of, month_of
from tongchou.rooms.assessment.pages.scores import period_of
from tongchou.rooms.assessment.pages.sources import linked, source_of
from tongchou.rooms.assessment.periods import Period
from tongchou.rooms.assessment.reach import bulletin_in_reach, bulletins_of, may_work_on
from tongchou.rooms.assessment.setting import as_document, number_of
from tongchou.web.fieldparts import FieldParts
from tongchou.web.pages.forms import Draft, done, form_page
from tongchou.web.pages.names import KINDS
from tongchou.web.pages.papers import FORMATS, paper_file
from tongchou.web.pages.requests import actor_of, do, integer, now
from tongchou.web.permission import Nav, page

_TITLE = Text("公文", "Documents")
_CALLED = ("street", "hq_department", "department", "special_team", "supervision_group", "community")
PAGE = 100
_URGENCY = {"特急": Text("特急", "most urgent"), "加急": Text("加急", "urgent")}


def _state(row: Bulletin) -> dict[str, Any]:
    if row.withdrawn_at is not None:
        return {"label": Text("已撤回", "withdrawn"), "tone": "", "icon": "x"}
    if row.signed_at is not None:
        return {"label": Text("已签发", "issued"), "tone": "ok", "icon": "circle-check"}
    return {"label": Text("待签发", "to be signed"), "tone": "warn", "icon": "clock"}


@page("bulletins", "documents", "bulletin.view", methods=("GET",), nav=Nav(_TITLE, "file-text"))
def bulletins(request: HttpRequest) -> HttpResponse:
    """What is to be signed, what was issued, what one's unit has to sign for; the latest first."""
    actor = actor_of(request)
    mine = set(actor.unit_ids("bulletin.view"))
    rows = list(bulletins_of(actor).prefetch_related("receipts").order_by("-drafted_at")[:PAGE])
    labels = (("title", "标题", "Title"), ("number", "文号", "Number"), ("form", "文种", "Form"), ("issuer", "发文机关", "Issuer"), ("state", "状态", "State"),
              ("at", "时间", "Time"), ("receipts", "签收", "Signed for"))  # fmt: skip
    lines = []
    for r in rows:
        got = {x.unit_id for x in r.receipts.all()}
        owes = r.signed_at is not None and r.withdrawn_at is None and bool(mine & set(r.to_units) - got)
        receipts: Any = Text("待签收", "to be signed for") if owes else f"{len(got)}/{len(r.to_units)}" if r.to_units else Text("—", "—")
        state = _state(r)
        cells = [
            {"value": r.title, "url": reverse("bulletin", args=[r.pk])}, {"value": number_of(r) or Text("—", "—")}, {"value": FORMS[r.form]},
            {"value": r.issuer.name}, {"value": state["label"], "tone": state["tone"], "icon": state["icon"]}, {"value": r.signed_at or r.drafted_at},
            {"value": receipts, "tone": "warn", "icon": "clock"} if owes else {"value": receipts},
        ]  # fmt: skip
        lines.append({"cells": cells})
    context = {
        "title": _TITLE,
        "sheet": {"key": "bulletins", "caption": _TITLE, "columns": [{"key": k, "label": Text(z, e)} for k, z, e in labels], "rows": lines},
        "can_draft": actor.permits("bulletin.draft"),
        "empty": {
            "title": Text("还没有公文", "No documents yet"),
            "text": Text("签发给本单位的公文会列在这里。", "What is issued to your unit is listed here."),
            "icon": "file-text",
        },
    }  # fmt: skip
    return render(request, "assessment/bulletins.html", context)


def _unit_choices(actor: Actor) -> list[tuple[int, str]]:
    """Units within reach; of the same name (there are three 安康社区 in three streets) with the area above."""
    rows = Unit.objects.filter(kind__in=_CALLED, active_to=None).select_related("area").order_by("kind", "name_key", "pk")
    paths = (*actor.area_paths("bulletin.draft"), *actor.area_paths("bulletin.sign"))
    found = [u for u in rows if any(u.area.path.startswith(p) for p in paths)][:400]
    return told_apart([(u.pk, u.name) for u in found])


def _fields(actor: Actor, forms: bool) -> Callable[[Draft], list[FieldParts]]:
    def fields(d: Draft) -> list[FieldParts]:
        whole = Text("不选则只发给下面逐个勾选的单位。", "Besides those ticked below.")
        shown = [
            FieldParts("composed_at", Text("生成时间", "Composed"), "hidden", d.value("composed_at") or now().isoformat()),
            d.field("title", Text("标题", "Title"), required=True, maxlength=200),
            d.field("body", Text("正文", "Body"), "textarea", rows=24, required=True, help=HOW),
            d.field("present", Text("出席", "Present"), "textarea", rows=4, help=Text("纪要用；一行一人，写单位和姓名。", "For minutes: one to a line, unit and name.")),
            d.field("whole", Text("整类主送", "To all of a kind"), "checkboxes", choices=[(k, KINDS[k]) for k in _CALLED], help=whole),
            d.field("to", Text("主送单位", "To"), "checkboxes", choices=_unit_choices(actor)),
            d.field("copies", Text("抄送", "Copies to"), help=Text("用逗号分开。", "Separate with commas.")),
            d.field("note", Text("附注", "Note"), maxlength=200, help=Text("如联系人和电话。", "Such as whom to ask.")),
            d.field("attachments", Text("附件", "Attachments"), "textarea", rows=2, help=Text("一行一件，只写名称。", "One title to a line.")),
            d.field("urgency", Text("紧急程度", "Urgency"), "select", choices=[("", Text("不标", "none")), *_URGENCY.items()]),
            d.field("signer", Text("签发人", "Signer"), maxlength=40,
                    help=Text("上行文填写；填写后只能由其本人签发。", "For what goes up; then only that person signs it.")),
        ]
        return [d.field("form", Text("文种", "Form"), "select", choices=list(FORMS.items()), required=True), *shown] if forms else shown

    return fields


def _content(request: HttpRequest, actor: Actor) -> dict[str, Any]:
    whole = set(request.POST.getlist("whole")) & set(_CALLED)
    offered = dict(_unit_choices(actor))
    to = {int(u) for u in request.POST.getlist("to") if u.isdigit()}
    if whole:
        to |= set(Unit.objects.filter(kind__in=whole, active_to=None, pk__in=offered).values_list("pk", flat=True))
    copies = [c.strip() for c in request.POST.get("copies", "").replace("，", ",").replace("、", ",").split(",") if c.strip()]
    return {
        "title": request.POST.get("title", "").strip(), "to": sorted(to), "copies": copies, "body": request.POST.get("body", ""),
        "note": request.POST.get("note", "").strip(), "present": _rows(request, "present"), "attachments": _rows(request, "attachments"),
        "urgency": request.POST.get("urgency", ""), "signer": request.POST.get("signer", "").strip(),
    }  # fmt: skip


def _rows(request: HttpRequest, name: str) -> list[str]:
    """What is typed one to a line."""
    return [line.strip() for line in request.POST.get(name, "").splitlines() if line.strip()]


@page("bulletin_new", "documents/new", "bulletin.draft")
def bulletin_new(request: HttpRequest) -> HttpResponse:
    """Draft one: empty, or composed from the record (?compose=scores | brief | month | resumption, or ?loop=...)."""
    actor = actor_of(request)
    on_record = _composed(request, actor) if request.method == "GET" else {}
    source = _source(request)

    def send() -> HttpResponse:
        at = request.POST.get("composed_at", "")[:40] or now().isoformat()
        given = _content(request, actor) | {"form": request.POST.get("form", "document"), "source": source | {"at": at} if source else {}}
        made = do(request, "bulletin.draft", given).result["bulletin"]
        return done(request, reverse("bulletin", args=[made]), Text("草稿已保存，请核对后送签。", "Kept as a draft: check it, then have it signed."))

    title = Text("起草公文", "Draft a document")
    note = Text("由系统记录生成的内容请逐项核对；签发后不能改动。", "Check whatever was composed from the record; once signed it does not change.")
    crumbs = [{"url": reverse("bulletins"), "label": _TITLE}, {"url": "", "label": title}]
    return form_page(
        request, _fields(actor, True), send, title=title, button=Text("保存草稿", "Keep the draft"), back=reverse("bulletins"), note=note,
        breadcrumbs=crumbs, on_record=on_record,
    )  # fmt: skip


def _source(request: HttpRequest) -> dict[str, str]:
    """What a draft is composed from, so that each figure can lead back to its question."""
    out = {k: request.GET[k][:60] for k in ("compose", "kind", "first", "last", "loop", "key") if k in request.GET}
    if out.get("compose") == "week":
        last = now().astimezone(SHANGHAI).date() - timedelta(days=1)
        out |= {"compose": "scores", "first": str(last - timedelta(days=6)), "last": str(last)}
    if out.get("compose") == "month":
        over = month_of(request)
        return {"compose": "month", "first": str(over.first), "last": str(over.last), "kinds": ",".join(kinds_of(request, over))}
    if out.get("compose") == "resumption":
        out |= {"first": str(_day_of(request))}
    if out.get("compose") == "scores":
        over = period_of(request)
        out = {"kind": in_force(over.last).ranked[0], "first": str(over.first), "last": str(over.last)} | out
    return out


def _day_of(request: HttpRequest) -> date:
    """The day of a daily report: ?first=, today when it is left out; none to come."""
    typed, today = request.GET.get("first", ""), now().astimezone(SHANGHAI).date()
    day = parse_date(typed, "first") if typed else today
    if day > today:
        rule = Text("日报的日期不能晚于今天。", "A daily report is not of a day to come.")
        raise Refusal(Reason.IMPOSSIBLE_DATE, rule, remedy=Text("请选择今天或以前。", "Choose today or before."), field="first", value=str(day))
    return day


def _composed(request: HttpRequest, actor: Actor) -> dict[str, Any]:
    """What the form holds at first."""
    compose, at = request.GET.get("compose", ""), now()
    if compose == "scores":
        over = period_of(request)
        kind = request.GET.get("kind") or in_force(over.last).ranked[0]
        title, body = score_bulletin(actor, kind, KINDS[kind].zh, over, at) if kind in KINDS else ("", [])
        return {"form": "bulletin", "title": title, "body": as_text(store(body)), "whole": [kind]}
    if compose == "week":
        last = at.astimezone(SHANGHAI).date() - timedelta(days=1)
        over, kind = Period(last - timedelta(days=6), last), in_force(last).ranked[0]
        title, body = score_bulletin(actor, kind, KINDS[kind].zh, over, at)
        return {"form": "bulletin", "title": title, "body": as_text(store(body)), "whole": [kind]}
    if compose == "brief":
        title, body = daily_brief(actor, at)
        return {"form": "brief", "title": title, "body": as_text(store(body))}
    if compose == "month":
        over = month_of(request)
        title, body = monthly_report(actor, over, at, kinds_of(request, over))
        return {"form": "brief", "title": title, "body": as_text(store(body))}
    if compose == "resumption":
        title, body = resumption_brief(actor, _day_of(request), at)
        return {"form": "brief", "title": title, "body": as_text(store(body))}
    if compose in draft_sources():
        return _of_source(request, actor, draft_sources()[compose])
    if request.GET.get("loop"):
        return _of_loop(request, actor)
    return {"form": "document"}


def _of_source(request: HttpRequest, actor: Actor, source: DraftSource) -> dict[str, Any]:
    """What a room composes, such as minutes of a meeting."""
    try:
        key = uuid.UUID(request.GET.get("key", ""))
    except ValueError:
        rule = Text("没有找到所依据的记录。", "There is no such record to draft from.")
        raise Refusal(Reason.NOT_FOUND, rule, remedy=Text("请从其页面进入。", "Open it from its own page."), field="key") from None
    found = source.compose(actor, key)
    return {"form": found.form, "title": found.title, "body": found.body, "to": found.to, "present": "\n".join(found.present)}


def _of_loop(request: HttpRequest, actor: Actor) -> dict[str, Any]:
    """A notice of a task: what is asked, of whom, until when. Of a block of the supply chain: a letter that asks for help."""
    try:
        found = loop_file(actor, uuid.UUID(request.GET["loop"])).loop
    except ValueError:
        rule = Text("没有找到该事项。", "There is no such loop.")
        raise Refusal(Reason.NOT_FOUND, rule, remedy=Text("请从事项页面进入。", "Open it from the loop's page."), field="loop") from None
    if found.kind == CHAIN:
        title, letter = chain_letter(found)
        return {"form": "letter", "title": title, "body": as_text(store(letter))}
    due = found.due_at.astimezone(SHANGHAI)
    body: list[Block] = [Paragraph(f"为做好{found.title}工作，现就有关事项通知如下。"), Heading("工作内容")]
    body += [Paragraph(line.strip()) for line in (found.detail or found.title).splitlines() if line.strip()]
    body += [Heading("时限要求"), Paragraph(f"请于{due.year}年{due.month}月{due.day}日{due:%H}时前办结，并在系统中反馈。")]
    units = list(Loop.objects.filter(parent=found).values_list("owner_unit_id", flat=True)) or [found.owner_unit_id]
    return {"form": "document", "title": f"关于{found.title}的通知", "body": as_text(store(body)), "to": list(dict.fromkeys(units))}


@page("bulletin", "documents/<uuid:bulletin>", "bulletin.view", methods=("GET",))
def bulletin(request: HttpRequest, bulletin: uuid.UUID) -> HttpResponse:
    """One document as it will be set, and what may be done with it."""
    actor = actor_of(request)
    row = bulletin_in_reach(actor, bulletin)
    document = as_document(row)
    units = dict(told_apart(list(Unit.objects.filter(pk__in=row.to_units).values_list("pk", "name"))))
    got = {r.unit_id: r for r in row.receipts.select_related("account")}
    owed = [u for u in actor.unit_ids("bulletin.view") if u in units and u not in got]
    live = row.withdrawn_at is None
    context = {
        "row": row,
        "document": document,
        "blocks": linked(actor, row, document.body),
        "source": source_of(actor, row),
        "number": number_of(row),
        "badges": [_state(row)],
        "receipts": [{"name": name, "receipt": got.get(key)} for key, name in units.items()] if may_work_on(actor, row) else [],
        "owes": row.signed_at is not None and live and bool(owed),
        "can_edit": row.signed_at is None and live and actor.sees_path("bulletin.draft", row.issuer.area.path),
        "can_sign": row.signed_at is None and live and actor.sees_path("bulletin.sign", row.issuer.area.path) and row.drafted_by_id != actor.account_id,
        "can_withdraw": live and actor.sees_path("bulletin.sign", row.issuer.area.path),
        "breadcrumbs": [{"url": reverse("bulletins"), "label": _TITLE}, {"url": "", "label": row.title[:30]}],
    }
    return render(request, "assessment/bulletin.html", context)


@page("bulletin_edit", "documents/<uuid:bulletin>/edit", "bulletin.draft")
def bulletin_edit(request: HttpRequest, bulletin: uuid.UUID) -> HttpResponse:
    """Change a draft; refused when somebody else has changed it meanwhile."""
    actor = actor_of(request)
    row = bulletin_in_reach(actor, bulletin)
    seen = integer(request, "seen_version") or row.version

    def fields(d: Draft) -> list[FieldParts]:
        return [FieldParts("seen_version", Text("稿次", "Version"), "hidden", str(seen)), *_fields(actor, False)(d)]

    def send() -> HttpResponse:
        do(request, "bulletin.edit", _content(request, actor) | {"bulletin": str(bulletin), "seen_version": seen})
        return done(request, reverse("bulletin", args=[bulletin]), Text("已保存。", "Kept."))

    title = Text("修改草稿", "Edit the draft")
    back = reverse("bulletin", args=[bulletin])
    crumbs = [{"url": reverse("bulletins"), "label": _TITLE}, {"url": back, "label": row.title[:30]}, {"url": "", "label": title}]
    on_record = {"title": row.title, "to": row.to_units, "body": as_text(row.body), "copies": "，".join(row.copies), "note": row.note}
    on_record |= {"present": "\n".join(row.present), "attachments": "\n".join(row.attachments), "urgency": row.urgency, "signer": row.signer}
    return form_page(
        request, fields, send, title=title, button=Text("保存", "Keep"), back=back, breadcrumbs=crumbs, on_record=on_record
    )


@page("bulletin_sign", "documents/<uuid:bulletin>/sign", "bulletin.sign", methods=("POST",))
def bulletin_sign(request: HttpRequest, bulletin: uuid.UUID) -> HttpResponse:
    """Sign and issue."""
    bulletin_in_reach(actor_of(request), bulletin)
    do(request, "bulletin.sign", {"bulletin": str(bulletin), "seen_version": integer(request, "seen_version") or 0})
    row = Bulletin.objects.get(pk=bulletin)
    return done(request, reverse("bulletin", args=[bulletin]), Text("已签发：{n}。", "Issued: {n}.").with_(n=number_of(row)))


@page("bulletin_withdraw", "documents/<uuid:bulletin>/withdraw", "bulletin.sign", methods=("POST",))
def bulletin_withdraw(request: HttpRequest, bulletin: uuid.UUID) -> HttpResponse:
    """Withdraw with a reason."""
    bulletin_in_reach(actor_of(request), bulletin)
    do(request, "bulletin.withdraw", {"bulletin": str(bulletin), "reason": request.POST.get("reason", "")})
    return done(request, reverse("bulletin", args=[bulletin]), Text("已撤回。", "Withdrawn."))


@page("bulletin_receive", "documents/<uuid:bulletin>/receive", "bulletin.view", methods=("POST",))
def bulletin_receive(request: HttpRequest, bulletin: uuid.UUID) -> HttpResponse:
    """Sign for it on behalf of one's unit."""
    do(request, "bulletin.receive", {"bulletin": str(bulletin)})
    return done(request, reverse("bulletin", args=[bulletin]), Text("已签收。", "Signed for."))


@page("bulletin_file", "documents/<uuid:bulletin>/<slug:format>", "bulletin.view", methods=("GET",))
def bulletin_file(request: HttpRequest, bulletin: uuid.UUID, format: str) -> HttpResponse:
    """The document as Word or PDF."""
    row = bulletin_in_reach(actor_of(request), bulletin)
    if format not in FORMATS:
        rule = Text("没有这种格式。", "There is no such format.")
        raise Refusal(Reason.NOT_FOUND, rule, remedy=Text("可下载 Word 或 PDF。", "Take Word or PDF."), field="format", value=format)
    return paper_file(as_document(row), format, f"{number_of(row) or '草稿'} {row.title}", "document")
