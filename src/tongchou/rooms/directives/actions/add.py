"""What the reading did not find: words of a document that a person makes a directive."""

from __future__ import annotations

import uuid
from typing import Any

from pydantic import Field

from tongchou.kernel.errors import Reason, Refusal
from tongchou.kernel.ids import new_id
from tongchou.kernel.text import Text
from tongchou.record.act import Context, Payload, verb
from tongchou.rooms.directives.actions.documents import open_document
from tongchou.rooms.directives.actions.items import OPEN, suggest_for
from tongchou.rooms.directives.models import Directive, Document
from tongchou.rooms.directives.reach import DRAFT
from tongchou.rooms.directives.reading import title_of


class AddIn(Payload):
    """A span of the clean text, or the words themselves where they stand in it once."""

    document: uuid.UUID
    start: int | None = Field(None, ge=0)
    end: int | None = Field(None, ge=0)
    quote: str = Field("", max_length=20_000)


@verb("directive.add", DRAFT, Text("补充事项", "Add a directive"))
def add(context: Context, given: AddIn) -> dict[str, Any]:
    """What the reading did not find: a span of the document's own text."""
    document = open_document(context, given.document)
    start, end = _span(document, given)
    row = Directive(id=new_id(), document=document, start=start, end=end, text=document.cleaned[start:end].strip(), basis="added")
    same = Directive.objects.filter(document=document, start=start, end=end, state__in=[*OPEN, Directive.State.ISSUED]).first()
    if same is not None:
        rule = Text("这段文字已经是一条事项：“{t}”。", "These words are a directive already: “{t}”.").with_(t=same.title)
        raise Refusal(Reason.DUPLICATE, rule, field="quote", value=same.title)
    row.title = title_of(row.text)
    suggest_for(row)
    row.save(force_insert=True)
    context.event("add", subject=f"directive:{row.pk}", data={"start": start, "end": end, "text": ["", row.text], "document": str(document.pk)})
    return {"directive": str(row.pk), "version": row.version}


def _span(document: Document, given: AddIn) -> tuple[int, int]:
    clean = document.cleaned
    if given.start is not None and given.end is not None:
        start, end = given.start, min(given.end, len(clean))
    else:
        words = given.quote.strip()
        start = clean.find(words) if words else -1
        if start < 0 or clean.find(words, start + 1) >= 0:
            rule = Text("正文中没有这段文字，或出现不止一次。", "These words do not stand in the text, or more than once.")
            raise Refusal(
                Reason.INVALID_VALUE,
                rule,
                remedy=Text("请从清理后的正文中完整复制一句。", "Copy a whole sentence of the cleaned text."),
                field="quote",
                value=words[:60],
            )
        end = start + len(words)
    while start < end and clean[start].isspace():
        start += 1
    while end > start and clean[end - 1].isspace():
        end -= 1
    if not 4 <= end - start <= 5_000:
        rule = Text("须选中 4 至 5000 个字。", "Select between 4 and 5,000 characters.")
        raise Refusal(Reason.INVALID_VALUE, rule, remedy=Text("请重新选择。", "Select again."), field="quote", value=str(end - start))
    return start, end
