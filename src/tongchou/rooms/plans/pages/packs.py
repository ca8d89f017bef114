"""Plan packs on their pages: what is in force, drafts with their errors and differences, the shadow run, approval, history, sign-offs."""

from __future__ import annotations

import io
import json
import uuid
import zipfile
from typing import Any
from urllib.parse import quote

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import get_language

from tongchou.kernel.clock import parse_date
from tongchou.kernel.errors import Reason, Refusal
from tongchou.kernel.text import Text
from tongchou.packs.plans.packfile import PackErrors
from tongchou.rooms.plans.drafts import LARGEST, differences, passes_now, problems_of, unconfirmed_values, unzip
from tongchou.rooms.plans.models import PackVersion, SignOff
from tongchou.rooms.plans.parts import problems_on_record
from tongchou.rooms.plans.store import pack_of, version_by_id, version_in_force, versions_in_force
from tongchou.web.fieldparts import FieldParts
from tongchou.web.pages.forms import Draft, done, form_page
from tongchou.web.pages.requests import actor_of, do, integer
from tongchou.web.permission import Nav, page

_TITLE = Text("方案", "Plans")
LINES_SHOWN = 400


def _state(row: PackVersion, in_force: dict[str, PackVersion]) -> dict[str, Any]:
    if row.withdrawn_at is not None:
        return {"value": Text("已撤回", "withdrawn"), "tone": "", "icon": "x"}
    if row.origin == "local" and row.approved_at is None:
        word = Text("草稿", "draft") if row.sound else Text("草稿，有错误", "draft with errors")
        return {"value": word, "tone": "info" if row.sound else "warn", "icon": "edit"}
    if in_force.get(row.pack) == row:
        return _checked({"value": Text("现行", "in force"), "tone": "ok", "icon": "circle-check"}, row, in_force)
    if _to_come(row):
        return _checked({"value": Text("{d} 起生效", "in force from {d}").with_(d=row.from_day), "tone": "info", "icon": "clock"}, row, in_force)
    return {"value": Text("已被替代", "superseded"), "tone": "", "icon": "archive"}


def _checked(state: dict[str, Any], row: PackVersion, in_force: dict[str, PackVersion]) -> dict[str, Any]:
    """The state of an edition that holds, or will, with the word that today's checks refuse it."""
    if not _held(row, in_force) or passes_now(row):
        return state
    said = Text("{state}，现在的检查不能通过", "{state}, does not pass the checks of today").with_(state=state["value"])
    return {"value": said, "tone": "warn", "icon": "alert-triangle"}


def _held(row: PackVersion, in_force: dict[str, PackVersion]) -> bool:
    """An edition of the district's own that holds, or will: it goes on, and says what a stricter program would not approve any more."""
    own = row.origin == "local" and row.approved_at is not None and row.withdrawn_at is None
    return own and (in_force.get(row.pack) == row or _to_come(row))


def _to_come(row: PackVersion) -> bool:
    return row.from_day is not None and row.from_day > timezone.localdate()


@page("packs", "plans", "plan.view", methods=("GET",), nav=Nav(_TITLE, "clipboard-list"))
def packs(request: HttpRequest) -> HttpResponse:
    """Every pack with the edition in force, and the drafts and editions of the last while."""
    actor, in_force = actor_of(request), versions_in_force(timezone.localdate())
    labels = (("title", "方案", "Plan"), ("pack", "名称", "Name"), ("version", "版次", "Version"),
              ("origin", "来源", "From"), ("state", "状态", "State"), ("at", "时间", "When"))  # fmt: skip
    rows = PackVersion.objects.defer("files").order_by("pack", "-made_at")[:300]
    lines = []
    for r in rows:
        title = Text.from_dict(r.title) if r.title else Text(r.pack, r.pack)
        origin = Text("随程序提供", "shipped") if r.origin == "shipped" else Text("本地", "local")
        lines.append({"cells": [
            {"value": title, "url": reverse("pack", args=[r.pk])}, {"value": r.pack}, {"value": f"v{r.version}"}, {"value": origin}, _state(r, in_force),
            {"value": r.approved_at or r.made_at},
        ]})  # fmt: skip
    context = {
        "title": _TITLE, "can_edit": actor.permits("plan.edit"),
        "sheet": {"key": "packs", "caption": _TITLE, "columns": [{"key": k, "label": Text(z, e)} for k, z, e in labels], "rows": lines},
        "empty": {"title": Text("没有方案", "No plans"), "icon": "clipboard-list",
                  "text": Text("随程序提供的方案在启动时载入。", "Shipped plans are put on record at the start.")},
    }  # fmt: skip
    return render(request, "plans/packs.html", context)


