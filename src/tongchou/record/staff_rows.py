"""A table of staff: what its columns are called, and one row to a checked person and file, or a refusal."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import Any

from tongchou.kernel.errors import Reason, Refusal
from tongchou.kernel.text import Text
from tongchou.record.models import Area
from tongchou.record.people.given import Given, read_identity
from tongchou.record.people.table import KINDS
from tongchou.record.rowimport import Cells, Columns, unknown
from tongchou.record.staffing import check_day
from tongchou.record.territory.levels import read_code

COLUMNS: Columns = {
    "code": ("统一社会信用代码", "社会信用代码", "信用代码", "企业代码", "uscc", "enterprise code", "credit code"),
    "enterprise": ("企业名称", "单位名称", "企业", "单位", "工作单位", "enterprise", "company", "employer"),
    "name": ("姓名", "员工姓名", "名字", "name", "full name"),
    "document_kind": ("证件类型", "证件种类", "document kind", "id type"),
    "document": ("证件号码", "身份证号", "身份证号码", "证件号", "身份证", "公民身份号码", "document", "document number", "id number"),
    "phone": ("手机号", "手机号码", "联系电话", "电话", "手机", "联系方式", "phone", "mobile"),
    "title": ("岗位", "工种", "职务", "title", "job", "position"),
    "post_urgent": ("岗位急需", "是否急需", "是否急需岗位", "post urgent", "urgent"),
    "origin": ("来源地", "来源地代码", "来源地区划代码", "返岗前所在地", "籍贯所在地", "现所在地", "出发地", "origin"),
    "planned_return": ("计划返岗日期", "预计返岗日期", "计划返回日期", "返岗日期", "planned return", "return date"),
    "returned_on": ("实际返岗日期", "已返岗日期", "到岗日期", "returned on", "returned"),
    "in_hard_hit": ("是否在高发地区", "是否在疫情重点地区", "仍在高发地区", "是否滞留湖北", "in hard hit area", "in hard hit"),
    "last_risk": ("离开风险地区日期", "离开高发地区日期", "最后风险日期", "最后接触日期", "last risk", "last risk day"),
    "observed_from": ("开始隔离日期", "隔离开始日期", "开始观察日期", "isolation from", "observed from"),
    "cleared": ("检测结果", "核酸结果", "核酸检测结果", "检测排除", "test", "test result", "cleared"),
    "symptoms": ("有无症状", "有症状", "症状", "是否有症状", "健康状况", "symptoms"),
    "temperature_normal": ("体温", "体温是否正常", "测温", "temperature"),
    "itinerary": ("行程", "来返行程", "行动轨迹", "itinerary"),
}
NEEDED = ("code|enterprise", "name", "document")
_WORDS: dict[str, dict[str, bool]] = {
    "symptoms": {"正常": False, "健康": False, "无症状": False, "发热": True, "咳嗽": True, "有症状": True, "none": False},
    "cleared": {"阴性": True, "阳性": False, "negative": True, "positive": False, "未检测": False, "not tested": False},
    "temperature_normal": {"正常": True, "异常": False, "不正常": False, "normal": True, "high": False},
    "post_urgent": {"急需": True, "不急需": False},
    "in_hard_hit": {},
}
DAYS = ("planned_return", "returned_on", "last_risk", "observed_from")
FACTS = ("title", "post_urgent", "origin", "planned_return", "returned_on", "in_hard_hit", "last_risk", "observed_from", "cleared", "symptoms", "temperature_normal")
"""Columns of Staff that a row fills, in the order in which rows are stored."""


@dataclass(slots=True)
class StaffRow:
    number: int
    unit: int
    given: Given
    facts: tuple[Any, ...]
    itinerary: str


class Rows:
    """Reads rows. units: (code or name) -> unit id, None where several have the name. fever: above it a temperature is not normal.

    own: the enterprise of who imports, where a row that names none is meant for it.
    """

    def __init__(self, units: dict[str, int | None], today: date, fever: float, own: int | None = None) -> None:
        self.units, self.today, self.fever, self.own = units, today, fever, own
        self.cells = Cells()
        self.places: dict[str, list[str]] | None = None

    def read(self, number: int, told: dict[str, str]) -> StaffRow:
        """One row; a Refusal names the first field at fault and bears the row's number."""
        try:
            unit = self._unit(told.get("code", ""), told.get("enterprise", ""))
            kind = told.get("document_kind", "")
            document = told.get("document", "")
            if unknown(document):
                rule = Text("没有填写证件号码；员工档案须实名。", "The document is missing; a staff file is in a real name.")
                raise Refusal(Reason.MISSING_VALUE, rule, remedy=Text("请补填。", "Add it."), field="document")
            given = read_identity(
                name=told.get("name", ""), document_kind=KINDS.get(kind, kind), document=document, phone=told.get("phone", ""), today=self.today
            )
            facts = tuple(self._fact(name, told.get(name, "")) for name in FACTS)
        except Refusal as refusal:
            refusal.line = number
            raise
        itinerary = told.get("itinerary", "")
        return StaffRow(number, unit, given, facts, "" if unknown(itinerary) else itinerary[:1_000])

    def _unit(self, code: str, name: str) -> int:
        key = code.strip().upper() or name.strip()
        if not key and self.own is not None:
            return self.own
        found = self.units.get(key, 0)
        if found:
            return found
        field = "code" if code.strip() else "enterprise"
        if found is None:
            rule, reason = Text("有几家企业叫这个名称。", "Several enterprises have this name."), Reason.CONFLICT
            raise Refusal(reason, rule, remedy=Text("请填写统一社会信用代码。", "Give the credit code."), field=field, value=key[:60])
        if not key:
            rule = Text("没有填写企业。", "The enterprise is missing.")
            raise Refusal(Reason.MISSING_VALUE, rule, remedy=Text("请填写代码或名称。", "Give its code or name."), field=field)
        rule = Text("辖区企业名册中没有这家企业。", "No enterprise in your reach has this code or name.")
        remedy = Text("请先登记企业，再导入员工。", "Register the enterprise first.")
        raise Refusal(Reason.NOT_FOUND, rule, remedy=remedy, field=field, value=key[:60])

    def _fact(self, name: str, text: str) -> Any:
        if not text:
            return "" if name in ("title", "origin") else None
        if name == "title":
            return text[:80]
        if name == "origin":
            return "" if unknown(text) else self.cells.once(name, text, self._origin)
        if name in DAYS:
            day = self.cells.day(name, text)
            return None if day is None else self.cells.once(name, text, lambda _: check_day(name, day, self.today), mark="=")
        if name == "temperature_normal" and text.replace(".", "", 1).rstrip("℃").isdigit():
            celsius = float(text.rstrip("℃"))
            return celsius <= self.fever if 30 <= celsius <= 45 else self.cells.flag(name, text, _WORDS[name])
        return self.cells.flag(name, text, _WORDS[name])

    def _origin(self, text: str) -> str:
        """A division code, or the name of an area on record (湖北省武汉市: the longest tail that is one)."""
        plain = text.strip()
        if plain[0].isdigit() or plain[0].isascii():
            return read_code(plain, "origin").code[:12]
        if self.places is None:
            self.places = {}
            for name, code in Area.objects.filter(valid_to=None, level__in=("province", "city", "district", "street")).values_list("name", "code"):
                self.places.setdefault(name, []).append(code)
        for start in range(len(plain) - 1):
            found = self.places.get(plain[start:], [])
            if len(found) == 1:
                return found[0][:12]
        rule = Text("看不出是哪个区划。", "This names no single division on record.")
        remedy = Text("请填写 2、4、6、9 或 12 位区划代码。", "Give a division code of 2, 4, 6, 9 or 12 digits.")
        raise Refusal(Reason.NOT_FOUND, rule, remedy=remedy, field="origin", value=plain[:40])
