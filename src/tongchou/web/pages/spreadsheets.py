"""A page's sheet as a file: the same rows, as a workbook or as CSV."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any
from urllib.parse import quote

from django.http import HttpRequest, HttpResponse
from django.utils import timezone
from django.utils.translation import get_language

from tongchou.kernel.clock import SHANGHAI
from tongchou.kernel.spreadsheets import CSV, XLSX, to_csv, to_xlsx
from tongchou.kernel.text import Text
from tongchou.web.pages.requests import actor_of

FORMATS = ("xlsx", "csv")


def asked_for(request: HttpRequest) -> str:
    """The format that the link asks for; "" for the page itself."""
    wanted = request.GET.get("export", "")
    return wanted if wanted in FORMATS else ""


def sheet_file(
    request: HttpRequest, title: Text, columns: Sequence[Text], rows: Iterable[Sequence[Any]]
) -> HttpResponse:
    """The file of a list without personal data (that goes through an approved export). Texts come in the page's language."""
    language = get_language() or "zh-hans"
    name, header = title.in_(language), [c.in_(language) for c in columns]
    plain = ([v.in_(language) if isinstance(v, Text) else v for v in row] for row in rows)
    at = timezone.now().astimezone(SHANGHAI)
    if asked_for(request) == "csv":
        body, kind, extension = to_csv(header, plain), CSV, "csv"
    else:
        who = Text("导出人：{name}　时间：{at}", "Exported by {name} at {at}").with_(
            name=actor_of(request).name, at=f"{at:%Y-%m-%d %H:%M}"
        )
        body, kind, extension = to_xlsx(name, header, plain, [name, who.in_(language)]), XLSX, "xlsx"
    answer = HttpResponse(body, content_type=kind)
    file = quote(f"{name}-{at:%Y%m%d-%H%M}.{extension}", safe="")
    answer["Content-Disposition"] = f"attachment; filename=\"table.{extension}\"; filename*=UTF-8''{file}"
    answer["X-Content-Type-Options"] = "nosniff"
    return answer


def cells_of(sheet: dict[str, Any]) -> tuple[list[Text], list[list[Any]]]:
    """Header and plain values of a sheet as components/sheet.html takes it."""
    return [c["label"] for c in sheet["columns"]], [[cell["value"] for cell in row["cells"]] for row in sheet["rows"]]
