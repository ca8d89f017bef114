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
        ("植保站每三天发布一次病虫情报。", ["植保站"]),
        ("来自省外的人员，须持核酸证明进站。", ["来自省外的人员"]),
        ("宾馆、饭店、民宿要查验健康码。", ["宾馆", "饭店", "民宿"]),
        ("村（社区）“两委”要把劝导做在前面。", ["村（社区）“两委”"]),
        ("沿街店铺除药店、超市外一律关门。", ["沿街店铺"]),
        ("区财政局本周五前把专款拨到学校。", ["区财政局"]),
        ("外地来的班组由所在乡镇负责接站。", ["所在乡镇"]),
        ("各站所少报表、多跑腿。", ["各站所"]),
        ("一旦企业发现疑似病例，立即启动预案。", []),
        ("打造能够承担任务的干部队伍；", []),
        ("对从外地返回的租户，要做到人来登记。", []),
        ("隔离点准备要足。", []),
    ],
)
def test_who_acts(text: str, named: list[str]) -> None:
    assert [u.text for u in units(text, 0)] == named


def test_what_is_amiss_is_asked_of_nobody() -> None:
    text = (
        HEAD
        + "检查发现：一是个别卡点流于形式；二是有的药店未实名登记；三是垃圾清运不及时。\n周明强调，要立即整改，各镇三日内报结果。\n"
    )
    assert [d.ordinal for d in read_text(text).directives] == [None]


def test_who_scolds_asks() -> None:
    text = (
        "某县检查市场\n3月5日，县长周明检查市场，看到保安抬杆放行，当即批评并要求市场方连夜整改，3月6日前把结果报来。\n"
    )
    first = read_text(text).directives[0]
    assert first.text.startswith("市场方连夜整改")
    assert first.speaker is not None
    assert first.speaker.name == "周明"


def test_themes_lean_on_wordings_beside_key_words() -> None:
    assert len(odds("各镇要登记返乡人员。")) == 30
    assert themes("各镇要登记返乡人员。")[0] == "screening"
    assert themes("要把工作抓好。") == ("organisation",)
