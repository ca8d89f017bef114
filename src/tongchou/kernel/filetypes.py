"""What a file really is, by its first bytes: names are not believed."""

from __future__ import annotations

import io
import re
import zipfile
from enum import StrEnum

from tongchou.kernel.text import Text


class FileType(StrEnum):
    """What a file is told to be. TEXT is whatever carries no mark of something else."""

    EMPTY = "empty"
    TEXT = "text"
    XLSX = "xlsx"
    XLS = "xls"
    ODS = "ods"
    DOCX = "docx"
    PPTX = "pptx"
    OLE = "ole"
    ZIP = "zip"
    BROKEN_ZIP = "broken_zip"
    HTML = "html"
    XML = "xml"
    PDF = "pdf"
    IMAGE = "image"
    ARCHIVE = "archive"
    PROGRAM = "program"


NAMES: dict[FileType, Text] = {
    FileType.EMPTY: Text("空文件", "an empty file"),
    FileType.TEXT: Text("纯文本（CSV、TSV）", "plain text (CSV, TSV)"),
    FileType.XLSX: Text("Excel 工作簿（xlsx）", "an Excel workbook (xlsx)"),
    FileType.XLS: Text("旧版 Excel 工作簿（xls）", "an old Excel workbook (xls)"),
    FileType.ODS: Text("OpenDocument 文件", "an OpenDocument file"),
    FileType.DOCX: Text("Word 文档（docx）", "a Word document (docx)"),
    FileType.PPTX: Text("演示文稿（pptx）", "a presentation (pptx)"),
    FileType.OLE: Text("旧版 Office 文件或加密的 Office 文件", "an old or an encrypted Office file"),
    FileType.ZIP: Text("普通压缩包（zip）", "a plain zip archive"),
    FileType.BROKEN_ZIP: Text("不完整的压缩包或工作簿", "a damaged archive or workbook"),
    FileType.HTML: Text("网页（HTML）", "a web page (HTML)"),
    FileType.XML: Text("XML 文件", "an XML file"),
    FileType.PDF: Text("PDF 文件", "a PDF file"),
    FileType.IMAGE: Text("图片", "an image"),
    FileType.ARCHIVE: Text("压缩包", "an archive"),
    FileType.PROGRAM: Text("可执行程序", "a program"),
}

_MARKS: tuple[tuple[bytes, FileType], ...] = (
    (b"%PDF", FileType.PDF),
    (b"\x89PNG", FileType.IMAGE),
    (b"\xff\xd8\xff", FileType.IMAGE),
    (b"GIF8", FileType.IMAGE),
    (b"RIFF", FileType.IMAGE),
    (b"\x1f\x8b", FileType.ARCHIVE),
    (b"Rar!", FileType.ARCHIVE),
    (b"7z\xbc\xaf", FileType.ARCHIVE),
    (b"MZ\x90", FileType.PROGRAM),
    (b"\x7fELF", FileType.PROGRAM),
)
_OLE = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
_HTML = re.compile(rb"<(!doctype\s+html|html|head|body|table|meta|script|div)\b", re.IGNORECASE)


def detect(data: bytes) -> FileType:
    """Tell what the bytes are. An OLE container is XLS when it holds a Workbook stream, else OLE."""
    if not data:
        return FileType.EMPTY
    for mark, kind in _MARKS:
        if data.startswith(mark):
            return kind
    if data.startswith(b"PK"):
        return _inside_zip(data)
    if data.startswith(_OLE):
        streams = ("Workbook".encode("utf-16-le"), "Book".encode("utf-16-le"))
        return FileType.XLS if any(s in data for s in streams) else FileType.OLE
    head = data[:2048].removeprefix(b"\xef\xbb\xbf").lstrip()
    if data[:2] in (b"\xff\xfe", b"\xfe\xff"):
        head = data[:4096].decode("utf-16", errors="replace").encode("utf-8").lstrip()
    if head.startswith(b"<?xml"):
        return FileType.HTML if b"<html" in head.lower() else FileType.XML
    return FileType.HTML if _HTML.match(head) else FileType.TEXT


def _inside_zip(data: bytes) -> FileType:
    try:
        with zipfile.ZipFile(io.BytesIO(data)) as archive:
            names = set(archive.namelist())
            if "mimetype" in names:
                return FileType.ODS
    except (zipfile.BadZipFile, ValueError, OSError, NotImplementedError):
        return FileType.BROKEN_ZIP
    if "xl/workbook.xml" in names:
        return FileType.XLSX
    if any(n.startswith("word/") for n in names):
        return FileType.DOCX
    return FileType.PPTX if any(n.startswith("ppt/") for n in names) else FileType.ZIP


def unpacked_size(data: bytes) -> int:
    """Return how many bytes a zip says that it holds when unpacked."""
    with zipfile.ZipFile(io.BytesIO(data)) as archive:
        return sum(info.file_size for info in archive.infolist())
