"""From the bytes of a file to its text."""

from __future__ import annotations

import io
import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any, Literal

from tongchou.intake.numbering import numbering, place
from tongchou.intake.script import simplified
from tongchou.kernel.errors import Reason, Refusal
from tongchou.kernel.filetypes import NAMES, FileType, detect, unpacked_size
from tongchou.kernel.text import Text

MAX_BYTES = 20 * 1024 * 1024
"""Of a DOCX or PDF; pictures count."""
MAX_CHARACTERS = 400_000
"""Of the text; a year of meeting reports has as many. Text files of more than four times as many bytes are not even decoded."""
MAX_UNPACKED = 200_000_000
MAX_PAGES = 500
LEAST = 0.3
"""Share of everyday characters below which a reading is taken for none."""

Media = Literal["text", "html", "docx", "pdf"]
_ACCEPTED = Text(
    "可以读取的是：文本、HTML、DOCX、带文字层的 PDF", "Files that can be read: text, HTML, DOCX, PDF with a text layer"
)
_SAVE_AS = Text("请另存为 DOCX、PDF 或文本后重新上传。", "Save it as DOCX, PDF or text and upload that.")
_CHARSET = re.compile(rb"charset\s*=\s*[\"']?\s*([A-Za-z0-9_-]{2,20})", re.IGNORECASE)
# Runs that no readable Chinese text has: one encoding read as another, past telling back.
_BROKEN = re.compile("\ufffd|锟斤拷|烫烫烫|[\u0080-\u009f]|鈥|銆|锛|鐨|鍦|鏄|浜|涓")


@dataclass(frozen=True, slots=True)
class Opened:
    """A file that was opened: what it is, its encoding ("" where that is no question), its text."""

    media: Media
    encoding: str
    text: str
    warnings: tuple[Text, ...] = ()


def open_file(data: bytes, name: str) -> Opened:
    """Tell by the bytes what a file is and take its text. Refusal: empty, another kind, too large, encrypted, no text, damaged."""
    kind = detect(data)
    if kind is FileType.EMPTY or not data.strip():
        raise _no(
            Reason.MISSING_VALUE,
            name,
            Text("文件是空的", "The file is empty"),
            Text("请检查所选文件。", "Check which file was chosen."),
        )
    if len(data) > MAX_BYTES:
        raise _too_large(name, _size(len(data)), _size(MAX_BYTES))
    if kind is FileType.DOCX:
        return _checked(Opened("docx", "", _docx(data, name)), name)
    if kind is FileType.PDF:
        return _checked(Opened("pdf", "", _pdf(data, name)), name)
    if kind in (FileType.TEXT, FileType.HTML, FileType.XML):
        if len(data) > 4 * MAX_CHARACTERS:
            raise _too_large(name, _size(len(data)), _size(4 * MAX_CHARACTERS))
        text, encoding = decode(data, name)
        return _checked(_told_back(Opened("text" if kind is FileType.TEXT else "html", encoding, text), name), name)
    rule = Text("这是{kind}，不能读取。", "This is {kind}, which cannot be read.").with_(kind=NAMES[kind])
    raise Refusal(Reason.WRONG_FILE_TYPE, rule, remedy=_SAVE_AS, field="file", file=name)


def _no(reason: Reason, name: str, rule: Text, remedy: Text | None = None) -> Refusal:
    return Refusal(reason, rule, remedy=remedy, field="file", file=name)


def _size(octets: int) -> str:
    return f"{octets / 1024 / 1024:.1f} MB"


def _too_large(name: str, given: str, limit: str) -> Refusal:
    rule = Text("文件过大：{given}，上限 {limit}", "Too large: {given}; the limit is {limit}").with_(
        given=given, limit=limit
    )
    return _no(Reason.TOO_LARGE, name, rule, Text("请拆分后分别上传。", "Split it and upload the parts."))


def _checked(opened: Opened, name: str) -> Opened:
    if len(opened.text) > MAX_CHARACTERS:
        raise _too_large(name, f"{len(opened.text):,} 字", f"{MAX_CHARACTERS:,} 字")
    if not re.search(r"[\u4e00-\u9fff]", opened.text):
        rule = Text("没有读到中文文字", "No Chinese text was found")
        remedy = Text(
            "如为扫描件，请先识别文字（OCR）；如为乱码，请从原网页或原文件重新复制。",
            "If it is a scan, run OCR first; if it is garbled, copy it again from the source.",
        )
        raise _no(Reason.BROKEN_RECORD, name, rule, remedy)
    return opened


def decode(data: bytes, name: str = "") -> tuple[str, str]:
    """Text and encoding: a mark or declaration that fits, else the reading with the most everyday characters. Refusal when none is readable."""
    for mark, codec in ((b"\xef\xbb\xbf", "utf-8-sig"), (b"\xff\xfe", "utf-16"), (b"\xfe\xff", "utf-16")):
        if data.startswith(mark):
            try:
                return data.decode(codec), codec
            except UnicodeDecodeError:
                break
    if b"\x00" not in data:
        try:
            return data.decode("utf-8"), "utf-8"
        except UnicodeDecodeError:
            pass
    best: tuple[float, str, str] | None = None
    for codec in _codecs(data):
        text, lost = _read(data, codec)
        if text is None:
            continue
        worth = _readable(text) - 3 * lost
        if best is None or worth > best[0] + 1e-9:
            best = (worth, text, codec)
    if best is None or best[0] < LEAST:
        raise _garbled(name)
    return best[1], best[2]


