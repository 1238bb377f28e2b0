"""What cause-specific Cox models tell together: coefficients, tests and implied incidences."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

import numpy as np
import pandas as pd

from afterglow.errors import UsageError
from afterglow.estimate.checks import Floats
from afterglow.estimate.competing.fine_gray_result import as_ratios, stratum_codes
from afterglow.estimate.competing.incidence_from_hazards import (
    HazardSteps,
    ImpliedIncidence,
    implied_incidence,
)
from afterglow.estimate.competing.model_tests import tests_of
from afterglow.estimate.competing.predicted import (
    Curve,
    PredictedIncidence,
    finite_times,
    incidence_rows,
    prediction_labels,
)
from afterglow.estimate.cox.curves import StratumHazard, stratum_hazards
from afterglow.estimate.cox.global_tests import CoxTests
from afterglow.estimate.cox.result import Cox
from afterglow.estimate.intervals import CONF_TYPES, probability_limits
from afterglow.estimate.options import check_word
from afterglow.estimate.result import Result
from afterglow.estimate.sample import named
from afterglow.estimate.survival_curve import as_count
from afterglow.estimate.timegrid import near_index
from afterglow.names import CAUSE, CONF_LEVEL, METHOD, N_EVENTS, TERM, WARNING, N

if TYPE_CHECKING:
    from matplotlib.axes import Axes

EVENT_FREE: Final = "event-free"
METHOD_SAID: Final = "incidence implied by all causes' Cox models together"


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class CauseSpecificCox(Result):
    """One Cox model per cause.

    Attributes
    ----------
    models : dict of str to Cox
    variance : array, shape (P, P)
        Of the coefficients of all models, one after the other.
    complete : bool
        Whether every cause has a model.
    conf_level : float
    """

    models: dict[str, Cox]
    variance: Floats
    complete: bool
    conf_level: float

    def tests(self) -> CoxTests:
        """Return each cause's tests that all its coefficients are 0, as `Cox.tests`."""
        parts = [m.tests().tidy().assign(**{CAUSE: name}) for name, m in self.models.items()]
        return tests_of(pd.concat(parts, ignore_index=True))

    def predict(
        self,
        newdata: pd.DataFrame,
        times: float | Sequence[float] | None = None,
        *,
        conf_type: str = "log-log",
    ) -> PredictedIncidence:
        """Return the incidence of every cause, and of none, for each row of `newdata`.

        Equals R's ``survfit`` of a multi-state coxph, whose limits (R gives none) are those of
        the delta method over all baselines and coefficients.

        Parameters
        ----------
        newdata : DataFrame
            Covariates, and strata, in their own columns; curves are named after its index.
        times : float or sequence of float, optional
            Days; default: every day with an event.
        conf_type : str
            As in `aalen_johansen`.

        Raises
        ------
        UsageError
            Some cause has no model.
        """
        check_word("conf_type", conf_type, CONF_TYPES)
        if not self.complete:
            raise UsageError(
                "Incidences need the hazard of every cause, and some causes have no model.\n"
                "Leave the option of out."
            )
        asked = None if times is None else finite_times(times)
        labels = prediction_labels(newdata)
        first = next(iter(self.models.values()))
        stratum = stratum_codes(newdata, named(first.columns.strata), first.sample.strata)
        hazards = [stratum_hazards(model.sample, model.fit) for model in self.models.values()]
        covariates = [m.sample.design.coded(newdata) for m in self.models.values()]
        parts = []
        for row, label in enumerate(labels):
            mine = [
                (strata[stratum[row]], x[row] - center)
                for (strata, center, _), x in zip(hazards, covariates)
            ]
            steps = self._steps(mine)
            found = implied_incidence(steps, np.nan_to_num(self.variance))
            parts += self._rows(label, steps.times, found, asked, conf_type)
        rows = pd.concat(parts, ignore_index=True)
        rows[CONF_LEVEL], rows[METHOD] = self.conf_level, f"{METHOD_SAID}; {conf_type} limits"
        events = {name: as_count(m.sample.n_events) for name, m in self.models.items()}
        rows[N] = as_count(first.sample.n)
        rows[N_EVENTS] = rows[TERM].map({**events, EVENT_FREE: sum(events.values())})
        rows[WARNING] = "; ".join(
            f"{name}: {m.fit.warning}" for name, m in self.models.items() if m.fit.warning
        )
        return PredictedIncidence.of_rows(rows)

    def _steps(self, mine: Sequence[tuple[StratumHazard, Floats]]) -> HazardSteps:
        times = np.unique(np.concatenate([hazard.times for hazard, _ in mine]))
        width, start = len(self.variance), 0
        shape = (len(mine), len(times))
        hazards, variances, slopes = np.zeros(shape), np.zeros(shape), np.zeros((*shape, width))
        for k, ((stratum, x), model) in enumerate(zip(mine, self.models.values())):
            stop = start + len(x)
            if len(stratum.times):
                place = np.searchsorted(times, stratum.times)
                ratio = float(np.exp(x @ model.fit.beta))
                hazard = np.diff(stratum.hazard, prepend=0.0)
                moved = np.diff(stratum.moved, axis=0, prepend=0.0)
                hazards[k, place] = ratio * hazard
                variances[k, place] = ratio**2 * np.diff(stratum.variance, prepend=0.0)
                slopes[k, place, start:stop] = ratio * (hazard[:, None] * x - moved)
            start = stop
        return HazardSteps(times=times, hazard=hazards, variance=variances, slope=slopes)

    def _rows(
        self,
        label: str,
        times: Floats,
        found: ImpliedIncidence,
        asked: Floats | None,
        conf_type: str,
    ) -> list[pd.DataFrame]:
        days = times if asked is None else asked
        place = near_index(times, days, side="right")

        def curve(values: Floats, variance: Floats, start: float) -> Curve:
            value = np.append(start, values)[place]
            error = np.sqrt(np.append(0.0, variance)[place])
            low, high = probability_limits(
                value, error, conf_type=conf_type, conf_level=self.conf_level
            )
            return value, error, low, high

        rows = [
            incidence_rows(label, name, days, curve(values, variance, 0.0))
            for name, values, variance in zip(
                self.models, found.incidence, found.incidence_variance
            )
        ]
        free = curve(found.survival, found.survival_variance, 1.0)
        return [*rows, incidence_rows(label, "", days, free, term=EVENT_FREE)]

    def plot(self, ax: "Axes | None" = None) -> "Axes":
        """Draw the cause-specific hazard ratios as a forest plot and return the axes."""
        from afterglow.figures.forest import draw_forest

        rows = as_ratios(self.tidy())
        rows[TERM] = rows[CAUSE] + ": " + rows[TERM]
        return draw_forest(rows, label=TERM, null=1.0, scale="log", ax=ax)
