"""The drawing of a kind."""

from __future__ import annotations

from tests.packs.sample import VALID
from tongchou.packs.kindfile import graph, read_kind

DRAWN = """\
stateDiagram-v2
    [*] --> s_planned
    s_planned : Planned
    s_ruling : Being ruled on
    s_checking : To be verified
    s_closed : Closed
    s_withdrawn : Withdrawn
    s_planned --> s_checking : Report
    s_planned --> s_planned : Progress
    s_planned --> s_ruling : Return
    s_ruling --> s_planned : Rule
    s_checking --> s_closed : Verify
    s_planned --> s_withdrawn : Withdraw
    s_checking --> s_withdrawn : Withdraw
    s_closed --> [*]
    s_withdrawn --> [*]
"""


def test_graph_in_english() -> None:
    assert graph(read_kind(VALID, "visit.yaml"), "en") == DRAWN


def test_graph_in_chinese_without_signs_of_mermaid() -> None:
    drawn = graph(read_kind(VALID.replace("zh: 反馈,", 'zh: "反馈: <b>\\n二;",'), "visit.yaml"))
    assert "    s_planned --> s_checking : 反馈： ＜b＞ 二；\n" in drawn


def test_a_return_over_the_limit_is_drawn_to_the_adjudicator() -> None:
    text = VALID.replace("to: ruling", 'to: "="')
    drawn = graph(read_kind(text, "visit.yaml"), "en")
    assert "    s_planned --> s_planned : Return\n" in drawn
    assert "    s_planned --> s_ruling : Return (over the limit)\n" in drawn
