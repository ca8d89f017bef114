"""The `tongchou` command. Sub-commands that need the database set Django up first; `up`, `restore` and `doctor` bring their own."""

from __future__ import annotations

import os
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import typer

from tongchou import postgres
from tongchou.cli import account, attendance, imports, kind, plan, policies, resumption, risk, territory

app = typer.Typer(no_args_is_help=True, add_completion=False, help="Tongchou 统筹: outbreak control and resumption, side by side.")


@contextmanager
def database() -> Iterator[None]:
    """Django on the database: a given one, the running embedded one, or the embedded one started for this command."""
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "tongchou.config.settings")
    server = None
    try:
        postgres.locate()
    except postgres.NoServer:
        server = postgres.Server(postgres.home(), say)
        server.start()
    try:
        import django

        django.setup()
        yield
    finally:
        if server is not None:
            server.stop()


def say(line: str) -> None:
    """One line of what is being done, at once."""
    print(f"· {line}", flush=True)


def fail(line: str) -> typer.Exit:
    """Print what went wrong to stderr and return the exit to raise."""
    print(line, file=sys.stderr, flush=True)
    return typer.Exit(1)


@app.command()
def up(port: int = 8000, host: str = "127.0.0.1", workers: int = 2, demo: bool = True) -> None:
    """Start everything: database, migrations, demo district (when the database is empty), web server and worker."""
    from tongchou.cli.up import run

    run(port=port, host=host, workers=workers, demo=demo)


@app.command()
def work() -> None:
    """Run the worker: the job queue and the sealer."""
    with database():
        from tongchou.jobs.worker import work as run

        run()


@app.command(context_settings={"allow_extra_args": True, "ignore_unknown_options": True}, add_help_option=False)
def manage(context: typer.Context) -> None:
    """Pass on to Django's management commands."""
    with database():
        from django.core.management import execute_from_command_line

        execute_from_command_line(["tongchou manage", *context.args])


@app.command()
def demo(
    people: int = typer.Option(3000, min=100, max=5_000_000, help="how many people live in the district"),
    seed: int = typer.Option(7, min=0, help="the same seed gives the same district"),
    territory: Path | None = typer.Option(None, exists=True, dir_okay=False, readable=True, help="a list of real areas to use (CSV, TSV, XLSX)"),
    district: str = typer.Option("", help="with --territory: the code of the district, where the list holds several"),
) -> None:
    """Load an invented demo district and its people into an empty database."""
    from tongchou.kernel.errors import Refusal

    with database():
        from django.core.management import call_command

        from tongchou.cli.demo import load_demo

        call_command("migrate", verbosity=0)
        try:
            load_demo(seed, say, people=people, territory=territory, district=district)
        except Refusal as refusal:
            raise fail(refusal.sentence("en")) from None


@app.command()
def doctor() -> None:
    """Check what this installation stands on; exits with 1 when something is wrong."""
    with database():
        from tongchou.cli.doctor import examine

        if not examine():
            raise typer.Exit(1)


@app.command()
def backup(file: str) -> None:
    """Write the whole database (not the keys) to a new file, with counts and the ledger's head."""
    with database():
        from tongchou.cli.backup import BackupError, write_backup

        try:
            write_backup(file, say)
        except BackupError as error:
            raise fail(str(error)) from None


@app.command()
def restore(file: str) -> None:
    """Restore a backup into an empty database, then verify counts and the ledger."""
    with database():
        from tongchou.cli.backup import BackupError, restore_backup

        try:
            restore_backup(file, say)
        except BackupError as error:
            raise fail(str(error)) from None


@app.command()
def intake(
    paths: list[Path] = typer.Argument(..., help="documents (text, HTML, DOCX, PDF) and folders of them"),
    out: Path = typer.Option(..., file_okay=False, help="folder for one JSON per document"),
    model_url: str = typer.Option("", help="an OpenAI-compatible endpoint, up to and including /v1, that may propose what the rules left out"),
    model: str = typer.Option("", help="name of the model there; its proposals are marked proposed_by"),
    model_key: str = typer.Option("", envvar="TONGCHOU_MODEL_KEY", show_envvar=True, help="its key, better given by the environment"),
) -> None:
    """Take the directives out of meeting reports, notices and letters; exits with 1 when a file was refused. Needs no database."""
    from tongchou.cli.intake import endpoint_of, run
    from tongchou.kernel.errors import Refusal

    try:
        endpoint = endpoint_of(model_url, model, model_key)
    except Refusal as refusal:
        typer.echo(refusal.sentence("en"), err=True)
        raise typer.Exit(2) from refusal
    if run(paths, out, endpoint):
        raise typer.Exit(1)


