"""Where what one says begins and ends: segments with an obligation of their own, quotations, answers of an interview."""

from __future__ import annotations

import re

from tongchou.intake import judge
from tongchou.intake.sentences import clauses, masked

_OWN_MODAL = re.compile(
    "^[；，、\\s]*(?:(?:同时|此外|另外|并|还)，?)?(?:[^，]{0,40}?)(?:(?<![主重需只必首])要(?![求素点])|必须|务必|(?<![响适供反相])应当?(?![急对])|(?<!必)须(?!知)|不得|严禁|禁止|一律)"
)
_CONDITION = re.compile(
    "^(?:对|对于|凡|如|若|在|针对|关于|因|经|从|自|未|确需|因故|[^，]{1,12}(?:期间|以后|之后|之前|以前|时|的)$)"
)
ANSWER = re.compile("答[：:]")
MINUTES = re.compile("(?:议定|研究|讨论).{0,12}(?:纪要如下|如下)[：:]?$|纪要如下[：:]?$")
"""After this the meeting speaks."""


def opens_own(segment: str) -> bool:
    """A segment that opens, after a subject or a condition, with its own 要, 应, 必须, 不得; or that only says what follows who offends."""
    if judge.only_consequence(masked(segment)):
        return True
    plain = masked(segment)
    first = clauses(plain)[:2]
    if not first:
        return False
    if _OWN_MODAL.match(first[0]):
        return True
    return len(first) > 1 and bool(_CONDITION.match(first[0])) and bool(_OWN_MODAL.match(first[1]))


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
