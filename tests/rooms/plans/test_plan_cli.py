"""`tongchou plan preview` and `plan replay` over what is on record."""

from __future__ import annotations

import json
from contextlib import nullcontext

import pytest
from typer.testing import CliRunner

from tests.cast import Cast
from tongchou.cli import main
from tongchou.cli.plan import app
from tongchou.rooms.plans.store import install_shipped_packs

pytestmark = pytest.mark.django_db
runner = CliRunner()


@pytest.fixture
def town(cast: Cast, monkeypatch: pytest.MonkeyPatch) -> Cast:
    monkeypatch.setattr(main, "database", nullcontext)
    install_shipped_packs()
    return cast


def test_the_people_on_record_are_previewed_for_an_account_that_may(town: Cast) -> None:
    edition = ["preview", "close_contact", "--from", "covid-e9", "--to", "covid-20", "--json"]
    done = runner.invoke(app, [*edition, "--as", town.accounts["hq"].username])
    assert done.exit_code == 0, done.output
    assert len(json.loads(done.stdout)["days"]) == 14
    assert runner.invoke(app, [*edition, "--as", town.accounts["enterprise"].username]).exit_code == 1
    assert runner.invoke(app, [*edition, "--as", "nobody"]).exit_code == 1


def test_the_decisions_on_record_are_decided_again(town: Cast) -> None:
    done = runner.invoke(app, ["replay", "--json"])
    assert (done.exit_code, json.loads(done.stdout)["decisions"]) == (0, 0)
