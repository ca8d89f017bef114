"""Issuing: every confirmed directive of a document becomes a task, all in one act, or none."""

from __future__ import annotations

import uuid
from collections.abc import Sequence
from datetime import timedelta
from typing import Any

from pydantic import Field

from tongchou.kernel.errors import Reason, Refusal
from tongchou.kernel.ids import new_id
from tongchou.kernel.text import Text
from tongchou.record.act import Context, Payload, explain_constraint, verb
from tongchou.record.actions.open_loops import CoUnitIn, OpenIn, OpenManyIn, open_many
from tongchou.record.loops.asked import known
from tongchou.rooms.directives.collective import meant
from tongchou.rooms.directives.models import Directive, Document
from tongchou.rooms.directives.names import FROM_ABOVE
from tongchou.rooms.directives.reach import ISSUE, document_in_reach, units_below

ORIGIN = "directive"
MARGIN = timedelta(days=1)
"""Where every unit of a kind gets its own, the whole is due a day later: somebody has to gather the results."""

explain_constraint(
    "directive_confirmed_by_somebody",
    Reason.WRONG_STAGE,
    Text("未经人确认的事项不能下达。", "What nobody has confirmed is not issued."),
    Text("请逐条阅读并确认。", "Read and confirm each of them."),
)


class IssueIn(Payload):
    """directives: some of the document's; without it all that were not dropped."""

    document: uuid.UUID
    directives: list[uuid.UUID] | None = Field(None, max_length=1000)


@verb("directive.issue", ISSUE, Text("下达事项", "Issue directives"))
def issue(context: Context, given: IssueIn) -> dict[str, Any]:
    """Open a task for each; what was not confirmed, has no lead unit, or is due in the past is named and nothing is issued."""
    document = document_in_reach(context.actor, ISSUE, given.document, lock=True)
    if document.set_aside_at is not None:
        raise Refusal(Reason.WRONG_STAGE, Text("该文件已作废。", "The document was set aside."), field="document")
    rows = _chosen(document, given.directives)
    refuse_unready(rows, context)
    items, children = _items(document, rows)
    opened = _open(context, rows, items)
    if children:
        opened += _open(context, rows, children)
    for row, item in zip(rows, items, strict=True):
        row.loop_id, row.state, row.issued_at = item.id, Directive.State.ISSUED, context.now
        context.event("issue", loop_id=item.id, subject=f"directive:{row.pk}", data={"document": str(document.pk), "version": row.version})
    Directive.objects.bulk_update(rows, ["loop", "state", "issued_at"])
    return {"document": str(document.pk), "issued": len(rows), "loops": opened}


def _chosen(document: Document, wanted: Sequence[uuid.UUID] | None) -> list[Directive]:
    live = document.directives.filter(state__in=("proposed", "confirmed")).select_for_update(of=("self",)).order_by("start", "end", "pk")
    rows = list(live.select_related("lead_unit__area"))
    if wanted is not None:
        known = {r.pk for r in rows}
        strange = next((w for w in wanted if w not in known), None)
        if strange is not None:
            rule = Text("没有这条待下达的事项。", "There is no such directive to be issued.")
            raise Refusal(Reason.NOT_FOUND, rule, remedy=Text("请刷新页面。", "Reload the page."), field="directives", value=str(strange))
        rows = [r for r in rows if r.pk in set(wanted)]
    if not rows:
        rule = Text("没有可下达的事项。", "There is nothing to issue.")
        raise Refusal(Reason.MISSING_VALUE, rule, remedy=Text("请先确认事项。", "Confirm some first."), field="directives")
    return rows


def unready(rows: Sequence[Directive], now: Any) -> list[tuple[Text, list[Directive]]]:
    """What keeps directives from being issued, each with the directives concerned."""
    found = [
        (Text("未经确认", "not confirmed"), [r for r in rows if r.state != Directive.State.CONFIRMED]),
        (Text("没有牵头单位", "without a lead unit"), [r for r in rows if r.lead_unit is None]),
        (Text("牵头单位已撤销", "whose lead unit has ended"), [r for r in rows if r.lead_unit is not None and r.lead_unit.active_to is not None]),
        (Text("时限取决于某个事件，还没有定日期", "due at an event that has no date yet"), [r for r in rows if r.due_at is None and r.due_why == "event"]),
        (Text("时限已过", "due in the past"), [r for r in rows if r.due_at is not None and r.due_at <= now]),
    ]
    return [(what, those) for what, those in found if those]


