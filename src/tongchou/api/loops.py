"""Reads of loops: the work list and one file. They call the questions that the pages call."""

from __future__ import annotations

import uuid
from datetime import datetime
from typing import Any

from django.http import HttpRequest
from django.utils import timezone
from ninja import Query, Schema
from pydantic import Field

from tongchou.api.root import operation
from tongchou.api.texts import Pair, pair
from tongchou.record.access import Actor
from tongchou.record.loops.titles import own_data
from tongchou.record.questions.loopfile import LoopFile, loop_file, read_people
from tongchou.record.questions.worklist import Filter, Row, work_list

LARGEST_PAGE = 200


class LoopsIn(Schema):
    view: str = "unit"
    kind: str = Field("", max_length=40)
    stage: str = Field("", max_length=40)
    level: str = Field("", max_length=16)
    late: bool = False
    urgent: bool = False
    owner_unit: int | None = None
    area: int | None = None
    text: str = Field("", max_length=100)
    here: bool = False
    after: str = Field("", max_length=200)
    limit: int = Field(50, ge=1, le=LARGEST_PAGE)


class LoopsOut(Schema):
    """next: the cursor for `after`; "" at the end."""

    items: list[Row]
    next: str


@operation("GET", "/loops", "loops", tag="loops", response=LoopsOut)
def loops(request: HttpRequest, actor: Actor, given: Query[LoopsIn]) -> Any:
    """The work list, what is due first first. Views: mine, unit, co, assigned, area, follow_up, closed."""
    wanted = Filter(
        given.view,
        given.kind,
        given.stage,
        given.level,
        given.late,
        given.urgent,
        given.owner_unit,
        given.area,
        given.text.replace("\x00", ""),
        given.here,
    )
    rows, after = work_list(actor, wanted, timezone.now(), after=given.after, limit=given.limit)
    return {"items": rows, "next": after}


class StepOut(Schema):
    """A step of the present stage. `refused`: why the caller may not take it; null when it may."""

    key: str
    title: Pair
    note: str
    needs: list[dict[str, Any]]
    refused: Pair | None


class HappeningOut(Schema):
    at: datetime
    what: str
    who: str
    unit: str
    from_stage: str
    to_stage: str
    note: str
    data: dict[str, Any]
    act: uuid.UUID
    ledger: int | None


class EvidenceOut(Schema):
    key: str
    type: str
    text: str
    number: str | None
    file: uuid.UUID | None
    file_name: str
    link: str
    by: str
    at: datetime


class LoopOut(Schema):
    id: uuid.UUID
    kind: str
    version: int
    title: str
    detail: str
    data: dict[str, Any]
    stage: str
    stage_title: Pair
    deadline: datetime | None
    due_at: datetime
    opened_at: datetime
    closed_at: datetime | None
    end_reason: str
    level: str
    urgent: bool
    owner_unit: int
    owner_account: int | None
    opener_unit: int | None
    turn_unit: int | None
    area: int
    subject_person: uuid.UUID | None
    subject_unit: int | None
    parent: uuid.UUID | None
    children: list[uuid.UUID]
    co_units: list[int]
    parties: list[str]
    steps: list[StepOut]
    timeline: list[HappeningOut]
    evidence: list[EvidenceOut]


@operation("GET", "/loops/{uuid:loop}", "loop", tag="loops", response=LoopOut)
def loop(request: HttpRequest, actor: Actor, loop: uuid.UUID) -> Any:
    """One loop with its timeline, evidence, and the steps that the caller may take."""
    found = loop_file(actor, loop)
    if found.loop.subject_person_id is not None or any(e.link.startswith("person:") for e in found.evidence):
        read_people(actor, loop)
    return _loop_out(found)


def _loop_out(found: LoopFile) -> LoopOut:
    row = found.loop
    steps = [
        StepOut(
            key=s.key,
            title=pair(s.title),
            note=s.note,
            needs=[{"key": n.key, "type": n.type, "title": n.title.as_dict(), "at_least": n.at_least} for n in s.needs],
            refused=pair(r.rule) if r else None,
        )
        for s, r in found.steps
    ]
    timeline = [
        HappeningOut(
            at=h.at,
            what=h.what,
            who=h.who,
            unit=h.unit,
            from_stage=h.from_stage,
            to_stage=h.to_stage,
            note=h.note,
            data=h.data,
            act=h.act,
            ledger=h.seq,
        )
        for h in found.timeline
    ]
    evidence = [
        EvidenceOut(
            key=e.key,
            type=e.type,
            text=e.text,
            number=None if e.number is None else str(e.number),
            file=e.file_id,
            file_name=e.file.name if e.file else "",
            link=e.link,
            by=e.by.display_name if e.by else "",
            at=e.at,
        )
        for e in found.evidence
    ]
    return LoopOut(
        id=row.pk,
        kind=row.kind,
        version=found.kind.version,
        title=row.title,
        detail=row.detail,
        data=own_data(row.data),
        stage=row.stage,
        stage_title=pair(found.stage.title),
        deadline=row.deadline,
        due_at=row.due_at,
        opened_at=row.opened_at,
        closed_at=row.closed_at,
        end_reason=row.end_reason,
        level=row.level,
        urgent=row.urgent,
        owner_unit=row.owner_unit_id,
        owner_account=row.owner_account_id,
        opener_unit=row.opener_unit_id,
        turn_unit=row.turn_unit_id,
        area=row.area_id,
        subject_person=row.subject_person_id,
        subject_unit=row.subject_unit_id,
        parent=row.parent_id,
        children=[c.pk for c in found.children],
        co_units=[c.unit_id for c in found.co_units],
        parties=sorted(found.parties),
        steps=steps,
        timeline=timeline,
        evidence=evidence,
    )
