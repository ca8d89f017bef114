"""One document: raw and clean text side by side, its directives in place, and what people decided about each."""

from __future__ import annotations

import uuid
from collections import Counter
from typing import Any

from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse

from tongchou.intake.model import NOTE_KINDS
from tongchou.kernel.text import Text
from tongchou.record import files
from tongchou.record.access import Actor
from tongchou.record.act import act
from tongchou.record.territory.reach import reaches_unit
from tongchou.rooms.directives.likeness import copies
from tongchou.rooms.directives.models import Directive, Document
from tongchou.rooms.directives.names import DOCUMENT_LEVELS, DOCUMENT_STATES, as_badge
from tongchou.rooms.directives.pages.cards import WHOLE, cards, one_card, progress
from tongchou.rooms.directives.pages.register import TITLE
from tongchou.rooms.directives.questions import directives_of
from tongchou.rooms.directives.reach import DRAFT, VIEW, directive_in_reach, document_in_reach
from tongchou.rooms.directives.spans import pieces, raw_span
from tongchou.web.fieldparts import FieldParts
from tongchou.web.pages.forms import Draft, done, form_page
from tongchou.web.pages.requests import actor_of, client_id, do, integer, now
from tongchou.web.permission import page

LONGEST_SHOWN = 60_000
"""Characters of the raw text on the page; a web page's markup may be much longer. The original can be opened."""
IN_TEXT = (Directive.State.PROPOSED, Directive.State.CONFIRMED, Directive.State.ISSUED)


@page("directive_document", "directives/<uuid:document>", VIEW, methods=("GET",))
def directive_document(request: HttpRequest, document: uuid.UUID) -> HttpResponse:
    """Read, compare, confirm."""
    actor = actor_of(request)
    row = document_in_reach(actor, VIEW, document)
    rows = directives_of(row)
    at = now()
    whole = len(rows) <= WHOLE or request.GET.get("all") == "1"
    shown = cards(actor, row, rows, at, None if whole else _opened(request, rows))
    context = {
        "row": row,
        "breadcrumbs": [{"url": reverse("directives"), "label": TITLE}, {"url": "", "label": (row.title or row.name)[:30]}],
        "badges": _badges(row, rows),
        "facts": _facts(row),
        "clean": _clean(row, rows),
        "raw": _raw(row, rows),
        "raw_cut": len(row.raw) > LONGEST_SHOWN,
        "notes": _notes(row),
        "inferred": [n for n in row.notes if n["kind"] == "inferred"][:50],
        "counts": [c for c in row.counts if not c["agrees"] and c["found"]],
        "unnumbered": [c for c in row.counts if not c["found"]],
        "proposals": list(enumerate(row.proposals)),
        "left_out": row.left_out,
        "copies": copies(actor, row),
        "cards": [c for c in shown if c["row"].state in IN_TEXT],
        "gone": [c for c in shown if c["row"].state not in IN_TEXT],
        "whole": whole,
        "can_draft": row.set_aside_at is None and reaches_unit(actor, DRAFT, row.unit),
        **progress(actor, row, rows, at),
    }
    return render(request, "directives/document.html", context)


def _opened(request: HttpRequest, rows: list[Directive]) -> list[uuid.UUID]:
    """Of a long document the directive that was asked for is open, else the first that nobody has read."""
    asked = request.GET.get("open", "")
    return [d.pk for d in rows if str(d.pk) == asked] or [d.pk for d in rows if d.state == Directive.State.PROPOSED][:1]


@page("directive_card", "directives/items/<uuid:directive>/card", VIEW, methods=("GET",))
def directive_card(request: HttpRequest, directive: uuid.UUID) -> HttpResponse:
    """One card of a long document, opened where it stands; without script the document with this card open."""
    actor = actor_of(request)
    row = directive_in_reach(actor, VIEW, directive)
    if not getattr(request, "htmx", None):
        return HttpResponseRedirect(f"{reverse('directive_document', args=[row.document_id])}?open={directive}#d-{directive}")
    return render(request, "directives/card.html", {"c": one_card(actor, row.document, directives_of(row.document), directive, now())})


