"""The work list in bulk: selecting loops, what can be done for all of them, how far it is, and what came of each."""

from __future__ import annotations

import uuid
from typing import Any

from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse

from tongchou.kernel.errors import Reason, Refusal
from tongchou.kernel.text import Text
from tongchou.record.access import Actor
from tongchou.record.act import act
from tongchou.record.loops.kinds import kind_of
from tongchou.record.loops.selecting import BULK, MOST, Way, carry, stages_of, ways_of
from tongchou.record.models import Account, LoopSelection
from tongchou.record.questions.selections import RefusedLoop, Tally, own_selection, owners_of, refused_loops, tally
from tongchou.web.fieldparts import FieldParts
from tongchou.web.pages.forms import Draft, form_page
from tongchou.web.pages.loops import unit_choices
from tongchou.web.pages.requests import actor_of, client_id, do, integer, moment, now, polled
from tongchou.web.pages.shown import stage_badge
from tongchou.web.pages.spreadsheets import asked_for, cells_of, sheet_file
from tongchou.web.pages.work import filter_of
from tongchou.web.permission import page

AT_ONCE = 50
"""So many are dealt with before the page answers; more go to the job queue, with progress to look at."""
SHOWN = 500
"""Refusals on the page; the spreadsheet has all of them."""
_WORK = Text("待办", "Work list")
_TITLE = Text("批量办理", "In bulk")
_STATES = {
    "draft": (Text("未提交", "not yet asked for"), "", "clock"), "waiting": (Text("排队中", "waiting"), "", "hourglass"),
    "running": (Text("进行中", "running"), "info", "refresh"), "done": (Text("已完成", "finished"), "ok", "circle-check"),
}  # fmt: skip


@page("work_bulk", "work/bulk", BULK, methods=("POST",))
def work_bulk(request: HttpRequest) -> HttpResponse:
    """Keep the selection: those ticked, all that fit the filters of the address, or those that an earlier selection refused. A step that
    asks for nothing more is taken at once, anything else is asked on the selection's page.
    """
    actor, way = actor_of(request), request.POST.get("action", "")
    chosen = _chosen(request, actor, way)
    made = act("loop.select", actor, uuid.uuid5(client_id(request), "select"), chosen).result["selection"]
    if way not in ("all", "more", ""):
        do(request, "loop.select_start", {"selection": made, "way": way, "note": request.POST.get("note", "")})
        _carry_small(actor, uuid.UUID(made))
    return HttpResponseRedirect(reverse("work_selection", args=[made]))


def _chosen(request: HttpRequest, actor: Actor, way: str) -> dict[str, Any]:
    if way == "all":
        wanted = filter_of(request)
        names = ("view", "kind", "stage", "level", "late", "urgent", "owner_unit", "area", "text", "here")
        return {"found": {name: getattr(wanted, name) for name in names}}
    again = request.POST.get("again", "")
    if again:
        return {"loops": [str(r.loop) for r in refused_loops(actor, own_selection(actor, _uuid(again, "again")).pk)]}
    return {"loops": [str(_uuid(p, "pick")) for p in request.POST.getlist("pick")]}


def _uuid(given: str, field: str) -> uuid.UUID:
    try:
        return uuid.UUID(given)
    except ValueError:
        raise Refusal(Reason.INVALID_VALUE, Text("编号格式不正确。", "This is no id."), field=field, value=given[:40]) from None


def _carry_small(actor: Actor, selection: uuid.UUID) -> None:
    if own_selection(actor, selection).total <= AT_ONCE:
        carry(selection)


