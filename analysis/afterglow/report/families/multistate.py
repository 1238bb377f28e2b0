"""States over time: shares, days in each state, moves."""

from collections.abc import Iterator, Sequence
from typing import Final

from afterglow.report.analysis_rows import AnalysisRows
from afterglow.report.families.curves import SCALES
from afterglow.report.presentation import Presentation
from afterglow.report.state_blocks import moves_table, states_figure, states_finding, states_table
from afterglow.report.words import listed

STATES: Final = "states"
OCCUPANCY: Final = (
    "States over time: the Aalen–Johansen estimate of the share in each state, from the moves of "
    "those in it, as survfit of R's survival with id and istate. A score moves a subject at the "
    "visit that shows it. It holds without the Markov property where censoring is independent of "
    "the course. Variance: infinitesimal jackknife over subjects; limits on {scale}, pointwise. "
    "Expected days in a state are the area under its share, with the jackknife's error and normal "
    "limits."
)
MARKOV: Final = (
    "The Markov property (that leaving a state does not depend on its day of entry) is tested by "
    "a Cox model of each move with five events or more on the day of entry, robust by subject. A "
    "small p value speaks against models and predictions that ignore how long a state has lasted; "
    "the shares above stay valid."
)


def _methods(every: Sequence[AnalysisRows]) -> Iterator[str]:
    scales = dict.fromkeys(SCALES[rows.analysis.conf_type] for rows in every)
    yield OCCUPANCY.format(scale=listed(list(scales), "or"))
    if any(rows.analysis.markov_test for rows in every):
        yield MARKOV


MULTISTATE: Final = Presentation(
    summary="share of subjects in each state over time",
    finding=states_finding,
    blocks=lambda rows: (states_figure(rows), states_table(rows), moves_table(rows)),
    methods=_methods,
    headline=("occupancy",),
    theme=STATES,
)
