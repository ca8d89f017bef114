"""A forecast that says how sure it is: a damped trend (Gardner and McKenzie 1985), its parameters by least squares on the series itself.

Pure: numbers in, numbers out.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import product
from math import sqrt

LEAST = 8
"""Days that must be known. Below that nothing is said."""
_SURE = 1.96
_ALPHAS, _BETAS, _PHIS = (0.1, 0.3, 0.5, 0.7, 0.9), (0.05, 0.2, 0.4, 0.6), (0.8, 0.9, 0.95, 0.98)


@dataclass(frozen=True, slots=True)
class Forecast:
    """For each day ahead: the point and the bounds within which 95 of 100 should lie if things go on as they did."""

    points: tuple[float, ...]
    low: tuple[float, ...]
    high: tuple[float, ...]
    known: int


def damped(
    values: Sequence[float | None], ahead: int, *, least: float = 0.0, most: float | None = None
) -> Forecast | None:
    """Forecast a daily series. values: oldest first, None where a day is not known (it is passed over, not taken for zero).

    least, most: bounds that the quantity cannot leave (a share: 0 and 100). Returns None where fewer than LEAST days are known.
    """
    known = [n for n, v in enumerate(values) if v is not None]
    if len(known) < LEAST or ahead < 1:
        return None
    series, late = list(values[known[0] : known[-1] + 1]), len(values) - 1 - known[-1]  # late: days since the last that is known, to be foretold too
    _, alpha, beta, phi = min((_error(series, a, b, p), a, b, p) for a, b, p in product(_ALPHAS, _BETAS, _PHIS))
    level, trend, errors = _run(series, alpha, beta, phi)
    spread = sqrt(sum(e * e for e in errors) / max(len(errors) - 3, 1))
    points, low, high = [], [], []
    step, total, variance = phi, 0.0, 1.0
    for _ in range(late + ahead):
        total += step
        point = level + total * trend
        width = _SURE * spread * sqrt(variance)
        points.append(_within(point, least, most))
        low.append(_within(point - width, least, most))
        high.append(_within(point + width, least, most))
        variance += (alpha + alpha * beta * total) ** 2
        step *= phi
    return Forecast(tuple(points[late:]), tuple(low[late:]), tuple(high[late:]), len(known))


def horizon(values: Sequence[float | None], most: int) -> int:
    """How many days ahead may be spoken of: half as many as are known, so that little data makes a short forecast."""
    return min(most, sum(v is not None for v in values) // 2)


def _run(series: Sequence[float | None], alpha: float, beta: float, phi: float) -> tuple[float, float, list[float]]:
    """Level and trend at the end, and the errors one day ahead."""
    seen = [v for v in series if v is not None]
    level, trend, errors = seen[0], (seen[min(len(seen), 4) - 1] - seen[0]) / max(min(len(seen), 4) - 1, 1), []
    for value in series[1:]:
        expected = level + phi * trend
        if value is None:
            level, trend = expected, phi * trend
            continue
        error = value - expected
        errors.append(error)
        level, trend = expected + alpha * error, phi * trend + alpha * beta * error
    return level, trend, errors


def _error(series: Sequence[float | None], alpha: float, beta: float, phi: float) -> float:
    return sum(e * e for e in _run(series, alpha, beta, phi)[2])


def _within(value: float, least: float, most: float | None) -> float:
    value = max(value, least)
    return round(min(value, most) if most is not None else value, 2)
