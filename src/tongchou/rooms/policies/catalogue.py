"""The policies in force on a day, and what goes with each: who decides on it, papers, how its amount is worked out."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from decimal import ROUND_HALF_UP, Decimal
from functools import lru_cache
from importlib.resources import files
from typing import Any

import yaml

from tongchou.kernel.errors import Reason, Refusal
from tongchou.kernel.text import Text
from tongchou.packs.plans.formula import parse_formula
from tongchou.packs.plans.model import Input, Pack
from tongchou.packs.plans.resolve import Standing, StandingRule, stand
from tongchou.record.plans import district_code
from tongchou.rooms.plans.models import PackVersion
from tongchou.rooms.plans.store import install_shipped_packs, pack_of, version_in_force
from tongchou.rooms.policies.models import Terms

PACK = "enterprise-policies"
ELIGIBLE, NOT_ELIGIBLE, EXPIRED, NOT_YET = "eligible", "not_eligible", "expired", "not_yet"
OUTCOMES = {
    ELIGIBLE: (Text("符合条件", "Qualifies"), "ok", "circle-check"),
    "undetermined": (Text("待补充信息", "Facts are missing"), "warn", "help-circle"),
    NOT_ELIGIBLE: (Text("不符合条件", "Does not qualify"), "", "x"),
    NOT_YET: (Text("尚未开始", "Not in force yet"), "", "clock"),
    EXPIRED: (Text("已到期", "Ended"), "", "clock"),
    "no_rule": (Text("没有适用的规则", "No rule applies"), "", "x"),
}


@dataclass(frozen=True, slots=True)
class Setting:
    """What goes with one policy. unit: who decides, None: the headquarters office. repeats: "month" where one may apply every month."""

    benefit: str = "other"
    base: str = ""
    formula: str = ""
    excludes: str = ""
    repeats: str = ""
    papers: tuple[Text, ...] = ()
    unit: int | None = None

    def amount(self, gives: Mapping[str, Any], base: Decimal | float | None) -> Decimal | None:
        """What the policy brings in yuan; None where it cannot be worked out."""
        if not self.formula or base is None:
            return None
        found = parse_formula(self.formula).one(
            {k: v for k, v in gives.items() if isinstance(v, (int, float))} | {"base": float(base)}
        )
        return None if found is None or found < 0 else Decimal(str(found)).quantize(Decimal("0.01"), ROUND_HALF_UP)


@dataclass(frozen=True, slots=True)
class Catalogue:
    """The pack in force with everything that goes with it. standings: table -> as it stands; asked: every fact that some table asks for."""

    version: PackVersion
    pack: Pack
    as_of: date
    standings: dict[str, Standing]
    settings: dict[str, Setting]
    asked: dict[str, Input] = field(default_factory=dict)

    def title(self, policy: str) -> Text:
        table = self.pack.tables.get(policy)
        return table.title if table else Text(policy, policy)

    def fact_title(self, fact: str) -> Text:
        spec = self.asked.get(fact)
        return spec.title if spec else bases().get(fact, Text(fact, fact))


@lru_cache(maxsize=1)
def raw() -> dict[str, Any]:
    """policies.yaml as it is."""
    found: dict[str, Any] = yaml.safe_load(
        files("tongchou.rooms.policies").joinpath("policies.yaml").read_text("utf-8")
    )
    return found


def bases() -> dict[str, Text]:
    """The sums from which benefits are worked out."""
    return {k: Text.from_dict(v) for k, v in raw()["bases"].items()}


def benefits() -> dict[str, Text]:
    return {k: Text.from_dict(v) for k, v in raw()["benefits"].items()}


def catalogue(as_of: date) -> Catalogue:
    """The policies as they stand on a day: the district's approved edition of the pack, else the shipped one. Raises Refusal."""
    if not PackVersion.objects.filter(pack=PACK, withdrawn_at=None).exists():
        install_shipped_packs([PACK])  # a server that was not started by `tongchou up` has none on record yet
    version = version_in_force(PACK, as_of)
    pack = pack_of(version)
    standings, asked = _stand(version.digest, pack, as_of, district_code())
    return Catalogue(version, pack, as_of, standings, _settings(pack), asked)


