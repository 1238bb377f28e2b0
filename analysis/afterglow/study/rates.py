"""Response rates: at stated days under each rule for missing scores, or reached at all."""

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
import pandas as pd

from afterglow.endpoints.rules import REASON_WORDS, Reason
from afterglow.estimate.clustered_rate import DESIGN_EFFECT, ICC, N_CLUSTERS
from afterglow.estimate.proportion import proportion
from afterglow.estimate.proportion_difference import proportion_difference
from afterglow.estimate.proportion_ratio import proportion_ratio
from afterglow.estimate.response_rate import DIFFERENCE, RATE, response_rate
from afterglow.estimate.stratified_difference import stratified_difference
from afterglow.names import (
    EVENT,
    GROUP,
    HOURS_PER_DAY,
    OBSERVED,
    REASON,
    SUBJECT,
    TERM,
    TIME,
    WARNING,
)
from afterglow.plan.analyses import ProportionAnalysis
from afterglow.plan.endpoints import Endpoint, RapidResponse, SustainedResponse
from afterglow.study.analysed import (
    CARRIED,
    DUE,
    Analysed,
    analysed,
    analysed_at_days,
)
from afterglow.study.groups import CLUSTER, STRATUM, group_labels, reference_of
from afterglow.study.results import Row
from afterglow.study.rows import analysis_head, attempted, not_estimated, statistic, statistics
from afterglow.study.setting import Setting
from afterglow.study.timelines import TREATED
from afterglow.timeline.moments import EPSILON

REACHED = "reached"
RATIO = "ratio"
LOCF = "last-observation"
LOCF_WARNING = "last observation carried forward: for comparison only"
BEST = "best-case"
WORST = "worst-case"
FILLED = {"non-responder": 0.0, BEST: 1.0, WORST: 0.0}
UNSEEN = tuple(REASON_WORDS[r] for r in (Reason.NO_VISIT_IN_WINDOW, Reason.NOT_SEEN_TO_THE_END))
NOBODY = "nobody to take a rate of"
NO_REFERENCE = "the reference group has nobody"


@dataclass(frozen=True, slots=True, eq=False)
class Judged:
    """Everybody who counts at one day; rows have observed (1, 0 or missing), carried and due."""

    day: float
    found: Analysed


def rate_rows(
    name: str, analysis: ProportionAnalysis, setting: Setting, *, headline: bool = False
) -> list[Row]:
    """Return the rows of a proportion: rates, differences, ratios and their denominators.

    It has no curve that `headline` could leave out.
    """
    head = analysis_head(name, analysis, "analysis")
    endpoint = setting.plan.endpoint[analysis.endpoint]
    if analysis.at_days or isinstance(endpoint, RapidResponse | SustainedResponse):
        rows = []
        for judged in judged_days(name, analysis, setting):
            rows += _denominators({**head, TIME: judged.day}, judged.found, setting)
            for rule in analysis.missing:
                more = {**head, TIME: judged.day, TERM: rule}
                rows += _rates(more, analysis, judged.found, rule)
        return rows
    found = analysed(name, analysis, setting)
    seen: Row = {OBSERVED: found.rows[EVENT].astype(float), DUE: True}
    reached = Analysed(found.population, found.rows.assign(**seen), found.set_aside)
    counts = _counts(head, "n_treated", _treated(found.population, setting), found)
    counts += _counts(head, "n_analysed", found.rows, found)
    return [*counts, *_rates({**head, TERM: REACHED}, analysis, reached, OBSERVED)]


def judged_days(name: str, analysis: ProportionAnalysis, setting: Setting) -> Iterator[Judged]:
    """Yield who counts on each day of an analysis, in rising order."""
    if analysis.at_days:
        days = sorted(set(analysis.at_days))
        found = analysed_at_days(name, analysis, setting, days)
        yield from (Judged(day, found[day]) for day in days)
    else:
        yield _judged_endpoint(name, analysis, setting)


