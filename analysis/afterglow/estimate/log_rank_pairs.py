"""Log-rank tests of pairs of groups, each on the pair's own rows."""

from dataclasses import replace
from typing import Final

import numpy as np
import pandas as pd

from afterglow.estimate.checks import spell
from afterglow.estimate.log_rank_result import chi_square
from afterglow.estimate.log_rank_weights import Weighting
from afterglow.estimate.multiplicity import P_ADJUSTED, adjusted
from afterglow.estimate.options import chosen_reference, contrasts
from afterglow.estimate.sample import Sample
from afterglow.estimate.score_sums import score_sums
from afterglow.estimate.survival_curve import as_count
from afterglow.names import DF, GROUP, N_EVENTS, P_VALUE, STATISTIC, WARNING, N

COLUMNS: Final = (GROUP, STATISTIC, DF, P_VALUE, P_ADJUSTED, N, N_EVENTS, WARNING)


def compared_pairs(
    sample: Sample, weighting: Weighting, *, reference: object | None, pairwise: bool, adjust: str
) -> pd.DataFrame:
    """Return one row per pair, or none where neither a reference nor all pairs are asked for."""
    if reference is None and not pairwise:
        return pd.DataFrame(columns=list(COLUMNS))
    base = chosen_reference(sample.groups, reference, spell)
    found = [
        _row(pair_of(sample, pair), weighting, pair)
        for pair in contrasts(sample.groups, base, pairwise=pairwise)
    ]
    rows = pd.DataFrame(found)
    return rows.assign(**{P_ADJUSTED: adjusted(rows[P_VALUE].to_numpy(float), adjust)})[
        list(COLUMNS)
    ]


def pair_of(sample: Sample, pair: tuple[str, str]) -> Sample:
    """Return the rows of two groups; the second of the pair comes first, as the reference."""
    codes = [sample.groups.index(pair[1]), sample.groups.index(pair[0])]
    kept = np.flatnonzero(np.isin(sample.group, codes))

    def taken(values):
        return None if values is None else values[kept]

    return replace(
        sample, exit=sample.exit[kept], entry=taken(sample.entry), status=sample.status[kept],
        weight=taken(sample.weight), cluster=taken(sample.cluster), stratum=sample.stratum[kept],
        subject=taken(sample.subject), groups=(pair[1], pair[0]),
        group=(sample.group[kept] == codes[1]).astype(np.int64),
    )  # fmt: skip


def _row(sample: Sample, weighting: Weighting, pair: tuple[str, str]) -> dict[str, object]:
    sums = score_sums(sample, weighting)
    statistic, df, p_value, warning = chi_square(sums)
    return {
        GROUP: f"{pair[0]} vs {pair[1]}",
        STATISTIC: statistic,
        DF: df,
        P_VALUE: p_value,
        N: as_count(float(sums.n.sum())),
        N_EVENTS: as_count(float(sums.n_events.sum())),
        WARNING: warning,
    }
