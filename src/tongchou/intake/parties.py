"""From the words that name who acts to the parties: one or several, without what stands before and behind them."""

from __future__ import annotations

import re

from tongchou.intake.unit_rules import rules_of_units

_JOINT = re.compile("[、]|以及|及其|和|及|与|或者?(?!许)")
_TRADE = re.compile("^[^各有相本区县市]?[^局委办会社组室站队所各有相]{1,4}$")
"""税务、电力部门: trades of one word 部门."""
_ORGANS = "局|委|办|公司|政府|指挥部|街道|法院|检察院"
_ORGAN = re.compile(f"(?:{_ORGANS})$")
_ROW = re.compile(f"^各[^的]{{1,6}}$|^[^的]{{0,12}}(?:{_ORGANS}|大队)$")
_BARE = re.compile("^(?:部门|单位|企业|人员|个人|机构|组织|场所|干部|群众|学校|委员会|职工|公司|镇街|乡镇|街道|社区)$")
_SHARED = re.compile("^(?:有关|相关|任何|各有关|各相关|各类|所有|其他|上述|重点|全体|各级|广大)")
_LEFT = re.compile(
    r"(?:\d{1,2}月(?:\d{1,2}日|份|[底末初])?(?:至(?:\d{1,2}月)?\d{1,2}日)?)?(?:之?前|以前|起|份|后(?!天))?由?(?!以来|至今|[^，]*以来)"
)
_DOES = re.compile(r"带队|入户|上门|三方|[给把将].|(?<!所)在[^的]{2,}$|提前\d")
LONG = 34
"""Characters of a party with all that describes it, at most; of a longer one only what follows the last 的 is taken."""


def in_a_row(before: str, party: str) -> bool:
    """区教育局,区卫健局派员: a clause that is nothing but a party, with a comma for 、 before the next."""
    return bool(_ROW.search(before) and _ROW.search(party))


def trimmed(text: str, a: int, b: int) -> tuple[int, int]:
    """Without what is left of a date before the party (3月5日|前各学校) and of what it does behind it (挂联领导|带队)."""
    head = rules_of_units()["head"]
    left = _LEFT.match(text, a, b) if text[a - 1 : a] in tuple("日月底末初节后") or text[a : a + 1].isdigit() else None
    if left and head.search(text[left.end() : b]):
        a = left.end()
    done = _DOES.search(text, a + 2, b)
    return (a, done.start()) if done and head.search(text[a : done.start()]) else (a, b)


def split(text: str, a: int, b: int) -> list[tuple[int, int]]:
    """区执法局、公安分局 are two, 卫健、应急等部门 and 有关单位和部门 are one."""
    rules = rules_of_units()
    words = text[a:b]
    if len(words) > LONG and (cut := words.replace("的肺炎", "〓肺炎").rfind("的", 0, -2) + 1):
        a, words = a + cut, words[cut:]
    cuts, at = [], 0
    for joint in _JOINT.finditer(words):
        if not _inside(words, joint.start()):
            cuts.append((at, joint.start()))
            at = joint.end()
    cuts.append((at, len(words)))
    cuts = _whole_names(words, cuts)
    parts = [words[x:y] for x, y in cuts]
    if (
        len(parts) > 2
        and "等" in parts[-1] + parts[-2]
        and all(_ORGAN.search(p) for p in parts[:-2])
        and all(rules["head"].search(p) for p in parts[: -1 - ("等" in parts[-2])])
    ):
        cuts = [(x, x + len(p.split("等")[0])) for (x, _), p in zip(cuts, parts, strict=True)][
            : -1 if "等" in parts[-2] else None
        ]
        parts = [words[x:y] for x, y in cuts]
    if len(parts) > 1 and (
        (parts[-1].endswith("部门") and all(_TRADE.match(p) for p in (*parts[:-1], parts[-1][:-2])))
        or any(not rules["head"].search(p) for p in parts)
        or any(rules["no_unit"].match(p) for p in parts[:-1])
        or "等" in parts[-1][:6]
        or (_SHARED.match(parts[0]) and any(_BARE.match(p) for p in parts[1:]))
    ):
        if len(words) > 26 and len(parts) > 2 and "等" not in words:
            return []
        parts, cuts = [words], [(0, len(words))]
    return [
        (a + x, a + y) for (x, y), p in zip(cuts, parts, strict=True) if len(p) > 1 and not rules["no_unit"].match(p)
    ]


def _whole_names(words: str, cuts: list[tuple[int, int]]) -> list[tuple[int, int]]:
    """县粮食和物资储备中心 is one name: what stands before 和 and ends no name goes with what follows, in a row of names that do end."""
    head = rules_of_units()["head"]
    out: list[tuple[int, int]] = []
    for x, y in cuts:
        if out and words[out[-1][1]] in "和及与" and not head.search(words[out[-1][0] : out[-1][1]]):
            out[-1] = (out[-1][0], y)
        else:
            out.append((x, y))
    return out if all(head.search(words[x:y]) for x, y in out) else cuts


def _inside(words: str, at: int) -> bool:
    return words[:at].count("（") > words[:at].count("）")
