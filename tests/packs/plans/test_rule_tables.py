"""Value by value: what the packs resolve to against the rule tables beside the project, where they are. A wrong number of days confines people."""

from __future__ import annotations

import itertools
from collections.abc import Mapping
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import pytest
import yaml

from tongchou.packs.checklists import shipped
from tongchou.packs.plans.clocks import limit_on
from tongchou.packs.plans.packfile import shipped_pack
from tongchou.packs.plans.resolve import Basis, StandingRule, stand

RULES = Path(__file__).parents[4] / "shared" / "domain" / "rules.yaml"
if not RULES.is_file():
    pytest.skip(
        "the shared rule tables (../shared/domain/rules.yaml) are not beside this project", allow_module_level=True
    )
TABLES: dict[str, Any] = yaml.safe_load(RULES.read_text("utf-8"))
EDITIONS: dict[str, dict[str, Any]] = {e["id"]: e for e in TABLES["editions"]}
MODES = {
    "居家或集中": "home_or_central_isolation", "集中或居家": "home_or_central_isolation", "集中或居家隔离": "home_or_central_isolation",
    "集中优先/居家": "central_preferred_isolation", "集中": "central_isolation", "居家健康监测": "home_monitoring", "居家隔离": "home_isolation",
    "居家": "home_isolation", "健康监测": "health_monitoring",
}  # fmt: skip


def rule(table: str, day: date, key: str, area: str = "", pack: str = "covid-19") -> StandingRule:
    """A rule as it stands, so that what is compared is what decides."""
    return next(r for r in stand(shipped_pack(pack), table, day, None, area).rules if r.key == key)


def stages(table: str, day: date, key: str, area: str = "") -> list[tuple[str, int | None, list[int]]]:
    return [(m.mode, m.days, list(m.tests)) for m in rule(table, day, key, area).measures]


def marks(found: StandingRule, names: tuple[str, ...]) -> dict[str, str]:
    bases: Mapping[str, Basis] = {b.parameter: b for b in found.basis}
    return {n: bases[n].entry.status for n in names if n in bases}


def value(pack: str, name: str, day: date) -> Any:
    return max((e for e in shipped_pack(pack).parameters[name].entries if e.from_ <= day), key=lambda e: e.from_).value


@pytest.mark.parametrize("key", [k for k, e in EDITIONS.items() if e.get("close_contact")])
def test_close_contacts(key: str) -> None:
    edition = EDITIONS[key]
    given, day = edition["close_contact"], edition["effective"]
    tests = given.get("test_days", given.get("tests", []))
    wanted = []
    for place, stage in enumerate(given["isolation"]):
        days = list(tests.values())[place] if isinstance(tests, dict) else tests
        wanted.append((MODES[stage["mode"]], stage["days"], days))
    if "release" in given and "test_day" in given["release"]:
        wanted[0] = (*wanted[0][:2], [given["release"]["test_day"]])
    assert stages("close_contact", day, "in_period") == wanted
    found = marks(
        rule("close_contact", day, "in_period"), ("contact_first_days", "contact_first_mode", "contact_second_days")
    )
    assert given["conf"] == "K" or set(found.values()) == {"confirmed"}
    assert given["conf"] != "K" or found["contact_first_days"] == "unconfirmed"
    double = bool(given.get("release", {}).get("double_sample"))
    assert (
        "double_sample" not in given.get("release", {})
        or rule("close_contact", day, "in_period").measures[0].double_last is double
    )


@pytest.mark.parametrize("key", ["covid-e7", "covid-e8", "covid-e9"])
def test_secondary_contacts(key: str) -> None:
    edition = EDITIONS[key]
    given, day = edition["secondary_contact"], edition["effective"]
    stage = given["isolation"][0] if "isolation" in given else given
    tests = next(iter(given["test_days"].values())) if "test_days" in given else []
    assert stages("secondary_contact", day, "in_period") == [(MODES[stage["mode"]], stage["days"], tests)]