app.add_typer(territory.app, name="territory")
app.add_typer(account.app, name="account")
app.add_typer(plan.app, name="plan")
app.add_typer(plan.pack_app, name="pack")
app.add_typer(kind.app, name="kind")
app.add_typer(risk.app, name="risk")
app.add_typer(resumption.app, name="resumption")
app.add_typer(imports.enterprise_app, name="enterprise")
app.add_typer(imports.staff_app, name="staff")
app.add_typer(attendance.attendance_app, name="attendance")
app.add_typer(policies.app, name="policies")
ledger = typer.Typer(no_args_is_help=True, help="The ledger.")
app.add_typer(ledger, name="ledger")


@ledger.command()
def verify(since: int = 0, head: list[Path] = typer.Option([], help="heads that a witness kept (files)")) -> None:
    """Recompute the chain, every act and every event; exits with 1 when anything was altered."""
    with database():
        from tongchou.kernel.errors import Refusal
        from tongchou.record.actions.heads import check_head, read_head
        from tongchou.record.ledger import seal_all
        from tongchou.record.ledger import verify as check

        seal_all()
        report = check(since)
        for file in head:
            try:
                report.faults += check_head(read_head(file.read_text("utf-8")))
            except (Refusal, OSError) as error:
                raise fail(f"{file}: {error}") from None
    print(f"entries {report.entries}, acts {report.acts}, events {report.events} (erased {report.erased}), waiting {report.waiting}")
    print(f"head {report.head_seq} {report.head_hash}")
    for fault in report.faults:
        print(f"FAULT {fault}")
    print("sound" if report.sound else "NOT SOUND")
    if not report.sound:
        raise typer.Exit(1)


@ledger.command()
def head(out: Path) -> None:
    """Sign the ledger's head for an outside witness and write it to a new file."""
    with database():
        import json

        from tongchou.record.access import SYSTEM
        from tongchou.record.actions.heads import export_head

        signed = export_head(SYSTEM)
        try:
            with open(out, "x", encoding="utf-8") as file:
                json.dump(signed, file, ensure_ascii=False, indent=2)
        except FileExistsError:
            raise fail(f"{out} exists already; choose another name") from None
    print(f"head {signed['seq']} {signed['hash']}\nkey {signed['key']}")


loop = typer.Typer(no_args_is_help=True, help="Loops.")
app.add_typer(loop, name="loop")


@loop.command("list")
def loop_list(account: str, view: str = "unit", limit: int = 50) -> None:
    """Print an account's work list."""
    with database():
        from django.utils import timezone

        from tongchou.cli.accounts import actor_named
        from tongchou.record.questions.worklist import Filter, work_list

        rows, _ = work_list(actor_named(account), Filter(view=view), timezone.now(), limit=limit)
        for row in rows:
            print(f"{row.id}  {row.deadline:%Y-%m-%d %H:%M}  {row.stage:12}  {row.owner}  {row.title}")


@loop.command("open")
def loop_open(account: str, kind: str, title: str, owner_unit: int, hours: float = 72) -> None:
    """Open a loop as an account."""
    with database():
        from datetime import timedelta

        from django.utils import timezone

        from tongchou.cli.accounts import actor_named
        from tongchou.kernel.errors import Refusal
        from tongchou.kernel.ids import new_id
        from tongchou.record.act import act

        due = (timezone.now() + timedelta(hours=hours)).isoformat()
        payload = {"kind": kind, "title": title, "owner_unit": owner_unit, "due_at": due, "origin": "cli"}
        try:
            print(act("loop.open", actor_named(account), new_id(), payload).result["loop"])
        except Refusal as refusal:
            raise fail(refusal.sentence("en")) from None


def main() -> None:
    """The entry of the console script."""
    try:
        app()
    except (postgres.NoServer, postgres.ServerError) as error:
        print(error, file=sys.stderr)
        raise SystemExit(1) from None


if __name__ == "__main__":
    main()
