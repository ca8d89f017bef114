"""The kinds that the program ships: complete, in both languages, and safe in what they allow."""

from __future__ import annotations

import re
from importlib.resources import files

import pytest
import yaml

from tongchou.kernel.workdays import Limit
from tongchou.packs import kindfile, kindwords
from tongchou.packs.kindgraph import edges, reachable
from tongchou.packs.kinds import Level, LoopKind, Party

KINDS = kindfile.base_kinds()
SHIPPED = {
    "appeal",
    "attendance_alarm",
    "care_review",
    "chain_block",
    "daily_missing",
    "data_request",
    "difficulty",
    "export_request",
    "farm_gap",
    "finding",
    "gap",
    "grade_change",
    "hazard",
    "incident",
    "lead",
    "match",
    "merge_review",
    "obstacle",
    "part_late",
    "permit_request",
    "permit_review",
    "policy_application",
    "praise",
    "produce_sale",
    "register_change",
    "relief_problem",
    "pupil_follow",
    "request",
    "request_approval",
    "resumption_application",
    "school_check",
    "site_incident",
    "supply_claim",
    "school_cluster",
    "school_opening",
    "resumption_breach",
    "task",
    "trip_health",
    "unlocated",
    "workplace_fever",
}
LADDER = [Level.REMIND, Level.SUPERVISE, Level.ACCOUNTABILITY]


def test_all_are_there_under_the_names_of_their_files() -> None:
    assert set(KINDS) == SHIPPED
    assert set(kindfile.base_kind_texts()) == {f"{key}.yaml" for key in SHIPPED}


@pytest.mark.parametrize("key", sorted(SHIPPED))
def test_no_chinese_in_english_and_no_english_in_chinese(key: str) -> None:
    def pairs(value: object) -> list[dict[str, str]]:
        if isinstance(value, dict):
            return [value] if set(value) == {"zh", "en"} else [p for v in value.values() for p in pairs(v)]
        return [p for v in value for p in pairs(v)] if isinstance(value, list) else []

    found = pairs(yaml.safe_load(kindfile.base_kind_texts()[f"{key}.yaml"]))
    assert found
    for pair in found:
        assert re.search("[一-鿿]", pair["zh"])
        assert not re.search("[A-Za-z]", pair["zh"]), pair
        assert re.fullmatch("[ -~]+", pair["en"]), pair


@pytest.mark.parametrize("key", sorted(SHIPPED))
def test_every_open_stage_climbs_to_accountability(key: str) -> None:
    for stage in KINDS[key].stages.values():
        if stage.end is None:
            assert [r.level for r in stage.ladder] == LADDER, stage.key
            assert stage.ladder[0].after_hours == 0


@pytest.mark.parametrize("key", sorted(SHIPPED))
def test_it_is_done_only_by_a_verifying_step(key: str) -> None:
    """Every way into `done`, except the export that was approved and an approval itself, is itself a verifying step."""
    kind = KINDS[key]
    last = [e.step for e in edges(kind) if kind.stages[e.target].end == "done"]
    assert last
    if key not in ("export_request", "permit_review", "register_change", "request_approval", "supply_claim"):
        assert all(step.verifies for step in last)


def ways_in(kind: LoopKind, end: str) -> set[str]:
    return {e.step.key for e in edges(kind) if kind.stages[e.target].end == end}


def test_roles_are_those_of_the_access_table() -> None:
    table = yaml.safe_load(files("tongchou.record.access").joinpath("roles.yaml").read_text("utf-8"))["roles"]
    handling = {key for key, role in table.items() if "loop.act" in role["permissions"]}
    assert set(kindwords.ROLES) == handling


def test_permissions_that_steps_ask_for_are_those_of_the_access_table() -> None:
    table = yaml.safe_load(files("tongchou.record.access").joinpath("roles.yaml").read_text("utf-8"))["permissions"]
    assert set(kindwords.PERMISSIONS) <= set(table)


