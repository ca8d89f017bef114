"""返岗告知单: what the plan decided for a worker, why, and what has to be done, on one page with the enterprise's permit to check it against."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date

from tongchou.documents.notice import PersonalNotice
from tongchou.kernel.errors import Reason, Refusal
from tongchou.kernel.text import Text
from tongchou.record.models import Staff
from tongchou.record.people.identity import open_identity
from tongchou.record.questions.permits import STATES, Permit
from tongchou.record.staffing import OUTCOMES
from tongchou.rooms.enterprises.words import PlanWords

DUTIES: dict[str, tuple[Text, ...]] = {
    "start": (
        Text("按约定日期到岗，到岗当天交本单、测量体温。", "Come on the day agreed; hand this in and have your temperature taken."),
        Text("在岗每日测温，佩戴口罩，分散就餐。", "At work: temperature each day, a mask, meals apart."),
        Text("出现发热、咳嗽等症状，立即报告单位并到发热门诊，不带病上岗。", "With fever or a cough tell the enterprise and go to a fever clinic; do not work ill."),
    ),
    "observe": (
        Text("隔离观察期间不到岗，不参加聚集活动。", "Stay away from work and gatherings while you are observed."),
        Text("每日早晚各测一次体温，报告单位。", "Take your temperature morning and evening and report it."),
        Text("期满没有症状的，凭单位通知返岗；出现症状的立即就诊。", "When it ends without symptoms return when told to; with symptoms see a doctor at once."),
    ),
    "postpone": (
        Text("暂不返岗，请勿自行前来。", "Do not return yet, and do not travel on your own."),
        Text("情况变化（离开高发地区、岗位急需等）请告知单位，重新判定。", "Tell the enterprise what changes, such as leaving the area; it is decided again."),
    ),
    "clinic": (
        Text("立即到发热门诊就诊，途中佩戴口罩，不乘坐公共交通。", "Go to a fever clinic now, with a mask and not by public transport."),
        Text("诊断结果告知单位，痊愈或排除后重新判定。", "Tell the enterprise what is found; it is decided again after recovery or the all-clear."),
    ),
    "undetermined": (Text("请向单位说明下列情况，核实后再判定，在此之前不到岗。", "Tell the enterprise the following; until it is decided do not come to work."),),
}  # fmt: skip
TITLE = Text("员工返岗告知单", "Notice on return to work")
_APPEAL = Text(
    "对判定有异议或档案有误的，可在“我的返岗”中申请更正，也可向单位或所在街道提出，由他人核实后重新判定。",
    "If it is wrong, ask for a correction on “My return to work”, or tell the enterprise or the street: somebody else checks and it is decided again.",
)


def notice_of(row: Staff, words: PlanWords, permit: Permit | None, address: Callable[[Permit | None], str], issuer: str) -> PersonalNotice:
    """The notice of one staff file, in the worker's whole name: it is handed to that person. Raises Refusal while nothing is decided."""
    if row.outcome not in DUTIES:
        rule = Text("还没有判定，不能出具告知单。", "Nothing is decided yet, so there is no notice.")
        raise Refusal(Reason.WRONG_STAGE, rule, remedy=Text("请先补全档案。", "Complete the file first."), field="staff", value=row.pk)
    asks = words.asked(tuple(row.asks.split()))
    who = open_identity(row.person.sealed, row.person_id)
    rows: list[tuple[Text, Text | str]] = [
        (Text("姓名", "Name"), who.name), (Text("用人单位", "Enterprise"), row.unit.name), (Text("岗位", "Job"), row.title or "—"),
        (Text("判定", "Result"), OUTCOMES[row.outcome]),
    ]  # fmt: skip
    if row.until is not None:
        rows.append((Text("至", "Until"), row.until.isoformat()))
    elif (open_end := words.open_end(row.outcome, row.rule, row.until)) is not None:
        rows.append((Text("至", "Until"), open_end))
    if row.planned_return is not None:
        rows.append((Text("计划返岗", "Planned return"), row.planned_return.isoformat()))
    rows.append((Text("判定日期", "Decided on"), _day(row)))
    number = permit.number if permit else "—"
    state = STATES[permit.state] if permit else Text("没有登记复工许可", "no permit on record")
    rows.append((Text("单位复工许可", "Permit to work"), Text("{n}（{s}）", "{n} ({s})").with_(n=number, s=state)))
    must = [*DUTIES[row.outcome], *(Text("须说明：{a}", "To be told: {a}").with_(a=a) for a in asks)]
    reason = words.reason_of(row.rule)
    return PersonalNotice(
        title=TITLE, issuer=issuer, number=f"R{row.pk}", rows=tuple(rows), code=number if permit else row.unit.code or "—", address=address(permit),
        appeal=_APPEAL, banner=OUTCOMES[row.outcome],
        reasons=(*((Text("依据：{r}", "Because: {r}").with_(r=reason),) if reason.zh else ()), *(Text("请您：{m}", "Please: {m}").with_(m=m) for m in must)),
    )  # fmt: skip


def _day(row: Staff) -> str:
    return row.decided_on.isoformat() if isinstance(row.decided_on, date) else "—"
