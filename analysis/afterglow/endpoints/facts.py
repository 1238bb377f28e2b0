"""The facts that a walk writes down: when the event, when each intercurrent event, and no strategy."""

from typing import NamedTuple

import numpy as np
from numba import njit


class Facts(NamedTuple):
    """One row per subject, cycle and endpoint; days since the first session, NaN where none.

    Attributes
    ----------
    subject, endpoint, cycle : int32, int16, int16
        Position of the subject in its batch, of the endpoint in the rules; 1, 2, …
    status, status_detail : int8, int16
        Why there is no row (`Status`), and the endpoint, event or column it speaks of.
    origin_day, origin_lower_day, at_risk_day : float64
        Where the clock starts; last day known before it; from when the subject is at risk.
    event_day, event_lower_day, confirm_day : float64
        Date of the score event or session, last day known free before it, day it was confirmed.
    confirm_position : int16
        Sessions before the confirming visit.
    clinical_day, clinical_code : float64, int16
        First clinical event that is the endpoint's own.
    free_day, open_day : float64
        At the end of observation: last day known free; first visit of a run still open.
    last_visit_day, last_seen_day, end_day : float64
        Last usable visit after the origin; the same or the origin; last day of exact events.
    reason : int8
        What a status at a visit was (rapid and sustained response), `MAINTAINED`, or -1.
    first_intercurrent, n_intercurrent : int64, int16
        Where the row's intercurrent events stand.
    """

    subject: np.ndarray
    endpoint: np.ndarray
    cycle: np.ndarray
    status: np.ndarray
    status_detail: np.ndarray
    origin_day: np.ndarray
    origin_lower_day: np.ndarray
    at_risk_day: np.ndarray
    event_day: np.ndarray
    event_lower_day: np.ndarray
    confirm_day: np.ndarray
    confirm_position: np.ndarray
    clinical_day: np.ndarray
    clinical_code: np.ndarray
    free_day: np.ndarray
    open_day: np.ndarray
    last_visit_day: np.ndarray
    last_seen_day: np.ndarray
    end_day: np.ndarray
    reason: np.ndarray
    first_intercurrent: np.ndarray
    n_intercurrent: np.ndarray


class Intercurrents(NamedTuple):
    """First occurrence of each kind of intercurrent event after the origin of a fact.

    Attributes
    ----------
    code : int16
        Position of the kind in the rules.
    day : float64
    position : int16
        Number of the session, for a booster; else 0.
    free_day : float64
        Last day known free before it.
    open_day : float64
        First visit of the run that was open at it; NaN where none was.
    open_confirmed : bool
        Whether a later visit confirmed that run, had the event been looked through.
    """

    code: np.ndarray
    day: np.ndarray
    position: np.ndarray
    free_day: np.ndarray
    open_day: np.ndarray
    open_confirmed: np.ndarray


class Rows(NamedTuple):
    """What the strategies make of the facts: one row per fact, days since its origin.

    Attributes
    ----------
    status : int8
        As in the facts, or that the row ended before it was at risk.
    entry, duration, lower, upper : float64
    event : bool
    cause : int16
        -2 the endpoint's own event, -1 censored, else the position of the competing kind.
    reason : int16
        `Reason`, or `FIRST_EVENT` plus the position of a kind.
    """

    status: np.ndarray
    entry: np.ndarray
    duration: np.ndarray
    lower: np.ndarray
    upper: np.ndarray
    event: np.ndarray
    cause: np.ndarray
    reason: np.ndarray


OWN_EVENT = -2
CENSORED = -1


@njit(cache=True, nogil=True)
def new_facts(n):
    """Allocate n facts."""
    return Facts(
        np.empty(n, np.int32),
        np.empty(n, np.int16),
        np.empty(n, np.int16),
        np.zeros(n, np.int8),
        np.full(n, -1, np.int16),
        np.full(n, np.nan),
        np.full(n, np.nan),
        np.full(n, np.nan),
        np.full(n, np.nan),
        np.full(n, np.nan),
        np.full(n, np.nan),
        np.zeros(n, np.int16),
        np.full(n, np.nan),
        np.full(n, -1, np.int16),
        np.full(n, np.nan),
        np.full(n, np.nan),
        np.full(n, np.nan),
        np.full(n, np.nan),
        np.full(n, np.nan),
        np.full(n, -1, np.int8),
        np.zeros(n, np.int64),
        np.zeros(n, np.int16),
    )


@njit(cache=True, nogil=True)
def new_intercurrents(n):
    """Allocate n intercurrent events."""
    return Intercurrents(
        np.empty(n, np.int16),
        np.empty(n),
        np.zeros(n, np.int16),
        np.empty(n),
        np.full(n, np.nan),
        np.zeros(n, np.bool_),
    )


@njit(cache=True, nogil=True)
def new_rows(n):
    """Allocate n rows, each censored at 0 until a strategy says otherwise."""
    return Rows(
        np.zeros(n, np.int8),
        np.zeros(n),
        np.full(n, np.nan),
        np.full(n, np.nan),
        np.full(n, np.inf),
        np.zeros(n, np.bool_),
        np.full(n, CENSORED, np.int16),
        np.zeros(n, np.int16),
    )


@njit(cache=True, nogil=True)
def first_facts(facts, n):
    """Return the first n facts, without the unused memory behind them."""
    return Facts(
        facts.subject[:n].copy(),
        facts.endpoint[:n].copy(),
        facts.cycle[:n].copy(),
        facts.status[:n].copy(),
        facts.status_detail[:n].copy(),
        facts.origin_day[:n].copy(),
        facts.origin_lower_day[:n].copy(),
        facts.at_risk_day[:n].copy(),
        facts.event_day[:n].copy(),
        facts.event_lower_day[:n].copy(),
        facts.confirm_day[:n].copy(),
        facts.confirm_position[:n].copy(),
        facts.clinical_day[:n].copy(),
        facts.clinical_code[:n].copy(),
        facts.free_day[:n].copy(),
        facts.open_day[:n].copy(),
        facts.last_visit_day[:n].copy(),
        facts.last_seen_day[:n].copy(),
        facts.end_day[:n].copy(),
        facts.reason[:n].copy(),
        facts.first_intercurrent[:n].copy(),
        facts.n_intercurrent[:n].copy(),
    )


@njit(cache=True, nogil=True)
def first_intercurrents(intercurrents, n):
    """Return the first n intercurrents, without the unused memory behind them."""
    return Intercurrents(
        intercurrents.code[:n].copy(),
        intercurrents.day[:n].copy(),
        intercurrents.position[:n].copy(),
        intercurrents.free_day[:n].copy(),
        intercurrents.open_day[:n].copy(),
        intercurrents.open_confirmed[:n].copy(),
    )


@njit(cache=True, nogil=True)
def first_rows(rows, n):
    """Return the first n rows, without the unused memory behind them."""
    return Rows(
        rows.status[:n].copy(),
        rows.entry[:n].copy(),
        rows.duration[:n].copy(),
        rows.lower[:n].copy(),
        rows.upper[:n].copy(),
        rows.event[:n].copy(),
        rows.cause[:n].copy(),
        rows.reason[:n].copy(),
    )
