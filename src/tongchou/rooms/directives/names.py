"""What themes, levels, states, kinds of meeting and kinds of proof are called."""

from __future__ import annotations

from typing import Any

from tongchou.kernel.text import Text

THEMES: dict[str, Text] = {
    "checkpoint": Text("卡口检疫", "Checkpoints"),
    "screening": Text("排查登记", "Screening"),
    "isolation": Text("隔离观察", "Isolation"),
    "transfer": Text("转运送诊", "Transfer"),
    "testing": Text("核酸检测", "Testing"),
    "surveillance": Text("监测报告", "Surveillance"),
    "resumption": Text("复工复产", "Resumption of work"),
    "school": Text("学校", "Schools"),
    "enterprise_service": Text("惠企服务", "Service to enterprises"),
    "project": Text("项目建设", "Projects"),
    "supplies": Text("物资保障", "Supplies"),
    "livelihood": Text("民生保供", "Livelihood"),
    "agriculture": Text("农业生产", "Farming"),
    "poverty": Text("脱贫攻坚", "Relief of poverty"),
    "safety": Text("安全生产", "Safety"),
    "duty": Text("值班报送", "Duty and reports"),
    "discipline": Text("纪律问责", "Discipline"),
    "supervision": Text("督导检查", "Supervision"),
    "publicity": Text("宣传培训", "Publicity"),
    "organisation": Text("组织领导", "Organisation"),
    "staff_care": Text("一线关爱", "Care of staff"),
    "volunteers": Text("志愿服务", "Volunteers"),
    "vulnerable_care": Text("特殊群体", "Care of the vulnerable"),
    "city_management": Text("城市管理", "City management"),
    "burden_reduction": Text("基层减负", "Fewer forms"),
    "leave_report": Text("离返报备", "Leave and return"),
    "gathering": Text("聚集活动", "Gatherings"),
    "venue": Text("场所防控", "Venues"),
    "traffic": Text("交通运输", "Traffic"),
    "other": Text("其他", "Other"),
}
DOCUMENT_LEVELS: dict[str, Text] = {
    "centre": Text("国家级", "Central"),
    "province": Text("省级", "Province"),
    "city": Text("市级", "City"),
    "district": Text("本区县", "District"),
    "street": Text("街道（镇）", "Street or town"),
    "unknown": Text("未定", "Not set"),
}
FROM_ABOVE = ("centre", "province", "city")
DOCUMENT_KINDS = {"report": Text("会议报道", "Report"), "order": Text("通知部署", "Order"), "letter": Text("信函", "Letter")}
STATES: dict[str, tuple[Text, str, str]] = {
    "proposed": (Text("待确认", "to be confirmed"), "warn", "clock"),
    "confirmed": (Text("已确认", "confirmed"), "info", "check"),
    "issued": (Text("已下达", "issued"), "ok", "send"),
    "dropped": (Text("不采用", "dropped"), "", "x"),
    "merged": (Text("已并入", "merged"), "", "arrows-sort"),
}
DOCUMENT_STATES: dict[str, tuple[Text, str, str]] = {
    "waiting": (Text("等待读取", "waiting to be read"), "", "hourglass"),
    "read": (Text("待确认下达", "to be confirmed and issued"), "warn", "clock"),
    "issued": (Text("已全部下达", "all issued"), "ok", "circle-check"),
    "part": (Text("部分下达", "issued in part"), "info", "send"),
    "failed": (Text("未能读取", "not readable"), "act", "alert-circle"),
    "aside": (Text("已作废", "set aside"), "", "x"),
    "empty": (Text("没有事项", "nothing to do in it"), "", "circle-dot"),
}
EVIDENCE: dict[str, Text] = {
    "text": Text("文字说明", "a text"),
    "file": Text("文件台账", "a file or list"),
    "photo": Text("照片", "photos"),
    "number": Text("数量", "numbers"),
    "signature": Text("签字确认", "a signature"),
}
MEETING_KINDS: dict[str, Text] = {
    "headquarters": Text("指挥部会议", "Headquarters meeting"),
    "dispatch": Text("视频调度会", "Video dispatch"),
    "consultation": Text("会商研判会", "Consultation"),
    "topic": Text("专题会议", "Meeting on one topic"),
    "on_site": Text("现场会", "On-site meeting"),
    "briefing": Text("通报会", "Briefing"),
    "other": Text("其他会议", "Other"),
}
ATTENDANCE: dict[str, tuple[Text, str, str]] = {
    "expected": (Text("未签到", "not signed in"), "", "clock"),
    "present": (Text("出席", "present"), "ok", "circle-check"),
    "late": (Text("迟到", "late"), "warn", "clock-exclamation"),
    "leave": (Text("请假", "on leave"), "info", "calendar"),
    "absent": (Text("缺席", "absent"), "act", "x"),
}


def as_badge(entry: tuple[Text, str, str]) -> dict[str, Any]:
    """label, tone, icon as the badge tag takes them."""
    return {"label": entry[0], "tone": entry[1], "icon": entry[2]}
