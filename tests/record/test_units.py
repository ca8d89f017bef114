"""Units and posts: codes, search, the unit's file, holdings that the database guards, the headquarters' structure."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, timedelta
from typing import Any

import pytest
from django.db import connection
from django.utils import timezone

from tests.cast import Cast
from tongchou.kernel.codes import uscc_check
from tongchou.kernel.errors import Reason, Refusal
from tongchou.kernel.ids import new_id
from tongchou.record.act import Outcome, act
from tongchou.record.actions.units import import_payload
from tongchou.record.models import Event, Post, PostHolding, StoredRefusal, Unit
from tongchou.record.questions.units import headquarters, search_units, unit_file

BODY = "91990101MA0000001"
USCC = BODY + uscc_check(BODY)


def refused(run: Callable[[], Any]) -> Refusal:
    with pytest.raises(Refusal) as caught:
        run()
    return caught.value


def do(cast: Cast, who: str, verb: str, **payload: Any) -> Outcome:
    return act(verb, cast.as_(who), new_id(), payload)


def add(cast: Cast, who: str = "hq", **more: Any) -> int:
    payload = {"name": "清源精密制造", "kind": "enterprise", "area": cast.areas["spring"].pk} | more
    return int(do(cast, who, "unit.add", **payload).result["unit"])


def post(cast: Cast, role: str = "street_officer", unit: str = "east_street", **more: Any) -> int:
    payload = {"unit": cast.units[unit].pk, "title": "值班主任", "role": role} | more
    return int(do(cast, "hq", "post.add", **payload).result["post"])


def hold(cast: Cast, who: str, post_id: int, **more: Any) -> int:
    payload = {"post": post_id, "account": cast.accounts[who].pk} | more
    return int(do(cast, "security", "post.hold", **payload).result["holding"])


def test_an_enterprise_has_a_sound_code_or_none(cast: Cast) -> None:
    unit = add(cast, code=USCC.lower())
    assert Unit.objects.get(pk=unit).code == USCC
    wrong = USCC[:-1] + ("0" if USCC[-1] != "0" else "1")
    found = refused(lambda: add(cast, code=wrong))
    assert (found.reason, found.details["expected"]) == (Reason.WRONG_CHECK_DIGIT, USCC[-1])
    twice = refused(lambda: add(cast, name="另一家", code=USCC))
    assert twice.reason is Reason.DUPLICATE
    assert "清源精密制造" in twice.sentence()
    assert Unit.objects.get(pk=add(cast, name="小作坊")).code is None


def test_the_name_of_a_unit_out_of_reach_is_not_given_away(cast: Cast) -> None:
    Unit.objects.create(name="邻区企业", kind="enterprise", code=USCC, area=cast.areas["city"], active_from=date(2020, 1, 1))
    assert "邻区企业" not in refused(lambda: add(cast, code=USCC)).sentence()


def test_search_by_name_pinyin_initials_and_code(cast: Cast) -> None:
    unit = add(cast, code=USCC)
    today = timezone.localdate()
    for text in ("精密", "qingyuan", "qyjm", "qing yuan", USCC[:8], "清源精密制造"):
        assert unit in [u.id for u in search_units(cast.as_("hq"), text, today)], text
        assert search_units(cast.as_("next_street"), text, today) == []
    assert search_units(cast.as_("hq"), "%", today) == []


def test_a_units_file(cast: Cast) -> None:
    unit = cast.units["east_street"].pk
    cast.task()
    do(cast, "hq", "unit.change", unit=cast.units["site"].pk, parent=unit)
    do(cast, "hq", "responsibility.assign", kind="territorial", area=cast.areas["east"].pk, post=post(cast))
    found = unit_file(cast.as_("street"), unit, timezone.localdate())
    assert (found.open_loops, [c.id for c in found.children]) == (1, [cast.units["site"].pk])
    assert [h.name for p in found.posts for h in p.holders] == ["street 同志", "street_colleague 同志"]
    assert [p.empty for p in found.posts] == [False, False, True]
    assert [a.subject for a in found.answers_for] == [f"area:{cast.areas['east'].pk}"]
    assert refused(lambda: unit_file(cast.as_("next_street"), unit, timezone.localdate())).reason is Reason.NOT_FOUND
    assert unit_file(cast.as_("inspector"), cast.units["supervision"].pk, timezone.localdate()).unit.kind == "supervision_group"
    assert unit_file(cast.as_("inspector"), unit, timezone.localdate()).unit.id == unit  # a directory: unit scope sees its unit's area
    west = cast.units["west_street"].pk
    assert refused(lambda: unit_file(cast.as_("site_officer"), west, timezone.localdate())).reason is Reason.NOT_FOUND


def test_units_do_not_lie_below_themselves_nor_end_with_work_open(cast: Cast) -> None:
    street, site = cast.units["east_street"].pk, cast.units["site"].pk
    do(cast, "hq", "unit.change", unit=site, parent=street)
    assert refused(lambda: do(cast, "hq", "unit.change", unit=street, parent=site)).reason is Reason.CYCLE
    cast.task(owner="mill")
    ending = refused(lambda: do(cast, "hq", "unit.end", unit=cast.units["mill"].pk))
    assert ending.reason is Reason.CONFLICT
    assert "1 件未办结事项" in ending.sentence()
    bus = cast.units["bus"].pk
    assert cast.as_("driver").grants
    do(cast, "hq", "unit.end", unit=bus)
    assert not cast.as_("driver").grants, "the end takes effect at once"
    assert refused(lambda: do(cast, "hq", "unit.change", unit=bus, name="新名")).reason is Reason.CONFLICT


def test_a_table_of_units(cast: Cast) -> None:
    text = (
        f"name,kind,code,area_code\n一号厂,enterprise,{USCC},990101001001\n二号厂,enterprise,12345,990101001001\n"
        "三号校,academy,,990101001001\n四号站,checkpoint,CK-1,990199\n五号站,checkpoint,CK-5,990101002\n六号站,checkpoint,ck-5,990101002\n"
    )
    result = do(cast, "hq", "unit.import_table", **import_payload(text.encode(), "units.csv")).result
    assert (result["rows_in"], result["new"], result["rejected"]) == (6, 2, 4)
    assert [(r["row"], r["field"]) for r in result["rejects"]] == [(3, "code"), (4, "kind"), (5, "area_code"), (7, "code")]
    again = do(cast, "hq", "unit.import_table", **import_payload(text.encode(), "units.csv")).result
    assert (again["new"], again["changed"], again["unchanged"]) == (0, 0, 2)
    renamed = text.replace("一号厂", "第一厂")
    assert do(cast, "hq", "unit.import_table", **import_payload(renamed.encode(), "units.csv")).result["changed"] == 1


def test_a_post_held_and_taken_back_counts_at_once(cast: Cast) -> None:
    new = post(cast, role="grid_worker", unit="spring_community")
    holding = hold(cast, "community", new)
    assert "grid_worker" in {g.role for g in cast.as_("community").grants}
    do(cast, "security", "post.release", holding=holding)
    assert "grid_worker" not in {g.role for g in cast.as_("community").grants}
    assert Event.objects.filter(what="post_released").count() == 1


def test_overlaps_are_refused_by_the_database_and_explained(cast: Cast) -> None:
    new = post(cast, single=True)
    hold(cast, "street", new)
    same = refused(lambda: hold(cast, "street", new))
    other = refused(lambda: hold(cast, "street_colleague", new))
    assert (same.reason, same.details["constraint"]) == (Reason.OVERLAP, "holding_same_account_overlap")
    assert (other.reason, other.details["constraint"]) == (Reason.OVERLAP, "holding_single_post_overlap")
    today = timezone.localdate()
    dates = refused(lambda: hold(cast, "community", post(cast), from_date=str(today), to_date=str(today - timedelta(days=1))))
    assert dates.reason is Reason.IMPOSSIBLE_DATE
    assert PostHolding.objects.filter(post=new).count() == 1


def test_a_successor_may_begin_on_the_day_the_other_ends(cast: Cast) -> None:
    new = post(cast, single=True)
    today = timezone.localdate()
    hold(cast, "street", new, to_date=str(today + timedelta(days=7)))
    hold(cast, "street_colleague", new, from_date=str(today + timedelta(days=7)))
    assert PostHolding.objects.filter(post=new).count() == 2


def test_administrators_are_exclusive_and_nobody_appoints_himself(cast: Cast) -> None:
    admin = post(cast, role="security_admin", unit="administration")
    assert refused(lambda: hold(cast, "street", admin)).reason is Reason.EXCLUSIVE_ROLES
    assert refused(lambda: hold(cast, "auditor", post(cast))).reason is Reason.EXCLUSIVE_ROLES
    own = refused(lambda: hold(cast, "security", admin))
    assert own.reason is Reason.SAME_PERSON
    stored = StoredRefusal.objects.filter(verb="post.hold").values_list("reason", flat=True)
    assert sorted(stored) == ["exclusive_roles", "exclusive_roles", "same_person"]


def test_only_the_security_administrator_appoints(cast: Cast) -> None:
    new = post(cast)
    for who in ("hq", "street", "sysadmin", "auditor"):
        payload = {"post": new, "account": cast.accounts["community"].pk}
        assert refused(lambda who=who, payload=payload: do(cast, who, "post.hold", **payload)).reason is Reason.NOT_ALLOWED


def test_ending_a_post_ends_its_holdings(cast: Cast) -> None:
    mine = Post.objects.get(holdings__account=cast.accounts["grid_worker"]).pk
    do(cast, "hq", "post.end", post=mine)
    assert cast.as_("grid_worker").grants == ()
    assert refused(lambda: hold(cast, "grid_worker", mine)).reason is Reason.CONFLICT


def test_the_headquarters_structure_and_duty(cast: Cast) -> None:
    today = timezone.localdate()
    groups = {g.key: g for g in headquarters(cast.as_("hq"), today)}
    assert {u.id for u, _ in groups["streets"].units} == {cast.units["east_street"].pk, cast.units["west_street"].pk}
    assert groups["office"].on_duty == 2
    mine = PostHolding.objects.get(account=cast.accounts["hq"]).pk
    do(cast, "hq", "post.duty", holding=mine, on_duty=False)
    assert {g.key: g for g in headquarters(cast.as_("hq"), today)}["office"].on_duty == 1
    assert refused(lambda: do(cast, "next_street", "post.duty", holding=mine, on_duty=True)).reason is Reason.NOT_FOUND
    seen = {u.id for g in headquarters(cast.as_("next_street"), today) for u, _ in g.units}
    assert seen == {cast.units["west_street"].pk}


@pytest.mark.parametrize(("guard", "drop"), [
    ("holding_single_post_overlap", "alter table record_postholding drop constraint holding_single_post_overlap"),
    ("exclusive_roles", "alter table record_postholding disable trigger exclusive_roles"),
])  # fmt: skip
def test_without_the_databases_guard_it_would_go_through(cast: Cast, guard: str, drop: str) -> None:
    """The sabotage twin: these refusals come from the database and from nothing else."""
    new = post(cast, role="auditor", unit="administration") if guard == "exclusive_roles" else post(cast, single=True)
    if guard != "exclusive_roles":
        hold(cast, "street", new)
    assert refused(lambda: hold(cast, "street_colleague", new)).details["constraint"] == guard
    with connection.cursor() as cursor:
        cursor.execute("set constraints all immediate")
        cursor.execute(drop)
    assert hold(cast, "street_colleague", new)