@page("work_selections", "work/selections", BULK, methods=("GET",))
def work_selections(request: HttpRequest) -> HttpResponse:
    """One's own last selections: what was asked for and what came of it."""
    labels = (
        ("at", "时间", "When"), ("title", "办理", "What"), ("state", "状态", "State"), ("total", "选中", "Selected"),
        ("done", "已办", "Done"), ("refused", "未办", "Refused"),
    )  # fmt: skip
    columns = [{"key": k, "label": Text(zh, en), "number": k in ("total", "done", "refused")} for k, zh, en in labels]
    rows = []
    for row in LoopSelection.objects.filter(account_id=actor_of(request).account_id or 0).order_by("-made_at")[:30]:
        sums, (label, tone, icon) = tally(row.pk), _STATES[row.state]
        cells = [{"value": row.made_at, "url": reverse("work_selection", args=[row.pk])}, {"value": _title(row)}, {"value": label, "tone": tone, "icon": icon}]
        rows.append({"cells": [*cells, *({"value": n} for n in (row.total, sums.done, sums.refused))]})
    told = Text("在待办中勾选，或按筛选条件全选。", "Tick loops on the work list, or select all that fit.")
    empty = {"title": Text("还没有批量办理过", "Nothing yet"), "text": told, "icon": "list-check", "action_url": reverse("work"), "action_label": _WORK}
    title = Text("批量办理记录", "Dealt with in bulk")
    crumbs = [{"url": reverse("work"), "label": _WORK}, {"url": "", "label": title}]
    sheet = {"key": "selections", "caption": _TITLE, "columns": columns, "rows": rows}
    return render(request, "pages/selections.html", {"title": title, "sheet": sheet, "empty": empty, "breadcrumbs": crumbs})


def _title(row: LoopSelection) -> Text:
    return Text.from_dict(row.title) if row.title else _TITLE


@page("work_selection", "work/selections/<uuid:selection>", BULK)
def work_selection(request: HttpRequest, selection: uuid.UUID) -> HttpResponse:
    """What can be done for the selection; progress while it is done; then the counts, and every refusal with its reason and remedy."""
    actor = actor_of(request)
    row = own_selection(actor, selection)
    if row.state == LoopSelection.State.DRAFT:
        return _ask(request, actor, row)
    sums, url = tally(row.pk), reverse("work_selection", args=[row.pk])
    job = _job(row, sums, url)
    if (answer := polled(request, job)) is not None:
        return answer
    sheet = _refusals(refused_loops(actor, row.pk, None if asked_for(request) else SHOWN))
    if asked_for(request):
        return sheet_file(request, Text("未办事项", "Not done"), *cells_of(sheet))
    label, tone, icon = _STATES[row.state]
    context = {
        "row": row, "title": _title(row), "job": job, "badges": [{"label": label, "tone": tone, "icon": icon}], "refused": sums.refused, "shown": len(sheet["rows"]),
        "counts": [
            {"label": Text("选中", "selected"), "value": row.total}, {"label": Text("已办", "done"), "value": sums.done},
            {"label": Text("未办", "refused"), "value": sums.refused},
        ],
        "sheet": sheet | {"export": True}, "breadcrumbs": _crumbs(_title(row)), "runs_url": reverse("work_selections"),
    }  # fmt: skip
    return render(request, "pages/selection.html", context)


def _crumbs(last: Text) -> list[dict[str, Any]]:
    return [{"url": reverse("work"), "label": _WORK}, {"url": reverse("work_selections"), "label": _TITLE}, {"url": "", "label": last}]


def _job(row: LoopSelection, sums: Tally, url: str) -> dict[str, Any] | None:
    """What components/progress.html shows of a selection that is not over."""
    if row.state == LoopSelection.State.DONE:
        return None
    state = "queued" if row.state == LoopSelection.State.WAITING else "running"
    return {"label": _title(row), "done": sums.done + sums.refused, "total": row.total, "failed": sums.refused, "state": state, "url": url}


def _refusals(rows: list[RefusedLoop]) -> dict[str, Any]:
    labels = (
        ("title", "事项", "Title"), ("why", "未办原因", "Why not"), ("remedy", "怎么办", "What to do"), ("kind", "类型", "Kind"), ("stage", "阶段", "Stage"),
        ("owner", "牵头单位", "Lead unit"), ("place", "序号", "No."), ("id", "编号", "Id"),
    )  # fmt: skip
    columns = [{"key": k, "label": Text(zh, en), "number": k == "place", "off": k == "id"} for k, zh, en in labels]
    return {"key": "refused", "caption": Text("未办事项", "Not done"), "columns": columns, "rows": [{"cells": _cells(r)} for r in rows]}


def _cells(r: RefusedLoop) -> list[dict[str, Any]]:
    why: list[dict[str, Any]] = [{"value": r.rule}, {"value": r.remedy or Text("—", "—")}]
    end: list[dict[str, Any]] = [{"value": r.place}, {"value": str(r.loop)}]
    if r.title is None or r.edition is None or r.stage is None:
        unseen: dict[str, Any] = {"value": Text("不在管理范围", "outside your area")}
        return [unseen, *why, *({"value": Text("—", "—")} for _ in range(3)), *end]
    kind = kind_of(r.edition)
    badge = stage_badge(kind, r.stage)
    seen: dict[str, Any] = {"value": r.title, "url": reverse("loop", args=[r.loop])}
    return [seen, *why, {"value": kind.title}, {"value": badge["label"], "tone": badge["tone"], "icon": badge["icon"]}, {"value": r.owner}, *end]


