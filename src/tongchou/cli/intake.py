"""`tongchou intake`: documents in, directives out as JSON. Needs no database."""

from __future__ import annotations

import json
from pathlib import Path

import typer

SUFFIXES = (".txt", ".html", ".htm", ".docx", ".pdf", ".md")


def run(paths: list[Path], out: Path) -> int:
    """Read files and folders; write one JSON per document into `out`, named by its file. Returns how many were refused."""
    from tongchou.intake import as_record, read
    from tongchou.kernel.errors import Refusal

    out.mkdir(parents=True, exist_ok=True)
    refused = read_well = items = 0
    for path in _files(paths):
        try:
            document = read(path.read_bytes(), path.name)
        except (Refusal, OSError) as error:
            refused += 1
            told = error.sentence("en") if isinstance(error, Refusal) else str(error)
            typer.echo(f"{path}: {told}" if path.name not in told else told, err=True)
            continue
        record = json.dumps(as_record(document), ensure_ascii=False, indent=1)
        (out / f"{path.name}.json").write_text(record + "\n", "utf-8")
        read_well, items = read_well + 1, items + len(document.directives)
    typer.echo(f"{read_well} documents, {items} directives, {refused} refused")
    return refused


def _files(paths: list[Path]) -> list[Path]:
    """The files named, and those of known kinds in the folders named."""
    out: list[Path] = []
    for path in paths:
        out += (
            sorted(p for p in path.rglob("*") if p.is_file() and p.suffix.lower() in SUFFIXES)
            if path.is_dir()
            else [path]
        )
    return out
