"""The room's pages for each role concerned; and filling in a checklist."""

from __future__ import annotations

import io
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone
from openpyxl import load_workbook

from tests.cast import Cast
from tests.rooms.supervision.helping import LIST, answer, carry_out, do, plan_round, plan_visit, refused
from tests.web.test_pages import signed_in
from tongchou.kernel.errors import Reason
from tongchou.kernel.ids import new_id
from tongchou.rooms.supervision.checklists import checklist_of, in_force
from tongchou.rooms.supervision.models import ChecklistEdition, Round, Visit


def post(client: Client, url: str, **given: Any) -> Any:
    return client.post(url, {"client_id": str(new_id())} | given, follow=True)


def test_a_round_is_planned_named_drawn_and_read_in_the_browser(cast: Cast) -> None:
    client = signed_in(cast, "inspector")
    today = str(timezone.localdate())
    page = post(client, reverse("round_new"), title="节后复工督查", kind="unannounced", group=cast.units["supervision"].pk, starts_on=today, ends_on=today)
    assert page.status_code == 200
    key = Round.objects.get().pk
    page = post(client, reverse("round_add", args=[key]), checklist=LIST, units=[cast.units["works"].pk], planned_on=today)
    assert "works 单位" in page.content.decode()
    page = post(client, reverse("round_draw", args=[key]), checklist=LIST, kinds=["enterprise"], wanted="1", planned_on=today)
    assert "结果一致" in page.content.decode()
    wrong = client.post(reverse("round_new"), {"title": "反", "kind": "planned", "group": "", "starts_on": today, "ends_on": "2020-01-01"})
    assert wrong.status_code == 422
    assert "没有督查记录" in signed_in(cast, "rival").get(reverse("supervision")).content.decode()
    card = signed_in(cast, "inspector").get(reverse("visit_card", args=[Visit.objects.first().pk])).content.decode()  # type: ignore[union-attr]
    assert 'id="visit-data"' in card
    assert "<script>" not in card


@pytest.mark.parametrize("who", ["hq", "leader", "inspector", "discipline", "street", "enterprise"])
def test_lists_and_coverage_open_for_every_role_concerned(cast: Cast, who: str) -> None:
    visit = plan_visit(cast)
    carry_out(cast, visit, ("canteen",))
    client = signed_in(cast, who)
    for name in ("supervision", "coverage", "checklists", "leads"):
        assert client.get(reverse(name)).status_code == 200, name
    expected = 404 if who == "discipline" else 200
    shown = client.get(reverse("visit", args=[visit]))
    assert shown.status_code == expected
    if expected == 200:
        assert "未见记录" in shown.content.decode()
    assert signed_in(cast, "next_street").get(reverse("visit", args=[visit])).status_code == 404


@pytest.mark.parametrize(
    ("given", "said"),
    [({}, "未填抽查数，要求不少于 10"), ({"sampled": 3, "failing": 0}, "少于要求的 10"), ({"sampled": 10, "failing": 1}, ""), ({"verdict": "na"}, "")],
)
def test_a_sample_that_is_too_small_or_not_said_is_shown(cast: Cast, given: dict[str, Any], said: str) -> None:
    visit = plan_visit(cast)
    do(cast, "inspector", "visit.begin", visit=visit, at=timezone.now().isoformat())
    answer(cast, visit, "screening", **given)
    page = signed_in(cast, "inspector").get(reverse("visit", args=[visit])).content.decode()
    for word in ("未填抽查数，要求不少于 10", "少于要求的 10"):
        assert (word in page) is (word == said)


def test_coverage_as_a_spreadsheet(cast: Cast) -> None:
    carry_out(cast, plan_visit(cast))
    answer = signed_in(cast, "hq").get(reverse("coverage") + "?export=xlsx")
    cells = [str(c.value) for row in load_workbook(io.BytesIO(answer.content)).active.iter_rows() for c in row]  # type: ignore[union-attr]
    assert "mill 单位" in cells
    assert "从未" in cells


def test_an_empty_checklist_is_filled_in_by_one_and_put_in_force_by_another(cast: Cast) -> None:
    key = "eight_ones_shunde"
    unfilled = refused(lambda: do(cast, "inspector", "round.add", round=plan_round(cast), checklist=key, units=[cast.units["works"].pk]))
    assert (unfilled.reason, unfilled.field) == (Reason.MISSING_VALUE, "checklist")
    client = signed_in(cast, "hq")
    lines = "一张告知书｜看张贴位置｜一般｜不要\n一支体温计｜清点｜较重｜要｜A thermometer｜Count them"
    page = post(client, reverse("checklist_edit", args=[key]), title="“八个一”（顺德）", items=lines, source="区指挥部文件")
    assert "草稿" in page.content.decode()
    row = ChecklistEdition.objects.get(state="draft")
    assert not in_force()[key].items
    assert refused(lambda: do(cast, "hq", "checklist.enforce", edition=row.pk)).reason is Reason.SAME_PERSON
    post(signed_in(cast, "inspector"), reverse("checklist_settle", args=[key, "enforce"]), edition=row.pk)
    found = in_force()[key]
    assert [(i.title.zh, i.severity, i.photo) for i in found.items] == [("一张告知书", "minor", False), ("一支体温计", "serious", True)]
    assert found.items[1].title.en == "A thermometer"
    made = do(cast, "inspector", "round.add", round=plan_round(cast), checklist=key, units=[cast.units["works"].pk])
    assert checklist_of(Visit.objects.get(pk=made["visits"][0]).edition_id) == found
    wrong = client.post(reverse("checklist_edit", args=[key]), {"title": "甲", "items": "一项｜看｜可怕", "source": "无"})
    assert wrong.status_code == 422
    assert "第 1 行" in wrong.content.decode()


def test_changing_a_shipped_checklist_keeps_keys_numbers_and_samples(cast: Cast) -> None:
    client, before = signed_in(cast, "hq"), in_force()["venue"]
    shown = client.get(reverse("checklist_edit", args=["venue"]))
    lines = shown.context["fields"][1].value + "\n增加一项｜看一看｜一般｜不要"
    post(client, reverse("checklist_edit", args=["venue"]), title="公共场所防控措施", items=lines, source="条目为自拟")
    after = checklist_of(ChecklistEdition.objects.get(state="draft").pk)
    assert after.items[:-1] == before.items
    assert (after.version, len(after.items)) == (2, len(before.items) + 1)