@page("pack", "plans/packs/<uuid:version>", "plan.view", methods=("GET",))
def pack_page(request: HttpRequest, version: uuid.UUID) -> HttpResponse:
    """One edition: its files, what is wrong with them, what differs from what is in force, who drafted and approved it."""
    actor, row = actor_of(request), version_by_id(version)
    in_force = versions_in_force(timezone.localdate())
    draft = row.origin == "local" and row.approved_at is None and row.withdrawn_at is None
    base = row.base or (in_force.get(row.pack) if in_force.get(row.pack) != row else None)
    held = _held(row, in_force)
    problems = problems_of(row.files) if held or (draft and not row.sound) else problems_on_record(row) if draft else []
    language = get_language() or "zh-hans"
    context: dict[str, Any] = {
        "row": row, "title": Text.from_dict(row.title) if row.title else Text(row.pack, row.pack), "draft": draft, "held": held, "state": _state(row, in_force),
        "problems": [{"file": p.file, "line": p.line, "said": _said(p, language)} for p in problems[:100]], "more": max(0, len(problems) - 100),
        "files": [{"path": p, "lines": t.count("\n") + 1, "bad": any(x.file == p for x in problems)} for p, t in sorted(row.files.items())],
        "changes": [{"path": p, "lines": [_line(x) for x in lines[:LINES_SHOWN]]} for p, lines in differences(base.files, row.files)] if base else [],
        "base": base, "base_holds": base is not None and in_force.get(row.pack) == base,
        "brings": _brings(row, here=in_force.get(row.pack) == row) if row.sound else [],
        "shadow": _shadow(row), "shadow_fits": row.shadow.get("digest") == row.digest,
        "can_edit": draft and actor.permits("plan.edit"),
        "can_approve": draft and row.sound and not problems and actor.permits("plan.approve") and row.drafted_by_id != actor.account_id
        and (base is None or row.shadow.get("digest") == row.digest),
        "can_withdraw": row.origin == "local" and row.withdrawn_at is None and actor.permits("plan.approve"),
        "can_draft": not draft and in_force.get(row.pack) == row and actor.permits("plan.edit"),
        "decisions": row.decisions.count(), "today": timezone.localdate(),
        "signs": _signs(row) if in_force.get(row.pack) == row else [], "can_sign": actor.permits("plan.sign"),
        "signed": list(SignOff.objects.select_related("by", "unit").filter(pack=row.pack).order_by("-at")[:100]),
        "breadcrumbs": [{"url": reverse("packs"), "label": _TITLE}, {"url": "", "label": f"{row.pack} v{row.version}"}],
    }  # fmt: skip
    return render(request, "plans/pack.html", context)


def _said(problem: Refusal, language: str) -> str:
    """What is wrong, without the file and line, which stand beside it."""
    return problem.sentence(language).removeprefix(f"{problem.file}:{problem.line}").lstrip(":： ")


def _brings(row: PackVersion, *, here: bool) -> list[dict[str, Any]]:
    """here: whether it is in force, so that each has a page."""
    try:
        pack = pack_of(row)
    except PackErrors:  # told among the errors
        return []
    kind, checklist = Text("事项类型", "loop kind"), Text("督查清单", "checklist")
    return [
        {"title": p.title, "sort": sort, "key": p.key, "version": p.version, "url": reverse(address, args=[p.key]) if here else ""}
        for sort, parts, address in ((kind, pack.kinds, "kind"), (checklist, pack.checklists, "checklist"))
        for p in parts.values()
    ]


def _line(text: str) -> dict[str, str]:
    kind = "add" if text.startswith("+") else "remove" if text.startswith("-") else "at" if text.startswith("@@") else ""
    return {"kind": kind, "text": text}


def _shadow(row: PackVersion) -> dict[str, Any] | None:
    """The last shadow run as its sheet takes it."""
    if not row.shadow:
        return None
    labels = (("table", "判定表", "Table"), ("place", "街道", "Street"), ("people", "在册人员", "On record"),
              ("released", "因调整解除", "Released by the change"), ("released_on_test", "其中末次检测后", "of these, after a last test"),
              ("newly_held", "新管控", "Newly held"),
              ("earlier_release", "提前解除", "Released earlier"), ("later_release", "推后解除", "Released later"))  # fmt: skip
    rows = []
    titles = {key: table.title for key, table in pack_of(row).tables.items()} if row.sound else {}
    for table, found in row.shadow["tables"].items():
        for p in found["places"]:
            rows.append({"cells": [{"value": titles.get(table, table)}, {"value": p["place"] or "—"}, *({"value": p.get(k, "—")} for k, _, _ in labels[2:])]})
    columns = [{"key": k, "label": Text(z, e), "number": n > 1} for n, (k, z, e) in enumerate(labels)]
    sheet = {"key": "shadow", "caption": Text("按街道", "By street"), "columns": columns, "rows": rows}
    return {"found": row.shadow, "sheet": sheet}


