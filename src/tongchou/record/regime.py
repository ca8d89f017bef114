"""The regime of resumption: what an enterprise needs in an area on a day, by the pack of that time and the area's grade on record."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from tongchou.kernel.text import Text
from tongchou.packs.grading.course import OF_RANK
from tongchou.packs.grading.scheme import rank
from tongchou.packs.plans.decide import UNDETERMINED, decide
from tongchou.packs.plans.report import as_value, outcome_title
from tongchou.record.models import Area
from tongchou.record.plans import pack_in_force
from tongchou.record.questions.grades import Grade, grade_of

PACK, TABLE = "resumption-2020", "regime"
GRADES = ("low", "medium", "high")


@dataclass(frozen=True, slots=True)
class Regime:
    """What holds. outcome: of the pack's table `regime`, or undetermined (see needs). level: the grade that it rests on, None: not known.

    document: title, number, issuer and link of the paper that the rule stands in. unconfirmed: no source in print confirms all of it.
    """

    code: str
    on: date
    outcome: str
    title: Text
    reason: Text
    document: tuple[Text, str, str, str] | None
    edition: Text
    overlays: tuple[Text, ...]
    level: str | None
    grade: Grade | None
    needs: tuple[Text, ...]
    unconfirmed: bool


def regime(
    code: str, on: date, *, level: str | None = None, essential: bool | None = None, commitment: bool | None = None
) -> Regime:
    """The regime of an area, by its code, on a day.

    level: the grade to go by (low, medium, high); None takes the one on record, the area's own or that of the nearest area above it. No
    grade on record is unknown, never low. essential, commitment: of the enterprise, where they are known. Raises Refusal.
    """
    held = None
    area = Area.objects.filter(code=code, valid_to=None).values_list("pk", flat=True).first() if level is None else None
    if area is not None:
        held = grade_of(area, on)
        level = OF_RANK.get(rank(held.grade)) if held else None
    given = {"area_grade": level, "essential": essential, "commitment": commitment}
    found = decide(pack_in_force(PACK, on), TABLE, {k: v for k, v in given.items() if v is not None}, on, None, code[:6], explain=False)
    value, standing = as_value(found), found.standing
    document, reason = None, Text("须先查明风险等级。", "The grade has to be known first.")
    if found.rule is not None and found.outcome != UNDETERMINED:
        source = found.rule.rule.source
        paper = standing.pack.documents[
            standing.edition.source.document if source.document == "edition" else source.document
        ]
        document, reason = (paper.title, paper.number, paper.issuer, paper.link), found.rule.rule.reason
    return Regime(
        code, on, found.outcome, outcome_title(found, found.outcome), reason, document, standing.edition.title,
        tuple(standing.pack.overlays[key].title for key in standing.overlays), level, held,
        tuple(standing.inputs[name].title for name in value["needs"]), bool(value["unconfirmed"]),
    )  # fmt: skip
