"""An attendance list as a table: asked, and who came."""

from __future__ import annotations

import base64
import uuid

from django.http import HttpRequest, HttpResponse
from django.urls import reverse
from django.utils.translation import get_language

from tongchou.kernel.text import Text
from tongchou.rooms.directives.actions.roster import rejected_rows
from tongchou.rooms.directives.pages.meetings import crumbs_of
from tongchou.rooms.directives.reach import PLAN, meeting_in_reach
from tongchou.web.pages.forms import form_page
from tongchou.web.pages.imports import counts_of, file_fields, tell_import, upload
from tongchou.web.pages.requests import actor_of, do, now
from tongchou.web.permission import page

_TITLE = Text("导入参会名单", "Import an attendance list")


@page("meeting_import", "meetings/<uuid:meeting>/import", PLAN)
def meeting_import(request: HttpRequest, meeting: uuid.UUID) -> HttpResponse:
    """Who is asked, and after the meeting who came, from one table; tried first, then imported."""
    row, back = meeting_in_reach(actor_of(request), PLAN, meeting), reverse("meeting", args=[meeting])

    def send() -> HttpResponse:
        data, name = upload(request)
        payload = {"meeting": str(meeting), "content": base64.b64encode(data).decode(), "filename": name}
        told = do(request, "meeting.import_attendance", payload, dry_run=request.POST.get("mode") != "import").result
        counts = counts_of(told, changed=Text("更新", "changed"))
        language = get_language() or "zh-hans"
        return tell_import(request, _TITLE, told, counts, lambda: rejected_rows(actor_of(request), meeting, data, name, language, now()), back)

    note = Text(
        "列名：单位（全称或代码，必填）、会场、出席（出席／迟到／请假／缺席）、到会人、代会、原因。名单上没有的单位将列入参会；空格不改动已有记录。",
        "Columns: unit (name or code), venue, attendance (present, late, leave, absent), who, substitute, reason. Units not on the list are asked; "
        "an empty cell changes nothing.",
    )
    return form_page(
        request, file_fields, send, title=_TITLE, button=Text("上传", "Send"), back=back, note=note, on_record={"mode": "try"},
        breadcrumbs=crumbs_of(row, _TITLE),
    )  # fmt: skip
