"""Which area a document is about."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Callable
from dataclasses import dataclass
from functools import cache
from importlib.resources import files

from tongchou.intake.lexicons import lexicon

_SPECIAL = re.compile(
    r"(?<![\u4e00-\u9fff])?([\u4e00-\u9fff]{2,4}?(?:港区|新区|高新区|经开区|开发区|管理区|示范区|度假区))"
)
_OWN = {
    "区": r"[我全]区|区委|区政府|区指挥部|区防控|区疫情|区新冠|区应对|区长",
    "县": r"[我全]县|县委|县政府|县指挥部|县防控|县疫情|县新冠|县长",
    "市": r"[我全]市|市委|市政府|市指挥部|市防控|市疫情|市新冠|市长",
}
_SUFFIX = re.compile(r"(?:(?:[\u4e00-\u9fff]{1,3}族)*自治[县州旗]|[市区县旗盟]|地区)$")


@dataclass(frozen=True, slots=True)
class Division:
    """A county (with its prefecture and province), a prefecture, or a province."""

    name: str
    prefecture: str | None
    province: str
    level: int

    @property
    def full(self) -> str:
        """佛山市顺德区; 重庆市南川区; 佛山市."""
        if self.level == 3:
            return (self.prefecture or (self.province if self.province.endswith("市") else "")) + self.name
        return self.name


@cache
def _divisions() -> tuple[dict[str, list[Division]], re.Pattern[str]]:
    """By full and by short name, and one pattern for all of them."""
    by_name: dict[str, list[Division]] = {}

    def add(name: str, division: Division) -> None:
        held = by_name.setdefault(name, [])
        if division not in held:
            held.append(division)

    for line in (files("tongchou.intake") / "lexicon" / "divisions.txt").read_text("utf-8").splitlines():
        if line.startswith("#") or not line.strip():
            continue
        province, prefecture, *counties = line.split()
        whole = Division(province, None, province, 1)
        add(province, whole)
        if prefecture != "-":
            _add_both(add, Division(prefecture, None, province, 2))
        for county in counties:
            _add_both(add, Division(county, prefecture if prefecture != "-" else None, province, 3))
    names = sorted(by_name, key=len, reverse=True)
    return by_name, re.compile("|".join(map(re.escape, names)))


def _add_both(add: Callable[[str, Division], None], division: Division) -> None:
    add(division.name, division)
    short = _SUFFIX.sub("", division.name)
    if len(short) >= 2 and short not in lexicon("areas")["words"]:
        add(short, division)


def area_of(title: str, body: str, page: str) -> str | None:
    """The area the document is about, with its prefecture where the tables tell it; None when nothing tells.

    title, body: of the document. page: what else stood on its page (source, by-lines), worth less.
    """
    by_name, pattern = _divisions()
    weight: defaultdict[str, float] = defaultdict(float)
    for text, worth in ((title, 4.0), (body[:400], 2.0), (body, 1.0), (page, 1.5)):
        for match in pattern.finditer(text):
            full = match.group()[-1] in "区县市旗"
            weight[match.group()] += worth * (1.5 if full else 1.0)
    if (special := _special(title + "\n" + body)) is not None:
        return special
    own = {suffix: len(re.findall(words, title + body)) for suffix, words in _OWN.items()}
    scored: defaultdict[Division, float] = defaultdict(float)
    for name, worth in weight.items():
        divisions = by_name[name]
        for division in divisions:
            near = sum(weight.get(x, 0.0) for x in _names(division.prefecture or "")) + 0.3 * weight.get(division.province, 0.0)
            if len(divisions) > 1 and not near and name not in title:
                worth *= 0.8
            scored[division] += worth + min(near, 2.0) + 0.01 * (division.level == 2)
    if not scored:
        return None
    told = max(own, key=lambda k: own[k]) if any(own.values()) else ""

    def rank(division: Division) -> float:
        fits = division.name.endswith(told) if told else False
        return (
            scored[division]
            * (2.5 if fits else 1.0)
            * (0.25 if division.level == 1 else 1.0)
            * (1.2 if division.level == 3 else 1.0)
        )

    return max(scored, key=rank).full


def _names(name: str) -> set[str]:
    return {name, _SUFFIX.sub("", name)} - {""}


def _special(text: str) -> str | None:
    """A zone that no table lists: 周口港区."""
    found = [_trim(m.group(1)) for m in _SPECIAL.finditer(text)]
    best = max(set(found), key=found.count, default="")
    by_name, _ = _divisions()
    if found.count(best) < 3 or best in by_name or len(best) < 4:
        return None
    return best


def _trim(name: str) -> str:
    """From a place that the tables know, where the words before it are none of its name."""
    _, pattern = _divisions()
    found = list(pattern.finditer(name))
    return name[found[0].start() :] if found else name
