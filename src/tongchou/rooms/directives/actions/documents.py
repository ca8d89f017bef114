"""Verbs of documents: take in, read, describe, decide a proposal, set aside, open the original."""

from __future__ import annotations

import base64
import binascii
import hashlib
import uuid
from datetime import date
from pathlib import PurePosixPath
from typing import Any

from pydantic import Field

from tongchou import intake
from tongchou.kernel.clock import SHANGHAI
from tongchou.kernel.errors import Reason, Refusal
from tongchou.kernel.filetypes import NAMES, FileType, detect
from tongchou.kernel.ids import new_id
from tongchou.kernel.text import Text
from tongchou.record import files
from tongchou.record.act import Context, Payload, explain_constraint, verb
from tongchou.record.models import StoredFile
from tongchou.rooms.directives.actions.years import move_years
from tongchou.rooms.directives.models import Directive, Document
from tongchou.rooms.directives.reach import DRAFT, PLAN, VIEW, document_in_reach, meeting_in_reach, own_unit
from tongchou.rooms.directives.reading import keep

TEXTS = ("txt", "html", "htm")
OFFICE = ("docx", "pdf")
LONGEST = 2_000_000

explain_constraint(
    "document_taken_in_once",
    Reason.DUPLICATE,
    Text("这份文件刚刚已被收入。", "This file was taken in just now."),
    Text("请刷新文件列表。", "Reload the list of documents."),
)


