"""Acts on custody: take in, offer to another unit, answer item by item, let out, report as unlocated, found again."""

from __future__ import annotations

import uuid
from collections.abc import Callable
from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import get_language

from tongchou.kernel.errors import Reason, Refusal
from tongchou.kernel.text import Text
from tongchou.record.access import Actor
from tongchou.record.actions.custody import OUT_REASONS
from tongchou.record.loops.engine import not_found
from tongchou.record.models import Custody
from tongchou.record.people.reach import person_in_reach
from tongchou.record.questions.custody import offered, open_offers, people_in_reach
from tongchou.web.fieldparts import FieldParts
from tongchou.web.pages.choices import PLEASE, Choices, named_units
from tongchou.web.pages.custody import HOLDERS, PURPOSES, names_of
from tongchou.web.pages.forms import Draft, done, form_page
from tongchou.web.pages.requests import actor_of, do, integer
from tongchou.web.permission import page

_KINDS: Choices = [PLEASE, *((k, v) for k, v in HOLDERS.items() if k != "unlocated")]
_RECEIVING = (
    "site",
    "transport",
    "clinic",
    "lab",
    "store",
    "sampling",
    "checkpoint",
    "street",
    "community",
    "hq_office",
    "school",
    "enterprise",
)
_OF_PEOPLE, _OF_THINGS = ("released", "hospital", "died"), ("used", "destroyed", "delivered")
"""Reasons for letting out that fit only the one or the other."""
_MOST = 100
_TICK = Text("请先在列表中勾选。", "Tick them in the list first.")


def _own_units(actor: Actor) -> Choices:
    rows = {g.unit_id: g.unit_name for g in actor.grants_for("custody.act")}
    return list(rows.items())


def _picked(request: HttpRequest) -> list[str]:
    """The stays chosen on the list. Refused when nothing is, or when an id is none."""
    given = request.POST.get("custodies", "").split(",") if request.method == "POST" else request.GET.getlist("pick")
    found = [g for g in given if g]
    try:
        ids = [str(uuid.UUID(g)) for g in found]
    except ValueError:
        raise not_found() from None
    if not ids or len(ids) > _MOST:
        rule = Text("请选择 1 至 {n} 项。", "Choose 1 to {n}.").with_(n=_MOST)
        raise Refusal(Reason.INVALID_VALUE, rule, remedy=_TICK, field="pick")
    return ids


def _about(
    request: HttpRequest,
    verb: str,
    title: Text,
    button: Text,
    fields: Callable[[Draft], list[FieldParts]],
    said: Text,
    **more: Any,
) -> HttpResponse:
    """A form about the stays that were chosen on the list."""
    back = reverse("custody")
    if request.method == "GET" and not request.GET.get("pick"):
        messages.info(request, str(_TICK.in_(get_language() or "zh-hans")))
        return HttpResponseRedirect(back)
    ids = _picked(request)

    def shown(d: Draft) -> list[FieldParts]:
        return [FieldParts("custodies", title, "hidden", ",".join(ids)), *fields(d)]

    def send() -> HttpResponse:
        names = [f.name for f in fields(Draft(request))]
        payload: dict[str, Any] = {"custodies": ids} | {n: _value(request, n) for n in names}
        do(request, verb, payload)
        return done(request, back, said)

    subtitle = Text("已选 {n} 项", "{n} chosen").with_(n=len(ids))
    crumbs = [{"url": back, "label": Text("在管与移交", "Custody")}, {"url": "", "label": title}]
    return form_page(
        request, shown, send, title=title, subtitle=subtitle, button=button, back=back, breadcrumbs=crumbs, **more
    )


def _value(request: HttpRequest, name: str) -> Any:
    return integer(request, name) if name in ("unit", "to_unit", "minutes") else request.POST.get(name, "")


