"""One loop on one page, its steps, and opening a new one."""

from __future__ import annotations

import uuid
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from django.contrib import messages
from django.db.models import Case, When
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import get_language

from tongchou.kernel.errors import Reason, Refusal
from tongchou.kernel.text import Text
from tongchou.packs.kinds import LoopKind, Need, Step
from tongchou.record.access import Actor, roles
from tongchou.record.loops import engine
from tongchou.record.loops.asked import TITLES, TYPES, reports, with_asked
from tongchou.record.loops.references import HELP
from tongchou.record.loops.titles import short
from tongchou.record.models import Account, Area, Unit
from tongchou.record.questions.loopfile import LoopFile, loop_file, read_people
from tongchou.record.questions.people import read_file
from tongchou.record.territory.names import told_apart
from tongchou.record.territory.reach import unit_in_reach
from tongchou.web.fieldparts import FieldParts
from tongchou.web.pages.loop_facts import edition_of, evidence_of_loop, facts_of
from tongchou.web.pages.requests import actor_of, do, integer, moment, now, yes_or_no
from tongchou.web.pages.shown import PARTY_NAMES, happening, stage_badge
from tongchou.web.pages.uploads import evidence_of
from tongchou.web.permission import page


@dataclass(frozen=True, slots=True)
class LoopLink:
    """A page that is about one loop. page: its name; it takes the loop's id. fits: whether this loop and actor have it."""

    page: str
    label: Text
    icon: str
    fits: Callable[[LoopFile, Actor], bool]


LOOP_LINKS: list[LoopLink] = []
"""What other pages and rooms add to a loop's page."""
KIND_PAGES: dict[str, str] = {}
"""Loop kind -> the page on which it is opened instead of the general form."""
STEP_OFFERS: dict[tuple[str, str], Callable[[uuid.UUID], dict[str, str]]] = {}
"""(kind, step) -> (loop) -> what the record can already say for the step's text evidence, by its key. Offered to be changed, never sent by itself."""


@page("loop", "loops/<uuid:loop>", "loop.view", methods=("GET",))
def loop_page(request: HttpRequest, loop: uuid.UUID) -> HttpResponse:
    """What, why, who, until when; what happened; what may be done next and why not."""
    found = loop_file(actor_of(request), loop)
    return render(request, "pages/loop.html", _shown(request, found))


def _shown(request: HttpRequest, found: LoopFile) -> dict[str, Any]:
    row, kind = found.loop, found.kind
    evidence, facts = [evidence_of_loop(actor_of(request), found, e) for e in found.evidence], facts_of(actor_of(request), found)
    if any(shown.get("masked") for shown in (*evidence, *facts)):
        read_people(actor_of(request), row.pk)
    badge = stage_badge(kind, row.stage)
    badges = [badge] + ([{"label": Text("加急", "Urgent"), "tone": "act", "icon": "flame"}] if row.urgent else [])
    parties = [PARTY_NAMES[p] for p in sorted(found.parties)]
    follow_up = row.closed_at is not None and row.follow_up_at is not None and not row.follow_up_done
    acting = actor_of(request).permits("loop.act")
    served = _served(request)
    return {
        "loop": row,
        "kind": kind,
        "badges": badges,
        "subtitle": edition_of(kind),
        "steps": _steps(found),
        "facts": facts,
        "timeline": [happening(h, kind) for h in found.timeline],
        "evidence": evidence,
        "co_units": found.co_units,
        "children": [
            {"loop": c, "badge": stage_badge(kind if c.kind == kind.key else found.kind, c.stage) if c.kind == kind.key else None}
            for c in found.children
        ],
        "my_part": next((c for c in found.co_units if c.done_at is None and c.unit_id in {g.unit_id for g in actor_of(request).grants}), None),
        "parties": parties,
        "follow_up": follow_up and "opener" in found.parties,
        "can_set_due": not served and row.closed_at is None and {"opener", "adjudicator"} & found.parties,
        "handlers": _handlers(row.owner_unit_id) if row.closed_at is None and ({"owner"} if served else {"owner", "opener"}) & found.parties else [],
        "can_note": acting,
        "can_split": acting and row.closed_at is None and "owner" in found.parties and actor_of(request).permits("loop.open"),
        "links": [
            {"url": reverse(link.page, args=[row.pk]), "label": link.label, "icon": link.icon}
            for link in LOOP_LINKS
            if link.fits(found, actor_of(request))
        ],
        "breadcrumbs": [{"url": reverse("work"), "label": Text("待办", "Work list")}, {"url": "", "label": short(row.heading)}],
    }  # fmt: skip


