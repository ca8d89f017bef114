"""Verbs of projects: add, change, parts, progress, the state, visits, obstacles."""

from __future__ import annotations

import uuid
from datetime import date, timedelta
from decimal import Decimal
from typing import Any, Literal

from pydantic import AwareDatetime, Field

from tongchou.kernel.clock import SHANGHAI
from tongchou.kernel.errors import Reason, Refusal
from tongchou.kernel.ids import new_id
from tongchou.kernel.text import Text
from tongchou.record.act import Context, Payload, explain_constraint, verb
from tongchou.record.actions.open_loops import OpenIn, open_one
from tongchou.record.models import Loop, Post, Unit
from tongchou.record.photos import MOST, check_photos
from tongchou.record.territory.reach import area_in_reach, missing, unit_in_reach
from tongchou.rooms.projects.lateness import RUNNING, settle, settle_rows
from tongchou.rooms.projects.models import Part, Progress, Project, SiteVisit
from tongchou.rooms.projects.reach import MANAGE, REPORT, VIEW, project_in_reach

VISIT = "project.visit"
OLDEST = timedelta(days=14)
Money = Field(ge=0, max_digits=14, decimal_places=2)

for _name, _rule, _remedy in (
    ("project_name_once", Text("该单位已有同名项目。", "The unit leads a project of this name already."), Text("请核对后改名。", "Check, and choose another name.")),
    ("part_title_once", Text("该项目已有同名环节。", "The project has a part of this title already."), Text("请改名。", "Choose another title.")),
    ("progress_once_a_day", Text("该日进度已报送。", "That day's progress is on record."), Text("请报送其他日期。", "Report another day.")),
):  # fmt: skip
    explain_constraint(_name, Reason.DUPLICATE, _rule, _remedy)


class AddIn(Payload):
    """invest, invest_year: 10,000 yuan. leader_post: the paired leader's post."""

    name: str = Field(min_length=2, max_length=160)
    kind: Project.Kind
    area: int
    lead_unit: int
    owner_unit: int | None = None
    leader_post: int | None = None
    invest: Decimal = Money
    invest_year: Decimal | None = Field(None, ge=0, max_digits=14, decimal_places=2)
    content: str = Field("", max_length=5_000)
    start_planned: date | None = None
    finish_planned: date | None = None


class ChangeIn(AddIn):
    project: uuid.UUID
    seen_version: int


class PartIn(Payload):
    project: uuid.UUID
    kind: Part.Kind
    title: str = Field(min_length=2, max_length=120)
    unit: int
    planned_from: date
    planned_to: date
    required: bool = False


class PartDoneIn(Payload):
    """on: the day on which it was done; note: what shows it (a document's number, a certificate)."""

    part: int
    on: date
    note: str = Field(min_length=2, max_length=500)


class PartMoveIn(Payload):
    part: int
    planned_from: date
    planned_to: date
    reason: str = Field(min_length=2, max_length=500)


class PartDropIn(Payload):
    part: int
    reason: str = Field(min_length=2, max_length=500)


class ProgressIn(Payload):
    project: uuid.UUID
    on: date
    percent: Decimal = Field(ge=0, le=100, max_digits=5, decimal_places=2)
    invested: Decimal = Money
    workers: int | None = Field(None, ge=0, le=100_000)
    note: str = Field("", max_length=1_000)


class StateIn(Payload):
    project: uuid.UUID
    to: Literal["started", "suspended", "completed", "dropped", "preparing"]
    on: date
    reason: str = Field(min_length=2, max_length=500)


class FoundIn(Payload):
    """An obstacle that a visit found. owner_unit: who has to remove it; None: the unit that leads the project."""

    topic: str = Field(max_length=20)
    title: str = Field(min_length=2, max_length=200)
    detail: str = Field("", max_length=5_000)
    owner_unit: int | None = None
    blocking: bool = False
    due_at: AwareDatetime | None = None


class VisitIn(Payload):
    """obstacles: what the visit found; each becomes a loop at once. photos: own uploads."""

    project: uuid.UUID
    at: AwareDatetime
    seen: str = Field(min_length=2, max_length=5_000)
    photos: list[uuid.UUID] = Field(default_factory=list, max_length=MOST)
    obstacles: list[FoundIn] = Field(default_factory=list, max_length=5)


class ObstacleIn(FoundIn):
    """owner_unit: who has to remove it. blocking: the project cannot start before."""

    project: uuid.UUID
    owner_unit: int


@verb("project.add", MANAGE, Text("登记项目", "Add a project"))
def add(context: Context, given: AddIn) -> dict[str, Any]:
    row = Project(id=new_id(), state_since=_today(context), added_at=context.now, **content_of(context, given))
    row.save(force_insert=True)
    context.event("project_added", subject=f"project:{row.pk}", data={"name": row.name, "lead": row.lead_unit_id})
    return {"project": str(row.pk)}


