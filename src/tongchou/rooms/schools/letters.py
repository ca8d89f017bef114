"""The letter to a school about its opening, in official form: what was found item by item, what is decided, by which rule, how to object."""

from __future__ import annotations

from tongchou.documents.model import Block, Heading, OfficialDocument, Paragraph, Table, day_text
from tongchou.kernel.clock import SHANGHAI
from tongchou.kernel.errors import Reason, Refusal
from tongchou.kernel.text import Text
from tongchou.record.loops.write import office_unit
from tongchou.record.models import District, Unit
from tongchou.record.plans import pack_in_force
from tongchou.rooms.schools.conditions import OWN_PROOF, PACK, titles
from tongchou.rooms.schools.models import Opening
from tongchou.rooms.schools.reach import DECIDE, office

TITLES = {"open": "关于同意开学的决定", "refused": "关于不同意开学的决定", "withdrawn": "关于撤回开学决定的通知"}


def opening_letter(row: Opening) -> OfficialDocument:
    """The letter about the decision that an application has, before any layout. Raises Refusal while nothing is decided."""
    if row.state not in TITLES or row.decided_at is None:
        rule, remedy = Text("还没有作出决定，没有决定书。", "Nothing is decided yet, so there is no letter."), Text("作出决定后可下载。", "It can be had once decided.")
        raise Refusal(Reason.WRONG_STAGE, rule, remedy=remedy, field="opening", value=str(row.pk))
    at = (row.withdrawn_at if row.state == "withdrawn" else row.decided_at) or row.decided_at
    issuer = _issuer(row)
    return OfficialDocument(
        form="letter", masthead=issuer, title=TITLES[row.state], body=tuple(_body(row)), issuer=issuer, dated=at.astimezone(SHANGHAI).date(),
        to=(row.school.unit.name,), draft=False,
    )  # fmt: skip


def _issuer(row: Opening) -> str:
    unit = row.loop.owner_unit_id if row.loop is not None else office(DECIDE, row.school.unit.area.path) or office_unit()
    name = Unit.objects.filter(pk=unit or 0).values_list("name", flat=True).first()
    district = District.objects.filter(pk=1).values_list("name", flat=True).first() or ""
    return name or f"{district}疫情防控指挥部办公室"


def _body(row: Opening) -> list[Block]:
    assert row.decided_at is not None
    applied, opens = day_text(row.applied_at.astimezone(SHANGHAI).date()), day_text(row.opens_on)
    decided = day_text(row.decided_at.astimezone(SHANGHAI).date())
    if row.state == "withdrawn":
        out: list[Block] = [Paragraph(f"你校于{decided}获准开学。因情况变化，现撤回该决定，自本通知之日起停止线下教学，须重新申请开学。")]
        out += [Heading("理由"), Paragraph(row.reason)]
        return [*out, *_end()]
    out = [Paragraph(f"你校{applied}提交的开学申请（拟于{opens}开学）收悉。经逐项核查，现将决定告知如下。")]
    lines = _lines(row)
    if lines:
        out += [Heading("逐项核查情况"), Table(("开学条件", "结论", "说明"), lines)]
    out.append(Heading("决定"))
    if row.state == "open":
        out.append(Paragraph(f"同意你校自{opens}起开学。请按年级错时返校，落实晨午检、因病缺勤追踪和应急处置；条件不再具备的，及时报告。"))
    else:
        out.append(Paragraph("不同意开学。对照上列未具备的条件整改后，可以重新申请。"))
    if row.reason:
        out += [Heading("理由"), Paragraph(row.reason)]
    return [*out, *_rule(row), *_end()]


def _lines(row: Opening) -> tuple[tuple[str, ...], ...]:
    """Each item with how it stood; one that was never handed in is said to be so."""
    proofs, known = {p.key: p for p in row.proofs.all()}, titles()
    words = {True: "符合", False: "不符合", None: "未核查"}
    return tuple(
        (known[k].zh if k in known else k, words[proofs[k].met] if k in proofs else "未提交", (proofs[k].note if k in proofs else "") or "—")
        for k in (*OWN_PROOF, *row.items)
    )


def _rule(row: Opening) -> list[Block]:
    """By which paper and edition it was decided."""
    assert row.decided_at is not None
    paper = pack_in_force(PACK, row.decided_at.astimezone(SHANGHAI).date()).documents.get("schools_2020")
    edition = (row.decision or {}).get("edition_title", {})
    named = f"《{paper.title.zh}》{paper.number}" if paper is not None else ""
    said = "、".join(t for t in (named, edition.get("zh", "") if isinstance(edition, dict) else "") if t)
    return [Heading("依据"), Paragraph(said + "。")] if said else []


def _end() -> list[Block]:
    return [Heading("异议"), Paragraph("对本决定有异议的，可以向作出决定的单位提出，也可以依法申请行政复议或者提起行政诉讼。")]