def _signs(row: PackVersion) -> list[dict[str, Any]]:
    """What no source confirms and nobody has signed for yet."""
    held = {(s.what, s.name, json.dumps(s.value, sort_keys=True)) for s in SignOff.objects.filter(pack=row.pack, withdrawn_at=None)}
    try:
        found = unconfirmed_values(pack_of(row))
    except PackErrors:
        return []
    return [
        {"what": what, "name": name, "value": value, "json": json.dumps(value)}
        for (what, name), values in found.items()
        for value in {json.dumps(v): v for v in values}.values()
        if what != "edition" and (what, name, json.dumps(value, sort_keys=True)) not in held
    ]


@page("pack_draft", "plans/packs/new", "plan.edit")
def pack_draft(request: HttpRequest) -> HttpResponse:
    """Start a draft: on the edition in force, or from an archive with all the files of a pack."""
    chosen = request.GET.get("pack") or request.POST.get("pack", "")

    def fields(d: Draft) -> list[FieldParts]:
        told = Text("已有方案的名称，或新方案的名称（小写字母、数字、连字符）。", "The name of a plan on record, or of a new one (lower-case letters, digits, hyphens).")
        return [
            d.field("pack", Text("方案名称", "Name of the plan"), required=True, maxlength=60, help=told),
            d.field("why", Text("为什么要改", "Why"), "textarea", rows=2, required=True, maxlength=400),
            d.field("archive", Text("全部文件（zip）", "All files (zip)"), "file", accept=".zip", max=LARGEST,
                    help=Text("不选则以现行版本为底稿。", "Without one, the edition in force is the base.")),
        ]  # fmt: skip

    def send() -> HttpResponse:
        payload = {"pack": request.POST.get("pack", "").strip(), "why": request.POST.get("why", ""), "files": _archive(request)}
        made = do(request, "pack.draft", payload).result
        return done(request, reverse("pack", args=[made["version"]]), Text("草稿已保存。", "The draft is kept."))

    title = Text("起草方案", "Draft an edition")
    crumbs = [{"url": reverse("packs"), "label": _TITLE}, {"url": "", "label": title}]
    return form_page(request, fields, send, title=title, button=Text("保存草稿", "Keep the draft"), back=reverse("packs"), breadcrumbs=crumbs, on_record={"pack": chosen})


def _archive(request: HttpRequest) -> dict[str, str]:
    given = request.FILES.get("archive")
    if given is None or not given.size:
        return {}
    if given.size > LARGEST:
        raise Refusal(Reason.TOO_LARGE, Text("压缩包过大。", "The archive is too large."), remedy=Text("请精简。", "Make it smaller."), field="archive")
    return unzip(given.read())


@page("pack_file", "plans/packs/<uuid:version>/file", "plan.edit")
def pack_file(request: HttpRequest, version: uuid.UUID) -> HttpResponse:
    """Edit one file of a draft (?path=), with the errors of that file beside their lines; add one; remove one."""
    row = version_by_id(version)
    path = request.POST.get("path") or request.GET.get("path", "")
    back = reverse("pack", args=[version])
    language = get_language() or "zh-hans"
    faults = [p for p in problems_of(row.files) if p.file == path] if path in row.files else []

    def fields(d: Draft) -> list[FieldParts]:
        lines = [f"{p.line}: {_said(p, language)}" for p in faults[:40]]
        return [
            d.field("path", Text("文件", "File"), required=True, maxlength=120, readonly=path in row.files),
            d.field("text", Text("内容", "Content"), "textarea", rows=32, help="\n".join(lines)),
            d.field("remove", Text("删除这个文件", "Remove this file"), "checkbox"),
            FieldParts("seen_revision", Text("稿次", "Revision"), "hidden", str(integer(request, "seen_revision") or row.revision)),
        ]

    def send() -> HttpResponse:
        text = None if request.POST.get("remove") else request.POST.get("text", "").replace("\r\n", "\n")
        payload = {"version": str(version), "seen_revision": integer(request, "seen_revision") or 0, "files": {path: text}}
        sound = do(request, "pack.edit", payload).result["sound"]
        if sound:
            return done(request, back, Text("已保存，全部检查和案例通过。", "Kept: all checks and cases pass."))
        messages.warning(request, Text("已保存，还有错误。", "Kept; there are errors left.").in_(get_language() or "zh-hans"))
        return redirect(back)

    title = Text("修改文件", "Edit a file")
    crumbs = [{"url": reverse("packs"), "label": _TITLE}, {"url": back, "label": f"{row.pack} v{row.version}"}, {"url": "", "label": path or title}]
    return form_page(
        request, fields, send, title=title, subtitle=path, button=Text("保存并检查", "Keep and check"), back=back, breadcrumbs=crumbs,
        on_record={"path": path, "text": row.files.get(path, "")},
    )  # fmt: skip


