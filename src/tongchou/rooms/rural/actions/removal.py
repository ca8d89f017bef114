"""A risk is removed by two people, and with the household's consent."""

from __future__ import annotations

from typing import Any

from tongchou.kernel.errors import Reason, Refusal
from tongchou.kernel.text import Text
from tongchou.record.act import Context, verb
from tongchou.record.models import Loop
from tongchou.rooms.rural.actions.relief import ORIGIN, ProposeIn, VerifyIn, file_in_reach, not_ahead
from tongchou.rooms.rural.models import Household
from tongchou.rooms.rural.reach import CARE, VERIFY, today


@verb("relief.propose", CARE, Text("提请消除风险", "Propose that the risk is removed"))
def propose(context: Context, given: ProposeIn) -> dict[str, Any]:
    """Propose a removal: measures have been taken, and no problem is open."""
    row = file_in_reach(context, CARE, given.file)
    if row.state != Household.State.OPEN:
        rule = Text("已提请，待核实。", "It is proposed already.")
        raise Refusal(Reason.WRONG_STAGE, rule, field="file")
    if not row.measures.exists():
        rule = Text("还没有落实任何帮扶措施。", "No measure has been taken yet.")
        raise Refusal(
            Reason.EVIDENCE_MISSING, rule, remedy=Text("请先登记措施。", "Record the measures first."), field="file"
        )
    if Loop.objects.filter(kind="relief_problem", origin=ORIGIN, origin_ref=str(row.pk), closed_at=None).exists():
        rule = Text("还有未解决的问题。", "A problem is still open.")
        raise Refusal(
            Reason.CHILDREN_OPEN, rule, remedy=Text("请先解决并回访。", "Have it put right first."), field="file"
        )
    row.state, row.proposed_at, row.proposed_by_id = Household.State.PROPOSED, context.now, context.actor.account_id
    row.agreed, row.asked_on, row.verified_by = None, None, None
    row.save()
    context.event("relief_proposed", subject=f"relief:{row.pk}")
    return {"file": str(row.pk), "state": row.state}


@verb("relief.verify", VERIFY, Text("核实消除风险", "Verify that the risk is removed"))
def verify(context: Context, given: VerifyIn) -> dict[str, Any]:
    """Another person asks the household, and removes the risk if it agrees; or sends the proposal back."""
    row = file_in_reach(context, VERIFY, given.file)
    if row.state != Household.State.PROPOSED or row.proposed_at is None:
        rule = Text("没有待核实的提请。", "Nothing waits to be verified.")
        raise Refusal(Reason.WRONG_STAGE, rule, field="file")
    not_ahead(context, given.asked_on, "asked_on")
    if given.asked_on < today(row.proposed_at):
        rule = Text("回访应在提请之后。", "The household is asked after the proposal.")
        raise Refusal(Reason.IMPOSSIBLE_DATE, rule, field="asked_on", value=given.asked_on.isoformat())
    if given.remove and not given.agreed:
        rule = Text("本户不认可的，不能消除。", "Not where the household does not agree.")
        raise Refusal(
            Reason.CONFLICT,
            rule,
            remedy=Text("请选择不予消除，并写明原因。", "Refuse it, and say why."),
            field="agreed",
        )
    if not given.remove and not given.reason:
        rule = Text("不予消除须写明原因。", "Say why it is refused.")
        raise Refusal(Reason.MISSING_VALUE, rule, field="reason")
    row.agreed, row.asked_on, row.verified_by_id = given.agreed, given.asked_on, context.actor.account_id
    row.state = Household.State.REMOVED if given.remove else Household.State.OPEN
    row.removed_on = today(context.now) if given.remove else None
    row.save()
    data = {"agreed": given.agreed, "asked_on": given.asked_on.isoformat()}
    context.event(
        "relief_removed" if given.remove else "relief_kept", subject=f"relief:{row.pk}", note=given.reason, data=data
    )
    return {"file": str(row.pk), "state": row.state}

