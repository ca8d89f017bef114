"""Who reaches which project: those in whose area it lies, the units that lead it, build it or answer for one of its parts."""

from __future__ import annotations

import uuid

from django.db.models import Q, QuerySet

from tongchou.kernel.text import Text
from tongchou.record.access import Actor
from tongchou.record.territory.reach import missing
from tongchou.rooms.projects.models import Part, Project

VIEW, REPORT, MANAGE = "project.view", "project.report", "project.manage"


def projects_of(actor: Actor, permission: str) -> QuerySet[Project]:
    """Every project that the actor reaches under a permission."""
    actor.require(permission)
    units = list(actor.unit_ids(permission))
    parts = Part.objects.filter(unit__in=units, cancelled_at=None).values("project")
    where = Q(lead_unit__in=units) | Q(owner_unit__in=units) | Q(pk__in=parts)
    for path in actor.area_paths(permission):
        where |= Q(area__path__startswith=path)
    return Project.objects.filter(where).select_related("area", "lead_unit", "owner_unit", "leader_post__unit")


def project_in_reach(actor: Actor, permission: str, key: uuid.UUID, *, lock: bool = False) -> Project:
    """Return a project; outside the actor's reach it is not found."""
    rows = projects_of(actor, permission)
    found = (rows.select_for_update(of=("self",)) if lock else rows).filter(pk=key).first()
    if found is None:
        raise missing(Text("没有找到这个项目。", "There is no such project."), "project", str(key))
    return found
