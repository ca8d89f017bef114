"""Invented content for the style guide and for the tests of the components."""

# ruff: noqa: E501  (rows of sample data: one a line)
# fmt: off

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

from django import forms

from tongchou.kernel.errors import Reason, Refusal
from tongchou.kernel.text import Text
from tongchou.web.fieldparts import FieldParts


class PhoneForm(forms.Form):
    """One Django form field, with an error."""

    phone = forms.CharField(max_length=20)


def sample(now: datetime) -> dict[str, Any]:
    """The context of styleguide.html. `now` is aware."""
    return _shell() | _list(now) | _file(now) | _figures() | _form()


def _shell() -> dict[str, Any]:
    nav = [
        ("work", "list-check", Text("待办", "Work list"), 23, True, True, None),
        ("people", "users", Text("人员", "People"), None, False, False, None),
        ("custody", "building-hospital", Text("在管", "Custody"), 128, False, False, None),
        ("board", "layout-dashboard", Text("看板", "Board"), None, False, False, None),
        ("territory", "map", Text("区划", "Territory"), None, False, False, Text("家底", "Who and where")),
        ("units", "building-community", Text("单位和岗位", "Units and posts"), None, False, False, None),
        ("gaps", "shield-check", Text("责任落实", "Responsibility"), 7, False, False, None),
        ("audit", "shield-lock", Text("审计记录", "Audit record"), None, False, False, Text("管理", "Manage")),
        ("settings", "settings", Text("设置", "Settings"), None, False, False, None),
    ]
    keys = ("key", "icon", "label", "count", "alert", "active", "group")
    post = {"title": Text("办公室副主任", "Deputy head of office"), "unit": Text("区指挥部办公室", "Headquarters office")}
    other = {"title": Text("值班员", "Duty officer"), "unit": Text("云河街道", "Yunhe Street")}
    return {
        "district_name": Text("云山区", "Yunshan District"),
        "nav": [dict(zip(keys, item, strict=True)) | {"url": f"#{item[0]}"} for item in nav],
        "demo": True,
        "duty": Text("值班：周明", "On duty: Zhou Ming"),
        "account": {
            "id": 1,
            "name": "周明",
            "posts": [
                post | {"role": Text("指挥部办公室工作人员", "Headquarters officer"), "current": True},
                other | {"role": Text("值班员", "Duty officer"), "switch_url": "#"},
            ],
            "links": [{"url": "#settings", "icon": "settings", "label": Text("个人设置", "Own settings")}],
        },
        "breadcrumbs": [{"url": "#", "label": Text("首页", "Start")}, {"url": "#", "label": Text("待办", "Work list")}, {"url": "", "label": Text("界面样例", "Style guide")}],
        "undo": {"url": "#", "label": Text("已将 3 件交云河街道办理。", "3 loops handed to Yunhe Street.")},
        "head": {
            "title": Text("云河街道集中隔离点转运交接", "Hand-over to the Yunhe Street isolation site"),
            "subtitle": Text("区指挥部办公室交办 · 牵头单位：云河街道", "Opened by the headquarters office · lead: Yunhe Street"),
            "action": Text("交办事项", "Open a loop"),
            "badges": [{"label": Text("办理中", "In progress"), "tone": "info", "icon": ""}],
        },
    }


