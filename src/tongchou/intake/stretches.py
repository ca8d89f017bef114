"""Where what one says begins and ends: segments with an obligation of their own, quotations, answers of an interview."""

from __future__ import annotations

import re

from tongchou.intake import judge
from tongchou.intake.deadlines import deadlines
from tongchou.intake.sentences import clauses, masked, sentences
from tongchou.intake.slogans import is_slogan
from tongchou.intake.units import units

_OWN_MODAL = re.compile(
    "^[；，、\\s]*(?:(?:同时|此外|另外|并|还)，?)?(?:[^，]{0,40}?)(?:(?<![主重需只必首])要(?![求素点])|必须|务必|(?<![响适供反相])应当?(?![急对])|(?<!必)须(?!知)|不得|严禁|禁止|一律)"
)
_CONDITION = re.compile(
    "^(?:对|对于|凡|如|若|在|针对|关于|因|经|从|自|未|确需|因故|[^，]{1,12}(?:期间|以后|之后|之前|以前|时|的)$)"
)
_ASKS = re.compile("(?:要求|叮嘱|责成|嘱咐|指示|提醒)[^，：]{0,12}[，：]?$")
_DONE = re.compile(
    "[^为除解]了(?!解)|已(?:经|有|全部)?|累计|目前|昨[日天]|截至|定于|(?:参加|出席|收看|参观)[^，。]{0,6}(?:会|活动|调研)|分会场|陪同"
)
_MAY = re.compile("(?<!不)可(?:以|按|凭|申请|自行|正常|有序|继续|优先)")
_PLEASE = re.compile("[；，、\\s]*请")
_ATTENDED = re.compile(
    "(?:参加|出席|列席|陪同|收看|收听)(?:了)?(?:此次|本次)?(?:会议|活动|调研|检查|督导|座谈)?[。）]?\\s*$"
)
_US = re.compile("(?:大家|他们|她们|我们|你们|没有)")
_CHARGED = re.compile("负责(?!人|同志)|牵头|会同")
_BY_PARTY = re.compile(
    "由[^，。；由的]{2,16}(?:局|委|办|部|部门|中心|街道|镇|乡|指挥部|专班|组)[^，。；]{0,2}(?:牵头|负责|会同)"
)
_ORGAN = re.compile("(?:局|委|办|部|部门|中心|街道|镇|乡|指挥部|专班|公司|组|社区|村)$")
ANSWER = re.compile("答[：:]")
MINUTES = re.compile("(?:议定|研究|讨论).{0,12}(?:纪要如下|如下)[：:]?$|纪要如下[：:]?$")
"""After this the meeting speaks."""


def opens_own(segment: str, before: str = "") -> bool:
    """A segment that opens, after a subject or a condition, with its own 要, 应, 必须, 不得; or that only says what follows who offends.

    before: what stands before it in its sentence. Where no 要 leads there, whatever obliges or reads like an instruction is one of its own.
    """
    plain = masked(segment)
    may = _MAY.search(plain)
    if judge.only_consequence(plain) or (may and not judge.obliges(plain[may.end() :])):
        return True
    first = clauses(plain)[:2]
    if not first:
        return False
    if _OWN_MODAL.match(first[0]) or _has_own_party(segment) or (_PLEASE.match(before) and _PLEASE.match(segment)):
        return True
    if before and not judge.wants(before) and judge.obliges(segment):
        return True
    if len(first) > 1 and _has_own_party(first[1]) and _OWN_MODAL.match(first[1]):
        return True
    return len(first) > 1 and bool(_CONDITION.match(first[0])) and bool(_OWN_MODAL.match(first[1]))


def without_attendance(text: str) -> str:
    """A point without the sentence on who took part that a page ran together with it."""
    spans = list(sentences(text))
    while len(spans) > 1 and _ATTENDED.search(text[slice(*spans[-1])]):
        spans.pop()
    return text[: spans[-1][1]] if spans else text


def _has_own_party(segment: str) -> bool:
    """…；县委宣传部每日20时发布权威信息: another organ has a task of its own."""
    text = segment.lstrip("；，、 ")
    if _BY_PARTY.match(text):
        return True
    named = units(text, 0)
    return bool(named) and named[0].start == 0 and _ORGAN.search(named[0].text) is not None


def asks(lead: str) -> int:
    """How a lead-in leads to instructions: 2 where it asks (会议要求，), 1 where it speaks (周明指出，)."""
    return 2 if _ASKS.search(lead) else 1


def names_task(text: str, asked: int) -> bool:
    """Words without 要 that follow a lead-in and give somebody something to do: 各镇三日内报送名单。

    asked: 2 right after a lead-in that asks, where whatever is no stance is asked for; 1 after another, where who acts and by when must be told.
    """
    if (
        not asked
        or text.rstrip("”").endswith(("？", "?"))
        or judge.is_frame(text)
        or is_slogan(text)
        or _US.match(text)
        or _DONE.search(masked(text))
    ):
        return False
    named = units(text, 0)
    return asked == 2 or (
        bool(named) and named[0].start == 0 and bool(_CHARGED.search(text) or deadlines(text, 0, None))
    )


def after_quote(text: str, spans: list[tuple[int, int]]) -> tuple[int, int] | None:
    """Where the first of these sentences opens a quotation: the sentence after the one that closes it."""
    if text[spans[0][0] : spans[0][1]].strip()[:1] != "“":
        return None
    for n, (a, b) in enumerate(spans[:-1]):
        if text[a:b].rstrip().endswith("”"):
            return spans[n + 1]
    return None


def skip_space(text: str, a: int, b: int) -> int:
    """Where the words begin: after 答：, spaces and marks."""
    if answer := ANSWER.match(text, a, b):
        a = answer.end()
    while a < b and text[a] in " \u3000\n：，、":
        a += 1
    return a


def words_end(text: str, end: int) -> int:
    """Where the words before `end` end, without the spaces behind them."""
    while end and text[end - 1] in " \u3000\n":
        end -= 1
    return end
