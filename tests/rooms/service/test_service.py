"""Visits and difficulties: who takes them up, who says that they are solved, what many enterprises share, what the next one sees."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import IntegrityError, connection, transaction
from django.urls import reverse
from django.utils import timezone

from tests.cast import Cast
from tests.rooms.supervision.helping import PNG
from tests.web.test_pages import signed_in
from tongchou.kernel.clock import SHANGHAI
from tongchou.kernel.errors import Reason, Refusal
from tongchou.kernel.ids import new_id
from tongchou.record.act import act
from tongchou.record.files import take_in
from tongchou.record.models import (
    Account,
    Enterprise,
    Event,
    Evidence,
    Loop,
    Post,
    PostHolding,
    Responsibility,
    StoredFile,
)
from tongchou.rooms.service.difficulties import by_topic, difficulties, open_cases
from tongchou.rooms.service.models import CaseMember, Visit
from tongchou.rooms.service.pages.owed import visits_owed
from tongchou.rooms.service.questions import paired_with, streets, visits
from tongchou.rooms.service.topics import topics

DAY = timedelta(days=1)


def do(cast: Cast, who: str, verb: str, **payload: Any) -> dict[str, Any]:
    return act(verb, cast.as_(who), new_id(), payload).result


def refused(run: Any) -> Refusal:
    with pytest.raises(Refusal) as caught:
        run()
    return caught.value


def visit(cast: Cast, who: str = "street", unit: str = "works", **more: Any) -> dict[str, Any]:
    payload = {"unit": cast.units[unit].pk, "at": timezone.now().isoformat(), "way": "on_site", "seen": "两条生产线已开。"} | more
    return do(cast, who, "service.visit", **payload)


def raised(cast: Cast, who: str = "enterprise", unit: str = "works", title: str = "缺工 30 人", topic: str = "labour") -> str:
    return str(do(cast, who, "service.raise", unit=cast.units[unit].pk, topic=topic, title=title)["loop"])


def advance(cast: Cast, who: str, loop: str, step: str, **more: Any) -> None:
    do(cast, who, "loop.advance", loop=loop, step=step, **more)


def solve(cast: Cast, loop: str, owner: str = "street") -> None:
    advance(cast, owner, loop, "take_up")
    advance(cast, owner, loop, "answer", evidence=[{"key": "result", "type": "text", "text": "已对接 30 名工人。"}])


def test_a_difficulty_is_solved_when_the_enterprise_says_so(cast: Cast) -> None:
    loop = raised(cast)
    row = Loop.objects.get(pk=loop)
    assert (row.kind, row.owner_unit_id, row.subject_unit_id) == ("difficulty", cast.units["east_street"].pk, cast.units["works"].pk)
    solve(cast, loop)
    for who in ("street", "hq", "dept"):  # not the one who worked on it, nor anybody above
        assert refused(lambda who=who: advance(cast, who, loop, "confirm")).reason in (Reason.NOT_ALLOWED, Reason.NOT_OWNER, Reason.NOT_FOUND)
    advance(cast, "enterprise", loop, "not_solved", note="只来了 5 人")
    assert Loop.objects.get(pk=loop).stage == "doing"
    advance(cast, "street", loop, "answer", evidence=[{"key": "result", "type": "text", "text": "又到 25 人。"}])
    advance(cast, "enterprise", loop, "confirm")
    assert Loop.objects.get(pk=loop).end_reason == "done"


def test_the_topic_says_who_takes_it_up(cast: Cast) -> None:
    do(cast, "hq", "service.topics", topics=[{"topic": "funds", "unit": cast.units["department"].pk}])
    assert Loop.objects.get(pk=raised(cast, topic="funds")).owner_unit_id == cast.units["department"].pk
    assert Loop.objects.get(pk=raised(cast, topic="labour")).owner_unit_id == cast.units["east_street"].pk
    wrong = refused(lambda: do(cast, "hq", "service.topics", topics=[{"topic": "funds", "unit": cast.units["mill"].pk}]))
    assert (wrong.reason, wrong.field) == (Reason.INVALID_VALUE, "topic_funds")
    do(cast, "hq", "service.topics", topics=[{"topic": "funds", "unit": None}])
    assert Loop.objects.get(pk=raised(cast, topic="funds")).owner_unit_id == cast.units["east_street"].pk


def test_a_visit_hands_out_what_it_found_all_or_nothing(cast: Cast) -> None:
    found = [{"topic": "labour", "title": "缺工"}, {"topic": "funds", "title": "缺流动资金", "needed": "200 万元"}]
    made = visit(cast, difficulties=found)
    assert len(made["difficulties"]) == 2
    assert set(Loop.objects.values_list("origin_ref", flat=True)) == {made["visit"]}
    bad = refused(lambda: visit(cast, difficulties=[{"topic": "labour", "title": "又缺工"}, {"topic": "weather", "title": "下雨"}]))
    assert (bad.reason, bad.field) == (Reason.INVALID_VALUE, "topic")
    assert (Visit.objects.count(), Loop.objects.count()) == (1, 2)


@pytest.mark.parametrize(
    ("change", "field"),
    [
        ({"at": "2099-01-01T00:00:00Z"}, "at"), ({"at": "2020-01-01T00:00:00Z"}, "at"), ({"at": "昨天"}, "at"), ({"way": "dream"}, "way"),
        ({"seen": " "}, "seen"),
    ],
)  # fmt: skip
def test_what_is_wrong_is_refused_by_name(cast: Cast, change: dict[str, Any], field: str) -> None:
    assert refused(lambda: visit(cast, **change)).field == field
    assert not Visit.objects.exists()


def test_only_enterprises_are_visited_and_only_within_reach(cast: Cast) -> None:
    assert refused(lambda: visit(cast, unit="site")).field == "unit"
    assert refused(lambda: visit(cast, unit="mill")).reason is Reason.NOT_FOUND
    assert refused(lambda: visit(cast, who="enterprise")).reason is Reason.NOT_ALLOWED
    assert refused(lambda: raised(cast, who="rival")).reason is Reason.NOT_FOUND


def test_the_database_refuses_a_visit_ahead_of_its_record(cast: Cast) -> None:
    row = Visit(
        id=new_id(), unit=cast.units["works"], account=cast.accounts["street"], visitor_unit=cast.units["east_street"],
        at=timezone.now() + DAY, way="phone", seen="x", recorded_at=timezone.now(),
    )  # fmt: skip
    with pytest.raises(IntegrityError), transaction.atomic():
        row.save(force_insert=True)
    with connection.cursor() as cursor:  # the sabotage twin
        cursor.execute("alter table service_visit drop constraint visit_not_ahead")
    row.save(force_insert=True)


def test_whom_i_am_paired_with_and_when_a_visit_is_owed(cast: Cast) -> None:
    post = Post.objects.get(unit=cast.units["office"], role="leader")
    Responsibility.objects.create(kind="paired", unit=cast.units["works"], post=post, from_date=timezone.localdate() - 10 * DAY)
    now = timezone.now()
    (mine,) = paired_with(cast.as_("leader"), now)
    assert (mine.unit, mine.days(now), mine.due(now)) == (cast.units["works"].pk, None, True)
    visit(cast, who="leader")
    (mine,) = paired_with(cast.as_("leader"), timezone.now())
    assert (mine.days(timezone.now()), mine.due(timezone.now()), mine.due(timezone.now() + 7 * DAY)) == (0, False, True)
    assert paired_with(cast.as_("street"), now) == []
    assert visits_owed(cast.as_("leader"), timezone.now()) == []
    (owed,) = visits_owed(cast.as_("leader"), timezone.now() + 8 * DAY)
    assert (owed.is_late, owed.title.zh) == (True, "走访包联企业：works 单位")
    Responsibility.objects.create(kind="paired", unit=cast.units["mill"], post=post, from_date=timezone.localdate() - 30 * DAY)
    assert "走访包联企业：mill 单位" in signed_in(cast, "leader").get(reverse("home")).content.decode()  # never visited: owed at once
    (owed,) = visits_owed(cast.as_("leader"), timezone.now() + 8 * DAY)
    assert owed.title.zh == "2 家包联企业该走访，最久的是 mill 单位"
    assert visits_owed(cast.as_("enterprise"), timezone.now() + 8 * DAY) == []
    PostHolding.objects.filter(post=post).update(to_date=timezone.localdate())
    assert refused(lambda: paired_with(cast.as_("leader"), now)).reason is Reason.NOT_ALLOWED


def test_what_many_share_becomes_one_case_and_stays_each_ones_own(cast: Cast) -> None:
    one, two = raised(cast, title="原料车进不来"), raised(cast, who="rival", unit="mill", title="原料车通行受阻")
    other = raised(cast, topic="funds")
    due = (timezone.now() + 5 * DAY).isoformat()
    case = {"title": "原料运输通行", "owner_unit": cast.units["department"].pk, "due_at": due}
    assert refused(lambda: do(cast, "hq", "service.case", **case, difficulties=[one, other])).field == "difficulties"
    made = do(cast, "hq", "service.case", **case, difficulties=[one, two])["loop"]
    assert set(Loop.objects.filter(parent=made).values_list("pk", flat=True)) == {CaseMember.objects.all()[n].difficulty_id for n in (0, 1)}
    again = refused(lambda: do(cast, "hq", "service.case", **case, difficulties=[one, two]))
    assert again.reason is Reason.CONFLICT
    assert [d.id for d in difficulties(cast.as_("hq"), topic="labour", apart=True)] == []
    advance(cast, "dept", made, "sign")
    advance(cast, "dept", made, "report", evidence=[{"key": "result", "type": "text", "text": "已开辟通道。"}])
    assert refused(lambda: advance(cast, "hq", made, "verify")).reason is Reason.CHILDREN_OPEN
    solve(cast, one)
    solve(cast, two, "next_street")
    advance(cast, "enterprise", one, "confirm")
    advance(cast, "rival", two, "confirm")
    advance(cast, "hq", made, "verify")
    assert Loop.objects.get(pk=made).end_reason == "done"


def test_streets_are_ranked_by_what_was_confirmed_in_time(cast: Cast) -> None:
    solved, late = raised(cast), raised(cast, who="rival", unit="mill")
    solve(cast, solved)
    advance(cast, "enterprise", solved, "confirm")
    Loop.objects.filter(pk=late).update(due_at=timezone.now() - DAY)
    today = timezone.now().astimezone(SHANGHAI).date()
    visit(cast)
    east, west = streets(cast.as_("hq"), today, today, timezone.now())
    assert (east.name, east.visits, east.raised, east.confirmed, east.in_time, east.share) == ("east 区域", 1, 1, 1, 1, 100.0)
    assert (west.raised, west.late, west.share) == (1, 1, 0.0)
    assert [s.name for s in streets(cast.as_("next_street"), today, today, timezone.now())] == ["west 区域"]
    assert streets(cast.as_("enterprise"), today, today, timezone.now()) == []


def test_the_ranking_counts_every_kind_of_difficulty_and_nothing_else(cast: Cast) -> None:
    east, office = cast.units["east_street"].pk, cast.units["office"].pk
    today = timezone.now().astimezone(SHANGHAI).date()
    ask = {"kind": "request", "title": "缺防护服", "data": {"topic": "protection"}}
    others: list[tuple[str, dict[str, Any]]] = [
        ("hq", {"kind": "task", "title": "排查", "owner_unit": east, "unit": cast.units["works"].pk}),
        ("hq", ask | {"owner_unit": east, "unit": cast.units["works"].pk}),  # its opener's word would not be the enterprise's
    ]
    for who, payload in others:
        do(cast, who, "loop.open", **payload)
    _register_change(cast)

    def raised_now() -> list[tuple[str, int]]:
        return [(s.name, s.raised) for s in streets(cast.as_("hq"), today, today, timezone.now())]

    assert sum(n for _, n in raised_now()) == 0
    raised(cast)
    own = do(cast, "enterprise", "loop.open", **ask, owner_unit=office)["loop"]  # handed to the district; it is still the street's enterprise
    assert dict(raised_now())["east 区域"] == 2
    listed = difficulties(cast.as_("hq"), street=cast.areas["east"].pk)
    assert sorted((d.title.zh, d.unit_name) for d in listed) == [("缺工 30 人", "works 单位"), ("缺防护服", "works 单位")]
    assert len(difficulties(cast.as_("hq"), apart=True)) == 1  # a case takes up difficulties only
    Loop.objects.filter(pk=own).update(closed_at=timezone.now(), end_reason="done", stage="closed")
    line = next(s for s in streets(cast.as_("hq"), today, today, timezone.now()) if s.raised)
    assert (line.confirmed, line.in_time, line.share) == (1, 1, 100.0)


def _register_change(cast: Cast) -> None:
    """The enterprise asks for a change of its register entry, which is no difficulty."""
    Enterprise.objects.get_or_create(unit=cast.units["works"], defaults={"version": 1, "changed_at": timezone.now()})
    do(cast, "enterprise", "enterprise.propose", unit=cast.units["works"].pk, products="口罩", reason="转产")
    assert Loop.objects.filter(kind="register_change").count() == 1


def test_a_competitor_and_the_next_street_see_nothing(cast: Cast) -> None:
    visit(cast, difficulties=[{"topic": "labour", "title": "缺工"}])
    for who in ("rival", "next_street"):
        actor = cast.as_(who)
        assert (visits(actor), difficulties(actor), by_topic(actor, timezone.now())) == ([], [], [])
    assert [d.title.zh for d in difficulties(cast.as_("enterprise"))] == ["缺工"]
    assert [v.unit for v in visits(cast.as_("enterprise"))] == [cast.units["works"].pk]


def test_on_the_pages_a_leader_visits_and_the_enterprise_confirms(cast: Cast) -> None:
    leader, works = signed_in(cast, "leader"), signed_in(cast, "enterprise")
    form = {
        "enterprise": cast.units["works"].name, "at": timezone.now().astimezone(SHANGHAI).strftime("%Y-%m-%dT%H:%M"), "way": "on_site",
        "seen": "已复工，缺人。", "topic1": "labour", "title1": "缺工 30 人", "client_id": str(new_id()),
    }  # fmt: skip
    half = leader.post(reverse("service_visit_new"), form | {"topic1": "", "client_id": str(new_id())})
    assert half.status_code == 422
    assert "缺工 30 人" in half.content.decode()  # nothing typed is lost
    fresh = leader.get(reverse("service_visit_new")).content.decode()
    assert (fresh.count('<details class="tc-fold">'), fresh.count("<details class=\"tc-fold\" open>")) == (2, 0)  # works without script
    assert fresh.index('name="title1"') < fresh.index('class="tc-fold"') < fresh.index('name="topic2"')
    third = leader.post(reverse("service_visit_new"), form | {"title3": "缺口罩", "client_id": str(new_id())})
    assert third.status_code == 422
    assert third.content.decode().count('<details class="tc-fold" open>') == 1  # what is wrong is seen
    for _ in range(2):  # a second click
        assert leader.post(reverse("service_visit_new"), form).status_code == 302
    assert (Visit.objects.count(), Loop.objects.count()) == (1, 1)
    assert "缺工 30 人" in works.get(reverse("service")).content.decode()
    assert leader.get(reverse("service_lookup"), {"enterprise": "wo"}).content.decode().count("<option") == 1
    assert works.get(reverse("service_lookup"), {"enterprise": "mi"}).content.decode().count("<option") == 0
    solve(cast, str(Loop.objects.get().pk))
    page = works.get(reverse("service")).content.decode()
    assert "待您确认" in page
    english = works.get(reverse("service"), headers={"Accept-Language": "en"})
    assert english.status_code == 200
    assert leader.get(reverse("service_visits"), {"export": "xlsx"})["Content-Type"].startswith("application/vnd.openxml")
    assert leader.get(reverse("service"), {"export": "csv"}).status_code == 200


def test_every_topic_has_both_names(cast: Cast) -> None:
    assert {"labour", "funds", "logistics", "materials", "protection", "orders"} <= set(topics())
    assert all(t.zh and t.en for t in topics().values())


def photo(cast: Cast, who: str = "street", name: str = "现场.png", content: bytes = PNG) -> str:
    return str(take_in(cast.as_(who), new_id(), name, "image/png" if name.endswith("png") else "text/plain", content).result["file"])


def test_photos_of_a_visit_are_ones_own_pictures_and_looking_at_one_is_recorded(cast: Cast) -> None:
    made = visit(cast, photos=[photo(cast)])
    row = Visit.objects.get(pk=made["visit"])
    url = reverse("photo", args=["visit", row.pk, row.photos[0]])
    for who, status in (("street", 200), ("enterprise", 200), ("next_street", 404), ("rival", 404), ("grid_worker", 404)):
        client = signed_in(cast, who)
        assert client.get(url).status_code == status, who
        assert client.get(reverse("photo", args=["task", row.pk, row.photos[0]])).status_code == 404
    assert Event.objects.filter(what="photo_read", subject=f"visit:{row.pk}").count() == 2
    for wrong in (photo(cast, "hq"), photo(cast, name="说明.txt", content=b"x")):  # somebody else's, and no picture
        assert refused(lambda wrong=wrong: visit(cast, photos=[wrong])).field == "photos"
    other = visit(cast, photos=[photo(cast)])
    assert signed_in(cast, "street").get(reverse("photo", args=["visit", other["visit"], row.photos[0]])).status_code == 404


def sent(client: Any, form: dict[str, Any], **headers: str) -> Any:
    return client.post(reverse("service_visit_new"), form | {"photos": [SimpleUploadedFile("现场.png", PNG, "image/png")]}, headers=headers)


def test_a_form_from_the_device_is_answered_in_json_and_recorded_once(cast: Cast) -> None:
    client, at = signed_in(cast, "street"), timezone.now().astimezone(SHANGHAI).strftime("%Y-%m-%dT%H:%M")
    form = {"enterprise": cast.units["works"].name, "at": at, "way": "on_site", "seen": "看过", "client_id": str(new_id()), "topic1": "labour", "title1": "缺工"}
    kept = {"X-Kept": "1"}
    for _ in range(2):  # the answer to the first was lost on the way
        answer = sent(client, form, **kept)
        assert answer.json()["next"] == reverse("service_visit", args=[Visit.objects.get().pk])
    assert (Visit.objects.count(), StoredFile.objects.count(), Loop.objects.filter(kind="difficulty").count()) == (1, 1, 1)
    wrong = sent(client, form | {"enterprise": "没有的厂", "client_id": str(new_id())}, **kept)
    assert (wrong.status_code, wrong.json()["field"]) == (404, "enterprise")
    disguised = SimpleUploadedFile("现场.png", b"MZ\x90\x00 not a picture", "image/png")
    bad = client.post(reverse("service_visit_new"), form | {"client_id": str(new_id()), "photos": [disguised]}, headers=kept)
    assert (bad.status_code, bad.json()["field"]) == (422, "photos")
    many = [SimpleUploadedFile(f"{n}.png", PNG + bytes([n]), "image/png") for n in range(10)]
    assert client.post(reverse("service_visit_new"), form | {"client_id": str(new_id()), "photos": many}, headers=kept).json()["field"] == "photos"
    assert Visit.objects.count() == 1
    for language, word in (("zh-hans", "当场交办的困难"), ("en", "Difficulties handed out at once")):
        Account.objects.update(language=language)
        page = client.get(reverse("service_visit", args=[Visit.objects.get().pk])).content.decode()
        assert "缺工" in page
        assert word in page
    assert signed_in(cast, "next_street").get(reverse("service_visit", args=[Visit.objects.get().pk])).status_code == 404


def test_what_is_raised_later_joins_the_case_that_is_open(cast: Cast) -> None:
    one, two = raised(cast, title="原料车进不来"), raised(cast, who="rival", unit="mill", title="原料车通行受阻")
    case = {"title": "原料运输通行", "owner_unit": cast.units["department"].pk, "due_at": (timezone.now() + 5 * DAY).isoformat()}
    made = do(cast, "hq", "service.case", **case, difficulties=[one, two])["loop"]
    late, other = raised(cast, title="省外原料车被劝返"), raised(cast, topic="funds")
    assert refused(lambda: do(cast, "hq", "service.case_join", case=made, difficulties=[other])).field == "difficulties"
    assert refused(lambda: do(cast, "hq", "service.case_join", case=late, difficulties=[late])).reason is Reason.NOT_FOUND  # no case
    assert refused(lambda: do(cast, "enterprise", "service.case_join", case=made, difficulties=[late])).reason is Reason.NOT_ALLOWED
    hq = signed_in(cast, "hq")
    assert reverse("service_case_join", args=[made]) in hq.get(reverse("service")).content.decode()
    address = reverse("service_case_join", args=[made])
    page = hq.get(address).content.decode()
    assert "省外原料车被劝返" in page
    assert "原料车进不来" not in page.split("<form")[-1]
    assert "请至少选择一项困难" in hq.post(address, {}).content.decode()
    assert hq.post(address, {"difficulties": [late]}).status_code == 302
    assert str(Loop.objects.get(pk=late).parent_id) == made
    assert [c.members for c in open_cases(cast.as_("hq"))] == [3]
    assert refused(lambda: do(cast, "hq", "service.case_join", case=made, difficulties=[late])).reason is Reason.CONFLICT
    for loop, who, confirms in ((one, "street", "enterprise"), (two, "next_street", "rival"), (late, "street", "enterprise")):
        solve(cast, loop, who)
        advance(cast, confirms, loop, "confirm")
    advance(cast, "dept", made, "sign")
    advance(cast, "dept", made, "report", evidence=[{"key": "result", "type": "text", "text": "已开辟通道。"}])
    advance(cast, "hq", made, "verify")
    assert refused(lambda: do(cast, "hq", "service.case_join", case=made, difficulties=[raised(cast)])).reason is Reason.CONFLICT  # closed
    assert open_cases(cast.as_("hq")) == []


def test_a_figure_and_its_list_say_the_same(cast: Cast) -> None:
    today = timezone.now().astimezone(SHANGHAI).date()
    solved, late, waits, ask = raised(cast), raised(cast), raised(cast), {"kind": "request", "title": "缺防护服", "data": {"topic": "protection"}}
    solve(cast, solved)
    advance(cast, "enterprise", solved, "confirm")
    solve(cast, waits)
    Loop.objects.filter(pk=late).update(due_at=timezone.now() - DAY)
    do(cast, "enterprise", "loop.open", **ask, owner_unit=cast.units["office"].pk)
    hq = cast.as_("hq")
    line = next(s for s in streets(hq, today, today, timezone.now()) if s.raised)
    for only in ("raised", "confirmed", "in_time", "open", "waiting", "late", "unconfirmed", "unanswered"):
        listed = difficulties(hq, street=cast.areas["east"].pk, only=only, first=today, last=today)
        assert len(listed) == getattr(line, only), only
    assert difficulties(hq, street=cast.areas["east"].pk, only="raised", first=today - 9 * DAY, last=today - DAY) == []
    topics = by_topic(hq, timezone.now())
    assert (sum(t.open for t in topics), sum(t.late for t in topics)) == (line.open, line.late)  # requests of enterprises are open ones too
    page = signed_in(cast, "hq").get(reverse("service")).content.decode()
    assert "&amp;only=late" in page
    wrong = signed_in(cast, "hq").get(reverse("difficulties"), {"first": "nonsense"})
    assert wrong.status_code == 422


def test_a_street_that_answered_in_time_does_not_pay_for_the_silence_of_the_enterprise(cast: Cast) -> None:
    """Slow word, no word, and a word that says no; and without an answer in time all of it counts."""
    today = timezone.now().astimezone(SHANGHAI).date()
    slow, never, denied, idle = (raised(cast, title=t) for t in ("确认得慢", "没有回音", "不认解决", "没有办理"))
    for loop in (slow, never, denied):
        solve(cast, loop)
    advance(cast, "enterprise", denied, "not_solved", note="没有解决")
    overdue = timezone.now() + timedelta(seconds=1)
    Loop.objects.filter(pk__in=[slow, never, denied, idle]).update(due_at=overdue)
    later = overdue + DAY  # nobody has said or done anything since

    def line() -> Any:
        return next(s for s in streets(cast.as_("hq"), today, today, later) if s.raised)

    assert (line().waiting, line().late, line().share) == (2, 2, 0.0)
    shown = signed_in(cast, "hq").get(reverse("service")).content.decode()
    assert "待企业确认" in shown
    assert "不计入" in shown  # the rule stands beside the figure
    long_ago = timezone.now() - 3 * DAY
    Loop.objects.filter(pk__in=[slow, never]).update(due_at=long_ago + DAY)
    Evidence.objects.filter(loop__in=[slow, never], step="answer").update(at=long_ago)
    advance(cast, "enterprise", slow, "confirm")
    advance(cast, "hq", never, "end_unconfirmed", evidence=[{"key": "contacts", "type": "text", "text": "三次电话、两次上门，无人应答。"}])
    assert (line().confirmed, line().in_time, line().unconfirmed, line().unanswered, line().share) == (1, 1, 1, 0, 33.3)
    Evidence.objects.filter(loop__in=[slow, never], step="answer").update(at=timezone.now())  # the twin: answered late
    assert (line().in_time, line().unanswered, line().share) == (0, 1, 0.0)


def test_streets_of_equal_shares_share_a_rank(cast: Cast) -> None:
    for who, unit, street in (("enterprise", "works", "street"), ("rival", "mill", "next_street")):
        loop = raised(cast, who=who, unit=unit)
        solve(cast, loop, street)
        advance(cast, who, loop, "confirm")
    page = signed_in(cast, "hq").get(reverse("service"), {"export": "csv"}).content.decode("utf-8-sig")
    rows = [line.split(",") for line in page.splitlines() if line.startswith(("east", "west"))]
    assert [(r[1], r[2]) for r in rows] == [("1", "100.0"), ("1", "100.0")]
