"""Who speaks in a report, and the words that lead into what they say."""

from __future__ import annotations

import re
from dataclasses import dataclass

from tongchou.intake.model import Speaker
from tongchou.intake.people import patterns, people
from tongchou.intake.sentences import masked

MEETING = "会议"
_CLAUSE_MARKS = re.compile("[，：:。；;]")
_SAID = 8
"""Characters that are at least said before somebody else, or the same person anew, begins in the same sentence."""
_HEADLINE = 20
"""Characters of a line that names who speaks, at most."""
_COUNTED = re.compile(
    r"[一二两三四五六七八九十几\d](?:个方面|个|点|条|项)(?:[^，。]{0,6})$|(?:讲|提|谈)(?:出)?了(?:[^，。]{0,6})(?:意见|要求)$"
)
"""…提出三点要求。第一，…: a lead-in that a full stop ends."""
_ACTS = frozenset(("拍板", "表态", "部署", "安排", "决定", "确定", "议定", "宣布", "号召", "交代", "讲话"))
"""Verbs that also say what somebody is to do (现场拍板): without who speaks they lead into nothing."""
_OFFICE = re.compile(
    "(?:^|[，、])(?P<who>[^，。；：的]{2,16}(?:局|委|办|部|院|中心|公司|街道|镇|乡|指挥部|专班|集团|医院)(?:有关|相关|主要)?(?:负责人|负责同志|发言人))$"
)
"""An office without a name: 县住建局负责人表示，…"""
_SCOLDS = re.compile(
    "^(?:当即|当场|立即|随即|现场)(?:[\u4e00-\u9fff]{2,6}[，、])?[\u4e00-\u9fff]{2,8}并(?:要求|责成|叮嘱|提醒|责令)(?!的|了|书|下)"
)
"""…看到门口无人测温，当即叫停并要求管理方补齐人手: whom the sentence names asks for it."""
_LINKED = re.compile("并|同时|还|又|也")
_LEADERS = re.compile("(?:^|，)(?P<who>[省市区县镇乡](?:委|政府)?领导)(?:一行|们)?$")
"""Leaders whom no name follows: 县领导指出，…"""
_PLAIN = ("", "强调", "要求", "指出", "表示", "说", "提出", "认为", "叮嘱")
"""With these a name that no office goes before may speak; 周密安排 and 高度明确 are no names."""


@dataclass(frozen=True, slots=True)
class Lead:
    """A lead-in: what is said begins at `end` of the sentence. announced: “四个方面” as a place in the sentence."""

    end: int
    name: str | None
    pronoun: bool = False
    direct: bool = False
    linked: bool = False


