"""Verbs of one directive: confirm, edit, split, merge, drop, take back, add. Every change takes the confirmation back."""

from __future__ import annotations

import uuid
from typing import Any

from django.utils import timezone
from pydantic import AwareDatetime, Field

from tongchou.kernel.clock import SHANGHAI
from tongchou.kernel.errors import Reason, Refusal
from tongchou.kernel.ids import new_id
from tongchou.kernel.text import Text
from tongchou.record.act import Context, Payload, verb
from tongchou.record.models import Account, District, PostHolding
from tongchou.record.territory.reach import missing
from tongchou.rooms.directives.collective import EACH
from tongchou.rooms.directives.models import Directive
from tongchou.rooms.directives.names import EVIDENCE, STATES, THEMES
from tongchou.rooms.directives.reach import DRAFT, directive_in_reach, units_below
from tongchou.rooms.directives.reading import assigned, title_of
from tongchou.rooms.directives.spans import cuts
from tongchou.rooms.directives.suggest import ground, person_in, plain, suggest

OPEN = (Directive.State.PROPOSED, Directive.State.CONFIRMED)


class SeenIn(Payload):
    directive: uuid.UUID
    seen_version: int


class EditIn(SeenIn):
    """Only what is given changes. confirm: who changes it has read it, and confirms it as it now is."""

    title: str | None = Field(None, min_length=2, max_length=200)
    text: str | None = Field(None, min_length=4, max_length=20_000)
    lead_unit: int | None = None
    each_kind: str | None = Field(None, max_length=20)
    each_units: list[int] | None = Field(None, max_length=2000)
    co_units: list[int] | None = Field(None, max_length=200)
    person: int | None = None
    due_at: AwareDatetime | None = None
    evidence: list[str] | None = Field(None, max_length=8)
    urgent: bool | None = None
    themes: list[str] | None = Field(None, max_length=5)
    confirm: bool = False


class SplitIn(SeenIn):
    """at: the number of characters of the text that stay in the first part."""

    at: int


class MergeIn(SeenIn):
    """The directive goes into another of the same document, whose place it keeps."""

    into: uuid.UUID
    seen_into: int


class DropIn(SeenIn):
    reason: str = Field(min_length=2, max_length=200)


def _open(context: Context, given: SeenIn, states: tuple[str, ...] = OPEN) -> Directive:
    row = directive_in_reach(context.actor, DRAFT, given.directive, lock=True)
    if row.document.set_aside_at is not None:
        raise Refusal(Reason.WRONG_STAGE, Text("所在文件已作废。", "Its document was set aside."), field="directive")
    if row.version != given.seen_version:
        rule = Text("别人刚刚改动了“{t}”。", "Somebody has just changed “{t}”.").with_(t=row.title)
        raise Refusal(Reason.CONFLICT, rule, remedy=Text("请看过新内容后再办理。", "Read it again, then go on."), field="seen_version", value=given.seen_version)
    if row.state not in states:
        rule = Text("“{t}”现在是“{s}”，不能这样办。", "“{t}” is “{s}” by now, so that this is not possible.").with_(t=row.title, s=STATES[row.state][0])
        raise Refusal(Reason.WRONG_STAGE, rule, remedy=Text("请刷新页面。", "Reload the page."), field="directive")
    return row


def _confirm(context: Context, row: Directive) -> None:
    if context.actor.account_id is None:
        raise Refusal(Reason.NOT_ALLOWED, Text("须由本人确认。", "A person confirms it."))
    row.state, row.confirmed_by_id, row.confirmed_at = Directive.State.CONFIRMED, context.actor.account_id, context.now


def _unread(row: Directive) -> None:
    row.state, row.confirmed_by, row.confirmed_at = Directive.State.PROPOSED, None, None
    row.version += 1


@verb("directive.confirm", DRAFT, Text("确认事项", "Confirm a directive"))
def confirm(context: Context, given: SeenIn) -> dict[str, Any]:
    """Somebody has read it and takes it as it stands. Whoever is named as responsible must hold a post there still: that may have ended since."""
    row = _open(context, given, (Directive.State.PROPOSED,))
    _check_person(row)
    _confirm(context, row)
    row.save(update_fields=["state", "confirmed_by", "confirmed_at"])
    context.event("confirm", subject=f"directive:{row.pk}", data={"version": row.version, "document": str(row.document_id)})
    return {"directive": str(row.pk), "state": str(row.state)}