@pytest.mark.parametrize("key", [k for k, e in EDITIONS.items() if e.get("secondary_contact", True) is None])
def test_secondary_contacts_are_not_determined(key: str) -> None:
    (found,) = stand(shipped_pack("covid-19"), "secondary_contact", EDITIONS[key]["effective"]).rules
    assert (found.rule.outcome, found.measures) == ("not_determined", ())


@pytest.mark.parametrize("key", [k for k, e in EDITIONS.items() if "contact" in e])
def test_look_back(key: str) -> None:
    day = EDITIONS[key]["effective"]
    assert rule("contact_window", day, "symptomatic").measures[0].from_day == -EDITIONS[key]["contact"]["lookback_days"]


def test_look_back_of_the_delta_overlay() -> None:
    (delta,) = [o for o in EDITIONS["covid-e8"]["overlays"] if o["id"] == "delta"]
    # Jiangsu by its standard of 2021; of Shanghai the source is of May and June 2022
    for area, first in (("320500", date(2021, 6, 1)), ("310104", date(2022, 5, 1))):
        days = [rule("contact_window", d, "symptomatic", area).measures[0].from_day for d in (first - timedelta(days=1), first, date(2022, 6, 27), date(2022, 6, 28))]
        assert days == [-2, -delta["lookback_days"], -delta["lookback_days"], -2]


def test_the_beijing_overlay() -> None:
    day = date(2022, 5, 4)
    assert [s[:2] for s in stages("close_contact", day, "in_period", "110105")] == [
        ("central_isolation", 10),
        ("home_isolation", 7),
    ]
    assert [s[:2] for s in stages("secondary_contact", day, "in_period", "110105")] == [("home_isolation", 7)]
    assert [s[:2] for s in stages("traveller", day, "high_risk", "110105")] == [
        ("home_isolation", 10),
        ("home_monitoring", 7),
    ]
    assert [s[:2] for s in stages("close_contact", date(2022, 5, 3), "in_period", "110105")] == [
        ("central_isolation", 14),
        ("home_monitoring", 7),
    ]


def test_travellers() -> None:
    e8, e9, twenty = (EDITIONS[k] for k in ("covid-e8", "covid-e9", "covid-20"))
    old = e8["traveller"]["high_or_medium_risk"]
    for grade in ("high_risk", "medium_risk"):
        found = stages("traveller", e8["effective"], grade)
        assert [s[:2] for s in found] == [(MODES[old["mode"]], old["days"])]
        assert value("covid-19", "traveller_lookback_days", e8["effective"]) == old["lookback_days"]
    for edition, grade in ((e9, "high_risk"), (e9, "medium_risk"), (twenty, "high_risk")):
        given = edition["traveller"][grade]
        assert stages("traveller", edition["effective"], grade) == [
            (MODES[given["mode"]], given["days"], given["test_days"])
        ]
        assert rule("traveller", edition["effective"], grade).measures[0].clock == (given.get("clock", "left_area"),)
        assert value("covid-19", "traveller_lookback_days", edition["effective"]) == given["lookback_days"]
    low = e9["traveller"]["low_risk"]
    ((mode, days, tests),) = stages("traveller", e9["effective"], "low_risk")
    assert (mode, days, len(tests)) == (MODES[low["mode"]], low["within_days"], low["tests"])
    assert all((b - a) * 24 >= low["min_hours_between"] for a, b in itertools.pairwise(tests))
    assert stages("traveller", date(2022, 3, 1), "high_risk", "500119")[0][2] == [1, 4, 7, 10, 14]