@verb("project.change", MANAGE, Text("修改项目", "Change a project"))
def change(context: Context, given: ChangeIn) -> dict[str, Any]:
    row = project_in_reach(context.actor, MANAGE, given.project, lock=True)
    if row.version != given.seen_version:
        rule = Text("该项目已被他人修改。", "Somebody else has changed this project.")
        raise Refusal(Reason.CONFLICT, rule, remedy=Text("请刷新后重新修改。", "Reload and change it again."), field="seen_version")
    put(context, row, content_of(context, given))
    return {"project": str(row.pk), "version": row.version}


def put(context: Context, row: Project, content: dict[str, Any]) -> bool:
    """Bring a locked project up to date and record what was otherwise; False where nothing was."""
    changed = {k: [str(getattr(row, k)), str(v)] for k, v in content.items() if getattr(row, k) != v}
    if not changed:
        return False
    for name, value in content.items():
        setattr(row, name, value)
    row.version += 1
    row.save()
    context.event("project_changed", subject=f"project:{row.pk}", data=changed)
    return True


def content_of(context: Context, given: AddIn) -> dict[str, Any]:
    """The columns of a project. Raises a Refusal where the area, a unit or the leader's post is not to be had."""
    area = area_in_reach(context.actor, MANAGE, given.area)
    for name, key in (("lead_unit", given.lead_unit), ("owner_unit", given.owner_unit)):
        if key is not None and unit_in_reach(context.actor, MANAGE, key, name).active_to is not None:
            rule = Text("该单位已撤销。", "The unit has ended.")
            raise Refusal(Reason.INVALID_VALUE, rule, field=name, value=key)
    if given.leader_post is not None and not Post.objects.filter(pk=given.leader_post, role="leader", ended_on=None).exists():
        rule = Text("没有这个领导岗位。", "There is no such leader's post.")
        raise Refusal(Reason.NOT_FOUND, rule, field="leader_post", value=given.leader_post)
    _in_order(given.start_planned, given.finish_planned, "finish_planned")
    return given.model_dump(exclude={"area", "lead_unit", "owner_unit", "leader_post", "project", "seen_version"}) | {
        "area_id": area.pk, "lead_unit_id": given.lead_unit, "owner_unit_id": given.owner_unit, "leader_post_id": given.leader_post,
    }  # fmt: skip


def _in_order(first: date | None, last: date | None, field: str) -> None:
    if first is not None and last is not None and last < first:
        rule = Text("结束日期不得早于开始日期。", "The end lies before the beginning.")
        raise Refusal(Reason.IMPOSSIBLE_DATE, rule, field=field, value=last.isoformat())


def _today(context: Context) -> date:
    return context.now.astimezone(SHANGHAI).date()


def _past(context: Context, day: date) -> None:
    if day > _today(context):
        rule = Text("日期不能在将来。", "The day lies in the future.")
        raise Refusal(Reason.IMPOSSIBLE_DATE, rule, field="on", value=day.isoformat())


@verb("project.part", MANAGE, Text("增加环节", "Add a part"))
def add_part(context: Context, given: PartIn) -> dict[str, Any]:
    """Add a preliminary step or a milestone with the unit that answers for it."""
    project = _open(project_in_reach(context.actor, MANAGE, given.project, lock=True))
    _in_order(given.planned_from, given.planned_to, "planned_to")
    if not Unit.objects.filter(pk=given.unit, active_to=None).exists():
        rule = Text("没有这个在册单位。", "There is no such active unit.")
        raise Refusal(Reason.NOT_FOUND, rule, remedy=Text("请从清单中选择。", "Choose from the list."), field="unit", value=given.unit)
    values = given.model_dump(exclude={"project", "unit"})
    row = Part.objects.create(project=project, unit_id=given.unit, first_planned_to=given.planned_to, **values)
    context.event("part_added", subject=f"project:{project.pk}", data={"part": row.pk, "title": row.title})
    return {"part": row.pk}


def _part(context: Context, permission: str, key: int) -> Part:
    """A part that is not done yet, of a project in reach."""
    row = Part.objects.select_for_update(of=("self",)).select_related("project", "late_loop").filter(pk=key, cancelled_at=None).first()
    if row is None:
        raise missing(Text("没有找到这个环节。", "There is no such part."), "part", key)
    project_in_reach(context.actor, permission, row.project_id)
    if row.done_on is not None:
        rule = Text("“{title}”已完成。", "“{title}” is done.").with_(title=row.title)
        raise Refusal(Reason.CONFLICT, rule, field="part", value=row.pk)
    _open(row.project)
    return row


def _open(project: Project) -> Project:
    if project.state in (Project.State.COMPLETED, Project.State.DROPPED):
        rule = Text("项目已竣工或已取消。", "The project is completed or dropped.")
        raise Refusal(Reason.CONFLICT, rule, field="project", value=str(project.pk))
    return project


