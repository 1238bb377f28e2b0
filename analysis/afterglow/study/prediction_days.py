"""Who is at risk on each day of prediction, with what was known then; and who is not, and why."""

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
import pandas as pd

from afterglow.endpoints.conditions import holds
from afterglow.names import (
    CAUSE,
    DAYS_PER_WEEK,
    DURATION,
    ENTRY,
    LANDMARK,
    ORIGIN_DAY,
    REASON,
    SUBJECT,
    N,
)
from afterglow.plan.endpoints import Relapse
from afterglow.plan.prediction_analyses import LandmarkPredictionAnalysis
from afterglow.study.analysed import Analysed, analysed, members_of
from afterglow.study.covariates import covariates
from afterglow.study.history import History, OnFile, history_of, on_file
from afterglow.study.setting import Setting
from afterglow.study.timelines import COURSE_END
from afterglow.timeline.moments import EPSILON

SITE = "left_out"
BOOSTER = "booster"
NOT_YET = "not yet at risk"
GONE = "no longer followed"
PENDING = "last score already meets the rule, not yet confirmed"
UNKNOWN = {
    "last_score": "no score",
    "change_from_baseline": "no baseline",
    "slope": "fewer than two scores",
    "days_since_score": "no score",
    "days_since_session": "no session",
    "sessions_so_far": "no session",
    "weeks_since_course_end": "no course",
}


@dataclass(frozen=True, slots=True, eq=False)
class PredictionDays:
    """The stacked rows of a prediction.

    Attributes
    ----------
    found : Analysed
        Whose rows the endpoint has, and who is set aside altogether.
    rows : DataFrame
        One row per subject and day of prediction: subject_id, landmark_day, duration_days (both
        since the origin), cause, `left_out` where the plan names a column, and the columns named.
    at_baseline, in_course : tuple of str
        Columns of the terms, and of the predictors.
    terms : mapping of column to the plan's word
    set_aside : DataFrame
        landmark_day, reason, n: rows of the endpoint that do not count on a day.
    """

    found: Analysed
    rows: pd.DataFrame
    at_baseline: tuple[str, ...]
    in_course: tuple[str, ...]
    terms: dict[str, str]
    set_aside: pd.DataFrame


def prediction_days(
    name: str, analysis: LandmarkPredictionAnalysis, setting: Setting
) -> PredictionDays:
    """Return everybody at risk on each day of prediction, with what was known by then.

    At risk on day s is who may have the event from day s on, and neither had it nor was ended,
    nor censored, by then. Where a relapse is dated at the first visit of a run that a later one
    confirms, whoever's last score already meets the rule is set aside on that day: whether that
    visit was the relapse is known only later.
    """
    found = analysed(name, analysis, setting)
    regressed = covariates(analysis, setting, members_of(analysis, setting))
    terms = dict(regressed.terms) if regressed else {}
    history = history_of(setting, analysis.endpoint)
    parts, aside = [], []
    for day in sorted(analysis.prediction_days):
        why, known = _on_day(found.rows, day, analysis, setting, history)
        counts = pd.Series(why[why != ""]).value_counts().sort_index()
        aside += [{LANDMARK: day, REASON: word, N: n} for word, n in counts.items()]
        columns = {column: known[column] for column in analysis.predictors}
        part = found.rows.assign(**{LANDMARK: float(day)}, **columns)
        parts.append(part[why == ""])
    rows = pd.concat(parts, ignore_index=True)
    kept = [SUBJECT, LANDMARK, DURATION, CAUSE, *terms, *analysis.predictors]
    rows = rows[kept]
    if analysis.leave_out is not None:
        site = setting.subjects.set_index(SUBJECT)[analysis.leave_out]
        rows = rows.assign(**{SITE: rows[SUBJECT].map(site)})
    return PredictionDays(
        found=found, rows=rows, at_baseline=tuple(terms), in_course=tuple(analysis.predictors),
        terms={**terms, **{word: word for word in analysis.predictors}},
        set_aside=pd.DataFrame(aside, columns=[LANDMARK, REASON, N]),
    )  # fmt: skip


def _on_day(
    rows: pd.DataFrame,
    day: float,
    analysis: LandmarkPredictionAnalysis,
    setting: Setting,
    history: History,
) -> tuple[np.ndarray, dict[str, np.ndarray]]:
    """Return why each row does not count on a day, "" where it does, and what is known by then."""
    names = pd.Index(setting.subjects[SUBJECT])
    who = names.get_indexer(pd.Index(rows[SUBJECT]))
    today = rows[ORIGIN_DAY].to_numpy(dtype=float) + day
    file = on_file(history, who, today)
    end = setting.timelines.subjects[COURSE_END].to_numpy(dtype=float)[who]
    known = {
        "last_score": file.last_score,
        "change_from_baseline": file.change_from_baseline,
        "slope": file.slope,
        "days_since_score": file.days_since_score,
        "days_since_session": file.days_since_session,
        "sessions_so_far": file.sessions_so_far,
        "weeks_since_course_end": (today - end) / DAYS_PER_WEEK,
    }
    why = np.full(len(rows), "", dtype=object)
    for mask, words in _reasons(rows, day, analysis, setting, history, who, file, known):
        why = np.where((why == "") & mask, words, why)
    return why, known


def _reasons(
    rows: pd.DataFrame,
    day: float,
    analysis: LandmarkPredictionAnalysis,
    setting: Setting,
    history: History,
    who: np.ndarray,
    file: OnFile,
    known: dict[str, np.ndarray],
) -> Iterator[tuple[np.ndarray, np.ndarray | str]]:
    """Yield who does not count and why, the first reason first."""
    over = rows[DURATION].to_numpy() <= day + EPSILON
    ended = rows[CAUSE].astype(object).to_numpy()
    hidden = rows[REASON].astype(object).to_numpy() == BOOSTER
    words = np.where(ended != "", ended, np.where(hidden, BOOSTER, ""))
    yield over, np.where(words != "", words + " before", GONE)
    yield rows[ENTRY].to_numpy() > day + EPSILON, NOT_YET
    if _dated_back(analysis, setting):
        yield _meets(setting, analysis.endpoint, history.baseline[who], file.last_score), PENDING
    for word in analysis.predictors:
        yield np.isnan(known[word]), UNKNOWN[word]


def _dated_back(analysis: LandmarkPredictionAnalysis, setting: Setting) -> bool:
    endpoint = setting.plan.endpoint[analysis.endpoint]
    if not isinstance(endpoint, Relapse):
        return False
    return endpoint.confirm.visits > 1 and endpoint.confirm.date == "first"


def _meets(setting: Setting, endpoint: str, baseline: np.ndarray, score: np.ndarray) -> np.ndarray:
    """Tell whose score meets the condition of the relapse."""
    rules = setting.derived.rules
    rule = rules.endpoints[rules.names.index(endpoint)]
    best = rules.best[int(rule["instrument"])]
    condition, threshold = np.int64(rule["condition"]), float(rule["threshold"])
    return np.array(
        [
            not np.isnan(one) and bool(holds(condition, threshold, one, start, best))
            for one, start in zip(score, baseline)
        ],
        dtype=bool,
    )