def test_arrivals_and_closed_loops() -> None:
    for key in ("covid-e9", "covid-20"):
        day = EDITIONS[key]["effective"]
        assert stages("inbound", day, "in_period") == stages("close_contact", day, "in_period")
    assert (
        value("covid-19", "inbound_positive_ct", EDITIONS["covid-20"]["effective"])
        == EDITIONS["covid-20"]["inbound"]["positive_if_ct_below"]
    )
    after = EDITIONS["covid-20"]["closed_loop_staff_after"]
    assert stages("closed_loop_staff", EDITIONS["covid-20"]["effective"], "in_period") == [
        (MODES[after["mode"]], after["days"], after["test_days"])
    ]
    ten = EDITIONS["covid-new10"]  # says nothing of them: what it is based on goes on, on its last day too
    assert ten["base"] == "covid-20"
    assert not {"inbound", "closed_loop_staff_after"} & set(ten)
    for table in ("inbound", "closed_loop_staff"):
        for day in (ten["effective"], ten["superseded"] - timedelta(days=1)):
            assert stages(table, day, "in_period_10") == stages(table, EDITIONS["covid-20"]["effective"], "in_period")
    high, trades = EDITIONS["covid-e9"]["key_occupations"]
    loop = high["after_loop"]
    assert [s[:2] for s in stages("closed_loop_staff", EDITIONS["covid-e9"]["effective"], "in_period")] == [
        (MODES[loop["mode"]], loop["days"])
    ]
    day = EDITIONS["covid-e9"]["effective"]
    assert rule("key_occupation", day, "high_posts").gives == {
        "every_days": high["every_days"],
        "closed_loop": high["closed_loop"],
    }
    assert rule("key_occupation", day, "crowded").gives == {"per_week": trades["per_week"]}


