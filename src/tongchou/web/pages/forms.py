"""A page that is one form: shown, sent, and shown again with what was typed when it is refused."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect, JsonResponse
from django.shortcuts import render
from django.utils.translation import get_language

from tongchou.kernel.errors import Refusal
from tongchou.kernel.text import Text
from tongchou.web.fieldparts import FieldParts


class Draft:
    """What stands in a form: what was typed, else what is on record; and what was refused."""

    def __init__(self, request: HttpRequest, on_record: Mapping[str, Any] | None = None) -> None:
        self.request = request
        self.on_record = on_record or {}
        self.problem: Refusal | None = None

    def value(self, name: str) -> Any:
        if self.request.method == "POST":
            given = self.request.POST.getlist(name)
            return given if len(given) > 1 else given[0] if given else ""
        return self.request.GET.get(name) or self.on_record.get(name, "")

    def field(self, name: str, label: Text, type: str = "text", **more: Any) -> FieldParts:
        """One field with its value and, when it was refused, the rule."""
        wrong = self.problem.rule if self.problem is not None and self.problem.field == name else ""
        return FieldParts(name, label, type, self.value(name), error=wrong, **more)


def form_page(
    request: HttpRequest,
    fields: Callable[[Draft], list[FieldParts]],
    send: Callable[[], HttpResponse],
    *,
    title: Text | str,
    button: Text,
    back: str,
    on_record: Mapping[str, Any] | None = None,
    template: str = "pages/form.html",
    **context: Any,
) -> HttpResponse:
    """Show a form; on POST call `send`, which returns where to go next. A Refusal shows the form again, nothing typed is lost.

    template: one that extends pages/form.html; it also gets `details`, what the refusal carries besides its words.
    context: subtitle, note (Text above the form), breadcrumbs.
    """
    draft = Draft(request, on_record)
    if request.method == "POST":
        try:
            return _answer(request, send())
        except Refusal as refusal:
            if _kept(request):
                return _refused(refusal)
            draft.problem = refusal
    shown = fields(draft)
    problem = draft.problem
    details = problem.details if problem is not None else {}
    names = {f.name for f in shown if f.type != "hidden"}
    if problem is not None and problem.field not in names and problem.field and problem.field.rpartition(".")[2] in names:
        problem.field = problem.field.rpartition(".")[2]  # items.0.title is the form's title
        shown = fields(draft)
    if problem is not None and problem.field not in names:
        problem = Refusal(problem.reason, problem.rule, remedy=problem.remedy)  # a link to a field that is not there helps nobody
    more = {
        "title": title,
        "button": button,
        "back": back,
        "fields": shown,
        "problem": problem,
        "details": details,
        "with_files": any(f.type in ("file", "photo") for f in shown),
    }
    return render(request, template, context | more, status=problem.status if problem else 200)


def change_page(
    request: HttpRequest,
    fields: Callable[[Draft], list[FieldParts]],
    send: Callable[[], HttpResponse],
    *,
    held: Mapping[str, Any],
    version: int,
    **more: Any,
) -> HttpResponse:
    """A form that changes what is on record, with its button: it carries the version that was read, so that a stale page overwrites nothing.

    held: what stands in the fields at first; None stands for nothing. The rest as in `form_page`.
    """

    def all_fields(d: Draft) -> list[FieldParts]:
        return [*fields(d), d.field("seen_version", Text("版本", "Version"), "hidden")]

    on_record = {k: v for k, v in held.items() if v is not None} | {"seen_version": version}
    return form_page(request, all_fields, send, button=Text("保存", "Save"), on_record=on_record, **more)


def kept_post(request: HttpRequest, send: Callable[[], HttpResponse]) -> HttpResponse:
    """A POST without a form of its own that static/kept.js may send later; without it an ordinary one."""
    try:
        return _answer(request, send())
    except Refusal as refusal:
        if not _kept(request):
            raise
        return _refused(refusal)


def filled_in(request: HttpRequest) -> dict[str, str]:
    """{"at": when} a kept form was sent off on the device, by this server's clock and the same however often it is sent; {} where none kept it."""
    at = request.headers.get("X-Kept-At", "")
    return {"at": at} if _kept(request) and at else {}


def _refused(refusal: Refusal) -> JsonResponse:
    return JsonResponse({"detail": _said(refusal), "field": refusal.field or ""}, status=refusal.status)


def _kept(request: HttpRequest) -> bool:
    """Whether the form comes from static/kept.js, which keeps it on the device until it is settled."""
    return request.headers.get("X-Kept") == "1"


def _answer(request: HttpRequest, made: HttpResponse) -> HttpResponse:
    """What the script is told: where to go next. Anything but this, and a refusal, it takes for a lost session and keeps the form."""
    return JsonResponse({"next": made["Location"]}) if _kept(request) and made.has_header("Location") else made


def _said(refusal: Refusal) -> str:
    language = get_language() or "zh-hans"
    return " ".join(t.in_(language) for t in (refusal.rule, refusal.remedy) if t is not None)


def done(request: HttpRequest, url: str, said: Text) -> HttpResponse:
    """Say what was done and go on."""
    messages.success(request, said.in_(get_language() or "zh-hans"))
    return HttpResponseRedirect(url)