def _badges(row: Document, rows: list[Directive]) -> list[dict[str, Any]]:
    badges = [as_badge((DOCUMENT_LEVELS[row.level], "", "building"))]
    if row.set_aside_at is not None:
        badges.insert(0, as_badge(DOCUMENT_STATES["aside"]))
    elif row.state != Document.State.READ:
        badges.insert(0, as_badge(DOCUMENT_STATES[row.state]))
    return badges


def _facts(row: Document) -> list[dict[str, Any]]:
    when: Any = row.issued_on.isoformat() if row.issued_on else None
    if when and row.year_inferred:
        when = Text("{d}（年份为推断）", "{d} (year inferred)").with_(d=when)
    return [
        {"label": Text("发文机关", "Issuer"), "value": row.issuer or None},
        {"label": Text("级别", "Level"), "value": DOCUMENT_LEVELS[row.level]},
        {"label": Text("文号", "Number"), "value": row.number or None},
        {"label": Text("日期", "Date"), "value": when},
        {"label": Text("场合", "Occasion"), "value": row.occasion or None},
        {"label": Text("来源", "Source"), "value": row.source or None},
        {"label": Text("收文单位", "Taken in by"), "value": row.unit.name},
        {"label": Text("收入人", "By"), "value": row.taken_in_by.display_name if row.taken_in_by else Text("系统", "the program")},
        {"label": Text("收入时间", "Taken in"), "value": row.taken_in_at},
    ]


def _clean(row: Document, rows: list[Directive]) -> list[dict[str, Any]]:
    """The clean text in pieces: each a directive's, a proposal's, what was left out, or plain."""
    marks = [(d.start, d.end, f"d:{d.pk}") for d in rows if d.state in IN_TEXT]
    marks += [(p["start"], p["end"], f"p:{n}") for n, p in enumerate(row.proposals)]
    marks += [(x["start"], x["end"], f"x:{n}") for n, x in enumerate(row.left_out)]
    states = {str(d.pk): d.state for d in rows}
    seen: set[str] = set()
    out = []
    at = 0
    for text, keys in pieces(row.cleaned, marks):
        inside = [k[2:] for k in keys if k.startswith("d:")]
        first = bool(inside) and inside[0] not in seen
        seen.update(inside[:1])
        proposal = next((row.proposals[int(k[2:])] for k in keys if k.startswith("p:")), None)
        left = next((row.left_out[int(k[2:])] for k in keys if k.startswith("x:")), None)
        out.append(
            {"text": text, "at": at, "directive": inside[0] if inside else "", "state": states.get(inside[0], "") if inside else "", "first": first, "proposal": proposal,
             "left": left if not inside else None}
        )  # fmt: skip
        at += len(text)
    return out


def _raw(row: Document, rows: list[Directive]) -> list[dict[str, Any]]:
    """The raw text in pieces: what was removed, changed or restored, with why; and the directives."""
    text = row.raw[:LONGEST_SHOWN]
    marks = []
    for d in rows:
        span = raw_span(row.places, d.start, d.end) if d.state in IN_TEXT else None
        if span:
            marks.append((*span, f"d:{d.pk}"))
    marks += [(n["start"], n["end"], f"n:{i}") for i, n in enumerate(row.notes) if n["start"] < LONGEST_SHOWN]
    out = []
    for piece, keys in pieces(text, marks):
        note = next((row.notes[int(k[2:])] for k in keys if k.startswith("n:")), None)
        directive = next((k[2:] for k in keys if k.startswith("d:")), "")
        kind = "" if note is None else "inferred" if note["kind"] == "inferred" else "changed" if note["after"] else "removed"
        out.append({"text": piece, "note": note, "kind": kind, "directive": directive})
    return out


def _notes(row: Document) -> list[dict[str, Any]]:
    """What cleaning did, by kind."""
    found = Counter(n["kind"] for n in row.notes)
    return [{"why": NOTE_KINDS[k], "count": n, "kind": k} for k, n in found.most_common() if k in NOTE_KINDS]


