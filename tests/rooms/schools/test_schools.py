"""Schools: files, opening, turns, checks, silence, clusters; what is not known is never yes, and another school sees nothing."""

from __future__ import annotations

import base64
from datetime import datetime, timedelta
from typing import Any

import pytest
from django.db import IntegrityError, connection, transaction

from tests.cast import Cast
from tests.rooms.schools.place import DAY, Place, make, noon, today
from tongchou.kernel.clock import SHANGHAI
from tongchou.kernel.errors import Reason
from tongchou.kernel.ids import new_id
from tongchou.packs.plans.packfile import shipped_pack
from tongchou.record.access import SYSTEM
from tongchou.record.act import act
from tongchou.record.models import Loop, StoredRefusal
from tongchou.rooms.schools import counting
from tongchou.rooms.schools.actions import silence
from tongchou.rooms.schools.actions.class_table import rejected_classes
from tongchou.rooms.schools.models import Check, Cluster, Measure, Opening, Proof, Sign, Silence, Turn, TurnPlan
from tongchou.rooms.schools.questions import attendance, behind, class_day, clusters, goals, overview, previous_signs
from tongchou.rooms.schools.rules import diseases, school_rules


@pytest.fixture
def place(cast: Cast) -> Place:
    return make(cast)


def evaluate(place: Place, on: Any = None, now: datetime | None = None) -> dict[str, Any]:
    return act("school.evaluate", SYSTEM, new_id(), {"as_of": str(on or today())}, now=now).result


def test_classes_come_in_as_a_table_and_every_row_is_accounted_for(place: Place) -> None:
    rows = "年级,班级,学生数,教职工数\n一年级,1班,41,2\n三年级,1班,38,2\n七年级,1班,40,2\n三年级,1班,38,2\n三年级,2班,很多,2\n四年级,,30,1\n"
    payload = {"content": base64.b64encode(rows.encode()).decode(), "filename": "班级.csv"}
    made = place.do("school", "school.import_classes", **payload)
    assert (made["rows_in"], made["accepted"], made["rejected"], made["new"], made["changed"]) == (6, 2, 4, 1, 1)
    assert [(r["row"], r["field"]) for r in made["rejects"]] == [
        (4, "grade"),
        (5, "class"),
        (6, "pupils"),
        (7, "class"),
    ]
    back = rejected_classes(place.cast.as_("school"), rows.encode(), "班级.csv", "zh-hans").decode("utf-8-sig")
    assert back.count("\r\n") == 5
    other = place.refused("other_school", "school.import_classes", **payload)
    assert other.field == "header"  # it has no file, so no row can be its own


def test_it_opens_only_when_every_condition_is_met_and_reviewed_by_another(place: Place) -> None:
    key = str(place.do("school", "school.apply", school=place.school, opens_on=str(today()))["opening"])
    early = place.refused("education", "school.decide", opening=key, decision="open")
    assert early.reason is Reason.EVIDENCE_MISSING
    assert set(early.details["missing"]) == {"epidemic_controlled", "conditions_ready", "safety_guaranteed"}
    proofs = place.handed_in(key)
    own = place.do("education", "school.proof", opening=key, key="room", text="代学校提交")["proof"]
    assert place.refused("education", "school.review", proof=own, met=True).reason is Reason.SAME_PERSON
    for proof in proofs[:-1]:
        place.do("colleague", "school.review", proof=proof, met=True)
    wanting = place.refused("colleague", "school.review", proof=proofs[-1], met=False)
    assert wanting.field == "note"
    place.do("colleague", "school.review", proof=proofs[-1], met=False, note="预案没有演练记录")
    shut = place.refused("education", "school.decide", opening=key, decision="open")
    assert shut.details["failing"] == ["conditions_ready"]
    assert "开学条件不具备" in shut.rule.zh
    assert "应急预案和演练：审核不符合" in shut.rule.zh
    place.do("school", "school.proof", opening=key, key="plan", text="已演练，附照片")
    assert place.refused("education", "school.decide", opening=key, decision="open").details["missing"] == [
        "conditions_ready"
    ]
    place.do("colleague", "school.review", proof=proofs[-1], met=True)
    made = place.do("education", "school.decide", opening=key, decision="open")
    row = Opening.objects.get()
    assert (made["state"], row.decision["pack"], row.decision["hash"]) == (
        "open",
        "resumption-2020",
        shipped_pack("resumption-2020").digest,
    )
    assert row.decision["facts"] == {"epidemic_controlled": True, "conditions_ready": True, "safety_guaranteed": True}
    place.do("education", "school.withdraw", opening=key, reason="出现聚集性疫情")
    assert Opening.objects.get().state == "withdrawn"
    assert place.refused("education", "school.withdraw", opening=key, reason="再次").reason is Reason.WRONG_STAGE
    place.do("school", "school.apply", school=place.school, opens_on=str(today()))
    assert (
        place.refused("school", "school.apply", school=place.school, opens_on=str(today())).reason is Reason.DUPLICATE
    )


