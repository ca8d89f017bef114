"""Spot checks: drawn with reasons, looked at once, photographed; a bad find is heard, stopped by another, and told to discipline inspection alone."""

from __future__ import annotations

import io
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import IntegrityError, connection, transaction
from django.urls import reverse
from django.utils import timezone
from openpyxl import load_workbook

from tests.cast import Cast
from tests.rooms.daily.helping import do, permit, refused, reported, system
from tests.rooms.daily.test_breach import advance, idle_days
from tests.rooms.supervision.helping import PNG
from tests.web.test_pages import signed_in
from tongchou.kernel.errors import Reason
from tongchou.kernel.ids import new_id
from tongchou.record.files import take_in
from tongchou.record.models import Account, WorkPermit
from tongchou.rooms.daily.actions.inspection import tell_inspection
from tongchou.rooms.daily.anomaly import draw
from tongchou.rooms.daily.models import Breach, SpotCheck, SpotDraw
from tongchou.rooms.daily.spots import counts, pending
from tongchou.rooms.supervision.models import Lead


def drawn(cast: Cast, who: str = "street", area: str = "east", **more: Any) -> SpotDraw:
    return SpotDraw.objects.get(pk=do(cast, who, "breach.draw", area=cast.areas[area].pk, wanted=1, **more)["draw"])


def photo(cast: Cast, who: str = "street") -> str:
    return str(take_in(cast.as_(who), new_id(), "现场.png", "image/png", PNG).result["file"])


def found(cast: Cast, row: SpotDraw, result: str = "no_right", who: str = "street", **more: Any) -> dict[str, Any]:
    given = {"draw": str(row.pk), "unit": cast.units["works"].pk, "result": result, "seen": "两条生产线在开", "people": 30} | more
    return do(cast, who, "spot.record", **given)


def test_who_has_a_sign_is_drawn_first_with_the_reason_and_the_lot_can_be_drawn_again(cast: Cast) -> None:
    idle_days(cast, "900")
    row = drawn(cast, signs=True)
    assert row.picked == row.drawn == [cast.units["works"].pk]
    assert "900" in row.reasons[str(cast.units["works"].pk)][0]["zh"]
    wide = SpotDraw.objects.get(pk=do(cast, "hq", "breach.draw", area=cast.areas["district"].pk, wanted=2, signs=True)["draw"])
    assert wide.drawn == [*wide.picked, *draw(wide.pool, wide.seed, 1)]
    assert not set(wide.picked) & set(wide.pool)
    assert drawn(cast).picked == []  # by lot alone


def test_as_reported_or_closed_is_counted_and_nothing_more(cast: Cast) -> None:
    reported(cast)
    row = drawn(cast)
    assert [p.unit for p in pending(cast.as_("street"), timezone.now())] == [cast.units["works"].pk]
    found(cast, row, "as_reported")
    assert (pending(cast.as_("street"), timezone.now()), Breach.objects.count()) == ([], 0)
    assert counts(cast.as_("hq"), timezone.now()) == [("east 区域", 1, 1, 0, 0, 0)]
    assert counts(cast.as_("next_street"), timezone.now()) == []
    assert SpotCheck.objects.get().facts["reports"][0]["at_work"] == 80  # what it was held against, frozen
    assert refused(lambda: found(cast, row, "closed")).reason is Reason.DUPLICATE
    for who in ("street", "enterprise"):
        page = signed_in(cast, who).get(reverse("daily_unit", args=[cast.units["works"].pk]) if who == "street" else reverse("daily"))
        assert "与所报一致" in page.content.decode()


def test_a_bad_find_needs_a_photo_of_ones_own(cast: Cast) -> None:
    row = drawn(cast)
    assert (refused(lambda: found(cast, row)).reason, Breach.objects.count()) == (Reason.EVIDENCE_MISSING, 0)
    assert refused(lambda: found(cast, row, photos=[photo(cast, "hq")])).field == "photos"
    assert refused(lambda: found(cast, row, unit=cast.units["mill"].pk)).reason is Reason.NOT_FOUND
    assert refused(lambda: found(cast, row, who="next_street")).reason is Reason.NOT_FOUND
    assert refused(lambda: found(cast, row, people=-1)).field == "people"


def stopped(cast: Cast, result: str) -> Breach:
    """From the spot to the decision."""
    permit(cast.units["works"])
    found(cast, drawn(cast), result, photos=[photo(cast)])
    system("breach.take_up")
    row = Breach.objects.get()
    assert row.loop is not None
    advance(cast, "enterprise", row.loop, "answer", answer="检修设备，未生产")
    advance(cast, "street", row.loop, "propose", seen="现场 30 人在岗", proposal="责令停工")
    assert tell_inspection() == 0  # a find is no finding
    advance(cast, "hq", row.loop, "stop", reason="未经批准生产")
    return row


