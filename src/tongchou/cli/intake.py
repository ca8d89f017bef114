"""`tongchou intake`: documents in, directives out as JSON. Needs no database."""

from __future__ import annotations

import json
from pathlib import Path
from typing import TYPE_CHECKING

import typer

if TYPE_CHECKING:
    from tongchou.intake.model import Document
    from tongchou.intake.proposer import Endpoint

SUFFIXES = (".txt", ".html", ".htm", ".docx", ".pdf", ".md")


def run(paths: list[Path], out: Path, endpoint: Endpoint | None = None) -> int:
    """Read files and folders; write one JSON per document into `out`, named by its file, and by its folders where names are the same.
    Returns how many were refused.

    With an endpoint a model may propose what the rules left out; where it does not answer, that is told and the rules' findings stand.
    """
    from tongchou.intake import as_record, read
    from tongchou.kernel.errors import Refusal

    out.mkdir(parents=True, exist_ok=True)
    refused = read_well = items = proposed = 0
    found = _files(paths)
    for path, name in zip(found, output_names(found), strict=True):
        try:
            document = read(path.read_bytes(), path.name)
        except (Refusal, OSError) as error:
            refused += 1
            told = error.sentence("en") if isinstance(error, Refusal) else str(error)
            typer.echo(f"{path}: {told}" if path.name not in told else told, err=True)
            continue
        document = _with_model(document, endpoint, path)
        proposed += sum(bool(d.proposed_by) for d in document.directives)
        record = json.dumps(as_record(document), ensure_ascii=False, indent=1)
        (out / name).write_text(record + "\n", "utf-8")
        read_well, items = read_well + 1, items + len(document.directives)
    told = f", {proposed} of them proposed by {endpoint.model}" if endpoint else ""
    typer.echo(f"{read_well} documents, {items} directives{told}, {refused} refused")
    return refused


def endpoint_of(url: str, model: str, key: str) -> Endpoint | None:
    """The endpoint of the options; None without any. Refusal: only one of url and model, or an address that is none."""
    from tongchou.intake.proposer import Endpoint
    from tongchou.kernel.errors import Reason, Refusal
    from tongchou.kernel.text import Text

    if not url and not model:
        return None
    if not url or not model:
        rule = Text("模型接口须同时给出地址和名称。", "A model needs both its address and its name.")
        remedy = Text("请同时使用 --model-url 和 --model。", "Give --model-url and --model together.")
        raise Refusal(Reason.MISSING_VALUE, rule, remedy=remedy, field="model" if url else "model-url")
    if not url.startswith(("http://", "https://")):
        rule = Text(
            "模型接口地址须以 http:// 或 https:// 开头。", "The address of a model begins with http:// or https://."
        )
        raise Refusal(Reason.INVALID_VALUE, rule, field="model-url", value=url)
    return Endpoint(url, model, key)


def _with_model(document: Document, endpoint: Endpoint | None, path: Path) -> Document:
    from tongchou.intake.proposer import propose
    from tongchou.kernel.errors import Refusal

    if endpoint is None:
        return document
    try:
        return propose(document, endpoint)
    except Refusal as refusal:
        typer.echo(f"{path}: {refusal.sentence('en')}", err=True)
        return document


def _files(paths: list[Path]) -> list[Path]:
    """The files named, and those of known kinds in the folders named, each once."""
    out: list[Path] = []
    for path in paths:
        out += (
            sorted(p for p in path.rglob("*") if p.is_file() and p.suffix.lower() in SUFFIXES)
            if path.is_dir()
            else [path]
        )
    return list({path.absolute(): path for path in out}.values())


def output_names(paths: list[Path]) -> list[str]:
    """A name for each file's JSON, no two the same on any file system. As many folders stand before a name as are needed to tell it from
    others of that name; the result does not depend on the order of the files."""
    parts = [p.absolute().parts[1:] for p in paths]
    names = ["__".join(own[-depth:]) for own, depth in zip(parts, _depths(parts), strict=True)]
    taken: dict[str, list[int]] = {}
    for n, name in sorted(enumerate(names), key=lambda x: parts[x[0]]):
        taken.setdefault(name.casefold(), []).append(n)
    for same in taken.values():
        for k, n in enumerate(same[1:], 2):  # folders whose own names hold the mark between them, or that differ only in case
            names[n] = f"{names[n]}~{k}"
    return [f"{name}.json" for name in names]


def _depths(parts: list[tuple[str, ...]]) -> list[int]:
    """How many of the last parts of each path are needed to tell it apart."""
    depths = [1] * len(parts)
    deepest = max(map(len, parts), default=1)
    for _ in range(deepest):
        seen: dict[tuple[str, ...], list[int]] = {}
        for n, own in enumerate(parts):
            seen.setdefault(tuple(x.casefold() for x in own[-depths[n] :]), []).append(n)
        same = [n for ones in seen.values() if len(ones) > 1 for n in ones if depths[n] < len(parts[n])]
        if not same:
            break
        for n in same:
            depths[n] += 1
    return depths
