"""Evidence from a form: texts, numbers and files of one need."""

from __future__ import annotations

from typing import Any

from django.core.files.uploadedfile import UploadedFile
from django.http import HttpRequest, HttpResponse

from tongchou.kernel.ids import new_id
from tongchou.packs.kinds import Need
from tongchou.record.files import read_out, take_in, too_large
from tongchou.web.pages.requests import actor_of
from tongchou.web.permission import page


def evidence_of(request: HttpRequest, need: Need) -> list[dict[str, Any]]:
    """Read what a form gives for one need; files are taken in first (each is an act of its own). Raises Refusal."""
    name = f"evidence_{need.key}"
    if need.type in ("file", "photo"):
        found = [f for f in request.FILES.getlist(name) if f.size]
        return [{"key": need.key, "type": need.type, "file": _stored(request, f)} for f in found]
    given = request.POST.get(name, "").strip()
    if not given:
        return []
    return [{"key": need.key, "type": need.type, {"number": "number", "link": "link"}.get(need.type, "text"): given}]


def _stored(request: HttpRequest, file: UploadedFile) -> str:
    too_large(file.size or 0)
    name, kind = file.name or "", file.content_type or ""
    return str(take_in(actor_of(request), new_id(), name, kind, file.read()).result["file"])


@page("file", "loops/<uuid:loop>/files/<uuid:file>", "loop.view", methods=("GET",))
def file_page(request: HttpRequest, loop: Any, file: Any) -> HttpResponse:
    """A file of a loop that the actor sees; the reading is recorded."""
    opened = read_out(actor_of(request), loop, file)
    return HttpResponse(opened.content, headers=opened.headers)
