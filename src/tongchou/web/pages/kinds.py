"""Loop kinds: those in force, one kind with its editions, and a district's own, checked before it is put in force."""

from __future__ import annotations

from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse

from tongchou.kernel.errors import Reason, Refusal
from tongchou.kernel.text import Text
from tongchou.packs.kindfile import base_kind_texts
from tongchou.packs.kinds import LoopKind, Party, Stage
from tongchou.record.actions.kinds import LONGEST, check_kind_text
from tongchou.record.loops.engine import not_found
from tongchou.record.questions.kinds import KindFile, kind_file, kind_lines
from tongchou.web.pages.forms import Draft, done
from tongchou.web.pages.requests import actor_of, do, integer
from tongchou.web.pages.shown import PARTY_NAMES
from tongchou.web.permission import Nav, page

SUBJECTS = {
    "person": Text("人员", "person"),
    "unit": Text("单位", "unit"),
    "area": Text("区域", "area"),
    "item": Text("物品", "thing"),
    "none": Text("不限对象", "nothing in particular"),
}
_KINDS = Text("事项类型", "Loop kinds")


@page("kinds", "kinds", "kind.view", methods=("GET",), nav=Nav(_KINDS, "list-details"))
def kinds(request: HttpRequest) -> HttpResponse:
    """The kinds in force: what for, stages, how long, whose they are."""
    actor = actor_of(request)
    lines = sorted(kind_lines(actor), key=lambda line: (line.origin != "local", line.kind.key))
    can_manage = actor.permits("kind.manage")
    context = {"lines": lines, "can_manage": can_manage, "figures": actor.permits("figures.view")}
    return render(request, "pages/kinds.html", context)


@page("kind_new", "kinds/new", "kind.manage")
def kind_new(request: HttpRequest) -> HttpResponse:
    """Write or paste a kind; check it as often as wanted; put it in force."""
    draft = Draft(request, {"text": _example(request.GET.get("like", ""))})
    problems: list[Refusal] = []
    checked: LoopKind | None = None
    if request.method == "POST":
        text, source = _sent(request)
        checked, problems = check_kind_text(text, source)
        if not problems and request.POST.get("mode") == "enforce":
            result = do(request, "kind.add", {"text": text, "source": source}).result
            said = Text(
                "已启用“{name}”第 {v} 版，新交办的事项按此办理。",
                "“{name}” version {v} is in force for loops opened from now on.",
            )
            assert checked is not None
            return done(
                request, reverse("kind", args=[result["kind"]]), said.with_(name=checked.title, v=result["version"])
            )
        draft.on_record = {"text": text}
    context = {
        "text": draft.on_record["text"] if request.method == "POST" else draft.value("text"),
        "problems": [
            {"line": p.line, "field": p.field, "rule": p.rule, "remedy": p.remedy, "value": p.value} for p in problems
        ],
        "checked": checked if checked is not None and not problems else None,
        "examples": sorted(name.removesuffix(".yaml") for name in base_kind_texts()),
        "breadcrumbs": [{"url": reverse("kinds"), "label": _KINDS}, {"url": "", "label": Text("新建", "New")}],
    } | (shown_kind(checked) if checked is not None and not problems else {})
    return render(request, "pages/kind_new.html", context, status=422 if problems else 200)


def _sent(request: HttpRequest) -> tuple[str, str]:
    """The kind's text and where it is from: what was typed, or a file that was chosen."""
    file = request.FILES.get("file")
    text, source = request.POST.get("text", ""), "kind.yaml"
    if file is not None:
        source = (file.name or source)[:120]
        try:
            text = file.read(LONGEST + 1).decode("utf-8-sig")
        except UnicodeDecodeError:
            rule = Text("文件不是 UTF-8 文本。", "The file is not UTF-8 text.")
            raise Refusal(
                Reason.INVALID_VALUE,
                rule,
                remedy=Text("请另存为 UTF-8 后重试。", "Save it as UTF-8."),
                field="file",
                value=source,
            ) from None
    if len(text) > LONGEST:
        raise Refusal(Reason.TOO_LARGE, Text("文本过长。", "The text is too long."), field="text", value=f"{len(text)}")
    return text, source


def _example(name: str) -> str:
    """A shipped kind's text to begin from."""
    return base_kind_texts().get(f"{name}.yaml", "")


@page("kind", "kinds/<slug:key>", "kind.view", methods=("GET",))
def kind(request: HttpRequest, key: str) -> HttpResponse:
    """One kind: its stages with who owes and how long, its steps with what they ask, its editions, its text."""
    actor = actor_of(request)
    file = kind_file(actor, key)
    if file is None:
        raise not_found()
    context = shown_kind(file.kind) | {
        "file": file,
        "editions": _editions(file, actor.permits("kind.manage")),
        "breadcrumbs": [{"url": reverse("kinds"), "label": _KINDS}, {"url": "", "label": file.kind.title}],
    }
    return render(request, "pages/kind.html", context)


def _editions(file: KindFile, can_manage: bool) -> list[dict[str, Any]]:
    return [
        {"line": e, "can_retire": can_manage and e.origin == "local" and e.retired_at is None} for e in file.editions
    ]


def shown_kind(kind: LoopKind) -> dict[str, Any]:
    """What the template shows of a kind: a table of stages and one of steps."""

    def names(parties: tuple[Party, ...]) -> Text:
        words = [PARTY_NAMES[p.value] for p in parties]
        return Text("、".join(w.zh for w in words), ", ".join(w.en for w in words))

    stages = [
        {
            "stage": s,
            "owner": PARTY_NAMES[s.owner.value] if s.owner else None,
            "limit": s.limit.text if s.limit else None,
            **_clock(kind, s),
            "ladder": s.ladder,
        }
        for s in kind.stages.values()
    ]
    steps = [
        {
            "step": s,
            "by": names(s.by),
            "from": [kind.stages[f].title for f in s.from_stages],
            "to": None if s.to_stage == "=" else kind.stages[s.to_stage].title,
        }
        for s in kind.steps.values()
    ]
    return {"kind": kind, "stages": stages, "steps": steps, "subjects": [SUBJECTS[s] for s in kind.subjects]}


def _clock(kind: LoopKind, stage: Stage) -> dict[str, Any]:
    """The table of a stage that counts from a moment in the loop's data."""
    if stage.clock is None:
        return {"clock": None}
    fields = {f.key: f for f in kind.fields}
    choices = dict(fields[stage.clock.by].choices)
    lines = [
        {"choice": choices[c], "value": m.value, "unconfirmed": m.status == "unconfirmed", "source": m.source} for c, m in stage.clock.limits
    ]
    return {"clock": lines, "since": fields[stage.clock.since].title}


@page("kind_retire", "kinds/<slug:key>/retire", "kind.manage", methods=("POST",))
def kind_retire(request: HttpRequest, key: str) -> HttpResponse:
    """No further loop is opened with this edition; open ones go on under it."""
    do(request, "kind.retire", {"edition": integer(request, "edition")})
    return done(
        request,
        reverse("kind", args=[key]),
        Text("已停用；在办事项仍按原版办理。", "Retired; open loops go on under it."),
    )
