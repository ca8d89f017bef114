"""`tongchou account`: accounts and the posts that they hold, by whoever may run commands on the server. Recorded like every act."""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import typer

from tongchou.cli.imports import AS, DRY_RUN, FILE, LANG, REJECTED, place_for, run_import

app = typer.Typer(no_args_is_help=True, help="账号 Accounts.")


@contextmanager
def _ready() -> Iterator[None]:
    """Django on the database; a refusal becomes one line and exit 1."""
    from tongchou.cli.main import database, fail
    from tongchou.kernel.errors import Refusal

    with database():
        try:
            yield
        except Refusal as refusal:
            raise fail(f"{refusal.sentence('zh-hans', {})}\n{refusal.sentence('en', {})}") from None


@app.command()
def add(username: str, display_name: str, english: bool = False) -> None:
    """Add an account and print its first password, once."""
    with _ready():
        from tongchou.kernel.ids import new_id
        from tongchou.record.access import SYSTEM
        from tongchou.record.actions.accounts import issue_account

        issued = issue_account(SYSTEM, new_id(), username, display_name, "en" if english else "zh-hans")
    print(f"{issued.account}  {issued.username}")
    print(f"初始密码 first password: {issued.password}")


@app.command()
def password(username: str) -> None:
    """Give an account a new first password and print it, once."""
    with _ready():
        from tongchou.kernel.ids import new_id
        from tongchou.record.access import SYSTEM
        from tongchou.record.actions.accounts import issue_password

        issued = issue_password(SYSTEM, new_id(), _account(username))
    print(f"{issued.username}\n初始密码 first password: {issued.password}")


@app.command("import")
def import_accounts(
    file: Path = FILE,
    sheet: Path | None = typer.Option(None, "--sheet", help="write the first passwords to this new XLSX, for its owner's eyes; they are given once"),
    dry_run: bool = DRY_RUN,
    rejected: Path | None = REJECTED,
    account: str = AS,
    lang: str = LANG,
) -> None:
    """Open accounts of enterprises from a table. Exits with 1 when the file is refused, 2 when some rows are."""
    from tongchou.cli.main import fail

    if sheet is None and not dry_run:
        raise fail("缺少 --sheet OUT.xlsx：初始密码只给出一次。\n--sheet OUT.xlsx is needed: first passwords are given once.")
    with place_for(None if dry_run else sheet, lang) as out:

        def run(actor: Any, data: bytes, *, dry_run: bool, progress: Any) -> Any:
            from tongchou.kernel.ids import new_id
            from tongchou.record.actions.enterprise_accounts import open_from_file

            found, handed = open_from_file(actor, new_id(), data, file.name, dry_run=dry_run)
            if out is not None and handed:
                os.fchmod(out.fileno(), 0o600)
                out.write(_sheet(handed, lang))
            return found

        run_import(run, file, dry_run, rejected, account, lang)


def _sheet(handed: list[Any], lang: str) -> bytes:
    """The sheet of first passwords as a workbook."""
    from tongchou.kernel.spreadsheets import to_xlsx
    from tongchou.kernel.text import Text
    from tongchou.record.enterprise_accounts import HANDED, handed_cells

    title = Text("初始密码发放单", "First passwords").in_(lang)
    rows = [[v.in_(lang) if isinstance(v, Text) else v for v in handed_cells(line)] for line in handed]
    return to_xlsx(title, [t.in_(lang) for t in HANDED], rows, [title])


@app.command("list")
def list_accounts() -> None:
    """Print every account with the posts that it holds today."""
    with _ready():
        from django.utils import timezone

        from tongchou.record.access import load_actor
        from tongchou.record.models import Account

        for one in Account.objects.order_by("username"):
            grants = load_actor(one.pk, one.display_name, timezone.localdate(), via="cli").grants if one.is_active else ()
            posts = ", ".join(f"{g.role}@{g.unit_name}" for g in grants)
            print(f"{one.pk:6}  {one.username:20}  {'' if one.is_active else '停用 disabled  '}{one.display_name}  {posts}")


@app.command()
def hold(
    username: str,
    post: int,
    from_date: str = typer.Option("", help="YYYY-MM-DD; today when empty"),
    to_date: str = typer.Option("", help="first day on which it is no longer held"),
) -> None:
    """Give a post to an account."""
    with _ready():
        from tongchou.kernel.ids import new_id
        from tongchou.record.access import SYSTEM
        from tongchou.record.act import act

        payload = {"post": post, "account": _account(username), "from_date": from_date or None, "to_date": to_date or None}
        print(act("post.hold", SYSTEM, new_id(), payload).result["holding"])


def _account(username: str) -> int:
    from tongchou.kernel.errors import Reason, Refusal
    from tongchou.kernel.text import Text
    from tongchou.record.models import Account

    found = Account.objects.filter(username=username.lower()).values_list("pk", flat=True).first()
    if found is None:
        rule = Text("没有这个账号。", "There is no such account.")
        raise Refusal(Reason.NOT_FOUND, rule, field="username", value=username)
    return int(found)