def _list(now: datetime) -> dict[str, Any]:
    hour = timedelta(hours=1)
    street, dept = Text("云河街道", "Yunhe Street"), Text("区工业和信息化局", "Bureau of Industry")
    doing, signing = {"label": Text("办理中", "In progress"), "tone": "info"}, {"label": Text("待签收", "To sign for"), "tone": ""}
    rows = [
        (Text("密接人员转运：13 号车 6 人尚未交接", "Transfer of contacts: car 13, six persons not handed over"), Text("转运交接", "Transfer"), street, "李*", -2.2, doing, "accountability", True, Text("接收", "Take in")),
        (Text("落实解除隔离人员“点对点”返回，防止脱管漏管", "Point-to-point return of released persons"), Text("交办任务", "Task"), street, "", -0.4, signing, "supervise", False, Text("签收", "Sign for")),
        (Text("企业复工审核：宏远精密制造有限公司", "Resumption case: Hongyuan Precision Ltd"), Text("复工复产", "Resumption"), dept, "陈**", 3.2, {"label": Text("待核验", "To verify"), "tone": "warn"}, "remind", False, Text("核验", "Verify")),
        (Text("口罩生产线原料运输受阻，申请通行证", "Raw material held up: pass wanted"), Text("企业诉求", "Enterprise request"), dept, "", 26, doing, "none", False, Text("答复", "Answer")),
        (Text("桂花社区 3 号楼核酸采样点消杀记录补齐", "Disinfection record of the sampling point at building 3"), Text("隐患整改", "Hazard"), Text("桂花社区", "Guihua Community"), "王**", 75, signing, "none", False, None),
    ]
    keys = ("title", "kind", "owner", "person", "hours", "stage", "level", "urgent", "next")
    listed = []
    for n, item in enumerate(rows):
        row: dict[str, Any] = dict(zip(keys, item, strict=True))
        step = {"label": row["next"], "url": "#", "primary": n < 2} if row["next"] else None
        listed.append(row | {"id": f"row{n}", "url": "#", "deadline": now + row["hours"] * hour, "late": row["hours"] < 0, "next": step})
    return {
        "rows": listed,
        "next_after": "cursor",
        "bulk_url": "#",
        "bulk_note": True,
        "bulk_actions": [{"key": "sign", "label": Text("签收", "Sign for"), "primary": True}, {"key": "assign", "label": Text("改派", "Reassign")}],
        "views": [
            {"key": "mine", "label": Text("我经办的", "Mine"), "count": 4},
            {"key": "unit", "label": Text("本单位待办", "My unit's"), "count": 23, "alert": True, "active": True},
            {"key": "assigned", "label": Text("我单位交办的", "Assigned by us"), "count": "999+"},
            {"key": "closed", "label": Text("已办结", "Closed")},
        ],
        "toggles": [{"key": "late", "label": Text("已超时", "Overdue"), "icon": "clock-exclamation", "on": True}, {"key": "urgent", "label": Text("加急", "Urgent"), "icon": "flame", "on": False}],
        "filters": [
            {"key": "kind", "label": Text("类型", "Kind"), "current": "task", "options": [{"value": "task", "label": Text("交办任务", "Task")}]},
            {"key": "level", "label": Text("级别", "Level"), "current": "", "options": [{"value": "remind", "label": Text("提醒", "Reminder"), "count": 12}, {"value": "supervise", "label": Text("督办", "Supervised"), "count": 3}]},
        ],
        "search": {"key": "text", "value": "", "placeholder": Text("在本列表中查找", "Find in this list")},
        "found": Text("共 23 件，2 件已超时", "23 in all, 2 overdue"),
        "empty": {"title": Text("没有待办事项", "Nothing is owed"), "text": Text("指挥部或上级单位交办、企业和居民提交的事项会出现在这里，最先到期的排在最前。", "What headquarters hands out, and what enterprises and residents ask for, appears here; what is due first comes first.")},
        "late": now - 2 * hour, "soon": now + 3 * hour, "later": now + 60 * hour, "before": now - 30 * hour,
    }


