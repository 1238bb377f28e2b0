"""The result of a target trial: curves by strategy, contrasts, who followed, and the weights."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Final

import numpy as np
import pandas as pd

from afterglow.errors import UsageError
from afterglow.estimate.checks import Floats
from afterglow.estimate.intervals import probability_limits
from afterglow.estimate.options import normal_quantile
from afterglow.estimate.result import CurveResult, said, said_interval
from afterglow.estimate.target_trial.clones import Clones
from afterglow.estimate.target_trial.curves import days_until
from afterglow.estimate.target_trial.days import Days
from afterglow.estimate.target_trial.followed import follow_up
from afterglow.names import (
    AT_RISK,
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

FREE_OF_IT, IN_STATE = 0, 1
SURVIVAL: Final = "survival"
SHARE: Final = "share_in_state"
NOBODY: Final = "nobody follows this strategy so long: there is nothing to estimate it from"
SUM: Final = "per_clone"
AT_MOST: Final = "at_most"
COPIED: Final = "clone, censor, weight"


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class TargetTrial(CurveResult):
    """What would follow under each strategy.

    Attributes
    ----------
    days : Days
    clones : tuple of Clones
        One per strategy.
    weight : list of arrays, shape (subjects, days)
        The weight of each clone at the outcome of each day.
    curves, unweighted : array, shape (2, strategies, days)
        Free of the event, and share in the state; without weights.
    replicates : array, shape (B, 2, strategies, days)
    chance_model : DataFrame or None
        Coefficients of the model of a session, as log odds on a day.
    conf_level : float
    """

    days: Days
    clones: tuple[Clones, ...]
    weight: Sequence[Floats]
    curves: Floats
    unweighted: Floats
    replicates: Floats
    chance_model: pd.DataFrame | None
    conf_level: float

    @property
    def strategies(self) -> list[str]:
        """The names of the strategies, in their order."""
        return [one.strategy.name for one in self.clones]

    def at(self, days: Sequence[int], *, what: str = SURVIVAL) -> pd.DataFrame:
        """Return survival, or the share in the state, of each strategy on whole days."""
        kind = _kind(what)
        rows = []
        for day in days:
            place = self._day(day)
            for s, name in enumerate(self.strategies):
                row = self._row(
                    self.curves[kind, s, place], self.replicates[:, kind, s, place], shares=True
                )
                plain = self.unweighted[kind, s, place]
                events = int((self.days.event & self.clones[s].adherent)[:, : place + 1].sum())
                rows.append({GROUP: name, TIME: float(day), **row, "unweighted": plain,
                             N: int(self.clones[s].cloned.sum()), N_EVENTS: events})  # fmt: skip
        return pd.DataFrame(rows)

    def difference(self, day: int, *, reference: str, what: str = SURVIVAL) -> pd.DataFrame:
        """Return differences from the reference strategy on a day, on the probability scale."""
        place = self._day(day)
        return self._contrasts(lambda c: c[..., _kind(what), :, place], reference, float(day))

    def mean_days(self, tau: int, *, what: str = SURVIVAL) -> pd.DataFrame:
        """Return the mean days free of the event, or in the state, up to `tau`."""
        kind = _kind(what)
        self._day(tau)
        values = days_until(self.curves[kind], tau)
        drawn = days_until(self.replicates[:, kind], tau)
        found = pd.DataFrame(
            [
                {GROUP: name, TIME: float(tau), **self._row(values[s], drawn[:, s]),
                 N: int(self.clones[s].cloned.sum())}
                for s, name in enumerate(self.strategies)
            ]
        )  # fmt: skip
        for limit in (CONF_LOW, CONF_HIGH):
            found[limit] = found[limit].clip(0.0, float(tau))
        return found

    def mean_difference(self, tau: int, *, reference: str, what: str = SURVIVAL) -> pd.DataFrame:
        """Return differences of those means from the reference strategy, in days."""
        kind = _kind(what)
        self._day(tau)
        return self._contrasts(lambda c: days_until(c[..., kind, :, :], tau), reference, float(tau))

    def follow_up(self) -> pd.DataFrame:
        """Return per strategy how many kept to it, and how the others left; see `follow_up`."""
        return follow_up(self.days, self.clones)

    def weights_at(self, days: Sequence[int], *, what: str = SURVIVAL) -> pd.DataFrame:
        """Return what the weights behind the curves are like on these days.

        Those of the clones at risk; for the share in the state, of all that are followed.
        `per_clone` is their sum by the number of clones: with the right model, the share of all
        that would still be watched (and free of the event), and so not above `at_most`, the curve
        before the day (or 1).
        """
        counted = self.days.followed if _kind(what) == IN_STATE else self.days.at_risk
        rows = []
        for s, name in enumerate(self.strategies):
            for day in days:
                place = self._day(day)
                mine = self.weight[s][:, place][counted[:, place]]
                own = mine[mine > 0]
                if len(own):
                    rows.append({
                        GROUP: name, TIME: float(day), AT_RISK: len(own),
                        "mean": float(own.mean()), "largest": float(own.max()),
                        "effective_n": float(own.sum() ** 2 / (own**2).sum()),
                        SUM: float(own.sum() / self.clones[s].cloned.sum()),
                        AT_MOST: self._left(s, place) if _kind(what) == FREE_OF_IT else 1.0,
                    })  # fmt: skip
        numbers = [TIME, AT_RISK, "mean", "largest", "effective_n", SUM, AT_MOST]
        found = pd.DataFrame(rows, columns=[GROUP, *numbers])
        return found.astype(dict.fromkeys(numbers, np.float64))

    def _left(self, s: int, place: int) -> float:
        """Return the share of a strategy that is free of the event when a day begins."""
        return float(self.curves[FREE_OF_IT, s, place - 1]) if place else 1.0

    def _contrasts(self, read, reference: str, time: float) -> pd.DataFrame:
        names = self.strategies
        if reference not in names:
            raise UsageError.unknown_option("reference", reference, names)
        base = names.index(reference)
        values, drawn = read(self.curves), read(self.replicates)
        rows = [
            {GROUP: f"{name} vs {reference}", TIME: time,
             **self._row(values[s] - values[base], drawn[:, s] - drawn[:, base])}
            for s, name in enumerate(names)
            if s != base
        ]  # fmt: skip
        return pd.DataFrame(rows)

    def _row(self, estimate: float, drawn: Floats, *, shares: bool = False) -> dict[str, object]:
        known = drawn[~np.isnan(drawn)]
        error = float(known.std(ddof=1)) if len(known) > 1 else np.nan
        if np.isnan(estimate):
            error = np.nan
        half = normal_quantile(self.conf_level) * error
        low, high = estimate - half, estimate + half
        if shares:
            ends = probability_limits(
                np.array([estimate]), np.array([error]), conf_type="log-log",
                conf_level=self.conf_level,
            )  # fmt: skip
            low, high = float(ends[0][0]), float(ends[1][0])
        return {
            ESTIMATE: float(estimate), STD_ERROR: error, CONF_LOW: low, CONF_HIGH: high,
            CONF_LEVEL: self.conf_level, METHOD: COPIED,
            WARNING: NOBODY if np.isnan(estimate) else "",
        }  # fmt: skip

    def _day(self, day: float) -> int:
        place = int(day)
        if place != day or not 0 <= place < self.days.length:
            raise UsageError(
                f"{day} is no whole day up to the horizon.\nAsk for 0 to {self.days.length - 1}."
            )
        return place

    def _drawn(self) -> pd.DataFrame:
        return self.tidy()

    def _ylabel(self) -> str:
        return "Free of the event"


def _kind(what: str) -> int:
    known = {SURVIVAL: FREE_OF_IT, SHARE: IN_STATE}
    if what not in known:
        raise UsageError.unknown_option("what", what, known)
    return known[what]


def told(found: TargetTrial) -> TargetTrial:
    """Return the result with its table and its sentence."""
    last = found.days.length - 1
    table = found.at(list(range(found.days.length)))
    parts = [
        f"{row[GROUP]} {said(row[ESTIMATE])} "
        f"({said_interval(row[CONF_LOW], row[CONF_HIGH], found.conf_level)})"
        for _, row in found.at([last]).iterrows()
    ]
    sentence = (
        f"Free of the event on day {last}: {'; '.join(parts)}; {found.days.subjects} subjects."
    )
    return replace(found, table=table.assign(**{TERM: ""}), sentence=sentence)
