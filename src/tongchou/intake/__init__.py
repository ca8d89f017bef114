"""From a document to clean text and its directives: pure, no Django, no clock."""

from tongchou.intake.export import as_record
from tongchou.intake.fingerprint import NEAR_COPY, fingerprint, likeness
from tongchou.intake.model import Directive, Document
from tongchou.intake.reading import read, read_text

__all__ = ["NEAR_COPY", "Directive", "Document", "as_record", "fingerprint", "likeness", "read", "read_text"]