def test_only_the_education_department_decides_and_the_school_does_not_judge_the_epidemic(place: Place) -> None:
    key = str(place.do("school", "school.apply", school=place.school, opens_on=str(today()))["opening"])
    assert (
        place.refused("school", "school.proof", opening=key, key="epidemic_controlled", text="已控制").reason
        is Reason.NOT_ALLOWED
    )
    for who in ("school", "health", "hq", "leader", "street"):
        assert (
            place.refused(who, "school.decide", opening=key, decision="refuse", reason="不同意").reason
            is Reason.NOT_ALLOWED
        )
    assert (
        place.refused("other_school", "school.proof", opening=key, key="room", text="看看").reason is Reason.NOT_FOUND
    )


def test_the_database_keeps_review_by_another(place: Place) -> None:
    key = str(place.do("school", "school.apply", school=place.school, opens_on=str(today()))["opening"])
    proof = Proof.objects.get(pk=place.handed_in(key)[-1])
    proof.met, proof.reviewed_by_id = True, proof.submitted_by_id
    with pytest.raises(IntegrityError), transaction.atomic():
        proof.save()
    with connection.cursor() as cursor:  # the sabotage twin
        cursor.execute("set constraints all immediate")
        cursor.execute("alter table schools_proof drop constraint proof_reviewed_by_another")
    proof.save()


def window(gate: str, start: str, end: str, *classes: int) -> dict[str, Any]:
    day = today() + 5 * DAY
    return {
        "gate": gate,
        "starts_at": f"{day}T{start}:00+08:00",
        "ends_at": f"{day}T{end}:00+08:00",
        "classes": list(classes),
    }


def test_turns_at_one_gate_do_not_overlap_and_conflicts_are_named(place: Place) -> None:
    a, b, c, d = place.classes
    plan = {"school": place.school, "kind": "return", "most": 80}
    wrong = place.refused(
        "school",
        "school.turns",
        **plan,
        windows=[
            window("东门", "08:00", "08:40", a, b),
            window("东门", "08:30", "09:00", c, a),
            window("西门", "08:00", "09:00", c),
        ],
    )
    assert [x["kind"] for x in wrong.details["conflicts"]] == ["overlap", "twice", "twice", "left_out"]
    assert "08:00–08:40 东门（一年级1班、一年级2班）" in wrong.rule.zh
    backwards = place.refused("school", "school.turns", **plan, windows=[window("东门", "09:00", "08:40", a, b), window("东门", "09:00", "08:40", c, d)])
    for who in ("一年级1班、一年级2班", "二年级1班、二年级2班"):  # two at one time, each by its classes
        assert f"东门（{who}）：结束不晚于开始" in backwards.rule.zh
    assert "二年级2班 没有安排" in wrong.rule.zh
    full = place.refused(
        "school",
        "school.turns",
        **plan | {"most": 79},
        windows=[
            window("东门", "08:00", "08:40", a, b),
            window("西门", "08:00", "08:40", c),
            window("西门", "08:40", "09:00", d),
        ],
    )
    assert [x["kind"] for x in full.details["conflicts"]] == ["too_many"]
    assert "80 人，超过每时段 79 人" in full.rule.zh
    assert (
        place.refused(
            "school",
            "school.turns",
            **plan | {"most": school_rules()["window_most"].value + 1},
            windows=[window("东门", "08:00", "08:40", a)],
        ).field
        == "most"
    )
    good = [
        window("东门", "08:00", "08:40", a),
        window("东门", "08:00", "08:40", b),
        window("东门", "08:40", "09:00", c),
        window("西门", "08:00", "09:00", d),
    ]
    place.do("school", "school.turns", **plan, windows=good)
    place.do("school", "school.turns", **plan, windows=good)
    assert (TurnPlan.objects.count(), TurnPlan.objects.filter(superseded_at=None).count()) == (2, 1)
    assert sorted(Turn.objects.filter(plan__superseded_at=None).values_list("pupils", flat=True)) == [40, 40, 80]


