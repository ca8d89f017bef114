"""Loop kinds and checklists that a plan brings: in force with its edition, on its day, gone with it, under names that are its own."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from django.urls import reverse
from django.utils import timezone

from tests.cast import Cast
from tests.rooms.plans.drill import PACK, TABLE, contact, files, install, today
from tests.rooms.plans.test_packs import refused
from tests.rooms.trust.test_trust_pages import text
from tests.web.test_pages import signed_in
from tongchou.kernel.errors import Reason
from tongchou.kernel.ids import new_id
from tongchou.record.access import SYSTEM
from tongchou.record.act import act
from tongchou.record.loops.kinds import current_kinds, kind_of
from tongchou.record.models import KindEdition
from tongchou.rooms.plans.models import PackVersion
from tongchou.rooms.plans.parts import bring_parts
from tongchou.rooms.supervision.checklists import in_force
from tongchou.rooms.supervision.models import ChecklistEdition

pytestmark = pytest.mark.django_db
KIND, LIST = "loops/drill_visit.yaml", "checklists/drill_site.yaml"


def drafted(cast: Cast, pack: str = PACK, **changes: str | None) -> dict[str, Any]:
    """A draft with the drill pack's files, some of them changed or (None) left out."""
    whole = {path: text_ for path, text_ in (files() | changes).items() if text_ is not None}
    whole["pack.yaml"] = whole["pack.yaml"].replace(f"pack: {PACK}", f"pack: {pack}")
    made: dict[str, Any] = cast.act("hq", "pack.draft", pack=pack, why="演练方案自带事项类型", files=whole).result
    assert made["sound"] is True
    return made


def approved(cast: Cast, made: dict[str, Any], days: int = 0) -> None:
    if PackVersion.objects.get(pk=made["version"]).base_id:
        cast.act("hq", "pack.shadow", version=made["version"], seen_revision=made["revision"])
    cast.act("leader", "pack.approve", version=made["version"], seen_revision=made["revision"], from_day=str(today() + timedelta(days=days)))


def newer(path: str) -> str:
    return files()[path].replace("version: 1", "version: 2").replace("演练：", "演练（改）：")


def kinds() -> dict[str, int]:
    return {key: kind.version for key, (_, kind) in current_kinds().items() if key.startswith("drill")}


def lists() -> dict[str, int]:
    return {key: found.version for key, found in in_force().items() if key.startswith("drill")}


def test_they_come_with_the_approved_edition_and_go_with_it(cast: Cast) -> None:
    made = drafted(cast)
    assert (kinds(), lists()) == ({}, {})
    approved(cast, made)
    assert (kinds(), lists()) == ({"drill_visit": 1}, {"drill_site": 1})
    row = KindEdition.objects.get(key="drill_visit")
    assert (row.origin, timezone.localdate(row.added_at)) == ("pack", today())
    assert ChecklistEdition.objects.get(key="drill_site").enforced_by == cast.accounts["leader"]
    cast.act("leader", "pack.withdraw", version=made["version"], reason="演练结束")
    assert (kinds(), lists()) == ({}, {})


def test_they_are_dated_by_the_day_on_which_they_came_into_force(cast: Cast) -> None:
    at = timezone.now() - timedelta(days=40)
    made = act("pack.draft", cast.as_("hq"), new_id(), {"pack": PACK, "why": "演练用方案", "files": files()}, now=at).result
    payload = {"version": made["version"], "seen_revision": made["revision"], "from_day": str(timezone.localdate(at))}
    act("pack.approve", cast.as_("leader"), new_id(), payload, now=at)
    assert KindEdition.objects.get(key="drill_visit").added_at == at
    assert ChecklistEdition.objects.get(key="drill_site").enforced_at == at


def test_not_before_their_day(cast: Cast) -> None:
    approved(cast, drafted(cast), days=2)
    assert act("pack.bring", SYSTEM, new_id(), {}).result == {"changed": {}}
    assert (kinds(), lists()) == ({}, {})
    day = today() + timedelta(days=2)
    later = timezone.now() + timedelta(days=2)
    assert bring_parts(day, later) == {PACK: ["drill_visit", "drill_site"]}
    assert bring_parts(day, later) == {}
    assert (kinds(), lists()) == ({"drill_visit": 1}, {"drill_site": 1})
    assert KindEdition.objects.get(key="drill_visit").added_at == later


def test_a_newer_edition_takes_over_and_a_withdrawn_one_gives_back(cast: Cast) -> None:
    approved(cast, drafted(cast))
    second = drafted(cast, **{KIND: newer(KIND), LIST: newer(LIST)})
    approved(cast, second)
    assert (kinds(), lists()) == ({"drill_visit": 2}, {"drill_site": 2})
    cast.act("leader", "pack.withdraw", version=second["version"], reason="改动有误")
    assert (kinds(), lists()) == ({"drill_visit": 1}, {"drill_site": 1})


def test_a_loop_keeps_the_edition_with_which_it_was_opened(cast: Cast) -> None:
    approved(cast, drafted(cast))
    edition = current_kinds()["drill_visit"][0]
    approved(cast, drafted(cast, **{KIND: None}))
    assert kinds() == {}
    assert kind_of(edition).version == 1


