"""What the rules in force on a day give for every area that they grade, from the numbers and findings on record."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from typing import Any

from django.db import connection

from tongchou.packs.grading.facts import RECENT, Countdown, Found, Numbers, countdown, facts_of, grade
from tongchou.packs.grading.scheme import ENDED, Scheme, carried, rank, scheme_of, standing_on
from tongchou.packs.plans.decide import NO_RULE, UNDETERMINED, Decision
from tongchou.packs.plans.resolve import Standing
from tongchou.record.models import Area, District
from tongchou.record.plans import pack_in_force
from tongchou.record.questions.grades import Grade, grade_history, grades_on

PACK = "covid-19"
SCHEME_ENDED = "scheme_ended"
SILENT = timedelta(days=1)
"""Without a report for longer than this nothing is lowered by its numbers: no report is not no case."""
_COUNTED = frozenset({"days_without_new", "cumulative_cases"})


@dataclass(frozen=True, slots=True)
class Assessment:
    """One area on one day. outcome: what the rules give (undetermined: facts are missing). target: the grade that follows, None: none.

    rule: the deciding rule's key. silent: lowering is held back because no numbers came in.
    """

    area: Area
    current: Grade | None
    held: str | None
    numbers: Numbers
    found: Found
    facts: dict[str, object]
    decision: Decision | None
    outcome: str
    rule: str
    countdown: Countdown | None
    silent: bool

    @property
    def target(self) -> str | None:
        return None if self.outcome in (*ENDED, NO_RULE) else self.outcome

    @property
    def changes(self) -> bool:
        """Whether the grade on record is another than the rules give, and a change may be proposed."""
        if self.outcome in (UNDETERMINED, NO_RULE) or (self.current is None and (self.target is None or self.target == "no_case")):
            return False
        before = self.current.grade if self.current else None
        least = 1 if "cumulative_cases" in self.facts else 0  # a county without reports is not low by silence
        return self.target != before and not (self.silent and rank(self.target) < max(rank(before), least))


@dataclass(frozen=True, slots=True)
class Picture:
    """All assessments of a day, the district first. standing: the table in force."""

    on: date
    standing: Standing
    scheme: Scheme
    root: Area
    grades: tuple[Grade, ...]
    reported_until: date | None
    assessments: tuple[Assessment, ...]

    def of(self, area: int) -> Assessment | None:
        return next((a for a in self.assessments if a.area.pk == area), None)


def picture(on: date, at: datetime | None = None) -> Picture | None:
    """Assess a day; None where the database has no district yet. at: by what was on record then. Raises Refusal for a day without a plan."""
    root = district_area()
    if root is None:
        return None
    standing = standing_on(pack_in_force(PACK, on), on, None, root.code)
    scheme = scheme_of(standing)
    held = {g.area: g for g in grades_on(on, at)}
    places = _places(on, at)
    wanted = {root.pk, *held, *places} | (_reporting(root, on, at) if scheme.what == "community" else set())
    areas = {a.pk: a for a in Area.objects.filter(pk__in=wanted, path__startswith=root.path).order_by("path")}
    numbers = numbers_of(areas, on, at)
    until = numbers[root.pk].reported_until
    findings = _findings(areas, on, at)
    out = []
    for area in areas.values():
        current = held.get(area.pk)
        if not _graded(scheme, area, root, current, place=area.pk in places, others=len(held) > 1 or (root.pk not in held and bool(held))):
            continue
        found = _found(area, root, current, numbers[area.pk], findings.get(area.pk, {}), held.values(), at)
        out.append(_assess(standing, scheme, area, root, current, numbers[area.pk], found, until))
    return Picture(on, standing, scheme, root, tuple(held.values()), until, tuple(out))


def district_area() -> Area | None:
    """The area of the district whose record this is."""
    here = District.objects.filter(pk=1).select_related("root").first()
    return here.root if here else None


def _graded(scheme: Scheme, area: Area, root: Area, current: Grade | None, *, place: bool, others: bool) -> bool:
    """Whether the scheme grades this area: else it is only looked at because of a grade that it still has."""
    if current is not None:
        return True
    if scheme.what == "district":
        return area.pk == root.pk
    if scheme.what == "community":
        return area.level == "community"
    return scheme.what == "place" and (place if area.pk != root.pk else others)


def _assess(
    standing: Standing, scheme: Scheme, area: Area, root: Area, current: Grade | None, numbers: Numbers, found: Found, until: date | None
) -> Assessment:
    on, pack = standing.as_of, standing.pack
    held = carried(current.grade, scheme) if current else None
    if current is not None and held is None and scheme.what != "nothing" and not _its_kind(scheme, area, root):
        return Assessment(area, current, None, numbers, found, {}, None, "released", SCHEME_ENDED, None, False)
    facts = facts_of(scheme, held, numbers, found)
    decision = grade(pack, on, on, root.code, facts, explain=True)
    if held is not None and scheme.what == "place" and found.positive_found:
        anew = grade(pack, on, on, root.code, facts_of(scheme, None, numbers, replace(found, controlled=None)), explain=True)
        if rank(anew.outcome) > rank(held):
            decision = anew  # a new case draws the place again
    ahead = countdown(pack, on, on, root.code, facts, held) if held is not None and rank(held) > 0 else None
    rule = decision.rule.key if decision.rule else ""
    counted = any(c.fact in _COUNTED for row in decision.trace for c in row.looked)
    silent = counted and (until is None or until < on - SILENT)
    return Assessment(area, current, held, numbers, found, facts, decision, decision.outcome, rule, ahead, silent)


def _its_kind(scheme: Scheme, area: Area, root: Area) -> bool:
    return area.pk == root.pk if scheme.what == "district" else area.level == "community" if scheme.what == "community" else False


def _found(
    area: Area, root: Area, current: Grade | None, numbers: Numbers, findings: dict[str, tuple[str, date]], held: Iterable[Grade], at: datetime | None
) -> Found:
    """What is known besides the numbers. A round of tests or the like from before the latest case says nothing any more; whether a later
    round is recent enough to release by is the plan's to say, so its day goes along."""
    last = numbers.last_new

    def said(fact: str) -> bool | None:
        value, day = findings.get(fact, ("", date.min))
        return None if not value or (last is not None and day < last) else value == "yes"

    others = not any(g.area != area.pk and rank(g.grade) > 0 for g in held)
    # a case in the county was found in a place that is drawn by itself: the rest of the county is not where it was found
    again = None if area.pk == root.pk else current is not None and last is not None and last > current.since
    place = findings.get("place", ("", date.min))[0] or None
    return Found(
        "rest" if area.pk == root.pk else place, said("round_negative"), said("last_contact_clear"), said("controlled"),
        again, _was_high(area.pk, current, at), others, findings["round_negative"][1] if said("round_negative") else None,
        current.since if current is not None else None,
    )  # fmt: skip


