"""What every result can do: tidy rows, one sentence, a drawing, and a table for the notebook."""

import math
from dataclasses import dataclass
from html import escape
from typing import TYPE_CHECKING, Final

import pandas as pd

from afterglow import rounding
from afterglow.names import (
    CAUSE,
    CONF_HIGH,
    CONF_LEVEL,
    CONF_LOW,
    DF,
    ESTIMATE,
    GROUP,
    METHOD,
    N_EVENTS,
    P_VALUE,
    STATISTIC,
    STD_ERROR,
    TERM,
    TIME,
    WARNING,
    N,
)

if TYPE_CHECKING:
    from matplotlib.axes import Axes

LEADING: Final = (
    TERM,
    CAUSE,
    GROUP,
    TIME,
    ESTIMATE,
    STD_ERROR,
    STATISTIC,
    DF,
    P_VALUE,
    CONF_LOW,
    CONF_HIGH,
    CONF_LEVEL,
    N,
    N_EVENTS,
)
TRAILING: Final = (METHOD, WARNING)
ROWS_IN_NOTEBOOK: Final = 10
DIGITS_IN_NOTEBOOK: Final = 4
LABEL: Final = "label"
SIGNIFICANT_DIGITS: Final = 4


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Result:
    """Base of all results.

    Attributes
    ----------
    table : DataFrame
        The tidy rows; `tidy()` hands out copies.
    sentence : str
        What was found, in one sentence.
    """

    table: pd.DataFrame
    sentence: str

    def tidy(self) -> pd.DataFrame:
        """Return a fresh table: canonical columns first, `method` and `warning` last."""
        return arranged(self.table)

    def summary(self) -> str:
        """Say the result in one sentence."""
        return self.sentence

    def plot(self, ax: "Axes | None" = None) -> "Axes":
        """Draw the rows that carry an estimate as a forest plot and return the axes."""
        from afterglow.figures.forest import draw_forest

        rows = self.tidy().dropna(subset=[ESTIMATE]).reset_index(drop=True)
        names = [column for column in (TERM, GROUP) if column in rows]
        parts = rows[names].astype(str)
        rows[LABEL] = [": ".join(part for part in row if part) for row in parts.to_numpy()]
        return draw_forest(rows, label=LABEL, null=self._null(), ax=ax)

    def _null(self) -> float | None:
        return None

    def __init_subclass__(cls) -> None:
        """Keep the short form of a result, where a dataclass would write out all its arrays."""
        type.__setattr__(cls, "__repr__", Result.__repr__)

    def __repr__(self) -> str:
        shown, notes = _shown_rows(self.tidy())
        table = shown.to_string(index=False, float_format=_few_digits, na_rep="")
        return "\n".join([self.summary(), table, *notes])

    def _repr_html_(self) -> str:
        shown, notes = _shown_rows(self.tidy())
        table = shown.to_html(index=False, border=0, float_format=_few_digits, na_rep="")
        said = "".join(f"<p>{escape(note)}</p>" for note in notes)
        return f"<p>{escape(self.summary())}</p>{table}{said}"


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class CurveResult(Result):
    """A result that is one curve a group, drawn as steps with a band."""

    def plot(self, ax: "Axes | None" = None) -> "Axes":
        """Draw the curves and return the axes; nothing is shown or saved."""
        from afterglow.figures.curves import draw_curves

        return draw_curves(
            self._drawn(), ylabel=self._ylabel(), xlabel="Days", start=self._start(), ax=ax
        )

    def _drawn(self) -> pd.DataFrame:
        return self.tidy()

    def _ylabel(self) -> str:
        return "Probability"

    def _start(self) -> float:
        return 1.0


def _shown_rows(rows: pd.DataFrame) -> tuple[pd.DataFrame, list[str]]:
    """Return the first rows for a reader, and what is the same in all of them."""
    said_below = [name for name in (METHOD, WARNING) if name in rows]
    words = [word for name in said_below for word in dict.fromkeys(rows[name]) if word]
    same = [name for name in (CONF_LEVEL, TERM, GROUP) if name in rows and _is_same(rows[name])]
    shown = rows.drop(columns=[*said_below, *same]).head(ROWS_IN_NOTEBOOK)
    more = len(rows) - len(shown)
    left = [f"… and {more} more rows: tidy() has all"] if more else []
    return shown, [*map(str, words), *left]


def _is_same(column: pd.Series) -> bool:
    """Tell whether a column is empty, or holds one value in several rows."""
    values = column.astype(object).unique()
    return len(values) <= 1 and (len(column) > 1 or not any(values))


def _few_digits(value: float) -> str:
    return rounding.without_zeros(rounding.significant(value, DIGITS_IN_NOTEBOOK))


def arranged(table: pd.DataFrame) -> pd.DataFrame:
    """Return `table` in the canonical order of columns, with a warning and a fresh index."""
    rows = table if WARNING in table else table.assign(**{WARNING: ""})
    first = [column for column in LEADING if column in rows]
    last = [column for column in TRAILING if column in rows]
    middle = [column for column in rows if column not in first and column not in last]
    return rows[[*first, *middle, *last]].reset_index(drop=True)


def said(value: float) -> str:
    """Return a number for a sentence: four significant digits, "not reached" where undefined.

    Counts and other whole numbers keep all their digits.
    """
    if math.isnan(value):
        return "not reached"
    if float(value).is_integer():
        return rounding.number(value, 0)
    return rounding.without_zeros(rounding.significant(value, SIGNIFICANT_DIGITS))


def said_interval(low: float, high: float, conf_level: float) -> str:
    """Return "95 % CI a to b" for a sentence."""
    return f"{rounding.confidence_level(conf_level)} {said(low)} to {said(high)}"
