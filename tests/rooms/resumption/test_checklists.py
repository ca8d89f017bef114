"""Checklists as what must be proved where the district approves: chosen in its rules, ticked and shown point by point, missing points named."""

from __future__ import annotations

import io
from typing import Any

from django.test import Client
from django.urls import reverse

from tests.cast import Cast
from tests.rooms.resumption.flow import PNG, STAGED, answers, checked, do, refused, submitted, upload
from tests.web.test_pages import signed_in
from tongchou.kernel.errors import Reason
from tongchou.record.models import WorkPermit
from tongchou.rooms.resumption.models import Application, RuleEdition
from tongchou.rooms.resumption.ways import default_rules

EIGHT = "eight_ones_shunde"
POINTS = [{"zh": f"第{n}个一", "en": f"one of eight, {n}"} for n in range(1, 9)]


def chosen(cast: Cast, *keys: str, lists: list[dict[str, Any]] | None = None) -> None:
    made = do(cast, "hq", "resumption.propose_rules", from_date="2020-02-20", reason="须逐条证明", checklists=list(keys), lists=lists or [])
    do(cast, "leader", "resumption.decide_rules", edition=made["edition"], adopt=True)


def test_the_district_chooses_and_the_points_are_asked_for_one_by_one(cast: Cast) -> None:
    before = do(cast, "enterprise", "resumption.start", unit=cast.units["works"].pk)
    assert not Application.objects.get(pk=before["application"]).items.filter(form="tick").exists()
    chosen(cast, EIGHT, "enterprise_resumption", lists=[{"key": EIGHT, "items": POINTS}])
    do(cast, "enterprise", "resumption.start", unit=cast.units["works"].pk)  # a draft follows the rules
    row = Application.objects.get()
    eight = list(row.items.filter(source=EIGHT))
    assert [i.title["zh"] for i in eight] == [p["zh"] for p in POINTS]
    assert {i.form for i in eight} == {"tick"}
    six = row.items.filter(source="enterprise_resumption")
    assert set(six.values_list("key", flat=True)) == {"organisation", "isolation_room", "supplies", "screening", "attendance", "canteen"}
    assert row.items.get(key="disinfection").source == "readiness"  # asked for once
    assert row.items.get(key="supplies").least == 7


def test_missing_points_are_named_and_one_without_the_other_is_none(cast: Cast) -> None:
    chosen(cast, EIGHT, lists=[{"key": EIGHT, "items": POINTS}])
    made = do(cast, "enterprise", "resumption.start", unit=cast.units["works"].pk)
    row = Application.objects.get(pk=made["application"])
    first, second = row.items.filter(source=EIGHT).order_by("n")[:2]
    for value in ({"number": 1}, {"files": [upload(cast, "enterprise")]}, {"number": 2, "files": [upload(cast, "enterprise")]}, {"text": "有"}):
        wrong = refused(lambda v=value: do(cast, "enterprise", "resumption.fill", application=str(row.pk), items=[{"key": first.key} | v]))
        assert wrong.field == f"item_{first.key}"
        assert "第1个一" in wrong.rule.zh
    given = [a for a in answers(cast, row, "enterprise") if a["key"] != second.key]
    do(cast, "enterprise", "resumption.fill", application=str(row.pk), items=given)
    short = refused(lambda: do(cast, "enterprise", "resumption.submit", application=str(row.pk)))
    assert short.details["items"] == [second.key]
    assert "第2个一" in short.rule.zh


def test_each_point_is_checked_and_one_not_in_order_stands_in_the_way(cast: Cast) -> None:
    chosen(cast, EIGHT, lists=[{"key": EIGHT, "items": POINTS}])
    row = submitted(cast)
    third = row.items.filter(source=EIGHT).order_by("n")[2]
    checked(cast, row, bad=third.key)
    no = refused(lambda: do(cast, "hq", "resumption.decide", application=str(row.pk), approve=True))
    assert no.reason is Reason.EVIDENCE_MISSING
    assert "第3个一" in no.rule.zh
    assert "第2个一" not in no.rule.zh


def test_all_in_order_is_approved_and_no_tick_becomes_a_fact(cast: Cast) -> None:
    chosen(cast, EIGHT, lists=[{"key": EIGHT, "items": POINTS}])
    row = submitted(cast)
    checked(cast, row)
    do(cast, "hq", "resumption.decide", application=str(row.pk), approve=True)
    bound = WorkPermit.objects.get().bound
    assert not any(k.startswith(EIGHT) for k in bound)
    assert any(k.startswith(EIGHT) for k in bound["items"])


def test_a_list_without_items_cannot_be_asked_for(cast: Cast) -> None:
    empty = refused(lambda: chosen(cast, EIGHT))
    assert (empty.reason, empty.field) == (Reason.MISSING_VALUE, "checklists")
    strange = refused(lambda: chosen(cast, "isolation_site"))
    assert (strange.reason, strange.value) == (Reason.INVALID_VALUE, "isolation_site")


def test_on_the_page_a_point_is_ticked_with_its_proof(cast: Cast) -> None:
    rules = default_rules() | {"checklists": [EIGHT], "lists": [{"key": EIGHT, "items": POINTS}], "unknown_way": "approval"}
    people = {"proposed_by": cast.accounts["hq"], "decided_by": cast.accounts["leader"]}
    RuleEdition.objects.create(from_date="2020-01-01", rules=rules, reason="测试", state="adopted", proposed_at=STAGED, decided_at=STAGED, **people)
    from tongchou.kernel.ids import new_id
    from tongchou.record.act import act

    made = act("resumption.start", cast.as_("enterprise"), new_id(), {"unit": cast.units["works"].pk}).result
    row = Application.objects.get(pk=made["application"])
    key = row.items.filter(source=EIGHT).order_by("n")[0].key
    client: Client = signed_in(cast, "enterprise")
    url = reverse("resumption_fill", args=[row.pk])
    alone = client.post(url, {f"item_{key}": "on"})
    assert alone.status_code >= 400
    assert "勾选了但没有附证明" in alone.content.decode()
    photo = io.BytesIO(PNG)
    photo.name = "现场.png"
    assert client.post(url, {f"item_{key}": "on", f"item_{key}_file": photo}).status_code == 302
    assert row.items.get(key=key).is_given
    shown = client.get(reverse("resumption_application", args=[row.pk])).content.decode()
    assert "企业已勾选具备" in shown
