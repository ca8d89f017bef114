"""A table of people: which column is what, and one row to a checked identity or a refusal."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date

from tongchou.kernel.errors import Reason, Refusal
from tongchou.kernel.identifiers import KIND_NAMES
from tongchou.kernel.tables import Table
from tongchou.kernel.text import Text
from tongchou.record.people.given import Given, read_identity

COLUMNS: dict[str, tuple[str, ...]] = {
    "name": ("姓名", "名字", "人员姓名", "name", "full name"),
    "document_kind": ("证件类型", "证件种类", "证件类别", "document kind", "document type", "id type"),
    "document": ("证件号码", "证件号", "身份证号", "身份证号码", "身份证", "公民身份号码", "document", "document number", "id number", "id"),
    "phone": ("手机号", "手机号码", "手机", "电话", "联系电话", "联系方式", "phone", "mobile", "telephone"),
    "address": ("现住址", "住址", "地址", "居住地址", "现居住地", "详细地址", "address"),
    "birth_date": ("出生日期", "生日", "birth date", "date of birth", "birthday"),
    "sex": ("性别", "sex", "gender"),
    "area": ("社区/网格编码", "社区编码", "网格编码", "社区代码", "网格代码", "区划代码", "区域编码", "所属社区编码", "area", "area code", "community code", "grid code"),
    "household": ("户编号", "户号", "门牌号", "household", "household label"),
}  # fmt: skip
KINDS = {t.zh: k.value for k, t in KIND_NAMES.items()} | {
    "身份证": "resident_id", "护照": "", "中国护照": "passport_cn", "外国护照": "passport_foreign", "港澳通行证": "permit_hk_macao",
    "台胞证": "permit_taiwan", "居住证": "residence_permit", "外国人永久居留证": "permanent_residence",
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class Mapping:
    """field -> place in the row. `ignored`: columns of the file that no field takes; they are told, not dropped in silence."""

    places: dict[str, int]
    ignored: list[str]


@dataclass(frozen=True, slots=True)
class RowGiven:
    number: int
    given: Given
    area: str
    household: str


def map_columns(table: Table, chosen: dict[str, str], default_area: bool) -> Mapping:
    """Find each field's column by its name. chosen: {column: field} overrides. Refuses a table without names or areas."""
    names = {_plain(alias): field for field, aliases in COLUMNS.items() for alias in (field, *aliases)}
    places: dict[str, int] = {}
    ignored: list[str] = []
    for column in chosen:
        if column not in table.header or chosen[column] not in COLUMNS:
            rule = Text("列与字段的对应关系不成立。", "The mapping of columns to fields does not hold.")
            remedy = Text("可用字段：{all}。", "Fields: {all}.").with_(all=", ".join(COLUMNS))
            raise Refusal(Reason.INVALID_VALUE, rule, remedy=remedy, field="columns", value=column[:40])
    for place, column in enumerate(table.header):
        field = chosen.get(column) or names.get(_plain(column), "")
        if not field:
            ignored.append(column)
        elif field in places:
            rule = Text("两列都是“{f}”：{a}、{b}。", "Two columns are both {f}: {a}, {b}.")
            rule = rule.with_(f=field, a=table.header[places[field]], b=column)
            remedy = Text("请删去其中一列。", "Remove one of them.")
            raise Refusal(Reason.DUPLICATE, rule, remedy=remedy, field=column, file=table.filename)
        else:
            places[field] = place
    _must_have(places, "name", "姓名", table.filename)
    if not default_area:
        _must_have(places, "area", "社区/网格编码", table.filename)
    return Mapping(places, ignored)


def _must_have(places: dict[str, int], field: str, column: str, filename: str) -> None:
    if field not in places:
        rule = Text("表格缺少“{c}”列。", "The table has no column for {f}.").with_(c=column, f=field)
        remedy = Text("请补上该列，或指定哪一列是它。", "Add it, or say which column it is.")
        raise Refusal(Reason.MISSING_VALUE, rule, remedy=remedy, field=field, file=filename)


def read_rows(table: Table, mapping: Mapping, today: date, rejects: list[tuple[int, Refusal]]) -> Iterator[RowGiven]:
    """Yield the rows whose identity holds; the others go to `rejects`, each with its first fault."""
    places = mapping.places
    identity = [f for f in places if f not in ("area", "household")]
    for number, cells in table.rows:
        told = {f: cells[places[f]] for f in identity}
        if "document_kind" in told:
            told["document_kind"] = KINDS.get(told["document_kind"], told["document_kind"])
        try:
            given = read_identity(today=today, **told)
        except Refusal as refusal:
            refusal.line = number
            rejects.append((number, refusal))
            continue
        area = cells[places["area"]] if "area" in places else ""
        household = cells[places["household"]] if "household" in places else ""
        yield RowGiven(number, given, area, household[:40])


def _plain(name: str) -> str:
    return "".join(c for c in name.lower() if c.isalnum())
