"""What no plan may decide by: debts, petitions, ethnicity, faith. Asked of names and of titles, in both languages."""

from __future__ import annotations

import re

from tongchou.kernel.errors import Reason
from tongchou.kernel.text import Text
from tongchou.packs.plans.model import Input, Table
from tongchou.packs.yamllines import Problems

_GROUNDS: tuple[tuple[Text, re.Pattern[str]], ...] = (
    (
        Text("债务", "debts"),
        re.compile(
            r"债|欠款|欠薪|借贷|贷款|失信|征信|信用|\b(in)?debt|debtor|\bloan|\bcredit|\bowed?\b|\bowes\b|arrears|insolven|bankrupt",
            re.I,
        ),
    ),
    (Text("信访", "petitions"), re.compile(r"信访|上访|访民|缠访|闹访|petition|xinfang|shangfang", re.I)),
    (
        Text("民族", "ethnicity"),
        re.compile(
            r"民族|族别|族裔|种族|ethnic|\brace\b|racial|minzu|nationality_group|uyghur|tibetan|维吾尔|维族|藏族|回族",
            re.I,
        ),
    ),
    (
        Text("宗教信仰", "faith"),
        re.compile(
            r"宗教|信仰|信教|教徒|穆斯林|基督|佛教|伊斯兰|道教|天主教|religio|\bfaith|muslim|christian|buddhis|islam|\bbelief|mosque|church",
            re.I,
        ),
    ),
)


def check_grounds(table: Table, problems: Problems) -> None:
    """Add a problem for every input or choice that names a forbidden ground."""
    for spec in table.inputs.values():
        for words in _words(spec):
            for ground, pattern in _GROUNDS:
                if pattern.search(words.replace("_", " ")):
                    rule = Text("不得根据{ground}作出判定。", "No decision may rest on {ground}.").with_(ground=ground)
                    remedy = Text("请删除这个输入项。", "Take this input out.")
                    problems.add(
                        spec.place.line, rule, remedy, path=f"inputs.{spec.key}", value=words, reason=Reason.NOT_ALLOWED
                    )
                    break
            else:
                continue
            break


def _words(spec: Input) -> list[str]:
    out = [spec.key, spec.title.zh, spec.title.en, *spec.also, *spec.words]
    for key, title in spec.choices.items():
        out += [key, title.zh, title.en]
    return out
