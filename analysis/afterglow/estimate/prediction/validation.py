"""Performance beyond the data of the fit: bootstrap optimism by subject, and sites left out."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from afterglow.estimate.checks import Codes, Floats
from afterglow.estimate.prediction.calibration import Scored, calibration_of, joined, slope_within
from afterglow.estimate.prediction.measures import Ratio
from afterglow.estimate.prediction.performance import (
    AUC,
    BRIER,
    CONCORDANCE,
    MEASURES,
    SLOPE,
    Performance,
    calibration_values,
    ratios_of,
    scored_of,
    shares_of,
    together,
)
from afterglow.estimate.prediction.stack import Stack, Window, windows_of, without_predictors

Procedure = Callable[[Stack, Floats], Callable[[Stack], Floats]]
"""From a stack and how often each row counts to what predicts the rows of a stack."""


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Optimism:
    """What the bootstrap says of one model.

    Attributes
    ----------
    corrected : mapping of measure to number
        Apparent less mean optimism (Harrell).
    left_out : mapping of measure to number
        Of the subjects whom a resample did not draw, all resamples together; the slope within
        resamples.
    scored : Scored or None
        Their predictions and outcomes; None where no resample gave a model.
    resamples : int
        Resamples that gave a model.
    """

    corrected: dict[str, float]
    left_out: dict[str, float]
    scored: Scored | None
    resamples: int


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class LeftOutSite:
    """One site predicted by models of the others.

    Attributes
    ----------
    label : str
        "" for all sites together.
    performance : mapping of model to its measures
    scored : mapping of model to Scored
    expected, observed : float
        Sums of the model's risks, and of the weighted outcomes.
    subjects, with_event, n, events : float
        Subjects, subjects with the target in a window, rows, and rows with it in theirs.
    """

    label: str
    performance: dict[str, dict[str, float]]
    scored: dict[str, Scored]
    expected: float
    observed: float
    subjects: float
    with_event: float
    n: float
    events: float


def flat(*, days: bool) -> Procedure:
    """Return the rival that has no predictors: each landmark's own curve."""

    def fit(stack: Stack, count: Floats) -> Callable[[Stack], Floats]:
        windows = windows_of(stack, count, days=days)
        level = {w.landmark: without_predictors([w], stack)[w.rows[0]] for w in windows}
        return lambda new: np.array([level.get(float(day), np.nan) for day in new.landmark])

    return fit


def optimism(
    stack: Stack, procedures: Mapping[str, Procedure], apparent: Mapping[str, Performance], *,
    days: bool, resamples: int, seed: int,
) -> dict[str, Optimism]:  # fmt: skip
    """Repeat the whole procedure in resamples of the subjects.

    Each model of a resample is measured in it and in the data; the mean difference is the optimism
    (Harrell, Lee & Mark 1996). The subjects not drawn are predicted by models that never saw them.
    """
    every = windows_of(stack, np.ones(len(stack.landmark)), days=days)
    found = {name: _Tally(gaps=[], sums=[], scored=[]) for name in procedures}
    for count in resampled(stack, resamples, seed):
        drawn = windows_of(stack, count, days=days)
        if len(drawn) < len(every) or not any(w.known.case.any() for w in drawn):
            continue
        out = [w for w in (one.taken(count == 0) for one in every) if len(w.rows)]
        for name, procedure in procedures.items():
            predicted = procedure(stack, count)(stack)
            within, whole = (
                measured(w, scored_of(w, stack, predicted, days=days), predicted, days=days)
                for w in (drawn, every)
            )
            tally = found[name]
            tally.gaps.append([within[m] - whole[m] for m in MEASURES])
            tally.sums.append(ratios_of(out, predicted, days=days))
            tally.scored.append(scored_of(out, stack, predicted, days=days))
    return {name: tally.told(apparent[name]) for name, tally in found.items()}


