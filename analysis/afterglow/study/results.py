"""The results: one long table from which every table, figure and sentence is made."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

from afterglow.names import (
    ANALYSIS,
    CONF_HIGH,
    CONF_LEVEL,
    CONF_LOW,
    CYCLE,
    DF,
    ENDPOINT,
    ESTIMATE,
    GROUP,
    METHOD,
    N_EVENTS,
    P_VALUE,
    POPULATION,
    STATISTIC,
    STATISTIC_NAME,
    STD_ERROR,
    STRATEGY,
    TERM,
    TIME,
    WARNING,
    N,
)

if TYPE_CHECKING:
    import pandas as pd

ROLE: Final = "role"
SECTION: Final = "section"
TEXT_COLUMNS: Final = (
    SECTION,
    ROLE,
    ANALYSIS,
    ENDPOINT,
    POPULATION,
    STRATEGY,
    GROUP,
    TERM,
    STATISTIC_NAME,
)
NUMBER_COLUMNS: Final = (
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
COLUMNS: Final = (
    SECTION,
    ROLE,
    ANALYSIS,
    ENDPOINT,
    POPULATION,
    STRATEGY,
    CYCLE,
    GROUP,
    TERM,
    TIME,
    STATISTIC_NAME,
    *NUMBER_COLUMNS,
    METHOD,
    WARNING,
)


@dataclass(frozen=True, slots=True, eq=False)
class Results:
    """All numbers of a run.

    Attributes
    ----------
    table : DataFrame
        One row per statistic, `COLUMNS`; text is "" and numbers are NaN where they do not apply.
        `section` says which part of the report the row belongs to, `analysis` which analysis of
        the plan, `statistic_name` what `estimate` is.
    """

    table: "pd.DataFrame"

    def select(self, **equal: Any) -> "pd.DataFrame":
        """Return a copy of the rows in which every named column equals the given value."""
        rows = self.table
        for name, value in equal.items():
            rows = rows[rows[name] == value]
        return rows.reset_index(drop=True)


def results_from(rows: Iterable[Mapping[str, Any]]) -> Results:
    """Build the table from rows that name only the columns they need."""
    import numpy as np
    import pandas as pd

    table = pd.DataFrame(list(rows), columns=list(COLUMNS))
    for name in (*TEXT_COLUMNS, METHOD, WARNING):
        table[name] = table[name].fillna("").astype(object)
    for name in (*NUMBER_COLUMNS, TIME):
        table[name] = pd.to_numeric(table[name]).astype(np.float64)
    table[CYCLE] = pd.to_numeric(table[CYCLE]).fillna(0).astype(np.int64)
    return Results(table)
