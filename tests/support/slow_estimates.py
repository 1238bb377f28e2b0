"""Survival, incidence and log-rank by plain loops over fractions: slow, exact and obvious."""

from collections.abc import Sequence
from fractions import Fraction

Row = tuple  # (entry or None, time, cause) with cause "" where censored


def at_risk(rows: Sequence[Row], time: float) -> int:
    return sum(1 for entry, end, _ in rows if end >= time and (entry is None or entry < time))


def happened(rows: Sequence[Row], time: float, cause: str | None = None) -> int:
    return sum(1 for _, end, why in rows if end == time and why and cause in (None, why))


def survival(rows: Sequence[Row]) -> dict[float, Fraction]:
    """Return the product-limit curve after every distinct exit time."""
    value, curve = Fraction(1), {}
    for time in sorted({end for _, end, _ in rows}):
        value *= 1 - Fraction(happened(rows, time), at_risk(rows, time))
        curve[time] = value
    return curve


def greenwood(rows: Sequence[Row]) -> dict[float, Fraction]:
    """Return the variance of the curve while it is above 0."""
    total, variance = Fraction(0), {}
    for time, value in survival(rows).items():
        n, d = at_risk(rows, time), happened(rows, time)
        if n == d:
            break
        total += Fraction(d, n * (n - d))
        variance[time] = value**2 * total
    return variance


def incidence(rows: Sequence[Row], cause: str) -> dict[float, Fraction]:
    """Return the cumulative incidence of one cause after every distinct exit time."""
    before, total, curve = Fraction(1), Fraction(0), {}
    for time, value in survival(rows).items():
        total += before * Fraction(happened(rows, time, cause), at_risk(rows, time))
        curve[time] = total
        before = value
    return curve


def derivative(estimate, rows: Sequence[Row], weights: Sequence[Fraction], which: int) -> Fraction:
    """Return d estimate / d weight of one row, exactly, by a tiny rational step."""
    step = Fraction(1, 10**9)
    up, down = list(weights), list(weights)
    up[which] += step
    down[which] -= step
    return (estimate(rows, up) - estimate(rows, down)) / (2 * step)


def weighted_incidence(
    rows: Sequence[Row], weights: Sequence[Fraction], cause: str, until: float
) -> Fraction:
    """Return the weighted cumulative incidence at `until`; cause "" asks for the survival."""
    value, total = Fraction(1), Fraction(0)
    for time in sorted({end for _, end, why in rows if why and end <= until}):
        present = [
            (w, end, why)
            for (entry, end, why), w in zip(rows, weights)
            if end >= time and (entry is None or entry < time)
        ]
        n = sum(w for w, _, _ in present)
        total += value * sum(w for w, end, why in present if end == time and why == cause) / n
        value *= 1 - sum(w for w, end, why in present if end == time and why) / n
    return value if cause == "" else total


def jackknife_variance(
    rows: Sequence[Row], clusters: Sequence[object], cause: str, until: float
) -> Fraction:
    """Return the sum over clusters of the squared derivative of the estimate."""
    ones = [Fraction(1)] * len(rows)

    def estimate(rows, weights):
        return weighted_incidence(rows, weights, cause, until)

    sums: dict[object, Fraction] = {}
    for i, cluster in enumerate(clusters):
        sums[cluster] = sums.get(cluster, Fraction(0)) + derivative(estimate, rows, ones, i)
    return sum(value**2 for value in sums.values())


def log_rank(groups: dict[str, Sequence[Row]]) -> tuple[list[Fraction], list[list[Fraction]]]:
    """Return observed minus expected of each group, and its hypergeometric covariance."""
    everyone = [row for rows in groups.values() for row in rows]
    names = list(groups)
    score = [Fraction(0) for _ in names]
    covariance = [[Fraction(0) for _ in names] for _ in names]
    for time in sorted({end for _, end, why in everyone if why}):
        n, d = at_risk(everyone, time), happened(everyone, time)
        share = [Fraction(at_risk(groups[name], time), n) for name in names]
        for i, name in enumerate(names):
            score[i] += happened(groups[name], time) - d * share[i]
        if n == 1:
            continue
        scale = Fraction(d * (n - d), n - 1)
        for i in range(len(names)):
            for j in range(len(names)):
                covariance[i][j] += scale * share[i] * ((i == j) - share[j])
    return score, covariance
