"""The one way to say no.

Every door shows the same refusal: what happened, to which named thing, under which rule, and what to do next.
`Reason` is a closed list: a new reason is a deliberate change, with its HTTP status beside it.
"""

from __future__ import annotations

from enum import StrEnum
from typing import Any

from tongchou.kernel.text import Text


class Reason(StrEnum):
    """Why something was refused. The value is what the API shows and the database stores."""

    NOT_SIGNED_IN = "not_signed_in"
    NOT_ALLOWED = "not_allowed"
    NOT_FOUND = "not_found"
    INVALID_VALUE = "invalid_value"
    MISSING_VALUE = "missing_value"
    UNKNOWN_FIELD = "unknown_field"
    WRONG_CHECK_DIGIT = "wrong_check_digit"
    IMPOSSIBLE_DATE = "impossible_date"
    DUPLICATE = "duplicate"
    OVERLAP = "overlap"
    CYCLE = "cycle"
    CONFLICT = "conflict"
    CLIENT_ID_REUSED = "client_id_reused"
    WRONG_STAGE = "wrong_stage"
    LOOP_CLOSED = "loop_closed"
    EVIDENCE_MISSING = "evidence_missing"
    SAME_PERSON = "same_person"
    SAME_UNIT = "same_unit"
    RETURN_LIMIT = "return_limit"
    CHILDREN_OPEN = "children_open"
    CO_UNITS_OPEN = "co_units_open"
    NOT_OWNER = "not_owner"
    TWO_HOLDERS = "two_holders"
    NOT_HOLDER = "not_holder"
    NOT_IN_CUSTODY = "not_in_custody"
    APPROVAL_MISSING = "approval_missing"
    SECOND_FACTOR_REQUIRED = "second_factor_required"
    EXCLUSIVE_ROLES = "exclusive_roles"
    EXPIRED = "expired"
    TOO_LARGE = "too_large"
    TOO_MANY = "too_many"
    WRONG_FILE_TYPE = "wrong_file_type"
    BAD_ENCODING = "bad_encoding"
    TRUNCATED = "truncated"
    BROKEN_RECORD = "broken_record"
    RATE_LIMITED = "rate_limited"
    UNAVAILABLE = "unavailable"


_STATUS = {
    Reason.NOT_SIGNED_IN: 401,
    Reason.NOT_ALLOWED: 403,
    Reason.SECOND_FACTOR_REQUIRED: 403,
    Reason.NOT_FOUND: 404,
    Reason.DUPLICATE: 409,
    Reason.OVERLAP: 409,
    Reason.CONFLICT: 409,
    Reason.CLIENT_ID_REUSED: 409,
    Reason.WRONG_STAGE: 409,
    Reason.LOOP_CLOSED: 409,
    Reason.TWO_HOLDERS: 409,
    Reason.TOO_LARGE: 413,
    Reason.RATE_LIMITED: 429,
    Reason.UNAVAILABLE: 503,
}


STANDARD_REMEDIES = {
    Reason.INVALID_VALUE: Text("请更正后重新提交。", "Correct it and send it again."),
    Reason.MISSING_VALUE: Text("请补填后重新提交。", "Fill it in and send it again."),
    Reason.IMPOSSIBLE_DATE: Text("请核对并更正日期。", "Check the date and correct it."),
    Reason.DUPLICATE: Text("请查看已有的记录，不必重复提交。", "Look at what is on record; it need not be sent twice."),
    Reason.OVERLAP: Text("请调整起止时间。", "Change the times."),
    Reason.CONFLICT: Text("请刷新页面，核对后再办。", "Reload the page, check, and try again."),
    Reason.WRONG_STAGE: Text("请刷新页面，看现在可以办理什么。", "Reload the page to see what may be done now."),
    Reason.TOO_MANY: Text("请分次提交。", "Send it in parts."),
}
"""What to do now where a refusal says nothing more exact."""


class Refusal(Exception):
    """An act, a row or a request was refused.

    field:  the name of the input at fault, None when no single input is.
    value:  what was given, already fit to be shown (documents and phones masked by the caller).
    rule:   what must hold.  remedy: what to do now; unless given, the standard one of the reason.
    line:   for files, the 1-based line or row.
    """

    def __init__(
        self,
        reason: Reason,
        rule: Text,
        *,
        remedy: Text | None = None,
        field: str | None = None,
        value: Any = None,
        line: int | None = None,
        file: str | None = None,
        **details: Any,
    ) -> None:
        self.reason = reason
        self.rule = rule
        self.remedy = remedy or STANDARD_REMEDIES.get(reason)
        self.field = field
        self.value = value
        self.line = line
        self.file = file
        self.details = details
        super().__init__(self.sentence("en"))

    @property
    def status(self) -> int:
        """The HTTP status that fits the reason."""
        return _STATUS.get(self.reason, 422)

    def sentence(self, language: str = "zh-hans") -> str:
        """One line for people: where, what was given, the rule, the remedy."""
        en = language.lower().startswith("en")
        where = ""
        if self.file is not None or self.line is not None:
            place = [str(p) for p in (self.file, self.line) if p is not None]
            where = ":".join(place) + (": " if en else "：")
        subject = ""
        if self.field is not None:
            given = "" if self.value is None else (f" = {self.value!r}" if en else f"“{self.value}”")
            subject = f"{self.field}{given}" + (": " if en else "：")
        rule = self.rule.in_(language)
        remedy = "" if self.remedy is None else (" " if en else "") + self.remedy.in_(language)
        return f"{where}{subject}{rule}{remedy}"

    def as_dict(self, language: str = "zh-hans") -> dict[str, Any]:
        """The machine-readable form that the API and rejected-row files use."""
        out: dict[str, Any] = {
            "reason": self.reason.value,
            "field": self.field,
            "value": None if self.value is None else str(self.value),
            "rule": self.rule.in_(language),
            "remedy": None if self.remedy is None else self.remedy.in_(language),
        }
        if self.line is not None:
            out["line"] = self.line
        if self.file is not None:
            out["file"] = self.file
        if self.details:
            out["details"] = {k: str(v) for k, v in self.details.items()}
        return out


def out_of_range() -> Refusal:
    """What to say when the database cannot store or compare a value: a number out of range, a character that has no place in a text."""
    rule = Text("输入的数值超出范围，或文字中含有无法保存的字符。", "A number is out of range, or a text holds a character that cannot be stored.")
    return Refusal(Reason.INVALID_VALUE, rule, remedy=Text("请更正后重试。", "Correct it and try again."))
