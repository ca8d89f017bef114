"""What a loop's page says: its facts, and the evidence that it holds."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime
from typing import Any

from django.urls import reverse
from django.utils import timezone

from tongchou.kernel.clock import SHANGHAI
from tongchou.kernel.text import Text
from tongchou.packs.kinds import LoopKind
from tongchou.record.access import Actor
from tongchou.record.loops.asked import TITLES, title_of
from tongchou.record.questions.loopfile import SOURCE_KEYS, LoopFile, Referred, referred, whom

ORIGINS = {
    "page": Text("页面交办", "handed out on a page"),
    "cli": Text("命令行", "the command line"),
    "api": Text("接口", "the API"),
    "import": Text("批量导入", "an import"),
    "demo": Text("示范数据", "the demo"),
    "export": Text("数据导出申请", "a request for an export"),
    "fever": Text("发热处置", "the fever procedure"),
    "grade": Text("风险等级研判", "an assessment of an area"),
    "issue": Text("一次下发多个单位", "handed out to many units"),
    "lead": Text("问责线索", "an accountability lead"),
    "policy_objection": Text("对政策决定的异议", "an objection to a decision on a policy"),
    "match": Text("用工匹配", "matching of work"),
    "policies": Text("惠企政策申请", "an application for support"),
    "praise": Text("典型选树", "praise"),
    "project": Text("项目推进", "a project"),
    "resumption": Text("复工申请", "an application to resume work"),
    "return_trip": Text("返岗专车", "a return trip"),
    "service_case": Text("多家企业的共性困难", "a difficulty that many share"),
    "service_raised": Text("企业自行提出", "raised by the enterprise itself"),
    "service_visit": Text("走访企业", "a visit to an enterprise"),
    "standing": Text("常态任务", "a standing task"),
    "visit": Text("督查走访", "a supervision visit"),
    "chain": Text("产业链堵点", "a block of the supply chain"),
    "data_request": Text("数据需求", "a data request"),
    "attendance": Text("用工考勤预警", "an alarm of attendance"),
    "breach": Text("违规复工举报", "a report of unapproved resumption"),
    "daily": Text("企业日报", "a daily report"),
    "daily_missing": Text("日报未报", "a daily report that is missing"),
    "staff_held": Text("不得到岗人员在岗", "somebody at work who may not be"),
    "staff_correction": Text("员工申请更正", "a correction that a worker asks for"),
    "register": Text("企业申请变更登记", "a change of the register that an enterprise asks for"),
    "permit": Text("复工许可", "a permit to work"),
    "work_order": Text("停工令", "an order to stop"),
    "permit_review": Text("复工许可复核", "the review of a permit"),
    "supply_claim": Text("供应关系登记", "a claim of supply"),
    "project_part": Text("项目环节超期", "a late part of a project"),
    "school_opening": Text("开学申请", "an application to open a school"),
    "school_check": Text("晨午检未报", "a check at school that is missing"),
    "school_cluster": Text("学校聚集预警", "a cluster at a school"),
    "pupil_follow": Text("缺课学生追踪", "following up absent pupils"),
    "farm_gap": Text("农资缺口", "a gap of farm supplies"),
    "produce": Text("农产品滞销", "produce that needs buyers"),
    "relief": Text("困难家庭帮扶", "help for households at risk"),
    "directive": Text("会议部署和文件", "a directive"),
    "meeting": Text("会议", "a meeting"),
    "duty": Text("值班", "duty"),
    "handover": Text("移交", "a hand-over"),
    "custody": Text("在管核对", "checking who holds what"),
    "order": Text("管控措施", "an order"),
    "care_pass": Text("就医放行", "a pass to medical care"),
    "outside_list": Text("外来名单核查", "a list from outside"),
    "pack": Text("预案", "a plan pack"),
}
"""Where a loop came from, in words. What is not here is shown as it is on record."""


def edition_of(kind: LoopKind) -> Text:
    """The kind with the edition to which the loop is pinned: 任务 · 第 3 版."""
    return Text("{kind} · 第 {n} 版", "{kind} · version {n}").with_(kind=kind.title, n=kind.version)


def facts_of(actor: Actor, found: LoopFile) -> list[dict[str, Any]]:
    row = found.loop
    facts: list[dict[str, Any]] = [
        {"label": Text("牵头单位", "Lead unit"), "value": row.owner_unit.name},
        {"label": Text("经办人", "Handler"), "value": row.owner_account.display_name if row.owner_account else None},
        {"label": Text("现由谁办理", "Whose turn"), "value": row.turn_unit.name if row.turn_unit else Text("已办结", "closed")},
        {"label": Text("交办单位", "Opened by"), "value": row.opener_unit.name if row.opener_unit else Text("系统", "the program")},
        {"label": Text("核验单位", "Verifier"), "value": (row.verifier_unit or row.opener_unit or row.owner_unit).name},
        {"label": Text("区域", "Area"), "value": row.area.name},
        {"label": Text("交办时间", "Handed out"), "value": row.opened_at},
        {"label": Text("办结时限", "Due"), "value": row.due_at},
        {"label": Text("退单次数", "Returns"), "value": _returns(row.returns, found.kind.return_limit)},
    ]
    if row.asked:
        facts.append({"label": Text("须提交", "To hand in"), "value": asked_names(row.asked)})
    if row.parent is not None:
        facts.append({"label": Text("上级事项", "Parent"), **_above(found)})
    facts += _about(actor, found)
    if row.subject_unit is not None:
        facts.append({"label": Text("对象单位", "About"), "value": row.subject_unit.name})
    if row.subject_item:
        facts.append({"label": Text("对象", "About"), "value": row.subject_item})
    if found.source is not None:
        facts.append({"label": Text("来文", "From above"), "value": found.source.written})
    for spec in (s for s in found.kind.fields if s.key not in SOURCE_KEYS):
        value = row.data.get(spec.key)
        choices = dict(spec.choices)
        if spec.type == "moment" and value:
            value = datetime.fromisoformat(value)
        facts.append({"label": spec.title, "value": choices.get(value, value) if value is not None else None})
    facts += _clocks(found)
    if row.origin:
        facts.append({"label": Text("来源", "Came from"), "value": ORIGINS.get(row.origin, row.origin)})
    if row.reopened:
        facts.append({"label": Text("重新办理", "Reopened"), "value": str(row.reopened)})
    return facts


def _clocks(found: LoopFile) -> list[dict[str, Any]]:
    """Stages whose limit follows from the loop's own data: by when each had to be passed, and whether it was."""
    out, now = [], timezone.now()
    for stage in found.kind.stages.values():
        if stage.clock is None or found.loop.data.get(stage.clock.since) is None:
            continue
        due = stage.clock.after(found.loop.data)
        passed = next((h.at for h in found.timeline if h.from_stage == stage.key and h.to_stage not in ("", stage.key)), None)
        if found.loop.end_reason and (passed is None or found.loop.end_reason != "done"):
            continue  # withdrawn as mistaken: nothing was owed
        late = (passed or now) > due
        words = _IN_TIME if passed and not late else _LATE if late else _RUNNING
        minutes = stage.clock.table[found.loop.data[stage.clock.by]]
        value = words.with_(n=minutes, at=due.astimezone(SHANGHAI).strftime("%m-%d %H:%M"))
        out.append({"label": Text("时限：{s}", "Limit: {s}").with_(s=stage.title), "value": value})
    return out


