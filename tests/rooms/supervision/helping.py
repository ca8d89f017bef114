"""What the tests of supervision share: a round with a visit, a photo, an answer."""

from __future__ import annotations

import uuid
from datetime import timedelta
from typing import Any

import pytest
from django.utils import timezone

from tests.cast import SINCE, Cast
from tongchou.kernel.errors import Refusal
from tongchou.kernel.ids import new_id
from tongchou.packs.checklists import shipped
from tongchou.record.act import act
from tongchou.record.files import take_in
from tongchou.record.models import Account, Post, PostHolding

PNG = b"\x89PNG\r\n\x1a\n" + b"\x00\x00\x00\rIHDR" + b"\x00" * 40
LIST = "enterprise_resumption"


def do(cast: Cast, who: str, verb: str, **payload: Any) -> dict[str, Any]:
    return act(verb, cast.as_(who), new_id(), payload).result


def refused(run: Any) -> Refusal:
    with pytest.raises(Refusal) as caught:
        run()
    return caught.value


def joins(cast: Cast, name: str, unit: str, role: str) -> None:
    """Somebody more in a unit."""
    account = Account(username=name, display_name=f"{name} 同志")
    account.set_unusable_password()
    account.save()
    post = Post.objects.create(unit=cast.units[unit], title=role, role=role)
    PostHolding.objects.create(post=post, account=account, from_date=SINCE)
    cast.accounts[name] = account


def plan_round(cast: Cast, kind: str = "planned", who: str = "inspector") -> str:
    today = timezone.localdate()
    made = do(cast, who, "round.open", kind=kind, title="复工企业督查", starts_on=str(today), ends_on=str(today + timedelta(days=6)))
    return str(made["round"])


def plan_visit(cast: Cast, kind: str = "planned", unit: str = "works", who: str = "inspector") -> str:
    """A round with one visit; returns the visit."""
    made = do(cast, who, "round.add", round=plan_round(cast, kind, who), checklist=LIST, units=[cast.units[unit].pk])
    return str(made["visits"][0])


def photo(cast: Cast, who: str = "inspector") -> str:
    return str(take_in(cast.as_(who), new_id(), "现场.png", "image/png", PNG).result["file"])


def answer(cast: Cast, visit: str, item: str, verdict: str = "ok", who: str = "inspector", **more: Any) -> dict[str, Any]:
    payload = {"visit": visit, "item": item, "verdict": verdict, "at": timezone.now().isoformat()} | more
    return do(cast, who, "visit.answer", **payload)


def carry_out(cast: Cast, visit: str, faults: tuple[str, ...] = (), who: str = "inspector") -> list[uuid.UUID]:
    """Begin, answer every item, finish; returns the findings' loops."""
    now = timezone.now().isoformat()
    do(cast, who, "visit.begin", visit=visit, at=now)
    for item in shipped()[LIST].items:
        more = {"note": "未见记录", "photos": [photo(cast, who)]} if item.key in faults else {}
        answer(cast, visit, item.key, "fault" if item.key in faults else "ok", who, **more)
    return [uuid.UUID(x) for x in do(cast, who, "visit.finish", visit=visit, at=now)["findings"]]
