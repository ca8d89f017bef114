"""Whose account is whose file: linked by the community that has the person before it, with the document in hand."""

from __future__ import annotations

import uuid
from typing import Any

from pydantic import Field

from tongchou.kernel.errors import Reason, Refusal
from tongchou.kernel.text import Text
from tongchou.record.act import Context, Payload, verb
from tongchou.record.actions.people import EDIT
from tongchou.record.models import Account, Person
from tongchou.record.people.identity import open_identity
from tongchou.record.people.reach import person_in_reach

TAIL = 4
"""So many characters of the document are typed from the card, so that a slip does not open one person's file to another."""


class LinkAccountIn(Payload):
    """username: as the person signs in. document_tail: the last four characters of the document that the person shows."""

    person: uuid.UUID
    username: str = Field(min_length=1, max_length=60)
    document_tail: str = Field(min_length=TAIL, max_length=TAIL)


class UnlinkAccountIn(Payload):
    person: uuid.UUID
    account: int


@verb("person.link_account", EDIT, Text("关联账号", "Link an account"))
def link(context: Context, given: LinkAccountIn) -> dict[str, Any]:
    """From now on who signs in with the account sees and corrects this file as the own one. Nobody links the own account."""
    person = person_in_reach(context.actor, EDIT, given.person, lock=True)
    _check_document(person, given.document_tail)
    account = Account.objects.select_for_update().filter(username=given.username.strip().lower(), is_active=True).first()
    if account is None:
        rule = Text("没有这个启用中的账号。", "There is no such active account.")
        remedy = Text("请核对用户名；还没有账号的，请安全管理员先新增。", "Check the user name; where there is none yet the security administrator adds it first.")
        raise Refusal(Reason.NOT_FOUND, rule, remedy=remedy, field="username", value=given.username[:60])
    if account.pk == context.actor.account_id:
        rule = Text("不能关联自己的账号。", "Nobody links the own account.")
        raise Refusal(Reason.SAME_PERSON, rule, remedy=Text("请由另一名工作人员办理。", "Another officer does it."), field="username", value=account.username)
    if account.person_id == person.pk:
        return {"account": account.pk, "changed": False}
    if account.person_id is not None:
        rule = Text("该账号已关联另一人的档案。", "This account is linked to somebody else's file.")
        remedy = Text("请核对用户名；关联有误的，由那一人所在社区先解除。", "Check the user name; a wrong link is first undone by that person's community.")
        raise Refusal(Reason.CONFLICT, rule, remedy=remedy, field="username", value=account.username)
    account.person = person
    account.save(update_fields=["person"])
    context.event("account_linked", subject=f"person:{person.pk}", data={"account": account.pk})
    return {"account": account.pk, "changed": True}


@verb("person.unlink_account", EDIT, Text("解除账号关联", "Undo the link of an account"))
def unlink(context: Context, given: UnlinkAccountIn) -> dict[str, Any]:
    """The account sees nobody's file any more."""
    person = person_in_reach(context.actor, EDIT, given.person, lock=True)
    changed = Account.objects.filter(pk=given.account, person=person).update(person=None)
    if changed:
        context.event("account_unlinked", subject=f"person:{person.pk}", data={"account": given.account})
    return {"account": given.account, "changed": bool(changed)}


def _check_document(person: Person, tail: str) -> None:
    document = open_identity(person.sealed, person.pk).document
    if not document:
        rule = Text("档案中没有证件号码，无法核对本人。", "The file holds no document to compare with.")
        raise Refusal(Reason.MISSING_VALUE, rule, remedy=Text("请先更正档案，补登证件号码。", "Correct the file first: add the document."), field="document_tail")
    if document[-TAIL:].upper() != tail.strip().upper():
        rule = Text("与档案中证件号码的末四位不一致。", "This is not how the document on record ends.")
        remedy = Text("请对照本人出示的证件核对；可能打开了另一人的档案。", "Compare with the document shown; perhaps this is another person's file.")
        raise Refusal(Reason.INVALID_VALUE, rule, remedy=remedy, field="document_tail", value=tail)
