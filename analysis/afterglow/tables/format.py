"""How estimates, shares, times and counts are written for a reader, rounded by `rounding`.

An infinite or missing *time* of an event is ``not reached``.
"""

import math
from typing import Final, SupportsFloat

from afterglow.rounding import (
    MISSING,
    NBSP,
    Value,
    as_float,
    confidence_level,
    decimal_text,
    number,
    trimmed,
)
from afterglow.rounding import p_statement as p_statement
from afterglow.rounding import p_value as p_value
from afterglow.rounding import power_of_ten as power_of_ten
from afterglow.rounding import significant as significant

NOT_REACHED: Final = "not reached"


def count(value: Value) -> str:
    """Write a count with a comma between thousands."""
    return decimal_text(as_float(value), 0, scale=0, thousands=True)


def count_of(part: Value, whole: Value, digits: int = 1) -> str:
    """Write a count with its denominator and percentage: ``54/100 (54.0 %)``."""
    share = as_float(part) / as_float(whole) if as_float(whole) > 0 else math.nan
    return f"{count(part)}/{count(whole)} ({percent(share, digits)})"


def percent(share: Value, digits: int = 1) -> str:
    """Write a share (0.541) as a percentage (``54.1 %``); missing is ``–`` without the sign."""
    text = percentage_points(share, digits)
    return text if text == MISSING else f"{text}{NBSP}%"


def percentage_points(share: Value, digits: int = 1) -> str:
    """Write a share as percentage points without the sign, for axes and columns headed %."""
    return decimal_text(as_float(share), digits, scale=2)


def interval(low: Value, high: Value, digits: int = 2) -> str:
    """Write two limits: ``0.41–0.93``, or ``−0.20 to 0.05`` where a dash could mislead."""
    return join_limits(number(low, digits), number(high, digits))


def percent_limits(low: Value, high: Value, digits: int = 1) -> str:
    """Write two limits given as shares in percentage points: ``44.2–63.7``."""
    return join_limits(percentage_points(low, digits), percentage_points(high, digits))


def join_limits(low: str, high: str) -> str:
    """Join two written limits by a dash, or by "to" where one is not a plain number."""
    if low == MISSING and high == MISSING:
        return MISSING
    plain = all(text[:1].isdigit() for text in (low, high))
    return f"{low}–{high}" if plain else f"{low} to {high}"


def estimate(value: Value, low: Value, high: Value, *, digits: int = 2, level: float = 0.95) -> str:
    """Write an estimate with its interval: ``0.62 (95 % CI 0.41–0.93)``."""
    return _with_limits(number(value, digits), interval(low, high, digits), level)


def percent_estimate(
    share: Value, low: Value, high: Value, *, digits: int = 1, level: float = 0.95
) -> str:
    """Write a share with its interval: ``54.1 % (95 % CI 44.2–63.7)``."""
    return _with_limits(percent(share, digits), percent_limits(low, high, digits), level)


def days_estimate(
    value: Value, low: Value, high: Value, *, digits: int = 1, level: float = 0.95
) -> str:
    """Write a time with its interval: ``28 days (95 % CI 21 to not reached)``."""
    return _with_limits(days(value, digits), days_limits(low, high, digits), level)


def days_limits(low: Value, high: Value, digits: int = 1) -> str:
    """Write the limits of a time in days, without the unit: ``21 to not reached``."""
    return join_limits(days_number(low, digits), days_number(high, digits))


def _with_limits(value: str, limits: str, level: float) -> str:
    bare = limits in (MISSING, f"{NOT_REACHED} to {NOT_REACHED}")
    return value if bare else f"{value} ({confidence_level(level)} {limits})"


def days(value: Value, digits: int = 1) -> str:
    """Write a time in days: ``28 days``, ``1 day``, ``10.5 days``, ``not reached``."""
    text = days_number(value, digits)
    if text == NOT_REACHED:
        return text
    return f"{text}{NBSP}{'day' if text == '1' else 'days'}"


def days_number(value: Value, digits: int = 1) -> str:
    """Write a time in days for a column headed so: ``28``, ``10.5``, ``not reached``."""
    return trimmed(value, digits) if math.isfinite(as_float(value)) else NOT_REACHED


def text(value: object) -> str:
    """Write a label as it is; missing is ``–``, a number keeps what it needs of two decimals."""
    if isinstance(value, str):
        return value
    if isinstance(value, bool):
        return "yes" if value else "no"
    if value is None or isinstance(value, SupportsFloat):
        return trimmed(value)
    return MISSING if str(value) in ("<NA>", "NaT") else str(value)
