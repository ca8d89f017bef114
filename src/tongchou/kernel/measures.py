"""Units of measure as people write them in Chinese, and what they are called in English. What is not listed is shown as it was written."""

from __future__ import annotations

from tongchou.kernel.text import Text

_ENGLISH = {
    "人": "people", "名": "people", "位": "people", "人次": "times a person", "户": "households", "家": "enterprises", "所": "schools", "件": "items",
    "个": "items", "项": "items", "条": "items", "份": "copies", "起": "cases", "例": "cases", "次": "times", "场": "sessions", "批": "batches",
    "处": "places", "栋": "buildings", "间": "rooms", "张": "beds", "辆": "vehicles", "车次": "runs", "台": "machines", "套": "sets", "只": "pieces",
    "枚": "pieces", "支": "pieces", "副": "pairs", "双": "pairs", "瓶": "bottles", "桶": "barrels", "箱": "boxes", "盒": "boxes", "包": "packs",
    "升": "litres", "毫升": "ml", "克": "g", "公斤": "kg", "千克": "kg", "斤": "jin (0.5 kg)", "吨": "tonnes", "万吨": "10,000 tonnes",
    "米": "m", "公里": "km", "千米": "km", "平方米": "m²", "立方米": "m³", "亩": "mu (1/15 ha)", "公顷": "ha", "元": "yuan", "万元": "10,000 yuan",
    "亿元": "100 million yuan", "分": "points", "分钟": "minutes", "小时": "hours", "天": "days", "日": "days", "周": "weeks", "月": "months", "年": "years",
    "度": "kWh", "千瓦时": "kWh", "万千瓦时": "10,000 kWh", "℃": "°C", "摄氏度": "°C", "管": "tubes", "万人": "10,000 people", "万只": "10,000 pieces",
}  # fmt: skip
_EACH = {"人": "person", "户": "household", "家": "enterprise", "天": "day", "日": "day", "周": "week", "月": "month", "年": "year", "小时": "hour", "亩": "mu"}


def measure_text(written: str) -> Text:
    """A unit of measure in both languages; a rate such as 吨／天 part by part."""
    what, *each = (p.strip() for p in written.replace("／", "/").split("/"))
    return Text(written, "/".join((_ENGLISH.get(what, what), *(_EACH.get(p, _ENGLISH.get(p, p)) for p in each))))