@verb("directive.edit", DRAFT, Text("修改事项", "Edit a directive"))
def edit(context: Context, given: EditIn) -> dict[str, Any]:
    row = _open(context, given)
    named = given.model_fields_set - {"directive", "seen_version", "confirm"}
    _check(row, given)
    changed: dict[str, Any] = {}
    for name in sorted(named):
        column = {"lead_unit": "lead_unit_id", "person": "person_id"}.get(name, name)
        old, new = getattr(row, column), getattr(given, name)
        new = list(dict.fromkeys(new)) if isinstance(new, list) else new
        if name in ("title", "text", "each_kind", "each_units", "urgent", "themes", "evidence", "co_units") and new is None:
            continue
        if old != new:
            changed[name] = [_told(old), _told(new)]
            setattr(row, column, new)
    if not row.each_kind or ("each_kind" in changed and "each_units" not in named):
        row.each_units = []  # another word means other units
    if row.lead_unit_id in row.co_units:
        row.co_units = [u for u in row.co_units if u != row.lead_unit_id]
    if "lead_unit" in changed and "person" not in named:
        row.person_id = person_in(row.suggested, row.lead_unit_id)  # another lead unit has another person
    _check_person(row)
    if "due_at" in changed:
        row.due_why = "set" if row.due_at else ""
    if changed:
        _unread(row)
    if given.confirm and row.state == Directive.State.PROPOSED:
        _confirm(context, row)
    row.save()
    context.event("edit", subject=f"directive:{row.pk}", data=changed | {"version": row.version, "confirmed": given.confirm})
    return {"directive": str(row.pk), "version": row.version, "state": str(row.state)}


def _told(value: Any) -> Any:
    return value.isoformat() if hasattr(value, "isoformat") else value


def _check(row: Directive, given: EditIn) -> None:
    """Units lie in the document's area and are active; themes, proofs and kinds are known."""
    wanted = {u for u in (given.lead_unit, *(given.co_units or []), *(given.each_units or [])) if u is not None}
    known = set(units_below(row.document.unit).filter(pk__in=wanted).values_list("pk", flat=True))
    if wanted - known:
        field = "lead_unit" if given.lead_unit in wanted - known else "co_units" if {*(given.co_units or [])} - known else "each_units"
        raise missing(Text("没有这个在册单位，或不在本文件的范围。", "There is no such active unit within the document's area."), field, min(wanted - known))
    for field, values, all_of in (("themes", given.themes, THEMES), ("evidence", given.evidence, EVIDENCE)):
        unknown = [v for v in values or [] if v not in all_of]
        if unknown:
            raise Refusal(Reason.INVALID_VALUE, Text("不认识的取值。", "This value is not known."), field=field, value=unknown[0][:40])
    if given.each_kind and given.each_kind not in EACH:
        raise Refusal(Reason.INVALID_VALUE, Text("不认识的单位类别。", "This kind of unit is not known."), field="each_kind", value=given.each_kind)


def _check_person(row: Directive) -> None:
    """The first responsible person holds a post in the lead unit today. Another lead unit has another person."""
    if row.person_id is None:
        return
    today = timezone.localdate()
    held = PostHolding.objects.filter(account=row.person_id, account__is_active=True, post__unit=row.lead_unit_id or 0, post__ended_on=None, from_date__lte=today)
    if held.exclude(to_date__lte=today).exists():
        return
    name = Account.objects.filter(pk=row.person_id).values_list("display_name", flat=True).first()
    rule = Text("{n} 在牵头单位没有任职。", "{n} holds no post in the lead unit.").with_(n=name or row.person_id)
    raise Refusal(
        Reason.INVALID_VALUE,
        rule,
        remedy=Text("请从牵头单位人员中选择，或留空。", "Choose somebody of the lead unit, or nobody."),
        field="person",
        value=row.person_id,
    )


@verb("directive.split", DRAFT, Text("拆分事项", "Split a directive"))
def split(context: Context, given: SplitIn) -> dict[str, Any]:
    """One becomes two; both have to be confirmed, and each gets suggestions of its own."""
    row = _open(context, given)
    if given.at not in cuts(row.text):
        rule = Text("只能在标点之后拆分，两边都不少于 4 个字。", "It is divided after a mark, with four characters at least on each side.")
        raise Refusal(Reason.INVALID_VALUE, rule, remedy=Text("请选择拆分位置。", "Choose where."), field="at", value=given.at)
    whole, end = row.text, row.end
    middle = _middle(row, given.at)
    tail = Directive(
        id=new_id(), document=row.document, start=middle[1], end=end, text=whole[given.at :].strip(), title="", basis="split", speaker=row.speaker,
        heading=row.heading, themes=row.themes, quantities=[q for q in row.quantities if q in whole[given.at :]],
        named=[n for n in row.named if n in whole[given.at :]], due_at=row.due_at, due_why=row.due_why, deadline_text=row.deadline_text, urgent=row.urgent,
    )  # fmt: skip
    row.text, row.end = whole[: given.at].strip(), middle[0]
    row.named = [n for n in row.named if n in row.text]
    row.title, tail.title = title_of(row.text), title_of(tail.text)
    suggest_for(tail)
    _unread(row)
    row.save()
    tail.save(force_insert=True)
    context.event("split", subject=f"directive:{row.pk}", data={"at": given.at, "new": str(tail.pk), "text": [whole, row.text]})
    context.event("split_off", subject=f"directive:{tail.pk}", data={"from": str(row.pk), "text": ["", tail.text]})
    return {"directive": str(row.pk), "version": row.version, "new": str(tail.pk)}


