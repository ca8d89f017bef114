"""Questions of plans: a decision on record, a change of edition over everybody on record, and history decided again."""

from __future__ import annotations

import json
import uuid
from collections import Counter
from dataclasses import dataclass
from datetime import date
from importlib.resources import files
from typing import Any

import yaml
from django.db import connection

from tongchou.kernel.errors import Reason, Refusal
from tongchou.kernel.text import Text
from tongchou.packs.plans.decide import Decision as Decided
from tongchou.packs.plans.decide import decide_standing
from tongchou.packs.plans.facts import read_facts
from tongchou.packs.plans.frames import BatchErrors
from tongchou.packs.plans.preview import Preview, preview, rules_of
from tongchou.packs.plans.replay import as_told
from tongchou.packs.plans.resolve import stand
from tongchou.record.access import Actor
from tongchou.record.people.reach import like_paths
from tongchou.record.plans import district_code
from tongchou.rooms.plans.deciding import Kept, explained, mark_of
from tongchou.rooms.plans.models import Decision, Explanation, PackVersion
from tongchou.rooms.plans.onrecord import people_before
from tongchou.rooms.plans.store import pack_of


def decision_in_reach(actor: Actor, key: uuid.UUID, permission: str = "plan.decide") -> Decision:
    """A decision about a person within reach; any other is not found."""
    row = Decision.objects.select_related("person__area", "explanation", "pack_version", "unit", "by").filter(pk=key).first()
    if row is None or row.person is None or not actor.sees_path(permission, row.person.area.path):
        rule = Text("没有找到该判定。", "There is no such decision.")
        remedy = Text("请从人员档案打开；辖区以外的不显示。", "Open it from the person's file; what lies outside your area is not shown.")
        raise Refusal(Reason.NOT_FOUND, rule, remedy=remedy, field="decision", value=str(key))
    return row


def decided_again(row: Decision, *, explain: bool = True) -> Decided:
    """The decision as the pinned pack and facts give it today."""
    pack = pack_of(row.pack_version)
    standing = stand(pack, row.table, row.as_of, row.known_on, row.area_code)
    return decide_standing(standing, read_facts(standing.table, row.facts, row.as_of), explain=explain)


@dataclass(frozen=True, slots=True)
class Replay:
    """History decided again. differs: (decision, what was kept, what comes out now) of those that differ, at most as many as asked for."""

    decisions: int
    equal: int
    differing: int
    broken: int
    by_pack: dict[str, int]
    differs: list[tuple[uuid.UUID, str, str]]


def replay(*, since: date | None = None, limit: int = 50) -> Replay:
    """Decide every stored decision again by the pack that it pins; equal ones (same pack, table, day and facts) are decided once.

    Equal means: the same explanation, to the digest, or but for what explanations did not tell yet when it was kept; the same outcome, rule and
    last day; and an explanation whose content still has the digest under which it is kept. A pack whose files no longer have the digest that the decision pins is broken.
    """
    sql = """select d.pack_version_id, d.digest, d."table", d.as_of, d.known_on, d.area_code, d.facts::text, d.explanation_id, d.outcome, d.rule, d.until,
               count(*), min(d.id::text)
             from plans_decision d where %(since)s::date is null or d.at >= %(since)s::date group by 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11 order by 1, 3, 4, 7"""
    with connection.cursor() as cursor:
        cursor.execute(sql, {"since": since})
        groups = cursor.fetchall()
    versions = {v.pk: v for v in PackVersion.objects.filter(pk__in={g[0] for g in groups})}
    seen: Counter[str] = Counter()
    by_pack: Counter[str] = Counter()
    differs: list[tuple[uuid.UUID, str, str]] = []
    altered = _altered({g[7] for g in groups})
    for version, mark, table, as_of, known_on, area, facts, kept, *told, count, first in groups:
        row = versions[version]
        by_pack[f"{row.pack} v{row.version} {mark[:12]}"] += count
        now = _again(row, mark, Decision(table=table, as_of=as_of, known_on=known_on, area_code=area, facts=json.loads(facts), pack_version=row))
        same = now is not None and kept not in altered and _heads(now) == tuple(told) and (now.explanation == kept or _told_the_same(kept, now))
        state = "broken" if now is None else "equal" if same else "differs"
        seen[state] += count
        if state != "equal" and len(differs) < limit:
            differs.append((uuid.UUID(first), kept, now.explanation if now else ""))
    return Replay(sum(seen.values()), seen["equal"], seen["differs"], seen["broken"], dict(by_pack), differs)


def _altered(marks: set[str]) -> set[str]:
    """The explanations whose content is not what was kept under that digest."""
    rows = Explanation.objects.filter(digest__in=marks).values_list("digest", "content")
    return {digest for digest, content in rows.iterator(chunk_size=2000) if mark_of(content) != digest}


def _heads(now: Kept) -> tuple[str, str, date | None]:
    """What a decision's own row says of it."""
    return now.decided.outcome, now.decided.rule.key if now.decided.rule else "", now.decided.until


def _told_the_same(digest: str, now: Kept) -> bool:
    """Whether all that was kept is said again. Read only where the digests differ: what came to be told later is no other decision."""
    kept = Explanation.objects.filter(digest=digest).values_list("content", flat=True).first()
    return kept is not None and as_told(kept, json.loads(json.dumps(now.content))) == kept


def _again(row: PackVersion, mark: str, decision: Decision) -> Kept | None:
    """What the pinned pack says now; None when the pack on record is not the one that the decision names."""
    if row.digest != mark or pack_of(row).digest != mark:
        return None
    try:
        return explained(decided_again(decision, explain=False), {})
    except Refusal:
        return None


@dataclass(frozen=True, slots=True)
class Norms:
    """How many one member of staff looks after; not from any source, so it is shown and can be changed."""

    beds: int
    tests: int


def norms() -> Norms:
    raw = yaml.safe_load(files("tongchou.rooms.plans").joinpath("norms.yaml").read_text("utf-8"))
    return Norms(int(raw["beds_per_staff"]["value"]), int(raw["tests_per_staff"]["value"]))


def preview_on_record(actor: Actor, version: PackVersion, table: str, before: str, after: str, today: date, days: int = 14) -> Preview:
    """A change of edition over everybody on record in the actor's areas, by street. Raises Refusal."""
    actor.require("plan.preview")
    pack, area = pack_of(version), district_code()
    old, new = (rules_of(pack, table, edition, today, area) for edition in (before, after))
    frame = people_before(new, like_paths(actor, "plan.preview")).drop("ground", "area")
    try:
        return preview(old, new, frame, "street", days, ["person"])
    except BatchErrors as errors:
        raise errors.problems[0] from None


def staff(found: Preview, per: Norms) -> list[dict[str, Any]]:
    """For each coming day beds, tests and staff, before and after."""
    out = []
    for row in found.days.to_dicts():
        line = dict(row)
        for side in ("before", "after"):
            line[f"staff_{side}"] = -(-row[f"beds_{side}"] // per.beds) + -(-row[f"tests_{side}"] // per.tests)
        out.append(line)
    return out


