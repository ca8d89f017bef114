"""Verbs between families and a school: its notice to them, their word about their own child, and that the school took note of it."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any, Literal

from pydantic import Field

from tongchou.kernel.errors import Reason, Refusal
from tongchou.kernel.text import Text
from tongchou.record.act import Context, Payload, explain_constraint, verb
from tongchou.record.territory.reach import missing
from tongchou.rooms.schools.absentees import key_of, label_of, seal_label
from tongchou.rooms.schools.actions.files import today
from tongchou.rooms.schools.families import FAMILY, class_for_family
from tongchou.rooms.schools.models import FamilyNotice, FamilyWord
from tongchou.rooms.schools.reach import CHECK, MANAGE, school_in_reach, schools_of
from tongchou.rooms.schools.rules import school_rules

explain_constraint(
    "family_word_once",
    Reason.DUPLICATE,
    Text("您已经为这名学生报过这一天。", "You have told this of this pupil for this day already."),
    Text("有变化的，先撤回上一条再报。", "If it has changed, take the first back and tell it again."),
)


class NoticeIn(Payload):
    """phone: whom families call; text: what has to be brought and done."""

    school: int
    phone: str = Field(min_length=5, max_length=60)
    text: str = Field(min_length=4, max_length=4_000)


class WordIn(Payload):
    """pupil: name or number. reason, where: of an absence. place: of the holidays, empty for staying. to_on: last day, None: not known yet."""

    school_class: int
    kind: FamilyWord.Kind
    pupil: str = Field(min_length=1, max_length=40)
    reason: Literal["fever", "vomiting", "ill", "leave", ""] = ""
    where: Literal["home", "doctor", "hospital", ""] = ""
    place: str = Field("", max_length=80)
    from_on: date
    to_on: date | None = None


class OneIn(Payload):
    word: int


class WordsLookIn(Payload):
    """words: those whose pupils were shown, of one school."""

    school: int
    words: list[int] = Field(min_length=1, max_length=1_000)


@verb("school.notice", MANAGE, Text("发布告家长书", "Tell families what to do"))
def notice(context: Context, given: NoticeIn) -> dict[str, Any]:
    """Put what families are told in place of what they were told before."""
    school = school_in_reach(context.actor, MANAGE, given.school, lock=True)
    values = {"phone": given.phone.strip(), "text": given.text.strip(), "account_id": context.actor.account_id, "changed_at": context.now}
    FamilyNotice.objects.update_or_create(school=school, defaults=values)
    context.event("school_notice", subject=f"unit:{school.pk}")
    return {"school": school.pk}


@verb("school.family_tell", FAMILY, Text("家长报告子女缺勤或去向", "Tell of one's child's absence or travel"))
def tell(context: Context, given: WordIn) -> dict[str, Any]:
    """Tell the school. It is not said whether the class has such a pupil: the school sees who told it, and finds out."""
    room, day, rules = class_for_family(given.school_class), today(context), school_rules()
    _days(given, day)
    if given.kind == FamilyWord.Kind.ABSENCE and not given.reason:
        raise Refusal(Reason.MISSING_VALUE, Text("请选择缺勤原因。", "Say why."), field="reason")
    label = label_of(given.pupil)
    if not label:
        raise Refusal(Reason.MISSING_VALUE, Text("请填写学生姓名或学号。", "Give the pupil's name or number."), field="pupil")
    most = rules["family_words_most"].value
    if FamilyWord.objects.filter(account=context.actor.account_id, at__gte=context.now - timedelta(days=1), withdrawn_at=None).count() >= most:
        rule = Text("一天最多报 {n} 条。", "{n} {n|report|reports} a day at most.").with_(n=most)
        raise Refusal(Reason.RATE_LIMITED, rule, remedy=Text("请直接致电学校。", "Call the school."))
    who = key_of(room.pk, label)
    absence = given.kind == FamilyWord.Kind.ABSENCE
    row = FamilyWord.objects.create(
        school_id=room.school_id, school_class=room, kind=given.kind, who=who, sealed=seal_label(label, room.pk, who), from_on=given.from_on, to_on=given.to_on,
        reason=given.reason if absence else "", where=given.where if absence else "", place="" if absence else given.place.strip(),
        account_id=_account(context), at=context.now,
    )  # fmt: skip
    context.event("family_word", subject=f"unit:{room.school_id}", data={"class": room.pk, "kind": given.kind.value, "word": row.pk})
    return {"word": row.pk}


def _account(context: Context) -> int:
    """Who tells: somebody who signed in, never the program."""
    assert context.actor.account_id is not None
    return context.actor.account_id


def _days(given: WordIn, day: date) -> None:
    ahead, back = school_rules()["family_days_ahead"].value, school_rules()["back_days"].value
    if not day - timedelta(days=back) <= given.from_on <= day + timedelta(days=ahead):
        rule = Text(
            "开始日期须在前 {b} 天至后 {n} 天之间。", "The first day lies no more than {b} {b|day|days} back and {n} {n|day|days} ahead."
        ).with_(b=back, n=ahead)
        raise Refusal(Reason.IMPOSSIBLE_DATE, rule, field="from_on", value=given.from_on.isoformat())
    if given.to_on is not None and not given.from_on <= given.to_on <= given.from_on + timedelta(days=ahead):
        rule = Text("结束日期须在开始日期之后，相隔不超过 {n} 天。", "The last day is not before the first, and within {n} {n|day|days} of it.").with_(n=ahead)
        raise Refusal(Reason.IMPOSSIBLE_DATE, rule, field="to_on", value=given.to_on.isoformat())


@verb("school.family_take_back", FAMILY, Text("撤回所报缺勤或去向", "Take back what one told"))
def take_back(context: Context, given: OneIn) -> dict[str, Any]:
    """Only one's own word."""
    row = FamilyWord.objects.select_for_update().filter(pk=given.word, account=context.actor.account_id, withdrawn_at=None).first()
    if row is None:
        raise missing(Text("没有找到这条报告。", "There is no such report."), "word", given.word)
    row.withdrawn_at = context.now
    row.save(update_fields=["withdrawn_at"])
    context.event("family_word_back", subject=f"unit:{row.school_id}", data={"word": row.pk})
    return {"word": row.pk}


