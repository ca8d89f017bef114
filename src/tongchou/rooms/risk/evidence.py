"""What a proposal is kept with: the numbers, the rule and its document, the conditions as they were looked at."""

from __future__ import annotations

from dataclasses import asdict
from datetime import date
from typing import Any

from tongchou.packs.plans.report import as_value
from tongchou.rooms.risk.evaluate import Assessment, Picture
from tongchou.rooms.risk.words import why

_KEPT = ("pack", "version", "hash", "edition", "edition_title", "as_of", "facts", "unknown", "assumed", "outcome", "outcome_title", "rule", "unconfirmed")


def evidence_of(seen: Picture, found: Assessment) -> dict[str, Any]:
    """JSON-ready: numbers, decision, reasons with documents, the deciding rule's conditions."""
    decision = as_value(found.decision) if found.decision is not None else None
    rows = decision["trace"] if decision else []
    return {
        "numbers": plain(asdict(found.numbers)),
        "reported_until": seen.reported_until.isoformat() if seen.reported_until else None,
        "scheme": seen.scheme.key,
        "decision": {k: decision[k] for k in _KEPT} if decision else None,
        "conditions": next((r["conditions"] for r in rows if r["rule"] == found.rule), []),
        "reasons": [{**text.as_dict(), "document": document} for text, document in why(found.decision, found.rule)],
    }


def plain(values: dict[str, Any]) -> dict[str, Any]:
    return {k: v.isoformat() if isinstance(v, date) else v for k, v in values.items()}
