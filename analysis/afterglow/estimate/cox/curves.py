"""Survival curves that a Cox model predicts."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import TypeVar

import numpy as np
import pandas as pd

from afterglow.errors import UsageError
from afterglow.estimate.checks import ColumnReader, Floats, spell
from afterglow.estimate.cox.data import in_order
from afterglow.estimate.cox.fit import CoxFit
from afterglow.estimate.cox.partial import partial_likelihood, running
from afterglow.estimate.cox.sample import CoxColumns, CoxSample
from afterglow.estimate.intervals import CONF_TYPES, probability_limits
from afterglow.estimate.options import check_word
from afterglow.estimate.result import CurveResult, said
from afterglow.estimate.sample import named
from afterglow.estimate.survival_curve import (
    CUMULATIVE_HAZARD,
    CUMULATIVE_HAZARD_STD_ERROR,
    as_count,
)
from afterglow.estimate.timegrid import near_index
from afterglow.names import (
    CONF_HIGH,
    CONF_LEVEL,
    CONF_LOW,
    ESTIMATE,
    GROUP,
    METHOD,
    N_EVENTS,
    STD_ERROR,
    TERM,
    TIME,
    WARNING,
    N,
)

LATE = "after the last observed time: the last value is carried on"
ROW = "row"


Curves = TypeVar("Curves", bound="CoxCurves")


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class StratumHazard:
    """The hazard of one stratum at the covariates' means, summed over its event times.

    Attributes
    ----------
    label : str
    exits : array
        Distinct times at which rows of the stratum end.
    times : array, shape (C,)
        Event times.
    hazard, variance : array, shape (C,)
        Cumulative hazard, and its variance where the coefficients are known.
    moved : array, shape (C, p)
        Integral of the risk sets' means of centred x over the hazard.
    """

    label: str
    exits: Floats
    times: Floats
    hazard: Floats
    variance: Floats
    moved: Floats


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Point:
    """Covariates (centred), and what the hazard is multiplied by besides them."""

    label: str
    stratum: int
    x: Floats
    offset: float


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class CoxCurves(CurveResult):
    """Survival curves of a Cox model, one for each stratum or each row that was asked for.

    Attributes
    ----------
    hazards : tuple of StratumHazard
    points : tuple of Point
    fit : CoxFit
    variance_of_beta : array, shape (p, p)
    conf_type : str
    conf_level, n, n_events : float
        The confidence level; subjects and events of the fit.
    """

    hazards: tuple[StratumHazard, ...]
    points: tuple[Point, ...]
    fit: CoxFit
    variance_of_beta: Floats
    conf_type: str
    conf_level: float
    n: float
    n_events: float

    def at(self, times: float | Sequence[float]) -> pd.DataFrame:
        """Return the curves at `times` (days), one row per curve and time.

        Beyond the last observed time of the stratum the last value is carried on, with a warning
        in the row.
        """
        asked = np.sort(np.atleast_1d(np.asarray(times, dtype=np.float64)))
        if not np.isfinite(asked).all():
            raise UsageError("times holds a value that is no finite number.\nGive days.")
        parts = [self._curve(row, point, asked) for row, point in enumerate(self.points, start=1)]
        return pd.concat(parts, ignore_index=True)

    def _curve(self, row: int, point: Point, asked: Floats) -> pd.DataFrame:
        stratum = self.hazards[point.stratum]
        hazard, error = self._cumulative(stratum, point)
        place = near_index(stratum.times, asked, side="right")
        hazard, error = np.append(0.0, hazard)[place], np.append(0.0, error)[place]
        survival = np.exp(-hazard)
        with np.errstate(invalid="ignore"):  # an infinite hazard has no error
            std_error = survival * error
        low, high = probability_limits(
            survival, std_error, conf_type=self.conf_type, conf_level=self.conf_level
        )
        late = near_index(stratum.exits[-1:], asked, side="left") > 0
        table = pd.DataFrame(
            {
                TERM: "survival",
                GROUP: point.label,
                TIME: asked,
                ESTIMATE: survival,
                STD_ERROR: std_error,
                CONF_LOW: low,
                CONF_HIGH: high,
                CONF_LEVEL: self.conf_level,
                N: as_count(self.n),
                N_EVENTS: as_count(self.n_events),
                CUMULATIVE_HAZARD: hazard,
                CUMULATIVE_HAZARD_STD_ERROR: error,
                ROW: row,
                METHOD: f"Cox regression, {'Efron' if self.fit.efron else 'Breslow'} hazard,"
                f" {self.conf_type} limits",
                WARNING: np.where(late, LATE, self.fit.warning),
            }
        )
        return self._shown(table)

    def _shown(self, table: pd.DataFrame) -> pd.DataFrame:
        return table

    def _cumulative(self, stratum: StratumHazard, point: Point) -> tuple[Floats, Floats]:
        """Return the cumulative hazard of a point at the event times, and its standard error."""
        with np.errstate(over="ignore", invalid="ignore"):
            ratio = np.exp(point.x @ self.fit.beta + point.offset)
            away = stratum.hazard[:, None] * point.x - stratum.moved
            of_beta = np.einsum("ij,jk,ik->i", away, self.variance_of_beta, away)
            return ratio * stratum.hazard, ratio * np.sqrt(stratum.variance + of_beta)

    def _ylabel(self) -> str:
        return "Predicted event-free probability"


def predicted_curves(
    sample: CoxSample, columns: CoxColumns, fit: CoxFit, variance: Floats, newdata: pd.DataFrame,
    *, times: float | Sequence[float] | None, conf_type: str, conf_level: float,
) -> CoxCurves:  # fmt: skip
    """Return the curve of each row of `newdata`; see `Cox.predict`."""
    hazards, center, offset = stratum_hazards(sample, fit)
    x = sample.design.coded(newdata) - center
    stratum = _strata_of(sample, columns, newdata)
    own = np.zeros(len(newdata))
    if columns.offset is not None:
        read = ColumnReader(newdata, columns.offset)
        own = read.number(columns.offset)
        read.finish()
    labels = _labels(sample, columns, newdata)
    points = [
        Point(label=labels[i], stratum=int(stratum[i]), x=x[i], offset=float(own[i] - offset))
        for i in range(len(newdata))
    ]
    return curves_of(
        CoxCurves, sample, fit, variance, hazards, points, times=times, conf_type=conf_type,
        conf_level=conf_level,
    )  # fmt: skip


def stratum_hazards(
    sample: CoxSample, fit: CoxFit
) -> tuple[tuple[StratumHazard, ...], Floats, float]:
    """Return each stratum's hazard at mean covariates, those means, and the mean offset."""
    rows = in_order(sample.rows)
    likelihood = partial_likelihood(rows, efron=fit.efron)
    size = rows.x.shape[1]
    mean_offset = 0.0 if rows.offset is None else float(rows.offset.mean())
    cells = likelihood.cells
    sums = np.zeros((0, 2 + size))
    if cells.size:
        here = likelihood.at(fit.beta)
        share, powers = likelihood.share[:, None], here.powers
        a, e = here.staying[:, 1:], here.dying[:, 1:]
        moved = share * (powers[:, [2]] * a + powers[:, [3]] * e)
        parts = [share * powers[:, [0]], share * powers[:, [2]], moved]
        sums = running(np.hstack(parts), cells.first)
    found = []
    for k, label in enumerate(sample.strata):
        own = cells.stratum == k
        exits = rows.times[np.unique(rows.exit[rows.stratum == k])]
        found.append(
            StratumHazard(label=label, exits=exits, times=rows.times[cells.time[own]],
                hazard=sums[own, 0], variance=sums[own, 1], moved=sums[own, 2:])
        )  # fmt: skip
    return tuple(found), likelihood.center, mean_offset


