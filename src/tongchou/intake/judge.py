"""Is it an instruction, and if it sounds like one, why is it none."""

from __future__ import annotations

import re
from collections.abc import Set
from dataclasses import dataclass
from typing import Literal

from tongchou.intake.page import han_count
from tongchou.intake.sentences import clauses, masked
from tongchou.intake.slogans import is_slogan
from tongchou.intake.vocabulary import opens, rule

Basis = Literal["ordinal", "obligation", "imperative"]
_MEASURED = re.compile("不(?:少|多|低|高|大|早|晚)于|不超过|以上|以内|全部|全员|一律|做|戴|勤|停|设|配|到位|[^不]关")
_WILL = re.compile(
    "^(?:下一步，?)?[^，要]{2,16}?(?<![即必前内日时点分后])将(?!.{0,2}要)|^将(?:认真|继续|尽快|进一步|坚决|严格|全力|切实|迅速|立即|抓紧|逐)"
)
_ASKED = re.compile("^\\s*问[：:]|[？?][”」]?\\s*$")
"""A question of an interview, also under an ordinal."""
_SOME = re.compile("个别|有的|有些|部分(?!.{0,12}(?:可|予以|停|暂))|少数|一些|仍有|还有|存在")
"""What is amiss, counted off: 一是个别卡点流于形式；"""
_SUSPENDS = re.compile("停止|暂停|取消|推迟|延期|停业|停课|关闭")
_DECIDED = re.compile("^.*决定[：:，,]?")
_GRANTS = re.compile("免收|减免(?!了)|给予.{1,16}(?:补贴|补助|奖励|支持)")
TOPIC = 16
"""Characters of a sentence that only names what the next ones are about, at most."""
_TELLS = re.compile("[他她我]")
_DUE = re.compile(
    "(?:(?<!目)前|之前|内|底)(?:全部|全面|必须|基本)?(?:完成|报送|上报|达到|实现|到位|建成|启动|拿出|提出|答复|办结|报到|调配|送达|清零|把[^，]{1,16}(?:好|齐|完|清|到位|起来|上来|下去))"
)
_ROUTINE = re.compile("每(?:日|天|周|月|班|批)(?:至少)?(?:做|开展|检测|测|报|消毒|巡查|调度|清点|核对)")
_BY = re.compile(
    "(?:^|[，：])[^，。；]{0,24}?由[^，。；由的]{2,24}?(?:局|办|委|部|组|室|中心|单位|部门|街道|社区|镇|乡|村|企业|公司|指挥部|专班|学校|医院)"
    "(?:(?:[今明]天|今晚|\\d{1,2}月|\\d{1,2}日|本周|三日内|即日|尽快|立即|马上)[^，]{0,8}?|逐[一户个])?(?:先)?"
    "(?:牵头|负责|统一|承担|保障|解决|协调|对接|提供|派|调|送|建账|建立|制定|拿出|答复|办理|统筹|组织|跟踪|督办|督查|联合|调配|配送|发放|汇总|安排|落实|按"
    "|列出|列入|梳理|分解|回复|审核|审批|核实|核准|签|报|上报|登记|兜底|包|接|垫付|支付|补|出具|出面|抽|盯|管|上门|每|会同)"
)
"""Who is to do it, in the passive: 物资由街道应急办统一调配."""
_WHOLE_QUOTE = re.compile("^\\s*[“「](?P<said>.*)[”」][。！]?\\s*$", re.DOTALL)
_DONE = re.compile("了|已|累计|先后|目前|截至|截止|\\d+(?:余)?(?:人次|名|户|份|条|场|件)")
_OPENING = re.compile(
    r"^(?:同时|此外|另外|还|并|也|且|其次|再次|最后|首先|其中|特别是|尤其|而且|对[^，]{1,40}，|在[^，]{1,40}，|[^，]{1,16}期间，|当前，)?[，]?"
)


@dataclass(frozen=True, slots=True)
class Verdict:
    """basis: why it is an instruction; why: a key of LEFT_OUT. Neither: it does not even sound like one."""

    basis: Basis | None = None
    why: str | None = None


NOTHING = Verdict()


def obliges(text: str) -> bool:
    """The text has an obligation word outside quotes."""
    return rule("strong").search(masked(text)) is not None


def unquoted(text: str) -> str:
    """What is said where all of it stands in quotes: “各社区要登记。”"""
    whole = _WHOLE_QUOTE.match(text)
    return whole["said"] if whole and "“" not in whole["said"] else text


