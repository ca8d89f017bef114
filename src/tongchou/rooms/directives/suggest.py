"""Who should lead a directive, and what should prove it: suggestions, each with its reason. A person decides."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import date
from itertools import chain
from typing import Any

from django.db import connection

from tongchou.kernel.text import Text
from tongchou.record.models import Area, Unit
from tongchou.rooms.directives.answering import SECTOR, Answering, person_of, read_answering
from tongchou.rooms.directives.collective import Collective, collective, word_of
from tongchou.rooms.directives.names import EVIDENCE, THEMES

MOST = 4
_SUFFIX = re.compile(r"(人民政府|办事处|街道办|居民委员会|村民委员会|居委会|村委会|委员会|领导小组|机关|政府)$")
_OFFICE = re.compile(r"(指挥部办公室|指挥办|防控办|防指办|疫情办)$")
_WORDS = {
    "resumption": "复工 企业 工信", "enterprise_service": "复工 企业 工信", "school": "教育 学校", "supplies": "物资", "traffic": "交通", "checkpoint": "交通 检疫",
    "publicity": "宣传", "testing": "医疗 检测 卫生", "isolation": "医疗 隔离 卫生", "transfer": "医疗 转运 卫生", "surveillance": "医疗 疾控 卫生",
    "screening": "社区", "vulnerable_care": "社区 民政", "leave_report": "社区", "discipline": "纪委 纪检", "supervision": "督导", "safety": "应急 安全",
    "agriculture": "农业", "livelihood": "商务 物资 民政", "duty": "综合 办公室", "burden_reduction": "综合 办公室", "organisation": "综合 办公室",
}  # fmt: skip
_PROOF: tuple[tuple[str, str], ...] = (
    ("file", r"台账|清单|方案|名单|预案|书面|档案|示意图|分布图"),
    ("photo", r"消毒|消杀|检查|张贴|设置|悬挂|卡口|现场|整治|通风"),
    ("number", r"统计|数量|上报.{0,6}数|核酸|检测.{0,4}人|采购|储备"),
    ("signature", r"责任书|承诺书|签订|签字"),
)

_LEAVES = {
    "venue": "photo", "checkpoint": "photo", "safety": "photo", "city_management": "photo", "screening": "file", "isolation": "file", "testing": "number",
    "supplies": "number", "livelihood": "number", "vulnerable_care": "file",
}  # fmt: skip


@dataclass
class Ground:
    """What suggestions rest on, read once for a document: the units of its area, its areas, who answers, what was led before."""

    district: str
    units: list[tuple[int, str, str]]
    areas: list[tuple[int, str, str]]
    own: int
    own_name: str
    office: tuple[int, str] | None = None
    sector: dict[str, tuple[int, str, int]] = field(default_factory=dict)
    led: dict[str, list[tuple[int, str, int, int]]] = field(default_factory=dict)
    proofs: dict[str, list[tuple[str, int]]] = field(default_factory=dict)
    unit_proofs: dict[int, list[tuple[str, int]]] = field(default_factory=dict)
    answers: Answering = field(default_factory=Answering)


@dataclass(frozen=True, slots=True)
class Proposed:
    """lead: the first suggestion or None; each_kind, each_units: the units of which every one gets its own (collective.EACH)."""

    suggested: list[dict[str, Any]]
    each_kind: str
    each_units: list[int]
    co_units: list[int]
    evidence: list[str]
    evidence_why: Text

    @property
    def lead(self) -> int | None:
        return int(self.suggested[0]["unit"]) if self.suggested else None

    @property
    def person(self) -> int | None:
        """The first responsible person of the first suggestion."""
        return person_in(self.suggested, self.lead)


def person_in(suggested: Sequence[dict[str, Any]], unit: int | None) -> int | None:
    """The account that the suggestions name for a unit."""
    return next((s["person"]["account"] for s in suggested if s["unit"] == unit and s.get("person")), None)


_SECTORS = """
select u.kind, pu.id, pu.name, count(*) from record_responsibility r
join record_unit u on u.id = r.unit_id and u.active_to is null join record_area a on a.id = u.area_id and a.path like %(path)s
join record_post p on p.id = r.post_id and p.ended_on is null join record_unit pu on pu.id = p.unit_id and pu.active_to is null
where r.kind = 'sector' and r.from_date <= %(on)s and (r.to_date is null or r.to_date > %(on)s)
group by u.kind, pu.id, pu.name order by u.kind, count(*) desc
"""
_LED = """
select t.theme, u.id, u.name, count(*), count(*) filter (where l.closed_at is not null)
from directives_directive d cross join lateral unnest(d.themes) t(theme) join record_loop l on l.id = d.loop_id
join record_unit u on u.id = d.lead_unit_id and u.active_to is null join record_area a on a.id = u.area_id and a.path like %(path)s
group by t.theme, u.id, u.name order by t.theme, count(*) desc, u.id
"""
_PROOFS = """
select t.theme, e.type, count(*) from directives_directive d cross join lateral unnest(d.themes) t(theme)
join record_evidence e on e.loop_id = d.loop_id join record_loop l on l.id = d.loop_id join record_area a on a.id = l.area_id and a.path like %(path)s
group by t.theme, e.type order by t.theme, count(*) desc
"""
_UNIT_PROOFS = """
select l.owner_unit_id, e.type, count(*) from directives_directive d join record_loop l on l.id = d.loop_id or l.parent_id = d.loop_id
join record_evidence e on e.loop_id = l.id join record_area a on a.id = l.area_id and a.path like %(path)s
where e.type <> 'text' group by l.owner_unit_id, e.type order by l.owner_unit_id, count(*) desc
"""


def ground(unit: Unit, district: str, today: date) -> Ground:
    """Read what the suggestions for this unit's documents rest on: nine statements, however many directives there are."""
    path = unit.area.path
    rows = Unit.objects.filter(active_to=None, area__path__startswith=path).exclude(kind__in=("enterprise", "volunteer_team"))
    areas = Area.objects.filter(path__startswith=path, valid_to=None, level__in=("street", "community")).exclude(pk=unit.area_id)
    found = Ground(
        district, list(rows.order_by("pk").values_list("pk", "name", "kind")), list(areas.values_list("pk", "name", "path")), unit.pk, unit.name
    )  # fmt: skip
    found.answers = read_answering(path, today)
    found.office = next(((pk, name) for pk, name, kind in found.units if kind == "hq_office"), None)
    values: dict[str, Any] = {"path": path + "%", "on": today}
    with connection.cursor() as cursor:
        cursor.execute(_SECTORS, values)
        for kind, pk, name, n in cursor.fetchall():
            found.sector.setdefault(kind, (pk, name, n))
        cursor.execute(_LED, values)
        for theme, pk, name, n, closed in cursor.fetchall():
            found.led.setdefault(theme, []).append((pk, name, n, closed))
        cursor.execute(_PROOFS, values)
        for theme, kind, n in cursor.fetchall():
            found.proofs.setdefault(theme, []).append((kind, n))
        cursor.execute(_UNIT_PROOFS, values)
        for pk, kind, n in cursor.fetchall():
            found.unit_proofs.setdefault(pk, []).append((kind, n))
    return found