def test_the_database_refuses_overlapping_turns(place: Place) -> None:
    a, b, c, d = place.classes
    place.do(
        "school",
        "school.turns",
        school=place.school,
        kind="leave",
        windows=[window("东门", "08:00", "08:40", a, b), window("东门", "08:40", "09:00", c, d)],
    )
    turn = Turn.objects.order_by("starts_at").first()
    assert turn is not None
    again = {
        "plan_id": turn.plan_id,
        "gate": "东门",
        "starts_at": turn.starts_at + timedelta(minutes=5),
        "ends_at": turn.ends_at,
        "classes": [a],
        "pupils": 1,
    }
    with pytest.raises(IntegrityError), transaction.atomic():
        Turn.objects.create(**again)
    with connection.cursor() as cursor:  # the sabotage twin
        cursor.execute("set constraints all immediate")
        cursor.execute("alter table schools_turn drop constraint school_turn_gate_overlap")
    Turn.objects.create(**again)


def test_a_check_accounts_for_everybody_and_says_nothing_explicitly(place: Place) -> None:
    a, b = place.classes[:2]
    silent = {"school_class": a, "on": str(today()), "session": "morning", "ill": 0}
    assert place.refused("teacher", "school.check", **silent).field == "nothing"
    assert place.refused("teacher", "school.check", **silent | {"ill": 41}).field == "ill"
    assert place.refused("teacher", "school.check", **silent | {"ill": 1, "nothing": True}).field == "nothing"
    assert (
        place.refused(
            "teacher", "school.check", **silent | {"ill": 1, "signs": [{"sign": "fever", "pupils": 1, "fresh": 2}]}
        ).field
        == "signs.0.fresh"
    )
    assert (
        place.refused("teacher", "school.check", **silent | {"on": str(today() + DAY), "nothing": True}).field == "on"
    )
    key = new_id()
    payload = silent | {"nothing": True}
    first = act("school.check", place.cast.as_("teacher"), key, payload)
    again = act("school.check", place.cast.as_("teacher"), key, payload)  # sent twice by a phone without a network
    assert (first.result, again.repeated, Check.objects.count()) == (again.result, True, 1)
    assert place.refused("teacher", "school.check", **payload).reason is Reason.DUPLICATE
    place.do(
        "teacher",
        "school.check_correct",
        **silent | {"ill": 2, "signs": [{"sign": "vomiting", "pupils": 2, "fresh": 2}], "reason": "漏记两人"},
    )
    assert previous_signs(a, today(), "noon") == {"vomiting": 2}
    place.check(b, ill=1, unknown=1, signs=[])
    (line,) = overview(place.cast.as_("school"), today())
    assert (line.morning, line.counted, line.present, line.ill, line.unknown) == (2, 80, 76, 3, 1)
    assert line.attendance == 95.0
    assert [(c.morning or ())[:3] for c in class_day(place.school, today())[:3]] == [(2, 0, 0), (1, 0, 1), ()]
    assert attendance(place.cast.as_("leader"), today(), 14) == [(today(), 80, 76, 3)]


