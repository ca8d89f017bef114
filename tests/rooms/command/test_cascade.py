"""A task to many units at once, the tree of what became of it, and who sees which branch."""

from __future__ import annotations

import uuid
from datetime import timedelta
from typing import Any

import pytest
from django.urls import reverse
from django.utils import timezone

from tests.cast import Cast
from tests.web.test_pages import signed_in
from tongchou.kernel.clock import SHANGHAI
from tongchou.kernel.ids import new_id
from tongchou.record.models import Loop
from tongchou.rooms.command.cascade_questions import tree


def form(cast: Cast, **more: Any) -> dict[str, Any]:
    due = (timezone.now() + timedelta(days=2)).astimezone(SHANGHAI).strftime("%Y-%m-%dT%H:%M")
    return {"client_id": str(new_id()), "title": "农贸市场消杀检查", "detail": "逐户检查", "due_at": due} | more


def test_every_street_gets_its_own_and_a_second_click_changes_nothing(cast: Cast) -> None:
    hq = signed_in(cast, "hq")
    sent = form(cast, kinds=["street"], units=[cast.units["department"].pk])
    first = hq.post(reverse("issue"), sent)
    assert first.status_code == 302, first.content.decode()
    assert hq.post(reverse("issue"), sent)["Location"] == first["Location"]
    top = Loop.objects.get(parent=None)
    owners = set(Loop.objects.filter(parent=top).values_list("owner_unit_id", flat=True))
    assert owners == {cast.units[n].pk for n in ("east_street", "west_street", "department")}
    assert top.owner_unit_id == cast.units["office"].pk
    page = hq.get(first["Location"]).content.decode()
    assert "办结 0 / 3" in page
    assert "分解和进度" in hq.get(reverse("loop", args=[top.pk])).content.decode()


def test_what_is_asked_of_each_is_held_to_by_each(cast: Cast) -> None:
    hq = signed_in(cast, "hq")
    sent = form(cast, kinds=["street"], asked=["photo", "number"], document_number="市指发〔2026〕3号", document_title="关于消杀检查的通知")
    location = hq.post(reverse("issue"), sent)["Location"]
    top = Loop.objects.get(parent=None)
    part = Loop.objects.get(parent=top, owner_unit=cast.units["east_street"])
    assert (part.asked, top.asked) == (["photo", "number"], [])
    assert "市指发〔2026〕3号《关于消杀检查的通知》" in hq.get(location).content.decode()
    street = signed_in(cast, "street")
    cast.act("street", "loop.advance", loop=str(part.pk), step="sign")
    page = street.get(reverse("loop", args=[part.pk])).content.decode()
    assert "现场照片、完成数量" in page
    assert "市指发〔2026〕3号" in page
    step = reverse("loop_step", args=[part.pk, "report"])
    assert 'name="evidence_asked_photo"' in street.get(step).content.decode()
    answer = street.post(step, {"client_id": str(new_id()), "evidence_result": "已检查", "evidence_asked_number": "12"})
    assert answer.status_code == 422
    assert "现场照片" in answer.content.decode()


def test_one_unit_needs_no_tree(cast: Cast) -> None:
    signed_in(cast, "hq").post(reverse("issue"), form(cast, units=[cast.units["east_street"].pk]))
    assert Loop.objects.get().parent is None


@pytest.mark.parametrize(
    ("wrong", "field"), [({"units": []}, "units"), ({"due_at": ""}, "due_at"), ({"title": "短"}, "title"), ({"due_at": "2020-01-01T08:00"}, "due_at")]
)
def test_a_refusal_leaves_nothing_behind(cast: Cast, wrong: dict[str, Any], field: str) -> None:
    sent = form(cast, units=[cast.units["east_street"].pk, cast.units["west_street"].pk]) | wrong
    answer = signed_in(cast, "hq").post(reverse("issue"), sent)
    assert answer.status_code == 422
    assert f'href="#id_{field}"' in answer.content.decode()
    assert not Loop.objects.exists()


def test_the_tree_shows_what_is_late_where_and_a_street_its_own_branch(cast: Cast) -> None:
    hq = signed_in(cast, "hq")
    location = hq.post(reverse("issue"), form(cast, kinds=["street"]))["Location"]
    top = uuid.UUID(location.split("/")[2])
    east = Loop.objects.get(owner_unit=cast.units["east_street"], parent=top)
    cast.act("street", "loop.advance", loop=str(east.pk), step="sign")
    below = cast.act("street", "loop.open", kind="task", title="社区分工", owner_unit=cast.units["spring_community"].pk, parent=str(east.pk)).result["loop"]
    rows = tree(cast.as_("hq"), top, timezone.now() + timedelta(days=30))
    assert [(b.depth, b.owner) for b in rows if b.depth != 1 or b.id == east.pk] == [
        (0, "office 单位"),
        (1, "east_street 单位"),
        (2, "spring_community 单位"),
    ]
    assert (rows[0].below, rows[0].below_open, rows[0].below_late) == (3, 3, 3)
    own = tree(cast.as_("street"), east.pk, timezone.now())
    assert [str(b.id) for b in own] == [str(east.pk), below]
    assert signed_in(cast, "next_street").get(reverse("loop_tree", args=[east.pk])).status_code == 404
    file = hq.get(reverse("loop_tree", args=[top]), {"export": "csv"}).content.decode("utf-8-sig")
    assert file.count("\r\n") == 5
    street = signed_in(cast, "street")
    assert "west_street" not in street.get(reverse("loop_tree", args=[east.pk])).content.decode()