@page("custody_take_in", "custody/take-in", "custody.act")
def custody_take_in(request: HttpRequest) -> HttpResponse:
    """Begin the stay of a person (from the person's file) or of things named one a line."""
    actor, back = actor_of(request), reverse("custody")
    person = request.POST.get("person") or request.GET.get("person", "")
    name = ""
    if person:
        try:
            row = person_in_reach(actor, "person.view", uuid.UUID(person))
        except ValueError:
            raise not_found() from None
        name, back = names_shown(actor, row.pk), reverse("person", args=[row.pk])
    units = _own_units(actor)

    def fields(d: Draft) -> list[FieldParts]:
        about = [FieldParts("person", Text("人员", "Person"), "hidden", person)]
        if not person:
            told = Text(
                "每行一个编号或条码，如样本管、箱、车辆、物资批次。",
                "One number or barcode a line: tubes, boxes, vehicles, batches.",
            )
            about = [d.field("items", Text("物品编号", "Items"), "textarea", required=True, help=told)]
        return [
            *about,
            d.field("purpose", Text("用途", "Purpose"), "select", choices=[PLEASE, *PURPOSES.items()], required=True),
            d.field("unit", Text("由哪个单位保管", "Held by"), "select", choices=units, required=True),
            d.field("holder_kind", Text("保管方式", "How it is held"), "select", choices=_KINDS, required=True),
            d.field("place", Text("位置（房间、座位、货架）", "Place (room, seat, shelf)"), maxlength=80),
        ]

    def send() -> HttpResponse:
        place = request.POST.get("place", "")
        taken: list[dict[str, Any]] = [{"person": person, "place": place}]
        if not person:
            lines = [line.strip() for line in request.POST.get("items", "").splitlines()]
            taken = [{"item": line, "place": place} for line in dict.fromkeys(lines) if line]
        payload = {
            "purpose": request.POST.get("purpose", ""),
            "unit": integer(request, "unit"),
            "holder_kind": request.POST.get("holder_kind", ""),
            "items": taken,
        }
        result = do(request, "custody.take_in", payload).result
        return done(
            request, back, Text("已接收入管 {n} 项。", "{n} taken into custody.").with_(n=len(result["custodies"]))
        )

    title = Text("接收入管", "Take into custody")
    return form_page(
        request,
        fields,
        send,
        title=title,
        subtitle=name,
        button=Text("接收", "Take in"),
        back=back,
        breadcrumbs=[{"url": reverse("custody"), "label": Text("在管与移交", "Custody")}, {"url": "", "label": title}],
    )


def names_shown(actor: Actor, person: uuid.UUID) -> str:
    """The masked name of one person whose file the actor may see; the reading is recorded."""
    from tongchou.record.questions.people import read_file

    return read_file(actor, person).identity.name


@page("custody_offer", "custody/offer", "custody.act")
def custody_offer(request: HttpRequest) -> HttpResponse:
    """Offer what one's unit holds to another unit. Until that side accepts, it stays with the giver."""
    units = named_units(set(_RECEIVING) - {"enterprise", "school"})

    def fields(d: Draft) -> list[FieldParts]:
        told = Text("逾时未答复即告警。", "An alarm is raised when it is not answered in time.")
        return [
            d.field("to_unit", Text("移交给", "To"), "select", choices=units, required=True),
            d.field(
                "to_kind", Text("对方以何种方式保管", "How they will hold it"), "select", choices=_KINDS, required=True
            ),
            d.field("place", Text("位置（房间、座位、货架）", "Place (room, seat, shelf)"), maxlength=80),
            d.field(
                "minutes",
                Text("多少分钟内答复", "To be answered within"),
                "integer",
                unit=Text("分钟", "min"),
                help=told,
                required=True,
            ),
            d.field("note", Text("交接说明", "Note"), "textarea"),
        ]

    return _about(
        request,
        "custody.offer",
        Text("移交", "Hand over"),
        Text("发起移交", "Offer"),
        fields,
        Text("已发起移交，等待对方确认。", "Offered; the other side must confirm."),
        on_record={"minutes": 120},
    )


