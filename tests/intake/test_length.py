"""Reading time grows with the length of a file and not faster."""

from __future__ import annotations

import random
import time

import pytest

from tests.intake.answers import answers
from tongchou.intake import read_text

FAMILY, GIVEN = "王李张刘陈杨黄赵吴周徐孙马朱胡郭何高林罗", "伟芳娜敏静丽强磊军洋勇艳杰娟涛超明国庆春"


def long_text(kind: str, copies: int) -> str:
    """Reports of meetings in a row, with other names and figures in each so that nothing is said twice."""
    told = next(a for a in answers() if a.name == "report_plain.txt").gold["clean_text"]
    chance = random.Random(1)
    out = []
    for n in range(copies):
        name = chance.choice(FAMILY) + chance.choice(GIVEN) + chance.choice(GIVEN)
        report = (
            told.replace("。", f"（{n}）。") + f"县长{name}要求，一是各镇登记返乡人员{n}人。二是学校备足口罩{n}只。"
        )
        out.append(report.replace("\n", "") if kind == "one line" else f"第{n}场会议召开\n本报讯 {report}")
    return ("" if kind == "one line" else "\n").join(out)


@pytest.mark.parametrize("kind", ["articles", "one line"])
def test_four_times_the_text_takes_about_four_times_as_long(kind: str) -> None:
    spent = []
    for copies in (60, 240):
        text = long_text(kind, copies)
        best = float("inf")
        for _ in range(3):
            start = time.process_time()
            assert read_text(text).directives
            best = min(best, time.process_time() - start)
        spent.append(best)
    assert spent[1] < 8 * spent[0]  # four times, were nothing else running; by the square it would be sixteen
