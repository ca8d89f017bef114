"""The invented drill pack, put in force in the cast's district, and people about whom something is on record."""

from __future__ import annotations

from datetime import date, timedelta
from pathlib import Path
from typing import Any

from django.utils import timezone

import tongchou.cli
from tests.cast import Cast
from tongchou.kernel.ids import new_id
from tongchou.packs.plans.packfile import digest
from tongchou.record.act import act
from tongchou.rooms.plans.models import PackVersion
from tongchou.rooms.plans.store import as_bytes

FOLDER = Path(tongchou.cli.__file__).parent / "demo_packs" / "drill-respiratory"
PACK, TABLE = "drill-respiratory", "close_contact"
LAW = "《传染病防治法》；清演〔2020〕1号"


def files() -> dict[str, str]:
    return {p.relative_to(FOLDER).as_posix(): p.read_text("utf-8") for p in sorted(FOLDER.rglob("*.yaml"))}


def install(cast: Cast, texts: dict[str, str] | None = None, since: date = date(2020, 1, 1)) -> PackVersion:
    """The drill pack in force, as if it had been drafted and approved long ago."""
    texts = texts or files()
    return PackVersion.objects.create(
        id=new_id(), pack=PACK, version=1, title={"zh": "演练", "en": "Drill"}, origin="local", files=texts, digest=digest(as_bytes(texts)), sound=True,
        made_at=timezone.now(), drafted_by=cast.accounts["hq"], approved_by=cast.accounts["leader"], approved_at=timezone.now(), from_day=since,
    )  # fmt: skip


def today() -> date:
    return timezone.localdate()


def person(cast: Cast, name: str = "禤静姝", area: str = "spring", who: str = "hq", **more: Any) -> str:
    payload = {"name": name, "area": cast.areas[area].pk} | more
    return str(act("person.register", cast.as_(who), new_id(), payload).result["person"])


def fact(cast: Cast, person: str, type_: str, days_ago: int, **value: Any) -> str:
    on = (today() - timedelta(days=days_ago)).isoformat()
    return str(
        cast.act("hq", "fact.record", person=person, type=type_, on=on, value=value, source="test").result["fact"]
    )


def contact(cast: Cast, days_ago: int = 2, area: str = "spring", name: str = "禤静姝") -> str:
    """Somebody exposed so many days ago and determined a close contact the day after."""
    key = person(cast, name, area)
    fact(cast, key, "exposure", days_ago, setting="work", closeness="close")
    fact(cast, key, "contact", max(0, days_ago - 1), grade="close")
    return key


def decide(cast: Cast, key: str, who: str = "street", **more: Any) -> dict[str, Any]:
    return cast.act(who, "plan.decide", person=key, pack=PACK, table=TABLE, **more).result


def order(cast: Cast, key: str, who: str = "street", **more: Any) -> dict[str, Any]:
    decision = decide(cast, key, who)["decision"]
    return cast.act(who, "restriction.issue", **{"decision": decision, "legal_basis": LAW} | more).result
