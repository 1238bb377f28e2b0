"""Events that come again: one row per stretch of a subject's time, from all cycles.

What makes further events impossible is terminal: the events whose strategy is `competing` (death,
switch …), but not a booster, which begins the next cycle.
"""

from collections.abc import Mapping

import numpy as np
import pandas as pd

from afterglow.endpoints.rules import BOOSTER_CODE, Strategy
from afterglow.errors import UsageError
from afterglow.names import (
    CAUSE,
    CYCLE,
    DURATION,
    ENDPOINT,
    ENTRY,
    EVENT,
    ORIGIN_DAY,
    START_DAY,
    STOP_DAY,
    SUBJECT,
    TERMINAL,
)
from afterglow.plan.endpoints import Booster
from afterglow.study.derive import Derived
from afterglow.study.rules import strategy_table
from afterglow.timeline.moments import EPSILON

EXPOSED = "exposed"
FOLLOWED = "followed"
TIMES_AT_RISK = (FOLLOWED, EXPOSED)
ORIGIN = "origin"
FIRST_SESSION = "first_session"
CLOCKS = (ORIGIN, FIRST_SESSION)
Strategies = Mapping[str, str]
Changes = dict[str, dict[str, str]] | None
GOES_ON = "goes_on"
COLUMNS = [SUBJECT, START_DAY, STOP_DAY, EVENT, TERMINAL]


def recurrent_table(
    derived: Derived,
    endpoint: str,
    *,
    time_at_risk: str = FOLLOWED,
    since: str = ORIGIN,
    strategies: Strategies | None = None,
    numbered: bool = False,
) -> pd.DataFrame:
    """Return the stretches in which subjects can have, or are watched for, an endpoint again.

    Parameters
    ----------
    derived : Derived
        Its rows of every cycle are used.
    endpoint : str
        An endpoint of the plan, such as relapse or booster.
    time_at_risk : str
        ``followed``: from the first day at risk to the end of observation, whether or not the
        event could come (the mean number per subject who is followed). ``exposed``: only while
        it could (the rate among those who can have it).
    since : str
        ``origin``: days count from the endpoint's origin in the subject's first cycle, as in
        every other analysis of it. ``first_session``: from the first session; subjects then come
        under observation on many different days, and while few are there, one terminal event
        among them decides the whole curve.
    strategies : mapping of event to strategy, optional
        Where they differ from the endpoint's own.
    numbered : bool
        Say of each stretch in which cycle it lies; of those exposed, who have one per cycle.

    Returns
    -------
    DataFrame, one row per stretch, by subject and day
        subject_id; start_day and stop_day, at risk over (start, stop]; event: the stretch ends
        with the endpoint; terminal: it ends with what makes more of them impossible; cycle, if
        numbered. Subjects without any time at risk have no row.

    Raises
    ------
    UsageError
        The plan has no endpoint of that name, or an option is another word.
    """
    if endpoint not in derived.rules.names:
        raise UsageError.unknown_option("endpoint", endpoint, derived.rules.names)
    if time_at_risk not in TIMES_AT_RISK:
        raise UsageError.unknown_option("time_at_risk", time_at_risk, TIMES_AT_RISK)
    if since not in CLOCKS:
        raise UsageError.unknown_option("since", since, CLOCKS)
    if numbered and time_at_risk != EXPOSED:
        raise UsageError("Who is followed has no row per cycle.\nUse time_at_risk = 'exposed'.")
    changes = {endpoint: dict(strategies)} if strategies else None
    rows = _exposed(derived, endpoint, changes)
    if time_at_risk == FOLLOWED:
        rows = _followed(derived, endpoint, changes, rows)
    columns = [*COLUMNS, CYCLE] if numbered else COLUMNS
    rows = rows[rows[STOP_DAY] > rows[START_DAY] + EPSILON][columns].reset_index(drop=True)
    if since == ORIGIN:
        first = derived.rows[derived.rows[ENDPOINT] == endpoint].sort_values([SUBJECT, CYCLE])
        origin = first.drop_duplicates(SUBJECT).set_index(SUBJECT)[ORIGIN_DAY]
        rows[[START_DAY, STOP_DAY]] = rows[[START_DAY, STOP_DAY]].sub(
            rows[SUBJECT].map(origin), axis=0
        )
    return rows


