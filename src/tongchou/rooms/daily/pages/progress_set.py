"""Normal times that an enterprise states, and what is aimed at."""

from __future__ import annotations

from typing import Any

from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import reverse

from tongchou.kernel.clock import parse_date
from tongchou.kernel.industry_names import SECTIONS
from tongchou.kernel.text import Text
from tongchou.rooms.daily.models import Baseline, Target
from tongchou.rooms.daily.numbers import local_day
from tongchou.rooms.daily.pages.own import TITLE as OWN_TITLE
from tongchou.rooms.daily.pages.progress import TITLE
from tongchou.rooms.daily.reach import MANAGE, REPORT, enterprise_in_reach, own_enterprises
from tongchou.web.fieldparts import FieldParts
from tongchou.web.pages.choices import area_choices
from tongchou.web.pages.forms import Draft, done, form_page
from tongchou.web.pages.requests import actor_of, do, given, integer, now
from tongchou.web.permission import page


@page("progress_baseline", "daily/progress/normal", REPORT)
def progress_baseline(request: HttpRequest) -> HttpResponse:
    """An enterprise says what normal times are for it."""
    actor = actor_of(request)
    own, key = own_enterprises(actor), integer(request, "unit")
    unit = enterprise_in_reach(actor, REPORT, key) if key else own[0] if own else None
    if unit is None:
        return HttpResponseRedirect(reverse("daily"))
    held = Baseline.objects.filter(unit=unit).order_by("-from_date").first()

    def fields(d: Draft) -> list[FieldParts]:
        return [
            d.field("unit", Text("企业", "Enterprise"), "hidden"),
            d.field("from_date", Text("自何日起", "From"), "date", required=True),
            d.field("staff", Text("正常员工数", "Staff in normal times"), "integer"),
            d.field("output", Text("正常日产值", "Output of a normal day"), "number", unit=Text("万元", "10,000 yuan")),
            d.field(
                "source",
                Text("依据", "Where from"),
                required=True,
                maxlength=200,
                help=Text("如：去年四季度日均。", "Such as: mean of the last quarter."),
            ),
        ]

    def send() -> HttpResponse:
        do(request, "progress.baseline", {"unit": unit.pk, **given(request, "from_date", "staff", "output", "source")})
        return done(request, reverse("daily"), Text("已登记正常水平。", "Normal times are recorded."))

    title = Text("正常水平", "Normal times")
    on_record = {
        "unit": unit.pk,
        "from_date": local_day(now()),
        "staff": held.staff if held else "",
        "output": held.output if held else "",
    }
    return form_page(
        request, fields, send, title=title, subtitle=unit.name, button=Text("登记", "Record"), back=reverse("daily"), on_record=on_record,
        breadcrumbs=[{"url": reverse("daily"), "label": OWN_TITLE}, {"url": "", "label": title}],
    )  # fmt: skip


@page("progress_target", "daily/progress/target", MANAGE)
def progress_target(request: HttpRequest) -> HttpResponse:
    """What an area, or a section of industry in it, aims at by the end of a month; what is aimed at now is filled in."""
    actor, held = actor_of(request), _held(request)

    def fields(d: Draft) -> list[FieldParts]:
        sections = [("", Text("全部行业", "All")), *((k, Text(f"{k} {n.zh}", f"{k} {n.en}")) for k, n in SECTIONS.items())]
        return [
            d.field("area", Text("区域", "Area"), "select", choices=area_choices(actor, MANAGE, ("district", "street")), required=True),
            d.field("section", Text("行业门类", "Section of industry"), "select", choices=sections),
            d.field("month", Text("月份（任一天）", "Month, any day of it"), "date", required=True),
            d.field("returned", Text("月底返岗率", "Returned by its end"), "number", unit=Text("%", "%"), help=_WITHDRAWN if held else ""),
            d.field("output", Text("月底产值率", "Output by its end"), "number", unit=Text("%", "%")),
        ]  # fmt: skip

    def send() -> HttpResponse:
        month = parse_date(request.POST.get("month", ""), "month")
        payload = {"area": integer(request, "area") or 0, "month": str(month), **given(request, "section", "returned", "output")}
        left = do(request, "progress.target", payload).result["aimed"]
        said = Text("目标已保存。", "The target is saved.") if left else Text("目标已取消。", "The target is withdrawn.")
        return done(request, reverse("progress"), said)

    title = Text("修改目标", "Change a target") if held else Text("设定目标", "Set a target")
    on_record: dict[str, Any] = {"month": local_day(now())}
    if held is not None:
        on_record = {"area": held.area_id, "section": held.section, "month": held.month, "returned": held.returned, "output": held.output}
    return form_page(
        request, fields, send, title=title, button=Text("保存", "Save"), back=reverse("progress"), on_record=on_record,
        breadcrumbs=[{"url": reverse("progress"), "label": TITLE}, {"url": "", "label": title}],
    )  # fmt: skip


_WITHDRAWN = Text("两项都清空即取消这个目标。", "With both of them empty the target is withdrawn.")


def _held(request: HttpRequest) -> Target | None:
    """The target that the link names, where the actor may change it."""
    area, typed = integer(request, "area"), request.GET.get("month", "")
    if request.method != "GET" or area is None or not typed:
        return None
    month = parse_date(typed, "month").replace(day=1)
    row = Target.objects.select_related("area").filter(area=area, section=request.GET.get("section", "")[:1], month=month).first()
    return row if row is not None and actor_of(request).sees_path(MANAGE, row.area.path) else None
