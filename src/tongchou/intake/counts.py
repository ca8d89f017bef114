"""Announced numbers of points (“四个方面”) against the series that follows."""

from __future__ import annotations

import itertools
import re
from collections.abc import Iterator

from tongchou.intake.model import CountCheck
from tongchou.intake.numerals import number
from tongchou.intake.outline import Block, Paragraph

_N = r"(?P<n>[一二两三四五六七八九十]{1,2}|\d{1,2})"
_WHAT = r"(?:要求|意见|措施|任务|工作|建议|指示|希望|内容)"
_ANNOUNCED = re.compile(_N + r"(?:个?方面|点|个?要求|条|项)(?P<w>" + _WHAT + r"?)(?P<t>[^。：:]{0,16})[：:。，,]?\s*$")
_SAID = re.compile(
    r"(?:提出|强调|作出|部署|安排|明确|讲了?|谈了?|布置|落实|抓好|做好|突出|围绕|聚焦|从|就)(?:了|以下|如下|下列|好)?"
    + _N + r"(?:个?方面|(?:点|条|项)" + _WHAT + r"|个(?:" + _WHAT + r"|环节|重点))"
)  # fmt: skip
"""An announcement anywhere in a sentence: told with a verb, so that what refers back (“以上四个方面”) or only counts (“十条街道”) is none."""
_QUOTED = re.compile(r"“[^”]*”|《[^》]*》|「[^」]*」")


def count_checks(paragraphs: list[Paragraph], blocks: list[Block]) -> tuple[CountCheck, ...]:
    """For each announcement at the end of what stands before a first ordinal: how many of its series were found.

    For each that no ordinals follow: that there are none to be found (`found` 0), which is no fault of the text.
    """
    numbers: dict[int, list[int]] = {}
    for block in blocks:
        if block.series is not None and block.marker is not None:
            numbers.setdefault(block.series, []).append(block.marker.number)
    out: list[CountCheck] = []
    for before, first in itertools.pairwise(blocks):
        if _begins(first):
            out += _of_series(paragraphs, before, numbers[first.series or 0])
    for n, block in enumerate(blocks):
        following = blocks[n + 1] if n + 1 < len(blocks) else None
        if (
            following is None
            or not _begins(following)
            or paragraphs[following.paragraph].article != paragraphs[block.paragraph].article
        ):
            out += _without_series(paragraphs[block.paragraph], block)
    return tuple(sorted(out, key=lambda c: c.start))


def _begins(block: Block) -> bool:
    return block.marker is not None and block.marker.number == 1 and block.series is not None


def _of_series(paragraphs: list[Paragraph], before: Block, found: list[int]) -> Iterator[CountCheck]:
    paragraph = paragraphs[before.paragraph]
    text = paragraph.text[before.start : before.end]
    match = _ANNOUNCED.search(text[-60:])
    announced = number(match["n"]) if match else None
    if match is None or not announced or announced < 2:
        return
    there = sorted(set(found))
    missing = tuple(n for n in range(1, announced + 1) if n not in there)
    said = match.group().rstrip("：:。，, ")
    at = paragraph.start + before.start + max(0, len(text) - 60) + match.start()
    yield CountCheck(said, at, at + len(said), announced, len(there), missing)


def _without_series(paragraph: Paragraph, block: Block) -> Iterator[CountCheck]:
    if paragraph.headline:
        return
    text = paragraph.text[block.start : block.end]
    plain = _QUOTED.sub(lambda m: "□" * len(m.group()), text)
    for match in _SAID.finditer(plain):
        announced = number(match["n"])
        if announced and announced >= 2:
            at = paragraph.start + block.start + match.start("n")
            yield CountCheck(
                text[match.start("n") : match.end()], at, at + match.end() - match.start("n"), announced, 0
            )
