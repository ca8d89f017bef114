"""Template tags and components: both languages, escaping, times, links, forms, and no inline script anywhere."""

from __future__ import annotations

import re
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any
from uuid import UUID

import pytest
from django import forms
from django.template import Context, Template, TemplateSyntaxError
from django.template.loader import render_to_string
from django.test import RequestFactory
from django.utils import timezone, translation

from tongchou.kernel.clock import SHANGHAI
from tongchou.kernel.errors import Reason, Refusal
from tongchou.kernel.text import Text
from tongchou.packs.kinds import Level
from tongchou.web.fieldparts import FieldParts
from tongchou.web.samples import sample

TEMPLATES = Path(__file__).parents[2] / "src" / "tongchou" / "web" / "templates"
OURS = [p for p in TEMPLATES.rglob("*.html") if p.parent.name in ("templates", "components", "errors")]
HAN = re.compile("[\u4e00-\u9fff，。：；（）“”]")


def render(source: str, language: str = "zh-hans", request: Any = None, **values: Any) -> str:
    with translation.override(language):
        return Template("{% load tongchou %}" + source).render(Context({"request": request} | values))


@pytest.mark.parametrize(("language", "said"), [("zh-hans", "还有 3 件"), ("en", "3 left"), ("en-gb", "3 left")])
def test_tr_says_it_in_the_language_of_the_page(language: str, said: str) -> None:
    assert render('{% tr "还有 {n} 件" "{n} left" n=3 %}', language) == said
    assert render('{% tr "还有 {n} 件" "{n} left" n=3 as x %}[{{ x }}]', language) == f"[{said}]"


def test_every_template_that_is_named_is_there() -> None:
    source = TEMPLATES.parents[1]
    named = {(n, p.name) for p in source.rglob("*.py") for n in re.findall(r'"([\w./-]+\.html)"', p.read_text("utf-8"))}
    named |= {(n, p.name) for p in source.rglob("*.html") for n in re.findall(r'(?:include|extends) ["\']([\w./-]+\.html)["\']', p.read_text("utf-8"))}
    there = {str(p).split("/templates/")[1] for p in source.rglob("templates/**/*.html")}
    assert len(named) > 200
    assert not [x for x in named if x[0] not in there]


def test_tr_escapes_values_and_its_own_words() -> None:
    assert render('{% tr "<b>{x}" "<b>{x}" x=bad %}', bad="<script>") == "&lt;b&gt;&lt;script&gt;"
    assert render('{% tr "a&b" "c" %}') == "a&amp;b"
    assert render('{% tr "{x}" "{x}" x=name %}', "en", name=Text("街道", "street")) == "street"


def test_tr_keeps_the_markup_of_a_filter_and_escapes_what_stands_beside_it() -> None:
    at = datetime(2026, 2, 1, 9, tzinfo=SHANGHAI)
    shown = render('{% tr "<b>{x} {t}" "<b>{x} {t}" x=bad t=at|when %}', bad="<script>", at=at)
    assert shown.startswith("&lt;b&gt;&lt;script&gt; <time ")


def test_text_takes_a_text_a_pair_or_anything() -> None:
    assert render("{{ x|text }}", "en", x=Text("街道", "street")) == "street"
    assert render("{{ x|text }}", x={"zh": "街道", "en": "street"}) == "街道"
    assert render("{{ x|text }}", x="<i>") == "&lt;i&gt;"
    assert render("{{ x|text }}", x=None) == ""


def test_an_icon_that_is_not_shipped_is_an_error() -> None:
    assert 'icons.svg#clock"' in render('{% icon "clock" %}')
    assert 'aria-label="已脱敏"' in render('{% icon "clock" x %}', x=Text("已脱敏", "masked"))
    with pytest.raises(TemplateSyntaxError, match="no-such"):
        render('{% icon "no-such" %}')


@pytest.mark.parametrize(
    ("hours", "state", "zh", "en"),
    [
        (-2.1, "late", "已超 2 小时", "2 hours overdue"),
        (3.1, "soon", "还剩 3 小时", "3 hours left"),
        (75, "ok", "还剩 3 天", "3 days left"),
    ],
)
def test_deadline_in_words_with_the_moment_on_hover(hours: float, state: str, zh: str, en: str) -> None:
    at = timezone.now() + timedelta(hours=hours)
    for language, said in (("zh-hans", zh), ("en", en)):
        out = render("{{ at|deadline }}", language, at=at)
        assert f"is-{state}" in out
        assert f"<span>{said}</span>" in out
    assert "+08:00" in out
    assert re.search(r'title="\d{4}-\d\d-\d\d \d\d:\d\d [A-Z]', out)