def workday(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(silence, "is_workday", lambda day: True)


def chase(now: datetime) -> dict[str, Any]:
    return act("school.chase", SYSTEM, new_id(), {}, now=now).result


def test_a_silent_class_is_chased_once_and_the_loop_closes_when_all_have_reported(
    place: Place, monkeypatch: pytest.MonkeyPatch
) -> None:
    workday(monkeypatch)
    at = noon(today())
    assert chase(at) == {"opened": 0, "settled": 0}  # not open yet: nothing is owed
    place.opened()
    for c in place.classes[:3]:
        place.check(c)
    assert chase(noon(today(), 9))["opened"] == 0  # before the time
    assert chase(at)["opened"] == 1
    assert chase(at)["opened"] == 0
    row = Silence.objects.select_related("loop").get()
    assert (row.classes, row.loop.owner_unit_id, row.loop.verifier_unit_id) == (
        place.classes[3:],
        place.school,
        place.cast.units["education"].pk,
    )
    assert "二年级2班" in row.loop.detail
    assert chase(at)["settled"] == 0
    place.check(place.classes[3])
    assert chase(at)["settled"] == 1
    assert Loop.objects.get(pk=row.loop_id).end_reason == "done"
    assert chase(at) == {"opened": 0, "settled": 0}


def test_nothing_is_chased_on_a_day_off(place: Place, monkeypatch: pytest.MonkeyPatch) -> None:
    place.opened()
    monkeypatch.setattr(silence, "is_workday", lambda day: False)
    assert chase(noon(today()))["opened"] == 0
    workday(monkeypatch)  # the sabotage twin: on a working day the same classes are chased
    assert chase(noon(today()))["opened"] == 1


def test_a_cluster_is_raised_once_and_explained_down_to_its_checks(place: Place) -> None:
    a, b = place.classes[:2]
    place.ill(a, "vomiting", 2)
    assert evaluate(place)["opened"] == 0
    place.check(
        a,
        session="noon",
        ill=3,
        signs=[{"sign": "vomiting", "pupils": 2, "fresh": 0}, {"sign": "diarrhoea", "pupils": 1, "fresh": 1}],
    )
    assert evaluate(place) == {"reached": 1, "opened": 1}
    assert evaluate(place) == {"reached": 1, "opened": 0}
    row = Cluster.objects.get()
    assert (row.disease, row.outcome, row.rule) == ("norovirus", "outbreak", "class_cluster")
    assert row.decision["unconfirmed"]  # the mark of a class has no source in print
    loop = Loop.objects.get(pk=row.loops[0])
    assert (loop.kind, loop.owner_unit_id, loop.verifier_unit_id, loop.urgent) == (
        "school_cluster",
        place.school,
        place.cast.units["health"].pk,
        True,
    )
    assert [c.unit_id for c in loop.co_units.all()] == [place.cast.units["education"].pk]
    assert "标准未经证实" in loop.data["outcome"]
    assert [(x[4], x[6]) for x in behind(row, today())] == [("vomiting", 2), ("diarrhoea", 1)]
    assert set(Measure.objects.values_list("kind", "state")) == {
        ("suspend_class", "proposed"),
        ("home_rest", "proposed"),
        ("disinfect", "proposed"),
        ("tell_parents", "proposed"),
    }
    assert Measure.objects.get(kind="suspend_class").school_class_id == a
    place.ill(b, "vomiting", 20)
    assert evaluate(place)["opened"] == 1  # an event now: graver, so a loop of its own
    assert (Cluster.objects.get().outcome, len(Cluster.objects.get().loops)) == ("event", 2)
    assert evaluate(place)["opened"] == 0


def test_the_same_pupils_are_not_counted_every_day(place: Place) -> None:
    a = place.classes[0]
    for back in (2, 1, 0):
        on = today() - back * DAY
        fresh = 1 if back == 2 else 0
        place.check(a, on, ill=1, signs=[{"sign": "vomiting", "pupils": 1, "fresh": fresh}])
    (row,) = counting.count(today())
    assert row.counts == {"cases_7d": 1, "class_cases_3d": 1}


@pytest.mark.parametrize("key", sorted(diseases()))
def test_the_windows_are_those_of_the_packs(key: str) -> None:
    disease = diseases()[key]
    pack = shipped_pack(disease.pack)
    assert {w.fact for w in disease.windows} <= set(pack.tables[disease.table].inputs)
    for w in disease.windows:
        named = pack.parameters[w.parameter].title.zh
        assert f"{w.days}天" in named or "天" not in named, named


@pytest.mark.parametrize("key", sorted(diseases()))
def test_each_mark_is_reached_at_its_number_and_not_below(place: Place, key: str) -> None:
    disease = diseases()[key]
    mark = next(w for w in disease.windows if w.by == "school")
    need = int(shipped_pack(disease.pack).parameters[mark.parameter].entries[-1].value)  # type: ignore[arg-type]
    each = [need // 4 + (n < need % 4) for n in range(4)]
    for n, c in enumerate(place.classes):
        if each[n] - (n == 0) > 0:
            place.ill(c, disease.signs[0], each[n] - (n == 0))
    below = [r.disease.key for r, _ in counting.reached(today())]
    place.ill(place.classes[0], disease.signs[0], 1, session="noon")
    assert key in [r.disease.key for r, _ in counting.reached(today())]
    if not any(w.by == "class" for w in disease.windows):
        assert below == []


def test_what_lies_before_the_window_or_an_ended_cluster_does_not_count(place: Place) -> None:
    a = place.classes[0]
    place.ill(a, "chickenpox", 5)
    assert len(counting.reached(today() + 6 * DAY)) == 1
    assert counting.reached(today() + 7 * DAY) == []
    evaluate(place)
    row = Cluster.objects.get()
    assert (
        place.refused("school", "school.cluster_end", cluster=str(row.pk), on=str(today()), reason="没有新发").reason
        is Reason.NOT_ALLOWED
    )
    assert (
        place.refused(
            "health", "school.cluster_end", cluster=str(row.pk), on=str(today() - DAY), reason="没有新发"
        ).field
        == "on"
    )
    place.do("health", "school.cluster_end", cluster=str(row.pk), on=str(today()), reason="排查后结束")
    assert evaluate(place) == {"reached": 0, "opened": 0}
    with connection.cursor() as cursor:  # the sabotage twin: without the end on record it is raised again
        cursor.execute("update schools_cluster set ended_on = null, ended_by_id = null")
    assert evaluate(place)["reached"] == 1


def test_people_decide_what_is_done_and_a_suspended_class_is_not_chased(
    place: Place, monkeypatch: pytest.MonkeyPatch
) -> None:
    workday(monkeypatch)
    place.opened()
    a = place.classes[0]
    place.ill(a, "vomiting", 3, today() - DAY)
    evaluate(place)
    one = Measure.objects.get(kind="suspend_class")
    days = {"from_day": str(today()), "to_day": str(today() + 2 * DAY)}
    assert (
        place.refused("school", "school.measure", measure=one.pk, decision="order", **days).reason is Reason.NOT_ALLOWED
    )
    assert place.refused("education", "school.measure", measure=one.pk, decision="order").field == "to_day"
    place.do("education", "school.measure", measure=one.pk, decision="order", **days)
    assert a not in {c for c, _, _ in silence.silent(today(), "morning")[place.school]}
    assert class_day(place.school, today())[0].suspended
    assert (
        place.refused("education", "school.measure", measure=one.pk, decision="decline", reason="不必").reason
        is Reason.WRONG_STAGE
    )
    row = Cluster.objects.get()
    again = {"cluster": str(row.pk), "kind": "suspend_class", "school_class": a, "why": "再停"}
    assert place.refused("health", "school.propose_measure", **again).reason is Reason.DUPLICATE
    place.do("health", "school.propose_measure", cluster=str(row.pk), kind="sampling", why="采集肛拭子")
    place.do(
        "education",
        "school.measure",
        measure=Measure.objects.get(kind="sampling").pk,
        decision="decline",
        reason="已由医院采集",
    )
    place.do("education", "school.measure", measure=one.pk, decision="lift", reason="无新发")
    assert Measure.objects.get(pk=one.pk).state == "lifted"


def test_teaching_at_home_accounts_for_every_pupil(place: Place) -> None:
    given = {"school": place.school, "grade": 1, "on": str(today()), "lessons": 4}
    assert place.refused("school", "school.online", **given, reached=70, not_reached=5).field == "reached"
    assert place.refused("school", "school.online", **given, reached=75, not_reached=5).field == "why"
    place.do("school", "school.online", **given, reached=75, not_reached=5, why="家中无网络，已送教材")
    place.do("school", "school.online", **given | {"lessons": 0}, reached=0, not_reached=80, why="停电")
    assert place.refused("school", "school.online", **given | {"grade": 5}, reached=0, not_reached=0).field == "grade"
    assert place.refused("other_school", "school.online", **given, reached=80, not_reached=0).reason is Reason.NOT_FOUND


def test_where_pupils_go_is_counted_and_an_unknown_grade_is_not_low(place: Place) -> None:
    a, day = place.classes[0], today() + 10 * DAY
    given = {"school_class": a, "leaves_on": str(day), "staying": 30}
    reed = place.cast.areas["west"]
    to = [{"code": reed.code, "pupils": 4}, {"place": "外省某县", "pupils": 5}]
    assert place.refused("teacher", "school.travel", **given, destinations=to).field == "staying"
    place.do("teacher", "school.travel", **given, unknown=1, destinations=to)
    from tongchou.record.models import AreaGrade

    AreaGrade.objects.create(
        area=reed,
        grade="high",
        from_date=today(),
        known_from=noon(today() - DAY),
        pack="covid-19",
        edition="e9",
        rule="r",
        proposal=new_id(),
    )
    assert [(g.place, g.pupils, g.grade) for g in goals(place.school, day, today())] == [
        (reed.name, 4, "high"),
        ("外省某县", 5, None),
    ]


def test_another_school_sees_nothing(place: Place) -> None:
    place.opened()
    place.ill(place.classes[0], "vomiting", 3)
    evaluate(place)
    other, own = place.cast.as_("other_school"), place.cast.as_("school")
    assert [x.name for x in overview(other, today())] == ["other_school 学校"]
    assert clusters(other) == []
    assert len(clusters(own)) == 1
    assert attendance(other, today(), 14) == []
    assert (
        place.refused(
            "other_school",
            "school.check",
            school_class=place.classes[0],
            on=str(today()),
            session="noon",
            ill=0,
            nothing=True,
        ).reason
        is Reason.NOT_FOUND
    )
    assert [x.name for x in overview(place.cast.as_("next_street"), today())] == ["other_school 学校"]
    assert len(overview(place.cast.as_("education"), today())) == 2
    assert StoredRefusal.objects.filter(verb="school.check").count() == 1
    assert Sign.objects.count() == 1
    assert SHANGHAI
