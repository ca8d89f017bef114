"""What is done with a project: progress, state, a visit, an obstacle."""

from __future__ import annotations

import uuid
from collections.abc import Callable
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.urls import reverse

from tongchou.kernel.clock import SHANGHAI
from tongchou.kernel.errors import Reason, Refusal
from tongchou.kernel.text import Text
from tongchou.record.loops.kinds import current_edition
from tongchou.rooms.projects.actions import VISIT
from tongchou.rooms.projects.models import Project
from tongchou.rooms.projects.pages.edit import _LEADING, _crumbs
from tongchou.rooms.projects.reach import MANAGE, REPORT, VIEW, project_in_reach
from tongchou.web.fieldparts import FieldParts
from tongchou.web.pages.choices import PLEASE, Choices, named_units
from tongchou.web.pages.forms import Draft, done, form_page
from tongchou.web.pages.requests import actor_of, do, integer, moment, now
from tongchou.web.pages.uploads import photo_field, photos_given
from tongchou.web.permission import page


def _form(
    request: HttpRequest, project: uuid.UUID, permission: str, title: Text, button: Text,
    fields: Callable[[Draft, Project], list[FieldParts]], send: Callable[[], Text], on_record: dict[str, Any] | None = None,
    template: str = "pages/form.html",
) -> HttpResponse:  # fmt: skip
    """A form about one project, which leads back to it."""
    row, back = project_in_reach(actor_of(request), permission, project), reverse("project", args=[project])

    def go() -> HttpResponse:
        return done(request, back, send())

    return form_page(
        request, lambda d: fields(d, row), go, title=title, subtitle=row.name, button=button, back=back,
        breadcrumbs=_crumbs(project, row.name, title), on_record=on_record, template=template,
    )  # fmt: skip


def _today() -> str:
    return now().astimezone(SHANGHAI).date().isoformat()


@page("project_report", "projects/<uuid:project>/report", REPORT)
def project_report(request: HttpRequest, project: uuid.UUID) -> HttpResponse:
    """Report a day's progress; the last report is filled in."""

    def fields(d: Draft, row: Project) -> list[FieldParts]:
        last = row.progress.order_by("-on").first()
        if last is not None:
            d.on_record = {"percent": last.percent, "invested": last.invested, "workers": last.workers or "", **d.on_record}
        return [
            d.field("on", Text("日期", "Day"), "date", required=True),
            d.field("percent", Text("总体进度", "Progress of the whole"), "number", unit="%", required=True),
            d.field("invested", Text("累计完成投资", "Spent so far"), "number", unit=Text("万元", "10,000 yuan"), required=True),
            d.field("workers", Text("在场人数", "People at work"), "integer", unit=Text("人", "persons")),
            d.field("note", Text("说明", "Note"), "textarea", maxlength=1000),
        ]

    def send() -> Text:
        given = {n: v for n in ("on", "percent", "invested", "note") if (v := request.POST.get(n, "").strip())}
        workers = integer(request, "workers")
        do(request, "project.progress", {"project": str(project), **given} | ({} if workers is None else {"workers": workers}))
        return Text("已报送。", "Reported.")

    return _form(request, project, REPORT, Text("报送进度", "Report progress"), Text("报送", "Report"), fields, send, {"on": _today()})


@page("project_state", "projects/<uuid:project>/state", MANAGE)
def project_state(request: HttpRequest, project: uuid.UUID) -> HttpResponse:
    """Start, suspend, complete, drop, take up again."""
    names: dict[str, dict[str, Text]] = {
        "preparing": {"started": Text("开工", "Start"), "dropped": Text("取消", "Drop")},
        "started": {"suspended": Text("停工", "Suspend"), "completed": Text("竣工", "Complete")},
        "suspended": {"started": Text("复工", "Take up again"), "dropped": Text("取消", "Drop")},
        "dropped": {"preparing": Text("恢复前期工作", "Prepare again")},
        "completed": {},
    }

    def fields(d: Draft, row: Project) -> list[FieldParts]:
        return [
            d.field("to", Text("变更为", "Change to"), "radio", choices=list(names[row.state].items()), required=True),
            d.field("on", Text("日期", "Day"), "date", required=True),
            d.field("reason", Text("依据或原因", "Why"), "textarea", required=True, maxlength=500),
        ]

    def send() -> Text:
        do(request, "project.state", {"project": str(project)} | {n: request.POST.get(n, "") for n in ("to", "on", "reason")})
        return Text("已变更。", "Changed.")

    return _form(request, project, MANAGE, Text("变更状态", "Change the state"), Text("变更", "Change"), fields, send, {"on": _today()})


