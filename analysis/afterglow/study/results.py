"""The results: one long table from which every table, figure and sentence is made.

Every row is one statistic: `estimate` is its value and `statistic_name` says what it is. Rows stand
in the order in which a reader meets them: by `SECTIONS`, then by the plan's analyses, then by day,
group (natural order) and term. Text is "" and numbers are NaN where they do not apply. `group` is
"" for everybody, a label of the analysis' `by` (or the plan's `report.arm`), or "A vs B".

account
    Rows read (`group` the table, `term` in / aside / used, `level` the reason): n_rows; n subjects.
flow
    Boxes from top to bottom. A population (analysis ""): n_remaining (`term` the box), and
    n_set_aside (`level` the reason) for those who leave below it. An analysis: `term` "population"
    and "analysed", for everybody and for each group.
analysis, proportion
    `time_days` the day asked for, `term` the rule for missing scores or "reached": rate, difference
    and ratio ("A vs B"), with `cluster` also icc, design_effect, n_clusters. Denominators, `term`
    "": n_treated, n_with_baseline, n_due, n_observed; without days n_treated, n_analysed.
analysis, kaplan_meier
    At the days asked for: survival, at_risk, difference. Of the curve: median, quantile (`level`
    the share), follow_up_median (reverse Kaplan–Meier), n, n_events, n_competing (`level` the
    cause), n_censored.
analysis, aalen_johansen
    At the days asked for: incidence (`term` the cause; the endpoint's own has its name), event_free,
    at_risk, naive_incidence (1 − Kaplan–Meier with competing causes as censoring), difference. Of
    the curve as above, without quantiles.
analysis, logrank
    logrank (`statistic`, `df`, `p_value`), and per group n, observed, expected.
curve
    The same curves at every time at which somebody leaves: survival, or incidence by `term`,
    event_free and naive_incidence; at_risk, events (by `term`), censored at that time.
risk_table
    On the ticks of the figure: at_risk, events (the endpoint's own, up to then), censored (up to
    then; competing causes are in `competing`).
endings
    Why the rows of an analysis ended: n_ended, `level` the reason.
sensitivity
    Of every primary analysis. `term` is the rule (unconfirmed, session_while_pending,
    max_gap_days), `level` the choice: as_planned (1 or 0), then the headline statistics under their
    own names. n_affected (`level` "") counts the subjects whom the rule touches; `term` "course
    unfinished" has that row only.
baseline, exposure, tolerability
    `term` the variable: n, n_missing, mean, sd, median, q1, q3; or share (`level` the category,
    `n_events` of `n`). Never a minimum, a maximum or a subject's value.
trajectory
    `term` the instrument: mean (with its t interval, `n` observed) and sd by `time_days`.
visits, follow_up
    share of visits scheduled or not (`term` the instrument), share of subjects by the reason their
    follow-up ended, and spread of its length.
warnings
    `warning` is the sentence, `term` its kind, `estimate` how often, where that can be counted.
"""

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

Row = dict[str, Any]

ROLE: Final = "role"
SECTION: Final = "section"
LEVEL: Final = "level"
SECTIONS: Final = (
    "account",
    "flow",
    "analysis",
    "curve",
    "risk_table",
    "endings",
    "sensitivity",
    "baseline",
    "exposure",
    "tolerability",
    "trajectory",
    "visits",
    "follow_up",
    "warnings",
)
TEXT_COLUMNS: Final = (
    SECTION,
    ROLE,
    ANALYSIS,
    ENDPOINT,
    POPULATION,
    STRATEGY,
    GROUP,
    TERM,
    LEVEL,
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
    LEVEL,
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
        One row per statistic, `COLUMNS`, laid out as this file says at its top.
    """

    table: "pd.DataFrame"

    def select(self, **equal: Any) -> "pd.DataFrame":
        """Return a copy of the rows in which every named column equals the given value."""
        rows = self.table
        for name, value in equal.items():
            rows = rows[rows[name] == value]
        return rows.reset_index(drop=True)

    def beside(self, *statistics: str, **equal: Any) -> "pd.DataFrame":
        """Return selected rows with some statistics side by side.

        Returns
        -------
        DataFrame
            One row per group, term, level and time in their order, one column per name in
            `statistics` with its estimate; NaN where there is no such row.
        """
        import pandas as pd

        keys = [GROUP, TERM, LEVEL, TIME]
        rows = self.select(**equal)
        rows = rows[rows[STATISTIC_NAME].isin(statistics)]
        wide = rows[keys].drop_duplicates().reset_index(drop=True)
        for name in statistics:
            mine = rows.loc[rows[STATISTIC_NAME] == name, [*keys, ESTIMATE]]
            mine = mine.rename(columns={ESTIMATE: name})
            wide = pd.merge(wide, mine, on=keys, how="left", validate="one_to_one")
        return wide


def results_from(rows: Iterable[Mapping[str, Any]]) -> Results:
    """Build the table from rows that name only the columns they need, sections in their order."""
    import numpy as np
    import pandas as pd

    table = pd.DataFrame(list(rows), columns=list(COLUMNS))
    for name in (*TEXT_COLUMNS, METHOD, WARNING):
        table[name] = table[name].astype(object).where(table[name].notna(), "")
    for name in (*NUMBER_COLUMNS, TIME):
        table[name] = pd.to_numeric(table[name]).astype(np.float64)
    table[CYCLE] = pd.to_numeric(table[CYCLE]).fillna(0).astype(np.int64)
    place = table[SECTION].map({name: place for place, name in enumerate(SECTIONS)})
    order = np.argsort(place.to_numpy(), kind="stable")
    return Results(table.iloc[order].reset_index(drop=True))