def test_a_day_stays_in_one_piece_however_it_came() -> None:
    for day in (date(2026, 11, 5), "2026-11-05"):
        assert render("{{ day|shown }}", day=day) == "<time>2026-11-05</time>"
    assert render("{{ day|shown }}", day="2026-11-05 起") == "2026-11-05 起"


def test_times_are_shown_in_shanghai_and_naive_ones_refused() -> None:
    assert "2022-07-10 00:30" in render("{{ at|when }}", at=datetime(2022, 7, 9, 16, 30, tzinfo=UTC))
    assert render("{{ at|when }}{{ at|deadline }}{{ missing|deadline }}", at=None) == ""
    with pytest.raises(Refusal):
        render("{{ at|when }}", at=datetime(2022, 7, 9, 16, 30))  # noqa: DTZ001


def test_unknown_is_not_nought() -> None:
    assert render("{{ a|grouped }} {{ b|grouped }} {{ c|grouped }}", a=None, b=0, c=1234567) == "— 0 1,234,567"
    facts = [{"label": "a", "value": None}, {"label": "b", "value": 0}, {"label": "c", "value": False}]
    out = render('{% include "components/facts.html" %}', facts=facts)
    assert out.count("未填报") == 1
    assert "<dd>0</dd>" in out
    assert "<dd>否</dd>" in out


def test_qs_keeps_the_filters() -> None:
    request = RequestFactory().get("/work?view=unit&late=1&after=abc")
    assert render("{% qs view='mine' after=None %}", request=request) == "?view=mine&amp;late=1"
    changed = render("{% qs_set key value %}", request=request, key="kind", value="a&b")
    assert changed == "?view=unit&amp;late=1&amp;kind=a%26b"
    assert render("{% qs_set 'late' %}", request=request) == "?view=unit"


def _id(page: str) -> str:
    found = re.search(r'name="client_id" value="([^"]+)"', page)
    assert found
    return found.group(1)


def test_client_id_is_kept_when_a_refused_form_is_shown_again() -> None:
    first = "7a8f3f0e-0000-4000-8000-000000000001"
    post = RequestFactory().post("/x", {"client_id": first})
    assert _id(render("{% client_id %}", request=post)) == first
    assert _id(render('{% client_id "other" %}', request=post)) != first, "another form of the page"
    named = RequestFactory().post("/x", {"client_id": first, "client_form": "sign"})
    assert _id(render('{% client_id "sign" %}', request=named)) == first
    assert UUID(_id(render("{% client_id %}", request=RequestFactory().post("/x", {"client_id": '"><script>'}))))
    fresh = RequestFactory().get("/x")
    assert _id(render("{% client_id %}", request=fresh)) != _id(render("{% client_id %}", request=fresh))


class Report(forms.Form):
    count = forms.IntegerField(label="Count", min_value=0)
    secret = forms.CharField(widget=forms.PasswordInput)
    kind = forms.ChoiceField(choices=[("a", "A"), ("b", "B")])


def test_a_wrong_field_says_so_beside_it_and_on_top() -> None:
    form = Report({"count": "many", "secret": "hunter2", "kind": "b"})
    fields = "".join("{% field form." + name + " %}" for name in form.fields)
    page = render("{% error_summary form %}" + fields, form=form)
    assert 'href="#id_count"' in page
    assert 'id="id_count"' in page
    assert 'aria-invalid="true" aria-describedby="id_count_error "' in page
    assert 'value="many"' in page, "what was typed stays"
    assert "hunter2" not in page
    assert '<option value="b" selected>' in page
    assert render("{% error_summary form %}", form=Report()).strip() == ""


def test_a_refusal_names_value_rule_and_remedy() -> None:
    rule, remedy = Text("规则。", "Rule."), Text("办法。", "Remedy.")
    refusal = Refusal(Reason.INVALID_VALUE, rule, remedy=remedy, field="code", value="<x>")
    zh, en = (render("{% error_summary r %}", language, r=refusal) for language in ("zh-hans", "en"))
    assert "规则。" in zh
    assert "办法。" in zh
    assert "&lt;x&gt;" in zh
    assert "Rule." in en
    assert not HAN.search(en.replace("“", "").replace("”", ""))
    assert render("{% error_summary r %}", r=None).strip() == ""