def _served(request: HttpRequest) -> bool:
    """Whether somebody acts for those whom the administration serves alone: neither when it is due nor who handles it is theirs to say."""
    return all(roles()[g.role].served for g in actor_of(request).grants_for("loop.act"))


def _steps(found: LoopFile) -> list[dict[str, Any]]:
    out = []
    for n, (step, refusal) in enumerate(found.steps):
        simple = refusal is None and not step.needs and step.note == "none" and not step.reassigns
        url = reverse("loop_step", args=[found.loop.pk, step.key])
        out.append(
            {"key": step.key, "label": step.title, "allowed": refusal is None, "reason": refusal, "url": url, "primary": n == 0,
             "post": simple, "icon": ""}
        )  # fmt: skip
    return out


def asked_field(chosen: list[str], error: Any = "") -> FieldParts:
    """Which evidence to ask for, as check boxes."""
    told = Text("缺少其中任何一项，都不能反馈办结。", "Without each of them nobody can report the work as done.")
    choices = [(kind, TITLES[kind]) for kind in TYPES if kind != "text"]
    return FieldParts("asked", Text("须提交的证明材料", "Evidence to hand in"), "checkboxes", chosen, told, error, choices=choices)


def _verifier_field(chosen: str, units: list[tuple[Any, Any]], error: Any) -> FieldParts:
    """Who looks at the result, where it is not whoever hands the work out."""
    told = Text("不选则由交办单位核验；不能由办理人自己核验。", "Nobody chosen: whoever hands it out. Never the one who did the work.")
    return FieldParts("verifier_unit", Text("核验单位", "Verified by"), "select", chosen, told, error, choices=[("", Text("交办单位", "the opener")), *units[1:]])


def _handlers(unit: int) -> list[tuple[Any, Any]]:
    today = now().date()
    rows = (
        Account.objects.filter(holdings__post__unit_id=unit, holdings__from_date__lte=today, is_active=True)
        .exclude(holdings__to_date__lte=today)
        .distinct()
        .order_by("display_name")
    )
    return [("", Text("（未指定）", "(nobody yet)")), *rows.values_list("pk", "display_name")]


@page("loop_step", "loops/<uuid:loop>/steps/<slug:step>", "loop.act")
def loop_step(request: HttpRequest, loop: uuid.UUID, step: str) -> HttpResponse:
    """One step: what it needs, then done."""
    found = loop_file(actor_of(request), loop)
    spec = found.kind.steps.get(step)
    if spec is None:
        raise engine.not_found()
    spec = with_asked(spec, found.state.asked)
    problem: Refusal | None = None
    if request.method == "POST":
        try:
            return _take(request, found, spec)
        except Refusal as refusal:
            problem = refusal
    barred = next((r for s, r in found.steps if s.key == step), None)
    if problem is None and (barred is not None or found.loop.stage not in spec.from_stages):
        problem = barred or Refusal(Reason.WRONG_STAGE, Text("当前阶段不能办理此步。", "This step is not possible now."))
    context = {
        "over": found.loop.closed_at is not None or found.loop.stage not in spec.from_stages,
        "loop": found.loop, "step": spec, "kind": found.kind, "problem": problem, "fields": _step_fields(request, found, spec, problem, _offered(request, found, spec)),
        "badges": [stage_badge(found.kind, found.loop.stage)],
        "breadcrumbs": [
            {"url": reverse("work"), "label": Text("待办", "Work list")},
            {"url": reverse("loop", args=[loop]), "label": short(found.loop.heading)},
            {"url": "", "label": spec.title},
        ],
    }  # fmt: skip
    return render(request, "pages/loop_step.html", context, status=problem.status if problem and request.method == "POST" else 200)


