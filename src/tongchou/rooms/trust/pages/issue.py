"""Issuing: for one person out of a decision, for a cohort out of a table, and renewing out of a new decision."""

from __future__ import annotations

import uuid
from typing import Any

from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse

from tongchou.kernel.errors import Reason, Refusal
from tongchou.kernel.text import Text
from tongchou.rooms.plans.models import Decision
from tongchou.rooms.plans.onrecord import orderable
from tongchou.rooms.plans.questions import decision_in_reach
from tongchou.rooms.plans.store import pack_of, versions_in_force
from tongchou.rooms.trust.orders import allowed, order_in_reach
from tongchou.rooms.trust.pages.orders import TITLE, today
from tongchou.rooms.trust.questions import name_of
from tongchou.rooms.trust.words import LAWS
from tongchou.web.fieldparts import FieldParts
from tongchou.web.pages.choices import area_choices
from tongchou.web.pages.forms import Draft, done, form_page
from tongchou.web.pages.requests import actor_of, do, integer
from tongchou.web.permission import page

_BASIS = Text("法律依据", "Legal basis")
_BASIS_HELP = Text("法律条款和本地文件的文号。", "The article of the law, and the number of the local paper.")


def law_of(decision: Decision) -> str:
    """The legal basis as it is proposed: the law, and the papers that the decision rests on. The officer completes it."""
    pack = pack_of(decision.pack_version)
    found = {r["source"] for r in decision.explanation.content["reasons"] if r["source"]}
    papers = [
        f"《{pack.documents[k].title.zh}》{pack.documents[k].number}" for k in sorted(found) if k in pack.documents
    ]
    return "；".join([LAWS["infectious"].zh, *papers])[:400]


@page("order_issue", "orders/issue", "restriction.issue")
def order_issue(request: HttpRequest) -> HttpResponse:
    """Issue what a decision allows (?decision=)."""
    actor = actor_of(request)
    try:
        key = uuid.UUID(request.GET.get("decision") or request.POST.get("decision", ""))
    except ValueError:
        return render(request, "trust/issue_how.html", {"title": Text("下达管控措施", "Issue an order")})
    decision = decision_in_reach(actor, key, "restriction.issue")
    content = decision.explanation.content
    allows = allowed(content, today())
    last = str(allows.ends_on) if allows else ""

    def fields(d: Draft) -> list[FieldParts]:
        told = Text(
            "每行一条。在册事实自动列为依据；人工填写事实的判定，须另写材料。",
            "One a line. Facts on record are named by themselves; facts typed by hand need papers.",
        )
        until = Text(
            "方案规定最后一日为 {d}，可以提前，不能延后。",
            "The rule's last day is {d}: earlier is possible, later is not.",
        ).with_(d=last)
        return [
            FieldParts("decision", Text("判定", "Decision"), "hidden", str(key)),
            d.field("legal_basis", _BASIS, "textarea", rows=3, required=True, maxlength=400, help=_BASIS_HELP),
            d.field("evidence", Text("依据材料", "Evidence"), "textarea", rows=3, help=told),
            d.field("until", Text("最后一日", "Last day"), "date", help=until),
        ]

    def send() -> HttpResponse:
        lines = [x for x in request.POST.get("evidence", "").splitlines() if x.strip()]
        payload = {
            "decision": str(key),
            "legal_basis": request.POST.get("legal_basis", ""),
            "evidence": lines,
            "until": request.POST.get("until") or None,
        }
        result = do(request, "restriction.issue", payload).result
        said = Text("已下达，自动到期解除。", "Issued; it ends by itself.")
        if result["state"] == "pending":
            said = Text(
                "已提交，另一单位确认后生效。", "Handed in: it binds when another organisation has confirmed it."
            )
        return done(request, reverse("order", args=[result["order"]]), said)

    outcome = Text.from_dict(content["outcome_title"])
    person = decision.person
    assert person is not None
    subtitle = Text("{n}：{o}", "{n}: {o}").with_(n=name_of(person, masked=True), o=outcome)
    back = reverse("plan_decision", args=[key])
    crumbs = [
        {"url": reverse("orders"), "label": TITLE},
        {"url": back, "label": Text("判定", "Decision")},
        {"url": "", "label": Text("下达", "Issue")},
    ]
    return form_page(
        request, fields, send, title=Text("下达管控措施", "Issue an order"), subtitle=subtitle, button=Text("下达", "Issue"), back=back,
        breadcrumbs=crumbs, on_record={"legal_basis": law_of(decision), "until": last},
    )  # fmt: skip


