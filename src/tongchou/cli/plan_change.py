"""`tongchou plan preview` and `tongchou plan replay`: what a new edition would do, and whether history still comes out as it was decided."""

from __future__ import annotations

import json
import sys
from collections.abc import Iterator
from datetime import date
from pathlib import Path
from typing import Any

import typer

from tongchou.cli.plan_input import AREA, JSON, LANG, SOME_REJECTED, area_code, read_people, read_the_pack, refused
from tongchou.kernel.clock import parse_date
from tongchou.kernel.errors import Reason, Refusal
from tongchou.kernel.text import Text


def preview(
    table: str = typer.Argument("close_contact", help="name of a decision table"),
    pack: str = typer.Option("covid-19", "--pack", help="name of a shipped pack, or the folder of another"),
    as_of: str = typer.Option(
        "",
        "--as-of",
        help="the day of the change, YYYY-MM-DD; empty: the first day of the edition to come, or today for people on record",
    ),
    before: str = typer.Option(..., "--from", help="edition that holds, or a day of it"),
    after: str = typer.Option(..., "--to", help="edition to come, or a day of it"),
    source: Path | None = typer.Option(
        None,
        "--in",
        exists=True,
        dir_okay=False,
        readable=True,
        help="people under control (.parquet or .csv); without it, those on record",
    ),
    by: str = typer.Option("", "--by", help="column to count by; `street` where the file has it"),
    days: int = typer.Option(14, "--days", min=1, max=90, help="days to look ahead"),
    beds_per_staff: int = typer.Option(5, "--beds-per-staff", min=1, help="an estimate, from no source"),
    tests_per_staff: int = typer.Option(200, "--tests-per-staff", min=1, help="an estimate, from no source"),
    area: str = AREA,
    keep: list[str] = typer.Option([], "--keep", help="a further column that the table does not use"),
    account: str = typer.Option("", "--as", help="user name whose areas are looked at, for people on record"),
    as_json: bool = JSON,
    lang: str = LANG,
) -> None:
    """Show what a change of edition does: released, newly held, beds, tests and staff, by place and day.

    A row whose facts cannot be used is rejected by itself. Exits with 0, 3 when rows were rejected, 1 when refused.
    """
    from tongchou.packs.plans.frames import BatchErrors
    from tongchou.packs.plans.preview import Workload, rules_of
    from tongchou.packs.plans.preview import preview as run

    try:
        if source is None:
            today, found = _on_record(pack, table, before, after, as_of, days, account)
        else:
            read, people = read_the_pack(pack), read_people(source)
            today = parse_date(as_of, "as_of") if as_of else _first_day(read, after)
            old, new = (rules_of(read, table, edition, today, area_code(area)) for edition in (before, after))
            found = run(old, new, people, by or ("street" if "street" in people.columns else ""), days, keep)
    except Refusal as refusal:
        raise refused([refusal], as_json, lang) from None
    except BatchErrors as errors:
        raise refused(errors.problems, as_json, lang) from None
    _print(found, today, Workload(beds_per_staff, tests_per_staff), as_json)
    if found.rejected:
        for problem in () if as_json else found.rejected:
            print(problem.sentence(lang), file=sys.stderr)
        raise typer.Exit(SOME_REJECTED)


def _first_day(pack: Any, edition: str) -> date:
    return next((e.from_ for e in pack.editions if e.key == edition), None) or parse_date(edition, "to")


def _on_record(pack: str, table: str, before: str, after: str, as_of: str, days: int, account: str) -> tuple[date, Any]:
    """Everybody on record in the account's areas, by the version of the pack that is in force there; today where no day is given."""
    from tongchou.cli.main import database

    if not account:
        rule = Text("没有给文件，也没有给账号。", "Neither a file nor an account is given.")
        remedy = Text(
            "请加 --in 文件，或 --as 账号（按在册人员）。", "Add --in FILE, or --as ACCOUNT for the people on record."
        )
        raise Refusal(Reason.MISSING_VALUE, rule, remedy=remedy, field="in")
    with database():
        from django.utils import timezone

        from tongchou.cli.accounts import actor_named
        from tongchou.rooms.plans.questions import preview_on_record
        from tongchou.rooms.plans.store import version_in_force

        now = timezone.localdate()
        day = parse_date(as_of, "as_of") if as_of else now
        return day, preview_on_record(
            actor_named(account), version_in_force(pack, now), table, before, after, day, days
        )


