"""One minus Kaplan–Meier: the incidence if other causes were taken for censoring."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any, Final

import numpy as np
import pandas as pd

from afterglow.estimate.incidence_curve import IncidenceCurve
from afterglow.estimate.result import CurveResult, arranged, said
from afterglow.estimate.risktable import RiskTable
from afterglow.estimate.survival_curve import (
    CUMULATIVE_HAZARD,
    CUMULATIVE_HAZARD_STD_ERROR,
    CurveOptions,
    SurvivalCurve,
    as_count,
    survival_curve,
)
from afterglow.names import (
    CAUSE,
    CONF_HIGH,
    CONF_LEVEL,
    CONF_LOW,
    ESTIMATE,
    GROUP,
    METHOD,
    N_EVENTS,
    TERM,
    WARNING,
    N,
)

OVERSTATES: Final = (
    "naive: takes other causes for censoring, so it overstates the incidence while they compete"
)


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class NaiveIncidence(CurveResult):
    """One minus the Kaplan–Meier curve of one cause, each group.

    Attributes
    ----------
    cause : str
    curves : tuple of SurvivalCurve
        The survival curves that they are one minus of.
    """

    cause: str
    curves: tuple[SurvivalCurve, ...]

    def at(self, times: float | Sequence[float]) -> pd.DataFrame:
        """Return the naive incidences at `times` (days), one row per group and time."""
        asked = np.sort(np.atleast_1d(np.asarray(times, dtype=np.float64)))
        rows = pd.concat([turned(c, c.at(asked), self.cause) for c in self.curves])
        return arranged(rows.reset_index(drop=True))

    def _ylabel(self) -> str:
        return f"1 − Kaplan–Meier of {self.cause} (naive)"

    def _start(self) -> float:
        return 0.0


def naive_incidence(
    curves: Sequence[IncidenceCurve], causes: Sequence[str], cause: str, *, robust: bool
) -> NaiveIncidence:
    """Return 1 − Kaplan–Meier of `cause` on the counts of Aalen–Johansen curves."""
    code = list(causes).index(cause) + 1
    options = [
        CurveOptions(
            estimator="kaplan-meier", conf_type=c.conf_type, conf_level=c.conf_level, robust=robust
        )
        for c in curves
    ]
    found = tuple(
        survival_curve(curve.label, of_one_cause(curve.counts, code), option)
        for curve, option in zip(curves, options)
    )
    rows = pd.concat(
        [turned(c, pd.DataFrame(c.columns()), cause) for c in found], ignore_index=True
    )
    parts = [f"{c.label + ': ' if c.label else ''}{said(1.0 - c.survival[-1])}" for c in found]
    return NaiveIncidence(
        table=rows, cause=cause, curves=found,
        sentence=f"Naive incidence of {cause} at the end: {'; '.join(parts)} ({OVERSTATES}).",
    )  # fmt: skip


def of_one_cause(counts: RiskTable, code: int) -> RiskTable:
    """Return the table of counts in which every other cause is a censoring."""
    cells = counts.cells
    ended = (cells.status > 0) & (cells.status <= len(counts.events))
    status = np.where(cells.status == code, 1, np.where(ended, 0, cells.status))
    status[cells.status > len(counts.events)] = 2
    own = counts.events[code - 1]
    rows = np.bincount(
        cells.exit[status == 1], weights=cells.count[status == 1], minlength=len(own)
    ).astype(np.float64)
    return replace(
        counts, events=own[None, :], event_rows=rows, cells=replace(cells, status=status),
        censored=counts.censored + counts.ended - own,
        n_events=float(own.sum() if counts.frequency else rows.sum()),
    )  # fmt: skip


def turned(curve: SurvivalCurve, rows: pd.DataFrame, cause: str) -> pd.DataFrame:
    """Return rows of a survival curve as one minus it, labelled for what it is."""
    hazard = [c for c in (CUMULATIVE_HAZARD, CUMULATIVE_HAZARD_STD_ERROR) if c in rows]
    words: dict[str, Any] = {
        TERM: f"1 − Kaplan–Meier: {cause}",
        CAUSE: cause,
        GROUP: curve.label,
        ESTIMATE: 1.0 - rows[ESTIMATE],
        CONF_LOW: 1.0 - rows[CONF_HIGH],
        CONF_HIGH: 1.0 - rows[CONF_LOW],
        CONF_LEVEL: curve.options.conf_level,
        N: as_count(curve.counts.n),
        N_EVENTS: as_count(curve.counts.n_events),
        METHOD: f"1 − Kaplan–Meier, {curve.options.conf_type} limits",
        WARNING: OVERSTATES,
    }
    return rows.drop(columns=hazard).assign(**words)
