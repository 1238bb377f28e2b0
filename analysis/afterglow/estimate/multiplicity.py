"""p-values adjusted for the number of comparisons."""

from collections.abc import Sequence
from typing import Final

import numpy as np

from afterglow.estimate.checks import Floats
from afterglow.estimate.options import check_word

P_ADJUSTED: Final = "p_adjusted"
ADJUSTMENTS: Final = {
    "holm": "holm",
    "bonferroni": "bonferroni",
    "hochberg": "simes-hochberg",
    "hommel": "hommel",
    "bh": "fdr_bh",
    "by": "fdr_by",
    "none": "",
}
"""Our words (R's ``p.adjust``, in lower case) -> those of statsmodels."""


def check_adjustment(adjust: object) -> None:
    """Raise UsageError unless `adjust` is a known way to adjust."""
    check_word("adjust", adjust, ADJUSTMENTS)


def adjusted(p_values: Sequence[float] | Floats, adjust: str) -> Floats:
    """Return adjusted p-values, as R's ``p.adjust``; undefined ones stay so and do not count.

    Parameters
    ----------
    p_values : array_like
    adjust : str
        ``holm``, ``bonferroni``, ``hochberg`` and ``hommel`` keep the family-wise error rate;
        ``bh`` (Benjamini–Hochberg) and ``by`` (Benjamini–Yekutieli) the false discovery rate;
        ``none`` leaves the values.
    """
    values = np.array(p_values, dtype=np.float64)
    known = np.isfinite(values)
    if adjust == "none" or not known.any():
        return values
    from statsmodels.stats.multitest import multipletests

    values[known] = multipletests(values[known], method=ADJUSTMENTS[adjust])[1]
    return values
