"""Rows of target trials: what would follow under each strategy of boosters, and who followed it."""

import pandas as pd

from afterglow.estimate.target_trial.estimator import clone_censor_weight
from afterglow.estimate.target_trial.followed import (
    AFTER,
    BEFORE,
    CENSORED_EARLY,
    COLUMNS,
    NOT_CLONED,
    PART,
    PERSON_DAYS,
    TO_HORIZON,
)
from afterglow.estimate.target_trial.result import AT_MOST, SHARE, SUM, SURVIVAL, TargetTrial
from afterglow.estimate.target_trial.strategies import Strategy
from afterglow.estimate.weighting.model import ODDS_RATIO, ODDS_RATIO_HIGH, ODDS_RATIO_LOW
from afterglow.estimate.weighting.terms import ModelTerm, Smooth
from afterglow.names import (
    AT_RISK,
    CONF_HIGH,
    CONF_LEVEL,
    CONF_LOW,
    ESTIMATE,
    GROUP,
    LAST_SCORE,
    N_EVENTS,
    STATISTIC_NAME,
    SUBJECT,
    TERM,
    TIME,
    WARNING,
    N,
)
from afterglow.plan.trial_analyses import TargetTrialAnalysis
from afterglow.study.analysed import Analysed, analysed, members_of
from afterglow.study.covariates import covariates
from afterglow.study.curves import NOBODY, count_rows, labelled_naive
from afterglow.study.groups import labelled
from afterglow.study.results import LEVEL, SECTION, Row
from afterglow.study.rows import analysis_head, attempted, not_estimated, statistic, statistics
from afterglow.study.setting import Setting
from afterglow.study.trial_days import CLOCK, DECIDED, IN_RELAPSE, TREATED, WAITING, trial_days

ENTERED = {N: "n_clones", NOT_CLONED: "n_not_cloned", N_EVENTS: "n_clone_events"}
WENT_ON = {TO_HORIZON: "n_to_horizon", CENSORED_EARLY: "n_censored_early",
           PERSON_DAYS: "person_days"}  # fmt: skip
PARTS = (BEFORE, AFTER)
ALL = "all"
BEHIND = {SURVIVAL: BEFORE, SHARE: ALL}
"""Whose weights stand behind a curve: those free of the event, or all that are followed."""
WEIGHTS = {AT_RISK: "n_weighted", "mean": "weight_mean", "largest": "weight_largest",
           "effective_n": "effective_n", SUM: "weight_per_clone"}  # fmt: skip
RHYTHM = "rhythm"
UNWEIGHTED = "unweighted_survival"
RELAPSE_SHARE = "share_in_relapse"
RELAPSE_DAYS = "days_in_relapse"
NAMED = (SURVIVAL, "difference", "restricted_mean", "restricted_mean_difference", RELAPSE_SHARE,
         RELAPSE_DAYS, f"{RELAPSE_DAYS}_difference")  # fmt: skip
CURVED = (LAST_SCORE, CLOCK)
THIN = 10
FEW = (
    f"those who follow the strategy so long tell as little as fewer than {THIN} copies would: what "
    "they show may be chance"
)
HEAVY = 1.2
TOO_MUCH = (
    "the weights of those left add up to more than they stand for: the model of a booster does not "
    "fit them, and their estimate may be far off"
)


def target_trial_rows(
    name: str, analysis: TargetTrialAnalysis, setting: Setting, *, headline: bool = False
) -> list[Row]:
    """Return the rows of a target trial; `headline` leaves its curves and weights out."""
    head = analysis_head(name, analysis, "analysis")
    found = analysed(name, analysis, setting)
    counts = count_rows(head, found)
    if not len(found.rows):
        return [*counts, not_estimated(head, SURVIVAL, NOBODY)]
    trial, why = attempted(lambda: _estimated(analysis, setting, found))
    if trial is None:
        return [*counts, not_estimated(head, SURVIVAL, why)]
    rows = [*_followed(head, trial), *_outcomes(head, analysis, trial)]
    rows += _in_relapse(head, analysis, trial) if analysis.relapse_days else []
    if not headline:
        rows += [*_weights(head, analysis, trial), *_model(head, trial)]
        rows += _curves(head, analysis, trial)
    if found.competing:
        rows = [labelled_naive(row) if row[STATISTIC_NAME] in NAMED else row for row in rows]
    return [*counts, *rows]


