"""Rows of restricted mean times: of each group, their contrasts, and those of medians."""

from typing import Any

import pandas as pd

from afterglow.estimate.resampling.curve_bootstrap import median_difference
from afterglow.estimate.rmst import DIFFERENCE, LOST, LOST_RATIO, MEAN, RATIO, rmst_difference
from afterglow.names import CONF_LEVEL, DURATION, EVENT, GROUP, STATISTIC_NAME, TERM
from afterglow.plan.group_analyses import RmstAnalysis
from afterglow.study.analysed import analysed
from afterglow.study.curves import MEDIAN, NOBODY, count_rows, labelled_naive, with_entry
from afterglow.study.groups import CLUSTER
from afterglow.study.results import Row
from afterglow.study.rows import analysis_head, attempted, not_estimated, statistics
from afterglow.study.setting import Setting

RESTRICTED_MEAN = "restricted_mean"
NAMES = {
    MEAN: RESTRICTED_MEAN,
    LOST: "restricted_mean_time_lost",
    DIFFERENCE: "restricted_mean_difference",
    RATIO: "restricted_mean_ratio",
    LOST_RATIO: "restricted_mean_time_lost_ratio",
    "median": MEDIAN,
    "median difference": "median_difference",
}
"""What each term of the estimators is called in the results."""


def rmst_rows(
    name: str, analysis: RmstAnalysis, setting: Setting, *, headline: bool = False
) -> list[Row]:
    """Return the rows of an analysis of restricted mean times."""
    head = analysis_head(name, analysis, "analysis")
    found = analysed(name, analysis, setting)
    counts = count_rows(head, found)
    if not len(found.rows):
        return [*counts, not_estimated(head, RESTRICTED_MEAN, NOBODY)]
    rows, entry = with_entry(found.rows)
    options: dict[str, Any] = {
        "by": GROUP, "duration": DURATION, "event": EVENT, "entry": entry,
        "cluster": CLUSTER if CLUSTER in rows else None, "reference": analysis.reference,
        CONF_LEVEL: analysis.conf_level,
    }  # fmt: skip
    means, why = attempted(lambda: rmst_difference(rows, tau=analysis.tau_days, **options))
    result = [not_estimated(head, RESTRICTED_MEAN, why)] if means is None else []
    result += [] if means is None else _named(head, means.tidy())
    if analysis.medians and not headline:
        medians, why = attempted(
            lambda: median_difference(
                rows, n_resamples=analysis.resamples, seed=setting.plan.seed, **options
            )
        )
        missing = [not_estimated(head, NAMES["median difference"], why)]
        result += missing if medians is None else _named(head, medians.tidy())
    if found.competing:
        result = [labelled_naive(row) for row in result]
    return [*counts, *result]


def _named(head: Row, table: pd.DataFrame) -> list[Row]:
    rows = statistics(head, "", table.assign(**{STATISTIC_NAME: table[TERM].map(NAMES)}))
    names = table[TERM].map(NAMES).tolist()
    return [row | {STATISTIC_NAME: name, TERM: ""} for row, name in zip(rows, names)]
