"""May a school open: the plan's three conditions, each resting on evidence that somebody else has reviewed."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import Any

from tongchou.kernel.text import Text
from tongchou.packs.checklists import Checklist, shipped
from tongchou.packs.plans.decide import decide
from tongchou.packs.plans.report import as_value
from tongchou.record.plans import pack_in_force
from tongchou.rooms.schools.models import Opening, Proof

PACK, TABLE, CHECKLIST = "resumption-2020", "school_opening", "school"
EPIDEMIC, SAFETY, READY = "epidemic_controlled", "safety_guaranteed", "conditions_ready"
OWN_PROOF = {
    EPIDEMIC: Text(
        "疫情基本控制（由卫健部门、街道或教育部门提交）",
        "The epidemic is basically controlled (by the health department, the street or the education department)",
    ),
    SAFETY: Text(
        "师生安全有保障（学校提交：方案、家长意见、物资）",
        "Safety of teachers and pupils is guaranteed (by the school: plan, parents, supplies)",
    ),
}
MAY, SHUT, NOT_ASKED = "may_open", "stays_shut", "not_asked"


@dataclass(frozen=True, slots=True)
class Standing:
    """What the plan says now. facts: None where not known yet. why: what keeps it shut, or what is still missing, item by item."""

    outcome: str
    value: dict[str, Any]
    facts: dict[str, bool | None]
    why: tuple[Text, ...]

    @property
    def may(self) -> bool:
        """Where the rules of that day do not ask for conditions they stand in nobody's way; what is not known does."""
        return self.outcome in (MAY, NOT_ASKED)

    @property
    def whole_why(self) -> Text:
        """All of `why` as one sentence, whatever stop each of them ends with."""
        return Text("；".join(w.zh.rstrip("。；") for w in self.why) + "。", "; ".join(w.en.rstrip(".;") for w in self.why) + ".")


def checklist() -> Checklist:
    """The checklist of schools that comes with the program."""
    return shipped()[CHECKLIST]


def titles() -> dict[str, Text]:
    """What each proof is about, in order."""
    return OWN_PROOF | {item.key: item.title for item in checklist().items}


def standing(opening: Opening, on: date) -> Standing:
    """Judge an application by the plan in force on a day and by the proofs as they have been reviewed."""
    proofs = {p.key: p for p in opening.proofs.all()}
    facts: dict[str, bool | None] = {
        EPIDEMIC: _met(proofs, [EPIDEMIC]),
        READY: _met(proofs, list(opening.items)),
        SAFETY: _met(proofs, [SAFETY]),
    }
    area = opening.school.unit.area.code[:6]
    found = decide(
        pack_in_force(PACK, on), TABLE, {k: v for k, v in facts.items() if v is not None}, on, None, area, explain=False
    )
    outcome = found.outcome
    value = as_value(found)
    if outcome == "stays_shut":
        why = [rule.rule.reason for rule in found.fired]
    elif outcome in (MAY, NOT_ASKED):
        return Standing(outcome, value, facts, ())
    else:
        why = [
            Text("尚未查明：{what}。", "Not known yet: {what}.").with_(what=found.standing.inputs[name].title)
            for name in value["needs"]
        ]
    return Standing(outcome, value, facts, (*why, *_items(opening, proofs)))


def _met(proofs: dict[str, Proof], keys: list[str]) -> bool | None:
    """All are met; one is not; else not known. Nothing handed in is never a yes."""
    verdicts = [proofs[k].met if k in proofs else None for k in keys]
    if False in verdicts:
        return False
    return None if None in verdicts or not verdicts else True


def _items(opening: Opening, proofs: dict[str, Proof]) -> list[Text]:
    """Each item that is not met, with how it stands."""
    out, known = [], titles()
    for key in (*OWN_PROOF, *opening.items):
        proof = proofs.get(key)
        if proof is not None and proof.met:
            continue
        how = (
            Text("未提交", "not handed in")
            if proof is None
            else Text("待审核", "waits for review")
            if proof.met is None
            else Text("审核不符合", "found wanting")
        )
        out.append(Text("{item}：{how}", "{item}: {how}").with_(item=known.get(key, Text(key, key)), how=how))
    return out
