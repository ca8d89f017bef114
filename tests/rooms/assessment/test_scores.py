"""Scores: worked out from the record alone, explained down to the loops, with what looks gamed shown and not scored."""

from __future__ import annotations

import copy
from collections.abc import Callable
from datetime import date, datetime, timedelta
from importlib.resources import files
from typing import Any

import pytest
import yaml
from django.urls import reverse
from django.utils import timezone

from tests.cast import Cast
from tests.web.test_pages import signed_in
from tongchou.kernel.clock import SHANGHAI
from tongchou.kernel.errors import Reason, Refusal
from tongchou.kernel.ids import new_id
from tongchou.kernel.text import Text
from tongchou.packs.difficulties import Difficulties
from tongchou.record.act import act
from tongchou.record.models import Enterprise, Loop
from tongchou.rooms.assessment import definition
from tongchou.rooms.assessment.definition import Definition, in_force, read
from tongchou.rooms.assessment.pages import scores as scores_page
from tongchou.rooms.assessment.periods import Period, period, recent
from tongchou.rooms.assessment.questions import Line, Share, behind, instances, lost_points, ranking, rankings, score_of
from tongchou.rooms.assessment.tasks import refresh_scores

DAY = datetime(2026, 3, 2, 9, tzinfo=SHANGHAI)
MARCH = Period(date(2026, 3, 1), date(2026, 3, 31))
NOW = datetime(2026, 4, 2, 9, tzinfo=SHANGHAI)
DONE = [{"key": "result", "type": "text", "text": "已逐户排查"}]


def refused(run: Callable[[], Any]) -> Refusal:
    with pytest.raises(Refusal) as caught:
        run()
    return caught.value


def task(cast: Cast, owner: str = "east_street", *, opener: str = "hq", at: datetime = DAY, hours: float = 48, **more: Any) -> str:
    """A task due `hours` after it was handed out."""
    payload = {"kind": "task", "title": "排查", "owner_unit": cast.units[owner].pk, "due_at": (at + timedelta(hours=hours)).isoformat()} | more
    return str(act("loop.open", cast.as_(opener), new_id(), payload, now=at).result["loop"])


def work(cast: Cast, loop: str, hours: float, who: str = "street", *, at: datetime = DAY, words: str = "已逐户排查", by: str = "hq") -> None:
    """Sign, report and have it verified and closed so many hours after hand-out."""
    evidence = [{"key": "result", "type": "text", "text": words}]
    act("loop.advance", cast.as_(who), new_id(), {"loop": loop, "step": "sign"}, now=at + timedelta(hours=hours / 3))
    act("loop.advance", cast.as_(who), new_id(), {"loop": loop, "step": "report", "evidence": evidence}, now=at + timedelta(hours=hours / 2))
    act("loop.advance", cast.as_(by), new_id(), {"loop": loop, "step": "verify", "note": "属实"}, now=at + timedelta(hours=hours))


def line(cast: Cast, unit: str = "east_street", kind: str = "street", over: Period = MARCH, now: datetime = NOW) -> Line:
    found = ranking(cast.as_("hq"), kind, over, now).lines
    return next(x for x in found if x.unit == cast.units[unit].pk)


def test_the_shares_are_those_of_the_record(cast: Cast) -> None:
    for hours in (10, 20, 30, 60):  # three in time, one closed late
        work(cast, task(cast), hours)
    task(cast)  # never closed
    found = line(cast)
    assert found.shares["in_time"] == Share(3, 5)
    assert found.shares["closed"] == Share(4, 5)
    assert found.shares["lasting"] == Share(4, 4)
    assert found.shares["confirmed"] == Share(0, 0)  # nobody was asked: that is not held against the unit
    hits = behind(cast.as_("hq"), cast.units["east_street"].pk, "street", "in_time", MARCH, NOW)
    assert [b.counts for b in hits] == [False, False, True, True, True]
    for key, share in found.shares.items():
        rows = behind(cast.as_("hq"), found.unit, "street", key, MARCH, NOW)
        assert (sum(r.counts for r in rows), len(rows)) == (share.counted, share.judged), key


def test_what_is_not_due_yet_is_not_held_against_anybody(cast: Cast) -> None:
    for _ in range(3):
        task(cast, hours=24 * 20)
    assert line(cast, now=DAY + timedelta(days=3)).shares["in_time"] == Share(0, 0)
    assert line(cast).shares["in_time"] == Share(0, 3)


