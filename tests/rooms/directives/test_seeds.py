"""The five real reports beside the project go through the page's verbs: taken in, confirmed one by one, issued."""

from __future__ import annotations

import base64
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from django.urls import reverse
from django.utils import timezone

from tests.cast import Cast
from tests.web.test_pages import signed_in
from tongchou.kernel.errors import Refusal
from tongchou.kernel.ids import new_id
from tongchou.record.act import act
from tongchou.record.models import Loop
from tongchou.rooms.directives.likeness import copies
from tongchou.rooms.directives.models import Directive, Document

SEEDS = Path(__file__).resolve().parents[3].parent / "shared" / "seeds"
pytestmark = pytest.mark.skipif(not SEEDS.is_dir(), reason="the five reports lie beside the project, not in it (../shared/seeds); here they are absent")


@pytest.mark.parametrize("path", sorted(SEEDS.glob("*.txt")) if SEEDS.is_dir() else [], ids=lambda p: p.name[:3])
def test_a_real_report_is_taken_in_confirmed_and_issued(cast: Cast, path: Path) -> None:
    actor = cast.as_("hq")

    def do(verb: str, **payload: Any) -> dict[str, Any]:
        return act(verb, actor, new_id(), payload).result

    content = base64.b64encode(path.read_bytes()).decode()
    document = do("document.take_in", name=path.name, content=content)["document"]
    found = do("document.read", document=document)
    row = Document.objects.get(pk=document)
    rows = list(row.directives.order_by("start"))
    assert found["directives"] == len(rows) >= 5
    assert all(row.cleaned[d.start : d.end].strip() == d.text.strip() for d in rows)
    assert copies(actor, row) == []
    page = signed_in(cast, "hq").get(reverse("directive_document", args=[document]))
    assert page.content.decode().count('class="tc-directive is-proposed"') == len(rows)
    with pytest.raises(Refusal, match="not confirmed"):
        do("directive.issue", document=document)
    due = (timezone.now() + timedelta(days=3)).isoformat()
    for d in rows:  # years ago: a person sets what is due when, and by whom
        do("directive.edit", directive=str(d.pk), seen_version=1, lead_unit=d.lead_unit_id or cast.units["department"].pk, due_at=due, confirm=True)
    result = do("directive.issue", document=document)
    assert result["issued"] == len(rows)
    assert Loop.objects.filter(origin="directive", parent=None).count() == len(rows)
    assert set(Directive.objects.filter(document=document).values_list("state", flat=True)) == {"issued"}