def _take(request: HttpRequest, found: LoopFile, spec: Step) -> HttpResponse:
    due = moment(request, "new_due_at")
    payload: dict[str, Any] = {
        "loop": str(found.loop.pk),
        "step": spec.key,
        "note": request.POST.get("note", ""),
        "evidence": [piece for need in spec.needs for piece in evidence_of(request, need)],
        "to_unit": integer(request, "to_unit") if spec.reassigns else None,
        "new_due_at": due.isoformat() if due else None,
        "seen_stage": request.POST.get("seen_stage", ""),
    }
    do(request, "loop.advance", payload)
    said = Text("已{step}。", "The step “{step}” is done.").with_(step=spec.title)
    messages.success(request, said.in_(get_language() or "zh-hans"))
    return HttpResponseRedirect(reverse("loop", args=[found.loop.pk]))


def _offered(request: HttpRequest, found: LoopFile, spec: Step) -> dict[str, str]:
    offer = STEP_OFFERS.get((found.kind.key, spec.key))
    return offer(found.loop.pk) if offer is not None and request.method == "GET" else {}


def _step_fields(request: HttpRequest, found: LoopFile, spec: Step, problem: Refusal | None, offered: dict[str, str]) -> list[FieldParts]:
    wrong = {problem.field: problem.rule} if problem is not None and problem.field else {}
    fields = [_need_field(request, need, wrong.get(f"evidence.{need.key}", ""), offered.get(need.key, "")) for need in spec.needs]
    if spec.reassigns:
        fields.append(
            FieldParts("to_unit", Text("改由哪个单位牵头", "New lead unit"), "select", request.POST.get("to_unit", ""),
                       choices=unit_choices(), required=True, error=wrong.get("to_unit", ""))
        )  # fmt: skip
    if not _served(request) and engine.may_set_due(spec) and (spec.to_stage == "=" or found.kind.stages[spec.to_stage].end is None):
        label, told = Text("新的办结时限", "New due time"), Text("不填则沿用原时限。", "Leave empty to keep the present one.")
        fields.append(
            FieldParts("new_due_at", label, "datetime", request.POST.get("new_due_at", ""), told, wrong.get("due_at", ""))
        )
    if spec.note != "none":
        fields.append(
            FieldParts("note", Text("说明", "Note"), "textarea", request.POST.get("note", ""), required=spec.note == "required",
                       error=wrong.get("note", ""), maxlength=20_000)
        )  # fmt: skip
    return fields


_NEED_TYPES = {"text": "textarea", "number": "number", "file": "file", "photo": "photo", "signature": "text", "link": "text"}


def _need_field(request: HttpRequest, need: Need, error: Any, offered: str) -> FieldParts:
    name = f"evidence_{need.key}"
    return FieldParts(
        name, need.title, _NEED_TYPES[need.type], request.POST.get(name, offered), required=bool(need.at_least) and need.type not in ("file", "photo"), error=error,
        help=HELP if need.type == "link" else "", multiple=need.type in ("file", "photo"),
    )  # fmt: skip


FIRST_KINDS = ("hq_office", "hq_department", "department", "street", "special_team", "community", "supervision_group", "education", "health")


def unit_choices() -> list[tuple[Any, Any]]:
    """Active units that may be given work: those to whom it is usually given first, then by kind and name."""
    wanted = [k for k in Unit.Kind.values if k not in ("administration", "volunteer_team", "enterprise", "school")]
    place = Case(*(When(kind=k, then=n) for n, k in enumerate(FIRST_KINDS)), default=len(FIRST_KINDS))
    rows = Unit.objects.filter(kind__in=wanted, active_to=None).order_by(place, "kind", "name_key", "pk")
    return [("", Text("请选择", "Choose")), *told_apart(list(rows.values_list("pk", "name")[:2000]))]


