"""What states, kinds and outcomes are called."""

from __future__ import annotations

from typing import Any

from tongchou.kernel.text import Text

TITLE = Text("督导督查", "Supervision")
ROUND_KINDS = {
    "planned": Text("计划督查", "Planned"),
    "unannounced": Text("明察暗访", "Unannounced"),
    "discipline": Text("每日纪律检查", "Daily discipline inspection"),
}
SEVERITIES = {"minor": Text("一般", "Minor"), "serious": Text("较重", "Serious"), "grave": Text("严重", "Grave")}
VERDICTS: dict[str, tuple[Text, str, str]] = {
    "ok": (Text("正常", "In order"), "ok", "circle-check"),
    "fault": (Text("有问题", "Fault"), "act", "alert-circle"),
    "na": (Text("不适用", "Does not apply"), "", "x"),
}
_STATES: dict[str, tuple[Text, str, str]] = {
    "planned": (Text("待检查", "To be visited"), "info", "clock"),
    "begun": (Text("检查中", "Under way"), "warn", "eye-check"),
    "finished": (Text("已提交", "Finished"), "ok", "circle-check"),
    "cancelled": (Text("已取消", "Cancelled"), "", "x"),
    "moved": (Text("已移交", "Handed over"), "", "arrow-back-up"),
}
LEAD_KINDS = {
    "late": Text("逾期不办", "Not done in time"),
    "neglect": Text("失职失责", "Neglect of duty"),
    "false_report": Text("虚报数据", "False report"),
    "concealment": Text("瞒报漏报", "Concealment"),
    "other": Text("其他", "Other"),
}
OUTCOMES = {
    "no_fault": Text("不予追究", "No fault"),
    "talk": Text("谈话提醒", "Talk"),
    "criticism": Text("通报批评", "Notice of criticism"),
    "transferred": Text("移送处理", "Transferred on"),
}


def state_badge(state: str) -> dict[str, Any]:
    label, tone, icon = _STATES[state]
    return {"label": label, "tone": tone, "icon": icon}