@pytest.mark.parametrize(("result", "kind"), [("no_right", "other"), ("false_file", "false_report")])
def test_ordered_to_stop_it_is_suspended_and_discipline_inspection_alone_is_told_once(cast: Cast, result: str, kind: str) -> None:
    row = stopped(cast, result)
    assert list(WorkPermit.objects.filter(unit=row.unit).values_list("state", flat=True)) == ["suspended"]
    assert (tell_inspection(), tell_inspection()) == (1, 0)
    lead = Lead.objects.get()
    assert (lead.kind, lead.unit_id, lead.source_id) == (kind, row.unit_id, row.loop_id)
    check = SpotCheck.objects.get()
    url = reverse("photo", args=["spot", check.pk, check.photos[0]])
    assert signed_in(cast, "discipline").get(url).status_code == 200
    for who in ("next_street", "enterprise", "rival"):
        assert signed_in(cast, who).get(url).status_code in (403, 404)
    text = signed_in(cast, "discipline").get(reverse("lead", args=[lead.pk])).content.decode()
    assert "两条生产线在开" in text
    assert check.photos[0].hex[:8] in text
    for who in ("hq", "street", "inspector"):
        assert signed_in(cast, who).get(reverse("lead", args=[lead.pk])).status_code in (403, 404)


def test_the_database_keeps_a_bad_find_with_its_photo_and_matter(cast: Cast) -> None:
    row = SpotCheck(
        id=new_id(), draw=drawn(cast), unit=cast.units["works"], result="no_right", seen="x", account=cast.accounts["street"], at=timezone.now(), photos=[new_id()],
    )  # fmt: skip
    with pytest.raises(IntegrityError, match="spot_breach"), transaction.atomic():
        row.save(force_insert=True)
    row.result, row.photos, row.breach_id = "false_file", [], new_id()
    with pytest.raises(IntegrityError, match="spot_has_a_photo"), transaction.atomic():
        row.save(force_insert=True)
    row.breach_id = None
    with connection.cursor() as cursor:  # the sabotage twin
        cursor.execute("alter table daily_spotcheck drop constraint spot_breach, drop constraint spot_has_a_photo")
    row.save(force_insert=True)


def test_on_the_pages_from_the_draw_to_the_count(cast: Cast) -> None:
    street = signed_in(cast, "street")
    made = street.post(reverse("spot_new"), {"area": cast.areas["east"].pk, "wanted": "1", "signs": "1", "client_id": str(new_id())})
    assert made.status_code == 302
    row = SpotDraw.objects.get()
    url = reverse("spot_record", args=[row.pk, cast.units["works"].pk])
    assert url in street.get(reverse("spot", args=[row.pk])).content.decode()
    assert url in street.get(reverse("breaches")).content.decode()
    form = {"result": "false_file", "people": "3", "seen": "现场无人，日报报 80 人在岗", "client_id": str(new_id())}
    assert street.post(url, form).status_code == 422  # no photo
    form |= {"photos": SimpleUploadedFile("现场.png", PNG, "image/png"), "client_id": str(new_id())}
    assert street.post(url, form).status_code == 302
    for language, word in (("zh-hans", "与所报不符"), ("en", "false report")):
        Account.objects.update(language=language)
        for page in (reverse("spot", args=[row.pk]), reverse("breaches"), reverse("daily_unit", args=[cast.units["works"].pk])):
            assert word in street.get(page).content.decode(), page
    assert street.get(url).status_code == 200
    assert signed_in(cast, "next_street").get(url).status_code == 404


def test_results_are_a_sheet_a_spreadsheet_and_a_chart_of_ones_own_area(cast: Cast) -> None:
    found(cast, drawn(cast), "as_reported", people=12)
    browser, url = signed_in(cast, "street"), reverse("spot_results")
    page = browser.get(url).content.decode()
    assert "与所报一致" in page
    assert cast.units["works"].name in page
    assert cast.units["works"].name not in browser.get(url + "?result=no_right").content.decode()
    assert browser.get(url + "?days=17&result=odd").status_code == 200  # what is not on offer is left out
    book = load_workbook(io.BytesIO(browser.get(url + "?export=xlsx").content)).active
    rows = [[c.value for c in r] for r in book.iter_rows()]
    assert any(cast.units["works"].name in r and 12 in r for r in rows)
    assert cast.units["works"].name not in signed_in(cast, "next_street").get(url).content.decode()
    assert url in browser.get(reverse("breaches")).content.decode()
