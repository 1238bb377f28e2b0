"""Response rates of groups, and their differences, with clusters and weights where there are."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np
import pandas as pd

from afterglow.errors import UsageError
from afterglow.estimate.checks import ColumnReader, spell
from afterglow.estimate.clustered_rate import Responses, clustered_difference, clustered_rate
from afterglow.estimate.counting import summed
from afterglow.estimate.options import check_level, check_word, chosen_reference, contrasts
from afterglow.estimate.proportion import METHODS, proportion
from afterglow.estimate.proportion_difference import proportion_difference
from afterglow.estimate.result import Result, said, said_interval
from afterglow.estimate.sample import WEIGHTS_KINDS, is_whole, named
from afterglow.estimate.stratified_difference import count_strata, stratified_row
from afterglow.names import CONF_HIGH, CONF_LEVEL, CONF_LOW, ESTIMATE, EVENT, GROUP, TERM, N

RATE: Final = "rate"
DIFFERENCE: Final = "difference"


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class ResponseRate(Result):
    """Rates of groups (term "rate") and their differences (term "difference", "A vs B")."""


def response_rate(
    data: pd.DataFrame,
    *,
    event: str = EVENT,
    by: str | Sequence[str] | None = None,
    strata: str | Sequence[str] | None = None,
    cluster: str | None = None,
    weights: str | None = None,
    weights_kind: str = "frequency",
    reference: object | None = None,
    pairwise: bool = False,
    conf_level: float = 0.95,
    method: str = "wilson",
) -> ResponseRate:
    """Estimate the probability of response in each group, and differences between groups.

    Parameters
    ----------
    data : DataFrame, one row per subject
    event : str
        Response, bool or 0/1; missing values are errors (decide on missing scores before).
    by : str or list of str, optional
    strata : str or list of str, optional
        Differences are pooled over strata as in `stratified_difference`; rates are not.
    cluster : str, optional
        Sites, say. Rates then have the linearised (cluster-robust) variance with m/(m − 1) and
        t limits with m − 1 degrees of freedom on the logit scale, m clusters; differences have t
        limits on their own scale. R's ``survey::svyciprop(method = "logit")``.
    weights, weights_kind : str, optional
        Frequencies count rows; sampling weights bring the linearised variance.
    reference, pairwise
        As in `KaplanMeier.difference`.
    method : str
        Interval of the rates without clusters and sampling weights; see `proportion`.

    Returns
    -------
    ResponseRate
        One row per group, then one per contrast (Miettinen–Nurminen). With clusters the rates
        also have n_clusters, icc (analysis-of-variance intra-class correlation) and design_effect.

    Raises
    ------
    InvalidInput, UsageError
        As in `kaplan_meier`; fewer than two clusters.

    References
    ----------
    Donner A, Klar N (2000). Design and analysis of cluster randomization trials, chapter 2.
    """
    check_word("method", method, METHODS)
    check_word("weights_kind", weights_kind, WEIGHTS_KINDS)
    check_level(conf_level)
    read = ColumnReader(data, event, *named(by), *named(strata), cluster, weights)
    group, labels = read.label(by)
    responses = Responses(
        success=read.event(event),
        weight=None if weights is None else read.positive(weights),
        group=group,
        stratum=read.label(strata)[0],
        cluster=None if cluster is None else read.label(cluster)[0],
    )
    read.finish()
    robust = cluster is not None or (weights_kind == "sampling" and weights is not None)
    robust = robust or not is_whole(responses.weight)
    pairs: list[tuple[str, str]] = []
    if len(labels) > 1:
        pairs = contrasts(labels, chosen_reference(labels, reference, spell), pairwise=pairwise)
    elif strata is not None:
        raise UsageError("strata pools differences, and there is one group only.\nGive by=.")
    places = [(labels.index(a), labels.index(b)) for a, b in pairs]
    if robust:
        rows = _robust_rows(responses, len(labels), places, conf_level)
    else:
        rows = _plain_rows(responses, len(labels), places, conf_level, method, strata is not None)
    names = [*labels, *(f"{a} vs {b}" for a, b in pairs)]
    terms = [RATE] * len(labels) + [DIFFERENCE] * len(pairs)
    table = pd.concat(rows, ignore_index=True).assign(**{GROUP: names, TERM: terms})
    return ResponseRate(table=table, sentence=_sentence(table))


def _robust_rows(
    responses: Responses, groups: int, pairs: Sequence[tuple[int, int]], level: float
) -> list[pd.DataFrame]:
    rates = [clustered_rate(responses, g, level) for g in range(groups)]
    return rates + [clustered_difference(responses, a, b, level) for a, b in pairs]


def _plain_rows(
    responses: Responses,
    groups: int,
    pairs: Sequence[tuple[int, int]],
    level: float,
    method: str,
    stratified: bool,
) -> list[pd.DataFrame]:
    repeated = responses.repeated()
    n = np.bincount(repeated.group, minlength=groups)
    x = summed(repeated.group, repeated.success, groups).astype(np.int64)
    rates = [proportion(x[g], n[g], method=method, conf_level=level).tidy() for g in range(groups)]
    if not stratified:
        return rates + [
            proportion_difference(x[a], n[a], x[b], n[b], conf_level=level).tidy() for a, b in pairs
        ]
    differences = []
    for a, b in pairs:
        found = count_strata(repeated.success, repeated.group, repeated.stratum, a, b)
        differences.append(pd.DataFrame([stratified_row(found, "", "miettinen-nurminen", level)]))
    return rates + differences


def _sentence(table: pd.DataFrame) -> str:
    parts = [
        f"{row[GROUP] or 'all'}: {said(row[ESTIMATE])} "
        f"({said_interval(row[CONF_LOW], row[CONF_HIGH], row[CONF_LEVEL])}; n = {said(row[N])})"
        for row in table.to_dict("records")
    ]
    return f"Response rate, {'; '.join(parts)}."
