"""requirements.lock must hold the versions of uv.lock, so that plain pip installs the same packages as uv."""

from __future__ import annotations

import re
import sys
import tomllib
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent


def differences() -> list[str]:
    """Return what requirements.lock names otherwise than uv.lock."""
    locked = {p["name"]: p["version"] for p in tomllib.loads((ROOT / "uv.lock").read_text())["package"] if "version" in p}
    lines = (ROOT / "requirements.lock").read_text().splitlines()
    pinned = dict(m.groups() for line in lines if (m := re.match(r"([a-z0-9._-]+)(?:\[[^]]*\])?==([^ ;\\]+)", line)))
    if not pinned:
        return ["requirements.lock pins nothing"]
    return [f"{name}: {version}, but uv.lock has {locked.get(name)}" for name, version in pinned.items() if locked.get(name) != version]


if __name__ == "__main__":
    found = differences()
    for line in found:
        print(line)
    if found:
        print("run: uv export --format requirements-txt --no-hashes --no-emit-project -o requirements.lock")
    sys.exit(bool(found))
