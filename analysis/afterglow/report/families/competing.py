"""Competing causes: Gray's test, Fine–Gray regression, cause-specific Cox regression."""

from collections.abc import Iterator, Sequence
from typing import Final

from afterglow.report.analysis_rows import AnalysisRows, records
from afterglow.report.blocks import Block
from afterglow.report.competing_blocks import (
    cause_tests_table,
    causes_of,
    gray_table,
    gray_tests,
    incidence_figure,
    incidence_table,
)
from afterglow.report.cox_blocks import tests_table
from afterglow.report.curve_rows import cause_label
from afterglow.report.families.curves import SCALES
from afterglow.report.presentation import Presentation
from afterglow.report.regression_blocks import (
    regression_finding,
    regression_forest,
    regression_table,
)
from afterglow.report.words import counted, listed, lower_first, upper_first, variable_label
from afterglow.tables import format as fmt

SUBDISTRIBUTION: Final = "subdistribution_hazard_ratio"
HAZARD: Final = "hazard_ratio"
GRAY: Final = (
    "Gray's test: whether the groups have the same cumulative incidence of a cause, with every "
    "other cause competing; observed against expected events where subjects with another event "
    "stay among those at risk as far as censoring would have let them be seen, as cmprsk's cuminc "
    "in R.{strata}{rho} A cause-specific hazard can differ where the incidence does not, and the "
    "other way round."
)
RHO: Final = " With rho above 0 early differences count more (rho = {values})."
FINE_GRAY: Final = (
    "Fine–Gray regression: ratios of subdistribution hazards, {ties}. A ratio above 1 goes with a "
    "higher incidence of the endpoint; it is no ratio of rates among those still at risk, because "
    "subjects with a competing event stay in the denominator, weighted by the chance of still "
    "being followed. {variance}"
)
TIES: Final = {
    "crr": "as cmprsk's crr in R (at a tie, those with an event could still have been censored)",
    "finegray": "as finegray() with coxph in R (at a tie events come before censorings; Breslow)",
    "finegray-efron": "as finegray() with coxph in R, Efron's approximation",
}
SANDWICHED: Final = (
    "Limits and p values rest on a sandwich variance{estimated}, by subject or cluster."
)
ESTIMATED: Final = " that allows for the estimated weights where ties are as in crr"
MODEL_BASED: Final = (
    "Where so said they rest on the information matrix, which takes weights as known."
)
CAUSES: Final = (
    "Cause-specific Cox regression: one Cox model for each cause, in which the other causes' "
    "events end the time at risk; events on one day by {ties}. A hazard ratio compares the rates "
    "of that cause among those still free of all. What it means for the incidence depends on the "
    "models of the other causes too."
)
APPROXIMATIONS: Final = {"efron": "Efron's approximation", "breslow": "Breslow's approximation"}
PREDICTED: Final = (
    "Predicted incidences are for the other covariates at their mean{together}, with limits on "
    "{scale} that hold the error of coefficients and baselines."
)
TOGETHER: Final = "; those of cause-specific models come from the models of all causes together"


def _gray_finding(rows: AnalysisRows) -> str:
    tests = gray_tests(rows)
    if not tests:
        why = [row.warning for row in records(rows.rows("gray_test")) if row.warning]
        return f"The groups could not be compared: {why[0] if why else 'nobody to analyse'}."
    own = [row for row in tests if row.term == rows.analysis.endpoint]
    kind = "Gray's stratified test" if rows.analysis.strata else "Gray's test"
    words = [
        f"{kind} of equal incidences of {_cause(rows, row.term)} in the groups gives "
        f"{fmt.p_statement(row.p_value)} (chi-squared {fmt.number(row.statistic)} on "
        f"{counted(row.df, 'degree')} of freedom; {counted(row.n_events, 'event')} among "
        f"{counted(row.n, 'subject')})."
        for row in own
    ]
    others = [
        f"{fmt.p_statement(row.p_value)} for {_cause(rows, row.term)}"
        for row in tests
        if row not in own
    ]
    if others:
        words.append(f"Of the competing causes it gives {listed(others)}.")
    return upper_first(" ".join(words))


def _cause(rows: AnalysisRows, cause: str) -> str:
    return lower_first(cause_label(rows, cause))


def _gray_methods(every: Sequence[AnalysisRows]) -> Iterator[str]:
    strata = dict.fromkeys(rows.analysis.strata for rows in every if rows.analysis.strata)
    names = listed([lower_first(variable_label(name)) for name in strata])
    values = dict.fromkeys(fmt.trimmed(rows.analysis.rho) for rows in every if rows.analysis.rho)
    yield GRAY.format(
        strata=f" Summed over strata of {names} where so said." if names else "",
        rho=RHO.format(values=listed(list(values), "or")) if values else "",
    )


