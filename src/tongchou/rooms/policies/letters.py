"""Letters about an application for a policy, in official form: what is missing, said once; granted with the amount; refused with the condition and clause."""

from __future__ import annotations

from datetime import date, datetime
from decimal import Decimal

from django.utils import timezone

from tongchou.documents.model import Block, Heading, OfficialDocument, Paragraph, Table, day_text
from tongchou.kernel.clock import SHANGHAI
from tongchou.kernel.errors import Reason, Refusal
from tongchou.kernel.text import Text
from tongchou.rooms.plans.models import PackVersion
from tongchou.rooms.plans.store import pack_of, standing_of
from tongchou.rooms.policies.actions.deciding import PAPERS, criteria, pack_then
from tongchou.rooms.policies.catalogue import PACK, Ground, ground
from tongchou.rooms.policies.models import Application

SUPPLEMENT, DECISION = "supplement", "decision"
_GRANTED = ("approved", "paid", "received")


def letters_of(row: Application) -> list[str]:
    """Which letters there are to an application as it stands."""
    asked = [SUPPLEMENT] if row.supplement_at is not None else []
    return asked + ([DECISION] if row.state in (*_GRANTED, "refused") else [])


def policy_letter_of(row: Application, which: str) -> OfficialDocument:
    """One letter, before any layout. row: with unit and loop's owner_unit. Raises Refusal where there is none yet."""
    if which not in letters_of(row):
        rule = Text("还没有这份文书。", "There is no such letter yet.")
        remedy = Text("告知补正或作出决定后可下载 Word 或 PDF。", "Once papers were asked for, or it is decided, it can be had as Word or PDF.")
        raise Refusal(Reason.WRONG_STAGE, rule, remedy=remedy, field="letter", value=which[:20])
    title, day = policy_title(row), _day(row.applied_at)
    first = Paragraph(f"你单位{day_text(day)}提交的“{title}”申请收悉。")
    if which == SUPPLEMENT:
        assert row.supplement_at is not None
        return _letter(row, "一次性补正告知书", [first, *_missing(row)], row.supplement_at)
    assert row.decided_at is not None
    if row.state == "refused":
        return _letter(row, f"关于不予认定“{title}”的决定", [first, *_refused(row), *_end()], row.decided_at)
    return _letter(row, f"关于认定“{title}”的决定", [first, *_granted(row), *_end()], row.decided_at)


def policy_title(row: Application) -> str:
    """The policy's name by the pack under which it was applied for."""
    pack = pack_then(row)
    table = pack.tables.get(row.policy) if pack else None
    return table.title.zh if table else row.policy


def _letter(row: Application, title: str, body: list[Block], at: datetime) -> OfficialDocument:
    issuer = row.loop.owner_unit.name
    return OfficialDocument(form="letter", masthead=issuer, title=title, body=tuple(body), issuer=issuer, dated=_day(at), to=(row.unit.name,), draft=False)


def _missing(row: Application) -> list[Block]:
    """Everything that is missing, one line each, said once."""
    lines = [line.strip() for line in row.supplement.replace("；", "\n").replace(";", "\n").splitlines() if line.strip()]
    return [
        Paragraph("经审查，申请材料尚不齐全，现将需要补正的全部内容一次性告知如下。"),
        Heading("需要补正的内容"),
        Table(("序号", "内容"), tuple((str(n), line) for n, line in enumerate(lines, 1))),
        Heading("怎样补正"),
        Paragraph("请在“惠企政策”的本项申请中上传补正材料并说明。补正期间停止计算办理时限；补正只告知一次，补正后按现有材料作出决定。"),
    ]


def _granted(row: Application) -> list[Block]:
    held = _basis(row)
    out: list[Block] = [Heading("决定"), Paragraph(f"经审核，你单位符合条件，予以认定，金额{_yuan(row.approved)}元。")]
    if row.base is not None and row.worked_out is not None:
        out.append(Paragraph(f"按申报基数{_yuan(row.base)}元计算为{_yuan(row.worked_out)}元。"))
    if held is not None:
        out += [Heading("依据"), Paragraph(_said(held))]
    if row.reason:
        out += [Heading("说明"), Paragraph(row.reason)]
    return [*out, Paragraph("资金兑现后，请在本项申请中确认是否到账；没有到账的，请及时反映。")]


def _refused(row: Application) -> list[Block]:
    found = criteria(row).get(row.criterion)
    if found is not None:
        condition: list[Block] = [Heading("不符合的条件"), Paragraph(_said(found))]
    elif row.criterion == PAPERS:
        condition = [Heading("不符合的条件"), Paragraph("材料经一次性告知补正，仍不能证明符合条件。")]
    else:
        condition = [Heading("不符合的条件"), Paragraph(row.clause or "见办理记录。")]
    return [
        Heading("决定"),
        Paragraph("经审核，不予认定。"),
        *condition,
        Heading("事实和理由"),
        Paragraph(row.reason),
        Paragraph("情况变化、符合条件后，可以再次申请。"),
    ]


def _basis(row: Application) -> Ground | None:
    """The rule by which the enterprise qualified when it applied; None where the pack is no longer on record."""
    version = PackVersion.objects.filter(pack=PACK, digest=row.pack).order_by("made_at").first()
    if version is None or row.policy not in pack_of(version).tables:
        return None
    standing = standing_of(version, row.policy, _day(row.applied_at))
    return next((ground(standing, r) for r in standing.rules if r.key == row.rule), None)


def _said(found: Ground) -> str:
    unsure = "（条文待核）" if found.unconfirmed else ""
    return f"{found.reason.zh}（《{found.document.zh}》{found.number}{found.clause}）{unsure}"


def _yuan(value: Decimal | None) -> str:
    return "—" if value is None else f"{value:,.2f}"


def _day(at: datetime) -> date:
    return timezone.localdate(at, SHANGHAI)


def _end() -> list[Block]:
    return [Heading("异议"), Paragraph("对本决定有异议的，可以向作出决定的单位提出，也可以依法申请行政复议或者提起行政诉讼。")]