@page("directive_describe", "directives/<uuid:document>/describe", DRAFT)
def directive_describe(request: HttpRequest, document: uuid.UUID) -> HttpResponse:
    """Correct title, number, issuer, level and date."""
    row = document_in_reach(actor_of(request), DRAFT, document)
    seen = integer(request, "seen_version") or row.version
    title, back = Text("更正文件信息", "Correct the document's particulars"), reverse("directive_document", args=[document])

    def fields(d: Draft) -> list[FieldParts]:
        return [
            FieldParts("seen_version", Text("版本", "Version"), "hidden", seen),
            d.field("title", Text("标题", "Title"), required=True, maxlength=300),
            d.field("number", Text("文号", "Number"), maxlength=80),
            d.field("issuer", Text("发文机关", "Issuer"), maxlength=160),
            d.field("level", Text("级别", "Level"), "select", choices=list(DOCUMENT_LEVELS.items()), required=True),
            d.field("issued_on", Text("日期", "Date"), "date"),
        ]

    def send() -> HttpResponse:
        payload = {name: request.POST.get(name, "").strip() for name in ("title", "number", "issuer", "level")}
        day = request.POST.get("issued_on", "").strip() or None
        moved = do(request, "document.describe", payload | {"document": str(document), "seen_version": seen, "issued_on": day}).result["moved"]
        said = Text("已更正；{n} 条事项的时限随年份改动，请重新确认。", "Corrected; {n} deadlines moved with the year and have to be confirmed again.").with_(n=moved)
        return done(request, back, said if moved else Text("已更正。", "Corrected."))

    on_record = {"title": row.title, "number": row.number, "issuer": row.issuer, "level": row.level, "issued_on": row.issued_on.isoformat() if row.issued_on else ""}
    crumbs = [{"url": reverse("directives"), "label": TITLE}, {"url": back, "label": (row.title or row.name)[:30]}, {"url": "", "label": title}]
    return form_page(request, fields, send, title=title, button=Text("保存", "Save"), back=back, on_record=on_record, breadcrumbs=crumbs)


@page("directive_aside", "directives/<uuid:document>/aside", DRAFT, methods=("POST",))
def directive_aside(request: HttpRequest, document: uuid.UUID) -> HttpResponse:
    """Set a document aside, with a reason."""
    do(request, "document.set_aside", {"document": str(document), "reason": request.POST.get("reason", "")})
    return done(request, reverse("directives"), Text("已作废，原件和记录保留。", "Set aside; the original and the record stay."))


@page("directive_decide", "directives/<uuid:document>/decide", DRAFT, methods=("POST",))
def directive_decide(request: HttpRequest, document: uuid.UUID) -> HttpResponse:
    """Take a proposal for missing digits, or leave the text as it is."""
    take = request.POST.get("take") == "1"
    do(request, "document.decide", {"document": str(document), "number": integer(request, "number") or 0, "take": take})
    said = Text("已采纳，相关事项须重新确认。", "Taken: the directives concerned are to be confirmed again.") if take else Text("保持原样。", "Left as it is.")
    return done(request, reverse("directive_document", args=[document]) + "#proposals", said)


@page("directive_read", "directives/<uuid:document>/read", DRAFT, methods=("POST",))
def directive_read(request: HttpRequest, document: uuid.UUID) -> HttpResponse:
    """Read a document that waits or could not be read."""
    do(request, "document.read", {"document": str(document)})
    return HttpResponseRedirect(reverse("directive_document", args=[document]))


@page("directive_file", "directives/<uuid:document>/file", VIEW, methods=("GET",))
def directive_file(request: HttpRequest, document: uuid.UUID) -> HttpResponse:
    """The original; the reading is recorded."""
    actor: Actor = actor_of(request)
    found = act("document.open_file", actor, client_id(request), {"document": str(document)}).result
    original = files.opened(uuid.UUID(found["file"]))
    return HttpResponse(original.content, headers=original.headers)


