"""Two local changes of one area that say different things of the same parameter or rule on the same day: nothing tells which of them holds.

Of nested areas the narrower one holds, a district's word over its city's (resolve.overlays_on); that is no fault.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from itertools import combinations

from tongchou.kernel.errors import Reason, Refusal
from tongchou.kernel.text import Text
from tongchou.packs.plans.model import Overlay, Pack, code_stem
from tongchou.packs.plans.values import Place

_NOWHERE = Place("", 0)


def check_overlays(pack: Pack) -> Iterator[Refusal]:
    """Every pair of overlays that contradict one another in an area."""
    for one, two in combinations(pack.overlays.values(), 2):
        same = {code_stem(a) for a in one.areas} & {code_stem(a) for a in two.areas}
        if not same or not _together(one, two):
            continue
        for name in _differ(one, two):
            rule = Text(
                "与地方规定“{other}”（{file}）同地区、同时期，对“{name}”的规定不同。",
                "“{other}” ({file}) holds in the same area and time and says otherwise of “{name}”.",
            )
            remedy = Text(
                "请改其中一个的期限或地区，或合并；范围不同的，较小的地区优先。",
                "Change the days or the area of one, or join them; of nested areas the narrower holds.",
            )
            said = rule.with_(other=one.key, file=one.place.file, name=name)
            yield Refusal(
                Reason.OVERLAP,
                said,
                remedy=remedy,
                field=name,
                value=", ".join(sorted(same)),
                line=two.place.line,
                file=two.place.file,
            )


def _together(one: Overlay, two: Overlay) -> bool:
    """Whether there is a day on which both hold."""
    return (one.until is None or two.from_ < one.until) and (two.until is None or one.from_ < two.until)


def _differ(one: Overlay, two: Overlay) -> Iterator[str]:
    """The parameters and rules that both change, and not to the same."""
    for name in one.parameters.keys() & two.parameters.keys():
        if one.parameters[name].value != two.parameters[name].value:
            yield name
    for table in one.rules.keys() & two.rules.keys():
        for key in one.rules[table].keys() & two.rules[table].keys():
            if replace(one.rules[table][key], place=_NOWHERE) != replace(two.rules[table][key], place=_NOWHERE):
                yield f"{table}.{key}"
