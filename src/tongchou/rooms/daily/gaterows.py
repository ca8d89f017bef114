"""A gate machine's table: what its columns are called, and one row to passes of a person on the staff file, a stranger, or a refusal."""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from decimal import Decimal
from uuid import UUID

from tongchou.kernel.clock import parse_date, parse_datetime
from tongchou.kernel.errors import Reason, Refusal
from tongchou.kernel.masking import mask_document, mask_name
from tongchou.kernel.text import Text
from tongchou.record.rowimport import Cells, Columns, unknown
from tongchou.rooms.daily.gatestaff import Directory

COLUMNS: Columns = {
    "name": ("姓名", "人员姓名", "员工姓名", "名字", "name", "full name"),
    "number": (
        "工号",
        "员工号",
        "人员编号",
        "员工编号",
        "考勤号",
        "考勤号码",
        "登记号码",
        "卡号",
        "number",
        "no",
        "badge",
        "employee id",
    ),
    "document": ("证件号码", "身份证号", "身份证号码", "身份证", "证件号", "document", "id number"),
    "phone": ("手机号", "手机号码", "手机尾号", "手机后四位", "联系电话", "phone", "mobile"),
    "section": ("部门", "车间", "班组", "所属部门", "部门名称", "department", "section"),
    "shift": ("班次", "班次名称", "shift"),
    "at": (
        "时间",
        "日期时间",
        "打卡时间",
        "刷卡时间",
        "考勤时间",
        "识别时间",
        "通行时间",
        "抓拍时间",
        "签到时间",
        "date time",
        "datetime",
        "timestamp",
    ),
    "day": ("日期", "打卡日期", "考勤日期", "date"),
    "clock": ("时刻", "打卡时刻", "刷卡时刻", "time"),
    "came": ("上班时间", "上班打卡", "进入时间", "进厂时间", "上班", "time in", "check in"),
    "left": ("下班时间", "下班打卡", "离开时间", "出厂时间", "下班", "time out", "check out"),
    "device": ("设备", "设备名称", "设备编号", "门禁点", "通道", "地点", "机号", "device", "door"),
    "direction": ("进出", "进出方向", "方向", "进出状态", "进出类型", "出入", "考勤状态", "direction", "in out"),
    "temperature": ("体温", "体温值", "温度", "测温", "人体温度", "temperature", "temp"),
}
NEEDED = ("name|number|document", "at|day|came")
_IN = {
    "进",
    "入",
    "进门",
    "进入",
    "进厂",
    "入口",
    "入场",
    "上班",
    "上班签到",
    "上班打卡",
    "签到",
    "in",
    "enter",
    "entry",
    "check in",
    "c/in",
}
_OUT = {
    "出",
    "离",
    "出门",
    "外出",
    "离开",
    "出厂",
    "出口",
    "离场",
    "下班",
    "下班签退",
    "下班打卡",
    "签退",
    "out",
    "exit",
    "leave",
    "check out",
    "c/out",
}
_CELSIUS = re.compile(r"(\d{1,2}(?:\.\d{1,2})?)\s*(?:℃|°C|度|C)?", re.IGNORECASE)
@dataclass(slots=True)
class Read:
    """A row that was read. label: what tells people on no file apart, as the machine has it; person None: on no file."""

    number: int
    person: UUID | None
    badge: str
    label: tuple[str, str, str]
    passes: list[tuple[datetime, str]]
    temperature: Decimal | None
    section: str
    shift: str


