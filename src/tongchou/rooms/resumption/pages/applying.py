"""Pages of the enterprise: start, fill in, submit, withdraw. Everything can be sent in parts and again."""

from __future__ import annotations

import uuid
from typing import Any

from django.core.files.uploadedfile import UploadedFile
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse

from tongchou.kernel.clock import SHANGHAI
from tongchou.kernel.errors import Reason, Refusal
from tongchou.kernel.ids import new_id
from tongchou.kernel.text import Text
from tongchou.record.access import Actor
from tongchou.record.files import take_in, too_large
from tongchou.record.models import Enterprise, Unit
from tongchou.record.territory.reach import reaches_unit
from tongchou.rooms.resumption.actions.applying import holding
from tongchou.rooms.resumption.models import Item
from tongchou.rooms.resumption.pages.application import crumbs, item_groups, record_words, seen, stand
from tongchou.rooms.resumption.pages.overview import own_enterprises
from tongchou.rooms.resumption.reach import APPLY
from tongchou.rooms.resumption.words import TITLE, named_way
from tongchou.web.fieldparts import FieldParts
from tongchou.web.pages.forms import Draft, done, form_page
from tongchou.web.pages.loops import KIND_PAGES
from tongchou.web.pages.requests import actor_of, do, now
from tongchou.web.permission import page

_NEW = Text("申请复工", "Apply to resume work")
KIND_PAGES["resumption_application"] = "resumption_new"


@page("resumption_new", "resumption/new", APPLY)
def resumption_new(request: HttpRequest) -> HttpResponse:
    """Choose the enterprise and, where the rule leaves a choice, whether it resumes on its signed commitment."""
    actor = actor_of(request)
    own = own_enterprises(actor, APPLY) if not actor.area_paths(APPLY) else []
    today = now().astimezone(SHANGHAI).date()

    def fields(d: Draft) -> list[FieldParts]:
        which = (
            d.field("unit", Text("企业", "Enterprise"), "select", choices=[(u.pk, u.name) for u in own], required=True) if own
            else d.field("enterprise", Text("企业", "Enterprise"), "search", required=True, maxlength=160, lookup=reverse("resumption_lookup"),
                         help=Text("输入名称或信用代码。", "Its name or code."))
        )  # fmt: skip
        return [
            which,
            d.field(
                "commitment",
                Text("签署承诺书，凭承诺复工（规定允许时）", "Resume on a signed commitment, where the rule allows it"),
                "checkbox",
            ),
        ]

    def send() -> HttpResponse:
        unit = request.POST.get("unit", "") if own else str(_chosen(request, actor).pk)
        payload = {"unit": int(unit) if unit.isdigit() else 0, "commitment": bool(request.POST.get("commitment"))}
        made = do(request, "resumption.start", payload).result
        return done(
            request,
            reverse("resumption_fill", args=[made["application"]]),
            Text(
                "已按现行规定列出材料，系统已有的已填好。",
                "Listed as the rule in force asks; what is on record is filled in.",
            ),
        )

    note = None
    if len(own) == 1:
        way = holding(own[0], today, commitment=False)
        note = Text("{name}：{title}。{why}", "{name}: {title}. {why}").with_(
            name=own[0].name, title=way.found.title, why=way.found.reason
        )
    return form_page(
        request, fields, send, title=_NEW, button=Text("开始填写", "Start"), back=reverse("resumption"), note=note,
        breadcrumbs=[{"url": reverse("resumption"), "label": TITLE}, {"url": "", "label": _NEW}],
    )  # fmt: skip


def _named(actor: Actor, typed: str) -> list[Unit]:
    plain = typed.strip()
    if len(plain) < 2:
        return []
    rows = Unit.objects.filter(kind="enterprise", active_to=None).select_related("area")
    exact = [u for u in rows.filter(code=plain.upper()) | rows.filter(name=plain) if reaches_unit(actor, APPLY, u)]
    return (
        exact[:10]
        or [u for u in rows.filter(name__icontains=plain).order_by("name")[:200] if reaches_unit(actor, APPLY, u)][:10]
    )


def _chosen(request: HttpRequest, actor: Actor) -> Unit:
    typed = request.POST.get("enterprise", "")
    found = _named(actor, typed)
    if len(found) == 1:
        return found[0]
    if found:
        rule, reason = Text("有多家相符，请填写全称。", "Several fit: give the full name."), Reason.CONFLICT
    else:
        rule, reason = Text("辖区内没有这家企业。", "No such enterprise in your area."), Reason.NOT_FOUND if typed.strip() else Reason.MISSING_VALUE
    raise Refusal(reason, rule, field="enterprise", value=typed[:60] or None)


