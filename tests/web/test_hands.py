"""The first page of who answers for an area: what is late of what was handed out, and both hands, each number with a list of the same length."""

from __future__ import annotations

import csv
import io
import re
from datetime import timedelta
from html import unescape

from django.test import Client
from django.urls import reverse
from django.utils import timezone

from tests.cast import Cast
from tests.web.test_pages import signed_in
from tongchou.record.models import Loop, PostHolding
from tongchou.web import hands


def late(cast: Cast, owner: str, **more: object) -> str:
    """A task that is past its time."""
    key = cast.task(owner=owner, **more)
    before = timezone.now() - timedelta(days=2)
    Loop.objects.filter(pk=key).update(deadline=before, due_at=before)
    return key


def shown(client: Client) -> str:
    return client.get(reverse("home")).content.decode()


def listed(client: Client, url: str) -> int:
    """How many loops a list holds."""
    found = client.get(unescape(url) + "&export=csv")
    return len(list(csv.reader(io.StringIO(found.content.decode("utf-8-sig"))))) - 1


def test_what_the_own_unit_handed_out_and_is_late_is_seen_at_once(cast: Cast) -> None:
    late(cast, "west_street", opener="leader", title="西片排查返区人员")
    cast.task(opener="leader", owner="east_street", title="东片排查返区人员")
    page = shown(signed_in(cast, "leader"))
    overdue = page[page.index("我单位交办、已经超时的") :]
    assert "西片排查返区人员" in overdue
    assert "东片排查返区人员" not in overdue
    assert "没有待办" not in page  # no empty box while something is late
    assert "我单位交办、已经超时的" not in shown(signed_in(cast, "street"))


def test_every_number_of_loops_opens_a_list_of_that_length(cast: Cast) -> None:
    for owner in ("east_street", "east_street", "west_street"):
        late(cast, owner)
    cast.task(owner="spring_community")
    late(cast, "department")  # of the district itself: its list holds no more than that
    client = signed_in(cast, "hq")
    board = shown(client).partition('class="tc-hands"')[2]
    sums = dict(re.findall(r'<a href="(/work\?view=area[^"]+)"><b>([0-9]+)</b>', board))
    assert sorted(sums.values()) == ["0", "0", "4", "5"]
    named = re.findall(r'<a href="(/work\?view=area[^"]+)">[^<]+</a> <span>([0-9]+) 超时', board)
    assert [n for _, n in named] == ["2", "1", "1", "4"]  # two streets, the district itself, one kind
    for url, number in [*sums.items(), *named]:
        assert listed(client, url) == int(number), url
    for url in set(re.findall(r'<a [^>]*href="(/[^"]+)"', board.partition("</section>")[0])):
        assert client.get(unescape(url)).status_code == 200, url  # every figure opens something that this reader may open


def test_it_is_for_who_answers_for_a_district_or_a_street_and_shows_that_area_only(cast: Cast) -> None:
    late(cast, "west_street")
    assert "两手抓" in shown(signed_in(cast, "leader"))
    street = shown(signed_in(cast, "street"))
    assert "两手抓" in street
    assert "没有超时事项" in street
    for who in ("community", "dept", "enterprise", "inspector", "grid_worker"):
        assert "两手抓" not in shown(signed_in(cast, who)), who


def test_it_is_kept_between_two_askings_and_the_clock_keeps_it_fresh(cast: Cast) -> None:
    at = timezone.now()
    first = hands.board_of(cast.as_("hq"), at)
    late(cast, "west_street")
    again = hands.board_of(cast.as_("hq"), at + timedelta(minutes=1))
    assert (again.at, sum(a.late for a in again.areas)) == (at, 0)
    assert first == again
    later = at + timedelta(minutes=4)
    assert hands.keep_fresh(later) == 1  # one board for all of the same posts
    fresh = hands.board_of(cast.as_("hq"), later)
    assert (fresh.at, sum(a.late for a in fresh.areas)) == (later, 1)
    assert hands.board_of(cast.as_("leader"), later).at == later  # another post, another board
    PostHolding.objects.filter(account=cast.accounts["hq"]).update(to_date=timezone.localdate())
    assert hands.keep_fresh(later + timedelta(minutes=4)) == 1  # nothing is worked out for posts that nobody holds
    assert hands.keep_fresh(later + timedelta(hours=9)) == 0  # nor for whom nobody asked today
