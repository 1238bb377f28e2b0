"""The partial likelihood a second time, as its definition says: loops over events and risk sets."""

from itertools import combinations

import numpy as np
import pandas as pd

TIES = ("efron", "breslow", "exact")


def random_rows(rng, n: int, *, days: int = 8, ties: bool = True) -> pd.DataFrame:
    """Draw rows with late entry, strata, weights, clusters and two covariates."""
    entry = rng.integers(0, days, n).astype(float)
    length = rng.integers(1, days, n).astype(float)
    if not ties:
        length += rng.permutation(n) / (2.0 * n)
    return pd.DataFrame(
        {
            "entry": entry,
            "duration_days": entry + length,
            "event": rng.random(n) < 0.7,
            "x": np.round(rng.normal(size=n), 2),
            "z": rng.integers(0, 2, n).astype(float),
            "stratum": rng.choice(["a", "b"], n),
            "site": rng.choice(["p", "q", "r", "s"], n),
            "count": rng.integers(1, 4, n),
            "weight": np.round(rng.uniform(0.3, 2.5, n), 2),
        }
    )


def risk_sets(data: pd.DataFrame, *, entry: bool, strata: bool):
    """Yield the rows at risk and those with the event, at each event time of each stratum."""
    stratum = data["stratum"].to_numpy() if strata else np.zeros(len(data))
    time, event = data["duration_days"].to_numpy(), data["event"].to_numpy()
    start = data["entry"].to_numpy() if entry else np.full(len(data), -np.inf)
    for s in np.unique(stratum):
        for t in np.unique(time[event & (stratum == s)]):
            at_risk = (stratum == s) & (start < t) & (time >= t)
            yield np.flatnonzero(at_risk), np.flatnonzero(at_risk & event & (time == t))


def slow_partial(beta, data, *, ties, entry=False, strata=False, weight=None):
    """Return the log-likelihood, score, information, and each row's score residual."""
    x = data[["x", "z"]].to_numpy()
    w = np.ones(len(data)) if weight is None else data[weight].to_numpy(dtype=float)
    risk = w * np.exp(x @ beta)
    loglik, score, information = 0.0, np.zeros(2), np.zeros((2, 2))
    residual = np.zeros((len(data), 2))
    for present, dying in risk_sets(data, entry=entry, strata=strata):
        loglik += w[dying] @ (x[dying] @ beta)
        score += w[dying] @ x[dying]
        if ties == "exact":
            log_sum, mean, spread = exact_set(x, x @ beta, present, len(dying))
            loglik, score, information = loglik - log_sum, score - mean, information + spread
            continue
        d = len(dying)
        for k in range(d):
            own = risk.copy()
            own[dying] *= 1 - k / d if ties == "efron" else 1.0
            total = own[present].sum()
            mean = own[present] @ x[present] / total
            away = x[present] - mean
            share = w[dying].mean()
            loglik -= share * np.log(total)
            score -= share * mean
            information += share * (away.T * (own[present] / total)) @ away
            residual[dying] += (x[dying] - mean) / d
            residual[present] -= share * away * (own[present] / w[present] / total)[:, None]
    return loglik, score, information, residual


def exact_set(x, predictor, present, d):
    """Sum over every set of d rows at risk: log of the sum, mean and variance of the sets' x."""
    sets = list(combinations(present, d))
    risk = np.array([np.exp(sum(predictor[i] for i in chosen)) for chosen in sets])
    total = np.array([x[list(chosen)].sum(axis=0) for chosen in sets])
    share = risk / risk.sum()
    mean = share @ total
    return np.log(risk.sum()), mean, ((total - mean).T * share) @ (total - mean)