def test_what_lacks_a_value_is_said_with_the_label_of_its_field() -> None:
    refusal = Refusal(Reason.MISSING_VALUE, Text("缺少必填项。", "A required field is missing."), field="amount")
    fields = [FieldParts(name="amount", label=Text("金额", "Amount"), type="number")]
    assert "Amount: A required field is missing." in render("{% error_summary r %}", "en", r=refusal, fields=fields)
    assert "金额：缺少必填项。" in render("{% error_summary r %}", r=refusal, fields=fields)


def test_a_step_that_is_not_allowed_is_shown_with_the_reason() -> None:
    rule, remedy = Text("不能核验自己办的事。", "Not one's own work."), Text("请他人核验。", "Ask another person.")
    no = Refusal(Reason.SAME_PERSON, rule, remedy=remedy)
    steps = [
        {"key": "verify", "label": "V", "allowed": False, "reason": no, "url": "/go"},
        {"key": "sign", "label": "S", "allowed": True, "post": True, "url": "/sign"},
    ]
    page = render('{% include "components/steps.html" %}', "en", steps=steps)
    assert "Not one&#x27;s own work. Ask another person." in page
    assert "/go" not in page
    assert page.count("<form") == 1


def test_levels_and_states_have_icon_and_word() -> None:
    assert render("{% level x %}", x=Level.NONE).strip() == ""
    page = render("{% level x %}", x=Level.ACCOUNTABILITY)
    assert "问责线索" in page
    assert "#gavel" in page
    assert "<svg" in render('{% badge "已办结" "ok" %}')


def test_a_row_of_the_wrong_width_is_an_error() -> None:
    rows = [{"cells": [{"value": 1}, {"value": 2}]}]
    sheet = {"key": "s", "caption": "c", "columns": [{"key": "a", "label": "A"}], "rows": rows}
    with pytest.raises(ValueError, match="zip"):
        render('{% include "components/sheet.html" %}', sheet=sheet)


@pytest.mark.parametrize("language", ["zh-hans", "en"])
def test_every_component_renders_without_inline_script(language: str) -> None:
    with translation.override(language):
        request = RequestFactory().get("/style?view=unit")
        page = render_to_string("styleguide.html", sample(timezone.now()) | {"request": request})
    assert not re.search(r"<[^>]+\son[a-z]+\s*=|javascript:|<style|\sstyle=", page), "inline script or style"
    for attributes in re.findall(r"<script([^>]*)>", page):
        assert "src=" in attributes or 'type="application/json"' in attributes
    assert f'lang="{"en" if language == "en" else "zh-Hans"}"' in page
    idents = re.findall(r'\sid="([^"]+)"', page)
    assert len(idents) == len(set(idents)), sorted(i for i in idents if idents.count(i) > 1)


@pytest.mark.parametrize("code", [400, 403, 404, 409, 413, 429, 500, 503])
def test_error_pages_need_no_context_and_exist_in_both_languages(code: int) -> None:
    for language in ("zh-hans", "en"):
        with translation.override(language):
            page = render_to_string(f"errors/{code}.html")
        assert str(code) in page
        assert ("What you can do" in page) == (language == "en")
        body = re.sub(r"<title>.*?</title>|<button.*?</button>", "", page, flags=re.DOTALL)
        assert bool(HAN.search(body)) == (language != "en"), "one language on a page"


def test_no_chinese_outside_tr() -> None:
    """Every word for people stands in a tr tag, in both languages."""
    assert len(OURS) > 30
    for path in OURS:
        source = path.read_text(encoding="utf-8")
        source = re.sub(r"\{% comment %\}.*?\{% endcomment %\}", "", source, flags=re.DOTALL)
        for pair in re.findall(r"""\{% tr ("[^"]*"|'[^']*') ("[^"]*"|'[^']*')""", source):
            assert not HAN.search(pair[1].replace("中文", "").replace("“", "").replace("”", "")), (path.name, pair)
        bare = re.sub(r"\{% tr .*?%\}", "", source)
        assert not HAN.search(bare), (path.name, HAN.findall(bare))