class TakeIn(Payload):
    """A file (content in base64) or a pasted text. batch: files that were sent together. meeting: whose minutes it is."""

    name: str = Field("", max_length=300)
    content: str = Field("", max_length=files.LARGEST * 4 // 3 + 8)
    text: str = Field("", max_length=LONGEST)
    title: str = Field("", max_length=300)
    unit: int | None = None
    batch: uuid.UUID | None = None
    meeting: uuid.UUID | None = None


class ReadIn(Payload):
    document: uuid.UUID


class DescribeIn(Payload):
    document: uuid.UUID
    seen_version: int
    title: str = Field(min_length=2, max_length=300)
    number: str = Field("", max_length=80)
    issuer: str = Field("", max_length=160)
    level: Document.Level
    issued_on: date | None = None


class DecideIn(Payload):
    """number: of the proposal, from 0. take: the digits are put in; else the text is left as it is written."""

    document: uuid.UUID
    number: int = Field(ge=0)
    take: bool


class AsideIn(Payload):
    document: uuid.UUID
    reason: str = Field(min_length=2, max_length=200)


@verb("document.take_in", DRAFT, Text("收入文件", "Take in a document"))
def take_in(context: Context, given: TakeIn) -> dict[str, Any]:
    """Keep the original, sealed. The same bytes for the same unit are not kept twice: the first document is answered."""
    unit = own_unit(context, given.unit)
    if given.meeting is not None:
        unit = meeting_in_reach(context.actor, PLAN, given.meeting).unit_id
    content = _content(given)
    name, media_type = accepted(given.name or _pasted_name(given), content)
    digest = hashlib.sha256(content).hexdigest()
    known = Document.objects.filter(unit_id=unit, digest=digest, set_aside_at=None).values_list("pk", flat=True).first()
    if known is not None:
        context.event("again", subject=f"document:{known}")
        return {"document": str(known), "known": True}
    file = new_id()
    StoredFile.objects.create(
        id=file, name=name, media_type=media_type, size=len(content), sha256=bytes.fromhex(digest), sealed=files.seal(file, content),
        uploaded_by_id=context.actor.account_id, uploaded_at=context.now,
    )  # fmt: skip
    row = Document.objects.create(
        id=new_id(), unit_id=unit, file_id=file, digest=digest, name=name, title=given.title, batch=given.batch, meeting_id=given.meeting,
        taken_in_by_id=context.actor.account_id, taken_in_at=context.now,
    )  # fmt: skip
    context.event("take_in", subject=f"document:{row.pk}", data={"file": str(file), "size": len(content), "unit": unit})
    return {"document": str(row.pk), "known": False}


def _pasted_name(given: TakeIn) -> str:
    return f"{(given.title or given.text.strip().splitlines()[0] if given.text.strip() else '') [:60].replace('/', '_') or '粘贴文本'}.txt"


def _content(given: TakeIn) -> bytes:
    if bool(given.content) == bool(given.text.strip()):
        rule = Text("请上传一个文件，或粘贴一段文字，二者选一。", "Send a file, or paste a text: one of the two.")
        raise Refusal(Reason.MISSING_VALUE, rule, remedy=Text("请选择文件或粘贴文字。", "Choose a file or paste the text."), field="text")
    if given.text.strip():
        return given.text.encode()
    try:
        return base64.b64decode(given.content, validate=True)
    except (binascii.Error, ValueError):
        rule = Text("文件内容不是有效的 base64 编码。", "The content is not valid base64.")
        raise Refusal(Reason.BAD_ENCODING, rule, field="content") from None


def accepted(name: str, content: bytes) -> tuple[str, str]:
    """The clean name and the media type; refuses what is not a text, a web page, a Word document or a PDF. A damaged encoding is let in:
    the reading says what it did about it. A web page is kept as plain text, so that no browser ever runs it.
    """
    extension = PurePosixPath(name).suffix.lower().lstrip(".")
    if extension in OFFICE:
        try:
            return files.inspect(name, "", content)
        except Refusal as refusal:
            raise _wrong(refusal.rule, name) if refusal.reason is Reason.WRONG_FILE_TYPE else refusal from None
    files.too_large(len(content))
    found = detect(content)
    if not content.strip():
        raise _wrong(Text("文件是空的。", "The file is empty."), name)
    if extension not in TEXTS:
        raise _wrong(Text("不接受“.{e}”文件。", "“.{e}” files are not accepted.").with_(e=extension or "?"), name)
    wide = content[:2] in (b"\xff\xfe", b"\xfe\xff")
    if not wide and (found not in (FileType.TEXT, FileType.HTML, FileType.XML) or b"\x00" in content):
        raise _wrong(Text("扩展名是“.{e}”，内容却是{w}。", "It is named “.{e}”, but its content is {w}.").with_(e=extension, w=NAMES[found]), name)
    plain = name.replace("\\", "/").rsplit("/", 1)[-1]
    return "".join(c for c in plain if c.isprintable())[-200:].strip(" ") or f"file.{extension}", "text/plain"


def _wrong(rule: Text, name: str) -> Refusal:
    remedy = Text("请上传文本、网页、Word（docx）或 PDF 文件。", "Send a text, a web page, a Word document (docx) or a PDF.")
    return Refusal(Reason.WRONG_FILE_TYPE, rule, remedy=remedy, field="file", value=name[:80])


@verb("document.read", DRAFT, Text("读取文件", "Read a document"))
def read(context: Context, given: ReadIn) -> dict[str, Any]:
    """Find the directives of a document, once. What cannot be read stays on record with the reason."""
    row = _to_read(context, given.document)
    if row.state == Document.State.READ:
        return {"document": str(row.pk), "state": str(row.state), "directives": row.directives.count()}
    content = files.unseal(row.file_id, bytes(row.file.sealed or b""))
    try:
        found = intake.read(content, row.name, year=row.taken_in_at.astimezone(SHANGHAI).year)
        if not found.clean.strip():
            rule = Text("没有读出文字；扫描件需先识别文字。", "No text in it; a scan has to go through text recognition first.")
            raise Refusal(Reason.TRUNCATED, rule, field="file")
    except Refusal as refusal:
        row.state, row.failure = Document.State.FAILED, _why(refusal).as_dict()
        row.save(update_fields=["state", "failure"])
        context.event("unreadable", subject=f"document:{row.pk}", data={"reason": refusal.reason.value})
        return {"document": str(row.pk), "state": "failed", "directives": 0}
    made = keep(row, found, context.now)
    context.event("read", subject=f"document:{row.pk}", data={"directives": len(made), "notes": len(row.notes)})
    return {"document": str(row.pk), "state": "read", "directives": len(made)}


def _why(refusal: Refusal) -> Text:
    """Why a document could not be read, and what to do."""
    if refusal.remedy is None:
        return refusal.rule
    rule = Text(refusal.rule.zh.rstrip("。"), refusal.rule.en.rstrip("."))
    return Text("{rule}。{remedy}", "{rule}. {remedy}").with_(rule=rule, remedy=refusal.remedy)


def _to_read(context: Context, key: uuid.UUID) -> Document:
    if not context.actor.system:
        document_in_reach(context.actor, DRAFT, key, lock=True)
    row = Document.objects.select_for_update(of=("self",)).select_related("unit__area", "file").filter(pk=key).first()
    if row is None:
        raise Refusal(Reason.NOT_FOUND, Text("没有找到该文件。", "There is no such document."), field="document")
    return row


def open_document(context: Context, key: uuid.UUID) -> Document:
    """A document to change, locked; not one that was set aside."""
    row = document_in_reach(context.actor, DRAFT, key, lock=True)
    if row.set_aside_at is not None:
        rule = Text("该文件已作废。", "The document was set aside.")
        raise Refusal(Reason.WRONG_STAGE, rule, remedy=Text("请重新上传。", "Send it again."), field="document")
    return row


@verb("document.describe", DRAFT, Text("更正文件信息", "Correct what a document says of itself"))
def describe(context: Context, given: DescribeIn) -> dict[str, Any]:
    """Where the year was a guess and the date is corrected, the deadlines that followed from the guess move with it; moved: how many."""
    row = open_document(context, given.document)
    if row.version != given.seen_version:
        rule = Text("别人刚刚改动了文件信息。", "Somebody has just changed it.")
        raise Refusal(Reason.CONFLICT, rule, remedy=Text("请刷新后重新填写。", "Reload and do it again."), field="seen_version")
    changed: dict[str, Any] = {}
    for name in ("title", "number", "issuer", "level", "issued_on"):
        old, new = getattr(row, name), getattr(given, name)
        if old != new:
            changed[name] = [str(old or ""), str(new or "")]
            setattr(row, name, new)
    row.version += 1
    moved = 0
    if row.year_inferred and "issued_on" in changed:
        row.year_inferred = False
        moved = move_years(context, row, changed["issued_on"])
    row.save()
    context.event("describe", subject=f"document:{row.pk}", data=changed)
    return {"document": str(row.pk), "version": row.version, "moved": moved}


@verb("document.decide", DRAFT, Text("处理缺字建议", "Decide on a proposal for missing digits"))
def decide(context: Context, given: DecideIn) -> dict[str, Any]:
    """Take a proposal or leave it. Taking it changes the wording of the directives over it, whose confirmation is taken back; the text of
    the document stays as it was written."""
    row = open_document(context, given.document)
    if given.number >= len(row.proposals):
        raise Refusal(Reason.INVALID_VALUE, Text("没有这条建议。", "There is no such proposal."), field="number", value=given.number)
    proposal = row.proposals[given.number]
    if proposal["decided"]:
        raise Refusal(Reason.WRONG_STAGE, Text("这条建议已处理。", "It was decided already."), field="number", value=given.number)
    proposal["decided"] = "taken" if given.take else "left"
    proposal["by"], proposal["at"] = context.actor.name, context.now.isoformat()
    row.save(update_fields=["proposals"])
    over = row.directives.filter(start__lte=proposal["start"], end__gte=proposal["end"], state__in=["proposed", "confirmed"])
    for directive in over.select_for_update() if given.take else []:
        old = directive.text
        directive.text = old.replace(proposal["written"], proposal["proposed"], 1)
        directive.title = directive.title.replace(proposal["written"], proposal["proposed"], 1)[:200]
        if directive.text != old:
            directive.version += 1
            directive.state, directive.confirmed_by, directive.confirmed_at = Directive.State.PROPOSED, None, None
            directive.save()
            context.event("edit", subject=f"directive:{directive.pk}", data={"text": [old, directive.text]})
    context.event(proposal["decided"], subject=f"document:{row.pk}", note=f"{proposal['written']} → {proposal['proposed']}")
    return {"document": str(row.pk), "decided": proposal["decided"]}


@verb("document.set_aside", DRAFT, Text("作废文件", "Set a document aside"))
def set_aside(context: Context, given: AsideIn) -> dict[str, Any]:
    row = open_document(context, given.document)
    if row.directives.filter(state=Directive.State.ISSUED).exists():
        rule = Text("已有事项下达，不能作废。", "Some of its directives were issued.")
        raise Refusal(Reason.CONFLICT, rule, remedy=Text("需要停办的，请撤销相应任务。", "Withdraw the tasks instead."), field="document")
    row.set_aside_at, row.set_aside_reason = context.now, given.reason
    row.save(update_fields=["set_aside_at", "set_aside_reason"])
    context.event("set_aside", subject=f"document:{row.pk}", note=given.reason)
    return {"document": str(row.pk)}


@verb("document.open_file", VIEW, Text("查阅原件", "Open the original"))
def open_file(context: Context, given: ReadIn) -> dict[str, Any]:
    """Record that the original was opened."""
    row = document_in_reach(context.actor, VIEW, given.document)
    context.event("file_read", subject=f"document:{row.pk}")
    return {"document": str(row.pk), "file": str(row.file_id)}