_SMALL = {
    "note": ("loop.note", ("note",)),
    "part": ("loop.part_done", ("note",)),
    "follow_up": ("loop.follow_up", ("note",)),
    "person": ("loop.name_person", ()),
    "due": ("loop.set_due", ("note",)),
}


@page("loop_more", "loops/<uuid:loop>/more/<slug:what>", "loop.act", methods=("POST",))
def loop_more(request: HttpRequest, loop: uuid.UUID, what: str) -> HttpResponse:
    """The small acts beside the steps: a note, a co-unit's part, naming the handler, the due time, the follow-up."""
    if what not in _SMALL:
        raise engine.not_found()
    verb, names = _SMALL[what]
    payload: dict[str, Any] = {"loop": str(loop)} | {n: request.POST.get(n, "") for n in names}
    if what == "person":
        payload["account"] = integer(request, "account")
    if what == "due":
        due = moment(request, "due_at")
        payload["due_at"] = due.isoformat() if due else None
    if what == "follow_up":
        payload["satisfied"] = yes_or_no(request, "satisfied")
    do(request, verb, payload)
    messages.success(request, Text("已记录。", "Recorded.").in_(get_language() or "zh-hans"))
    return HttpResponseRedirect(reverse("loop", args=[loop]))


@page("loop_new", "loops/new", "loop.open")
def loop_new(request: HttpRequest) -> HttpResponse:
    """Choose a kind, then fill in one form."""
    from tongchou.record.loops.kinds import current_kinds

    actor = actor_of(request)
    held = {g.role for g in actor.grants_for("loop.open")}
    kinds = {k: v for k, (_, v) in current_kinds().items() if held & set(v.opened_by)}
    about = _subject(request)
    chosen = kinds.get(request.POST.get("kind") or request.GET.get("kind", ""))
    if chosen is None:
        offered = [k for k in kinds.values() if about[0] in ("", *k.subjects)]
        return render(request, "pages/loop_kinds.html", {"kinds": offered, "about": about[1]})
    if chosen.key in KIND_PAGES and request.method == "GET":
        return HttpResponseRedirect(reverse(KIND_PAGES[chosen.key]))
    problem: Refusal | None = None
    if request.method == "POST":
        try:
            payload = _new_payload(request, chosen) | ({about[0]: about[2]} if about[0] else {})
            made = do(request, "loop.open", payload).result["loop"]
            messages.success(request, Text("已交办。", "Opened.").in_(get_language() or "zh-hans"))
            return HttpResponseRedirect(reverse("loop", args=[made]))
        except Refusal as refusal:
            problem = refusal
    context = {
        "kind": chosen, "fields": _new_fields(request, chosen, problem), "problem": problem, "about": about[1],
        "breadcrumbs": [{"url": reverse("loop_new"), "label": Text("交办事项", "Open a loop")}, {"url": "", "label": chosen.title}],
    }  # fmt: skip
    return render(request, "pages/loop_new.html", context, status=problem.status if problem else 200)


def _subject(request: HttpRequest) -> tuple[str, str, Any]:
    """(person or unit, how it is named on the page, its id) of a loop opened from a person's or a unit's file."""
    actor = actor_of(request)
    person = request.POST.get("person") or request.GET.get("person", "")
    if person:
        try:
            found = read_file(actor, uuid.UUID(person))
        except ValueError:
            raise engine.not_found() from None
        return "person", found.identity.name, person
    unit = integer(request, "unit")
    if unit is not None:
        return "unit", unit_in_reach(actor, "unit.view", unit).name, unit
    return "", "", None


