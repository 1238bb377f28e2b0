"""Rows of the clock-reset model beside the shares that need no such assumption."""

from functools import partial

import pandas as pd

from afterglow.estimate.multiplicity import adjusted
from afterglow.estimate.multistate.clock_reset_result import ClockReset
from afterglow.estimate.multistate.result import MultiState
from afterglow.names import EVENT, GROUP, P_VALUE, TERM, TIME, WARNING
from afterglow.plan.multistate_analyses import MultistateAnalysis
from afterglow.study.care_rows import until_day
from afterglow.study.entry_rows import entry_rows
from afterglow.study.results import SECTION, Row
from afterglow.study.rows import attempted, not_estimated, statistics
from afterglow.study.state_paths import clinical_of

RESET_OCCUPANCY = "clock_reset_occupancy"
RESET_DIFFERENCE = "clock_reset_difference"
RESET_DAYS = "clock_reset_days_in_state"
RESET_TEST = "clock_reset_test"
RESET_RATIO = "clock_reset_entry_week_hazard_ratio"
MEDIAN_STAY = "median_stay"
LEFT_BY = "left_by"
POINTS = 52
HOLM = "holm"


def clock_reset_rows(head: Row, analysis: MultistateAnalysis, states: MultiState) -> list[Row]:
    """Return shares, days and their differences from the others, stays, and the model's test."""
    if not analysis.clock_reset:
        return []
    horizon = max([until_day(analysis), *analysis.at_days])
    model, why = attempted(lambda: states.clock_reset(horizon))
    if model is None:
        return [not_estimated(head, RESET_OCCUPANCY, why)]
    rows = statistics(head, RESET_DAYS, model.days()) if until_day(analysis) == horizon else []
    days = sorted(set(analysis.at_days))
    if days:
        rows += statistics(head, RESET_OCCUPANCY, model.at(days))
        shifts = model.difference(days).tidy()
        p_values = adjusted(shifts[P_VALUE].to_numpy(dtype=float), HOLM)
        rows += statistics(head, RESET_DIFFERENCE, shifts.assign(**{P_VALUE: p_values}))
    rows += _stays(head, analysis, model)
    make = partial(states.clock_reset_test, out_of=clinical_of(states.states))
    rows += entry_rows(head, make, RESET_TEST, RESET_RATIO)
    return [*rows, *statistics({**head, SECTION: "curve"}, RESET_OCCUPANCY, _thinned(model))]


def _stays(head: Row, analysis: MultistateAnalysis, model: ClockReset) -> list[Row]:
    if not model.stays()[EVENT].any():
        return []
    rows = statistics(head, MEDIAN_STAY, model.medians())
    if analysis.sojourn_days:
        rows += statistics(head, LEFT_BY, model.sojourns(sorted(set(analysis.sojourn_days))))
    return rows


def _thinned(model: ClockReset) -> pd.DataFrame:
    """Return the curve on about a week's steps of a year, and on its last day."""
    table = model.tidy().drop(columns=WARNING)
    times = sorted(table[TIME].unique())
    kept = {*times[:: max(1, len(times) // POINTS)], times[-1]}
    return table[table[TIME].isin(kept)].sort_values([GROUP, TERM, TIME], kind="stable")
