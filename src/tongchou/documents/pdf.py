"""The PDF form, set by Typst. Text is handed over as data, never as markup."""

from __future__ import annotations

import json
import os
from functools import lru_cache
from importlib.resources import files
from pathlib import Path
from typing import Any

import typst

from tongchou.documents import layout
from tongchou.documents.lines import signature, title_lines
from tongchou.documents.model import Heading, OfficialDocument, Paragraph, Table, day_text, numbered
from tongchou.kernel.errors import Reason, Refusal
from tongchou.kernel.text import Text

_OPEN_FONTS = ("NotoSerifCJK", "NotoSansCJK", "SourceHanSerif", "SourceHanSans", "FandolFang", "simfang", "simsun", "wqy-microhei", "uming")
_FOLDERS = (
    Path("/usr/share/fonts"), Path("/usr/local/share/fonts"), Path.home() / ".fonts", Path.home() / ".local/share/fonts",
    Path("/System/Library/Fonts"), Path("/Library/Fonts"),
)  # fmt: skip


@lru_cache(maxsize=8)
def has_chinese_font(extra: Path | None = None) -> bool:
    """Whether a font with Chinese characters is installed, or lies in the folder `extra`."""
    for folder in (*_FOLDERS, *((extra,) if extra else ())):
        for _, _, names in os.walk(folder):
            if any(name.lower().startswith(font.lower()) for name in names for font in _OPEN_FONTS):
                return True
    return False


def to_pdf(document: OfficialDocument, fonts: Path | None = None) -> bytes:
    """Set the document. fonts: a folder with fonts besides the installed ones. Raises a Refusal where no Chinese font is to be had."""
    if not has_chinese_font(fonts):
        raise Refusal(
            Reason.UNAVAILABLE,
            Text("本机没有中文字体，不能生成 PDF。", "This machine has no Chinese font: no PDF can be made."),
            remedy=Text("请下载 Word 文件，或请系统管理员安装 fonts-noto-cjk。", "Take the Word file, or have fonts-noto-cjk installed."),
            field="format",
            value="pdf",
        )
    source = files("tongchou.documents").joinpath("official.typ").read_bytes()
    data = json.dumps(_data(document), ensure_ascii=False)
    set_type: Any = typst.compile  # its overloads do not know bytes as input together with a format
    made: bytes = set_type(source, format="pdf", sys_inputs={"doc": data}, font_paths=[str(fonts)] if fonts else [])
    return made


def _data(document: OfficialDocument) -> dict[str, Any]:
    body: list[dict[str, Any]] = []
    for block, number in numbered(document.body):
        match block:
            case Heading(text, level):
                body.append({"is": "heading", "text": number + text, "font": layout.HEADING_FONTS[level - 1]})
            case Paragraph(text):
                body.append({"is": "paragraph", "text": text})
            case Table(header, rows, caption):
                body.append({"is": "table", "header": list(header), "rows": [list(r) for r in rows], "caption": caption})
    return {
        "form": document.form, "masthead": document.masthead, "title": title_lines(document.title),
        "signature": signature(document.issuer, day_text(document.dated)), "body": body, "issuer": document.issuer,
        "dated": day_text(document.dated), "number": str(document.number) if document.number else "", "issue": document.issue or 0,
        "annexes": [
            {"mark": document.annex_mark(n), "title": a.title, "header": list(a.table.header), "rows": [list(r) for r in a.table.rows]}
            for n, a in enumerate(document.annexes)
        ],
        "to": "、".join(document.to), "attachments": list(document.attached), "note": document.note, "signer": document.signer,
        "urgency": document.urgency, "copies": "，".join(document.copies), "printed_by": document.printed_by,
        "present": "、".join(document.present), "draft": document.draft, "fonts": {k: list(v) for k, v in layout.FONTS.items()},
        "line": layout.LINE_PITCH, "pitch": layout.CHARACTER_PITCH, "sizes": [layout.TITLE, layout.SMALL, layout.MASTHEAD], "red": layout.RED,
        "margins": [layout.TOP, layout.RIGHT, layout.BOTTOM, layout.LEFT],
    }  # fmt: skip
