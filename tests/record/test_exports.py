"""Bulk exports: asked for, approved by another unit, made once by who asked, marked, and erased in time."""

from __future__ import annotations

import csv
import io
import uuid
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from django.utils import timezone
from openpyxl import load_workbook

from tests.cast import Cast
from tests.record.test_people_bulk import load, people
from tongchou.kernel.errors import Reason, Refusal
from tongchou.kernel.ids import new_id
from tongchou.record.access import SYSTEM
from tongchou.record.act import act
from tongchou.record.actions import exports
from tongchou.record.ledger import seal_all, verify
from tongchou.record.loops import engine
from tongchou.record.models import Area, Loop, PersonalExport, Post, PostHolding, Unit
from tongchou.record.people.export_table import COLUMNS
from tongchou.record.questions.exports import all_exports, fetch, own_request, own_requests
from tongchou.record.questions.people import who_looked

ASKED: dict[str, Any] = {
    "columns": ["phone", "name", "area"], "purpose": "核对返区人员台账", "need": "社区上门前须逐户电话核实，遮盖号码无法拨打。",
    "row_limit": 100, "valid_days": 3,
}  # fmt: skip


@pytest.fixture
def filled(cast: Cast) -> Cast:
    """Forty residents in spring (east street), three in reed (west street)."""
    load(cast, people(cast))
    load(cast, people(cast, 43, "reed")[40:], "next_street")
    return cast


def ask(cast: Cast, who: str = "street", area: str = "spring", **more: Any) -> uuid.UUID:
    return uuid.UUID(cast.act(who, "export.ask", area=cast.areas[area].pk, **(ASKED | more)).result["loop"])


def approved(cast: Cast, who: str = "street", by: str = "hq", **more: Any) -> uuid.UUID:
    loop = ask(cast, who, **more)
    cast.act(by, "loop.advance", loop=str(loop), step="approve", note="同意")
    return loop


def refused(run: Callable[[], Any]) -> Refusal:
    with pytest.raises(Refusal) as caught:
        run()
    return caught.value


def test_from_the_request_to_the_file(filled: Cast) -> None:
    loop = approved(filled)
    street = filled.as_("street")
    made = filled.act("street", "export.make", loop=str(loop), format="csv").result
    assert made["rows"] == 40
    file = fetch(street, loop)
    rows = list(csv.reader(io.StringIO(file.content.decode("utf-8-sig"))))
    assert rows[0] == ["姓名", "电话", "区域", "水印"]
    assert len(rows) == 41
    assert {row[2] for row in rows[1:]} == {"spring 区域"}
    mark = own_request(street, loop).number
    assert all(row[3] == f"{mark} street 同志" for row in rows[1:])
    assert Loop.objects.get(pk=loop).stage == "exported"
    looks = who_looked(PersonalExport.objects.get().loop.subject_person_id or _somebody(rows))
    assert [(look.how, look.purpose) for look in looks if look.how == "export"] == [("export", "核对返区人员台账")]
    (line,) = all_exports()
    assert (line["account"], line["rows"], line["downloads"]) == ("street", 40, 1)
    seal_all()
    assert verify().sound


def _somebody(rows: list[list[str]]) -> uuid.UUID:
    from tongchou.record.models import ReadSubject

    found = ReadSubject.objects.values_list("person_id", flat=True)
    assert len(found) == len(rows) - 1
    return found[0]


def test_a_workbook_is_marked_too(filled: Cast) -> None:
    loop = approved(filled, columns=list(COLUMNS))
    filled.act("street", "export.make", loop=str(loop))
    book = load_workbook(io.BytesIO(fetch(filled.as_("street"), loop).content))
    cells = list(book.worksheets[0].iter_rows(values_only=True))
    assert len(cells) == 41
    assert cells[0][-1] == "水印"
    assert all("street 同志" in str(row[-1]) for row in cells[1:])
    assert any("核对返区人员台账" in str(row[0]) for row in book.worksheets[1].iter_rows(values_only=True))