def _exposed(derived: Derived, endpoint: str, changes: Changes) -> pd.DataFrame:
    """Return the endpoint's rows of all cycles on the calendar, by subject and day."""
    rows = derived.rows_under(changes) if changes else derived.rows
    rows = rows[rows[ENDPOINT] == endpoint]
    goes_on = (endpoint, derived.rules.kinds[BOOSTER_CODE])
    found = pd.DataFrame(
        {
            SUBJECT: rows[SUBJECT],
            CYCLE: rows[CYCLE],
            START_DAY: rows[ORIGIN_DAY] + rows[ENTRY],
            STOP_DAY: rows[ORIGIN_DAY] + rows[DURATION],
            EVENT: rows[EVENT],
            TERMINAL: ~rows[CAUSE].isin(("", *goes_on)),
            GOES_ON: rows[CAUSE].isin(goes_on),
        }
    ).sort_values([SUBJECT, START_DAY, STOP_DAY], ignore_index=True)
    begun = found.groupby(SUBJECT)[STOP_DAY].cummax().groupby(found[SUBJECT]).shift()
    found[START_DAY] = np.fmax(found[START_DAY], begun)
    last = ~found[SUBJECT].duplicated(keep="last")
    return found.assign(**{TERMINAL: found[TERMINAL] & last})


def _followed(
    derived: Derived, endpoint: str, changes: Changes, rows: pd.DataFrame
) -> pd.DataFrame:
    """Cut each subject's time from the first day at risk to the end at the events.

    Who was at risk at the end was so until the end of that row, as in every other analysis.
    """
    first = rows.groupby(SUBJECT)[START_DAY].min()
    until = _ends(derived, endpoint, changes).reindex(first.index)
    last = rows.drop_duplicates(SUBJECT, keep="last").set_index(SUBJECT).reindex(first.index)
    settled = ~last[GOES_ON].astype(bool)
    until = until.where(settled.eq(False), last[[STOP_DAY, TERMINAL]])
    until = until.astype({TERMINAL: bool, STOP_DAY: float})
    events = rows.loc[rows[EVENT], [SUBJECT, STOP_DAY]]
    final = until[STOP_DAY].where(until[TERMINAL], np.inf)
    events = events[events[STOP_DAY] <= events[SUBJECT].map(final) + EPSILON]
    latest = events.groupby(SUBJECT)[STOP_DAY].max().reindex(first.index)
    stop = np.fmax(until[STOP_DAY].to_numpy(), latest.to_numpy())
    closing = pd.DataFrame(
        {SUBJECT: first.index, STOP_DAY: stop, EVENT: False,
         TERMINAL: until[TERMINAL].to_numpy(dtype=bool)}
    )  # fmt: skip
    points = pd.concat([events.assign(**{EVENT: True, TERMINAL: False}), closing])
    points = points.sort_values([SUBJECT, STOP_DAY, EVENT], ascending=[True, True, False])
    points = points.groupby([SUBJECT, STOP_DAY], as_index=False)[[EVENT, TERMINAL]].any()
    before = points.groupby(SUBJECT)[STOP_DAY].shift()
    start = before.where(before.notna(), points[SUBJECT].map(first))
    return points.assign(**{START_DAY: start})


def _ends(derived: Derived, endpoint: str, changes: Changes) -> pd.DataFrame:
    """Return per subject number the end of observation, and whether it is terminal.

    Of exact events the end of follow-up, of scored ones the last visit; a terminal event ends
    both, if it is not later than the plan's max_unseen_days after the last visit.
    """
    facts, plan = derived.facts, derived.plan
    place = derived.rules.names.index(endpoint)
    mine = np.flatnonzero(facts.endpoint == place)
    exact = isinstance(plan.endpoint[endpoint], Booster)
    day = facts.end_day[mine] if exact else facts.last_seen_day[mine]
    end = pd.Series(day).groupby(derived.subjects[facts.subject[mine]]).max()
    terminal = _first_terminal(derived, place, changes, mine).reindex(end.index)
    slack = EPSILON if exact else plan.follow_up.max_unseen_days + EPSILON
    died = np.asarray(terminal, dtype=float) <= np.asarray(end, dtype=float) + slack
    return pd.DataFrame({STOP_DAY: np.where(died, terminal, end), TERMINAL: died}, index=end.index)


def _first_terminal(derived: Derived, place: int, changes: Changes, mine: np.ndarray) -> pd.Series:
    """Return the day of each subject's first terminal event."""
    rules, facts, others = derived.rules, derived.facts, derived.intercurrents
    words = strategy_table(derived.plan, rules.names, rules.kinds, changes)[place]
    terminal = words == Strategy.COMPETING
    terminal[BOOSTER_CODE] = False
    count = facts.n_intercurrent[mine].astype(np.int64)
    offset = np.arange(count.sum()) - np.repeat(np.cumsum(count) - count, count)
    where = np.repeat(facts.first_intercurrent[mine], count) + offset
    used = terminal[others.code[where]]
    subject = derived.subjects[np.repeat(facts.subject[mine], count)[used]]
    return pd.Series(others.day[where][used]).groupby(subject).min()
