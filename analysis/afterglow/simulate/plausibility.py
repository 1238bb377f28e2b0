"""Four figures of a simulated cohort beside the range that published cohorts of ketamine span."""

from dataclasses import dataclass

import numpy as np
import pandas as pd

from afterglow.names import DAY, END_DAY, INSTRUMENT, REASON, SCORE, SUBJECT
from afterglow.rounding import number
from afterglow.simulate.columns import LOST, TRUE_RELAPSE, TRUE_RESPONDER, WITHDRAWAL

COURSE_GAP_DAYS = 10
COURSE_MAX_DAYS = 35
BASELINE_DAYS = (-14, 0)
END_WINDOW_DAYS = 14
RESPONSE_SHARE = 0.5


@dataclass(frozen=True, slots=True, kw_only=True)
class Figure:
    """One statistic of a cohort with the range of plausible values.

    Attributes
    ----------
    name : str
        What is computed, in whom.
    value, low, high : float
        In `unit`; low and high bound the published range.
    unit : str
    n : int
        Subjects (or gaps) behind the value.
    """

    name: str
    value: float
    low: float
    high: float
    unit: str
    n: int

    @property
    def plausible(self) -> bool:
        """Whether the value lies in the published range."""
        return self.low <= self.value <= self.high


def describe_cohort(
    scores: pd.DataFrame, sessions: pd.DataFrame, follow_up: pd.DataFrame, truth: pd.DataFrame
) -> tuple[Figure, ...]:
    """Compute the four figures from a cohort's tables.

    Parameters
    ----------
    scores, sessions, follow_up : DataFrame
        Canonical tables; rows without a score are skipped.
    truth : DataFrame
        One row per subject; a missing relapse time means not within the horizon.
    """
    last = find_course_ends(sessions)
    return (
        _durability(truth),
        _response(scores, last),
        _maintenance(sessions, last),
        _drop_out(follow_up, last),
    )


def find_course_ends(sessions: pd.DataFrame) -> pd.Series:
    """Return each subject's last course day: before a gap above 10 days, at most day 35."""
    ordered = sessions.sort_values([SUBJECT, DAY])
    gap = ordered.groupby(SUBJECT)[DAY].diff().fillna(0)
    late = (gap > COURSE_GAP_DAYS) | (ordered[DAY] > COURSE_MAX_DAYS)
    in_course = late.groupby(ordered[SUBJECT]).cumsum() == 0
    return ordered[in_course].groupby(SUBJECT)[DAY].max()


def _durability(truth: pd.DataFrame) -> Figure:
    responders = truth[truth[TRUE_RESPONDER].astype(bool)]
    return Figure(
        name="True time from the last course session to relapse without boosters, median of the "
        "true responders at course end",
        value=float(np.median(responders[TRUE_RELAPSE].astype(float).fillna(np.inf))),
        low=14,
        high=35,
        unit="days",
        n=len(responders),
    )


def _response(scores: pd.DataFrame, last: pd.Series) -> Figure:
    madrs = scores[(scores[INSTRUMENT] == "MADRS") & scores[SCORE].notna()]
    madrs = madrs.sort_values([SUBJECT, DAY])
    baseline = madrs[madrs[DAY].between(*BASELINE_DAYS)].groupby(SUBJECT)[SCORE].last()
    after = madrs[madrs[DAY] > 0].copy()
    after["away"] = (after[DAY] - after[SUBJECT].map(last)).abs()
    near = after[after["away"] <= END_WINDOW_DAYS].sort_values([SUBJECT, "away", DAY])
    final = near.groupby(SUBJECT)[SCORE].first()
    both = pd.DataFrame({"final": final, "baseline": baseline}).dropna().astype(float)
    return Figure(
        name="Response at course end: MADRS at least 50 % better at the visit nearest to the last "
        "course session (within 14 days)",
        value=100 * float((both["final"] <= RESPONSE_SHARE * both["baseline"]).mean()),
        low=18,
        high=65,
        unit="%",
        n=len(both),
    )


def _maintenance(sessions: pd.DataFrame, last: pd.Series) -> Figure:
    ordered = sessions.sort_values([SUBJECT, DAY])
    boosters = ordered[ordered[DAY] > ordered[SUBJECT].map(last)]
    gaps = boosters.groupby(SUBJECT)[DAY].diff().dropna()
    return Figure(
        name="Gap between successive boosters, median over the gaps of all with two or more",
        value=float(gaps.median()) / 7,
        low=1,
        high=6,
        unit="weeks",
        n=len(gaps),
    )


def _drop_out(follow_up: pd.DataFrame, last: pd.Series) -> Figure:
    left = follow_up[REASON].isin([LOST, WITHDRAWAL])
    soon = follow_up[END_DAY] <= follow_up[SUBJECT].map(last) + COURSE_GAP_DAYS
    return Figure(
        name="Drop-out during the course: lost or withdrawn within 10 days of a session that "
        "turned out to be the course's last",
        value=100 * float((left & soon).mean()),
        low=5,
        high=47,
        unit="%",
        n=len(follow_up),
    )


def render_figures(figures: tuple[Figure, ...]) -> str:
    """Return the figures as a Markdown table, one row per figure, ending in a line break."""
    head = "| statistic | n | this cohort | published range |\n| --- | --- | --- | --- |\n"
    return head + "".join(
        f"| {figure.name} | {figure.n} | {number(figure.value, 1)} {figure.unit} "
        f"| {figure.low:g}–{figure.high:g} {figure.unit} |\n"
        for figure in figures
    )
