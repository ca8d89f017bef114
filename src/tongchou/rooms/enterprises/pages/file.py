"""One enterprise's file: what is on record, its size and why, partners, who answers for it and where that is missing, its staff in numbers."""

from __future__ import annotations

from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone

from tongchou.kernel.industries import industry_name, section_name
from tongchou.kernel.text import Text
from tongchou.packs.sizes import NOT_COVERED, Size, size_of
from tongchou.record.access import Actor
from tongchou.record.enterprises import (
    EDIT,
    LISTS,
    OWN,
    SUPPLY,
    VIEW,
    VOUCH,
    enterprise_in_reach,
    open_contact,
    permission_for,
)
from tongchou.record.loops.kinds import may_open
from tongchou.record.models import Enterprise, Responsibility, Unit
from tongchou.record.questions.enterprises import EnterpriseFile, enterprise_file, partners, staff_counts
from tongchou.record.questions.permits import STATES, permit_of
from tongchou.record.responsible import COLUMNS
from tongchou.record.staffing import COUNTS, OUTCOMES
from tongchou.record.staffing import VIEW as STAFF_VIEW
from tongchou.rooms.enterprises.models import EntryChange
from tongchou.rooms.enterprises.pages.register import size_word
from tongchou.rooms.enterprises.turned import NAMES, turned_counts
from tongchou.rooms.enterprises.words import LEVELS, TITLE, TONES, flag
from tongchou.web.pages.requests import actor_of
from tongchou.web.permission import Nav, page

_MINE = Text("本企业", "Our enterprise")
_KINDS = {
    "paired": Text("包联领导", "Paired leader"),
    "sector": Text("行业主管部门（三管三必须）", "Department of the sector"),
    "business": COLUMNS["business"].title,
    "safety": COLUMNS["safety"].title,
    "entity": Text("单位主体责任人", "The enterprise's own"),
}
_MISSING = {
    "industry": Text(
        "行业（须细到大类，仓储和房地产须细到中类）", "industry (division; group for storage and real estate)"
    ),
    "staff": Text("从业人员", "staff"),
    "revenue": Text("营业收入", "revenue"),
    "assets": Text("资产总额", "assets"),
}


@page("enterprise", "enterprises/<int:enterprise>", VIEW, methods=("GET",))
def enterprise(request: HttpRequest, enterprise: int) -> HttpResponse:
    """The file of an enterprise within reach."""
    row = enterprise_in_reach(actor_of(request), enterprise, VIEW)
    return _file(request, [row], [{"url": reverse("enterprises"), "label": TITLE}, {"url": "", "label": row.name[:30]}])


@page("enterprise_own", "my/enterprise", OWN, methods=("GET",), nav=Nav(_MINE, "building-factory-2"))
def enterprise_own(request: HttpRequest) -> HttpResponse:
    """The enterprise's own view: its file and what it may do. Nobody else's."""
    actor = actor_of(request)
    units = list(
        Unit.objects.filter(pk__in=actor.unit_ids(OWN), kind="enterprise", active_to=None)
        .select_related("area")
        .order_by("pk")
    )
    return _file(request, units, [])


def _file(request: HttpRequest, units: list[Unit], crumbs: list[dict[str, Any]]) -> HttpResponse:
    actor = actor_of(request)
    context = {
        "title": units[0].name if units else _MINE,
        "files": [_shown(actor, u) for u in units],
        "breadcrumbs": crumbs,
    }
    return render(request, "enterprises/file.html", context)