@page("pack_upload", "plans/packs/<uuid:version>/upload", "plan.edit", methods=("POST",))
def pack_upload(request: HttpRequest, version: uuid.UUID) -> HttpResponse:
    """Replace all files of a draft by those of an archive."""
    row, files = version_by_id(version), _archive(request)
    if not files:
        raise Refusal(Reason.MISSING_VALUE, Text("没有选择文件。", "No file was chosen."), remedy=Text("请选择 zip 文件。", "Choose a zip file."), field="archive")
    whole = {path: files.get(path) for path in {*row.files, *files}}
    do(request, "pack.edit", {"version": str(version), "seen_revision": integer(request, "seen_revision") or 0, "files": whole})
    return done(request, reverse("pack", args=[version]), Text("已替换全部文件。", "All files were replaced."))


@page("pack_download", "plans/packs/<uuid:version>/download", "plan.view", methods=("GET",))
def pack_download(request: HttpRequest, version: uuid.UUID) -> HttpResponse:
    """All files of an edition as an archive."""
    row = version_by_id(version)
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
        for path, text in sorted(row.files.items()):
            archive.writestr(zipfile.ZipInfo(f"{row.pack}/{path}", (2020, 1, 1, 0, 0, 0)), text)
    answer = HttpResponse(out.getvalue(), content_type="application/zip")
    answer["Content-Disposition"] = f"attachment; filename*=UTF-8''{quote(f'{row.pack}-v{row.version}.zip', safe='')}"
    answer["X-Content-Type-Options"] = "nosniff"
    return answer


@page("pack_act", "plans/packs/<uuid:version>/<slug:pack_step>", "plan.view", methods=("POST",))
def pack_act(request: HttpRequest, version: uuid.UUID, pack_step: str) -> HttpResponse:
    """shadow, approve, withdraw, sign: one button each on the edition's page."""
    row, back = version_by_id(version), reverse("pack", args=[version])
    seen = {"version": str(version), "seen_revision": integer(request, "seen_revision") or 0}
    if pack_step == "shadow":
        found = do(request, "pack.shadow", seen).result
        said = Text("试运行完成：{n} 人中 {d} 项判定不同。", "Shadow run: {d} of {n} {n|decision|decisions} differ.").with_(n=found["people"], d=found["differ"])
    elif pack_step == "approve":
        day = parse_date(request.POST.get("from_day", ""), "from_day")
        do(request, "pack.approve", seen | {"from_day": str(day)})
        said = Text("已批准，{d} 起生效。", "Approved: in force from {d}.").with_(d=day)
    elif pack_step == "withdraw":
        do(request, "pack.withdraw", {"version": str(version), "reason": request.POST.get("reason", "")})
        said = Text("已撤回。", "Withdrawn.")
    elif pack_step == "sign":
        _sign(request, row)
        said = Text("已签认。", "Signed for.")
    elif pack_step == "unsign":
        do(request, "plan.withdraw_sign_off", {"sign_off": request.POST.get("sign_off", ""), "reason": request.POST.get("reason", "")})
        said = Text("签认已撤回。", "The sign-off is withdrawn.")
    else:
        rule = Text("没有这个操作。", "There is nothing like that to do.")
        raise Refusal(Reason.NOT_FOUND, rule, remedy=Text("请从方案页面操作。", "Use the plan's page."), field="step", value=pack_step[:40])
    return done(request, back, said)


def _sign(request: HttpRequest, row: PackVersion) -> None:
    what, _, rest = request.POST.get("point", "").partition("|")
    name, _, value = rest.partition("|")
    try:
        read = json.loads(value)
    except ValueError:
        raise Refusal(Reason.MISSING_VALUE, Text("请选择要签认的取值。", "Choose the value to sign for."), field="point") from None
    version_in_force(row.pack, timezone.localdate())
    payload = {
        "pack": row.pack, "what": what, "name": name, "value": read, "document": request.POST.get("document", ""), "dated": request.POST.get("dated", ""),
    }  # fmt: skip
    do(request, "plan.sign_off", payload)
