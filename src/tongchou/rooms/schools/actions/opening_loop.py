"""The loop of an application to open: its stage follows what was handed in and reviewed, so that whoever owes the next step has a clock."""

from __future__ import annotations

import uuid
from dataclasses import replace

from tongchou.kernel.errors import Reason, Refusal
from tongchou.kernel.text import Text
from tongchou.record.access import SYSTEM
from tongchou.record.act import Context
from tongchou.record.actions.loops import AdvanceIn, advance, after_step
from tongchou.record.actions.open_loops import OpenIn, open_one
from tongchou.record.loops.titles import noted, written
from tongchou.record.loops.write import office_unit
from tongchou.record.models import Loop
from tongchou.rooms.schools.conditions import EPIDEMIC, OWN_PROOF, titles
from tongchou.rooms.schools.models import Opening, School
from tongchou.rooms.schools.reach import DECIDE, office

KIND, ORIGIN = "school_opening", "school_opening"


def begin(context: Context, school: School, row: Opening) -> uuid.UUID | None:
    """Open the loop; None where no office is there to decide."""
    owner = office(DECIDE, school.unit.area.path) or office_unit()
    if owner is None:
        return None
    title = Text("{name}开学申请", "{name}: application to open").with_(name=school.unit.name)
    told = Text("拟于{zh}开学。", "To open on {en}.").with_(zh=f"{row.opens_on:%Y年%m月%d日}", en=row.opens_on.isoformat())
    given = {
        "kind": KIND, **written(title, told), "unit": school.pk,
        "area": school.unit.area_id, "owner_unit": owner, "origin": ORIGIN, "origin_ref": str(row.pk),
    }  # fmt: skip
    return uuid.UUID(str(open_one(replace(context, actor=SYSTEM, grants=()), OpenIn.model_validate(given))["loop"]))


def follow(context: Context, row: Opening) -> str:
    """Bring the loop's stage in line with the evidence as it stands; returns the stage, "" without an open loop."""
    stage = _stage(row)
    while stage:
        step, note = _next(row, stage)
        if not step:
            break
        _take(context, row, step, note)
        stage = _stage(row)
    return stage


def _stage(row: Opening) -> str:
    loop = Loop.objects.filter(pk=row.loop_id, closed_at=None).values_list("stage", flat=True).first() if row.loop_id else None
    return loop or ""


def _next(row: Opening, stage: str) -> tuple[str, Text]:
    """The step that the evidence asks for at this stage, with its note; "" where it stands as it should."""
    met = {p.key: p.met for p in row.proofs.all()}
    bad = [k for k in own_keys(row) if met.get(k) is False]
    if stage == "collecting":
        return ("complete", _NO_NOTE) if not bad and all(k in met for k in own_keys(row)) else ("", _NO_NOTE)
    if bad:
        known = titles()
        what = Text.listed(known.get(k, k) for k in bad)
        return "wanting", Text("{what}：核查不符合，请补正后重新提交。", "{what}: not as it should be; mend it and hand in again.").with_(what=what)
    ready = all(met.get(k) for k in (*OWN_PROOF, *row.items))
    return ("checked", _NO_NOTE) if stage == "checking" and ready else ("", _NO_NOTE)


def own_keys(row: Opening) -> list[str]:
    """The items that the school itself shows."""
    return [k for k in (*OWN_PROOF, *row.items) if k != EPIDEMIC]


def conclude(context: Context, row: Opening) -> None:
    """End the loop with the decision that the application has; a decision without a check says that the rules ask for none."""
    stage = _stage(row)
    if not stage:
        return
    if row.state == Opening.State.REFUSED:
        _take(context, row, "refuse", Text(row.reason, row.reason))
    elif stage == "deciding":
        _take(context, row, "open", Text(row.reason, row.reason))
    else:
        _take(context, row, "free", Text(row.reason, row.reason) if row.reason else _FREE)


_NO_NOTE = Text("", "")
_FREE = Text("按当日规定无须核查开学条件。", "The rules of the day ask for no check of the conditions.")
_DECISIONS = ("open", "free", "refuse")


def _take(context: Context, row: Opening, step: str, note: Text) -> None:
    """As the one who acts where that is the party of the step, else as the program, such as for an office that hands in for a school."""
    assert row.loop_id is not None
    loop = Loop.objects.get(pk=row.loop_id)
    party = loop.subject_unit_id if step == "complete" else loop.owner_unit_id if step in _DECISIONS else None
    own = party is not None and not context.actor.system and party in context.actor.unit_ids("loop.act")
    by = context if own else replace(context, actor=SYSTEM, grants=())
    advance(by, AdvanceIn.model_validate({"loop": loop.pk, "step": step, **noted(note)}))


@after_step(KIND, "complete")
def completed(context: Context, loops: list[uuid.UUID]) -> None:
    """It is complete item by item, not because somebody says so."""
    for row in Opening.objects.filter(loop__in=loops):
        if not set(own_keys(row)) <= set(row.proofs.values_list("key", flat=True)):
            raise _only_there()


@after_step(KIND, "open")
@after_step(KIND, "free")
@after_step(KIND, "refuse")
def decided(context: Context, loops: list[uuid.UUID]) -> None:
    """A decision holds the plan and its reasons: it is taken where they are shown."""
    if Opening.objects.filter(loop__in=loops).exclude(state=Opening.State.COLLECTING).count() < len(loops):
        raise _only_there()


def _only_there() -> Refusal:
    rule = Text("这一步逐项办理，请在开学条件页面进行。", "This step goes item by item, on the page of conditions for opening.")
    return Refusal(Reason.WRONG_STAGE, rule, remedy=Text("请打开开学条件页面。", "Open that page."), field="step")
