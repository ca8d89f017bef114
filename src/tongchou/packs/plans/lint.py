"""What no plan may decide by: debts, petitions, ethnicity, faith. Asked of names and of titles, in both languages."""

from __future__ import annotations

import re

from tongchou.kernel.errors import Reason
from tongchou.kernel.text import Text
from tongchou.packs.plans.model import Input, Table
from tongchou.packs.yamllines import Problems

_PEOPLES = (
    "汉|蒙古|回|藏|维吾尔|维|苗|彝|壮|布依|朝鲜|满|侗|瑶|白|土家|哈尼|哈萨克|傣|黎|傈僳|佤|畲|高山|拉祜|水|东乡|纳西|景颇|柯尔克孜|土|达斡尔|仫佬|羌|布朗|撒拉|毛南|仡佬"
    "|锡伯|阿昌|普米|塔吉克|怒|乌孜别克|俄罗斯|鄂温克|德昂|保安|裕固|京|塔塔尔|独龙|鄂伦春|赫哲|门巴|珞巴|基诺|少数民"
)
_GROUNDS: tuple[tuple[Text, re.Pattern[str]], ...] = (
    (
        Text("债务", "debts"),
        re.compile(
            r"债|欠款|欠薪|欠税|借贷|[房车]贷|贷款|失信|老赖|被执行|逾期|征信|信用|黑名单|\b(in)?debt|debtor|\bloan|mortgage|\bcredit|\bowed?\b|\bowes\b"
            r"|arrears|insolven|bankrupt|default(er|s on)|black ?list|laolai",
            re.I,
        ),
    ),
    (Text("信访", "petitions"), re.compile(r"信访|上访|访民|缠访|闹访|告状|维权|稳控|进京(反映|非访)|petition|xinfang|shangfang|complainant", re.I)),
    (
        Text("民族", "ethnicity"),
        re.compile(
            rf"民族|族别|族裔|种族|回民|藏民|({_PEOPLES})族|ethnic|minorit|\brace\b|racial|minzu|nationality_group"
            r"|\bhan chinese|\bhui\b|uy?i?ghur|tibetan|\bmongol(s|ian)?\b|\bkazakhs?\b|\bzhuang\b",
            re.I,
        ),
    ),
    (
        Text("宗教信仰", "faith"),
        re.compile(
            r"宗教|信仰|信教|信众|教徒|邪教|法轮|穆斯林|清真|礼拜|基督|佛教|伊斯兰|道教|天主教|religio|\bfaith|muslim|christian|buddhis|islam|\bbelief"
            r"|mosque|church|prayer|worship|falun",
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
