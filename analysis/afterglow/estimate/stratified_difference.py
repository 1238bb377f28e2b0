"""The difference of two proportions, compared within strata and pooled."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np
import pandas as pd

from afterglow.errors import NotEstimable, UsageError
from afterglow.estimate.checks import Codes, ColumnReader, Floats, spell
from afterglow.estimate.counting import summed
from afterglow.estimate.milestone import Contrast, said_contrasts
from afterglow.estimate.options import (
    check_level,
    check_word,
    chosen_reference,
    contrasts,
    normal_quantile,
)
from afterglow.estimate.sample import named
from afterglow.estimate.score_limits import (
    TwoCounts,
    difference_variance,
    score_limits,
    standardised,
)
from afterglow.estimate.two_proportions import two_sided
from afterglow.names import (
    CONF_HIGH,
    CONF_LEVEL,
    CONF_LOW,
    ESTIMATE,
    EVENT,
    GROUP,
    METHOD,
    N_EVENTS,
    P_VALUE,
    STATISTIC,
    STD_ERROR,
    TERM,
    WARNING,
    N,
)

N_STRATA: Final = "n_strata"
ONE_SIDED: Final = "strata that hold one group only carry no weight:"


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Strata:
    """Counts of two groups in the strata that hold both.

    Attributes
    ----------
    counts : tuple of TwoCounts
    weight : array
        Cochran–Mantel–Haenszel weights n n0 / (n + n0).
    dropped : int
        Strata with one group only.
    """

    counts: tuple[TwoCounts, ...]
    weight: Floats
    dropped: int

    @property
    def difference(self) -> float:
        """Weighted mean of the strata's differences."""
        return self.pooled([counts.p - counts.p0 for counts in self.counts])

    def pooled(self, values: Sequence[float]) -> float:
        """Return the weighted mean of one value per stratum."""
        return float(np.dot(self.weight, values) / self.weight.sum())

    def error(self, variances: Sequence[float]) -> float:
        """Return the standard error of the pooled difference from the strata's variances."""
        return float(np.sqrt(np.dot(self.weight**2, variances)) / self.weight.sum())


def stratified_difference(
    data: pd.DataFrame,
    *,
    event: str = EVENT,
    by: str | Sequence[str],
    strata: str | Sequence[str],
    method: str = "miettinen-nurminen",
    reference: object | None = None,
    pairwise: bool = False,
    conf_level: float = 0.95,
) -> Contrast:
    """Estimate the risk difference between groups, pooled over strata.

    The strata's differences are averaged with Cochran–Mantel–Haenszel weights n n0 / (n + n0).

    Parameters
    ----------
    data : DataFrame, one row per subject
    event : str
        Bool or 0/1; missing values are errors.
    by, strata : str or list of str
    method : str
        ``miettinen-nurminen`` (score statistic summed over strata with these weights, N/(N − 1) in
        each), ``cmh`` (normal limits, unpooled variance in each stratum; p of the CMH test, R's
        ``mantelhaen.test(correct = FALSE)``), ``sato`` (normal limits with Sato's variance, which
        holds for sparse strata; p of the CMH test).
    reference, pairwise
        As in `KaplanMeier.difference`.

    Returns
    -------
    Contrast
        One row per pair "A vs B"; `n_strata` counts the strata that hold both groups, and a warning
        says how many do not.

    Raises
    ------
    InvalidInput, UsageError
        As in `kaplan_meier`; fewer than two groups.
    NotEstimable
        No stratum holds both groups.

    References
    ----------
    Miettinen O, Nurminen M (1985). Stat Med 4:213-226. Sato T (1989). Biometrics 45:1323-1324.
    """
    check_word("method", method, METHODS)
    check_level(conf_level)
    read = ColumnReader(data, event, *named(by), *named(strata))
    success = read.event(event)
    group, labels = read.label(by)
    stratum, _ = read.label(strata)
    read.finish()
    if len(labels) < 2:
        raise UsageError("by names one group only.\nA difference needs two.")
    base = chosen_reference(labels, reference, spell)
    rows = []
    for a, b in contrasts(labels, base, pairwise=pairwise):
        found = count_strata(success, group, stratum, labels.index(a), labels.index(b))
        rows.append(stratified_row(found, f"{a} vs {b}", method, conf_level))
    sentence = f"Stratified difference, {rows[0][METHOD]}: {said_contrasts(rows)}."
    return Contrast(table=pd.DataFrame(rows), sentence=sentence)