def obliging(marker: str) -> bool:
    """The ordinal itself asks for something: 一要, 二是要, 三必须."""
    return marker.endswith(("要", "必须", "须"))


def judge_sentence(
    text: str, *, order: bool, spoken: bool, led: bool = True, without: Set[str] = frozenset()
) -> Verdict:
    """Judge a sentence or segment that no ordinal opens, its lead-in cut off.

    order: it stands in a notice, order or letter. spoken: somebody is quoted as asking for things. led: in this paragraph.
    """
    said = unquoted(text)
    spoken, text = spoken or (said != text and bool(_DUE.search(said))), said
    plain = masked(text)
    if (
        text.rstrip("”」").endswith(("？", "?"))
        or is_frame(text)
        or (not order and not spoken and _TELLS.search(plain))
    ):
        return NOTHING
    basis = _basis(plain, order and "imperative" not in without, spoken and "imperative" not in without)
    if basis is None:
        return Verdict(why="permission") if order and rule("permission").search(plain) else NOTHING
    strong = basis == "obligation" and obliges(text)
    if not order and (not strong or not led) and _WILL.match(plain):
        return Verdict(why="report")
    if "report" not in without and _reports(_DECIDED.sub("", plain) if order else plain, strong):
        return Verdict(why="report")
    if order and not strong and rule("permission").search(plain) and "permission" not in without:
        return Verdict(why="permission")
    if "consequence" not in without and only_consequence(plain):
        return Verdict(why="consequence")
    if "advice" not in without and _only_advice(plain):
        return Verdict(why="advice")
    if "stance" not in without and is_slogan(text, without):
        return Verdict(why="slogan")
    return Verdict(basis=basis)


def _basis(plain: str, order: bool, spoken: bool) -> Basis | None:
    if rule("strong").search(plain):
        return "obligation"
    parts = clauses(plain)
    first = parts[0] if parts else ""
    if not (order or spoken):
        return None
    if opens("weak").match(first) or (len(parts) > 1 and opens("weak").match(parts[1])):
        return "obligation"
    if any(opens("imperative").match(_OPENING.sub("", part)) for part in parts[: 3 if order else 2]) or _BY.search(
        plain
    ):
        return "imperative"
    if order and (rule("order_verb").search(plain) or _consequence_ordered(plain)):
        return "imperative"
    if _DUE.search(plain) or _GRANTS.search(plain) or _ROUTINE.search(plain):
        return "imperative"
    if spoken and any(opens("weak").match(part) for part in parts):
        return "obligation"
    return None


def _reports(plain: str, strong: bool) -> bool:
    match = rule("report").search(plain)
    if match is None:
        return False
    if not strong:
        return True
    # An obligation after what was done still obliges; one inside it (研究了需要解决的问题) does not.
    modal = rule("strong").search(plain)
    assert modal is not None
    between = plain[match.end() : modal.start()] if modal.start() > match.end() else None
    return between is not None and not re.search("[，。；]", between)


def only_consequence(plain: str) -> bool:
    """What befalls who offends, without anybody who is to see to it."""
    if not rule("consequence").search(plain) or rule("consequence_actor").search(plain):
        return False
    parts = [
        p
        for p in clauses(plain)
        if not re.match("^(?:凡|对|对于|如|若|违反|拒不|造成|因|一经|情节|构成|不|隐瞒|故意|未)", p)
    ]
    left = [p for p in parts if not rule("consequence").search(p)]
    return not any(rule("strong").search(p) or opens("imperative").match(p) or _DUE.search(p) for p in left)


def _consequence_ordered(plain: str) -> bool:
    return bool(rule("consequence").search(plain) and rule("consequence_actor").search(plain))


def _only_advice(plain: str) -> bool:
    if not rule("advice").search(plain):
        return False
    rest = [p for p in clauses(plain) if not rule("advice").search(p)]
    if any(rule("strong").search(p) for p in clauses(plain)):
        return False
    return not any(opens("imperative").match(p) or opens("weak").match(p) or rule("order_verb").search(p) for p in rest)


def is_frame(text: str) -> bool:
    """What holds a document together: 现通知如下, salutations, thanks, who to call."""
    text = text.strip()
    return bool(
        rule("announce").search(text) or rule("salutation").search(text) or rule("information").search(text)
        or (rule("thanks").search(text) and not obliges(text)) or han_count(text) < 4
    )  # fmt: skip


