"""Announced numbers of points (“四个方面”) against the series that follows."""

from __future__ import annotations

import itertools
import re

from tongchou.intake.model import CountCheck
from tongchou.intake.numerals import number
from tongchou.intake.outline import Block, Paragraph

_ANNOUNCED = re.compile(
    r"(?P<n>[一二两三四五六七八九十]{1,2}|\d{1,2})(?:个?方面|点|个?要求|条|项)(?P<w>(?:要求|意见|措施|任务|工作|建议|指示|希望|内容)?)(?P<t>[^。：:]{0,16})[：:。，,]?\s*$"
)


def count_checks(paragraphs: list[Paragraph], blocks: list[Block]) -> tuple[CountCheck, ...]:
    """For each announcement at the end of what stands before a first ordinal: how many of its series were found."""
    numbers: dict[int, list[int]] = {}
    for block in blocks:
        if block.series is not None and block.marker is not None:
            numbers.setdefault(block.series, []).append(block.marker.number)
    out = []
    for before, first in itertools.pairwise(blocks):
        if first.marker is None or first.marker.number != 1 or first.series is None:
            continue
        paragraph = paragraphs[before.paragraph]
        text = paragraph.text[before.start : before.end]
        match = _ANNOUNCED.search(text[-60:])
        announced = number(match["n"]) if match else None
        if match is None or not announced or announced < 2:
            continue
        found = sorted(set(numbers[first.series]))
        missing = tuple(n for n in range(1, announced + 1) if n not in found)
        at = paragraph.start + before.start + max(0, len(text) - 60) + match.start()
        out.append(
            CountCheck(
                match.group().rstrip("：:。，, "),
                at,
                at + len(match.group().rstrip("：:。，, ")),
                announced,
                len(found),
                missing,
            )
        )
    return tuple(out)
