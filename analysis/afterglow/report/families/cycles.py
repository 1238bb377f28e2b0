"""The wait for a booster, cycles, and scores within a cycle."""

from collections.abc import Iterator, Sequence
from typing import Final

from afterglow.report.analysis_rows import AnalysisRows
from afterglow.report.cycle_blocks import all_gaps_figure, cycle_finding, cycle_table, gap_figure
from afterglow.report.families.curves import SCALES
from afterglow.report.latency_blocks import latency_brief, latency_finding, service_table
from afterglow.report.latency_figures import boosted_figure, waiting_figure
from afterglow.report.presentation import Presentation
from afterglow.report.score_blocks import score_figure, score_finding, score_table
from afterglow.report.words import counted, listed, plain

CYCLES: Final = "cycles"
WAITS: Final = (
    "Wait for a booster: Aalen–Johansen incidences of a booster against whatever else ended the "
    "wait (response regained, switch and so on, as the endpoint says). {which} The share "
    "within so many days is an incidence, so that those still waiting at the end of their "
    "follow-up count as long as they were seen; limits on {scale}. Boosters are split by the "
    "kind that the sessions table records: a scheduled session is part of the treatment policy, a "
    "triggered one an outcome. {clocks}"
)
ALL: Final = (
    "Every relapse of a subject counts; the variance is the infinitesimal jackknife summed by "
    "subject."
)
FIRST: Final = "The first relapse of each subject counts."
FROM_RELAPSE: Final = (
    "Days count from the visit that dates the relapse, and a subject is at risk from the visit that"
    " confirms it: shorter waits cannot be seen, as a session before then ends the run unconfirmed;"
    " these boosters are counted apart."
)
FROM_CONFIRMED: Final = (
    "Days count from the visit that confirms the relapse, the first day on which a clinic could "
    "know of it."
)
GAPS: Final = (
    "Gaps between boosters: days from the last session of the course or block to the first session "
    "of the next block; incidence of the next booster by Aalen–Johansen, against whatever else "
    "ends care, by number of the cycle; cycles from {pooled} on are pooled, with the variance "
    "summed by subject. Who comes to a later cycle is chosen by the earlier ones: curves by cycle "
    "describe, and do not compare like with like. All gaps together: the estimate of Wang and "
    "Chang (1999), in which a subject's complete gaps share one weight and a gap cut off by the "
    "end of observation counts only where there is no complete one; other ends of care are taken "
    "as censoring. It takes a subject's gaps as alike. Pooling all gaps as if each were a subject "
    "is length-biased: short gaps are over-represented."
)
SCORE_VARIABLE: Final = (
    "{scale} score, by days since the last session of the course or of the block"
)
OF_SCORES: Final = (
    "a booster begins the next cycle; scores after a switch of treatment, ECT or withdrawal are "
    "left out (while-on-treatment strategy)."
)
SCORES: Final = (
    "Score within a cycle: a linear mixed model by restricted maximum likelihood (as lme4 in R), "
    "of the scores after the last session of the course or block up to {until}, straight "
    "between knots at {knots}, {later}, adjusted for the baseline score, with an intercept and, "
    "where the data carry one, a slope of each subject's own (Laird and Ware 1982). Limits are "
    "normal{robust}. The days until the mean reaches the threshold of relapse come with the days "
    "on which its limits do. The model takes missing scores as explained by those seen."
)


def _wait_methods(every: Sequence[AnalysisRows]) -> Iterator[str]:
    scales = dict.fromkeys(SCALES[rows.analysis.conf_type] for rows in every)
    which = dict.fromkeys(ALL if rows.analysis.relapses == "all" else FIRST for rows in every)
    clocks = dict.fromkeys(
        FROM_CONFIRMED if rows.analysis.clock == "confirmed" else FROM_RELAPSE for rows in every
    )
    scale = listed(list(scales), "or")
    yield WAITS.format(which=" ".join(which), scale=scale, clocks=" ".join(clocks))


def _gap_methods(every: Sequence[AnalysisRows]) -> Iterator[str]:
    pooled = dict.fromkeys(str(rows.analysis.pooled_from) for rows in every)
    yield GAPS.format(pooled=listed(list(pooled), "or"))


def _score_methods(every: Sequence[AnalysisRows]) -> Iterator[str]:
    yield from dict.fromkeys(_score_method(rows) for rows in every)


def _score_method(rows: AnalysisRows) -> str:
    analysis = rows.analysis
    knots = [f"day {plain(knot)}" for knot in analysis.knots]
    shared = "later cycles shifted by a constant" if analysis.parallel else (
        "with slopes of their own in later cycles"
    )  # fmt: skip
    return SCORES.format(
        until=counted(analysis.until_days, "day"),
        knots=listed(knots) if knots else "no day",
        later=shared,
        robust=", from the sandwich variance by subject" if analysis.robust else "",
    )


BOOSTER_LATENCY: Final = Presentation(
    summary="share of relapses followed by a booster within so many days",
    finding=latency_finding,
    brief=latency_brief,
    blocks=lambda rows: (waiting_figure(rows), boosted_figure(rows), service_table(rows)),
    methods=_wait_methods,
    headline=("incidence",),
)
CYCLE_SUMMARY: Final = Presentation(
    summary="time to the next booster by number of the cycle",
    finding=cycle_finding,
    blocks=lambda rows: (gap_figure(rows), all_gaps_figure(rows), cycle_table(rows)),
    methods=_gap_methods,
    headline=("incidence", "gap_survival"),
    theme=CYCLES,
)
SCORE_WITHIN_CYCLE: Final = Presentation(
    summary="mean score by days since the last session",
    finding=score_finding,
    blocks=lambda rows: (score_figure(rows), score_table(rows)),
    methods=_score_methods,
    headline=("predicted_score",),
    theme=CYCLES,
    variable=lambda rows: SCORE_VARIABLE.format(scale=getattr(rows.endpoint, "instrument", "")),
    intercurrent=lambda rows: OF_SCORES,
)
