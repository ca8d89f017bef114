"""Three days through the gates of three enterprises of the demo district: tables, somebody on no file, a fever, an alarm answered, two on leave."""

from __future__ import annotations

from datetime import datetime, time, timedelta
from random import Random

from django.utils import timezone

from tongchou.cli.demo_cast import Demo
from tongchou.kernel.clock import SHANGHAI
from tongchou.record.models import Staff
from tongchou.record.people.identity import open_identity
from tongchou.rooms.daily.attended import day_lines
from tongchou.rooms.daily.models import Alarm

_ENTERPRISES, _DAYS, _MOST = 3, 3, 60
_SECTIONS = ("一车间", "二车间", "仓储组", "办公室")
_FIELDS = ["name", "number", "section", "at", "direction", "temperature"]


def make_attendance(demo: Demo) -> None:
    """Whoever may be at work comes most days; in the first enterprise a visitor is let in, and somebody comes with a fever."""
    luck = Random(7)  # its own, so that what the demo draws besides stays as it is
    keys = [k for k, u in demo.units.items() if u.kind == "enterprise" and demo.account_of(u.pk)][:_ENTERPRISES]
    now = timezone.now()
    for n, key in enumerate(keys):
        unit = demo.units[key].pk
        rows = _rows(demo, unit, n, luck)
        if rows:
            demo.do(demo.account_of(unit) or "", "attendance.import_rows", now, unit=unit, fields=_FIELDS, rows=rows)
            _leave(demo, unit)
    first = demo.units[keys[0]].pk if keys else 0
    for alarm in Alarm.objects.filter(unit=first, kind="stranger", day__lt=demo.today, state="open")[:1]:
        told = {"alarm": alarm.pk, "how": "visitor", "note": "设备厂家检修，门岗已登记"}
        demo.do(demo.account_of(first) or "", "attendance.answer", timezone.now(), **told)


def _leave(demo: Demo, unit: int) -> None:
    """Two of those who did not come today are on leave; where all came, somebody will be from tomorrow on."""
    away = [x.staff for x in day_lines(unit, demo.today, state="missing", limit=2) if x.staff]
    here = [x.staff for x in day_lines(unit, demo.today, state="here", limit=1) if x.staff]
    first = demo.today if away else demo.today + timedelta(days=1)
    for staff, kind, days in zip(away or here, ("sick", "personal"), (2, 0), strict=False):
        told = {"staff": staff, "kind": kind, "from_date": str(first), "until": str(first + timedelta(days=days))}
        demo.do(demo.account_of(unit) or "", "attendance.leave", timezone.now(), unit=unit, **told)


def _rows(demo: Demo, unit: int, n: int, luck: Random) -> list[list[str]]:
    """A machine's rows; nobody comes before the present moment."""
    files = (
        Staff.objects.filter(unit=unit, to_date=None, returned_on__isnull=False)
        .select_related("person")
        .order_by("pk")[:_MOST]
    )
    people = [(f, open_identity(f.person.sealed, f.person_id).name) for f in files]
    names = [name for _, name in people]
    out: list[list[str]] = []
    for back in range(_DAYS - 1, -1, -1):
        passes: list[tuple[datetime, list[str]]] = []
        for k, (file, name) in enumerate(people):
            if (
                names.count(name) > 1
                or (file.returned_on or demo.today) > demo.today - timedelta(days=back)
                or luck.random() < 0.08
            ):
                continue
            came = _at(demo, back, 7, 30 + (k * 7) % 30)
            warm = "37.8" if n == 0 and back == 0 and k == 5 else f"36.{luck.randint(1, 8)}"
            who = [name, f"{k + 1:04d}", _SECTIONS[k % 4]]
            passes.append((came, [*who, f"{came:%Y-%m-%d %H:%M:%S}", "进", warm]))
            passes.append(
                (left := _at(demo, back, 17, 30 + (k * 3) % 25), [*who, f"{left:%Y-%m-%d %H:%M:%S}", "出", ""])
            )
        if n == 0 and back <= 1:
            came = _at(demo, back, 8, 2)
            for stranger in (("侯检修", "麻运料"), ("邢访客",))[back]:
                passes.append((came, [stranger, "", "", f"{came:%Y-%m-%d %H:%M:%S}", "进", "36.4"]))
        out += [row for at, row in sorted(passes, key=lambda p: (p[0], p[1])) if at < timezone.now()]
    return out


def _at(demo: Demo, back: int, hour: int, minute: int) -> datetime:
    return datetime.combine(demo.today - timedelta(days=back), time(hour, minute), SHANGHAI)
