"""Events that lie between visits: Turnbull's curve, tests and regressions on intervals."""

from collections.abc import Iterator, Sequence
from typing import Final

from afterglow.names import HAZARD_RATIO
from afterglow.report.analysis_rows import AnalysisRows
from afterglow.report.cox_blocks import tests_table
from afterglow.report.interval_blocks import (
    interval_figure,
    interval_finding,
    interval_test_finding,
    interval_test_table,
)
from afterglow.report.interval_table import interval_table
from afterglow.report.parametric_blocks import events_words
from afterglow.report.presentation import Presentation
from afterglow.report.regression_blocks import (
    regression_finding,
    regression_forest,
    regression_table,
)
from afterglow.report.words import listed, lower_first, variable_label
from afterglow.tables import format as fmt

ODDS_RATIO: Final = "odds_ratio"
CURVES: Final = (
    "Interval-censored curve: the non-parametric maximum-likelihood estimate (Turnbull), for which "
    "an event lies anywhere after the last visit known free and up to the visit that showed it; "
    "exactly dated events stay exact. It is determined between its support intervals only. Limits: "
    "percentiles of {resamples} resamples of the subjects, of the lowest and the highest curve; "
    "where visits are spread over many days they are a rough guide."
)
DATED: Final = (
    "Beside it stand Kaplan–Meier with events on the day of the visit, which is late by "
    "construction, and in the middle of the interval. Where exactly dated events and intervals "
    "mix, the likelihood puts unseen events on exact dates within their interval, and distances on "
    "such days are large."
)
TESTED: Final = (
    "Test on intervals: each subject scores how early the event lies against the curve of all "
    "({kinds}); the groups' sums are compared with those of permuted subjects{strata}, as "
    "interval::ictest in R. It is valid where visits fall alike in all groups. Small samples have "
    "exact p values."
)
KINDS: Final = {
    "logrank": "Sun's scores, the log-rank's where times are exact",
    "finkelstein": "Finkelstein's scores for grouped proportional hazards",
    "wilcoxon": "Wilcoxon scores, which weigh early events more",
}
REGRESSED: Final = (
    "Regression on intervals: {models}, maximised together with a baseline of any shape, as "
    "icenReg::ic_sp in R. Standard errors: {errors}; limits are normal on the log scale."
)
MODELS: Final = {
    "proportional-hazards": "proportional hazards (a ratio above 1 goes with earlier events)",
    "proportional-odds": "proportional odds (an odds ratio of being free: above 1 goes with later "
    "events)",
}


def _ratio(rows: AnalysisRows) -> str:
    return HAZARD_RATIO if rows.analysis.model == "proportional-hazards" else ODDS_RATIO


def _regression_finding(rows: AnalysisRows) -> str:
    words = regression_finding(rows, _ratio(rows))
    known = rows.rows("coefficient")["estimate"].notna().any()
    return f"{words} {events_words(rows)}" if known else words


def _notes(rows: AnalysisRows) -> tuple[str, ...]:
    if _ratio(rows) == HAZARD_RATIO:
        return ()
    return ("Odds of being free of the event: a ratio above 1 goes with later events.",)


def _curve_methods(every: Sequence[AnalysisRows]) -> Iterator[str]:
    counts = dict.fromkeys(fmt.count(rows.analysis.resamples) for rows in every)
    yield CURVES.format(resamples=listed(list(counts), "or"))
    if any(rows.analysis.visit_dates for rows in every):
        yield DATED


def _test_methods(every: Sequence[AnalysisRows]) -> Iterator[str]:
    kinds = dict.fromkeys(KINDS[rows.analysis.weighting] for rows in every)
    strata = dict.fromkeys(rows.analysis.strata for rows in every if rows.analysis.strata)
    names = [lower_first(variable_label(name)) for name in strata]
    within = f", within strata of {listed(names)} where so said" if names else ""
    yield TESTED.format(kinds=listed(list(kinds), "or"), strata=within)


def _regression_methods(every: Sequence[AnalysisRows]) -> Iterator[str]:
    models = dict.fromkeys(MODELS[rows.analysis.model] for rows in every)
    errors = dict.fromkeys(
        "the curvature of the profile likelihood"
        if rows.analysis.errors == "profile"
        else f"{fmt.count(rows.analysis.resamples)} resamples of the subjects"
        for rows in every
    )
    yield REGRESSED.format(models=listed(list(models), "or"), errors=listed(list(errors), "or"))


TURNBULL: Final = Presentation(
    summary="share without the event over time, events anywhere between visits",
    finding=interval_finding,
    blocks=lambda rows: (interval_figure(rows), interval_table(rows)),
    methods=_curve_methods,
    headline=("lowest_survival", "quantile_from"),
)
INTERVAL_TEST: Final = Presentation(
    summary="equality of curves, events anywhere between visits",
    finding=interval_test_finding,
    blocks=lambda rows: (interval_test_table(rows),),
    methods=_test_methods,
    headline=("interval_test",),
)
INTERVAL_REGRESSION: Final = Presentation(
    summary="ratio of hazards or odds, events anywhere between visits",
    finding=_regression_finding,
    blocks=lambda rows: (
        regression_forest(rows, _ratio(rows)),
        regression_table(rows, _ratio(rows), notes=_notes(rows)),
        tests_table(rows),
    ),
    methods=_regression_methods,
    headline=(HAZARD_RATIO, ODDS_RATIO),
)
