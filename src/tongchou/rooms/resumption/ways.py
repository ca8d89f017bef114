"""Which way holds for an enterprise on a day, and the closed list of what it is asked for in that way: from the pack, the checklists and the district's rules."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from functools import lru_cache
from importlib.resources import files
from typing import Any

import yaml
from django.utils import timezone

from tongchou.kernel.text import Text
from tongchou.packs.checklists import shipped
from tongchou.packs.plans.decide import decide
from tongchou.packs.plans.report import as_value
from tongchou.packs.plans.resolve import stand
from tongchou.record.plans import pack_in_force
from tongchou.record.regime import PACK, Regime, regime
from tongchou.rooms.resumption.models import RuleEdition

AT_ONCE, APPROVAL, UNKNOWN = "at_once", "approval", "unknown"
LEFT = (
    ("staged_way", Text("分批审批或备案时期，本区采用", "Where the rule leaves approval or filing to the district")),
    ("local_way", Text("国家规定由地方确定的，本区采用", "Where the rule is left to the province")),
    ("unknown_way", Text("风险等级尚未登记时，本区采用", "While no grade is on record")),
)
"""What the plan leaves to the district: the way that it takes there."""
FREE = ("no_procedure", "allowed")
"""Ways in which an enterprise needs nothing on record to work."""


@lru_cache(maxsize=1)
def _data() -> dict[str, Any]:
    loaded: dict[str, Any] = yaml.safe_load(
        files("tongchou.rooms.resumption").joinpath("resumption.yaml").read_text("utf-8")
    )
    return loaded


def default_rules() -> dict[str, Any]:
    """The program's proposals, in force until the district decides."""
    return {k: v for k, v in _data()["rules"].items() if k != "status"}


def rules_on(day: date) -> dict[str, Any]:
    """The district's rules on a day: those last adopted, on top of the program's proposals."""
    row = adopted_on(day)
    return default_rules() | (row.rules if row else {})


def adopted_on(day: date) -> RuleEdition | None:
    """The district's edition that holds on a day; None before it has adopted any."""
    return RuleEdition.objects.filter(state="adopted", from_date__lte=day).order_by("-from_date").first()


@dataclass(frozen=True, slots=True)
class Way:
    """key: outcome of the table `regime`, or undetermined; how: at_once, approval, or unknown where neither the rule nor the district says.

    used: the way that is gone: the key, or what the district has chosen where the rule leaves it to the district.
    """

    key: str
    how: str
    used: str
    found: Regime
    entry: Mapping[str, Any]
    unconfirmed: bool

    @property
    def basis(self) -> dict[str, Any]:
        """What is kept of it with an application."""
        f = self.found
        return {
            "on": f.on.isoformat(), "outcome": f.outcome, "used": self.used, "title": f.title.as_dict(), "reason": f.reason.as_dict(), "level": f.level,
            "edition": f.edition.as_dict(), "overlays": [o.as_dict() for o in f.overlays],
            "document": [f.document[0].as_dict(), *f.document[1:]] if f.document else None,
        }  # fmt: skip


def way_of(
    code: str, on: date, rules: Mapping[str, Any], *, essential: bool | None = None, commitment: bool | None = None, level: str | None = None
) -> Way:
    """The way that holds in an area, by its code; level: its grade, None takes the one on record. Raises Refusal before the pack's first edition."""
    found = regime(code, on, level=level, essential=essential, commitment=commitment)
    entry, ways = _data()["ways"].get(found.outcome) or _data()["ways"]["undetermined"], _data()["ways"]
    unconfirmed = found.unconfirmed or entry["status"] == "unconfirmed"
    how = entry["how"]
    if how == "district":
        chosen = rules.get(entry["key"]) or ""
        if chosen not in ways:
            return Way(found.outcome, UNKNOWN, "", found, {}, True)
        entry = ways[chosen]
        return Way(found.outcome, entry["how"], chosen, found, entry, True)
    used = "approval" if how == APPROVAL and found.outcome == "banned" else found.outcome
    return Way(found.outcome, how, used, found, entry, unconfirmed)


