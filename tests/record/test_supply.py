"""Supplies: a claim until the other side confirms it; only the buyer or the administration says that the buyer stops without it."""

from __future__ import annotations

from typing import Any

import pytest
from django.db import IntegrityError, connection, transaction
from django.urls import reverse
from django.utils import timezone

from tests.cast import Cast
from tests.web.test_pages import signed_in
from tongchou.jobs.tasks import open_supply_claims
from tongchou.kernel.errors import Reason, Refusal
from tongchou.kernel.ids import new_id
from tongchou.record.act import act
from tongchou.record.models import Event, Loop, SupplyLink, Unit
from tongchou.record.questions.enterprises import claims, partners


def do(cast: Cast, who: str, verb: str, **payload: Any) -> dict[str, Any]:
    return act(verb, cast.as_(who), new_id(), payload).result


def refused(run: Any) -> Refusal:
    with pytest.raises(Refusal) as caught:
        run()
    return caught.value


def added(cast: Cast, who: str = "enterprise", unit: str = "works", partner: str = "mill", way: str = "supplier", **more: Any) -> int:
    given = {"unit": cast.units[unit].pk, "way": way, "partner": cast.units[partner].name if partner in cast.units else partner, "product": "坯布"}
    return int(do(cast, who, "supply.add", **given | more)["link"])


def the(link: int) -> SupplyLink:
    return SupplyLink.objects.get(pk=link)


def loop_of(link: int) -> Loop:
    return Loop.objects.get(kind="supply_claim", origin_ref=str(link))


def test_one_sides_word_is_a_claim_on_the_partners_work_list_until_it_confirms(cast: Cast) -> None:
    link = added(cast, critical=True)  # works buys from mill and stops without it
    loop = loop_of(link)
    assert (the(link).state, the(link).critical, the(link).partner_id) == ("claimed", True, cast.units["mill"].pk)
    assert (loop.owner_unit, loop.stage) == (cast.units["mill"], "asked")
    assert loop.verifier_unit == cast.units["west_street"]
    assert refused(lambda: do(cast, "enterprise", "supply.answer", link=link, confirm=True)).reason is Reason.NOT_FOUND  # not who said it
    assert do(cast, "rival", "supply.answer", link=link, confirm=True)["state"] == "confirmed"
    assert loop_of(link).stage == "confirmed"
    again = refused(lambda: do(cast, "rival", "supply.answer", link=link, confirm=False, reason="没有"))
    assert again.reason is Reason.CONFLICT


def test_a_suppliers_word_does_not_make_it_critical(cast: Cast) -> None:
    link = added(cast, "rival", "mill", "works", "buyer", critical=True)
    assert (the(link).critical, the(link).critical_said) == (False, True)
    missing = refused(lambda: do(cast, "enterprise", "supply.answer", link=link, confirm=True))
    assert (missing.reason, missing.field) == (Reason.MISSING_VALUE, "critical")
    do(cast, "enterprise", "supply.answer", link=link, confirm=True, critical=False)
    assert not the(link).critical
    only_buyer = refused(lambda: do(cast, "rival", "supply.mark", link=link, critical=True))
    assert only_buyer.reason is Reason.NOT_ALLOWED
    do(cast, "enterprise", "supply.mark", link=link, critical=True)
    assert the(link).critical


def test_a_supplier_that_answers_cannot_say_what_the_buyer_needs(cast: Cast) -> None:
    link = added(cast)
    assert refused(lambda: do(cast, "rival", "supply.answer", link=link, confirm=True, critical=True)).reason is Reason.NOT_ALLOWED


def test_the_supplier_does_not_read_what_the_buyer_stops_without(cast: Cast) -> None:
    link = added(cast, critical=True)
    do(cast, "rival", "supply.answer", link=link, confirm=True)
    assert [p.critical for p in partners(cast.units["works"].pk)] == [True]
    assert [p.critical for p in partners(cast.units["mill"].pk)] == [None]
    assert [p.critical for p in partners(cast.units["mill"].pk, whole=True)] == [True]
    page = signed_in(cast, "rival").get(reverse("enterprise_own")).content.decode()
    assert "坯布" in page
    assert "对方缺货即停产" not in page
    assert not Event.objects.filter(what="supply_marked", subject=f"unit:{cast.units['mill'].pk}").exists()


def test_what_was_denied_ends_and_is_not_said_again_by_the_same_side(cast: Cast) -> None:
    link = added(cast)
    assert refused(lambda: do(cast, "rival", "supply.answer", link=link, confirm=False)).field == "reason"
    do(cast, "rival", "supply.answer", link=link, confirm=False, reason="从未供货")
    assert (the(link).state, the(link).ended_on is not None, loop_of(link).stage) == ("denied", True, "denied")
    assert refused(lambda: added(cast)).reason is Reason.CONFLICT
    shown = signed_in(cast, "enterprise").get(reverse("enterprise_own")).content.decode()
    assert "从未供货" in shown
    assert added(cast, "rival", "mill", "works", "buyer")  # the side that denied it may still say it itself


def test_the_street_vouches_where_nobody_answers_and_records_at_once_what_it_found(cast: Cast) -> None:
    link = added(cast)
    assert [c.link for c in claims(cast.as_("street"), "enterprise.view")] == [link]
    do(cast, "street", "supply.vouch", link=link, how="confirm", critical=True, reason="查看了合同")
    assert (the(link).state, the(link).critical, loop_of(link).stage) == ("confirmed", True, "confirmed")
    assert claims(cast.as_("street"), "enterprise.view") == []
    own = added(cast, "street", product="纱线", critical=True)
    assert (the(own).state, the(own).critical) == ("confirmed", True)
    do(cast, "dept", "supply.vouch", link=own, how="end", reason="合同已解除")
    assert the(own).ended_on is not None