def test_nothing_without_an_approval_and_nothing_twice(filled: Cast) -> None:
    loop = ask(filled)
    assert refused(lambda: filled.act("street", "export.make", loop=str(loop))).reason is Reason.WRONG_STAGE
    assert refused(lambda: filled.act("street_colleague", "loop.advance", loop=str(loop), step="approve", note="-")).reason is Reason.NOT_OWNER
    filled.act("hq", "loop.advance", loop=str(loop), step="approve", note="同意")
    for step in ("export", "lapse"):  # the program's own
        assert refused(lambda s=step: filled.act("street", "loop.advance", loop=str(loop), step=s)).reason is Reason.NOT_OWNER
    key, street = new_id(), filled.as_("street")
    first = act("export.make", street, key, {"loop": str(loop)})
    assert act("export.make", street, key, {"loop": str(loop)}).result == first.result
    assert refused(lambda: filled.act("street", "export.make", loop=str(loop))).reason is Reason.WRONG_STAGE
    assert PersonalExport.objects.count() == 1


def test_only_who_asked_makes_and_fetches_it(filled: Cast) -> None:
    loop = approved(filled)
    for who in ("street_colleague", "hq"):
        assert refused(lambda w=who: filled.act(w, "export.make", loop=str(loop))).reason is Reason.NOT_OWNER
    filled.act("street", "export.make", loop=str(loop))
    for who in ("street_colleague", "hq"):
        assert refused(lambda w=who: fetch(filled.as_(w), loop)).reason is Reason.NOT_OWNER
        assert refused(lambda w=who: own_request(filled.as_(w), loop)).reason is Reason.NOT_FOUND
    assert refused(lambda: fetch(filled.as_("next_street"), loop)).reason is Reason.NOT_FOUND
    assert refused(lambda: fetch(filled.as_("community"), loop)).reason is Reason.NOT_ALLOWED
    assert [s.loop.pk for s in own_requests(filled.as_("street"))] == [loop]
    assert own_requests(filled.as_("hq")) == []


def test_the_headquarters_own_request_is_approved_by_the_unit_above(filled: Cast) -> None:
    loop = ask(filled, "hq", "district")
    for who in ("hq", "leader"):  # both of the office itself
        assert refused(lambda w=who: filled.act(w, "loop.advance", loop=str(loop), step="approve", note="-")).reason in (Reason.SAME_PERSON, Reason.SAME_UNIT)
    above = Unit.objects.create(name="区政府", kind="department", area=filled.areas["district"], active_from="2020-01-01")
    Unit.objects.filter(pk=filled.units["office"].pk).update(parent=above)
    PostHolding.objects.filter(account=filled.accounts["leader"]).get().post.__class__.objects.filter(holdings__account=filled.accounts["leader"]).update(unit=above)
    loop = ask(filled, "hq", "district")
    assert Loop.objects.get(pk=loop).turn_unit_id == above.pk
    filled.act("leader", "loop.advance", loop=str(loop), step="approve", note="同意")
    assert filled.act("hq", "export.make", loop=str(loop)).result["rows"] == 43


def test_what_is_asked_for_is_checked(filled: Cast) -> None:
    street = lambda **more: refused(lambda: ask(filled, **more))  # noqa: E731
    found = street(row_limit=39)
    assert (found.reason, found.field) == (Reason.TOO_LARGE, "row_limit")
    assert "40" in found.rule.zh
    assert street(columns=["name", "password"]).field == "columns"
    assert street(age_from=60, age_to=18).field == "age_to"
    assert street(age_from=140).reason is Reason.NOT_FOUND
    assert street(area="reed").reason is Reason.NOT_FOUND  # the next street's
    for name, wrong in (("row_limit", 0), ("valid_days", 31), ("need", "要用"), ("purpose", ""), ("columns", [])):
        assert street(**{name: wrong}).field == name
    assert not Loop.objects.filter(kind="export_request").exists()


def test_more_people_than_approved_are_not_exported(filled: Cast) -> None:
    loop = approved(filled, row_limit=40)
    load(filled, people(filled, 44)[43:])
    found = refused(lambda: filled.act("street", "export.make", loop=str(loop)))
    assert found.reason is Reason.TOO_LARGE
    assert not PersonalExport.objects.exists()
    assert Loop.objects.get(pk=loop).stage == "approved"


