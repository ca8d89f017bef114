"""Verbs of the weights: one proposes, another adopts or drops; past periods keep the edition that was in force on their last day."""

from __future__ import annotations

from datetime import date
from typing import Any

from django.utils import timezone
from pydantic import Field

from tongchou.kernel.clock import not_far
from tongchou.kernel.errors import Reason, Refusal
from tongchou.kernel.text import Text
from tongchou.record.act import Context, Payload, explain_constraint, verb
from tongchou.record.territory.reach import missing
from tongchou.rooms.assessment.definition import MEASURES
from tongchou.rooms.assessment.models import ScoreEdition

explain_constraint(
    "score_edition_two_people",
    Reason.SAME_PERSON,
    Text("提出人不能审定自己提出的权重。", "Who proposed the weights may not adopt them."),
    Text("请由其他有权同志审定。", "Somebody else who may must do it."),
)
explain_constraint(
    "score_edition_once",
    Reason.DUPLICATE,
    Text("该日已有审定的权重。", "Weights from that day on were adopted already."),
    Text("请另选施行日期。", "Choose another day."),
)


class ProposeIn(Payload):
    """weights: measure -> points; together 100. A measure left out, or with 0, does not count."""

    since: date
    least: int = Field(3, ge=1, le=100)
    weights: dict[str, int] = Field(min_length=1, max_length=20)
    reason: str = Field(min_length=4, max_length=300)


class DecideIn(Payload):
    edition: int
    adopt: bool


@verb("scores.propose", "scores.set", Text("提出考核权重", "Propose weights of scores"))
def propose(context: Context, given: ProposeIn) -> dict[str, Any]:
    """Weights from a day on that lies ahead: what was scored already does not change."""
    today = timezone.localdate(context.now)
    not_far(given.since, today, "since")
    if given.since <= today:
        rule = Text("施行日期须在今天之后，已有的考核结果不改。", "They begin after today; what was scored does not change.")
        raise Refusal(Reason.IMPOSSIBLE_DATE, rule, remedy=Text("请另选日期。", "Choose another day."), field="since", value=str(given.since))
    unknown = next((k for k in given.weights if k not in MEASURES), None)
    if unknown is not None:
        rule = Text("没有这项指标。", "There is no such measure.")
        raise Refusal(Reason.INVALID_VALUE, rule, remedy=Text("可选：{all}。", "Choose from: {all}.").with_(all=", ".join(MEASURES)), field="weights", value=unknown[:40])
    if sum(given.weights.values()) != 100 or min(given.weights.values()) < 0:
        rule = Text("各项权重不得为负，合计须为 100，现为 {n}。", "Weights are not negative and add up to 100; here {n}.").with_(n=sum(given.weights.values()))
        raise Refusal(Reason.INVALID_VALUE, rule, remedy=Text("请调整。", "Change them."), field="weights", value=sum(given.weights.values()))
    assert context.actor.account_id is not None
    row = ScoreEdition.objects.create(
        since=given.since, least=given.least, weights={k: v for k, v in given.weights.items() if v}, reason=given.reason,
        proposed_by_id=context.actor.account_id, proposed_at=context.now,
    )  # fmt: skip
    context.event("propose", subject=f"score_edition:{row.pk}", note=given.reason, data={"since": str(row.since), "weights": row.weights})
    return {"edition": row.pk}


@verb("scores.adopt", "scores.set", Text("审定考核权重", "Adopt weights of scores"))
def adopt(context: Context, given: DecideIn) -> dict[str, Any]:
    """Adopt or drop what another proposed."""
    row = ScoreEdition.objects.select_for_update().filter(pk=given.edition).first()
    if row is None:
        raise missing(Text("没有这一版权重。", "There is no such edition."), "edition", given.edition)
    if row.adopted is not None or (given.adopt and row.since <= timezone.localdate(context.now)):
        rule = Text("该版权重已审定，或施行日期已过。", "It was decided already, or its day is over.")
        raise Refusal(Reason.WRONG_STAGE, rule, remedy=Text("请重新提出。", "Propose it again."), field="edition", value=row.pk)
    row.adopted, row.decided_by_id, row.decided_at = given.adopt, context.actor.account_id, context.now
    row.save(update_fields=["adopted", "decided_by", "decided_at"])
    context.event("adopt" if given.adopt else "drop", subject=f"score_edition:{row.pk}")
    return {"edition": row.pk, "adopted": row.adopted}
