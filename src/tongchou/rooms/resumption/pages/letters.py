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
from tongchou.rooms.resumption.models import Application, Supplement, Verdict
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


@page("resumption_asked_letter", "resumption/<uuid:application>/asked/<int:asking>/<slug:format>", VIEW, methods=("GET",))
def resumption_asked_letter(request: HttpRequest, application: uuid.UUID, asking: int, format: str) -> HttpResponse:
    """What was asked for once, item by item. asking: counts from 1, the later ones rest on a new fact."""
    row = seen(actor_of(request), application)
    asked = list(row.supplements.select_related("unit").order_by("asked_at")[: max(asking, 0)])
    if asking < 1 or len(asked) < asking or format not in FORMATS:
        rule = Text("没有这次告知。", "Nothing was asked for.")
        remedy = Text("告知补正后可下载 Word 或 PDF。", "Once papers were asked for it can be had as Word or PDF.")
        raise Refusal(Reason.WRONG_STAGE, rule, remedy=remedy, field="asking", value=asking)
    document = asked_letter(row, asked[-1])
    return paper_file(document, format, f"{document.title}（{row.unit.name}）")


def asked_letter(row: Application, asked: Supplement) -> OfficialDocument:
    """一次性补正告知书: every missing item with how it is shown and what was found wanting, and what happens with the clock."""
    at = row.submitted_at
    wanting = _wanting(asked)
    lines = tuple(
        (str(n), i.title["zh"], i.how.get("zh", "") or "—", "；".join(wanting.get(i.pk, {}).values()) or ("见说明" if i.is_given else "未提供"))
        for n, i in enumerate(row.items.filter(key__in=asked.items).order_by("n"), 1)
    )
    body: list[Block] = [
        Paragraph(f"你单位{day_text(at.astimezone(SHANGHAI).date()) if at else ''}提交的复工申请收悉。经审查，需要补正，现将全部内容一次性告知如下。"),
        Heading("需要补正的项目"),
        Table(("序号", "项目", "怎样提供", "存在的问题"), lines),
        Heading("说明"),
        Paragraph(asked.what),
    ]
    if asked.new_fact:
        body += [Heading("再次告知的新情况"), Paragraph(asked.new_fact)]
    body += [
        Heading("时限"),
        Paragraph(f"自告知之时起停止计算办理时限，补正提交后继续计算，还剩{asked.workdays_left}个工作日。清单以外的材料不必提供。"),
        Paragraph("除出现新的情况外，不再要求补正；逾期未补正的，按现有材料作出决定。"),
    ]
    return OfficialDocument(
        form="letter", masthead=asked.unit.name, title="一次性补正告知书", body=tuple(body), issuer=asked.unit.name,
        dated=asked.asked_at.astimezone(SHANGHAI).date(), to=(row.unit.name,), draft=False,
    )  # fmt: skip


def _wanting(asked: Supplement) -> dict[int, dict[int, str]]:
    """Item -> unit -> what it had found wanting when this was asked for; what was given since does not change the letter."""
    rows = Verdict.objects.filter(item__application=asked.application_id, item__key__in=asked.items, at__lte=asked.asked_at).order_by("at")
    last = {(v.item_id, v.unit_id): v for v in rows}
    out: dict[int, dict[int, str]] = {}
    for (item, unit), v in last.items():
        if not v.ok:
            out.setdefault(item, {})[unit] = v.reason
    return out


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
