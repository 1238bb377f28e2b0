"""Rows of target trials: what would follow under each strategy of boosters, and who followed it."""

import numpy as np
import pandas as pd

from afterglow.estimate.target_trial.estimator import clone_censor_weight
from afterglow.estimate.target_trial.result import SHARE, SUM, SURVIVAL, TargetTrial
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
from afterglow.study.trial_days import DECIDED, IN_RELAPSE, TREATED, WAITING, trial_days

COUNTS = {N: "n_clones", "not_cloned": "n_not_cloned", N_EVENTS: "n_clone_events",
          "person_days": "person_days", "adherent": "n_adherent"}  # fmt: skip
WEIGHTS = {AT_RISK: "n_weighted", "mean": "weight_mean", "largest": "weight_largest",
           "effective_n": "effective_n", SUM: "weight_per_clone"}  # fmt: skip
RHYTHM = "rhythm"
UNWEIGHTED = "unweighted_survival"
RELAPSE_SHARE = "share_in_relapse"
RELAPSE_DAYS = "days_in_relapse"
THIN = 10
FEW = "fewer than 10 clones follow this strategy so long: what they show may be chance"
HEAVY = 1.2
TOO_MUCH = (
    "the weights add up to more than all copies: the model of a booster does not fit those left"
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


NAMED = (SURVIVAL, "difference", "restricted_mean", "restricted_mean_difference")


def _estimated(analysis: TargetTrialAnalysis, setting: Setting, found: Analysed) -> TargetTrial:
    regressed = covariates(analysis, setting, members_of(analysis, setting))
    columns = list(regressed.terms) if regressed else []
    days = trial_days(found, analysis, columns, setting)
    rhythm = _rhythm(analysis, setting)
    if rhythm is not None:
        days = days.assign(**{RHYTHM: days[SUBJECT].map(rhythm)})
    known: list[ModelTerm] = [Smooth(one) if one == LAST_SCORE else one for one in analysis.given]
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
    """Return per strategy the clones, and how many left it for which reason."""
    rows = []
    for record in trial.follow_up().to_dict("records"):
        own = {**head, GROUP: record.pop(GROUP)}
        rows += [statistic(own, COUNTS[key], float(record.pop(key))) for key in COUNTS]
        rows += [
            statistic(own, "n_deviated", float(n), **{LEVEL: str(reason)})
            for reason, n in record.items()
        ]
    return rows


def _outcomes(head: Row, analysis: TargetTrialAnalysis, trial: TargetTrial) -> list[Row]:
    reference, days = trial.strategies[0], sorted(set(analysis.at_days))
    rows: list[Row] = []
    if days:
        found = _thin(trial.at(days), trial)
        plain = found[[GROUP, TIME]].assign(**{ESTIMATE: found["unweighted"]})
        rows += statistics(head, SURVIVAL, found) + statistics(head, UNWEIGHTED, plain)
    for day in days:
        rows += statistics(head, "difference", trial.difference(day, reference=reference))
    until = analysis.horizon_days
    rows += statistics(head, "restricted_mean", trial.mean_days(until))
    contrast = trial.mean_difference(until, reference=reference)
    return [*rows, *statistics(head, "restricted_mean_difference", contrast)]


def _thin(found: pd.DataFrame, trial: TargetTrial) -> pd.DataFrame:
    """Return estimates that say of themselves when little stands behind them."""
    left = trial.weights_at([int(day) for day in sorted(set(found[TIME]))])
    left = left.set_index([GROUP, TIME]).reindex(pd.MultiIndex.from_frame(found[[GROUP, TIME]]))
    few = left[AT_RISK].fillna(0.0).to_numpy() < THIN
    heavy = left[SUM].fillna(0.0).to_numpy() > HEAVY
    words = np.where(few, FEW, np.where(heavy, TOO_MUCH, ""))
    return found.assign(**{WARNING: np.where(found[WARNING] == "", words, found[WARNING])})


def _in_relapse(head: Row, analysis: TargetTrialAnalysis, trial: TargetTrial) -> list[Row]:
    reference, until = trial.strategies[0], analysis.horizon_days
    rows: list[Row] = []
    if analysis.at_days:
        days = sorted(set(analysis.at_days))
        rows += statistics(head, RELAPSE_SHARE, trial.at(days, what=SHARE).drop(columns=N_EVENTS))
    rows += statistics(head, RELAPSE_DAYS, trial.mean_days(until, what=SHARE))
    contrast = trial.mean_difference(until, reference=reference, what=SHARE)
    return [*rows, *statistics(head, f"{RELAPSE_DAYS}_difference", contrast)]


def _weights(head: Row, analysis: TargetTrialAnalysis, trial: TargetTrial) -> list[Row]:
    found = trial.weights_at(sorted({*analysis.at_days, analysis.horizon_days}))
    return [
        row
        for column, word in WEIGHTS.items()
        for row in statistics(head, word, found[[GROUP, TIME]].assign(**{ESTIMATE: found[column]}))
    ]


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
    own, days = {**head, SECTION: "curve"}, list(range(trial.days.length))
    rows = statistics(own, SURVIVAL, trial.at(days).drop(columns=WARNING))
    if analysis.relapse_days:
        inside = trial.at(days, what=SHARE).drop(columns=[WARNING, N_EVENTS])
        rows += statistics(own, RELAPSE_SHARE, inside)
    return rows
