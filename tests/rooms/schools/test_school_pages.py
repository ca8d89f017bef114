"""The pages of schools, as the school, the education department and a leader see them; in both languages."""

from __future__ import annotations

import io
import re
from typing import Any

import openpyxl
import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.urls import reverse

from tests.cast import Cast
from tests.rooms.schools.place import DAY, Place, make, today
from tests.web.test_pages import signed_in
from tongchou.kernel.ids import new_id
from tongchou.record.access import SYSTEM
from tongchou.record.act import act
from tongchou.rooms.schools.models import Check, Cluster, Measure, Opening, Proof, School, SchoolClass, TurnPlan

DATA = {
    "学校",
    "老师",
    "局",
    "区域",
    "东门",
    "西门",
    "班",
    "情况说明及附件",
    "同志",
    "诺如病毒胃肠炎",
    "呕吐",
    "腹泻",
    "聚集性疫情",
    "报告疾控机构",
    "教育部",
    "湖州市疾病预防控制中心",
    "中国疾病预防控制中心",
}
"""What stands in Chinese on an English page: names and what people wrote."""


@pytest.fixture
def place(cast: Cast) -> Place:
    return make(cast)


def text(client: Client, url: str, status: int = 200) -> str:
    answer = client.get(url)
    assert answer.status_code == status, (url, answer.status_code)
    return answer.content.decode()


def sent(client: Client, url: str, status: int = 302, **data: Any) -> str:
    answer = client.post(url, {"client_id": str(new_id())} | data)
    assert answer.status_code == status, (
        url,
        answer.status_code,
        re.sub(r"\s+", " ", re.sub("<[^>]+>", " ", answer.content.decode()))[-1500:],
    )
    return answer.content.decode()


def test_from_the_file_to_the_opening(place: Place) -> None:
    school, education, health = (signed_in(place.cast, who) for who in ("school", "education", "health"))
    sent(
        school,
        reverse("school_edit", args=[place.school]),
        level="primary",
        gates="东门\n西门\n北门",
        boarding="on",
        seen_version=1,
    )
    assert School.objects.get().gates == ["东门", "西门", "北门"]
    stale = sent(
        school, reverse("school_edit", args=[place.school]), 409, level="primary", gates="东门", seen_version=1
    )
    assert "档案已被他人修改" in stale
    sent(school, reverse("school_class_new", args=[place.school]), grade=3, name="1班", pupils=30, staff=2)
    key = SchoolClass.objects.get(grade=3).pk
    sent(school, reverse("school_class", args=[key]), way="change", name="1班", pupils=31, staff=2)
    sent(school, reverse("school_class", args=[key]), way="end", name="1班", pupils=31, staff=2, reason="并班")
    assert "还没有申请开学" in text(education, reverse("school_opening", args=[place.school]))
    sent(school, reverse("school_apply", args=[place.school]), opens_on=str(today()))
    opening = Opening.objects.get()
    where = reverse("school_opening", args=[place.school])
    for key in ("safety_guaranteed", *opening.items):
        sent(
            school,
            reverse("school_proof", args=[opening.pk, key]),
            text="情况说明",
            **({"file": SimpleUploadedFile("plan.txt", b"plan text\n", "text/plain")} if key == "plan" else {}),
        )
    assert "尚未查明" in text(education, where)
    blocked = sent(education, reverse("school_decide", args=[opening.pk]), 422, decision="open")
    assert "按规定不能开学" in blocked
    assert "。；" not in blocked
    sent(health, reverse("school_proof", args=[opening.pk, "epidemic_controlled"]), text="全区连续 30 天无新增")
    for proof in Proof.objects.order_by("pk"):
        sent(education, reverse("school_review", args=[opening.pk]), proof=proof.pk, met="yes")
    with_file = Proof.objects.get(key="plan")
    assert education.get(reverse("school_proof_file", args=[opening.pk, with_file.pk])).content == b"plan text\n"
    assert "按规定可以开学" in text(education, reverse("school_decide", args=[opening.pk]))
    sent(education, reverse("school_decide", args=[opening.pk]), decision="open")
    assert "已开学" in text(school, where)
    sent(education, reverse("school_withdraw", args=[opening.pk]), reason="班级停课")
    assert "已撤回开学" in text(education, reverse("schools"))


