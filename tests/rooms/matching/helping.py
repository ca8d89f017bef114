"""What the tests of matching share: entering needs and offers, running, issuing, both sides confirming."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from django.utils import timezone

from tests.cast import SINCE, Cast
from tongchou.kernel.errors import Refusal
from tongchou.kernel.ids import new_id
from tongchou.record.act import act
from tongchou.record.models import Account, Loop, Post, PostHolding, Unit

DAY = timedelta(days=1)


def do(cast: Cast, who: str, verb: str, **payload: Any) -> dict[str, Any]:
    return act(verb, cast.as_(who), new_id(), payload).result


def refused(run: Any) -> Refusal:
    with pytest.raises(Refusal) as caught:
        run()
    return caught.value


def another(cast: Cast, name: str, area: str, role: str = "enterprise_manager", kind: str = "enterprise") -> None:
    """One more unit with an account of the same name."""
    cast.units[name] = Unit.objects.create(name=f"{name} 单位", kind=kind, area=cast.areas[area], active_from=SINCE)
    account = Account.objects.create(username=name, display_name=f"{name} 同志")
    PostHolding.objects.create(post=Post.objects.create(unit=cast.units[name], title=role, role=role), account=account, from_date=SINCE)
    cast.accounts[name] = account


def entry(cast: Cast, side: str, quantity: int, who: str = "hq", unit: str = "works", **more: Any) -> str:
    today = timezone.localdate()
    given = {"side": side, "item": "普工", "quantity": quantity, "unit": cast.units[unit].pk, "first": str(today), "last": str(today + 9 * DAY)} | more
    return str(do(cast, who, "match.post", **given)["entry"])


def solved(cast: Cast, who: str = "dept", **more: Any) -> str:
    given = {"area": cast.areas["district"].pk, "kinds": ["worker", "material", "transport", "storage"]} | more
    key = do(cast, who, "match.run", **given)["run"]
    do(cast, who, "match.solve", run=key)
    return str(key)


def advance(cast: Cast, who: str, loop: Any, step: str, **more: Any) -> None:
    do(cast, who, "loop.advance", loop=str(loop), step=step, **more)


def deliver(cast: Cast, loop: Any, giver: str, taker: str, received: int) -> None:
    """Both sides do their part."""
    advance(cast, giver, loop, "accept")
    advance(cast, giver, loop, "deliver", evidence=[{"key": "delivered", "type": "text", "text": "已送到厂门口。"}])
    advance(cast, taker, loop, "receive", evidence=[{"key": "received", "type": "number", "number": str(received)}])


def one_loop() -> Loop:
    return Loop.objects.get(kind="match")
