"""An optional model behind an OpenAI-compatible endpoint that may propose directives the rules left out. Off unless configured.

Nothing it says is taken over as it stands: a proposal must stand word for word in the clean text and is marked `proposed_by`.
"""

from __future__ import annotations

import json
import urllib.error
import urllib.request
from dataclasses import dataclass, replace
from typing import Any
from urllib.parse import urlsplit

from tongchou.intake.deadlines import deadlines
from tongchou.intake.model import Directive, Document
from tongchou.intake.quantities import quantities
from tongchou.intake.themes import themes
from tongchou.intake.units import units
from tongchou.kernel.errors import Reason, Refusal
from tongchou.kernel.text import Text

_TASK = (
    "你是公文处理助手。下面是一份文件的正文。请找出其中每一条可以交办、可以核验的工作要求，逐字摘录，不改写、不合并、不补充。"
    '只输出 JSON：{"items": ["……", "……"]}。已经做过的事、口号、背景、表扬不要列出。'
)
MAX_CHARACTERS = 12_000
"""Longer documents are not sent: small models lose the thread, and nothing depends on them."""
MAX_REPLY = 1_000_000


@dataclass(frozen=True, slots=True)
class Endpoint:
    """Where the model is. url: up to and including /v1. key: sent as bearer token when given. seconds: patience for one document."""

    url: str
    model: str
    key: str = ""
    seconds: float = 60.0


def propose(document: Document, endpoint: Endpoint) -> Document:
    """The document with what the model found beyond the rules. Refusal (unavailable) when it does not answer as it should."""
    if len(document.clean) > MAX_CHARACTERS:
        return document
    added = [d for text in _ask(document.clean, endpoint) if (d := _directive(document, text.strip(), endpoint.model))]
    kept = list(document.directives)
    for directive in added:
        if not any(k.start < directive.end and directive.start < k.end for k in kept):
            kept.append(directive)
    return replace(document, directives=tuple(sorted(kept, key=lambda d: d.start)))


def _directive(document: Document, text: str, model: str) -> Directive | None:
    """A proposal that stands in the text, as a directive; None for anything else."""
    start = document.clean.find(text) if len(text) >= 6 else -1
    if start < 0 or "\n" in text:
        return None
    article = next((n for n, a in enumerate(document.articles) if a.start <= start < a.end), 0)
    head = document.articles[article].header if document.articles else document.header
    return Directive(
        text=text, start=start, end=start + len(text), article=article, ordinal=None, basis="imperative", themes=themes(text),
        units=units(text, start), deadlines=deadlines(text, start, head.date, head.year), quantities=quantities(text, start), proposed_by=model,
    )  # fmt: skip


def _ask(text: str, endpoint: Endpoint) -> list[str]:
    if not endpoint.url.startswith(("http://", "https://")):
        raise _unavailable("url")
    body = {
        "model": endpoint.model,
        "temperature": 0,
        "messages": [{"role": "system", "content": _TASK}, {"role": "user", "content": text}],
        "response_format": {"type": "json_object"},
    }
    headers = {"Content-Type": "application/json"} | (
        {"Authorization": f"Bearer {endpoint.key}"} if endpoint.key else {}
    )
    request = urllib.request.Request(endpoint.url.rstrip("/") + "/chat/completions", json.dumps(body).encode(), headers)
    try:
        with _opener(endpoint.url).open(request, timeout=endpoint.seconds) as reply:
            answer: Any = json.loads(reply.read(MAX_REPLY))
        items = json.loads(answer["choices"][0]["message"]["content"])["items"]
    except (urllib.error.URLError, TimeoutError, OSError) as error:
        raise _unavailable(type(error).__name__) from error
    except (ValueError, KeyError, IndexError, TypeError) as error:
        raise _unavailable("answer") from error
    return [i for i in items if isinstance(i, str)] if isinstance(items, list) else []


def _opener(url: str) -> urllib.request.OpenerDirector:
    """A model on this machine is asked without the office's proxy, which could not reach it and should not read the document."""
    host = urlsplit(url).hostname or ""
    own = host == "localhost" or host == "::1" or host.startswith("127.")
    return urllib.request.build_opener(*([urllib.request.ProxyHandler({})] if own else []))


def _unavailable(what: str) -> Refusal:
    rule = Text("模型没有给出可用的回答（{what}）", "The model gave no usable answer ({what})").with_(what=what)
    return Refusal(
        Reason.UNAVAILABLE,
        rule,
        remedy=Text("规则已抽取的事项不受影响。", "What the rules found stands as it is."),
        field="endpoint",
    )