def suggest(ground: Ground, text: str, named: Sequence[str], themes: Sequence[str]) -> Proposed:
    """Suggest for one directive: what it names first, then who answers, then who led the like before, then by the unit's name."""
    by_name = {mention: list(_by_name(ground, mention)) for mention in named if not word_of(mention)}
    likely = [*_by_area(ground, text), *_by_sector(ground, themes), *_by_history(ground, themes), *_by_theme(ground, themes)]
    many = collective(named, ground.units, [w["unit"] for w in (*chain.from_iterable(by_name.values()), *likely)])
    ways = [w for mention in named for w in by_name.get(mention, [_gathering(ground, many)] if many else [])]
    named_units = [w["unit"] for w in ways if w["how"] in ("name", "short", "part")]
    ways += likely
    best: dict[int, dict[str, Any]] = {}
    for way in ways:
        best.setdefault(way["unit"], way)
    mentioned = [(pk, name) for pk, name, _ in _mentioned(ground, text)]
    suggested = [w | _person(ground, w["unit"], mentioned, themes) for w in list(best.values())[:MOST]]
    lead = suggested[0]["unit"] if suggested else None
    evidence, why = proof(ground, text, themes, lead)
    return Proposed(suggested, many.key if many else "", list(many.units) if many else [], [u for u in dict.fromkeys(named_units) if u != lead], evidence, why)


