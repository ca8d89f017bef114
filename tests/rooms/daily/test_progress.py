"""Returned staff and output against normal times, a forecast that knows its bounds, and who blocks whom in the supply chain."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from itertools import pairwise

import pytest
from django.db import IntegrityError, connection, transaction
from django.urls import reverse

from tests.cast import Cast
from tests.rooms.daily.helping import DAY, do, permit, refused, reported, today
from tests.web.test_pages import signed_in
from tongchou.kernel.errors import Reason
from tongchou.kernel.text import Text
from tongchou.record.models import Loop, SupplyLink
from tongchou.rooms.daily.chain import blocks, waiting_for
from tongchou.rooms.daily.chainmap import draw
from tongchou.rooms.daily.forecast import LEAST, damped, horizon
from tongchou.rooms.daily.models import Baseline, Target
from tongchou.rooms.daily.pages.progress_chart import figure
from tongchou.rooms.daily.progress import course, progress, progress_units
from tongchou.rooms.daily.targets import aims, targets_seen


def test_a_flat_series_stays_flat_and_a_straight_one_goes_on_and_levels_off() -> None:
    flat = damped([50.0] * 20, 7)
    assert flat is not None
    assert set(flat.points) == {50.0}
    assert set(flat.low) == set(flat.high) == {50.0}
    line = damped([float(n) for n in range(20)], 10)
    assert line is not None
    assert line.points[0] == pytest.approx(20, abs=0.6)
    steps = [b - a for a, b in pairwise(line.points)]
    assert all(0 < later <= before + 0.011 for before, later in pairwise(steps))  # damped: each step is smaller


def test_it_says_nothing_of_too_little_and_takes_no_gap_for_zero() -> None:
    assert damped([1.0] * (LEAST - 1), 3) is None
    assert damped([None] * 30, 3) is None
    with_gaps = damped([None, None, *[80.0, None] * 10], 3)
    assert with_gaps is not None
    assert with_gaps.points == (80.0, 80.0, 80.0)
    assert with_gaps.known == 10


def test_a_share_stays_a_share_and_noise_widens_the_bounds() -> None:
    rising = damped([60 + 2.0 * n for n in range(19)], 14, most=100)
    assert rising is not None
    assert max(rising.high) <= 100
    noisy = damped([50 + (8 if n % 2 else -8) for n in range(20)], 7)
    assert noisy is not None
    assert noisy.high[0] - noisy.low[0] > 16
    assert noisy.high[-1] - noisy.low[-1] >= noisy.high[0] - noisy.low[0]


def baseline(cast: Cast, **more: object) -> None:
    given = {
        "unit": cast.units["works"].pk,
        "from_date": str(today() - 60 * DAY),
        "staff": 120,
        "output": "25",
        "source": "去年四季度日均",
    } | more
    do(cast, "enterprise", "progress.baseline", **given)


def test_progress_is_measured_against_normal_times(cast: Cast) -> None:
    reported(cast, day=today() - DAY, backlog="300")
    (east, west) = progress(cast.as_("hq"), today())
    assert (east.returned_pct, east.output_pct, east.backlog) == (90.0, None, 300)  # no normal times: not 0
    assert (west.known, west.returned_pct) == (0, None)
    baseline(cast)
    (east, _) = progress(cast.as_("hq"), today())
    assert (east.returned_pct, east.output_pct, east.measured) == (75.0, 50.0, 1)
    span, returned, output = course(cast.as_("hq"), today(), 5)
    assert (len(span), returned, output) == (5, [None, None, None, 75.0, None], [None, None, None, 50.0, None])
    for by in ("industry", "size"):
        assert sum(x.returned for x in progress(cast.as_("dept"), today(), by)) == 90
    assert sum(x.known for x in progress(cast.as_("next_street"), today())) == 0


def test_normal_times_are_said_once_a_day_and_never_zero(cast: Cast) -> None:
    baseline(cast)
    assert refused(lambda: baseline(cast)).reason is Reason.DUPLICATE
    assert refused(lambda: baseline(cast, output="0", from_date=str(today()))).field == "output"
    assert refused(lambda: baseline(cast, staff=None, output=None, from_date=str(today()))).field == "output"
    row = Baseline.objects.get()
    row.output = 0
    with pytest.raises(IntegrityError), transaction.atomic():
        row.save()
    with connection.cursor() as cursor:  # the sabotage twin
        cursor.execute("set constraints all immediate")
        cursor.execute("alter table daily_baseline drop constraint baseline_output")
    row.save()


def test_a_target_is_of_ones_own_area_and_month(cast: Cast) -> None:
    do(cast, "street", "progress.target", area=cast.areas["east"].pk, month=str(today()), returned="95")
    do(cast, "street", "progress.target", area=cast.areas["east"].pk, month=str(today()), returned="97", output="90")
    row = Target.objects.get()
    assert (row.month.day, row.returned, row.output) == (1, 97, 90)
    assert (
        refused(
            lambda: do(cast, "street", "progress.target", area=cast.areas["west"].pk, month=str(today()), returned="9")
        ).reason
        is Reason.NOT_FOUND
    )
    assert (
        refused(
            lambda: do(
                cast, "street", "progress.target", area=cast.areas["east"].pk, month=str(today()), returned="101"
            )
        ).field
        == "returned"
    )


def test_a_target_of_an_industry_stands_beside_the_general_one_and_can_be_withdrawn(cast: Cast) -> None:
    east, month = cast.areas["east"].pk, str(today())
    do(cast, "hq", "progress.target", area=east, month=month, returned="95", output="90")
    do(cast, "hq", "progress.target", area=east, section="C", month=month, returned="80")
    assert Target.objects.count() == 2
    found = aims(cast.as_("street"), today())
    assert (found.of(section="C").returned, found.of(section="C").output) == (80, 90)  # each figure from the nearest that names it
    assert (found.of(section="F").returned, found.of(section="F").own) == (95, False)
    assert refused(lambda: do(cast, "hq", "progress.target", area=east, section="Z", month=month, returned="9")).field == "section"
    assert refused(lambda: do(cast, "hq", "progress.target", area=east, month="9999-12-01", returned="9")).field == "month"
    assert refused(lambda: do(cast, "hq", "progress.target", area=east, month="0001-01-01", returned="9")).field == "month"
    assert do(cast, "hq", "progress.target", area=east, section="C", month=month)["aimed"] is False
    assert [t.section for t in Target.objects.all()] == [""]
    assert refused(lambda: do(cast, "hq", "progress.target", area=east, section="C", month=month)).reason is Reason.MISSING_VALUE


def test_a_street_is_measured_by_its_own_target_else_by_the_one_above(cast: Cast) -> None:
    do(cast, "hq", "progress.target", area=cast.areas["district"].pk, month=str(today()), returned="95")
    assert aims(cast.as_("street"), today()).of().returned == 95
    do(cast, "street", "progress.target", area=cast.areas["east"].pk, month=str(today()), returned="70")
    assert aims(cast.as_("street"), today()).of().returned == 70
    assert aims(cast.as_("next_street"), today()).of().returned == 95  # the next street's is not its own
    assert [t.area.pk for t in targets_seen(cast.as_("next_street"), today())] == [cast.areas["district"].pk]


def test_who_is_behind_stands_first_and_who_says_nothing_is_not_called_behind(cast: Cast) -> None:
    reported(cast)
    baseline(cast)
    do(cast, "hq", "progress.target", area=cast.areas["district"].pk, month=str(today()), returned="95", output="45")
    found = {u.unit: u for u in progress_units(cast.as_("hq"), today())}
    works, mill = found[cast.units["works"].pk], found[cast.units["mill"].pk]
    assert (works.returned_pct, works.output_pct, works.gaps, works.behind) == (75.0, 50.0, [-20.0, 5.0], True)
    assert (mill.unknown, mill.behind, mill.gaps) == (True, False, [])
    assert progress_units(cast.as_("hq"), today())[0].unit == works.unit
    key = str(cast.areas["east"].pk)
    assert {u.unit for u in progress_units(cast.as_("hq"), today(), "street", key)} >= {works.unit}
    assert progress_units(cast.as_("next_street"), today(), "street", key) == []
    hq = signed_in(cast, "hq")
    page = hq.get(reverse("progress")).content.decode()
    assert f"by=street&amp;key={key}" in page
    assert "-20" in page
    listed = hq.get(reverse("progress_units"), {"by": "street", "key": key, "only": "behind"}).content.decode()
    assert "works 单位" in listed
    assert "mill 单位" not in hq.get(reverse("progress_units"), {"only": "behind"}).content.decode()
    for wrong in ({"by": "street", "key": "9" * 30}, {"by": "street", "key": "x"}):
        assert hq.get(reverse("progress_units"), wrong).status_code == 422
    assert hq.get(reverse("progress_units"), {"by": "street", "key": "99999999"}).status_code == 200
    assert signed_in(cast, "enterprise").get(reverse("progress_units")).status_code == 403


def test_the_forecast_says_whether_the_target_will_be_reached_and_how_sure_it_is() -> None:
    day = date(2026, 2, 20)
    span = [day - (29 - n) * DAY for n in range(30)]
    rising: list[float | None] = [40 + 2.0 * n for n in range(30)]
    words = lambda values, aimed: "".join(s.zh for s in figure("output", Text("产值率", "Output"), Text("", ""), span, values, aimed)["said"])  # noqa: E731
    assert "能达到月底目标 90%" in words(rising, Decimal(90))
    assert "低于月底目标 200%" in words(rising, Decimal(200))
    assert "还说不准" in words([50 + (8.0 if n % 2 else -8.0) for n in range(30)], Decimal(52))
    few = words([None] * 27 + [50.0, 51.0, 52.0], Decimal(90))
    assert "只有 3 天" in few
    assert "达到" not in few  # nothing is said of what is not known
    assert "本月没有设定目标" in words(rising, None)


def supply(cast: Cast, **more: object) -> SupplyLink:
    given: dict[str, object] = {
        "supplier": cast.units["mill"],
        "buyer": cast.units["works"],
        "product": "坯布",
        "critical": True,
    }
    return SupplyLink.objects.create(**given | more)


def test_who_is_not_back_blocks_and_who_is_unknown_is_said_to_be_unknown(cast: Cast) -> None:
    supply(cast)
    far = supply(cast, supplier=None, outside="远方化纤厂", outside_code="330000", product="涤纶")
    supply(cast, supplier=None, outside="不关键的厂", product="纸箱", critical=False)
    hq = cast.as_("hq")
    assert {b.name: b.state for b in blocks(hq, today())} == {"mill 单位": "unknown", "远方化纤厂": "unknown"}
    reported(cast, who="rival", unit="mill", closed=True, at_work=0, on_leave=0)
    do(cast, "street", "chain.partner", link=far.pk, back=False, note="电话：三月复工")
    first, second = blocks(hq, today())
    assert {first.state, second.state} == {"not_back"}
    assert [w.name for w in waiting_for(hq, first.key, today())] == ["works 单位"]
    reported(cast, who="rival", unit="mill", day=today() - DAY)  # an earlier day does not undo the later one
    assert len(blocks(hq, today())) == 2
    do(cast, "street", "chain.partner", link=far.pk, back=True)
    assert [b.unit for b in blocks(hq, today())] == [cast.units["mill"].pk]
    assert blocks(cast.as_("next_street"), today()) == []  # those who wait lie elsewhere


def test_a_claim_blocks_nobody_and_is_told_as_a_claim(cast: Cast) -> None:
    claim = supply(cast, state="claimed", claimed_by=cast.units["works"], critical_said=True)
    assert blocks(cast.as_("hq"), today()) == []
    page = signed_in(cast, "hq").get(reverse("chain")).content.decode()
    assert "一方说法，待确认" in page
    assert reverse("supply_vouch", args=[claim.pk]) in page
    claim.state = "confirmed"
    claim.save()
    assert len(blocks(cast.as_("hq"), today())) == 1  # the twin


def test_a_suspended_permit_says_not_back_whatever_is_reported(cast: Cast) -> None:
    supply(cast)
    reported(cast, who="rival", unit="mill")
    assert blocks(cast.as_("hq"), today()) == []
    permit(cast.units["mill"], "suspended")
    assert [b.state for b in blocks(cast.as_("hq"), today())] == ["not_back"]


def test_a_block_is_handed_to_a_department_once_with_who_waits(cast: Cast) -> None:
    supply(cast)
    reported(cast, who="rival", unit="mill", closed=True, at_work=0, on_leave=0)
    key = f"unit:{cast.units['mill'].pk}"
    loop = do(cast, "hq", "chain.open", supplier=key, department=cast.units["department"].pk, note="请两日内协调")[
        "loop"
    ]
    row = Loop.objects.get(pk=loop)
    assert (row.kind, row.owner_unit, row.data["waiting"]) == ("chain_block", cast.units["department"], 1)
    assert "works 单位（坯布）" in row.detail
    assert (
        refused(lambda: do(cast, "hq", "chain.open", supplier=key, department=cast.units["department"].pk)).reason
        is Reason.DUPLICATE
    )
    assert (
        refused(
            lambda: do(cast, "next_street", "chain.open", supplier=key, department=cast.units["department"].pk)
        ).reason
        is Reason.NOT_FOUND
    )
    (block,) = blocks(cast.as_("hq"), today())
    assert block.loop == row.pk


def test_a_letter_is_composed_from_a_block(cast: Cast) -> None:
    supply(cast)
    reported(cast, who="rival", unit="mill", closed=True, at_work=0, on_leave=0)
    hq = signed_in(cast, "hq")
    assert "交办后起草" in hq.get(reverse("chain")).content.decode()
    key = f"unit:{cast.units['mill'].pk}"
    loop = do(cast, "hq", "chain.open", supplier=key, department=cast.units["department"].pk, note="请两日内协调")["loop"]
    assert f"{reverse('bulletin_new')}?loop={loop}" in hq.get(reverse("chain")).content.decode()
    page = hq.get(reverse("bulletin_new"), {"loop": loop}).content.decode()
    for words in ("关于商请协调mill 单位复工复产的函", "有1家企业因此等待", "请两日内协调", "| works 单位 | 坯布 |", "专此函达"):
        assert words in page, words
    assert signed_in(cast, "enterprise").get(reverse("bulletin_new"), {"loop": loop}).status_code == 403


def test_the_pages_show_it_in_both_languages(cast: Cast) -> None:
    supply(cast)
    supply(cast, supplier=None, outside="远方化纤厂", product="涤纶")
    for n in range(8):
        reported(cast, day=today() - n * DAY)
    baseline(cast)
    street, clerk = signed_in(cast, "street"), signed_in(cast, "enterprise")
    page = street.get(reverse("progress")).content.decode()
    assert "阻尼趋势" in page
    assert "远方化纤厂" in street.get(reverse("chain")).content.decode()
    for name in ("progress", "chain", "progress_target", "chain_partner", "chain_open"):
        assert street.get(reverse(name), headers={"Accept-Language": "en"}).status_code == 200
    assert street.get(reverse("chain"), {"export": "xlsx"})["Content-Type"].startswith("application/vnd.openxml")
    assert clerk.get(reverse("progress_baseline")).status_code == 200
    assert clerk.get(reverse("progress")).status_code == 403
    sent = street.post(
        reverse("progress_target"), {"area": cast.areas["east"].pk, "month": str(today()), "returned": "95"}
    )
    assert sent.status_code == 302


def test_the_picture_stays_as_tall_as_its_suppliers_and_shows_each_enterprise_once() -> None:
    few = draw({"s": "甲厂"}, [("s", "b")], {"b": "乙厂"})
    assert few is not None
    assert [b.names for b in few.boxes] == [("甲厂",), ("乙厂",)]
    names = {f"b{n}": f"企业{n:03d}" for n in range(500)} | {"t": "丙厂"}
    pairs = [(f"s{n % 5}", f"b{n}") for n in range(500)] + [("s0", "t"), ("t", "b0")]
    many = draw({**{f"s{n}": f"供应{n}" for n in range(5)}, "t": "丙厂"}, pairs, names)
    assert many is not None
    assert many.height < 700
    assert sum(len(b.names) for b in many.boxes if not b.key) == 499  # all who wait for one alone, in boxes
    assert [b.x for b in many.boxes if b.key == "t"] > [b.x for b in many.boxes if b.key == "s0"]  # waits and is waited for: once, in between
    assert len({(b.x, b.y) for b in many.boxes}) == len(many.boxes)
    round_about = draw({"a": "甲", "b": "乙"}, [("a", "b"), ("b", "a")], {"a": "甲", "b": "乙"})
    assert round_about is not None
    assert len(round_about.boxes) == 2
    assert draw({"a": "甲"}, [], {}) is None


def test_the_list_beside_the_picture_says_the_same_and_both_say_it_without_colour(cast: Cast) -> None:
    supply(cast)
    reported(cast, who="rival", unit="mill", closed=True, at_work=0, on_leave=0)
    page = signed_in(cast, "hq").get(reverse("chain")).content.decode()
    picture = page[page.index("<svg class=\"tc-chain-map"):]
    picture = picture[: picture.index("</svg>")]
    assert "未复工，1 家等待" in picture
    assert 'class="is-act"' in picture  # the tone of the badge of the same state
    assert page.count('class="tc-badge is-act"') >= 2
    listed = page[page.index('id="waits-1"'):]
    assert "works 单位" in listed[: listed.index("</details>")]
    table = signed_in(cast, "hq").get(reverse("chain"), {"export": "csv"}).content.decode("utf-8-sig")
    assert "works 单位" in table


def test_a_forecast_of_little_data_is_short_and_one_after_days_of_silence_is_wider() -> None:
    assert (horizon([1.0] * 8, 14), horizon([1.0] * 30, 14), horizon([None] * 30, 14)) == (4, 14, 0)
    noisy: list[float | None] = [50 + (8.0 if n % 2 else -8.0) for n in range(20)]
    fresh, stale = damped(noisy, 3), damped([*noisy, None, None, None], 3)
    assert fresh is not None
    assert stale is not None
    assert stale.high[0] - stale.low[0] > fresh.high[0] - fresh.low[0]
    assert stale.known == fresh.known == 20