class Rows:
    """Reads rows of one enterprise. earliest, latest: what is taken; outside of it a row is refused."""

    def __init__(self, staff: Directory, earliest: date, latest: datetime) -> None:
        self.staff, self.earliest, self.latest = staff, earliest, latest
        self.cells = Cells()

    def read(self, number: int, told: dict[str, str]) -> Read:
        """One row; a Refusal names the first field at fault and bears the row's number."""
        try:
            name, badge = plain(told.get("name", "")), plain(told.get("number", ""))[:40]
            document, phone = plain(told.get("document", "")).upper(), digits(told.get("phone", ""))
            if not (name or badge or document):
                rule = Text("没有姓名、工号或证件号。", "There is no name, work number or document.")
                raise Refusal(Reason.MISSING_VALUE, rule, remedy=Text("请补上。", "Add it."), field="name")
            passes = self._passes(told)
            temperature = self._temperature(told.get("temperature", ""))
            person = self.staff.find(name, badge, document, phone)
            label = (name[:60], badge, mask_document(document) if document else "")
            return Read(
                number,
                person,
                badge,
                label,
                passes,
                temperature,
                plain(told.get("section", ""))[:60],
                plain(told.get("shift", ""))[:20],
            )
        except Refusal as refusal:
            refusal.line = number
            raise

    def _passes(self, told: dict[str, str]) -> list[tuple[datetime, str]]:
        """When through the gate and which way: one time with a direction, or a day with when somebody came and left."""
        out: list[tuple[datetime, str]] = []
        if told.get("at"):
            whole = f"{self._day(told['day'])} {told['at']}" if told.get("day") and len(told["at"]) <= 8 else told["at"]
            out.append((self._at("at", whole), self._direction(told)))
        elif told.get("day") and told.get("clock"):
            out.append((self._at("clock", f"{self._day(told['day'])} {told['clock']}"), self._direction(told)))
        for name, direction in (("came", "in"), ("left", "out")):
            text = told.get(name, "")
            if not unknown(text):
                whole = text if len(text) > 8 or not told.get("day") else f"{self._day(told['day'])} {text}"
                out.append((self._at(name, whole), direction))
        if not out:
            rule = Text("没有时间。", "There is no time.")
            raise Refusal(
                Reason.MISSING_VALUE,
                rule,
                remedy=Text(
                    "请补上时间，或日期和上下班时间。", "Give the time, or the day with when somebody came and left."
                ),
                field="at",
            )
        if len(out) == 2 and out[1][0] < out[0][0] and told.get("day"):
            out[1] = (out[1][0] + timedelta(days=1), "out")  # a night shift ends on the next day
        return out

    def _day(self, text: str) -> date:
        return self.cells.once("day", text, lambda t: parse_date(t.split(" ")[0], "day"))

    def _at(self, field: str, text: str) -> datetime:
        at = parse_datetime(text, field)
        day = at.date()
        if at > self.latest or day < self.earliest:
            rule = Text("须在 {a} 至今之间。", "This must lie between {a} and now.").with_(a=self.earliest)
            remedy = Text(
                "请核对机器的时钟；更早的个人考勤已过保存期。",
                "Check the machine's clock; earlier attendance is past its time of keeping.",
            )
            raise Refusal(Reason.IMPOSSIBLE_DATE, rule, remedy=remedy, field=field, value=text[:40])
        return at

    def _direction(self, told: dict[str, str]) -> str:
        """In or out: by its column, else by the device's name; where neither says so, somebody was there: in."""
        text = told.get("direction", "").strip()
        said = "" if unknown(text) else self.cells.once("direction", text, _way)
        if said:
            return said
        device = told.get("device", "")
        return "out" if ("出口" in device or device.endswith("出")) and "进" not in device else "in"

    def _temperature(self, text: str) -> Decimal | None:
        return None if unknown(text) or not text.strip(" -—–/") else self.cells.once("temperature", text, _celsius)


def _way(text: str) -> str:
    plain = text.lower().replace("-", " ")
    if plain in _IN or plain in _OUT:
        return "in" if plain in _IN else "out"
    if plain in ("正常", "迟到", "早退", "normal", "late", "early"):
        return ""
    rule = Text("不认识的进出方向。", "This direction is not known.")
    raise Refusal(
        Reason.INVALID_VALUE,
        rule,
        remedy=Text("请写“进”或“出”。", "Write in or out."),
        field="direction",
        value=text[:20],
    )


def _celsius(text: str) -> Decimal | None:
    """A reading; 0 and words are what a machine writes where it did not measure."""
    found = _CELSIUS.fullmatch(unicodedata.normalize("NFKC", text).replace("°C", "").strip())
    if found is None:
        if text.strip() in ("正常", "未测", "未测温", "normal"):
            return None
    else:
        value = Decimal(found[1]).quantize(Decimal("0.1"))
        if not value:
            return None
        if 30 <= value <= 45:
            return value
    rule = Text("不是 30 到 45 之间的体温。", "This is no temperature between 30 and 45.")
    raise Refusal(
        Reason.INVALID_VALUE,
        rule,
        remedy=Text("请核对；没有测的留空。", "Check it; leave it empty where none was taken."),
        field="temperature",
        value=text[:20],
    )


def plain(text: str) -> str:
    """A cell as it is kept: one kind of letters, single spaces; "" for unknown."""
    return "" if unknown(text) else " ".join(unicodedata.normalize("NFKC", text).split())


def digits(text: str) -> str:
    """The digits of a cell."""
    return "".join(c for c in unicodedata.normalize("NFKC", text) if c.isdigit())


def rejected_stranger(row: Read) -> Refusal:
    """Why the row of somebody on no staff file comes back."""
    rule = Text(
        "不在本单位员工档案中，已列入考勤预警。",
        "On no staff file of the enterprise; put among the alarms of attendance.",
    )
    remedy = Text(
        "是员工的请补登档案后重新导入；是访客的在预警中说明。",
        "If it is a member of staff, add the file and import again; if a visitor, say so in the alarm.",
    )
    refusal = Refusal(
        Reason.NOT_FOUND,
        rule,
        remedy=remedy,
        field="name",
        value=mask_name(row.label[0]) if row.label[0] else row.label[1],
    )
    refusal.line = row.number
    return refusal


def label_text(label: tuple[str, str, str]) -> str:
    return " ".join(p for p in label if p)