def test_a_loop_that_is_opened_again_counts_against_lasting_even_while_it_is_open(cast: Cast) -> None:
    loops = [task(cast) for _ in range(3)]
    for loop in loops:
        work(cast, loop, 10)
    asked = DAY + timedelta(days=8)
    act("loop.follow_up", cast.as_("hq"), new_id(), {"loop": loops[0], "satisfied": False, "note": "仍未解决"}, now=asked)
    assert line(cast).shares["lasting"] == Share(2, 3)
    act("loop.follow_up", cast.as_("hq"), new_id(), {"loop": loops[1], "satisfied": True, "note": "已解决"}, now=asked)
    found = line(cast)
    assert found.shares["confirmed"] == Share(1, 2)
    work(cast, loops[0], 20, at=asked)
    assert line(cast).shares["lasting"] == Share(2, 3)


def test_who_opens_tasks_for_itself_gains_nothing(cast: Cast) -> None:
    """The guard against inflating numbers; its twin below shows that the guard does it."""
    for _ in range(3):
        task(cast)
    before = line(cast)
    for _ in range(12):
        work(cast, task(cast, opener="street", verifier_unit=cast.units["office"].pk), 2)
    after = line(cast)
    assert after.score == before.score
    assert after.shares == before.shares
    assert [w.key for w in after.warnings] == ["own"]


def test_without_the_guard_it_would(cast: Cast, monkeypatch: pytest.MonkeyPatch) -> None:
    from tongchou.rooms.assessment import questions

    for _ in range(3):
        task(cast)
    before = line(cast)
    for _ in range(12):
        work(cast, task(cast, opener="street", verifier_unit=cast.units["office"].pk), 2)
    monkeypatch.setattr(questions, "_OTHERS", "")
    assert line(cast).score != before.score


def test_confirmed_counts_difficulties_and_no_other_business_of_enterprises(cast: Cast, monkeypatch: pytest.MonkeyPatch) -> None:
    from tongchou.rooms.assessment import questions

    Enterprise.objects.create(unit=cast.units["works"], version=1, changed_at=DAY)
    act("enterprise.propose", cast.as_("enterprise"), new_id(), {"unit": cast.units["works"].pk, "products": "口罩", "reason": "转产"}, now=DAY)
    assert line(cast).shares["confirmed"] == Share(0, 0)
    ask = {"kind": "request", "title": "缺防护服", "data": {"topic": "protection"}, "owner_unit": cast.units["east_street"].pk}
    act("loop.open", cast.as_("enterprise"), new_id(), ask, now=DAY)
    raised = {"unit": cast.units["works"].pk, "topic": "labour", "title": "缺工"}
    act("service.raise", cast.as_("enterprise"), new_id(), raised, now=DAY)
    assert line(cast).shares["confirmed"] == Share(0, 2)
    every = Difficulties(DAY.date(), "unconfirmed", Text("", ""), ("difficulty", "register_change"), ("request",))
    monkeypatch.setattr(questions, "difficulties_on", lambda day: every)  # the twin: it is the data that keeps them apart
    assert line(cast).shares["confirmed"] == Share(0, 3)


def test_ended_without_confirmation_is_not_confirmed(cast: Cast, monkeypatch: pytest.MonkeyPatch) -> None:
    """Whoever cannot get a word out of the enterprise is judged by that: the loop does not drop out of the measure."""
    from tongchou.rooms.assessment import questions

    raised = {"unit": cast.units["works"].pk, "topic": "labour", "title": "缺工"}
    loop = act("service.raise", cast.as_("enterprise"), new_id(), raised, now=DAY).result["loop"]
    for who, step, more in (
        ("street", "take_up", {}),
        ("street", "answer", {"evidence": [{"key": "result", "type": "text", "text": "已联系三家"}]}),
        ("hq", "end_unconfirmed", {"evidence": [{"key": "contacts", "type": "text", "text": "三次电话未接"}]}),
    ):
        act("loop.advance", cast.as_(who), new_id(), {"loop": loop, "step": step} | more, now=DAY + timedelta(hours=5))
    assert Loop.objects.get(pk=loop).end_reason == "expired"
    shares = line(cast).shares
    assert shares["confirmed"] == Share(0, 1)
    assert shares["in_time"] == shares["closed"] == Share(0, 0)
    hits = behind(cast.as_("hq"), cast.units["east_street"].pk, "street", "confirmed", MARCH, NOW)
    assert [(str(b.id), b.counts) for b in hits] == [(loop, False)]
    monkeypatch.setattr(questions, "_BASE", questions._BASE.replace(", 'expired'", ""))  # the twin: as it was
    assert line(cast).shares["confirmed"] == Share(0, 0)