def _middle(row: Directive, at: int) -> tuple[int, int]:
    """Where the first part ends and the second begins in the clean text; an edited text keeps the whole span for both."""
    if row.document.cleaned[row.start : row.end].strip() == row.text.strip():
        return row.start + at, row.start + at
    return row.end, row.start


def suggest_for(row: Directive) -> None:
    """Suggestions for a directive that a person made: units that its words name count as named."""
    here = District.objects.filter(pk=1).first()
    rests_on = ground(row.document.unit, here.name if here else "", timezone.localdate(timezone=SHANGHAI))
    words = [name for _, name, _ in rests_on.units if len(plain(name, rests_on.district)) >= 3 and plain(name, rests_on.district) in row.text]
    for name, value in assigned(suggest(rests_on, row.text, [*row.named, *words], row.themes)).items():
        setattr(row, name, value)


@verb("directive.merge", DRAFT, Text("合并事项", "Merge directives"))
def merge(context: Context, given: MergeIn) -> dict[str, Any]:
    """Two become one, in the order of the text; it has to be confirmed again."""
    row = _open(context, given)
    kept = _open(context, SeenIn(directive=given.into, seen_version=given.seen_into))
    if kept.pk == row.pk or kept.document_id != row.document_id:
        rule = Text("只能与同一文件的另一条合并。", "It is merged with another one of the same document.")
        raise Refusal(Reason.INVALID_VALUE, rule, field="into", value=str(given.into))
    first, second = sorted((kept, row), key=lambda d: (d.start, d.end))
    before = kept.text
    kept.text = f"{first.text.rstrip()}\n{second.text.strip()}" if first.text != second.text else first.text
    kept.start, kept.end = min(kept.start, row.start), max(kept.end, row.end)
    for name in ("named", "themes", "co_units", "quantities", "evidence"):
        setattr(kept, name, list(dict.fromkeys([*getattr(kept, name), *getattr(row, name)])))
    kept.themes = kept.themes[:5]
    if kept.lead_unit_id is None:
        kept.lead_unit_id, kept.each_kind, kept.each_units = row.lead_unit_id, row.each_kind, row.each_units
        kept.suggested, kept.person_id = row.suggested, row.person_id
    kept.co_units = [u for u in kept.co_units if u != kept.lead_unit_id]
    if row.due_at is not None and (kept.due_at is None or row.due_at < kept.due_at):
        kept.due_at, kept.due_why, kept.deadline_text = row.due_at, row.due_why, row.deadline_text
    kept.urgent = kept.urgent or row.urgent
    _unread(kept)
    kept.save()
    row.state, row.into, row.confirmed_by, row.confirmed_at = Directive.State.MERGED, kept, None, None
    row.version += 1
    row.save()
    context.event("merge", subject=f"directive:{kept.pk}", data={"merged": str(row.pk), "text": [before, kept.text]})
    context.event("merged", subject=f"directive:{row.pk}", data={"into": str(kept.pk)})
    return {"directive": str(kept.pk), "version": kept.version}


@verb("directive.drop", DRAFT, Text("不采用事项", "Drop a directive"))
def drop(context: Context, given: DropIn) -> dict[str, Any]:
    row = _open(context, given)
    _unread(row)
    row.state, row.reason = Directive.State.DROPPED, given.reason
    row.save()
    context.event("drop", subject=f"directive:{row.pk}", note=given.reason, data={"document": str(row.document_id)})
    return {"directive": str(row.pk), "state": str(row.state)}


@verb("directive.take_back", DRAFT, Text("恢复事项", "Take a dropped directive back"))
def take_back(context: Context, given: SeenIn) -> dict[str, Any]:
    row = _open(context, given, (Directive.State.DROPPED,))
    _unread(row)
    row.reason = ""
    row.save()
    context.event("take_back", subject=f"directive:{row.pk}")
    return {"directive": str(row.pk), "state": str(row.state), "version": row.version}
