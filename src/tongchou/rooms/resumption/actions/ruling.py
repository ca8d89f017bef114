"""Verbs of the district's own rules: propose an edition, agree to it or not."""

from __future__ import annotations

from datetime import date
from typing import Any, Literal

from pydantic import Field

from tongchou.kernel.clock import SHANGHAI
from tongchou.kernel.errors import Reason, Refusal
from tongchou.kernel.text import Text
from tongchou.record.act import Context, Payload, explain_constraint, verb
from tongchou.record.models import District, Unit
from tongchou.record.permit_facts import longest_days
from tongchou.record.territory.reach import missing
from tongchou.rooms.resumption.models import RuleEdition
from tongchou.rooms.resumption.queue import PARTS
from tongchou.rooms.resumption.reach import RULES
from tongchou.rooms.resumption.ways import approval_lists, district_lists, empty_lists, rules_on

explain_constraint(
    "resumption_rules_two_people", Reason.SAME_PERSON, Text("提出人不能自己审定。", "Who proposed it may not decide on it."),
    Text("请由另一人审定。", "Somebody else must decide."),
)  # fmt: skip
explain_constraint(
    "resumption_rules_one_a_day", Reason.CONFLICT, Text("该日已有一版规则生效。", "An edition begins on that day already."),
    Text("请改一个生效日。", "Choose another day."),
)  # fmt: skip
CHOICES = ("", "approval", "filing", "list", "commitment", "allowed")


class ReviewerIn(Payload):
    unit: int
    items: list[str] = Field(min_length=1, max_length=60)


class ListIn(Payload):
    """A checklist that is left to the district, with its items in both languages."""

    key: str = Field(max_length=40)
    items: list[dict[Literal["zh", "en"], str]] = Field(max_length=20)


class RulesIn(Payload):
    """weights: points of each part, together 100. What is left out stays as it is."""

    from_date: date
    reason: str = Field(min_length=4, max_length=300)
    weights: dict[str, int] | None = None
    staged_way: str | None = Field(None, max_length=20)
    local_way: str | None = Field(None, max_length=20)
    unknown_way: str | None = Field(None, max_length=20)
    papers: list[Literal["five_papers"]] | None = None
    checklists: list[str] | None = Field(None, max_length=10)
    valid_days: int | None = Field(None, ge=0)
    warn_days: int | None = Field(None, ge=1, le=90)
    reviewers: list[ReviewerIn] | None = Field(None, max_length=30)
    lists: list[ListIn] | None = Field(None, max_length=10)


class DecideIn(Payload):
    edition: int
    adopt: bool


@verb("resumption.propose_rules", RULES, Text("提出复工规则", "Propose rules of resumption"))
def propose(context: Context, given: RulesIn) -> dict[str, Any]:
    """An edition from a day on, today at the earliest. It holds once a second person agrees."""
    _district_wide(context)
    today = context.now.astimezone(SHANGHAI).date()
    if given.from_date < today:
        rule = Text("生效日不能早于今天。", "It cannot begin before today.")
        raise Refusal(Reason.IMPOSSIBLE_DATE, rule, field="from_date", value=given.from_date.isoformat())
    wanted = given.model_dump(exclude={"from_date", "reason"}, exclude_none=True)
    _check(wanted)
    rules = rules_on(given.from_date) | wanted
    empty = empty_lists(rules)
    if empty:
        rule = Text("“{name}”还没有填写条目，不能作为必备材料。", "“{name}” has no items yet and cannot be asked for.").with_(name=empty[0])
        remedy = Text("请先在本页逐条填写。", "Fill in its items on this page first.")
        raise Refusal(Reason.MISSING_VALUE, rule, remedy=remedy, field="checklists")
    assert context.actor.account_id is not None
    row = RuleEdition.objects.create(
        from_date=given.from_date, rules=rules, reason=given.reason, proposed_by_id=context.actor.account_id, proposed_at=context.now,
    )  # fmt: skip
    context.event("resumption_rules_proposed", subject=f"resumption_rules:{row.pk}", note=given.reason, data=wanted)
    return {"edition": row.pk}


