"""各部门、各成员单位、各街道: which units a word for many means. They are proposed with their names; a person may take some away before anything is issued."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field

from tongchou.kernel.text import Text

EACH: dict[str, tuple[Text, tuple[str, ...]]] = {
    "street": (Text("各街道（镇）", "every street or town"), ("street",)),
    "community": (Text("各社区（村）", "every community or village"), ("community",)),
    "departments": (Text("各部门（工作部和区直部门）", "every department, of headquarters and of the district"), ("hq_department", "department")),
    "hq_department": (Text("各工作部", "every department of headquarters"), ("hq_department",)),
    "department": (Text("各区直部门", "every department of the district"), ("department",)),
    "members": (Text("各成员单位（部门和街道）", "every member of headquarters: departments and streets"), ("hq_department", "department", "street")),
    "units": (
        Text("各单位（部门、街道、专班、督导组、纪检机关）", "every unit: departments, streets, special teams, supervision groups, discipline inspection"),
        ("hq_department", "department", "street", "special_team", "supervision_group", "discipline"),
    ),
    "special_team": (Text("各专班", "every special team"), ("special_team",)),
    "supervision_group": (Text("各督导组", "every supervision group"), ("supervision_group",)),
    "school": (Text("各学校", "every school"), ("school",)),
    "site": (Text("各隔离点", "every isolation site"), ("site",)),
    "clinic": (Text("各医疗机构", "every clinic"), ("clinic",)),
}
"""Words for many units, and the kinds of units that they mean. 各企业 is not among them: a street or a department hands on to its enterprises."""

_ORDINAL = re.compile(r"^(?:第?[一二三四五六七八九十]{1,3}(?:是|要|、))")
_EVERY = re.compile(r"^(?:[全本][区县市旗]|辖区内?|区内|指挥部|区(?:直|属|级)|县(?:直|属|级))?(?:各级)?(?:各|所有|每个|全体|有关|相关|责任)")
_BARE = re.compile(r"^(?:镇街|街道|社区|乡镇|镇（街）|街道（镇）|镇（街道）|成员单位|指挥部成员单位|区直(?:部门|单位))$")
_SOME = re.compile(r"有关|相关|责任")
_PLACES = r"街道|乡镇|镇街|镇（街|镇\(街|街镇|乡（镇|镇乡|各镇|各街"
_WORDS: tuple[tuple[str, str], ...] = (
    (r"成员单位", "members"),
    (rf"(?:{_PLACES}).*(?:部门|单位)", "members"),
    (_PLACES, "street"),
    (r"社区|村居|村（社|各村|居委会|村委会", "community"),
    (r"工作部|指挥部各部", "hq_department"),
    (r"专班", "special_team"),
    (r"[区县]直|委办局", "department"),
    (r"部门", "departments"),
    (r"督导组|督查组", "supervision_group"),
    (r"学校|校园|幼儿园", "school"),
    (r"隔离点", "site"),
    (r"医疗机构|医院", "clinic"),
    (r"单位", "units"),
)


@dataclass(frozen=True, slots=True)
class Collective:
    """key: of EACH. units: those that are meant where that is not every unit of these kinds. words: as written. unsure: 有关 was written, and nothing tells which."""

    key: str
    units: tuple[int, ...] = ()
    words: tuple[str, ...] = ()
    unsure: bool = False
    count: int = field(default=0)


def word_of(mention: str) -> tuple[str, bool] | None:
    """The key of EACH that a mention means, and whether it means only those concerned (有关); None where it names no many."""
    told = _ORDINAL.sub("", mention.strip())
    if not (_EVERY.match(told) or _BARE.match(told)):
        return None
    key = next((key for words, key in _WORDS if re.search(words, told)), None)
    return (key, _SOME.search(told) is not None) if key else None


def meant(key: str, chosen: Sequence[int], units: Iterable[tuple[int, str, str]]) -> list[tuple[int, str]]:
    """The units behind a key, by what is on record now: those chosen, else all of its kinds. units: (id, name, kind)."""
    if key not in EACH:
        return []
    wanted, kinds = set(chosen), EACH[key][1]
    return [(pk, name) for pk, name, kind in units if (pk in wanted if wanted else kind in kinds)]


def collective(mentions: Sequence[str], units: Sequence[tuple[int, str, str]], concerned: Sequence[int]) -> Collective | None:
    """What the mentions of one directive mean together. concerned: the units that its words, themes and the record point to."""
    found = [(m, *told) for m in mentions if (told := word_of(m)) and meant(told[0], (), units)]
    if not found:
        return None
    parts: list[int] = []
    unsure = False
    for _, key, some in found:
        every = [pk for pk, _ in meant(key, (), units)]
        those = [pk for pk in every if pk in set(concerned)] if some else every
        unsure = unsure or (some and not those)
        parts += those or every
    kinds = {k for _, key, _ in found for k in EACH[key][1]}
    widest = min((k for k, (_, of) in EACH.items() if kinds <= set(of)), key=lambda k: len(EACH[k][1]), default=found[0][1])
    all_of = {pk for pk, _ in meant(widest, (), units)}
    chosen = list(dict.fromkeys(parts))  # 各街道、各社区: no word covers both, so that each is named
    words = tuple(_ORDINAL.sub("", m) for m, _, _ in found)
    return Collective(widest, () if set(chosen) == all_of else tuple(chosen), words, unsure, len(chosen))
