"""Projects: they start when what is required is done and nothing blocks them; delays stay on record; the next street sees nothing."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

import pytest
from django.db import IntegrityError, connection, transaction
from django.urls import reverse
from django.utils import timezone

from tests.cast import Cast
from tests.rooms.supervision.helping import PNG
from tests.web.test_pages import signed_in
from tongchou.kernel.clock import SHANGHAI
from tongchou.kernel.errors import Reason, Refusal
from tongchou.kernel.ids import new_id
from tongchou.record.act import act
from tongchou.record.files import take_in
from tongchou.record.models import Loop, Post
from tongchou.record.questions.responsibility import gaps
from tongchou.rooms.projects.gantt import draw
from tongchou.rooms.projects.models import Part, Project, SiteVisit
from tongchou.rooms.projects.questions import lines, project_file

DAY = timedelta(days=1)


def do(cast: Cast, who: str, verb: str, **payload: Any) -> dict[str, Any]:
    return act(verb, cast.as_(who), new_id(), payload).result


def refused(run: Any) -> Refusal:
    with pytest.raises(Refusal) as caught:
        run()
    return caught.value


def today() -> date:
    return timezone.now().astimezone(SHANGHAI).date()


def added(cast: Cast, who: str = "street", **more: Any) -> str:
    payload = {
        "name": "食品园二期", "kind": "industry", "area": cast.areas["spring"].pk, "lead_unit": cast.units["east_street"].pk,
        "owner_unit": cast.units["works"].pk, "invest": "12000",
    } | more  # fmt: skip
    return str(do(cast, who, "project.add", **payload)["project"])


def part(cast: Cast, project: str, title: str = "施工许可证", **more: Any) -> int:
    payload = {
        "project": project, "kind": "permit", "title": title, "unit": cast.units["department"].pk, "required": True,
        "planned_from": str(today() - 20 * DAY), "planned_to": str(today() - 5 * DAY),
    } | more  # fmt: skip
    return int(do(cast, "street", "project.part", **payload)["part"])


def start(cast: Cast, project: str) -> None:
    do(cast, "street", "project.state", project=project, to="started", on=str(today()), reason="条件齐备")


def test_it_starts_when_what_is_required_is_done_and_nothing_blocks_it(cast: Cast) -> None:
    project = added(cast)
    needed, _ = part(cast, project), part(cast, project, "封顶", kind="milestone", required=False)
    held = {"topic": "land", "title": "红线内有一户未签约", "owner_unit": cast.units["department"].pk, "blocking": True}
    loop = do(cast, "street", "project.obstacle", project=project, **held)["loop"]
    wrong = refused(lambda: start(cast, project))
    assert wrong.reason is Reason.CHILDREN_OPEN
    assert "施工许可证" in wrong.rule.zh
    assert "红线内有一户未签约" in wrong.rule.zh
    do(cast, "dept", "project.part_done", part=needed, on=str(today()), note="许可证〔2020〕12号")  # the unit that answers for it
    for who, step, more in (
        ("dept", "take_up", {}), ("dept", "answer", {"evidence": [{"key": "result", "type": "text", "text": "已签约"}]}), ("street", "confirm", {}),
    ):  # fmt: skip
        do(cast, who, "loop.advance", loop=loop, step=step, **more)
    start(cast, project)
    assert Project.objects.get().state == "started"
    assert refused(lambda: start(cast, project)).reason is Reason.WRONG_STAGE


def test_progress_is_reported_once_a_day_and_does_not_fall_without_a_reason(cast: Cast) -> None:
    project = added(cast)
    given = {"project": project, "on": str(today()), "percent": "10", "invested": "900"}
    assert refused(lambda: do(cast, "enterprise", "project.progress", **given)).reason is Reason.WRONG_STAGE
    start(cast, project)
    do(cast, "enterprise", "project.progress", **given | {"on": str(today() - DAY), "percent": "12.5"})  # the builder reports too
    assert refused(lambda: do(cast, "enterprise", "project.progress", **given)).field == "percent"
    do(cast, "enterprise", "project.progress", **given, note="上次多报，更正")
    assert refused(lambda: do(cast, "street", "project.progress", **given, note="再报")).reason is Reason.DUPLICATE
    assert refused(lambda: do(cast, "street", "project.progress", **given | {"on": str(today() + DAY)})).field == "on"
    assert refused(lambda: do(cast, "street", "project.progress", **given | {"percent": "101"})).field == "percent"


def test_a_new_plan_does_not_hide_a_delay(cast: Cast) -> None:
    project = added(cast)
    key = part(cast, project)
    (line,) = lines(cast.as_("hq"), today())
    assert (line.parts, line.done, line.late, line.lacking, line.ready) == (1, 0, 1, 1, False)
    moved = {"part": key, "planned_from": str(today()), "planned_to": str(today() + 9 * DAY), "reason": "材料补正"}
    do(cast, "street", "project.part_move", **moved)
    (line,) = lines(cast.as_("hq"), today())
    assert line.late == 0
    assert Part.objects.get().first_planned_to == today() - 5 * DAY
    assert [what for _, what, _, _, _ in project_file(cast.as_("hq"), line.id).history] == ["part_moved", "part_added", "project_added"]
    assert refused(lambda: do(cast, "street", "project.part_move", **moved | {"planned_to": "2019-01-01"})).field == "planned_to"


def test_two_who_change_it_at_once(cast: Cast) -> None:
    project = added(cast)
    row = Project.objects.get()
    content = {
        "project": project, "seen_version": row.version, "name": "食品园二期工程", "kind": "industry", "area": row.area_id, "lead_unit": row.lead_unit_id,
        "invest": "13000",
    }  # fmt: skip
    do(cast, "hq", "project.change", **content)
    assert refused(lambda: do(cast, "street", "project.change", **content)).reason is Reason.CONFLICT
    assert refused(lambda: added(cast, name="食品园二期工程")).reason is Reason.DUPLICATE


@pytest.mark.parametrize(
    ("change", "field"),
    [
        ({"invest": "-1"}, "invest"), ({"invest": "很多"}, "invest"), ({"kind": "castle"}, "kind"), ({"name": ""}, "name"),
        ({"start_planned": "2020-05-01", "finish_planned": "2020-04-01"}, "finish_planned"), ({"start_planned": "2020-02-30"}, "start_planned"),
        ({"leader_post": 99_999_999}, "leader_post"),
    ],
)  # fmt: skip
def test_what_is_wrong_is_refused_by_name(cast: Cast, change: dict[str, Any], field: str) -> None:
    assert refused(lambda: added(cast, **change)).field == field
    assert not Project.objects.exists()


def test_nobody_sees_beyond(cast: Cast) -> None:
    project = added(cast)
    for who in ("next_street", "rival"):
        assert lines(cast.as_(who), today()) == []
        assert refused(lambda who=who: project_file(cast.as_(who), project)).reason is Reason.NOT_FOUND
    assert [x.name for x in lines(cast.as_("enterprise"), today())] == ["食品园二期"]
    assert lines(cast.as_("dept"), today()) == []
    part(cast, project)
    assert len(lines(cast.as_("dept"), today())) == 1
    assert refused(lambda: added(cast, who="next_street", name="别处项目")).reason is Reason.NOT_FOUND


def test_the_database_keeps_the_dates_in_order(cast: Cast) -> None:
    row = {"project_id": added(cast), "kind": "land", "title": "用地", "unit": cast.units["department"], "planned_from": today(), "first_planned_to": today()}
    with pytest.raises(IntegrityError), transaction.atomic():
        Part.objects.create(**row, planned_to=today() - DAY)
    with connection.cursor() as cursor:  # the sabotage twin
        cursor.execute("alter table projects_part drop constraint part_dates_in_order")
    Part.objects.create(**row, planned_to=today() - DAY)


def test_the_drawing_shows_what_is_done_and_what_runs_over(cast: Cast) -> None:
    project = added(cast)
    done, _, _ = part(cast, project), part(cast, project, "接电"), part(cast, project, "装修", planned_to=str(today() + 30 * DAY))
    do(cast, "street", "project.part_done", part=done, on=str(today() - 2 * DAY), note="已取得")
    found = draw(list(Part.objects.order_by("pk")), today())
    assert found is not None
    one, two, three = found.bars
    assert (one.tone, two.tone, three.tone) == ("done", "late", "open")
    assert (one.late_x is not None, two.late_x is not None, three.late_x) == (True, True, None)
    assert all(0 <= b.x <= 600 and 0 < b.width <= 600 for b in found.bars)
    assert draw([], today()) is None


def test_on_the_pages_from_adding_to_a_visit(cast: Cast) -> None:
    hq, leader = signed_in(cast, "hq"), signed_in(cast, "leader")
    form = {
        "name": "东郊水厂", "kind": "infrastructure", "area": cast.areas["east"].pk, "lead_unit": cast.units["department"].pk, "invest": "8000",
        "leader_post": Post.objects.get(role="leader").pk, "client_id": str(new_id()),
    }  # fmt: skip
    bad = hq.post(reverse("project_new"), form | {"invest": "x", "client_id": str(new_id())})
    assert bad.status_code == 422
    assert "东郊水厂" in bad.content.decode()
    for _ in range(2):
        assert hq.post(reverse("project_new"), form).status_code == 302
    project = Project.objects.get()
    needed = {"kind": "land", "title": "土地证", "unit": cast.units["department"].pk, "required": "on"}
    steps = [
        (hq, "project_part_new", needed | {"planned_from": "2020-01-01", "planned_to": "2020-02-01"}),
        (hq, "project_obstacle", {"topic": "funds", "title": "配套资金未到位", "owner_unit": cast.units["department"].pk}),
        (leader, "project_visit", {"at": timezone.now().astimezone(SHANGHAI).strftime("%Y-%m-%dT%H:%M"), "seen": "现场平整"}),
    ]  # fmt: skip
    for client, name, data in steps:
        assert client.post(reverse(name, args=[project.pk]), data).status_code == 302, name
    refused_start = hq.post(reverse("project_state", args=[project.pk]), {"to": "started", "on": str(today()), "reason": "开工"})
    assert refused_start.status_code == 422
    assert "土地证" in refused_start.content.decode()
    key = Part.objects.get().pk
    assert hq.post(reverse("project_part", args=[project.pk, key]), {"way": "done", "on": str(today()), "note": "证号 12"}).status_code == 302
    assert hq.post(reverse("project_state", args=[project.pk]), {"to": "started", "on": str(today()), "reason": "开工"}).status_code == 302
    assert hq.post(reverse("project_report", args=[project.pk]), {"on": str(today()), "percent": "5", "invested": "300"}).status_code == 302
    page = leader.get(reverse("project", args=[project.pk])).content.decode()
    for word in ("土地证", "配套资金未到位", "现场平整", "<svg"):
        assert word in page, word
    assert leader.get(reverse("projects"), {"export": "xlsx"}).status_code == 200
    assert Loop.objects.get().kind == "obstacle"
    assert signed_in(cast, "next_street").get(reverse("project", args=[project.pk])).status_code == 404


def test_it_is_completed_when_all_is_done_and_not_before(cast: Cast) -> None:
    project = added(cast)
    start(cast, project)
    late = part(cast, project, "主体封顶")
    done = {"project": project, "to": "completed", "on": str(today()), "reason": "验收合格"}
    assert "主体封顶" in refused(lambda: do(cast, "hq", "project.state", **done)).rule.zh
    do(cast, "street", "project.part_done", part=late, on=str(today()), note="验收单 3 号")
    given = {"topic": "clearance", "title": "管线未迁", "owner_unit": cast.units["department"].pk}
    loop = do(cast, "hq", "project.obstacle", project=project, **given)["loop"]
    assert refused(lambda: do(cast, "hq", "project.state", **done)).reason is Reason.CHILDREN_OPEN
    Loop.objects.filter(pk=loop).update(closed_at=timezone.now(), stage="closed", end_reason="done")
    do(cast, "street", "project.progress", project=project, on=str(today() - timedelta(days=1)), percent="90", invested="900")
    assert "90%" in refused(lambda: do(cast, "hq", "project.state", **done)).rule.zh
    do(cast, "street", "project.progress", project=project, on=str(today()), percent="100", invested="1000")
    assert do(cast, "hq", "project.state", **done)["state"] == "completed"


def test_a_project_without_a_paired_leader_is_a_gap_until_one_who_holds_the_post_is_named(cast: Cast) -> None:
    project = added(cast)
    found = lambda who: [(g.missing, g.why, g.name) for g in gaps(cast.as_(who), today()).rows if (g.what, g.id) == ("project", project)]  # noqa: E731
    assert found("hq") == found("street") == [("paired", "never", "食品园二期")]
    assert found("next_street") == []
    page = signed_in(cast, "hq").get(reverse("gaps"), {"missing": "paired"}).content.decode()
    assert reverse("project", args=[project]) in page
    assert reverse("project_change", args=[project]) in page
    assert "重大项目" in page
    held = Post.objects.get(holdings__account=cast.accounts["leader"])
    Project.objects.filter(pk=project).update(leader_post=held)
    assert found("hq") == []
    cast.act("security", "account.disable", account=cast.accounts["leader"].pk)
    assert found("hq")[0][1] == "vacant"
    Project.objects.filter(pk=project).update(state="dropped")
    assert found("hq") == []


def test_a_visit_takes_photos_and_hands_its_obstacle_out_at_once(cast: Cast) -> None:
    project = added(cast)
    picture = take_in(cast.as_("leader"), new_id(), "现场.png", "image/png", PNG).result["file"]
    found = [{"topic": "land", "title": "临时用地未批"}]
    given = {"project": project, "at": timezone.now().isoformat(), "seen": "基坑已开挖", "photos": [picture]}
    made = do(cast, "leader", "project.visit", **given, obstacles=found)
    loop = Loop.objects.get(pk=made["obstacles"][0])
    assert (loop.kind, loop.owner_unit_id, loop.origin_ref) == ("obstacle", cast.units["east_street"].pk, project)
    url = reverse("photo", args=["site_visit", made["visit"], picture])
    assert signed_in(cast, "street").get(url).status_code == 200
    assert signed_in(cast, "next_street").get(url).status_code == 404
    assert url in signed_in(cast, "leader").get(reverse("project", args=[project])).content.decode()
    wrong = refused(lambda: do(cast, "leader", "project.visit", **given, obstacles=[{"topic": "weather", "title": "下雨"}]))
    assert wrong.reason is Reason.INVALID_VALUE
    assert SiteVisit.objects.count() == 1  # all or nothing
