"""`tongchou territory`: import an edition from a file, show the tree. Runs with the rights of the program, or `--as` an account."""

from __future__ import annotations

from datetime import date
from pathlib import Path
from typing import Any

import typer

app = typer.Typer(no_args_is_help=True, help="区划 The territory.")


@app.command("import")
def import_file(
    file: Path = typer.Argument(..., exists=True, dir_okay=False, readable=True),
    edition: str = typer.Option(..., help="name of the edition, e.g. 统计用区划代码 2021"),
    in_force: str = typer.Option(..., help="the day from which it holds, YYYY-MM-DD"),
    source: str = typer.Option("", help="where the list comes from"),
    dry_run: bool = typer.Option(False, help="show what would change, change nothing"),
    rejected: Path | None = typer.Option(None, help="write rejected rows to this new CSV"),
    account: str = typer.Option("", "--as", help="user name to act as; the program itself when empty"),
    lang: str = typer.Option("zh-hans", help="zh-hans or en"),
) -> None:
    """Import a list of areas (CSV, TSV, XLSX). Exits with 1 when the file is refused, 2 when some rows are."""
    from tongchou.cli.imports import place_for
    from tongchou.cli.main import database, fail
    from tongchou.kernel.errors import Refusal

    with database(), place_for(rejected, lang) as out:
        from tongchou.kernel.ids import new_id
        from tongchou.record.act import act
        from tongchou.record.actions.territory import import_payload
        from tongchou.record.territory.edition import rejected_rows

        actor = _actor(account)
        data = file.read_bytes()
        try:
            payload = import_payload(data, file.name, edition, _day(in_force), source)
            result = act("territory.import", actor, new_id(), payload, dry_run=dry_run).result
            if result["rejected"] and out is not None:
                out.write(rejected_rows(actor, data, file.name, lang))
        except Refusal as refusal:
            raise fail(refusal.sentence(lang, {"in_force": "--in-force", "edition": "--edition", "source": "--source"})) from None
    _print(result, lang, dry_run)
    if result["rejected"]:
        raise typer.Exit(2)


@app.command()
def show(area: str = typer.Argument("", help="code of an area in force; empty: the top"), account: str = typer.Option("", "--as")) -> None:
    """Print an area in force and what lies directly below it."""
    from tongchou.cli.main import database, fail
    from tongchou.kernel.errors import Refusal

    with database():
        from tongchou.record.models import Area
        from tongchou.record.questions.territory import area_file

        actor = _actor(account)
        if area:
            keys = list(Area.objects.filter(code=area.upper(), valid_to=None).values_list("pk", flat=True))
        else:
            keys = list(Area.objects.filter(parent=None, valid_to=None).order_by("code").values_list("pk", flat=True))
        try:
            files = [area_file(actor, key) for key in keys]
        except Refusal as refusal:
            raise fail(refusal.sentence("zh-hans", {"area": "AREA"})) from None
        if not files:
            raise fail(f"没有现行区域 {area}。 No area in force: {area}")
    for found in files:
        print(f"{found.area.code}  {found.area.name}")
        for child in found.children if area or len(files) == 1 else ():
            print(f"  {child.code:20}  {child.name}  ({child.below})")


def _actor(username: str) -> Any:
    from tongchou.cli.accounts import actor_named
    from tongchou.record.access import SYSTEM

    return actor_named(username) if username else SYSTEM


def _day(text: str) -> date:
    from tongchou.kernel.errors import Reason, Refusal
    from tongchou.kernel.text import Text

    try:
        return date.fromisoformat(text)
    except ValueError:
        rule = Text("日期应写作 年-月-日，如 2021-10-31。", "Write a date as 2021-10-31.")
        raise Refusal(Reason.IMPOSSIBLE_DATE, rule, field="in_force", value=text) from None


def _print(result: dict[str, Any], lang: str, dry_run: bool) -> None:
    from tongchou.kernel.text import Text
    from tongchou.record.territory.edition import KIND_NAMES, KINDS

    head = Text(
        "读入 {rows_in} 行 = 接收 {accepted} + 退回 {rejected}", "{rows_in} {rows_in|row|rows} in = {accepted} accepted + {rejected} rejected"
    )
    print(head.with_(**{k: result[k] for k in ("rows_in", "accepted", "rejected")}).in_(lang))
    names = [f"{KIND_NAMES[kind].in_(lang)} {result[kind]}" for kind in KINDS]
    print(" · ".join([*names, f"{Text('不变', 'unchanged').in_(lang)} {result['unchanged']}"]))
    for change in result["changes"]:
        kinds = ",".join(KIND_NAMES[k].in_(lang) for k in change["kinds"])
        sides = [f"{change[c]} {change[n]}" for c, n in (("old_code", "old_name"), ("code", "name")) if change[c]]
        print(f"  {kinds}: {' → '.join(sides)}")
    for refused in result["rejects"]:
        print(f"  ! {refused['row']} {refused['field']}={refused['value']} {refused['rule']} {refused['remedy'] or ''}")
    if result["ends_withheld"]:
        told = Text("有退回的行，{n} 个区域暂不撤销。", "Rows were rejected, so {n} {n|area was|areas were} not ended.")
        print(told.with_(n=result["ends_withheld"]).in_(lang))
    if dry_run:
        print(Text("试算：未作任何更改。", "Dry run: nothing was changed.").in_(lang))