@page("resumption_lookup", "resumption/lookup", APPLY, methods=("GET",))
def resumption_lookup(request: HttpRequest) -> HttpResponse:
    """Names of enterprises within reach for the field that is being typed in."""
    found = _named(actor_of(request), request.GET.get("enterprise", ""))
    return render(request, "components/options.html", {"options": [(u.name, u.area.name) for u in found]})


@page("resumption_fill", "resumption/<uuid:application>/fill", APPLY)
def resumption_fill(request: HttpRequest, application: uuid.UUID) -> HttpResponse:
    """The items one below the other. What was filled in is kept, whatever is still missing."""
    actor = actor_of(request)
    row = seen(actor, application, APPLY)
    asked = row.supplements.filter(answered_at=None).first()
    only = set(asked.items) if asked else None
    items = [i for i in row.items.order_by("n") if i.form != "record" and (only is None or i.key in only)]
    current: dict[str, Any] = {
        f"item_{i.key}": ("on" if i.number == 1 else "") if i.form == "tick" else f"{i.number:g}" if i.form == "number" and i.number is not None else i.text
        for i in items
    }  # fmt: skip

    def fields(d: Draft) -> list[FieldParts]:
        return [part for i in items for part in _fields(d, i)]

    def send() -> HttpResponse:
        given = [g for i in items if (g := _given(request, actor, i))]
        if given:
            do(request, "resumption.fill", {"application": str(row.pk), "items": given})
        left = [g["item"] for grp in item_groups(row) for g in grp["lines"] if not g["item"].is_given]
        said = (
            Text("已保存，还缺 {n} 项。", "Kept; {n} {n|is|are} still missing.").with_(n=len(left))
            if left
            else Text("已保存，材料齐了，可以提交。", "Kept; nothing is missing: you can submit.")
        )
        return done(request, reverse("resumption_application", args=[row.pk]), said)

    note = (
        Text("请补正：{what}", "Please complete: {what}").with_(what=asked.what)
        if asked
        else Text(
            "{way}：{why} 清单以外的不必提供；可以先填一部分。",
            "{way}: {why} Nothing beyond this list is needed; a part may be kept.",
        ).with_(way=named_way(row.basis.get("used", "")), why=Text.from_dict(row.basis["reason"]))
    )
    return form_page(
        request, fields, send, title=Text("填写材料", "Fill in"), button=Text("保存", "Keep"), back=reverse("resumption_application", args=[row.pk]),
        on_record=current | _register(row.unit), breadcrumbs=crumbs(row, Text("填写材料", "Fill in")), note=note, subtitle=row.unit.name,
    )  # fmt: skip


def _register(unit: Unit) -> dict[str, Any]:
    held = Enterprise.objects.filter(pk=unit.pk).first()
    return {"staff": held.staff if held else None}


def _fields(d: Draft, i: Item) -> list[FieldParts]:
    title, name = Text.from_dict(i.title), f"item_{i.key}"
    hints = [Text.from_dict(i.how)] if i.how else []
    words = record_words(i)
    hints += [words] if words else []
    if i.least is not None:
        hints.append(Text("不少于 {n}", "at least {n}").with_(n=f"{i.least:g}"))
    if i.files:
        hints.append(
            Text("已上传 {n} 份，重新上传即替换", "{n} uploaded; another upload takes their place").with_(
                n=len(i.files)
            )
        )
    hint: Text | str = (
        Text("；".join(h.zh.rstrip("。") for h in hints), "; ".join(h.en.rstrip(".") for h in hints)) if hints else ""
    )
    if i.form == "number":
        return [d.field(name, title, "number", help=hint, unit=Text.from_dict(i.unit) if i.unit else "")]
    if i.form == "tick":
        proof = Text("{t}：证明（照片或文件）", "{t}: what shows it, a photo or a file").with_(t=title)
        return [d.field(name, Text("{t}：已具备", "{t}: met").with_(t=title), "checkbox", help=hint), d.field(f"{name}_file", proof, "file", multiple=True)]
    if i.form in ("photo", "file"):
        return [d.field(name, title, i.form, help=hint, multiple=True)]
    label = (
        Text("{t}（签字：写明姓名和职务，或上传签字件）", "{t} (signature: name and post, or upload it signed)").with_(
            t=title
        )
        if i.form == "signature"
        else title
    )
    kind = "text" if i.form == "signature" else "textarea"
    return [
        d.field(name, label, kind, help=hint, maxlength=20_000, rows=3),
        d.field(f"{name}_file", Text("{t}：附件", "{t}: file").with_(t=title), "file", multiple=True),
    ]


