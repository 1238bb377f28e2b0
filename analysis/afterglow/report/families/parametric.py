"""Parametric models: time ratios, and smooth hazards."""

from collections.abc import Iterator, Sequence
from typing import Final

from afterglow.plan.parametric_analyses import AftAnalysis
from afterglow.report.analysis_rows import AnalysisRows
from afterglow.report.cox_blocks import tests_table
from afterglow.report.parametric_blocks import (
    events_words,
    fit_notes,
    hazard_figure,
    hazard_finding,
    hazard_table,
    residual_figure,
)
from afterglow.report.presentation import Presentation
from afterglow.report.regression_blocks import (
    regression_finding,
    regression_forest,
    regression_table,
)
from afterglow.report.words import counted, listed
from afterglow.tables import format as fmt

RATIO: Final = "time_ratio"
NAMES: Final = {
    "weibull": "Weibull",
    "exponential": "exponential",
    "rayleigh": "Rayleigh",
    "lognormal": "log-normal",
    "loglogistic": "log-logistic",
}
MODEL: Final = (
    "Accelerated failure time ({kinds} distribution): the covariates multiply the time to the "
    "event. A time ratio of 1.5 means that it takes half as long again; above 1 the event comes "
    "later. Maximum likelihood by Newton's method, as survreg; limits and p values are Wald's"
    "{robust}."
)
INTERVALS: Final = (
    "An event seen at a visit counts as having come between the last visit known free and that "
    "visit; exact days stay exact. {exact}"
)
EXACT: Final = "Where the plan says intervals = false, the day of the visit counts as the day."
ZERO: Final = "A time of 0 stands for {days}: on a logarithmic scale that choice matters."
SMOOTH: Final = (
    "Smooth hazards: a restricted cubic spline of the log cumulative hazard over the logarithm of "
    "time (Royston and Parmar), {df}, fitted to each group alone; knots at evenly spaced quantiles "
    "of the event times. Before the first event and after the last the spline is straight: what it "
    "says there is the model's word, not the data's."
)


def _finding(rows: AnalysisRows) -> str:
    words = regression_finding(rows, RATIO)
    known = rows.rows("coefficient")["estimate"].notna().any()
    return f"{words} {events_words(rows)}" if known else words


def _times(every: Sequence[AnalysisRows]) -> Iterator[str]:
    between = [rows.analysis.intervals for rows in every]
    if any(between):
        yield INTERVALS.format(exact="" if all(between) else EXACT).strip()
    zeros = dict.fromkeys(
        rows.analysis.zero_as_days for rows in every if rows.analysis.zero_as_days
    )
    if zeros:
        yield ZERO.format(days=listed([fmt.days(days) for days in zeros], "or"))


def _aft_methods(every: Sequence[AnalysisRows]) -> Iterator[str]:
    kinds = listed(dict.fromkeys(NAMES[rows.analysis.distribution] for rows in every), "or")
    robust = any(rows.analysis.cluster for rows in every)
    yield MODEL.format(
        kinds=kinds, robust=", or from the robust variance over clusters" if robust else ""
    )
    yield from _times(every)


def _smooth_methods(every: Sequence[AnalysisRows]) -> Iterator[str]:
    freedom = dict.fromkeys(rows.analysis.df for rows in every)
    words = [f"{counted(df, 'degree')} of freedom" for df in freedom]
    yield SMOOTH.format(df=listed(words, "or"))
    if not any(isinstance(one, AftAnalysis) for one in every[0].study.plan.analysis.values()):
        yield from _times(every)


AFT: Final = Presentation(
    summary="ratio of times",
    finding=_finding,
    blocks=lambda rows: (
        regression_forest(rows, RATIO),
        regression_table(rows, RATIO, notes=fit_notes(rows)),
        tests_table(rows),
        residual_figure(rows),
    ),
    methods=_aft_methods,
    headline=(RATIO,),
)
FLEXIBLE: Final = Presentation(
    summary="hazard over time",
    finding=hazard_finding,
    blocks=lambda rows: (hazard_figure(rows), hazard_table(rows)),
    methods=_smooth_methods,
    headline=("hazard_per_week",),
)
