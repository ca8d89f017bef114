"""The JSON Schema for editors says the same as the reader, as far as a schema can."""

from __future__ import annotations

from typing import Any

import pytest
import yaml

from tests.packs.sample import VALID
from tongchou.packs.kindfile import base_kind_texts
from tongchou.packs.kindschema import SCHEMA_FILE, kind_schema, schema_text


def test_the_file_is_up_to_date() -> None:
    assert SCHEMA_FILE.read_text("utf-8") == schema_text(), "run: python -m tongchou.packs.kindschema"


def errors(text: str) -> list[str]:
    jsonschema = pytest.importorskip("jsonschema", reason="jsonschema is not installed")
    schema: dict[str, Any] = kind_schema()
    jsonschema.Draft202012Validator.check_schema(schema)
    return [e.message for e in jsonschema.Draft202012Validator(schema).iter_errors(yaml.safe_load(text))]


@pytest.mark.parametrize("text", [VALID, *base_kind_texts().values()])
def test_right_files_pass(text: str) -> None:
    assert errors(text) == []


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("kind: visit", "kind: Visit"),
        ("version: 3", "version: 0"),
        ("start: planned", "begin: planned"),
        ("en: Visit}", "en: ''}"),
        ("deadline: keeps", "deadline: soon"),
        ("deadline: keeps", "deadline: 43921"),
        ("owner: verifier", "owner: system"),
        ("    end: done\n", "    end: done\n    owner: owner\n"),
        ("work: true", "work: 'yes'"),
        ("by: [opener]", "by: []"),
        ("[street_officer, hq_officer]", "[auditor]"),
        ("type: photo", "type: video"),
        ("    choices:\n      small: {zh: 小, en: Small}\n      large: {zh: 大, en: Large}\n", ""),
    ],
)
def test_wrong_files_do_not(old: str, new: str) -> None:
    assert old in VALID
    assert errors(VALID.replace(old, new, 1))