def _given(request: HttpRequest, actor: Actor, i: Item) -> dict[str, Any] | None:
    """What the form gives for an item; None where nothing or nothing new was given."""
    name = f"item_{i.key}"
    uploads = [f for n in (name, f"{name}_file") for f in request.FILES.getlist(n) if f.size]
    typed = request.POST.get(name, "").strip()
    files = [stored(actor, f) for f in uploads]
    if i.form == "number":
        if not typed:
            return None
        try:
            number = float(typed)
        except ValueError:
            rule = Text("须是数字。", "This must be a number.")
            raise Refusal(Reason.INVALID_VALUE, rule, field=name, value=typed[:40]) from None
        same = number == i.number and (i.given_at is not None and i.application.submitted_at is None)
        return None if same else {"key": i.key, "number": number}
    if i.form == "tick":
        return _ticked(i, name, bool(typed), files)
    if not typed and not files:
        return None
    if typed == i.text and not files and i.given_at is not None:
        return None
    return {"key": i.key, "text": typed, "files": files or [str(f) for f in i.files if typed]}


def _ticked(i: Item, name: str, ticked: bool, files: list[str]) -> dict[str, Any] | None:
    """A point that is said to be met, with what shows it: one without the other is refused by the point's name."""
    if not ticked and not files:
        return None
    files = files or [str(f) for f in i.files]
    if ticked and not files:
        rule = Text("“{t}”勾选了但没有附证明。", "“{t}” is ticked and nothing shows it.").with_(t=Text.from_dict(i.title))
        raise Refusal(Reason.EVIDENCE_MISSING, rule, remedy=Text("请上传照片或文件。", "Upload a photo or a file."), field=f"{name}_file")
    if not ticked:
        rule = Text("“{t}”附了证明但没有勾选。", "“{t}” has something to show it and is not ticked.").with_(t=Text.from_dict(i.title))
        raise Refusal(Reason.MISSING_VALUE, rule, remedy=Text("具备的请勾选。", "Tick it if it is met."), field=name)
    if i.number == 1 and [str(f) for f in i.files] == files and i.given_at is not None:
        return None
    return {"key": i.key, "number": 1, "files": files}


def stored(actor: Actor, file: UploadedFile) -> str:
    too_large(file.size or 0)
    return str(take_in(actor, new_id(), file.name or "", file.content_type or "", file.read()).result["file"])


@page("resumption_submit", "resumption/<uuid:application>/submit", APPLY)
def resumption_submit(request: HttpRequest, application: uuid.UUID) -> HttpResponse:
    """What will happen, then submit: at once in force, or checked and decided within two working days."""
    row = seen(actor_of(request), application, APPLY)
    state = stand(row)
    completing = state == "supplement"
    groups = item_groups(row)
    left = [g for grp in groups for g in grp["lines"] if not g["item"].is_given]
    if request.method == "POST":
        made = do(
            request, "resumption.supply" if completing else "resumption.submit", {"application": str(row.pk)}
        ).result
        said = (
            Text("复工许可 {n} 已生效。", "Permit {n} is in force.").with_(n=made["permit"]) if made.get("permit")
            else Text("已提交，两个工作日内答复；缺什么会一次告知。", "Submitted: answered within two working days; you are told once if something is missing.")
        )  # fmt: skip
        return done(request, reverse("resumption_application", args=[row.pk]), said)
    title = Text("提交补正", "Submit what was missing") if completing else Text("提交申请", "Submit")
    context = {
        "row": row,
        "title": title,
        "left": left,
        "groups": groups,
        "completing": completing,
        "how": row.how,
        "breadcrumbs": crumbs(row, title),
    }
    return render(request, "resumption/submit.html", context)


@page("resumption_withdraw", "resumption/<uuid:application>/withdraw", APPLY)
def resumption_withdraw(request: HttpRequest, application: uuid.UUID) -> HttpResponse:
    """Withdraw with a reason."""
    row = seen(actor_of(request), application, APPLY)
    back = reverse("resumption_application", args=[row.pk])
    title = Text("撤回申请", "Withdraw")

    def fields(d: Draft) -> list[FieldParts]:
        return [d.field("reason", Text("原因", "Reason"), required=True, maxlength=500)]

    def send() -> HttpResponse:
        do(request, "resumption.withdraw", {"application": str(row.pk), "reason": request.POST.get("reason", "")})
        return done(request, reverse("resumption"), Text("已撤回。", "Withdrawn."))

    return form_page(request, fields, send, title=title, button=title, back=back, breadcrumbs=crumbs(row, title))
