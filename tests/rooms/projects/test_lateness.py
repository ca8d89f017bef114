"""A part past its planned end calls its unit to account, once for each planned end, and the loop ends with its cause."""

from __future__ import annotations

from django.urls import reverse

from tests.cast import Cast
from tests.rooms.projects.test_projects import DAY, added, do, part, refused, today
from tests.web.test_pages import signed_in
from tongchou.kernel.errors import Reason
from tongchou.kernel.ids import new_id
from tongchou.record.access import SYSTEM
from tongchou.record.act import act
from tongchou.record.models import Loop
from tongchou.rooms.projects.models import Part
from tongchou.rooms.projects.tasks import call_late_parts

TOLD = [{"key": "measures", "type": "text", "text": "材料缺一份环评，已补报，月底前办结"}]


def call() -> dict[str, int]:
    found = act("project.late", SYSTEM, new_id(), {}).result
    return {"opened": found["opened"], "ended": found["ended"]}


def loops() -> list[Loop]:
    return list(Loop.objects.filter(kind="part_late").order_by("opened_at"))


def test_it_is_called_to_account_once_and_ends_when_it_is_done(cast: Cast) -> None:
    project = added(cast)
    late, _ = part(cast, project), part(cast, project, "封顶", planned_to=str(today() + DAY))
    assert call() == {"opened": 1, "ended": 0}
    assert call() == {"opened": 0, "ended": 0}
    assert call_late_parts(0) == 0
    loop = loops()[0]
    assert (loop.owner_unit_id, loop.verifier_unit_id) == (cast.units["department"].pk, cast.units["east_street"].pk)
    assert loop.deadline is not None
    assert "超期5天" in loop.title
    do(cast, "dept", "loop.advance", loop=str(loop.pk), step="explain", evidence=TOLD)
    assert refused(lambda: do(cast, "street", "loop.advance", loop=str(loop.pk), step="finish", note="已完成")).reason is Reason.NOT_OWNER
    do(cast, "dept", "project.part_done", part=late, on=str(today()), note="许可证〔2020〕12号")
    assert loops()[0].end_reason == "done"
    assert call() == {"opened": 0, "ended": 0}


def test_a_new_planned_end_ends_it_and_is_called_for_anew(cast: Cast) -> None:
    project = added(cast)
    late = part(cast, project)
    call()
    do(cast, "street", "project.part_move", part=late, planned_from=str(today() - 20 * DAY), planned_to=str(today() + 3 * DAY), reason="环评补报")
    assert loops()[0].end_reason == "cancelled"
    assert call()["opened"] == 0
    Part.objects.filter(pk=late).update(planned_to=today() - DAY)
    assert call()["opened"] == 1
    assert len(loops()) == 2


def test_a_part_that_was_taken_out_and_a_project_that_stands_still_owe_nothing(cast: Cast) -> None:
    one, two = added(cast), added(cast, name="另一项目")
    first = part(cast, one)
    part(cast, two)
    call()
    do(cast, "street", "project.part_drop", part=first, reason="改用既有许可")
    do(cast, "street", "project.state", project=two, to="dropped", on=str(today()), reason="资金撤回")
    assert {x.end_reason for x in loops()} == {"cancelled"}
    assert call() == {"opened": 0, "ended": 0}


def test_what_was_changed_behind_the_verbs_is_set_right_by_the_job(cast: Cast) -> None:
    """Recompute, compare, set: a part that is no longer late does not keep its loop."""
    late = part(cast, added(cast))
    call()
    Part.objects.filter(pk=late).update(planned_to=today() + DAY)
    assert call() == {"opened": 0, "ended": 1}


def test_the_bars_and_the_plan_show_it(cast: Cast) -> None:
    project = added(cast)
    part(cast, project)
    call()
    browser = signed_in(cast, "street")
    page = browser.get(reverse("project", args=[project])).content.decode()
    assert "超期 5 天，已催办" in page.replace("</title>", "")
    loop = loops()[0]
    assert reverse("loop", args=[loop.pk]) in page
    assert browser.get(reverse("project_loop", args=[loop.pk])).headers["Location"] == reverse("project", args=[project])
    assert reverse("project_loop", args=[loop.pk]) in browser.get(reverse("loop", args=[loop.pk])).content.decode()
    assert signed_in(cast, "next_street").get(reverse("project_loop", args=[loop.pk])).status_code == 404
