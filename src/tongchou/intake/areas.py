"""Which area a document is about."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import cache
from importlib.resources import files

import rjieba

from tongchou.intake.lexicons import lexicon

_SPECIAL = re.compile(
    r"(?<![\u4e00-\u9fff])?([\u4e00-\u9fff]{2,4}?(?:港区|新区|高新区|经开区|开发区|管理区|示范区|度假区))"
)
_OWN = {
    "区": r"[我全]区|区委|区政府|区指挥部|区防控|区疫情|区新冠|区应对|区长",
    "县": r"[我全]县|县委|县政府|县指挥部|县防控|县疫情|县新冠|县长",
    "市": r"[我全]市|市委|市政府|市指挥部|市防控|市疫情|市新冠|市长",
}
_UNLISTED = re.compile(
    r"(?:^|[\n，。；、（“《：:\s]|关于|[在到对赴为])(?P<n>[\u4e00-\u9fff]{2,4}?(?:街道|[区县市镇乡]))"
    r"(?=\d|[区县市]长|人民政府|政府|委|党|新|疫|应|召|举|部|开|各|全|领导|统|防|办|纪|人|交|商|教|卫|农|公安|居|企|常|对|在|文|学|来|安|市|融|关于|连|迅|广播|广电|电视|发布|网|检查|调研|调度|督导|$|\s|的|大|区|镇|“|新冠)"
)
_PART = re.compile("新城|收费站|检查站|卡点|大道|[镇乡村路街桥店]|社区|新区|湾区")
_NO_NAME = re.compile(
    "[我全各本该委府致]|期间|落实|^(?:代表|负责|所在|属于)|^(?:未经|经|[外辖重与和及在到对大新老主某两一二三]|关于|其他|来自|重点|部分|进入|返回|离开)|(?:[小社园地辖疫山片校厂景城市郊灾控险离范务矿牧院]区|^.{0,2}新区|超市|城市|门市|集市|夜市|上市|乡镇|村镇|城镇|返乡|下乡|家乡|回乡|老乡|[报送到往][县区市镇])$"
)
_BEFORE_NAMES = frozenset("省市区县州旗盟和与及至在到对从由为向于了是我本该原")
_AMID = _BEFORE_NAMES - frozenset("区县")
_MEDIA = re.compile(
    r"(?:^|[^\u4e00-\u9fff]|来源|讯员?|供稿)(?P<n>[\u4e00-\u9fff]{2,3}?)(?P<s>[区县市])?(?:日报|晚报|手机报|电视台|广播|发布|融媒|要闻|新闻|政府网|人民政府|在线|之窗|信息港|网|报(?![\u4e00-\u9fff]))"
)
_QUOTED = re.compile("“([^“”]{4,8})”")
_NO_PLACE = re.compile(
    "[我本全今要人新政时民党国中省市县区镇街乡网图视公][\u4e00-\u9fff]{0,2}$|.*(?:政务|政府|新闻|时政|图片|视频|信息|动态|公开|互动|服务|工作|中心|媒体|综合|本地|国内|热点|头条|专题|通知|公告)"
)
"""What stands before such words and is no place: 时政要闻, 政务发布."""
_LINKS = frozenset("在对并和与及把将从向到为于按经由让给致等全我各本该")
_SUFFIX = re.compile(r"(?:(?:[\u4e00-\u9fff]{1,3}族)*自治[县州旗]|[市区县旗盟]|地区)$")


@dataclass(frozen=True, slots=True)
class Division:
    """A county (with its prefecture and province), a prefecture, a province, or (level 4, or without province) a place that no table lists."""

    name: str
    prefecture: str | None
    province: str
    level: int

    @property
    def full(self) -> str:
        """佛山市顺德区; 重庆市南川区; 佛山市."""
        if self.level == 3 and self.province:
            return (self.prefecture or (self.province if self.province.endswith("市") else "")) + self.name
        return self.name


@cache
def _divisions() -> tuple[dict[str, list[Division]], dict[str, tuple[str, ...]]]:
    """By full and by short name; and the names by their first two characters, the longest first."""
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
    openings: defaultdict[str, list[str]] = defaultdict(list)
    for name in sorted(by_name, key=len, reverse=True):
        openings[name[:2]].append(name)
    return by_name, {opening: tuple(names) for opening, names in openings.items()}


def _named(text: str) -> Iterator[tuple[int, str]]:
    """The names of the tables in a text, from left to right: place and name."""
    _, openings = _divisions()
    at, last = 0, len(text) - 1
    while at < last:
        name = next((n for n in openings.get(text[at : at + 2], ()) if text.startswith(n, at)), None)
        if name is None:
            at += 1
        else:
            yield at, name
            at += len(name)


def _add_both(add: Callable[[str, Division], None], division: Division) -> None:
    add(division.name, division)
    short = _SUFFIX.sub("", division.name)
    if len(short) >= 2 and (division.level == 2 or short not in lexicon("areas")["words"]):
        add(short, division)


def area_of(title: str, body: str, page: str) -> str | None:
    """The area the document is about, with its prefecture where the tables tell it; None when nothing tells.

    title, body: of the document. page: what else stood on its page (source, by-lines), worth less.
    """
    by_name, _ = _divisions()
    weight: defaultdict[str, float] = defaultdict(float)
    for text, worth in ((title, 4.0), (body[:400], 2.0), (body, 1.0), (page, 1.5)):
        for start, name in _named(text):
            full = name[-1] in "区县市旗"
            if name[0] == "代" and text.startswith("长", start + len(name)):
                continue
            if not full and (_PART.match(text, start + len(name)) or _within_word(text, start, name)):
                continue
            if name not in ("城区", "郊区", "矿区") and not (full and _inside_longer(text, start)):
                weight[name] += worth * (1.5 if full else 0.6)
    if (special := _special("\n".join((title, body, page)))) is not None:
        return special
    own = {suffix: len(re.findall(words, title + body)) for suffix, words in _OWN.items()}
    scored: defaultdict[Division, float] = defaultdict(float)
    for name, worth in _unlisted(title, body, page).items():
        scored[Division(name, None, "", 4 if name.endswith(("镇", "乡", "街道")) else 3)] += worth
    told = max(own, key=lambda k: own[k]) if any(own.values()) else ""
    for name, worth in _by_media(title, body, page, told).items():
        scored[Division(name, None, "", 3)] += worth
    for name, worth in weight.items():
        divisions = by_name[name]
        short = not name.endswith(("区", "县", "市", "旗", "州", "盟"))
        for division in divisions:
            if short and division.level == 3 and any(d.level == 2 for d in divisions):
                continue
            near = sum(weight.get(x, 0.0) for x in _names(division.prefecture or "")) + 0.3 * weight.get(
                division.province, 0.0
            )
            if len(divisions) > 1 and not near and name not in title:
                worth *= 0.8
            scored[division] += worth + min(near, 2.0) + 0.01 * (division.level == 2)
    if not scored:
        return None

    def rank(division: Division) -> float:
        fits = division.name.endswith(told) if told else False
        return (
            scored[division]
            * (2.5 if fits else 1.0)
            * (0.25 if division.level == 1 else 1.0)
            * (1.2 if division.level >= 3 else 1.0)
        )

    best = max(scored, key=rank)
    return best.full if not told or best.name.endswith(told) or _is_about(best, title, body, page) else None


def _inside_longer(text: str, start: int) -> bool:
    """沙湾区 in 星沙湾区召开, 会同县 in 县农业农村局会同县市场监管局: what stands before it belongs to the name or makes a word with it."""
    short = text[start + 1] == "县"  # 和县 in 各镇区和县直部门, 成县 in 完成县里: of two characters, the first is rather the end of another word
    if start == 0 or not "\u4e00" <= text[start - 1] <= "\u9fff" or text[start - 1] in (_AMID if short else _BEFORE_NAMES):
        return False
    at = max(0, start - 4)
    named = any(end == start - at for end in (place + len(name) for place, name in _named(text[at:start])))
    alone = start == 1 or not "\u4e00" <= text[start - 2] <= "\u9fff"
    return not named and (alone or short or text[start - 1] in "局委办厅院所站")


def _within_word(text: str, start: int, name: str) -> bool:
    """威信 in 权威信息: the short name runs over the ends of words."""
    at, stop = max(0, start - 4), start + len(name)
    for word in rjieba.cut(text[at : stop + 4]):
        end = at + len(word)
        if at < start < end and (stop > end or len(word) > len(name)):
            return True
        at = end
    return False


def _is_about(division: Division, title: str, body: str, page: str) -> bool:
    """Of a text that speaks of 我县: not a city that is named once, far down."""
    names = _names(division.name)
    near = "\n".join((title, body[:150], body[-120:], page))
    return any(n in near for n in names) or max(body.count(n) for n in names) > 1


def _by_media(title: str, body: str, page: str, told: str) -> dict[str, float]:
    """黛溪要闻, 黛山电视台 on the page or quoted in its body, where it speaks of 我区, 全县: 黛溪区, 黛山县. told: how it calls its own area."""
    by_name, _ = _divisions()
    found: defaultdict[str, float] = defaultdict(float)
    for text in (title, page, " ".join(_QUOTED.findall(body))):
        for match in _MEDIA.finditer(text):
            name, suffix = match["n"], match["s"] or told
            if suffix and not _NO_PLACE.match(name) and name not in by_name and name + suffix not in by_name:
                found[name + suffix] += 2.0
    return found


def _unlisted(title: str, body: str, page: str) -> dict[str, float]:
    """Names that no table lists, where they stand as names do: at the start of a title, a line, a signature."""
    by_name, _ = _divisions()
    found: defaultdict[str, float] = defaultdict(float)
    for text, worth in ((title, 5.0), (body, 1.8), (page, 1.5)):
        for match in _UNLISTED.finditer(text):
            name = match["n"]
            if name not in by_name and not _NO_NAME.search(name) and _is_nominal(name):
                found[name] += worth
    return found


@cache
def _is_nominal(name: str) -> bool:
    """No verb, preposition or pronoun in it: 云湖区, not 强化市 or 并对街道."""
    stem = name.removesuffix("街道")[: None if name.endswith("街道") else -1]
    return not any((len(w) > 1 and t[0] in "vpcrdum" and t != "vn") or w in _LINKS for w, t in rjieba.tag(stem))


def _names(name: str) -> set[str]:
    return {name, _SUFFIX.sub("", name)} - {""}


def _special(text: str) -> str | None:
    """A zone that no table lists: 周口港区."""
    found = [_trim(m.group(1)) for m in _SPECIAL.finditer(text)]
    best = max(set(found), key=found.count, default="")
    by_name, _ = _divisions()
    if found.count(best) < 2 or best in by_name or len(best) < 4:
        return None
    return best


def _trim(name: str) -> str:
    """From a place that the tables know, where the words before it are none of its name."""
    found = next(_named(name), None)
    return name[found[0] :] if found else name
