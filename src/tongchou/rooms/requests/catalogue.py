"""The data catalogue (数据目录): what is on record about units, either worked out from the record itself or answered before."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from typing import Any

from django.db import connection

from tongchou.kernel.clock import parse_date
from tongchou.kernel.errors import Reason, Refusal
from tongchou.kernel.text import Text
from tongchou.rooms.requests.models import Field

ALIKE = 0.8
"""Share of two-character pieces that two titles have in common from which they mean the same."""

HEADS: dict[str, tuple[str, ...]] = {
    "unit": ("单位", "单位名称", "unit"), "code": ("单位代码", "统一社会信用代码", "code"), "nil": ("零报告", "nil report"),
}  # fmt: skip
"""Columns of a table of answers besides the data themselves."""


@dataclass(frozen=True, slots=True)
class Computed:
    """Data that the record itself gives for every unit. sql: unit id and value for the units %(units)s on %(on)s. page: where people see it.

    about: the kinds of units that have it; empty: all.
    """

    key: str
    title: Text
    measure: str
    page: str
    about: tuple[str, ...]
    names: tuple[str, ...]
    sql: str


_LOOPS = "select u.id, count(l.id) from unnest(%(units)s::bigint[]) u(id) left join record_loop l on l.owner_unit_id = u.id and {} group by u.id"
_IN_AREA = """
with here as (select u.id, a.path from record_unit u join record_area a on a.id = u.area_id where u.id = any(%(units)s)),
     counted as (select {area} as area_id, count(*) as n from {table} where {where} group by 1)