def _judged_endpoint(name: str, analysis: ProportionAnalysis, setting: Setting) -> Judged:
    """Return a rapid or sustained response as observed on its own day."""
    day = _own_day(setting.plan.endpoint[analysis.endpoint])
    found = analysed(name, analysis, setting)
    seen = ~found.rows[REASON].isin(UNSEEN)
    ends = pd.Series(setting.end_day, index=setting.subjects[SUBJECT])
    lost = pd.Series(setting.lost, index=setting.subjects[SUBJECT])
    followed = found.rows[SUBJECT].map(ends) >= day - EPSILON
    judged: Row = {
        OBSERVED: found.rows[EVENT].astype(float).where(seen),
        CARRIED: np.nan,
        DUE: followed | found.rows[SUBJECT].map(lost) | seen,
    }
    return Judged(day, Analysed(found.population, found.rows.assign(**judged), found.set_aside))


def _own_day(endpoint: Endpoint) -> float:
    if isinstance(endpoint, SustainedResponse):
        return endpoint.through_day
    if isinstance(endpoint, RapidResponse):
        return endpoint.at_hours / HOURS_PER_DAY
    raise TypeError(f"{endpoint.kind} has no day of its own")


def _treated(population: pd.DataFrame, setting: Setting) -> pd.DataFrame:
    subjects = setting.timelines.subjects
    treated = subjects.loc[subjects[TREATED], SUBJECT]
    return population[population[SUBJECT].isin(treated)]


def _denominators(head: Row, found: Analysed, setting: Setting) -> list[Row]:
    due = found.rows[found.rows[DUE]]
    parts = {
        "n_treated": _treated(found.population, setting),
        "n_with_baseline": found.rows,
        "n_due": due,
        "n_observed": due[due[OBSERVED].notna()],
    }
    return [row for name, part in parts.items() for row in _counts(head, name, part, found)]


def _counts(head: Row, name: str, part: pd.DataFrame, found: Analysed) -> list[Row]:
    labels = group_labels(found.population)
    return [
        statistic(head, name, float((part[GROUP] == label).sum()), **{GROUP: label})
        for label in labels
    ]


def _rates(head: Row, analysis: ProportionAnalysis, found: Analysed, rule: str) -> list[Row]:
    warning = {WARNING: LOCF_WARNING} if rule == LOCF else {}
    labels = group_labels(found.population)
    reference = reference_of(labels, analysis.reference) if analysis.by else None
    if analysis.cluster is not None:
        return _clustered(head | warning, analysis, found.rows, rule, reference)
    counted = filled(found.rows, rule)
    rows = []
    for label in labels:
        mine = counted.loc[counted[GROUP] == label, EVENT]
        rows.append(_rate(head | warning, analysis, label, int(mine.sum()), len(mine)))
    for label in labels if reference is not None else ():
        if label != reference:
            pair = compared(found.rows, rule, label, str(reference))
            rows += _contrast(head | warning, analysis, pair, label, str(reference))
    return rows


def filled(rows: pd.DataFrame, rule: str) -> pd.DataFrame:
    """Return those who count under a rule for missing scores, with the event as 0 or 1.

    Observed cases are those with a score. All other rules run over those due: non-responder and
    worst-case count a missing score as no response, best-case as one, last-observation takes the
    last score up to the end of the window.
    """
    if rule == OBSERVED:
        taken = rows[rows[OBSERVED].notna()]
        return taken.assign(**{EVENT: taken[OBSERVED].astype(np.int64)})
    taken = rows[rows[DUE]]
    missing = taken[CARRIED] if rule == LOCF else FILLED[rule]
    return taken.assign(**{EVENT: taken[OBSERVED].fillna(missing).astype(np.int64)})


def compared(rows: pd.DataFrame, rule: str, label: str, reference: str) -> pd.DataFrame:
    """Return two groups for a contrast; best and worst case are those of the first group.

    Best case: whoever is missing responded in the first group and not in the reference; worst
    case the other way round. No way of filling in gives a difference outside the two.
    """
    pair = rows[rows[GROUP].isin([label, reference])]
    opposite = {BEST: WORST, WORST: BEST}.get(rule, rule)
    mine = filled(pair[pair[GROUP] == label], rule)
    return pd.concat([mine, filled(pair[pair[GROUP] == reference], opposite)], ignore_index=True)


