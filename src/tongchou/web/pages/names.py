"""What the levels of the territory and the kinds of units are called."""

from __future__ import annotations

from tongchou.kernel.text import Text

LEVELS = {
    "province": Text("省", "Province"),
    "city": Text("市", "City"),
    "district": Text("区县", "District"),
    "street": Text("街道（镇）", "Street or town"),
    "community": Text("社区（村）", "Community or village"),
    "grid": Text("网格", "Grid"),
    "building": Text("楼栋", "Building"),
}
KINDS = {
    "headquarters": Text("指挥部", "Headquarters"),
    "hq_office": Text("指挥部办公室", "Headquarters office"),
    "hq_department": Text("指挥部工作部", "Headquarters department"),
    "special_team": Text("工作专班", "Special team"),
    "supervision_group": Text("督导组", "Supervision group"),
    "department": Text("区直部门", "Department"),
    "discipline": Text("纪检监察机关", "Discipline inspection"),
    "street": Text("街道（镇）", "Street or town"),
    "community": Text("社区（村）", "Community or village"),
    "checkpoint": Text("卡口", "Checkpoint"),
    "site": Text("隔离点", "Isolation site"),
    "clinic": Text("医疗机构", "Clinic"),
    "lab": Text("检测机构", "Laboratory"),
    "sampling": Text("采样点", "Sampling point"),
    "store": Text("物资库", "Store"),
    "transport": Text("转运队", "Transport"),
    "enterprise": Text("企业", "Enterprise"),
    "school": Text("学校", "School"),
    "volunteer_team": Text("志愿服务队", "Volunteers"),
    "administration": Text("管理机构", "Administration"),
}
NOTHING_HERE = {
    "title": Text("没有记录", "Nothing here"),
    "text": Text("导入区划或登记单位后会显示。", "It fills when the territory is imported."),
    "icon": "map",
}
