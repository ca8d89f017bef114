"""A model may propose what stands in the text; it changes nothing else, and the rules do without it."""

from __future__ import annotations

import json
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from http.server import BaseHTTPRequestHandler, HTTPServer
from typing import Any

import pytest

from tongchou.intake import read_text
from tongchou.intake.proposer import Endpoint, propose
from tongchou.kernel.errors import Reason, Refusal

DOCUMENT = read_text("某区召开会议\n会议要求，各街道要做好排查。\n会后大家认为工地围挡宜尽早补齐。\n")


@contextmanager
def model(answer: bytes, status: int = 200) -> Iterator[tuple[str, list[dict[str, Any]]]]:
    """A stub of an OpenAI-compatible endpoint on a port of its own, and what it was asked."""
    asked: list[dict[str, Any]] = []

    class Stub(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            asked.append(
                {
                    "path": self.path,
                    "key": self.headers.get("Authorization"),
                    **json.loads(self.rfile.read(int(self.headers["Content-Length"]))),
                }
            )
            self.send_response(status)
            self.end_headers()
            self.wfile.write(answer)

        def log_message(self, *_: object) -> None:
            pass

    server = HTTPServer(("127.0.0.1", 0), Stub)
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.server_port}/v1", asked
    finally:
        server.shutdown()
        thread.join()
        server.server_close()


def reply(items: object) -> bytes:
    return json.dumps(
        {"choices": [{"message": {"content": json.dumps({"items": items}, ensure_ascii=False)}}]}
    ).encode()


def test_what_stands_in_the_text_is_added_and_marked() -> None:
    said = ["工地围挡宜尽早补齐。", "各街道要做好排查。", "这句话文中没有，应当被丢弃。", "短", 7]
    with model(reply(said)) as (url, asked):
        found = propose(DOCUMENT, Endpoint(url, "stub-1", key="k"))
    assert [(d.text, d.proposed_by) for d in found.directives] == [
        ("各街道要做好排查。", ""),
        ("工地围挡宜尽早补齐。", "stub-1"),
    ]
    assert found.clean[found.directives[1].start : found.directives[1].end] == "工地围挡宜尽早补齐。"
    assert asked[0]["path"] == "/v1/chat/completions"
    assert (asked[0]["model"], asked[0]["key"], asked[0]["temperature"]) == ("stub-1", "Bearer k", 0)
    assert asked[0]["messages"][1]["content"] == DOCUMENT.clean


def test_a_model_on_this_machine_is_asked_without_the_offices_proxy(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("http_proxy", "http://127.0.0.1:9")
    monkeypatch.delenv("no_proxy", raising=False)
    monkeypatch.delenv("NO_PROXY", raising=False)
    with model(reply(["工地围挡宜尽早补齐。"])) as (url, asked):
        assert len(propose(DOCUMENT, Endpoint(url, "stub-1")).directives) == 2
    assert len(asked) == 1


@pytest.mark.parametrize(
    "answer",
    [b"no json", b"{}", reply(None)[:-5], json.dumps({"choices": [{"message": {"content": "sorry"}}]}).encode()],
)
def test_an_answer_of_no_use_is_refused_and_the_rules_stand(answer: bytes) -> None:
    with model(answer) as (url, _), pytest.raises(Refusal) as caught:
        propose(DOCUMENT, Endpoint(url, "stub"))
    assert caught.value.reason is Reason.UNAVAILABLE
    assert len(DOCUMENT.directives) == 1


def test_nobody_there_an_error_and_another_scheme() -> None:
    with model(b"", status=500) as (url, _), pytest.raises(Refusal):
        propose(DOCUMENT, Endpoint(url, "stub"))
    for url in ("http://127.0.0.1:9/v1", "file:///etc/passwd"):
        with pytest.raises(Refusal):
            propose(DOCUMENT, Endpoint(url, "stub", seconds=2))


def test_a_long_document_is_not_sent() -> None:
    long = replace(DOCUMENT, clean=DOCUMENT.clean * 1000)
    assert propose(long, Endpoint("http://127.0.0.1:9/v1", "stub")) is long
