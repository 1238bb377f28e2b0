"""Rubin's rules for estimates that come with bootstrap variances."""

from dataclasses import dataclass

import numpy as np

from afterglow.estimate.checks import Floats


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Pooled:
    """Estimates of several imputations as one, on the scale on which they were pooled.

    Attributes
    ----------
    estimate, within, between : array, shape (K,)
        Mean, mean variance within imputations, variance between them.
    df : array, shape (K,)
        Rubin's degrees of freedom; inf where nothing varies between imputations.
    """

    estimate: Floats
    within: Floats
    between: Floats
    df: Floats
    imputations: int

    @property
    def total(self) -> Floats:
        """The whole variance."""
        return self.within + (1.0 + 1.0 / self.imputations) * self.between

    @property
    def share_between(self) -> Floats:
        """The share of the variance that not knowing the imputed values brings."""
        added = (1.0 + 1.0 / self.imputations) * self.between
        return np.divide(added, self.total, out=np.zeros_like(added), where=self.total > 0.0)

    def limits(self, conf_level: float) -> tuple[Floats, Floats]:
        """Return t limits on the scale of the pooling."""
        from scipy.special import stdtrit

        tail = 0.5 + conf_level / 2.0
        wide = stdtrit(np.minimum(self.df, 1e9), tail) * np.sqrt(self.total)
        return self.estimate - wide, self.estimate + wide


def pooled(values: Floats, variances: Floats) -> Pooled:
    """Pool the estimates of m imputations.

    Parameters
    ----------
    values, variances : array, shape (m, K)
        Estimates and their variances within each imputation. One imputation has no variance
        between.

    References
    ----------
    Rubin DB (1987). Multiple Imputation for Nonresponse in Surveys, ch. 3.
    """
    m = len(values)
    within = variances.mean(axis=0)
    between = values.var(axis=0, ddof=1) if m > 1 else np.zeros(values.shape[1])
    added = (1.0 + 1.0 / m) * between
    ratio = np.divide(within, added, out=np.full_like(added, np.inf), where=added > 0.0)
    df = (m - 1) * (1.0 + ratio) ** 2 if m > 1 else np.full_like(added, np.inf)
    return Pooled(
        estimate=values.mean(axis=0), within=within, between=between, imputations=m,
        df=np.where(added > 0.0, df, np.inf),
    )  # fmt: skip
