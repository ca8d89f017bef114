"""`tongchou attendance`: import a gate machine's file, or work numbers, of one enterprise. With the rights of the program, or `--as` an account."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

import typer

from tongchou.cli.imports import AS, DRY_RUN, FILE, LANG, REJECTED, run_import

if TYPE_CHECKING:
    from tongchou.record.rowimport import Imported

attendance_app = typer.Typer(no_args_is_help=True, help="考勤 Attendance of enterprises.")


@attendance_app.callback()
def _attendance() -> None:
    """考勤 Attendance of enterprises."""


@attendance_app.command("import")
def import_attendance(
    file: Path = FILE, enterprise: str = typer.Option(..., "--enterprise", help="credit code of the enterprise whose gate it is"),
    dry_run: bool = DRY_RUN, rejected: Path | None = REJECTED, account: str = AS, lang: str = LANG,
) -> None:  # fmt: skip
    """Store who went through the gate. Exits with 1 when the file is refused, 2 when some rows are."""

    def run(actor: Any, data: bytes, **more: Any) -> Imported:
        from tongchou.kernel.ids import new_id
        from tongchou.rooms.daily.actions.attendance import import_attendance as work

        return work(actor, new_id(), data, file.name, unit=_unit(enterprise), **more)

    run_import(run, file, dry_run, rejected, account, lang)


@attendance_app.command("numbers")
def import_numbers(
    file: Path = FILE, enterprise: str = typer.Option(..., "--enterprise", help="credit code of the enterprise whose staff it is"),
    dry_run: bool = DRY_RUN, rejected: Path | None = REJECTED, account: str = AS, lang: str = LANG,
) -> None:  # fmt: skip
    """Give members of staff their work numbers, for gate machines that know nothing else. Exits with 1 when the file is refused, 2 when some rows are."""

    def run(actor: Any, data: bytes, **more: Any) -> Imported:
        from tongchou.kernel.ids import new_id
        from tongchou.rooms.daily.actions.badges import import_badges as work

        return work(actor, new_id(), data, file.name, unit=_unit(enterprise), **more)

    run_import(run, file, dry_run, rejected, account, lang)


def _unit(code: str) -> int:
    from tongchou.kernel.errors import Reason, Refusal
    from tongchou.kernel.text import Text
    from tongchou.record.models import Unit

    unit = Unit.objects.filter(kind="enterprise", active_to=None, code=code.strip().upper()).values_list("pk", flat=True).first()
    if unit is None:
        rule = Text("没有这家在册企业。", "There is no such active enterprise.")
        raise Refusal(Reason.NOT_FOUND, rule, remedy=Text("请核对统一社会信用代码。", "Check the credit code."), field="enterprise", value=code[:60])
    return unit
