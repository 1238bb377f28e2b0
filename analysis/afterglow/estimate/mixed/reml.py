"""Linear mixed models with one or two random effects per subject, by restricted likelihood."""

from dataclasses import dataclass
from typing import Final

import numpy as np

from afterglow.estimate.checks import Codes, Floats

SIDES: Final = {1: ((0, 0),), 2: ((0, 0), (1, 0), (1, 1))}
START: Final = {1: (1.0,), 2: (1.0, 0.0, 0.3)}
SINGULAR: Final = 1e-3
STILL: Final = 1e-7
SIMPLEX: Final = 1e-3
ROUNDS: Final = 8


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class MixedFit:
    """A fitted model y = X b + Z u + e, u of each subject normal with covariance Λ Λ' sigma².

    Attributes
    ----------
    beta : array, shape (p,)
    variance, robust_variance : array, shape (p, p)
        Of beta: model-based, as R's lme4, and the sandwich over subjects.
    relative : array, shape (q, q)
        Λ, lower triangular, with a diagonal that is not negative.
    sigma : float
        Standard deviation within subjects.
    log_likelihood : float
        Restricted.
    converged, singular : bool
        Whether the search came to rest; whether a variance is 0 or a correlation 1.
    """

    beta: Floats
    variance: Floats
    robust_variance: Floats
    relative: Floats
    sigma: float
    log_likelihood: float
    converged: bool
    singular: bool

    @property
    def covariance(self) -> Floats:
        """The covariance of a subject's own effects."""
        return self.sigma**2 * self.relative @ self.relative.T


@dataclass(frozen=True, slots=True, eq=False)
class _Products:
    """Sums of products within subjects, and in all."""

    zz: Floats
    zx: Floats
    zy: Floats
    xx: Floats
    xy: Floats
    yy: float
    n: int


def fit_mixed(x: Floats, z: Floats, y: Floats, subject: Codes) -> MixedFit:
    """Fit by restricted maximum likelihood (REML), as ``lme4::lmer`` and ``nlme::lme``.

    Parameters
    ----------
    x : array, shape (n, p)
        Fixed effects, of full rank.
    z : array, shape (n, q)
        Random effects, q = 1 or 2; columns of size about 1.
    y : array, shape (n,)
    subject : array of int, shape (n,)
        0, 1, … without gaps.

    References
    ----------
    Bates D, Mächler M, Bolker B, Walker S (2015). J Stat Softw 67(1):1-48.
    """
    # The likelihood does not care for an orthonormal basis of the fixed effects; its sums do.
    basis, back = np.linalg.qr(x)
    sums = _products(basis, z, y, subject)
    theta, converged = _search(sums, z.shape[1])
    relative = _triangle(theta, z.shape[1])
    gamma, curvature, rss, _ = _solved(relative, sums)
    p = x.shape[1]
    sigma2 = rss / (sums.n - p)
    to_beta = np.linalg.inv(back)
    bread = to_beta @ np.linalg.inv(curvature) @ to_beta.T
    beta = to_beta @ gamma
    meat = _meat(x, z, y - x @ beta, subject, relative)
    shift = 2.0 * float(np.log(np.abs(np.diag(back))).sum())
    diagonal = np.abs(np.diag(relative))
    signs = np.where(np.diag(relative) < 0, -1.0, 1.0)
    return MixedFit(
        beta=beta, variance=sigma2 * bread, robust_variance=bread @ meat @ bread,
        relative=relative * signs, sigma=float(np.sqrt(sigma2)),
        log_likelihood=-0.5 * (_deviance(theta, sums, z.shape[1]) + shift),
        converged=converged, singular=bool((diagonal < SINGULAR).any()),
    )  # fmt: skip


