"""Rows of the model of scores within cycles: predicted means, and when relapse is reached."""

from dataclasses import dataclass
from functools import partial
from typing import Any, Final

import numpy as np
import pandas as pd

from afterglow.estimate.mixed.score_model import score_within_cycle
from afterglow.estimate.mixed.score_result import ScoreWithinCycle
from afterglow.names import (
    BASELINE_SCORE,
    CYCLE,
    DAY,
    DAYS_SINCE_SESSION,
    EVENT_NAME,
    GROUP,
    INSTRUMENT,
    RATER,
    SCORE,
    SUBJECT,
    TERM,
    TIMING,
    N,
)
from afterglow.plan.cycle_analyses import ScoreWithinCycleAnalysis
from afterglow.plan.endpoints import Durability, Relapse
from afterglow.study.analysed import Analysed, analysed
from afterglow.study.blocks import FIRST_DAY, LAST_DAY
from afterglow.study.curves import NOBODY
from afterglow.study.derive import chosen_raters
from afterglow.study.groups import group_labels
from afterglow.study.latency_rows import TOO_FEW
from afterglow.study.path import state_endpoints
from afterglow.study.results import LEVEL, SECTION, Row
from afterglow.study.rows import analysis_head, attempted, not_estimated, statistic, statistics
from afterglow.study.setting import Setting
from afterglow.timeline.moments import EPSILON

PREDICTED: Final = "predicted_score"
COEFFICIENT: Final = "coefficient"
REACHED: Final = "days_to_threshold"
N_SCORES: Final = "n_scores"
N_LATER: Final = "n_later_scores"
N_WITHOUT: Final = "n_without_score"
LEFT_OUT: Final = "n_scores_left_out"
ENDED_BY: Final = ("switch", "ect", "death", "withdrawal")
POST_DOSE: Final = "post-dose"
MOMENT: Final = "moment"
INSTANT: Final = 1e-6
NO_SCORE: Final = "no score was taken after a course or block"
IN_BLOCK: Final = "before the end of the course or block"
TOO_LATE: Final = "more than {days:g} days after the last session"
AFTER_END: Final = "after a switch, ECT or withdrawal, or the end of follow-up"
OTHER_TIMING: Final = "of another timing than the endpoint's, such as post-dose"


@dataclass(frozen=True, slots=True, eq=False)
class CycleScores:
    """The scores that a model is fitted to.

    Attributes
    ----------
    rows : DataFrame
        subject_id, group, cycle, days_since_session, score, baseline_score.
    left_out : DataFrame
        group and the reason of every score of the instrument that is not used.
    """

    rows: pd.DataFrame
    left_out: pd.DataFrame


def score_rows(
    name: str, analysis: ScoreWithinCycleAnalysis, setting: Setting, *, headline: bool = False
) -> list[Row]:
    """Return the rows of a model of scores within cycles; `headline` leaves its curve out."""
    head = analysis_head(name, analysis, "analysis")
    found = analysed(name, analysis, setting)
    scores = cycle_scores(found, analysis, setting)
    rows = _counts(head, found, scores)
    if not len(found.rows):
        return [*rows, not_estimated(head, PREDICTED, NOBODY)]
    for label in group_labels(found.population):
        own = head | {GROUP: label}
        mine = scores.rows[scores.rows[GROUP] == label]
        if mine[SUBJECT].nunique() < analysis.smallest_group:
            words = TOO_FEW.format(least=analysis.smallest_group)
            rows.append(not_estimated(own, PREDICTED, words if len(mine) else NO_SCORE))
            continue
        model, why = attempted(partial(_fitted, mine, analysis))
        if model is None:
            rows.append(not_estimated(own, PREDICTED, why))
        else:
            rows += _of_model(own, model, analysis, setting, headline=headline)
    return rows


def cycle_scores(
    found: Analysed, analysis: ScoreWithinCycleAnalysis, setting: Setting
) -> CycleScores:
    """Return the scores after the course and after each booster block, and those left out."""
    endpoint = setting.plan.endpoint[analysis.endpoint]
    instrument = setting.library.get(str(getattr(endpoint, "instrument", ""))).id
    scores = _scores_of(instrument, setting)
    people = found.rows[[SUBJECT, GROUP]].astype({SUBJECT: object})
    scores = pd.merge(scores, people, on=SUBJECT, how="inner")
    baseline = setting.timelines.baselines[instrument]
    starts = pd.Series(baseline.to_numpy(), index=setting.subjects[SUBJECT].astype(object))
    scores[BASELINE_SCORE] = scores[SUBJECT].map(starts)
    placed = _since_sessions(scores[scores[DAY] > 0], setting.blocks)
    why = _why_not(placed, endpoint, analysis, setting)
    used = placed[why == ""]
    columns = [SUBJECT, GROUP, CYCLE, DAYS_SINCE_SESSION, SCORE, BASELINE_SCORE]
    left_out = placed.loc[why != "", [GROUP]].assign(**{LEVEL: why[why != ""]})
    return CycleScores(used[columns].reset_index(drop=True), left_out)


def _scores_of(instrument: str, setting: Setting) -> pd.DataFrame:
    """Return the scores of an instrument by the plan's rater, up to the end of follow-up."""
    scores = setting.cohort.scores
    scores = scores[scores[INSTRUMENT] == instrument]
    rater = chosen_raters(setting.plan, setting.library).get(instrument)
    if rater is not None:
        scores = scores[scores[RATER] == rater]
    timing = scores[TIMING].astype(object).where(scores[TIMING] != "", "untagged")
    return pd.DataFrame(
        {SUBJECT: scores[SUBJECT].astype(object), DAY: scores[DAY], SCORE: scores[SCORE],
         TIMING: timing}
    )  # fmt: skip


