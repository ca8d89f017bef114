"""The third-party files shipped with the pages, and the check that they are the ones listed."""

from __future__ import annotations

import hashlib
import json
from functools import cache
from pathlib import Path

STATIC = Path(__file__).resolve().parent / "static"
VENDOR = STATIC / "vendor"
_LIST = "CHECKSUMS.json"


def listed(vendor: Path = VENDOR) -> dict[str, str]:
    """Return path (relative to the vendor folder) -> SHA-256 in hex, as CHECKSUMS.json has it."""
    packages = json.loads((vendor / _LIST).read_text(encoding="utf-8"))["packages"]
    return {file["path"]: file["sha256"] for package in packages for file in package["files"]}


def verify(vendor: Path = VENDOR) -> list[str]:
    """Return one line for each file that is missing, changed or not listed; an empty list when all is well."""
    wanted = listed(vendor)
    found = {
        path.relative_to(vendor).as_posix(): hashlib.sha256(path.read_bytes()).hexdigest()
        for path in vendor.rglob("*")
        if path.is_file() and path.name != _LIST
    }
    problems = [f"{name}: missing" for name in wanted.keys() - found.keys()]
    problems += [f"{name}: not in {_LIST}" for name in found.keys() - wanted.keys()]
    problems += [
        f"{name}: SHA-256 is {found[name]}, {_LIST} says {wanted[name]}"
        for name in wanted.keys() & found.keys()
        if wanted[name] != found[name]
    ]
    return sorted(problems)


@cache
def icon_names() -> frozenset[str]:
    """Names of the icons in the sprite."""
    sprite = (VENDOR / "tabler-icons" / "icons.svg").read_text(encoding="utf-8")
    return frozenset(part.split('"', 1)[0] for part in sprite.split('<symbol id="')[1:])
