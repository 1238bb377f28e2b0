"""Landmark prediction: the finding, who is at risk, performance, calibration, equation and card."""

from collections.abc import Iterator, Sequence
from typing import Final

from afterglow.report.analysis_rows import AnalysisRows
from afterglow.report.prediction_card import model_card
from afterglow.report.prediction_equation import equation_table
from afterglow.report.prediction_figures import calibration_figure, decision_figure
from afterglow.report.prediction_sites import sites_table
from afterglow.report.prediction_tables import at_risk_table, performance_table, profile_table
from afterglow.report.prediction_words import days_words, finding, is_days
from afterglow.report.presentation import Presentation
from afterglow.report.sentences import event_label
from afterglow.report.words import counted, listed, lower_first

THEME: Final = "prediction"
STACKED: Final = (
    "Landmark prediction (van Houwelingen & Putter): those at risk on each day of prediction "
    "are stacked, enter on that day and are censored at its horizon ({horizons}); a ridge Cox "
    "model with Breslow's ties is fitted to all of them, the baseline hazard in days since the "
    "origin, the level free to change with the day and its square. Where other ends compete, "
    "they have a model of their own, and the risk is the incidence that both hazards imply; so "
    "the risks of all ends sum to at most 1, which a Fine–Gray model of each would not ensure. "
    "Predictors are what was known by the end of that day. A relapse is dated at its first "
    "visit, which only a later one confirms: who on a day already has such a score is not "
    "predicted for."
)
WEIGHTED: Final = (
    "Measures of prediction are weighted by the inverse probability of being uncensored, from "
    "the Kaplan–Meier curve of censoring of each day of prediction, as riskRegression::Score in "
    "R, with standard errors from the influence function summed over subjects; who had a "
    "competing end counts as free of relapse. Areas under the curve are cumulative/dynamic "
    "(Blanche) and compare subjects within a day of prediction; concordance is Uno's, with "
    "competing ends Wolbers'. Calibration: slope on the complementary log-log scale, smooth "
    "curve by local linear regression, ICI its mean distance (Austin); in those left out, one "
    "slope with an intercept for each resample or site. Net benefit as Vickers & Elkin, its limits "
    "from sums over subjects."
)
VALIDATED: Final = (
    "Optimism is the mean difference between a resample and the data over {resamples} bootstrap "
    "resamples of subjects, with the penalty chosen anew in each (Harrell); the subjects a "
    "resample leaves out are predicted by its model, which never saw them. Rivals, put through "
    "the same: a model of the baseline terms alone, and each day's own curve without "
    "predictors."
)


def _horizon(rows: AnalysisRows) -> str:
    return counted(rows.analysis.horizon_days, "day")


def _methods(every: Sequence[AnalysisRows]) -> Iterator[str]:
    horizons = dict.fromkeys(_horizon(rows) for rows in every)
    yield STACKED.format(horizons=listed(list(horizons), "or"))
    yield WEIGHTED
    counts = dict.fromkeys(rows.analysis.resamples for rows in every if rows.analysis.resamples)
    if counts:
        yield VALIDATED.format(resamples=listed([f"{count}" for count in counts], "or"))


PREDICTION: Final = Presentation(
    summary="what is predicted for one subject, and how well it agrees with what came",
    finding=finding,
    blocks=lambda rows: (
        performance_table(rows),
        calibration_figure(rows),
        None if is_days(rows) else decision_figure(rows),
        at_risk_table(rows),
        profile_table(rows),
        sites_table(rows),
        equation_table(rows),
        model_card(rows),
    ),
    methods=_methods,
    headline=("hazard_ratio",),
    variable=lambda rows: (
        f"{lower_first(event_label(rows))} within {_horizon(rows)} of the day of "
        f"prediction, {days_words(rows)}"
    ),
    theme=THEME,
)