def test_a_partner_outside_is_vouched_for_by_the_street(cast: Cast) -> None:
    link = added(cast, partner="佛山某服装厂", outside=True, way="buyer", product="成衣", critical=True)
    assert (the(link).critical, loop_of(link).owner_unit) == (False, cast.units["east_street"])
    assert refused(lambda: do(cast, "next_street", "supply.vouch", link=link, how="confirm", reason="电话核实")).reason is Reason.NOT_FOUND
    do(cast, "street", "supply.vouch", link=link, how="confirm", reason="查看了合同")
    assert the(link).state == "confirmed"


def test_the_loops_own_page_does_not_answer(cast: Cast) -> None:
    loop = loop_of(added(cast))
    found = refused(lambda: do(cast, "rival", "loop.advance", loop=str(loop.pk), step="confirm"))
    assert found.reason is Reason.WRONG_STAGE


def test_a_partner_is_named_by_code_or_name_and_is_not_oneself(cast: Cast) -> None:
    unknown = refused(lambda: added(cast, partner="没有这家厂"))
    assert (unknown.reason, unknown.field) == (Reason.NOT_FOUND, "partner")
    assert refused(lambda: added(cast, partner="works")).reason is Reason.CYCLE
    assert refused(lambda: added(cast, "rival")).reason is Reason.NOT_FOUND  # of somebody else's enterprise
    link = added(cast)
    assert refused(lambda: added(cast)).reason is Reason.DUPLICATE
    assert refused(lambda: added(cast, "rival", "mill", "works", "buyer")).reason is Reason.DUPLICATE
    do(cast, "rival", "supply.end", link=link)
    assert (partners(cast.units["mill"].pk), loop_of(link).stage) == ([], "over")


def test_the_database_itself_keeps_a_claim_to_its_side(cast: Cast) -> None:
    sides = {"supplier": cast.units["mill"], "buyer": cast.units["works"], "product": "布"}
    for wrong in ({"state": "claimed"}, {"state": "denied"}, {"buyer": None, "outside": "某厂", "critical": True}):
        with pytest.raises(IntegrityError), transaction.atomic():
            SupplyLink.objects.create(**sides | wrong)
    with connection.cursor() as cursor:  # the twin: without the rule a claim of nobody goes in
        cursor.execute("alter table record_supplylink drop constraint supply_claim_has_side")
    SupplyLink.objects.create(**sides, state="claimed")


def test_the_pages_search_ask_and_answer(cast: Cast) -> None:
    clerk, mill = signed_in(cast, "enterprise"), cast.units["mill"]
    page = clerk.get(reverse("supply_new", args=[cast.units["works"].pk]) + f"?q={mill.name[:4]}").content.decode()
    assert mill.name in page
    sent = {"way": "supplier", "partner": mill.name, "product": "坯布", "critical": "yes"}
    assert clerk.post(reverse("supply_new", args=[cast.units["works"].pk]), sent).status_code == 302
    link = SupplyLink.objects.get()
    assert clerk.get(reverse("supply_answer", args=[link.pk])).status_code == 404
    partner = signed_in(cast, "rival")
    assert "坯布" in partner.get(reverse("supply_answer", args=[link.pk])).content.decode()
    assert partner.get(reverse("supply_loop", args=[loop_of(link.pk).pk])).url == reverse("supply_answer", args=[link.pk])
    empty = partner.post(reverse("supply_answer", args=[link.pk]), {"confirm": "no", "reason": ""})
    assert empty.status_code == 422
    assert partner.post(reverse("supply_answer", args=[link.pk]), {"confirm": "yes"}).status_code == 302
    assert partner.get(reverse("supply_answer", args=[link.pk])).status_code == 302  # a stale tab is sent back
    assert signed_in(cast, "street").get(reverse("supply_vouch", args=[link.pk])).status_code == 200


def test_claims_of_before_get_their_loop_once(cast: Cast) -> None:
    link = added(cast)
    Loop.objects.filter(pk=loop_of(link).pk).delete()  # as in a record that was upgraded
    answered = added(cast, product="纱线")
    do(cast, "rival", "supply.answer", link=answered, confirm=True)
    assert open_supply_claims(0) == 1
    assert open_supply_claims(0) == 0
    assert (loop_of(link).stage, loop_of(link).owner_unit) == ("asked", cast.units["mill"])
    assert do(cast, "rival", "supply.answer", link=link, confirm=True)["state"] == "confirmed"
    assert loop_of(link).stage == "confirmed"


def test_a_claim_on_an_enterprise_that_has_ended_goes_to_the_street(cast: Cast) -> None:
    link = added(cast)
    Loop.objects.filter(pk=loop_of(link).pk).delete()
    Unit.objects.filter(pk=cast.units["mill"].pk).update(active_to=timezone.localdate())
    assert open_supply_claims(0) == 1
    assert loop_of(link).owner_unit == cast.units["east_street"]


def test_only_the_program_opens_them(cast: Cast) -> None:
    assert refused(lambda: do(cast, "street", "supply.open_claims")).reason is Reason.NOT_ALLOWED
