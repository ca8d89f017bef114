"""Changing a plan from the page: drafted, checked with file and line, run in the shadow, approved by another, in force on a day, withdrawn."""

from __future__ import annotations

import io
import zipfile
from datetime import timedelta
from typing import Any

import pytest
from django.urls import reverse

from tests.cast import Cast
from tests.rooms.plans.drill import PACK, TABLE, contact, decide, files, install, today
from tests.rooms.trust.test_trust_pages import post, text
from tests.web.test_pages import signed_in
from tongchou.kernel.errors import Reason, Refusal
from tongchou.kernel.ids import new_id
from tongchou.record.act import act
from tongchou.rooms.plans.models import Decision, PackVersion, SignOff
from tongchou.rooms.plans.questions import replay
from tongchou.rooms.plans.store import install_shipped_packs, version_in_force

pytestmark = pytest.mark.django_db
DAYS = "parameters/stay_days.yaml"


@pytest.fixture
def town(cast: Cast) -> Cast:
    install(cast)
    return cast


def refused(run: Any) -> Refusal:
    with pytest.raises(Refusal) as caught:
        run()
    return caught.value


def draft(cast: Cast, pack: str = PACK, **more: Any) -> dict[str, Any]:
    return cast.act("hq", "pack.draft", pack=pack, why="按新的会议纪要调整", **more).result


def longer(text_: str, days: int = 10) -> str:
    return text_.replace("value: 7, source: drill_1", f"value: {days}, source: drill_1")


def edited(cast: Cast, made: dict[str, Any], days: int = 10) -> dict[str, Any]:
    """The draft with a longer stay, and the worked cases that go with it."""
    texts = files()
    cases = texts["cases/close_contact.yaml"]
    home = "from: 2026-03-09, until: 2026-03-11, tests: [2026-03-10]"
    cases = cases.replace(home, "from: 2026-03-12, until: 2026-03-14, tests: [2026-03-13]")
    cases = cases.replace("until: 2026-03-11", "until: 2026-03-14").replace("until: 2026-03-08", "until: 2026-03-11")
    cases = cases.replace(
        "as_of: 2026-03-12\n    facts: {last_exposure: 2026-03-01",
        "as_of: 2026-03-15\n    facts: {last_exposure: 2026-03-01",
    )
    changed = {DAYS: longer(texts[DAYS], days), "cases/close_contact.yaml": cases}
    return cast.act("hq", "pack.edit", version=made["version"], seen_revision=made["revision"], files=changed).result


def test_a_change_goes_from_draft_to_force_by_two_people(town: Cast) -> None:
    key = contact(town, days_ago=1)
    before = decide(town, key)
    made = draft(town)
    assert made["sound"] is True
    wrong = town.act(
        "hq", "pack.edit", version=made["version"], seen_revision=1, files={DAYS: longer(files()[DAYS])}
    ).result
    assert wrong["sound"] is False  # the worked cases no longer hold
    approve: dict[str, Any] = {"version": made["version"], "from_day": str(today())}
    assert refused(lambda: town.act("leader", "pack.approve", **approve, seen_revision=2)).reason is Reason.WRONG_STAGE
    good = edited(town, wrong)
    assert good["sound"] is True
    assert (
        refused(lambda: town.act("leader", "pack.approve", **approve, seen_revision=3)).reason
        is Reason.APPROVAL_MISSING
    )
    found = town.act("hq", "pack.shadow", version=made["version"], seen_revision=3).result
    assert (found["people"], found["differ"], found["released"], found["newly_held"]) == (1, 1, 0, 0)
    assert decide(town, key)["until"] == before["until"]  # nothing has changed yet
    assert refused(lambda: town.act("hq", "pack.approve", **approve, seen_revision=3)).reason is Reason.SAME_PERSON
    town.act("leader", "pack.approve", **approve, seen_revision=3)
    assert decide(town, key)["until"] == str(today() + timedelta(days=12))
    assert Decision.objects.values("digest").distinct().count() == 2
    assert (replay().decisions, replay().differing, replay().broken) == (3, 0, 0)
    town.act("leader", "pack.withdraw", version=made["version"], reason="纪要已撤回")
    assert decide(town, key)["until"] == before["until"]


def test_it_comes_into_force_on_its_day_and_not_before(town: Cast) -> None:
    made = edited(town, draft(town))
    town.act("hq", "pack.shadow", version=made["version"], seen_revision=made["revision"])
    approve: dict[str, Any] = {"version": made["version"], "seen_revision": made["revision"]}
    assert (
        refused(lambda: town.act("leader", "pack.approve", **approve, from_day=str(today() - timedelta(days=1)))).field
        == "from_day"
    )
    town.act("leader", "pack.approve", **approve, from_day=str(today() + timedelta(days=3)))
    assert str(version_in_force(PACK, today() + timedelta(days=2)).pk) != made["version"]
    assert str(version_in_force(PACK, today() + timedelta(days=3)).pk) == made["version"]
    assert (
        refused(
            lambda: town.act(
                "hq", "pack.edit", version=made["version"], seen_revision=made["revision"], files={DAYS: "x"}
            )
        ).reason
        is Reason.WRONG_STAGE
    )


def test_two_people_editing_one_draft_do_not_overwrite_each_other(town: Cast) -> None:
    made = draft(town)
    edited(town, made)
    assert refused(lambda: edited(town, made)).reason is Reason.CONFLICT