def _shown(actor: Actor, unit: Unit) -> dict[str, Any]:
    today = timezone.localdate()
    file = enterprise_file(unit.pk)
    assert file is not None
    money = [None if v is None else float(v) for v in (file.revenue, file.assets)]
    size = size_of(file.industry, file.staff, money[0], money[1], today)
    permit = permit_of(unit.pk, today)
    asked = EntryChange.objects.filter(unit=unit, settled_at=None).values_list("loop_id", flat=True).first()
    inside = bool(permission_for(actor, unit, STAFF_VIEW))
    counts = staff_counts([unit.pk], today)[unit.pk] if inside or permission_for(actor, unit, COUNTS, OWN) else None
    return {
        "file": file,
        "facts": _facts(file, size),
        "lists": [LISTS[k] for k in file.lists if k in LISTS],
        "contact": _contact(unit.pk, whole=bool(permission_for(actor, unit, EDIT, OWN))),
        "partners": [
            {"line": p, "url": reverse("enterprise", args=[p.unit]) if p.unit and actor.permits(VIEW) else ""}
            for p in partners(unit.pk, whole=bool(permission_for(actor, unit, VIEW)))
        ],
        "own_side": unit.pk in actor.unit_ids(SUPPLY),
        "can_vouch": actor.sees_path(VOUCH, unit.area.path),
        "responsible": _responsible(unit.pk, today),
        "permit": permit,
        "permit_state": STATES[permit.state] if permit else None,
        "counts": counts,
        "news": [{"label": NAMES[g], "n": n, "key": g} for g, n in turned_counts([unit.pk], today).get(unit.pk, {}).items() if n] if inside else [],
        "outcomes": [
            {
                "label": OUTCOMES[k],
                "n": counts.by_outcome[k],
                "tone": TONES[k][0],
                "icon": TONES[k][1],
                "key": k or "undetermined",
            }
            for k in OUTCOMES
            if counts.by_outcome[k]
        ]
        if counts
        else [],
        "origins": [
            {"label": LEVELS[k], "n": counts.by_origin[k]} for k in ("high", "medium", "low", "") if counts.by_origin[k]
        ]
        if counts
        else [],
        "can_edit": bool(permission_for(actor, unit, EDIT)),
        "can_propose": asked is None and bool(permission_for(actor, unit, OWN)) and may_open(actor, "register_change"),
        "asked": asked if permission_for(actor, unit, EDIT, OWN) else None,
        "can_supply": bool(permission_for(actor, unit, SUPPLY)),
        "can_staff": inside,
        "can_accounts": bool(permission_for(actor, unit, "enterprise.accounts")),
    }


def _facts(file: EnterpriseFile, size: Size) -> list[tuple[Text, Any]]:
    name, section = industry_name(file.industry), section_name(file.industry)
    industry = (
        Text("{c} {n}（{s}）", "{c} {n} ({s})").with_(c=file.industry, n=name, s=section) if file.industry else None
    )
    if size.sector == NOT_COVERED:
        why = Text("该行业不适用 2011 年划型标准", "The standard of 2011 does not speak of this industry")
    elif size.missing:
        what = Text("、".join(_MISSING[m].zh for m in size.missing), ", ".join(_MISSING[m].en for m in size.missing))
        why = Text("未知：缺 {what}", "Not known: {what} is lacking").with_(what=what)
    else:
        said = size_word(size.size, file.self_employed)
        why = Text("{s}　{r}", "{s}. {r}").with_(s=said or Text("—", "—"), r=size.reason or Text("", ""))
    return [
        (Text("统一社会信用代码", "Credit code"), file.code),
        (Text("所在", "Where"), f"{file.street_name} {file.area_name}".strip()),
        (Text("行业", "Industry"), industry),
        (Text("从业人员", "Staff"), file.staff),
        (Text("营业收入（万元）", "Revenue, 10,000 yuan"), file.revenue),
        (Text("资产总额（万元）", "Assets, 10,000 yuan"), file.assets),
        (Text("规模", "Size"), why),
        (Text("个体工商户", "Self-employed"), flag(file.self_employed)),
        (Text("规模以上", "Above scale"), flag(file.above_scale)),
        (Text("园区", "Park"), file.park_name or None),
        (Text("出租方", "Landlord"), file.landlord_name or None),
        (Text("主要产品", "Products"), file.products or None),
    ]


def _contact(unit: int, *, whole: bool) -> Any:
    sealed = Enterprise.objects.filter(pk=unit).values_list("sealed_contact", flat=True).first()
    found = open_contact(sealed, unit)
    return found if found is None or whole else found.masked()


def _responsible(unit: int, on: Any) -> list[dict[str, Any]]:
    """Who answers for the enterprise today, by kind; a kind without anybody is a gap."""
    rows = (
        Responsibility.objects.filter(unit=unit, from_date__lte=on)
        .exclude(to_date__lte=on)
        .select_related("post__unit")
    )
    notes = {(c.kind, c.note): k for k, c in COLUMNS.items()}
    held = [(notes.get((r.kind, r.note), r.kind), r.post) for r in rows]
    return [{"kind": title, "posts": [post for k, post in held if k == kind]} for kind, title in _KINDS.items()]