@verb("school.family_take", CHECK, Text("阅知家长报告", "Take note of a family's word"))
def take(context: Context, given: OneIn) -> dict[str, Any]:
    """Somebody of the school has read it; the family sees that, and when."""
    row = FamilyWord.objects.select_for_update().filter(pk=given.word, withdrawn_at=None).first()
    if row is None or not schools_of(context.actor, CHECK).filter(pk=row.school_id).exists():
        raise missing(Text("没有找到这条报告。", "There is no such report."), "word", given.word)
    if row.taken_at is None:
        row.taken_at, row.taken_by_id = context.now, context.actor.account_id
        row.save(update_fields=["taken_at", "taken_by"])
        context.event("family_word_taken", subject=f"unit:{row.school_id}", data={"word": row.pk})
    return {"word": row.pk}


@verb("school.family_look", CHECK, Text("查看家长报告", "Look at families' words"))
def look(context: Context, given: WordsLookIn) -> dict[str, Any]:
    """Record that pupils were shown by name to their school. Shows none itself."""
    school_in_reach(context.actor, CHECK, given.school)
    wanted = set(given.words)
    if FamilyWord.objects.filter(pk__in=wanted, school=given.school).count() != len(wanted):
        raise missing(Text("没有找到这条报告。", "There is no such report."), "words", min(wanted))
    context.event("personal_read", subject=f"unit:{given.school}", data={"how": "pupils", "people": len(wanted), "words": sorted(wanted)[:200]})
    return {"words": len(wanted)}