def test_the_task_follows_its_course() -> None:
    kind = KINDS["task"]
    assert [k for k in ("assigned", "doing", "verifying", "closed") if k in kind.stages] == [
        "assigned",
        "doing",
        "verifying",
        "closed",
    ]
    assert [r.after_hours for r in kind.stages["doing"].ladder] == [0, 24, 72]
    assert (kind.return_limit, kind.adjudicate_stage) == (1, "adjudicating")
    assert kind.steps["verify"].verifies == "other_person"
    assert kind.steps["verify"].closes_children
    assert [(n.type, n.at_least) for n in kind.steps["report"].needs] == [("text", 1)]
    assert kind.follow_up is not None
    assert kind.follow_up.after_hours == 168
    assert kind.steps["withdraw"].by == (Party.OPENER,)
    assert kind.steps["withdraw"].note == "required"
    # asking for more time does not stop the clock
    assert kind.stages["extending"].keeps_deadline
    assert kind.stages["doing"].keeps_deadline


def test_a_finding_needs_photos_before_and_after_and_another_unit() -> None:
    kind = KINDS["finding"]
    photos = {n.key for s in kind.steps.values() for n in s.needs if n.type == "photo"}
    assert photos == {"before", "after"}
    assert kind.steps["pass"].verifies == "other_unit"
    without_issue = [(e.origin, e.target) for e in edges(kind) if e.step.key != "issue"]
    assert "rectifying" not in reachable([kind.start], without_issue)


def test_a_hazard_is_graded_before_it_is_put_right() -> None:
    kind = KINDS["hazard"]
    ungraded = [(e.origin, e.target) for e in edges(kind) if not e.step.key.startswith("grade_")]
    assert reachable([kind.start], ungraded) == {"reported", "dismissed", "withdrawn"}
    assert "resident" in kind.opened_by
    assert "resident" not in kind.steps["grade_general"].roles
    unplanned = [(e.origin, e.target) for e in edges(kind) if e.step.key != "submit_plan"]
    assert "rectifying_major" not in reachable([kind.start], unplanned)


def test_an_appeal_is_answered_by_another_unit_within_a_day() -> None:
    kind = KINDS["appeal"]
    assert kind.limit == Limit(24)
    for step in ("uphold", "reject"):
        assert kind.steps[step].verifies == "other_unit"
        assert Party.OWNER not in kind.steps[step].by
        assert not {"resident", "enterprise_manager"} & set(kind.steps[step].roles)
        assert "answer" in {n.key for n in kind.steps[step].needs}


def test_an_export_is_approved_by_another_unit_and_expires() -> None:
    kind = KINDS["export_request"]
    assert {(f.key, f.type, f.required) for f in kind.fields} == {
        ("purpose", "text", True), ("row_limit", "integer", True), ("valid_days", "integer", True),
        ("columns", "text", True), ("age_from", "integer", False), ("age_to", "integer", False),
    }  # fmt: skip
    unapproved = [(e.origin, e.target) for e in edges(kind) if e.step.key != "approve"]
    assert "exported" not in reachable([kind.start], unapproved)
    assert kind.steps["approve"].verifies == "other_unit"
    assert kind.steps["approve"].permission == "person.approve_export"
    assert kind.steps["submit"].is_work  # so that who asks cannot approve
    assert ways_in(kind, "expired") == {"lapse"}
    assert kind.steps["export"].by == (Party.SYSTEM,)  # only with the file itself: see record.actions.exports


def test_who_raised_a_request_confirms_it() -> None:
    kind = KINDS["request"]
    assert ways_in(kind, "done") == {"confirm"}
    assert set(kind.steps["confirm"].by) == {Party.OPENER, Party.SUBJECT}


def test_what_nobody_holds_is_found_fast() -> None:
    kind = KINDS["unlocated"]
    assert kind.limit == Limit(2)
    assert kind.stages[kind.start].ladder[-1].after_hours <= 4