def wide(cast: Cast) -> tuple[uuid.UUID, list[uuid.UUID]]:
    """A task with three parts and fifteen below each: more than is shown at once. Returns the top and its parts."""
    top, parts = new_id(), [new_id() for _ in range(3)]
    due = (timezone.now() + timedelta(days=3)).isoformat()
    common = {"kind": "task", "due_at": due}
    units = [cast.units[n].pk for n in ("east_street", "west_street", "department")]
    cast.act("hq", "loop.open", id=str(top), title="全区排查", owner_unit=cast.units["office"].pk, **common)
    below = [common | {"id": str(p), "title": f"分工{n}", "owner_unit": units[n], "parent": str(top)} for n, p in enumerate(parts)]
    cast.act("hq", "loop.open_many", items=below)
    spring = cast.units["spring_community"].pk
    leaves = [common | {"title": f"末端{n}-{m}", "owner_unit": spring, "parent": str(p)} for n, p in enumerate(parts) for m in range(15)]
    cast.act("hq", "loop.open_many", items=leaves)
    return top, parts


def test_of_a_large_tree_two_levels_and_what_is_late_are_shown_and_a_branch_opens(cast: Cast) -> None:
    top, parts = wide(cast)
    Loop.objects.filter(title="末端1-7").update(deadline=timezone.now() - timedelta(hours=1))
    hq = signed_in(cast, "hq")
    page = hq.get(reverse("loop_tree", args=[top])).content.decode()
    assert all(f"分工{n}" in page for n in range(3))
    assert "末端1-7" in page
    assert "末端0-3" not in page
    assert "另有 14 件未超时" in page
    opened = hq.get(reverse("loop_tree", args=[parts[0]]), {"part": "open"}, headers={"HX-Request": "true"}).content.decode()
    assert all(f"末端0-{m}" in opened for m in range(15))
    assert "<html" not in opened
    assert "末端" not in hq.get(reverse("loop_tree", args=[parts[0]]), {"part": "shut"}).content.decode()
    assert hq.get(reverse("loop_tree", args=[top]), {"all": "1"}).content.decode().count("末端") == 45
    late = hq.get(reverse("loop_tree", args=[top]), {"late": "1"}).content.decode()
    assert ("末端1-7" in late, "末端1-8" in late, "分工0" in late) == (True, False, False)
    assert signed_in(cast, "next_street").get(reverse("loop_tree", args=[parts[0]]), {"part": "open"}).status_code == 404


def test_what_is_late_would_be_missed_were_it_not_shown(cast: Cast, monkeypatch: pytest.MonkeyPatch) -> None:
    from tongchou.rooms.command.pages import tree as pages

    top, _ = wide(cast)
    Loop.objects.filter(title="末端1-7").update(deadline=timezone.now() - timedelta(hours=1))
    monkeypatch.setattr(pages, "LATE_SHOWN", 0)
    assert "末端1-7" not in signed_in(cast, "hq").get(reverse("loop_tree", args=[top])).content.decode()


def test_nothing_late_is_said_in_words(cast: Cast) -> None:
    top, _ = wide(cast)
    assert "没有超时的" in signed_in(cast, "hq").get(reverse("loop_tree", args=[top]), {"late": "1"}).content.decode()


def test_the_whole_above_the_parts_is_in_hand_and_nobody_is_reminded_to_sign_for_it(cast: Cast) -> None:
    signed_in(cast, "hq").post(reverse("issue"), form(cast, kinds=["street"], document_organ="市指挥部"))
    whole = Loop.objects.get(parent=None)
    assert (whole.stage, whole.data["document_organ"]) == ("doing", "市指挥部")
    assert set(Loop.objects.filter(parent=whole).values_list("stage", flat=True)) == {"assigned"}  # whoever else is asked signs for it
    given = cast.act("hq", "loop.open", kind="task", title="交给街道", owner_unit=cast.units["east_street"].pk, signed=True).result
    assert given["stage"] == "assigned"  # nobody signs for another unit


def test_a_step_that_was_taken_meanwhile_says_how_it_stands_in_words(cast: Cast) -> None:
    loop = cast.task()
    street, url = signed_in(cast, "street"), reverse("loop_step", args=[loop, "sign"])
    street.post(url, {"client_id": str(new_id()), "seen_stage": "assigned"})
    for late in ("sign", "return"):
        again = street.post(reverse("loop_step", args=[loop, late]), {"client_id": str(new_id()), "seen_stage": "assigned", "note": "不归本街道"})
        page = again.content.decode()
        assert again.status_code == 409
        assert "现在不能这样办" in page
        assert "您填的是" not in page
        assert (">看现在的情况<" in page) == (late == "sign")  # what is still possible may be sent once more
    assert "不归本街道" in page  # and nothing typed is lost
    other = signed_in(cast, "hq").get(reverse("loop", args=[loop])).content.decode()
    assert "申请权属裁定" not in other
    assert "不归本单位办的" not in other
    assert "不归本单位办的，请“退单”并写明理由" in street.get(reverse("loop", args=[loop])).content.decode()
