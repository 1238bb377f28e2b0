"""Events that recur: mean numbers, ratios of rates, shared frailty."""

import math
from collections.abc import Iterator, Sequence
from typing import Final

from afterglow.names import HAZARD_RATIO
from afterglow.report.analysis_rows import AnalysisRows, records
from afterglow.report.blocks import Block
from afterglow.report.cox_blocks import tests_table
from afterglow.report.event_number_blocks import event_numbers, ratio_blocks
from afterglow.report.presentation import Presentation
from afterglow.report.recurrent_blocks import event_noun, mean_figure, mean_finding, mean_table
from afterglow.report.regression_blocks import (
    regression_finding,
    regression_forest,
    regression_table,
)
from afterglow.report.strategies import said_over_cycles
from afterglow.report.words import counted, listed, lower_first, spelled, upper_first
from afterglow.tables import format as fmt

RECURRENT: Final = "recurrent"
RATE_RATIO: Final = "rate_ratio"
MEANS: Final = (
    "Mean cumulative function: the mean number of events of a subject by each day, every cycle "
    "counted, over the time from the first day at risk to the end of observation.{terminal} "
    "Variance: {variance}; limits on {scale}, pointwise. Groups are compared by the pseudo-score "
    "test of Cook, Lawless and Nadeau."
)
VARIANCES: Final = {
    "robust": "robust, squared influences summed by subject (Lawless and Nadeau; with terminal "
    "events Ghosh and Lin), as survfit's cumulative hazard with id and mets::recurrentMarginal in "
    "R",
    "naive": "naive, as if events came as a Poisson process, which is too small where some "
    "subjects have more events than others",
}
TERMINAL: Final = (
    " Events whose strategy is to compete, but for boosters, make further events impossible: "
    "subjects with one are counted as having no more of them, not as censored."
)
SCALES: Final = {"log": "the log scale", "plain": "the scale of the estimate itself"}
MODELS: Final = {
    "andersen-gill": "the Andersen–Gill model (any event, total time)",
    "lwyy": "the model of Lin, Wei, Yang and Ying (mean numbers of events)",
    "pwp-total": "the model of Prentice, Williams and Peterson on total time (the next event "
    "among those who had the ones before)",
    "pwp-gap": "the model of Prentice, Williams and Peterson on gap time (days since the clock "
    "began again after the event before)",
    "wlw": "the model of Wei, Lin and Weissfeld (time to the first event, to the second …, "
    "everybody at risk for each from the start)",
}
RATES: Final = (
    "Regression on recurrent events: {models}; Cox partial likelihood, events on one day by "
    "{ties}. A rate ratio compares how often the event comes among those at risk for it; the "
    "robust variance of Lin and Wei, by subject, allows for the likeness of a subject's events. "
    "Events that end the possibility of more are censored here: ratios are of rates while they "
    "can come."
)
SHARED: Final = (
    "Shared frailty: a Cox model in which {who} multiplies its rate by a factor of its own "
    "({laws}), on {clocks}, by penalized partial likelihood as coxph's frailty() in R, at full "
    "convergence. "
    "A hazard ratio compares two of the same frailty, and is further from 1 than a ratio between "
    "populations. The variance of a gamma frailty is estimated by maximum likelihood, with "
    "profile limits; its likelihood-ratio test against 0 is half a chi-squared on 1 degree of "
    "freedom, as 0 is the smallest that it can be."
)
CLOCKS: Final = {
    "total": "total time (days since the origin)",
    "gap": "gap time (days since the first day at risk after the event before)",
}
TIES: Final = {
    "efron": "Efron's approximation",
    "breslow": "Breslow's approximation",
}


def _mean_methods(every: Sequence[AnalysisRows]) -> Iterator[str]:
    scales = dict.fromkeys(SCALES[rows.analysis.conf_type] for rows in every)
    ended = any((rows.rows("n_terminated")["estimate"] > 0).any() for rows in every)
    variances = dict.fromkeys(VARIANCES[rows.analysis.variance] for rows in every)
    yield MEANS.format(
        scale=listed(list(scales), "or"), terminal=TERMINAL if ended else "",
        variance="; ".join(variances),
    )  # fmt: skip


def _ratio(rows: AnalysisRows) -> str:
    return HAZARD_RATIO if rows.analysis.model == "wlw" else RATE_RATIO