def _rate(head: Row, analysis: ProportionAnalysis, label: str, x: int, n: int) -> Row:
    if n == 0:
        return not_estimated(head, RATE, NOBODY, **{GROUP: label})
    found = proportion(x, n, method=analysis.method, conf_level=analysis.conf_level).tidy()
    return statistics({**head, GROUP: label}, RATE, found)[0]


def _contrast(
    head: Row, analysis: ProportionAnalysis, pair: pd.DataFrame, label: str, reference: str
) -> list[Row]:
    words = {GROUP: f"{label} vs {reference}"}
    sizes = [int((pair[GROUP] == group).sum()) for group in (label, reference)]
    if min(sizes) == 0:
        why = NOBODY if sizes[0] == 0 else NO_REFERENCE
        return [not_estimated(head, DIFFERENCE, why, **words)]
    won = [int(pair.loc[pair[GROUP] == group, EVENT].sum()) for group in (label, reference)]
    counts = (won[0], sizes[0], won[1], sizes[1])
    level = analysis.conf_level
    ratio = proportion_ratio(*counts, conf_level=level).tidy()
    if analysis.strata is not None:
        rows = _stratified(head | words, analysis, pair, reference)
    else:
        found = proportion_difference(*counts, method=analysis.difference, conf_level=level)
        rows = statistics({**head, **words}, DIFFERENCE, found.tidy())
    return [*rows, *statistics({**head, **words}, RATIO, ratio)]


def _stratified(
    head: Row, analysis: ProportionAnalysis, pair: pd.DataFrame, reference: str
) -> list[Row]:
    found, why = attempted(
        lambda: stratified_difference(
            pair, event=EVENT, by=GROUP, strata=STRATUM, reference=reference,
            conf_level=analysis.conf_level,
        )
    )  # fmt: skip
    if found is None:
        return [not_estimated(head, DIFFERENCE, why)]
    return statistics(head, DIFFERENCE, found.tidy())


def _clustered(
    head: Row, analysis: ProportionAnalysis, rows: pd.DataFrame, rule: str, reference: str | None
) -> list[Row]:
    """Return rates and differences with the cluster-robust variance; there is no ratio then."""
    counted = filled(rows, rule)
    if not len(counted):
        return [not_estimated(head, RATE, NOBODY)]
    found, why = attempted(lambda: _robust(counted, analysis))
    if found is None:
        return [not_estimated(head, RATE, why)]
    result = []
    for record in found[found[TERM] == RATE].drop(columns=TERM).to_dict("records"):
        mine = pd.DataFrame([record])
        result += statistics(head, RATE, mine)
        for name in (ICC, DESIGN_EFFECT, N_CLUSTERS):
            result.append(statistic(head, name, record[name], **{GROUP: record[GROUP]}))
    for label in group_labels(counted) if reference is not None else ():
        if label != reference:
            pair = compared(rows, rule, label, str(reference))
            result.append(_clustered_difference(head, analysis, pair, label, str(reference)))
    return result


def _robust(
    counted: pd.DataFrame, analysis: ProportionAnalysis, reference: str | None = None
) -> pd.DataFrame:
    strata = STRATUM if analysis.strata and reference is not None else None
    return response_rate(
        counted, event=EVENT, by=GROUP, cluster=CLUSTER, strata=strata, reference=reference,
        conf_level=analysis.conf_level, method=analysis.method,
    ).tidy()  # fmt: skip


def _clustered_difference(
    head: Row, analysis: ProportionAnalysis, pair: pd.DataFrame, label: str, reference: str
) -> Row:
    words = f"{label} vs {reference}"
    if reference not in group_labels(pair):
        return not_estimated(head, DIFFERENCE, NO_REFERENCE, **{GROUP: words})
    found, why = attempted(lambda: _robust(pair, analysis, reference))
    if found is None:
        return not_estimated(head, DIFFERENCE, why, **{GROUP: words})
    mine = found[found[TERM] == DIFFERENCE].drop(columns=TERM)
    return statistics(head, DIFFERENCE, mine)[0]
