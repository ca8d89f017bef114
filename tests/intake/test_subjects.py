"""Parties that no list of verbs tells: whoever opens a clause and does something in it, with all that describes them."""

from __future__ import annotations

import pytest

from tongchou.intake import read_text
from tongchou.intake.themes import odds, themes
from tongchou.intake.units import units

HEAD = "某县召开会议\n3月5日，某县召开会议，县长周明主持。周明强调，"


@pytest.mark.parametrize(
    ("text", "named"),
    [
        ("学校门卫凭名单放行。", ["学校门卫"]),
        ("气象站每两天发布一次墒情。", ["气象站"]),
        ("从事冷库搬运的工人师傅，须每周做一次检测。", ["从事冷库搬运的工人师傅"]),
        ("宾馆、饭店、民宿要查验健康码。", ["宾馆", "饭店", "民宿"]),
        ("村（社区）“两委”要逐户上门登记。", ["村（社区）“两委”"]),
        ("沿街店铺除药店、超市外一律关门。", ["沿街店铺"]),
        ("区财政局本周五前把专款拨到学校。", ["区财政局"]),
        ("外地来的班组由所在乡镇负责接站。", ["所在乡镇"]),
        ("各站所少报表、多跑腿。", ["各站所"]),
        ("一旦学校发现学生发烧，马上送医。", []),
        ("建好能够随时拉得出的采样队伍；", []),
        ("对从外县来的货车司机，要做到进门测温。", []),
        ("采样点准备要快。", []),
    ],
)
def test_who_acts(text: str, named: list[str]) -> None:
    assert [u.text for u in units(text, 0)] == named


def test_what_is_amiss_is_asked_of_nobody() -> None:
    text = (
        HEAD
        + "走访中发现：一是个别商店不查码；二是有的村广播停了；三是物资台账对不上。\n周明强调，各镇要补上短缺，三日内报结果。\n"
    )
    assert [d.ordinal for d in read_text(text).directives] == [None]


def test_who_scolds_asks() -> None:
    text = (
        "某县检查市场\n3月5日，县长周明检查市场，看到门口无人测温，当即叫停并要求管理方补齐人手，3月6日前把名单报来。\n"
    )
    first = read_text(text).directives[0]
    assert first.text.startswith("管理方补齐人手")
    assert first.speaker is not None
    assert first.speaker.name == "周明"


def test_themes_lean_on_wordings_beside_key_words() -> None:
    assert len(odds("各镇要登记返乡人员。")) == 30
    assert themes("各镇要登记返乡人员。")[0] == "screening"
    assert themes("要把工作抓好。") == ("organisation",)
