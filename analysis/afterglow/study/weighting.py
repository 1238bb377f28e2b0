"""Fit a weighted curve: the decisions of everybody who was at risk, with what was known of them."""

from dataclasses import dataclass

import numpy as np
import pandas as pd

from afterglow.endpoints.rules import STATUS_WORDS, Status
from afterglow.errors import NotEstimable
from afterglow.estimate.kaplan_meier import kaplan_meier
from afterglow.estimate.survival_result import KaplanMeier
from afterglow.estimate.weighting.estimator import weighted_kaplan_meier
from afterglow.estimate.weighting.result import WeightedSurvival
from afterglow.estimate.weighting.terms import ModelTerm, Smooth
from afterglow.names import (
    CAUSE,
    CENSORED,
    DAYS_SINCE_SESSION,
    DECISION,
    DECISION_ORDER,
    DURATION,
    EVENT,
    GROUP,
    LAST_SCORE,
    REASON,
    SESSIONS_SO_FAR,
    SITE,
    START_DAY,
    STRATEGY,
    SUBJECT,
    TRIALS,
)
from afterglow.phrases import spelled
from afterglow.plan.weighting_analyses import CENSOR, WeightedKaplanMeierAnalysis
from afterglow.study.analysed import Analysed, analysed, members_of, with_covariates
from afterglow.study.covariates import covariates
from afterglow.study.curves import with_entry
from afterglow.study.groups import WITHOUT, labelled, placed
from afterglow.study.results import LEVEL, Row
from afterglow.study.rows import attempted, statistic
from afterglow.study.setting import Setting
from afterglow.study.strategy_roles import in_force
from afterglow.study.weight_table import weight_table

CHANGE = "change_from_baseline"
TIME = "time"
BASELINE = "baseline"
TIME_VARYING = {
    "last_score": LAST_SCORE,
    "sessions_so_far": SESSIONS_SO_FAR,
    "days_since_session": DAYS_SINCE_SESSION,
    CHANGE: CHANGE,
    TIME: TIME,
}
COMPETING = "competing"
UNFOLLOWED = "lost"
MISSING = "missing"
UNSEEN = "n_without_time_at_risk"
ENDED_EARLY = STATUS_WORDS[Status.ENDED_BEFORE_AT_RISK]
SHOWN_TRUNCATION = (0.01, 0.99)


@dataclass(frozen=True, slots=True, eq=False)
class WeightedFit:
    """A weighted curve, or why there is none.

    Attributes
    ----------
    found : Analysed
        Who is analysed; those boosted before anything was known of them are set aside.
    table : DataFrame
        Decisions and time at risk, with group and covariates: what was fitted.
    result : WeightedSurvival or None
    other : WeightedSurvival or None
        The same without truncation, or where none was asked for, truncated at the 1st and 99th
        percentile; without resamples.
    why : str
        Why there is no result.
    """

    found: Analysed
    table: pd.DataFrame
    result: WeightedSurvival | None
    other: WeightedSurvival | None
    why: str


def weighted_fit(analysis: WeightedKaplanMeierAnalysis, setting: Setting) -> WeightedFit:
    """Return the weighted curves of an analysis in a setting.

    Who was boosted between becoming at risk and the first visit after it has no time at risk, and
    is set aside as in every curve; their decisions count in the model all the same.
    """
    found = analysed("", analysis, setting)
    table = _table(analysis, setting, found)
    asked = analysis.truncate_percentiles
    shares = None if asked is None else (asked[0] / 100.0, asked[1] / 100.0)
    beside = SHOWN_TRUNCATION if shares is None else None
    drawn = analysis.resamples
    result, why = attempted(lambda: _fitted(analysis, setting, table, shares, drawn))
    other = None if result is None else _fitted(analysis, setting, table, beside, 0)
    return WeightedFit(found, table, result, other, why)


def watched_on(analysis: WeightedKaplanMeierAnalysis, setting: Setting) -> pd.DataFrame:
    """Return the rows of everybody at risk, each to the day of what ended the watch.

    The weighted curve knows a subject free of the event up to a visit only, and so leaves out who
    had none while at risk.
    """
    force = in_force(analysis, setting.plan)
    ends = [kind for kind, word in force.items() if word == CENSOR and kind != UNFOLLOWED]
    strategy = {**analysis.strategy, **dict.fromkeys(ends, COMPETING)}
    return analysed("", analysis.model_copy(update={STRATEGY: strategy}), setting).rows


def naive_curve(rows: pd.DataFrame, conf_level: float) -> KaplanMeier:
    """Return the Kaplan–Meier curve by group of such rows, taking all other ends as censoring."""
    rows, entry = with_entry(rows)
    return kaplan_meier(
        rows, duration=DURATION, event=EVENT, entry=entry, by=GROUP, conf_level=conf_level
    )


