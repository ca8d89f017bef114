"""Permits to work: what they rest on, how they change, and that nobody else reaches them."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

import pytest
from django.db import IntegrityError, connection, transaction
from django.utils import timezone

from tests.cast import Cast
from tongchou.jobs.tasks import check_all_permits
from tongchou.kernel.errors import Reason, Refusal
from tongchou.kernel.ids import new_id
from tongchou.record.access import SYSTEM
from tongchou.record.act import Context, act
from tongchou.record.actions.permits import Given, grant
from tongchou.record.models import Enterprise, Event, Loop, Unit, WorkPermit
from tongchou.record.permit_facts import HASH, changes, digest
from tongchou.record.questions.permits import bound_value, change_words, permit_history, permit_of, permits_of

TODAY = timezone.localdate


def given(cast: Cast, unit: str = "works", until: date | None = None, **bound: Any) -> WorkPermit:
    context = Context(new_id(), SYSTEM, timezone.now(), ())
    wanted = Given(cast.units[unit].pk, "approval", until, ("错峰就餐",), bound, "resumption-2020", "guided", "by_list")
    return grant(context, [wanted])[0]


def registered(cast: Cast, unit: str = "works", **more: Any) -> Enterprise:
    values = {
        "staff": 100,
        "industry": "C1811",
        "products": "服装",
        "lists": ["essential"],
        "changed_at": timezone.now(),
    } | more
    return Enterprise.objects.create(unit=cast.units[unit], **values)


def refused(run: Any) -> Refusal:
    with pytest.raises(Refusal) as caught:
        run()
    return caught.value


def test_numbers_of_a_year_run_on_and_are_unique(cast: Cast) -> None:
    one, two = given(cast), given(cast, "mill")
    assert (one.number, two.number) == (f"FG{TODAY().year}-000001", f"FG{TODAY().year}-000002")
    assert one.plate == "blue"
    assert set(permits_of([u.pk for u in cast.units.values()])) == {cast.units["works"].pk, cast.units["mill"].pk}
    two.number = one.number
    with pytest.raises(IntegrityError), transaction.atomic():
        two.save()


def test_one_live_permit_is_the_databases_word(cast: Cast) -> None:
    given(cast)
    with pytest.raises(IntegrityError), transaction.atomic():
        given(cast)
    with connection.cursor() as cursor:  # the sabotage twin
        cursor.execute("drop index permit_one_live")
    given(cast)


def test_suspended_with_what_has_to_be_shown_and_restored_when_it_was(cast: Cast) -> None:
    given(cast)
    unit = cast.units["works"].pk
    cast.act("street", "permit.suspend", unit=unit, reason="测温点无人值守", must_show=["测温记录", "值守安排"])
    held = permit_of(unit, TODAY())
    assert held
    assert (held.state, held.plate, held.works(TODAY())) == ("suspended", "red", False)
    early = refused(
        lambda: cast.act(
            "street", "permit.resume", unit=unit, reason="整改到位", shown=[{"what": "测温记录", "found": "已核对"}]
        )
    )
    assert (early.reason, early.field) == (Reason.EVIDENCE_MISSING, "shown")
    shown = [{"what": "测温记录", "found": "已核对"}, {"what": "值守安排", "found": "现场看过"}]
    cast.act("hq", "permit.resume", unit=unit, reason="整改到位", shown=shown)
    held = permit_of(unit, TODAY())
    assert held
    assert (held.state, held.plate, held.must_show, held.works(TODAY())) == ("in_force", "blue", [], True)
    told = list(Event.objects.filter(subject=f"permit:{held.id}").order_by("id").values_list("what", flat=True))
    assert told == ["permit_suspended", "permit_in_force"]


def test_it_goes_back_to_review_when_what_it_was_given_for_changes(cast: Cast) -> None:
    held = registered(cast)
    permit = given(cast, mask_days=9)
    assert permit.bound["mask_days"] == 9
    assert permit.bound[HASH] == digest(permit.bound)
    assert check_all_permits() == 0
    Enterprise.objects.filter(pk=held.pk).update(staff=120, lists=["essential", "key"])  # as much as the rule allows
    assert check_all_permits() == 0
    Enterprise.objects.filter(pk=held.pk).update(staff=121, products="口罩", lists=["key"])
    assert check_all_permits() == 1
    permit.refresh_from_db()
    assert (permit.state, permit.plate, {c["fact"] for c in permit.changes}) == (
        "review",
        "yellow",
        {"staff", "products", "lists"},
    )
    assert "100 → 121" in " ".join(w.zh for w in change_words(permit.changes))
    assert check_all_permits() == 0  # told once
    cast.act(
        "street",
        "permit.review",
        unit=permit.unit_id,
        reason="口罩只够五天",
        changes=[{"fact": "mask_days", "was": 9, "now": 5.5}],
    )
    permit.refresh_from_db()
    assert len(permit.changes) == 4
    cast.act("street", "permit.resume", unit=permit.unit_id, reason="已核实新情况")
    permit.refresh_from_db()
    assert (permit.state, permit.bound["staff"], permit.bound[HASH] == digest(permit.bound)) == ("in_force", 121, True)
    assert check_all_permits() == 0


def test_what_nobody_knows_is_no_change() -> None:
    assert changes({"staff": 10, "products": "衣"}, {}) == []
    assert changes({}, {"staff": 10, "products": "衣", "grade": "low"}) == []
    assert [c["fact"] for c in changes({}, {"grade": "high"})] == ["grade"]
    assert [c["fact"] for c in changes({"grade": "low"}, {"grade": "medium"})] == ["grade"]
    assert changes({"grade": "high"}, {"grade": "medium"}) == []


def test_it_ends_the_day_after_its_last(cast: Cast) -> None:
    given(cast, until=TODAY())
    assert act("permit.expire", SYSTEM, new_id(), {}).result == {"expired": 0}
    late = timezone.now() + timedelta(days=1)
    assert act("permit.expire", SYSTEM, new_id(), {}, now=late).result == {"expired": 1}
    (ended,) = permit_history(cast.units["works"].pk)
    assert (ended.state, ended.plate) == ("expired", "none")
    given(cast)  # and another may follow


@pytest.mark.parametrize(
    ("who", "verb", "more", "reason"),
    [
        ("next_street", "permit.suspend", {"reason": "停工整改", "must_show": ["记录"]}, Reason.NOT_FOUND),
        ("next_street", "permit.review", {"reason": "情况有变"}, Reason.NOT_FOUND),
        ("enterprise", "permit.resume", {"reason": "整改到位"}, Reason.NOT_ALLOWED),
        ("street", "permit.withdraw", {"reason": "不再需要"}, Reason.NOT_ALLOWED),
        ("street", "permit.expire", {}, Reason.NOT_ALLOWED),
        ("street", "permit.suspend", {"reason": "停工整改", "must_show": [" "]}, Reason.INVALID_VALUE),
        ("street", "permit.suspend", {"reason": "停", "must_show": ["记录"]}, Reason.INVALID_VALUE),
        ("street", "permit.resume", {"reason": "没有停过"}, Reason.WRONG_STAGE),
        ("street", "permit.suspend", {"reason": "停工整改", "must_show": ["记录"], "seen_version": 9}, Reason.CONFLICT),
    ],
)
def test_who_may_not_and_what_is_wrong(cast: Cast, who: str, verb: str, more: dict[str, Any], reason: Reason) -> None:
    given(cast)
    payload = more if verb == "permit.expire" else {"unit": cast.units["works"].pk} | more
    assert refused(lambda: cast.act(who, verb, **payload)).reason is reason
    assert WorkPermit.objects.get().version == 1


def test_without_a_permit_there_is_nothing_to_suspend(cast: Cast) -> None:
    wrong = refused(
        lambda: cast.act("street", "permit.suspend", unit=cast.units["works"].pk, reason="擅自开工", must_show=["申请"])
    )
    assert wrong.reason is Reason.WRONG_STAGE
    assert Unit.objects.get(pk=cast.units["works"].pk).work_permits.count() == 0


def test_a_state_has_a_reason(cast: Cast) -> None:
    permit = given(cast)
    permit.state = "suspended"
    with pytest.raises(IntegrityError), transaction.atomic():
        permit.save()
    with connection.cursor() as cursor:  # the sabotage twin
        cursor.execute("set constraints all immediate")
        cursor.execute("alter table record_workpermit drop constraint permit_state_has_reason")
    permit.save()


def test_what_a_permit_was_given_for_is_read_in_words(cast: Cast) -> None:
    """A clerk knows the community and the grade, not their codes."""
    area = cast.areas["spring"]
    assert str(bound_value("area", area.code).zh) == f"{area.name}（{area.code}）"
    assert bound_value("grade", "high").en == "High risk"
    assert "C18" in bound_value("industry", "C18").zh
    assert len(bound_value("industry", "C18").zh) > len("（C18）")
    assert bound_value("staff", 61) == 61
    (said,) = change_words([{"fact": "grade", "was": "low", "now": "high"}])
    assert said.zh.endswith("低风险 → 高风险")


def test_a_change_of_the_register_sends_the_permit_to_review_at_once(cast: Cast, django_capture_on_commit_callbacks: Any) -> None:
    """The street that changed it, and the enterprise, need not wait for the clock; what the rules allow changes nothing."""
    registered(cast)
    permit = given(cast, products="服装", staff=100)
    unit = cast.units["works"].pk
    with django_capture_on_commit_callbacks(execute=True):
        cast.act("street", "enterprise.change", unit=unit, staff=110)
    permit.refresh_from_db()
    assert permit.state == "in_force"
    with django_capture_on_commit_callbacks(execute=True):
        cast.act("street", "enterprise.change", unit=unit, products="口罩")
    permit.refresh_from_db()
    assert permit.state == "review"
    assert Loop.objects.filter(kind="permit_review", subject_unit=unit, closed_at=None).count() == 1
