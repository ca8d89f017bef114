"""The queue and its batches: why one stands where it does, what people move, two people, and what the enterprise sees of it."""

from __future__ import annotations

from typing import Any

import pytest
from django.db import connection
from django.urls import reverse

from tests.cast import Cast
from tests.rooms.resumption.flow import STAGED, checked, do, graded, refused, submitted
from tests.web.test_pages import signed_in
from tongchou.kernel.errors import Reason
from tongchou.kernel.text import Text
from tongchou.record.enterprises import LISTS
from tongchou.record.models import Enterprise, SupplyLink, WorkPermit
from tongchou.rooms.resumption.models import Application, Batch
from tongchou.rooms.resumption.place import kept, place_of
from tongchou.rooms.resumption.queue import ranking
from tongchou.rooms.resumption.tasks import rank_queue
from tongchou.rooms.resumption.ways import default_rules

WEIGHTS: dict[str, float] = default_rules()["weights"]


def order(cast: Cast, who: str = "hq") -> list[str]:
    return [r.name.split()[0] for r in ranking(cast.as_(who), STAGED.date(), WEIGHTS)]


def two(cast: Cast) -> tuple[Application, Application]:
    return submitted(cast), submitted(cast, "rival", "mill")


def test_it_ranks_by_what_is_known_and_says_why(cast: Cast) -> None:
    works, mill = two(cast)
    Enterprise.objects.create(unit=cast.units["mill"], lists=["essential"], changed_at=STAGED)
    Enterprise.objects.create(unit=cast.units["works"], lists=[], changed_at=STAGED)
    assert order(cast) == ["mill", "works"]
    SupplyLink.objects.create(supplier=cast.units["works"], buyer=cast.units["mill"], product="布", critical=True)
    graded(cast, "low", "east", STAGED)
    ranked = {r.application: r for r in ranking(cast.as_("hq"), STAGED.date(), WEIGHTS)}
    parts = {p.key: p for p in ranked[works.pk].parts}
    assert (parts["essential"].points, parts["chain"].points, parts["risk"].points, parts["staff"].points) == (
        0,
        20,
        100,
        None,
    )
    assert "缺它停产" in parts["chain"].why.zh
    of_mill = {p.key: p.points for p in ranked[mill.pk].parts}
    assert of_mill["chain"] is None  # nobody has said: neither for nor against
    assert of_mill["risk"] is None


def test_lists_are_told_by_their_names(cast: Cast) -> None:
    works, _ = two(cast)
    Enterprise.objects.update_or_create(unit=cast.units["works"], defaults={"lists": ["epidemic", "key"], "changed_at": STAGED})
    why = next(p.why for r in ranking(cast.as_("hq"), STAGED.date(), WEIGHTS) if r.application == works.pk for p in r.parts if p.key == "essential")
    assert why == Text("列入：{l}", "on: {l}").with_(l=Text.listed([LISTS["epidemic"], LISTS["key"]]))
    assert "epidemic" not in why.zh


def test_a_claim_moves_nobody_and_a_supplier_does_not_read_what_its_buyer_needs(cast: Cast) -> None:
    works, _ = two(cast)
    claim = SupplyLink.objects.create(
        supplier=cast.units["works"], buyer=cast.units["mill"], product="布", critical_said=True, state="claimed", claimed_by=cast.units["works"],
    )  # fmt: skip
    chain = next(p for r in ranking(cast.as_("hq"), STAGED.date(), WEIGHTS) if r.application == works.pk for p in r.parts if p.key == "chain")
    assert chain.points is None
    assert "1 家待确认，不计分" in chain.why.zh
    claim.state, claim.critical = "confirmed", True
    claim.save()
    chain = next(p for r in ranking(cast.as_("hq"), STAGED.date(), WEIGHTS) if r.application == works.pk for p in r.parts if p.key == "chain")
    assert chain.points == 20  # the twin: once confirmed it counts
    page = reverse("resumption_why", args=[works.pk])
    assert "缺它停产" in signed_in(cast, "hq").get(page).content.decode()
    own = signed_in(cast, "enterprise").get(page).content.decode()
    assert "缺它停产" not in own
    assert "得分 " not in own  # with all other parts the total would give it away
    assert "总分不向企业公开" in own
    assert "第 1 位" in own
    assert "得分 " in signed_in(cast, "hq").get(page).content.decode()
    assert "已确认供货给 1 家" in own


