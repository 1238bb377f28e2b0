"""Cox regression: hazard ratios, tests, proportionality, adjusted curves."""

from collections.abc import Iterator, Sequence
from typing import Final

from afterglow.report.analysis_rows import AnalysisRows
from afterglow.report.cox_blocks import adjusted_figure, adjusted_table, tests_table
from afterglow.report.cox_checks_blocks import (
    checks_sentence,
    drift_figure,
    proportionality_table,
)
from afterglow.report.families.curves import SCALES
from afterglow.report.presentation import Presentation
from afterglow.report.regression_blocks import (
    regression_finding,
    regression_forest,
    regression_table,
)
from afterglow.report.words import (
    counted,
    listed,
    lower_first,
    upper_first,
    variable_label,
    variable_words,
)
from afterglow.tables import format as fmt

RATIO: Final = "hazard_ratio"
TIES: Final = {
    "efron": "Efron's approximation",
    "breslow": "Breslow's approximation",
    "exact": "the exact conditional likelihood",
}
LIMITS: Final = {
    "wald": "Wald's, from the information matrix",
    "profile": "those of the profile likelihood",
}
TRANSFORMS: Final = {
    "km": "one minus the Kaplan–Meier estimate",
    "rank": "the rank of the time",
    "identity": "time",
    "log": "the logarithm of time",
}
CONCORDANCES: Final = {
    "harrell": "Harrell's concordance",
    "uno": "Uno's concordance, weighted by the inverse of being uncensored,",
}
MODEL: Final = (
    "Cox regression: hazard ratios from the partial likelihood, events on one day by {ties}. A "
    "hazard ratio compares the rates of the event at any time among those still at risk; above 1 "
    "the event comes sooner. Limits and p values are {limits}{robust}."
)
ROBUST: Final = ", or from the robust variance of Lin and Wei where so said"
STRATIFIED: Final = "Each stratum of {words} has a baseline hazard of its own where so said."
CHANGING: Final = (
    "Covariates that change ({words}) have the value known when each stretch between two visits or "
    "sessions began. What happens after the start of follow-up may itself be changed by treatment, "
    "so that their ratios, and those of the covariates beside them, are no effects of treatment."
)
FIRTH: Final = (
    "Firth's penalty (half the log determinant of the information) keeps ratios finite where a "
    "group had no events, and takes out most of the bias of small samples."
)
RIDGE: Final = (
    "The ridge penalty shrinks coefficients towards 0 (theta {theta}, times each covariate's "
    "variance): ratios are biased towards 1 on purpose, and their limits do not hold that bias."
)
PROPORTIONAL: Final = (
    "Proportional hazards are tested by the score test of coefficients that drift along {along}, "
    "as cox.zph of R's survival does since version 3. A small p value means that one ratio does "
    "not describe the whole follow-up; a large one does not prove that it does. {concordance} is "
    "measured on the subjects that the model was fitted to, which flatters it."
)
ADJUSTED: Final = (
    "Adjusted curves are the model's predictions with the other covariates at their mean, with "
    "limits on {scale} that hold the error of the coefficients and of the baseline hazard. The "
    "curve of a subject with mean covariates is not the mean of the subjects' curves."
)


def _finding(rows: AnalysisRows) -> str:
    words = regression_finding(rows, RATIO)
    if not rows.rows("coefficient")["estimate"].notna().any():
        return words
    had = f"{fmt.count(rows.value('n_events'))} of {counted(rows.n(''), 'subject')} had the event."
    return " ".join(part for part in (words, had, checks_sentence(rows)) if part)


def _methods(every: Sequence[AnalysisRows]) -> Iterator[str]:
    analyses = [rows.analysis for rows in every]
    ties = listed([TIES[name] for name in dict.fromkeys(one.ties for one in analyses)], "or")
    robust = ROBUST if any(one.robust or one.cluster for one in analyses) else ""
    strata = dict.fromkeys(one.strata for one in analyses if one.strata)
    words = listed([lower_first(variable_label(name)) for name in strata])
    limits = listed([LIMITS[name] for name in dict.fromkeys(one.limits for one in analyses)], "or")
    yield MODEL.format(ties=ties, limits=limits, robust=robust) + (
        f" {STRATIFIED.format(words=words)}" if strata else ""
    )
    changing = dict.fromkeys(part.column for one in analyses for part in one.changing)
    if changing:
        yield CHANGING.format(
            words=listed([lower_first(variable_words(name)[0]) for name in changing])
        )
    if any(one.penalty == "firth" for one in analyses):
        yield FIRTH
    thetas = dict.fromkeys(one.ridge_theta for one in analyses if one.penalty == "ridge")
    if thetas:
        yield RIDGE.format(theta=listed([fmt.trimmed(theta) for theta in thetas], "or"))
    along = dict.fromkeys(TRANSFORMS[one.proportional_hazards] for one in analyses)
    kinds = dict.fromkeys(CONCORDANCES[one.concordance] for one in analyses)
    yield PROPORTIONAL.format(
        along=listed(list(along), "or"), concordance=upper_first(listed(list(kinds), "or"))
    )
    scales = dict.fromkeys(SCALES[one.conf_type] for one in analyses if one.curves_by)
    if scales:
        yield ADJUSTED.format(scale=listed(list(scales), "or"))


COX: Final = Presentation(
    summary="ratio of hazards",
    finding=_finding,
    blocks=lambda rows: (
        regression_forest(rows, RATIO),
        regression_table(rows, RATIO),
        tests_table(rows),
        proportionality_table(rows),
        drift_figure(rows),
        adjusted_figure(rows),
        adjusted_table(rows),
    ),
    methods=_methods,
    headline=(RATIO,),
)
