"""What the program writes into a loop is read in the page's language; what people write is read as written."""

from __future__ import annotations

import ast
import re
from pathlib import Path

from django.test import Client
from django.urls import reverse
from django.utils import timezone

import tongchou
from tests.api.calling import Caller, token_of
from tests.cast import Cast
from tests.web.test_pages import signed_in
from tongchou.kernel.ids import new_id
from tongchou.kernel.text import Text
from tongchou.record.access import SYSTEM
from tongchou.record.act import act
from tongchou.record.loops.titles import noted, short, written
from tongchou.record.models import Event, Loop
from tongchou.record.questions.worklist import Filter, search_titles, work_list

TITLE = Text("值班未到岗：{who}", "Not on duty: {who}").with_(who="禤静姝")
DETAIL = Text("请到岗。", "Come on duty.")
CHINESE = re.compile(r"[\u4e00-\u9fff]")


def english(cast: Cast, who: str) -> Client:
    cast.accounts[who].language = "en"
    cast.accounts[who].save()
    return signed_in(cast, who)


def opened(cast: Cast) -> str:
    unit = cast.units["east_street"].pk
    item = {"kind": "gap", **written(TITLE, DETAIL), "owner_unit": unit, "unit": unit, "origin": "duty_missed", "origin_ref": "1"}
    return str(cast.act("hq", "loop.open", **item).result["loop"])


def test_the_page_and_the_lists_speak_the_reader_s_language(cast: Cast) -> None:
    loop, own = opened(cast), cast.task(title="排查返区人员")
    chinese = signed_in(cast, "street")
    for path in (reverse("loop", args=[loop]), reverse("work")):
        shown = chinese.get(path).content.decode()
        assert TITLE.zh in shown
        assert TITLE.en not in shown
    page = english(cast, "street").get(reverse("loop", args=[loop])).content.decode()
    assert f"<h1>{TITLE.en}</h1>" in page
    assert DETAIL.en in page
    assert TITLE.zh not in page
    assert DETAIL.zh not in page
    listed = english(cast, "street").get(reverse("work")).content.decode()
    assert TITLE.en in listed
    assert TITLE.zh not in listed
    assert "排查返区人员" in listed  # a person's words stay
    assert "<h1>排查返区人员</h1>" in english(cast, "street").get(reverse("loop", args=[own])).content.decode()


def test_search_the_interface_and_the_row_keep_the_official_title(cast: Cast) -> None:
    loop = opened(cast)
    row = Loop.objects.get(pk=loop)
    assert (row.title, row.heading, row.told) == (TITLE.zh, TITLE, DETAIL)
    assert [str(r.id) for r in search_titles(cast.as_("street"), "值班未到岗", 5)] == [loop]
    assert [r.title for r in work_list(cast.as_("street"), Filter(), timezone.now())[0]] == [TITLE]
    status, answer = Caller(token_of(cast, "street")).get(f"/loops/{loop}")
    assert (status, answer["title"], answer["detail"], answer["data"]) == (200, TITLE.zh, DETAIL.zh, {})


def test_a_step_of_the_program_says_why_in_both_languages(cast: Cast) -> None:
    loop = opened(cast)
    why = Text("已到岗签到。", "Has come on duty.")
    act("loop.advance", SYSTEM, new_id(), {"loop": loop, "step": "clear", **noted(why)})
    event = Event.objects.get(loop_id=loop, what="clear")
    assert (event.note, event.data["note_en"]) == (why.zh, why.en)
    page = english(cast, "street").get(reverse("loop", args=[loop])).content.decode()
    assert why.en in page
    assert why.zh not in page


def test_a_long_title_is_cut_where_the_column_ends() -> None:
    long = written(Text("长" * 400, "long " * 100))
    assert (len(long["title"]), len(long["title_en"])) == (300, 300)
    assert short(Text("长" * 40, "l" * 90)) == Text("长" * 30, "l" * 60)


def test_no_module_gives_a_loop_a_title_in_one_language() -> None:
    """Every dict that opens a loop words its title by `written`, unless the words are a person's."""
    found = []
    root = Path(tongchou.__file__).parent
    for path in [*(root / "rooms").rglob("*.py"), *(root / "record").rglob("*.py")]:
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if not isinstance(node, ast.Dict):
                continue
            keys = {k.value: v for k, v in zip(node.keys, node.values, strict=True) if isinstance(k, ast.Constant)}
            if {"kind", "title", "owner_unit"} <= keys.keys() and any(
                isinstance(n, ast.Constant) and isinstance(n.value, str) and CHINESE.search(n.value) for n in ast.walk(keys["title"])
            ):
                found.append(f"{path.name}:{node.lineno}")
    assert found == []