def count_strata(success: Codes, group: Codes, stratum: Codes, a: int, b: int) -> Strata:
    """Return the counts of groups `a` and `b` (the reference) in each stratum that holds both."""
    size = int(stratum.max()) + 1
    count = [np.bincount(stratum[group == g], minlength=size) for g in (a, b)]
    won = [summed(stratum[group == g], success[group == g], size) for g in (a, b)]
    both = np.flatnonzero((count[0] > 0) & (count[1] > 0))
    if not len(both):
        raise NotEstimable("No stratum holds both groups.\nUse fewer or coarser strata.")
    counts = tuple(
        TwoCounts(x=float(won[0][s]), n=float(count[0][s]),
                  x0=float(won[1][s]), n0=float(count[1][s]))
        for s in both
    )  # fmt: skip
    used = int(((count[0] > 0) | (count[1] > 0)).sum())
    weight = np.array([c.n * c.n0 / c.total for c in counts])
    return Strata(counts=counts, weight=weight, dropped=used - len(both))


def stratified_row(strata: Strata, pair: str, method: str, level: float) -> dict[str, object]:
    """Return the tidy row of one pooled difference."""
    error, low, high, z = METHODS[method](strata, level)
    return {
        TERM: "stratified difference",
        GROUP: pair,
        ESTIMATE: strata.difference,
        STD_ERROR: error,
        STATISTIC: z,
        P_VALUE: two_sided(z),
        CONF_LOW: low,
        CONF_HIGH: high,
        CONF_LEVEL: level,
        N: int(sum(c.total for c in strata.counts)),
        N_EVENTS: int(sum(c.x + c.x0 for c in strata.counts)),
        N_STRATA: len(strata.counts),
        METHOD: f"{method}, CMH weights",
        WARNING: f"{ONE_SIDED} {strata.dropped}" if strata.dropped else "",
    }


Found = tuple[float, float, float, float]


def _miettinen_nurminen(strata: Strata, level: float) -> Found:
    def score(delta: float) -> float:
        variances = [difference_variance(c, delta, corrected=True) for c in strata.counts]
        return standardised(strata.difference - delta, strata.error(variances) ** 2)

    limits = score_limits(score, normal_quantile(level), strata.difference, -1.0, 1.0)
    return _unpooled(strata), *limits, score(0.0)


def _unpooled(strata: Strata) -> float:
    return strata.error([c.p * (1 - c.p) / c.n + c.p0 * (1 - c.p0) / c.n0 for c in strata.counts])


def _cmh(strata: Strata, level: float) -> Found:
    return _normal(strata, _unpooled(strata), level)


def _sato(strata: Strata, level: float) -> Found:
    p = sum(
        (c.n**2 * c.x0 - c.n0**2 * c.x + c.n * c.n0 * (c.n0 - c.n) / 2) / c.total**2
        for c in strata.counts
    )
    q = sum((c.x * (c.n0 - c.x0) + c.x0 * (c.n - c.x)) / (2 * c.total) for c in strata.counts)
    variance = (strata.difference * p + q) / strata.weight.sum() ** 2
    return _normal(strata, float(np.sqrt(max(variance, 0.0))), level)


def _normal(strata: Strata, error: float, level: float) -> Found:
    half = normal_quantile(level) * error
    low, high = strata.difference - half, strata.difference + half
    return error, max(-1.0, low), min(1.0, high), mantel_haenszel(strata)


def mantel_haenszel(strata: Strata) -> float:
    """Return z of the Cochran–Mantel–Haenszel test (without continuity correction)."""
    gap, variance = 0.0, 0.0
    for c in strata.counts:
        won = c.x + c.x0
        gap += c.x - c.n * won / c.total
        variance += c.n * c.n0 * won * (c.total - won) / (c.total**2 * max(c.total - 1, 1))
    return standardised(gap, variance)


METHODS: Final[dict[str, Callable[[Strata, float], Found]]] = {
    "miettinen-nurminen": _miettinen_nurminen,
    "cmh": _cmh,
    "sato": _sato,
}