_IN_TIME = Text("{n} 分钟，应于 {at} 前，按时", "{n} min, by {at}: in time")
_LATE = Text("{n} 分钟，应于 {at} 前，超时", "{n} min, by {at}: late")
_RUNNING = Text("{n} 分钟，应于 {at} 前", "{n} min, by {at}")


def _about(actor: Actor, found: LoopFile) -> list[dict[str, Any]]:
    """Whom and which area the loop is about."""
    out, person, area = [], whom(actor, found), found.loop.subject_area
    if person is not None:
        title = person.title if person.title is not None else Text("不在您的查阅范围", "not within your reach")
        url = reverse("person", args=[person.number]) if person.page else ""
        out.append({"label": Text("对象人员", "About"), "value": title, "url": url, "masked": person.personal})
    if area is not None:
        out.append({"label": Text("对象区域", "Area concerned"), "value": area.name})
    return out


def _returns(times: int, limit: int) -> Text:
    """How often it was returned: beyond the limit each return is ruled on."""
    if times <= limit:
        return Text("{n} / {m}", "{n} / {m}").with_(n=times, m=limit)
    return Text("{n} 次，超过 {m} 次的转权属裁定", "{n}; beyond {m} each is ruled on").with_(n=times, m=limit)


def _above(found: LoopFile) -> dict[str, Any]:
    """The matter above, as a link only for those who may read it; to others not even its title is told."""
    if not found.parent_open or found.loop.parent is None:
        return {"value": Text("其他单位的事项", "a matter of another unit")}
    return {"value": found.loop.parent.heading, "url": reverse("loop", args=[found.loop.parent_id])}


def evidence_of_loop(actor: Actor, found: LoopFile, piece: Any) -> dict[str, Any]:
    step = found.kind.steps.get(piece.step)
    led = referred(actor, piece) if piece.link else None
    if led is not None:
        return _reference(led) | {"title": title_of(step, piece.key), "by": piece.by.display_name if piece.by else "", "at": piece.at}
    url = reverse("file", args=[found.loop.pk, piece.file_id]) if piece.file_id else ""
    title = title_of(step, piece.key)
    value = piece.text or (None if piece.number is None else str(piece.number)) or piece.link
    if piece.file is not None and not value:
        value = piece.file.name
    preview = url if piece.file is not None and piece.file.media_type.startswith("image/") else ""
    return {"type": piece.type, "title": title, "value": value, "url": url, "preview_url": preview,
            "by": piece.by.display_name if piece.by else "", "at": piece.at}  # fmt: skip


def _reference(led: Referred) -> dict[str, Any]:
    """A link to a record: its title and page for those who may read it, for others only of which kind it is."""
    unread = Text("{kind}（不在您的查阅范围）", "{kind} (not within your reach)").with_(kind=led.kind)
    value = unread if led.title is None else Text("{kind}：{title}", "{kind}: {title}").with_(kind=led.kind, title=led.title)
    return {"type": "link", "value": value, "url": _page_of(led), "preview_url": "", "masked": led.personal}


def _page_of(led: Referred) -> str:
    if not led.page:
        return ""
    return f"{reverse(led.page)}?area={led.number}" if led.page == "territory" else reverse(led.page, args=[led.number])


def asked_names(asked: Iterable[str]) -> Text:
    """The kinds of evidence in words."""
    titles = [TITLES[a] for a in asked if a in TITLES]
    return Text("、".join(t.zh for t in titles), ", ".join(t.en.lower() for t in titles))
