"""`tongchou policies`: match all enterprises with every policy of the pack in force."""

from __future__ import annotations

import time
import uuid
from typing import Any

import typer

app = typer.Typer(no_args_is_help=True, help="惠企政策 Policies for enterprises.")


@app.callback()
def _root() -> None:
    """Keeps `match` a command of its own."""


@app.command()
def match() -> None:
    """Match every enterprise with every policy and store what changed; goes on with a pass that was broken off."""
    from tongchou.cli.main import database, fail
    from tongchou.kernel.errors import Refusal

    with database():
        from tongchou.kernel.ids import new_id
        from tongchou.record.access import SYSTEM
        from tongchou.record.act import act
        from tongchou.rooms.policies.models import Run
        from tongchou.rooms.policies.tasks import work_off

        def say(done: dict[str, Any]) -> None:
            print(
                f"{done['done']:>3}/{done['of']}  {done['enterprises']:,} enterprises, {done['changed']:,} results changed",
                flush=True,
            )

        began = time.perf_counter()
        open_ = Run.objects.filter(finished_at=None).values_list("pk", flat=True).first()
        try:
            run = open_ or uuid.UUID(act("policies.start", SYSTEM, new_id(), {"why": "asked"}).result["run"])
            work_off(run, say)
        except Refusal as refusal:
            raise fail(refusal.sentence("zh-hans")) from None
    print(f"{time.perf_counter() - began:.1f} s")
