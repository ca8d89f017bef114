"""Territory, units and posts, and the gaps in the chain of responsibility."""

from __future__ import annotations

from typing import Any

from django.db.models import Count, Q
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone

from tongchou.kernel.text import Text
from tongchou.record.access import Actor, roles
from tongchou.record.loops.kinds import current_kinds
from tongchou.record.models import Area, District, PostHolding, Unit
from tongchou.record.questions.responsibility import MISSING, gaps
from tongchou.web.pages.requests import actor_of, integer
from tongchou.web.permission import Nav, page

LEVELS = {
    "province": Text("省", "Province"), "city": Text("市", "City"), "district": Text("区县", "District"),
    "street": Text("街道（镇）", "Street or town"), "community": Text("社区（村）", "Community or village"), "grid": Text("网格", "Grid"),
    "building": Text("楼栋", "Building"),
}  # fmt: skip
KINDS = {
    "headquarters": Text("指挥部", "Headquarters"), "hq_office": Text("指挥部办公室", "Headquarters office"),
    "hq_department": Text("指挥部工作部", "Headquarters department"), "special_team": Text("工作专班", "Special team"),
    "supervision_group": Text("督导组", "Supervision group"), "department": Text("区直部门", "Department"),
    "discipline": Text("纪检监察机关", "Discipline inspection"), "street": Text("街道（镇）", "Street or town"),
    "community": Text("社区（村）", "Community or village"), "checkpoint": Text("卡口", "Checkpoint"), "site": Text("隔离点", "Isolation site"),
    "clinic": Text("医疗机构", "Clinic"), "lab": Text("检测机构", "Laboratory"), "sampling": Text("采样点", "Sampling point"),
    "store": Text("物资库", "Store"), "transport": Text("转运队", "Transport"), "enterprise": Text("企业", "Enterprise"),
    "school": Text("学校", "School"), "volunteer_team": Text("志愿服务队", "Volunteers"), "administration": Text("管理机构", "Administration"),
}  # fmt: skip
_EMPTY = {"title": Text("没有记录", "Nothing here"), "text": Text("导入区划或登记单位后会显示。", "It fills when the territory is imported."), "icon": "map"}


@page("territory", "territory", "territory.view", methods=("GET",), nav=Nav(Text("区划", "Territory"), "map", 40))
def territory(request: HttpRequest) -> HttpResponse:
    """One area with what lies directly below it, as tiles and as a sheet."""
    here = _area(integer(request, "area"))
    below = list(
        Area.objects.filter(parent=here, valid_to=None)
        .annotate(open_loops=Count("loops", filter=Q(loops__closed_at=None), distinct=True), parts=Count("children", distinct=True))
        .order_by("code")
    )
    trail = list(Area.objects.filter(pk__in=[int(p) for p in here.path.split(".") if p]).order_by("path")) if here else []
    columns = [
        {"key": "name", "label": Text("名称", "Name")}, {"key": "code", "label": Text("代码", "Code")}, {"key": "level", "label": Text("层级", "Level")},
        {"key": "parts", "label": Text("下级数", "Parts"), "number": True},
    ]  # fmt: skip
    rows = [
        {"cells": [{"value": a.name, "url": f"{reverse('territory')}?area={a.pk}"}, {"value": a.code}, {"value": LEVELS[a.level]}, {"value": a.parts}]}
        for a in below
    ]
    context = {
        "here": here, "trail": trail, "level": LEVELS[here.level] if here else None,
        "sheet": {"key": "territory", "caption": Text("下级区域", "Areas below"), "columns": columns, "rows": rows}, "empty": _EMPTY,
    }  # fmt: skip
    return render(request, "pages/territory.html", context)


def _area(wanted: int | None) -> Area | None:
    if wanted is not None:
        return Area.objects.filter(pk=wanted).first()
    district = District.objects.select_related("root").filter(pk=1).first()
    return district.root if district and district.root else Area.objects.filter(parent=None, valid_to=None).order_by("code").first()


