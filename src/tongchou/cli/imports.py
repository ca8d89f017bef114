"""`tongchou enterprise` and `tongchou staff`: import large files, and decide again who may return. With the rights of the program, or `--as` an account."""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any, BinaryIO

import typer

if TYPE_CHECKING:
    from tongchou.record.rowimport import Imported

enterprise_app = typer.Typer(no_args_is_help=True, help="企业 The register of enterprises.")
staff_app = typer.Typer(no_args_is_help=True, help="员工 Staff files (一人一档).")
FILE = typer.Argument(..., exists=True, dir_okay=False, readable=True, help="CSV, TSV or XLSX")
DRY_RUN = typer.Option(False, "--dry-run", help="check every row, change nothing")
REJECTED = typer.Option(None, "--rejected", help="write rejected rows with their reasons to this new CSV")
AS = typer.Option("", "--as", help="user name to act as; the program itself when empty")
LANG = typer.Option("zh-hans", "--lang", help="zh-hans or en")


@enterprise_app.callback()
def _enterprises() -> None:
    """企业 The register of enterprises."""


@staff_app.callback()
def _staff() -> None:
    """员工 Staff files."""


@enterprise_app.command("import")
def import_enterprises(
    file: Path = FILE, dry_run: bool = DRY_RUN, rejected: Path | None = REJECTED, account: str = AS, lang: str = LANG
) -> None:
    """Add and change enterprises from a table. Exits with 1 when the file is refused, 2 when some rows are."""

    def run(actor: Any, data: bytes, **more: Any) -> Imported:
        from tongchou.kernel.ids import new_id
        from tongchou.record.actions.enterprises_import import import_enterprises as work

        return work(actor, new_id(), data, file.name, **more)

    run_import(run, file, dry_run, rejected, account, lang)


@staff_app.command("import")
def import_staff(file: Path = FILE, dry_run: bool = DRY_RUN, rejected: Path | None = REJECTED, account: str = AS, lang: str = LANG) -> None:
    """Make and bring up to date staff files from a table. Exits with 1 when the file is refused, 2 when some rows are."""

    def run(actor: Any, data: bytes, **more: Any) -> Imported:
        from tongchou.kernel.ids import new_id
        from tongchou.record.actions.staff_import import import_staff as work

        return work(actor, new_id(), data, file.name, **more)

    run_import(run, file, dry_run, rejected, account, lang)


@staff_app.command("clear")
def clear_staff(
    area: str = typer.Option("", "--area", help="code of an area in force; everybody when empty"),
    as_of: str = typer.Option("", "--as-of", help="YYYY-MM-DD: decide for another day and write nothing"),
    account: str = AS,
    lang: str = LANG,
) -> None:
    """Decide again by the plan in force who may return to work; writes only what became another."""
    from tongchou.cli.main import database, fail
    from tongchou.kernel.errors import Refusal

    with database():
        from tongchou.kernel.ids import new_id
        from tongchou.record.act import act
        from tongchou.record.models import Area
        from tongchou.record.staffing import OUTCOMES

        try:
            payload: dict[str, Any] = {"as_of": as_of} if as_of else {}
            if area:
                payload["area"] = Area.objects.filter(code=area.upper(), valid_to=None).values_list("pk", flat=True).first() or 0
            found = act("staff.clear", _actor(account), new_id(), payload).result
        except Refusal as refusal:
            raise fail(refusal.sentence(lang, {"as_of": "--as-of", "area": "--area"})) from None
    words = ("判定", "有变化") if lang == "zh-hans" else ("decided", "changed")
    print(f"{found['as_of']}  {found['edition']}  {words[0]} {found['looked_at']}  {words[1]} {found['changed']}")
    for outcome, n in sorted(found["outcomes"].items()):
        print(f"  {OUTCOMES[outcome].in_(lang)}  {n}")


def _actor(account: str) -> Any:
    from tongchou.cli.accounts import actor_named
    from tongchou.record.access import SYSTEM

    return actor_named(account) if account else SYSTEM


@contextmanager
def place_for(rejected: Path | None, lang: str) -> Iterator[BinaryIO | None]:
    """The new file for rejected rows, made before anything is imported: rows that went in can't be asked for again. Gone if nothing is written."""
    from tongchou.cli.main import fail
    from tongchou.kernel.text import Text

    if rejected is None:
        yield None
        return
    try:
        out = rejected.open("xb")
    except FileExistsError:
        raise fail(Text("{f} 已存在，不覆盖；请换一个文件名。", "{f} exists and is not written over; name another file.").with_(f=rejected).in_(lang)) from None
    except OSError as error:
        raise fail(Text("写不了 {f}：{e}", "{f} cannot be written: {e}").with_(f=rejected, e=error.strerror).in_(lang)) from None
    try:
        with out:
            yield out
    finally:
        if not rejected.stat().st_size:
            rejected.unlink()


def run_import(run: Callable[..., Imported], file: Path, dry_run: bool, rejected: Path | None, account: str, lang: str) -> None:
    """Run an import over a file, print its counts and the first rejected rows. Exits with 1 when the file is refused, 2 when some rows are."""
    from tongchou.cli.main import database, fail
    from tongchou.kernel.errors import Refusal

    def progress(done: int, every: int) -> None:
        if sys.stderr.isatty():
            print(f"\r{done} / {every}", end="" if done < every else "\n", file=sys.stderr)

    with database(), place_for(rejected, lang) as out:
        try:
            found = run(_actor(account), file.read_bytes(), dry_run=dry_run, progress=progress)
        except Refusal as refusal:
            raise fail(refusal.sentence(lang, {})) from None
        if found.rejects and out is not None:
            out.write(found.rejected_file(lang))
    _print(found, dry_run, lang)
    if found.rejects:
        raise typer.Exit(2)


_WORDS = {
    "rows_in": ("读入", "rows in"), "accepted": ("接收", "accepted"), "rejected": ("退回", "rejected"), "new": ("新增", "new"),
    "changed": ("变更", "changed"), "unchanged": ("无变化", "unchanged"), "people_registered": ("新登记人员", "people registered"),
    "links": ("新供应关系", "new supplies"), "passes": ("通行记录", "passes"), "alarms": ("新预警", "new alarms"),
}  # fmt: skip


def _print(found: Imported, dry_run: bool, lang: str) -> None:
    chinese = lang == "zh-hans"
    if dry_run:
        print("试读，未写入。" if chinese else "Dry run: nothing was written.")
    print("  ".join(f"{w[0] if chinese else w[1]} {found.counts[k]}" for k, w in _WORDS.items() if k in found.counts))
    if found.ignored:
        print(("未使用的列：" if chinese else "Columns not used: ") + "、".join(found.ignored))
    for number, refusal in found.rejects[:20]:
        row = f"{number}: " if refusal.line is None else ""  # a refusal that knows its line says it
        print(f"  {row}{refusal.sentence(lang, found.columns)}")
    if len(found.rejects) > 20:
        print("  …")
