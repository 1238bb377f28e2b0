"""Rows of weighted curves: survival without boosters, the weights, their model and its warnings."""

from typing import Final

import numpy as np
import pandas as pd

from afterglow.estimate.weighting import positivity as found_in
from afterglow.estimate.weighting.diagnostics import (
    EFFECTIVE,
    LARGEST,
    LARGEST_SHARE,
    MEAN,
    QUANTILES,
    SD,
)
from afterglow.estimate.weighting.model import (
    ODDS_RATIO,
    ODDS_RATIO_HIGH,
    ODDS_RATIO_LOW,
    STRATUM,
)
from afterglow.estimate.weighting.positivity import FINDING
from afterglow.estimate.weighting.result import WeightedSurvival
from afterglow.estimate.weighting.terms import BEND, INTERCEPT
from afterglow.names import (
    AT_RISK,
    CENSORED,
    CONF_HIGH,
    CONF_LOW,
    DECISION,
    ESTIMATE,
    EVENTS,
    GROUP,
    STATISTIC_NAME,
    STD_ERROR,
    TERM,
    TIME,
    TRIALS,
    WARNING,
    N,
)
from afterglow.plan.weighting_analyses import WeightedKaplanMeierAnalysis
from afterglow.study.curves import (
    MEDIAN,
    MIDDLE,
    NOBODY,
    NOT_REACHED,
    SURVIVAL,
    count_rows,
    events_by,
    labelled_naive,
    of_both,
    risk_rows,
)
from afterglow.study.groups import reference_of
from afterglow.study.results import LEVEL, SECTION, Row
from afterglow.study.rows import analysis_head, not_estimated, statistic, statistics
from afterglow.study.setting import Setting
from afterglow.study.strategy_rows import TAKEN_AS_CENSORED
from afterglow.study.weighting import (
    WeightedFit,
    naive_curve,
    unseen_rows,
    watched_on,
    weighted_fit,
)

UNWEIGHTED: Final = "unweighted"
TRUNCATED: Final = "truncated at 1 and 99 %"
NAIVE_SURVIVAL: Final = "naive_survival"
UNTRUNCATED: Final = "not truncated"
WEIGHT_STATISTICS: Final = {
    "weight_mean": MEAN,
    "weight_sd": SD,
    **{f"weight_{name}": name for name in QUANTILES},
    "weight_largest": LARGEST,
    "weight_largest_share": LARGEST_SHARE,
    "effective_n": EFFECTIVE,
}
FINDINGS: Final = {
    found_in.NOBODY: "nobody_boosted",
    found_in.CERTAIN: "share_nearly_certain",
    found_in.TAIL: "share_where_nearly_all",
    found_in.HEAVY: "largest_weight_share",
    found_in.FEW_LEFT: "smallest_effective_share",
    found_in.SPARSE: "boosted_per_coefficient",
    found_in.SEEN: "seen_by_expected",
}
NONE_BOOSTED: Final = "nobody had one on such a day: it needs no weight"


def weighted_rows(
    name: str, analysis: WeightedKaplanMeierAnalysis, setting: Setting, *, headline: bool = False
) -> list[Row]:
    """Return the rows of a weighted Kaplan–Meier analysis; `headline` leaves its curves out."""
    head = analysis_head(name, analysis, "analysis")
    fit = weighted_fit(analysis, setting)
    counts = [*count_rows(head, fit.found), *_decisions(head, fit)]
    if not len(fit.found.rows):
        return [*counts, not_estimated(head, SURVIVAL, NOBODY)]
    if fit.result is None or fit.other is None:
        return [*counts, not_estimated(head, SURVIVAL, fit.why)]
    rows = [
        *_at_days(head, fit.result, analysis),
        *_quantiles(head, fit.result, analysis),
        *_beside(head, fit, analysis),
    ]
    if not headline:
        rows += [
            *_watched_on(head, fit, analysis, setting),
            *_coefficients(head, fit.result),
            *_positivity(head, fit.result),
            *_weights(head, fit.result, analysis),
            *_curves(head, fit.result),
        ]
    if fit.found.competing:
        rows = [_naive(row) for row in rows]
    return [*counts, *rows]


def _naive(row: Row) -> Row:
    shown = (SURVIVAL, MEDIAN, "quantile", "difference")
    return labelled_naive(row) if row[STATISTIC_NAME] in shown else row


def _decisions(head: Row, fit: WeightedFit) -> list[Row]:
    """Return how many decisions there were, and on how many a booster was given."""
    table = fit.table
    rows = []
    for label in dict.fromkeys(table[DECISION]):
        own = table[(table[DECISION] == label) & (table[TRIALS] > 0)]
        words = {LEVEL: label}
        rows.append(statistic(head, "n_decisions", float(own[TRIALS].sum()), **words))
        rows.append(statistic(head, "n_boosted", float(own[CENSORED].sum()), **words))
    return rows


def _at_days(
    head: Row, result: WeightedSurvival, analysis: WeightedKaplanMeierAnalysis
) -> list[Row]:
    days = sorted(set(analysis.at_days))
    if not days:
        return []
    found = events_by(result.at(days))
    at_risk = found[[GROUP, TIME, AT_RISK]].rename(columns={AT_RISK: ESTIMATE})
    rows = statistics(head, SURVIVAL, found.drop(columns=TERM))
    rows += statistics(head, AT_RISK, at_risk)
    labels = [curve.label for curve in result.curve.curves]
    reference = reference_of(labels, analysis.reference)
    if analysis.by is None or len(labels) < 2 or reference is None:
        return rows
    so_far = found.drop(columns=TERM)
    for day in days:
        apart = result.difference(day, reference=reference).tidy().drop(columns=TERM)
        rows += statistics(head, "difference", of_both(apart, so_far, reference))
    return rows