def test_what_looks_gamed_is_shown(cast: Cast) -> None:
    for n in range(12):
        work(cast, task(cast), 0.1, words="按要求完成" if n else "走访十二户，三户登记")
    keys = {w.key: (w.found, w.of) for w in line(cast).warnings}
    assert keys == {"quick": (12, 12), "copied": (11, 12)}
    Loop.objects.get(pk=task(cast)).evidence.all().delete()
    from tongchou.record.models import Evidence

    Evidence.objects.all().delete()
    assert "bare" in {w.key for w in line(cast).warnings}


def test_each_warning_leads_to_the_loops_that_it_is_about(cast: Cast) -> None:
    from tongchou.record.models import Evidence

    loops = [task(cast) for _ in range(12)]
    for n, loop in enumerate(loops):
        work(cast, loop, 0.1 if n < 8 else 5, words="按要求完成" if n else "走访十二户，三户登记")
    own = [task(cast, opener="street", verifier_unit=cast.units["office"].pk) for _ in range(12)]
    for loop in own:
        work(cast, loop, 2, words="自办")
    Evidence.objects.filter(loop__in=loops[9:]).delete()
    expected = {"quick": set(loops[:8]), "bare": set(loops[9:]), "own": set(own)}
    for key, told in expected.items():
        assert {str(b.id) for b in behind(cast.as_("hq"), cast.units["east_street"].pk, "street", key, MARCH, NOW)} == told, key
    assert behind(cast.as_("next_street"), cast.units["east_street"].pk, "street", "quick", MARCH, NOW) == []
    over = {"kind": "street", "first": "2026-03-01", "last": "2026-03-31"}
    page = signed_in(cast, "hq").get(reverse("scores"), over).content.decode()
    assert "measure=quick" in page
    assert "measure=bare" in page
    assert "measure=own" in page
    shown = signed_in(cast, "hq").get(reverse("score_loops"), over | {"unit": cast.units["east_street"].pk, "measure": "quick"}).content.decode()
    assert "8 件待核查" in shown
    assert "极短时间" in shown


def visit(cast: Cast, at: datetime, seen: str, found: bool = False) -> None:
    difficulties = [{"topic": "labour", "title": "缺工 12 人"}] if found else []
    given = {"unit": cast.units["works"].pk, "at": at.isoformat(), "way": "phone", "seen": seen, "difficulties": difficulties}
    act("service.visit", cast.as_("street"), new_id(), given, now=at + timedelta(hours=1))


def test_visits_made_for_the_count_are_shown_and_lead_to_the_visits(cast: Cast) -> None:
    for n in range(19):
        visit(cast, DAY + timedelta(hours=n), f"第 {n} 次，生产正常")
    assert line(cast).warnings == ()
    visit(cast, DAY + timedelta(hours=19), "第二十次，生产正常")
    assert [(w.key, w.found, w.of) for w in line(cast).warnings] == [("visits", 20, 20)]
    for n in range(2):
        visit(cast, DAY + timedelta(days=2, hours=n), f"有困难 {n}", found=True)
    assert line(cast).warnings == ()  # 20 of 22 are fewer than 95 per cent
    for n in range(6):
        visit(cast, DAY + timedelta(days=3, seconds=5 * n), f"一分钟内第 {n} 家")
    assert [(w.key, w.found, w.of) for w in line(cast).warnings] == [("same_visits", 6, 28)]
    unit = cast.units["east_street"].pk
    shown = instances(cast.as_("hq"), unit, "street", "same_visits", MARCH, NOW)
    assert {i.words for i in shown} == {f"一分钟内第 {n} 家" for n in range(6)}
    assert instances(cast.as_("next_street"), unit, "street", "same_visits", MARCH, NOW) == []
    query = {"kind": "street", "first": "2026-03-01", "last": "2026-03-31", "unit": unit, "measure": "same_visits"}
    page = signed_in(cast, "hq").get(reverse("score_loops"), query).content.decode()
    assert "一分钟内第 3 家" in page
    assert "6 件待核查" in page


def test_visits_with_the_same_words_are_shown(cast: Cast) -> None:
    for n in range(5):
        visit(cast, DAY + timedelta(hours=n), "已走访，一切正常")
    assert [(w.key, w.found) for w in line(cast).warnings] == [("same_visits", 5)]


