"""What the tests of spring ploughing share: a season, inputs, a department in charge, stock, a need."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

import pytest
from django.utils import timezone

from tests.cast import Cast
from tongchou.kernel.clock import SHANGHAI
from tongchou.kernel.errors import Refusal
from tongchou.kernel.ids import new_id
from tongchou.record.act import act

DAY = timedelta(days=1)


def do(cast: Cast, who: str, verb: str, /, **payload: Any) -> dict[str, Any]:
    return act(verb, cast.as_(who), new_id(), payload).result


def refused(run: Any) -> Refusal:
    with pytest.raises(Refusal) as caught:
        run()
    return caught.value


def today() -> date:
    return timezone.now().astimezone(SHANGHAI).date()


def season(cast: Cast) -> int:
    """A season of which ten days have passed, the inputs, and the department in charge."""
    do(cast, "hq", "farm.charge", topic="farm", unit=cast.units["department"].pk)
    do(cast, "dept", "farm.shipped_inputs")
    return int(
        do(
            cast, "dept", "farm.season", name="春耕", starts_on=str(today() - 30 * DAY), ends_on=str(today() + 60 * DAY)
        )["season"]
    )


def need(cast: Cast, key: int, quantity: object = 10, days: int = 5, area: str = "spring", input: str = "urea") -> None:
    who = "street" if area == "spring" else "next_street"
    do(
        cast,
        who,
        "farm.need",
        season=key,
        area=cast.areas[area].pk,
        input=input,
        quantity=str(quantity),
        needed_on=str(today() + days * DAY),
    )


def stock(cast: Cast, quantity: object, unit: str = "works", input: str = "urea", **more: Any) -> None:
    who = "enterprise" if unit == "works" else "rival"
    do(cast, who, "farm.stock", unit=cast.units[unit].pk, input=input, on=str(today()), quantity=str(quantity), **more)


def order(cast: Cast, key: int, quantity: object, dealer: str = "works", area: str = "spring") -> str:
    one = {
        "dealer": cast.units[dealer].pk,
        "area": cast.areas[area].pk,
        "input": "urea",
        "quantity": str(quantity),
        "expect_on": str(today() + DAY),
    }
    return str(do(cast, "dept", "farm.deliver", season=key, deliveries=[one])["deliveries"][0])
