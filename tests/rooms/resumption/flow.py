"""What tests of the resumption of work share: an enterprise applies, the street and a department check, the headquarters decides."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

import pytest

from tests.cast import Cast
from tongchou.kernel.clock import SHANGHAI
from tongchou.kernel.errors import Refusal
from tongchou.kernel.ids import new_id
from tongchou.record.act import act
from tongchou.record.files import take_in
from tongchou.record.models import AreaGrade
from tongchou.rooms.resumption.models import Application

STAGED = datetime(2020, 2, 20, 10, tzinfo=SHANGHAI)
"""A Thursday on which districts approved in batches."""
LATER = datetime(2020, 3, 5, 10, tzinfo=SHANGHAI)
"""A Thursday on which nothing may be approved where the grade is low."""
PNG = b"\x89PNG\r\n\x1a\n" + b"\x00\x00\x00\rIHDR" + b"\x00" * 40
PDF = b"%PDF-1.4\n1 0 obj\n<<>>\nendobj\ntrailer\n<<>>\n%%EOF\n"


def do(cast: Cast, who: str, verb: str, at: datetime = STAGED, **payload: Any) -> dict[str, Any]:
    return act(verb, cast.as_(who), new_id(), payload, now=at).result


def refused(run: Any) -> Refusal:
    with pytest.raises(Refusal) as caught:
        run()
    return caught.value


def upload(cast: Cast, who: str, photo: bool = True) -> str:
    name, kind, body = ("现场.png", "image/png", PNG) if photo else ("预案.pdf", "application/pdf", PDF)
    return str(take_in(cast.as_(who), new_id(), name, kind, body).result["file"])


def graded(cast: Cast, grade: str, area: str = "district", on: datetime = LATER) -> None:
    AreaGrade.objects.create(
        area=cast.areas[area], grade=grade, pack="covid-19", edition="x", rule="x", from_date=on.date() - timedelta(days=1), known_from=on, proposal=new_id(),
    )  # fmt: skip


def answers(cast: Cast, row: Application, who: str, only: set[str] | None = None) -> list[dict[str, Any]]:
    """Something fitting for every item."""
    out: list[dict[str, Any]] = []
    for item in row.items.exclude(form="record"):
        if only is not None and item.key not in only:
            continue
        value: dict[str, Any] = {"number": 10} if item.form == "number" else {"text": "已落实，责任人李某"}
        if item.form in ("photo", "file"):
            value = {"files": [upload(cast, who, item.form == "photo")]}
        if item.form == "tick":
            value = {"number": 1, "files": [upload(cast, who)]}
        out.append({"key": item.key} | value)
    return out


def submitted(cast: Cast, who: str = "enterprise", unit: str = "works", at: datetime = STAGED) -> Application:
    """An application for approval that has just come in."""
    made = do(cast, who, "resumption.start", at, unit=cast.units[unit].pk)
    row = Application.objects.get(pk=made["application"])
    do(cast, who, "resumption.fill", at, application=str(row.pk), items=answers(cast, row, who))
    do(cast, who, "resumption.submit", at, application=str(row.pk))
    row.refresh_from_db()
    return row


def checked(cast: Cast, row: Application, street: str = "street", at: datetime = STAGED, bad: str = "") -> None:
    """The street looks at every item on site and concludes; the office looks at the rest."""
    found = [
        {"key": i.key, "ok": i.key != bad, "reason": "现场不符" if i.key == bad else ""}
        for i in row.items.filter(site=True)
    ]
    do(cast, street, "resumption.check", at, application=str(row.pk), items=found)
    do(cast, street, "resumption.conclude", at, application=str(row.pk), conclusion="现场条件具备")
    rest = [{"key": i.key, "ok": True} for i in row.items.exclude(form="record").filter(site=False, units=[])]
    do(cast, "hq", "resumption.review", at, application=str(row.pk), items=rest)
