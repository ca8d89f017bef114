"""The ledger: chained, verified, and every kind of tampering found."""

from __future__ import annotations

import pytest
from django.db import DatabaseError, connection, transaction

from tests.cast import Cast
from tests.conftest import APPEND_ONLY
from tongchou.record.actions import loops as steps
from tongchou.record.ledger import Report, seal, seal_all, verify
from tongchou.record.models import Act, Event, LedgerEntry, LedgerQueue


@pytest.fixture
def record(cast: Cast) -> Cast:
    """Three chained acts."""
    for _ in range(2):
        cast.act("street", "loop.advance", loop=cast.task(), step="sign")
    assert seal_all() == 4
    return cast


def tamper(*statements: str) -> Report:
    """Change the record behind the program's back, as a database administrator could, then verify."""
    with connection.cursor() as cursor:
        cursor.execute("set constraints all immediate")
        for table in ("record_act", "record_event", "record_ledgerentry"):
            cursor.execute(f"alter table {table} disable trigger user")
        for statement in statements:
            cursor.execute(statement)
    return verify()


def test_an_untouched_record_verifies(record: Cast) -> None:
    report = verify()
    assert report.sound, report.faults
    assert (report.entries, report.acts, report.events, report.waiting) == (4, 4, 4, 0)
    assert report.head_seq == 4


def test_events_worked_out_ahead_and_those_added_after_them_verify(cast: Cast, monkeypatch: pytest.MonkeyPatch) -> None:
    """A bulk act works its events out while the database writes; what a room adds afterwards is numbered on and in the same digest."""
    monkeypatch.setattr(steps, "_AFTER", {("task", "sign"): [lambda context, loops: context.event("afterwards", note=str(len(loops)))]})
    items = [{"kind": "task", "title": f"任务 {n}", "owner_unit": cast.units["east_street"].pk} for n in range(250)]
    opened = cast.act("hq", "loop.open_many", items=items)
    loops = [str(key) for key in Event.objects.filter(act_id=opened.id).values_list("loop_id", flat=True)]
    signed = cast.act("street", "loop.advance_many", loops=loops, step="sign")
    rows = list(Event.objects.filter(act_id=signed.id).order_by("n").values_list("n", "what"))
    assert rows == [*((n, "sign") for n in range(250)), (250, "afterwards")]
    seal_all()
    report = verify()
    assert report.sound, report.faults


def test_sealing_takes_each_act_once_and_in_order(record: Cast) -> None:
    assert seal() == 0
    assert not LedgerQueue.objects.exists()
    acts = list(Act.objects.order_by("at", "id").values_list("id", flat=True))
    assert list(LedgerEntry.objects.order_by("seq").values_list("act_id", flat=True)) == acts


@pytest.mark.parametrize("table", ["record_act", "record_event", "record_ledgerentry", "record_storedrefusal"])
def test_the_database_refuses_to_change_or_delete_the_record(record: Cast, table: str) -> None:
    if table == "record_storedrefusal":
        with pytest.raises(Exception, match="no step"):
            record.act("street", "loop.advance", loop=record.task(), step="fly")
    for statement in (f"delete from {table}", f"update {table} set at = now()"):
        with pytest.raises(DatabaseError, match="append-only"), transaction.atomic(), connection.cursor() as cursor:
            cursor.execute(statement)


@pytest.mark.parametrize("table", APPEND_ONLY)
def test_the_database_refuses_to_empty_the_record(record: Cast, table: str) -> None:
    with pytest.raises(DatabaseError, match="append-only"), transaction.atomic(), connection.cursor() as cursor:  # noqa: PT012
        cursor.execute("set constraints all immediate")
        cursor.execute(f"alter table {table} enable trigger {table}_no_truncate")
        cursor.execute(f"truncate {table} cascade")


@pytest.mark.parametrize(
    ("statement", "found"),
    [
        ("update record_event set note = 'x' where id = (select min(id) from record_event)", "was altered"),
        ("update record_event set data = '{\"owner_unit\": 1}' where n = 0", "was altered"),
        ("update record_act set verb = 'x' where id = (select act_id from record_ledgerentry where seq = 2)", "was altered"),
        ("delete from record_act where id = (select act_id from record_ledgerentry where seq = 2)", "is missing"),
        ("delete from record_event where act_id = (select act_id from record_ledgerentry where seq = 3)", "has 0 events"),
        ("delete from record_ledgerentry where seq = 2", "is missing"),
        ("update record_ledgerentry set hash = prev where seq = 4", "was altered"),
        ("update record_ledgerentry set act_digest = prev where seq = 4", "was altered"),
        ("delete from record_ledgerentry where seq = 4", "neither chained nor waiting"),
    ],
)
def test_every_tampering_is_found(record: Cast, statement: str, found: str) -> None:
    report = tamper(statement)
    assert any(found in fault for fault in report.faults), report.faults


def test_an_erased_event_still_verifies(record: Cast) -> None:
    Event.objects.filter(n=0).update(salt=None, note="", data={}, erased_at="2030-01-01T00:00:00Z")
    report = verify()
    assert report.sound, report.faults
    assert report.erased == 4


def test_entries_hold_no_personal_text(record: Cast) -> None:
    columns = {f.name for f in LedgerEntry._meta.get_fields()}
    assert columns == {"seq", "act_id", "at", "act_digest", "prev", "hash"}
