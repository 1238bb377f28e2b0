"""Recurrent events by plain loops over fractions: slow, exact and obvious."""

from collections.abc import Sequence
from fractions import Fraction

import numpy as np
import pandas as pd

Row = tuple  # (subject, start, stop, event, terminal)


def recurrent_cohort(seed: int, *, terminal: bool = True, subjects: int = 9) -> pd.DataFrame:
    """Return rows with ties, late entries, gaps at risk, and terminal events."""
    rng = np.random.default_rng(seed)
    rows = []
    for subject in range(subjects):
        day = int(rng.integers(0, 3))
        arm = str(rng.choice(["a", "b"]))
        for _ in range(int(rng.integers(1, 5))):
            stop = day + int(rng.integers(1, 5))
            rows.append((subject, arm, day, stop, bool(rng.random() < 0.6), False))
            day = stop + (int(rng.integers(1, 3)) if rng.random() < 0.25 else 0)
        rows[-1] = (*rows[-1][:5], bool(terminal and rng.random() < 0.5))
    columns = ["subject_id", "arm", "start_day", "stop_day", "event", "death"]
    return pd.DataFrame(rows, columns=columns)


def plain(data: pd.DataFrame) -> list[Row]:
    return list(data[["subject_id", "start_day", "stop_day", "event", "death"]].itertuples(False))


def present(rows: Sequence[Row], time: float) -> list[int]:
    return [i for i, (_, start, stop, *_) in enumerate(rows) if start < time <= stop]


def mean(rows: Sequence[Row], weights: dict, until: float) -> Fraction:
    """Return the weighted sum of S(s−) dN(s)/Y(s) up to `until`."""
    total, free = Fraction(0), Fraction(1)
    for time in sorted({row[2] for row in rows if row[2] <= until}):
        at_risk = sum(weights[rows[i][0]] for i in present(rows, time))
        events = sum(weights[s] for s, _, stop, event, _ in rows if stop == time and event)
        ended = sum(weights[s] for s, _, stop, _, died in rows if stop == time and died)
        total += free * events / at_risk
        free *= 1 - ended / at_risk
    return total


def jackknife_variance(rows: Sequence[Row], until: float, cluster: dict | None = None) -> Fraction:
    """Return the sum over subjects (or clusters) of the squared derivative of the mean."""
    ones = {row[0]: Fraction(1) for row in rows}
    step = Fraction(1, 10**9)
    sums: dict = {}
    for subject in ones:
        up = mean(rows, ones | {subject: 1 + step}, until)
        down = mean(rows, ones | {subject: 1 - step}, until)
        name = subject if cluster is None else cluster[subject]
        sums[name] = sums.get(name, Fraction(0)) + (up - down) / (2 * step)
    return sum((value**2 for value in sums.values()), Fraction(0))


def ghosh_lin_variance(rows: Sequence[Row], until: float) -> Fraction:
    """Return the plug-in variance as Ghosh and Lin write it, one subject at a time."""
    ones = {row[0]: Fraction(1) for row in rows}
    last = mean(rows, ones, until)
    total = Fraction(0)
    for subject in ones:
        influence, free = Fraction(0), Fraction(1)
        for time in sorted({row[2] for row in rows if row[2] <= until}):
            here = present(rows, time)
            mine = sum(1 for i in here if rows[i][0] == subject)
            events = [s for s, _, stop, event, _ in rows if stop == time and event]
            ended = [s for s, _, stop, _, died in rows if stop == time and died]
            n = Fraction(len(here))
            influence += free * (events.count(subject) - mine * len(events) / n) / n
            later = last - mean(rows, ones, time)
            influence -= later * (ended.count(subject) - mine * len(ended) / n) / n
            free *= 1 - len(ended) / n
        total += influence**2
    return total


def marginal_loglik(data: pd.DataFrame, covariates: Sequence[str], theta: float) -> tuple:
    """Return beta and the largest log-likelihood with gamma frailties integrated out.

    Over coefficients and a jump of the baseline hazard at every event time, by a general
    optimizer; theta 0 is no frailty.
    """
    from scipy.optimize import minimize
    from scipy.special import gammaln

    x = data[list(covariates)].to_numpy(dtype=float)
    start, stop = (data[c].to_numpy(dtype=float) for c in ("start_day", "stop_day"))
    event = data["event"].to_numpy(dtype=bool)
    times = np.unique(stop[event])
    within = (start[:, None] < times) & (times <= stop[:, None])
    jump = np.searchsorted(times, stop[event])
    who = np.unique(data["subject_id"], return_inverse=True)[1]
    events = np.bincount(who, weights=event)

    def minus(parameters: np.ndarray) -> float:
        beta, log_jumps = parameters[: x.shape[1]], parameters[x.shape[1] :]
        exposed = np.exp(x @ beta) * (within @ np.exp(log_jumps))
        total = np.bincount(who, weights=exposed)
        value = np.sum(x[event] @ beta) + np.sum(log_jumps[jump])
        if theta == 0:
            return float(total.sum() - value)
        nu = 1 / theta
        integral = gammaln(nu + events) - gammaln(nu) + nu * np.log(nu)
        return float(-value - np.sum(integral - (nu + events) * np.log(nu + total)))

    begin = np.concatenate([np.zeros(x.shape[1]), np.full(len(times), np.log(1 / len(stop)))])
    found = minimize(minus, begin, method="BFGS", options={"gtol": 1e-9, "maxiter": 2000})
    return found.x[: x.shape[1]], -found.fun