@page("units", "units", "unit.view", methods=("GET",), nav=Nav(Text("单位与岗位", "Units and posts"), "sitemap", 41))
def units(request: HttpRequest) -> HttpResponse:
    """The units in the actor's reach with their posts and who holds them."""
    kind = request.GET.get("kind", "")
    text = request.GET.get("text", "").strip()[:60]
    found = _reachable(actor_of(request)).filter(active_to=None)
    if kind:
        found = found.filter(kind=kind)
    if text:
        found = found.filter(Q(name__icontains=text) | Q(name_key__icontains=text) | Q(code=text))
    rows = list(found.select_related("area").prefetch_related("posts").order_by("kind", "pk")[:500])
    columns = [
        {"key": "name", "label": Text("单位", "Unit")}, {"key": "kind", "label": Text("类别", "Kind")}, {"key": "area", "label": Text("区域", "Area")},
        {"key": "posts", "label": Text("岗位与任职", "Posts and holders")},
    ]  # fmt: skip
    holders = _holders([u.pk for u in rows])
    lines = [
        {"cells": [{"value": u.name}, {"value": KINDS[u.kind]}, {"value": u.area.name}, {"value": holders.get(u.pk) or Text("无岗位", "no posts")}]}
        for u in rows
    ]
    options = [{"value": k, "label": v} for k, v in KINDS.items()]
    context = {
        "sheet": {"key": "units", "caption": Text("单位", "Units"), "columns": columns, "rows": lines}, "empty": _EMPTY,
        "filters": [{"key": "kind", "label": Text("类别", "Kind"), "options": options, "current": kind}],
        "search": {"key": "text", "value": text, "placeholder": Text("名称、拼音或代码", "Name, pinyin or code")},
    }  # fmt: skip
    return render(request, "pages/units.html", context)


def _reachable(actor: Actor) -> Any:
    """Units in the actor's areas and its own; who has no area scope sees the units of its own area (administrators: all names)."""
    if any(g.role in ("security_admin", "system_admin") for g in actor.grants):
        return Unit.objects.all()
    paths = actor.area_paths("unit.view") or tuple(g.path for g in actor.grants_for("unit.view"))
    where = Q(pk__in=actor.unit_ids("unit.view"))
    for path in paths:
        where |= Q(area__path__startswith=path)
    return Unit.objects.filter(where)


def _holders(unit_ids: list[int]) -> dict[int, str]:
    today = timezone.localdate()
    table = roles()
    held: dict[int, list[str]] = {}
    rows = (
        PostHolding.objects.filter(post__unit_id__in=unit_ids, from_date__lte=today)
        .exclude(to_date__lte=today)
        .select_related("post", "account")
        .order_by("post_id")
    )
    for h in rows:
        title = h.post.title or table[h.post.role].title.zh
        held.setdefault(h.post.unit_id, []).append(f"{title}（{h.account.display_name}）")
    return {unit: "、".join(names) for unit, names in held.items()}


@page("gaps", "responsibility/gaps", "responsibility.view", methods=("GET",), nav=Nav(Text("责任空档", "Responsibility gaps"), "hand-stop", 42))
def gaps_page(request: HttpRequest) -> HttpResponse:
    """Where nobody answers: one line for each gap."""
    found = gaps(actor_of(request), timezone.localdate())
    columns = [
        {"key": "name", "label": Text("对象", "What")}, {"key": "level", "label": Text("类别", "Kind")}, {"key": "street", "label": Text("街道（镇）", "Street")},
        {"key": "missing", "label": Text("缺少", "Missing")}, {"key": "since", "label": Text("自何日", "Since")},
    ]  # fmt: skip
    rows: list[dict[str, Any]] = []
    for g in found.rows[:2000]:
        name: Any = g.name or Text("在管人员", "a person in custody")
        level: Any = LEVELS.get(g.level) or KINDS.get(g.level) or Text("岗位", "post")
        missing = {"value": MISSING[g.missing], "tone": "warn"}
        rows.append({"cells": [{"value": name}, {"value": level}, {"value": g.street_name or "—"}, missing, {"value": g.since.isoformat()}]})
    told = Text("每个区域、单位和岗位都有责任人。", "Every area, unit and post has its responsible.")
    done = {"title": Text("没有责任空档", "No gaps"), "text": told, "icon": "circle-check"}
    sheet = {"key": "gaps", "caption": Text("责任空档", "Responsibility gaps"), "columns": columns, "rows": rows}
    return render(request, "pages/gaps.html", {"sheet": sheet, "count": len(found.rows), "empty": done})


@page("kinds", "kinds", "kind.view", methods=("GET",), nav=Nav(Text("事项类型", "Loop kinds"), "list-details", 50))
def kinds(request: HttpRequest) -> HttpResponse:
    """The kinds in force: stages, who owes, how long, who verifies."""
    shown = [{"kind": k, "version": k.version, "stages": k.stages.values(), "steps": k.steps.values()} for _, k in current_kinds().values()]
    return render(request, "pages/kinds.html", {"kinds": shown})
