"""Registering many people in one act, from data that a program has: each row is checked and stored as person.register would."""

from __future__ import annotations

import uuid
from typing import Any

from django.db import connection
from django.utils import timezone
from pydantic import Field

from tongchou.kernel.errors import Reason, Refusal
from tongchou.kernel.ids import new_id
from tongchou.kernel.text import Text
from tongchou.record.act import Context, Payload, verb
from tongchou.record.actions.people import EDIT, RegisterIn, elsewhere
from tongchou.record.actions.people_import import _households
from tongchou.record.copytext import batched_lines
from tongchou.record.models import Area, Household, Person, Unit
from tongchou.record.people.given import Given, read_identity
from tongchou.record.people.identity import SEALED_COLUMNS, document_hash, sealed_rows
from tongchou.record.people.locks import lock_documents, on_record
from tongchou.record.people.reach import area_for_people, household_for, like_paths, workplace_for

MOST = 20_000
_COLUMNS = f"{SEALED_COLUMNS}, sex, area_id, household_id, workplace_id, created_at"


class NewPersonIn(RegisterIn):
    """As for person.register. id: chosen by the client, to link records; else given by the program."""

    id: uuid.UUID | None = None


class RegisterManyIn(Payload):
    people: list[NewPersonIn] = Field(min_length=1, max_length=MOST)


@verb("person.register_many", EDIT, Text("批量登记人员", "Register many people"))
def register_many(context: Context, given: RegisterManyIn) -> dict[str, Any]:
    """Register people, all or none; a refusal names the first who cannot be registered.

    `people` in the result: the ids in order; empty where the client chose all of them and so knows them.
    """
    today = timezone.localdate(context.now)
    read: list[Given] = []
    for n, one in enumerate(given.people):
        try:
            told = one.model_dump(exclude={"id", "area", "household", "household_label", "workplace"})
            read.append(read_identity(**told, today=today))
        except Refusal as refusal:
            raise _at(n, refusal) from None
    _check_places(context, given.people)
    lock_documents()
    _check_documents(context, read)
    ids = [one.id or new_id() for one in given.people]
    _check_ids(ids)
    if not context.dry_run:
        _store(context, given.people, read, ids)
    for person, one in zip(ids, given.people, strict=True):
        context.event("person_registered", subject=f"person:{person}", data={"area": one.area})
    known = all(one.id for one in given.people)
    return {"registered": len(ids), "people": [] if known else [str(i) for i in ids]}


def _at(n: int, refusal: Refusal) -> Refusal:
    refusal.field = f"people.{n}.{refusal.field}"
    return refusal


def _check_places(context: Context, people: list[NewPersonIn]) -> None:
    """Refuse an area, household or workplace that is not there or not within reach; each is looked up once for all."""
    homes = {p.household for p in people if p.household is not None}
    area_of = dict(Household.objects.filter(pk__in=homes).values_list("pk", "area_id")) if homes else {}
    works = {p.workplace for p in people if p.workplace is not None}
    known = set(Unit.objects.filter(pk__in=works, active_to=None).values_list("pk", flat=True)) if works else set()
    areas = Area.objects.filter(pk__in={p.area for p in people}, valid_to=None).values_list("pk", "path")
    reached = {key for key, path in areas if context.actor.sees_path(EDIT, path)}
    for n, one in enumerate(people):
        try:
            if one.area not in reached:
                reached.add(area_for_people(context.actor, EDIT, one.area).pk)
            if one.household is not None and area_of.get(one.household) != one.area:
                household_for(Area(pk=one.area), one.household, "")
            if one.workplace not in known:
                workplace_for(one.workplace)
        except Refusal as refusal:
            raise _at(n, refusal) from None


def _check_documents(context: Context, read: list[Given]) -> None:
    """Refuse a document that comes twice, or is on record already."""
    hashes = [document_hash(g.identity.document_kind, g.identity.document) for g in read]
    known = on_record([h for h in hashes if h], like_paths(context.actor, EDIT))
    first: dict[bytes, int] = {}
    for n, (one, hashed) in enumerate(zip(read, hashes, strict=True)):
        if hashed is None:
            continue
        refusal = None
        if hashed in known and not known[hashed].inside:
            refusal = elsewhere()
        elif hashed in known:
            rule = Text("该证件已登记在册。", "This document is on record already.")
            remedy = Text("不必再登记；信息有变的，请在档案中更正。", "No need to register again; correct the file where data has changed.")
            refusal = Refusal(Reason.DUPLICATE, rule, remedy=remedy, field="document", person=str(known[hashed].person))
        elif hashed in first:
            rule = Text("与第 {n} 人证件相同。", "Number {n} has the same document.").with_(n=first[hashed] + 1)
            remedy = Text("请核对，只保留一人。", "Compare the two and keep one.")
            refusal = Refusal(Reason.DUPLICATE, rule, remedy=remedy, field="document")
        if refusal is not None:
            refusal.value = one.identity.masked().document
            raise _at(n, refusal)
        first[hashed] = n


def _check_ids(ids: list[uuid.UUID]) -> None:
    """Refuse an id that comes twice or is taken. Under the lock of documents nobody else chooses one meanwhile."""
    seen = set(Person.objects.filter(pk__in=ids).values_list("pk", flat=True))
    for n, person in enumerate(ids):
        if person in seen:
            rule = Text("该编号已用于另一人。", "This id is already another person's.")
            remedy = Text("请换用新的编号，或不填写编号。", "Choose a new id, or give none.")
            raise _at(n, Refusal(Reason.CONFLICT, rule, remedy=remedy, field="id", value=str(person)))
        seen.add(person)


def _store(context: Context, people: list[NewPersonIn], read: list[Given], ids: list[uuid.UUID]) -> None:
    labels = {(p.area, p.household_label) for p in people if p.household is None and p.household_label}
    homes = _households(labels)
    sealed = sealed_rows((g.identity for g in read), ids)
    rows = (
        (*values, g.sex, p.area, p.household or homes.get((p.area, p.household_label)), p.workplace, context.now)
        for values, g, p in zip(sealed, read, people, strict=True)
    )
    with connection.cursor() as cursor, cursor.copy(f"copy record_person ({_COLUMNS}) from stdin") as copy:
        for part in batched_lines(rows):
            copy.write(part)
