"""`tongchou intake` on files and folders."""

from __future__ import annotations

import json
from pathlib import Path

from typer.testing import CliRunner

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