def test_the_score_weighs_what_can_be_judged_and_ranks_share_places(cast: Cast) -> None:
    how = in_force(date(2026, 3, 31))
    assert score_of({k: Share(0, 0) for k in how.weights}, how) is None
    assert score_of({k: Share(2, 2) for k in how.weights}, how) is None  # too few
    assert score_of({"in_time": Share(4, 4), "closed": Share(0, 2), "lasting": Share(0, 0), "confirmed": Share(0, 0)}, how) == 100.0
    assert score_of({"in_time": Share(3, 4), "closed": Share(4, 4), "lasting": Share(0, 0), "confirmed": Share(0, 0)}, how) == 84.6
    for owner, who in (("east_street", "street"), ("west_street", "next_street")):
        for _ in range(3):
            work(cast, task(cast, owner), 10, who)
    found = ranking(cast.as_("hq"), "street", MARCH, NOW).lines
    assert [(x.rank, x.score) for x in found] == [(1, 100.0), (1, 100.0)]


def test_who_sees_what(cast: Cast) -> None:
    for _ in range(3):
        work(cast, task(cast, "west_street"), 10, "next_street")
    assert {x.name for x in ranking(cast.as_("street"), "street", MARCH, NOW).lines} == {"east_street 单位", "west_street 单位"}
    assert behind(cast.as_("street"), cast.units["west_street"].pk, "street", "in_time", MARCH, NOW) == []  # the number, not the cases
    assert [x.name for x in ranking(cast.as_("street"), "enterprise", MARCH, NOW).lines] == ["works 单位"]
    assert ranking(cast.as_("dept"), "enterprise", MARCH, NOW).lines == []
    for who in ("grid_worker", "enterprise", "auditor"):
        assert refused(lambda w=who: ranking(cast.as_(w), "street", MARCH, NOW)).reason is Reason.NOT_ALLOWED


def test_kept_numbers_are_of_their_moment_and_their_loops_too(cast: Cast) -> None:
    for _ in range(3):
        task(cast)
    hq, before = cast.as_("hq"), DAY + timedelta(hours=49)
    first = ranking(hq, "street", MARCH, before, kept=True)
    late = task(cast)
    work(cast, late, 50)
    again = ranking(hq, "street", MARCH, before + timedelta(minutes=4), kept=True)
    assert again == first
    assert again.at == before
    rows = behind(hq, cast.units["east_street"].pk, "street", "closed", MARCH, again.at)
    assert [r.counts for r in rows] == [False] * 4  # the fourth was closed an hour after the moment
    assert ranking(hq, "street", MARCH, NOW).at == NOW


def test_the_job_keeps_what_the_page_shows_first(cast: Cast) -> None:
    now = timezone.now()
    assert refresh_scores(0) == len(in_force(now.date()).ranked)
    task(cast, at=now - timedelta(days=1), hours=2)
    over, hq = recent(now), cast.as_("hq")
    kept = rankings(hq, ["street", "enterprise"], over, now + timedelta(minutes=1), kept=True)
    assert {r.at >= now for r in kept.values()} == {True}
    assert {r.at < now + timedelta(minutes=1) for r in kept.values()} == {True}
    east = cast.units["east_street"].pk
    assert next(x for x in kept["street"].lines if x.unit == east).shares["in_time"].judged == 0
    fresh = ranking(hq, "street", over, now + timedelta(minutes=1))
    assert next(x for x in fresh.lines if x.unit == east).shares["in_time"].judged == 1


def test_bad_questions_are_refused(cast: Cast) -> None:
    hq = cast.as_("hq")
    assert refused(lambda: ranking(hq, "site", MARCH, NOW)).field == "kind"
    assert refused(lambda: behind(hq, 1, "street", "beauty", MARCH, NOW)).field == "measure"
    assert refused(lambda: period(date(2026, 3, 2), date(2026, 3, 1))).field == "last"
    assert refused(lambda: period(date(2024, 3, 2), date(2026, 3, 1))).field == "first"


def broken(**more: Any) -> list[dict[str, Any]]:
    raw = yaml.safe_load(files("tongchou.rooms.assessment").joinpath("scores.yaml").read_text("utf-8"))
    one = copy.deepcopy(raw[0])
    return [one | more]


def test_a_definition_out_of_order_is_refused_by_name() -> None:
    assert isinstance(read(broken())[0], Definition)
    for more, word in (
        ({"measures": {"in_time": 50, "closed": 40}}, "add up to 100"),
        ({"measures": {"in_time": 50, "visits": 50}}, "visits"),
        ({"least": 0}, "least"),
        ({"status": "law"}, "status"),
    ):
        with pytest.raises(ValueError, match=word):
            read(broken(**more))
    with pytest.raises(ValueError, match="order"):
        read(broken() + broken())


