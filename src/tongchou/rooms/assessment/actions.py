"""Verbs of official documents: draft, edit, sign (which gives the number and issues it), withdraw, sign for."""

from __future__ import annotations

import uuid
from typing import Annotated, Any, Literal

from django.db import connection
from django.db.models import Max
from pydantic import Field

from tongchou.kernel.clock import SHANGHAI
from tongchou.kernel.errors import Reason, Refusal
from tongchou.kernel.ids import new_id
from tongchou.kernel.text import Text
from tongchou.record.access import Actor
from tongchou.record.act import Context, Payload, explain_constraint, verb
from tongchou.record.loops.references import Referable, referable
from tongchou.record.models import Account, District, Unit
from tongchou.rooms.assessment.blocks import from_text
from tongchou.rooms.assessment.models import Bulletin, Receipt
from tongchou.rooms.assessment.reach import bulletin_in_reach, may_work_on, no_such_bulletin
from tongchou.rooms.assessment.weights import adopt, propose

referable(
    Referable("bulletin", Text("公文", "Document"), lambda actor, key: bulletin_in_reach(actor, uuid.UUID(key)).title, "documents", page="bulletin")
)

explain_constraint(
    "bulletin_two_people",
    Reason.SAME_PERSON,
    Text("起草人不能签发自己起草的公文。", "Who drafted it may not sign it."),
    Text("请由其他有签发权的同志签发。", "Somebody else who may sign must do it."),
)
explain_constraint(
    "bulletin_frozen",
    Reason.CONFLICT,
    Text("已签发的公文不能改动。", "A signed document is not changed."),
    Text("需要更正的，请撤回后另行发文。", "To correct it, withdraw it and issue another."),
)


class ContentIn(Payload):
    """body: as it is typed (blocks.from_text). to: units to which it goes. present: 出席; signer: 签发人, where the document names one."""

    title: str = Field(min_length=4, max_length=200)
    to: list[int] = Field(default_factory=list, max_length=3000)
    copies: list[str] = Field(default_factory=list, max_length=40)
    body: str = Field(min_length=1, max_length=200_000)
    note: str = Field("", max_length=200)
    present: list[Annotated[str, Field(min_length=1, max_length=120)]] = Field(default_factory=list, max_length=500)
    attachments: list[Annotated[str, Field(min_length=1, max_length=120)]] = Field(default_factory=list, max_length=50)
    urgency: Literal["", "特急", "加急"] = ""
    signer: str = Field("", max_length=40)


class DraftIn(ContentIn):
    form: Literal["document", "bulletin", "letter", "brief", "minutes"]
    source: dict[str, str] = Field(default_factory=dict)


class EditIn(ContentIn):
    bulletin: uuid.UUID
    seen_version: int


class SignIn(Payload):
    bulletin: uuid.UUID
    seen_version: int


class WithdrawIn(Payload):
    bulletin: uuid.UUID
    reason: str = Field(min_length=4, max_length=200)


class ReceiveIn(Payload):
    bulletin: uuid.UUID


@verb("bulletin.draft", "bulletin.draft", Text("起草公文", "Draft a document"))
def draft(context: Context, given: DraftIn) -> dict[str, Any]:
    """Keep a draft; its issuer is the unit of the post by which it is drafted."""
    grant = context.grants[0]
    assert context.actor.account_id is not None
    row = Bulletin(
        id=new_id(), form=given.form, issuer_id=grant.unit_id, source=given.source, drafted_by_id=context.actor.account_id,
        drafted_at=context.now, **_content(context.actor, given),
    )  # fmt: skip
    row.save(force_insert=True)
    context.event("draft", subject=f"bulletin:{row.pk}", data={"form": row.form})
    return {"bulletin": str(row.pk), "version": 1}


@verb("bulletin.edit", "bulletin.draft", Text("修改公文草稿", "Edit a draft"))
def edit(context: Context, given: EditIn) -> dict[str, Any]:
    row = _open_draft(context, given.bulletin, given.seen_version)
    for name, value in _content(context.actor, given).items():
        setattr(row, name, value)
    row.version += 1
    row.save()
    context.event("edit", subject=f"bulletin:{row.pk}", data={"version": row.version})
    return {"bulletin": str(row.pk), "version": row.version}


def _content(actor: Actor, given: ContentIn) -> dict[str, Any]:
    rows = Unit.objects.filter(pk__in=given.to, active_to=None).values_list("pk", "area__path")
    known = {unit for unit, path in rows if actor.sees_path("bulletin.draft", path)}
    missing = next((u for u in given.to if u not in known), None)
    if missing is not None:
        rule = Text("没有这个在册单位，或不在管理范围。", "There is no such active unit within your reach.")
        raise Refusal(Reason.NOT_FOUND, rule, remedy=Text("请从单位清单中选择。", "Choose from the list."), field="to", value=missing)
    body = from_text(given.body)
    return {
        "title": given.title, "to_units": list(dict.fromkeys(given.to)), "copies": given.copies, "body": body, "note": given.note,
        "present": given.present, "attachments": given.attachments, "urgency": given.urgency, "signer": given.signer.strip(),
    }  # fmt: skip


