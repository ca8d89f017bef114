"""The papers that a pack cites: whether they can be found, were seen by anybody, and were out on the day from which a value cites them."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date

from tongchou.kernel.errors import Reason, Refusal
from tongchou.kernel.text import Text
from tongchou.packs.plans.model import Pack
from tongchou.packs.plans.values import Entry, Place, Source


def first_day(pack: Pack, document: str) -> date | None:
    """The first day on which a paper was out: issued, in force, or as an edition; None where nothing tells."""
    paper = pack.documents[document]
    days = [paper.issued, paper.effective, *(e.from_ for e in pack.editions if e.source.document == document)]
    return min((d for d in days if d is not None), default=None)


def check_papers(pack: Pack) -> Iterator[Refusal]:
    """Papers that nobody could find, values that cite one before it was out, and what is confirmed by one that was never seen."""
    for paper in pack.documents.values():
        if not (paper.issued or paper.effective or paper.number or paper.link or paper.seen):
            rule = Text("文件没有日期、文号，也没有链接，无从查找。", "This paper has no date, no number and no link: nobody could find it.")
            remedy = Text("请补充 issued、effective、number 或 link；确实没有的，用 seen 写明见于何处，没有见到的用 not_seen。",
                "Add `issued`, `effective`, `number` or `link`; where there is none, say in `seen` where it was seen, or in `not_seen` that it was not.",
            )  # fmt: skip
            yield _problem(paper.place, rule, remedy, f"documents.{paper.key}", paper.key, Reason.MISSING_VALUE)
    for source, place, used, name in _used(pack):
        out = first_day(pack, source.document)
        if out is not None and out > used:
            rule = Text("这个取值自 {day} 起使用，而所据文件 {out} 才发布或施行。", "This value is used from {day}, and the paper that it cites was out only on {out}.")
            remedy = Text("请改日期，或写明当时所据的文件。", "Change the date, or cite the paper of the time.")
            yield _problem(place, rule.with_(day=used, out=out), remedy, name, source.document, Reason.IMPOSSIBLE_DATE)
    for source, place, name in _confirmed(pack):
        if pack.documents[source.document].unseen:
            rule = Text("所据文件没有人见过，不能据以证实。", "Nobody has seen the paper that this cites: it confirms nothing.")
            yield _problem(place, rule, Text("请写 status: unconfirmed。", "Write `status: unconfirmed`."), name, source.document, Reason.CONFLICT)


def _used(pack: Pack) -> Iterator[tuple[Source, Place, date, str]]:
    """What cites a paper for a value, with the day from which it is used."""
    yield from ((entry.source, entry.place, max(entry.from_, entry.known_from), name) for entry, name in _entries(pack))
    for clock in pack.clocks.values():
        yield from ((limit.source, limit.place, limit.from_, f"clocks.{clock.key}") for limit in clock.limits)


def _entries(pack: Pack) -> Iterator[tuple[Entry, str]]:
    for parameter in pack.parameters.values():
        yield from ((entry, f"parameters.{parameter.key}") for entry in parameter.entries)
    for overlay in pack.overlays.values():
        yield from ((entry, f"overlays.{overlay.key}.{name}") for name, entry in overlay.parameters.items())


def _confirmed(pack: Pack) -> Iterator[tuple[Source, Place, str]]:
    """Everything that says of itself that a source confirms it."""
    yield from ((entry.source, entry.place, name) for entry, name in _entries(pack) if entry.status == "confirmed")
    yield from ((e.source, e.place, f"editions.{e.key}") for e in pack.editions if e.confirmed_from is not None)
    tables = [t.rules for t in pack.tables.values()] + [tuple(rules.values()) for o in pack.overlays.values() for rules in o.rules.values()]
    for rule in (rule for rules in tables for rule in rules):
        if rule.status == "confirmed" and rule.source.document in pack.documents:
            yield rule.source, rule.place, f"rules.{rule.key}"
    for clock in pack.clocks.values():
        yield from ((limit.source, limit.place, f"clocks.{clock.key}") for limit in clock.limits if limit.status == "confirmed")


def _problem(place: Place, rule: Text, remedy: Text, field: str, value: object, reason: Reason) -> Refusal:
    return Refusal(reason, rule, remedy=remedy, field=field, value=value, line=place.line, file=place.file)