def test_an_edition_counts_from_its_date(db: None, monkeypatch: pytest.MonkeyPatch) -> None:
    two = read([*broken(), *broken(**{"from": date(2026, 3, 15), "measures": {"in_time": 100}})])
    monkeypatch.setattr(definition, "definitions", lambda: two)
    assert len(in_force(date(2026, 3, 14)).weights) == 4
    assert in_force(date(2026, 3, 15)).weights == {"in_time": 100}
    assert in_force(date(2019, 1, 1)) is two[0]


def test_the_page_shows_the_table_and_leads_to_the_loops(cast: Cast) -> None:
    for hours in (10, 20, 60):
        work(cast, task(cast), hours)
    hq = signed_in(cast, "hq")
    query = "?kind=street&first=2026-03-01&last=2026-03-31"
    text = hq.get(reverse("scores") + query).content.decode()
    assert "66.7%（2/3）" in text
    assert "计分办法" in text
    assert "尚未经指挥部审定" in text
    link = reverse("score_loops") + f"?unit={cast.units['east_street'].pk}&kind=street&measure=in_time&first=2026-03-01&last=2026-03-31"
    assert link.replace("&", "&amp;") in text  # with the moment of the numbers behind it
    behind_it = hq.get(link).content.decode()
    assert "计入 2 件，共 3 件" in behind_it
    sheet = hq.get(reverse("scores") + query + "&export=csv").content.decode("utf-8-sig")
    assert "east_street 单位,1,66.7" in sheet or "east_street 单位" in sheet
    assert hq.get(reverse("scores") + "?kind=site").status_code == 422
    assert hq.get(reverse("scores") + "?first=2026-02-30").status_code == 422
    empty = hq.get(reverse("scores") + "?kind=hq_department").content.decode()
    assert "没有可以考核的单位" in empty
    cast.accounts["hq"].__class__.objects.filter(username="hq").update(language="en")
    assert "How it is worked out" in hq.get(reverse("scores") + query).content.decode()


def test_a_long_table_is_shown_by_pages_and_exported_whole(cast: Cast, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(scores_page, "PAGE", 1)
    work(cast, task(cast), 10)
    hq = signed_in(cast, "hq")
    query = "?kind=street&first=2026-03-01&last=2026-03-31"
    streets = [x.name for x in ranking(cast.as_("hq"), "street", MARCH, NOW).lines]
    assert len(streets) > 1
    for place, name in enumerate(streets):
        text = hq.get(f"{reverse('scores')}{query}&after={place}").content.decode()
        rows = text.partition("<tbody>")[2].partition("</tbody>")[0]
        assert [other for other in streets if other in rows] == [name]
        assert (f"after={place + 1}" in text) == (place + 1 < len(streets))
        assert f"共 {len(streets)} 个单位" in text
    sheet = hq.get(f"{reverse('scores')}{query}&after=1&export=csv").content.decode("utf-8-sig")
    assert all(name in sheet for name in streets)


def test_a_unit_sees_where_it_lost_its_points_and_which_loops_cost_them(cast: Cast) -> None:
    for hours in (10, 12, 60, 70):  # two in time, two late
        work(cast, task(cast), hours)
    for _ in range(3):
        work(cast, task(cast, "west_street"), 10, "next_street")
    first = line(cast)
    lost = lost_points(first, in_force(MARCH.last))
    assert sum(lost.values()) == pytest.approx(100 - (first.score or 0), abs=0.2)
    assert max(lost, key=lambda k: lost[k]) == "in_time"
    query = {"kind": "street", "first": str(MARCH.first), "last": str(MARCH.last)}
    page = signed_in(cast, "street").get(reverse("scores"), query).content.decode()
    own = page[page.index("失分在哪里") :].partition("</section>")[0]
    assert "4 件中 2 件未计入，本单位 50.0%，全部单位 71.4%" in own
    assert f"unit={cast.units['east_street'].pk}" in own
    assert "失分在哪里" not in signed_in(cast, "hq").get(reverse("scores"), query).content.decode()
    assert "没有失分" in signed_in(cast, "next_street").get(reverse("scores"), query).content.decode()


def test_a_number_is_told_whole_where_not_all_of_its_loops_may_be_seen(cast: Cast) -> None:
    for hours in (10, 12, 60):
        work(cast, task(cast), hours)
    query = {"unit": cast.units["east_street"].pk, "kind": "street", "measure": "in_time", "first": str(MARCH.first), "last": str(MARCH.last)}
    assert "计入 2 件，共 3 件</p>" in signed_in(cast, "hq").get(reverse("score_loops"), query).content.decode()
    assert "计入 2 件，共 3 件；下面列出您能查看的 0 件" in signed_in(cast, "next_street").get(reverse("score_loops"), query).content.decode()