def test_a_shadow_run_of_another_text_does_not_count(town: Cast) -> None:
    made = edited(town, draft(town))
    town.act("hq", "pack.shadow", version=made["version"], seen_revision=made["revision"])
    again = edited(town, made)
    assert again["sound"] is True
    comment = town.act(
        "hq",
        "pack.edit",
        version=made["version"],
        seen_revision=again["revision"],
        files={DAYS: "# 说明\n" + longer(files()[DAYS])},
    ).result
    approve = {"version": made["version"], "seen_revision": comment["revision"], "from_day": str(today())}
    assert refused(lambda: town.act("leader", "pack.approve", **approve)).reason is Reason.APPROVAL_MISSING


def zipped(texts: dict[str, str], top: str = "") -> io.BytesIO:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as archive:
        for path, body in texts.items():
            archive.writestr(top + path, body)
    out.name = "pack.zip"
    out.seek(0)
    return out


def test_on_the_pages_errors_name_file_and_line_and_the_change_is_shown(town: Cast) -> None:
    contact(town)
    hq, leader = signed_in(town, "hq"), signed_in(town, "leader")
    page = post(hq, "pack_draft", pack=PACK, why="按新的会议纪要调整")
    key = page.resolver_match.kwargs["version"]
    assert "全部检查和案例通过" in text(page)
    body = files()[DAYS].replace("source: drill_1", "source: no_such_paper")
    wrong = text(post(hq, "pack_file", key, path=DAYS, text=body, seen_revision=1))
    assert f"{DAYS}:5" in wrong
    assert "no_such_paper" in wrong
    assert "批准</button>" not in text(leader.get(reverse("pack", args=[key])))
    form = text(hq.get(reverse("pack_file", args=[key]) + f"?path={DAYS}"))
    assert "5: " in form
    post(hq, "pack_file", key, path=DAYS, text=longer(files()[DAYS]), seen_revision=2)
    changed = text(hq.get(reverse("pack", args=[key])))
    assert "tc-diff-remove" in changed
    assert "value: 10" in changed
    back = io.BytesIO(hq.get(reverse("pack_download", args=[key])).content)
    assert zipfile.ZipFile(back).read(f"{PACK}/{DAYS}").decode() == longer(files()[DAYS])
    replaced = text(post(hq, "pack_upload", key, archive=zipped(files(), "folder/"), seen_revision=3))
    assert "全部检查和案例通过" in replaced
    assert "试运行完成" in text(post(hq, "pack_act", key, "shadow", seen_revision=4))
    assert "起生效" in text(post(leader, "pack_act", key, "approve", seen_revision=4, from_day=str(today())))
    assert PackVersion.objects.get(pk=key).approved_by_id == town.accounts["leader"].pk
    listed = text(signed_in(town, "inspector").get(reverse("packs")))
    assert "现行" in listed
    assert "已被替代" in listed
    assert signed_in(town, "street").get(reverse("pack_draft")).status_code == 403


def test_a_new_pack_comes_as_an_archive(cast: Cast) -> None:
    hq = signed_in(cast, "hq")
    assert post(hq, "pack_draft", pack=PACK, why="新方案").status_code in (404, 422)
    assert "全部检查和案例通过" in text(post(hq, "pack_draft", pack=PACK, why="新的演练方案", archive=zipped(files())))
    bad = post(hq, "pack_draft", pack="other-pack", why="新的演练方案", archive=io.BytesIO(b"PK not a zip"))
    assert bad.status_code == 422


def test_a_value_is_signed_for_on_the_plans_page(cast: Cast) -> None:
    install_shipped_packs()
    leader = signed_in(cast, "leader")
    key = version_in_force("covid-19", today()).pk
    page = text(leader.get(reverse("pack", args=[key])))
    assert "contact_first_days = 14" in page
    point = "parameter|contact_first_days|14"
    done = text(post(leader, "pack_act", key, "sign", point=point, document="清防指办〔2026〕3号", dated=str(today())))
    assert "已签认" in done
    row = SignOff.objects.get()
    assert (row.value, row.by_id) == (14, cast.accounts["leader"].pk)
    assert "已签认" not in text(
        post(leader, "pack_act", key, "sign", point=point, document="清防指办〔2026〕3号", dated=str(today()))
    )
    post(leader, "pack_act", key, "unsign", sign_off=row.pk, reason="文件作废")
    assert SignOff.objects.get().withdrawn_at is not None


def test_replay_on_the_command_line(
    town: Cast, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    from contextlib import nullcontext

    from typer.testing import CliRunner

    from tongchou.cli import main

    decide(town, contact(town))
    monkeypatch.setattr(main, "database", nullcontext)
    out = CliRunner().invoke(main.app, ["plan", "replay", "--json"])
    assert out.exit_code == 0
    assert '"decisions": 1, "equal": 1, "differing": 0' in out.stdout


def test_the_database_refuses_one_person_for_both(town: Cast) -> None:
    row = PackVersion.objects.get()
    values = {f.attname: getattr(row, f.attname) for f in PackVersion._meta.concrete_fields} | {
        "id": new_id(),
        "approved_by_id": row.drafted_by_id,
    }
    from django.db import IntegrityError, transaction

    with pytest.raises(IntegrityError, match="pack_two_people"), transaction.atomic():
        PackVersion.objects.create(**values)
    PackVersion.objects.create(**values | {"approved_by_id": town.accounts["leader"].pk, "id": new_id()})
    assert act(
        "plan.decide", town.as_("street"), new_id(), {"person": contact(town), "pack": PACK, "table": TABLE}
    ).result["binding"]
