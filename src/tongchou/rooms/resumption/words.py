"""Names that pages of the resumption of work share."""

from __future__ import annotations

from tongchou.kernel.industry_names import SECTIONS
from tongchou.kernel.text import Text
from tongchou.record.enterprises import SIZE_NAMES

TITLE = Text("复工许可", "Permits to work")
ENDS = {
    "approved": Text("准予复工", "Approved"),
    "effective": Text("即时生效", "In effect at once"),
    "refused": Text("不予复工", "Refused"),
    "withdrawn": Text("已撤回", "Withdrawn"),
    "followed": Text("改按现行方式", "Resumed in the way in force"),
}
STANDS = {
    "draft": Text("填写中", "Being filled in"),
    "checking": Text("核查审核中", "Being checked"),
    "supplement": Text("企业补正中，停止计时", "Being completed, clock stopped"),
    "deciding": Text("待决定", "To be decided"),
    **ENDS,
}
TONES = {
    "draft": ("", "edit"), "checking": ("info", "eye-check"), "supplement": ("warn", "clock"), "deciding": ("info", "gavel"),
    "approved": ("ok", "circle-check"), "effective": ("ok", "circle-check"), "refused": ("act", "x"), "withdrawn": ("", "x"), "followed": ("ok", "circle-check"),
}  # fmt: skip
WAYS = {
    "approval": Text("审批", "Approval"),
    "list": Text("清单管理", "By list"),
    "filing": Text("备案", "Filing"),
    "commitment": Text("告知承诺", "On commitment"),
    "no_procedure": Text("无须手续", "No procedure"),
    "allowed": Text("可以复工", "Allowed"),
}
SOURCES = {
    "materials": Text("申请材料", "Papers"),
    "papers": Text("申请材料", "Papers"),
    "readiness": Text("复工条件", "Conditions"),
    "five_papers": Text("五个一", "Five papers"),
    "eight_ones_shunde": Text("八个一", "Eight ones"),
    "enterprise_resumption": Text("复工条件清单", "Checklist of conditions"),
}
REVIEW_ASKS = (
    ("说明变化的原因和已采取的措施（点“说明情况”）", "say why it changed and what you did (“Explain”)"),
    ("配合属地现场核实", "let the street look on site"),
)
PERMIT_TONES = {
    "in_force": ("ok", "circle-check"), "review": ("warn", "alert-triangle"), "suspended": ("act", "hand-stop"), "expired": ("", "clock"), "withdrawn": ("", "x"),
}  # fmt: skip
OUTCOMES = {
    "start": Text("可返岗", "may start"), "observe": Text("观察中", "observed"), "postpone": Text("延期", "postponed"), "clinic": Text("就诊", "at a clinic"),
    "": Text("未判定", "not decided"),
}  # fmt: skip
WHATS = {
    "resumption_started": Text("开始填写", "Started"),
    "resumption_filled": Text("填写材料", "Items given"),
    "resumption_checked": Text("逐项审核", "Items checked"),
    "resumption_approved": Text("准予复工", "Approved"),
    "resumption_effective": Text("即时生效", "In effect at once"),
    "resumption_refused": Text("不予复工", "Refused"),
    "resumption_withdrawn": Text("撤回", "Withdrawn"),
    "resumption_followed": Text("改按现行方式生效", "In effect in the way in force"),
    "resumption_way_changed": Text("复工方式随规定变化", "The way follows the rule"),
    "resumption_adjusted": Text("调整顺序", "Moved in the queue"),
    "clock_resumed": Text("恢复计时", "The clock goes on"),
    "permit_given": Text("发给许可", "Permit given"),
    "permit_in_force": Text("恢复有效", "Restored"),
    "permit_review": Text("转入复核", "Sent to review"),
    "permit_kept": Text("复核后维持", "Kept after the review"),
    "permit_adjusted": Text("调整返岗人数", "Limit of staff adjusted"),
    "permit_adjust_asked": Text("申请调整返岗人数", "Asked to adjust the limit of staff"),
    "permit_adjust_refused": Text("不同意调整返岗人数", "The adjustment was refused"),
    "permit_suspended": Text("暂停", "Suspended"),
    "permit_withdrawn": Text("撤销", "Withdrawn"),
    "permit_expired": Text("到期", "Expired"),
    "permit_renewed": Text("延续", "Renewed"),
    "permit_warned": Text("提醒将到期", "Warned that it ends"),
    "permit_restore_asked": Text("企业申请恢复", "The enterprise asks to restore"),
    "permit_renew_asked": Text("企业申请续期", "The enterprise asks to renew"),
    "permit_more_asked": Text("要求补充", "Asked for more"),
    "permit_restore_refused": Text("未同意恢复", "Not restored"),
    "permit_renew_refused": Text("未同意续期", "Not renewed"),
    "work_order_lift_asked": Text("申请解除停工令", "Asked to have the order lifted"),
    "permit_request_left": Text("企业不再申请", "No longer asked for"),
}


GROUPS = {"street": Text("街道", "Street"), "industry": Text("行业", "Industry"), "size": Text("规模", "Size")}


def group_name(by: str, key: str | None, name: str) -> Text:
    """What a street, a section of industry or a size is called; those that belong to none have a name too."""
    if by == "industry" and key in SECTIONS:
        return SECTIONS[key]
    if by == "size" and key in SIZE_NAMES:
        return SIZE_NAMES[key]
    none = {"street": Text("未划街道", "no street"), "industry": Text("行业未登记", "industry not on record"), "size": Text("规模未知", "size not known")}
    return Text(name, name) if by == "street" and name else none[by]


def named_way(key: str) -> Text:
    return WAYS.get(key, Text("未定", "not settled"))
