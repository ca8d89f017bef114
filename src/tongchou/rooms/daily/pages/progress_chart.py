"""The course of a share as a chart: what was, what is aimed at, and as far as can be said what comes; and in words whether it will do."""

from __future__ import annotations

from datetime import date, timedelta
from decimal import Decimal
from typing import Any

from django.utils.translation import get_language

from tongchou.kernel.text import Text
from tongchou.rooms.daily.forecast import LEAST, Forecast, damped, horizon
from tongchou.rooms.daily.targets import month_end

AHEAD = 14
_HOW = Text(
    "每天的数只算当天两项都报了的企业。预测把近 30 天拆成水平和趋势，越近的日子分量越重，趋势逐日减弱（阻尼趋势法）；"
    "各项系数由这些数据自己选出，取“前一天预测后一天”误差最小的一组。"
    "上下限为历史误差的 1.96 倍，天数越远越宽。没有数据的日子跳过，不当作零；最多外推已知天数的一半、且不超过 14 天。预测不知道政策变化、新批准的复工和节假日。",
    "Each day counts the enterprises that gave both figures that day. The forecast takes the last 30 days apart into a level and a trend, "
    "later days weighing more, the trend fading day by day (damped trend); its coefficients are those that would have erred least from one day "
    "to the next. The bounds are 1.96 times that error and widen with the days. Days without figures are passed over, not taken for nought; "
    "it reaches half as many days ahead as are known, fourteen at most. "
    "It knows nothing of new policies, new permits or holidays.",
)


def figure(key: str, title: Text, told: Text, span: list[date], values: list[float | None], aimed: Decimal | None) -> dict[str, Any]:
    """A chart with its bounds and what is aimed at by the end of the month, and the sentence below it. Its table holds the same."""
    ahead = horizon(values, AHEAD)
    found = damped(values, ahead, most=100 if key == "returned" else None)
    end = month_end(span[-1])
    later = [span[-1] + timedelta(days=n + 1) for n in range(ahead)] if found else []
    target = [float(aimed) if aimed is not None and (d.year, d.month) == (end.year, end.month) else None for d in [*span, *later]]
    chart = {"key": key, "title": title, "definition": told, **_chart(title, [*span, *later], values, target, found)}
    return {"chart": chart, "said": _said(span[-1], end, values, aimed, found), "how": _HOW}


def _chart(title: Text, days: list[date], values: list[float | None], target: list[float | None], found: Forecast | None) -> dict[str, Any]:
    language, names = get_language() or "zh-hans", [f"{d:%m-%d}" for d in days]
    gap, known = [None] * len(values), len(values)
    past = {"name": title.in_(language), "type": "line", "tone": "info", "data": [*values, *[None] * (len(days) - known)], "connectNulls": False}
    series: list[dict[str, Any]] = [past]
    rows: list[list[Any]] = [[d, "—" if v is None else v, "—", "—"] for d, v in zip(names, values, strict=False)]
    if found:
        lines = (("预测", "forecast", found.points, "dashed", "info"), ("下限", "low", found.low, "dotted", "muted"), ("上限", "high", found.high, "dotted", "muted"))
        for zh, en, data, style, tone in lines:
            line = {"type": "line", "tone": tone, "data": [*gap, *data], "lineStyle": {"type": style}, "symbol": "none"}
            series.append({"name": Text(zh, en).in_(language), **line})
        rows += [[d, p, lo, hi] for d, p, lo, hi in zip(names[known:], found.points, found.low, found.high, strict=True)]
    if any(t is not None for t in target):
        series.append({"name": Text("月底目标", "aimed at").in_(language), "type": "line", "tone": "ok", "data": target, "symbol": "none"})
    option = {
        "tooltip": {"trigger": "axis"}, "legend": {}, "grid": {"containLabel": True, "left": 8, "right": 8, "top": 40, "bottom": 8},
        "xAxis": {"type": "category", "data": names}, "yAxis": {"type": "value", "min": 0}, "series": series,
    }  # fmt: skip
    columns = [Text("日期", "Day"), title, Text("下限", "Low"), Text("上限", "High"), Text("月底目标", "Aimed at")]
    rows = [[*row, "—" if t is None else t] for row, t in zip(rows, target, strict=True)]
    return {"columns": columns, "rows": rows, "option": option}


_FEW = Text("近 30 天只有 {n} 天的数据，不足 {m} 天，不作预测。", "Only {n} {n|day is|days are} known of the last 30; below {m} nothing is forecast.")
_SURE = Text(
    "按近 30 天中 {n} 天的数据外推 {m} 天（阻尼趋势）；点线之间是九成半把握的范围，前提是情况照旧。",
    "Extended by {m} {m|day|days} from {n} known {n|day|days} of the last 30 (damped trend); 95 of 100 should lie between the dotted lines, "
    "if things go on as they did.",
)
_ABOUT = Text("到 {d} 约 {p}%（{lo}%–{hi}%），", "By {d} about {p}% ({lo}%–{hi}%): ")
_WILL = {
    "yes": Text("能达到月底目标 {t}%。", "the {t}% aimed at by the end of the month are reached."),
    "no": Text("低于月底目标 {t}%。", "below the {t}% aimed at by the end of the month."),
    "open": Text("能否达到月底目标 {t}% 还说不准。", "whether the {t}% aimed at by the end of the month are reached is open."),
}


def _said(day: date, end: date, values: list[float | None], aimed: Decimal | None, found: Forecast | None) -> list[Text]:
    """In words: how far, how sure, and whether what is aimed at will be reached."""
    known = sum(v is not None for v in values)
    if found is None:
        few = [_FEW.with_(n=known, m=LEAST)]
        return few if aimed is None else [*few, Text("本月底目标 {t}%。", "Aimed at by the end of the month: {t}%.").with_(t=aimed)]
    said = [_SURE.with_(n=known, m=len(found.points))]
    if aimed is None:
        return [*said, Text("本月没有设定目标。", "Nothing is aimed at this month.")]
    ahead = min((end - day).days, len(found.points))
    if ahead == 0:  # the month is over: what is known of its last day, and no forecast
        return said
    point, low, high = found.points[ahead - 1], found.low[ahead - 1], found.high[ahead - 1]
    will = "yes" if low >= float(aimed) else "no" if high < float(aimed) else "open"
    about = _ABOUT.with_(d=(day + timedelta(days=ahead)).isoformat(), p=point, lo=low, hi=high)
    return [*said, Text("{a}{b}", "{a}{b}").with_(a=about, b=_WILL[will].with_(t=aimed))]
