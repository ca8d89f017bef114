"""The commands `tongchou plan` and `tongchou pack`, which need no database."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import polars as pl
import pytest
from typer.testing import CliRunner

from tests.packs.plans.sample import FILES
from tongchou.cli.plan import app, pack_app

DECIDE = ["decide", "close_contact", "--pack", "covid-19", "--as-of", "2022-07-11"]
runner = CliRunner()


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    for name, text in FILES.items():
        path = tmp_path / "example" / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(text)
    return tmp_path / "example"


def test_a_decision_is_printed_as_json_without_any_database(tmp_path: Path) -> None:
    """Run as its own process, with a database address at which nothing answers."""
    environment = os.environ | {
        "TONGCHOU_DATABASE_URL": "postgresql://none@127.0.0.1:1/none",
        "TONGCHOU_HOME": str(tmp_path / "none"),
    }
    command = [
        sys.executable,
        "-m",
        "tongchou.cli.main",
        "plan",
        *DECIDE,
        "--facts",
        '{"last_exposure": "2022-07-10"}',
        "--json",
    ]
    done = subprocess.run(command, capture_output=True, text=True, env=environment, check=True, cwd=tmp_path)
    value = json.loads(done.stdout)
    assert [(m["mode"], m["from"], m["until"]) for m in value["measures"]] == [
        ("central_isolation", "2022-07-11", "2022-07-17"),
        ("home_monitoring", "2022-07-18", "2022-07-20"),
    ]
    assert value["measures"][0]["test_dates"] == ["2022-07-11", "2022-07-12", "2022-07-13", "2022-07-15", "2022-07-17"]
    assert value["until"] == "2022-07-20"
    assert {"outcome", "reasons", "rule", "edition", "pack", "hash", "unconfirmed"} <= set(value)
    assert not (tmp_path / "none").exists()


def test_facts_may_come_from_a_file_or_standard_input(tmp_path: Path) -> None:
    (tmp_path / "facts.json").write_text('{"last_exposure": "2022-07-10"}', "utf-8")
    direct = runner.invoke(app, [*DECIDE, "--facts", '{"last_exposure": "2022-07-10"}', "--json"])
    filed = runner.invoke(app, [*DECIDE, "--facts", f"@{tmp_path / 'facts.json'}", "--json"])
    piped = runner.invoke(app, [*DECIDE, "--facts", "-", "--json"], input='{"last_exposure": "2022-07-10"}')
    assert direct.stdout == filed.stdout == piped.stdout


def test_missing_facts_exit_with_2_and_are_asked_for() -> None:
    done = runner.invoke(app, [*DECIDE, "--facts", "{}", "--json"])
    assert done.exit_code == 2
    assert json.loads(done.stdout)["needs"] == ["last_exposure"]


def test_the_sentence_form_is_in_one_language() -> None:
    zh = runner.invoke(app, [*DECIDE, "--facts", '{"last_exposure": "2022-07-10"}']).stdout
    en = runner.invoke(app, [*DECIDE, "--facts", '{"last_exposure": "2022-07-10"}', "--lang", "en"]).stdout
    assert zh.startswith("按密切接触者管理")
    assert en.startswith("Managed as a close contact")
    assert en.isascii() or "…" in en


@pytest.mark.parametrize(
    ("change", "field"),
    [
        ({"--facts": '{"last_exposur": "2022-07-10"}'}, "last_exposur"),
        ({"--facts": '{"last_exposure": "2022-07-10", "last_exposure": "2022-07-09"}'}, "last_exposure"),
        ({"--facts": "[]"}, "facts"),
        ({"--facts": "{"}, "facts"),
        ({"--facts": "@nowhere.json"}, "facts"),
        ({"--as-of": "2022-02-30"}, "as_of"),
        ({"--as-of": "2019-12-31"}, "as_of"),
        ({"--pack": "covid-20"}, "pack"),
        ({"--area": "11"}, "area"),
        ({"--known-on": "soon"}, "known_on"),
        ({"TABLE": "close_contacts"}, "table"),
    ],
)
def test_bad_input_is_refused_by_name_with_a_remedy(change: dict[str, str], field: str) -> None:
    options = {"--pack": "covid-19", "--as-of": "2022-07-11", "--facts": '{"last_exposure": "2022-07-10"}'} | change
    table = options.pop("TABLE", "close_contact")
    done = runner.invoke(
        app, ["decide", table, *(part for pair in options.items() for part in pair), "--json", "--lang", "en"]
    )
    assert done.exit_code == 1
    (problem,) = json.loads(done.stdout)["problems"]
    assert problem["field"] == field
    assert problem["value"] is not None
    assert problem["rule"]
    assert problem["remedy"]


def test_a_pack_is_checked(folder: Path) -> None:
    good = runner.invoke(pack_app, ["check", str(folder), "--lang", "en"])
    assert (good.exit_code, good.stdout.strip()) == (
        0,
        "example-rash: 2 tables, 1 parameters, 1 overlays, 12 cases, 1 loop kinds, 1 checklists, all sound",
    )
    (folder / "cases" / "pupil.yaml").write_bytes(
        FILES["cases/pupil.yaml"].replace(b"until: 2022-05-08", b"until: 2022-05-09")
    )
    bad = runner.invoke(pack_app, ["check", str(folder), "--lang", "en"])
    assert bad.exit_code == 1
    assert bad.stderr.startswith("cases/pupil.yaml:2: ")
    assert runner.invoke(pack_app, ["check", str(folder / "nowhere")]).exit_code == 1


def test_a_draft_is_decided_with_by_its_folder(folder: Path) -> None:
    done = runner.invoke(
        app,
        [
            "decide",
            "pupil",
            "--pack",
            str(folder),
            "--as-of",
            "2022-05-02",
            "--facts",
            '{"rash_on": "2022-05-01"}',
            "--json",
        ],
    )
    assert json.loads(done.stdout)["until"] == "2022-05-08"


def test_a_file_of_people(tmp_path: Path) -> None:
    source, out = tmp_path / "people.parquet", tmp_path / "decisions.parquet"
    pl.DataFrame({"id": ["a", "b"], "last_exposure": ["2022-07-10", None]}).write_parquet(source)
    base = [
        "batch",
        "close_contact",
        "--pack",
        "covid-19",
        "--as-of",
        "2022-07-11",
        "--in",
        str(source),
        "--out",
        str(out),
    ]
    assert runner.invoke(app, base).exit_code == 0
    found = pl.read_parquet(out)
    assert found["outcome"].to_list() == ["observe", "undetermined"]
    assert found["pack"][0].startswith("covid-19@")


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (["decide", "close_contct", "--as-of", "2022-07-11", "--facts", "{}"], "Did you mean “close_contact”?"),
        (["decide", "close_contact", "--as-of", "2022-07-11", "--facts", "{bad"], "must be a JSON object"),
        (["decide", "close_contact", "--as-of", "1900-01-01", "--facts", "{}"], "No edition is in force on that day"),
        (["clocks", "--start", "1900-01-01 08:00"], "No report clock is in force on that day"),
        (["batch", "close_contact", "--as-of", "2022-07-11", "--in", "people.parquet", "--out", "/no-such-folder/a.parquet"], "Nothing can be written there"),
        (["batch", "close_contact", "--as-of", "2022-07-11", "--in", "broken.parquet", "--out", "a.parquet"], "must be a Parquet or CSV file"),
    ],
)
def test_odd_input_is_refused_by_name(tmp_path: Path, words: list[str], said: str) -> None:
    pl.DataFrame({"id": [1]}).write_parquet(tmp_path / "people.parquet")
    (tmp_path / "broken.parquet").write_bytes(b"x")
    given = [str(tmp_path / w) if w.endswith(".parquet") and "/" not in w else w for w in words]
    done = CliRunner().invoke(app, [*given, "--pack", "covid-19", "--lang", "en"])
    assert done.exit_code == 1
    assert said in done.stderr


def test_a_file_that_is_no_text_is_no_decision(tmp_path: Path) -> None:
    (tmp_path / "d.jsonl").write_bytes(b"\xb5\xff\n")
    done = CliRunner().invoke(app, ["replay", "--in", str(tmp_path / "d.jsonl"), "--lang", "en"])
    assert done.exit_code == 1
    assert "This line is no decision" in done.stderr


def test_people_of_whom_a_column_is_lacking_are_told_what_is_lacking(tmp_path: Path) -> None:
    pl.DataFrame({"id": [1, 2], "symptoms": [True, False]}).write_parquet(tmp_path / "a.parquet")
    words = ["batch", "close_contact", "--pack", "covid-19", "--as-of", "2022-07-11", "--in", str(tmp_path / "a.parquet"), "--out", str(tmp_path / "o.parquet")]
    assert CliRunner().invoke(app, words).exit_code == 0
    ill, row = pl.read_parquet(tmp_path / "o.parquet").to_dicts()
    assert (row["outcome"], row["needs"], len(row["held_up"])) == ("undetermined", ["last_exposure"], 1)
    assert (ill["outcome"], ill["needs"], ill["held_up"], ill["enforceable"]) == ("assess", ["last_exposure"], [], False)  # does not wait for the days
    assert {m["from"] for m in ill["measures"]} == {None}


def batch(source: Path, out: Path, *more: str) -> Any:
    words = ["batch", "close_contact", "--pack", "covid-19", "--as-of", "2022-07-11", "--in", str(source), "--out", str(out), "--lang", "en", *more]
    return runner.invoke(app, words)


def test_a_file_that_cannot_be_read_as_facts_writes_nothing(tmp_path: Path) -> None:
    source, out = tmp_path / "people.csv", tmp_path / "decisions.parquet"
    source.write_text("id,last_exposur\na,2022-07-10\n", "utf-8")
    done = batch(source, out)
    assert done.exit_code == 1
    assert "Did you mean “last_exposure”?" in done.stderr
    assert not out.exists()
    (tmp_path / "no.parquet").write_text("no", "utf-8")
    assert batch(tmp_path / "no.parquet", out).exit_code == 1


@pytest.mark.parametrize("ending", ["csv", "parquet"])
def test_every_row_of_a_file_is_decided_or_given_back_with_its_fault(tmp_path: Path, ending: str) -> None:
    source, out, back = tmp_path / "people.csv", tmp_path / "decisions.parquet", tmp_path / f"back.{ending}"
    rows = ["a,2022-07-10,,", "b,2022-07-40,,", "c,2022-07-10,2022-07-09,", "d,,,", "e,2022-07-12,,negativ", "f,2022-07-10,2022-07-11,negative"]
    source.write_text("\n".join(["id,last_exposure,measure_start,test_result", *rows]), "utf-8")
    done = batch(source, out, "--rejected", str(back))
    assert done.exit_code == 3
    assert "6 rows: 3 decided, 3 rejected." in done.stderr
    found = pl.read_parquet(out)
    assert found["id"].to_list() == list("abcdef")
    assert found["outcome"].to_list() == ["observe", "rejected", "rejected", "undetermined", "rejected", "observe"]
    assert [[p["field"] for p in row] for row in found["problems"].to_list()] == [[], ["last_exposure"], ["measure_start"], [], ["last_exposure", "test_result"], []]
    assert found["measures"][1] is None
    told = pl.read_csv(back) if ending == "csv" else pl.read_parquet(back)
    assert told.columns == ["row", "id", "field", "value", "rule", "remedy"]
    assert told.select("row", "id", "field", "value").rows() == [
        (2, "b", "last_exposure", "2022-07-40"), (3, "c", "measure_start", "2022-07-09"),
        (5, "e", "last_exposure", "2022-07-12"), (5, "e", "test_result", "negativ"),
    ]  # fmt: skip
    assert told.filter(pl.col("remedy") == "Did you mean “negative”?")["row"].to_list() == [5]


def test_the_facts_of_a_table_are_told() -> None:
    done = runner.invoke(app, ["facts", "traveller", "--pack", "covid-19", "--json"])
    told = {one["fact"]: one for one in json.loads(done.stdout)["facts"]}
    assert set(told["area_risk"]["choices"]) == {"high", "medium", "low", "wuhan", "none"}
    assert told["home_possible"]["unknown"] == {"assume": True}
    assert told["days_since_left"]["counted_from"] == "left_area"
    assert runner.invoke(app, ["facts", "travellers", "--pack", "covid-19"]).exit_code == 1


def test_all_policies_at_once() -> None:
    facts = '{"size": "小型", "province": "陕西", "landlord": "private"}'
    done = runner.invoke(
        app, ["match", "--pack", "enterprise-policies", "--as-of", "2020-06-01", "--facts", facts, "--json"]
    )
    found = json.loads(done.stdout)
    assert found["insurance_sme"]["outcome"] == "eligible"
    assert found["rent_2020"]["fired"] == ["landlord"]
    said = runner.invoke(
        app, ["match", "--pack", "enterprise-policies", "--as-of", "2020-06-01", "--facts", facts, "--lang", "en"]
    ).stdout
    assert "The landlord is not state-owned. [Guidance on easing the rent of small service businesses" in said


def test_the_report_clocks_of_a_moment() -> None:
    done = runner.invoke(app, ["clocks", "--pack", "covid-19", "--start", "2022-06-10 08:00", "--json"])
    found = {row["clock"]: row for row in json.loads(done.stdout)}
    assert found["network_report"]["due"] == "2022-06-10T10:00:00+08:00"
    assert "due" not in found["county_review"]
    assert found["contact_transfer"]["status"] == "unconfirmed"
    assert runner.invoke(app, ["clocks", "--pack", "covid-19", "--as-of", "soon"]).exit_code == 1


def test_a_change_of_edition_is_previewed_with_beds_tests_and_staff_by_street(tmp_path: Path) -> None:
    source = tmp_path / "people.csv"
    source.write_text(
        "id,street,last_exposure\n"
        + "".join(f"{n},{'东' if n < 6 else '西'}街,2022-11-0{4 + n % 5}\n" for n in range(10)),
        "utf-8",
    )
    done = runner.invoke(
        app, ["preview", "--from", "covid-e9", "--to", "covid-20", "--in", str(source), "--days", "3", "--json"]
    )
    value = json.loads(done.stdout)
    assert value["as_of"] == "2022-11-11"
    assert [p["place"] for p in value["places"]] == ["东街", "西街"]
    assert len(value["place_days"]) == 6
    for key in ("beds_before", "beds_after", "tests_before", "tests_after"):
        assert [sum(d[key] for d in value["place_days"] if d["day"] == day["day"]) for day in value["days"]] == [
            day[key] for day in value["days"]
        ]
    first = value["days"][0]
    assert (first["beds_before"], first["beds_after"]) == (10, 6)
    assert first["staff_before"] == 2 + -(-first["tests_before"] // 200)
    nothing = runner.invoke(app, ["preview", "--from", "covid-e9", "--to", "covid-20", "--lang", "en"])
    assert (nothing.exit_code, "--in FILE" in nothing.stderr) == (1, True)


def test_history_is_decided_again(tmp_path: Path) -> None:
    source = tmp_path / "decisions.jsonl"
    told = json.loads(runner.invoke(app, [*DECIDE, "--facts", '{"last_exposure": "2022-07-10"}', "--json"]).stdout)
    source.write_text(json.dumps(told) + "\n", "utf-8")
    same = runner.invoke(app, ["replay", "--in", str(source), "--json"])
    assert (same.exit_code, json.loads(same.stdout)["equal"]) == (0, 1)
    source.write_text(json.dumps(told) + "\n" + json.dumps(told | {"until": "2022-07-21"}) + "\n", "utf-8")
    other = runner.invoke(app, ["replay", "--in", str(source), "--json"])
    value = json.loads(other.stdout)
    assert (other.exit_code, value["decisions"], value["differing"]) == (1, 2, 1)
    assert value["differences"][0] == {"line": 2, "what": {"until": {"stored": "2022-07-21", "now": "2022-07-20"}}}
    source.write_text("no\n", "utf-8")
    assert runner.invoke(app, ["replay", "--in", str(source)]).exit_code == 1
