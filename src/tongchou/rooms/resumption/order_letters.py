"""Numbered orders and notices in official form: ordered to stop, ordered to correct, sent to review."""

from __future__ import annotations

from tongchou.documents.model import Block, Heading, OfficialDocument, Paragraph, Table, day_text
from tongchou.kernel.clock import SHANGHAI
from tongchou.record.models import WorkOrder
from tongchou.record.questions.work_orders import mark_of

TITLES = {"stop": "关于责令停工的决定", "correct": "关于责令改正的决定", "review": "关于复工许可转入复核的通知"}
_ASKED = {"stop": "解除停工前须完成", "correct": "须完成的事项", "review": "请你单位配合的事项"}


def order_letter(order: WorkOrder) -> OfficialDocument:
    """The letter of an order with its number, before any layout."""
    return OfficialDocument(
        form="letter", masthead=order.organ.name, title=TITLES[order.kind], body=tuple(_body(order)), issuer=order.organ.name,
        dated=order.issued_at.astimezone(SHANGHAI).date(), number=mark_of(order), to=(order.unit.name,), draft=False,
    )  # fmt: skip


def _body(order: WorkOrder) -> list[Block]:
    day = day_text(order.issued_at.astimezone(SHANGHAI).date())
    held = f"你单位持有的复工许可（编号{order.permit.number}）" if order.permit else "你单位"
    what = {
        "stop": f"自{day}起，责令你单位停止生产经营。停工令解除前，不得复工，不受理复工申请、备案和承诺" + ("，所持复工许可同时暂停。" if order.permit else "。"),
        "correct": f"自{day}起，责令你单位改正下列问题。逾期不改正或者改正不到位的，依法依规处理。",
        "review": f"自{day}起，{held}转入复核。复核期间可以继续生产经营；复核结论为维持、附条件维持或者暂停，将另行告知。",
    }
    out: list[Block] = [Heading("通知事项" if order.kind == "review" else "决定"), Paragraph(what[order.kind]), Heading("事实和理由"), Paragraph(order.reason)]
    if order.points:
        out += [Heading(_ASKED[order.kind]), Table(("序号", "内容"), tuple((str(n), p) for n, p in enumerate(order.points, 1)))]
    if order.lifted_at is not None:
        out += [Heading("解除"), Paragraph(f"本停工令已于{day_text(order.lifted_at.astimezone(SHANGHAI).date())}解除。理由：{order.lift_reason}")]
    if order.kind != "review":
        out += [Heading("异议"), Paragraph("对本决定有异议的，可以向作出决定的单位提出，也可以依法申请行政复议或者提起行政诉讼。")]
    return out
