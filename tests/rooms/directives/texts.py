"""Texts of our own, in the form of what a district receives; dates lie ahead of the day on which the tests run."""

from __future__ import annotations

from datetime import timedelta

from django.utils import timezone

from tests.cast import Cast
from tongchou.kernel.clock import SHANGHAI


def day(ahead: int) -> str:
    d = timezone.localdate(timezone=SHANGHAI) + timedelta(days=ahead)
    return f"{d.year}年{d.month}月{d.day}日"


def report(ahead: int = 10) -> str:
    """A meeting report: four points are announced, three are there; one names a unit, one every street, one a date."""
    return f"""清源区召开疫情防控调度会
{day(-1)}，清源区召开疫情防控工作调度会，区委书记主持会议并讲话。会议通报了近期工作进展，对前一阶段成绩给予肯定。
会议强调，要抓好四个方面工作。一是各街道要逐户排查近14天返区人员，建立台账，于{day(ahead)}前报指挥部办公室。二是复工复产部要做好规上企业复工指导，逐家现场检查防疫措施，协调解决口罩等防护物资缺口。三是要加强值班值守，严格执行领导带班和24小时值班制度，不得擅离职守；出现突发情况要在两小时内报告。
"""


def rename(cast: Cast) -> None:
    """Give the units of the cast names as a district has them."""
    for key, name in {"department": "复工复产部", "office": "指挥部办公室", "east_street": "望河街道办事处", "west_street": "清源街道办事处"}.items():
        cast.units[key].name = name
        cast.units[key].save()
