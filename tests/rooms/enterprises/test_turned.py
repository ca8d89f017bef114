"""Who may now return, who must now wait: the enterprise and the worker are told; a first decision and somebody else's staff are no news."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.core.cache import cache
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone

from tests.cast import Cast
from tests.record.test_staff import add
from tests.web.test_pages import signed_in
from tongchou.kernel.errors import Refusal
from tongchou.kernel.ids import new_id
from tongchou.record.access import SYSTEM
from tongchou.record.act import act
from tongchou.record.models import Account, Post, PostHolding, Staff, StaffOutcome
from tongchou.rooms.enterprises.questions import staff_lines
from tongchou.rooms.enterprises.tasks import count_turned, work_off
from tongchou.rooms.enterprises.turned import GROUPS, turned_counts, turned_within
from tongchou.rooms.enterprises.turned_kept import turned_near
from tongchou.rooms.enterprises.words import PlanWords, plan_words
from tongchou.web.news import news_of

TODAY = timezone.localdate


def change(cast: Cast, staff: int, **facts: object) -> Staff:
    act("staff.change", cast.as_("enterprise"), new_id(), {"staff": staff} | facts)
    return Staff.objects.get(pk=staff)


def three(cast: Cast) -> tuple[Staff, Staff, Staff]:
    """One who waited and may now start, one who might start and must now see a doctor, one decided for the first time."""
    waits = add(cast, symptoms=False, in_hard_hit=True)["staff"]
    starts = add(cast, 2, symptoms=False, in_hard_hit=False)["staff"]
    new = add(cast, 3, symptoms=False, in_hard_hit=False)["staff"]
    return change(cast, waits, in_hard_hit=False), change(cast, starts, symptoms=True), Staff.objects.get(pk=new)


def listed(cast: Cast, group: str) -> list[int]:
    return [r.id for r in staff_lines(cast.units["works"].pk, TODAY(), turned=group)]


def test_the_enterprise_sees_who_turned_and_not_who_is_new(cast: Cast) -> None:
    may, must, new = three(cast)
    assert (may.outcome, must.outcome, new.outcome) == ("start", "clinic", "start")
    unit = cast.units["works"].pk
    assert turned_counts([unit], TODAY()) == {unit: {"may": 1, "must": 1, "ask": 0}}
    assert (listed(cast, "may"), listed(cast, "must"), listed(cast, "ask")) == ([may.pk], [must.pk], [])
    line = next(r for r in staff_lines(unit, TODAY()) if r.id == may.pk)
    assert line.was == "postpone"
    assert line.turned_at is not None
    said = [n.text.zh for n in news_of(cast.as_("enterprise"), timezone.now())]
    assert any("1 名员工可以返岗" in s for s in said)
    assert any("1 名员工须等待" in s for s in said)
    assert news_of(cast.as_("rival"), timezone.now()) == []


def test_the_street_is_told_how_many_and_where(cast: Cast) -> None:
    three(cast)
    works = cast.units["works"]
    (line,) = turned_within(cast.as_("street"), TODAY())
    assert (line.unit, line.may, line.must, line.ask) == (works.pk, 1, 1, 0)
    assert turned_within(cast.as_("next_street"), TODAY()) == []
    said = [n.text.zh for n in news_of(cast.as_("street"), timezone.now())]
    assert any("1 家企业有 1 名员工须等待" in s for s in said)
    assert any("1 家企业有 1 名员工可以返岗" in s for s in said)
    assert not any("名员工" in n.text.zh for n in news_of(cast.as_("next_street"), timezone.now()))
    assert not any("名员工" in n.text.zh for n in news_of(cast.as_("hq"), timezone.now()))  # of all the district the page of returns tells it
    page = signed_in(cast, "street").get(reverse("staff_return")).content.decode()
    assert f"/enterprises/{works.pk}/staff?turned=must" in page
    counts = signed_in(cast, "dept").get(reverse("staff_return")).content.decode()
    assert works.name in counts
    assert "turned=must" not in counts  # counts alone lead to nobody's name


def street_says(cast: Cast, who: str = "street") -> list[str]:
    return [n.text.zh for n in news_of(cast.as_(who), timezone.now()) if "家企业" in n.text.zh]


def test_opening_a_streets_first_page_counts_nobody(cast: Cast) -> None:
    """However many have turned, the first page reads what was counted: it goes to no staff file and to no history."""
    three(cast)
    count_turned(0)
    with CaptureQueriesContext(connection) as seen:
        said = street_says(cast)
    assert len(said) == 2
    assert not [q["sql"] for q in seen if "record_staff" in q["sql"]]
    assert f"{timezone.localtime():%H:}" in said[0]  # it says of which moment
    assert street_says(cast, "next_street") == []


def test_a_pass_counts_at_once_and_the_clock_what_single_files_changed(cast: Cast) -> None:
    waits = add(cast, symptoms=False, in_hard_hit=True)["staff"]
    assert street_says(cast) == []
    change(cast, waits, in_hard_hit=False)
    assert street_says(cast) == []  # as last counted
    count_turned(0)
    assert len(street_says(cast)) == 1
    Staff.objects.filter(pk=waits).update(symptoms=True)  # as a fact of many people would: a pass finds it
    act("staff.clear_day", SYSTEM, new_id(), {})
    assert work_off() == 1
    assert "须等待" in street_says(cast)[0]


def test_without_the_clock_the_page_counts_itself(cast: Cast) -> None:
    """The twin: what is kept ends, and nobody reads numbers of an hour ago."""
    three(cast)
    count_turned(0)
    cache.clear()
    with CaptureQueriesContext(connection) as seen:
        assert len(street_says(cast)) == 2
    assert [q for q in seen if "record_staff" in q["sql"]]


def test_opening_the_page_of_returns_counts_nobody_until_asked(cast: Cast) -> None:
    """As last counted, with the time; who asks counts at this moment, and so do a pass and the clock. Another reach has its own numbers."""
    three(cast)
    browser = signed_in(cast, "hq")
    assert "<b>3</b>" in browser.get(reverse("staff_return")).content.decode()
    add(cast, 4, symptoms=False, in_hard_hit=False)
    with CaptureQueriesContext(connection) as seen:
        page = browser.get(reverse("staff_return")).content.decode()
    assert not [q["sql"] for q in seen if "record_staff " in q["sql"] or "record_staffoutcome" in q["sql"]]
    assert "<b>3</b>" in page
    assert "统计" in page
    assert "<b>4</b>" not in signed_in(cast, "next_street").get(reverse("staff_return")).content.decode()
    assert "<b>4</b>" in browser.get(reverse("staff_return") + "?anew=1").content.decode()
    assert "<b>4</b>" in browser.get(reverse("staff_return")).content.decode()
    add(cast, 5, symptoms=False, in_hard_hit=False)
    count_turned(0)
    assert "<b>5</b>" in browser.get(reverse("staff_return")).content.decode()
    PostHolding.objects.filter(account=cast.accounts["hq"]).delete()
    assert browser.get(reverse("staff_return")).status_code == 403  # what is kept opens for nobody who may not see it
    count_turned(0)


def test_sums_by_area_are_those_of_the_list(cast: Cast) -> None:
    three(cast)
    near, rows = turned_near(cast.as_("street"), timezone.now()), turned_within(cast.as_("street"), TODAY())
    assert near.staff == {g: sum(getattr(r, g) for r in rows) for g in GROUPS}
    assert near.enterprises == {g: sum(getattr(r, g) > 0 for r in rows) for g in GROUPS}


def test_what_turned_before_yesterday_is_news_no_more(cast: Cast) -> None:
    may, *_ = three(cast)
    long_ago = timezone.now() - timedelta(days=3)
    StaffOutcome.objects.filter(staff_id=may.pk).update(at=long_ago)
    assert listed(cast, "may") == []
    change(cast, may.pk, title="质检员")  # the file changed today, its result did not
    assert listed(cast, "may") == []


def test_without_its_history_nothing_has_turned(cast: Cast) -> None:
    """The twin: it is the history that says so, not that a file was written today."""
    may, *_ = three(cast)
    with connection.cursor() as cursor:
        cursor.execute("delete from record_staffoutcome where staff_id = %s and outcome <> 'start'", [may.pk])
    assert listed(cast, "may") == []


def test_first_page_list_and_file_show_it_in_both_languages(cast: Cast) -> None:
    may, *_ = three(cast)
    browser, unit = signed_in(cast, "enterprise"), cast.units["works"].pk
    assert "1 名员工可以返岗" in browser.get("/").content.decode()
    page = browser.get(reverse("staff", args=[unit]) + "?turned=may").content.decode()
    assert f"/staff/{may.pk}" in page
    assert "此前：暂缓返岗" in page
    assert "昨天以来可以返岗" in browser.get(reverse("enterprise_own")).content.decode()
    Account.objects.filter(username="enterprise").update(language="en")
    assert "may return since yesterday" in signed_in(cast, "enterprise").get("/").content.decode()


def test_the_worker_is_told_on_the_own_page(cast: Cast) -> None:
    _, must, _ = three(cast)
    worker = Account.objects.create(username="worker", display_name="员工", person_id=must.person_id)
    post = Post.objects.create(unit=cast.units["spring_community"], title="居民", role="resident")
    PostHolding.objects.create(post=post, account=worker, from_date=TODAY())
    cast.accounts["worker"] = worker
    browser = signed_in(cast, "worker")
    page = browser.get(reverse("my_work")).content.decode()
    assert "判定有变化" in page
    assert "此前：可以返岗" in page
    assert "立即到发热门诊就诊" in page
    assert f"依据 {must.edition}" not in page  # the plan by its title, not by its key
    assert f"依据 {plan_words().edition_of(must.edition).zh}，" in page
    assert "您的返岗判定有变化" in browser.get("/").content.decode()


@pytest.mark.parametrize(
    ("outcome", "rule", "said"),
    [("postpone", "still_there", "仍在高发地区"), ("clinic", "record.positive", "阴性检测"), ("observe", "record.held", "解除"), ("start", "without_history", None)],
)
def test_who_waits_without_a_day_is_told_what_it_rests_on(cast: Cast, outcome: str, rule: str, said: str | None) -> None:
    words = plan_words()
    found = words.open_end(outcome, rule, None)
    assert (found is None) == (said is None)
    assert said is None or (found is not None and said in found.zh)
    assert words.open_end(outcome, rule, TODAY()) is None


def test_while_resumption_is_put_off_the_day_is_that_of_the_next_edition() -> None:
    from tongchou.kernel.text import Text

    words = PlanWords({}, {}, {"before_the_rule": ()}, (TODAY(), Text("分批复工", "in batches")))
    found = words.open_end("postpone", "before_the_rule", None)
    assert found is not None
    assert str(TODAY()) in found.zh


def test_a_planned_return_in_another_century_is_refused(cast: Cast) -> None:
    key = add(cast, symptoms=False, in_hard_hit=False)["staff"]
    with pytest.raises(Refusal) as caught:
        change(cast, key, planned_return="2100-01-01")
    assert (caught.value.field, caught.value.value) == ("planned_return", "2100-01-01")
