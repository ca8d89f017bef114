"""Evidence from a form: texts, numbers and files of one need; photos of a visit or a check, and looking at one."""

from __future__ import annotations

import hashlib
import uuid
from typing import Any

from django.core.files.uploadedfile import UploadedFile
from django.http import HttpRequest, HttpResponse
from django.urls import reverse

from tongchou.kernel.errors import Reason, Refusal
from tongchou.kernel.ids import new_id
from tongchou.kernel.text import Text
from tongchou.packs.kinds import Need
from tongchou.record.act import act
from tongchou.record.files import opened, read_out, take_in, too_large
from tongchou.record.photos import MOST
from tongchou.web.fieldparts import FieldParts
from tongchou.web.pages.forms import Draft
from tongchou.web.pages.requests import actor_of, client_id
from tongchou.web.permission import page


def evidence_of(request: HttpRequest, need: Need) -> list[dict[str, Any]]:
    """Read what a form gives for one need; files are taken in first (each is an act of its own). Raises Refusal."""
    name = f"evidence_{need.key}"
    if need.type in ("file", "photo"):
        found = [f for f in request.FILES.getlist(name) if f.size]
        return [{"key": need.key, "type": need.type, "file": _stored(request, f, need.key)} for f in found]
    given = request.POST.get(name, "").strip()
    if not given:
        return []
    return [{"key": need.key, "type": need.type, {"number": "number", "link": "link"}.get(need.type, "text"): given}]


def _stored(request: HttpRequest, file: UploadedFile, key: str) -> str:
    name, kind = file.name or "", file.content_type or ""
    try:
        too_large(file.size or 0)
        return str(take_in(actor_of(request), new_id(), name, kind, file.read()).result["file"])
    except Refusal as refusal:
        refusal.field = f"evidence.{key}"  # the field of the form in which it stands
        raise


@page("file", "loops/<uuid:loop>/files/<uuid:file>", "loop.view", methods=("GET",))
def file_page(request: HttpRequest, loop: Any, file: Any) -> HttpResponse:
    """A file of a loop that the actor sees; the reading is recorded."""
    file_read = read_out(actor_of(request), loop, file)
    return HttpResponse(file_read.content, headers=file_read.headers)


def photo_field(d: Draft, *, required: bool = False, help: Text | str = "") -> FieldParts:
    """The field of a form whose photos `photos_given` takes in."""
    return d.field("photos", Text("现场照片", "Photos on site"), "photo", multiple=True, required=required, help=help)


def photos_given(request: HttpRequest, name: str = "photos") -> list[str]:
    """Take in a form's photos. Their ids follow from the form's own id and their bytes: a form that is sent again uploads nothing twice."""
    found = [f for f in request.FILES.getlist(name) if f.size]
    if len(found) > MOST:
        rule = Text("最多 {n} 张照片。", "{n} {n|photo|photos} at most.").with_(n=MOST)
        raise Refusal(Reason.INVALID_VALUE, rule, remedy=Text("请去掉几张。", "Leave some out."), field=name, value=len(found))
    actor, form, out = actor_of(request), client_id(request), []
    for file in found:
        too_large(file.size or 0)
        content = file.read()
        own = uuid.uuid5(form, hashlib.sha256(content).hexdigest())
        try:
            taken = take_in(actor, own, file.name or "", file.content_type or "", content)
        except Refusal as refusal:
            refusal.field = name
            raise
        if taken.result["file"] not in out:
            out.append(str(taken.result["file"]))
    return out


def shown_photos(kind: str, of: uuid.UUID, photos: list[uuid.UUID]) -> list[str]:
    """Addresses of a record's photos, for components/photos.html."""
    return [reverse("photo", args=[kind, of, p]) for p in photos]


@page("photo", "photos/<slug:photo_kind>/<uuid:photo_of>/<uuid:photo>", "file.upload", methods=("GET",))
def photo_page(request: HttpRequest, photo_kind: str, photo_of: uuid.UUID, photo: uuid.UUID) -> HttpResponse:
    """A photo of a visit or a check that the actor sees; that it was looked at is recorded."""
    act("photo.read", actor_of(request), new_id(), {"kind": photo_kind, "of": str(photo_of), "photo": str(photo)})
    shown = opened(photo)
    return HttpResponse(shown.content, headers=shown.headers)