def test_a_changed_text_needs_a_higher_version(cast: Cast) -> None:
    approved(cast, drafted(cast))
    for path in (KIND, LIST):
        made = drafted(cast, **{path: files()[path].replace("演练：", "演练（改）：")})
        found = refused(lambda made=made: approved(cast, made))
        assert (found.reason, found.field, found.file) == (Reason.CONFLICT, "version", path)


def test_the_name_of_another_pack_or_of_the_district_is_refused(cast: Cast) -> None:
    approved(cast, drafted(cast))
    made = drafted(cast, "drill-other")
    found = refused(lambda: approved(cast, made))
    assert (found.reason, found.value, found.file) == (Reason.DUPLICATE, "drill_site", LIST)
    cast.act("hq", "kind.add", text=files()[KIND].replace("kind: drill_visit", "kind: own_visit"), source="own.yaml")
    other = drafted(cast, "drill-third", **{KIND: files()[KIND].replace("kind: drill_visit", "kind: own_visit"), LIST: None})
    assert refused(lambda: approved(cast, other)).value == "own_visit"


def test_a_kind_of_a_plan_is_neither_replaced_nor_retired_by_hand(cast: Cast) -> None:
    approved(cast, drafted(cast))
    taken = refused(lambda: cast.act("hq", "kind.add", text=newer(KIND), source="x.yaml"))
    assert taken.reason is Reason.DUPLICATE
    edition = KindEdition.objects.get(key="drill_visit").pk
    assert refused(lambda: cast.act("hq", "kind.retire", edition=edition)).reason is Reason.NOT_ALLOWED


def test_the_page_tells_what_an_edition_brings_and_what_keeps_a_draft_from_being_approved(cast: Cast) -> None:
    made = drafted(cast)
    page = text(signed_in(cast, "hq").get(reverse("pack", args=[made["version"]])))
    assert "自带的事项类型和清单" in page
    assert "drill_visit v1" in page
    approved(cast, made)
    assert "方案自带" in text(signed_in(cast, "hq").get(reverse("kinds")))
    wrong = drafted(cast, **{KIND: files()[KIND].replace("演练：", "演练（改）：")})
    page = text(signed_in(cast, "leader").get(reverse("pack", args=[wrong["version"]])))
    assert f"{KIND}:1" in page
    assert "必须大于 1" in page


LOST = "\n  lost:\n    title: {zh: 某文件, en: Some paper}\n    issuer: 某机关\n"


@pytest.mark.parametrize("passes", [False, True])
def test_an_approved_edition_that_stricter_checks_would_refuse_goes_on_and_says_what_to_mend(cast: Cast, passes: bool) -> None:
    """As after an upgrade: it was sound when it was approved. The twin: an edition that still passes says nothing of the kind."""
    whole = files()
    row = install(cast, whole if passes else whole | {"documents.yaml": whole["documents.yaml"].rstrip() + LOST})
    told = text(signed_in(cast, "hq").get(reverse("pack", args=[row.pk])))
    for words in ("现在的检查不能通过", "documents.yaml:", "本版继续有效"):
        assert (words in told) != passes, words
    listed = text(signed_in(cast, "hq").get(reverse("packs")))
    assert ("现行，现在的检查不能通过" in listed) != passes
    key = contact(cast, days_ago=2)
    assert cast.act("hq", "plan.decide", person=key, pack=PACK, table=TABLE).result["outcome"] == "observe"
    draft = cast.act("hq", "pack.draft", pack=PACK, why="改正检查发现的问题", files={}).result
    assert draft["sound"] is passes  # else mended first, then approved


def test_a_plans_checklist_is_changed_by_changing_the_plan_only(cast: Cast) -> None:
    """The twin: a checklist that is the program's may be changed by the district."""
    approved(cast, drafted(cast))
    told = files()[LIST].replace("version: 1", "version: 2")
    found = refused(lambda: cast.act("hq", "checklist.draft", text=told))
    assert (found.reason, found.field) == (Reason.NOT_ALLOWED, "text")
    page = text(signed_in(cast, "hq").get(reverse("checklist", args=["drill_site"])))
    assert "方案自带" in page
    assert "填写或修改" not in page
    assert "填写或修改" in text(signed_in(cast, "hq").get(reverse("checklist", args=["venue"])))


def test_the_page_of_an_edition_in_force_leads_to_what_it_brings_and_calls_its_base_so(cast: Cast) -> None:
    first = drafted(cast)
    approved(cast, first)
    changed = newer(KIND)
    second: dict[str, Any] = cast.act("hq", "pack.draft", pack=PACK, why="按会议纪要改一处", files={}).result
    second = cast.act("hq", "pack.edit", version=second["version"], seen_revision=second["revision"], files={KIND: changed}).result | second
    row = PackVersion.objects.get(pk=second["version"])
    address = reverse("pack", args=[row.pk])
    told = text(signed_in(cast, "hq").get(address))
    assert "与现行 v1 的差别" in told
    assert "版次与底稿相同" in told
    approved(cast, {"version": str(row.pk), "revision": row.revision})
    answer = signed_in(cast, "hq").get(address)
    assert "与作为底稿的 v1 的差别" in text(answer)
    assert reverse("kind", args=["drill_visit"]) in answer.content.decode()
    assert reverse("checklist", args=["drill_site"]) in answer.content.decode()