def _file(now: datetime) -> dict[str, Any]:
    hour, office, street = timedelta(hours=1), Text("区指挥部办公室", "Headquarters office"), Text("云河街道", "Yunhe Street")
    same = Refusal(Reason.SAME_PERSON, Text("办理的人不能核验自己办的事。", "Who did the work may not verify it."), remedy=Text("请由其他人员核验。", "Another person must verify."))
    return {
        "steps": [
            {"key": "report", "label": Text("报告进展", "Report"), "allowed": True, "url": "#", "primary": True, "icon": "writing"},
            {"key": "sign", "label": Text("签收", "Sign for"), "allowed": True, "url": "#", "post": True, "icon": "check"},
            {"key": "verify", "label": Text("核验", "Verify"), "allowed": False, "reason": same},
        ],
        "happenings": [
            {"at": now - 50 * hour, "what": Text("交办", "Handed out"), "who": "周明", "unit": office, "note": Text("请于 48 小时内完成交接，人数、车辆逐一核对。", "Complete the hand-over within 48 hours; check persons and vehicles one by one."), "tone": "info", "icon": "send", "seq": 10231, "seq_url": "#"},
            {"at": now - 47 * hour, "what": Text("签收", "Signed for"), "who": "李*", "unit": street, "tone": "", "icon": "check", "seq": 10240},
            {"at": now - 20 * hour, "what": Text("报告进展", "Reported"), "who": "李*", "unit": street, "note": Text("已到达 7 人，13 号车在途。", "Seven arrived, car 13 on the way."), "tone": "", "icon": "writing", "files": [{"name": "交接单.pdf", "url": "#"}]},
            {"at": now - 2 * hour, "what": Text("超时升级", "Escalated"), "level": "supervise", "tone": "warn", "icon": "clock-exclamation"},
        ],
        "evidence": [
            {"type": "photo", "title": Text("现场照片", "Photo on site"), "value": "", "url": "#", "by": "李*", "at": now - 20 * hour},
            {"type": "number", "title": Text("实到人数", "Persons arrived"), "value": 7, "by": "李*", "at": now - 20 * hour},
        ],
        "facts": [
            {"label": Text("牵头单位", "Lead unit"), "value": street, "url": "#"},
            {"label": Text("总时限", "Due"), "value": now + 3 * hour},
            {"label": Text("应到人数", "Persons expected"), "value": 13, "definition": {"what": Text("转运单上列明的人数，以出发地核对为准。", "Persons on the transfer sheet, as checked at the start."), "unit": Text("人", "persons"), "source": Text("转运交接单", "Transfer sheet"), "as_of": now}},
            {"label": Text("联系电话", "Phone"), "value": "138****1234", "masked": True},
            {"label": Text("接种情况", "Vaccination"), "value": None},
        ],
        "states": [
            {"label": Text("待签收", "To sign for"), "tone": "", "icon": ""},
            {"label": Text("办理中", "In progress"), "tone": "info", "icon": ""},
            {"label": Text("已办结", "Closed"), "tone": "ok", "icon": ""},
            {"label": Text("已退回", "Returned"), "tone": "warn", "icon": "arrow-back-up"},
            {"label": Text("下落不明", "Unlocated"), "tone": "act", "icon": ""},
        ],
        "people": [{"name": "欧阳**", "detail": "110***********1234", "url": "#"}, {"name": "李*", "open": True}],
        "jobs": [
            {"label": Text("导入人员名单", "Importing a list of people"), "done": 12400, "total": 50000, "failed": 3, "state": "running", "left": Text("约还需 40 秒", "about 40 s left")},
            {"label": Text("导出台账", "Exporting a ledger"), "done": 812, "total": 812, "failed": 0, "state": "finished", "result_url": "#", "result_label": Text("下载", "Download")},
        ],
    }


