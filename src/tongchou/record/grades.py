"""Writing a grade: one place that keeps the two times in order. Called inside an act."""

from __future__ import annotations

import uuid
from datetime import date
from typing import Any

from tongchou.kernel.errors import Reason
from tongchou.kernel.text import Text
from tongchou.record.act import Context, explain_constraint
from tongchou.record.clearance_due import ask
from tongchou.record.models import Area, AreaGrade

explain_constraint(
    "grade_one_at_a_time",
    Reason.OVERLAP,
    Text("该区域同一天只能有一个等级。", "An area has one grade on a day."),
    Text("请刷新后按最新情况重新办理。", "Reload and do it again."),
)


def set_grade(context: Context, area: int, grade: str | None, since: date, *, proposal: uuid.UUID, **rule: str) -> None:
    """From a day on an area has this grade, or none, until the next change that is on record already.

    rule: pack, edition, rule. What the record said before stays readable by the time at which it was known.
    """
    Area.objects.select_for_update().get(pk=area)  # changes of one area come one after the other
    known = AreaGrade.objects.filter(area_id=area, known_to=None)
    held = known.filter(from_date__lte=since).exclude(to_date__lte=since).first()
    after = known.filter(from_date__gt=since).order_by("from_date").first()
    until = held.to_date if held is not None else after.from_date if after is not None else None
    if held is not None:
        held.known_to = context.now
        held.save(update_fields=["known_to"])
        if held.from_date < since:
            same: dict[str, Any] = {name: getattr(held, name) for name in ("area_id", "grade", "pack", "edition", "rule", "from_date", "proposal")}
            AreaGrade.objects.create(**same, to_date=since, known_from=context.now)
    if grade is not None:
        AreaGrade.objects.create(
            area_id=area, grade=grade, from_date=since, to_date=until, known_from=context.now, proposal=proposal, **rule
        )
    data = {"grade": grade or "none", "from": since.isoformat(), "proposal": str(proposal), "before": held.grade if held is not None else ""}
    context.event("grade_set", subject=f"area:{area}", data=data | rule)
    ask(context, "grade", f"area:{area}")