select h.id, coalesce(sum(c.n), 0)::int from here h
left join (counted c join record_area b on b.id = c.area_id) on b.path like h.path || '%%' group by h.id
"""
TERRITORIAL = ("street", "community")
COMPUTED: dict[str, Computed] = {
    c.key: c
    for c in (
        Computed(
            "residents", Text("在册人数", "People on record"), "人", "people", TERRITORIAL, ("登记人数", "人口数", "在册人口", "常住人口数", "辖区人数"),
            _IN_AREA.format(area="area_id", table="record_person", where="merged_into_id is null and erased_at is null"),
        ),
        Computed(
            "enterprises", Text("辖区企业数", "Enterprises"), "家", "units", TERRITORIAL, ("企业数", "企业数量", "企业家数"),
            _IN_AREA.format(area="area_id", table="record_unit", where="kind = 'enterprise' and active_to is null"),
        ),
        Computed(
            "schools", Text("辖区学校数", "Schools"), "所", "units", TERRITORIAL, ("学校数", "学校数量"),
            _IN_AREA.format(area="area_id", table="record_unit", where="kind = 'school' and active_to is null"),
        ),
        Computed("open_loops", Text("在办事项数", "Open loops"), "件", "work", (), ("在办任务数", "未办结任务数", "未办结事项数"), _LOOPS.format("l.closed_at is null")),
        Computed(
            "late_loops", Text("超时事项数", "Late loops"), "件", "work", (), ("超时任务数", "逾期任务数", "逾期事项数"),
            _LOOPS.format("l.closed_at is null and l.deadline < now()"),
        ),
        Computed(
            "closed_loops", Text("近三十天办结事项数", "Loops closed in thirty days"), "件", "scores", (), ("办结任务数", "办结事项数", "任务办结数"),
            _LOOPS.format("l.end_reason = 'done' and l.closed_at >= now() - interval '30 days'"),
        ),
        Computed(
            "held", Text("在管人数", "People in custody"), "人", "custody", (), ("隔离人数", "在管隔离人数", "集中隔离人数"),
            "select u.id, count(c.id) from unnest(%(units)s::bigint[]) u(id) left join (record_holding h join record_custody c on c.id = h.custody_id "
            "and c.person_id is not null) on h.unit_id = u.id and h.until is null group by u.id",
        ),
        Computed(
            "staff", Text("任职人数", "People in posts"), "人", "units", (), ("在岗人数统计", "岗位人数", "工作人员数"),
            "select u.id, count(distinct h.account_id) from unnest(%(units)s::bigint[]) u(id) left join (record_post p join record_postholding h "
            "on h.post_id = p.id and h.from_date <= %(on)s and (h.to_date is null or h.to_date > %(on)s)) on p.unit_id = u.id and p.ended_on is null group by u.id",
        ),
        Computed(
            "responsible", Text("责任人", "Responsible persons"), "", "gaps", (), ("负责人姓名", "责任人姓名", "包保责任人", "包联领导"),
            "select u.id, string_agg(distinct c.display_name, '、') from record_unit u left join (record_responsibility r join record_postholding h "
            "on h.post_id = r.post_id and h.from_date <= %(on)s and (h.to_date is null or h.to_date > %(on)s) join record_account c on c.id = h.account_id) "
            "on r.from_date <= %(on)s and (r.to_date is null or r.to_date > %(on)s) "
            "and (r.unit_id = u.id or r.area_id = u.area_id and u.kind in ('street', 'community')) "
            "where u.id = any(%(units)s) group by u.id",
        ),
        Computed(
            "code", Text("统一社会信用代码", "Unified social credit code"), "", "units", (), ("信用代码", "机构代码"),
            "select id, code from record_unit where id = any(%(units)s)",
        ),
    )
}  # fmt: skip


def computed_values(key: str, units: list[int], on: date) -> dict[int, Any]:
    """What the record gives for some units; a unit without a value is left out."""
    with connection.cursor() as cursor:
        cursor.execute(COMPUTED[key].sql, {"units": units, "on": on})
        return {unit: value for unit, value in cursor.fetchall() if value is not None}


def title_key(title: str) -> str:
    """A title as it is compared: full-width forms made plain, no punctuation, no spaces, no words that add nothing."""
    plain = unicodedata.normalize("NFKC", title).lower()
    return re.sub(r"(截至目前|当前|目前|本单位|本辖区|辖区|的|情况|合计|总计|总|[\W_])", "", plain)


def _pieces(text: str) -> set[str]:
    return {text[i : i + 2] for i in range(len(text) - 1)} or {text}


def alike(one: str, other: str) -> bool:
    """Whether two keys of titles mean the same."""
    if one == other:
        return True
    a, b = _pieces(one), _pieces(other)
    return 2 * len(a & b) / (len(a) + len(b)) >= ALIKE


def on_record(title: str) -> Computed | Field | None:
    """What the catalogue has under this title or one like it."""
    key = title_key(title)
    for known in COMPUTED.values():
        if any(alike(key, title_key(name)) for name in (known.title.zh, known.title.en, *known.names)):
            return known
    return next(
        (
            f
            for f in Field.objects.order_by("pk")
            if alike(key, f.title_key) or (f.title_en and key == title_key(f.title_en))
        ),
        None,
    )


_FRESH = """
select distinct on (f.unit_id, f.field_id) f.unit_id, f.field_id, f.id, f.known
from requests_unitfact f join requests_field c on c.id = f.field_id
where f.unit_id = any(%(units)s) and f.field_id = any(%(fields)s) and f."on" > %(on)s::date - c.fresh_days and f."on" <= %(on)s
order by f.unit_id, f.field_id, f.at desc, f.id desc
"""


def fresh(
    units: Iterable[int], fields: Iterable[int], on: date, *, said_unknown: bool = False
) -> dict[tuple[int, int], int]:
    """(unit, field) -> the latest fact that still counts on a day. said_unknown: those that say “unknown” too."""
    with connection.cursor() as cursor:
        cursor.execute(_FRESH, {"units": list(units), "fields": list(fields), "on": on})
        return {(unit, field): fact for unit, field, fact, known in cursor.fetchall() if known or said_unknown}


def read_value(field: Field, given: Any) -> Any:
    """Check and read what somebody answers; JSON-ready. Raises a Refusal that names the field."""
    text = str(given).strip()
    name = f"f{field.pk}"
    if not text:
        raise _wrong(
            field,
            name,
            given,
            Text("不能为空；没有数据请选“不掌握”。", "It may not be empty; if you do not know, say so."),
        )
    match field.kind:
        case Field.Kind.INTEGER:
            plain = unicodedata.normalize("NFKC", text).replace(",", "")
            if not re.fullmatch(r"\d{1,12}", plain):
                raise _wrong(field, name, given, Text("须是不小于 0 的整数。", "It is a whole number, 0 or more."))
            return int(plain)
        case Field.Kind.NUMBER:
            plain = unicodedata.normalize("NFKC", text).replace(",", "")
            if not re.fullmatch(r"-?\d{1,12}(\.\d{1,6})?", plain):
                raise _wrong(field, name, given, Text("须是数字。", "It is a number."))
            return float(plain)
        case Field.Kind.CHOICE:
            if text not in field.choices:
                raise _wrong(
                    field,
                    name,
                    given,
                    Text("须从选项中选择：{all}。", "Choose from: {all}.").with_(all="、".join(field.choices)),
                )
            return text
        case Field.Kind.DATE:
            return parse_date(text, name).isoformat()
        case Field.Kind.BOOLEAN:
            if text.lower() not in _YES | _NO:
                raise _wrong(field, name, given, Text("请填“是”或“否”。", "Say yes or no."))
            return text.lower() in _YES
    if len(text) > 500:
        raise _wrong(field, name, text[:40], Text("不得超过 500 字。", "500 characters at most."))
    return text


_YES, _NO = {"是", "有", "yes", "true", "1"}, {"否", "无", "no", "false", "0"}


def _wrong(field: Field, name: str, given: Any, rule: Text) -> Refusal:
    said = Text("“{title}”{rule}", "“{title}”: {rule}").with_(title=field.title, rule=rule)
    return Refusal(
        Reason.INVALID_VALUE,
        said,
        remedy=Text("请更正后再提交。", "Correct it and send again."),
        field=name,
        value=str(given)[:40],
    )
