"""Produce: it is sold when the seller says so; what is promised is not promised twice; a rival sees no offers."""

from __future__ import annotations

from typing import Any

import pytest
from django.urls import reverse

from tests.cast import Cast
from tests.rooms.rural.farming import DAY, do, refused, today
from tests.web.test_pages import signed_in
from tongchou.kernel.errors import Reason
from tongchou.record.models import Loop
from tongchou.rooms.rural.actions.produce import left
from tongchou.rooms.rural.models import Offer, Produce
from tongchou.rooms.rural.questions import lots


def lot(cast: Cast, who: str = "community", seller: str = "spring_community", **more: Any) -> str:
    given = {
        "seller": cast.units[seller].pk,
        "name": "红菜薹",
        "measure": "公斤",
        "quantity": "1000",
        "keeps_until": str(today() + 6 * DAY),
    } | more
    return str(do(cast, who, "produce.add", **given)["produce"])


def offer(cast: Cast, produce: str, quantity: str = "800", who: str = "rival", buyer: str = "mill") -> str:
    given = {
        "produce": produce,
        "buyer": cast.units[buyer].pk,
        "quantity": quantity,
        "price": "1.2",
        "collect_on": str(today() + DAY),
    }
    return str(do(cast, who, "produce.offer", **given)["offer"])


def test_it_is_sold_when_the_seller_says_so(cast: Cast) -> None:
    produce = lot(cast)
    taken, late = offer(cast, produce), offer(cast, produce, "300")
    loop = do(cast, "community", "produce.take", offer=taken)["loop"]
    assert refused(lambda: do(cast, "community", "produce.take", offer=taken)).reason is Reason.CONFLICT
    assert refused(lambda: do(cast, "community", "produce.take", offer=late)).field == "quantity"  # 200 are left
    paid = [{"key": "paid", "type": "text", "text": "提货 800 公斤，转账 960 元"}]
    do(cast, "rival", "loop.advance", loop=loop, step="collected", evidence=paid)
    assert refused(lambda: do(cast, "rival", "loop.advance", loop=loop, step="confirm")).reason is Reason.NOT_OWNER
    (line,) = lots(cast.as_("dept"))
    assert (line.sold, line.promised, line.left, line.offers) == (0, 800, 200, 1)
    do(cast, "community", "loop.advance", loop=loop, step="confirm")
    (line,) = lots(cast.as_("dept"))
    assert (line.sold, line.promised, line.left) == (800, 0, 200)
    do(cast, "community", "produce.spoiled", produce=produce, quantity="150", why="no_storage", on=str(today()))
    assert (
        refused(
            lambda: do(
                cast,
                "community",
                "produce.spoiled",
                produce=produce,
                quantity="60",
                why="other",
                note="雨",
                on=str(today()),
            )
        ).field
        == "quantity"
    )
    assert left(line.id) == 50


def test_what_falls_through_is_for_sale_again(cast: Cast) -> None:
    produce = lot(cast)
    loop = do(cast, "community", "produce.take", offer=offer(cast, produce))["loop"]
    assert left(Produce.objects.get().pk) == 200
    do(cast, "community", "loop.advance", loop=loop, step="fall_through", note="买方未来提货")
    assert left(Produce.objects.get().pk) == 1000
    Loop.objects.filter(pk=loop).update(end_reason="done")  # the sabotage twin: it is the loop's end that tells
    assert left(Produce.objects.get().pk) == 200


@pytest.mark.parametrize(
    ("change", "field"),
    [
        ({"quantity": "0"}, "quantity"),
        ({"keeps_until": "2019-01-01"}, "keeps_until"),
        ({"name": ""}, "name"),
        ({"price": "贵"}, "price"),
    ],
)
def test_what_is_wrong_is_refused_by_name(cast: Cast, change: dict[str, Any], field: str) -> None:
    assert refused(lambda: lot(cast, **change)).field == field
    assert not Produce.objects.exists()


def test_everybody_sees_the_market_and_nobody_anothers_offers(cast: Cast) -> None:
    produce = lot(cast)
    offer(cast, produce)
    assert refused(lambda: lot(cast, who="next_street")).reason is Reason.NOT_FOUND
    assert (
        refused(lambda: do(cast, "next_street", "produce.take", offer=str(Offer.objects.get().pk))).reason
        is Reason.NOT_FOUND
    )
    assert refused(lambda: offer(cast, produce, who="enterprise")).reason is Reason.NOT_FOUND  # for another's unit
    url = reverse("produce_lot", args=[produce])
    assert "mill 单位" in signed_in(cast, "rival").get(url).content.decode()
    page = signed_in(cast, "enterprise").get(url).content.decode()
    assert "红菜薹" in page
    assert "mill 单位" not in page
    assert signed_in(cast, "enterprise").get(reverse("produce_spoiled", args=[produce])).status_code == 404


def test_in_the_browser_from_putting_up_to_taking(cast: Cast) -> None:
    village, buyer = signed_in(cast, "community"), signed_in(cast, "rival")
    form = {
        "seller": cast.units["spring_community"].pk,
        "name": "红菜薹",
        "quantity": "1000",
        "measure": "公斤",
        "keeps_until": str(today() + 6 * DAY),
    }
    assert village.post(reverse("produce_new"), form | {"quantity": "很多"}).status_code == 422
    assert village.post(reverse("produce_new"), form).status_code == 302
    produce = Produce.objects.get().pk
    bid = {"buyer": cast.units["mill"].pk, "quantity": "500", "price": "1.1", "collect_on": str(today())}
    assert buyer.post(reverse("produce_offer", args=[produce]), bid).status_code == 302
    url = reverse("produce_lot", args=[produce])
    assert village.post(url, {"offer": str(Offer.objects.get().pk)}).status_code == 302
    assert "待提货付款" in village.get(url).content.decode()
    lost = {"quantity": "20", "why": "weather", "on": str(today())}
    assert village.post(reverse("produce_spoiled", args=[produce]), lost).status_code == 302
    assert village.get(reverse("produce"), {"export": "csv"}).status_code == 200
