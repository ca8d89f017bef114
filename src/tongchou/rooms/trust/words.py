"""What the room's codes are called."""

from __future__ import annotations

from tongchou.kernel.errors import Reason, Refusal
from tongchou.kernel.text import Text
from tongchou.packs.plans.model import Mode

KINDS = {
    "isolation": Text("隔离医学观察", "Isolation"),
    "monitoring": Text("健康监测", "Health monitoring"),
    "movement": Text("限制活动", "Limited movement"),
}
STATES = {
    "pending": (Text("待另一单位确认", "waits for another organisation"), "warn", "hourglass"),
    "active": (Text("执行中", "in force"), "info", "circle-dot"),
    "refused": (Text("未予确认", "not confirmed"), "", "circle-x"),
    "renewed": (Text("已续期", "renewed"), "", "refresh"),
    "lifted": (Text("已解除", "lifted"), "ok", "circle-check"),
    "lapsed": (Text("到期自动解除", "lapsed at its end"), "ok", "circle-check"),
}
RELEASE_REASONS = {
    "rule_met": Text("达到解除标准", "The rule for release is met"),
    "issued_in_error": Text("下达有误", "Issued in error"),
    "medical": Text("转医疗机构或医嘱", "To hospital, or on medical advice"),
    "plan_changed": Text("方案调整", "The plan has changed"),
}
END_REASONS = RELEASE_REASONS | {
    "appeal": Text("申诉成立", "An appeal was upheld"),
    "reversed": Text("批量纠正", "A wrong cohort was reversed"),
    "lapsed": Text("到期", "Its time was over"),
    "renewed": Text("按新的判定续期", "Renewed by a new decision"),
    "refused": Text("另一单位不予确认", "Another organisation did not confirm it"),
}
LAWS = {
    "infectious": Text("《中华人民共和国传染病防治法》", "Law on the Prevention and Treatment of Infectious Diseases"),
    "emergency": Text("《中华人民共和国突发公共卫生事件应对法》", "Law on Response to Public Health Emergencies"),
}
"""Articles are not filled in: the officer names the one that applies, with the local paper."""
NEEDS = {
    "emergency": Text("急危重症", "Acute emergency"),
    "labour": Text("孕产妇临产", "Childbirth"),
    "dialysis": Text("透析", "Dialysis"),
    "chemo": Text("放化疗", "Cancer treatment"),
    "child": Text("儿童急症", "A child's emergency"),
    "other": Text("其他就医", "Other medical care"),
}

KIND_OF = {
    "isolation_site": "isolation", "isolation_home": "isolation", "isolation_either": "isolation", "treatment": "isolation",
    "monitoring": "monitoring", "movement": "movement", "exclusion": "movement",
}  # fmt: skip
"""Which kind of order a pack's kind of measure becomes."""


def kind_of(mode: Mode) -> str:
    """The kind of order of a mode, by the word that the pack gives for it. Raises Refusal where an old pack gives none."""
    found = KIND_OF.get(mode.kind)
    if found is None:
        rule = Text("方案没有写明“{mode}”属于哪一类措施，不能据以下达。", "The plan does not say of which kind “{mode}” is: no order can rest on it.")
        remedy = Text("请在方案的 pack.yaml 中为该方式补充 kind，经批准后重新判定。", "Add `kind` to it in the plan's pack.yaml, have that approved, and decide again.")
        raise Refusal(Reason.MISSING_VALUE, rule.with_(mode=mode.title), remedy=remedy, field="decision", value=mode.key)
    return found
