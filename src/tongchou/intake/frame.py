"""What stands around the text of a page: site names and menus above the title, lists of links below the end.

A line cannot be told from furniture by itself where it reads like a headline; its place and what it shares with the text tell.
"""

from __future__ import annotations

import re
from collections.abc import Sequence

from tongchou.intake.page import LEAD, ORDINAL_LINE, Line, han_count

_WHOLE = 60
"""Characters of a line that is a paragraph whatever its end."""
_NEAR = 600
"""Characters of the text that its title is compared with."""
_MENU = 8
"""Characters of an entry of a menu or the name of a site, at most."""
_WEAK = 0.35
"""A line above the title with less than this share of the title's worth is none of it."""
_SITE = re.compile(
    r"(?:网|网站|日报|晚报|发布|信息港|在线|之窗|论坛|频道|栏目|融媒体?(?:中心)?|街道办事处|人民政府|委员会|办公室|动态|要闻|新闻)$"
)
_TELLS = re.compile(
    "召开|强调|要求|部署|通知|通告|公告|调研|督导|检查|推进|倡议|公开信|一封信|命令|意见|方案|关于|举行|主持|座谈|研究|传达"
)
_META = re.compile(
    r"(?:来源|作者|发布|发表|时间|日期|编辑|浏览|点击|阅读|字[号体]|访问|信息|记者)[^，。]{0,12}[:：]|20\d\d\s?[-年/.]"
)
_CRUMB = re.compile(r"位置|[>＞»›→]")
_SIGNATURE = re.compile(
    r"(?:指挥部|办公室|领导小组|政府|委员会|局|委|办|部|公司|学校|办事处|中心|厅|党委|工委|工会|协会|社区|村委会|居委会|工作组|专班|疾控|医院|支部|全体[\u4e00-\u9fff]{2,8})(?:（[^（）]{1,12}）)?$"
)
_CLOSES = re.compile("^(?:特此|此致|敬礼|祝|以上|附件?[:：])|[！!]$|电话|热线|年.{1,3}月.{1,3}日$")
_LABEL = re.compile(
    r"(?:索\s*引\s*号|分类|发[布文](?:机构|机关|单位|日期)|成文日期|生成日期|文\s*号|有\s*效\s*性|公开(?:形式|方式|类别|范围)|体裁|责任部门|主题词|关键词)\s*[:：]?$"
)
_VALUE = 20
"""Characters of a value in the index of a paper, at most."""
_TEXT = ("heading", "body")


def without_frame(lines: Sequence[Line]) -> list[Line]:
    """The lines, with what frames the text marked as furniture and the title as heading."""
    out = list(lines)
    _values(out)
    first = next((n for n, x in enumerate(out) if _is_paragraph(x) or (x.is_body and _goes_on(out, n))), None)
    if first is None:
        return out
    _head(out, first)
    last = max((n for n, x in enumerate(out) if n > first and x.is_body), default=first)
    _tail(out, last)
    return out


def _values(lines: list[Line]) -> None:
    """Index of a published paper: the value in a line of its own belongs to the label above it."""
    label = ""
    for n, line in enumerate(lines):
        if line.what == "blank":
            continue
        text = line.text.text
        if label and line.what in _TEXT and han_count(text) <= _VALUE and not _TELLS.search(text):
            lines[n] = _as(line, "furniture")
        label = text if _LABEL.search(text) and line.what not in _TEXT[1:] else ""


def _is_paragraph(line: Line) -> bool:
    """Surely of the text: a sentence, a point, a long line."""
    text = line.text.text
    if not line.is_body:
        return line.what == "heading" and bool(ORDINAL_LINE.match(text)) and han_count(text) > 4
    return (
        "。" in text
        or text[-1] in "：:；;"
        or han_count(text) > _WHOLE
        or bool(LEAD.match(text))
        or bool(ORDINAL_LINE.match(text))
    )


def _goes_on(lines: list[Line], n: int) -> bool:
    """A line that reads like a paragraph is one, unless it opens its group, as a long title does."""
    return next((x.what for x in reversed(lines[:n]) if x.what != "blank"), "") in _TEXT


def _head(lines: list[Line], first: int) -> None:
    """Above the text: of the groups of lines that may be its title the one that says most of it."""
    groups: list[list[int]] = [[]]
    for n in range(first):
        if lines[n].what in _TEXT:
            groups[-1].append(n)
        elif lines[n].what != "blank" and groups[-1]:
            groups.append([])
    groups = [g for g in groups if g]
    if not groups:
        return
    near = "".join(x.text.text for x in lines[first : first + 12] if x.is_body)[:_NEAR]
    pairs = {near[i : i + 2] for i in range(len(near) - 1)}
    worth = {n: _worth(lines[n].text.text, pairs) for g in groups for n in g}

    def rank(group: list[int]) -> tuple[float, int]:
        before = next((x.text.text for x in reversed(lines[: group[0]]) if x.what != "blank"), "")
        after = next((x.text.text for x in lines[group[-1] + 1 : first] if x.what != "blank"), "")
        near_title = 2.0 * bool(_META.search(after)) + 2.0 * bool(_CRUMB.search(before))
        return max(worth[n] for n in group) + near_title, group[0]

    best = max(groups, key=rank)
    top = max(worth[n] for n in best)
    above = next((x.what for x in reversed(lines[: best[0]]) if x.what != "blank"), "")
    best = best[_menu([lines[n].text.text for n in best], [worth[n] < _WEAK * top for n in best], above == "furniture") :]
    for n in worth:
        lines[n] = _as(lines[n], "heading" if n in best else "furniture")


def _worth(text: str, pairs: set[str]) -> float:
    """How much a line says of what the text says."""
    own = [text[i : i + 2] for i in range(len(text) - 1)]
    shared = sum(p in pairs for p in own) / max(1, len(own))
    return shared * min(han_count(text), 20) + (3.0 if _TELLS.search(text) and han_count(text) > _MENU else 0.0)


def _menu(texts: list[str], weak: list[bool], begun: bool) -> int:
    """How many lines above a title are the name of the site and entries of its menu; one short line may be the first of the title, unless the menu has begun above."""
    run = next((n for n, x in enumerate(weak) if not x), 0)
    if (run > 1 or begun) and all(han_count(t) <= _MENU or _SITE.search(t) for t in texts[:run]):
        return run
    return next((n for n in range(run) if not _SITE.search(texts[n])), run)


def _tail(lines: list[Line], last: int) -> None:
    """Below the text: a signature and its date belong to it, whatever comes behind a mark of the end does not."""
    dated = max((n for n in range(last + 1, len(lines)) if lines[n].what == "date"), default=-1)
    ended = False
    for n in range(last + 1, len(lines)):
        line = lines[n]
        if line.what in ("blank", "contact"):
            continue
        if line.what not in (*_TEXT, "date"):
            ended = True
        elif ended:
            lines[n] = _as(line, "furniture")
        elif line.what != "date" and not _belongs(line.text.text, before_date=n < dated):
            lines[n] = _as(line, "furniture")
            ended = True


def _belongs(text: str, before_date: bool) -> bool:
    return before_date or bool(_SIGNATURE.search(text) or _CLOSES.search(text) or ORDINAL_LINE.match(text))


def _as(line: Line, what: str) -> Line:
    return Line(line.text, what, line.indented)
