"""Minutes (纪要) from a settled meeting: who attended, in the page, in Word and in the draft's form; the other elements of a document."""

from __future__ import annotations

import io
from datetime import timedelta

import docx
from django.urls import reverse
from django.utils import timezone

from tests.cast import Cast
from tests.rooms.assessment.test_bulletins import draft, refused, sign
from tests.rooms.directives.test_meetings import do as do_then
from tests.rooms.directives.test_meetings import line, plan
from tests.web.test_pages import signed_in
from tongchou.kernel.errors import Reason
from tongchou.kernel.ids import new_id
from tongchou.rooms.assessment.models import Bulletin
from tongchou.rooms.directives.models import Meeting


def settled(cast: Cast) -> Meeting:
    starts = timezone.now() - timedelta(hours=3)
    meeting = plan(cast, starts, starts - timedelta(hours=24))
    do_then(cast, "street", "meeting.sign_in", starts, attendance=line(cast, meeting, "east_street").pk)
    late = starts + timedelta(minutes=20)
    do_then(cast, "hq", "meeting.mark", late, attendance=line(cast, meeting, "department").pk, state="late", who="周某", substitute=True)
    do_then(cast, "hq", "meeting.minutes", meeting=str(meeting.pk), text="一、各街道三日内完成排查。\n二、物资保障部每日通报库存。", seen_version=meeting.version)
    return meeting


def test_a_settled_meeting_becomes_minutes_with_who_attended(cast: Cast) -> None:
    meeting = settled(cast)
    client = signed_in(cast, "hq")
    url = f"{reverse('bulletin_new')}?compose=meeting&key={meeting.pk}"
    assert client.get(url).status_code != 200  # nobody is absent before attendance is settled
    assert "起草会议纪要" not in client.get(reverse("meeting", args=[meeting.pk])).content.decode()
    do_then(cast, "hq", "meeting.settle", meeting=str(meeting.pk))
    assert url.replace("&", "&amp;") in client.get(reverse("meeting", args=[meeting.pk])).content.decode()
    form = client.get(url).content.decode()
    assert "department 单位周某（代）" in form
    assert "各街道三日内完成排查" in form
    assert "缺席：west_street 单位。" in form
    given = {
        "client_id": str(new_id()), "form": "minutes", "title": "调度会纪要", "body": "议定事项如下。", "present": "east_street 单位甲\ndepartment 单位周某（代）",
        "attachments": "任务分工表", "urgency": "加急",
    }  # fmt: skip
    page = client.post(url, given, follow=True).content.decode()
    row = Bulletin.objects.get()
    assert (row.form, row.present, row.attachments, row.urgency) == ("minutes", ["east_street 单位甲", "department 单位周某（代）"], ["任务分工表"], "加急")
    assert "出席：east_street 单位甲、department 单位周某（代）" in page
    assert reverse("meeting", args=[meeting.pk]) in page
    word = docx.Document(io.BytesIO(client.get(reverse("bulletin_file", args=[row.pk, "docx"])).content))
    assert any(p.text.startswith("出席：east_street 单位甲") for p in word.paragraphs)
    assert signed_in(cast, "dept").get(url).status_code in (403, 404)


def test_a_document_that_names_its_signer_is_signed_by_nobody_else(cast: Cast) -> None:
    key = draft(cast, signer="李某", urgency="特急", attachments=["附表"])
    assert refused(lambda: sign(cast, key)).reason is Reason.NOT_ALLOWED
    to = [cast.units["east_street"].pk]
    cast.act("hq", "bulletin.edit", bulletin=key, seen_version=1, title="关于做好返区人员排查的通知", to=to, body="正文", signer="leader 同志")
    assert sign(cast, key, 2)["seq"] == 1
    assert refused(lambda: draft(cast, urgency="平急")).field == "urgency"
