"""Letters about a permit in official form, composed from what the record says happened: suspended, restored, renewed, refused, withdrawn."""

from __future__ import annotations

from datetime import date

from tongchou.documents.model import Block, Heading, OfficialDocument, Paragraph, Table, day_text
from tongchou.kernel.clock import SHANGHAI
from tongchou.record.loops.write import office_unit
from tongchou.record.models import District, Event, Unit, WorkPermit

LETTERS: dict[str, str] = {
    "permit_suspended": "关于暂停复工许可的决定",
    "permit_in_force": "关于恢复复工许可的决定",
    "permit_kept": "关于维持复工许可的决定",
    "permit_adjusted": "关于调整复工许可返岗人数的决定",
    "permit_adjust_refused": "关于不予调整返岗人数的答复",
    "permit_renewed": "关于延续复工许可的决定",
    "permit_withdrawn": "关于撤销复工许可的决定",
    "permit_restore_refused": "关于不予恢复复工许可的答复",
    "permit_renew_refused": "关于不予延续复工许可的答复",
}


def permit_letter_of(permit: WorkPermit, event: Event) -> OfficialDocument:
    """The letter about one event of a permit, before any layout."""
    office = Unit.objects.filter(pk=office_unit() or 0).values_list("name", flat=True).first()
    district = District.objects.filter(pk=1).values_list("name", flat=True).first() or ""
    issuer = office or f"{district}疫情防控指挥部办公室"
    return OfficialDocument(
        form="letter", masthead=issuer, title=LETTERS[event.what], body=tuple(_body(permit, event)), issuer=issuer,
        dated=event.at.astimezone(SHANGHAI).date(), to=(permit.unit.name,), draft=False,
    )  # fmt: skip


def _body(permit: WorkPermit, event: Event) -> list[Block]:
    day, data = day_text(event.at.astimezone(SHANGHAI).date()), event.data
    out: list[Block] = [Paragraph(f"你单位持有的复工许可（编号{permit.number}，{day_text(permit.from_date)}发给），现就有关事项决定如下。")]
    what = {
        "permit_suspended": f"自{day}起暂停该许可，暂停期间不得生产经营，复工牌变更为红牌。",
        "permit_in_force": f"自{day}起恢复该许可，可以继续生产经营，复工牌变更为蓝牌。",
        "permit_kept": "经复核，维持该许可，可以继续生产经营。",
        "permit_adjust_refused": "经审核，不予调整返岗人数，仍按原核定人数执行。口罩补足后可以再次申请。",
        "permit_withdrawn": f"自{day}起撤销该许可。需要复工的，应当重新申请。",
        "permit_restore_refused": "经核实，不予恢复该许可。整改后可以再次申请。",
        "permit_renew_refused": "经审核，不予延续该许可，原许可至期满为止有效。期满后需要复工的，应当重新申请。",
    }
    if event.what == "permit_renewed":
        was, until = (day_text(date.fromisoformat(data[k])) for k in ("was", "until"))
        out += [Heading("决定"), Paragraph(f"该许可原有效期至{was}，现延续至{until}，编号和条件不变。")]
    elif event.what == "permit_adjusted":
        out += [Heading("决定"), Paragraph(f"该许可核定的返岗人数由不超过{data['was']}人调整为不超过{data['most']}人，其他条件不变。")]
    else:
        out += [Heading("决定"), Paragraph(what[event.what])]
    out += [Heading("理由"), Paragraph(event.note or "见办理记录。")]
    if data.get("must_show"):
        lines = tuple((str(n), m) for n, m in enumerate(data["must_show"], 1))
        out += [Heading("恢复前须提供"), Table(("序号", "内容"), lines), Paragraph("整改到位后，请在“复工许可”中逐条说明并附证明，申请恢复。")]
    if data.get("shown"):
        out += [Heading("逐条核实情况"), Table(("须提供的内容", "核实情况"), tuple((k, v) for k, v in data["shown"].items()))]
    if data.get("added"):
        out += [Heading("新增条件"), Table(("序号", "内容"), tuple((str(n), c) for n, c in enumerate(data["added"], 1)))]
    if event.what in ("permit_in_force", "permit_renewed", "permit_kept", "permit_adjusted") and permit.conditions:
        out.append(Paragraph("请继续遵守以下条件：" + "；".join(permit.conditions) + "。"))
    out.append(Heading("异议"))
    out.append(Paragraph("对本决定有异议的，可以向作出决定的单位提出，也可以依法申请行政复议或者提起行政诉讼。"))
    return out
