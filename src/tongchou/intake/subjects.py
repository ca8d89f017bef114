"""Who acts at the start of a clause, told by the classes of words where no list holds the verb that follows."""

from __future__ import annotations

import re
from collections.abc import Callable

import rjieba

NEAR = 36
"""Characters of a clause that are looked at."""
_NAMING = frozenset(("n", "nr", "ns", "nt", "nz", "j", "l", "i", "an", "b", "m", "q", "s", "f", "x", "uj", "c", "eng", "zg", "a", "g", "ng", "vn", "k"))
"""Classes of words that names of parties are made of; others only before 的."""
_PREDICATE = re.compile(
    r"[要应须需不未就也都再先均可将还才另各每逐于对与给为从向在按以凭持用把同今明\d]|一律|分别|继续|全部|带着?|会同|联合|随[时即]|当[天日场]|立即|马上|提前|全程|现场"
    r"|[一二三四五六七八九十两]{1,3}(?:[天日周月]|小时|个月)"
)
_GOES_ON = re.compile("[的、和与及等（]")
_EACH = ("各", "每家", "每所", "每个", "每", "全体", "所有", "其他")
_PART_OF_NAME = re.compile("(?<=[乡镇村街场区委])（(?:街道|镇|乡|场|社区|居|村|园区|办事处|管理区|管委会|[、，])+）")
_QUOTED_NAME = re.compile("(?<=[村居区队）])“(?:两委|[^“”]{1,6}(?:组|员|队|长|专班))”|(?<=单位|部门|企业)“一把手”")
_TELLS_WHO = re.compile("来|返|回|进|出|参加|从事|有|持|经营|居住|前往|到|离|送|承|招|乘|接触|符合|计划|滞留|屯长|诊所")


def acting_noun(clause: str, is_head: Callable[[str], bool]) -> tuple[int, int] | None:
    """The noun that opens a clause and does something in it: 交警大队给…办证, 来自省外的人员三天内…. is_head: a name of a party ends here."""
    words, at = [], 0
    for word, tag in rjieba.tag(clause[:NEAR]):
        words.append((at, word, tag))
        at += len(word)
    described = clause[:NEAR].rfind("的")
    for n, (start, word, tag) in enumerate(words):
        stop = start + len(word)
        if stop >= len(clause):
            return None
        named = is_head(clause[:stop])
        if named and stop > 1 and _acts(clause, stop, words[n + 1 : n + 4]):
            return 0, _longest(clause, stop, words[n + 1 : n + 3], is_head)
        if not named and start > described and tag not in _NAMING and not word.startswith(_EACH):
            return None
    return None


def _longest(clause: str, stop: int, following: list[tuple[int, str, str]], is_head: Callable[[str], bool]) -> int:
    """各站 goes on to 各站所."""
    if _PREDICATE.match(clause, stop):
        return stop
    ends = [start + len(word) for start, word, _ in following]
    return max([stop, *(end for end in ends if is_head(clause[:end]))])


def _acts(clause: str, stop: int, following: list[tuple[int, str, str]]) -> bool:
    """What follows is a predicate and no further part of the name."""
    if _GOES_ON.match(clause, stop) or not following:
        return False
    if _PREDICATE.match(clause, stop):
        return True
    (_, word, tag), *rest = following
    later = rest[0][2] if rest else ""
    if tag in ("d", "p", "vd", "ad"):
        return bool(later)
    if tag == "v":
        return later in ("n", "m", "v", "r", "uz", "ul") or (len(word) > 1 and later not in ("", "uj"))
    return tag == "vi" and len(word) > 1 and later not in ("", "n", "uj")


def makes(words: str) -> bool:
    """打造能够承担任务的队伍: a verb that opens and does not tell where people come from or what they do."""
    word, tag = next(iter(rjieba.tag(words[:6])), ("", ""))
    return tag == "v" and not _TELLS_WHO.match(word)


def with_names(text: str, hidden: str) -> str:
    """The masked text with brackets that belong to a name: 各镇（街道）."""
    for part in (*_PART_OF_NAME.finditer(text), *_QUOTED_NAME.finditer(text)):
        hidden = hidden[: part.start()] + part.group() + hidden[part.end() :]
    return hidden
