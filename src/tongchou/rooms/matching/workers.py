"""A list of workers: which column is what, and one row to a checked identity or a refusal."""

from __future__ import annotations

from datetime import date

from tongchou.kernel.errors import Reason, Refusal
from tongchou.kernel.rejects import write_rejected
from tongchou.kernel.tables import Table, read_table
from tongchou.kernel.text import Text
from tongchou.record.people.given import Given, read_identity


def rejected_workers(data: bytes, filename: str, on: date, language: str) -> bytes:
    """Rows of a list that cannot be read, as CSV with why. Nothing of it is stored."""
    table = read_table(data, filename, max_rows=5_000, titled=True)
    return write_rejected(table, read_workers(table, on)[1], language)


_COLUMNS = {
    "name": ("姓名", "name"), "document": ("证件号码", "身份证号", "身份证号码", "身份证", "document"), "phone": ("手机号", "手机", "电话", "联系电话", "phone"),
    "document_kind": ("证件类型", "document kind"),
}  # fmt: skip


def read_workers(table: Table, today: date) -> tuple[list[tuple[int, Given]], list[tuple[int, Refusal]]]:
    """Checked identities by row, and the rows refused with why."""
    names = {alias.lower(): f for f, aliases in _COLUMNS.items() for alias in (f, *aliases)}
    places = {names[h.strip().lower()]: n for n, h in reversed(list(enumerate(table.header))) if h.strip().lower() in names}
    if not {"name", "document"} <= places.keys():
        rule = Text("须有“姓名”和“证件号码”两列。", "Columns for name and document are needed.")
        raise Refusal(Reason.MISSING_VALUE, rule, field="header", file=table.filename)
    rejects, rows = list(table.faults), []
    seen: dict[tuple[str, str], int] = {}
    for number, cells in table.rows:
        try:
            told = {f: cells[n] for f, n in places.items()}
            if not told["document"].strip():
                raise Refusal(Reason.MISSING_VALUE, Text("没有证件号码。", "The document is missing."), field="document")
            one = read_identity(**told, today=today)
            key = (one.identity.document_kind, one.identity.document)
            if key in seen:
                rule = Text("与第 {row} 行证件相同。", "Row {row} has the same document.").with_(row=seen[key])
                raise Refusal(Reason.DUPLICATE, rule, field="document", value=one.identity.masked().document)
        except Refusal as refusal:
            refusal.line = number
            rejects.append((number, refusal))
            continue
        seen[key] = number
        rows.append((number, one))
    return rows, rejects
