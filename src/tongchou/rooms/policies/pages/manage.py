"""For the headquarters: the terms of a policy, what holds for the whole district, and matching all enterprises."""

from __future__ import annotations

from typing import Any

from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import reverse

from tongchou.kernel.text import Text
from tongchou.record.models import Unit
from tongchou.rooms.policies.actions.facts import DECIDERS
from tongchou.rooms.policies.catalogue import bases, benefits, known_policy
from tongchou.rooms.policies.models import Fact
from tongchou.rooms.policies.pages.enterprise import answer_field, answer_value
from tongchou.rooms.policies.pages.words import crumbs, today_catalogue
from tongchou.rooms.policies.reach import MANAGE
from tongchou.rooms.policies.tasks import match_all
from tongchou.web.fieldparts import FieldParts
from tongchou.web.pages.choices import Choices
from tongchou.web.pages.forms import Draft, done, form_page
from tongchou.web.pages.requests import actor_of, do, integer
from tongchou.web.permission import page


@page("policy_match", "policies/match", MANAGE, methods=("POST",))
def policy_match(request: HttpRequest) -> HttpResponse:
    """Ask for a pass over all enterprises; the worker carries it out."""
    run = do(request, "policies.start", {}).result["run"]
    match_all.defer(run=run)
    return done(
        request,
        reverse("policies"),
        Text("已开始匹配全部企业，完成情况见本页。", "All enterprises are being matched; this page says how far."),
    )


@page("policy_terms", "policies/catalogue/<slug:policy>/terms", MANAGE)
def policy_terms(request: HttpRequest, policy: str) -> HttpResponse:
    """Who decides, papers, how the amount is worked out, what excludes what."""
    actor, found = actor_of(request), today_catalogue()
    standing, setting = known_policy(found, policy), found.settings[policy]
    rows = Unit.objects.filter(kind__in=DECIDERS, active_to=None).select_related("area").order_by("kind", "name_key")
    units: Choices = [
        ("", Text("指挥部办公室", "headquarters office")),
        *((u.pk, u.name) for u in rows if actor.sees_path(MANAGE, u.area.path)),
    ]

    def fields(d: Draft) -> list[FieldParts]:
        return [
            d.field("unit", Text("办理部门", "Decided by"), "select", choices=units),
            d.field("benefit", Text("方式", "Benefit"), "select", choices=list(benefits().items()), required=True),
            d.field(
                "base",
                Text("计算基数", "Base of the amount"),
                "select",
                choices=[("", Text("不计算，由部门填写", "none; the department enters it")), *bases().items()],
            ),
            d.field(
                "formula",
                Text("计算公式", "Formula"),
                maxlength=200,
                help=Text(
                    "可用 base 和政策表给出的数，如 base * months * share。",
                    "Of base and what the table gives, such as base * months * share.",
                ),
            ),
            d.field(
                "excludes",
                Text("互斥组", "Excludes"),
                maxlength=30,
                help=Text("同组政策只能享受一项，如 rent。", "Of one group an enterprise has one, such as rent."),
            ),
            d.field(
                "repeats",
                Text("可否重复申请", "May be repeated"),
                "select",
                choices=[("", Text("一次", "once")), ("month", Text("每月", "every month"))],
            ),
            d.field("papers", Text("所需材料（每行一项）", "Papers, one a line"), "textarea", maxlength=2000),
        ]

    def send() -> HttpResponse:
        given: dict[str, Any] = {
            k: request.POST.get(k, "").strip() for k in ("benefit", "base", "formula", "excludes", "repeats")
        }
        papers = [p.strip() for p in request.POST.get("papers", "").splitlines() if p.strip()]
        do(request, "policies.terms", {"policy": policy, "unit": integer(request, "unit"), "papers": papers} | given)
        return done(request, reverse("policy", args=[policy]), Text("已保存。", "Kept."))

    on_record = {k: getattr(setting, k) for k in ("unit", "benefit", "base", "formula", "excludes", "repeats")} | {
        "papers": "\n".join(p.zh for p in setting.papers)
    }
    title = Text("办理条件", "Terms")
    back = reverse("policy", args=[policy])
    return form_page(
        request,
        fields,
        send,
        title=title,
        subtitle=standing.table.title,
        button=Text("保存", "Keep"),
        back=back,
        on_record=on_record,
        breadcrumbs=crumbs((back, standing.table.title), ("", title)),
    )


@page("policy_common", "policies/common", MANAGE)
def policy_common(request: HttpRequest) -> HttpResponse:
    """Facts that are the same for every enterprise, such as last year's unemployment rate."""
    found, title = today_catalogue(), Text("全区通用的事实", "What holds for the whole district")
    held = {f.fact: f for f in Fact.objects.filter(unit=None, ended_at=None)}

    def fields(d: Draft) -> list[FieldParts]:
        fact = request.POST.get("fact") or request.GET.get("fact", "")
        chosen = [answer_field(d, found, fact, ())] if fact in found.asked else []
        choices: Choices = [(k, s.title) for k, s in sorted(found.asked.items())]
        source = d.field(
            "source",
            Text("依据", "Source"),
            required=True,
            maxlength=200,
            help=Text("文件名称、文号或数据来源。", "The paper or where the figure is from."),
        )
        return [
            d.field("fact", Text("事实", "Fact"), "select", choices=choices, required=True),
            *chosen,
            *([source] if chosen else []),
        ]

    def send() -> HttpResponse:
        fact = request.POST.get("fact", "")
        if fact not in request.POST or fact not in found.asked:
            return render_choice(request, fact)
        do(
            request,
            "policies.common",
            {"fact": fact, "value": answer_value(request, found, fact), "source": request.POST.get("source", "")},
        )
        return done(
            request,
            reverse("policy_common"),
            Text("已保存，五分钟内重新匹配。", "Kept; all are matched again within five minutes."),
        )

    note = "；".join(f"{found.fact_title(k).zh}：{f.value}（{f.source}）" for k, f in held.items()) or Text(
        "还没有通用的事实。", "None yet."
    )
    return form_page(
        request,
        fields,
        send,
        title=title,
        button=Text("下一步", "Go on"),
        back=reverse("policies"),
        note=note,
        breadcrumbs=crumbs(("", title)),
    )


def render_choice(request: HttpRequest, fact: str) -> HttpResponse:
    """The same form, now with the field of the fact that was chosen."""

    return HttpResponseRedirect(f"{reverse('policy_common')}?fact={fact}")