def test_a_person_moves_and_holds_with_a_reason(cast: Cast) -> None:
    works, mill = two(cast)
    first = order(cast)
    last = works if first[0] == "mill" else mill
    do(cast, "hq", "resumption.adjust", application=str(last.pk), lift=50, reason="防疫物资生产")
    assert order(cast)[0] != first[0]
    do(cast, "hq", "resumption.adjust", application=str(last.pk), hold=True, reason="等排水改造完成")
    assert order(cast)[0] == first[0]
    both = refused(
        lambda: do(cast, "hq", "resumption.adjust", application=str(last.pk), lift=1, hold=True, reason="两样")
    )
    assert both.field == "lift"
    with connection.cursor() as cursor:
        cursor.execute("set constraints all immediate")
        with pytest.raises(Exception, match="resumption_lift_has_reason"):
            cursor.execute("update resumption_application set lift = 5, lift_reason = ''")


def places(rows: tuple[Application, ...]) -> list[tuple[int, int]]:
    found = [place_of(row.pk, STAGED.date()) for row in rows]
    return [(p.place, p.of) for p in found if p]


def test_a_place_is_that_of_the_whole_ranking_and_a_change_of_ones_own_shows_at_once(cast: Cast) -> None:
    rows = two(cast)
    ranked = {r.application: r.place for r in ranking(cast.as_("hq"), STAGED.date(), WEIGHTS)}
    assert places(rows) == [(ranked[r.pk], 2) for r in rows]
    last = next(r for r in rows if ranked[r.pk] == 2)
    do(cast, "hq", "resumption.adjust", application=str(last.pk), lift=50, reason="防疫物资生产")
    assert places((last,)) == [(1, 2)]
    do(cast, "hq", "resumption.adjust", application=str(last.pk), hold=True, reason="等排水改造完成")
    assert places((last,)) == [(2, 2)]
    do(cast, "enterprise" if last == rows[0] else "rival", "resumption.withdraw", application=str(last.pk), reason="不再需要")
    assert place_of(last.pk, STAGED.date()) is None
    other = rows[1] if last == rows[0] else rows[0]
    assert places((other,)) == [(1, 2)]  # of the others it knows what was kept
    kept(STAGED.date(), WEIGHTS, anew=True)
    assert places((other,)) == [(1, 1)]
    assert rank_queue(0) == 1


def test_a_batch_is_put_together_changed_and_announced_by_two_people(cast: Cast) -> None:
    works, mill = two(cast)
    early = refused(lambda: do(cast, "hq", "resumption.batch", title="第一批", n=2))
    assert early.reason is Reason.CONFLICT  # none is ready
    checked(cast, works)
    checked(cast, mill, "next_street")
    made = do(cast, "hq", "resumption.batch", title="第一批", n=2)
    assert made["applications"] == 2
    batch = {"batch": made["batch"]}
    own = refused(lambda: do(cast, "hq", "resumption.batch_approve", **batch, seen_version=1))
    assert own.reason is Reason.SAME_PERSON
    do(cast, "hq", "resumption.batch_change", **batch, application=str(mill.pk), reason="资料待核")
    stale = refused(lambda: do(cast, "leader", "resumption.batch_approve", **batch, seen_version=1))
    assert stale.field == "seen_version"
    do(cast, "leader", "resumption.batch_approve", **batch, seen_version=2, conditions=["分餐"])
    assert [p.unit_id for p in WorkPermit.objects.all()] == [cast.units["works"].pk]
    assert Application.objects.get(pk=mill.pk).batch_id is None
    assert (
        refused(lambda: do(cast, "leader", "resumption.batch_drop", **batch, reason="晚了")).reason
        is Reason.WRONG_STAGE
    )