def test_cases_at_home_without_symptoms_and_in_homes() -> None:
    home, day = EDITIONS["covid-new10"]["case_home"], EDITIONS["covid-new10"]["effective"]
    assert list(value("covid-19", "home_case_tests", day)) == home["test_days"]
    assert value("covid-19", "home_case_ct", day) == home["release_ct_ge"]
    given, day = EDITIONS["covid-e6"]["asymptomatic_case"], date(2020, 4, 6)
    names = ("asymptomatic_days", "asymptomatic_tests", "asymptomatic_hours", "asymptomatic_follow_days")
    assert [value("covid-19", n, day) for n in names] == [
        given[k] for k in ("days", "release_negative_tests", "min_hours_between", "followup_days")
    ]
    assert [d // 7 for d in value("covid-19", "asymptomatic_revisits", day)] == given["revisit_weeks"]
    homes = EDITIONS["covid-e10"]["key_institutions"]["养老/社会福利机构"]
    assert (
        value("covid-19", "home_per_week", EDITIONS["covid-e10"]["effective"])
        == homes["staff_tests_per_week"]
        == homes["cared_for_tests_per_week"]
    )
    allowed = EDITIONS["covid-new10"]["certificates"]["negative_test_required_only_in"]
    places = rule("entry_check", EDITIONS["covid-new10"]["effective"], "five_places").when["place"].values
    titles = shipped_pack("covid-19").tables["entry_check"].inputs["place"].choices
    assert [titles[str(p)].zh for p in places] == allowed


def test_area_grades() -> None:
    areas = TABLES["area_rules"]
    assert (
        value("covid-19", "spread_cases", date(2020, 1, 24))
        == areas["area-2020-community"]["spread"]["cases_unknown_source"]
    )
    assert value("covid-19", "cluster_cases", date(2020, 1, 24)) == EDITIONS["covid-e7"]["cluster"]["previously"]
    assert (
        value("covid-19", "cluster_cases", EDITIONS["covid-e7"]["effective"])
        == EDITIONS["covid-e7"]["cluster"]["cases"]
    )
    assert "累计>50" in areas["area-2020-county"]["high"]
    assert value("covid-19", "grade_cumulative", date(2020, 2, 17)) == 50
    days = {"2020-02-17": 14, "2021-05-11": 14, "2022-06-28": 7, "2022-11-11": 5, "2022-12-07": 5}
    said = {
        "2020-02-17": areas["area-2020-county"]["low"], "2021-05-11": str(areas["area-8-blocks"]["release_lockdown_and_control"]["all"]),
        "2022-06-28": areas["area-9"]["high"]["to_medium"], "2022-11-11": areas["area-20"]["high"]["to_low"],
        "2022-12-07": areas["area-new10"]["high"]["release"],
    }  # fmt: skip
    for day, number in days.items():
        assert value("covid-19", "clear_days", date.fromisoformat(day)) == number
        assert f"{number}天" in said[day]
    assert (
        f"再连续{value('covid-19', 'clear_more_days', date(2022, 6, 28))}天" in areas["area-9"]["high"]["medium_to_low"]
    )
    assert list(value("covid-19", "area_test_days", date(2022, 6, 28))) == areas["area-9"]["high_test_days"]
    assert list(value("covid-19", "area_test_days", date(2022, 11, 11))) == areas["area-20"]["high"]["test_days"]
    first = areas["area-8-blocks"]["first_round_hours"]
    clocks = shipped_pack("covid-19").clocks
    for clock, name in (("lockdown_first_round", "封控区"), ("control_first_round", "管控区")):
        limit = limit_on(clocks[clock], date(2022, 6, 10))
        assert limit is not None
        assert limit.minutes == first[name] * 60


def test_mass_tests_and_pools() -> None:
    rules, day = TABLES["mass_test_rules"], date(2022, 7, 1)
    second = rules["mt-2021-09"]
    assert value("covid-19", "mass_days_small", day) == second["city_le_5m_days"]
    assert value("covid-19", "mass_days_large", day) == second["city_gt_5m_days"]
    assert value("covid-19", "mass_rounds_unknown", day) == second["min_rounds_unknown_source"]
    assert value("covid-19", "mass_hours", day) == rules["mt-2022-03"]["complete_hours"]
    assert f"连续{value('covid-19', 'mass_clear_rounds', day)}次" in rules["mt-9"]["capital_or_10m"]["stop"]
    assert f"间隔{value('covid-19', 'mass_pause_days', day)}天" in rules["mt-9"]["capital_or_10m"]["stop"]
    pools = rules["pools"]
    assert rule("test_pool", day, "single").gives == {
        "most_in_tube": pools["max_high_risk"],
        "result_hours": pools["result_hours"]["single"],
    }
    assert rule("test_pool", day, "pool").gives == {
        "most_in_tube": max(pools["sizes"]),
        "result_hours": pools["result_hours"]["pooled"],
    }


def test_reports() -> None:
    deadlines = TABLES["reporting_deadlines"]
    covid, sites = shipped_pack("covid-19").clocks, shipped_pack("resumption-2020").clocks

    def minutes(clocks: Any, key: str, day: date) -> int | None:
        found = limit_on(clocks[key], day)
        return None if found is None else found.minutes

    assert minutes(covid, "network_report", date(2026, 2, 1)) == deadlines[1]["hours"] * 60
    assert minutes(covid, "event_report", date(2020, 2, 1)) == deadlines[2]["hours"] * 60
    assert minutes(covid, "investigation", date(2020, 5, 1)) == deadlines[3]["hours"] * 60
    for key in ("unit_to_county", "health_to_county", "county_to_city", "city_to_province"):
        assert minutes(covid, key, date(2022, 7, 10)) == deadlines[4]["hours"] * 60
    assert minutes(covid, "province_to_state", date(2022, 7, 10)) == 60
    assert minutes(sites, "site_fever", date(2020, 3, 1)) == deadlines[5]["minutes"]
    hours = EDITIONS["covid-e3"]["reporting"]
    assert minutes(covid, "network_report", date(2020, 2, 1)) == hours["case_hours"] * 60
    assert minutes(covid, "county_review", date(2020, 2, 1)) == hours["cdc_review_hours"] * 60


def test_other_diseases() -> None:
    packs, day = TABLES["packs"], date(2025, 11, 10)
    chik, flu, noro = packs["chikungunya-2025"], packs["influenza-school"], packs["norovirus-school"]
    assert value("chikungunya", "incubation_longest", day) == chik["incubation_days"][1]
    assert value("chikungunya", "infectious_days", day) - 1 == chik["infectious_days_after_onset"][1]
    assert [value("chikungunya", f"index_{n}", day) for n in ("low", "medium", "high")] == [
        level.get("lt", level.get("ge")) for level in chik["vector"]["levels"][:3]
    ]
    assert value("chikungunya", "core_radius_m", day) == chik["core_zone"]["radius_m"][1]
    surveys = value("chikungunya", "core_survey_days", day)
    assert surveys[0] <= chik["core_zone"]["survey_and_control_within_days"]
    low, high = chik["core_zone"]["repeat_days"]
    assert all(low <= b - a <= high for a, b in itertools.pairwise(surveys))
    assert value("chikungunya", "warning_width_m", day) == chik["warning_zone"]["radius_m"]
    assert value("chikungunya", "monitor_days", day) == chik["traveller_from_outbreak_area_self_monitor_days"]
    for name, letters in chik["region_classes"].items():
        found = rule("region_class", day, f"class_{name.lower()}", pack="chikungunya").when["province"].values
        assert len(found) == len(letters.replace("兵团", "团"))
    assert value("influenza-school", "report_cases", day) == flu["report_cdc"]["cases"]
    event = flu["report_event"]
    names = {"event_cases": "cases", "event_hospitalised": "or_hospitalised", "event_deaths": "or_deaths"}
    assert {n: value("influenza-school", n, day) for n in names} == {n: event[k] for n, k in names.items()}
    assert value("influenza-school", "end_days", day) == flu["end"]["no_new_case_days"]
    assert value("norovirus-school", "class_cases", day) == noro["cluster"]["cases"]
    assert value("norovirus-school", "school_cases", day) == noro["cluster_school"]["cases"]
    assert value("norovirus-school", "event_cases", day) == noro["event"]["cases"]
    assert value("norovirus-school", "return_hours", day) == noro["return_after_symptom_free_hours"]
    assert value("norovirus-school", "chlorine_surfaces", day) == noro["disinfectant_mg_per_l"]["surfaces"]


def test_school_thresholds() -> None:
    names = {
        "手足口": "hand_foot_mouth", "诺如": "norovirus", "菌痢": "dysentery", "急性出血性结膜炎": "red_eye", "流感样": "influenza_like",
        "猩红热": "scarlet_fever", "麻疹": "measles", "风疹": "rubella", "腮腺炎": "mumps", "水痘": "chickenpox", "登革热本地": "dengue_local",
    }  # fmt: skip
    given = {k: v for k, v in TABLES["packs"]["school-thresholds-huzhou-2023"].items() if k != "conf"}
    assert set(given) == set(names)
    table = shipped_pack("norovirus-school").tables["school_cluster"]
    for said, key in names.items():
        assert value("norovirus-school", f"{key}_cases", date(2024, 3, 1)) == given[said]["cases"]
        reason = next(r.reason.zh for r in table.rules if r.key == key)
        assert f"{given[said]['days']}天内" in reason
    assert {r.status for r in table.rules} == {"unconfirmed"}  # the marks of one place, for a district to sign
    assert value("norovirus-school", "hand_foot_mouth_class", date(2024, 3, 1)) == given["手足口"]["class_cases"]
    assert value("norovirus-school", "dysentery_deaths", date(2024, 3, 1)) == given["菌痢"]["deaths"]


def test_resumption() -> None:
    given = TABLES["resumption"]
    pack = shipped_pack("resumption-2020")
    assert {e.from_ for e in pack.editions} >= {row["from"] for row in given["regime"]}
    rules = [r for r in pack.tables["hailing_batch"].rules if "first_day" in r.gives]
    found = {(r.gives["first_day"], r.gives["last_day"]) for r in rules}
    assert found == {(str(b["from"]), str(b["to"])) for b in given["hailing_detail"]["batches"]}
    assert len({r.key.removesuffix("_waits") for r in rules}) == len(given["hailing_detail"]["batches"])
    day = date(2020, 3, 10)
    guide, fever = given["guide_2020_02_21"], given["beijing_site_fever"]
    assert value("resumption-2020", "guide_temperatures", day) == guide["temp_per_day"]
    assert value("resumption-2020", "guide_people_in_room", day) == guide["dorm_max_per_room"]
    assert value("resumption-2020", "guide_area_each", day) == guide["dorm_min_m2_per_person"]
    assert (
        value("resumption-2020", "mask_days", day)
        == value("resumption-2020", "mask_days_needed", day)
        == given["hailing"]["supplies_days"]
    )
    formula = pack.tables["mask_stock"].inputs["days"].formula
    assert formula is not None
    assert f"shift_hours / {given['hailing']['masks_per_person_hours']}" in formula.text
    assert value("resumption-2020", "fever", day) == fever["fever"]["gt_celsius"]
    assert value("resumption-2020", "fever_minutes", day) == fever["fever"]["minutes_between"]
    assert value("resumption-2020", "alone_days", day) == int(
        fever["after_recovery"].removeprefix("单独居住").removesuffix("天")
    )
    papers = [spec.title.zh for spec in pack.tables["materials"].inputs.values()]
    assert [p[:3] for p in papers][:3] == [m[:3] for m in given["hailing"]["materials"]][:3]
    assert len(papers) == len(given["hailing"]["materials"])
    assert [spec.title.zh for spec in pack.tables["five_papers"].inputs.values()] == given["bishan"]["five_ones"]


def test_policies() -> None:
    pack, day = shipped_pack("enterprise-policies"), date(2022, 3, 1)
    given = {row["id"]: row for row in TABLES["policies"]}
    assert len(pack.tables) == len(given)
    months = {
        "insurance_sme_months": "shebao-2020", "insurance_large_months": "shebao-2020-large", "insurance_later_months": "shebao-defer-2020",
        "tax_later_months": "tax-defer", "interest_months": "loan-interest",
    }  # fmt: skip
    for name, policy in months.items():
        assert value("enterprise-policies", name, day) == given[policy]["max_months"]
    assert value("enterprise-policies", "jobs_small_insured", day) == given["wengang-30-2020"]["match"]["insured_le"]
    assert (
        value("enterprise-policies", "jobs_small_layoffs", day) == given["wengang-30-2020"]["match"]["layoff_rate_le"]
    )
    said = {
        "jobs_share": ("wengang-shaanxi-2020", "60%", 0.6), "rent_2022_months": ("rent-state-2022", "3个月", 3), "rent_2022_risk_months": ("rent-state-2022", "6个月", 6),
        "rent_2020_months": ("rent-state-2020", "3个月", 3), "loss_years": ("loss-8y", "8年", 8), "jobs_small_months": ("wengang-30-2020", "3个月", 3),
        "power_discount": ("power-2020", "95折", 0.05), "interest_share": ("loan-interest", "50%", 0.5),
    }  # fmt: skip
    for name, (policy, words, number) in said.items():
        assert words in given[policy]["benefit"]
        assert value("enterprise-policies", name, day) == number


def test_what_releases_an_area() -> None:
    """The round that the tables name is asked for where they name it, and nowhere else."""
    areas = TABLES["area_rules"]
    named = "last_day_all_negative" in areas["area-20"]["high"]
    wanted = {"2022-06-30": ("high_to_medium", True), "2022-11-20": ("high_released", named), "2022-12-20": ("high_released_10", False)}
    assert "全员核酸阴性" in areas["area-9"]["high"]["to_medium"]
    assert "核酸" not in areas["area-new10"]["high"]["release"]
    for day, (key, with_round) in wanted.items():
        assert ("round_negative" in rule("area_grade", date.fromisoformat(day), key).when) is with_round
    assert areas["area-20"]["high"]["last_day_all_negative"] == value("covid-19", "clear_days", date(2022, 11, 20))
    assert f"解封前{value('covid-19', 'release_round_days', date(2022, 5, 1))}天内" in areas["area-8-blocks"]["release_lockdown_and_control"]["all"][2]
    assert f"{value('covid-19', 'leave_city_hours', date(2022, 7, 1))}h" in areas["area-9"]["low"]["leave_city"]


def test_other_areas_stop_after_the_clear_rounds_without_a_pause() -> None:
    given, found = TABLES["mass_test_rules"]["mt-9"], rule("mass_testing", date(2022, 7, 1), "nine_other_stop")
    assert given["other_area"]["stop"] == "连续3次无→停"
    assert (found.rule.outcome, found.when["region"].values, found.when["clear_rounds"].low) == ("stop", ("other",), 3)


def test_the_ten_measures_leave_the_choice_of_a_central_site() -> None:
    given = EDITIONS["covid-new10"]["close_contact"]["isolation"][0]
    (stage,) = stages("close_contact", EDITIONS["covid-new10"]["effective"], "in_period_central")
    assert stage[:2] == (MODES[given["optional"]], given["days"])


def test_samples_units_and_points() -> None:
    for key in ("covid-e8", "covid-e9"):
        given = EDITIONS[key]["close_contact"]
        gives = rule("contact_sampling", EDITIONS[key]["effective"], {"covid-e8": "eighth", "covid-e9": "ninth"}[key]).gives
        assert gives["swab"] == given["swab"] + "拭子"
        assert gives["double_last"] is given["release"]["double_sample"]
        assert gives.get("different_reagents", False) is given["release"].get("different_reagents", False)
        assert gives.get("transfer_home", "") == given.get("transfer_home", "")
    assert rule("contact_sampling", EDITIONS["covid-20"]["effective"], "twenty").gives["code_controlled"] is EDITIONS["covid-20"]["close_contact"]["code_control"]
    units = {k: v for k, v in EDITIONS["covid-e7"]["unit_of_control"].items() if k != "conf"}
    table = shipped_pack("covid-19").tables["control_unit"]
    titles = {c.zh: k for k, c in table.inputs["place"].choices.items()}
    assert {z: rule("control_unit", EDITIONS["covid-e7"]["effective"], titles[z]).gives["unit"] for z in units} == units
    point = TABLES["area_rules"]["area-2020-community"]["epidemic_point"]
    assert value("covid-19", "point_days", date(2020, 2, 1)) == point["from_days_before_onset"]
    assert value("covid-19", "point_hours", date(2020, 2, 1)) == point["stay_hours_gt"]


def test_health_codes_are_confirmed_in_hubei_only() -> None:
    hubei = TABLES["health_code"]["hubei-2020-03"]
    assert "隔离14天" in hubei["transitions"][0]["when"]
    for area, mark in (("420106", "confirmed"), ("330106", "unconfirmed")):
        found = rule("health_code", date(2020, 4, 1), "red_over", area)
        assert (found.when["days_watched"].low, found.rule.status, found.rule.outcome) == (14, mark, hubei["transitions"][0]["to"])
    (shared,) = [r["spatiotemporal_contact"] for r in TABLES["health_code"]["yellow-to-green-2021"] if "spatiotemporal_contact" in r]
    title = shipped_pack("covid-19").tables["health_code"].inputs["category"].choices["same_place_and_time"].zh
    assert all(f"{n}" in title for n in shared.values())


def test_hailings_staff_and_lists() -> None:
    given = TABLES["resumption"]["hailing_detail"]
    rules = stand(shipped_pack("resumption-2020"), "hailing_employee", date(2020, 2, 20), None, "321202").rules
    bars = [r for r in rules if r.key in ("outside_stay", "key_area_contact", "case_contact")]
    assert len(bars) == len(given["employee_bar"])
    assert {r.rule.status for r in rules} == {"confirmed"}
    assert f"连续{value('resumption-2020', 'hailing_days', date(2020, 2, 20))}天" in given["employee_ok"]
    lists = shipped()
    assert len(lists["six_in_place_hailing"].items) == len(given["six_in_place"])
    assert len(lists["seven_musts_hailing"].items) == len(given["seven_conditions"])
    assert [i.title.zh[2:] for i in lists["five_ones_bishan"].items] == TABLES["resumption"]["bishan"]["five_ones"]


def test_the_comparison_sees_a_wrong_value(monkeypatch: pytest.MonkeyPatch) -> None:
    """Sabotage: one day more for everybody."""
    monkeypatch.setitem(EDITIONS["covid-e9"]["close_contact"]["isolation"][0], "days", 8)
    with pytest.raises(AssertionError):
        test_close_contacts("covid-e9")