@verb("bulletin.sign", "bulletin.sign", Text("签发公文", "Sign and issue a document"))
def sign(context: Context, given: SignIn) -> dict[str, Any]:
    """Sign: the document gets the next number of its organ and year, goes out, and never changes again."""
    row = _open_draft(context, given.bulletin, given.seen_version)
    if row.form in ("document", "bulletin", "letter") and not row.to_units:
        rule = Text("没有主送单位。", "It goes to nobody.")
        raise Refusal(Reason.MISSING_VALUE, rule, remedy=Text("请在草稿中选择主送单位。", "Name the units in the draft."), field="to")
    name = Account.objects.filter(pk=context.actor.account_id or 0).values_list("display_name", flat=True).first()
    if row.signer and row.signer != name:
        rule = Text("公文写明签发人为“{n}”，应由其本人签发。", "The document names “{n}” as its signer, who signs it in person.").with_(n=row.signer)
        remedy = Text("请由其签发，或在草稿中改正。", "Let that person sign, or correct the draft.")
        raise Refusal(Reason.NOT_ALLOWED, rule, remedy=remedy, field="signer", value=row.signer)
    row.organ, row.year = organ_code(row.issuer) + ("函" if row.form == "letter" else ""), context.now.astimezone(SHANGHAI).year
    forms = ("document", "bulletin") if row.form in ("document", "bulletin") else (row.form,)
    with connection.cursor() as cursor:  # numbers of an organ are given one after the other, without gaps
        cursor.execute("select pg_advisory_xact_lock(hashtextextended(%s, 0))", [f"bulletin:{row.organ}:{row.year}:{forms[0]}"])
    last = Bulletin.objects.filter(organ=row.organ, year=row.year, form__in=forms).aggregate(n=Max("seq"))["n"]
    row.seq = (last or 0) + 1
    row.signed_by_id, row.signed_at = context.actor.account_id, context.now
    row.save()
    context.event("sign", subject=f"bulletin:{row.pk}", data={"organ": row.organ, "year": row.year, "seq": row.seq, "version": row.version})
    return {"bulletin": str(row.pk), "organ": row.organ, "year": row.year, "seq": row.seq}


def organ_code(issuer: Unit) -> str:
    """机关代字: the district's setting, else made of the district's first character; a district sets its own."""
    here = District.objects.filter(pk=1).first()
    named = str((here.settings or {}).get("organ_code", "")) if here else ""
    return named or f"{(here.name if here else issuer.name)[:1]}防指办"


@verb("bulletin.withdraw", "bulletin.sign", Text("撤回公文", "Withdraw a document"))
def withdraw(context: Context, given: WithdrawIn) -> dict[str, Any]:
    """An issued document is withdrawn with a reason, a draft is dropped; the number is not given again."""
    row = _locked(context.actor, given.bulletin)
    if row.withdrawn_at is not None:
        raise Refusal(Reason.CONFLICT, Text("该公文已撤回。", "It was withdrawn already."), field="bulletin")
    row.withdrawn_at, row.withdrawn_by_id, row.withdraw_reason = context.now, context.actor.account_id, given.reason
    row.save(update_fields=["withdrawn_at", "withdrawn_by", "withdraw_reason"])
    context.event("withdraw", subject=f"bulletin:{row.pk}", note=given.reason)
    return {"bulletin": str(row.pk)}


@verb("bulletin.receive", "bulletin.view", Text("签收公文", "Sign for a document"))
def receive(context: Context, given: ReceiveIn) -> dict[str, Any]:
    """A unit to which it goes signs for it, once."""
    row = bulletin_in_reach(context.actor, given.bulletin)
    grant = next((g for g in context.grants if g.unit_id in row.to_units), None)
    if grant is None or row.signed_at is None or row.withdrawn_at is not None:
        rule = Text("该公文不需要本单位签收。", "Your unit need not sign for it.")
        raise Refusal(Reason.WRONG_STAGE, rule, remedy=Text("请刷新页面。", "Reload the page."), field="bulletin")
    context.grant = grant
    assert context.actor.account_id is not None
    done, made = Receipt.objects.get_or_create(
        bulletin=row, unit_id=grant.unit_id, defaults={"account_id": context.actor.account_id, "at": context.now}
    )
    if made:
        context.event("receive", subject=f"bulletin:{row.pk}", data={"unit": grant.unit_id})
    return {"bulletin": str(row.pk), "at": done.at.isoformat()}


def _locked(actor: Actor, key: uuid.UUID) -> Bulletin:
    row = Bulletin.objects.select_for_update(of=("self",)).select_related("issuer__area").filter(pk=key).first()
    if row is None or not may_work_on(actor, row):
        raise no_such_bulletin(key)
    return row


def _open_draft(context: Context, key: uuid.UUID, seen: int) -> Bulletin:
    row = _locked(context.actor, key)
    if row.signed_at is not None or row.withdrawn_at is not None:
        rule = Text("该公文已签发或已撤回，不能再修改。", "It was signed or withdrawn and does not change any more.")
        remedy = Text("需要更正的，请撤回后另行发文。", "To correct it, withdraw it and issue another.")
        raise Refusal(Reason.WRONG_STAGE, rule, remedy=remedy, field="bulletin")
    if row.version != seen:
        rule = Text("草稿已被他人修改（第 {n} 稿）。", "Somebody has changed the draft (version {n}).").with_(n=row.version)
        raise Refusal(Reason.CONFLICT, rule, remedy=Text("请刷新后重新办理。", "Reload and do it again."), field="seen_version", value=seen)
    return row

__all__ = ["adopt", "draft", "edit", "propose", "receive", "sign", "withdraw"]