def closed_list(way: Way, on: date, code: str, rules: Mapping[str, Any]) -> list[dict[str, Any]]:
    """The items of the way, in order, each once: {key, source, title, how, form, site, units, unit, least}. Nothing else may be demanded."""
    out: dict[str, dict[str, Any]] = {}
    for table in (*way.entry.get("tables", ()), *(rules.get("papers") or () if way.how == APPROVAL else ())):
        for item in _of_table(table, on, code):
            out.setdefault(item["key"], item)
    for key in way.entry.get("papers", ()):
        out.setdefault(key, _item(key, "papers", None))
    chosen = [k for k in rules.get("checklists") or () if way.how == APPROVAL]
    for key in dict.fromkeys((*way.entry.get("checklists", ()), *chosen)):
        for item in _of_checklist(key, rules, ticked=key in chosen):
            out.setdefault(item["key"], item)
    reviewers: Iterable[Mapping[str, Any]] = rules.get("reviewers") or ()
    for item in out.values():
        item["units"] = [r["unit"] for r in reviewers if item["key"] in r["items"] and item["form"] != "record"]
    return list(out.values())


def asks(table: str, on: date, code: str) -> bool:
    """Whether a table of papers or conditions asks for anything on a day."""
    found = decide(pack_in_force(PACK, on), table, {}, on, None, code[:6], explain=False)
    return not (found.rule is not None and as_value(found)["outcome"] == "not_asked")


def _of_table(table: str, on: date, code: str) -> list[dict[str, Any]]:
    if not asks(table, on, code):
        return []
    standing = stand(pack_in_force(PACK, on), table, on, None, code[:6])
    return [_item(name, table, spec.title, standing) for name, spec in standing.inputs.items() if not spec.derived]


def _item(key: str, source: str, title: Text | None, standing: Any = None) -> dict[str, Any]:
    spec = _data()["items"].get(key) or {"form": "file"}
    least = spec.get("least")
    return {
        "key": key, "source": source, "title": title.as_dict() if title else spec["title"], "how": {}, "form": spec["form"],
        "site": bool(spec.get("site")), "unit": spec.get("unit", {}), "from": spec.get("from", ""),
        "least": _parameter(standing, least) if least else None,
    }  # fmt: skip


def _parameter(standing: Any, name: str) -> float | None:
    if standing is None:
        return None
    values = [v for v in standing.pack.parameters[name].entries if v.from_ <= standing.as_of]
    return float(values[-1].value) if values else None


def _of_checklist(key: str, rules: Mapping[str, Any], *, ticked: bool = False) -> list[dict[str, Any]]:
    """Items of a shipped checklist, or of the district's own text where the shipped one is left to it.

    ticked: the enterprise says of each that it is met and attaches what shows it; otherwise a photo is asked for.
    """
    found, form = shipped()[key], "tick" if ticked else "photo"
    if found.fill:
        own = next((x for x in rules.get("lists") or () if x["key"] == key), None)
        items = own["items"] if own else []
        return [
            {"key": f"{key[:20]}_{n}", "source": key, "title": i, "how": {}, "form": form, "site": True, "unit": {}, "from": "", "least": None}
            for n, i in enumerate(items, 1)
        ]  # fmt: skip
    return [
        {"key": i.key, "source": key, "title": i.title.as_dict(), "how": i.how.as_dict(), "form": "number" if i.number else form, "site": True,
         "unit": i.number.unit.as_dict() if i.number else {}, "from": "", "least": i.number.least if i.number else None}
        for i in found.items
    ]  # fmt: skip


def district_lists() -> list[tuple[str, Text]]:
    """Checklists that the district has to fill in, by key."""
    return [(c.key, c.title) for c in shipped().values() if c.fill and "enterprise" in c.suits]


def approval_lists() -> list[tuple[str, Text]]:
    """Checklists of enterprises, which the district may ask for where it approves, by key."""
    return [(c.key, c.title) for c in shipped().values() if "enterprise" in c.suits]


def empty_lists(rules: Mapping[str, Any]) -> list[Text]:
    """Checklists that the rules ask for and that nobody has filled in."""
    filled = {x["key"] for x in rules.get("lists") or () if x["items"]}
    return [shipped()[k].title for k in rules.get("checklists") or () if k in shipped() and shipped()[k].fill and k not in filled]


def item_titles() -> dict[str, Text]:
    """Every item that papers and conditions of the pack can ask for, by key, but those that the program has itself."""
    pack = pack_in_force(PACK, timezone.localdate())
    out: dict[str, Text] = {}
    for table in ("materials", "readiness", "five_papers"):
        for name, spec in pack.tables[table].inputs.items():
            if (_data()["items"].get(name) or {}).get("form") != "record" and not spec.derived:
                out.setdefault(name, spec.title)
    for item in shipped()["enterprise_resumption"].items:
        out.setdefault(item.key, item.title)
    return out
