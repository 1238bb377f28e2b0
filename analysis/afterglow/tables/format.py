"""How a number is written for a reader: the only place of the package that rounds.

Rules that hold for every function here:

- Halves are rounded away from zero on the shortest decimal that stands for the double, as a
  reader with a pencil would (1/16 is 6.3 %), never on its binary expansion.
- A rounded zero has no sign; a negative number carries the true minus (U+2212), which no
  spreadsheet takes for the start of a formula.
- Missing (None, NaN, NA) is ``–``; an infinite number is ``∞``; an infinite or missing *time* of
  an event is ``not reached``.
- Numbers and their units are joined by a no-break space.
"""

import math
from decimal import ROUND_HALF_UP, Decimal
from typing import Final, SupportsFloat, TypeAlias

Value: TypeAlias = SupportsFloat | None

MISSING: Final = "–"
MINUS: Final = "−"
INFINITE: Final = "∞"
NOT_REACHED: Final = "not reached"
NBSP: Final = "\u00a0"

SMALLEST_P: Final = 0.001
LARGEST_P: Final = 0.99
SIGNIFICANCE: Final = 0.05


def as_float(value: Value) -> float:
    """Return a plain float; None and pandas' NA become NaN."""
    if value is None:
        return math.nan
    try:
        return float(value)
    except TypeError:
        return math.nan


def number(value: Value, digits: int = 2) -> str:
    """Write a number with a fixed count of decimals.

    Parameters
    ----------
    value : float or None
        Any scale. Missing gives ``–``; infinite gives ``∞`` or ``−∞``.
    digits : int
        Decimals kept, 0 or more.
    """
    return _decimal(as_float(value), digits, scale=0)


def _decimal(value: float, digits: int, *, scale: int, thousands: bool = False) -> str:
    if math.isnan(value):
        return MISSING
    if math.isinf(value):
        return INFINITE if value > 0 else MINUS + INFINITE
    exact = Decimal(repr(value)).scaleb(scale)
    rounded = exact.quantize(Decimal(1).scaleb(-digits), rounding=ROUND_HALF_UP)
    text = format(abs(rounded), ",f" if thousands else "f")
    return MINUS + text if rounded < 0 else text


def significant(value: Value, digits: int = 3) -> str:
    """Write a number with `digits` significant digits, never in exponent notation."""
    plain = as_float(value)
    if not math.isfinite(plain) or plain == 0:
        return number(plain, 0)
    kept = _to_digits(_to_digits(Decimal(repr(plain)), digits), digits)
    decimals = max(0, digits - 1 - kept.adjusted())
    return number(float(kept), decimals)


def _to_digits(exact: Decimal, digits: int) -> Decimal:
    """Round to significant digits; a second pass drops the digit that 9.996 -> 10.00 gains."""
    return exact.quantize(Decimal(1).scaleb(exact.adjusted() - digits + 1), ROUND_HALF_UP)


def trimmed(value: Value, digits: int = 2) -> str:
    """Write a number with at most `digits` decimals, without trailing zeros (axis ticks, days)."""
    text = number(value, digits)
    return text.rstrip("0").rstrip(".") if "." in text else text


def count(value: Value) -> str:
    """Write a count with a comma between thousands."""
    return _decimal(as_float(value), 0, scale=0, thousands=True)


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
    return _decimal(as_float(share), digits, scale=2)


def confidence_level(level: float = 0.95) -> str:
    """Write the name of an interval: ``95 % CI``."""
    points = _decimal(level, 2, scale=2).rstrip("0").rstrip(".")
    return f"{points}{NBSP}% CI"


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


def p_value(value: Value) -> str:
    """Write a p value in journal style.

    Two decimals from 0.01 up, three below, ``<0.001`` and ``>0.99`` at the ends. Where rounding
    would lift a value to 0.05 that is below it, decimals are added until it stays below.

    Parameters
    ----------
    value : float or None
        A probability; missing gives ``–``.
    """
    p = as_float(value)
    if math.isnan(p):
        return MISSING
    if p < SMALLEST_P:
        return f"<{trimmed(SMALLEST_P, 3)}"
    if p > LARGEST_P:
        return f">{trimmed(LARGEST_P, 2)}"
    digits = 2 if p >= 0.01 else 3
    while p < SIGNIFICANCE <= float(number(p, digits)):
        digits += 1
    return number(p, digits)


def p_statement(value: Value) -> str:
    """Write a p value as it stands in a sentence: ``p = 0.04``, ``p < 0.001``."""
    text = p_value(value)
    sign, bare = (text[0], text[1:]) if text[0] in "<>" else ("=", text)
    return f"p{NBSP}{sign}{NBSP}{bare}"


def text(value: object) -> str:
    """Write a label as it is; missing is ``–``, a number keeps what it needs of two decimals."""
    if isinstance(value, str):
        return value
    if isinstance(value, bool):
        return "yes" if value else "no"
    if value is None or isinstance(value, SupportsFloat):
        return trimmed(value)
    return MISSING if str(value) in ("<NA>", "NaT") else str(value)