def _figures() -> dict[str, Any]:
    streets = [("云河街道", "Yunhe"), ("桂花街道", "Guihua"), ("青石街道", "Qingshi"), ("北湖街道", "Beihu"), ("南岗镇", "Nangang"), ("东桥街道", "Dongqiao"), ("开发区", "Zone"), ("西柳街道", "Xiliu"), ("白塔镇", "Baita"), ("新城街道", "Xincheng")]
    tones = ["act", "ok", "warn", "ok", "", "ok", "warn", "ok", "ok", "act"]
    words = {"act": Text("有脱管", "unlocated"), "warn": Text("有超时", "overdue"), "ok": Text("正常", "in order"), "": Text("未报", "no report")}
    values = [12, 0, 4, 1, None, 2, 5, 0, 3, 9]
    tiles = [{"key": f"t{n}", "label": Text(zh, en), "value": values[n], "tone": tones[n], "note": words[tones[n]], "url": ""} for n, (zh, en) in enumerate(streets)]
    what = {"what": Text("已交办、尚未办结且超过本阶段时限的事项数。", "Loops handed out, not closed, past the deadline of their stage."), "unit": Text("件", "loops"), "source": Text("待办清单", "Work list")}
    columns = [
        {"key": "area", "label": Text("街道（镇）", "Street or town")},
        {"key": "open", "label": Text("在办", "Open"), "number": True, "sortable": True, "sorted": "desc"},
        {"key": "late", "label": Text("超时", "Overdue"), "number": True, "sortable": True, "definition": what},
        {"key": "done", "label": Text("按期办结率", "Closed in time"), "number": True, "sortable": True},
        {"key": "state", "label": Text("零报告", "Nil report")},
    ]
    rows = [
        {"cells": [{"value": t["label"], "url": "#"}, {"value": 1200 - 97 * n, "url": "#"}, {"value": t["value"], "url": "#"}, {"value": f"{96 - n}.4%"}, {"value": t["note"], "tone": t["tone"] or None}]}
        for n, t in enumerate(tiles)
    ]
    square = [{"type": "Feature", "properties": {"key": t["key"], "name": t["label"].zh, "value": t["value"], "tone": t["tone"]}, "geometry": {"type": "Polygon", "coordinates": [[[x, y], [x + 0.9, y + 0.1], [x + 1, y + 1], [x - 0.1, y + 0.9], [x, y]]]}} for n, t in enumerate(tiles) for x, y in [(n % 5, 1 - n // 5)]]  # type: ignore[union-attr]
    return {
        "tiles": tiles,
        "list_title": Text("超时事项", "Overdue"),
        "sheet": {"key": "styleguide", "caption": Text("各街道（镇）在办事项", "Open loops by street"), "columns": columns, "rows": rows, "totals": [Text("合计", "Total"), 7635, 36, None, None], "export": True},
        "chart": {
            "key": "trend",
            "title": Text("近七日超时事项", "Overdue loops, seven days"),
            "definition": what,
            "columns": [Text("日期", "Day"), Text("新增", "New"), Text("超时", "Overdue")],
            "rows": [[f"11-{17 + n}", 40 + 7 * n, 12 - n] for n in range(7)],
            "option": {"tooltip": {"trigger": "axis"}, "legend": {}, "xAxis": {"type": "category", "data": [f"11-{17 + n}" for n in range(7)]}, "yAxis": {"type": "value"}, "series": [{"name": "新增 New", "type": "bar", "data": [40 + 7 * n for n in range(7)]}, {"name": "超时 Overdue", "type": "line", "data": [12 - n for n in range(7)]}]},
        },
        "map": {"key": "streets", "title": Text("各街道（镇）示意", "Streets"), "geojson": {"type": "FeatureCollection", "features": square}},
    }


def _form() -> dict[str, Any]:
    kinds = [("", Text("请选择", "Choose")), ("task", Text("交办任务", "Task")), ("hazard", Text("隐患整改", "Hazard"))]
    wrong = Refusal(
        Reason.WRONG_CHECK_DIGIT,
        Text("身份证号码校验位不对，末位应为 X。", "The check digit of the ID number is wrong: it should end in X."),
        remedy=Text("请对照证件核对。", "Check it against the card."),
        field="document",
        value="11**************11",
    )
    form = PhoneForm({"phone": ""}, initial={})
    form.fields["phone"].label = "Phone / 电话"
    fields = [
        FieldParts("title", Text("事项名称", "Title"), value=Text("转运交接", "Transfer").zh, required=True, help=Text("一句话说清要办什么。", "Say in one sentence what is wanted.")),
        FieldParts("document", Text("证件号码", "Document number"), value="", error=wrong.rule, required=True),
        FieldParts("kind", Text("类型", "Kind"), "select", choices=kinds, required=True),
        FieldParts("due", Text("办结时限", "Due"), "datetime", required=True),
        FieldParts("count", Text("人数", "Persons"), "integer", unit=Text("人", "persons")),
        FieldParts("note", Text("办理要求", "What is asked"), "textarea"),
        FieldParts("subject", Text("对象", "Subject"), "radio", value="unit", choices=[("person", Text("个人", "Person")), ("unit", Text("单位", "Unit"))], required=True),
        FieldParts("urgent", Text("加急", "Urgent"), "checkbox", value=True),
        FieldParts("photo", Text("现场照片", "Photo"), "photo", multiple=True, max=10 * 1024 * 1024),
    ]
    return {"fields": fields, "refusal": wrong, "form": form}
