"""A table of enterprises: what its columns are called, and one row to checked values or a refusal."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass, field
from functools import cache, partial
from typing import Any

from tongchou.kernel.codes import parse_uscc
from tongchou.kernel.errors import Reason, Refusal
from tongchou.kernel.industries import parse_industry
from tongchou.kernel.text import Text
from tongchou.record.actions.enterprises import MOST_STAFF, read_contact
from tongchou.record.enterprises import LISTS, Contact
from tongchou.record.responsible import ALIASES, NOBODY, Named
from tongchou.record.rowimport import Cells, Columns, unknown
from tongchou.record.territory.levels import check_name

COLUMNS: Columns = {
    "code": ("统一社会信用代码", "社会信用代码", "信用代码", "uscc", "code", "credit code"),
    "name": ("企业名称", "单位名称", "名称", "企业", "name", "company", "enterprise"),
    "name_en": ("英文名称", "name en", "english name"),
    "area": ("区域编码", "社区编码", "区划代码", "所在社区", "社区", "所在街道", "街道", "镇街", "area", "area code", "community", "street"),
    "industry": ("行业代码", "行业", "国民经济行业", "所属行业", "行业类别", "industry", "industry code"),
    "staff": ("从业人员", "从业人数", "员工人数", "职工人数", "员工数", "staff", "employees"),
    "revenue": ("营业收入", "年营业收入", "上年营业收入", "revenue", "turnover"),
    "assets": ("资产总额", "总资产", "assets", "total assets"),
    "self_employed": ("个体工商户", "是否个体工商户", "self employed"),
    "above_scale": ("规上企业", "是否规上", "规模以上", "above scale"),
    "park": ("园区", "所在园区", "工业园区", "park"),
    "landlord": ("房东", "出租方", "业主", "landlord"),
    "lists": ("名单", "保障名单", "重点名单", "清单", "lists"),
    "products": ("主要产品", "产品", "主营产品", "products"),
    "contact_name": ("联系人", "负责人", "contact", "contact name"),
    "contact_phone": ("联系电话", "联系人电话", "电话", "手机", "phone", "contact phone"),
    "suppliers": ("供应商", "上游企业", "主要供应商", "suppliers"),
    "customers": ("客户", "下游企业", "主要客户", "customers", "buyers"),
    **ALIASES,
}
NEEDED = ("code|name",)
FIGURES = ("industry", "staff", "revenue", "assets", "self_employed", "above_scale", "park_id", "landlord_id", "landlord_name", "lists", "products")
_LIST_KEYS = {t.zh: k for k, t in LISTS.items()} | {t.en.lower(): k for k, t in LISTS.items()} | {k: k for k in LISTS}
_PARTS = re.compile(r"[;；、\n|]+")


@dataclass(slots=True)
class EnterpriseRow:
    """figures: by FIGURES, only those that the row says. links: (supplier or customer, code or name, product, critical).

    responsible: column of `responsible.COLUMNS` -> id of the post that it names.
    """

    number: int
    code: str | None
    name: str
    name_en: str
    area: int | None
    figures: dict[str, Any] = field(default_factory=dict)
    landlord: str = ""
    contact: Contact | None = None
    links: list[tuple[str, str, str, bool]] = field(default_factory=list)
    responsible: dict[str, int] = field(default_factory=dict)


class Rows:
    """Reads rows. areas: code or name -> id, None for a name that several areas have; parks: the same, wherever they lie."""

    def __init__(self, areas: dict[str, int | None], parks: dict[str, int | None], named: Callable[[], Named]) -> None:
        self.areas, self.parks, self._named = areas, parks, cache(named)
        self.cells = Cells()

    def read(self, number: int, told: dict[str, str]) -> EnterpriseRow:
        """One row; a Refusal names the first field at fault and bears the row's number."""
        try:
            row = EnterpriseRow(
                number, None if unknown(told.get("code", "")) else parse_uscc(told["code"], "code"),
                check_name(told["name"]) if told.get("name") else "", told.get("name_en", "")[:160], self._area(told.get("area", "")),
            )  # fmt: skip
            if row.code is None and not row.name:
                rule = Text("代码和名称都没有填写。", "Neither code nor name is given.")
                raise Refusal(Reason.MISSING_VALUE, rule, remedy=Text("至少填写一项。", "Give one of them."), field="name")
            self._figures(row, told)
            self._partners(row, told)
            for key in ALIASES:
                if not unknown(told.get(key, "")) and told[key].strip() not in (NOBODY.zh, NOBODY.en):
                    row.responsible[key] = self.cells.once(key, told[key], partial(self._named().post_of, key))
            row.contact = read_contact(*("" if unknown(told.get(k, "")) else told[k] for k in ("contact_name", "contact_phone")))
        except Refusal as refusal:
            refusal.line = number
            raise
        return row

    def _area(self, text: str) -> int | None:
        if unknown(text):
            return None
        found = self.areas.get(text.strip().upper(), 0)
        if found:
            return found
        if found is None:
            rule = Text("辖区内有几处叫这个名称。", "Several areas in your reach have this name.")
            raise Refusal(Reason.CONFLICT, rule, remedy=Text("请填写编码。", "Give the code."), field="area", value=text[:40])
        rule = Text("辖区内没有这个区域。", "No area in force in your reach has this code or name.")
        raise Refusal(Reason.NOT_FOUND, rule, remedy=Text("请核对社区或街道编码。", "Check the code."), field="area", value=text[:40])

    def _figures(self, row: EnterpriseRow, told: dict[str, str]) -> None:
        out, cells = row.figures, self.cells
        if not unknown(told.get("industry", "")):
            out["industry"] = cells.once("industry", told["industry"], parse_industry)
        for name in ("staff", "revenue", "assets"):
            number = cells.number(name, told.get(name, ""))
            if number is None:
                continue
            if name == "staff" and (number != int(number) or number > MOST_STAFF):
                rule = Text("人数须为整数，不超过 {n}。", "This is a whole number of people, at most {n}.").with_(n=MOST_STAFF)
                raise Refusal(Reason.INVALID_VALUE, rule, remedy=Text("请改正。", "Correct it."), field=name, value=told[name][:20])
            out[name] = int(number) if name == "staff" else round(number, 2)
        for name in ("self_employed", "above_scale"):
            flag = cells.flag(name, told.get(name, ""))
            if flag is not None:
                out[name] = flag
        if not unknown(told.get("park", "")):
            out["park_id"] = self._park(told["park"])
        if not unknown(told.get("lists", "")):
            out["lists"] = cells.once("lists", told["lists"], _lists)
        if not unknown(told.get("products", "")):
            out["products"] = told["products"][:200]
        row.landlord = "" if unknown(told.get("landlord", "")) else told["landlord"].strip()[:160]

    def _park(self, text: str) -> int:
        found = self.parks.get(text.strip().upper())
        if found is None:
            rule = Text("没有这个园区，或有几处同名。", "There is no such park, or several have this name.")
            raise Refusal(Reason.NOT_FOUND, rule, remedy=Text("请填写园区的区域编码。", "Give the park's area code."), field="park", value=text[:40])
        return found

    def _partners(self, row: EnterpriseRow, told: dict[str, str]) -> None:
        """企业或代码:产品! — an exclamation mark says that the buyer stops without it."""
        for column in ("suppliers", "customers"):
            text = told.get(column, "")
            for part in [] if unknown(text) else _PARTS.split(text):
                plain = part.strip().replace("！", "!").replace("：", ":")
                if not plain:
                    continue
                who, _, product = plain.rstrip("!").partition(":")
                product = product.strip()[:120] or (told.get("products", "") if column == "customers" else "")[:120] or "未注明"
                row.links.append((column[:-1], who.strip()[:160], product, plain.endswith("!")))


def _lists(text: str) -> list[str]:
    keys = [_LIST_KEYS.get(p.strip().lower(), "") for p in re.split(r"[;；、,，\s]+", text) if p.strip()]
    if "" in keys:
        rule = Text("有不认识的名单。", "This names a list that is not known.")
        remedy = Text("可用：{all}。", "Lists: {all}.").with_(all="、".join(f"{t.zh}（{k}）" for k, t in LISTS.items()))
        raise Refusal(Reason.INVALID_VALUE, rule, remedy=remedy)
    return [k for k in LISTS if k in keys]
