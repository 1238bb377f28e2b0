"""A cell made of several numbers: an estimate with its interval, a count of a whole, a mean."""

from dataclasses import dataclass
from typing import Any

from afterglow.tables import format as fmt


@dataclass(frozen=True, slots=True)
class Parts:
    """Numbers that a reader sees as one cell.

    Attributes
    ----------
    values : tuple of (name, number)
        In full precision, for the CSV; every number has a column of its own there.
    words : str
        What stands in the cell.
    """

    values: tuple[tuple[str, Any], ...]
    words: str

    def __str__(self) -> str:
        return self.words


def _limited(value: Any, low: Any, high: Any, words: str) -> Parts:
    return Parts((("estimate", value), ("low", low), ("high", high)), words)


def _bracketed(value: str, limits: str) -> str:
    return value if limits == fmt.MISSING else f"{value} ({limits})"


def share(value: Any, low: Any, high: Any) -> Parts:
    """Write a share with its limits in percent, under a head that says so: ``54.1 (44.2–63.7)``.

    Limits that have no width (nobody had the event yet) are left out.
    """
    words = fmt.percentage_points(value)
    if not value == low == high:
        words = _bracketed(words, fmt.percent_limits(low, high))
    return _limited(value, low, high, words)


def ratio(value: Any, low: Any, high: Any) -> Parts:
    """Write a number with its limits: ``0.62 (0.41–0.93)``."""
    words = fmt.number(value)
    if words != fmt.MISSING:
        words = _bracketed(words, fmt.interval(low, high))
    return _limited(value, low, high, words)


def small(value: Any, low: Any, high: Any) -> Parts:
    """Write a small number with its limits: ``0.062 (0.041–0.093)``."""
    limits = fmt.interval(low, high, 3)
    return _limited(value, low, high, _bracketed(fmt.number(value, 3), limits))


def score(value: Any, low: Any, high: Any) -> Parts:
    """Write a mean score with its limits: ``14.2 (12.9–15.5)``."""
    limits = fmt.interval(low, high, 1)
    return _limited(value, low, high, _bracketed(fmt.number(value, 1), limits))


def time(value: Any, low: Any, high: Any) -> Parts:
    """Write a time in days with its limits, under a head that says so: ``28 (21–35)``."""
    limits = fmt.days_limits(low, high)
    unknown = limits == fmt.join_limits(fmt.NOT_REACHED, fmt.NOT_REACHED)
    words = fmt.days_number(value)
    return _limited(value, low, high, words if unknown else _bracketed(words, limits))


def count_of(part: Any, whole: Any) -> Parts:
    """Write a count and its denominator: ``54/100``."""
    words = f"{fmt.count(part)}/{fmt.count(whole)}"
    return Parts((("n", part), ("of", whole)), words)


def count_percent(part: Any, share_of_whole: Any) -> Parts:
    """Write a count and its percentage, under a head that says so: ``54 (54.0)``."""
    words = _bracketed(fmt.count(part), fmt.percentage_points(share_of_whole))
    return Parts((("n", part), ("share", share_of_whole)), words)


def mean_sd(mean: Any, sd: Any) -> Parts:
    """Write a mean and its standard deviation: ``44.1 (12.3)``."""
    words = _bracketed(fmt.number(mean, 1), fmt.number(sd, 1))
    return Parts((("mean", mean), ("sd", sd)), words)


def median_quartiles(median: Any, low: Any, high: Any) -> Parts:
    """Write a median and its quartiles: ``44 (35–53)``."""
    limits = fmt.join_limits(fmt.trimmed(low, 1), fmt.trimmed(high, 1))
    words = _bracketed(fmt.trimmed(median, 1), limits)
    return Parts((("median", median), ("q1", low), ("q3", high)), words)