def _estimated(analysis: TargetTrialAnalysis, setting: Setting, found: Analysed) -> TargetTrial:
    regressed = covariates(analysis, setting, members_of(analysis, setting))
    columns = list(regressed.terms) if regressed else []
    days = trial_days(found, analysis, columns, setting)
    rhythm = _rhythm(analysis, setting)
    if rhythm is not None:
        days = days.assign(**{RHYTHM: days[SUBJECT].map(rhythm)})
    known: list[ModelTerm] = [Smooth(one) if one in CURVED else one for one in analysis.given]
    known += [IN_RELAPSE] if analysis.relapse_days else []
    return clone_censor_weight(
        days, strategies_of(analysis), grace_days=analysis.grace_days, model=[*known, *columns],
        horizon=analysis.horizon_days, treated=TREATED, decided=DECIDED, waiting=WAITING,
        state=IN_RELAPSE if analysis.relapse_days else None,
        rhythm=None if rhythm is None else RHYTHM, truncate=analysis.truncate,
        resamples=analysis.resamples, seed=setting.plan.seed, conf_level=analysis.conf_level,
    )  # fmt: skip


def _rhythm(analysis: TargetTrialAnalysis, setting: Setting) -> pd.Series | None:
    """Return by subject whose rhythm of boosters it follows; those without a label have one."""
    if analysis.rhythm_by is None:
        return None
    subjects = setting.subjects
    labels = pd.Series(labelled(subjects, analysis.rhythm_by), index=subjects[SUBJECT].to_numpy())
    return labels.astype(object).where(labels.notna(), "")


def strategies_of(analysis: TargetTrialAnalysis) -> list[Strategy]:
    """Return the strategies that a plan names."""
    return [
        Strategy(name=one.name, every_days=one.every_days, when=one.when is not None)
        for one in analysis.strategies
    ]


def _followed(head: Row, trial: TargetTrial) -> list[Row]:
    """Return per strategy the clones and, in `term` before relapse and after it, how they went on.

    Each ends in one way: with the event, at the horizon, where its subject's follow-up ends, or by
    leaving the strategy. Those with the event end once more after it.
    """
    rows, found = [], trial.follow_up()
    ways = [name for name in found if name not in COLUMNS]
    for record in found.to_dict("records"):
        own, phase = {**head, GROUP: record[GROUP]}, {TERM: record[PART]}
        if record[PART] == BEFORE:
            rows += [statistic(own, name, float(record[key])) for key, name in ENTERED.items()]
        rows += [statistic(own, name, float(record[key]), **phase) for key, name in WENT_ON.items()]
        rows += [
            statistic(own, "n_deviated", float(record[way]), **phase, **{LEVEL: str(way)})
            for way in ways
        ]
    for name, days in found.groupby(GROUP, sort=False)[PERSON_DAYS].sum().items():
        rows.append(statistic({**head, GROUP: name}, "person_days", float(days), **{TERM: ALL}))
    return rows


def _outcomes(head: Row, analysis: TargetTrialAnalysis, trial: TargetTrial) -> list[Row]:
    reference, days = trial.strategies[0], sorted(set(analysis.at_days))
    rows: list[Row] = []
    if days:
        found = judged(trial.at(days), trial, SURVIVAL)
        plain = found[[GROUP, TIME]].assign(**{ESTIMATE: found["unweighted"]})
        rows += statistics(head, SURVIVAL, found) + statistics(head, UNWEIGHTED, plain)
    for day in days:
        rows += statistics(head, "difference", trial.difference(day, reference=reference))
    return [*rows, *_mean_days(head, "restricted_mean", analysis, trial, SURVIVAL)]


