"""One loop with all that happened to it."""

from __future__ import annotations

import json
import uuid
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db import connection

from tongchou.kernel.errors import Refusal
from tongchou.kernel.ids import new_id
from tongchou.kernel.text import Text
from tongchou.packs.kinds import LoopKind, Stage, Step
from tongchou.record.access import Actor
from tongchou.record.act import act
from tongchou.record.actions.loops import _still_open
from tongchou.record.loops import engine, references, state
from tongchou.record.models import CoUnit, Evidence, Loop
from tongchou.record.people.identity import open_identity


@dataclass(frozen=True, slots=True)
class Happening:
    """One line of the timeline."""

    at: datetime
    what: str
    who: str
    unit: str
    from_stage: str
    to_stage: str
    note: str
    data: dict[str, Any]
    act: uuid.UUID
    seq: int | None


@dataclass(frozen=True, slots=True)
class Source:
    """The document from above on which a loop rests: as it stands in the nearest loop above that names one, or in the loop itself."""

    loop: uuid.UUID
    number: str
    title: str
    organ: str

    @property
    def written(self) -> str:
        """清政发〔2020〕3号《关于…的通知》（清源市人民政府）."""
        return f"{self.number}{f'《{self.title}》' if self.title else ''}{f'（{self.organ}）' if self.organ else ''}"


@dataclass(frozen=True, slots=True)
class LoopFile:
    """What a loop page shows. `steps` pairs each step of the stage with the reason why the actor may not take it."""

    loop: Loop
    kind: LoopKind
    stage: Stage
    state: state.LoopState
    steps: list[tuple[Step, Refusal | None]]
    timeline: list[Happening]
    evidence: list[Evidence]
    co_units: list[CoUnit]
    children: list[Loop]
    parties: frozenset[str]
    parent_open: bool
    source: Source | None


@dataclass(frozen=True, slots=True)
class Referred:
    """A record named on a loop's page. title: None for those who may not read it. page, number: where it is shown; page "" without one."""

    kind: Text
    title: str | Text | None
    page: str = ""
    number: str = ""
    personal: bool = False


def whom(actor: Actor, found: LoopFile) -> Referred | None:
    """Whom a loop is about, masked: named to its parties and to whoever reaches the person; a link only for the latter.

    The caller records the reading (`read_people`).
    """
    row = found.loop.subject_person
    if row is None:
        return None
    kind = Text("人员", "Person")
    if row.erased_at is not None:
        return Referred(kind, Text("资料已到期清除", "erased when its time was over"))
    reached = actor.sees_path("person.view", row.area.path)
    if not reached and not found.parties - {"adjudicator"}:  # the headquarters could rule on any loop: that alone is no need to know
        return Referred(kind, None)
    name = open_identity(row.sealed, row.pk).masked().name
    return Referred(kind, name, "person" if reached else "", str(row.pk), personal=True)


def referred(actor: Actor, piece: Evidence) -> Referred | None:
    """What a link of evidence leads to; None for text from before links were checked."""
    parsed = references.parse(piece.link)
    if parsed is None:
        return None
    kind, number = parsed
    title = references.title_of(actor, kind, number)
    return Referred(kind.title, title, kind.page if title is not None else "", number, kind.personal and title is not None)


def read_people(actor: Actor, loop: uuid.UUID) -> None:
    """Record that the people of a loop are shown."""
    act("loop.read", actor, new_id(), {"loop": str(loop)})


_TIMELINE = """
select e.at, e.what, coalesce(c.display_name, ''), coalesce(u.name, ''), e.from_stage, e.to_stage, e.note, e.data, e.act_id, s.seq
from record_event e
join record_act x on x.id = e.act_id
left join record_account c on c.id = x.account_id
left join record_unit u on u.id = x.unit_id
left join record_ledgerentry s on s.act_id = e.act_id
where e.loop_id = %s order by e.id
"""


def loop_file(actor: Actor, loop: uuid.UUID) -> LoopFile:
    """Return the whole file of a loop; refuses as not found what lies outside the actor's reach."""
    found = state.load([loop])
    if not found or not state.visible(actor, found[0]):
        raise engine.not_found()
    row = (
        Loop.objects.select_related(
            "owner_unit", "owner_account", "opener_unit", "opener_account", "verifier_unit", "turn_unit", "area", "parent",
            "subject_unit", "subject_area", "subject_person__area",
        ).get(pk=loop)
    )  # fmt: skip
    kind = found[0].kind
    with connection.cursor() as cursor:
        cursor.execute(_TIMELINE, [loop])
        timeline = [Happening(*r[:7], _as_dict(r[7]), r[8], r[9]) for r in cursor.fetchall()]  # type: ignore[call-arg]
    return LoopFile(
        loop=row,
        kind=kind,
        stage=kind.stages[row.stage],
        state=found[0],
        steps=engine.possible_steps(actor, found[0], _still_open([loop]).get(loop, engine.Open())),
        timeline=timeline,
        evidence=list(Evidence.objects.filter(loop=loop).select_related("file", "by").defer("file__sealed").order_by("pk")),
        co_units=list(CoUnit.objects.filter(loop=loop).select_related("unit").order_by("pk")),
        children=list(Loop.objects.filter(parent=loop).select_related("owner_unit").order_by("opened_at")[:500]),
        source=source_of(loop),
        parent_open=row.parent_id is not None and any(state.visible(actor, above) for above in state.load([row.parent_id])),
        parties=frozenset(p.value for p in state.parties(actor, found[0])),
    )


SOURCE_KEYS = ("document_number", "document_title", "document_organ")
_SOURCE = """
with recursive up as (
  select l.id, l.parent_id, l.data, 0 as steps from record_loop l where l.id = %s
  union all
  select p.id, p.parent_id, p.data, u.steps + 1 from up u join record_loop p on p.id = u.parent_id where u.steps < 12
)
select id, coalesce(data->>'document_number', ''), coalesce(data->>'document_title', ''), coalesce(data->>'document_organ', '')
from up where coalesce(data->>'document_number', data->>'document_title', '') <> '' order by steps limit 1
"""


def source_of(loop: uuid.UUID) -> Source | None:
    """The document from above, of the loop or of what it was split from; None without."""
    with connection.cursor() as cursor:
        cursor.execute(_SOURCE, [loop])
        row = cursor.fetchone()
    return Source(*row) if row else None


def _as_dict(value: Any) -> dict[str, Any]:
    return json.loads(value) if isinstance(value, str) else value
