"""Cumulative incidences that a model predicts for given covariates."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Self

import numpy as np
import pandas as pd

from afterglow.errors import InvalidInput, Problem, UsageError
from afterglow.estimate.checks import TABLE, Floats, spell
from afterglow.estimate.result import CurveResult, Result, said
from afterglow.estimate.timegrid import near_index
from afterglow.names import (
    CAUSE,
    CONF_HIGH,
    CONF_LOW,
    ESTIMATE,
    GROUP,
    STD_ERROR,
    TERM,
    TIME,
)


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class PredictedIncidence(CurveResult):
    """Predicted incidences: one row per row of covariates, cause and time."""

    @classmethod
    def of_rows(cls, rows: pd.DataFrame) -> Self:
        """Return the result that these tidy rows make."""
        last = rows.groupby([GROUP, CAUSE], sort=False, observed=True).tail(1)
        parts = [
            f"{row[GROUP]}: {row[TERM]} {said(row[ESTIMATE])} by day {said(row[TIME])}"
            for _, row in last.iterrows()
            if row[CAUSE]
        ]
        return cls(table=rows, sentence=f"Predicted incidences: {'; '.join(parts)}.")

    def at(self, times: float | Sequence[float]) -> pd.DataFrame:
        """Return each curve's last rows at or before `times` (days), 0 before its first."""
        asked = finite_times(times)
        parts = []
        for _, mine in self.table.groupby([GROUP, TERM], sort=False, observed=True):
            place = near_index(mine[TIME].to_numpy(), asked, side="right") - 1
            rows = mine.iloc[np.maximum(place, 0)].assign(**{TIME: asked})
            start = 0.0 if mine[CAUSE].iloc[0] else 1.0
            early = place < 0
            for column, value in (
                (ESTIMATE, start), (CONF_LOW, start), (CONF_HIGH, start), (STD_ERROR, 0.0),
            ):  # fmt: skip
                rows[column] = np.where(early, value, rows[column])
            parts.append(rows)
        return Result(table=pd.concat(parts, ignore_index=True), sentence="").tidy()

    def _drawn(self) -> pd.DataFrame:
        rows = self.tidy()
        rows = rows[rows[CAUSE] != ""]
        several = rows[CAUSE].nunique() > 1
        label = rows[GROUP] + ": " + rows[CAUSE] if several else rows[GROUP]
        return rows.assign(**{GROUP: label}).reset_index(drop=True)

    def _ylabel(self) -> str:
        return "Predicted cumulative incidence"

    def _start(self) -> float:
        return 0.0


def finite_times(times: float | Sequence[float]) -> Floats:
    """Return the asked times in order, or raise UsageError."""
    asked = np.sort(np.atleast_1d(np.asarray(times, dtype=np.float64)))
    if not np.isfinite(asked).all() or not len(asked):
        raise UsageError("times holds a value that is no finite number.\nGive days.")
    return asked


def prediction_labels(newdata: pd.DataFrame) -> list[str]:
    """Return the name of each row's curve: its index, which must tell rows apart."""
    labels = [spell(value) for value in newdata.index]
    if not labels:
        problem = Problem(table=TABLE, what="holds no rows", remedy="Give at least one row.")
        raise InvalidInput.from_problems([problem])
    if len(set(labels)) < len(labels):
        raise UsageError(
            "The index of newdata names several rows alike.\nReset it, or give each row a name."
        )
    return labels


Curve = tuple[Floats, Floats, Floats, Floats]
"""Estimates, standard errors, lower and upper limits."""


def incidence_rows(
    label: str, cause: str, times: Floats, curve: Curve, *, term: str = ""
) -> pd.DataFrame:
    """Return tidy rows of one predicted curve; `term` names one that is of no cause."""
    names = (ESTIMATE, STD_ERROR, CONF_LOW, CONF_HIGH)
    rows = pd.DataFrame({TERM: term or cause, CAUSE: cause, GROUP: label, TIME: times})
    return rows.assign(**dict(zip(names, curve)))
