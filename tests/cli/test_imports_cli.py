"""Registers and staff files from the command line: counts, rejected rows in a file of their own, exit codes; which regime holds."""

from __future__ import annotations

import json
from contextlib import nullcontext
from pathlib import Path

import pytest
from openpyxl import load_workbook
from typer.testing import CliRunner

from tests.cast import Cast
from tongchou.cli import main
from tongchou.record.models import Account, Staff, Unit

pytestmark = pytest.mark.django_db
GOOD, WRONG = "91110105MA01ABCD2L", "91110105MA01ABCD2M"


@pytest.fixture(autouse=True)
def _same_database(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(main, "database", nullcontext)


def run(*words: str) -> tuple[int, str]:
    done = CliRunner().invoke(main.app, list(words))
    return done.exit_code, done.output


def test_enterprises_come_in_and_rejected_rows_come_back(cast: Cast, tmp_path: Path) -> None:
    code = cast.areas["spring"].code
    file, rejected = tmp_path / "register.csv", tmp_path / "rejected.csv"
    file.write_text(f"企业名称,统一社会信用代码,所在社区\n甲厂,,{code}\n乙厂,{WRONG},{code}\n", "utf-8")
    before = Unit.objects.count()
    assert run("enterprise", "import", str(file), "--dry-run", "--lang", "en")[0] == 2
    assert Unit.objects.count() == before
    status, said = run("enterprise", "import", str(file), "--rejected", str(rejected), "--lang", "en")
    assert status == 2
    assert "rows in 2  accepted 1  rejected 1" in said
    assert WRONG in rejected.read_text("utf-8-sig")
    assert Unit.objects.count() == before + 1


def test_where_rejected_rows_cannot_go_nothing_comes_in(cast: Cast, tmp_path: Path) -> None:
    """The rows that went in could not be told from those that did not, once the counts are gone."""
    file, there = tmp_path / "register.csv", tmp_path / "there.csv"
    file.write_text(f"企业名称,所在社区\n甲厂,{cast.areas['spring'].code}\n", "utf-8")
    there.write_text("kept", "utf-8")
    before = Unit.objects.count()
    for place in (there, tmp_path / "no folder" / "x.csv"):
        status, said = run("enterprise", "import", str(file), "--rejected", str(place))
        assert status == 1
        assert str(place.name) in said.replace("\n", "")
    assert Unit.objects.count() == before
    assert there.read_text("utf-8") == "kept"
    unused = tmp_path / "unused.csv"
    assert run("enterprise", "import", str(file), "--rejected", str(unused))[0] == 0
    assert not unused.exists(), "nothing was rejected"


def test_staff_come_in_from_the_command_line(cast: Cast, tmp_path: Path) -> None:
    Unit.objects.filter(pk=cast.units["works"].pk).update(code=GOOD)
    file = tmp_path / "staff.csv"
    file.write_text(f"企业,姓名,证件号码\n{GOOD},禤静姝,110101199003074370\n{GOOD},某某,110101199003074371\n", "utf-8")
    status, said = run("staff", "import", str(file), "--lang", "en")
    assert (status, Staff.objects.count()) == (2, 1), said
    assert "rows in 2  accepted 1  rejected 1" in said


def test_which_regime_holds_and_by_which_document(cast: Cast) -> None:
    status, said = run("resumption", "regime", "--area", "440606", "--on", "2020-02-25", "--json")
    assert status in (0, 2), said
    found = json.loads(said)
    assert (found["area"], found["on"]) == ("440606", "2020-02-25")
    assert found["edition"]["zh"]
    assert run("resumption", "regime", "--area", "440606", "--on", "2020-02-30")[0] == 1
    assert run("resumption", "regime", "--area", "44", "--on", "2020-02-25")[0] == 1


def test_accounts_come_in_with_their_first_passwords_in_a_file_of_their_own(cast: Cast, tmp_path: Path) -> None:
    Unit.objects.filter(pk=cast.units["works"].pk).update(code=GOOD)
    file, sheet, rejected = tmp_path / "accounts.csv", tmp_path / "first.xlsx", tmp_path / "rejected.csv"
    file.write_text(f"统一社会信用代码,姓名,岗位\n{GOOD},周敏,企业填报员\n{WRONG},某某,企业填报员\n", "utf-8")
    before = Account.objects.count()
    assert run("account", "import", str(file), "--lang", "en")[0] == 1  # nowhere to put what is given once
    assert run("account", "import", str(file), "--dry-run", "--lang", "en")[0] == 2
    assert Account.objects.count() == before
    status, said = run("account", "import", str(file), "--sheet", str(sheet), "--rejected", str(rejected), "--lang", "en")
    assert status == 2, said
    assert "rows in 2  accepted 1  rejected 1" in said
    assert WRONG in rejected.read_text("utf-8-sig")
    assert sheet.stat().st_mode & 0o777 == 0o600
    password = load_workbook(sheet).active["F2"].value if load_workbook(sheet).active["F1"].value == "First password" else ""
    account = Account.objects.get(display_name="周敏")
    assert account.must_change_password
    assert password
    assert account.check_password(str(password))
    assert str(password) not in said
    assert run("account", "import", str(file), "--sheet", str(sheet))[0] == 1  # an earlier sheet is not written over


def test_a_refusal_says_the_words_of_the_file_or_of_the_command(cast: Cast, tmp_path: Path) -> None:
    """Names inside the program mean nothing to who runs it: a row's refusal names the column as the file does, a command's its option."""
    file = tmp_path / "register.csv"
    file.write_text(f"企业名称,统一社会信用代码,所在社区,从业人员\n乙厂,{WRONG},{cast.areas['spring'].code},很多\n", "utf-8")
    for lang in ("zh-hans", "en"):
        said = run("enterprise", "import", str(file), "--lang", lang)[1]
        assert "统一社会信用代码" in said
        assert "code" not in said.replace("check code", "").split(WRONG)[0]
    empty = tmp_path / "empty.csv"
    empty.write_text("甲,乙\n1,2\n", "utf-8")
    for command in ("enterprise", "staff"):
        status, said = run(command, "import", str(empty))
        assert status == 1
        assert not [w for w in ("columns", "fields", "table", "content") if w in said], said
    status, said = run("resumption", "regime", "--area", "990102", "--on", "2020-02-30")
    assert (status, said.startswith("--on“2020-02-30”：")) == (1, True)
    said = run("resumption", "regime", "--area", "440606", "--on", "2020-02-25")[1]
    assert "风险等级" in said
    assert "grade" not in said
    there = tmp_path / "there.csv"
    there.write_text("kept", "utf-8")
    assert "已存在" in run("enterprise", "import", str(file), "--rejected", str(there))[1].replace("\n", "")