@verb("project.part_done", REPORT, Text("环节完成", "A part is done"))
def part_done(context: Context, given: PartDoneIn) -> dict[str, Any]:
    row = _part(context, REPORT, given.part)
    _past(context, given.on)
    row.done_on, row.done_note = given.on, given.note
    row.save(update_fields=["done_on", "done_note"])
    settle_rows(context, [row], Text("已于{on}完成：{note}", "Done on {on}: {note}").with_(on=given.on, note=given.note))
    context.event("part_done", subject=f"project:{row.project_id}", note=given.note, data={"part": row.pk, "on": given.on.isoformat()})
    return {"part": row.pk}


@verb("project.part_move", MANAGE, Text("调整计划", "Reschedule a part"))
def part_move(context: Context, given: PartMoveIn) -> dict[str, Any]:
    """Change the planned days; the end as planned at first stays on record."""
    row = _part(context, MANAGE, given.part)
    _in_order(given.planned_from, given.planned_to, "planned_to")
    before = [row.planned_from.isoformat(), row.planned_to.isoformat()]
    row.planned_from, row.planned_to = given.planned_from, given.planned_to
    row.save(update_fields=["planned_from", "planned_to"])
    if row.planned_to != row.late_for:
        settle_rows(context, [row], Text("计划完成日调整为{on}：{why}", "Now planned for {on}: {why}").with_(on=row.planned_to, why=given.reason))
    context.event("part_moved", subject=f"project:{row.project_id}", note=given.reason, data={"part": row.pk, "before": before})
    return {"part": row.pk}


@verb("project.part_drop", MANAGE, Text("取消环节", "Take a part out"))
def part_drop(context: Context, given: PartDropIn) -> dict[str, Any]:
    row = _part(context, MANAGE, given.part)
    row.cancelled_at = context.now
    row.save(update_fields=["cancelled_at"])
    settle_rows(context, [row], Text("环节已取消：{why}", "The part is cancelled: {why}").with_(why=given.reason))
    context.event("part_dropped", subject=f"project:{row.project_id}", note=given.reason, data={"part": row.pk})
    return {"part": row.pk}


@verb("project.progress", REPORT, Text("报送进度", "Report progress"))
def report(context: Context, given: ProgressIn) -> dict[str, Any]:
    """Report a day's state. What lies below the report before it needs a reason."""
    project = _open(project_in_reach(context.actor, REPORT, given.project, lock=True))
    _past(context, given.on)
    if project.state == Project.State.PREPARING:
        rule = Text("项目尚未开工，没有建设进度。", "The project has not started: there is no progress yet.")
        raise Refusal(Reason.WRONG_STAGE, rule, remedy=Text("请先登记开工。", "Record the start first."), field="project")
    last = project.progress.filter(on__lt=given.on).order_by("-on").first()
    for name in ("percent", "invested"):
        if last is not None and getattr(given, name) < getattr(last, name) and not given.note:
            rule = Text("比 {on} 报送的 {n} 低，须说明原因。", "This is below the {n} reported for {on}: say why.").with_(on=last.on, n=getattr(last, name))
            raise Refusal(Reason.INVALID_VALUE, rule, remedy=Text("请填写说明，或更正数值。", "Give a note, or correct it."), field=name, value=getattr(given, name))
    assert context.actor.account_id is not None
    Progress.objects.create(project=project, account_id=context.actor.account_id, recorded_at=context.now, **given.model_dump(exclude={"project"}))
    context.event("progress", subject=f"project:{project.pk}", note=given.note, data=given.model_dump(mode="json", include={"on", "percent", "invested"}))
    return {"project": str(project.pk), "on": given.on.isoformat()}


_MOVES = {
    "preparing": {"started", "dropped"},
    "started": {"suspended", "completed"},
    "suspended": {"started", "dropped"},
    "dropped": {"preparing"},
    "completed": set(),
}  # fmt: skip


