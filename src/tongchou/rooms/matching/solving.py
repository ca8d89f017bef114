"""From the pool to the optimiser and back: what goes in, how points come about, what is kept of the result."""

from __future__ import annotations

from collections import defaultdict
from datetime import date
from statistics import median
from typing import Any

from django.db.models import F

from tongchou.rooms.matching.models import Entry, Run, RunNeed, RunPair
from tongchou.rooms.matching.places import Places
from tongchou.rooms.matching.rules import rules
from tongchou.sim.matching.model import Limits, Need, Offer, Result, Wish
from tongchou.sim.matching.solve import Progress, match


def pool(area_path: str, kinds: list[str], on: date) -> list[Entry]:
    """Needs and offers of an area that are open on a day, with something left."""
    rows = Entry.objects.filter(unit__area__path__startswith=area_path, withdrawn_at=None, last__gte=on, committed__lt=F("quantity"))
    found = rows.select_related("area", "unit").order_by("pk")
    return [e for e in found if e.item.partition(".")[0] in kinds]


def points_of(e: Entry, weights: dict[str, int], on: date) -> int:
    """What puts a need before others: the essential list, and each full step of days by which it is late."""
    steps = max(0, (on - e.first).days) // max(1, weights["late_step_days"])
    return (weights["essential_points"] if e.essential else 0) + weights["late_points"] * min(steps, weights["late_most_steps"])


def solve(run: Run, told: Progress | None = None) -> tuple[Result, dict[str, Entry]]:
    """Run the optimiser on the pool of today. What is pinned is taken as far as it is still there."""
    entries = pool(run.area.path, run.kinds, run.as_of)
    needs, offers = inputs(entries, run.weights, run.as_of)
    limits = limits_of(run.weights, run.as_of)
    result = match(needs, offers, limits, wish_of(run, needs, offers), told)
    return result, {str(e.pk): e for e in entries}


def limits_of(weights: dict[str, int], on: date) -> Limits:
    held = rules(on)
    return Limits(weights["most_km"], held["unknown_km"].value, held["near_km"].value, held["around_km"].value)


def inputs(entries: list[Entry], weights: dict[str, int], on: date) -> tuple[list[Need], list[Offer]]:
    """Entries as the optimiser takes them. A need that is late is needed from today on."""
    places = Places(entries)
    needs: list[Need] = []
    offers: list[Offer] = []
    for e in entries:
        common: dict[str, Any] = {
            "key": str(e.pk), "item": e.item, "quantity": e.quantity - e.committed, "first": max(e.first, on), "last": e.last,
            "place": places.point(e), "near": places.near(e, "community"), "around": places.near(e, "street"),
            "conditions": frozenset(e.conditions), "size": e.size, "within_km": e.within_km, "owner": str(e.unit_id),
        }  # fmt: skip
        if e.side == Entry.Side.NEED:
            needs.append(Need(**common, points=points_of(e, weights, on), weight=weights["small_percent"] if e.small else 100))
        else:
            offers.append(Offer(**common))
    return needs, offers


def wish_of(run: Run, needs: list[Need], offers: list[Offer]) -> Wish:
    """Pins and bars of a run. A pin whose need or offer has gone since is left out; one that is too large is cut to what is left."""
    left = {n.key: n.quantity for n in needs} | {o.key: o.quantity for o in offers}
    pinned: dict[tuple[str, str], int] = {}
    for need, offer, quantity in run.pinned:
        amount = min(int(quantity), left.get(need, 0), left.get(offer, 0))
        if amount > 0:
            pinned[need, offer] = amount
            left[need] -= amount
            left[offer] -= amount
    return Wish(pinned, frozenset((need, offer) for need, offer in run.forbidden))


def keep(run: Run, result: Result, entries: dict[str, Entry]) -> None:
    """Store what the run proposes, and its figures."""
    RunPair.objects.bulk_create(
        [
            RunPair(
                run=run, need_id=p.need, offer_id=p.offer, quantity=p.quantity, metres=p.metres, pinned=p.pinned,
                need_version=entries[p.need].version, offer_version=entries[p.offer].version,
            )
            for p in result.pairs
        ],
        batch_size=5000,
    )  # fmt: skip
    RunNeed.objects.bulk_create(
        [
            RunNeed(
                run=run, need_id=n.need, wanted=n.wanted, covered=n.covered, fair=float(n.fair), reason=n.reason, candidates=n.candidates,
                points=points_of(entries[n.need], run.weights, run.as_of), rivals=[list(r) for r in n.rivals],
            )
            for n in result.needs
        ],
        batch_size=5000,
    )  # fmt: skip
    run.figures = figures(run, result, entries)


def figures(run: Run, result: Result, entries: dict[str, Entry]) -> dict[str, Any]:
    """What is shown of a run. Shares are of needs, not of quantities: pieces and people do not add up."""
    by_kind: dict[str, list[float]] = defaultdict(list)
    least: dict[tuple[str, int], list[float]] = defaultdict(list)
    for n in result.needs:
        e = entries[n.need]
        by_kind[e.item.partition(".")[0]].append(n.covered / n.wanted)
        if n.candidates:
            least[e.item, points_of(e, run.weights, run.as_of)].append(n.covered / n.wanted)
    spread = [max(shares) - min(shares) for shares in least.values() if len(shares) > 1]
    reasons: dict[str, int] = defaultdict(int)
    for n in result.needs:
        reasons[n.reason or "covered"] += 1
    km = [p.metres / 1000 for p in result.pairs if not p.pinned]
    return {
        "needs": len(result.needs), "offers": sum(e.side == Entry.Side.OFFER for e in entries.values()), "pairs": len(result.pairs),
        "candidates": result.candidates, "full": reasons["covered"], "none": sum(n.covered == 0 for n in result.needs),
        "share": {k: round(sum(v) / len(v), 4) for k, v in by_kind.items()}, "reasons": dict(reasons),
        "km": round(sum(km) / len(km), 1) if km else None, "km_median": round(median(km), 1) if km else None,
        "spread": round(max(spread), 4) if spread else 0.0, "stages": [[s.key, s.value, s.bound] for s in result.stages], "proven": result.proven,
    }  # fmt: skip