def _print(found: Any, today: date, per: Any, as_json: bool) -> None:
    from tongchou.packs.plans.preview import with_staff

    def rows(frame: Any) -> list[dict[str, Any]]:
        return [row | {"day": row["day"].isoformat()} for row in with_staff(frame, per).to_dicts()]

    places, ahead, by_place = found.places.to_dicts(), rows(found.days), rows(found.place_days)
    if as_json:
        value = {
            "from": found.before, "to": found.after, "as_of": today.isoformat(), "places": places, "days": ahead, "place_days": by_place,
            "rejected": [{"line": p.line, "field": p.field, "value": str(p.value), "rule": p.rule.as_dict()} for p in found.rejected],
            "estimate": {"beds_per_staff": per.beds, "tests_per_staff": per.tests},
        }  # fmt: skip
        print(json.dumps(value, ensure_ascii=False, indent=2))
        return
    print(f"{found.before} → {found.after}")
    for part in (places, ahead, by_place if len(places) > 1 else []):
        if part:
            print("\t".join(part[0]))
        for row in part:
            print("\t".join(map(str, row.values())))


def replay(
    source: Path | None = typer.Option(
        None,
        "--in",
        exists=True,
        dir_okay=False,
        readable=True,
        help="decisions as `plan decide --json` prints them, one a line; without it, those on record",
    ),
    folder: str = typer.Option(
        "", "--pack", help="a pack's folder to decide by instead of the one that each decision names"
    ),
    since: str = typer.Option("", "--since", help="only decisions on record from that day on"),
    as_json: bool = JSON,
    lang: str = LANG,
) -> None:
    """Decide stored decisions again and count the differences. Exits with 1 when anything differs, cannot be decided again, or is refused."""
    try:
        value = _from_file(source, folder) if source is not None else _from_record(since)
    except Refusal as refusal:
        raise refused([refusal], as_json, lang) from None
    if as_json:
        print(json.dumps(value, ensure_ascii=False))
    else:
        told = Text(
            "判定 {decisions} 项：结论相同 {equal}，不同 {differing}，无法重算 {rest}",
            "{decisions} {decisions|decision|decisions}: {equal} come out the same, {differing} differently, {rest} cannot be decided again",
        )
        counts = {key: value[key] for key in ("decisions", "equal", "differing")}
        print(told.with_(**counts, rest=value.get("broken", value.get("unreadable"))).in_(lang))
    if value["decisions"] != value["equal"]:
        raise typer.Exit(1)


def _from_file(source: Path, folder: str) -> dict[str, Any]:
    from tongchou.packs.plans.replay import replay as run

    found = run(_lines(source), lambda name, _: read_the_pack(folder or name))
    return {
        "decisions": found.decisions, "equal": found.equal, "differing": len(found.differences), "words_only": found.words_only,
        "other_pack": found.other_pack, "unreadable": found.unreadable,
        "differences": [{"line": d.number, "what": {k: {"stored": a, "now": b} for k, (a, b) in d.what.items()}} for d in found.differences[:50]],
    }  # fmt: skip


def _lines(source: Path) -> Iterator[dict[str, Any]]:
    with source.open("rb") as lines:
        for number, raw in enumerate(lines, 1):
            line = raw.decode("utf-8", "replace")
            try:
                row = json.loads(line)
            except ValueError:
                row = None
            if not isinstance(row, dict):
                rule, remedy = (
                    Text("该行不是一个判定。", "This line is no decision."),
                    Text("每行一个 JSON 对象。", "One JSON object a line."),
                )
                raise Refusal(Reason.INVALID_VALUE, rule, remedy=remedy, field="in", line=number, value=line[:80])
            yield row


def _from_record(since: str) -> dict[str, Any]:
    from tongchou.cli.main import database

    day = parse_date(since, "since") if since else None
    with database():
        from tongchou.rooms.plans.questions import replay as run

        found = run(since=day)
    return {
        "decisions": found.decisions, "equal": found.equal, "differing": found.differing, "broken": found.broken,
        "packs": found.by_pack, "differs": [str(key) for key, _, _ in found.differs],
    }  # fmt: skip