@verb("project.state", MANAGE, Text("变更项目状态", "Change a project's state"))
def set_state(context: Context, given: StateIn) -> dict[str, Any]:
    """Start, suspend, complete, drop, take up again. It starts only when what is required is done and nothing blocks it, and is completed when all is."""
    project = project_in_reach(context.actor, MANAGE, given.project, lock=True)
    _past(context, given.on)
    if given.to not in _MOVES[project.state]:
        rule = Text("项目现在的状态不能这样变更。", "That does not follow on the present state.")
        raise Refusal(Reason.WRONG_STAGE, rule, field="to", value=given.to)
    if given.on < project.state_since:
        rule = Text("不得早于上次变更（{on}）。", "It lies before the last change ({on}).").with_(on=project.state_since)
        raise Refusal(Reason.IMPOSSIBLE_DATE, rule, field="on", value=given.on.isoformat())
    if given.to == "started" and project.state == "preparing":
        lacking = not_ready(project)
        if lacking:
            rule = Text("尚不具备开工条件：{all}。", "It is not ready to start: {all}.").with_(all=Text.listed(lacking))
            raise Refusal(Reason.CHILDREN_OPEN, rule, remedy=Text("请先完成这些环节、消除障碍。", "Do these first."), field="to")
    if given.to == "completed":
        _finished(project)
    before, project.state, project.state_since, project.state_reason = project.state, given.to, given.on, given.reason
    project.version += 1
    project.save()
    if given.to not in RUNNING:
        settle(context, Part.objects.filter(project=project), Text("项目状态变更：{why}", "The state of the project changed: {why}").with_(why=given.reason))
    context.event("project_state", subject=f"project:{project.pk}", from_stage=before, to_stage=given.to, note=given.reason)
    return {"project": str(project.pk), "state": project.state}


def _finished(project: Project) -> None:
    """Refuse what is not finished: parts that were not done and not taken out, obstacles that are open, less than all of the work."""
    parts = project.parts.filter(done_on=None, cancelled_at=None).order_by("planned_to").values_list("title", flat=True)
    obstacles = Loop.objects.filter(kind="obstacle", origin="project", origin_ref=str(project.pk), closed_at=None).order_by("opened_at")
    lacking = [*parts, *obstacles.values_list("title", flat=True)]
    if lacking:
        rule = Text("还有没有完成的：{all}。", "This is not finished: {all}.").with_(all=Text.listed(lacking))
        remedy = Text("请先登记完成或取消这些环节，消除障碍。", "Record these parts as done or take them out, and clear the obstacles.")
        raise Refusal(Reason.CHILDREN_OPEN, rule, remedy=remedy, field="to")
    last = project.progress.order_by("-on").first()
    if last is not None and last.percent < 100:
        rule = Text("最近报送的进度是 {p}%。", "The last report says {p}%.").with_(p=f"{float(last.percent):g}")
        raise Refusal(Reason.CONFLICT, rule, remedy=Text("请先报送 100% 的进度。", "Report 100% first."), field="to", value=str(last.percent))


def not_ready(project: Project) -> list[str]:
    """What still keeps a project from starting: required parts that are not done, obstacles that block and are open."""
    parts = project.parts.filter(required=True, done_on=None, cancelled_at=None).order_by("planned_to").values_list("title", flat=True)
    obstacles = Loop.objects.filter(kind="obstacle", origin="project", origin_ref=str(project.pk), closed_at=None, data__blocking=True)
    return [*parts, *obstacles.order_by("opened_at").values_list("title", flat=True)]


@verb("project.visit", VISIT, Text("登记项目走访", "Record a visit to a project"))
def visit(context: Context, given: VisitIn) -> dict[str, Any]:
    project = project_in_reach(context.actor, VISIT, given.project)
    if given.at > context.now or given.at < context.now - OLDEST:
        rule = Text("走访时间应在过去 {n} 天之内。", "A visit lies within the last {n} {n|day|days}.").with_(n=OLDEST.days)
        raise Refusal(Reason.IMPOSSIBLE_DATE, rule, field="at", value=given.at.isoformat())
    check_photos(context.actor, given.photos)
    assert context.actor.account_id is not None
    row = SiteVisit(
        id=new_id(), project=project, account_id=context.actor.account_id, at=given.at, seen=given.seen, photos=given.photos, recorded_at=context.now,
    )  # fmt: skip
    row.save(force_insert=True)
    context.event("project_visit", subject=f"project:{project.pk}", data={"visit": str(row.pk), "photos": len(row.photos)})
    return {"visit": str(row.pk), "obstacles": [_hand_out(context, project, found) for found in given.obstacles]}


@verb("project.obstacle", VIEW, Text("提出项目障碍", "Raise an obstacle"))
def obstacle(context: Context, given: ObstacleIn) -> dict[str, Any]:
    """Hand an obstacle to the unit that has to remove it; who raised it confirms that it is gone."""
    return {"loop": _hand_out(context, project_in_reach(context.actor, VIEW, given.project), given)}


def _hand_out(context: Context, project: Project, found: FoundIn) -> str:
    _open(project)
    context.grants = context.actor.require("loop.open")
    wanted = found.model_dump(include={"title", "detail", "owner_unit", "due_at"}) | {
        "kind": "obstacle", "data": {"topic": found.topic, "blocking": found.blocking}, "area": project.area_id,
        "origin": "project", "origin_ref": str(project.pk), "urgent": found.blocking, "owner_unit": found.owner_unit or project.lead_unit_id,
    }  # fmt: skip
    return str(open_one(context, OpenIn.model_validate(wanted))["loop"])