def _rate_finding(rows: AnalysisRows) -> str:
    ratio = _ratio(rows)
    numbers = event_numbers(rows, ratio)
    words = regression_finding(rows, ratio, group=numbers[0] if numbers else None)
    if numbers:
        words = f"Of the first event: {words[:1].lower()}{words[1:]}"
    return f"{words} {_material(rows)}"


def _material(rows: AnalysisRows) -> str:
    events = fmt.count(rows.value("n_events"))
    return (
        f"There were {events} {event_noun(rows)} in {counted(rows.n(''), 'subject')}, of whom "
        f"{fmt.count(rows.value('n_with_event'))} had one or more.{_left_out(rows)}"
    )


def _left_out(rows: AnalysisRows) -> str:
    """Return how many cycles a term of the cycle left out, and why."""
    found = [row for row in records(rows.rows("n_cycles_left_out")) if row.estimate > 0]
    if not found:
        return ""
    cycles = sum(row.estimate for row in found)
    events = rows.rows("n_events_left_out")["estimate"].sum()
    why = listed([f"{lower_first(spelled(row.level))} for {fmt.count(row.estimate)}"
                  for row in found])  # fmt: skip
    verb = "was" if cycles == 1 else "were"
    return (
        f" {upper_first(counted(cycles, 'cycle'))} with {fmt.count(events)} of these events {verb}"
        f" left out: {why}."
    )


def _rate_blocks(rows: AnalysisRows) -> Sequence[Block | None]:
    return (*ratio_blocks(rows, _ratio(rows)), tests_table(rows))


def _rate_methods(every: Sequence[AnalysisRows]) -> Iterator[str]:
    models = dict.fromkeys(MODELS[rows.analysis.model] for rows in every)
    ties = dict.fromkeys(TIES[rows.analysis.ties] for rows in every)
    yield RATES.format(models=listed(list(models)), ties=listed(list(ties), "or"))


def _shared_finding(rows: AnalysisRows) -> str:
    row = rows.one("frailty_variance")
    words = regression_finding(rows, HAZARD_RATIO)
    if row is None or math.isnan(row.estimate):
        return words
    known = "is" if rows.analysis.theta is None else "is taken to be"
    spread = f"The variance of the frailty {known} {fmt.number(row.estimate)}"
    if not math.isnan(row.conf_high):
        limits = fmt.interval(row.conf_low, row.conf_high)
        spread += f" ({fmt.confidence_level(rows.level)} {limits})"
    if not math.isnan(row.p_value):
        spread += f", {fmt.p_statement(row.p_value)} against none"
    return f"{words} {spread}. {_material(rows)}"


def _shared_methods(every: Sequence[AnalysisRows]) -> Iterator[str]:
    laws = dict.fromkeys(f"{rows.analysis.distribution} distribution" for rows in every)
    whose = dict.fromkeys("each cluster" if rows.analysis.cluster else "each subject"
                          for rows in every)  # fmt: skip
    clocks = dict.fromkeys(CLOCKS[rows.analysis.clock] for rows in every)
    yield SHARED.format(
        who=listed(list(whose), "or"), laws=listed(list(laws), "or"),
        clocks=listed(list(clocks), "or"),
    )  # fmt: skip


MEAN_CUMULATIVE_FUNCTION: Final = Presentation(
    summary="mean number of events over time",
    finding=mean_finding,
    blocks=lambda rows: (mean_figure(rows), mean_table(rows)),
    methods=_mean_methods,
    headline=("mean_count",),
    theme=RECURRENT,
    intercurrent=said_over_cycles,
)
RECURRENT_COX: Final = Presentation(
    summary="ratio of the rates of recurring events",
    finding=_rate_finding,
    blocks=_rate_blocks,
    methods=_rate_methods,
    headline=(RATE_RATIO, HAZARD_RATIO),
    theme=RECURRENT,
    intercurrent=said_over_cycles,
)
FRAILTY: Final = Presentation(
    summary="ratio of hazards between subjects of one frailty",
    finding=_shared_finding,
    blocks=lambda rows: (
        regression_forest(rows, HAZARD_RATIO),
        regression_table(rows, HAZARD_RATIO),
    ),
    methods=_shared_methods,
    headline=(HAZARD_RATIO,),
    theme=RECURRENT,
    intercurrent=said_over_cycles,
)