def _quantiles(
    head: Row, result: WeightedSurvival, analysis: WeightedKaplanMeierAnalysis
) -> list[Row]:
    rows = []
    for share in sorted(set(analysis.quantiles)):
        if share == MIDDLE:
            rows += statistics(head, MEDIAN, result.median().drop(columns=TERM))
        else:
            found = result.quantile(share).drop(columns=TERM)
            rows += statistics(head, "quantile", found, **{LEVEL: f"{share:g}"})
    return [row | {WARNING: NOT_REACHED} if np.isnan(row[ESTIMATE]) else row for row in rows]


def _beside(head: Row, fit: WeightedFit, analysis: WeightedKaplanMeierAnalysis) -> list[Row]:
    """Return the curve without weights, and the other choice of truncation, at the same days."""
    result, other = fit.result, fit.other
    if result is None or other is None:
        return []
    label = TRUNCATED if analysis.truncate_percentiles is None else UNTRUNCATED
    plain = {TERM: UNWEIGHTED, WARNING: TAKEN_AS_CENSORED}
    rows = statistics(head, MEDIAN, result.naive.median().drop(columns=TERM), **plain)
    if analysis.at_days:
        days = sorted(set(analysis.at_days))
        rows += statistics(head, SURVIVAL, result.naive.at(days).drop(columns=TERM), **plain)
        bare = other.at(days).drop(columns=[TERM, STD_ERROR, CONF_LOW, CONF_HIGH])
        rows += statistics(head, SURVIVAL, bare, **{TERM: label})
    return rows


def _watched_on(
    head: Row, fit: WeightedFit, analysis: WeightedKaplanMeierAnalysis, setting: Setting
) -> list[Row]:
    """Return whom the curves leave out, and the usual naive curve, which watches all for longer."""
    watched = watched_on(analysis, setting)
    rows, days = unseen_rows(head, fit, watched), sorted(set(analysis.at_days))
    if not days:
        return rows
    table = events_by(naive_curve(watched, analysis.conf_level).at(days)).drop(columns=TERM)
    usual = statistics(head, NAIVE_SURVIVAL, table, **{WARNING: TAKEN_AS_CENSORED})
    return [*rows, *usual]


def _coefficients(head: Row, result: WeightedSurvival) -> list[Row]:
    """Return the model's coefficients, and odds ratios of those that are no part of a curve."""
    table = result.censoring_model
    known = table[table[ESTIMATE].notna()]
    bent = {term.partition(BEND)[0] for term in known[TERM] if BEND in term}
    curved = [term == INTERCEPT or term.partition(BEND)[0] in bent for term in known[TERM]]
    straight = ~np.array(curved, dtype=bool)
    ratios = (
        known[straight]
        .drop(columns=[ESTIMATE, CONF_LOW, CONF_HIGH, STD_ERROR])
        .rename(
            columns={ODDS_RATIO: ESTIMATE, ODDS_RATIO_LOW: CONF_LOW, ODDS_RATIO_HIGH: CONF_HIGH}
        )
    )
    rows = []
    for name, frame in ((ODDS_RATIO, ratios), ("coefficient", known)):
        for record in frame.to_dict("records"):
            own = pd.DataFrame([record])
            rows += statistics(head, name, own, **{LEVEL: record[STRATUM]})
    return rows


def _positivity(head: Row, result: WeightedSurvival) -> list[Row]:
    rows = []
    for record in result.positivity.to_dict("records"):
        said = NONE_BOOSTED if record[FINDING] == found_in.NOBODY else record[WARNING]
        rows.append(
            statistic(
                head, FINDINGS[record[FINDING]], record[ESTIMATE],
                **{GROUP: record[GROUP], TERM: record[TERM], LEVEL: record[STRATUM],
                   N: record[N], WARNING: said},
            )
        )  # fmt: skip
    return rows


def _weights(
    head: Row, result: WeightedSurvival, analysis: WeightedKaplanMeierAnalysis
) -> list[Row]:
    rows = []
    asked = result.weights_at(sorted(set(analysis.at_days)))
    for section, table in ((head, asked), ({**head, SECTION: "curve"}, result.weights)):
        for name, column in WEIGHT_STATISTICS.items():
            own = table[[GROUP, TIME, column]].rename(columns={column: ESTIMATE})
            rows += statistics(section, name, own)
    return rows


def _curves(head: Row, result: WeightedSurvival) -> list[Row]:
    own = {**head, SECTION: "curve"}
    table = result.tidy().drop(columns=TERM)
    rows = statistics(own, SURVIVAL, table)
    for name in (AT_RISK, EVENTS, CENSORED):
        rows += statistics(own, name, table[[GROUP, TIME, name]].rename(columns={name: ESTIMATE}))
    plain = result.naive.tidy().drop(columns=TERM)
    rows += statistics(own, SURVIVAL, plain, **{TERM: UNWEIGHTED, WARNING: TAKEN_AS_CENSORED})
    return [*rows, *risk_rows(head, result.naive)]