@page("project_visit", "projects/<uuid:project>/visit", VISIT)
def project_visit(request: HttpRequest, project: uuid.UUID) -> HttpResponse:
    """Record a visit."""

    def fields(d: Draft, row: Project) -> list[FieldParts]:
        return [
            d.field("at", Text("走访时间", "When"), "datetime", required=True),
            photo_field(d),
            d.field("seen", Text("了解到的情况", "What was seen"), "textarea", required=True, maxlength=5000),
            d.field("topic", Text("发现的障碍：类别", "Obstacle found: topic"), "select", choices=_topics(),
                    help=Text("当场交办；没有障碍不填。", "Handed out at once; leave empty where there is none.")),
            d.field("title", Text("发现的障碍：一句话", "Obstacle found: in a sentence"), maxlength=200),
            d.field("owner_unit", Text("责任单位", "Who has to remove it"), "select", choices=_units(Text("项目牵头单位", "the unit that leads the project"))),
        ]  # fmt: skip

    def send() -> Text:
        at = moment(request, "at")
        if at is None:
            raise Refusal(Reason.MISSING_VALUE, Text("请填写走访时间。", "Say when."), field="at")
        payload = {"project": str(project), "at": at.isoformat(), "seen": request.POST.get("seen", ""), "obstacles": _found(request)}
        made = do(request, "project.visit", payload | {"photos": photos_given(request)}).result
        return Text("已登记走访，交办障碍 {n} 件。", "The visit is recorded; {n} {n|obstacle is|obstacles are} handed out.").with_(n=len(made["obstacles"]))

    at = now().astimezone(SHANGHAI).strftime("%Y-%m-%dT%H:%M")
    return _form(request, project, VISIT, Text("登记走访", "Record a visit"), Text("登记", "Record"), fields, send, {"at": at}, "pages/kept_form.html")


def _found(request: HttpRequest) -> list[dict[str, Any]]:
    """The obstacle that was filled in; a half of one is refused."""
    topic, title, unit = request.POST.get("topic", ""), request.POST.get("title", "").strip(), integer(request, "owner_unit")
    if bool(topic) != bool(title):
        rule = Text("障碍的类别和内容都要填写。", "An obstacle needs both a topic and a sentence.")
        raise Refusal(Reason.MISSING_VALUE, rule, field="title" if topic else "topic")
    return [{"topic": topic, "title": title, "owner_unit": unit}] if topic else []


def _topics() -> Choices:
    return [PLEASE, *next(f for f in current_edition("obstacle")[1].fields if f.key == "topic").choices]


def _units(nobody: Text) -> Choices:
    return named_units(_LEADING, nobody)


@page("project_obstacle", "projects/<uuid:project>/obstacles/new", VIEW)
def project_obstacle(request: HttpRequest, project: uuid.UUID) -> HttpResponse:
    """Raise an obstacle and hand it to the unit that has to remove it."""
    kind = current_edition("obstacle")[1]

    def fields(d: Draft, row: Project) -> list[FieldParts]:
        return [
            d.field("topic", Text("类别", "Topic"), "select", choices=_topics(), required=True),
            d.field("title", Text("障碍", "What holds it up"), required=True, maxlength=200),
            d.field("detail", Text("详细情况和要求", "Details, what is asked"), "textarea", maxlength=5000),
            d.field("owner_unit", Text("责任单位", "Who has to remove it"), "select", choices=_units(PLEASE[1]), required=True),
            d.field("blocking", Text("制约开工：未消除前不能开工", "The project cannot start before"), "checkbox"),
            d.field("due_at", Text("时限", "Due"), "datetime", help=Text("不填则为{n}。", "Empty: {n}.").with_(n=kind.limit.text) if kind.limit else ""),
        ]

    def send() -> Text:
        due = moment(request, "due_at")
        payload = {"project": str(project)} | {n: request.POST.get(n, "") for n in ("topic", "title", "detail")}
        payload |= {"owner_unit": integer(request, "owner_unit") or 0, "blocking": bool(request.POST.get("blocking"))}  # type: ignore[dict-item]
        do(request, "project.obstacle", payload | ({"due_at": due.isoformat()} if due else {}))
        return Text("已交办，由您确认消除后办结。", "Handed out; it closes when you confirm that it is gone.")

    return _form(request, project, VIEW, Text("提出障碍", "Raise an obstacle"), Text("交办", "Hand out"), fields, send)
