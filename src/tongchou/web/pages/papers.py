"""An official document as the file that is downloaded."""

from __future__ import annotations

from urllib.parse import quote

from django.http import HttpResponse

from tongchou.documents.model import OfficialDocument
from tongchou.documents.pdf import to_pdf
from tongchou.documents.word import to_word

WORD = "application/vnd.openxmlformats-officedocument.wordprocessingml.document"
FORMATS = ("docx", "pdf")


def paper_file(document: OfficialDocument, format: str, name: str, plain: str = "letter") -> HttpResponse:
    """Word or PDF (format: one of FORMATS). name: of the file, without ending; plain: the same for browsers that read ASCII alone."""
    body, kind = (to_pdf(document), "application/pdf") if format == "pdf" else (to_word(document), WORD)
    answer = HttpResponse(body, content_type=kind)
    named = quote(f"{name}.{format}", safe="")
    answer["Content-Disposition"] = f"attachment; filename=\"{plain}.{format}\"; filename*=UTF-8''{named}"
    answer["X-Content-Type-Options"] = "nosniff"
    return answer