def meets(text: str) -> bool:
    """A report tells of a meeting or visit; one that only hands on a notice (市住建局下发通知，要求…) has nobody who speaks."""
    return not re.search("(?:下发|印发|发布|发出)[^，。]{0,12}(?:通知|通告|公告)", text) or bool(
        re.search("会议|会上|召开|调研|督导|强调|指出", text)
    )


def announces_list(text: str) -> bool:
    """现将有关事项通知如下: what stands before it in its paragraph gives reasons."""
    return rule("announce").search(text.strip()) is not None


def sets_a_start(text: str) -> bool:
    """自2月4日0时起实行…: an order of its own also in a preamble."""
    return (
        re.search(
            "(?:[自从].{1,24}|即日)起.{0,40}(?:实行|实施|暂停|停止|关闭|开展|执行|封闭|调整|启动|延迟|取消)", text
        )
        is not None
    )


def announces_points(text: str) -> bool:
    """要做好三件事：, right before the points."""
    return text.rstrip().endswith(("：", ":")) and len(clauses(text)) == 1 and han_count(text) <= 24


def announces_only(text: str) -> bool:
    """One short clause without a party: 要应清尽清。"""
    return (
        han_count(text) <= 12
        and re.match("(?:要|必须|务必|应)", text) is not None
        and not re.search("[，；：]", text.rstrip("。；："))
    )


def wants(text: str) -> bool:
    """A sentence that opens with 要, as the next of a list of short ones does."""
    return re.match("\\s*(?:同时|还|也)?，?(?:要|必须|务必)", text) is not None


def is_topic(text: str) -> bool:
    """A short sentence without a party, a number or a thing in quotes that what follows spells out: 要把准方向，抓住重点。"""
    return (
        han_count(text) <= TOPIC
        and re.match("(?:要|必须|务必)", text) is not None
        and not re.search(r"[\d“；：、]|不得|严禁|禁止", text)
        and len(clauses(text)) <= 2
    )


def is_noun_list(text: str) -> bool:
    """A paper or a piece of information to hand in, not an instruction."""
    inner = text.strip()
    if han_count(inner) > 60 or obliges(inner) or "。" in inner.rstrip("。"):
        return False
    first = clauses(inner)[:1]
    if rule("order_verb").search(clauses(inner)[0]) and "，" in inner:
        return False
    return bool(rule("nouns").search(inner)) and not (first and opens("imperative").match(first[0]))


def judge_numbered(
    text: str, *, order: bool, led: bool = False, marker: str = "", without: Set[str] = frozenset()
) -> Verdict:
    """Judge what an ordinal opens, the ordinal cut off: it is an item unless it plainly asks for nothing.

    led: somebody introduced the points in this paragraph; what is done already is then told with 了, 已 or a number.
    marker: the ordinal as written; one that holds the obligation itself (一要, 二是要) asks for something whatever follows.
    """
    plain = masked(text)
    obliged = obliging(marker) or obliges(text)
    if _ASKED.search(text):
        return NOTHING
    if rule("information").search(text.strip()) and not obliged:
        return NOTHING
    if obliged:
        return Verdict(basis="ordinal")
    if not order and _SOME.match(text) and "report" not in without:
        return Verdict(why="report")
    parts = clauses(plain)
    ordered = any(opens("imperative").match(p) or opens("weak").match(p) for p in parts)
    told = rule("report").search(plain) and (not led or _DONE.search(plain))
    if "report" not in without and told and not (order and (ordered or _SUSPENDS.search(parts[0] if parts else ""))):
        return Verdict(why="report")
    if order and "permission" not in without and rule("permission").search(plain) and not ordered:
        return Verdict(why="permission")
    if order and "consequence" not in without and only_consequence(plain):
        return Verdict(why="consequence")
    if order and "nouns" not in without and is_noun_list(text):
        return Verdict(why="nouns")
    if order and "nouns" not in without and not ordered and not rule("advice").search(plain) and _names_only(plain):
        return Verdict(why="nouns")
    return Verdict(basis="ordinal")


def _names_only(plain: str) -> bool:
    """A short line without a verb that orders anything: 重点人员排查数据；"""
    return (
        han_count(plain) <= 24
        and "，" not in plain
        and not rule("order_verb").search(plain)
        and not _MEASURED.search(plain)
    )