def _gathering(ground: Ground, many: Collective) -> dict[str, Any]:
    """Many have one each, and one's own unit gathers them."""
    why = Text("原文“{m}”，每个都有一件（{n} 个），由本单位汇总", "“{m}”: one for each of {n}, gathered by one's own unit")
    if many.unsure:
        why = Text(
            "原文“{m}”，未能判断哪些有关，先列全部 {n} 个，请修改后下达；由本单位汇总",
            "“{m}”: which are concerned could not be told; all {n} are listed, take away those that are not",
        )
    return _way(ground.own, ground.own_name, "collective", why.with_(m="、".join(many.words), n=many.count))


def _way(unit: int, name: str, how: str, why: Text) -> dict[str, Any]:
    return {"unit": unit, "name": name, "how": how, **why.as_dict()}


def plain(name: str, district: str) -> str:
    """A unit's name without the district before it and the form of organ behind it."""
    short = name.strip()
    for prefix in (district, "区", "县", "市"):
        if prefix and short.startswith(prefix) and len(short) > len(prefix) + 1:
            short = short.removeprefix(prefix)
            break
    return _SUFFIX.sub("", short) or short


def _by_name(ground: Ground, mention: str) -> Iterable[dict[str, Any]]:
    told = mention.strip("“”《》（）()，。、 ")
    if len(told) < 2:
        return []
    if ground.office and re.fullmatch(r"各[区县旗](?:[、（(]?[区县市旗][）)]?)*", told):
        return [_way(*ground.office, "whole", Text("原文“{m}”，本区由指挥部办公室承接", "“{m}”: for this district the headquarters office").with_(m=told))]
    if ground.office and _OFFICE.search(told):
        return [_way(*ground.office, "name", Text("原文点名“{m}”", "Named as “{m}”").with_(m=told))]
    exact = [(pk, n) for pk, n, _ in ground.units if n == told]
    if exact:
        why = Text("原文点名“{m}”，与在册名称一致", "Named as “{m}”, as it is on record").with_(m=told)
        return [_way(pk, n, "name", why) for pk, n in exact[:2]]
    want = plain(told, ground.district)
    short = [(pk, n) for pk, n, _ in ground.units if plain(n, ground.district) == want]
    if short:
        why = Text("原文点名“{m}”，去掉地名和后缀后与在册名称一致", "Named as “{m}”, the same but for district and suffix").with_(m=told)
        return [_way(pk, n, "short", why) for pk, n in short[:2]]
    part = [(pk, n) for pk, n, _ in ground.units if len(want) >= 2 and (want in n or (len(plain(n, ground.district)) >= 3 and plain(n, ground.district) in told))]
    if 0 < len(part) <= 3:
        why = Text("原文点名“{m}”，与在册名称部分相同", "Named as “{m}”, partly the same as on record").with_(m=told)
        return [_way(pk, n, "part", why) for pk, n in part[:2]]
    return []


def _person(ground: Ground, unit: int, areas: Sequence[tuple[int, str]], themes: Sequence[str]) -> dict[str, Any]:
    found = person_of(ground.answers, unit, areas, themes)
    return {"person": {"account": found[0].account, "name": found[0].name, **found[1].as_dict()}} if found else {}


def _mentioned(ground: Ground, text: str) -> list[tuple[int, str, str]]:
    """The areas that a text names, the innermost first."""
    return sorted((a for a in ground.areas if len(a[1]) >= 3 and a[1] in text), key=lambda a: -a[2].count("."))


