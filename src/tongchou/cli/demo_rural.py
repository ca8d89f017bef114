"""Spring ploughing and relief in the demo district's villages, through act(): needs, stock, deliveries in every state, sown area, produce, watched households."""

from __future__ import annotations

from datetime import date, datetime, timedelta

from django.utils import timezone

from tongchou.cli.demo_cast import Demo
from tongchou.kernel.clock import SHANGHAI
from tongchou.kernel.ids import new_id
from tongchou.record.access import SYSTEM
from tongchou.record.act import act
from tongchou.record.models import Household, Person

DAY = timedelta(days=1)
_NEEDS = (
    ("seed_early_rice", 900, 6),
    ("urea", 14, 9),
    ("compound", 10, 14),
    ("pesticide", 160, 22),
    ("film", 240, 4),
    ("diesel", 2600, 12),
)
"""Input, quantity of a village, days until the farming day."""
_STOCK = (("enterprise:5", 1.0), ("enterprise:3", 0.6))
_PLANS = (("early_rice", 620), ("rapeseed", 240), ("vegetables", 180))
_LOTS = (("红菜薹", "公斤", 8_000, "1.6", 5), ("茶叶鲜叶", "公斤", 900, "28", 3), ("柑橘", "公斤", 26_000, "2.2", 20))


def villages(demo: Demo) -> list[str]:
    """Six places that farm: three of the street whose accounts the README lists, that of `community` first, and the last three of the rest.

    Villages come before communities in towns, of which a territory may have no others.
    """
    keys = [k for k, a in demo.areas.items() if a.level == "community"]
    home = demo.areas["street:0"].path
    near = [k for k in keys if demo.areas[k].path.startswith(home)]
    near.sort(key=lambda k: (k != "community:0", not _village(demo, k)))
    far = [k for k in keys if k not in near]
    far.sort(key=lambda k: _village(demo, k))
    return near[:3] + far[-3:]


def _village(demo: Demo, key: str) -> bool:
    return demo.areas[key].kind.startswith("village")


def make_farming(demo: Demo) -> None:
    """A spring: what six villages need and have, who delivers, what is sown, what finds no buyer."""
    now, places = timezone.now(), villages(demo)
    start = now - 40 * DAY
    demo.do("hq", "farm.charge", start, topic="farm", unit=demo.units["department:5"].pk)
    demo.do("dept", "farm.shipped_inputs", start)
    season = demo.do("dept",
        "farm.season",
        start,
        name=f"{_on(now).year} 年春耕",
        starts_on=str(_on(now - 35 * DAY)),
        ends_on=str(_on(now + 60 * DAY)),
    )
    key = int(season["season"])
    for n, place in enumerate(places):
        for m, (name, _, days) in enumerate(_NEEDS):
            given = {
                "input": name,
                "quantity": str(_wanted(n, m)),
                "needed_on": str(_on(now + days * DAY)),
            }
            demo.do(officer(demo, place), "farm.need", start + DAY, season=key, area=demo.areas[place].pk, **given)
    _stock(demo, now)
    _deliver(demo, key, places, now)
    _sow(demo, key, places, now)
    _sell(demo, places, now)
    act("farm.open_gaps", SYSTEM, new_id(), {}, now=now - timedelta(hours=3))


def _wanted(n: int, m: int) -> int:
    """What the n-th village needs of the m-th input."""
    return round(_NEEDS[m][1] * (0.6 + 0.2 * ((n + m) % 5)))


def officer(demo: Demo, place: str) -> str:
    """The account that acts for a village."""
    return next(
        name
        for name, post in demo.posts.items()
        if post.unit_id == demo.units[place].pk and post.role == "community_officer"
    )


