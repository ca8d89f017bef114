"""One application: what was asked for, what was given, what each checker found, the clock, the next steps, and where it stands in the queue."""

from __future__ import annotations

import uuid
from typing import Any

from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse

from tongchou.kernel.clock import SHANGHAI
from tongchou.kernel.text import Text
from tongchou.record.access import Actor
from tongchou.record.models import Account, Act, Event, StoredFile, WorkPermit
from tongchou.record.territory.reach import reaches_unit
from tongchou.rooms.resumption.actions.checking import looked_at_by, standing
from tongchou.rooms.resumption.masks import covers
from tongchou.rooms.resumption.models import Application, Item
from tongchou.rooms.resumption.place import place_of
from tongchou.rooms.resumption.reach import APPLY, CHECK, DECIDE, REVIEW, VIEW, application_in_reach, no_such
from tongchou.rooms.resumption.words import OUTCOMES, SOURCES, STANDS, TITLE, TONES, WHATS, named_way
from tongchou.web.pages.loops import LOOP_LINKS, LoopLink
from tongchou.web.pages.requests import actor_of, now
from tongchou.web.pages.shown import HAPPENED
from tongchou.web.permission import page

HAPPENED.update(WHATS)
LOOP_LINKS.append(
    LoopLink(
        "resumption_loop",
        Text("打开复工申请，逐项办理", "Open the application, item by item"),
        "clipboard-check",
        lambda file, actor: file.kind.key == "resumption_application" and actor.permits(VIEW),
    )
)


@page("resumption_loop", "loops/<uuid:loop>/resumption", VIEW, methods=("GET",))
def resumption_loop(request: HttpRequest, loop: uuid.UUID) -> HttpResponse:
    """From a loop of the work list to its application."""
    found = Application.objects.filter(loop_id=loop).values_list("pk", flat=True).first()
    if found is None:
        raise no_such(loop)
    row = application_in_reach(actor_of(request), VIEW, found)
    return HttpResponseRedirect(reverse("resumption_application", args=[row.pk]))


def seen(actor: Actor, key: uuid.UUID, permission: str = VIEW) -> Application:
    """An application on a page. A draft is seen by its enterprise and by who may fill it in for it."""
    row = application_in_reach(actor, permission, key)
    if row.submitted_at is None and not actor.permits(APPLY):
        raise no_such(key)
    return row


def stand(row: Application) -> str:
    """draft, the stage, or how it ended."""
    return row.ended or ("draft" if row.submitted_at is None or row.loop is None else row.loop.stage)


def crumbs(row: Application, last: Text | None = None) -> list[dict[str, Any]]:
    own = reverse("resumption_application", args=[row.pk])
    out: list[dict[str, Any]] = [
        {"url": reverse("resumption"), "label": TITLE},
        {"url": own if last else "", "label": row.unit.name},
    ]
    return [*out, {"url": "", "label": last}] if last else out


@page("resumption_application", "resumption/<uuid:application>", VIEW, methods=("GET",))
def resumption_application(request: HttpRequest, application: uuid.UUID) -> HttpResponse:
    """The file of one application."""
    actor = actor_of(request)
    row = seen(actor, application)
    state = stand(row)
    tone, icon = TONES[state]
    groups = item_groups(row)
    asked = list(row.supplements.select_related("unit").order_by("asked_at"))
    waits = state in ("checking", "deciding", "supplement")
    placed = place_of(row.pk, now().astimezone(SHANGHAI).date()) if waits else None
    permit = (
        WorkPermit.objects.filter(unit=row.unit).order_by("-from_date", "-changed_at").first()
        if row.ended in ("approved", "effective", "followed")
        else None
    )
    context = {
        "row": row,
        "badges": [
            {"label": STANDS[state], "tone": tone, "icon": icon},
            {"label": named_way(row.basis.get("used", "")), "tone": "", "icon": "gavel"},
        ],
        "deadline": row.loop.deadline if row.loop and waits and state != "supplement" else None,
        "state": state,
        "groups": groups,
        "asked": asked,
        "open_asking": next((a for a in asked if a.answered_at is None), None),
        "placed": placed,
        "cover": covers([row], now().astimezone(SHANGHAI).date()).get(str(row.pk)) if waits else None,
        "permit": permit,
        "history": history(row),
        "steps": _steps(actor, row, state),
        "breadcrumbs": crumbs(row),
    }
    return render(request, "resumption/application.html", context)