def _by_area(ground: Ground, text: str) -> Iterable[dict[str, Any]]:
    """A street or community that the text names: the unit whose post answers for it, else the unit of that place, else those of the area above."""
    names = {pk: name for pk, name, _ in ground.units}
    paths = {path: pk for pk, _, path in ground.areas}
    for pk, name, path in _mentioned(ground, text):
        held = ground.answers.area.get(pk)
        if held is not None and held.unit in names:
            why = Text("属地责任：责任链上由其负责“{a}”", "Answers for “{a}” in the chain of responsibility").with_(a=name)
            yield _way(held.unit, held.unit_name, "area", why)
            continue
        for above in _upward(path):
            seat = next((u for u, area in ground.answers.seat.items() if area == paths.get(above)), None)
            if seat is not None and seat in names:
                yield _way(seat, names[seat], "area", Text("属地责任：原文提到“{a}”", "Answers for “{a}”, which the text names").with_(a=name))
                break


def _upward(path: str) -> list[str]:
    """A path and those above it: 1.2.3. -> 1.2.3., 1.2., 1."""
    parts = path.rstrip(".").split(".")
    return [".".join(parts[:n]) + "." for n in range(len(parts), 0, -1)]


def _by_sector(ground: Ground, themes: Sequence[str]) -> Iterable[dict[str, Any]]:
    for theme in themes:
        held = ground.sector.get(SECTOR.get(theme, ""))
        if held:
            why = Text("行业责任：责任链上“{t}”所涉单位由其负责（{n} 个）", "Answers for the sector in the chain of responsibility: {t}, {n} {n|unit|units}")
            yield _way(held[0], held[1], "sector", why.with_(t=THEMES.get(theme, theme), n=held[2]))


def _by_history(ground: Ground, themes: Sequence[str]) -> Iterable[dict[str, Any]]:
    for theme in themes:
        for pk, name, n, closed in ground.led.get(theme, [])[:2]:
            why = Text("此前“{t}”事项由其牵头 {n} 件，已销号 {c} 件", "Led {n} on “{t}” before, {c} closed")
            yield _way(pk, name, "history", why.with_(t=THEMES.get(theme, theme), n=n, c=closed))


def _by_theme(ground: Ground, themes: Sequence[str]) -> Iterable[dict[str, Any]]:
    for theme in themes:
        for word in _WORDS.get(theme, "").split():
            for pk, name, kind in ground.units:
                if word in name and kind in ("hq_department", "department", "special_team", "hq_office", "discipline"):
                    why = Text("主题“{t}”与单位名称相合", "The unit's name fits the theme “{t}”").with_(t=THEMES.get(theme, theme))
                    yield _way(pk, name, "theme", why)


def proof(ground: Ground, text: str, themes: Sequence[str], lead: int | None = None) -> tuple[list[str], Text]:
    """Kinds of proof to ask for, and why: what the words call for; what such tasks, or the unit's, were proved by before; what the theme leaves behind."""
    by_words = [kind for kind, words in _PROOF if re.search(words, text)]
    if by_words:
        return ["text", *by_words], Text("按原文用词", "By the words of the text")
    for theme in themes:
        before = [(k, n) for k, n in ground.proofs.get(theme, []) if k in EVIDENCE]
        if before:
            why = Text("此前同类事项提交：{k} {n} 次", "What such tasks were proved by before: {k}, {n} {n|time|times}").with_(k=EVIDENCE[before[0][0]], n=before[0][1])
            return list(dict.fromkeys(["text", *(k for k, _ in before[:2])])), why
    shown = [(k, n) for k, n in ground.unit_proofs.get(lead or 0, []) if k in EVIDENCE]
    if shown:
        why = Text("该单位此前提交：{k} {n} 次", "What this unit handed in before: {k}, {n} {n|time|times}").with_(k=EVIDENCE[shown[0][0]], n=shown[0][1])
        return ["text", shown[0][0]], why
    for theme in themes:
        if theme in _LEAVES:
            why = Text("“{t}”一般可以提交：{k}", "What “{t}” leaves behind: {k}").with_(t=THEMES[theme], k=EVIDENCE[_LEAVES[theme]])
            return ["text", _LEAVES[theme]], why
    return ["text"], Text("默认", "By default")