def _products(x: Floats, z: Floats, y: Floats, subject: Codes) -> _Products:
    order = np.argsort(subject, kind="stable")
    x, z, y = x[order], z[order], y[order]
    begins = np.flatnonzero(np.concatenate([[True], np.diff(subject[order]) > 0]))

    def within(values: Floats) -> Floats:
        return np.add.reduceat(values, begins, axis=0)

    return _Products(
        within(z[:, :, None] * z[:, None, :]),
        within(z[:, :, None] * x[:, None, :]),
        within(z * y[:, None]),
        x.T @ x,
        x.T @ y,
        float(y @ y),
        len(y),
    )


def _triangle(theta: Floats, q: int) -> Floats:
    found = np.zeros((q, q))
    for (i, j), value in zip(SIDES[q], theta):
        found[i, j] = value
    return found


def _solved(relative: Floats, sums: _Products) -> tuple[Floats, Floats, float, float]:
    """Return coefficients, X' V⁻¹ X, the weighted residual sum and log |V| (V per sigma²)."""
    inner = np.eye(len(relative)) + relative.T @ sums.zz @ relative
    zx, zy = relative.T @ sums.zx, sums.zy @ relative
    solved_x = np.linalg.solve(inner, zx)
    solved_y = np.linalg.solve(inner, zy[:, :, None])[:, :, 0]
    flat_x, flat_y = zx.reshape(-1, zx.shape[2]), zy.reshape(-1)
    xx = sums.xx - flat_x.T @ solved_x.reshape(flat_x.shape)
    xy = sums.xy - flat_x.T @ solved_y.reshape(-1)
    yy = sums.yy - float(flat_y @ solved_y.reshape(-1))
    beta = np.asarray(np.linalg.solve(xx, xy), dtype=np.float64)
    log_size = float(np.linalg.slogdet(inner)[1].sum())
    return beta, xx, yy - float(beta @ xy), log_size


def _deviance(theta: Floats, sums: _Products, q: int) -> float:
    """Return −2 times the restricted log-likelihood, at its best sigma."""
    _, xx, rss, log_size = _solved(_triangle(theta, q), sums)
    free = sums.n - len(xx)
    if not rss > 0:
        return np.inf
    size = float(np.linalg.slogdet(xx)[1])
    return log_size + size + free * (1.0 + float(np.log(2.0 * np.pi * rss / free)))


def _search(sums: _Products, q: int) -> tuple[Floats, bool]:
    """Return the best theta: downhill first, then simplex searches around it until at rest."""
    from scipy.optimize import minimize

    with np.errstate(all="ignore"):  # the first long steps may overflow; the simplex is then alone
        found = minimize(_deviance, np.array(START[q]), args=(sums, q), method="BFGS")
    theta, value = found.x, found.fun
    for _ in range(ROUNDS):
        around = np.vstack([theta, theta + SIMPLEX * np.eye(len(theta))])
        found = minimize(
            _deviance, theta, args=(sums, q), method="Nelder-Mead",
            options={"initial_simplex": around, "xatol": 1e-8, "fatol": 1e-10, "maxiter": 1000},
        )  # fmt: skip
        gained, theta, value = value - found.fun, found.x, found.fun
        if found.success and gained < STILL:
            return theta, True
    return theta, False


def _meat(x: Floats, z: Floats, residual: Floats, subject: Codes, relative: Floats) -> Floats:
    """Return the sum over subjects of s s', s = X_i' V_i⁻¹ r_i with V relative to sigma²."""
    sums = _products(x, z, residual, subject)
    begins = np.argsort(subject, kind="stable")
    first = np.flatnonzero(np.concatenate([[True], np.diff(subject[begins]) > 0]))
    own = np.add.reduceat(x[begins] * residual[begins, None], first, axis=0)
    inner = np.eye(len(relative)) + relative.T @ sums.zz @ relative
    solved = np.linalg.solve(inner, (sums.zy @ relative)[:, :, None])[:, :, 0]
    scores = own - np.einsum("iqp,iq->ip", relative.T @ sums.zx, solved)
    return scores.T @ scores
