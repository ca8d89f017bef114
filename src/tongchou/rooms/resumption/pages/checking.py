"""Pages of those who check and decide: on site from a phone, papers at the desk, asking once, the decision. Each may be sent in parts and twice."""

from __future__ import annotations

import uuid
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse

from tongchou.kernel.clock import SHANGHAI, parse_date
from tongchou.kernel.errors import Refusal
from tongchou.kernel.text import Text
from tongchou.record.act import act
from tongchou.rooms.resumption.actions.checking import open_items
from tongchou.rooms.resumption.clock import workdays_left
from tongchou.rooms.resumption.masks import covers
from tongchou.rooms.resumption.models import Application, Item
from tongchou.rooms.resumption.pages.application import crumbs, item_groups, seen, to_review
from tongchou.rooms.resumption.pages.applying import stored
from tongchou.rooms.resumption.reach import CHECK, DECIDE, REVIEW, no_such
from tongchou.web.fieldparts import FieldParts
from tongchou.web.pages.forms import Draft, done, form_page
from tongchou.web.pages.requests import actor_of, do, integer, now, yes_or_no
from tongchou.web.permission import page

_OK = (("", Text("未看", "Not yet")), ("ok", Text("合格", "In order")), ("no", Text("不合格", "Not in order")))


@page("resumption_site", "resumption/<uuid:application>/site", CHECK)
def resumption_site(request: HttpRequest, application: uuid.UUID) -> HttpResponse:
    """The items on site, for the phone: each in order or not with the reason and photos; the conclusion when all were looked at."""
    row = seen(actor_of(request), application, CHECK)
    if row.loop is None:
        raise no_such(application)
    items = list(row.items.filter(site=True).order_by("n"))

    def finish() -> Text:
        conclusion = request.POST.get("conclusion", "").strip()
        if not conclusion:
            return Text("已保存。看完全部项目后写结论。", "Kept. Conclude once every item was looked at.")
        act_payload = {"application": str(row.pk), "conclusion": conclusion}
        _second(request, "resumption.conclude", act_payload)
        return Text("核查结论已提交。", "The conclusion is in.")

    return _check_page(
        request, row, items, "resumption.check", Text("现场核查", "Check on site"), row.loop.owner_unit_id, finish
    )


@page("resumption_review", "resumption/<uuid:application>/review", REVIEW)
def resumption_review(request: HttpRequest, application: uuid.UUID) -> HttpResponse:
    """The items that one's unit reviews, beside whoever else checks."""
    actor = actor_of(request)
    row = seen(actor, application, REVIEW)
    items = to_review(actor, row)
    if row.loop is None:
        raise no_such(application)
    unit = next((u for u in actor.unit_ids(REVIEW) if any(u in i.units for i in items) or u == row.loop.verifier_unit_id), 0)
    return _check_page(
        request,
        row,
        items,
        "resumption.review",
        Text("审核材料", "Review papers"),
        unit,
        lambda: Text("已保存。", "Kept."),
    )


def _second(request: HttpRequest, verb: str, payload: dict[str, Any]) -> None:
    """Another act of the same form, under an id that follows from the form's own."""
    try:
        key = uuid.uuid5(uuid.UUID(request.POST.get("client_id", "")), verb)
    except ValueError:
        key = uuid.uuid4()
    act(verb, actor_of(request), key, payload)


def _check_page(
    request: HttpRequest, row: Application, items: list[Item], verb: str, title: Text, unit: int, finish: Any
) -> HttpResponse:
    lines = {g["item"].key: g for grp in item_groups(row, {i.key for i in items}) for g in grp["lines"]}
    for line in lines.values():
        own = next((v["row"] for v in line["verdicts"] if v["row"].unit_id == unit), None)
        line["own"] = own
        line["value"] = ("ok" if own.ok else "no") if own else ""
        line["reason"] = own.reason if own else ""
    problem: Refusal | None = None
    if request.method == "POST":
        try:
            found = [f for i in items if (f := _found(request, i, lines[i.key]))]
            if found:
                do(request, verb, {"application": str(row.pk), "items": found})
            said = finish()
            return done(request, reverse("resumption_application", args=[row.pk]), said)
        except Refusal as refusal:
            problem = refusal
            for line in lines.values():
                key = line["item"].key
                line["value"], line["reason"] = request.POST.get(f"ok_{key}", ""), request.POST.get(f"reason_{key}", "")
    context = {
        "row": row, "title": title, "lines": list(lines.values()), "choices": _OK, "problem": problem, "site": verb == "resumption.check",
        "conclusion": request.POST.get("conclusion", ""), "breadcrumbs": crumbs(row, title),
    }  # fmt: skip
    return render(request, "resumption/check.html", context, status=problem.status if problem else 200)


def _found(request: HttpRequest, item: Item, line: dict[str, Any]) -> dict[str, Any] | None:
    """What was said of an item; None where nothing was, or the same as before without another photo."""
    verdict, reason = request.POST.get(f"ok_{item.key}", ""), request.POST.get(f"reason_{item.key}", "").strip()
    photos = [stored(actor_of(request), f) for f in request.FILES.getlist(f"photo_{item.key}") if f.size]
    if verdict not in ("ok", "no"):
        return None
    own = line["own"]
    if own is not None and own.ok == (verdict == "ok") and own.reason == reason and not photos:
        return None
    return {"key": item.key, "ok": verdict == "ok", "reason": reason, "photos": photos, "revision": item.revision}


