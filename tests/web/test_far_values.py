"""Days at the edge of the calendar, numbers that are none, a form sent again after the back button: each is refused in words, none is an error."""

from __future__ import annotations

import re
from datetime import timedelta
from typing import Any

import pytest
from django.urls import reverse
from django.utils import timezone

from tests.cast import Cast
from tests.web.test_pages import signed_in
from tongchou.kernel.errors import Reason, Refusal
from tongchou.kernel.ids import new_id
from tongchou.record.act import act
from tongchou.record.models import Loop
from tongchou.rooms.command.models import Shift

FAR = [
    ("duty_month", {"month": "9999-12"}), ("duty_month", {"month": "0001-01"}), ("duty_month", {"month": "2026-13"}), ("meetings_month", {"month": "9999-12"}),
    ("meetings_month", {"month": "２０２６-01"}), ("figures", {"unit": "²"}), ("duty", {"unit": "--5"}), ("duty", {"unit": "9" * 19}),
    ("meeting_units", {"first": "2026-01-01", "last": "9999-12-31"}), ("month", {"first": "9999-12-31", "last": "9999-12-31"}),
    ("bulletin_new", {"compose": "scores", "first": "9999-12-31", "last": "9999-12-31"}),
    ("bulletin_new", {"compose": "month", "first": "0001-01-01", "last": "0001-01-02"}),
]  # fmt: skip


@pytest.mark.parametrize(("page", "query"), FAR)
def test_no_query_is_an_error_of_the_program(cast: Cast, page: str, query: dict[str, str]) -> None:
    assert signed_in(cast, "hq").get(reverse(page), query).status_code in (200, 404, 409, 422)


def test_a_day_beyond_the_calendar_is_refused_in_an_act(cast: Cast) -> None:
    given = {
        "title": "很远的需求", "purpose": "决定调拨", "basis": "会议", "new_fields": [{"title": "防护面罩数", "kind": "integer"}],
        "to": [cast.units["east_street"].pk], "starts_on": "9999-12-31", "until": "9999-12-31",
    }  # fmt: skip
    with pytest.raises(Refusal) as caught:
        act("request.declare", cast.as_("hq"), new_id(), given)
    assert caught.value.reason in (Reason.INVALID_VALUE, Reason.IMPOSSIBLE_DATE)


@pytest.mark.parametrize(
    ("verb", "who", "given", "field"),
    [
        ("round.open", "inspector", {"kind": "planned", "title": "过去的一轮", "starts_on": "2020-01-01", "ends_on": "2020-01-05"}, "ends_on"),
        ("round.open", "inspector", {"kind": "planned", "title": "很远的一轮", "starts_on": "9999-01-01", "ends_on": "9999-01-05"}, "starts_on"),
        ("standing.add", "hq", {"title": "很远的任务", "kinds": ["street"], "every": "day", "starts_on": "9999-01-01", "due_hours": 8}, "starts_on"),
    ],
)
def test_what_lies_in_the_past_or_far_ahead_is_refused_with_its_field(cast: Cast, verb: str, who: str, given: dict[str, Any], field: str) -> None:
    with pytest.raises(Refusal) as caught:
        act(verb, cast.as_(who), new_id(), given)
    assert (caught.value.reason, caught.value.field) == (Reason.IMPOSSIBLE_DATE, field)


@pytest.mark.parametrize("each", ["-5", "0", "--5", "²", "1.5", "9" * 30])
def test_how_many_on_each_shift_is_a_number_from_one_on(cast: Cast, each: str) -> None:
    day = (timezone.localdate() + timedelta(days=1)).isoformat()
    form = {
        "client_id": str(new_id()), "unit": cast.units["east_street"].pk, "first": day, "last": day, "pattern": "24",
        "staff": [cast.accounts["street"].pk], "each": each,
    }  # fmt: skip
    answer = signed_in(cast, "street").post(reverse("duty_plan"), form)
    assert answer.status_code == 422
    assert 'href="#id_each"' in answer.content.decode()
    assert Shift.objects.count() == 0


def test_a_form_changed_after_it_was_sent_is_told_so_and_goes_through_at_the_next_click(cast: Cast) -> None:
    client, url = signed_in(cast, "hq"), reverse("loop_new") + "?kind=task"
    form = {"client_id": str(new_id()), "kind": "task", "title": "第一件", "owner_unit": str(cast.units["east_street"].pk)}
    assert client.post(url, form).status_code == 302
    assert client.post(url, form).status_code == 302  # a second click
    assert Loop.objects.count() == 1
    again = client.post(url, form | {"title": "第二件"})
    assert again.status_code == 409
    page = again.content.decode()
    assert "这张表已经提交过一次" in page
    fresh = re.search(r'name="client_id" value="([0-9a-f-]{36})"', page)
    assert fresh is not None
    assert fresh[1] != form["client_id"]
    assert client.post(url, form | {"title": "第二件", "client_id": fresh[1]}).status_code == 302
    assert sorted(Loop.objects.values_list("title", flat=True)) == ["第一件", "第二件"]
