"""A text that remembers where each of its characters came from."""

from __future__ import annotations

import re
from array import array
from collections.abc import Callable, Iterable
from dataclasses import dataclass

Noted = Callable[[int, int, str, str], None]
"""Told of a change: raw start, raw end, before, after."""


@dataclass(frozen=True, slots=True)
class Mapped:
    """Text and, for each character n, the span raw[starts[n]:ends[n]] that it stands for (offsets in characters).

    A character that joins two lines stands for the raw text between them; spans never run backwards within a paragraph.
    """

    text: str
    starts: array[int]
    ends: array[int]

    @classmethod
    def of(cls, raw: str) -> Mapped:
        """The raw text itself."""
        return cls(raw, array("l", range(len(raw))), array("l", range(1, len(raw) + 1)))

    def __len__(self) -> int:
        return len(self.text)

    def __getitem__(self, part: slice) -> Mapped:
        return Mapped(self.text[part], self.starts[part], self.ends[part])

    def span(self, start: int, end: int) -> tuple[int, int]:
        """The raw span that the characters [start, end) stand for; an empty part stands for nothing."""
        if not 0 <= start < end <= len(self.text):
            return (0, 0)
        return self.starts[start], self.ends[end - 1]

    def sub(
        self, pattern: re.Pattern[str], replace: Callable[[re.Match[str]], str | None], noted: Noted | None = None
    ) -> Mapped:
        """Replace matches; None leaves one as it is. Equal lengths map one to one, others to the whole match.

        `noted` is told of each replacement: raw start, raw end, before, after.
        """
        pieces: list[Mapped] = []
        at = 0
        for match in pattern.finditer(self.text):
            new = replace(match)
            if new is None or new == match.group() or match.start() == match.end():
                continue
            if noted is not None:
                noted(*self.span(*match.span()), match.group(), new)
            pieces += [self[at : match.start()], self.renamed(match.start(), match.end(), new)]
            at = match.end()
        return concat([*pieces, self[at:]]) if pieces else self

    def renamed(self, start: int, end: int, new: str) -> Mapped:
        """`new` in place of the characters [start, end)."""
        if len(new) == end - start:
            return Mapped(new, self.starts[start:end], self.ends[start:end])
        first, last = self.starts[start], self.ends[end - 1]
        return Mapped(new, array("l", [first]) * len(new), array("l", [last]) * len(new))

    def with_text(self, text: str, noted: Noted | None = None) -> Mapped:
        """The same places under another text of the same length; `noted` is told of each run that differs."""
        if len(text) != len(self.text):
            raise ValueError(f"{len(text)} characters in place of {len(self.text)}")
        if noted is not None:
            differs = "".join("x" if a != b else " " for a, b in zip(self.text, text, strict=True))
            for match in _RUN.finditer(differs):
                start, end = match.span()
                noted(*self.span(start, end), self.text[start:end], text[start:end])
        return Mapped(text, self.starts, self.ends)

    def strip(self, chars: str | None = None) -> Mapped:
        """Without white space (or `chars`) at both ends."""
        left = len(self.text) - len(self.text.lstrip(chars))
        return self[left : max(left, len(self.text.rstrip(chars)))]

    def lines(self) -> list[Mapped]:
        """The lines without their ends."""
        out, at = [], 0
        for match in _LINE_END.finditer(self.text):
            out.append(self[at : match.start()])
            at = match.end()
        return [*out, self[at:]]


_RUN = re.compile("x+")
_LINE_END = re.compile(r"\r\n|[\n\r\u2028\u2029\x0b\x0c\x85]")


def concat(parts: Iterable[Mapped], joint: str = "") -> Mapped:
    """The parts in a row; a joint stands for the raw text between its neighbours."""
    texts: list[str] = []
    starts, ends = array("l"), array("l")
    for part in parts:
        if texts and joint:
            texts.append(joint)
            here, there = (ends[-1] if ends else 0), (part.starts[0] if len(part) else ends[-1] if ends else 0)
            starts.extend([min(here, there)] * len(joint))
            ends.extend([max(here, there)] * len(joint))
        texts.append(part.text)
        starts.extend(part.starts)
        ends.extend(part.ends)
    return Mapped("".join(texts), starts, ends)
