"""各部门, 各成员单位, 有关街道: whom a word for many means, shown by name, mended by a person, and issued to those alone."""

from __future__ import annotations

import pytest
from django.urls import reverse

from tests.cast import Cast
from tests.rooms.directives.test_directives import confirm, edit, items, taken_in
from tests.rooms.directives.texts import rename, report
from tests.web.test_pages import signed_in
from tongchou.kernel.errors import Refusal
from tongchou.record.models import Loop
from tongchou.rooms.directives.collective import collective, meant, word_of

UNITS = [
    (1, "复工复产部", "hq_department"), (2, "教育局", "department"), (3, "望河街道", "street"), (4, "清源街道", "street"), (5, "春晖社区", "community"),
    (6, "第一督导组", "supervision_group"),
]  # fmt: skip


@pytest.mark.parametrize(
    ("mention", "key", "some"),
    [
        ("各部门", "departments", False),
        ("一是各街道", "street", False),
        ("区直各部门", "department", False),
        ("指挥部各成员单位", "members", False),
        ("各街道、各部门", "members", False),
        ("各有关部门", "departments", True),
        ("相关单位", "units", True),
        ("全区各单位", "units", False),
        ("各村（社区）", "community", False),
        ("所有学校", "school", False),
    ],
)
def test_a_word_for_many_and_whether_it_means_only_those_concerned(mention: str, key: str, some: bool) -> None:
    assert word_of(mention) == (key, some)


@pytest.mark.parametrize("mention", ["教育部门", "复工复产部", "各企业", "望河街道", "市场监管部门", "居民"])
def test_one_unit_or_those_outside_are_no_word_for_many(mention: str) -> None:
    assert word_of(mention) is None


def test_departments_are_those_of_headquarters_and_of_the_district() -> None:
    found = collective(["各部门"], UNITS, [])
    assert found is not None
    assert (found.key, found.units, found.count, found.unsure) == ("departments", (), 2, False)
    assert [pk for pk, _ in meant(found.key, found.units, UNITS)] == [1, 2]


def test_those_concerned_are_the_ones_that_the_directive_points_to_and_all_where_nothing_tells() -> None:
    some = collective(["有关部门"], UNITS, [2, 3])
    none = collective(["有关部门"], UNITS, [3])
    assert some is not None
    assert none is not None
    assert (some.units, some.unsure) == ((2,), False)
    assert (none.units, none.unsure, none.count) == ((), True, 2)


def test_two_words_that_no_third_covers_mean_each_of_both() -> None:
    found = collective(["各街道", "各社区"], UNITS, [])
    assert found is not None
    assert [pk for pk, _ in meant(found.key, found.units, UNITS)] == [3, 4, 5]


def test_nobody_of_a_kind_is_no_word_for_many() -> None:
    assert collective(["各隔离点"], UNITS, []) is None


@pytest.mark.django_db
def test_who_is_meant_is_shown_and_mended_and_each_of_those_gets_a_task(cast: Cast) -> None:
    rename(cast)
    document = taken_in(cast, report())
    row = items(document)[0]
    client, url = signed_in(cast, "hq"), reverse("directive_edit", args=[row.pk])
    shown = client.get(reverse("directive_document", args=[document.pk])).content.decode()
    assert "望河街道办事处" in shown
    assert "清源街道办事处" in shown
    form = client.get(url).content.decode()
    for street in ("east_street", "west_street"):
        assert f'name="each_units" value="{cast.units[street].pk}"' in form
    given = {
        "client_id": "7d1f3c52-59b1-4d5e-9d0c-0f6a3a0f1c11", "seen_version": row.version, "title": row.title, "text": row.text, "lead_unit": row.lead_unit_id,
        "each_kind": "street", "each_of": "street", "evidence": row.evidence, "themes": row.themes,
    }  # fmt: skip
    refused = client.post(url, given)
    assert "至少选一个单位" in refused.content.decode()
    answer = client.post(url, given | {"client_id": "7d1f3c52-59b1-4d5e-9d0c-0f6a3a0f1c12", "each_units": [cast.units["east_street"].pk]})
    assert answer.status_code == 302
    row.refresh_from_db()
    assert (row.each_kind, row.each_units) == ("street", [cast.units["east_street"].pk])
    confirm(cast, row)
    cast.act("hq", "directive.issue", document=str(document.pk), directives=[str(row.pk)])
    parent = Loop.objects.get(kind="task", parent=None, title=row.title)
    assert list(Loop.objects.filter(parent=parent).values_list("owner_unit_id", flat=True)) == [cast.units["east_street"].pk]


@pytest.mark.django_db
def test_another_word_means_other_units_and_units_outside_are_refused(cast: Cast) -> None:
    rename(cast)
    row = items(taken_in(cast, report()))[0]
    row = edit(cast, row, each_units=[cast.units["east_street"].pk])
    row = edit(cast, row, each_kind="community")
    assert (row.each_kind, row.each_units) == ("community", [])
    with pytest.raises(Refusal) as refused:
        edit(cast, row, each_units=[99_999_999])
    assert refused.value.field == "each_units"
