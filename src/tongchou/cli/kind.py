"""`tongchou kind`: loop kinds: check a file, put it in force, list those in force."""

from __future__ import annotations

from pathlib import Path

import typer

app = typer.Typer(no_args_is_help=True, help="事项类型 Loop kinds.")


def _text(file: Path) -> str:
    from tongchou.cli.main import fail

    try:
        return file.read_text("utf-8-sig")
    except (OSError, UnicodeDecodeError) as error:
        raise fail(f"{file}: {error}") from None


@app.command()
def check(files: list[Path], english: bool = False) -> None:
    """Check kinds and print every problem with file and line; exits with 1 when there is one. Needs no database."""
    from tongchou.packs.kindfile import KindErrors, read_kind

    failed = 0
    for file in files:
        try:
            kind = read_kind(_text(file), file.name)
        except KindErrors as error:
            failed += 1
            for line in error.sentences("en" if english else "zh-hans"):
                print(line)
            continue
        print(f"{file.name}: {kind.key} v{kind.version}, {len(kind.stages)} stages, {len(kind.steps)} steps")
    raise typer.Exit(1 if failed else 0)


@app.command()
def add(account: str, file: Path) -> None:
    """Put a district's own kind in force, as an account."""
    from tongchou.cli.main import database, fail

    with database():
        from tongchou.cli.accounts import actor_named
        from tongchou.kernel.errors import Refusal
        from tongchou.kernel.ids import new_id
        from tongchou.record.act import act

        try:
            result = act("kind.add", actor_named(account), new_id(), {"text": _text(file), "source": file.name}).result
        except Refusal as refusal:
            told = [f"{p.get('file')}:{p.get('line')}: {p['rule']}" for p in refusal.details.get("problems", [])]
            raise fail("\n".join(told) or refusal.sentence()) from None
        print(f"{result['kind']} v{result['version']}")


@app.command("list")
def list_kinds() -> None:
    """Print the kinds in force."""
    from tongchou.cli.main import database

    with database():
        from tongchou.record.loops.kinds import current_kinds

        for key, (_, kind) in sorted(current_kinds().items()):
            print(f"{key:20} v{kind.version:<3} {kind.title.zh}  {kind.title.en}")
