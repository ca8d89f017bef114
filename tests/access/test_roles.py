"""The table of roles against what asks for it: no permission is there for show."""

from __future__ import annotations

import ast
from importlib.resources import files
from pathlib import Path

import pytest
import yaml

import tongchou
from tongchou.packs.kindfile import base_kinds
from tongchou.record.access import roles
from tongchou.record.access.roles import read_roles
from tongchou.record.act import verbs
from tongchou.web.permission import PAGES, load

SOURCE = Path(tongchou.__file__).parent


WITH_FACTOR = {key for key, role in roles().by_key.items() if role.second_factor}


def asked_for() -> set[str]:
    """Permissions that a page, a verb or a step of a shipped kind asks for, or that code names."""
    load()
    steps = {s.permission for kind in base_kinds().values() for s in kind.steps.values()}
    named = {word for path in SOURCE.rglob("*.py") for word in _texts(path)}
    return {p.permission for p in PAGES.values()} | {v.permission for v in verbs().values()} | steps | named


def _texts(path: Path) -> set[str]:
    """Texts of a module; a list of words that a kind file may use asks for nothing itself."""
    if path.name == "kindwords.py":
        return set()
    return {n.value for n in ast.walk(ast.parse(path.read_text("utf-8"))) if isinstance(n, ast.Constant) and isinstance(n.value, str)}


@pytest.fixture(scope="module")
def asked() -> set[str]:
    return asked_for()


def test_every_permission_is_asked_for(asked: set[str]) -> None:
    assert set(roles().permissions) - asked == set()


def test_a_permission_that_nobody_asks_for_is_named(asked: set[str]) -> None:
    assert (set(roles().permissions) | {"system.everything"}) - asked == {"system.everything"}


def test_every_permission_is_granted_to_somebody() -> None:
    granted = {p for role in roles().by_key.values() for p in role.permissions}
    assert set(roles().permissions) == granted


# the second factor


def table() -> str:
    return files("tongchou.record.access").joinpath("roles.yaml").read_text("utf-8")


def test_no_role_restricts_people_by_a_password_alone() -> None:
    raw = yaml.safe_load(table())
    restricts = {k for k, v in raw["permissions"].items() if v.get("factor") == "restricts"}
    assert {"custody.hold", "restriction.issue", "permit.decide", "school.decide"} <= restricts
    alone = {key for key, role in read_roles(table()).by_key.items() if role.permissions & restricts and not role.second_factor}
    assert alone == set()
    assert not {"sampler", "lab_officer", "store_keeper"} & WITH_FACTOR  # they hold things alone


@pytest.mark.parametrize("role", sorted(WITH_FACTOR - {"discipline_officer", "auditor", "system_admin"}))  # of those three it is a precaution
def test_taking_the_factor_from_a_role_that_needs_it_is_refused(role: str) -> None:
    """The twin: each role that has a factor for the sake of a permission is named with it when the table leaves the factor out."""
    raw = yaml.safe_load(table())
    raw["roles"][role]["second_factor"] = False
    with pytest.raises(ValueError, match=rf"role {role} needs second_factor: true, as it holds [a-z]+\.[a-z_]+ \((restricts|exports|access)\)"):
        read_roles(yaml.safe_dump(raw, allow_unicode=True))


def test_a_factor_of_another_name_is_refused() -> None:
    with pytest.raises(ValueError, match=r"factor of \['custody.hold'\]"):
        read_roles(table().replace("Take people into custody, factor: restricts", "Take people into custody, factor: yes_please"))
