"""The one way to say no.

Every door shows the same refusal: what happened, to which named thing, under which rule, and what to do next.
`Reason` is a closed list: a new reason is a deliberate change, with its HTTP status beside it.
"""

from __future__ import annotations

from collections.abc import Mapping
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
    Reason.NOT_SIGNED_IN: Text("请先登录。", "Sign in first."),
    Reason.NOT_ALLOWED: Text("请由有此权限的岗位办理，或请安全管理员核对您的任职。", "Ask who holds this permission, or let the security administrator check your post."),
    Reason.NOT_FOUND: Text("请核对编号；不在本辖区的，请联系主管单位。", "Check the number; what lies outside your area is for the unit in charge there."),
    Reason.INVALID_VALUE: Text("请更正后重新提交。", "Correct it and send it again."),
    Reason.MISSING_VALUE: Text("请补填后重新提交。", "Fill it in and send it again."),
    Reason.UNKNOWN_FIELD: Text("请删去该项，或对照说明改用正确的名称。", "Leave this field out, or give it the name that the documentation has."),
    Reason.WRONG_CHECK_DIGIT: Text("请对照原件逐位核对号码。", "Compare the number with the original, digit by digit."),
    Reason.IMPOSSIBLE_DATE: Text("请核对并更正日期。", "Check the date and correct it."),
    Reason.DUPLICATE: Text("请查看已有的记录，不必重复提交。", "Look at what is on record; it need not be sent twice."),
    Reason.OVERLAP: Text("请调整起止时间。", "Change the times."),
    Reason.CYCLE: Text("请改选上级，使其不在本项之下。", "Choose another parent, one that does not lie below this entry."),
    Reason.CONFLICT: Text("请刷新页面，核对后再办。", "Reload the page, check, and try again."),
    Reason.CLIENT_ID_REUSED: Text("请换用新的请求编号；如要重发，内容须与上次一致。", "Use a new client id; a request is repeated with exactly what was sent before."),
    Reason.WRONG_STAGE: Text("请刷新页面，看现在可以办理什么。", "Reload the page to see what may be done now."),
    Reason.LOOP_CLOSED: Text("事项已办结，请查看办理结果；仍有问题的，另行交办。", "Look at how the loop ended; if something is left to do, open another."),
    Reason.EVIDENCE_MISSING: Text("请补齐所列材料后再提交。", "Add the evidence that is named and send it again."),
    Reason.SAME_PERSON: Text("请由另一人办理。", "Ask another person to do it."),
    Reason.SAME_UNIT: Text("请改选另一单位。", "Choose another unit."),
    Reason.RETURN_LIMIT: Text("请提请权属裁定，或按期办理。", "Ask for a ruling on who owns it, or do it in time."),
    Reason.CHILDREN_OPEN: Text("请先办结下级事项。", "Close the loops below it first."),
    Reason.CO_UNITS_OPEN: Text("请催促协办单位完成后再提交。", "Have the co-units finish their parts first."),
    Reason.NOT_OWNER: Text("请由责任单位办理。", "Leave it to the unit that owns it."),
    Reason.TWO_HOLDERS: Text("请先办完正在进行的移交，再刷新页面。", "Finish the hand-over that is under way, then reload the page."),
    Reason.NOT_HOLDER: Text("请由现保管单位办理。", "Leave it to the unit that holds it now."),
    Reason.NOT_IN_CUSTODY: Text("请先办理接收，或核对是否已解除。", "Take it in first, or check whether it was let out."),
    Reason.APPROVAL_MISSING: Text("请先报批，批准后再办。", "Ask for approval first, and go on when it is given."),
    Reason.SECOND_FACTOR_REQUIRED: Text("请设置并输入动态口令后再办。", "Set up the second factor, enter its code, and try again."),
    Reason.EXCLUSIVE_ROLES: Text("请另用一个账号，或先结束原有任职。", "Use a separate account, or end the post held now."),
    Reason.EXPIRED: Text("期限已过，请联系办理单位。", "The time is over: turn to the unit in charge."),
    Reason.TOO_LARGE: Text("请缩小文件，或分成几份上传。", "Make the file smaller, or upload it in parts."),
    Reason.TOO_MANY: Text("请分次提交。", "Send it in parts."),
    Reason.WRONG_FILE_TYPE: Text("请改用所列格式的文件。", "Use a file of a type that is accepted."),
    Reason.BAD_ENCODING: Text("请把文件另存为 UTF-8 编码后再上传。", "Save the file as UTF-8 and upload it again."),
    Reason.TRUNCATED: Text("文件不完整，请重新导出或重新上传。", "The file is not whole: export or upload it again."),
    Reason.BROKEN_RECORD: Text("请停止使用该文件或记录，并告知系统管理员。", "Do not use this file or record, and tell the system administrator."),
    Reason.RATE_LIMITED: Text("请稍候再试。", "Wait a moment and try again."),
    Reason.UNAVAILABLE: Text("请稍后重试；仍不行的，请联系系统管理员。", "Try again later; if it does not come back, tell the system administrator."),
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
        self.remedy = remedy or STANDARD_REMEDIES[reason]
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

    def sentence(self, language: str = "zh-hans", names: Mapping[str, str] | None = None) -> str:
        """One line for people: where, what was given, the rule, the remedy.

        names: field -> what the reader calls it, such as a column of his file; a field without one is left out. None: fields by their own names, for
        readers who wrote them, as in a plan or to the API.
        """
        en = language.lower().startswith("en")
        where = ""
        if self.file is not None or self.line is not None:
            place = [str(p) for p in (self.file, self.line) if p is not None]
            where = ":".join(place) + (": " if en else "：")
        subject = ""
        if self.field is not None:
            called = self.field if names is None else names.get(self.field, "")
            given = "" if self.value is None else (f" = {self.value!r}" if called else repr(self.value)) if en else f"“{self.value}”"
            subject = f"{called}{given}" + (": " if en else "：") if called or given else ""
        rule = self.rule.in_(language)
        remedy = "" if self.remedy is None else (" " if en else "") + self.remedy.in_(language)
        return f"{where}{subject}{rule}{remedy}"

    def kept(self) -> dict[str, Any]:
        """What a job keeps of a refusal beside the thing that it was for, in both languages and without the value: it may be personal."""
        return {"reason": self.reason.value, "rule": self.rule.as_dict(), "remedy": self.remedy.as_dict(), "field": self.field or ""}

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
    """What to say when a value cannot be stored or compared: a number or a day out of range, a character that has no place in a text."""
    rule = Text("输入的数值或日期超出范围，或文字中含有无法保存的字符。", "A number or a day is out of range, or a text holds a character that cannot be stored.")
    return Refusal(Reason.INVALID_VALUE, rule, remedy=Text("请更正后重试。", "Correct it and try again."))