def unseen_rows(head: Row, fit: WeightedFit, watched: pd.DataFrame) -> list[Row]:
    """Return how many of those watched have no time at risk in the fit, and by what they ended."""
    aside = watched[~watched[SUBJECT].isin(fit.found.rows[SUBJECT])]
    ends = aside[CAUSE].astype(object).replace("", "censored").value_counts().sort_index()
    rows = [statistic(head, UNSEEN, float(len(aside)))]
    return [*rows, *(statistic(head, UNSEEN, float(n), **{LEVEL: end}) for end, n in ends.items())]


def _table(
    analysis: WeightedKaplanMeierAnalysis, setting: Setting, found: Analysed
) -> pd.DataFrame:
    decisions = weight_table(
        setting.cohort, setting.derived, analysis.endpoint, kinds=analysis.weight_for,
        strategies=analysis.strategy, cycle=analysis.cycle, library=setting.library,
    )  # fmt: skip
    aside = found.set_aside
    early = aside.loc[aside[REASON] == ENDED_EARLY, SUBJECT]
    watched = pd.concat([found.rows[SUBJECT].astype(object), early.astype(object)])
    members = members_of(analysis, setting)
    everybody = with_covariates(placed(members, analysis), covariates(analysis, setting, members))
    everybody = everybody.assign(
        **{BASELINE: _baselines(analysis, setting)},
        **{name: _levels(members, name) for name in _apart(setting)},
    )
    known = everybody[(everybody[WITHOUT] == "") & everybody[SUBJECT].isin(watched)]
    own = known.drop(columns=WITHOUT).astype({SUBJECT: object})
    table = pd.merge(decisions, own, on=SUBJECT, how="inner", validate="many_to_one")
    change = table[LAST_SCORE] - table[BASELINE]
    return table.assign(**{CHANGE: change, TIME: table[START_DAY]})


def _apart(setting: Setting) -> list[str]:
    """Return the columns in whose groups the model's fit is looked at: the site and the arm."""
    named = dict.fromkeys([SITE, setting.plan.report.arm])
    return [str(name) for name in named if name in setting.subjects]


def _levels(members: pd.DataFrame, column: str) -> np.ndarray:
    labels = labelled(members, column)
    return np.where(labels.isna(), MISSING, np.asarray(labels, dtype=object))


def _baselines(analysis: WeightedKaplanMeierAnalysis, setting: Setting) -> np.ndarray:
    endpoint = setting.plan.endpoint[analysis.endpoint]
    instrument = setting.library.get(str(getattr(endpoint, "instrument", ""))).id
    members = setting.members[analysis.population]
    return setting.timelines.baselines[members].reindex(columns=[instrument]).to_numpy()[:, 0]


def model_terms(analysis: WeightedKaplanMeierAnalysis, table: pd.DataFrame) -> list[ModelTerm]:
    """Return the terms of the model as columns of the table; groups, where there are any, too."""
    terms: list[ModelTerm] = []
    for term in analysis.weight_terms:
        if term.known is not None:
            columns = [TIME_VARYING[term.known]]
        else:
            columns = [str(name) for name in table if str(name).partition(": ")[0] == term.name]
        terms += [
            Smooth(str(name), term.curve) if term.curve > 1 else str(name) for name in columns
        ]
    return [*terms, GROUP] if analysis.by is not None else terms


def _fitted(
    analysis: WeightedKaplanMeierAnalysis, setting: Setting, table: pd.DataFrame,
    truncate: tuple[float, float] | None, resamples: int,
) -> WeightedSurvival:  # fmt: skip
    terms = model_terms(analysis, table)
    _check_known(table, terms)
    numerator: list[ModelTerm] = [Smooth(TIME)]
    if analysis.by is not None:
        numerator.append(GROUP)
    return weighted_kaplan_meier(
        table, censoring=terms, numerator=numerator if analysis.stabilized else None, by=GROUP,
        fit_by=_apart(setting), strata=DECISION, trials=TRIALS, order=DECISION_ORDER, event=EVENT,
        censored=CENSORED, truncate=truncate, resamples=resamples, seed=setting.plan.seed,
        conf_level=analysis.conf_level,
        conf_type="log-log" if resamples == 0 else analysis.conf_type,
    )  # fmt: skip


def _check_known(table: pd.DataFrame, terms: list[ModelTerm]) -> None:
    if not len(table):
        raise NotEstimable("nobody to analyse")
    decided = table[table[TRIALS] > 0]
    for term in terms:
        name = term.column if isinstance(term, Smooth) else term
        lost = int(decided.loc[decided[name].isna(), SUBJECT].nunique())
        if lost:
            raise NotEstimable(
                f"{lost} of those at risk have no {spelled(name)} on a day on which they could have"
                " been boosted.\nFilter the population, or leave the term out."
            )
