"""Read one file: the door of the package."""

from __future__ import annotations

from collections.abc import Set

from tongchou.intake.clean import Cleaned, clean
from tongchou.intake.counts import count_checks
from tongchou.intake.dates import YEAR, lost_digits, year_clues
from tongchou.intake.directives import Extractor
from tongchou.intake.doubles import drop_doubles
from tongchou.intake.fingerprint import fingerprint
from tongchou.intake.formats import Opened, open_file
from tongchou.intake.header import Kind, header, kind_of
from tongchou.intake.model import Article, Document, Header, Places
from tongchou.intake.outline import Paragraph, outline

RULES = (
    "damage", "pinyin", "traditional", "furniture", "broken_lines", "articles", "doubled", "ordinals", "headings", "semicolons", "stance",
    "announces", "lead", "report", "permission", "consequence", "advice", "nouns", "imperative", "asked", "speech", "voices", "concrete",
    "weights",
)  # fmt: skip
"""Groups of rules that can be left out, to measure what each is worth."""


def read(data: bytes, name: str, *, without: Set[str] = frozenset(), year: int = YEAR) -> Document:
    """Read a file (text, HTML, DOCX, PDF with a text layer) into a Document. Refusal where it cannot be read.

    `without` names groups of rules to leave out (RULES), to measure what each is worth. `year` is taken where neither a date nor the words of the text tell one.
    """
    return read_opened(open_file(data, name), name, without=without, year=year)


def read_text(text: str, name: str = "", *, without: Set[str] = frozenset()) -> Document:
    """Read pasted text."""
    return read_opened(Opened("text", "", text), name, without=without)


def read_opened(opened: Opened, name: str, *, without: Set[str] = frozenset(), year: int = YEAR) -> Document:
    """Clean and take apart a text that came out of a file."""
    cleaned = clean(opened.text, without)
    paragraphs = _paragraphs(cleaned)
    text = cleaned.text
    kind, articles = _articles(cleaned, opened.text, paragraphs, year)
    blocks = outline(paragraphs, ordinals="ordinals" not in without)
    found = Extractor(paragraphs, kind, articles, without).run(blocks)
    return Document(
        name=name, media=opened.media, encoding=opened.encoding, kind=kind, raw=opened.text, clean=text.text,
        places=Places(text.starts, text.ends), header=articles[0].header if articles else Header(), articles=articles,
        directives=tuple(drop_doubles(found.items)), left_out=tuple(found.left), counts=count_checks(paragraphs, blocks),
        notes=cleaned.notes, proposals=lost_digits(text.text, articles[0].header.year if articles else None),
        fingerprint=fingerprint(text.text), warnings=opened.warnings,
    )  # fmt: skip


def _paragraphs(cleaned: Cleaned) -> list[Paragraph]:
    """Paragraphs with their places in the clean text (joined by one line feed each)."""
    out: list[Paragraph] = []
    at = 0
    for n, part in enumerate(cleaned.parts):
        for row in part.headings if n else []:
            out.append(Paragraph(row.text, at, n, headline=True))
            at += len(row) + 1
        for row in part.paragraphs:
            out.append(Paragraph(row.text, at, n))
            at += len(row) + 1
    return out


def _articles(cleaned: Cleaned, raw: str, paragraphs: list[Paragraph], year: int) -> tuple[Kind, tuple[Article, ...]]:
    title = " ".join(h.text for h in cleaned.parts[0].headings) if cleaned.parts else ""
    kind = kind_of(title, [p.text for p in cleaned.parts[0].paragraphs]) if cleaned.parts else "report"
    page = "\n".join(
        a for part in {id(p): p for p in (*cleaned.parts[:1], *cleaned.parts[-1:])}.values() for a in part.asides
    )
    whole = year_clues(raw)
    own: list[list[Paragraph]] = [[] for _ in cleaned.parts]
    for paragraph in paragraphs:
        own[paragraph.article].append(paragraph)
    out = []
    for part, mine in zip(cleaned.parts, own, strict=True):
        start = mine[0].start if mine else 0
        end = mine[-1].start + len(mine[-1].text) if mine else start
        near = (year_clues("\n".join(part.asides)), year_clues("\n".join(p.text for p in part.paragraphs)), whole)
        out.append(Article(start, end, header(part, page, kind=kind, year_from=near, year=year)))
    return kind, tuple(out)
