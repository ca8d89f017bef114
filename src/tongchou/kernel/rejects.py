"""What became of an import: the tally that must balance, and the file of rejected rows for the person to mend."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from tongchou.kernel.errors import Reason, Refusal
from tongchou.kernel.reason_names import REASON_NAMES
from tongchou.kernel.tables import FORMULA_STARTS, Table
from tongchou.kernel.text import Text

_COLUMNS = (
    Text("行号", "row"),
    Text("出错列", "field"),
    Text("原因", "reason"),
    Text("规则", "rule"),
    Text("处理办法", "remedy"),
)
_UNSAFE = (*FORMULA_STARTS, "\t", "\r", "\n")


@dataclass(frozen=True, slots=True)
class Tally:
    """Rows of an import. It cannot be built when the rows that came in are not all accounted for."""

    rows_in: int
    accepted: int
    rejected: int

    def __post_init__(self) -> None:
        counts = (self.rows_in, self.accepted, self.rejected)
        if min(counts) < 0 or self.rows_in != self.accepted + self.rejected:
            rule = Text(
                "读入 {rows_in} 行，接收 {accepted} 行，退回 {rejected} 行，数目不平。",
                "{rows_in} {rows_in|row|rows} came in, {accepted} were accepted and {rejected} rejected: this does not balance.",
            ).with_(rows_in=self.rows_in, accepted=self.accepted, rejected=self.rejected)
            remedy = Text("本次导入已全部撤销，请联系管理员。", "Nothing was imported; call the administrator.")
            raise Refusal(Reason.BROKEN_RECORD, rule, remedy=remedy)


def write_rejected(table: Table, rejects: Iterable[tuple[int, Refusal]], language: str, columns: Mapping[str, str] | None = None) -> bytes:
    """Return a CSV (UTF-8 with BOM, for Excel) of rejected rows: the original columns, then row, field, reason,
    rule and remedy in the language. One line per refusal. `table.faults` are not added by themselves: pass them too.
    columns: what the table calls a field, so that people find it; a field that is not there keeps its own name.

    Cells that a spreadsheet would take for a formula get an apostrophe in front, which `read_table` takes off again.
    """
    rejected = sorted(rejects, key=lambda pair: pair[0])
    cells = table.cells_of(number for number, _ in rejected)
    width = max([len(table.header), *(len(c) for c in cells.values())])
    out = io.StringIO(newline="")
    writer = csv.writer(out, lineterminator="\r\n")
    extra = [""] * (width - len(table.header))
    writer.writerow([harmless(c) for c in (*table.header, *extra, *(t.in_(language) for t in _free(table.header)))])
    for number, refusal in rejected:
        row = cells.get(number, ())
        told = (
            str(number),
            (columns or {}).get(refusal.field or "", refusal.field or ""),
            REASON_NAMES[refusal.reason].in_(language),
            refusal.rule.in_(language),
            refusal.remedy.in_(language) if refusal.remedy else "",
        )
        writer.writerow([harmless(c) for c in (*row, *[""] * (width - len(row)), *told)])
    return out.getvalue().encode("utf-8-sig")


def _free(header: tuple[str, ...]) -> list[Text]:
    """Name the added columns so that they clash with none of the table's own."""
    taken = set(header)
    out: list[Text] = []
    for name in _COLUMNS:
        free = name
        while free.zh in taken or free.en in taken:
            free = Text(f"{free.zh}*", f"{free.en}*")
        out.append(free)
    return out


def harmless(cell: str) -> str:
    """Return the cell so that no spreadsheet program runs it as a formula."""
    return "'" + cell if cell.startswith(_UNSAFE) else cell