def refuse_unready(rows: Sequence[Directive], context: Context) -> None:
    """Name what is not ready."""
    wrong = unready(rows, context.now)
    if not wrong:
        return
    zh = "；".join(f"{what.zh} {len(those)} 条：{_names(those)}" for what, those in wrong)
    en = "; ".join(f"{len(those)} {what.en}: {_names(those)}" for what, those in wrong)
    raise Refusal(
        Reason.WRONG_STAGE, Text(f"还不能下达。{zh}。", f"Not to be issued yet. {en}."),
        remedy=Text("请逐条处理后再下达，或只选择已准备好的。", "See to each of them, or choose only those that are ready."),
        field="directives", unready=[str(d.pk) for _, those in wrong for d in those][:200],
    )  # fmt: skip


def _names(rows: Sequence[Directive]) -> str:
    told = "、".join(f"“{r.title[:24]}”" for r in rows[:5])
    return told if len(rows) <= 5 else f"{told}……"


def _items(document: Document, rows: Sequence[Directive]) -> tuple[list[OpenIn], list[OpenIn]]:
    """A task for each directive; below those for every unit of a kind, one for each unit."""
    items, children = [], []
    units = list(units_below(document.unit).order_by("pk").values_list("pk", "name", "kind")) if any(r.each_kind for r in rows) else []
    for row in rows:
        item = OpenIn(
            id=new_id(), kind="task", item="", title=row.title, detail=detail_of(document, row), owner_unit=row.lead_unit_id or 0, owner_account=row.person_id,
            co_units=[CoUnitIn(unit=u, part="") for u in row.co_units], due_at=row.due_at, origin=ORIGIN, origin_ref=str(row.pk), urgent=row.urgent,
            asked=known(row.evidence), data=_from(document),
        )  # fmt: skip
        if row.each_kind:
            each = [u for u, _ in meant(row.each_kind, row.each_units, units) if u != row.lead_unit_id]
            if not each:
                rule = Text("“{t}”要求每个单位一件，但选定的单位都不在册。", "“{t}” is for each of several units, and none of those chosen is active.").with_(t=row.title)
                raise Refusal(Reason.MISSING_VALUE, rule, remedy=Text("请修改后再下达。", "Edit it first."), field="directives", unready=[str(row.pk)])
            item.co_units = [c for c in item.co_units if c.unit not in set(each)]
            children += [item.model_copy(update={"id": new_id(), "data": {}, "owner_unit": u, "owner_account": None, "co_units": [], "parent": item.id}) for u in each]
            # Each unit hands in its own proof; whoever gathers the results tells them in words.
            item = item.model_copy(update={"asked": [], "signed": True, "due_at": row.due_at + MARGIN if row.due_at else None})
        items.append(item)
    return items, children


def _from(document: Document) -> dict[str, str]:
    """The document as the task names it; what is split off below shows it from there."""
    named = {"document_number": document.number, "document_title": document.title, "document_organ": document.issuer}
    return {key: value for key, value in named.items() if value} if document.number or document.level in FROM_ABOVE else {}


def detail_of(document: Document, row: Directive) -> str:
    """What the task says: the words of the directive and where they come from."""
    lines = [row.text.strip()]
    when = f"（{document.issued_on:%Y-%m-%d}）" if document.issued_on else ""
    number = f"，{document.number}" if document.number else ""
    lines.append(f"来源：{document.title}{number}{when}")
    return "\n".join(lines)


def _open(context: Context, rows: Sequence[Directive], items: list[OpenIn]) -> list[str]:
    """Open them within this act; a refusal names the directive instead of its place in the list."""
    try:
        return list(open_many(context, OpenManyIn(items=items))["loops"])
    except Refusal as refusal:
        place = next((int(p) for p in (refusal.field or "").split(".") if p.isdigit()), None)
        if place is None or place >= len(items):
            raise
        row = next((r for r in rows if str(r.pk) == items[place].origin_ref), rows[0])
        rule = Text("“{t}”不能下达：{why}", "“{t}” cannot be issued: {why}").with_(t=row.title, why=refusal.rule)
        raise Refusal(refusal.reason, rule, remedy=refusal.remedy, field="directives", unready=[str(row.pk)]) from None
