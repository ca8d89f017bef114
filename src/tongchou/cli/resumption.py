"""`tongchou resumption`: which regime of resumption holds in an area on a day, and by which document."""

from __future__ import annotations

import json
from typing import Any

import typer

from tongchou.kernel.text import Text

LEVELS = {"low": Text("低", "low"), "medium": Text("中", "medium"), "high": Text("高", "high"), "": Text("没有登记", "not on record")}
app = typer.Typer(no_args_is_help=True, help="复工复产 Resumption of work.")


@app.callback()
def _group() -> None:
    """复工复产 Resumption of work."""


@app.command("regime")
def regime_of(
    area: str = typer.Option(..., "--area", help="administrative code (6, 9 or 12 digits), on record or not"),
    on: str = typer.Option(..., "--on", help="YYYY-MM-DD"),
    level: str = typer.Option("", "--grade", help="low, medium or high instead of the grade on record"),
    essential: bool = typer.Option(False, "--essential", help="supply, epidemic control, daily needs or other essential trade"),
    commitment: bool = typer.Option(False, "--commitment", help="the enterprise has signed the commitment"),
    as_json: bool = typer.Option(False, "--json", help="print JSON"),
    lang: str = typer.Option("zh-hans", "--lang", help="zh-hans or en"),
) -> None:
    """Say which regime holds and by which document. Exits with 1 when the input is refused, 2 when the grade has to be known first."""
    from tongchou.cli.main import database
    from tongchou.cli.plan_input import area_code, refused
    from tongchou.kernel.clock import parse_date
    from tongchou.kernel.errors import Reason, Refusal

    with database():
        from tongchou.record.regime import GRADES, regime

        try:
            if level and level not in GRADES:
                rule = Text("等级须为 low、medium 或 high。", "The grade is low, medium or high.")
                raise Refusal(Reason.INVALID_VALUE, rule, remedy=Text("请改正。", "Correct it."), field="grade", value=level[:20])
            code = area_code(area.strip())
            if not code or code.startswith("00"):
                rule = Text("须填写一个区划的行政区划代码。", "Give the administrative code of a place.")
                raise Refusal(Reason.INVALID_VALUE, rule, remedy=Text("例如 440606。", "For example 440606."), field="area", value=code or None)
            found = regime(code, parse_date(on, "on"), level=level or None, essential=essential, commitment=commitment)
        except Refusal as refusal:
            raise refused([refusal], as_json, lang, {"area": "--area", "on": "--on", "grade": "--grade"}) from None
    value = _value(found)
    print(json.dumps(value, ensure_ascii=False, indent=2) if as_json else _sentence(found, lang))
    if found.outcome == "undetermined":
        raise typer.Exit(2)


def _value(found: Any) -> dict[str, Any]:
    paper = found.document
    named = {"title": paper[0].as_dict(), "number": paper[1], "issuer": paper[2], "link": paper[3]} if paper else None
    return {
        "area": found.code, "on": found.on.isoformat(), "regime": found.outcome, "title": found.title.as_dict(), "reason": found.reason.as_dict(),
        "document": named, "edition": found.edition.as_dict(), "local": [t.as_dict() for t in found.overlays], "grade": found.level,
        "grade_since": found.grade.since.isoformat() if found.grade else None, "needs": [t.as_dict() for t in found.needs], "unconfirmed": found.unconfirmed,
    }  # fmt: skip


def _sentence(found: Any, lang: str) -> str:
    lines = [found.title.in_(lang), "  " + found.reason.in_(lang)]
    if found.document:
        lines.append(f"  {found.document[0].in_(lang)} {found.document[1]} {found.document[2]}".rstrip())
    level = LEVELS.get(found.level or "", LEVELS[""]).in_(lang)
    parts = [str(found.on), found.code, Text("风险等级 {g}", "grade {g}").with_(g=level).in_(lang)]
    if found.unconfirmed:
        parts.append(Text("未经来源证实", "not confirmed by a source").in_(lang))
    lines.append("  " + "  ".join(parts))
    return "\n".join(lines)
