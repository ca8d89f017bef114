"""A calendar file (RFC 5545) that a phone or a desktop takes in, and takes in again after changes: the same UID, a higher SEQUENCE, cancelled where it fell away."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from django.http import HttpResponse
from icalendar import Alarm, Calendar, Event

CONTENT = "text/calendar; charset=utf-8"


@dataclass(frozen=True, slots=True)
class Entry:
    """One event. uid: stays over all changes; sequence: grows with each; cancelled: who has it in a calendar is told that it is off.

    Times are aware and written in UTC. remind: how long before it is announced.
    """

    uid: str
    starts_at: datetime
    ends_at: datetime
    summary: str
    sequence: int = 0
    cancelled: bool = False
    description: str = ""
    location: str = ""
    remind: timedelta | None = None


def calendar_file(entries: Sequence[Entry], at: datetime, product: str, name: str) -> HttpResponse:
    """The file as an answer. at: when it was made; product: what of the program made it; name: of the file, without ending.

    There must be an entry at least: a calendar without one is not valid (3.6).
    """
    book = Calendar()
    book.add("prodid", f"-//Tongchou//{product}//ZH")
    book.add("version", "2.0")
    book.add("calscale", "GREGORIAN")
    book.add("method", "PUBLISH")
    for entry in entries:
        book.add_component(_event(entry, at))
    answer = HttpResponse(book.to_ical(), content_type=CONTENT)
    answer["Content-Disposition"] = f'attachment; filename="{name}.ics"'
    answer["X-Content-Type-Options"] = "nosniff"
    return answer


def _event(entry: Entry, at: datetime) -> Event:
    event = Event()
    event.add("uid", f"{entry.uid}@tongchou")
    event.add("dtstamp", at.astimezone(UTC))
    event.add("dtstart", entry.starts_at.astimezone(UTC))
    event.add("dtend", entry.ends_at.astimezone(UTC))
    event.add("sequence", entry.sequence)
    event.add("status", "CANCELLED" if entry.cancelled else "CONFIRMED")
    event.add("summary", _plain(entry.summary))
    for part, text in (("location", entry.location), ("description", entry.description)):
        if text:
            event.add(part, _plain(text))
    if entry.remind is not None and not entry.cancelled:
        alarm = Alarm()
        alarm.add("action", "DISPLAY")
        alarm.add("description", _plain(entry.summary))
        alarm.add("trigger", -entry.remind)
        event.add_component(alarm)
    return event


def _plain(text: str) -> str:
    """Text without what a calendar may not hold: other line ends than \\n, and control characters."""
    one = text.replace("\r\n", "\n").replace("\r", "\n").replace("\u2028", "\n").replace("\u2029", "\n")
    return "".join(c for c in one if c in "\n\t" or c.isprintable())
