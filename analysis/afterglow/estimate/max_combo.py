"""The max-combo test: the largest of several weighted log-rank statistics."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from afterglow.errors import UsageError
from afterglow.estimate.checks import Floats, spell
from afterglow.estimate.crossing import crossings_of
from afterglow.estimate.log_rank_pairs import pair_of
from afterglow.estimate.log_rank_weights import FLEMING_HARRINGTON, Weighting, weighting_of
from afterglow.estimate.multiplicity import P_ADJUSTED, adjusted, check_adjustment
from afterglow.estimate.normal_region import probability_within
from afterglow.estimate.options import check_word, chosen_reference, contrasts
from afterglow.estimate.result import Result, said
from afterglow.estimate.risktable import group_sizes
from afterglow.estimate.sample import Sample, survival_sample
from afterglow.estimate.score_sums import events_by_group, score_covariance, weights_of_times
from afterglow.estimate.survival_curve import as_count
from afterglow.names import (
    DURATION,
    EVENT,
    GROUP,
    METHOD,
    N_EVENTS,
    P_VALUE,
    STATISTIC,
    TERM,
    WARNING,
    N,
)
from afterglow.rounding import p_statement

POWERS: Final = ((0.0, 0.0), (1.0, 0.0), (0.0, 1.0), (1.0, 1.0))
DEFAULT_WEIGHTINGS: Final = tuple((FLEMING_HARRINGTON, p, q) for p, q in POWERS)
ALTERNATIVES: Final = ("two-sided", "less", "greater")
TEST: Final = "max-combo"
NOTHING_TOLD: Final = "no event at which both groups were at risk"
LEFT_OUT: Final = "no event at which both groups were at risk has a weight by {names}: left out"


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class MaxCombo(Result):
    """Max-combo tests, one for each pair of groups.

    Attributes
    ----------
    correlations : dict of str to array, shape (W, W)
        By pair ("A vs B"): the correlation of the weighted log-rank statistics.
    """

    correlations: dict[str, Floats]

    def plot(self, ax=None):
        """Draw the component statistics of each pair and return the axes."""
        from afterglow.figures.forest import draw_forest
        from afterglow.names import CONF_HIGH, CONF_LOW, ESTIMATE

        rows = self.tidy()
        rows = rows[rows[TERM] != TEST]
        z = rows[STATISTIC]
        label = rows[GROUP] + ": " + rows[TERM]
        frame = pd.DataFrame({TERM: label, ESTIMATE: z, CONF_LOW: z, CONF_HIGH: z})
        return draw_forest(frame.reset_index(drop=True), label=TERM, null=0.0, xlabel="z", ax=ax)


def max_combo(
    data: pd.DataFrame,
    *,
    by: str | Sequence[str],
    duration: str = DURATION,
    event: str = EVENT,
    entry: str | None = None,
    strata: str | Sequence[str] | None = None,
    weights: str | None = None,
    weights_kind: str = "frequency",
    subject: str | None = None,
    cluster: str | None = None,
    weightings: Sequence[str | tuple[str, float, float]] = DEFAULT_WEIGHTINGS,
    alternative: str = "two-sided",
    reference: object | None = None,
    pairwise: bool = False,
    adjust: str = "holm",
) -> MaxCombo:
    """Test whether two groups share one hazard by the largest of several weighted log-ranks.

    For hazards that may not be proportional, where the weights that would show the difference are
    not known beforehand: the p-value pays for the choice among the weightings, through the joint
    normal distribution of their statistics. Equals R's ``nph::logrank.maxtest`` and
    ``simtrial::maxcombo``, whose p-values carry the noise of a random integration.

    Parameters
    ----------
    data, by, duration, event, entry, strata, weights, weights_kind, subject, cluster
        As in `logrank`.
    weightings : list
        As `logrank` takes them, two or more; Fleming–Harrington (0, 0), (1, 0), (0, 1) and (1, 1)
        by default.
    alternative : str
        ``two-sided``; ``less``: the first group of a pair has the lower hazard; ``greater``.
    reference : optional
        The group that the others are compared with; the first in natural order by default.
    pairwise : bool
        Every pair instead, each on its own rows.
    adjust : str
        For the number of pairs, as in `logrank`.

    Returns
    -------
    MaxCombo
        `tidy()`: per pair the test (term "max-combo": the largest statistic, p_value,
        p_adjusted), then each weighting's z (positive: more events than expected in the first
        group) with its own p_value, not adjusted for the choice. A weighting under which no event
        counts that both groups were at risk of (the late ones, where there is one day of events)
        is left out of the largest, with a warning.

    Raises
    ------
    InvalidInput, UsageError
        As `logrank`.

    Notes
    -----
    Cov(Z_a, Z_b) = Σ w_a w_b v / √(Σ w_a² v · Σ w_b² v), v the hypergeometric variance at each
    time; with clusters or sampling weights the robust covariance.

    References
    ----------
    Lee JW (1996). Biometrics 52:721-725.
    Karrison TG (2016). Stata J 16:678-690.
    """
    chosen = _checked(weightings, alternative, adjust)
    sample = survival_sample(
        data, duration=duration, event=event, entry=entry, weights=weights,
        weights_kind=weights_kind, subject=subject, cluster=cluster, by=by, strata=strata,
    )  # fmt: skip
    if len(sample.groups) < 2:
        raise UsageError("by names one group only.\nA max-combo test compares at least two.")
    base = chosen_reference(sample.groups, reference, spell)
    pairs = contrasts(sample.groups, base, pairwise=pairwise)
    blocks, correlations = [], {}
    for pair in pairs:
        rows, correlation = _pair_rows(pair_of(sample, pair), chosen, pair, alternative)
        blocks.append(rows)
        correlations[str(rows[GROUP].iloc[0])] = correlation
    table = pd.concat(blocks, ignore_index=True)
    tests = (table[TERM] == TEST).to_numpy()
    table[P_ADJUSTED] = np.nan
    table.loc[tests, P_ADJUSTED] = adjusted(table.loc[tests, P_VALUE].to_numpy(float), adjust)
    kind = "robust (Lin–Wei)" if sample.robust else "hypergeometric"
    stratified = "stratified " if strata is not None else ""
    method = (
        f"{stratified}max-combo of {len(chosen)} log-rank tests, {alternative}, {kind} variance"
    )
    return MaxCombo(
        table=table.assign(**{METHOD: method}),
        sentence=_sentence(table[tests], method),
        correlations=correlations,
    )


def _checked(weightings, alternative: object, adjust: object) -> list[Weighting]:
    check_word("alternative", alternative, ALTERNATIVES)
    check_adjustment(adjust)
    if isinstance(weightings, str) or len(weightings) < 2:
        raise UsageError("weightings holds fewer than two.\nUse logrank for one.")
    chosen = [weighting_of(word) for word in weightings]
    if len({weighting.name for weighting in chosen}) < len(chosen):
        raise UsageError("weightings names one twice.\nName each once.")
    return chosen


def _pair_rows(
    sample: Sample, chosen: Sequence[Weighting], pair: tuple[str, str], alternative: str
) -> tuple[pd.DataFrame, Floats]:
    score, covariance = joint_scores(sample, chosen)
    variance = np.diag(covariance)
    told = variance > 0.0
    error = np.sqrt(np.where(told, variance, np.nan))
    z, correlation = score / error, covariance / np.outer(error, error)
    largest, p_value = _largest(z[told], correlation[np.ix_(told, told)], alternative)
    terms = [TEST, *(weighting.name for weighting in chosen)]
    rows = pd.DataFrame(
        {
            TERM: terms,
            GROUP: f"{pair[0]} vs {pair[1]}",
            STATISTIC: [largest, *z],
            P_VALUE: [p_value, *_own_p(z, alternative)],
            N: as_count(float(group_sizes(sample).sum())),
            N_EVENTS: as_count(float(events_by_group(sample, crossings_of(sample)).sum())),
            WARNING: _silent(chosen, told),
        }
    )
    return rows, correlation


def _silent(chosen: Sequence[Weighting], told: NDArray[np.bool_]) -> str:
    """Return in words which weightings have nothing to say, or ""."""
    if told.all():
        return ""
    if not told.any():
        return NOTHING_TOLD
    names = ", ".join(weighting.name for weighting, heard in zip(chosen, told) if not heard)
    return LEFT_OUT.format(names=names)


def joint_scores(sample: Sample, chosen: Sequence[Weighting]) -> tuple[Floats, Floats]:
    """Return observed minus expected of the second group under each weighting; covariance."""
    crossings = crossings_of(sample)
    weights = [weights_of_times(crossings, weighting) for weighting in chosen]
    score = [
        sum(
            float(w @ (c.events[1] - c.shares[1] * c.events.sum(axis=0)))
            for c, w in zip(crossings, by_stratum)
        )
        for by_stratum in weights
    ]
    covariance = [
        [float(score_covariance(sample, crossings, a, b)[1, 1]) for b in weights] for a in weights
    ]
    return np.array(score), np.array(covariance)


def _largest(z: Floats, correlation: Floats, alternative: str) -> tuple[float, float]:
    if not len(z):
        return np.nan, np.nan
    if alternative == "two-sided":
        largest = float(np.abs(z).max())
        inside = probability_within(correlation, -largest, largest)
    elif alternative == "greater":
        largest = float(z.max())
        inside = probability_within(correlation, -np.inf, largest)
    else:
        largest = float(z.min())
        inside = probability_within(correlation, largest, np.inf)
    return largest, float(np.clip(1.0 - inside, 0.0, 1.0))


def _own_p(z: Floats, alternative: str) -> Floats:
    from scipy.special import ndtr

    if alternative == "two-sided":
        return 2.0 * ndtr(-np.abs(z))
    return ndtr(-z) if alternative == "greater" else ndtr(z)


def _sentence(tests: pd.DataFrame, method: str) -> str:
    parts = [
        f"{row[GROUP]}: largest statistic {said(row[STATISTIC])}, {p_statement(row[P_VALUE])}"
        for row in tests.to_dict("records")
    ]
    return f"{'; '.join(parts)} ({method})."
