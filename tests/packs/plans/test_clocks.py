"""Report clocks: by day and area, in minutes, to the next day, to the next weekday; chains."""

from __future__ import annotations

from datetime import datetime

import pytest

from tests.packs.plans.sample import sample
from tongchou.kernel.clock import SHANGHAI
from tongchou.kernel.errors import Refusal
from tongchou.packs.plans.clocks import clocks_on, due
from tongchou.packs.plans.packfile import shipped_pack, shipped_packs


def at(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=SHANGHAI)


@pytest.mark.parametrize(
    ("pack", "clock", "start", "area", "end"),
    [
        ("covid-19", "network_report", "2020-01-28T00:00", "", "2020-01-28T02:00"),
        ("covid-19", "network_report", "2023-01-07T23:59", "", "2023-01-08T01:59"),
        ("covid-19", "network_report", "2023-01-08T00:00", "", "2023-01-09T00:00"),
        ("covid-19", "investigation", "2020-04-06T08:00", "", "2020-04-07T08:00"),
        ("covid-19", "province_to_state", "2022-07-10T08:00", "", "2022-07-10T09:00"),
        ("covid-19", "case_explanation", "2020-02-29T23:00", "360000", "2020-03-01T12:00"),
        ("resumption-2020", "site_fever", "2020-02-23T23:50", "", "2020-02-24T00:05"),
        ("resumption-2020", "progress", "2020-02-21T09:00", "360100", "2020-02-21T23:59"),
        ("resumption-2020", "progress", "2020-02-22T09:00", "360100", "2020-02-25T23:59"),
        ("influenza-school", "event_report", "2025-11-10T09:00", "", "2025-11-10T11:00"),
    ],
)
def test_when_it_is_due(pack: str, clock: str, start: str, area: str, end: str) -> None:
    assert due(shipped_pack(pack), clock, at(start), area).due == at(end)


@pytest.mark.parametrize(
    ("clock", "start", "area"),
    [
        ("investigation", "2020-04-05T23:59", ""),
        ("case_explanation", "2020-02-20T08:00", "110000"),
        ("network_report", "2020-01-27T23:59", ""),
    ],
)
def test_a_day_or_an_area_without_a_limit_is_refused(clock: str, start: str, area: str) -> None:
    with pytest.raises(Refusal, match="No limit is in force"):
        due(shipped_pack("covid-19"), clock, at(start), area)


def test_an_unknown_clock_is_refused_with_the_nearest_name() -> None:
    with pytest.raises(Refusal, match="network_report"):
        due(shipped_pack("covid-19"), "network_reports", at("2022-07-10T08:00"))


def test_a_weekday_at_an_hour_that_has_passed_is_the_next_one() -> None:
    assert due(sample(), "centre_review", at("2022-05-06T18:00")).due == at("2022-05-06T18:00")
    assert due(sample(), "centre_review", at("2022-05-06T18:01")).due == at("2022-05-10T18:00")


def test_the_closest_area_stands_over_the_rest() -> None:
    day = at("2022-07-01T08:00").date()
    assert clocks_on(sample(), day)["school_report"].minutes == 24 * 60
    assert clocks_on(sample(), day, "330102")["school_report"].at is not None


def test_unconfirmed_limits_are_marked() -> None:
    limits = clocks_on(shipped_pack("covid-19"), at("2022-07-10T08:00").date())
    assert {key for key, limit in limits.items() if limit.status == "unconfirmed"} == {
        "core_contacts",
        "contact_transfer",
        "cross_region_answer",
    }


def test_every_pack_with_duties_has_clocks() -> None:
    assert {n for n in shipped_packs() if shipped_pack(n).clocks} == {
        "chikungunya", "covid-19", "influenza-school", "norovirus-school", "resumption-2020", "safety",
    }  # fmt: skip