def _in_relapse(head: Row, analysis: TargetTrialAnalysis, trial: TargetTrial) -> list[Row]:
    rows: list[Row] = []
    if analysis.at_days:
        found = trial.at(sorted(set(analysis.at_days)), what=SHARE).drop(columns=N_EVENTS)
        rows += statistics(head, RELAPSE_SHARE, judged(found, trial, SHARE))
    return [*rows, *_mean_days(head, RELAPSE_DAYS, analysis, trial, SHARE)]


def _mean_days(
    head: Row, name: str, analysis: TargetTrialAnalysis, trial: TargetTrial, what: str
) -> list[Row]:
    """Return mean days to the horizon, judged by its last day, and their differences."""
    reference, until = trial.strategies[0], analysis.horizon_days
    means = judged(trial.mean_days(until, what=what), trial, what)
    contrast = trial.mean_difference(until, reference=reference, what=what)
    return [*statistics(head, name, means), *statistics(head, f"{name}_difference", contrast)]


def judged(found: pd.DataFrame, trial: TargetTrial, what: str) -> pd.DataFrame:
    """Return estimates that say of themselves when few stand behind them, or too much weight."""
    left = trial.weights_at([int(day) for day in sorted(set(found[TIME]))], what=what)
    left = left.set_index([GROUP, TIME]).reindex(pd.MultiIndex.from_frame(found[[GROUP, TIME]]))
    objections = {
        FEW: left["effective_n"].fillna(0.0).to_numpy() < THIN,
        TOO_MUCH: (left[SUM] > HEAVY * left[AT_MOST]).to_numpy(),
    }
    said = [
        own or "; ".join(words for words, wrong in objections.items() if wrong[place])
        for place, own in enumerate(found[WARNING])
    ]
    return found.assign(**{WARNING: said})


def _weights(head: Row, analysis: TargetTrialAnalysis, trial: TargetTrial) -> list[Row]:
    """Return what the weights behind each curve are like, in `term` whose they are."""
    days = sorted({*analysis.at_days, analysis.horizon_days})
    rows = []
    for what in _curves_of(analysis):
        found, whose = trial.weights_at(days, what=what), {TERM: BEHIND[what]}
        for column, word in WEIGHTS.items():
            own = found[[GROUP, TIME]].assign(**{ESTIMATE: found[column]})
            rows += statistics(head, word, own, **whose)
    return rows


def _curves_of(analysis: TargetTrialAnalysis) -> dict[str, str]:
    """Return which curves there are, and what their statistic is called."""
    both = {SURVIVAL: SURVIVAL, SHARE: RELAPSE_SHARE}
    return both if analysis.relapse_days else {SURVIVAL: SURVIVAL}


def _model(head: Row, trial: TargetTrial) -> list[Row]:
    """Return the odds ratios of a booster on a day, of what has one coefficient."""
    if trial.chance_model is None:
        return []
    found = trial.chance_model
    owner = found[TERM].str.partition(", bend ")[0]
    alone = (owner.map(owner.value_counts()) == 1) & ~found[TERM].str.startswith("(")
    limits = {ESTIMATE: ODDS_RATIO, CONF_LOW: ODDS_RATIO_LOW, CONF_HIGH: ODDS_RATIO_HIGH}
    table = found[alone]
    table = table.assign(**{own: table[its] for own, its in limits.items()})
    return statistics(head, "booster_odds_ratio", table, **{CONF_LEVEL: trial.conf_level})


def _curves(head: Row, analysis: TargetTrialAnalysis, trial: TargetTrial) -> list[Row]:
    """Return each curve by day, with the effective number behind it."""
    own, days = {**head, SECTION: "curve"}, list(range(trial.days.length))
    rows: list[Row] = []
    for what, name in _curves_of(analysis).items():
        counted = [WARNING, N_EVENTS] if what == SHARE else [WARNING]
        rows += statistics(own, name, trial.at(days, what=what).drop(columns=counted))
        found = trial.weights_at(days, what=what)
        thick = found[[GROUP, TIME]].assign(**{ESTIMATE: found["effective_n"]})
        rows += statistics(own, "effective_n", thick, **{TERM: BEHIND[what]})
    return rows
