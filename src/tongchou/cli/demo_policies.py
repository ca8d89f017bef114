"""Two invented measures of the demo district, as files of an edition of its own of the pack of policies."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from importlib.resources import files

PACK, TABLE, SECOND = "enterprise-policies", "local_rent", "local_interest"


def local_files(shipped: Mapping[str, str], since: date) -> dict[str, str]:
    """The shipped pack with the district's own measures, in force from a day on."""
    folder = files("tongchou.cli").joinpath("demo_packs", PACK)
    own = {
        f"{kind}/{f.name}": f.read_text("utf-8").replace("FROM", since.isoformat())
        for kind in ("tables", "cases")
        for f in folder.joinpath(kind).iterdir()
    }
    documents = shipped["documents.yaml"].rstrip("\n") + "\n" + folder.joinpath("documents.yaml").read_text("utf-8")
    return dict(shipped) | own | {"documents.yaml": documents}