def _material(rows: AnalysisRows) -> str:
    competing = [row for row in records(rows.rows("n_competing")) if row.estimate > 0]
    ended = [f"{fmt.count(row.estimate)} {_cause(rows, row.level)}" for row in competing]
    had = f"{fmt.count(rows.value('n_events'))} of {counted(rows.n(''), 'subject')} had the event"
    return f"{had}; competing: {listed(ended)}." if ended else f"{had}, and nobody a competing one."


def _subdistribution_finding(rows: AnalysisRows) -> str:
    words = regression_finding(rows, SUBDISTRIBUTION)
    known = rows.rows("coefficient")["estimate"].notna().any()
    return f"{words} {_material(rows)}" if known else words


def _subdistribution_methods(every: Sequence[AnalysisRows]) -> Iterator[str]:
    analyses = [rows.analysis for rows in every]
    used = [_ties_of(rows) for rows in every]
    ties = dict.fromkeys(TIES[name] for name in used)
    estimated = any(name == "crr" and one.robust for name, one in zip(used, analyses))
    said = (
        [SANDWICHED.format(estimated=ESTIMATED if estimated else "")]
        if any(a.robust for a in analyses)
        else []
    )
    said += [MODEL_BASED] if not all(a.robust for a in analyses) else []
    yield FINE_GRAY.format(ties=listed(list(ties), "or"), variance=" ".join(said))
    yield from _predicted(every, together="")


def _ties_of(rows: AnalysisRows) -> str:
    """Return the rule for ties that ran: the plan's, or the one that the data called for."""
    ran = rows.rows(SUBDISTRIBUTION)["method"].tolist()
    found = [name for name in TIES if any(f"ties as {name}," in method for method in ran)]
    return found[-1] if found else rows.analysis.ties or "crr"


def _predicted(every: Sequence[AnalysisRows], *, together: str) -> Iterator[str]:
    scales = dict.fromkeys(
        SCALES[rows.analysis.conf_type] for rows in every if rows.analysis.curves_by
    )
    if scales:
        yield PREDICTED.format(scale=listed(list(scales), "or"), together=together)


def _causes_finding(rows: AnalysisRows) -> str:
    causes = causes_of(rows, HAZARD)
    if not causes:
        return regression_finding(rows, HAZARD)
    said = []
    for cause in causes[:2]:
        words = regression_finding(rows, HAZARD, group=cause)
        said.append(f"{upper_first(_cause(rows, cause))}: {lower_first(words)}")
    more = len(causes) - 2
    if more > 0:
        said.append(f"{upper_first(counted(more, 'further cause'))} in the tables.")
    return " ".join([*said, _material(rows)])


def _causes_blocks(rows: AnalysisRows) -> Sequence[Block | None]:
    causes = causes_of(rows, HAZARD)
    blocks: list[Block | None] = [
        regression_forest(rows, HAZARD, group=cause) for cause in causes[:1]
    ]
    for cause in causes:
        note = (
            f"Cause: {_cause(rows, cause)} ({counted(_events(rows, cause), 'event')}); the others'"
            " events end the time at risk."
        )
        blocks.append(regression_table(rows, HAZARD, group=cause, notes=(note,)))
    return (*blocks, cause_tests_table(rows, causes), incidence_figure(rows), incidence_table(rows))


def _events(rows: AnalysisRows, cause: str) -> float:
    own = cause == rows.analysis.endpoint
    return rows.value("n_events") if own else rows.value("n_competing", level=cause)


def _causes_methods(every: Sequence[AnalysisRows]) -> Iterator[str]:
    ties = dict.fromkeys(APPROXIMATIONS[rows.analysis.ties] for rows in every)
    yield CAUSES.format(ties=listed(list(ties), "or"))
    yield from _predicted(every, together=TOGETHER)


GRAY_TEST: Final = Presentation(
    summary="equality of cumulative incidences",
    finding=_gray_finding,
    blocks=lambda rows: (gray_table(rows),),
    methods=_gray_methods,
    headline=("gray_test",),
)
SUBDISTRIBUTION_HAZARDS: Final = Presentation(
    summary="ratio of subdistribution hazards",
    finding=_subdistribution_finding,
    blocks=lambda rows: (
        regression_forest(rows, SUBDISTRIBUTION),
        regression_table(rows, SUBDISTRIBUTION),
        tests_table(rows),
        incidence_figure(rows),
        incidence_table(rows),
    ),
    methods=_subdistribution_methods,
    headline=(SUBDISTRIBUTION,),
)
CAUSE_SPECIFIC: Final = Presentation(
    summary="ratio of cause-specific hazards",
    finding=_causes_finding,
    blocks=_causes_blocks,
    methods=_causes_methods,
    headline=(HAZARD,),
)
