"""Verbs on people: register, correct, move; and the acts of reading."""

from __future__ import annotations

import uuid
from dataclasses import asdict
from typing import Any, Literal

from django.utils import timezone
from pydantic import Field

from tongchou.kernel.errors import Reason, Refusal
from tongchou.kernel.ids import new_id
from tongchou.kernel.text import Text
from tongchou.record.access import Actor
from tongchou.record.act import Context, Payload, verb
from tongchou.record.models import Person
from tongchou.record.people.given import Given, read_identity
from tongchou.record.people.identity import document_hash, open_identity, same_name_token, sealed_values
from tongchou.record.people.locks import OnRecord, lock_document, on_record
from tongchou.record.people.purposes import stated
from tongchou.record.people.reach import (
    area_for_people,
    check_people,
    household_for,
    like_paths,
    person_in_reach,
    workplace_for,
)

EDIT = "person.edit"


class RegisterIn(Payload):
    """Empty text: not known. area: the id of an area in force. household, or household_label for the household of that label."""

    name: str = Field(max_length=200)
    document_kind: str = Field("", max_length=40)
    document: str = Field("", max_length=60)
    phone: str = Field("", max_length=60)
    address: str = Field("", max_length=400)
    birth_date: str = Field("", max_length=40)
    sex: str = Field("", max_length=10)
    area: int
    household: int | None = None
    household_label: str = Field("", max_length=40)
    workplace: int | None = None


@verb("person.register", EDIT, Text("登记人员", "Register a person"))
def register(context: Context, given: RegisterIn) -> dict[str, Any]:
    """Register a person. One who is on record with the same document is not registered again: `existing` is then true."""
    told = given.model_dump(exclude={"area", "household", "household_label", "workplace"})
    read = read_identity(**told, today=timezone.localdate(context.now))
    area = area_for_people(context.actor, EDIT, given.area)
    known = _known(context.actor, read)
    if known is not None:
        context.read([known.person])
        same = known.name == same_name_token(read.identity.name)
        return {"person": str(known.person), "existing": True, "same_name": same}
    household = household_for(area, given.household, given.household_label)
    person = new_id()
    Person.objects.create(
        **sealed_values(read.identity, person), sex=read.sex, area=area, household=household,
        workplace=workplace_for(given.workplace), created_at=context.now,
    )  # fmt: skip
    context.event("person_registered", subject=f"person:{person}", data={"area": area.pk})
    return {"person": str(person), "existing": False, "same_name": True}


def _known(actor: Actor, read: Given, besides: uuid.UUID | None = None) -> OnRecord | None:
    """Who is on record with this document; refuses, without saying who, when that is outside the actor's area."""
    hashed = document_hash(read.identity.document_kind, read.identity.document)
    if hashed is None:
        return None
    lock_document(hashed)
    found = on_record([hashed], like_paths(actor, EDIT)).get(hashed)
    if found is None or found.person == besides:
        return None
    if not found.inside:
        raise elsewhere()
    return found


def elsewhere() -> Refusal:
    return Refusal(
        Reason.DUPLICATE,
        Text("该证件已在辖区以外登记。", "This document is on record outside your area."),
        remedy=Text(
            "请先对照证件核对号码；确属本辖区人员的，请联系区指挥部办公室办理划转。",
            "Check the number against the document; if the person belongs to your area, ask the headquarters office to move the file.",
        ),
        field="document",
    )


Clearable = Literal["document", "phone", "address", "birth_date"]


class CorrectIn(Payload):
    """What is not given (null) is kept; `clear` names what is no longer known."""

    person: uuid.UUID
    name: str | None = Field(None, max_length=200)
    document_kind: str | None = Field(None, max_length=40)
    document: str | None = Field(None, max_length=60)
    phone: str | None = Field(None, max_length=60)
    address: str | None = Field(None, max_length=400)
    birth_date: str | None = Field(None, max_length=40)
    sex: str | None = Field(None, max_length=10)
    clear: list[Clearable] = Field(default_factory=list, max_length=4)


@verb("person.correct", EDIT, Text("更正人员信息", "Correct a person's data"))
def correct(context: Context, given: CorrectIn) -> dict[str, Any]:
    """Correct identity. The event names the fields that changed, never what they say."""
    person = person_in_reach(context.actor, EDIT, given.person, lock=True)
    before = open_identity(person.sealed, person.pk)
    merged = asdict(before) | {"sex": person.sex}
    told = given.model_dump(exclude={"person", "clear"}, exclude_none=True)
    if "document" in told and "document_kind" not in told:
        merged["document_kind"] = ""  # a new number: its kind follows from its form
    if "birth_date" in told:
        told["birth_date"] = told["birth_date"] or None
    elif "document" in told:
        merged["birth_date"] = None if before.document else merged["birth_date"]
    if "document" in told and "sex" not in told and before.document:
        merged["sex"] = "u"  # what the old document said goes with it
    merged |= told
    for name in given.clear:
        merged[name] = None if name == "birth_date" else ""
        if name == "document":
            merged["document_kind"] = ""
    read = read_identity(**merged, today=timezone.localdate(context.now))
    changed = [k for k, v in asdict(read.identity).items() if v != getattr(before, k)]
    changed += ["sex"] if read.sex != person.sex else []
    if not changed:
        return {"person": str(person.pk), "changed": []}
    if "document" in changed and (known := _known(context.actor, read, person.pk)) is not None:
        raise _same_document(known)
    Person.objects.filter(pk=person.pk).update(
        **{k: v for k, v in sealed_values(read.identity, person.pk).items() if k != "id"}, sex=read.sex
    )
    context.event("person_corrected", subject=f"person:{person.pk}", data={"fields": changed})
    return {"person": str(person.pk), "changed": changed}


