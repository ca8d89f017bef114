"""`tongchou account`: accounts and the posts that they hold, by whoever may run commands on the server. Recorded like every act."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

import typer

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
            raise fail(f"{refusal.sentence()}\n{refusal.sentence('en')}") from None


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
