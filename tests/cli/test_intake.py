"""`tongchou intake` on files and folders."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from typer.testing import CliRunner

from tests.intake.test_proposer import model, reply
from tongchou.cli.intake import output_names
from tongchou.cli.main import app


def test_one_json_per_document_named_by_its_file(tmp_path: Path) -> None:
    folder = tmp_path / "in"
    folder.mkdir()
    (folder / "一.txt").write_text("某区召开会议\n会议要求，各街道要在3月5日前完成排查。\n", "utf-8")
    (folder / "二.htm").write_bytes(
        "<html><body><h1>关于测温的通知</h1><p>各社区要做好测温。</p></body></html>".encode("gbk")
    )
    (folder / "other.xyz").write_text("不读", "utf-8")
    out = tmp_path / "out"
    done = CliRunner().invoke(app, ["intake", str(folder), "--out", str(out)])
    assert done.exit_code == 0, done.output
    assert "2 documents, 2 directives, 0 refused" in done.output
    assert sorted(p.name for p in out.iterdir()) == ["一.txt.json", "二.htm.json"]
    record = json.loads((out / "一.txt.json").read_text("utf-8"))
    assert record["doc"] == "一.txt"
    assert record["items"][0]["text"] == "各街道要在3月5日前完成排查。"
    assert record["items"][0]["units"] == ["各街道"]
    assert record["items"][0]["deadline"] == "3月5日前"


def test_what_cannot_be_read_is_told_and_the_rest_is_done(tmp_path: Path) -> None:
    (tmp_path / "good.txt").write_text("某区召开会议\n会议要求，各街道要完成排查。\n", "utf-8")
    (tmp_path / "empty.txt").write_bytes(b"")
    done = CliRunner().invoke(
        app,
        [
            "intake",
            str(tmp_path / "good.txt"),
            str(tmp_path / "empty.txt"),
            str(tmp_path / "none.txt"),
            "--out",
            str(tmp_path / "out"),
        ],
    )
    assert done.exit_code == 1
    assert "1 documents, 1 directives, 2 refused" in done.output
    assert "empty.txt" in done.output


def test_files_of_the_same_name_do_not_overwrite_each_other(tmp_path: Path) -> None:
    for folder, words in (("一月/甲", "完成排查"), ("二月/甲", "做好测温"), ("二月/乙", "做好消杀")):
        (tmp_path / folder).mkdir(parents=True)
        (tmp_path / folder / "会.txt").write_text(f"某区召开会议\n会议要求，各街道要{words}。\n", "utf-8")
    (tmp_path / "独.txt").write_text("某区召开会议\n会议要求，各社区要值守。\n", "utf-8")
    wanted = {
        "一月__甲__会.txt.json": "各街道要完成排查。", "二月__甲__会.txt.json": "各街道要做好测温。",
        "乙__会.txt.json": "各街道要做好消杀。", "独.txt.json": "各社区要值守。",
    }  # fmt: skip
    given = [str(tmp_path / n) for n in ("一月", "二月", "独.txt")]
    for n, order in enumerate((given, given[::-1], [*given, str(tmp_path)])):
        out = tmp_path.parent / f"{tmp_path.name}-out{n}"
        done = CliRunner().invoke(app, ["intake", *order, "--out", str(out)])
        assert "4 documents, 4 directives, 0 refused" in done.output
        assert {p.name: json.loads(p.read_text("utf-8"))["items"][0]["text"] for p in out.iterdir()} == wanted


def test_names_are_distinct_even_where_folders_hold_the_mark_or_differ_only_in_case() -> None:
    paths = [Path(p) for p in ("/a/b/x.txt", "/a__b/x.txt", "/A/B/x.txt", "/x.txt", "/c/y.txt")]
    names = dict(zip(paths, output_names(paths), strict=True))
    assert len({n.casefold() for n in names.values()}) == 5
    assert names[Path("/c/y.txt")] == "y.txt.json"
    assert dict(zip(paths[::-1], output_names(paths[::-1]), strict=True)) == names


TWO = "某区召开会议\n会议要求，各街道要做好排查。\n会后大家认为工地围挡宜尽早补齐。\n"


def _with_model(folder: Path, url: str, *more: str) -> tuple[int, str, list[tuple[str, str]]]:
    (folder / "会.txt").write_text(TWO, "utf-8")
    done = CliRunner().invoke(
        app, ["intake", str(folder / "会.txt"), "--out", str(folder / "out"), "--model-url", url, *more]
    )
    found = folder / "out" / "会.txt.json"
    items = json.loads(found.read_text("utf-8"))["items"] if found.exists() else []
    return done.exit_code, done.output, [(i["text"], i["proposed_by"]) for i in items]


def test_a_model_proposes_and_what_it_proposed_is_marked(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TONGCHOU_MODEL_KEY", "secret")
    with model(reply(["工地围挡宜尽早补齐。", "文中没有的一句话。"])) as (url, asked):
        code, told, items = _with_model(tmp_path, url, "--model", "stub-1")
    assert (code, asked[0]["key"]) == (0, "Bearer secret")
    assert items == [("各街道要做好排查。", ""), ("工地围挡宜尽早补齐。", "stub-1")]
    assert "1 documents, 2 directives, 1 of them proposed by stub-1, 0 refused" in told


def test_where_the_model_does_not_answer_the_rules_stand(tmp_path: Path) -> None:
    with model(b"", status=500) as (url, _):
        code, told, items = _with_model(tmp_path, url, "--model", "stub-1")
    assert (code, items) == (0, [("各街道要做好排查。", "")])
    assert "no usable answer" in told


@pytest.mark.parametrize(
    ("url", "more"),
    [("http://127.0.0.1:9/v1", ()), ("", ("--model", "stub")), ("file:///etc/passwd", ("--model", "stub"))],
)
def test_half_an_endpoint_is_refused_before_anything_is_read(tmp_path: Path, url: str, more: tuple[str, ...]) -> None:
    code, _, items = _with_model(tmp_path, url, *more)
    assert (code, items) == (2, [])
