"""Choices that several forms offer: areas, posts, units within reach."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from datetime import date
from typing import Any

from django.db.models import Q

from tongchou.kernel.text import Text
from tongchou.record.access import Actor, roles
from tongchou.record.models import Area, Post, Unit
from tongchou.record.territory.names import told_apart
from tongchou.record.territory.reach import everything, within

MOST_AREAS = 600
"""Above this many, the finest level is left out of a list: a community is chosen, the grid follows later."""
Choices = list[tuple[Any, Any]]
PLEASE: tuple[Any, Any] = ("", Text("请选择", "Choose"))


def area_choices(
    actor: Actor, permission: str, levels: tuple[str, ...] = ("district", "street", "community", "grid")
) -> Choices:
    """Areas in force in which the actor has the permission, indented by level; those of one name with the area above, as only one line shows once it is chosen."""
    where = Q() if everything(actor, permission) else Q(pk__in=[])
    for path in actor.area_paths(permission):
        where |= Q(path__startswith=path)
    rows = Area.objects.filter(where, valid_to=None)
    while len(levels) > 1 and rows.filter(level__in=levels).count() > MOST_AREAS:
        levels = levels[:-1]
    found = list(rows.filter(level__in=levels).order_by("path").values_list("pk", "name", "path", "parent__name"))
    top = min((path.count(".") for _, _, path, _ in found), default=0)
    many = Counter(name for _, name, _, _ in found)
    told = ((key, f"{name}（{above}）" if many[name] > 1 and above else name, path) for key, name, path, above in found)
    return [PLEASE, *((key, "　" * (path.count(".") - top) + name) for key, name, path in told)]


def unit_choices(actor: Actor, permission: str, kinds: tuple[str, ...] = ()) -> Choices:
    """Active units within reach, at most 3,000; of some kinds only, where they are named. Those of one name with the area above."""
    rows = Unit.objects.filter(within(actor, permission, "area__path", "pk"), active_to=None)
    if kinds:
        rows = rows.filter(kind__in=kinds)
    return [PLEASE, *told_apart(list(rows.order_by("kind", "name_key", "pk").values_list("pk", "name")[:3000]))]


def named_units(kinds: Iterable[str], nobody: Any = PLEASE[1]) -> Choices:
    """Every active unit of these kinds, wherever it lies, at most 3,000; those of one name with the area above. nobody: what the empty choice says."""
    rows = Unit.objects.filter(kind__in=kinds, active_to=None).order_by("kind", "name_key", "pk")
    return [("", nobody), *told_apart(list(rows.values_list("pk", "name")[:3000]))]


def post_choices(actor: Actor, permission: str, on: date) -> Choices:
    """Posts in force of units that the actor reaches, by unit."""
    rows = (
        Post.objects.filter(within(actor, permission, "unit__area__path", "unit"), ended_on=None, unit__active_to=None)
        .select_related("unit")
        .order_by("unit__kind", "unit__name_key", "pk")
    )
    table = roles()
    return [PLEASE, *((p.pk, f"{p.unit.name} · {p.title or table[p.role].title.zh}") for p in rows[:3000])]
