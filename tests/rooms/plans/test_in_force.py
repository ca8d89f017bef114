"""Every room decides by the edition that is in force in this district, and may restrict by what the district has signed for."""

from __future__ import annotations

from datetime import date, timedelta

import pytest
from django.utils import timezone

from tests.cast import Cast
from tests.rooms.plans.drill import today
from tongchou.kernel.ids import new_id
from tongchou.packs.plans.decide import decide
from tongchou.packs.plans.packfile import digest, shipped_pack
from tongchou.packs.plans.report import unconfirmed
from tongchou.record.act import act
from tongchou.record.plans import may_restrict, pack_in_force
from tongchou.record.regime import regime
from tongchou.rooms.enterprises.words import plan_words
from tongchou.rooms.plans.models import PackVersion
from tongchou.rooms.plans.store import as_bytes, install_shipped_packs

PACK, DAY = "resumption-2020", date(2020, 4, 10)
TITLE = "本区暂按备案办理"


def own_edition(cast: Cast, since: date) -> None:
    """The district renames an outcome of the shipped pack, by its own approved edition."""
    install_shipped_packs()
    texts = dict(PackVersion.objects.get(pack=PACK, origin="shipped").files)
    changed = texts["tables/regime.yaml"].replace("不得设置审批、备案延缓开工", TITLE)
    assert changed != texts["tables/regime.yaml"]
    texts["tables/regime.yaml"] = changed
    PackVersion.objects.create(
        id=new_id(), pack=PACK, version=99, title={"zh": "本区", "en": "Ours"}, origin="local", files=texts, digest=digest(as_bytes(texts)), sound=True,
        made_at=timezone.now(), drafted_by=cast.accounts["hq"], approved_by=cast.accounts["leader"], approved_at=timezone.now(), from_day=since,
    )  # fmt: skip


@pytest.mark.parametrize(("since", "ours"), [(DAY, True), (DAY + timedelta(days=1), False)])
def test_the_regime_follows_the_districts_own_edition_from_its_day_on(cast: Cast, since: date, ours: bool) -> None:
    own_edition(cast, since)
    assert (regime("990101", DAY, level="low").title.zh == TITLE) is ours


def test_without_a_register_the_shipped_pack_holds(cast: Cast) -> None:
    assert pack_in_force(PACK, DAY) is shipped_pack(PACK)


def test_what_is_unconfirmed_restricts_only_when_every_point_is_signed_for(cast: Cast) -> None:
    install_shipped_packs()
    day = date(2020, 3, 1)
    decision = decide(pack_in_force("covid-19", day), "close_contact", {"last_exposure": day, "measure_start": day}, day)
    points = [p for p in unconfirmed(decision) if p["what"] != "convention"]
    assert points
    for point in points:
        assert not may_restrict(decision)
        payload = {"pack": "covid-19", "document": "清防指办〔2026〕3号", "dated": str(today())} | {k: point[k] for k in ("what", "name", "value")}
        act("plan.sign_off", cast.as_("leader"), new_id(), payload)
    assert may_restrict(decision)


def test_the_words_of_the_staff_pages_follow_a_change_of_the_plan_at_once(cast: Cast) -> None:
    """Also a second change on the same day: nothing is kept by the day alone."""
    install_shipped_packs()
    rule, said = next(iter(plan_words().reasons.items()))
    texts = dict(PackVersion.objects.get(pack=PACK, origin="shipped").files)
    for number, ours in enumerate(("本区另有规定。", "本区又有规定。")):
        changed = texts | {"tables/employee.yaml": texts["tables/employee.yaml"].replace(said.zh, ours)}
        assert changed != texts
        PackVersion.objects.create(
            id=new_id(), pack=PACK, version=90 + number, title={"zh": "本区", "en": "Ours"}, origin="local", files=changed, digest=digest(as_bytes(changed)),
            sound=True, made_at=timezone.now(), drafted_by=cast.accounts["hq"], approved_by=cast.accounts["leader"], approved_at=timezone.now(), from_day=today(),
        )  # fmt: skip
        assert plan_words().reason_of(rule).zh == ours