@page("order_renew", "orders/<uuid:order>/renew", "restriction.issue", methods=("POST",))
def order_renew(request: HttpRequest, order: uuid.UUID) -> HttpResponse:
    """Decide again from the record and go on where the rule says so; refused otherwise."""
    row = order_in_reach(actor_of(request), "restriction.issue", order)
    decided = do_next(request, row)
    payload = {
        "order": str(order),
        "decision": decided,
        "legal_basis": request.POST.get("legal_basis") or row.legal_basis,
    }
    result = do(request, "restriction.renew", payload).result
    return done(
        request,
        reverse("order", args=[result["order"]]),
        Text("已按新的判定续期至 {d}。", "Renewed to {d} by a new decision.").with_(d=result["until"]),
    )


def do_next(request: HttpRequest, row: Any) -> str:
    """A fresh decision about the person, under an id of its own that follows from the form's: a second click makes no second one."""
    from tongchou.record.act import act
    from tongchou.web.pages.requests import client_id

    key = uuid.uuid5(client_id(request), "decide")
    payload = {"person": str(row.person_id), "pack": row.pack, "table": row.table}
    return str(act("plan.decide", actor_of(request), key, payload).result["decision"])


def table_choices() -> list[tuple[str, Any]]:
    """pack/table of every pack in force that the record can fill, the district's own first."""
    found = []
    for name, version in sorted(versions_in_force(today()).items(), key=lambda kv: (kv[1].origin == "shipped", kv[0])):
        tables = pack_of(version).tables
        title = Text.from_dict(version.title)
        found += [
            (f"{name}/{key}", Text("{p} · {t}", "{p} · {t}").with_(p=title, t=table.title))
            for key, table in tables.items()
            if orderable(table)
        ]
    return found


def chosen_table(request: HttpRequest) -> tuple[str, str]:
    pack, _, table = request.POST.get("table", "").partition("/")
    if not table:
        raise Refusal(Reason.MISSING_VALUE, Text("请选择判定表。", "Choose a table."), field="table")
    return pack, table


_MODES = [
    ("try", Text("先试算：只看人数，不下达", "Try: count only, nothing is issued")),
    ("issue", Text("正式下达", "Issue")),
]


@page("order_batch", "orders/batch", "restriction.issue")
def order_batch(request: HttpRequest) -> HttpResponse:
    """Issue orders for everybody on record whom a table restricts; a list only narrows it down."""
    actor = actor_of(request)
    people = [p for p in request.POST.get("people", "").split() if p]

    def fields(d: Draft) -> list[FieldParts]:
        told = Text(
            "试算后再下达。超过 20 人的，须另一单位确认后生效。",
            "Try first. More than 20 people bind only when another organisation has confirmed.",
        )
        shown = [
            d.field("title", Text("名称", "Title"), required=True, maxlength=120),
            d.field("table", Text("判定表", "Table"), "select", choices=table_choices(), required=True),
            d.field(
                "area",
                Text("范围", "Area"),
                "select",
                choices=area_choices(actor, "restriction.issue", ("district", "street", "community")),
                required=True,
            ),
            d.field("legal_basis", _BASIS, "textarea", rows=2, required=True, maxlength=400, help=_BASIS_HELP),
            d.field("mode", Text("方式", "What to do"), "radio", choices=_MODES, required=True, help=told),
        ]
        if people:
            shown.append(FieldParts("people", Text("名单", "List"), "hidden", " ".join(people)))
        return shown

    def send() -> HttpResponse:
        pack, table = chosen_table(request)
        payload: dict[str, Any] = {
            "title": request.POST.get("title", ""), "pack": pack, "table": table, "area": integer(request, "area"), "people": people or None,
            "legal_basis": request.POST.get("legal_basis", ""),
        }  # fmt: skip
        payload["trial"] = request.POST.get("mode") != "issue"
        run = do(request, "restriction.batch_queue", payload).result["run"]
        return HttpResponseRedirect(reverse("order_run", args=[run]))

    title = Text("成批下达", "Issue orders for a cohort")
    crumbs = [{"url": reverse("orders"), "label": TITLE}, {"url": "", "label": title}]
    note = Text(
        "按在册事实逐人判定；名单本身不是依据，没有在册事实的人不会被管控。",
        "Everybody is decided by facts on record. A list is no ground: who has none is not restricted.",
    )
    return form_page(
        request, fields, send, title=title, button=Text("继续", "Go on"), back=reverse("orders"), breadcrumbs=crumbs, note=note, on_record={"mode": "try"},
    )  # fmt: skip

