"""Delimited text: which encoding and delimiter, and the rows. Nothing is replaced, guessed over or cut silently."""

from __future__ import annotations

import csv
import io
import re
import sys
from collections.abc import Iterator

from tongchou.kernel.errors import Reason, Refusal
from tongchou.kernel.text import Text

csv.field_size_limit(min(sys.maxsize, 2**31 - 1))

_SPREADSHEET_REMEDY = Text(
    "请在表格软件中另存为“CSV UTF-8”或 xlsx 后重新上传。",
    "Save it again as “CSV UTF-8” or xlsx and upload that.",
)


def decode(data: bytes, filename: str) -> tuple[str, str]:
    """Return the text and the name of its encoding: utf-8, utf-8-sig, gb18030 (GBK included), utf-16-le, utf-16-be.

    Undecodable bytes are refused with line and offset. UTF-8 that ends within a character is refused as truncated, and
    UTF-8 with a few bad bytes is refused rather than read as GB18030, which would turn all of it into wrong characters.
    """
    for mark, name in ((b"\xff\xfe", "utf-16-le"), (b"\xfe\xff", "utf-16-be")):
        if data.startswith(mark):
            return _strict(data[2:], name, filename, 2), name
    if data.startswith(b"\xef\xbb\xbf"):
        return _strict(data[3:], "utf-8", filename, 3), "utf-8-sig"
    if b"\x00" in data:
        at = data.index(b"\x00")
        raise _undecodable(
            data, at, "utf-8", filename, Text("文件里有空字节，不是文本。", "The file holds null bytes: it is no text.")
        )
    try:
        return data.decode("utf-8"), "utf-8"
    except UnicodeDecodeError as error:
        failed = error
    if _mostly_utf8(data, failed.start):
        return _strict(data, "utf-8", filename, 0), "utf-8"
    return _strict(data, "gb18030", filename, 0), "gb18030"


def _mostly_utf8(data: bytes, at: int) -> bool:
    """Tell broken UTF-8 from another encoding by the 64 KiB around the first bad byte."""
    window = data[max(0, at - 32768) : at + 32768]
    text = window.decode("utf-8", errors="replace")
    bad = text.count("�")
    good = sum(1 for c in text if ord(c) > 0x7FF and c != "�")
    return good > 4 * bad


def _strict(data: bytes, encoding: str, filename: str, skipped: int) -> str:
    try:
        return data.decode(encoding)
    except UnicodeDecodeError as error:
        at = error.start
        near_end = at >= len(data) - 3 and (
            "unexpected end" in error.reason or "truncated" in error.reason or "incomplete" in error.reason
        )
        if near_end:
            line = _line_of(data, at, encoding)
            raise Refusal(
                Reason.TRUNCATED,
                Text(
                    "文件在一个字符中间结束，很可能没有传完整。",
                    "The file ends within a character: it is probably cut off.",
                ),
                remedy=Text("请重新导出并完整上传。", "Export it again and upload the whole file."),
                file=filename,
                line=line,
                offset=at + skipped,
            ) from None
        raise _undecodable(data, at, encoding, filename, skipped=skipped) from None


def _line_of(data: bytes, at: int, encoding: str) -> int:
    if encoding.startswith("utf-16"):
        return data[:at].decode(encoding, errors="replace").count("\n") + 1
    return data.count(b"\n", 0, at) + 1


def _undecodable(
    data: bytes, at: int, encoding: str, filename: str, rule: Text | None = None, skipped: int = 0
) -> Refusal:
    rule = rule or Text(
        "第 {offset} 字节（{hex}）不是 {encoding} 编码的字符。",
        "The byte at offset {offset} ({hex}) is no character in {encoding}.",
    ).with_(offset=at + skipped, hex=f"0x{data[at]:02X}", encoding=encoding.upper())
    line = _line_of(data, at, encoding)
    return Refusal(Reason.BAD_ENCODING, rule, remedy=_SPREADSHEET_REMEDY, file=filename, line=line, offset=at + skipped)


def delimiter_of(text: str, filename: str) -> str:
    """Return tab, comma or semicolon, whichever the first line that is not blank uses most outside quotes."""
    first = next((line for line in io.StringIO(text[:65536]) if line.strip()), "")
    bare = re.sub(r'"[^"]*"', "", first)
    preferred = "\t" if filename.lower().endswith((".tsv", ".tab")) else ","
    return max((preferred, ",", "\t", ";"), key=bare.count)


def rows(text: str, filename: str) -> Iterator[list[str]]:
    """Yield every record. A quote that is never closed is refused as truncated, other broken quoting by its line."""
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=delimiter_of(text, filename), strict=True)
    try:
        yield from reader
    except csv.Error as error:
        if "end of data" in str(error):
            rule = Text(
                "有一个引号一直没有闭合，文件可能没有传完整。", "A quote is never closed: the file may be cut off."
            )
            raise Refusal(
                Reason.TRUNCATED, rule, remedy=_SPREADSHEET_REMEDY, file=filename, line=reader.line_num
            ) from None
        rule = Text("引号用法不正确。", "The quoting is broken.")
        raise Refusal(
            Reason.INVALID_VALUE, rule, remedy=_SPREADSHEET_REMEDY, file=filename, line=reader.line_num
        ) from None
