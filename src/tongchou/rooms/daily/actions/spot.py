"""Spot checks: who is drawn and why, what was found there, and what comes of a bad find."""

from __future__ import annotations

import secrets
import uuid
from typing import Any

from pydantic import Field

from tongchou.kernel.errors import Reason, Refusal
from tongchou.kernel.ids import new_id
from tongchou.kernel.text import Text
from tongchou.record.act import Context, Payload, explain_constraint, verb
from tongchou.record.models import Unit
from tongchou.record.photos import MOST, check_photos
from tongchou.record.territory.reach import area_in_reach, missing
from tongchou.rooms.daily.actions.breach import HANDLE, told_of
from tongchou.rooms.daily.anomaly import draw
from tongchou.rooms.daily.evidence import evidence_of, signs
from tongchou.rooms.daily.models import Breach, SpotCheck, SpotDraw
from tongchou.rooms.daily.numbers import local_day
from tongchou.rooms.daily.reach import KINDS, enterprise_in_reach

BAD = (SpotCheck.Result.FALSE_FILE, SpotCheck.Result.NO_RIGHT)
explain_constraint(
    "spot_checked_once",
    Reason.DUPLICATE,
    Text("这家企业在这次抽查中已登记结果。", "The result of this enterprise is on record for this draw."),
    Text("请刷新页面；要再查请重新抽取。", "Reload the page; to look again, draw again."),
)


class DrawIn(Payload):
    """signs: enterprises with a sign (signals or attendance against what they reported) come first, with the sign as the reason; the rest by lot."""

    area: int
    wanted: int = Field(ge=1, le=200)
    signs: bool = False


class CheckIn(Payload):
    """people: counted on the spot. photos: own uploads; a bad find needs one."""

    draw: uuid.UUID
    unit: int
    result: SpotCheck.Result
    seen: str = Field(min_length=4, max_length=5_000)
    people: int | None = Field(None, ge=0, le=100_000)
    photos: list[uuid.UUID] = Field(default_factory=list, max_length=MOST)


@verb("breach.draw", HANDLE, Text("抽取抽查企业", "Draw enterprises for a spot check"))
def spot_draw(context: Context, given: DrawIn) -> dict[str, Any]:
    """Draw enterprises of an area. Pool and seed are kept, so that anybody can draw the lot again and get the same."""
    area = area_in_reach(context.actor, HANDLE, given.area)
    rows = Unit.objects.filter(kind__in=KINDS, active_to=None, area__path__startswith=area.path)
    everybody = list(rows.order_by("pk").values_list("pk", flat=True))
    if not everybody:
        rule = Text("该区域没有在册企业。", "There is no enterprise in this area.")
        raise Refusal(Reason.MISSING_VALUE, rule, field="area", value=area.pk)
    inside = set(everybody)
    found = [s for s in signs(context.actor, local_day(context.now), HANDLE) if s.unit in inside][: given.wanted] if given.signs else []
    picked = [s.unit for s in found]
    pool = [u for u in everybody if u not in set(picked)]
    seed = secrets.token_hex(16)
    row = SpotDraw.objects.create(
        id=new_id(), area=area, pool=pool, seed=seed, wanted=given.wanted, picked=picked,
        reasons={str(s.unit): [w.as_dict() for w in s.why] for s in found}, drawn=picked + draw(pool, seed, given.wanted - len(picked)),
        account_id=context.actor.account_id, at=context.now,
    )  # fmt: skip
    data = {"draw": str(row.pk), "seed": seed, "pool": len(pool), "picked": len(picked), "drawn": len(row.drawn)}
    context.event("spot_draw", subject=f"area:{area.pk}", data=data)
    return {"draw": str(row.pk), "drawn": row.drawn}


@verb("spot.record", HANDLE, Text("登记抽查结果", "Record what a spot check found"))
def record_check(context: Context, given: CheckIn) -> dict[str, Any]:
    """Record a result once. A false file or work without a right opens a matter with the photos: the enterprise is heard, another decides; ordered to stop,
    its permit is suspended and discipline inspection is told."""
    row = SpotDraw.objects.filter(pk=given.draw, drawn__contains=[given.unit]).first()
    if row is None:
        raise missing(Text("没有找到这次抽取或其中没有这家企业。", "There is no such draw, or the enterprise is not in it."), "draw", str(given.draw))
    unit = enterprise_in_reach(context.actor, HANDLE, given.unit)
    check_photos(context.actor, given.photos)
    bad = given.result in BAD
    if bad and not given.photos:
        rule = Text("虚假档案、无证开工须拍照。", "A false file or work without a right needs a photo.")
        raise Refusal(Reason.EVIDENCE_MISSING, rule, remedy=Text("请现场拍照。", "Take one on the spot."), field="photos")
    photos = [str(p) for p in given.photos]
    matter = _matter(context, unit, given, photos) if bad else None
    assert context.actor.account_id is not None
    check = SpotCheck.objects.create(
        id=new_id(), draw=row, unit=unit, result=given.result, seen=given.seen, people=given.people, photos=given.photos, breach=matter,
        facts=evidence_of(unit.pk, local_day(context.now)), account_id=context.actor.account_id, at=context.now,
    )  # fmt: skip
    data = {"check": str(check.pk), "result": check.result, "photos": len(photos), "breach": str(matter.pk) if matter else ""}
    context.event("spot_check", subject=f"unit:{unit.pk}", data=data)
    return {"check": str(check.pk), "breach": str(matter.pk) if matter else None}


def _matter(context: Context, unit: Unit, given: CheckIn, photos: list[str]) -> Breach:
    """The matter that is open about the enterprise, else a new one."""
    held = Breach.objects.select_for_update().filter(unit=unit, ended_at=None).first()
    spot = {"result": given.result.value, "people": given.people, "photos": photos}
    if held is None:
        return told_of(context, unit, Breach.Source.INSPECTION, given.seen, {"about": given.result.value, "spot": spot})
    held.evidence = held.evidence | {"spot": spot}
    held.save(update_fields=["evidence"])
    return held