@dataclass(frozen=True, slots=True, eq=False)
class _Tally:
    """What the resamples of one model have given so far."""

    gaps: list[list[float]]
    sums: list[dict[str, list[Ratio]]]
    scored: list[Scored]

    def told(self, apparent: Performance) -> Optimism:
        """Return the means over the resamples; a resample counts for what it has a value of."""
        if not self.gaps:
            nothing = dict.fromkeys(MEASURES, float("nan"))
            return Optimism(corrected=nothing, left_out=nothing, scored=None, resamples=0)
        mean = dict(zip(MEASURES, _known_mean(np.array(self.gaps))))
        scored = joined(self.scored)
        sums = {
            name: together([ratio for one in self.sums for ratio in one[name]])
            for name in (BRIER, AUC, CONCORDANCE)
        }
        return Optimism(
            corrected={m: apparent.values[m] - mean[m] for m in MEASURES},
            left_out={
                **shares_of(sums),
                **calibration_values(calibration_of(scored)),
                SLOPE: slope_within(self.scored),
            },
            scored=scored, resamples=len(self.gaps),
        )  # fmt: skip


def _known_mean(values: Floats) -> list[float]:
    known = np.isfinite(values)
    total = np.where(known, values, 0.0).sum(axis=0)
    some = known.sum(axis=0)
    return np.divide(total, some, out=np.full(len(some), np.nan), where=some > 0).tolist()


def resampled(stack: Stack, resamples: int, seed: int) -> Iterator[Floats]:
    """Yield how often each row counts: its subject is drawn as often, with replacement."""
    size = stack.subjects
    for place in range(resamples):
        random = np.random.default_rng([seed, 1, place])
        times = np.bincount(random.integers(0, size, size), minlength=size)
        yield times[stack.subject].astype(np.float64)


def leave_out(
    stack: Stack, site: Codes, labels: Sequence[str], procedures: Mapping[str, Procedure], *,
    days: bool,
) -> list[LeftOutSite]:  # fmt: skip
    """Predict each site by models of all others: internal–external validation.

    Parameters
    ----------
    site : array of int, shape (rows,)
        Places in `labels`.

    Returns
    -------
    list of LeftOutSite
        All sites together first, where subjects are compared, and the slope is taken, within
        sites; then one by one. Outcomes are weighted by the curve of censoring of all sites.
    """
    every = windows_of(stack, np.ones(len(stack.landmark)), days=days)
    predicted = {name: np.full(len(stack.landmark), np.nan) for name in procedures}
    for code in range(len(labels)):
        own = site == code
        for name, procedure in procedures.items():
            predicted[name][own] = procedure(stack, np.where(own, 0.0, 1.0))(stack)[own]
    # A landmark that only one site has cannot be predicted by the others' curve.
    usable = np.all([np.isfinite(values) for values in predicted.values()], axis=0)
    parts = [[w.taken(usable & (site == code)) for w in every] for code in range(len(labels))]
    parts = [[w for w in part if len(w.rows)] for part in parts]
    single = zip(labels, ([part] for part in parts))
    return [
        _sites(label, own, stack, predicted, days=days) for label, own in (("", parts), *single)
    ]


def _sites(
    label: str, parts: list[list[Window]], stack: Stack, predicted: Mapping[str, Floats], *,
    days: bool,
) -> LeftOutSite:  # fmt: skip
    """Measure some sites together: subjects are compared within theirs."""
    windows = [window for part in parts for window in part]
    performance, scored = {}, {}
    for name, values in predicted.items():
        scored[name] = scored_of(windows, stack, values, days=days)
        each = [scored_of(part, stack, values, days=days) for part in parts]
        performance[name] = measured(windows, scored[name], values, days=days)
        performance[name][SLOPE] = slope_within(each)
    first = scored[next(iter(scored))]
    cases = [stack.subject[window.rows[window.known.case]] for window in windows]
    return LeftOutSite(
        label=label, performance=performance, scored=scored,
        expected=float(first.predicted @ first.count), observed=float(first.weight @ first.outcome),
        subjects=float(len(np.unique(first.subject))), n=float(first.count.sum()),
        with_event=float(len(np.unique(np.concatenate(cases)))) if cases else 0.0,
        events=float(sum(w.known.case @ w.known.count for w in windows)),
    )  # fmt: skip


def measured(
    windows: Sequence[Window], scored: Scored, predicted: Floats, *, days: bool
) -> dict[str, float]:
    """Return the measures of predictions, without standard errors."""
    sums = {name: together(own) for name, own in ratios_of(windows, predicted, days=days).items()}
    return {**shares_of(sums), **calibration_values(calibration_of(scored))}