def _new_payload(request: HttpRequest, kind: LoopKind) -> dict[str, Any]:
    due = moment(request, "due_at")
    data = {f.key: _field_value(request, f.type, f"data_{f.key}") for f in kind.fields}
    co_units = [{"unit": int(u)} for u in request.POST.getlist("co_units") if u.isdigit()]
    return {
        "kind": kind.key,
        "title": request.POST.get("title", ""),
        "detail": request.POST.get("detail", ""),
        "data": {k: v for k, v in data.items() if v is not None},
        "owner_unit": integer(request, "owner_unit"),
        "verifier_unit": integer(request, "verifier_unit"),
        "area": integer(request, "area"),
        "co_units": co_units,
        "due_at": due.isoformat() if due else None,
        "parent": request.POST.get("parent") or request.GET.get("parent") or None,
        "urgent": request.POST.get("urgent") is not None,
        "asked": request.POST.getlist("asked"),
        "origin": "page",
    }


def _field_value(request: HttpRequest, kind: str, name: str) -> Any:
    if kind == "moment":
        found = moment(request, name)
        return found.isoformat() if found else None
    given = request.POST.get(name, "").strip()
    if kind == "boolean":
        return name in request.POST
    if not given:
        return None
    return int(given) if kind == "integer" and given.lstrip("-").isdigit() else given


_FIELD_TYPES = {"text": "text", "integer": "integer", "number": "number", "date": "date", "moment": "datetime", "choice": "select", "boolean": "checkbox"}


def _new_fields(request: HttpRequest, kind: LoopKind, problem: Refusal | None) -> list[FieldParts]:
    posted = request.POST
    wrong = {problem.field: problem.rule} if problem is not None and problem.field else {}
    due_help = Text("不填则为{n}。自交办之时起算。", "Empty: {n}. It counts from now.").with_(n=kind.limit.text) if kind.limit else ""
    units = unit_choices()
    fields = [
        FieldParts("title", Text("标题", "Title"), "text", posted.get("title", ""), error=wrong.get("title", ""), required=True, maxlength=300),
        FieldParts("detail", Text("内容和要求", "What is asked"), "textarea", posted.get("detail", ""), rows=5),
        FieldParts("owner_unit", Text("牵头单位", "Lead unit"), "select", posted.get("owner_unit", ""), error=wrong.get("owner_unit", ""),
                   required=True, choices=units),
    ]  # fmt: skip
    if "area" in kind.subjects:
        areas: list[tuple[Any, Any]] = [("", Text("牵头单位所在区域", "The lead unit's own area"))]
        levels = ("district", "street", "community")
        areas += list(Area.objects.filter(valid_to=None, level__in=levels).order_by("path").values_list("pk", "name")[:3000])
        fields.append(FieldParts("area", Text("区域", "Area"), "select", posted.get("area", ""), choices=areas, error=wrong.get("area", "")))
    for spec in kind.fields:
        name = f"data_{spec.key}"
        choices = [("", Text("请选择", "Choose")), *spec.choices]
        fields.append(
            FieldParts(name, spec.title, _FIELD_TYPES[spec.type], posted.get(name, ""), required=spec.required, choices=choices,
                       error=wrong.get(f"data.{spec.key}", ""))
        )  # fmt: skip
    fields += [
        FieldParts("due_at", Text("办结时限", "Due"), "datetime", posted.get("due_at", ""), due_help, wrong.get("due_at", "")),
        FieldParts("co_units", Text("协办单位", "Co-units"), "checkboxes", posted.getlist("co_units"), choices=units[1:],
                   help=Text("可多选；各自完成后方可销号。", "Several may be chosen; each must finish before closing.")),
        *([_verifier_field(posted.get("verifier_unit", ""), units, wrong.get("verifier_unit", ""))] if any("verifier" in s.by for s in kind.steps.values()) else []),
        *([asked_field(posted.getlist("asked"), wrong.get("asked", ""))] if any(reports(s) for s in kind.steps.values()) else []),
        FieldParts("urgent", Text("加急", "Urgent"), "checkbox", "urgent" in posted),
    ]  # fmt: skip
    return fields