def test_turns_are_planned_by_grade_with_the_conflicts_on_the_page(place: Place) -> None:
    school, url = signed_in(place.cast, "school"), reverse("school_turns", args=[place.school, "return"])
    plan, day = reverse("school_turns_plan", args=[place.school, "return"]), str(today() + 5 * DAY)
    both = {
        "by": "grade",
        "day_g1": day,
        "from_g1": "08:00",
        "to_g1": "08:40",
        "gate_g1": "东门",
        "day_g2": day,
        "from_g2": "08:30",
        "to_g2": "09:00",
        "gate_g2": "东门",
    }
    assert "时间重叠" in sent(school, plan, 409, **both)
    assert "请填写日期和起止时间" in sent(school, plan, 422, **both | {"from_g2": "八点"})
    sent(school, plan, **both | {"gate_g2": "西门"})
    assert TurnPlan.objects.count() == 1
    book = openpyxl.load_workbook(io.BytesIO(school.get(url, {"export": "xlsx"}).content))
    cells = [str(c) for row in book.active.iter_rows(values_only=True) for c in row if c is not None]  # type: ignore[union-attr]
    assert "一年级1班、一年级2班" in cells
    assert "08:30–09:00" in text(signed_in(place.cast, "leader"), url)
    assert "检查并生效" not in text(signed_in(place.cast, "leader"), url)


def test_a_teacher_reports_a_class_at_one_touch_and_another_by_numbers(place: Place) -> None:
    place.opened()
    teacher, a, b = signed_in(place.cast, "teacher"), *place.classes[:2]
    url = reverse("school_check", args=[a, str(today()), "morning"])
    assert "全部到校、无症状" in text(teacher, url)
    sent(teacher, url, nothing="1", then="next")
    other = reverse("school_check", args=[b, str(today()), "morning"])
    assert "没有填写任何数字" in sent(teacher, other, 422, ill="", n_fever="")
    sent(teacher, other, ill="2", n_vomiting="2")
    noon = reverse("school_check", args=[b, str(today()), "noon"])
    assert "上次 2" in text(teacher, noon)
    sent(teacher, noon, ill="3", n_vomiting="3")
    assert list(Check.objects.get(school_class=b, session="noon").signs.values_list("pupils", "fresh")) == [(3, 1)]
    sent(teacher, other, correct="1", ill="1", n_vomiting="1", reason="多记一人")
    assert Check.objects.get(school_class=b, session="morning").corrected == 1
    assert "多记" not in text(teacher, reverse("school_day"))
    assert "呕吐 3（新增 1）" in text(signed_in(place.cast, "education"), reverse("school_checks", args=[place.school]))


def cluster(place: Place) -> Cluster:
    place.ill(place.classes[0], "vomiting", 3)
    act("school.evaluate", SYSTEM, new_id(), {"as_of": str(today())})
    return Cluster.objects.get()


def test_a_cluster_is_shown_with_its_checks_and_people_decide(place: Place) -> None:
    row = cluster(place)
    education, url = signed_in(place.cast, "education"), reverse("school_cluster", args=[row.pk])
    page = text(education, url)
    for said in ("聚集性疫情，报告疾控机构", "未经证实", "一年级1班", "建议停课 3 天", "5000 至 10000"):
        assert said in page, said
    one = Measure.objects.get(kind="suspend_class")
    sent(
        education,
        reverse("school_measure", args=[row.pk, one.pk]),
        decision="order",
        from_day=str(today()),
        to_day=str(today() + DAY),
    )
    assert "停课" in text(signed_in(place.cast, "school"), reverse("school", args=[place.school]))
    sent(education, reverse("school_measure_new", args=[row.pk]), kind="sampling", why="查明病原")
    sent(education, reverse("school_cluster_end", args=[row.pk]), on=str(today()), reason="两周无新发")
    assert "已结束" in text(education, url)
    assert signed_in(place.cast, "school").get(reverse("school_measure", args=[row.pk, one.pk])).status_code == 403


