"""The body of a document as it is stored (plain data), as it is typed (text), and as it is set (documents.model)."""

from __future__ import annotations

import re
from typing import Any

from tongchou.documents.model import Block, Heading, Paragraph, Table
from tongchou.kernel.errors import Reason, Refusal
from tongchou.kernel.text import Text

MOST_BLOCKS = 2000
CAPTION = ("表：", "表:", "Table:")
"""How a line begins that names the table below it."""
HOW = Text(
    "一行一段；“# ”“## ”“### ”开头的是一、二、三级标题（序号自动编排）；“| 甲 | 乙 |”各行组成表格，首行是表头；“表：”开头的一行是下一张表的表名。",
    "One line, one paragraph. “# ”, “## ”, “### ” begin headings, which are numbered by themselves; lines like “| a | b |” make a table, the first is its header; "
    "a line that begins with “Table: ” names the table that follows.",
)


def set_blocks(stored: list[dict[str, Any]]) -> tuple[Block, ...]:
    """What is stored, as the documents package takes it."""
    out: list[Block] = []
    for b in stored:
        if b["is"] == "heading":
            out.append(Heading(b["text"], int(b["level"])))
        elif b["is"] == "paragraph":
            out.append(Paragraph(b["text"]))
        else:
            out.append(Table(tuple(b["header"]), tuple(tuple(r) for r in b["rows"]), b.get("caption", "")))
    return tuple(out)


def store(blocks: list[Block]) -> list[dict[str, Any]]:
    """The other way round."""
    out: list[dict[str, Any]] = []
    for b in blocks:
        match b:
            case Heading(text, level):
                out.append({"is": "heading", "text": text, "level": level})
            case Paragraph(text):
                out.append({"is": "paragraph", "text": text})
            case Table(header, rows, caption):
                out.append({"is": "table", "header": list(header), "rows": [list(r) for r in rows], "caption": caption})
    return out


def as_text(stored: list[dict[str, Any]]) -> str:
    """The body as it is typed."""
    lines: list[str] = []
    for b in stored:
        if b["is"] == "heading":
            lines.append(f"{'#' * int(b['level'])} {b['text']}")
        elif b["is"] == "paragraph":
            lines.append(b["text"])
        else:
            if b.get("caption"):
                lines.append(f"表：{b['caption']}")
            lines += ["| " + " | ".join(row) + " |" for row in (b["header"], *b["rows"])]
            lines.append("")
    return "\n".join(lines)


def from_text(text: str) -> list[dict[str, Any]]:
    """Read what was typed. Raises a Refusal that names the line."""
    out: list[dict[str, Any]] = []
    caption, table = "", None  # type: str, dict[str, Any] | None
    for n, raw in enumerate(text.replace("\r\n", "\n").split("\n"), 1):
        line = raw.strip()
        if line.startswith("|") and line.endswith("|") and len(line) > 1:
            cells = [c.strip() for c in line.strip("|").split("|")]
            if table is None:
                table = {"is": "table", "header": cells, "rows": [], "caption": caption}
                out.append(table)
                caption = ""
            elif len(cells) != len(table["header"]):
                rule = Text("第 {n} 行有 {m} 格，表头有 {h} 格。", "Line {n} has {m} {m|cell|cells}, the header has {h}.")
                raise _wrong(rule.with_(n=n, m=len(cells), h=len(table["header"])), line)
            else:
                table["rows"].append(cells)
            continue
        table = None
        heading = re.match(r"(#{1,4})\s+(\S.*)$", line)
        if line.startswith(CAPTION):
            caption = re.split("[：:]", line, maxsplit=1)[1].strip()
        elif heading:
            out.append({"is": "heading", "text": heading[2], "level": len(heading[1])})
        elif line:
            out.append({"is": "paragraph", "text": line})
    if caption:
        raise _wrong(Text("表名“{c}”后面没有表格。", "No table follows the name “{c}”.").with_(c=caption), caption)
    if not out:
        raise Refusal(Reason.MISSING_VALUE, Text("正文是空的。", "The body is empty."), remedy=Text("请填写正文。", "Write it."), field="body")
    if len(out) > MOST_BLOCKS:
        raise Refusal(Reason.TOO_LARGE, Text("正文不得超过 {n} 段。", "At most {n} {n|paragraph|paragraphs}.").with_(n=MOST_BLOCKS), field="body")
    return out


def _wrong(rule: Text, value: str) -> Refusal:
    return Refusal(Reason.INVALID_VALUE, rule, remedy=Text("请更正该行。", "Mend that line."), field="body", value=value[:60])
