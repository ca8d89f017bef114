"""What frames a page is told by its place and by what it shares with the text."""

from __future__ import annotations

import pytest

from tongchou.intake import read_text

TITLE = "青溪县召开农贸市场防控工作推进会"
BODY = "3月4日，青溪县召开农贸市场防控工作推进会，副县长周明主持。周明要求，各农贸市场要每天消毒。"


@pytest.mark.parametrize(
    "above",
    [
        "青溪在线\n首页\n县内要闻\n部门动态\n便民查询",
        "用户名：\n密　码：\n登录 | 注册\n请输入关键字\n搜索",
        "欢迎光临青溪县人民政府网\n今天是2020年3月9日 星期一\n位置：首页 > 要闻 > 正文",
        "索引号：\n000/2020-1\n发布机构：\n县政府办\n有效性：\n有效",
    ],
)
def test_menus_and_boxes_above_a_title_are_no_title(above: str) -> None:
    document = read_text(f"{above}\n{TITLE}\n来源：融媒体中心 2020-03-05 10:11\n{BODY}\n")
    assert document.header.title == TITLE
    assert document.clean == BODY
    assert document.header.posted is not None
    assert document.header.posted.day == 5


@pytest.mark.parametrize(
    "below",
    [
        "打印本页 关闭窗口\n我县公布发热门诊名单\n青溪大桥恢复通行",
        "微信图片_20200304.jpg",
        "声明：转载此文是出于传递更多信息之目的。如有侵权，请与本站联系。",
        "END\n往期回顾\n●这些公交线路恢复运行！\n阅读原文",
        "评论（0）\n您需要登录后才可以回帖 登录 | 立即注册",
    ],
)
def test_links_and_comments_below_the_end_are_no_text(below: str) -> None:
    assert read_text(f"{TITLE}\n{BODY}\n{below}\n").clean == BODY


def test_a_signature_stays_and_a_long_title_is_one() -> None:
    title = "关于加强农贸市场管理，严防疫情输入的通告"
    document = read_text(
        f"{title}\n各市场要每天消毒。\n青溪县疫情防控\n指挥部办公室\n2020年3月4日\n打印\n热点新闻一则\n"
    )
    assert document.header.title == title
    assert document.clean.splitlines() == ["各市场要每天消毒。", "青溪县疫情防控", "指挥部办公室", "2020年3月4日"]


def test_a_page_of_furniture_alone_has_no_text() -> None:
    assert read_text("首页\n登录\n返乡问答\n").clean == ""


def test_the_name_of_a_medium_tells_the_area_of_a_text_that_says_our_county() -> None:
    body = BODY.replace("青溪县召开", "全县召开")
    assert read_text(f"全县召开农贸市场防控工作推进会\n来源：黛山电视台\n{body}\n").header.area == "黛山县"

    quoted = body + "\n典型案例将在“黛山发布”公众号公开。"
    assert read_text(f"全县召开农贸市场防控工作推进会\n{quoted}\n").header.area == "黛山县"


def test_the_end_of_another_word_is_no_county() -> None:
    """和县 and 那坡 are counties: not in 各镇区和县疾控中心, 那坡桥卡点."""
    body = (
        BODY.replace("青溪县召开", "全县召开")
        + "\n发现发热的要在24小时内报告各镇区和县疾控中心，那坡桥卡点要每天查验。"
    )
    assert read_text(f"全县召开农贸市场防控工作推进会\n{body}\n").header.area is None
    assert (
        read_text(f"和县召开农贸市场防控工作推进会\n{BODY.replace('青溪县召开', '和县召开')}\n").header.area
        == "马鞍山市和县"
    )
