"""How a number is rounded for a reader: the only place of the package that does so.

Rules that hold for every function here:

- Halves are rounded away from zero on the shortest decimal that stands for the double, as a
  reader with a pencil would (1/16 is 6.3 %), never on its binary expansion.
- A rounded zero has no sign; a negative number carries the true minus (U+2212), which no
  spreadsheet takes for the start of a formula.
- Missing (None, NaN, NA) is ``–``; an infinite number is ``∞``.
- Numbers and their units are joined by a no-break space.
"""

import math
from decimal import ROUND_HALF_UP, Context, Decimal
from typing import Final, SupportsFloat, TypeAlias

Value: TypeAlias = SupportsFloat | None

MISSING: Final = "–"
MINUS: Final = "−"
INFINITE: Final = "∞"
NBSP: Final = "\u00a0"

SUPERSCRIPTS: Final = str.maketrans("-0123456789", "⁻⁰¹²³⁴⁵⁶⁷⁸⁹")

SMALLEST_P: Final = 0.001
WIDE: Final = Context(prec=400)
"""Room for every digit of the largest float and of the smallest that is shown."""
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
    return decimal_text(as_float(value), digits, scale=0)


def decimal_text(value: float, digits: int, *, scale: int, thousands: bool = False) -> str:
    """Write a number times ten to the `scale` with a fixed count of decimals."""
    if math.isnan(value):
        return MISSING
    if math.isinf(value):
        return INFINITE if value > 0 else MINUS + INFINITE
    exact = Decimal(repr(value)).scaleb(scale)
    rounded = exact.quantize(Decimal(1).scaleb(-digits), rounding=ROUND_HALF_UP, context=WIDE)
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


def power_of_ten(value: Value, digits: int = 1) -> str:
    """Write a small number by its size: ``2 × 10⁻¹⁵``; zero is ``0``."""
    plain = as_float(value)
    if not math.isfinite(plain) or plain == 0:
        return number(plain, 0)
    kept = _to_digits(_to_digits(Decimal(repr(plain)), digits), digits)
    exponent = kept.adjusted()
    raised = str(exponent).translate(SUPERSCRIPTS)
    return f"{number(float(kept.scaleb(-exponent)), digits - 1)}{NBSP}×{NBSP}10{raised}"


def _to_digits(exact: Decimal, digits: int) -> Decimal:
    """Round to significant digits; a second pass drops the digit that 9.996 -> 10.00 gains."""
    return exact.quantize(Decimal(1).scaleb(exact.adjusted() - digits + 1), ROUND_HALF_UP)


def trimmed(value: Value, digits: int = 2) -> str:
    """Write a number with at most `digits` decimals, without trailing zeros (axis ticks, days)."""
    return without_zeros(number(value, digits))


def without_zeros(text: str) -> str:
    """Drop the zeros that end a written number's decimals."""
    return text.rstrip("0").rstrip(".") if "." in text else text


def confidence_level(level: float = 0.95) -> str:
    """Write the name of an interval: ``95 % CI``."""
    return f"{without_zeros(decimal_text(level, 2, scale=2))}{NBSP}% CI"


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
