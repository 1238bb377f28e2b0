"""How a variable is spread: mean and quartiles of numbers, shares of categories; no extremes."""

from collections.abc import Iterator
from typing import Final

import numpy as np
import pandas as pd

from afterglow.estimate.checks import spell
from afterglow.names import GROUP, N_EVENTS, TERM, N
from afterglow.study.results import LEVEL, Row
from afterglow.study.rows import statistic

MISSING: Final = "n_missing"
SHARE: Final = "share"
QUARTILES: Final = {"median": 0.5, "q1": 0.25, "q3": 0.75}


def by_group(
    table: pd.DataFrame, groups: pd.Categorical | None
) -> Iterator[tuple[str, pd.DataFrame]]:
    """Yield ("", the whole table), then each group's label and rows in natural order.

    Parameters
    ----------
    groups : Categorical, optional
        As long as the table; rows without a group count in the whole only.
    """
    yield "", table
    if groups is None:
        return
    for place, label in enumerate(groups.categories):
        yield str(label), table[groups.codes == place]


def number_rows(
    head: Row, term: str, table: pd.DataFrame, column: str, groups: pd.Categorical | None
) -> list[Row]:
    """Return n, n_missing, mean, sd and quartiles of a column, in all and by group."""
    rows = []
    for label, mine in by_group(table, groups):
        values = mine[column].to_numpy(dtype=np.float64, na_value=np.nan)
        words = {**head, TERM: term, GROUP: label}
        rows += [statistic(words, name, value) for name, value in spread(values).items()]
    return rows


def spread(values: np.ndarray) -> dict[str, float]:
    """Return n, n_missing, mean, sd, median, q1 and q3; NaN where there are too few values.

    Values are added in rising order, so that the order of the rows changes no bit. Quartiles
    interpolate linearly (R's type 7).
    """
    known = np.sort(values[~np.isnan(values)])
    n = len(known)
    found = {N: float(n), MISSING: float(len(values) - n)}
    found["mean"] = float(known.mean()) if n else np.nan
    found["sd"] = float(known.std(ddof=1)) if n > 1 else np.nan
    for name, share in QUARTILES.items():
        found[name] = float(np.quantile(known, share)) if n else np.nan
    return found


def share_rows(
    head: Row, term: str, table: pd.DataFrame, column: str, groups: pd.Categorical | None
) -> list[Row]:
    """Return n, n_missing and the share of each category, in all and by group."""
    levels = sorted_levels(table[column])
    rows = []
    for label, mine in by_group(table, groups):
        known = mine[column].dropna()
        words = {**head, TERM: term, GROUP: label}
        rows.append(statistic(words, N, float(len(known))))
        rows.append(statistic(words, MISSING, float(len(mine) - len(known))))
        for level in levels:
            rows.append(share_row(words, spell(level), int((known == level).sum()), len(known)))
    return rows


def share_row(head: Row, level: str, part: int, whole: int) -> Row:
    """Return one share with its counts; NaN of nobody."""
    share = part / whole if whole else np.nan
    return statistic(head, SHARE, share, **{LEVEL: level, N: float(whole), N_EVENTS: float(part)})


def sorted_levels(column: pd.Series) -> list[object]:
    """Return the categories that occur, in natural order."""
    return sorted(column.dropna().unique().tolist())
