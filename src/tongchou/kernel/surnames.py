"""Readings that a general pinyin dictionary gets wrong: surnames and places. Data only.

Listed are only those whose commonest dictionary reading is another one; the other readings stay searchable beside them.
"""

from __future__ import annotations

_COMPOUND = """
欧阳 太史 端木 上官 司马 东方 独孤 南宫 万俟 闻人 夏侯 诸葛 尉迟 公羊 赫连 澹台 皇甫 宗政 濮阳 公冶 太叔 申屠
公孙 慕容 仲孙 钟离 长孙 宇文 司徒 鲜于 司空 闾丘 子车 亓官 司寇 巫马 公西 颛孙 壤驷 公良 漆雕 乐正 宰父 谷梁
拓跋 夹谷 轩辕 令狐 段干 百里 呼延 东郭 南门 羊舌 微生 公户 公玉 公仪 梁丘 公仲 公上 公门 公山 公坚 左丘 公伯
西门 公祖 第五 公乘 贯丘 公皙 南荣 东里 东宫 仲长 子书 子桑 即墨 达奚 褚师 纳兰 归海 单于 叶赫 完颜 耶律 爱新
那拉
"""
COMPOUND_SURNAMES = frozenset(_COMPOUND.split())


def _readings(lines: str) -> dict[str, str]:
    """Read words such as 单:shan and 尉迟:yu-chi into {"单": "shan", "尉迟": "yu chi"}."""
    pairs = (word.split(":") for word in lines.split())
    return {name: reading.replace("-", " ") for name, reading in pairs}


SURNAME_READINGS = _readings("""
单:shan 曾:zeng 解:xie 仇:qiu 区:ou 朴:piao 盖:ge 查:zha 卜:bu 召:shao 员:yun 折:she 乐:yue 乜:nie 缪:miao
翟:zhai 覃:qin 隗:wei 祭:zhai 繁:po 种:chong 秘:bi 会:gui 阚:kan 洗:xian 黑:he 能:nai 佴:nai 句:gou 郇:xun
都:du 藏:zang 粘:nian 颉:xie
尉迟:yu-chi 万俟:mo-qi 澹台:tan-tai 单于:chan-yu 长孙:zhang-sun 乐正:yue-zheng 仲长:zhong-chang
""")

PLACE_READINGS = _readings("""
长治:chang-zhi 六合:lu-he 洪洞:hong-tong 浚县:xun-xian 涡阳:guo-yang 单县:shan-xian 筠连:jun-lian 郫都:pi-du
会稽:kuai-ji 宕昌:tan-chang 珲春:hun-chun 大城:dai-cheng 繁峙:fan-shi 解州:hai-zhou 闵行:min-hang
朝阳:chao-yang 长寿:chang-shou 都昌:du-chang 重庆:chong-qing 番禺:pan-yu 六安:lu-an
""")
