"""The staff of one enterprise by what a gate machine may hold of them: document, work number, name, tail of a phone."""

from __future__ import annotations

import unicodedata
from dataclasses import dataclass
from uuid import UUID

from django.db import connection

from tongchou.kernel.errors import Reason, Refusal
from tongchou.kernel.masking import mask_name
from tongchou.kernel.text import Text
from tongchou.record.people.identity import open_identity

_TAIL = 4
"""Digits of a phone or a document that tell people of one name apart."""
_STAFF = """
select s.person_id, p.sealed, coalesce(b.number, '') from record_staff s join record_person p on p.id = s.person_id and p.erased_at is null
left join daily_badge b on b.unit_id = s.unit_id and b.person_id = s.person_id
where s.unit_id = %s and s.to_date is null
"""


@dataclass(frozen=True, slots=True)
class _Known:
    person: UUID
    name: str
    document: str
    phone: str
    badge: str


class Directory:
    """The staff of one enterprise by what a gate machine may hold of them. Opens every seal once; the names stay in memory."""

    def __init__(self, unit: int) -> None:
        with connection.cursor() as cursor:
            cursor.execute(_STAFF, [unit])
            rows = cursor.fetchall()
        self.by_document: dict[str, _Known] = {}
        self.by_badge: dict[str, _Known] = {}
        self.by_name: dict[str, list[_Known]] = {}
        for person, sealed, badge in rows:
            who = open_identity(sealed, person)
            one = _Known(person, who.name, who.document.upper(), who.phone, badge)
            self.by_name.setdefault(_name(who.name), []).append(one)
            if one.document:
                self.by_document[one.document] = one
            if badge:
                self.by_badge[badge] = one

    def find(self, name: str, badge: str, document: str, phone: str) -> UUID | None:
        """Who that is; None: nobody on the staff file. Raises Refusal where it contradicts itself or fits several."""
        held = self.by_document.get(document) or self.by_badge.get(badge)
        if held is not None:
            if name and _name(held.name) != _name(name):
                field = "document" if document in self.by_document else "number"
                rule = Text("姓名与员工档案中的不符。", "The name is not that of the staff file.")
                remedy = Text(
                    "请核对姓名和工号；工号换人的，先结束原员工的档案。",
                    "Check name and number; where the number has gone to somebody else, end the former file first.",
                )
                raise Refusal(Reason.CONFLICT, rule, remedy=remedy, field=field, value=mask_name(name))
            return held.person
        if document and "*" not in document and len(document) > 8:
            return None  # a whole document that is on no file is somebody else, whatever the name
        found = self.by_name.get(_name(name), []) if name else []
        if document:
            found = [k for k in found if k.document.endswith(document[-_TAIL:])] or [k for k in found if not k.document]
        if len(phone) >= _TAIL:
            found = [k for k in found if k.phone.endswith(phone[-_TAIL:])] or [k for k in found if not k.phone]
        if badge and len(found) > 1:
            found = [k for k in found if k.badge in ("", badge)]
        if len(found) > 1:
            rule = Text("档案中有 {n} 名同名员工。", "The staff file holds {n} {n|person|people} of this name.").with_(
                n=len(found)
            )
            remedy = Text("请补上证件号、手机尾号或工号。", "Give the document, the phone's tail or the work number.")
            raise Refusal(Reason.CONFLICT, rule, remedy=remedy, field="name", value=mask_name(name))
        return found[0].person if found else None


def _name(text: str) -> str:
    return unicodedata.normalize("NFKC", text).replace(" ", "").replace("·", "").casefold()
