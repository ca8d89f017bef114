"""Weights of short runs of characters: what they overrule, what they may not, and that segments, parties and times follow."""

from __future__ import annotations

import pytest

from tongchou.intake import read_text, weighing
from tongchou.intake.judge import NOTHING, Verdict
from tongchou.intake.units import units
from tongchou.intake.weighing import ADD, DROP, features, settle, weight

HEAD = "某县召开会议\n3月5日，某县召开会议，县长周明主持。周明强调，"
RULES = frozenset({"weights"})
APPEAL = "全县上下要一条心、一股劲，拿出过硬作风，以必胜的信念把这场仗打到底。"
TASK = "各镇要对返乡人员逐户登记造册，落实居家观察措施，配备测温枪和消毒液。"


def found(text: str, without: frozenset[str] = frozenset()) -> list[str]:
    return [d.text for d in read_text(text, without=without).directives]


def test_an_appeal_in_words_that_no_list_holds_weighs_less_than_a_task() -> None:
    assert weight(APPEAL) < DROP < weight(TASK)


def test_the_weights_leave_out_what_the_rules_alone_take() -> None:
    text = HEAD + TASK + APPEAL + "\n"
    assert found(text, RULES) == [TASK, APPEAL]
    document = read_text(text)
    assert [d.text for d in document.directives] == [TASK]
    assert [x.why for x in document.left_out if x.text == APPEAL] == ["unlike"]


@pytest.mark.parametrize(
    "kept",
    [
        "县水务局要一条心、一股劲，以必胜的信念把这场仗打到底。",  # somebody in particular
        "全县上下要一条心、一股劲，3月10日前把这场仗打到底。",  # a term
        "要一条心、一股劲。",  # too short to be weighed
    ],
)
def test_what_is_assigned_or_short_is_not_overruled(kept: str) -> None:
    taken = Verdict(basis="obligation")
    assert settle(taken, kept, asked=True) == taken
    assert settle(taken, APPEAL, asked=True).why == "unlike"


def test_what_was_left_out_for_a_reason_stays_out_and_nothing_is_added_to_a_story() -> None:
    strong = TASK.replace("要", "", 1)
    assert weight(strong) > ADD
    assert settle(NOTHING, strong, asked=True).basis == "imperative"
    assert settle(NOTHING, strong, asked=False) == NOTHING
    assert settle(Verdict(why="permission"), strong, asked=True).why == "permission"


def test_names_in_quotes_and_figures_carry_no_weight() -> None:
    assert features("要在3天内用好“云湖发布”。") == features("要在17天内用好“东岭通”。")


def test_weights_hold_runs_of_three_characters_at_most() -> None:
    constant, worth = weighing._weights()
    assert constant
    assert len(worth) > 1000
    assert max(len(name.lstrip("<>")) for name in worth) <= 3


def test_a_segment_of_its_own_where_no_want_leads() -> None:
    one, other = "餐饮店一律不得接待堂食；", "外卖骑手进门要先测温、再扫码。"
    assert found(HEAD + one + other + "\n") == [one, other]
    chain = "要守住路口、逐车检查；落实消毒、测温措施；做好值班登记。"
    assert found(HEAD + chain + "\n") == [chain]


def test_a_lost_ordinal_does_not_end_the_series() -> None:
    text = HEAD + "一是各村要登记返乡人员；三是学校要备足口罩；四是卫生院要开好发热门诊。\n"
    assert [d.ordinal for d in read_text(text).directives] == ["一是", "三是", "四是"]


def test_who_took_part_is_no_part_of_the_last_point() -> None:
    text = (
        HEAD.replace("强调，", "提出两点要求：")
        + "一、各村登记返乡人员。二、卫生院备足口罩。镇干部在分会场参加了会议。\n"
    )
    assert found(text) == ["一、各村登记返乡人员。", "二、卫生院备足口罩。"]


def test_questions_under_an_ordinal_ask_for_nothing() -> None:
    assert found("返乡问答\n一、问：返乡要登记吗？\n二、问：要不要做检测？\n") == []


@pytest.mark.parametrize(
    ("text", "named"),
    [
        ("今天下班前民政局、商务局要把名单报来。", ["民政局", "商务局"]),
        ("交警大队对进城车辆逐一检查。", ["交警大队"]),
        ("外省车辆由核验组引导到停车场。", ["核验组"]),
        ("居民垃圾由社区协管员专车收运。", ["社区协管员"]),
        ("登记员管好自己的台账。", ["登记员"]),
        ("供暖专班昼夜值守。", ["供暖专班"]),
        ("严禁带孩子到施工现场。", []),
        ("手里有存货的企业，本周内必须报数。", ["手里有存货的企业"]),
    ],
)
def test_parties_by_the_ends_of_their_names(text: str, named: list[str]) -> None:
    assert [u.text for u in units(text, 0)] == named


def test_the_same_day_is_a_time_where_it_tells_by_when() -> None:
    first = read_text(HEAD + "各社区对返乡人员要当日登记、当日上报。\n").directives[0]
    assert [d.text for d in first.deadlines] == ["当日", "当日"]
    assert not read_text(HEAD + "各社区要核对当日的台账。\n").directives[0].deadlines
