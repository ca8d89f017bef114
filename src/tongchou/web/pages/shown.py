"""How loops are shown: the badge of a stage, the row of a list, the words of a timeline."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from django.urls import reverse

from tongchou.kernel.text import Text
from tongchou.packs.kinds import LoopKind, Party
from tongchou.record.access import Actor
from tongchou.record.loops.kinds import kind_of
from tongchou.record.questions.loopfile import Happening
from tongchou.record.questions.worklist import Row

PARTY_NAMES = {
    "owner": Text("牵头单位", "Lead unit"),
    "opener": Text("交办单位", "Opened by"),
    "verifier": Text("核验单位", "Verifier"),
    "adjudicator": Text("权属裁定", "Adjudicator"),
    "co_unit": Text("协办单位", "Co-unit"),
    "subject": Text("当事人（单位）", "Concerned"),
    "system": Text("系统", "The program"),
}
_WHATS = {
    "open": (Text("交办", "Opened"), "send"),
    "note": (Text("补充说明", "Note"), "message"),
    "part_done": (Text("协办完成", "Co-unit's part done"), "circle-check"),
    "name_person": (Text("确定经办人", "Handler named"), "user"),
    "set_due": (Text("调整时限", "Due time changed"), "calendar"),
    "follow_up": (Text("回访：满意", "Follow-up: solved"), "phone"),
    "reopen": (Text("回访：未解决，重新办理", "Follow-up: not solved, reopened"), "refresh"),
    "hand_back": (Text("专班撤销移交", "Handed on when the team ended"), "arrow-right"),
    "remind": (Text("催办", "Reminded"), "bell"),
    "download": (Text("下载文件", "File fetched"), "download"),
    "erase": (Text("到期清除文件", "File erased when its time was over"), "x"),
    "file_read": (Text("查看附件", "File looked at"), "eye"),
    "issue": (Text("依文件下达", "Issued from a document"), "send"),
    "area_changed": (Text("区划调整移交", "Moved with its area"), "arrow-right"),
    "joined_case": (Text("并入专案", "Joined to a case"), "arrow-right"),
    "lead_raised": (Text("转为问责线索", "Raised as a lead"), "gavel"),
    "care_pass": (Text("就医放行", "Let through for care"), "circle-check"),
    "fever_diagnosed": (Text("登记诊断结果", "Diagnosis recorded"), "file"),
    "resumption_checked": (Text("逐项审核", "Items checked"), "eye-check"),
    "subject_merged": (Text("当事人档案合并", "Person's files merged"), "arrow-right"),
    "subject_unmerged": (Text("撤销档案合并", "Merge undone"), "arrow-back-up"),
    "work_order": (Text("签发责令文书", "Order issued"), "file-text"),
    "work_order_lifted": (Text("解除停工令", "Order to stop lifted"), "circle-check"),
    "clock_resumed": (Text("恢复计时", "Clock runs again"), "clock"),
    "escalate": (Text("逾期升级", "Escalated"), "alert-triangle"),
}
HAPPENED: dict[str, Text] = {}
"""What a room's verbs leave on the timeline of a loop -> its words: the room adds them. Without them the record's own name would be shown."""
LEVELS = {
    "none": Text("正常", "normal"),
    "remind": Text("提醒", "reminder"),
    "supervise": Text("督办", "supervision"),
    "accountability": Text("问责线索", "accountability lead"),
}


def stage_badge(kind: LoopKind, stage: str) -> dict[str, Any]:
    """Colour, icon and word of a stage."""
    found = kind.stages[stage]
    if found.end == "done":
        return {"label": found.title, "tone": "ok", "icon": "circle-check"}
    if found.end is not None:
        return {"label": found.title, "tone": "", "icon": "x"}
    waits = found.owner in (Party.VERIFIER, Party.OPENER, Party.ADJUDICATOR)
    return {"label": found.title, "tone": "warn" if waits else "info", "icon": "eye-check" if waits else "clock"}


def list_row(row: Row, actor: Actor, now: datetime) -> dict[str, Any]:
    """A row of the work list as its component takes it. The next step is offered to the unit whose turn it is."""
    kind = kind_of(row.edition)
    step = next((s for s in kind.steps_from(row.stage) if kind.stages[row.stage].owner in s.by), None)
    mine = row.turn in {g.unit_name for g in actor.grants}
    offered = None
    if step is not None and mine and row.closed_at is None:
        url = reverse("loop_step", args=[row.id, step.key])
        offered = {"label": step.title, "url": url, "primary": True}
    elsewhere = row.turn is not None and row.turn != row.owner
    waits = Text("待{unit}", "waiting for {unit}").with_(unit=row.turn) if elsewhere else None
    return {
        "id": row.id,
        "url": reverse("loop", args=[row.id]),
        "title": row.title,
        "kind": kind.title,
        "subject": row.area,
        "owner": row.owner,
        "person": row.person,
        "deadline": row.deadline,
        "closed_at": row.closed_at,
        "stage": stage_badge(kind, row.stage),
        "level": row.level,
        "urgent": row.urgent,
        "late": row.closed_at is None and row.deadline is not None and row.deadline < now,
        "next": offered,
        "note": waits,
    }


def happening(item: Happening, kind: LoopKind) -> dict[str, Any]:
    """One line of the timeline in words."""
    label, icon = _WHATS.get(item.what, (None, "arrow-right"))
    if label is None:
        step = kind.steps.get(item.what)
        label = step.title if step else HAPPENED.get(item.what, Text(item.what, item.what))
        if step is not None:
            icon = "eye-check" if step.verifies else "arrow-back-up" if step.is_return else "arrow-right"
    note: Any = Text(item.note, str(item.data.get("note_en") or item.note))
    if item.what == "escalate":
        to = str(item.data.get("to", "none"))
        told = [PARTY_NAMES[p] for p in item.data.get("told", [])]
        names = Text("、".join(t.zh for t in told), ", ".join(t.en for t in told))
        note = Text("升级为“{level}”，通知{who}", "Raised to “{level}”; told: {who}").with_(level=LEVELS[to], who=names)
    elif item.what == "name_person":
        note = str(item.data.get("name", ""))
    elif item.what == "set_due":
        note = f"{item.data.get('from', '')[:16]} → {item.data.get('to', '')[:16]}  {item.note}"
    return {
        "at": item.at, "what": label, "who": item.who, "unit": item.unit, "note": note, "icon": icon, "seq": item.seq,
        "tone": "act" if item.what == "escalate" else "ok" if item.to_stage and kind.stages.get(item.to_stage, None) and kind.stages[item.to_stage].end == "done" else "",
    }  # fmt: skip
