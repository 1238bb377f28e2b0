"""Rows of competing causes as intervals: the endpoint between visits, the others on their day."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Final

import numpy as np
import pandas as pd

from afterglow.errors import UsageError
from afterglow.estimate.checks import Codes, ColumnReader
from afterglow.estimate.interval.sample import ENDS, IntervalSample, interval_sample
from afterglow.estimate.options import check_word

HIDDEN: Final = ("none", "all")
MIXED: Final = ("apart", "together")


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class IncidenceSample:
    """Checked rows of competing causes.

    Attributes
    ----------
    rows : IntervalSample
        lower = upper where the day is known; `stratum` is the kind of end: 0 censored, 1, 2, …
    causes : tuple of str
        In alphabetical order.
    cause_of : array of int
        The cause of kinds 1, 2, …; exact days and intervals of one cause may be two kinds.
    endpoint : str
        The cause that visits show, "" where none does.
    hidden : int
        Number of rows that another cause ended after the endpoint had last been looked for.
    """

    rows: IntervalSample
    causes: tuple[str, ...]
    cause_of: Codes
    endpoint: str
    hidden: int


def incidence_sample(
    data: pd.DataFrame,
    *,
    lower: str,
    upper: str,
    duration: str,
    cause: str,
    endpoint: str | None = None,
    hidden: str = "none",
    mixed: str = "apart",
    entry: str | None = None,
    weights: str | None = None,
    weights_kind: str = "frequency",
    subject: str | None = None,
    cluster: str | None = None,
    by: str | Sequence[str] | None = None,
) -> IncidenceSample:
    """Check the columns of `data` and return them as one `IncidenceSample`.

    Raises
    ------
    InvalidInput
        What `interval_sample` refuses; an interval without a cause; a cause of which neither an
        upper end nor, after the lower end, a duration is given.
    UsageError
        An unknown word; an endpoint that is no cause, or that has to be named.
    """
    check_word("hidden", hidden, HIDDEN)
    check_word("mixed", mixed, MIXED)
    read = ColumnReader(data, lower, upper, duration, cause)
    code, causes = read.cause(cause)
    until = read.duration(duration)
    end = pd.to_numeric(data[upper], errors="coerce").to_numpy(dtype=np.float64)
    begin = pd.to_numeric(data[lower], errors="coerce").to_numpy(dtype=np.float64)
    read.forbid(upper, np.isnan(end), "has missing values", ENDS)
    between = np.isfinite(end)
    remedy = "Name the cause of the event, or give inf where it was not seen."
    read.forbid(cause, between & (code == 0), "is empty where there is an upper end", remedy)
    exact = ~between & (code > 0)
    remedy = "The day of the event is not before the last day known free."
    read.forbid(duration, exact & (until < begin), "lies before the lower end", remedy)
    read.finish()
    shown = _endpoint(endpoint, causes, code[between])
    gap = exact & (begin < until) & (code != _code_of(shown, causes))
    if hidden == "all" and gap.any():
        if not shown:
            raise UsageError(
                "hidden = 'all' asks which event the others hide, and no cause has intervals.\n"
                "Name it: endpoint=."
            )
        causes = tuple(sorted({*causes, shown}))
        code = np.array([0, *(causes.index(name) + 1 for name in read.cause(cause)[1])])[code]
        code = np.where(gap, causes.index(shown) + 1, code)
        exact = exact & ~gap
    seen = np.where(between, end, np.where(code > 0, until, np.inf))
    known = np.where(exact, until, begin)
    rows = interval_sample(
        data.assign(**{lower: known, upper: seen}), lower=lower, upper=upper, entry=entry,
        weights=weights, weights_kind=weights_kind, subject=subject, cluster=cluster, by=by,
    )  # fmt: skip
    kinds, cause_of = _kinds(rows, code, len(causes), mixed)
    return IncidenceSample(
        rows=replace(rows, stratum=kinds), causes=causes, cause_of=cause_of, endpoint=shown,
        hidden=int(gap.sum()),
    )  # fmt: skip


def _code_of(name: str, causes: Sequence[str]) -> int:
    return list(causes).index(name) + 1 if name in causes else 0


def _endpoint(endpoint: str | None, causes: Sequence[str], between: Codes) -> str:
    """Return the cause that visits show: the one named, or the only one with intervals."""
    if endpoint is not None:
        return endpoint
    found = sorted({causes[place - 1] for place in set(between.tolist())})
    return found[0] if len(found) == 1 else ""


def _kinds(rows: IntervalSample, code: Codes, causes: int, mixed: str) -> tuple[Codes, Codes]:
    """Part the exact days of a cause from its intervals, where it has both."""
    own = np.arange(causes)
    wide = rows.lower < rows.upper
    if mixed == "together":
        return code, own
    both = [
        place for place in range(1, causes + 1)
        if (wide & (code == place)).any() and (~wide & (code == place)).any()
    ]  # fmt: skip
    kinds = code.copy()
    for number, place in enumerate(both, start=causes + 1):
        kinds[(code == place) & ~wide] = number
    return kinds, np.append(own, np.array(both, dtype=np.int64) - 1).astype(np.int64)
