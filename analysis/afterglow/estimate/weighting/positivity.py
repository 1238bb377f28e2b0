"""Whether at every score some go uncensored: without them no weight can stand in for the others."""

from collections.abc import Sequence
from typing import Final

import numpy as np
import pandas as pd

from afterglow import rounding
from afterglow.estimate.checks import Floats
from afterglow.estimate.weighting.diagnostics import EFFECTIVE, LARGEST_SHARE
from afterglow.estimate.weighting.misfit import SEEN, seen_by_expected
from afterglow.estimate.weighting.model import STRATUM, ModelFit
from afterglow.estimate.weighting.rows import WeightRows
from afterglow.estimate.weighting.terms import ModelTerm, Smooth, column_of
from afterglow.names import AT_RISK, ESTIMATE, GROUP, TERM, WARNING, N
from afterglow.phrases import spelled

FINDING: Final = "finding"
NEARLY_ALL: Final = 0.95
FEW_TRIALS: Final = 20
NEGLIGIBLE: Final = 0.01
HEAVY_SHARE: Final = 0.1
THIN: Final = 0.25
WATCHED: Final = 20
PER_COEFFICIENT: Final = 5.0

NOBODY: Final = "nobody censored"
CERTAIN: Final = "chance above 95 %"
TAIL: Final = "nearly all censored"
HEAVY: Final = "one weight among many"
FEW_LEFT: Final = "small effective number"
SPARSE: Final = "few censored per coefficient"
COLUMNS: Final = (FINDING, STRATUM, GROUP, TERM, ESTIMATE, N, WARNING)


def positivity(
    data: pd.DataFrame,
    rows: WeightRows,
    censoring: ModelFit,
    terms: Sequence[ModelTerm],
    by_time: pd.DataFrame,
    fit_by: str | Sequence[str] | None = None,
) -> pd.DataFrame:
    """Return what was looked at, one row per finding, with a warning in words where it is bad.

    Returns
    -------
    DataFrame
        finding, stratum, group, term, estimate, n, warning ("" where all is well):
        "nobody censored"; "chance above 95 %" (share of decisions with such a fitted chance);
        "nearly all censored" (the largest end of a column's range with 20 decisions or more of
        which 95 % ended in censoring: their share of all decisions); "one weight among many" (the
        largest share of all weight that one had while 20 or more were at risk); "small effective
        number" (effective number by number at risk, at its worst); "few censored per coefficient";
        "seen by expected" (of each level of `fit_by`, which `stratum` names: how many were
        censored, by how many the model expects).
    """
    records = []
    for s, label in enumerate(rows.strata):
        own = slice(censoring.cells.bounds[s], censoring.cells.bounds[s + 1])
        trials, ended = float(censoring.trials[own].sum()), float(censoring.ended[own].sum())
        head = {STRATUM: label, N: int(trials)}
        if ended == 0:
            records.append({**head, FINDING: NOBODY, ESTIMATE: 0.0, WARNING: ""})
            continue
        records.append({**head, **_certain(censoring, own, trials)})
        records += [{**head, **_tail(data, rows, s, column)} for column in _numeric(data, terms)]
        records.append({**head, **_sparse(censoring, s, ended)})
    records += _extremes(by_time)
    fits = seen_by_expected(data, rows, censoring, fit_by)
    records += [{FINDING: SEEN, **found} for found in fits]
    return pd.DataFrame(records, columns=list(COLUMNS)).fillna(
        {STRATUM: "", GROUP: "", TERM: "", WARNING: ""}
    )


def _numeric(data: pd.DataFrame, terms: Sequence[ModelTerm]) -> list[str]:
    named = dict.fromkeys(
        column_of(term)
        for term in terms
        if isinstance(term, Smooth) or pd.api.types.is_numeric_dtype(data[term])
    )
    return [name for name in named if not pd.api.types.is_bool_dtype(data[name])]


def _certain(fit: ModelFit, own: slice, trials: float) -> dict[str, object]:
    above = fit.chance[own] > NEARLY_ALL
    share = float(fit.trials[own][above].sum()) / trials
    words = ""
    if share > NEGLIGIBLE:
        words = (
            f"in {rounding.number(100 * share, 1)} % of decisions the model expects censoring with"
            " a chance above 95 %: the few who went on stand for very many"
        )
    return {FINDING: CERTAIN, ESTIMATE: share, WARNING: words}


def _tail(data: pd.DataFrame, rows: WeightRows, s: int, column: str) -> dict[str, object]:
    decided = (rows.tries > 0) & (rows.stratum == s)
    values = data[column].to_numpy(dtype=np.float64)[rows.place[decided]]
    trials, ended = rows.tries[decided], rows.ended[decided]
    found = {TERM: column, FINDING: TAIL, ESTIMATE: 0.0, WARNING: ""}
    for sign, side in ((-1.0, "at the highest values"), (1.0, "at the lowest values")):
        count, out = _end_of_range(sign * values, trials, ended)
        if count > 0 and count / trials.sum() > found[ESTIMATE]:
            share = count / float(trials.sum())
            found[ESTIMATE] = share
            found[WARNING] = (
                f"{side} of {spelled(column)}, {rounding.number(out, 0)} of"
                f" {rounding.number(count, 0)} decisions ended in censoring: nobody is left there"
                " to say what would have happened, and no weight can replace them"
            )
    return found


def _end_of_range(values: Floats, trials: Floats, ended: Floats) -> tuple[float, float]:
    """Return the trials and ends of the longest run from the lowest value on that nearly all end.

    Runs shorter than FEW_TRIALS do not count.
    """
    order = np.argsort(values, kind="stable")
    last = np.append(np.diff(values[order]) > 0, True)
    count, out = np.cumsum(trials[order])[last], np.cumsum(ended[order])[last]
    bad = np.flatnonzero((count >= FEW_TRIALS) & (out >= NEARLY_ALL * count))
    if not len(bad):
        return 0.0, 0.0
    return float(count[bad[-1]]), float(out[bad[-1]])


def _sparse(fit: ModelFit, s: int, ended: float) -> dict[str, object]:
    per = ended / float(fit.cells.active[s].sum())
    words = ""
    if per < PER_COEFFICIENT:
        words = (
            f"{rounding.number(ended, 0)} censored for"
            f" {rounding.number(float(fit.cells.active[s].sum()), 0)} coefficients: take fewer"
            " terms, or straight lines for curves"
        )
    return {FINDING: SPARSE, ESTIMATE: per, WARNING: words}


def _extremes(by_time: pd.DataFrame) -> list[dict[str, object]]:
    records: list[dict[str, object]] = []
    watched = by_time[by_time[AT_RISK] >= WATCHED]
    for label, own in watched.groupby(GROUP, observed=True, sort=False):
        share = float(own[LARGEST_SHARE].max())
        thin = float((own[EFFECTIVE] / own[AT_RISK]).min())
        heavy = f"one weight is {rounding.number(100 * share, 0)} % of all those at risk"
        few = (
            f"the weighted sample tells as little as {rounding.number(100 * thin, 0)} % of its size"
        )
        records += [
            {GROUP: label, FINDING: HEAVY, ESTIMATE: share, N: int(own[AT_RISK].min()),
             WARNING: heavy if share > HEAVY_SHARE else ""},
            {GROUP: label, FINDING: FEW_LEFT, ESTIMATE: thin, N: int(own[AT_RISK].min()),
             WARNING: few if thin < THIN else ""},
        ]  # fmt: skip
    return records