def _was_high(area: int, current: Grade | None, at: datetime | None) -> bool | None:
    """Whether the present grade follows on a high one without a break; None where there is no grade."""
    if current is None:
        return None
    since = current.since
    for row in grade_history(area, at):
        if row.since == since or row.until == since:
            since = row.since
            if rank(row.grade) == 2:
                return True
    return False


_KNOWN = "k.known_from <= %(at)s and (k.known_to is null or k.known_to > %(at)s)"


def numbers_of(areas: Iterable[int], on: date, at: datetime | None = None) -> dict[int, Numbers]:
    """The numbers of each area's subtree on a day, by day of report, in one statement."""
    keys = list(areas)
    values: dict[str, Any] = {"areas": keys, "on": on, "since": on - RECENT, "at": at}
    known = "k.known_to is null" if at is None else _KNOWN
    with connection.cursor() as cursor:
        cursor.execute(
            f"""select c.id, sum(k.cases), coalesce(sum(k.cases) filter (where k.day > %(since)s), 0), max(k.day) filter (where k.cases > 0),
                       sum(k.unknown_source) filter (where k.day > %(since)s and k.cases > 0),
                       coalesce(bool_or(k.unknown_source is null) filter (where k.day > %(since)s and k.cases > 0), false),
                       max(k.largest_cluster) filter (where k.day > %(since)s), max(k.day)
                from record_area c join record_area w on w.path like c.path || '%%' join risk_casecount k on k.area_id = w.id
                where c.id = any(%(areas)s) and k.basis = 'report' and k.day <= %(on)s and {known} group by c.id""",
            values,
        )
        rows = cursor.fetchall()
    out = {key: Numbers(None, 0, None, None, None, None) for key in keys}
    for key, total, recent, last, unknown, some_unknown, cluster, until in rows:
        least = recent if recent < 2 else None  # one case alone is no cluster of two
        out[key] = Numbers(total, recent, last, None if some_unknown else unknown or 0, least if cluster is None else cluster, until)
    return out


def _reporting(root: Area, on: date, at: datetime | None) -> set[int]:
    """Communities with a report."""
    known = "k.known_to is null" if at is None else _KNOWN
    with connection.cursor() as cursor:
        cursor.execute(
            f"""select distinct c.id from risk_casecount k join record_area w on w.id = k.area_id join record_area c on w.path like c.path || '%%'
                where c.level = 'community' and c.path like %(path)s and k.day <= %(on)s and {known}""",
            {"path": root.path + "%", "on": on, "at": at},
        )
        return {row[0] for row in cursor.fetchall()}


def _places(on: date, at: datetime | None) -> set[int]:
    """Areas that were found to be a place of infection and not released since."""
    with connection.cursor() as cursor:
        cursor.execute(
            """select f.area_id from (select distinct on (area_id) area_id, value, day from risk_finding
                 where fact = 'place' and day <= %(on)s and (%(at)s::timestamptz is null or known_from <= %(at)s)
                 order by area_id, day desc, known_from desc) f
               where f.value <> 'rest' and not exists (select 1 from record_areagrade g where g.area_id = f.area_id and g.to_date > f.day
                 and g.to_date <= %(on)s and case when %(at)s::timestamptz is null then g.known_to is null
                 else g.known_from <= %(at)s and (g.known_to is null or g.known_to > %(at)s) end
                 and not exists (select 1 from record_areagrade n where n.area_id = g.area_id and n.from_date = g.to_date and n.known_to is null))""",
            {"on": on, "at": at},
        )
        return {row[0] for row in cursor.fetchall()}


def _findings(areas: Iterable[int], on: date, at: datetime | None) -> dict[int, dict[str, tuple[str, date]]]:
    """Area -> fact -> (value, day): the latest of each."""
    with connection.cursor() as cursor:
        cursor.execute(
            """select distinct on (area_id, fact) area_id, fact, value, day from risk_finding
               where area_id = any(%(areas)s) and day <= %(on)s and (%(at)s::timestamptz is null or known_from <= %(at)s)
               order by area_id, fact, day desc, known_from desc, id desc""",
            {"areas": list(areas), "on": on, "at": at},
        )
        out: dict[int, dict[str, tuple[str, date]]] = {}
        for area, fact, value, day in cursor.fetchall():
            out.setdefault(area, {})[fact] = (value, day)
        return out