class Speeches:
    """Follows a report from sentence to sentence and knows who speaks."""

    def __init__(self, text: str) -> None:
        self.people = people(text)
        names = "|".join(re.escape(form) for name in self.people for form in (name, f"{name[1:]}同志")) or "〓"
        self._opens_with = re.compile(
            rf"^(?:会议|会上|(?:[^，。；：]{{0,20}}(?:书记|长|主任|常委))?(?:{names})(?:书记|区长|同志)?|他|她)"
        )
        self.current: Speaker | None = None
        self._last_named: str | None = None

    def new_article(self) -> None:
        self.current = None
        self._last_named = None

    def lead(self, sentence: str, start: int) -> int:
        """Take in a sentence; return where in it the words of the speaker begin (0 when nobody is introduced)."""
        lead = self._find(sentence)
        named = self._names(sentence)
        if lead is None:
            self._last_named = named or self._last_named
            return 0
        name = lead.name
        if lead.pronoun or name is None:
            name = (
                named
                or (self._last_named if lead.pronoun or lead.linked else None)
                or (self.current.name if self.current else None)
                or MEETING
            )
        person = self.people.get(name)
        self.current = Speaker(name, person.role if person else None, start, start + lead.end)
        if name != MEETING:
            self._last_named = name
        return lead.end

    def headed(self, line: str, start: int) -> bool:
        """A line of its own that only says who speaks: 区长尚可欣要求. What follows is theirs."""
        if len(line) > _HEADLINE or re.search("[，。；：！？]", line) or not self._speech_end(line):
            return False
        return self.lead(line + "：", start) > len(line)

    def answer(self, start: int) -> None:
        """答：… of an interview: who was introduced first with an office answers."""
        if person := min(self.people.values(), key=lambda p: p.start, default=None):
            self.current = Speaker(person.name, person.role, start, start)

    def resolve(self, start: int) -> None:
        """…纪要如下：: what follows is the meeting's."""
        self.current = Speaker(MEETING, None, start, start)

    def attribute(self, sentence: str, start: int) -> None:
        """The sentence before stood in quotes: who is named first in this one said it (“…。”某某说，…)."""
        clause = re.split("[，：。]", sentence, maxsplit=1)[0]
        match = self._speech_end(clause) if len(clause) <= 24 else None
        name, pronoun = self._who(clause[: match.start()], match["verb"]) if match else (None, False)
        name = self._last_named if pronoun else name
        if name is not None:
            person = self.people.get(name)
            self.current = Speaker(name, person.role if person else None, start, start + len(clause))
            self._last_named = name if name != MEETING else self._last_named

    def cuts(self, sentence: str, begun: int) -> list[int]:
        """Where inside a sentence somebody begins to speak anew: …措施，并强调，…；副区长施文补充要求，….

        begun: where the words of the first speaker begin. Each place is the start of a clause that is a lead-in and nothing else.
        """
        out: list[int] = []
        hidden, at = masked(sentence), begun
        for mark in _CLAUSE_MARKS.finditer(hidden, begun):
            clause = sentence[at : mark.start()]
            if at - (out[-1] if out else begun) >= _SAID and mark.group() in "，：:" and self._opens(clause.strip()):
                out.append(at)
            at = mark.end()
        return out

    def _opens(self, clause: str) -> bool:
        if len(clause) > 30 or not (match := self._speech_end(clause)):
            return False
        before = clause[: match.start()]
        if before == "" and match["verb"] in _ACTS:
            return False
        return bool(re.fullmatch("并|同时|还|又|也|", before)) or self._who(before, match["verb"]) != (None, False)

    def _names(self, sentence: str) -> str | None:
        """The first person with an office in the sentence who does something in it."""
        for match in patterns()["titled"].finditer(sentence):
            if match.group("name") in self.people:
                return match.group("name")
        return next((name for name in self.people if name in sentence), None)

    def _find(self, sentence: str) -> Lead | None:
        hidden = masked(sentence)
        best: Lead | None = None
        at, count = 0, 0
        for mark in [*_CLAUSE_MARKS.finditer(hidden), None]:
            end = mark.start() if mark else len(hidden)
            clause = sentence[at:end]
            found = self._clause(clause.strip(), at + len(clause) - len(clause.lstrip()), mark, best)
            if found is not None:
                best = found
                if found.direct:
                    break
            elif best is not None and count > 0 and at > best.end:
                break
            if mark is None or count >= 12 or mark.group() in "。；;":
                break
            at, count = mark.end(), count + 1
        return best

    def _clause(self, clause: str, at: int, mark: re.Match[str] | None, before: Lead | None) -> Lead | None:
        rules = patterns()
        if len(clause) > 120 or not rules["says"].search(clause):
            return None
        if mark is not None and mark.group() in "，：:" and (match := self._speech_end(clause)):
            name, pronoun = self._who(clause[: match.start()], match["verb"])
            if clause[: match.start()] == "" and match["verb"] in _ACTS and mark.group() == "，":
                return None
            if (
                name
                or pronoun
                or match.group("with")
                or re.match("^(?:并|同时|还|又|也)?$", clause[: match.start()])
                or mark.group() in "：:"
            ):
                return Lead(
                    mark.end(), name or (before.name if before else None), pronoun, linked=bool(_LINKED.match(clause))
                )
            if re.search("(?:并|时|中|上)$", clause[: match.start()]) or re.match(
                "(?:并|在|就|对)", match.group("mid") or ""
            ):
                return Lead(
                    mark.end(), name or (before.name if before else None), pronoun, linked=bool(_LINKED.match(clause))
                )
        if (
            mark is not None
            and mark.group() == "。"
            and _COUNTED.search(clause)
            and (match := self._speech_end(clause))
        ):
            name, pronoun = self._who(clause[: match.start()], match["verb"])
            if name or pronoun:
                return Lead(mark.end(), name, pronoun)
        if before is None and (scolds := _SCOLDS.search(clause)) and len(clause) - scolds.end() >= 4:
            return Lead(at + scolds.end(), None, direct=True)
        return self._direct(clause, at, before)

    @staticmethod
    def _speech_end(clause: str) -> re.Match[str] | None:
        rules = patterns()
        if rules["not_speech"].match(clause) or re.search(
            "(?:的|工作|管理|部署|有关|相关|总|防控|新|条件|标准|规定|八个一”|措施)要求$", clause
        ):
            return None
        if re.search("[说]$", clause) and re.search("(?:来说|地说|是说|如说|据说|小说|解说|游说|劝说)$", clause):
            return None
        return rules["end"].search(clause) or rules["told"].search(clause)

    def _direct(self, clause: str, at: int, before: Lead | None) -> Lead | None:
        """会议要求各街道要…, 强调“五一”期间…: no mark between the verb and what is said."""
        who = self._opens_with.match(clause)
        rest = clause[who.end() :] if who else clause
        match = patterns()["direct"].match(rest)
        if not match or len(rest) - match.end() < 4 or (who is None and match.group("verb") == "提出"):
            return None
        if who is None and before is None and at == 0 and not (self.current and re.match("同时|并|还|也|又", clause)):
            return None
        if who is None and before and at > before.end and not _LINKED.match(clause):
            return None
        name, pronoun = self._who(clause[: who.end()]) if who else ((before.name if before else None), False)
        return Lead(at + (who.end() if who else 0) + match.end(), name, pronoun, direct=True)

    def _who(self, words: str, verb: str = "") -> tuple[str | None, bool]:
        rules = patterns()
        words = words.strip("，、 ")
        if rules["pronoun"].search(words):
            return None, True
        for name in self.people:
            if name in words or f"{name[1:]}同志" in words:
                return name, False
        if rules["meeting"].match(words):
            return MEETING, False
        if leaders := _LEADERS.search(words):
            return leaders["who"], False
        if office := _OFFICE.search(words):
            return office["who"], False
        match = rules["named"].match(words) if len(words) <= 4 and verb in _PLAIN else None
        return (match.group("name"), False) if match else (None, False)
