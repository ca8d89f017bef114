"""The letter of decision in official form, as Word or PDF: what was applied for, what was found item by item, what is decided and how to object."""

from __future__ import annotations

import uuid

from django.http import HttpRequest, HttpResponse

from tongchou.documents.model import Block, Heading, OfficialDocument, Paragraph, Table, day_text
from tongchou.kernel.clock import SHANGHAI
from tongchou.kernel.errors import Reason, Refusal
from tongchou.kernel.text import Text
from tongchou.record.models import District, WorkPermit
from tongchou.rooms.resumption.actions.checking import standing
from tongchou.rooms.resumption.models import Application
from tongchou.rooms.resumption.pages.application import seen
from tongchou.rooms.resumption.reach import VIEW
from tongchou.rooms.resumption.words import named_way
from tongchou.web.pages.papers import FORMATS, paper_file
from tongchou.web.pages.requests import actor_of
from tongchou.web.permission import page


@page("resumption_letter", "resumption/<uuid:application>/letter/<slug:format>", VIEW, methods=("GET",))
def resumption_letter(request: HttpRequest, application: uuid.UUID, format: str) -> HttpResponse:
    """The letter to the enterprise, once it was decided."""
    row = seen(actor_of(request), application)
    if row.ended not in ("approved", "refused", "followed", "effective") or format not in FORMATS:
        rule = Text("还没有决定书。", "There is no letter yet.")
        raise Refusal(
            Reason.WRONG_STAGE,
            rule,
            remedy=Text("作出决定后可下载 Word 或 PDF。", "Once decided it can be had as Word or PDF."),
            field="format",
        )
    document = letter(row)
    return paper_file(document, format, f"{document.title}（{row.unit.name}）")


def letter(row: Application) -> OfficialDocument:
    """The letter as a document, before any layout."""
    assert row.ended_at is not None
    district = District.objects.filter(pk=1).values_list("name", flat=True).first() or ""
    issuer = row.loop.verifier_unit.name if row.loop and row.loop.verifier_unit else f"{district}疫情防控指挥部办公室"
    refused = row.ended == "refused"
    permit = WorkPermit.objects.filter(
        unit=row.unit, changed_at__gte=row.ended_at, from_date=row.ended_at.astimezone(SHANGHAI).date()
    ).first()
    permit = WorkPermit.objects.filter(loop=row.loop).first() if row.loop else permit
    title = "关于不予复工的决定" if refused else "关于准予复工的决定" if row.ended == "approved" else "复工告知书"
    return OfficialDocument(
        form="letter", masthead=issuer, title=title, body=tuple(_body(row, permit, refused)), issuer=issuer, dated=row.ended_at.astimezone(SHANGHAI).date(),
        to=(row.unit.name,), draft=False,
    )  # fmt: skip


def _body(row: Application, permit: WorkPermit | None, refused: bool) -> list[Block]:
    at = row.submitted_at
    first = f"你单位{day_text(at.astimezone(SHANGHAI).date()) if at else ''}提交的复工申请收悉。按{row.basis['title']['zh']}的规定，现将办理结果告知如下。"
    out: list[Block] = [Paragraph(first)]
    found = standing(row) if row.loop else {}
    lines = [
        (i.title["zh"], v.unit.name, "合格" if v.ok else "不合格", v.reason or "—")
        for i in row.items.order_by("n")
        for v in found.get(i.key, [])
    ]
    if lines:
        out += [Heading("逐项审核情况"), Table(("项目", "审核单位", "结论", "说明"), tuple(lines))]
    out.append(Heading("决定"))
    if refused:
        out.append(Paragraph(f"不予复工。理由：{row.reason}。整改后可以重新申请。"))
    else:
        number = f"复工许可编号{permit.number}，" if permit else ""
        until = f"有效期至{day_text(permit.until)}。" if permit and permit.until else "长期有效。"
        out.append(Paragraph(f"{named_way(row.basis.get('used', '')).zh}，自即日起可以复工。{number}{until}"))
        if permit and permit.conditions:
            out.append(Paragraph("请遵守以下条件：" + "；".join(permit.conditions) + "。"))
        out.append(Paragraph("批准所依据的情况发生变化的，许可转入复核。"))
    out.append(Heading("异议"))
    out.append(Paragraph("对本决定有异议的，可以向作出决定的单位提出，也可以依法申请行政复议或者提起行政诉讼。"))
    return out
