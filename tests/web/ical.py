"""A check of calendar files by the text of RFC 5545 alone: it shares no code with what writes them."""

from __future__ import annotations

import re

_TIME = re.compile(r"\d{8}T\d{6}Z")
_ONCE = ("UID", "DTSTAMP", "DTSTART", "DTEND", "SUMMARY", "SEQUENCE", "STATUS", "LOCATION", "DESCRIPTION")
_TEXTS = ("SUMMARY", "LOCATION", "DESCRIPTION")
_STATES = ("CONFIRMED", "CANCELLED", "TENTATIVE")


def unfolded(content: bytes) -> list[str]:
    """The content lines (3.1)."""
    return content.replace(b"\r\n ", b"").replace(b"\r\n\t", b"").decode("utf-8").split("\r\n")[:-1]


def text_of(value: str) -> str:
    """A TEXT value without its escapes (3.3.11)."""
    return re.sub(r"\\(.)", lambda m: "\n" if m[1] in "nN" else m[1], value)


def faults(content: bytes) -> list[str]:
    """What RFC 5545 forbids in the file; empty for a sound one."""
    found = []
    if not content.endswith(b"END:VCALENDAR\r\n"):
        found.append("no end")
    if re.search(rb"(?<!\r)\n|\r(?!\n)", content):
        found.append("line end")
    for line in content.split(b"\r\n"):
        if len(line) > 75:
            found.append("line of more than 75 octets")
        try:
            line.decode("utf-8")
        except UnicodeDecodeError:
            found.append("a character torn apart by folding")
    lines = unfolded(content)
    head = lines[: lines.index("BEGIN:VEVENT")] if "BEGIN:VEVENT" in lines else lines
    found += [f"no {name}" for name in ("PRODID", "VERSION") if not any(x.startswith(name + ":") for x in head)]
    events = _events(lines)
    if not events:
        found.append("no component")
    for event in events:
        found += _event(event)
    return found


def _events(lines: list[str]) -> list[list[str]]:
    out: list[list[str]] = []
    inside, deeper = False, 0
    for line in lines:
        if line == "BEGIN:VEVENT":
            inside, deeper = True, 0
            out.append([])
        elif line == "END:VEVENT":
            inside = False
        elif inside:
            deeper += line.startswith("BEGIN:")
            if not deeper:
                out[-1].append(line)
            deeper -= line.startswith("END:")
    return out


def events(content: bytes) -> list[dict[str, str]]:
    """The properties of each event, texts without escapes."""
    said = [dict(line.split(":", 1) for line in event) for event in _events(unfolded(content))]
    return [{k: text_of(v) if k in _TEXTS else v for k, v in event.items()} for event in said]


def _event(lines: list[str]) -> list[str]:
    names = [re.split("[:;]", line, maxsplit=1)[0] for line in lines]
    found = [f"no {n}" for n in ("UID", "DTSTAMP", "DTSTART") if n not in names]
    found += [f"{n} twice" for n in _ONCE if names.count(n) > 1]
    for line, name in zip(lines, names, strict=True):
        value = line.split(":", 1)[1]
        if name in ("DTSTAMP", "DTSTART", "DTEND") and not _TIME.fullmatch(value):
            found.append(f"{name} not in UTC")  # a local time needs a VTIMEZONE
        if name in _TEXTS and re.search(r"(?<!\\)[,;]", re.sub(r"\\\\", "", value)):
            found.append(f"{name} not escaped")
        if name == "STATUS" and value not in _STATES:
            found.append("STATUS")
    return found