def _garbled(name: str) -> Refusal:
    rule = Text("文字无法辨认：编码未知或文件已损坏", "The text cannot be made out: unknown encoding or damaged file")
    remedy = Text(
        "请从原文件另存为 UTF-8 文本，或改传 DOCX、PDF。", "Save the original as UTF-8 text, or upload DOCX or PDF."
    )
    return _no(Reason.BAD_ENCODING, name, rule, remedy)


def _told_back(opened: Opened, name: str) -> Opened:
    """A text that was read in a wrong encoding as a whole and saved so: told back where that makes sense, else refused."""
    text = opened.text
    latin = sum("\u0080" <= c <= "\u00ff" for c in text)
    if latin < 0.3 * len(text) and len(_BROKEN.findall(text)) < 0.03 * len(text):
        return opened
    for wrong, right in (("latin-1", "utf-8"), ("latin-1", "gb18030"), ("cp1252", "utf-8"), ("gb18030", "utf-8")):
        try:
            found = text.encode(wrong, "ignore").decode(right, "replace")
        except (UnicodeEncodeError, UnicodeDecodeError):
            continue
        if (
            found.count("\ufffd") <= 0.02 * len(found)
            and re.search("[\u4e00-\u9fff]", found)
            and _readable(found) >= 0.6
        ):
            told = Text(
                "整个文件曾按错误编码（{wrong}）保存，已按 {right} 还原，请对照原文。",
                "The whole file was saved in a wrong encoding ({wrong}); read as {right}; compare it with the original.",
            )
            return Opened(opened.media, right, found, (*opened.warnings, told.with_(wrong=wrong, right=right)))
    raise _garbled(name)


def _codecs(data: bytes) -> Iterator[str]:
    yield "utf-8"
    if match := _CHARSET.search(data[:4096]):
        declared = match.group(1).decode("ascii", "replace").lower()
        if declared in ("gb2312", "gbk", "gb18030", "big5", "utf-16", "utf-16le", "utf-16be"):
            yield "gb18030" if declared.startswith("gb") else declared
    if data.count(0) > len(data) // 20:
        yield from ("utf-16-le", "utf-16-be")
    else:
        yield from ("gb18030", "big5hkscs")


def _read(data: bytes, codec: str) -> tuple[str | None, float]:
    """The text and the share of it that could not be decoded; None when that is more than one in two hundred."""
    try:
        return data.decode(codec), 0.0
    except UnicodeDecodeError:
        text = data.decode(codec, errors="replace")
    lost = text.count("\ufffd") / max(1, len(text))
    return (text, lost) if lost <= 0.005 else (None, lost)


def _readable(text: str) -> float:
    """Share of everyday Chinese characters (GB 2312, level 1) among all that is not plain ASCII or a mark; 0.5 without any."""
    sample = text if len(text) <= 20_000 else text[:20_000]
    han = [
        c
        for c in simplified(sample)
        if c >= "\u0080" and not ("\u3000" <= c <= "\u303f" or "\uff00" <= c <= "\uffef" or "\u2010" <= c <= "\u203f")
    ]
    if sum(c < "\t" for c in sample) > 0.02 * len(sample):
        return 0.0
    if not han:
        return 0.5
    return sum(_everyday(c) for c in han) / len(han)


def _everyday(char: str) -> bool:
    try:
        return 0xB0 <= char.encode("gb2312")[0] <= 0xD7
    except UnicodeEncodeError:
        return False


def _docx(data: bytes, name: str) -> str:
    """Paragraphs with their automatic numbers and table rows, in the order of the document; cells of a row are parted by a space."""
    import docx
    from docx.table import Table
    from docx.text.paragraph import Paragraph

    try:
        if unpacked_size(data) > MAX_UNPACKED:
            raise _too_large(name, "zip", _size(MAX_UNPACKED))
        document = docx.Document(io.BytesIO(data))
    except Refusal:
        raise
    except Exception as error:
        raise _no(Reason.BROKEN_RECORD, name, Text("Word 文件已损坏", "The Word file is damaged"), _SAVE_AS) from error
    lists = numbering(_numbering_part(document))
    rows: list[str] = []
    for block in document.iter_inner_content():
        if isinstance(block, Paragraph):
            at = place(block) if block.text.strip() else None
            rows.append((lists.label(*at) if at else "") + block.text)
        elif isinstance(block, Table):
            rows += [" ".join(dict.fromkeys(c.text.strip() for c in row.cells)) for row in block.rows]
    return "\n".join(rows)


def _numbering_part(document: Any) -> Any:
    """The root of word/numbering.xml; None where the file has none (python-docx would else make one up)."""
    return next((r.target_part.element for r in document.part.rels.values() if r.reltype.endswith("/numbering")), None)


def _pdf(data: bytes, name: str) -> str:
    import pypdf

    try:
        reader = pypdf.PdfReader(io.BytesIO(data))
        if reader.is_encrypted and not _unlocked(reader):
            raise _no(
                Reason.NOT_ALLOWED,
                name,
                Text("PDF 已加密，需要密码", "The PDF is encrypted"),
                Text("请先去除密码再上传。", "Remove the password, then upload."),
            )
        if len(reader.pages) > MAX_PAGES:
            raise _too_large(name, f"{len(reader.pages)} 页", f"{MAX_PAGES} 页")
        return "\n".join(page.extract_text() or "" for page in reader.pages)
    except Refusal:
        raise
    except Exception as error:
        raise _no(Reason.BROKEN_RECORD, name, Text("PDF 文件已损坏", "The PDF is damaged"), _SAVE_AS) from error


def _unlocked(reader: Any) -> bool:
    """Files that only forbid printing open with an empty password."""
    try:
        return bool(reader.decrypt(""))
    except Exception:
        return False
