"""States over time: shares, days in each state, what care amounts to, moves and their models."""

from collections.abc import Iterator, Sequence
from typing import Final

from afterglow.names import HAZARD_RATIO
from afterglow.report.analysis_rows import AnalysisRows
from afterglow.report.blocks import Block
from afterglow.report.care_blocks import asked_for, care_finding, care_table
from afterglow.report.clock_reset_blocks import (
    clock_reset_finding,
    clock_reset_table,
    stays_table,
)
from afterglow.report.families.curves import SCALES
from afterglow.report.presentation import Presentation
from afterglow.report.sentences import clock_words
from afterglow.report.state_blocks import moves_table, states_finding, states_table
from afterglow.report.state_figures import limits_figure, states_figure
from afterglow.report.state_words import states_note
from afterglow.report.strategies import said_as_states
from afterglow.report.transition_blocks import (
    move_label,
    moves_finding,
    moves_forest,
    probabilities_table,
    ratios_table,
)
from afterglow.report.words import listed
from afterglow.tables import format as fmt

STATES: Final = "states"
OCCUPANCY: Final = (
    "States over time: the Aalen–Johansen estimate of the share in each state, from the moves of "
    "those in it, as survfit of R's survival with id and istate. A score moves a subject at the "
    "visit that shows it, and the state lasts until a later one shows another, or to the end of "
    "follow-up. The estimate holds without the Markov property where censoring is independent of "
    "the course. Variance: infinitesimal jackknife over subjects; limits on {scale}, pointwise. "
    "Expected days in a state are the area under its share, with the jackknife's error and normal "
    "limits."
)
TREATED: Final = (
    "Treatment as a state: from day 0 to the last session of the course a subject is in the "
    "course; from the first session of a block of boosters to {days} after its last one, in a "
    "booster. In between the state is the one that the last score, or a relapse, has shown."
)
MARKOV: Final = (
    "The Markov property (that leaving a state does not depend on its day of entry) is tested by "
    "a Cox model of each move with five events or more on the day of entry, robust by subject. A "
    "small p value speaks against models and predictions that ignore how long a state has lasted; "
    "the shares above stay valid."
)
CARE: Final = (
    "Expected days well, in relapse and free of treatment are areas under Aalen–Johansen shares; "
    "expected sessions are Ghosh and Lin's mean number, in which those who died, switched or left "
    "have no more of them. Sessions per month well are the ratio of the two means, by the delta "
    "method. All errors are the infinitesimal jackknife over subjects, carried through every "
    "step; limits of days are normal, of sessions and their ratio on the log scale."
)
RESET: Final = (
    "Clock-reset model (semi-Markov; Gill 1980): all stays in a state, each counted from its "
    "entry, give the product-limit chances of every move by days since entry; shares follow by "
    "renewal, day by day from the shares on day 0. It assumes that nothing but the state and the "
    "days in it matters, and that first and later entries are alike. Errors are the infinitesimal "
    "jackknife over subjects through the renewal; differences from the Aalen–Johansen shares are "
    "tested with the error of the difference, p values by Holm over all of them. The model is "
    "also tested by a Cox model of each move on the day of entry, time counted from the entry."
)
TRANSITIONS: Final = (
    "Probabilities of being elsewhere later are products of the moves' increments between the two "
    "days, as mstate::probtrans, with {variance} variance."
)
MODELS: Final = (
    "Regression of moves: one Cox model for each move, with a baseline of its own, on days since "
    "the first session; those in the state are at risk, from the day they entered it. Events on "
    "one day by {ties}; {variance}. As coxph of R with id and istate.{changing}"
)
CHANGING: Final = (
    " Covariates that change are those known when a stretch between two visits, sessions or "
    "relapses began, and hold until it ends."
)
TIES: Final = {"efron": "Efron's approximation", "breslow": "Breslow's approximation"}
VARIANCES: Final = {
    True: "robust variance by subject, or by cluster",
    False: "model-based variance",
}


def _finding(rows: AnalysisRows) -> str:
    found = (care_finding(rows), states_finding(rows), clock_reset_finding(rows))
    return " ".join(words for words in found if words)


def _blocks(rows: AnalysisRows) -> Sequence[Block | None]:
    return (
        states_figure(rows),
        limits_figure(rows),
        states_table(rows),
        care_table(rows),
        moves_table(rows),
        clock_reset_table(rows),
        stays_table(rows),
        probabilities_table(rows),
    )


def _methods(every: Sequence[AnalysisRows]) -> Iterator[str]:
    analyses = [rows.analysis for rows in every]
    scales = dict.fromkeys(SCALES[analysis.conf_type] for analysis in analyses)
    yield OCCUPANCY.format(scale=listed(list(scales), "or"))
    yield from treated(every)
    if any(asked_for(rows) for rows in every):
        yield CARE
    if any(analysis.markov_test for analysis in analyses):
        yield MARKOV
    if any(analysis.clock_reset for analysis in analyses):
        yield RESET
    variances = dict.fromkeys(a.transition_variance for a in analyses if a.transitions_from)
    if variances:
        names = [name.capitalize() for name in variances]
        yield TRANSITIONS.format(variance=listed([f"{name}'s" for name in names], "or"))


def treated(every: Sequence[AnalysisRows]) -> Iterator[str]:
    """Yield what treatment as a state means, where an analysis asks for it."""
    days = dict.fromkeys(
        rows.analysis.booster_days for rows in every if rows.analysis.treatment_states
    )
    if days:
        yield TREATED.format(days=listed([fmt.days(day) for day in days], "or"))


def _model_methods(every: Sequence[AnalysisRows]) -> Iterator[str]:
    ties = dict.fromkeys(TIES[rows.analysis.ties] for rows in every)
    variances = dict.fromkeys(VARIANCES[rows.analysis.robust] for rows in every)
    yield MODELS.format(
        ties=listed(list(ties), "or"), variance=listed(list(variances), "or"),
        changing=CHANGING if any(rows.analysis.changing for rows in every) else "",
    )  # fmt: skip
    yield from treated(every)


MULTISTATE: Final = Presentation(
    summary="share of subjects in each state over time",
    finding=_finding,
    blocks=_blocks,
    methods=_methods,
    headline=("occupancy",),
    theme=STATES,
    variable=lambda rows: f"the state occupied, by days since {clock_words(rows)}",
    intercurrent=said_as_states,
    notes=states_note,
)
TRANSITION_MODELS: Final = Presentation(
    summary="ratio of the rates of moving between states",
    finding=moves_finding,
    blocks=lambda rows: (moves_forest(rows), ratios_table(rows)),
    methods=_model_methods,
    headline=(HAZARD_RATIO,),
    theme=STATES,
    variable=lambda rows: f"moves between states, in days since {clock_words(rows)}",
    intercurrent=said_as_states,
    notes=states_note,
    group_words=lambda rows, move: move_label(rows, move) if move else "",
)
