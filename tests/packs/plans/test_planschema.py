"""The JSON Schemas for editors say the same as the reader, as far as a schema can."""

from __future__ import annotations

from importlib.resources import files
from typing import Any

import pytest
import yaml

from tests.packs.plans.sample import FILES, GUIDE, broken
from tongchou.packs.checklistschema import checklist_schema
from tongchou.packs.kindschema import kind_schema
from tongchou.packs.plans import clockfile, inputfile, machinefile, overlayfile, packfile, parameterfile, tablefile
from tongchou.packs.plans.planschema import FOLDER, schema_text, schemas

KINDS = {
    "pack.yaml": "pack",
    "documents.yaml": "documents",
    "parameters": "parameter",
    "tables": "table",
    "overlays": "overlay",
    "cases": "cases",
    "clocks": "clock",
    "areas": "area",
}
OWN = {"loops": kind_schema, "checklists": checklist_schema}
"""Files with a schema of their own."""
SHIPPED = [
    (f"{folder.name}/{place}{file.name}", file.read_bytes(), kind)
    for folder in files("tongchou.packs").joinpath("data").iterdir()
    if folder.joinpath("pack.yaml").is_file()
    for name, kind in KINDS.items()
    for place, file in (
        [("", folder.joinpath(name))]
        if name.endswith(".yaml")
        else [(f"{name}/", f) for f in folder.joinpath(name).iterdir()]
        if folder.joinpath(name).is_dir()
        else []
    )
]


class _Plain(yaml.SafeLoader):
    """Dates stay text, as for an editor."""


_Plain.yaml_implicit_resolvers = {
    k: [(t, r) for t, r in v if t != "tag:yaml.org,2002:timestamp"]
    for k, v in yaml.SafeLoader.yaml_implicit_resolvers.items()
}


def errors(kind: str, text: bytes) -> list[str]:
    return found_by(schemas()[f"plan-{kind}.schema.json"], text)


def found_by(schema: dict[str, Any], text: bytes) -> list[str]:
    jsonschema = pytest.importorskip("jsonschema", reason="jsonschema is not installed")
    jsonschema.Draft202012Validator.check_schema(schema)
    return [e.message for e in jsonschema.Draft202012Validator(schema).iter_errors(yaml.load(text, Loader=_Plain))]


@pytest.mark.parametrize("name", schemas())
def test_the_files_are_up_to_date(name: str) -> None:
    assert (FOLDER / name).read_text("utf-8") == schema_text(schemas()[name]), (
        "run: python -m tongchou.packs.plans.planschema"
    )


@pytest.mark.parametrize("file", FILES)
def test_the_example_passes(file: str) -> None:
    folder = file.split("/")[0]
    assert (found_by(OWN[folder](), FILES[file]) if folder in OWN else errors(KINDS[folder], FILES[file])) == []


@pytest.mark.parametrize(("name", "text", "kind"), SHIPPED, ids=[s[0] for s in SHIPPED])
def test_shipped_files_pass(name: str, text: bytes, kind: str) -> None:
    assert errors(kind, text) == []


@pytest.mark.parametrize(
    ("file", "old", "new"),
    [
        ("pack.yaml", "version: 1", "version: 0"),
        ("pack.yaml", "from: 2024-03-01", "from: spring"),
        ("documents.yaml", "link: https", "link: ftp"),
        ("parameters/rest_days.yaml", ", status: confirmed", ""),
        ("tables/pupil.yaml", "hit: first", "hit: best"),
        ("tables/pupil.yaml", "unknown: ask   ", "#"),
        ("tables/pupil.yaml", "reason: {zh: 发热，居家休息。, en: 'Fever: rest at home.'}", "reason: {zh: 发热}"),
        ("overlays/east.yaml", "'330102'", "'33010'"),
        ("cases/pupil.yaml", "    source: guide_1\n", ""),
        ("clocks/reports.yaml", "hours: 24", "hours: 0"),
        ("areas/class_state.yaml", "kind: raise", "kind: jump"),
    ],
)
def test_wrong_files_do_not(file: str, old: str, new: str) -> None:
    assert errors(KINDS[file.split("/")[0]], broken(file, old, new)[file])


def test_every_key_is_in_the_guide() -> None:
    keys = {
        *packfile.PACK_KEYS,
        *packfile.MODE_KEYS,
        *packfile.SCHEDULE_KEYS,
        *parameterfile.DOCUMENT_KEYS,
        *parameterfile.EDITION_KEYS,
    }
    keys |= {
        *parameterfile.PARAMETER_KEYS,
        *parameterfile.ENTRY_KEYS,
        *tablefile.TABLE_KEYS,
        *inputfile.INPUT_KEYS,
        *tablefile.MEASURE_KEYS,
    }
    keys |= {*tablefile.RULE_KEYS, *overlayfile.OVERLAY_KEYS, *overlayfile.CASE_KEYS, *overlayfile.EXPECT_KEYS}
    keys |= {*clockfile.CLOCK_KEYS, *clockfile.LIMIT_KEYS, *machinefile.MACHINE_KEYS, *machinefile.CHANGE_KEYS}
    assert {key for key in keys if key not in GUIDE} == set()
