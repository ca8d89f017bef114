"""The shipped kinds walked through the engine: who may take which step, and who is kept from it."""

from __future__ import annotations

from typing import Any

import pytest

from tests.cast import Cast
from tongchou.kernel.errors import Reason, Refusal
from tongchou.record.models import Loop


class Walk:
    """One loop and the moves that the cast makes on it."""

    def __init__(self, cast: Cast, opener: str, kind: str, owner: str, **more: Any) -> None:
        self.cast = cast
        payload = {"kind": kind, "title": "走一遍", "owner_unit": cast.units[owner].pk} | more
        self.id = str(cast.act(opener, "loop.open", **payload).result["loop"])

    def step(self, who: str, step: str, *evidence: str, **more: Any) -> str:
        pieces = [{"key": key, "type": "text", "text": "情况属实"} for key in evidence]
        payload = {"loop": self.id, "step": step, "note": "已核", "evidence": pieces} | more
        return str(self.cast.act(who, "loop.advance", **payload).result["stage"])

    def refused(self, who: str, step: str, *evidence: str) -> Reason:
        with pytest.raises(Refusal) as caught:
            self.step(who, step, *evidence)
        return caught.value.reason

    @property
    def row(self) -> Loop:
        return Loop.objects.get(pk=self.id)


def test_an_appeal_is_not_answered_by_who_decided(cast: Cast) -> None:
    walk = Walk(cast, "enterprise", "appeal", "east_street", unit=cast.units["works"].pk)
    assert walk.refused("hq", "uphold", "answer") is Reason.WRONG_STAGE
    assert walk.step("street", "state", "grounds") == "reviewing"
    assert walk.row.turn_unit_id == cast.units["office"].pk
    assert walk.refused("street", "reject", "answer") is Reason.NOT_OWNER
    assert walk.refused("enterprise", "uphold", "answer") is Reason.NOT_OWNER
    assert walk.step("hq", "uphold", "answer") == "upheld"


def test_the_deciding_unit_cannot_answer_even_as_the_office(cast: Cast) -> None:
    walk = Walk(cast, "enterprise", "appeal", "office", unit=cast.units["works"].pk)
    walk.step("hq", "state", "grounds")
    assert walk.refused("leader", "reject", "answer") is Reason.SAME_UNIT


def test_an_export_is_not_approved_by_the_unit_that_asks(cast: Cast) -> None:
    data = {"purpose": "核对返区人员台账", "columns": "name,phone_masked", "row_limit": 500, "valid_days": 3}
    walk = Walk(cast, "street", "export_request", "east_street", data=data)
    assert walk.refused("street", "approve") is Reason.WRONG_STAGE
    assert walk.step("street", "submit", "need") == "asked"
    assert walk.refused("street", "approve") is Reason.SAME_PERSON
    assert walk.refused("street_colleague", "approve") is Reason.SAME_UNIT
    assert walk.step("hq", "approve") == "approved"
    assert walk.refused("hq", "export") is Reason.NOT_OWNER
    assert walk.refused("street", "export") is Reason.NOT_OWNER  # it comes with the file: tests/record/test_exports.py


def test_who_found_it_neither_confirms_it_nor_calls_it_an_error(cast: Cast) -> None:
    walk = Walk(cast, "site_officer", "unlocated", "site", item="sample:17")
    assert walk.step("site_officer", "find", "where") == "checking"
    assert walk.refused("site_officer", "confirm") is Reason.SAME_PERSON
    assert walk.refused("site_officer", "correct") is Reason.NOT_OWNER


def test_who_raised_a_request_says_when_it_is_solved(cast: Cast) -> None:
    walk = Walk(cast, "enterprise", "request", "east_street", unit=cast.units["works"].pk, data={"topic": "labour"})
    walk.step("street", "take_up")
    walk.step("street", "answer", "result")
    assert walk.row.turn_unit_id == cast.units["works"].pk
    assert walk.refused("street_colleague", "confirm") is Reason.NOT_OWNER
    assert walk.step("enterprise", "not_solved") == "doing"
    walk.step("street", "answer", "result")
    assert walk.step("enterprise", "confirm") == "closed"


def test_a_hazard_is_graded_by_the_office_not_by_who_reports_it(cast: Cast) -> None:
    walk = Walk(cast, "grid_worker", "hazard", "spring_community", data={"place": "二号厂房"})
    works = cast.units["works"].pk
    with pytest.raises(Refusal) as caught:
        walk.step("grid_worker", "grade_general", to_unit=works)
    assert caught.value.reason is Reason.NOT_OWNER
    assert walk.step("hq", "grade_major", to_unit=works) == "planning_major"
    assert walk.row.owner_unit_id == walk.row.turn_unit_id == works
    assert walk.step("enterprise", "submit_plan", "plan") == "rectifying_major"
    assert walk.refused("enterprise", "rectify_major") is Reason.EVIDENCE_MISSING


def test_a_gap_that_was_returned_is_ruled_on(cast: Cast) -> None:
    walk = Walk(cast, "hq", "gap", "east_street", area=cast.areas["spring"].pk)
    assert walk.step("street", "return") == "adjudicating"
    assert walk.step("leader", "rule", to_unit=cast.units["spring_community"].pk) == "vacant"
    assert walk.step("community", "assign", "responsible") == "checking"
    assert walk.step("hq", "confirm") == "assigned"
