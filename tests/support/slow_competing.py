"""Gray's test and Fine and Gray's estimating equations by plain loops: slow and obvious."""

from collections.abc import Sequence

import numpy as np

Row = tuple[float, str]  # time, cause; cause "" where censored


def not_censored(rows: Sequence[Row], time: float) -> float:
    """Return the chance of not having been censored before `time`, events at risk at a tie.

    At time 0 crr takes those censored at 0 into account.
    """
    value = 1.0
    for when in sorted({end for end, why in rows if not why and (end < time or end == time == 0)}):
        lost = sum(1 for end, cause in rows if end == when and not cause)
        value *= 1 - lost / sum(1 for end, _ in rows if end >= when)
    return value


def weight(rows: Sequence[Row], of: str, i: int, time: float) -> float:
    """Return how much subject `i` counts in the risk set at `time`."""
    end, cause = rows[i]
    if end >= time:
        return 1.0
    if cause in ("", of):
        return 0.0
    return not_censored(rows, time) / not_censored(rows, end)


def risk_set(rows, of, x, beta, time) -> tuple[float, np.ndarray]:
    """Return the sum of the risks at `time`, and the mean of the covariates over them."""
    risks = np.array([weight(rows, of, i, time) * np.exp(x[i] @ beta) for i in range(len(rows))])
    return risks.sum(), risks @ x / risks.sum()


def score(rows, of, x, beta) -> np.ndarray:
    """Return the derivative of the log partial likelihood."""
    return sum(
        (
            x[i] - risk_set(rows, of, x, beta, end)[1]
            for i, (end, why) in enumerate(rows)
            if why == of
        ),
        np.zeros(x.shape[1]),
    )


def eta(rows, of, x, beta, i) -> np.ndarray:
    """Return subject i's part of the score with known weights."""
    end, cause = rows[i]
    total = np.zeros(x.shape[1])
    for time, why in rows:
        if why == of:
            size, mean = risk_set(rows, of, x, beta, time)
            share = weight(rows, of, i, time) * np.exp(x[i] @ beta) / size
            total -= (x[i] - mean) * share
    if cause == of:
        total += x[i] - risk_set(rows, of, x, beta, end)[1]
    return total


def passed(rows, of, x, beta, when) -> np.ndarray:
    """Return Fine and Gray's q(when): what one more censoring at `when` does to the weights."""
    total = np.zeros(x.shape[1])
    for time, why in rows:
        if why == of and time >= when:
            size, mean = risk_set(rows, of, x, beta, time)
            for i, (end, cause) in enumerate(rows):
                if end < when and cause not in ("", of):
                    share = weight(rows, of, i, time) * np.exp(x[i] @ beta) / size
                    total += (x[i] - mean) * share
    return total


def psi(rows, of, x, beta, i) -> np.ndarray:
    """Return subject i's part of the score through the estimated weights."""
    end, cause = rows[i]
    total = np.zeros(x.shape[1])
    for when in {t for t, why in rows if not why and t <= end}:
        at_risk = sum(1 for t, _ in rows if t >= when)
        lost = sum(1 for t, why in rows if t == when and not why)
        total -= passed(rows, of, x, beta, when) * lost / at_risk**2
    if not cause:
        total += passed(rows, of, x, beta, end) / sum(1 for t, _ in rows if t >= end)
    return total


def meat(rows, of, x, beta) -> np.ndarray:
    """Return the middle of Fine and Gray's sandwich."""
    parts = [eta(rows, of, x, beta, i) + psi(rows, of, x, beta, i) for i in range(len(rows))]
    return sum(np.outer(part, part) for part in parts)


def gray_score(rows: Sequence[Row], groups: Sequence[str], of: str) -> dict[str, float]:
    """Return observed minus expected events of each group, in Gray's sense."""
    names = sorted(set(groups))
    free, incidence = dict.fromkeys(names, 1.0), dict.fromkeys(names, 0.0)
    result = dict.fromkeys(names, 0.0)
    for time in sorted({end for end, cause in rows if cause}):
        here = {
            g: [(end, why) for (end, why), mine in zip(rows, groups) if mine == g and end >= time]
            for g in names
        }
        own = {g: sum(1 for end, why in here[g] if end == time and why == of) for g in names}
        risk = {g: len(here[g]) * (1 - incidence[g]) / free[g] if here[g] else 0.0 for g in names}
        for g in names:
            result[g] += own[g] - sum(own.values()) * risk[g] / sum(risk.values())
        for g in names:
            if here[g]:
                gone = sum(1 for end, why in here[g] if end == time and why)
                incidence[g] += free[g] * own[g] / len(here[g])
                free[g] *= 1 - gone / len(here[g])
    return result
