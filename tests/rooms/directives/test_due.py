"""When a directive is due, from the times that the intake found."""

from __future__ import annotations

from datetime import date, datetime

from tongchou.intake import read_text
from tongchou.intake.deadlines import deadlines
from tongchou.kernel.clock import SHANGHAI
from tongchou.rooms.directives.reading import due_of, term_of


def test_midnight_ends_the_day_that_it_names() -> None:
    for text in ("3月10日24时前完成。", "3月10日晚12点前完成。"):
        (found,) = deadlines(text, 0, date(2020, 3, 4))
        assert due_of(found)[0] == datetime(2020, 3, 11, 0, 0, tzinfo=SHANGHAI)


def test_a_beginning_alone_is_no_term_where_an_end_is_named() -> None:
    text = "某县召开会议\n3月4日，某县召开会议，县长周明强调，督查组要自3月5日起驻点检查，3月20日前形成报告。\n"
    (found,) = read_text(text).directives
    by = term_of(found)
    assert found.deadlines[0].text == "自3月5日起"
    assert by is not None
    assert by.text == "3月20日前"