@page("resumption_ask", "resumption/<uuid:application>/ask", "loop.act")
def resumption_ask(request: HttpRequest, application: uuid.UUID) -> HttpResponse:
    """Everything that is missing, once; what was found not in order is ticked already."""
    row = seen(actor_of(request), application, "loop.act")
    if row.loop is None:
        raise no_such(application)
    items = [i for i in row.items.order_by("n") if i.form != "record"]
    bad = [i.key for i, _, no in open_items(row) if no]
    asked_before = row.supplements.filter(new_fact="").exists()
    title = Text("一次性告知补正", "Ask once for what is missing")

    def fields(d: Draft) -> list[FieldParts]:
        shown = [
            d.field(
                "items",
                Text("需要补正的项目", "What has to be completed"),
                "checkboxes",
                choices=[(i.key, Text.from_dict(i.title)) for i in items],
                required=True,
            ),
            d.field(
                "what",
                Text("缺什么、怎么补", "What is missing and how to complete it"),
                "textarea",
                required=True,
                maxlength=2000,
            ),
        ]
        if asked_before:
            shown.append(
                d.field(
                    "new_fact",
                    Text("新的事实（已告知过一次，没有新情况不得再次要求）", "The new fact: it was asked once already"),
                    required=True,
                    maxlength=500,
                )
            )
        return shown

    def send() -> HttpResponse:
        payload = {
            "application": str(row.pk),
            "items": request.POST.getlist("items"),
            "what": request.POST.get("what", ""),
            "new_fact": request.POST.get("new_fact", ""),
        }
        made = do(request, "resumption.ask", payload).result
        said = Text(
            "已告知企业，计时停止，还剩 {n} 个工作日。",
            "The enterprise is told; the clock stands still with {n} working {n|day|days} left.",
        ).with_(n=made["workdays_left"])
        return done(request, reverse("resumption_application", args=[row.pk]), said)

    reasons = Text(
        "；".join(f"{i.title['zh']}：{v.reason}" for i, _, no in open_items(row) for v in no),
        "; ".join(f"{i.title['en']}: {v.reason}" for i, _, no in open_items(row) for v in no),
    )
    left = Text(
        "告知后停止计时，现在还剩 {n} 个工作日。清单以外的不得要求。",
        "The clock then stops with {n} working {n|day|days} left. Nothing beyond the list may be demanded.",
    ).with_(n=workdays_left(now(), row.loop.due_at))
    return form_page(
        request, fields, send, title=title, button=Text("告知企业", "Tell the enterprise"), back=reverse("resumption_application", args=[row.pk]), note=left,
        on_record={"items": bad, "what": reasons.zh}, breadcrumbs=crumbs(row, title), subtitle=row.unit.name,
    )  # fmt: skip


@page("resumption_decide", "resumption/<uuid:application>/decide", DECIDE)
def resumption_decide(request: HttpRequest, application: uuid.UUID) -> HttpResponse:
    """Approve with conditions and an end, or refuse with reasons; what is not in order is shown and stands in the way."""
    row = seen(actor_of(request), application, DECIDE)
    if row.loop is None:
        raise no_such(application)
    title = Text("作出决定", "Decide")
    left = open_items(row)
    cover = covers([row], now().astimezone(SHANGHAI).date()).get(str(row.pk))

    def fields(d: Draft) -> list[FieldParts]:
        return [
            d.field("approve", Text("决定", "Decision"), "radio", choices=[("yes", Text("准予复工", "Approve")), ("no", Text("不予复工", "Refuse"))], required=True),
            d.field("note", Text("理由（不予复工的必填，将写入决定书）", "Reason: needed for a refusal, it stands in the letter"), "textarea", maxlength=2000),
            d.field("until", Text("有效期至", "Valid until"), "date", help=Text("不填则长期有效，情况变化时转入复核。", "Left empty it holds until something changes.")),
            d.field("conditions", Text("附带条件（每行一条）", "Conditions, one a line"), "textarea", rows=3, maxlength=3000),
            *([d.field("most_staff", Text("返岗人数不超过", "Staff who may return, at most"), "integer", min=1, help=cover.words)] if cover else []),
        ]  # fmt: skip

    def send() -> HttpResponse:
        until = request.POST.get("until", "").strip()
        payload = {
            "application": str(row.pk), "approve": yes_or_no(request, "approve"), "reason": request.POST.get("note", "").strip(),
            "until": parse_date(until, "until").isoformat() if until else None, "most_staff": integer(request, "most_staff"),
            "conditions": [c for c in request.POST.get("conditions", "").splitlines() if c.strip()],
        }  # fmt: skip
        made = do(request, "resumption.decide", payload).result
        said = (
            Text("已准予复工，许可 {n}。", "Approved; permit {n}.").with_(n=made["permit"])
            if made.get("permit")
            else Text("已决定不予复工。", "Refused.")
        )
        return done(request, reverse("resumption_application", args=[row.pk]), said)

    names = Text("、".join(i.title["zh"] for i, _, _ in left), ", ".join(i.title["en"] for i, _, _ in left))
    note = (
        Text(
            "以下各项还没有审核合格，不能准予：{names}。", "Not in order yet, so it cannot be approved: {names}."
        ).with_(names=names)
        if left
        else Text("各项均已逐项审核合格。", "Every item was found in order.")
    )
    bad = Text("；".join(f"{i.title['zh']}：{v.reason}" for i, _, no in left for v in no), "")
    return form_page(
        request, fields, send, title=title, button=Text("作出决定", "Decide"), back=reverse("resumption_application", args=[row.pk]), note=note,
        on_record={"note": bad.zh, "most_staff": cover.carries if cover and cover.is_short else ""}, breadcrumbs=crumbs(row, title),
        subtitle=row.unit.name, today=now().astimezone(SHANGHAI).date(),
    )  # fmt: skip