def test_teaching_at_home_and_destinations(place: Place) -> None:
    school, teacher = signed_in(place.cast, "school"), signed_in(place.cast, "teacher")
    sent(
        school,
        reverse("school_online", args=[place.school]),
        on=str(today()),
        grade=1,
        lessons=4,
        reached=78,
        not_reached=2,
        why="无网络",
    )
    assert "无网络" in text(school, reverse("school_online_days", args=[place.school]))
    url = reverse("school_travel", args=[place.classes[0]])
    assert "合计 39 人" in sent(teacher, url, 422, leaves_on=str(today()), staying=35, unknown=1, to="外省某县 3")
    sent(teacher, url, leaves_on=str(today()), staying=35, unknown=1, to="外省 某县 2\n990101002 2")
    page = text(teacher, reverse("school_travels", args=[place.school]))
    assert "外省 某县" in page
    assert "等级不明" in page


@pytest.mark.parametrize("who", ["school", "teacher", "education", "health", "leader", "street", "hq"])
def test_every_page_opens_in_english_without_chinese_left(place: Place, who: str) -> None:
    place.opened()
    row = cluster(place)
    place.cast.accounts[who].language = "en"
    place.cast.accounts[who].save()
    client = signed_in(place.cast, who)
    day = str(today())
    pages = [
        reverse("schools"),
        *(
            reverse(n, args=[place.school])
            for n in ("school", "school_opening", "school_checks", "school_travels", "school_online_days")
        ),
        reverse("school_turns", args=[place.school, "leave"]),
        reverse("school_cluster", args=[row.pk]),
    ]
    if who in ("school", "teacher"):
        pages += [
            reverse("school_day"),
            reverse("school_check", args=[place.classes[1], day, "noon"]),
            reverse("school_travel", args=[place.classes[0]]),
        ]
    for url in pages:
        main = re.sub(r"<[^>]+>", " ", text(client, url).split("<main")[1])
        left = set(re.findall("[一-鿿]+", main)) - DATA
        assert not left, (url, left)


def test_another_school_finds_none_of_it(place: Place) -> None:
    place.opened()
    row, other = cluster(place), signed_in(place.cast, "other_school")
    for url in (
        *(
            reverse(n, args=[place.school])
            for n in (
                "school",
                "school_edit",
                "school_opening",
                "school_checks",
                "school_travels",
                "school_online_days",
                "school_online",
                "school_apply",
            )
        ),
        reverse("school_turns", args=[place.school, "return"]),
        reverse("school_cluster", args=[row.pk]),
        reverse("school_class", args=[place.classes[0]]),
        reverse("school_check", args=[place.classes[0], str(today()), "morning"]),
        reverse("school_travel", args=[place.classes[0]]),
    ):
        text(other, url, 404)
    assert "school 学校" not in text(other, reverse("schools")).replace("other_school 学校", "")


def test_the_overview_as_a_spreadsheet_and_as_a_chart(place: Place) -> None:
    place.opened()
    for back in (1, 0):
        place.check(place.classes[0], today() - back * DAY, ill=1 + back, signs=[])
    education = signed_in(place.cast, "education")
    page = text(education, reverse("schools"))
    assert "chart_attendance" in page
    book = openpyxl.load_workbook(io.BytesIO(education.get(reverse("schools"), {"export": "xlsx"}).content))
    rows = [r for r in book.active.iter_rows(values_only=True) if r[0] == "school 学校"]  # type: ignore[union-attr]
    assert rows[0][4] == 97.5
    assert "请填写今天或以前的日期" in text(education, reverse("schools") + "?on=2099-01-01", 422)