def _ask(request: HttpRequest, actor: Actor, row: LoopSelection) -> HttpResponse:
    """The form of a selection with which nothing has been done yet."""
    stages = stages_of(row.pk)
    ways = ways_of(stages)

    def send() -> HttpResponse:
        due = moment(request, "due_at")
        payload = {"selection": str(row.pk), "way": request.POST.get("way", ""), "note": request.POST.get("note", "").strip(),
                   "to_unit": integer(request, "to_unit"), "account": integer(request, "account"), "due_at": due.isoformat() if due else None}  # fmt: skip
        do(request, "loop.select_start", payload)
        _carry_small(actor, row.pk)
        return HttpResponseRedirect(request.path)

    found = [{"kind": kind_of(e).title, "stage": stage_badge(kind_of(e), s), "loops": n} for e, s, n in stages]
    gone = row.total - sum(n for _, _, n in stages)
    cut = Text("符合条件的超过 {most} 件，取最急的 {most} 件；办完后再选其余。", "More than {most} fit: the {most} most urgent were taken; select the rest afterwards.")
    title = Text("批量办理 {n} 件", "{n} {n|loop|loops} in bulk").with_(n=f"{row.total:,}")
    return form_page(
        request, lambda d: _fields(d, row, ways), send, title=title, button=Text("办理", "Do it"), back=reverse("work"),
        template="pages/selection_ask.html", breadcrumbs=_crumbs(Text("选择办理", "What to do")), found=found, gone=gone, ways=ways,
        note=cut.with_(most=f"{MOST:,}") if row.cut else "",
    )  # fmt: skip


def _fields(d: Draft, row: LoopSelection, ways: list[Way]) -> list[FieldParts]:
    """The ways, and what any of them takes besides."""
    fits = Text("{way}（{n} 件所在阶段可办）", "{way} (possible in the stage of {n})")
    choices = [(w.key, fits.with_(way=w.title, n=f"{w.loops:,}")) for w in ways]
    told = Text(
        "能否办理逐件按权限和规则判定；不能办理的逐件列出原因。", "Each is judged by your permissions and its own rules; what cannot be done is listed with the reason."
    )
    fields = [d.field("way", Text("办理", "What to do"), "radio", choices=choices, required=True, help=told)]
    if any(w.unit for w in ways):
        fields.append(d.field("to_unit", Text("改由哪个单位牵头", "New lead unit"), "select", choices=unit_choices(), help=_for(ways, "unit")))
    if any(w.person for w in ways):
        fields.append(d.field("account", Text("经办人", "Handler"), "select", choices=_handlers(row), help=_for(ways, "person")))
    if any(w.due or w.due_needed for w in ways):
        fields.append(d.field("due_at", Text("新的办结时限", "New due time"), "datetime", help=_for(ways, "due", "due_needed")))
    if any(w.note != "none" for w in ways):
        needed = Text("“{ways}”须写明。", "“{ways}” needs one.").with_(ways=Text.listed(w.title for w in ways if w.note == "required"))
        fields.append(d.field("note", Text("说明", "Note"), "textarea", maxlength=2000, help=needed if any(w.note == "required" for w in ways) else ""))
    return fields


def _for(ways: list[Way], *takes: str) -> Text:
    """Which of the ways a field is for."""
    return Text("“{ways}”时填写。", "For “{ways}”.").with_(ways=Text.listed(w.title for w in ways if any(getattr(w, t) for t in takes)))


def _handlers(row: LoopSelection) -> list[tuple[Any, Any]]:
    """Accounts that hold a post today in a lead unit of the selection; who may be named for which is settled for each loop."""
    today = now().date()
    held = Account.objects.filter(holdings__post__unit_id__in=owners_of(row.pk), holdings__from_date__lte=today, is_active=True).exclude(holdings__to_date__lte=today)
    names = held.order_by("holdings__post__unit__name_key", "display_name").values_list("pk", "display_name", "holdings__post__unit__name").distinct()
    return [("", Text("（不指定）", "(nobody)")), *((pk, f"{name} · {unit}") for pk, name, unit in names[:1000])]