def test_a_batch_is_approved_whole_or_not_at_all(cast: Cast) -> None:
    works, mill = two(cast)
    checked(cast, works)
    checked(cast, mill, "next_street", bad="disinfection")
    made = do(cast, "hq", "resumption.batch", title="第一批", applications=[str(works.pk), str(mill.pk)])
    wrong = refused(lambda: do(cast, "leader", "resumption.batch_approve", batch=made["batch"], seen_version=1))
    assert wrong.reason is Reason.EVIDENCE_MISSING
    assert "mill" in wrong.rule.zh
    assert not WorkPermit.objects.exists()
    assert Batch.objects.get().state == "proposed"


def test_rules_are_proposed_by_one_and_decided_by_another(cast: Cast) -> None:
    weights = {"essential": 0, "chain": 0, "readiness": 100, "staff": 0, "risk": 0}
    bad = refused(
        lambda: do(
            cast,
            "hq",
            "resumption.propose_rules",
            from_date="2020-02-20",
            reason="先易后难",
            weights=weights | {"risk": 5},
        )
    )
    assert bad.field == "weights"
    past = refused(
        lambda: do(cast, "hq", "resumption.propose_rules", from_date="2020-02-19", reason="先易后难", weights=weights)
    )
    assert past.field == "from_date"
    made = do(
        cast,
        "hq",
        "resumption.propose_rules",
        from_date="2020-02-20",
        reason="先易后难",
        weights=weights,
        unknown_way="list",
    )
    own = refused(lambda: do(cast, "hq", "resumption.decide_rules", edition=made["edition"], adopt=True))
    assert own.reason is Reason.SAME_PERSON
    do(cast, "leader", "resumption.decide_rules", edition=made["edition"], adopt=True)
    again = do(cast, "hq", "resumption.propose_rules", from_date="2020-02-20", reason="再来一版", valid_days=30)
    clash = refused(lambda: do(cast, "leader", "resumption.decide_rules", edition=again["edition"], adopt=True))
    assert clash.reason is Reason.CONFLICT
    street = refused(
        lambda: do(
            cast, "street", "resumption.propose_rules", from_date="2020-02-20", reason="街道来改", weights=weights
        )
    )
    assert street.reason is Reason.NOT_ALLOWED


def test_the_lists_that_are_left_to_the_district_are_filled_in_by_it(cast: Cast) -> None:
    full: dict[str, Any] = {"papers": ["five_papers"]}
    items = [{"zh": f"第{n}项", "en": f"item {n}"} for n in range(1, 9)]
    full["lists"] = [{"key": "eight_ones_shunde", "items": items}]
    half = refused(
        lambda: do(
            cast,
            "hq",
            "resumption.propose_rules",
            from_date="2020-02-20",
            reason="填写八个一",
            lists=[{"key": "eight_ones_shunde", "items": [{"zh": "一"}]}],
        )
    )
    assert half.field == "lists"
    made = do(cast, "hq", "resumption.propose_rules", from_date="2020-02-20", reason="填写八个一", **full)
    do(cast, "leader", "resumption.decide_rules", edition=made["edition"], adopt=True)
    row = submitted(cast)
    keys = set(row.items.values_list("source", flat=True))
    assert "five_papers" in keys


def test_an_enterprise_sees_its_own_place_and_nothing_of_others(cast: Cast) -> None:
    works, mill = two(cast)
    client = signed_in(cast, "enterprise")
    page = client.get(reverse("resumption_why", args=[works.pk]))
    assert page.status_code == 200
    assert cast.units["mill"].name not in page.content.decode()
    for name in ("resumption_application", "resumption_why", "resumption_fill"):
        assert client.get(reverse(name, args=[mill.pk])).status_code == 404
    assert client.get(reverse("resumption_queue")).status_code == 403
    assert cast.units["mill"].name not in client.get(reverse("resumption_list")).content.decode()
    given: dict[str, Any] = {"what": "lift", "lift": "9", "reason": "自己加分"}
    assert client.post(reverse("resumption_adjust", args=[works.pk]), given).status_code == 403
