"""A fortnight of matching in the demo district: enterprises' needs and offers, a run that was issued and confirmed, one to decide; a return trip."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from django.utils import timezone

from tongchou.cli.demo_cast import Demo
from tongchou.record.models import Person
from tongchou.record.people.identity import open_identity
from tongchou.rooms.matching.models import Match

_NEEDS: tuple[tuple[str, int, list[str]], ...] = (
    ("普工", 40, []), ("焊工", 6, ["skilled"]), ("口罩", 20_000, []), ("货车司机", 5, ["skilled"]), ("厢式货车", 4, ["pass"]), ("包装纸箱", 9_000, []),
    ("酒精", 300, []), ("普通仓", 800, ["roof"]), ("缝纫工", 25, []), ("额温枪", 12, []),
)  # fmt: skip
_OFFERS: tuple[tuple[str, int, list[str]], ...] = (
    ("普工", 60, ["local"]), ("焊工", 9, ["skilled", "local"]), ("口罩", 90_000, ["surgical"]), ("货车司机", 12, ["skilled"]), ("厢式货车", 6, ["pass"]),
    ("包装纸箱", 20_000, []), ("酒精", 900, []), ("普通仓", 1_500, ["roof"]), ("缝纫工", 18, []),
)  # fmt: skip
_ENTERPRISES = 24


def make_matching(demo: Demo) -> None:
    """Needs by two in three of the enterprises with an account, offers by the others."""
    keys = [k for k, u in demo.units.items() if u.kind == "enterprise" and _who(demo, k)][:_ENTERPRISES]
    if len(keys) < 6:
        return
    for n, key in enumerate(keys):
        rows = _NEEDS if n % 3 else _OFFERS
        for k in range(2):
            item, quantity, conditions = rows[(n * 2 + k) % len(rows)]
            side, at = ("need" if n % 3 else "offer"), timezone.now() - timedelta(days=12 - n % 10, hours=n)
            _enter(demo, key, side, item, max(1, quantity * (3 + n % 5) // 5), conditions, at)
    _match(demo)
    _trip(demo, keys[0])


def _enter(demo: Demo, key: str, side: str, item: str, quantity: int, conditions: list[str], at: Any) -> None:
    day = timezone.localdate(at)
    payload = {
        "side": side, "item": item, "quantity": quantity, "unit": demo.units[key].pk, "first": str(day), "last": str(day + timedelta(days=40)),
        "conditions": conditions,
    }  # fmt: skip
    made = demo.do(_who(demo, key), "match.post", at, **payload)
    if side == "need" and item in ("口罩", "酒精"):
        demo.do("hq", "match.change", at + timedelta(hours=2), entry=made["entry"], seen_version=1, essential=True)


def _match(demo: Demo) -> None:
    """One run a week ago was issued and half of it confirmed; one of today waits to be decided."""
    area, at = demo.areas["district"].pk, timezone.now() - timedelta(days=2)
    first = demo.do("dept", "match.run", at, area=area, kinds=["worker", "material"])["run"]
    demo.do("dept", "match.solve", at, run=first)
    demo.do("dept", "match.issue", at + timedelta(hours=2), run=first)
    keys = {u.pk: k for k, u in demo.units.items()}
    for n, match in enumerate(Match.objects.select_related("offer", "need").order_by("pk")):
        giver, taker = _who(demo, keys[match.offer.unit_id]), _who(demo, keys[match.need.unit_id])
        steps = n % 4
        if steps:
            demo.do(giver, "loop.advance", at + timedelta(hours=6), loop=str(match.pk), step="accept")
        if steps > 1:
            said = [{"key": "delivered", "type": "text", "text": "已按约定送到，双方点验。"}]
            demo.do(giver, "loop.advance", at + timedelta(hours=20), loop=str(match.pk), step="deliver", evidence=said)
        if steps > 2:
            came = [{"key": "received", "type": "number", "number": str(match.quantity if n % 8 != 3 else match.quantity * 9 // 10)}]
            demo.do(taker, "loop.advance", at + timedelta(hours=30), loop=str(match.pk), step="receive", evidence=came)
    kinds = ["worker", "material", "transport", "storage"]
    today = demo.do("dept", "match.run", timezone.now(), area=area, kinds=kinds)["run"]
    demo.do("dept", "match.solve", timezone.now(), run=today)


def _trip(demo: Demo, key: str) -> None:
    """A bus that leaves in three hours, with workers of an enterprise and two who wait for the next one."""
    now = timezone.now()
    vehicles = [{"plate": "贵F8K021", "operator": "毕节客运", "seats": 40, "driver": "袁师傅", "phone": "13900001234", "escort": "驻村干部"}]
    trip = demo.do("hq", "trip.plan", now - timedelta(days=1), origin="贵州省毕节市", area=demo.areas["district"].pk, unit=demo.units["transport"].pk,
        departs_at=(now + timedelta(hours=3)).isoformat(), arrives_at=(now + timedelta(hours=22)).isoformat(), vehicles=vehicles,
    )["trip"]  # fmt: skip
    today = timezone.localdate()
    home = Person.objects.filter(merged_into=None, workplace=demo.units[key]).exclude(document_hash=None).order_by("pk")[:8]
    known = [open_identity(person.sealed, person.pk) for person in home]
    staff = [{"name": one.name, "document": one.document, "phone": one.phone} for one in known]
    for workers, more in ((staff[:6], {"trip": trip}), (staff[6:], {})):
        if not workers:
            continue
        demo.do(_who(demo, key), "trip.sign_up", now - timedelta(hours=20), origin="贵州省毕节市", first=str(today), last=str(today + timedelta(days=6)),
            to_unit=demo.units[key].pk, workers=workers, **more,
        )  # fmt: skip


def _who(demo: Demo, key: str) -> str:
    """The account of an enterprise; "" where it has none."""
    return demo.account_of(demo.units[key].pk) or ""
