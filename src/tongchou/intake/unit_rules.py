"""The patterns by which parties are found, made of the words of the lexicon."""

from __future__ import annotations

import re
from functools import cache

from tongchou.intake.lexicons import any_of, lexicon


@cache
def rules_of_units() -> dict[str, re.Pattern[str]]:
    words = lexicon("units")
    long, short = any_of(words["heads"]), any_of(words["short_heads"])
    modal, verb = any_of(words["modal"]), any_of(words["verb"])
    soon = "(?:(?=[本今明下年月当节会\\d一二三四五六七八九十两春秋寒暑开复返上到出入离])[^，。；、的]{1,6}(?:之?前|之?内|以后|之后|期间|当[天日]))"
    return {
        "subject": re.compile(
            rf"^(?P<s>各[^，。；、的]{{1,10}}?(?:{short})(?={verb}|{modal})|(?:[^、]{{0,34}}?|[^，。；]{{0,90}}?)(?:(?:{long})(?:（[^（）]{{1,20}}）)?(?!办公室|干部|(?:主要|分管|相关|有关)?负责人|负责同志|人员|成员|分局|上下|监委|政府|委员会|派[驻出]|联社)(?={soon}?(?:{modal}|{verb}))|(?:{short})(?:（[^（）]{{1,20}}）)?(?={modal}|{soon}(?:{modal}|{verb})|\d{{1,2}}月(?:\d{{1,2}}日|底|末)前|[一二两三四五六七八九十\d]{{1,3}}(?:[日天周]|小时|个月)内|每[日天周])))"
        ),
        "far": re.compile(rf"^(?P<s>.{{0,12}}(?:{long}))(?!上下)(?=[^的]{{1,8}}?(?:{modal}))"),
        "whole": re.compile(rf"^(?P<s>.{{0,34}}?(?:{long}|{short}))(?:（[^（）]{{1,20}}）)?$"),
        "by": re.compile(
            rf"(?<!理)(?<!事)由(?!于)(?P<s>(?:所[在属辖])?(?:[^，。；由]{{0,26}}?{long}|[^，。；由]{{1,26}}?{short}))(?:（[^（）]{{1,20}}）)?(?={verb}|{modal}|介入|闭环|送|逐|联合|跟踪|督办|依法|统一|按|进行|予以|给予|在|会同|另|分别|共同|对|审|严|从|追|查|出具|签|安排|提供|派|实|负|承|自|联系|接|转|通知|汇总|登记|推送|代|报|核|牵头|列|梳|分解|回|兜|垫|支|补|抽|盯|管|上门|每|约谈|集中|发布|研究|成立|开展|收|发)"
        ),
        "with": re.compile(
            rf"会同(?P<s>[^，。；]{{1,26}}?(?:等部门|等单位|{long}|{short}))(?=在|对|于|按|共同|联合|抽查|核查|督查|巡查|负责|[，。；]|$|{modal}|{verb}|(?<=[局委办门])[^、和等的])"
        ),
        "banned": re.compile(
            rf"{any_of(words['banned'])}(?![带将把让])(?P<s>[^，。；的]{{1,24}}?(?:{long}|{short}|班))(?={any_of(words['banned_from'])})"
        ),
        "told": re.compile(r"(?:责任|牵头|配合|承办|协办|主责)(?:单位|部门|科室)[：:]\s*(?P<s>[^，,。；;）)\n]{2,60})"),
        "joined": re.compile(
            rf"(?:牵头|主抓|负责|为主)、(?P<s>[^，。；、的]{{1,16}}?(?:{long}|{short}))(?=配合|协助|参与|协同|跟进)"
        ),
        "duty": re.compile(rf"^(?P<s>[^，。；的]{{0,12}}(?:{long}))(?=是.{{0,16}}(?:责任人|责任主体|责任单位)$)"),
        "modal": re.compile("^" + modal),
        "opening": re.compile("^(?:" + "|".join(sorted(words["opening"], key=len, reverse=True)) + ")"),
        "not_subject": re.compile("^" + any_of(words["not_subject"])),
        "no_unit": re.compile("^" + any_of(words["no_unit"]) + "$"),
        "through": re.compile(words["through"][0] if isinstance(words["through"], list) else words["through"]),
        "organ": re.compile(any_of(words["organs"])),
        "no_act": re.compile(any_of(words["no_act"])),
        "head": re.compile(f"(?:{long}|{short})$"),
        "heads": re.compile(f"(?:{long}|{short})"),
        "long": re.compile(f"(?:{long})$"),
    }
