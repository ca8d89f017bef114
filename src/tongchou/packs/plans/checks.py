"""Whether a pack holds together: no gap, no overlap, nothing that can never decide or is never used, nobody held by a day gone by, a case close
to every date on both sides, every case right."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import suppress
from math import prod

import numpy as np

from tongchou.kernel.errors import Reason, Refusal
from tongchou.kernel.text import Text
from tongchou.packs.plans.cases import run_case
from tongchou.packs.plans.clockfile import check_clocks
from tongchou.packs.plans.columns import NO_ROW, Array
from tongchou.packs.plans.dates import changes, check_confirmed, check_dates, standings
from tongchou.packs.plans.endings import check_endings
from tongchou.packs.plans.grid import MAX_POINTS, evaluate, parts_of
from tongchou.packs.plans.machinefile import check_machines
from tongchou.packs.plans.model import MODE_KINDS, Fact, Pack, Table
from tongchou.packs.plans.overlaps import check_overlays
from tongchou.packs.plans.papers import check_papers
from tongchou.packs.plans.parts import check_parts
from tongchou.packs.plans.resolve import Standing
from tongchou.packs.plans.unused import check_tests, check_unused
from tongchou.packs.plans.values import Place


def check_pack(pack: Pack) -> list[Refusal]:
    """Every problem found, by file and line; an empty list when the pack is sound."""
    found: list[Refusal] = [*_unsaid_kinds(pack), *check_unused(pack), *check_papers(pack), *check_parts(pack)]
    for table in pack.tables.values():
        found += _check_table(pack, table)
    for case in pack.cases:
        found += run_case(pack, case)
    found += [*check_clocks(pack), *check_overlays(pack), *check_confirmed(pack)]
    with suppress(Refusal):  # a table that cannot stand has been told above
        found += list(check_machines(pack, {table.key: changes(pack, table) for table in pack.tables.values()}))
    return sorted(found, key=lambda p: (p.file or "", p.line or 0))


def _problem(
    place: Place, rule: Text, remedy: Text, *, field: str, value: object = None, reason: Reason = Reason.INVALID_VALUE
) -> Refusal:
    return Refusal(reason, rule, remedy=remedy, field=field, value=value, line=place.line, file=place.file)


def _unsaid_kinds(pack: Pack) -> Iterator[Refusal]:
    """Modes that do not say what they are. A pack of old is still read without, for the decisions that rest on it."""
    for mode in pack.modes.values():
        if not mode.kind:
            rule = Text("没有写明这种措施属于哪一类。", "It does not say of which kind this measure is.")
            remedy = Text("请补充 kind：{all}。", "Add `kind`: {all}.").with_(all=", ".join(MODE_KINDS))
            yield _problem(mode.place, rule, remedy, field=f"modes.{mode.key}.kind", value=mode.key, reason=Reason.MISSING_VALUE)


def _check_table(pack: Pack, table: Table) -> list[Refusal]:
    found: list[Refusal] = []
    deciding: set[Place] = set()
    try:
        for standing in standings(pack, table):
            problems, reached = _check_standing(standing)
            found += [*problems, *check_endings(standing), *check_tests(standing)]
            deciding |= reached
    except Refusal as refusal:
        said = Text("{what} {rule}", "{what}: {rule}").with_(what=refusal.field or "", rule=refusal.rule)
        return [
            _problem(
                table.place,
                said,
                refusal.remedy or refusal.rule,
                field=f"tables.{table.key}",
                value=refusal.value,
                reason=refusal.reason,
            )
        ]
    local = [rule for overlay in pack.overlays.values() for rule in overlay.rules.get(table.key, {}).values()]
    for rule in (*table.rules, *local):
        if rule.place not in deciding:
            said = Text(
                "这条规则永远不会起作用：前面的规则已把它的情形全部覆盖，或没有版本使用它。",
                "This rule can never decide: rules before it cover all its cases, or no edition uses it.",
            )
            remedy = Text("请调整顺序或条件，或删除。", "Change its order or conditions, or delete it.")
            found.append(_problem(rule.place, said, remedy, field="rule", value=rule.key))
    found += list(check_dates(pack, table))
    unique: dict[tuple[object, ...], Refusal] = {}
    for p in found:
        unique.setdefault((p.file, p.line, p.rule, str(p.value)), p)
    return list(unique.values())


def _check_standing(standing: Standing) -> tuple[list[Refusal], set[Place]]:
    """Gaps and overlaps over every combination of parts that the conditions tell apart, and the rules that ever decide."""
    table = standing.table
    parts = parts_of(standing)
    count = prod(len(p) for p in parts.values())
    if count > MAX_POINTS:
        rule = Text(
            "条件的组合有 {n} 种，超过 {most}，无法逐一核对。",
            "The conditions combine in {n} {n|way|ways}, more than the {most} that can be checked.",
        )
        remedy = Text("请拆成两个表。", "Split the table in two.")
        return [
            _problem(
                table.place, rule.with_(n=count, most=MAX_POINTS), remedy, field=table.key, reason=Reason.TOO_LARGE
            )
        ], {r.rule.place for r in standing.rules}
    fired = evaluate(standing, parts)
    reached = {standing.rules[n].rule.place for n in np.unique(fired.first) if n >= 0}
    if table.hit != "first":
        reached = {rule.rule.place for n, rule in enumerate(standing.rules) if fired.fires(n).any()}
    found = []
    if table.hit != "collect" and (gap := np.flatnonzero(fired.first == NO_ROW)).size:
        rule = Text(
            "{day}：有 {n} 种情形没有规则，例如：{example}。",
            "{day}: {n} {n|combination|combinations} have no rule, for example: {example}.",
        )
        rule = rule.with_(day=standing.as_of, n=gap.size, example=_example(standing, parts, int(gap[0])))
        found.append(
            _problem(
                table.place,
                rule,
                Text("请补充规则，或在最后加一条没有条件的规则。", "Add rules, or a last one without conditions."),
                field=table.key,
            )
        )
    if table.hit == "unique":
        found += _overlaps(standing, parts, fired.possible)
    return found, reached


def _overlaps(standing: Standing, parts: dict[str, list[Fact | None]], bits: Array) -> Iterator[Refusal]:
    one = bits.dtype.type(1)
    for later in range(len(standing.rules)):
        for earlier in range(later):
            both = np.flatnonzero((bits >> bits.dtype.type(later)) & (bits >> bits.dtype.type(earlier)) & one)
            # Where a fact is still to be asked for, two rules may both be possible.
            both = both[[None not in _point(parts, int(n)).values() for n in both[:10_000]]] if both.size else both
            if both.size:
                a, b = standing.rules[earlier], standing.rules[later]
                rule = Text(
                    "与第 {n} 行的规则“{other}”重叠，例如：{example}。",
                    "This overlaps rule “{other}” on line {n}, for example: {example}.",
                )
                rule = rule.with_(n=a.rule.place.line, other=a.key, example=_example(standing, parts, int(both[0])))
                remedy = Text(
                    "请使两条规则的条件互不相容，或改为 hit: first。",
                    "Make their conditions exclude one another, or use `hit: first`.",
                )
                yield _problem(b.rule.place, rule, remedy, field="rule", value=b.key, reason=Reason.OVERLAP)


def _point(parts: dict[str, list[Fact | None]], number: int) -> dict[str, Fact | None]:
    out: dict[str, Fact | None] = {}
    for key in reversed(parts):
        number, place = divmod(number, len(parts[key]))
        out[key] = parts[key][place]
    return dict(reversed(out.items()))


def _example(standing: Standing, parts: dict[str, list[Fact | None]], number: int) -> Text:
    point = _point(parts, number)
    zh = "，".join(f"{key}＝{'不知道' if v is None else v}" for key, v in point.items())
    en = ", ".join(f"{key} = {'unknown' if v is None else v}" for key, v in point.items())
    return Text(zh or "任何情形", en or "anybody")