def _district_wide(context: Context) -> None:
    """The rules are the district's: who proposes or decides holds a post of the district itself."""
    root = District.objects.filter(pk=1).values_list("root__path", flat=True).first()
    if root and not context.actor.system and not context.actor.sees_path(RULES, root):
        rule = Text("复工规则由区一级确定。", "The rules are set for the whole district.")
        raise Refusal(Reason.NOT_OWNER, rule, field="edition")


def _check(wanted: dict[str, Any]) -> None:
    weights = wanted.get("weights")
    if weights is not None and (
        set(weights) != set(PARTS) or any(w < 0 for w in weights.values()) or sum(weights.values()) != 100
    ):
        rule = Text("五项权重都要给出，不小于 0，合计 100。", "Give all five weights, none below 0, 100 in all.")
        raise Refusal(Reason.INVALID_VALUE, rule, field="weights", value=sum(weights.values()))
    if (wanted.get("valid_days") or 0) > longest_days():
        rule = Text("许可一次最长 {n} 天。", "A permit is given for {n} {n|day|days} at most.").with_(n=longest_days())
        remedy = Text("0 为长期有效，由复核把关。", "0 gives permits without an end, which reviews look after.")
        raise Refusal(Reason.INVALID_VALUE, rule, remedy=remedy, field="valid_days", value=wanted["valid_days"])
    for key in ("staged_way", "local_way", "unknown_way"):
        if wanted.get(key) is not None and wanted[key] not in CHOICES:
            raise Refusal(
                Reason.INVALID_VALUE, Text("没有这种方式。", "There is no such way."), field=key, value=wanted[key]
            )
    for line in wanted.get("reviewers") or ():
        if not Unit.objects.filter(
            pk=line["unit"], active_to=None, kind__in=("department", "hq_department", "special_team")
        ).exists():
            rule = Text("审核单位应是在册的部门或专班。", "A reviewer is an active department or team.")
            raise Refusal(Reason.INVALID_VALUE, rule, field="reviewers", value=line["unit"])
    strange = next((k for k in wanted.get("checklists") or () if k not in dict(approval_lists())), None)
    if strange is not None:
        rule = Text("没有这份企业清单。", "There is no such checklist for enterprises.")
        remedy = Text("可用：{all}。", "Lists: {all}.").with_(all=Text.listed([t for _, t in approval_lists()]))
        raise Refusal(Reason.INVALID_VALUE, rule, remedy=remedy, field="checklists", value=strange[:40])
    known = {k for k, _ in district_lists()}
    for line in wanted.get("lists") or ():
        full = all(i.get("zh", "").strip() and i.get("en", "").strip() for i in line["items"])
        if line["key"] not in known or not full:
            rule = Text(
                "清单须是留给区里填写的，每项写明中英文。",
                "Only lists left to the district, each item in both languages.",
            )
            raise Refusal(Reason.INVALID_VALUE, rule, field="lists", value=line["key"])


@verb("resumption.decide_rules", RULES, Text("审定复工规则", "Decide on rules of resumption"))
def decide(context: Context, given: DecideIn) -> dict[str, Any]:
    """Agree or not; by another person than who proposed it."""
    _district_wide(context)
    row = RuleEdition.objects.select_for_update().filter(pk=given.edition).first()
    if row is None:
        raise missing(Text("没有找到这一版规则。", "There is no such edition."), "edition", given.edition)
    if row.state != "proposed":
        raise Refusal(Reason.WRONG_STAGE, Text("这一版已经审定。", "It was decided already."), field="edition")
    row.state, row.decided_by_id, row.decided_at = (
        "adopted" if given.adopt else "rejected",
        context.actor.account_id,
        context.now,
    )
    row.save()
    context.event(f"resumption_rules_{row.state}", subject=f"resumption_rules:{row.pk}")
    return {"edition": row.pk, "state": row.state}
