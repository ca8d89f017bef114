"""A notice for one person (告知书): one page with a code by which anybody can check that it is genuine. Text is handed over as data."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass
from importlib.resources import files
from pathlib import Path
from typing import Any

import typst

from tongchou.documents import layout
from tongchou.documents.pdf import has_chinese_font
from tongchou.documents.qr import qr
from tongchou.kernel.errors import Reason, Refusal
from tongchou.kernel.text import Text


@dataclass(frozen=True, slots=True)
class PersonalNotice:
    """rows: (label, value) of the table. reasons: why, in order. looks: who saw the person's data, the latest first.

    address: of the page that verifies `code`; it is the content of the QR code.
    """

    title: Text
    issuer: str
    number: str
    rows: tuple[tuple[Text, Text | str], ...]
    reasons: tuple[Text, ...]
    code: str
    address: str
    appeal: Text
    banner: Text | None = None
    looks: tuple[Text, ...] = ()


_WHY = Text("理由", "Why")
_VERIFY = (Text("核验真伪", "Check that this is genuine"), Text("扫码，或在下列网址输入编号：", "Scan the code, or enter the number at the address below:"))
_APPEAL = Text("您有权申诉", "You may appeal")
_LOOKS = Text("谁查阅过您的信息", "Who looked at your data")
_FOOTER = Text("本告知书由系统按判定记录生成；全部查阅记录可以向社区索取。", "Made from the decision on record; ask the community for the whole list of who looked.")


def to_pdf(notice: PersonalNotice, language: str = "zh", fonts: Path | None = None) -> bytes:
    """Set the notice. language: zh or en. Raises a Refusal where no Chinese font is to be had."""
    return to_pdf_of_many([notice], language, fonts)


def to_pdf_of_many(notices: Sequence[PersonalNotice], language: str = "zh", fonts: Path | None = None) -> bytes:
    """Set notices one after the other, each on a page of its own. notices: at least one."""
    if not has_chinese_font(fonts):
        raise Refusal(
            Reason.UNAVAILABLE,
            Text("本机没有中文字体，不能生成 PDF。", "This machine has no Chinese font: no PDF can be made."),
            remedy=Text("请系统管理员安装 fonts-noto-cjk；也可以直接打印网页。", "Have fonts-noto-cjk installed, or print the page itself."),
            field="format",
            value="pdf",
        )
    source = files("tongchou.documents").joinpath("notice.typ").read_bytes()
    data = json.dumps([_data(n, language) for n in notices], ensure_ascii=False)
    set_type: Any = typst.compile  # its overloads do not know bytes as input together with a format
    made: bytes = set_type(source, format="pdf", sys_inputs={"doc": data}, font_paths=[str(fonts)] if fonts else [])
    return made


def _data(notice: PersonalNotice, language: str) -> dict[str, Any]:
    def say(text: Text | str) -> str:
        return text.in_(language) if isinstance(text, Text) else text

    return {
        "lang": "zh" if language.startswith("zh") else "en", "title": say(notice.title), "issuer": notice.issuer, "number": notice.number,
        "rows": [[say(k), say(v)] for k, v in notice.rows], "why": say(_WHY), "reasons": [say(r) for r in notice.reasons],
        "code": notice.code, "address": notice.address, "qr": qr(notice.address), "verify_title": say(_VERIFY[0]), "verify": say(_VERIFY[1]),
        "appeal_title": say(_APPEAL), "appeal": say(notice.appeal), "banner": say(notice.banner) if notice.banner else "", "footer": say(_FOOTER),
        "looks_title": say(_LOOKS), "looks": [say(one) for one in notice.looks],
        "fonts": {"body": list(layout.FONTS["figures"]), "black": list(layout.FONTS["black"])},
    }  # fmt: skip