def curves_of(
    kind: type[Curves], sample: CoxSample, fit: CoxFit, variance: Floats,
    hazards: tuple[StratumHazard, ...], points: Sequence[Point], *,
    times: float | Sequence[float] | None = None, conf_type: str, conf_level: float,
) -> Curves:  # fmt: skip
    """Return the curves of `points`, at `times` or at every time of their stratum."""
    check_word("conf_type", conf_type, CONF_TYPES)
    curves = kind(
        table=pd.DataFrame(), sentence=_sentence(points, hazards), hazards=hazards,
        points=tuple(points), fit=fit, variance_of_beta=variance, conf_type=conf_type,
        conf_level=conf_level, n=sample.n, n_events=sample.n_events,
    )  # fmt: skip
    if times is not None:
        return replace(curves, table=curves.at(times))
    parts = [
        curves._curve(row, point, hazards[point.stratum].exits)
        for row, point in enumerate(points, start=1)
    ]
    return replace(curves, table=pd.concat(parts, ignore_index=True))


def _sentence(points: Sequence[Point], hazards: Sequence[StratumHazard]) -> str:
    last = max(float(hazard.exits[-1]) for hazard in hazards)
    many = len(points)
    return f"{many} predicted curve{'s' if many > 1 else ''}, followed to day {said(last)} at most."


def _strata_of(sample: CoxSample, columns: CoxColumns, newdata: pd.DataFrame) -> np.ndarray:
    wanted = named(columns.strata)
    if not wanted:
        return np.zeros(len(newdata), dtype=np.int64)
    read = ColumnReader(newdata, *wanted)
    codes, labels = read.label(columns.strata)
    read.finish()
    position = {label: k for k, label in enumerate(sample.strata)}
    known = np.array([label in position for label in labels])
    read.forbid(wanted[0], ~known[codes], "names a stratum that the model does not know",
                "Give only strata that were in the data of the fit.")  # fmt: skip
    read.finish()
    return np.array([position[label] for label in labels])[codes]


def _labels(sample: CoxSample, columns: CoxColumns, newdata: pd.DataFrame) -> list[str]:
    """Return a label for each row, made of its covariates and strata; numbered where alike."""
    shown = [*sample.design.columns, *named(columns.strata)]
    labels = [
        ", ".join(f"{name} {spell(value)}" for name, value in zip(shown, row))
        for row in newdata[shown].itertuples(index=False)
    ]
    if len(set(labels)) == len(labels):
        return labels
    return [f"{label} (row {i})" for i, label in enumerate(labels, start=1)]
