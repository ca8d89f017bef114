"""From the outline of a document to its instructions, and to what only sounds like one."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Set
from dataclasses import dataclass, field

from tongchou.intake import judge, weighing
from tongchou.intake.deadlines import deadlines
from tongchou.intake.header import Kind
from tongchou.intake.model import Article, Directive, LeftOut, Speaker
from tongchou.intake.outline import Block, Paragraph
from tongchou.intake.quantities import quantities
from tongchou.intake.sentences import segments, sentences
from tongchou.intake.slogans import is_general
from tongchou.intake.speech import Speeches
from tongchou.intake.stretches import (
    ANSWER,
    MINUTES,
    after_quote,
    asks,
    names_task,
    opens_own,
    skip_space,
    without_attendance,
    words_end,
)
from tongchou.intake.themes import themes
from tongchou.intake.units import units


@dataclass(slots=True)
class Found:
    """Items and what was left out, in the order of the text."""

    items: list[Directive] = field(default_factory=list)
    left: list[LeftOut] = field(default_factory=list)


class Extractor:
    """Reads the blocks of one document in order. `without` names groups of rules to leave out."""

    def __init__(
        self, paragraphs: list[Paragraph], kind: Kind, articles: tuple[Article, ...], without: Set[str]
    ) -> None:
        self.paragraphs, self.kind, self.articles, self.without = paragraphs, kind, articles, without
        self.order = kind != "report"
        self.speeches = Speeches("\n".join(p.text for p in paragraphs))
        self.met = judge.meets("\n".join(p.text for p in paragraphs))
        self.found = Found()
        self._led, self._asked, self._detailed = False, 0, False
        self._papers: list[Block] = []
        self._series: list[tuple[int | None, str | None]] = []

    def run(self, blocks: list[Block]) -> Found:
        article, paragraph = -1, -1
        for n, block in enumerate(blocks):
            here = self.paragraphs[block.paragraph]
            if here.article != article:
                article = here.article
                self.speeches.new_article()
            if block.paragraph != paragraph:
                paragraph = block.paragraph
                self._led, self._asked = False, 0
                if not self.order and ANSWER.match(here.text):
                    self.speeches.answer(here.start)
                if not self.order and MINUTES.search(here.text):
                    self.speeches.resolve(here.start)
            if here.headline:
                continue
            if block.marker is None:
                self._plain(block, last=n + 1 >= len(blocks) or blocks[n + 1].paragraph != block.paragraph)
            else:
                self._numbered(block, self._children(blocks, n))
        self._settle_papers()
        self._drop_reported_series()
        self._drop_leads()
        self.found.items.sort(key=lambda d: d.start)
        self.found.left.sort(key=lambda x: x.start)
        return self.found

    def _plain(self, block: Block, last: bool) -> None:
        """Rule 2: sentence by sentence."""
        paragraph = self.paragraphs[block.paragraph]
        if not self.order and self.speeches.headed(paragraph.text, paragraph.start):
            return
        spans = list(sentences(paragraph.text, block.start, block.end))
        preamble = self.order and judge.announces_list(paragraph.text[spans[-1][0] : spans[-1][1]]) if spans else False
        for k, (a, b) in enumerate(spans):
            if after := after_quote(paragraph.text, spans[k:]):
                self.speeches.attribute(paragraph.text[after[0] : after[1]], paragraph.start + after[0])
            for n, (x, y, lead) in enumerate(self._voices(paragraph, a, b)):
                begun = skip_space(paragraph.text, x + lead, y)
                following = paragraph.text[slice(*spans[k + 1])] if k + 1 < len(spans) else ""
                if not last and k + 1 == len(spans) and judge.announces_points(paragraph.text[begun:y]):
                    continue
                opens = n == 0 and (lead > 0 or k == 0) and (bool(following) or not last) and not judge.wants(following)
                self._detailed = bool(following) and not judge.wants(following)
                self._asked = asks(paragraph.text[x:begun]) if lead else min(self._asked, 1)
                self._said(block, paragraph, (begun, y), opens=opens, preamble=preamble)

    def _voices(self, paragraph: Paragraph, a: int, b: int) -> Iterator[tuple[int, int, int]]:
        """The stretches of a sentence by who speaks: each with the length of its lead-in (0: none)."""
        if self.order or "speech" in self.without:
            yield a, b, 0
            return
        lead = self._lead(paragraph, a, b)
        cuts = (
            [a + c for c in self.speeches.cuts(paragraph.text[a:b], lead)]
            if self._led and "voices" not in self.without
            else []
        )
        ends = [*cuts, b]
        yield a, ends[0], lead
        for x, y in zip(cuts, ends[1:], strict=True):
            yield x, y, self._lead(paragraph, x, y)

    def _lead(self, paragraph: Paragraph, a: int, b: int) -> int:
        lead = self.speeches.lead(paragraph.text[a:b], paragraph.start + a)
        self._led = self._led or lead > 0
        return lead

    def _said(self, block: Block, paragraph: Paragraph, span: tuple[int, int], *, opens: bool, preamble: bool) -> None:
        """What one speaker says in a sentence, segment by segment."""
        a, b = span
        if a >= b:
            return
        for x, y in self._groups(paragraph.text, a, b):
            if preamble and not judge.sets_a_start(paragraph.text[x:y]) and not judge.obliges(paragraph.text[x:y]):
                continue
            self._one(block, paragraph, x, y, announces=opens and x == a)

    def _groups(self, text: str, a: int, b: int) -> Iterator[tuple[int, int]]:
        """Segments between semicolons, those without an obligation of their own joined to the one before."""
        parts = segments(text, a, b)
        if "semicolons" in self.without:
            yield a, b
            return
        start = parts[0][0]
        for n, (x, y) in enumerate(parts):
            if n + 1 == len(parts) or opens_own(text[parts[n + 1][0] : parts[n + 1][1]], text[start:y]):
                yield skip_space(text, start, y), y
                start = y
            del x

    def _one(self, block: Block, paragraph: Paragraph, a: int, b: int, announces: bool) -> None:
        text = paragraph.text[a:b]
        spoken = self._led or (self.speeches.current is not None and not self.order)
        verdict = judge.judge_sentence(text, order=self.order, spoken=spoken, led=self._led, without=self.without)
        if "asked" not in self.without and verdict == judge.NOTHING and names_task(text, self._asked):
            verdict = judge.Verdict(basis="imperative")
        topic = (announces and judge.announces_only(text)) or (
            self._detailed and not self.order and judge.is_topic(text)
        )
        if verdict.basis and topic and "announces" not in self.without:
            verdict = judge.Verdict(why="announces")
        if "weights" not in self.without:
            verdict = weighing.settle(verdict, text, asked=self.order or spoken)
        if verdict.basis:
            self._add(block, paragraph, a, b, verdict.basis)
        elif verdict.why:
            self.found.left.append(LeftOut(text, paragraph.start + a, paragraph.start + b, verdict.why))

    def _numbered(self, block: Block, children: list[str]) -> None:
        """Rule 1: an ordinal is one item, unless it titles what follows or asks for nothing."""
        paragraph = self.paragraphs[block.paragraph]
        assert block.marker is not None
        end = block.start + len(without_attendance(paragraph.text[block.start : block.end]))
        text = paragraph.text[block.marker.end : end].strip()
        papers = bool(children) and all(judge.is_noun_list(c) for c in children) and judge.obliges(text)
        if block.heading and not papers and "headings" not in self.without:
            if judge.judge_sentence(text, order=True, spoken=True).basis:
                self._leave(paragraph, block, "heading")
            return
        if block.has_children and "headings" not in self.without:
            self._parent(block, paragraph, children)
            return
        verdict = judge.judge_numbered(
            text, order=self.order, led=self._led, marker=block.marker.text, without=self.without
        )
        self._series.append((block.series, verdict.why))
        if verdict.basis:
            self._add(block, paragraph, block.start, words_end(paragraph.text, end), "ordinal")
        elif verdict.why == "nouns":
            self._papers.append(block)
        elif verdict.why:
            self._leave(paragraph, block, verdict.why)

    def _children(self, blocks: list[Block], n: int) -> list[str]:
        """What stands under the ordinals below the one that opens block n."""
        marker = blocks[n].marker
        assert marker is not None
        out = []
        for k in range(n + 1, len(blocks)):
            other = blocks[k]
            if other.marker is None or other.marker.level <= marker.level:
                break
            out.append(self.paragraphs[other.paragraph].text[other.marker.end : other.end])
        return out

    def _parent(self, block: Block, paragraph: Paragraph, children: list[str]) -> None:
        """A parent line is an item only if it asks for something itself."""
        assert block.marker is not None
        spans = list(sentences(paragraph.text, block.marker.end, block.end))
        own = [paragraph.text[a:b].strip() for a, b in spans]
        papers = bool(children) and all(judge.is_noun_list(c) for c in children)
        if not papers and own and own[-1].endswith(("：", ":")):
            own.pop()
        if not papers and own and len(own) > 1:
            own = own[1:] if judge.announces_only(own[0]) or len(own[0]) <= 24 else own
        elif not papers and own and len(own) == 1 and not judge.obliges(own[0]):
            own = []
        if any(
            judge.judge_sentence(s.rstrip("：:"), order=self.order, spoken=True, without=self.without).basis
            for s in own
        ):
            self._add(block, paragraph, block.start, words_end(paragraph.text, block.end), "ordinal")

    def _leave(self, paragraph: Paragraph, block: Block, why: str) -> None:
        text = paragraph.text[block.start : block.end].strip()
        self.found.left.append(
            LeftOut(text, paragraph.start + block.start, paragraph.start + block.start + len(text), why)
        )

    def _add(self, block: Block, paragraph: Paragraph, a: int, b: int, basis: judge.Basis) -> None:
        text = paragraph.text[a:b]
        start = paragraph.start + a
        ordinal = block.marker.text if block.marker and a == block.start else None
        head = self.articles[paragraph.article].header
        self.found.items.append(
            Directive(
                text=text, start=start, end=start + len(text), article=paragraph.article, ordinal=ordinal, basis=basis,
                speaker=self._speaker(), themes=themes(text, head.title or "", " ".join(block.above)), units=units(text, start, len(ordinal or "")),
                deadlines=deadlines(text, start, head.date, head.year), quantities=quantities(text, start),
                heading=block.above if basis == "ordinal" else (*block.above,), series=block.series if ordinal else None,
            )
        )  # fmt: skip

    def _speaker(self) -> Speaker | None:
        said = self.speeches.current or Speaker("会议", None, 0, 0)
        return None if self.order or (said.name == "会议" and not self.met) else said

    def _settle_papers(self) -> None:
        """What reads like the name of a paper is one only where most of its series do."""
        whole = Counter(number for number, _ in self._series)
        nouns = Counter(number for number, why in self._series if why == "nouns")
        for block in self._papers:
            paragraph = self.paragraphs[block.paragraph]
            if 2 * nouns[block.series] > whole[block.series]:
                self._leave(paragraph, block, "nouns")
            else:
                self._add(block, paragraph, block.start, words_end(paragraph.text, block.end), "ordinal")

    def _drop_reported_series(self) -> None:
        """一是成立了… 二是排查… : where most points of a series tell what was done, the others that oblige to nothing do too."""
        if "report" in self.without:
            return
        told = Counter(x for x, why in self._series if why == "report")
        sizes = Counter(d.series for d in self.found.items)
        self._leave_items(
            "report",
            [
                d
                for d in self.found.items
                if d.series in told
                and told[d.series] >= sizes[d.series]
                and not judge.obliging(d.ordinal or "")
                and not judge.obliges(d.text)
            ],
        )

    def _drop_leads(self) -> None:
        """The first paragraph of a report sums up: what it asks for in general terms is left out when the details follow."""
        if self.order or "lead" in self.without:
            return
        ends: dict[int, int] = {}
        for p in self.paragraphs:
            if not p.headline:
                ends.setdefault(p.article, p.start + len(p.text))
        later = Counter(d.article for d in self.found.items if d.start >= ends.get(d.article, 0))
        self._leave_items(
            "lead",
            [
                d
                for d in self.found.items
                if d.start < ends.get(d.article, 0)
                and d.basis != "ordinal"
                and later[d.article] >= 3
                and is_general(d.text)
            ],
        )

    def _leave_items(self, why: str, items: list[Directive]) -> None:
        """Leave out what was taken, for a reason that only the whole tells."""
        gone = {id(item) for item in items}
        self.found.items = [d for d in self.found.items if id(d) not in gone]
        self.found.left += [LeftOut(d.text, d.start, d.end, why) for d in items]
