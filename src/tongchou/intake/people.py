"""People with their offices, and the patterns by which a report names them and says that they speak."""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import cache

from tongchou.intake.lexicons import any_of, lexicon
from tongchou.kernel.surnames import COMPOUND_SURNAMES

HAN = "\u4e00-\u9fff"
_FOLLOWS = (
    r"(?=[，、。；：）（\s]|$|主持|出席|参加|强调|指出|要求|表示|说|提|就|对|在|到|带|一行|率|作|还|深入|先后|实地|同志|介绍|调研|及|和|与|分别|传达|通报|代表|宣读"
    "|部署|陪同|检查|督导|听取|讲话|围绕|认为|希望|任|为|担任|又|指挥|来|走访|看望|前往|召集|组织|并|主|从|随|最后|首先|明确|再次|特别|着重|要|将|也|以|向|通过|进一步|补充|当场|现场)"
)
_TIME = re.compile(
    r"^(?:(?:本报|本网|本台)?讯\s*|(?:\d{4}年)?\d{1,2}月\d{1,2}日|[昨今当]日|[昨今当]天|近日|日前|上午|下午|晚上?|中午|会上|会后|随后|最后|期间|[，,\s]|由)+"
)


@cache
def _surname() -> str:
    singles = "[" + str("".join(lexicon("people")["surnames"])) + "]"
    return f"(?:{'|'.join(sorted(COMPOUND_SURNAMES))}|{singles})"


@cache
def patterns() -> dict[str, re.Pattern[str]]:
    words = lexicon("people")
    titles, says, adverbs = any_of(words["titles"]), any_of(words["says"]), any_of(words["adverbs"])
    meetings = any_of(words["meetings"])
    given = _surname() + f"[{HAN}]{{1,2}}?"
    mid = rf"(?:{adverbs}|(?:在|就|对|结合|围绕|针对).{{1,40}}?(?:时|中|上|后|，)?|并|、)*"
    tail = words["tail"][0] if isinstance(words["tail"], list) else words["tail"]
    with_ = any_of(words["says_with"])
    return {
        "after_title": re.compile(rf"{titles}(?P<title>)(?:[，、,\s])?"),
        "name": re.compile(rf"(?P<name>{given}){_FOLLOWS}"),
        "before_title": re.compile(
            rf"(?:^|(?<=[，。；、\n]))(?P<name>{_surname()}[{HAN}]{{1,2}})(?P<title>副?(?:书记|市长|县长|区长|镇长|局长|主席|部长|常委|总指挥|指挥长))(?![{HAN}]{{0,2}}[会室])"
        ),
        "verb": re.compile(f"{says}|主持|出席|参加|召开|办公|会议|负责|分管"),
        "titled": re.compile(rf"(?P<title>{titles})(?:[，、,\s])?(?P<name>{given}){_FOLLOWS}"),
        "listed": re.compile(rf"(?<=、)(?P<name>{_surname()}[{HAN}]{{1,2}})(?=[、，。；])"),
        "end": re.compile(rf"(?P<mid>{mid})(?P<with>{with_}(?:了)?)?(?:{adverbs})*(?P<verb>{says}){tail}$"),
        "told": re.compile(
            rf"(?P<mid>{mid})(?P<with>)(?P<verb>叮嘱|提醒|嘱咐|嘱托|告诫|勉励)(?:现场|值班|值守|一线|有关|相关|随行)?"
            rf"(?:[{HAN}]{{0,8}}(?:人员|负责人|同志|员工|干部|职工|师生|经营者|商户|经理|店长|校长|园长|厂长|书记|主任|队长|组长|工人|老板|店主|老人|居民|群众|志愿者|民警|医护|司机|负责人))$"
        ),
        "direct": re.compile(
            rf"^(?:并|还|又|同时|也)?(?:{adverbs})*(?P<verb>强调|要求|指出|提出|明确|希望|叮嘱|嘱咐|指示|责成|提醒)(?=[“各要全必对在严切认进把继坚加做以统我{HAN}])(?!的|了|书|下|做|精)"
        ),
        "meeting": re.compile(rf"(?:^|.*?)(?P<who>{meetings})(?:上|还|最后|并|、)*$"),
        "named": re.compile(
            rf"(?:^|.*(?:{titles}|同志|[、，\s]))(?P<name>{given})(?:同志|一行|书记|区长|县长|市长|主任|局长|等)?$"
        ),
        "opens": re.compile(rf"^(?P<name>{given})(?:同志)?(?=(?:{adverbs}|在|就|对).{{0,30}}$|$)"),
        "not_speech": re.compile("^" + any_of(words["not_speech"])),
        "pronoun": re.compile(r"(?:^|[，、])(?:他|她|其)$"),
        "says": re.compile(says),
    }


@dataclass(frozen=True, slots=True)
class Person:
    """Somebody named in the document with an office: name, office as written, place of the name."""

    name: str
    role: str | None
    start: int
    end: int


def people(text: str) -> dict[str, Person]:
    """Everybody named after an office, with the office as first written."""
    found: dict[str, Person] = {}
    for match in patterns()["after_title"].finditer(text):
        name = _name_at(text, match.end())
        if name is None or name in found or any(name.startswith(known) or known.startswith(name) for known in found):
            continue
        found[name] = Person(name, _role(text, match), match.end(), match.end() + len(name))
    for match in patterns()["before_title"].finditer(text):
        found.setdefault(match["name"], Person(match["name"], match["title"], match.start("name"), match.end("name")))
    return found


def _name_at(text: str, at: int) -> str | None:
    """A name that begins here: a surname and one or two characters, and then what follows names; or one that comes again."""
    rules = patterns()
    if rules["verb"].match(text, at):
        return None
    if match := rules["name"].match(text, at):
        name = match.group("name")
        return None if name in lexicon("people")["not_names"] else name
    for size in (4, 3, 2):
        name = text[at : at + size]
        if re.fullmatch(f"{_surname()}[{HAN}]{{1,2}}", name) and text.count(name) > 1:
            return name
    return None


def _role(text: str, match: re.Match[str]) -> str | None:
    """The office before a name: back to the mark before, over 、 and over a comma between two offices."""
    end = match.end("title")
    start = max(text.rfind(mark, 0, end) for mark in "。；：\n（") + 1
    part = text[start:end]
    pieces = part.split("，")
    keep = pieces.pop()
    while pieces and re.search(any_of(lexicon("people")["titles"]) + "$", pieces[-1]):
        keep = pieces.pop() + "，" + keep
    keep = re.sub(r"^.*(?:主持|出席|参加|陪同|召开|随同)", "", _TIME.sub("", keep))
    return keep or None