def _reasons(request: HttpRequest) -> list[tuple[str, Text]]:
    """Why what is chosen may be let out: nobody is used up, and no box of masks is taken to hospital."""
    people = {p is not None for p in Custody.objects.filter(pk__in=_picked(request)).values_list("person_id", flat=True)}
    left_out = _OF_THINGS if people == {True} else _OF_PEOPLE if people == {False} else ()
    return [(key, word) for key, word in OUT_REASONS.items() if key not in left_out]


@page("custody_let_out", "custody/let-out", "custody.let_out")
def custody_let_out(request: HttpRequest) -> HttpResponse:
    """End stays, with the reason: of people, of things, or of both where both are chosen."""

    def fields(d: Draft) -> list[FieldParts]:
        return [
            d.field("reason", Text("解除原因", "Reason"), "select", choices=[PLEASE, *_reasons(request)], required=True),
            d.field("note", Text("说明", "Note"), "textarea"),
        ]

    return _about(
        request,
        "custody.let_out",
        Text("解除", "Let out"),
        Text("解除", "Let out"),
        fields,
        Text("已解除。", "Let out."),
    )


@page("custody_lost", "custody/unlocated", "custody.act")
def custody_lost(request: HttpRequest) -> HttpResponse:
    """Say that they are not where they should be: nobody holds them, and headquarters is told at once."""

    def fields(d: Draft) -> list[FieldParts]:
        return [d.field("note", Text("何时何地发现不在", "When and where it was noticed"), "textarea", required=True)]

    note = Text("报告后立即告警，由区指挥部办公室督办查找。", "This raises an alarm at once; headquarters follows it.")
    return _about(
        request,
        "custody.unlocated",
        Text("报告去向不明", "Report as unlocated"),
        Text("报告", "Report"),
        fields,
        Text("已报告并告警。", "Reported; the alarm is raised."),
        note=note,
    )


@page("custody_found", "custody/found", "custody.act")
def custody_found(request: HttpRequest) -> HttpResponse:
    """Say that what was unlocated is here."""
    units = _own_units(actor_of(request))

    def fields(d: Draft) -> list[FieldParts]:
        return [
            d.field("unit", Text("由哪个单位保管", "Held by"), "select", choices=units, required=True),
            d.field("holder_kind", Text("保管方式", "How it is held"), "select", choices=_KINDS, required=True),
            d.field("place", Text("位置（房间、座位、货架）", "Place (room, seat, shelf)"), maxlength=80),
            d.field("note", Text("找到的经过", "How it was found"), "textarea", required=True),
        ]

    return _about(
        request,
        "custody.found",
        Text("找回", "Found again"),
        Text("登记找回", "Record"),
        fields,
        Text("已找回。", "Found."),
    )


_ELSEWHERE = Text("其他区域的人员", "somebody of another area")
"""Where a hand-over to a place in one's area carries people of another one, whoever serves the area counts them and learns no names."""


@page("custody_handover", "custody/handovers/<uuid:handover>/items", "custody.view", methods=("GET",))
def custody_handover(request: HttpRequest, handover: uuid.UUID) -> HttpResponse:
    """One hand-over item by item: tick who or what is not there, then accept."""
    actor = actor_of(request)
    offer = next((o for o in open_offers(actor) if o.id == handover), None)
    if offer is None:
        raise not_found()
    items = offered(handover)
    people = [i.person for i in items if i.person]
    reached = people_in_reach(actor, people) if people else set()
    names = names_of(actor, [p for p in people if p in reached])
    context = {
        "offer": offer,
        "items": [
            {"id": i.custody, "what": names.get(i.person, _ELSEWHERE) if i.person else i.item, "place": i.place, "since": i.since}
            for i in items
        ],
        "can_accept": offer.to_unit_id in {g.unit_id for g in actor.grants_for("custody.act")},
        "late": offer.due_at < timezone.now(),
        "breadcrumbs": [
            {"url": reverse("custody"), "label": Text("在管与移交", "Custody")},
            {"url": "", "label": Text("移交清单", "Hand-over")},
        ],
    }
    return render(request, "pages/custody_handover.html", context)
