"""What no plan may decide by: debts, petitions, ethnicity, faith. Asked of names and of titles, in both languages."""

from __future__ import annotations

import re
import unicodedata

from tongchou.kernel.errors import Reason
from tongchou.kernel.text import Text
from tongchou.packs.plans.model import Input, Table
from tongchou.packs.yamllines import Problems

_PEOPLES = (
    "汉|蒙古|回|藏|维吾尔|维|苗|彝|壮|布依|朝鲜|满|侗|瑶|白|土家|哈尼|哈萨克|傣|黎|傈僳|佤|畲|高山|拉祜|水|东乡|纳西|景颇|柯尔克孜|土|达斡尔|仫佬|羌|布朗|撒拉|毛南|仡佬"
    "|锡伯|阿昌|普米|塔吉克|怒|乌孜别克|俄罗斯|鄂温克|德昂|保安|裕固|京|塔塔尔|独龙|鄂伦春|赫哲|门巴|珞巴|基诺|少数民"
)
_PINYIN = "han|hui|zang|meng|menggu|wei|weiwuer|man|miao|yi|zhuang|tujia|chaoxian|hasake|dai|bai|li|qiang|shaoshu min"
_GROUNDS: tuple[tuple[Text, re.Pattern[str]], ...] = (
    (
        Text("债务", "debts"),
        re.compile(
            r"[债債]|欠[款薪税费缴租账贷]|拖欠|赖账|催收|还款|未偿还|借[贷款]|借款|[房车网]贷|[贷貸]款|抵押|失信|老赖|限高|高消费|被?强制?执行|被执行|逾期|[征徵]信"
            r"|信用|芝麻分|不良记录|黑名单|\b(in)?debt|debtor|\bloan|\bborrower|mortgage|foreclos|repossess|garnish|overdraft|\bcredit|\bow(ed?|es|ing)\b"
            r"|\b(un|over ?due )pa(id|yment)|\bliabilities\b|delinquen|arrears|insolven|bankrupt|default(er|ed|s on)|dishonest|black ?list"
            r"|lao ?lai\b|qian ?zhai|zhai ?wu|shi ?xin\b",
            re.I,
        ),
    ),
    (
        Text("信访", "petitions"),
        re.compile(
            r"信[访訪]|上[访訪]|[访訪]民|[缠闹非集群越]级?[访訪]|来访人|告状|告御状|申冤|喊冤|维权|维稳|稳控|[投举][诉报]人|诉求人|请愿|抗议|示威|静坐|游行|闹事|赴京|进京(反映|[非上]?访)"
            r"|petition|complain|grievance|protest|demonstrator|activis[tm]|dissident|whistle ?blow|litigan|\bsued\b|agitator|trouble ?maker|letters and visits"
            r"|stability (target|control|maint)|rights defend|xin ?fang|shang ?fang|wei ?wen\b",
            re.I,
        ),
    ),
    (
        Text("民族", "ethnicity"),
        re.compile(
            rf"民族|族[别群裔]|[种種]族|血统|母语|肤色|方言|口音|[回藏汉]民|汉人|回回|民考汉|穿青人|(新疆|西藏|内蒙古?|疆|藏)籍|藏区|({_PEOPLES})族"
            r"|ethni|\brace\b|racial|minzu|nation(al(ity)?)? group"
            r"|minorit(y|ies)|\btrib(e|al)|ancestry|\bdescent\b|mother tongue|native language|skin colou?r|\bblack (person|people)|\bafricans?\b"
            rf"|\bhan (chinese|people)|\bhui\b|uy?i?gh?ur|tibetan|\bmongol(s|ian)?\b|\bkazakhs?\b|\bzhuang\b|\b({_PINYIN}) ?zu\b",
            re.I,
        ),
    ),
    (
        Text("宗教信仰", "faith"),
        re.compile(
            r"宗教|信仰|信教|信[众徒]|教[徒派会堂友众]|邪教|法轮|全能神|穆斯林|清真|礼拜|祷告|受洗|基督|佛教|拜佛|烧香|伊斯兰|道[教观士]|天主|寺[庙院]|僧|尼姑|和尚|神父|牧师|阿訇|朝觐|斋月|封斋"
            r"|religio|\bfaith|\bcreed\b|muslim|moslem|christian|catholic|protestant|orthodox|buddhis|t?daois|taois|islam|hindu|jewish|judaism|atheis|\bbelie(f|ver)"
            r"|mosque|church|synagogue|\btemple (visit|goer)|\bvisit(s|ed)? (a |the )?temple|monaster|\bmonks?\b"
            r"|\bnuns?\b|\bimams?\b|priest|\bpastors?\b|pilgrim|\bhajj\b|ramadan|prayer|worship|congregation"
            r"|\bsects?\b|\bcults?\b|denomination|spiritual|falun|zong ?jiao|ji ?du ?jiao|fo ?jiao",
            re.I,
        ),
    ),
)
_HIDDEN = re.compile(r"[\u200b-\u200f\u2060\ufeff\u00ad]")
_CAMEL = re.compile(r"(?<=[a-z])(?=[A-Z])")
_APART = re.compile(r"(?<=[\u4e00-\u9fff])[\s·・.\-]+(?=[\u4e00-\u9fff])")


def _plain(words: str) -> str:
    """Words as they are read: without widths, hidden characters, blanks between Chinese characters, underscores and humps."""
    seen = _HIDDEN.sub("", unicodedata.normalize("NFKC", words))
    return _APART.sub("", _CAMEL.sub(" ", seen)).replace("_", " ").replace("-", " ")


def check_grounds(table: Table, problems: Problems) -> None:
    """Add a problem for every input or choice that names a forbidden ground."""
    for spec in table.inputs.values():
        for words in _words(spec):
            for ground, pattern in _GROUNDS:
                if pattern.search(_plain(words)):
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
