"""Names of what projects are made of."""

from __future__ import annotations

from tongchou.kernel.text import Text

KINDS = {
    "industry": Text("产业", "Industry"),
    "infrastructure": Text("基础设施", "Infrastructure"),
    "livelihood": Text("民生", "Livelihood"),
    "agriculture": Text("农业", "Agriculture"),
    "other": Text("其他", "Other"),
}
STATES = {
    "preparing": Text("前期", "Preparing"),
    "started": Text("在建", "Under way"),
    "suspended": Text("停工", "Suspended"),
    "completed": Text("竣工", "Completed"),
    "dropped": Text("取消", "Dropped"),
}
TONES = {
    "preparing": ("info", "clock"),
    "started": ("ok", "player-play"),
    "suspended": ("warn", "player-pause"),
    "completed": ("ok", "circle-check"),
    "dropped": ("", "x"),
}
PARTS = {
    "permit": Text("手续", "Permit"),
    "land": Text("用地", "Land"),
    "clearance": Text("征迁", "Clearance"),
    "utilities": Text("水电气路", "Utilities"),
    "funds": Text("资金", "Funds"),
    "milestone": Text("建设节点", "Milestone"),
}
EVENTS = {
    "project_added": Text("登记", "added"),
    "project_changed": Text("修改", "changed"),
    "project_state": Text("状态变更", "state changed"),
    "project_visit": Text("走访", "visited"),
    "part_added": Text("增加环节", "part added"),
    "part_done": Text("环节完成", "part done"),
    "part_moved": Text("调整计划", "part rescheduled"),
    "part_late": Text("环节超期催办", "called to account for a late part"),
    "part_dropped": Text("取消环节", "part taken out"),
    "progress": Text("报送进度", "progress reported"),
}
