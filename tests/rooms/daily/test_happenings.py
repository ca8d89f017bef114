"""Incidents of a daily report: one loop of the street for each kind of a day, however often the day is told."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.db import IntegrityError, connection, transaction
from django.urls import reverse
from django.utils import timezone

from tests.cast import Cast
from tests.rooms.daily.helping import FIGURES, do, refused, reported, today
from tests.web.test_pages import signed_in
from tongchou.kernel.errors import Reason
from tongchou.record.models import Event, Loop
from tongchou.rooms.daily.models import Happening, Report

FIRE = {"incidents": 1, "incident_note": "配电间起火，已扑灭", "happened": [{"what": "fire"}]}


def test_a_kind_opens_the_streets_loop_with_the_clock_of_the_kind(cast: Cast) -> None:
    report = reported(cast, **FIRE)
    loop, held = Loop.objects.get(kind="site_incident"), Happening.objects.get()
    assert (loop.owner_unit, loop.subject_unit, loop.stage) == (cast.units["east_street"], cast.units["works"], "told")
    assert loop.deadline - loop.opened_at <= timedelta(minutes=30)
    assert (str(held.report_id), held.loop, held.what, held.n) == (report, loop, "fire", 1)
    assert "配电间起火" in loop.detail
    shown = signed_in(cast, "enterprise").get(reverse("daily")).content.decode()
    assert "火灾爆炸" in shown
    assert "火灾爆炸" in signed_in(cast, "street").get(reverse("daily_unit", args=[cast.units["works"].pk])).content.decode()


def test_a_zero_opens_nothing_and_no_kind_is_the_other_kind(cast: Cast) -> None:
    reported(cast)
    assert not Loop.objects.filter(kind="site_incident").exists()
    reported(cast, "rival", "mill", incidents=2, incident_note="两处漏水")
    assert [(h.what, h.n) for h in Happening.objects.all()] == [("other", 2)]


def test_what_contradicts_itself_is_refused(cast: Cast) -> None:
    zero = refused(lambda: reported(cast, incidents=0, happened=[{"what": "fire", "note": "起火"}]))
    assert (zero.field, Report.objects.count()) == ("incidents", 0)
    assert refused(lambda: reported(cast, incidents=1, incident_note="情况", happened=[{"what": "dragon"}])).field == "what"
    twice = [{"what": "fire"}, {"what": "fire"}]
    assert refused(lambda: reported(cast, incidents=2, incident_note="情况", happened=twice)).reason is Reason.INVALID_VALUE
    assert refused(lambda: reported(cast, incidents=1, happened=[{"what": "fire"}])).field == "incident_note"
    assert refused(lambda: reported(cast, incidents=10**9, incident_note="太多")).reason is Reason.INVALID_VALUE


def test_a_correction_adds_to_the_loop_and_opens_no_second(cast: Cast) -> None:
    report = reported(cast, **FIRE)
    loop = Loop.objects.get(kind="site_incident")
    figures = FIGURES | {"incidents": 3, "incident_note": "起火并有两人擦伤", "happened": [{"what": "fire"}, {"what": "injury", "n": 2}]}
    second = do(cast, "enterprise", "daily.correct", report=report, why="漏报受伤", **figures)["report"]
    assert Loop.objects.filter(kind="site_incident").count() == 2  # the fire's goes on, the injury's is new
    assert Event.objects.get(loop_id=loop.pk, what="retold").note.startswith("企业更正日报：1起，起火并有两人擦伤")
    third = do(cast, "enterprise", "daily.correct", report=second, why="未受伤", **FIGURES | FIRE)["report"]
    gone = Happening.objects.get(what="injury")
    assert (gone.gone, gone.loop.closed_at, str(gone.report_id)) == (True, None, third)  # the street closes it, not the correction
    assert "不再报告" in Event.objects.get(loop_id=gone.loop_id, what="retold").note


def test_the_street_looks_and_somebody_else_closes(cast: Cast) -> None:
    reported(cast, **FIRE)
    loop = str(Loop.objects.get(kind="site_incident").pk)
    do(cast, "street", "loop.advance", loop=loop, step="look", evidence=[{"key": "found", "type": "text", "text": "10:20到场，已扑灭"}])
    do(cast, "street", "loop.advance", loop=loop, step="finish", evidence=[{"key": "outcome", "type": "text", "text": "线路已更换"}])
    do(cast, "hq", "loop.advance", loop=loop, step="close")
    assert Loop.objects.get(pk=loop).end_reason == "done"
    assert refused(lambda: do(cast, "rival", "loop.advance", loop=loop, step="close")).reason in (Reason.NOT_FOUND, Reason.LOOP_CLOSED)


def test_the_form_takes_a_kind_and_keeps_it(cast: Cast) -> None:
    clerk = signed_in(cast, "enterprise")
    sent = {"unit": cast.units["works"].pk, "day": str(today()), "at_work": "80", "abnormal": "0", "incidents": "1", "what_0": "gathering", "incident_note": ""}
    assert clerk.post(reverse("daily_new"), sent).status_code == 422
    assert clerk.post(reverse("daily_new"), sent | {"incident_note": "食堂排队聚集"}).status_code == 302
    report = Report.objects.get()
    assert 'value="gathering" selected' in clerk.get(reverse("daily_correct", args=[report.pk])).content.decode()
    assert report.reported_at <= timezone.now()


def test_the_database_itself_keeps_one_for_each_kind_of_a_day(cast: Cast) -> None:
    reported(cast, **FIRE)
    held = Happening.objects.get()
    again = {"unit_id": held.unit_id, "day": held.day, "what": "fire", "n": 1, "note": "x", "report_id": held.report_id}
    with pytest.raises(IntegrityError), transaction.atomic():
        Happening.objects.create(**again)
    with connection.cursor() as cursor:  # the twin
        cursor.execute("set constraints all immediate")
        cursor.execute("alter table daily_happening drop constraint happening_once")
    Happening.objects.create(**again)
