"""What is to be sown and what has been, by village, crop and week."""

from __future__ import annotations

from datetime import date, timedelta
from decimal import Decimal
from typing import Any

from pydantic import Field

from tongchou.kernel.errors import Reason, Refusal
from tongchou.kernel.text import Text
from tongchou.record.act import Context, Payload, verb
from tongchou.rooms.rural.actions.setup import known_crop
from tongchou.rooms.rural.models import Sown, SownPlan
from tongchou.rooms.rural.reach import REPORT, season_of, today, village_in_reach


class PlanIn(Payload):
    season: int
    area: int
    crop: str = Field(max_length=20)
    mu: Decimal = Field(ge=0, le=1_000_000, max_digits=10, decimal_places=1)


class SownIn(PlanIn):
    """mu: all that is sown by the end of the week, earlier weeks included; nought is said. week: any day of it."""

    week: date
    note: str = Field("", max_length=300)


@verb("farm.sown_plan", REPORT, Text("填报播种计划", "Plan what is sown"))
def plan_sowing(context: Context, given: PlanIn) -> dict[str, Any]:
    """Say what a village plans to sow; saying it again replaces it."""
    season, area = season_of(given.season), village_in_reach(context.actor, REPORT, given.area)
    known_crop(given.crop)
    SownPlan.objects.update_or_create(season=season, area=area, crop=given.crop, defaults={"mu": given.mu})
    context.event(
        "farm_sown_plan", subject=f"area:{area.pk}", data={"season": season.pk, "crop": given.crop, "mu": str(given.mu)}
    )
    return {"area": area.pk, "crop": given.crop}


@verb("farm.sown", REPORT, Text("填报播种进度", "Report what is sown"))
def report_sown(context: Context, given: SownIn) -> dict[str, Any]:
    """Report a week; reporting it again corrects it. What falls below an earlier week needs a note."""
    season, area = season_of(given.season), village_in_reach(context.actor, REPORT, given.area)
    known_crop(given.crop)
    week = given.week - timedelta(days=given.week.weekday())
    if week > today(context.now) or week + timedelta(days=6) < season.starts_on or week > season.ends_on:
        rule = Text("周次应在本季之内，且不在将来。", "The week lies in the season and not ahead.")
        raise Refusal(Reason.IMPOSSIBLE_DATE, rule, field="week", value=given.week.isoformat())
    rows = Sown.objects.filter(season=season, area=area, crop=given.crop)
    most = rows.filter(week__lt=week).order_by("-mu").values_list("mu", flat=True).first()
    if most is not None and given.mu < most and not given.note:
        rule = Text(
            "累计面积少于此前填报的 {n} 亩，须说明原因。", "This is below the {n} mu reported before: say why."
        ).with_(n=most)
        raise Refusal(
            Reason.INVALID_VALUE,
            rule,
            remedy=Text("请填写说明或更正。", "Give a note, or correct it."),
            field="mu",
            value=given.mu,
        )
    assert context.actor.account_id is not None
    rows.update_or_create(
        season=season, area=area, crop=given.crop, week=week,
        defaults={"mu": given.mu, "note": given.note, "account_id": context.actor.account_id, "recorded_at": context.now},
    )  # fmt: skip
    data = {"season": season.pk, "crop": given.crop, "week": week.isoformat(), "mu": str(given.mu)}
    context.event("farm_sown", subject=f"area:{area.pk}", note=given.note, data=data)
    return {"area": area.pk, "crop": given.crop, "week": week.isoformat()}
