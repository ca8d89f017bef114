"""Who sees and changes which document and which meeting. What lies outside is not found."""

from __future__ import annotations

import uuid
from typing import Any

from django.db.models import Q, QuerySet

from tongchou.kernel.text import Text
from tongchou.record.access import Actor
from tongchou.record.models import Unit
from tongchou.record.territory.reach import missing, reaches_unit, within
from tongchou.rooms.directives.models import Directive, Document, Meeting

VIEW, DRAFT, ISSUE = "directive.view", "directive.draft", "directive.issue"
SEE, PLAN = "meeting.view", "meeting.plan"


def documents_of(actor: Actor) -> QuerySet[Document]:
    actor.require(VIEW)
    return Document.objects.filter(within(actor, VIEW, "unit__area__path", "unit"))


def document_in_reach(actor: Actor, permission: str, key: uuid.UUID, *, lock: bool = False) -> Document:
    """One document that the actor may see (or change, by the permission)."""
    rows = Document.objects.select_for_update(of=("self",)) if lock else Document.objects
    row = rows.select_related("unit__area", "file", "taken_in_by").defer("file__sealed").filter(pk=key).first()
    if row is None or not (permission and reaches_unit(actor, permission, row.unit)):
        raise missing(Text("没有找到该文件。", "There is no such document."), "document", str(key))
    return row


def directive_in_reach(actor: Actor, permission: str, key: uuid.UUID, *, lock: bool = False) -> Directive:
    """One directive; with lock, its document is locked first, so that changes within a document follow one another."""
    found = Directive.objects.filter(pk=key).values_list("document", flat=True).first()
    gone = missing(Text("没有找到该事项。", "There is no such directive."), "directive", str(key))
    if found is None:
        raise gone
    document = Document.objects.select_related("unit__area").filter(pk=found).first()
    if document is None or not reaches_unit(actor, permission, document.unit):
        raise gone
    if lock:
        document = document_in_reach(actor, permission, found, lock=True)
    rows = Directive.objects.select_for_update(of=("self",)) if lock else Directive.objects
    row = rows.select_related("lead_unit", "person", "confirmed_by").get(pk=key)
    row.document = document
    return row


def meetings_of(actor: Actor) -> QuerySet[Meeting]:
    """Those convened within the actor's reach, and those to which an own unit is asked."""
    actor.require(SEE)
    asked = Q(attendance__unit__in=actor.unit_ids(SEE))
    return Meeting.objects.filter(within(actor, SEE, "unit__area__path", "unit") | asked).distinct()


def meeting_in_reach(actor: Actor, permission: str, key: uuid.UUID, *, lock: bool = False) -> Meeting:
    """A meeting that the actor may see, or with meeting.plan one that it may run."""
    rows = Meeting.objects.select_for_update(of=("self",)) if lock else Meeting.objects
    row = rows.select_related("unit__area").filter(pk=key).first()
    fits = row is not None and reaches_unit(actor, permission, row.unit)
    if row is not None and not fits and permission == SEE:
        fits = row.attendance.filter(unit__in=actor.unit_ids(SEE)).exists()
    if row is None or not fits:
        raise missing(Text("没有找到该会议。", "There is no such meeting."), "meeting", str(key))
    return row


def units_below(document_unit: Unit) -> QuerySet[Unit]:
    """Active units to which a document of this unit may hand out: those of its area."""
    return Unit.objects.filter(active_to=None, area__path__startswith=document_unit.area.path)


def own_unit(context: Any, wanted: int | None) -> int:
    """The unit for which something is made: the one named, if the actor holds the permission in it, else that of its first post."""
    mine = [g.unit_id for g in context.grants]
    if wanted is not None and wanted not in mine:
        raise missing(Text("没有找到该单位。", "There is no such unit."), "unit", wanted)
    if not mine:
        raise missing(Text("须由有单位的人员办理。", "Somebody of a unit must do it."), "unit", wanted)
    return wanted if wanted is not None else mine[0]
