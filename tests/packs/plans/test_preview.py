"""A change of edition, previewed: hand-counted people, and the totals against decisions one by one."""

from __future__ import annotations

import json
from datetime import date, timedelta
from pathlib import Path

import polars as pl
import pytest
from typer.testing import CliRunner

from tongchou.cli.plan import app
from tongchou.kernel.errors import Refusal
from tongchou.packs.plans.decide import decide_standing
from tongchou.packs.plans.facts import read_facts
from tongchou.packs.plans.packfile import shipped_pack
from tongchou.packs.plans.preview import COUNTS, preview, rules_of

TODAY = date(2022, 11, 11)
PACK = shipped_pack("covid-19")


def change(
    people: pl.DataFrame,
    by: str = "street",
    before: str = "covid-e9",
    after: str = "covid-20",
    table: str = "close_contact",
):  # type: ignore[no-untyped-def]
    old, new = (rules_of(PACK, table, e, TODAY) for e in (before, after))
    return preview(old, new, people, by)


def contacts() -> pl.DataFrame:
    """East: exposed 9, 8 and 2 days ago; West: 10 and 1 days ago."""
    ago = [9, 8, 2, 10, 1]
    return pl.DataFrame(
        {
            "id": range(5),
            "street": ["east"] * 3 + ["west"] * 2,
            "last_exposure": [TODAY - timedelta(days=d) for d in ago],
        }
    )


def test_who_is_released_is_counted_by_place() -> None:
    """Ninth edition: 10 days; twenty measures: 8. So those exposed 9 and 10 days ago go home, the rest are released two days earlier."""
    places = change(contacts()).places.to_dicts()
    east = {
        "place": "east",
        "people": 3,
        "held_before": 3,
        "held_after": 2,
        "released": 1,
        "released_on_test": 1,
        "newly_held": 0,
        "earlier_release": 2,
        "later_release": 0,
        "waiting_before": 0,
        "waiting_after": 1,
        "undetermined": 0,
    }
    west = {
        "place": "west",
        "people": 2,
        "held_before": 2,
        "held_after": 1,
        "released": 1,
        "released_on_test": 1,
        "newly_held": 0,
        "earlier_release": 1,
        "later_release": 0,
        "waiting_before": 0,
        "waiting_after": 1,
        "undetermined": 0,
    }
    assert places == [east, west]


def test_who_came_to_the_end_by_himself_and_who_owes_a_last_test_are_told_apart() -> None:
    """Exposed 9 days ago: over by the new edition only. 12 days ago: over by both. Each once with the last test negative, once not known."""
    ago = [9, 9, 12, 12]
    people = pl.DataFrame({"id": range(4), "last_exposure": [TODAY - timedelta(days=d) for d in ago], "final_test": ["negative", None] * 2})
    (row,) = change(people, by="").places.to_dicts()
    assert (row["released"], row["released_on_test"]) == (2, 1)
    assert (row["waiting_before"], row["waiting_after"]) == (1, 2)
    assert (row["held_before"], row["held_after"]) == (2, 0)


def test_the_way_back_holds_the_same_people_newly() -> None:
    found = change(contacts().drop("street"), by="", before="covid-20", after="covid-e9").places.to_dicts()
    assert [(row["newly_held"], row["released"], row["later_release"]) for row in found] == [(2, 0, 3)]


def test_beds_and_tests_are_those_of_the_decisions_one_by_one() -> None:
    people = contacts()
    days = change(people).days
    for side, edition in (("before", "covid-e9"), ("after", "covid-20")):
        standing = rules_of(PACK, "close_contact", edition, TODAY)
        beds, tests = [0] * 14, [0] * 14
        for exposed in people["last_exposure"]:
            facts = read_facts(standing.table, {"last_exposure": exposed}, TODAY)
            plan = decide_standing(standing, facts).measures
            for n in range(14):
                day = TODAY + timedelta(days=n)
                beds[n] += sum(m.mode == "central_isolation" and m.from_ <= day <= m.until for m in plan if m.until)
                tests[n] += sum(day in m.tests for m in plan)
        assert days[f"beds_{side}"].to_list() == beds
        assert days[f"tests_{side}"].to_list() == tests


def test_secondary_contacts_all_go_home() -> None:
    people = pl.DataFrame({"id": [1, 2], "last_exposure": [TODAY - timedelta(days=3)] * 2})
    (row,) = change(people, by="", table="secondary_contact").places.to_dicts()
    assert (row["held_before"], row["held_after"], row["released"]) == (2, 0, 2)


def test_nobody_is_lost() -> None:
    found = change(contacts())
    places = found.places
    assert places.columns == ["place", *COUNTS]
    assert int(places["people"].sum()) == found.people.height == 5
    balance = (
        places["held_before"].cast(pl.Int64) - places["released"].cast(pl.Int64) + places["newly_held"].cast(pl.Int64)
    )
    assert balance.to_list() == places["held_after"].to_list()


def test_unknown_editions_and_columns_are_refused() -> None:
    with pytest.raises(Refusal, match="covid-e9"):
        rules_of(PACK, "close_contact", "covid-e99", TODAY)
    with pytest.raises(Refusal, match="town"):
        change(contacts(), by="town")


def test_the_command(tmp_path: Path) -> None:
    contacts().write_parquet(tmp_path / "people.parquet")
    base = [
        "preview",
        "close_contact",
        "--pack",
        "covid-19",
        "--as-of",
        "2022-11-11",
        "--from",
        "covid-e9",
        "--to",
        "covid-20",
    ]
    done = CliRunner().invoke(app, [*base, "--in", str(tmp_path / "people.parquet"), "--by", "street", "--json"])
    value = json.loads(done.stdout)
    assert [row["released"] for row in value["places"]] == [1, 1]
    assert len(value["days"]) == 14
    assert (
        CliRunner()
        .invoke(app, [*base, "--in", str(tmp_path / "people.parquet"), "--by", "street"])
        .stdout.startswith("covid-e9 → covid-20")
    )


def test_a_bad_row_is_rejected_by_itself_and_the_rest_is_counted() -> None:
    """One exposure after the day of the change refused the preview of everybody."""
    people = contacts()
    wrong = people.with_columns(pl.when(pl.col("id") == 2).then(TODAY + timedelta(days=3)).otherwise(pl.col("last_exposure")).alias("last_exposure"))
    found, alone = change(wrong), change(people.filter(pl.col("id") != 2))
    assert found.places.equals(alone.places)
    assert [(p.line, p.field) for p in found.rejected] == [(3, "last_exposure")]
    assert found.people.height + len(found.rejected) == people.height
    assert change(people).rejected == ()


def test_the_command_tells_rejected_rows_and_exits_with_three(tmp_path: Path) -> None:
    source = tmp_path / "people.csv"
    source.write_text("id,street,last_exposure\n1,东街,2022-11-04\n2,东街,2022-11-20\n", "utf-8")
    asked = ["preview", "close_contact", "--pack", "covid-19", "--as-of", "2022-11-11", "--from", "covid-e9", "--to", "covid-20", "--in", str(source)]
    done = CliRunner().invoke(app, [*asked, "--json"])
    value = json.loads(done.stdout)
    assert (done.exit_code, [p["people"] for p in value["places"]]) == (3, [1])
    assert [(p["line"], p["field"]) for p in value["rejected"]] == [(2, "last_exposure")]
    said = CliRunner().invoke(app, [*asked, "--lang", "en"])
    assert (said.exit_code, "2022-11-20" in said.stderr) == (3, True)
