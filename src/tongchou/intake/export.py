"""A document as plain data: the form in which answers are exchanged and scored."""

from __future__ import annotations

from typing import Any

from tongchou.intake.model import Document


def as_record(document: Document) -> dict[str, Any]:
    """doc, title, date, area, source, clean_text and items; `left_out` holds what sounded like an instruction."""
    head = document.header
    return {
        "doc": document.name,
        "title": head.title,
        "date": head.date.isoformat() if head.date else None,
        "date_year_inferred": head.year_inferred,
        "area": head.area,
        "source": head.source,
        "issuer": head.issuer,
        "number": head.number,
        "occasion": head.occasion,
        "kind": document.kind,
        "clean_text": document.clean,
        "items": [
            {
                "text": d.text,
                "speaker": d.speaker.name if d.speaker else None,
                "speaker_role": d.speaker.role if d.speaker else None,
                "ordinal": d.ordinal,
                "themes": list(d.themes),
                "units": [m.text for m in d.units],
                "deadline": d.deadline.text if d.deadline else None,
                "due": [
                    {
                        "text": x.text,
                        "kind": x.kind,
                        "first": x.first and x.first.isoformat(),
                        "last": x.last and x.last.isoformat(),
                        "clock": x.clock,
                        "event": x.event,
                    }
                    for x in d.deadlines
                ],
                "quantities": [q.text for q in d.quantities],
                "heading": list(d.heading),
                "span": [d.start, d.end],
                "proposed_by": d.proposed_by,
            }
            for d in document.directives
        ],
        "left_out": [{"text": x.text, "why": x.why} for x in document.left_out],
        "counts": [{"text": c.text, "announced": c.announced, "found": c.found} for c in document.counts],
        "proposals": [
            {"written": p.written, "proposed": p.proposed, "span": [p.start, p.end]} for p in document.proposals
        ],
    }
