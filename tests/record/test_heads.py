"""Signed heads: a witness can tell that the chain was cut off, rewritten, or that the head itself was forged."""

from __future__ import annotations

import json
import shutil
import subprocess
import sys
from pathlib import Path

import pytest
from django.db import connection
from django.urls import reverse

from tests.cast import Cast
from tests.web.test_pages import signed_in
from tongchou import postgres
from tongchou.kernel.errors import Reason, Refusal
from tongchou.record.actions.heads import check_head, export_head, read_head
from tongchou.record.ledger import seal_all, verify
from tongchou.record.models import HeadExport

VERIFIER = Path(__file__).resolve().parents[2] / "verifier/verify.py"


def tamper(*statements: str) -> None:
    """Change the chain as somebody with the database in hand might."""
    with connection.cursor() as cursor:
        cursor.execute("set constraints all immediate")
        cursor.execute("alter table record_ledgerentry disable trigger user")
        for sql in statements:
            cursor.execute(sql)


def test_a_head_stands_while_the_chain_grows(cast: Cast) -> None:
    cast.task()
    head = export_head(cast.as_("auditor"))
    assert check_head(head) == []
    cast.task()
    seal_all()
    assert check_head(read_head(json.dumps(head))) == []
    assert HeadExport.objects.get().seq == head["seq"]
    assert verify().sound


def test_a_chain_that_was_cut_off_is_noticed(cast: Cast) -> None:
    for _ in range(3):
        cast.task()
    head = export_head(cast.as_("auditor"))
    tamper(f"delete from record_ledgerentry where seq >= {head['seq']}")
    assert check_head(head) == [f"the chain no longer reaches head {head['seq']}: it was cut off"]


def test_a_chain_that_was_rewritten_is_noticed(cast: Cast) -> None:
    cast.task()
    head = export_head(cast.as_("auditor"))
    tamper(f"update record_ledgerentry set hash = sha256('another') where seq = {head['seq']}")
    assert "rewritten" in check_head(head)[0]


@pytest.mark.parametrize("change", [{"hash": "00" * 32}, {"seq": 1}, {"at": "2020-01-01T00:00:00+00:00"}, {"signature": "00" * 64}])
def test_a_forged_head_is_noticed(cast: Cast, change: dict[str, object]) -> None:
    for _ in range(2):
        cast.task()
    assert any("signature" in f for f in check_head(export_head(cast.as_("auditor")) | change))


def test_what_is_no_head_is_refused() -> None:
    for text in ("", "[]", "{}", '{"format": "tongchou.head.1"}'):
        with pytest.raises(Refusal) as caught:
            read_head(text)
        assert caught.value.reason is Reason.INVALID_VALUE


@pytest.mark.skipif(
    shutil.which("psql") is None or shutil.which("openssl") is None, reason="the second verifier needs psql and openssl, which are not here"
)
@pytest.mark.django_db(transaction=True)
def test_the_second_verifier_checks_the_same_file(real_cast: Cast, tmp_path: Path) -> None:
    real_cast.task()
    file = tmp_path / "head.json"
    head = export_head(real_cast.as_("auditor"))
    name = str(connection.settings_dict["NAME"])
    base, _, query = postgres.locate().partition("?")
    url = base.rpartition("/")[0] + "/" + name + ("?" + query if query else "")
    seal_all()

    def run(document: dict[str, object]) -> subprocess.CompletedProcess[str]:
        file.write_text(json.dumps(document), "utf-8")
        return subprocess.run([sys.executable, str(VERIFIER), url, "--head", str(file)], capture_output=True, text=True, check=False)

    sound = run(head)
    assert sound.returncode == 0, sound.stdout + sound.stderr
    forged = run(head | {"hash": "00" * 32})
    assert forged.returncode == 1
    assert "signature" in forged.stdout


def test_the_auditor_downloads_a_head_and_nobody_else(cast: Cast) -> None:
    cast.task()
    answer = signed_in(cast, "auditor").post(reverse("audit_heads"))
    assert check_head(json.loads(answer.content)) == []
    assert str(HeadExport.objects.get().seq) in signed_in(cast, "auditor").get(reverse("audit_heads")).content.decode()
    assert signed_in(cast, "hq").get(reverse("audit_heads")).status_code == 403