def test_who_moved_away_is_no_longer_in_reach(filled: Cast) -> None:
    """The scope is what was approved and what the asker reaches at the moment of the export, whichever is less."""
    loop = approved(filled)
    Area.objects.filter(pk=filled.areas["spring"].pk).update(path=filled.areas["west"].path + f"{filled.areas['spring'].pk}.")
    assert refused(lambda: filled.act("street", "export.make", loop=str(loop))).reason in (Reason.NOT_FOUND, Reason.NOT_OWNER)


def test_its_time_ends(filled: Cast) -> None:
    now = timezone.now()
    used, unused = approved(filled), approved(filled)
    filled.act("street", "export.make", loop=str(used))
    assert act("export.lapse", SYSTEM, new_id(), {}, now=now + timedelta(days=2)).result == {"erased": 0, "lapsed": 0}
    later = now + timedelta(days=3, minutes=1)
    for verb in ("export.make", "export.read"):
        loop = unused if verb == "export.make" else used
        assert refused(lambda v=verb, x=loop: act(v, filled.as_("street"), new_id(), {"loop": str(x)}, now=later)).reason is Reason.EXPIRED
    assert act("export.lapse", SYSTEM, new_id(), {}, now=later).result == {"erased": 1, "lapsed": 1}
    assert act("export.lapse", SYSTEM, new_id(), {}, now=later).result == {"erased": 0, "lapsed": 0}
    row = PersonalExport.objects.get()
    assert (row.sealed, row.erased_at) == (None, later)
    assert Loop.objects.get(pk=unused).stage == "lapsed"
    assert refused(lambda: fetch(filled.as_("street"), used)).reason is Reason.EXPIRED


def test_people_cannot_lapse_it_and_a_changed_file_is_noticed(filled: Cast, monkeypatch: pytest.MonkeyPatch) -> None:
    assert refused(lambda: filled.act("street", "export.lapse")).reason is Reason.NOT_ALLOWED
    loop = approved(filled)
    filled.act("street", "export.make", loop=str(loop))
    PersonalExport.objects.update(sha256=b"\0" * 32)
    assert refused(lambda: fetch(filled.as_("street"), loop)).reason is Reason.BROKEN_RECORD


def test_who_may_not_approve_exports_does_not_whatever_unit_he_is_of(filled: Cast) -> None:
    """A department officer at the headquarters office is of the verifying unit, and yet holds no such permission."""
    loop = ask(filled)
    move_to_the_office(filled, "dept")
    found = refused(lambda: filled.act("dept", "loop.advance", loop=str(loop), step="approve", note="同意"))
    assert (found.reason, found.field) == (Reason.NOT_ALLOWED, "step")
    filled.act("leader", "loop.advance", loop=str(loop), step="approve", note="同意")
    unlimited = filled.as_("hq")
    token = filled.as_("hq", limit=frozenset({"loop.act", "loop.view"}))
    other, way = ask(filled), {"step": "approve", "note": "同意"}
    assert refused(lambda: act("loop.advance", token, new_id(), {"loop": str(other)} | way)).reason is Reason.NOT_ALLOWED
    assert act("loop.advance", unlimited, new_id(), {"loop": str(other)} | way).result["stage"] == "approved"


def test_without_the_permission_asked_for_the_officer_would_approve(filled: Cast, monkeypatch: pytest.MonkeyPatch) -> None:
    """The twin: what keeps the department officer from approving is the permission alone."""
    loop = ask(filled)
    move_to_the_office(filled, "dept")
    monkeypatch.setattr(engine, "_permission", lambda actor, grant, step: None)
    assert filled.act("dept", "loop.advance", loop=str(loop), step="approve", note="同意").result["stage"] == "approved"


def move_to_the_office(cast: Cast, who: str) -> None:
    Post.objects.filter(holdings__account=cast.accounts[who]).update(unit=cast.units["office"])


def test_without_the_guard_a_colleague_would_get_the_file(filled: Cast, monkeypatch: pytest.MonkeyPatch) -> None:
    """The twin of test_only_who_asked_makes_and_fetches_it: the test breaks when the guard is taken away."""
    loop = approved(filled)

    def unguarded(context: Any, key: uuid.UUID) -> Any:
        context.grant = context.grants[0]
        return exports.steps.locked(context, key)

    monkeypatch.setattr(exports, "own_request", unguarded)
    assert filled.act("street_colleague", "export.make", loop=str(loop)).result["rows"] == 40