def _steps(actor: Actor, row: Application, state: str) -> list[dict[str, Any]]:
    """What this actor may do now."""
    loop = row.loop
    applies = actor.permits(APPLY) and reaches_unit(actor, APPLY, row.unit)
    owner = (loop is not None and loop.owner_unit_id in actor.unit_ids(CHECK)) or (
        actor.permits(CHECK) and actor.sees_path(CHECK, row.unit.area.path)
    )
    decider = loop is not None and (loop.verifier_unit_id in actor.unit_ids(DECIDE) or (actor.permits(DECIDE) and actor.permits("loop.adjudicate")))
    reviews = (
        loop is not None and state in ("checking", "deciding") and actor.permits(REVIEW) and bool(to_review(actor, row))
    )
    asks = (
        loop is not None
        and state in ("checking", "deciding")
        and bool({loop.owner_unit_id, loop.verifier_unit_id} & set(actor.unit_ids("loop.act")))
    )
    rows = (
        ("resumption_fill", applies and state in ("draft", "supplement"), Text("填写材料", "Fill in"), "edit", True),
        ("resumption_submit", applies and state in ("draft", "supplement"), Text("提交", "Submit"), "send", True),
        ("resumption_site", owner and state == "checking", Text("现场核查", "Check on site"), "camera", True),
        ("resumption_review", reviews, Text("审核材料", "Review papers"), "clipboard-check", True),
        ("resumption_decide", decider and state == "deciding", Text("作出决定", "Decide"), "gavel", True),
        ("resumption_ask", asks, Text("一次性告知补正", "Ask for what is missing"), "help-circle", False),
        ("resumption_withdraw", applies and not row.ended, Text("撤回", "Withdraw"), "x", False),
    )
    return [
        {"key": k, "label": label, "allowed": True, "url": reverse(k, args=[row.pk]), "icon": i, "primary": p}
        for k, may, label, i, p in rows
        if may
    ]


def to_review(actor: Actor, row: Application) -> list[Item]:
    """The items that the actor's unit reviews on paper."""
    if row.loop is None:
        return []
    mine, out = set(actor.unit_ids(REVIEW)), []
    for item in row.items.order_by("n"):
        if mine & (looked_at_by(item, row.loop) - {row.loop.owner_unit_id}):
            out.append(item)
    return out


def item_groups(row: Application, only: set[str] | None = None) -> list[dict[str, Any]]:
    """Items by where they are asked for, each with what was given and found."""
    found = standing(row) if row.loop is not None else {}
    items = [i for i in row.items.select_related("given_by").order_by("n") if only is None or i.key in only]
    files = {
        f.pk: f
        for f in StoredFile.objects.filter(
            pk__in=[f for i in items for f in i.files] + [p for vs in found.values() for v in vs for p in v.photos]
        ).defer("sealed")
    }
    groups: dict[str, dict[str, Any]] = {}
    for i in items:
        group = groups.setdefault(i.source, {"title": SOURCES.get(i.source, TITLE), "lines": []})
        verdicts = found.get(i.key, [])
        waiting = len(looked_at_by(i, row.loop) - {v.unit_id for v in verdicts}) if row.loop is not None else 0
        group["lines"].append({
            "item": i, "title": Text.from_dict(i.title), "how": Text.from_dict(i.how) if i.how else None, "unit": Text.from_dict(i.unit) if i.unit else "",
            "record": record_words(i), "files": [_file(row, files[f]) for f in i.files if f in files],
            "number": f"{i.number:g}" if i.number is not None and i.form != "tick" else "",
            "ticked": i.form == "tick" and i.number == 1,
            "short": i.least is not None and i.number is not None and i.number < i.least, "waiting": waiting,
            "verdicts": [{"row": v, "photos": [_file(row, files[p]) for p in v.photos if p in files]} for v in verdicts],
        })  # fmt: skip
    return list(groups.values())


def _file(row: Application, f: StoredFile) -> dict[str, Any]:
    return {
        "name": f.name,
        "url": reverse("file", args=[row.loop_id, f.pk]) if row.loop_id else "",
        "picture": f.media_type.startswith("image/"),
    }


def record_words(item: Item) -> Text | None:
    """From where an item was filled in, for who looks at it; None where the enterprise gave it itself."""
    held = item.record
    if held.get("from") == "staff":
        parts = [
            Text("{what} {n}", "{n} {what}").with_(what=OUTCOMES.get(k, Text(k, k)), n=n)
            for k, n in held["outcomes"].items()
        ]
        return Text("系统在册：一人一档 {p}", "On record, by staff file: {p}").with_(
            p=Text("、".join(p.zh for p in parts), ", ".join(p.en for p in parts))
        )
    if held.get("from") == "earlier":
        return Text("系统在册：上次申请时填报（{d}）", "On record: given in an earlier application ({d})").with_(
            d=str(held.get("at", ""))[:10]
        )
    if item.form == "record":
        return Text("不需提供，系统生成", "Nothing to give: the program has it")
    return None


def history(row: Application | None, subject: str = "") -> list[dict[str, Any]]:
    """What happened, oldest first, with who did it."""
    events = list(Event.objects.filter(subject=subject or f"application:{row.pk if row else ''}").order_by("id")[:200])
    acts = {a.pk: a for a in Act.objects.filter(pk__in={e.act_id for e in events})}
    names = dict(
        Account.objects.filter(pk__in={a.account_id for a in acts.values() if a.account_id}).values_list(
            "pk", "display_name"
        )
    )
    out = []
    for e in events:
        made = acts.get(e.act_id)
        who = names.get(made.account_id, "") if made and made.account_id else Text("系统", "the program")
        out.append({"id": e.pk, "key": e.what, "at": e.at, "what": WHATS.get(e.what, Text(e.what, e.what)), "who": who, "note": e.note})
    return out
