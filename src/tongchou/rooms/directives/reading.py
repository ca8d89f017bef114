"""A reading put on record: what `tongchou.intake` found in a document, with suggestions for each directive."""

from __future__ import annotations

import re
from datetime import datetime, time, timedelta
from typing import Any

from django.utils import timezone

from tongchou.intake import model
from tongchou.kernel.clock import SHANGHAI
from tongchou.kernel.ids import new_id
from tongchou.record.models import District
from tongchou.rooms.directives.likeness import bands
from tongchou.rooms.directives.models import Directive, Document
from tongchou.rooms.directives.spans import runs_of
from tongchou.rooms.directives.suggest import Ground, ground, suggest

END_OF_DAY = time(18, 0)
"""A day without a clock time means the end of office hours."""
_ORDINAL = re.compile(r"^[（(]?[一二三四五六七八九十\d]{1,3}(?:[）)、.．]|是|要|，)\s*")
_URGENT = re.compile(r"立即|马上|第一时间|即刻|火速|特急|连夜|当日|今日内")
_LEVELS: tuple[tuple[str, str], ...] = (
    ("centre", r"国务院|中共中央|中央(?:应对|办公厅|军委|政法委|依法治国)|国家(?:卫生|卫健|发展|疾)|全国"),
    ("province", r"省(?:委|人民|政府|指挥|应对|防控|新冠|疫情|卫|疾|领导)|自治区|[\u4e00-\u9fff]省"),
    ("street", r"街道(?:办|党|工委|防)|[\u4e00-\u9fff](?:镇|乡)(?:委|人民|政府|党|防)|街道$"),
    ("district", r"[\u4e00-\u9fff](?:区|县|旗)(?!间)|^[区县](?:委|政|指|防|新|疫|应|领)"),
    ("city", r"市(?:委|人民|政府|指挥|应对|防控|新冠|疫情|卫|疾|领导)|[\u4e00-\u9fff]市"),
)


def level_of(*texts: str | None, district: str = "") -> str:
    """The level of the organ that issued it, by the first text that tells; "unknown" where none does."""
    for text in texts:
        if not text:
            continue
        if district and district in text:
            return "district"
        for level, words in _LEVELS:
            if re.search(words, text):
                return level
    return "unknown"


def title_of(text: str) -> str:
    """A short title for the task: the first clause without its ordinal."""
    plain = _ORDINAL.sub("", text.strip()).lstrip("要，, ")
    first = re.split(r"[。；;！!\n]", plain)[0]
    if len(first) > 40:
        clauses = re.split(r"(?<=[，,：:])", first)
        first = clauses[0]
        for clause in clauses[1:]:
            if len(first) + len(clause) > 40:
                break
            first += clause
    return (first.rstrip("，,：:、 ")[:80] or text.strip()[:80]).strip() or text[:80]


def due_of(found: model.Deadline | None) -> tuple[datetime | None, str]:
    """When it is due and how that is known: written, inferred, or event where it hangs on something that has no date."""
    if found is None:
        return None, ""
    day = found.last or (found.first if found.kind in ("date", "weekday", "clock") else None)
    if day is None:
        return None, "event" if found.kind == "event" else ""
    at = END_OF_DAY
    if found.clock:
        hour, _, minute = found.clock.partition(":")
        if int(hour) == 24:  # the end of that day, not its beginning
            day += timedelta(days=1)
        at = time(int(hour) % 24, int(minute or 0))
    return datetime.combine(day, at, SHANGHAI), "inferred" if found.inferred else "written"


def term_of(found: model.Directive) -> model.Deadline | None:
    """Of several times the first that ends on a day (3月5日起驻点，20日前报告): a beginning alone is no term."""
    return next((d for d in found.deadlines if d.last), found.deadline)


def keep(row: Document, read: model.Document, now: datetime) -> list[Directive]:
    """Store a reading in its document and return the directives, stored, in the order of the text."""
    head = read.header
    here = District.objects.filter(pk=1).first()
    district = here.name if here else ""
    row.title = (row.title or head.title or row.name)[:300]
    row.number, row.issuer = (head.number or "")[:80], (head.issuer or "")[:160]
    row.issued_on, row.year_inferred = head.date or head.posted, head.year_inferred
    row.source, row.occasion = (head.source or "")[:160], (head.occasion or "")[:200]
    row.level = level_of(head.issuer, head.occasion, head.title, head.source, head.area, district=district)
    row.raw, row.cleaned = read.raw.replace("\x00", "\ufffd"), read.clean
    row.places = runs_of(read.places.starts, read.places.ends)
    row.notes = [{"kind": n.kind, "start": n.raw_start, "end": n.raw_end, "before": n.before[:400], "after": n.after[:400], **n.why.as_dict()} for n in read.notes]
    row.proposals = [
        {"start": p.start, "end": p.end, "written": p.written, "proposed": p.proposed, "decided": "", **p.why.as_dict()} for p in read.proposals
    ]  # fmt: skip
    row.left_out = [{"start": x.start, "end": x.end, "text": x.text, **model.LEFT_OUT[x.why].as_dict()} for x in read.left_out]
    row.counts = [
        {"text": c.text, "start": c.start, "end": c.end, "announced": c.announced, "found": c.found, "missing": list(c.missing), "agrees": c.agrees}
        for c in read.counts
    ]
    row.articles = [{"start": a.start, "end": a.end, "title": a.header.title or ""} for a in read.articles]
    row.warnings = [w.as_dict() for w in read.warnings]
    row.exact, row.near = read.fingerprint.exact, list(read.fingerprint.near)
    row.bands = bands(row.near)
    row.state, row.read_at, row.failure = Document.State.READ, now, {}
    row.save()
    rests_on = ground(row.unit, district, timezone.localdate(now, SHANGHAI))
    made = [_directive(row, d, rests_on) for d in read.directives]
    Directive.objects.bulk_create(made)
    return made


def _directive(row: Document, found: model.Directive, rests_on: Ground) -> Directive:
    named = [m.text[:120] for m in found.units]
    proposed = suggest(rests_on, found.text, named, found.themes)
    due_at, due_why = due_of(by := term_of(found))
    speaker = found.speaker
    return Directive(
        id=new_id(), document=row, start=found.start, end=found.end, text=found.text, title=title_of(found.text), ordinal=(found.ordinal or "")[:20],
        basis=found.basis, speaker=f"{speaker.role or ''}{speaker.name}"[:120] if speaker else "", heading=" / ".join(found.heading)[:400],
        named=named, themes=list(found.themes), quantities=[q.text[:80] for q in found.quantities], due_at=due_at, due_why=due_why,
        deadline_text=by.text[:200] if by else "", urgent=bool(_URGENT.search(found.text)), **assigned(proposed),
    )  # fmt: skip


def assigned(proposed: Any) -> dict[str, Any]:
    """The fields of a directive that a suggestion fills."""
    return {
        "lead_unit_id": proposed.lead, "person_id": proposed.person, "each_kind": proposed.each_kind, "each_units": proposed.each_units, "co_units": proposed.co_units,
        "suggested": proposed.suggested, "evidence": proposed.evidence, "evidence_why": proposed.evidence_why.as_dict(),
    }  # fmt: skip
