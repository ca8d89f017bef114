"""The measures of GB/T 9704-2012, in one place for both forms. Lengths in millimetres, type in points."""

from __future__ import annotations

PAGE = (210.0, 297.0)
TOP, LEFT = 37.0, 28.0
"""天头 37 ± 1, 订口 28 ± 1."""
TYPE_AREA = (156.0, 225.0)
"""版心."""
LINES, CHARACTERS = 22, 28
RIGHT = PAGE[0] - LEFT - TYPE_AREA[0]
BOTTOM = PAGE[1] - TOP - TYPE_AREA[1]
MM = 72 / 25.4
LINE_PITCH = TYPE_AREA[1] / LINES * MM
"""Points from one line to the next."""
CHARACTER_PITCH = TYPE_AREA[0] / CHARACTERS * MM
"""Points from one character to the next (3号 is 16 points; 28 of them are set a little closer)."""
CLOSER = 0.25
"""Points by which Word sets characters of 3号 closer: it knows twentieths of a point only, and 28 must not overflow the line."""
BODY, TITLE, SMALL, MASTHEAD = 16.0, 22.0, 14.0, 40.0
"""3号, 2号, 4号; the standard leaves the masthead's size to the issuer."""
MASTHEAD_DOWN = 35.0
"""From the upper edge of the type area to that of the masthead (7.2.4, 10.3)."""
LETTER_RULE = 170.0
"""The red double lines of a letter (10.1), centred on the page."""
RED = "C00000"
FONTS = {
    "body": ("FangSong", "仿宋", "仿宋_GB2312", "STFangsong", "FandolFang R", "Noto Serif CJK SC", "Source Han Serif SC"),
    "black": ("SimHei", "黑体", "STHeiti", "Noto Sans CJK SC", "Source Han Sans SC", "WenQuanYi Micro Hei"),
    "kai": ("KaiTi", "楷体", "楷体_GB2312", "STKaiti", "FandolKai", "AR PL UKai CN", "Noto Serif CJK SC"),
    "title": ("FZXiaoBiaoSong-B05S", "方正小标宋简体", "STZhongsong", "Noto Serif CJK SC", "Source Han Serif SC"),
    "figures": ("SimSun", "宋体", "Noto Serif CJK SC", "Source Han Serif SC"),
}
"""What the standard names first, then open fonts that stand in for it."""
WORD_FONTS = {"body": "仿宋", "black": "黑体", "kai": "楷体", "title": "方正小标宋简体", "figures": "宋体"}
HEADING_FONTS = ("black", "kai", "body", "body")
"""一、 黑体, （一） 楷体, 1. and （1） 仿宋."""