def _since_sessions(scores: pd.DataFrame, blocks: pd.DataFrame) -> pd.DataFrame:
    """Place each score in the cycle that had begun before it.

    A score of a session's own day comes before it, unless it is tagged post-dose (rule 1) or its
    fraction of the day is later.
    """
    behind = np.where(scores[TIMING] == POST_DOSE, INSTANT, 0.0)
    ordered = scores.assign(**{MOMENT: scores[DAY] + behind}).sort_values([MOMENT, SUBJECT])
    begun = blocks[[SUBJECT, CYCLE, FIRST_DAY, LAST_DAY]].sort_values([FIRST_DAY, SUBJECT])
    found = pd.merge_asof(
        ordered, begun, left_on=MOMENT, right_on=FIRST_DAY, by=SUBJECT, allow_exact_matches=False
    )
    found[DAYS_SINCE_SESSION] = found[DAY] - found[LAST_DAY]
    return found.sort_values([SUBJECT, MOMENT], kind="stable").reset_index(drop=True)


def _why_not(
    placed: pd.DataFrame, endpoint: Any, analysis: ScoreWithinCycleAnalysis, setting: Setting
) -> pd.Series:
    """Return why each score is left out, "" where it is used."""
    since = placed[DAYS_SINCE_SESSION]
    why = pd.Series("", index=placed.index, dtype=object)
    last = placed[SUBJECT].map(_last_days(setting))
    late = TOO_LATE.format(days=analysis.until_days)
    why[since > analysis.until_days + EPSILON] = late
    why[~(placed[MOMENT] > placed[LAST_DAY])] = IN_BLOCK
    why[placed[DAY] > last + EPSILON] = AFTER_END
    timing = getattr(endpoint, "timing", None)
    if timing is not None:
        why[~placed[TIMING].isin(timing)] = OTHER_TIMING
    why[placed[BASELINE_SCORE].isna()] = "no baseline"
    return why


def _last_days(setting: Setting) -> pd.Series:
    """Return the last day on which a subject's scores are those of this treatment."""
    names = setting.subjects[SUBJECT].astype(object).to_numpy()
    last = pd.Series(setting.end_day, index=names)
    events = setting.cohort.events
    if events is None:
        return last
    ended = events[events[EVENT_NAME].isin(ENDED_BY) & (events[DAY] >= 0)]
    first = ended.groupby(ended[SUBJECT].astype(object))[DAY].min()
    return pd.Series(np.fmin(last, first.reindex(names).to_numpy()), index=names)


def _counts(head: Row, found: Analysed, scores: CycleScores) -> list[Row]:
    rows = []
    for label in group_labels(found.population):
        own = head | {GROUP: label}
        mine = scores.rows[scores.rows[GROUP] == label]
        n = int((found.rows[GROUP] == label).sum())
        seen = mine[SUBJECT].nunique()
        later = float((mine[CYCLE] > 1).sum())
        for name, count in ((N, seen), (N_WITHOUT, n - seen), (N_SCORES, len(mine)),
                            (N_LATER, later)):  # fmt: skip
            rows.append(statistic(own, name, float(count)))
        out = scores.left_out[scores.left_out[GROUP] == label]
        for reason, count in out[LEVEL].value_counts().sort_index().items():
            rows.append(statistic(own, LEFT_OUT, float(count), **{LEVEL: reason}))
    return rows


def _fitted(scores: pd.DataFrame, analysis: ScoreWithinCycleAnalysis) -> ScoreWithinCycle:
    return score_within_cycle(
        scores, knots=analysis.knots, parallel=analysis.parallel,
        random_slope=analysis.random_slope, robust=analysis.robust, conf_level=analysis.conf_level,
    )  # fmt: skip


def _of_model(
    head: Row,
    model: ScoreWithinCycle,
    analysis: ScoreWithinCycleAnalysis,
    setting: Setting,
    *,
    headline: bool,
) -> list[Row]:
    """Return coefficients, predicted means by kind of cycle, and when they reach the threshold."""
    rows = statistics(head, COEFFICIENT, model.tidy())
    days = sorted(set(analysis.at_days))
    if days:
        rows += _named(head, PREDICTED, model.predict(days))
    threshold = threshold_of(analysis, setting)
    if threshold is not None:
        points, higher_is_worse = threshold
        found = model.crossing(points, higher_is_worse=higher_is_worse)
        rows += _named(head, REACHED, found, **{LEVEL: f"{points:g}"})
    if headline:
        return rows
    every = np.arange(0.0, np.floor(min(model.last_day, analysis.until_days)) + 1.0)
    return [*rows, *_named({**head, SECTION: "curve"}, PREDICTED, model.predict(every))]


def _named(head: Row, name: str, table: pd.DataFrame, **more: Any) -> list[Row]:
    """Return rows whose `term` says which kind of cycle."""
    table = table.assign(**{TERM: table[GROUP]})
    return statistics(head, name, table, **more)


def threshold_of(analysis: ScoreWithinCycleAnalysis, setting: Setting) -> tuple[float, bool] | None:
    """Return the score at which a relapse begins, and whether higher is worse; None: no score."""
    name = analysis.relapse
    if name is None:
        place = state_endpoints(setting.plan, setting.derived.rules)[2]
        name = setting.derived.rules.names[place] if place >= 0 else ""
    relapse = setting.plan.endpoint.get(name)
    own = getattr(setting.plan.endpoint[analysis.endpoint], "instrument", None)
    if not isinstance(relapse, Relapse | Durability) or relapse.instrument != own:
        return None
    condition, points = relapse.condition
    known = {"score_at_least": True, "score_at_most": False}
    return (points, known[condition]) if condition in known else None
