"""Why strategies differ in these data: who came to what is varied first, at which scores."""

from collections.abc import Iterator
from typing import Final

import numpy as np
import pandas as pd

from afterglow.names import (
    CAUSE,
    CONF_HIGH,
    CONF_LEVEL,
    CONF_LOW,
    DURATION,
    METHOD,
    STD_ERROR,
    SUBJECT,
    TERM,
    TIME,
    N,
)
from afterglow.plan.strategy_analyses import StrategyComparisonAnalysis
from afterglow.study.analysed import Analysed
from afterglow.study.last_scores import known_scores, scores_at_risk, scores_before
from afterglow.study.results import LEVEL, Row
from afterglow.study.rows import statistic
from afterglow.study.setting import Setting
from afterglow.timeline.moments import EPSILON

CAME_FIRST: Final = "n_came_first"
EVENT_SEEN: Final = "n_event_seen"
SCORE_MEAN, SCORE_SD = "last_score_mean", "last_score_sd"
T_LIMITS: Final = "mean difference, t limits"
SCORE_DIFFERENCE: Final = "last_score_difference"
CONCERNED, OTHERS = "concerned", "others at risk"


def reason_rows(
    head: Row,
    found: Analysed,
    looked_through: pd.DataFrame | None,
    analysis: StrategyComparisonAnalysis,
    setting: Setting,
) -> Iterator[Row]:
    """Yield whom each intercurrent event came first to by each day, and what is known of them.

    Of those by the last day: in how many the event itself is seen by then, and the mean last score
    before, beside that of all others at risk on the same days of their clocks, and how far the two
    lie apart.
    """
    rows = found.rows
    for kind in analysis.vary:
        for day in sorted(set(analysis.at_days)):
            first = (rows[CAUSE] == kind) & (rows[DURATION] <= day + EPSILON)
            yield statistic(head, CAME_FIRST, float(first.sum()), **{TERM: kind, TIME: day})
    last = max(analysis.at_days)
    mine = rows[rows[CAUSE].isin(analysis.vary) & (rows[DURATION] <= last + EPSILON)]
    if not len(mine):
        return
    if looked_through is not None:
        had = looked_through[looked_through[CAUSE] == analysis.endpoint]
        had = had[had[DURATION] <= last + EPSILON]
        seen = float(mine[SUBJECT].isin(had[SUBJECT]).sum())
        yield statistic(head, EVENT_SEEN, seen, **{TIME: last})
    yield from _scores(head, rows, mine, last, analysis, setting)


def _scores(
    head: Row,
    rows: pd.DataFrame,
    mine: pd.DataFrame,
    last: float,
    analysis: StrategyComparisonAnalysis,
    setting: Setting,
) -> Iterator[Row]:
    known = known_scores(setting.plan.endpoint[analysis.endpoint], setting)
    own = scores_before(mine, known)
    seen = ~np.isnan(own)
    if not seen.any():
        return
    times, place = np.unique(mine[DURATION].to_numpy()[seen], return_inverse=True)
    total, number = scores_at_risk(rows, known, times)
    total = total - np.bincount(place, weights=own[seen], minlength=len(times))
    number = number - np.bincount(place, minlength=len(times))
    beside = number > 0
    scores = np.sort(own[seen])
    count = float(len(scores))
    at = {TIME: last, N: count}
    yield statistic(head, SCORE_MEAN, float(scores.mean()), **at, **{LEVEL: CONCERNED})
    if count > 1:
        yield statistic(head, SCORE_SD, float(scores.std(ddof=1)), **at, **{LEVEL: CONCERNED})
    if beside.any():
        compared = beside[place]
        others = (total[beside] / number[beside])[np.cumsum(beside)[place[compared]] - 1]
        words = {TIME: last, N: float(compared.sum())}
        yield statistic(head, SCORE_MEAN, float(np.sort(others).mean()), **words, **{LEVEL: OTHERS})
        yield _difference(head, own[seen][compared] - others, words, analysis.conf_level)


def _difference(head: Row, differences: np.ndarray, words: Row, level: float) -> Row:
    """Return the mean difference from the others, with limits of the t distribution."""
    from scipy.special import stdtrit

    values = np.sort(differences)
    count, mean = len(values), float(values.mean())
    if count < 2:
        return statistic(head, SCORE_DIFFERENCE, mean, **words)
    error = float(values.std(ddof=1) / np.sqrt(count))
    half = float(-stdtrit(count - 1, (1 - level) / 2)) * error
    limits = {CONF_LOW: mean - half, CONF_HIGH: mean + half, CONF_LEVEL: level}
    return statistic(
        head, SCORE_DIFFERENCE, mean, **words, **{STD_ERROR: error, METHOD: T_LIMITS}, **limits
    )
