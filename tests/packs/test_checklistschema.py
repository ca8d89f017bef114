"""The JSON Schema of checklists says the same as the reader, as far as a schema can."""

from __future__ import annotations

import pytest
import yaml

from tests.packs.test_checklists import GOOD
from tongchou.packs.checklists import shipped_texts
from tongchou.packs.checklistschema import SCHEMA_FILE, checklist_schema, schema_text


def errors(text: str) -> list[str]:
    jsonschema = pytest.importorskip("jsonschema", reason="jsonschema is not installed")
    jsonschema.Draft202012Validator.check_schema(checklist_schema())
    return [e.message for e in jsonschema.Draft202012Validator(checklist_schema()).iter_errors(yaml.safe_load(text))]


def test_the_file_is_up_to_date() -> None:
    assert SCHEMA_FILE.read_text("utf-8") == schema_text(), "run: python -m tongchou.packs.checklistschema"


@pytest.mark.parametrize("text", [GOOD, *shipped_texts().values()])
def test_right_files_pass(text: str) -> None:
    assert errors(text) == []


@pytest.mark.parametrize(
    ("old", "new"),
    [("checklist:", "checklst:"), ("version: 1", "version: 0"), ("severity: ", "severity: very_"), ("en: ", "fr: ")],
)
def test_wrong_files_do_not(old: str, new: str) -> None:
    assert old in GOOD
    assert errors(GOOD.replace(old, new, 1))
