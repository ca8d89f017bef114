"""Rounds that come again every day, and what each group covered and missed."""

from __future__ import annotations

import io
import uuid
from datetime import datetime, timedelta

import pytest
from django.db import IntegrityError, connection, transaction
from django.urls import reverse
from django.utils import timezone
from openpyxl import load_workbook

from tests.cast import Cast
from tests.rooms.supervision.helping import carry_out, do, plan_round, plan_visit, refused
from tests.web.test_pages import signed_in
from tongchou.kernel.errors import Reason
from tongchou.kernel.ids import new_id
from tongchou.rooms.supervision.models import DailyRound, Round, Visit
from tongchou.rooms.supervision.questions import covered_by, load
from tongchou.rooms.supervision.tasks import open_daily_rounds

DAY = timedelta(days=1)


def noon(days: int) -> datetime:
    return timezone.localtime().replace(hour=12) + days * DAY


def daily(cast: Cast, units: tuple[str, ...] = ("works", "mill"), until: int = 5) -> str:
    """A discipline round of today, to be held again until so many days from now."""
    today = str(timezone.localdate())
    made = do(cast, "inspector", "round.open", kind="discipline", title="每日纪律检查", starts_on=today, ends_on=today)["round"]
    do(cast, "inspector", "round.add", round=made, checklist="daily_discipline", units=[cast.units[u].pk for u in units])
    do(cast, "inspector", "round.repeat", round=made, until=str(timezone.localdate() + until * DAY))
    return str(made)


def test_the_clock_opens_one_round_a_day_with_the_same_group_units_and_checklist(cast: Cast) -> None:
    first = Round.objects.get(pk=daily(cast))
    assert open_daily_rounds(noon(0)) == 0
    assert (open_daily_rounds(noon(1)), open_daily_rounds(noon(1))) == (1, 0)
    second = Round.objects.get(day=timezone.localdate() + DAY)
    assert (second.group_id, second.kind, second.daily_id) == (first.group_id, "discipline", first.daily_id)
    told = {(v.unit_id, v.edition_id, v.planned_on, v.state) for v in second.visits.all()}
    assert told == {(v.unit_id, v.edition_id, second.starts_on, "planned") for v in first.visits.all()}
    assert open_daily_rounds(noon(3)) == 2  # the day on which the clock stood still is opened too: nobody came
    assert open_daily_rounds(noon(9)) == 2  # it ends with its last day
    assert Round.objects.filter(daily=first.daily).count() == 6


def test_a_day_without_visit_is_missed_in_the_groups_coverage_and_load(cast: Cast) -> None:
    daily(cast, ("works",))
    group = cast.units["supervision"].pk
    open_daily_rounds(noon(1))
    held = Visit.objects.get(round__day=timezone.localdate() + DAY)
    assert [x.late for x in load(cast.as_("inspector"), noon(1)) if x.account is None] == [1]
    assert [(c.unit, c.missed) for c in covered_by(cast.as_("inspector"), group, noon(2))[0]] == [(cast.units["works"].pk, 2)]
    Visit.objects.filter(pk=held.pk).update(state="finished", begun_at=noon(1), finished_at=noon(1))
    assert [c.missed for c in covered_by(cast.as_("hq"), group, noon(2))[0]] == [1]


def test_only_a_round_of_one_day_with_units_is_repeated_and_stopping_needs_a_reason(cast: Cast) -> None:
    until = str(timezone.localdate() + 3 * DAY)
    long = refused(lambda: do(cast, "inspector", "round.repeat", round=plan_round(cast), until=until))
    assert (long.reason, long.field) == (Reason.WRONG_STAGE, "round")
    today = str(timezone.localdate())
    empty = do(cast, "inspector", "round.open", kind="discipline", title="空的一轮", starts_on=today, ends_on=today)["round"]
    assert refused(lambda: do(cast, "inspector", "round.repeat", round=empty, until=until)).reason is Reason.MISSING_VALUE
    made = daily(cast)
    assert refused(lambda: do(cast, "inspector", "round.repeat", round=made, until=today)).field == "until"
    key = Round.objects.get(pk=made).daily_id
    client = signed_in(cast, "inspector")
    assert client.post(reverse("daily_stop", args=[key]), {"client_id": str(new_id()), "reason": ""}).status_code == 422
    page = client.post(reverse("daily_stop", args=[key]), {"client_id": str(new_id()), "reason": "转为每周"}, follow=True).content.decode()
    assert "转为每周" in page
    assert open_daily_rounds(noon(2)) == 0
    assert refused(lambda: do(cast, "inspector", "round.stop_daily", daily=str(key), reason="再停")).reason is Reason.WRONG_STAGE


def test_set_again_it_takes_over_the_units_of_that_day(cast: Cast) -> None:
    made = daily(cast, ("works",))
    do(cast, "inspector", "round.add", round=made, checklist="daily_discipline", units=[cast.units["mill"].pk])
    page = signed_in(cast, "inspector").post(
        reverse("round_repeat", args=[made]), {"client_id": str(new_id()), "until": str(timezone.localdate() + 2 * DAY)}, follow=True
    )
    assert "每天检查 2 个单位" in page.content.decode()
    assert DailyRound.objects.count() == 1
    open_daily_rounds(noon(1))
    assert Visit.objects.filter(round__day=timezone.localdate() + DAY).count() == 2


def test_the_database_itself_holds_one_round_a_day(cast: Cast) -> None:
    daily(cast)
    open_daily_rounds(noon(1))
    row = Round.objects.get(day__isnull=False)
    row.pk = uuid.UUID(int=5)
    with pytest.raises(IntegrityError), transaction.atomic():
        row.save(force_insert=True)
    with connection.cursor() as cursor:  # the sabotage twin
        cursor.execute("set constraints all immediate")
        cursor.execute("alter table supervision_round drop constraint round_daily_once")
    row.save(force_insert=True)
    assert Round.objects.filter(day__isnull=False).count() == 2


def test_what_a_group_covered_and_missed_is_read_from_its_load_and_exported(cast: Cast) -> None:
    carry_out(cast, plan_visit(cast), ("supplies",))
    plan_visit(cast, unit="mill")
    Visit.objects.filter(state="planned").update(planned_on=timezone.localdate() - DAY)
    group = cast.units["supervision"].pk
    url = f"{reverse('coverage')}?group={group}"
    client = signed_in(cast, "hq")
    sheet = client.get(reverse("coverage")).content.decode()
    assert f'href="{url}"' in sheet
    page = client.get(url).content.decode()
    assert "works 单位" in page
    assert "mill 单位" in page
    assert "查过 1 个，有漏查 1 个" in page
    only = client.get(url + "&missed=1").content.decode()
    assert "mill 单位" in only
    assert "works 单位" not in only
    cells = [str(c.value) for row in load_workbook(io.BytesIO(client.get(url + "&export=xlsx").content)).active.iter_rows() for c in row]  # type: ignore[union-attr]
    assert "mill 单位" in cells
    assert signed_in(cast, "street").get(url).status_code == 404
    assert client.get(f"{reverse('coverage')}?group=abc").status_code == 404