def _same_document(known: OnRecord) -> Refusal:
    return Refusal(
        Reason.DUPLICATE,
        Text("另一份档案已有该证件。", "Another file has this document already."),
        remedy=Text("请核对号码；确为同一人的，请办理合并。", "Check the number; if they are one person, merge the files."),
        field="document",
        person=str(known.person),
    )


class MoveIn(Payload):
    """area null: stays. `leave` names ties that end without a new one."""

    person: uuid.UUID
    area: int | None = None
    household: int | None = None
    household_label: str = Field("", max_length=40)
    workplace: int | None = None
    leave: list[Literal["household", "workplace"]] = Field(default_factory=list, max_length=2)


@verb("person.move", EDIT, Text("人员划转", "Move a person"))
def move(context: Context, given: MoveIn) -> dict[str, Any]:
    """Move a person to another area, household or workplace. Who changes area leaves the old household."""
    person = person_in_reach(context.actor, EDIT, given.person, lock=True)
    before = {"area": person.area_id, "household": person.household_id, "workplace": person.workplace_id}
    after = dict(before)
    area = person.area
    if given.area is not None and given.area != person.area_id:
        area = area_for_people(context.actor, EDIT, given.area)
        after |= {"area": area.pk, "household": None}
    if "household" in given.leave:
        after["household"] = None
    household = household_for(area, given.household, given.household_label)
    if household is not None:
        after["household"] = household.pk
    if given.workplace is not None or "workplace" in given.leave:
        found = workplace_for(given.workplace)
        after["workplace"] = found.pk if found else None
    changed = {k: [before[k], after[k]] for k in before if before[k] != after[k]}
    if changed:
        Person.objects.filter(pk=person.pk).update(**{f"{k}_id": v for k, v in after.items()})
        context.event("person_moved", subject=f"person:{person.pk}", data=changed)
    return {"person": str(person.pk), "changed": list(changed)}


class ReadIn(Payload):
    """people: whose data is about to be shown. what: where it is shown."""

    people: list[uuid.UUID] = Field(min_length=1, max_length=1000)
    what: Literal["file", "list", "print", "duplicates"] = "file"
    purpose: str = Field("", max_length=200)


@verb("person.read", "person.view", Text("查阅人员档案", "Read personal files"))
def read_people(context: Context, given: ReadIn) -> dict[str, Any]:
    """Record that personal data is shown. Gives nothing personal itself."""
    check_people(context.actor, "person.view", given.people, "people")
    return _reading(context, given.people, given.what, given.purpose)


class FoundIn(Payload):
    """people: who was found; may be nobody. by: the kind of what was typed, never the text."""

    people: list[uuid.UUID] = Field(max_length=200)
    by: str = Field("", max_length=20)
    purpose: str = Field("", max_length=200)


@verb("person.search", "person.search", Text("检索人员", "Search people"))
def found_people(context: Context, given: FoundIn) -> dict[str, Any]:
    """Record a search and whom it showed (masked). A search that finds nobody is recorded too."""
    check_people(context.actor, "person.search", given.people, "people")
    return _reading(context, given.people, "search", given.purpose) | {"by": given.by}


class OpenIn(Payload):
    """purpose: a key of purposes.yaml. note: the particulars; shown to the person who asks who looked."""

    person: uuid.UUID
    purpose: str = Field(max_length=40)
    note: str = Field("", max_length=160)


@verb("person.open", "person.view", Text("查看完整身份信息", "Open a person's full identity"))
def open_person(context: Context, given: OpenIn) -> dict[str, Any]:
    """Record that a file is opened unmasked, and why. questions.person_file then shows it to this account for one shift."""
    person = person_in_reach(context.actor, "person.view", given.person)
    return _reading(context, [person.pk], "open", stated(given.purpose, given.note)) | {"person": str(person.pk)}


def _reading(context: Context, people: list[uuid.UUID], what: str, purpose: str) -> dict[str, Any]:
    if purpose:
        context.purpose = purpose
    context.read(people)
    # the event puts the reading into the ledger: read_subject rows alone could be argued about
    context.event("person_read", data={"what": what, "people": sorted(str(p) for p in set(people))})
    return {"people": len(set(people)), "what": what}