def _stock(demo: Demo, now: datetime) -> None:
    """Two dealers, day by day; of film nobody has any, and nobody says anything about diesel."""
    for dealer, share in _STOCK:
        for back in range(9, -1, -3):
            for m, (name, quantity, _) in enumerate(_NEEDS[:5]):
                amount = 0 if name == "film" else round(quantity * 3.2 * share * (1 - back / 30))
                given = {
                    "unit": demo.units[dealer].pk,
                    "input": name,
                    "quantity": str(amount),
                    "price": str(20 + 7 * m + (9 - back) // 3),
                }
                at = now - back * DAY - timedelta(hours=4)
                demo.do(demo.account_of(demo.units[dealer].pk) or "hq", "farm.stock", at, on=str(_on(at)), **given)


def _deliver(demo: Demo, season: int, places: list[str], now: datetime) -> None:
    """Deliveries that came in full, came short, are on the way, wait to be sent, were cancelled."""
    dealer, at = demo.units["enterprise:5"].pk, now - timedelta(hours=3, minutes=50)
    for n, place in enumerate(places):
        area = demo.areas[place].pk
        urea, compound = (_wanted(n, 1), _wanted(n, 2)) if n == 0 else (4, 3)
        wanted = [
            {"dealer": dealer, "area": area, "input": name, "quantity": str(quantity), "expect_on": str(_on(now + DAY))}
            for name, quantity in (("urea", urea), ("compound", compound))
        ]
        made = demo.do("dept", "farm.deliver", at, season=season, deliveries=wanted)["deliveries"]
        if n == 5:
            demo.do("dept", "farm.cancel", at + timedelta(minutes=5), delivery=made[1], reason="村里已自行购买")
        if n < 4:
            for delivery, quantity in zip(made, (urea, compound), strict=True):
                demo.do("dealer", "farm.send", at + timedelta(minutes=20), delivery=delivery, quantity=str(quantity))
        if n < 2:
            who, later = officer(demo, place), at + timedelta(hours=2)
            demo.do(who, "farm.receive", later, delivery=made[0], quantity=str(urea))
            short = {"quantity": "2.9", "reason": "两包破损，已退回"} if n == 1 else {"quantity": str(compound)}
            demo.do(who, "farm.receive", later, delivery=made[1], **short)


def _sow(demo: Demo, season: int, places: list[str], now: datetime) -> None:
    """Plans, and four weeks of reports; the last village is silent this week."""
    for n, place in enumerate(places):
        who, common = officer(demo, place), {"season": season, "area": demo.areas[place].pk}
        for crop, mu in _PLANS:
            plan = mu + 40 * n
            demo.do(who, "farm.sown_plan", now - 34 * DAY, **common, crop=crop, mu=str(plan))
            for week in range(4 if n < len(places) - 1 else 3):
                at = now - (21 - 7 * week) * DAY - timedelta(hours=1)
                share = 0 if week == 0 else min(1.0, 0.12 * week * (1 + n % 3))
                demo.do(who, "farm.sown", at, **common, crop=crop, week=str(_on(at)), mu=str(round(plan * share)))


def _sell(demo: Demo, places: list[str], now: datetime) -> None:
    """Three lots: one sold in part, one with an offer that waits, one of which some was lost."""
    buyer, at = demo.units["enterprise:1"].pk, now - 2 * DAY
    made = []
    for place, (name, measure, quantity, price, keeps) in zip(places, _LOTS, strict=False):
        given = {
            "name": name,
            "measure": measure,
            "quantity": str(quantity),
            "price": price,
            "keeps_until": str(_on(now + keeps * DAY)),
        }
        made.append(
            (place, demo.do(officer(demo, place), "produce.add", at, seller=demo.units[place].pk, **given)["produce"])
        )
    for n, (_, produce) in enumerate(made[:2]):
        bid = {"quantity": "3000" if n == 0 else "400", "price": "1.5" if n == 0 else "26", "collect_on": str(_on(now))}
        offer = demo.do("enterprise2", "produce.offer", at + timedelta(hours=5), produce=produce, buyer=buyer, **bid)[
            "offer"
        ]
        if n == 0:
            seller = officer(demo, made[0][0])
            loop = demo.do(seller, "produce.take", at + timedelta(hours=8), offer=offer)["loop"]
            paid = [{"key": "paid", "type": "text", "text": "提货 3000 公斤，已转账。"}]
            demo.do("enterprise2",
                "loop.advance",
                at + timedelta(hours=30),
                loop=loop,
                step="collected",
                evidence=paid,
            )
            demo.do(seller, "loop.advance", at + timedelta(hours=34), loop=loop, step="confirm")
    if len(made) > 2:
        place, produce = made[2]
        seen = now - timedelta(hours=2)
        lost = {"quantity": "1200", "why": "no_transport", "on": str(_on(seen))}
        demo.do(officer(demo, place), "produce.spoiled", seen, produce=produce, **lost)


def make_relief(demo: Demo) -> None:
    """Households watched in the villages: with measures, problems in every state, income and work; one whose risk was removed; some to be looked at."""
    now, year = timezone.now(), timezone.now().year
    demo.do("hq", "farm.charge", now - 40 * DAY, topic="relief", unit=demo.units["department:5"].pk)
    line = {"area": demo.areas["district"].pk, "year": year - 1, "per_head": "6000", "basis": "演示用数值，非真实文件"}
    demo.do("dept", "relief.line", now - 39 * DAY, **line)
    for v, place in enumerate(villages(demo)):
        homes = Household.objects.filter(
            area__path__startswith=demo.areas[place].path, person__birth_year__lt=year - 20
        ).distinct()
        for n, home in enumerate(homes.order_by("pk")[:6]):
            _household(demo, officer(demo, place), home, 6 * v + n, now)


def _household(demo: Demo, who: str, home: Household, n: int, now: datetime) -> None:
    """The first four of a village are watched; the other two show signs and have no file."""
    at = now - (30 - n % 7) * DAY
    month = f"{at.astimezone(SHANGHAI):%Y-%m}"
    fall = {"household": home.pk, "month": month, "way": "down"}
    demo.do(who,
        "relief.income",
        at,
        **fall,
        band=("under_2000", "under_500", "from_5000")[n % 3],
        reason=("job", "produce", "illness")[n % 3],
    )
    if n % 6 == 4:
        demo.do(who, "relief.year_income", at, household=home.pk, year=now.year - 1, per_head=str(5200 + 31 * n))
    if n % 6 > 3:
        return
    reasons = (["job_lost"], ["illness", "labour"], ["unsold"], ["school", "job_lost"])[n % 4]
    file = demo.do(who,
        "relief.open",
        at,
        household=home.pk,
        category=("unstable", "marginal", "sudden")[n % 3],
        reasons=reasons,
    )["file"]
    street = _street(demo, home)
    kind = ("temporary", "medical", "sales", "school")[n % 4]
    demo.do(who,
        "relief.measure",
        at + DAY,
        file=file,
        kind=kind,
        unit=street,
        from_on=str(_on(at + DAY)),
        amount=str(500 + 100 * (n % 5)),
    )
    _work(demo, who, home, n, at)
    if n % 6 in (1, 2):
        _trouble(demo, who, file, street, n, at + DAY)
    if n % 6 == 0:
        demo.do(who,
            "relief.income",
            at + 2 * DAY,
            household=home.pk,
            month=month,
            way="up",
            band="under_2000",
            reason="job",
        )
        demo.do(who, "relief.propose", at + 20 * DAY, file=file)
        if n % 4 == 0:
            asked = {"remove": True, "agreed": True, "asked_on": str(_on(at + 21 * DAY))}
            demo.do("hq", "relief.verify", at + 21 * DAY, file=file, **asked)


def _street(demo: Demo, home: Household) -> int:
    above = [int(p) for p in home.area.path.split(".") if p]
    return next(u.pk for u in demo.units.values() if u.kind == "street" and u.area_id in above)


def _work(demo: Demo, who: str, home: Household, n: int, at: datetime) -> None:
    """One member of a household who can work finds a job, and every third loses it again."""
    person = (
        Person.objects.filter(household=home, birth_year__lt=at.year - 20, birth_year__gt=at.year - 60)
        .order_by("pk")
        .first()
    )
    if person is None:
        return
    key = str(person.pk)
    demo.do(who, "relief.wish", at + DAY, person=key, able="full", wish=("away", "near", "post")[n % 3])
    given = {"kind": ("away", "near", "post")[n % 3], "from_on": str(_on(at + 2 * DAY))}
    if n % 3 == 0:
        given |= {"place": "440600", "organised": "true", "departed_on": str(_on(at + 2 * DAY))}
    job = demo.do(who, "relief.job", at + 3 * DAY, person=key, **given)["job"]
    if n % 6 == 3:
        demo.do(who, "relief.job_end", at + 15 * DAY, job=job, on=str(_on(at + 14 * DAY)), reason="outbreak")


def _trouble(demo: Demo, who: str, file: str, street: int, n: int, at: datetime) -> None:
    """A problem: put right and confirmed, or still open."""
    given = {"item": ("water", "housing", "medical", "school")[n % 4], "found_on": str(_on(at)), "owner_unit": street}
    loop = demo.do(who, "relief.problem", at, file=file, **given)["loop"]
    solver = next((name for name, post in demo.posts.items() if post.unit_id == street), None)
    if n % 6 == 1 and solver is not None:
        told = [{"key": "result", "type": "text", "text": "已协调落实。"}]
        demo.do(solver, "loop.advance", at + 4 * DAY, loop=loop, step="solved", evidence=told)
        asked = [{"key": "asked", "type": "text", "text": "入户查看，问题已解决。"}]
        demo.do(who, "loop.advance", at + 5 * DAY, loop=loop, step="confirm", evidence=asked)


def _on(at: datetime) -> date:
    return at.astimezone(SHANGHAI).date()