_STOOD: dict[tuple[str, date, str], tuple[dict[str, Standing], dict[str, Input]]] = {}


def _stand(digest: str, pack: Pack, as_of: date, area: str) -> tuple[dict[str, Standing], dict[str, Input]]:
    """Every table as it stands on a day, and every fact that some table asks for; worked out once for a content, day and district."""
    mark = (digest, as_of, area)
    if mark not in _STOOD:
        asked: dict[str, Input] = {}
        for table in pack.tables.values():
            for key, spec in table.inputs.items():
                if not spec.derived and spec.type in ("boolean", "choice", "number", "date"):
                    asked.setdefault(key, spec)
        if len(_STOOD) >= 16:
            _STOOD.clear()
        _STOOD[mark] = {key: stand(pack, key, as_of, None, area) for key in pack.tables}, asked
    return _STOOD[mark]


def _settings(pack: Pack) -> dict[str, Setting]:
    shipped, common = raw()["policies"], tuple(Text.from_dict(p) for p in raw()["papers"])
    out = {}
    for key in pack.tables:
        one = dict(shipped.get(key, {}))
        papers = common + tuple(Text.from_dict(p) for p in one.pop("papers", ()))
        out[key] = Setting(papers=papers, **one)
    for row in Terms.objects.filter(policy__in=out):
        papers = tuple(Text(p, p) for p in row.papers)
        out[row.policy] = Setting(row.benefit, row.base, row.formula, row.excludes, row.repeats, papers, row.unit_id)
    return out


def known_policy(found: Catalogue, policy: str) -> Standing:
    """The policy as it stands. Raises Refusal."""
    if policy not in found.standings:
        rule = Text("没有这项政策。", "There is no such policy.")
        raise Refusal(
            Reason.NOT_FOUND,
            rule,
            remedy=Text("请从政策目录中选择。", "Choose from the catalogue."),
            field="policy",
            value=policy[:60],
        )
    return found.standings[policy]


_UNSEEN = {"条次未见": "clause not seen in print", "条文待核": "clause to be checked"}


@dataclass(frozen=True, slots=True)
class Ground:
    """Why: the rule's words, the paper with its clause and address, and whether a source in print confirms it."""

    rule: str
    outcome: str
    reason: Text
    document: Text
    number: str
    clause: str
    link: str
    unconfirmed: bool

    @property
    def where(self) -> str:
        """The paper and the clause as they are quoted in a decision."""
        return f"《{self.document.zh}》{self.number}{self.clause}"

    @property
    def unseen(self) -> bool:
        """Whether the program's own words stand where the clause would."""
        return self.clause in _UNSEEN

    @property
    def place(self) -> Text:
        """Number and clause for a page: quoted as printed, but what stands there where no print was seen is said in both languages."""
        return Text(self.number + self.clause, ", ".join(x for x in (self.number, _UNSEEN.get(self.clause, self.clause)) if x))

    @property
    def cited(self) -> Text:
        """The paper and the clause for a page."""
        return Text("《{d}》{p}", "“{d}” {p}").with_(d=self.document, p=self.place)


def ground(standing: Standing, rule: StandingRule) -> Ground:
    """Where a rule stands."""
    source = rule.rule.source
    if source.document == "edition":
        source = standing.edition.source
    paper = standing.pack.documents[source.document]
    open_ = rule.rule.status == "unconfirmed" or any(b.entry.status == "unconfirmed" for b in rule.basis)
    shown = "待核" in source.clause
    return Ground(
        rule.key,
        rule.rule.outcome,
        rule.rule.reason,
        paper.title,
        paper.number,
        source.clause,
        paper.link,
        open_ or shown,
    )


def standing_outcome(standing: Standing) -> str:
    """Whether a policy can be had on its day at all: "" or expired or not_yet, for everybody alike."""
    flat = [r.rule.outcome for r in standing.rules if not r.when and r.rule.outcome in (EXPIRED, NOT_YET)]
    return flat[0] if flat and not any(r.rule.outcome == ELIGIBLE for r in standing.rules) else ""
