"""How well predicted risks do: Brier score, area under the curve, concordance."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import combinations
from typing import TYPE_CHECKING, Any, Final

import numpy as np
import pandas as pd

from afterglow.errors import UsageError
from afterglow.estimate.checks import ColumnReader, Floats
from afterglow.estimate.options import normal_quantile
from afterglow.estimate.prediction.censoring import Known, known_by
from afterglow.estimate.prediction.measures import discrimination, pair_order, squared_error
from afterglow.estimate.prediction.performance import AUC, BRIER, CONCORDANCE, SCALED_BRIER
from afterglow.estimate.prediction.stack import WITHOUT, outcome_codes
from afterglow.estimate.result import Result, said
from afterglow.names import (
    CONF_HIGH,
    CONF_LEVEL,
    CONF_LOW,
    DURATION,
    ESTIMATE,
    EVENT,
    GROUP,
    METHOD,
    N_EVENTS,
    P_VALUE,
    STD_ERROR,
    TERM,
    TIME,
    WARNING,
    N,
)

if TYPE_CHECKING:
    from matplotlib.axes import Axes

INTEGRATED_BRIER: Final = "integrated_brier"
BRIER_DIFFERENCE: Final = "brier_difference"
AUC_DIFFERENCE: Final = "auc_difference"
WEIGHTED: Final = "inverse probability of censoring weights, Kaplan–Meier"
LATE: Final = "nobody was watched as long as that: name an earlier time"
NO_PAIRS: Final = "nobody had the event by then, or nobody was free of it: name another time"


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class PredictionScore(Result):
    """Measures of predicted risks; `tidy()` has one row per measure, model and time."""

    def plot(self, ax: "Axes | None" = None) -> "Axes":
        """Draw the areas under the curve with their limits against 0.5 and return the axes."""
        from afterglow.figures.forest import draw_forest

        rows = self.tidy()
        rows = rows[(rows[TERM] == AUC) & rows[ESTIMATE].notna()].reset_index(drop=True)
        days = [f"day {said(day)}" for day in rows[TIME]]
        rows[GROUP] = [f"{name}, {day}" for name, day in zip(rows[GROUP], days)]
        return draw_forest(rows, label=GROUP, null=0.5, ax=ax)


def score_predictions(
    data: pd.DataFrame,
    models: Mapping[str, Sequence[str]],
    times: Sequence[float],
    *,
    duration: str = DURATION,
    event: str = EVENT,
    cause: str | None = None,
    of_cause: str | None = None,
    conf_level: float = 0.95,
) -> PredictionScore:
    """Measure how well predicted risks of an event foretell it, censoring accounted for.

    Equals ``Score(list(model = …), Surv(duration, event) ~ 1, times =, metrics = c("auc",
    "brier"), summary = "ipa", cens.model = "km")`` of R's riskRegression, with
    ``Hist(duration, cause) ~ 1`` where other causes compete.

    Parameters
    ----------
    data : DataFrame, one row per subject
        Missing values in the named columns are errors.
    models : mapping of name to columns
        Of each model the columns of predicted risk (0 to 1), one for each of `times`.
    times : sequence of float
        Horizons (days). The risk is that of the event by then, not counting those who had another
        event before.
    duration, event : str
        As in `kaplan_meier`.
    cause, of_cause : str, optional
        A column of causes ("" where censored) in place of `event`, and the one that is predicted.
    conf_level : float

    Returns
    -------
    PredictionScore
        `tidy()`: term brier, scaled_brier (1 − Brier / Brier of the curve without predictors;
        R's IPA), auc, concordance; group the model, "without predictors" the Kaplan–Meier or
        Aalen–Johansen estimate; with several times integrated_brier, the mean from 0 to each time
        with the score held from time to time; and brier_difference and auc_difference of pairs
        "A vs B". Higher is better but for Brier scores.

    Raises
    ------
    InvalidInput
        The columns break the rules above.
    UsageError
        A model without a column for each time, an unknown cause, or a model that is called
        "without predictors".

    Notes
    -----
    Outcomes known by the horizon are weighted by 1/G, G the Kaplan–Meier curve of censoring just
    before the event, or at the horizon. Standard errors are those of the influence function,
    the estimated curve of censoring included. Concordance is Uno's up to the horizon, and Wolbers'
    where causes compete; it has no standard error here (`concordance` gives Uno's).

    References
    ----------
    Graf E, Schmoor C, Sauerbrei W, Schumacher M (1999). Stat Med 18:2529-2545.
    Blanche P, Dartigues JF, Jacqmin-Gadda H (2013). Stat Med 32:5381-5397.
    Wolbers M, Blanche P, Koller MT, Witteman JC, Gerds TA (2014). Biostatistics 15:526-539.
    Kattan MW, Gerds TA (2018). Diagn Progn Res 2:7.
    """
    quantile = normal_quantile(conf_level)
    _check_models(models, times)
    columns = [column for own in models.values() for column in own]
    read = ColumnReader(data, duration, cause or event, *columns)
    time = read.duration(duration)
    status = outcome_codes(read, event, cause, of_cause)
    risks = {name: np.array([_risk(read, one) for one in own]) for name, own in models.items()}
    read.finish()
    rows: list[dict[str, Any]] = []
    for place, horizon in enumerate(times):
        known = known_by(time, status, np.ones(len(time)), float(horizon))
        if known.horizon > known.time.max():
            rows += [_missing(name, horizon, LATE) for name in (BRIER, AUC)]
            continue
        own = {name: values[place] for name, values in risks.items()}
        rows += [{**row, TIME: float(horizon)} for row in _at(known, own, quantile)]
    rows += _integrated(rows)
    every = {CONF_LEVEL: conf_level, N: len(time), METHOD: WEIGHTED}
    table = pd.DataFrame([{**every, **row} for row in rows])
    return PredictionScore(table=table, sentence=_sentence(table))


def _check_models(models: Mapping[str, Sequence[str]], times: Sequence[float]) -> None:
    for name, columns in models.items():
        if isinstance(columns, str) or len(columns) != len(times):
            raise UsageError(
                f"models[{name!r}] does not name one column for each of the {len(times)} times.\n"
                "Give a list of columns, in the order of times."
            )
    if WITHOUT in models or not models:
        raise UsageError(
            f"models is empty, or one is called '{WITHOUT}', which is the curve's name.\n"
            "Give each model a name of its own."
        )


def _risk(read: ColumnReader, column: str) -> Floats:
    values = read.number(column)
    outside = (values < 0.0) | (values > 1.0)
    read.forbid(column, outside, "has risks outside 0 to 1", "Give probabilities.")
    return values


def _at(known: Known, risks: dict[str, Floats], quantile: float) -> list[dict[str, Any]]:
    """Return all measures at one horizon."""
    outcome = known.case.astype(np.float64)
    flat = np.full(len(outcome), float((known.weight * outcome) @ known.count) / known.n)
    every = {WITHOUT: flat, **risks}
    losses = {name: squared_error(known, outcome, risk) for name, risk in every.items()}
    areas = {name: discrimination(known, risk) for name, risk in risks.items()}
    rows = []
    below = losses[WITHOUT].value
    for name, loss in losses.items():
        own = known.influence(loss.part) / loss.bottom
        rows.append(_limited(BRIER, name, loss.value, own, quantile, (0.0, 1.0)))
        scaled = 1.0 - loss.value / below if below > 0 else np.nan
        rows.append({TERM: SCALED_BRIER, GROUP: name, ESTIMATE: scaled})
    for name, area in areas.items():
        if area.bottom <= 0.0:
            rows.append({TERM: AUC, GROUP: name, ESTIMATE: np.nan, WARNING: NO_PAIRS})
            continue
        own = known.influence(area.part) / area.bottom
        rows.append(_limited(AUC, name, area.value, own, quantile, (0.0, 1.0)))
        order = pair_order(known, risks[name]).value
        rows.append({TERM: CONCORDANCE, GROUP: name, ESTIMATE: order})
    rows += _differences(known, BRIER_DIFFERENCE, losses, quantile)
    rows += _differences(known, AUC_DIFFERENCE, areas, quantile)
    events = float(known.case @ known.count)
    return [{**row, N_EVENTS: events} for row in rows]


def _integrated(rows: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """Return the mean Brier score from 0 to each time but the first, held from time to time.

    R's IBS: before the first time it is 0, so that more times make it more exact.
    """
    found = []
    known = [row for row in rows if row[TERM] == BRIER and np.isfinite(row[ESTIMATE])]
    for name in dict.fromkeys(row[GROUP] for row in known):
        own = sorted((row for row in known if row[GROUP] == name), key=lambda row: row[TIME])
        times = np.array([0.0, *(row[TIME] for row in own)])
        values = np.array([0.0, *(row[ESTIMATE] for row in own)])
        areas = np.cumsum(values[:-1] * np.diff(times))
        for row, area in list(zip(own, areas))[1:]:
            kept = {GROUP: name, TIME: row[TIME], N_EVENTS: row[N_EVENTS]}
            found.append({TERM: INTEGRATED_BRIER, ESTIMATE: area / row[TIME], **kept})
    return found


def _differences(
    known: Known, term: str, found: dict[str, Any], quantile: float
) -> list[dict[str, Any]]:
    from scipy.special import ndtr

    rows = []
    for second, first in combinations(found, 2):
        one, other = found[first], found[second]
        if one.bottom <= 0.0 or other.bottom <= 0.0:
            continue
        apart = known.influence(one.part / one.bottom - other.part / other.bottom)
        row = _limited(
            term, f"{first} vs {second}", one.value - other.value, apart, quantile, (-1.0, 1.0)
        )
        z = abs(row[ESTIMATE]) / row[STD_ERROR] if row[STD_ERROR] > 0 else np.nan
        rows.append(row | {P_VALUE: float(2.0 * ndtr(-z))})
    return rows


def _limited(
    term: str, group: str, value: float, influence: Floats, quantile: float,
    within: tuple[float, float],
) -> dict[str, Any]:  # fmt: skip
    error = spread_error(influence)
    low, high = max(within[0], value - quantile * error), min(within[1], value + quantile * error)
    return {
        TERM: term, GROUP: group, ESTIMATE: value, STD_ERROR: error, CONF_LOW: low,
        CONF_HIGH: high,
    }  # fmt: skip


def spread_error(influence: Floats) -> float:
    """Return the standard error of a mean with these influences, n − 1 in the variance."""
    size = len(influence)
    return float(np.std(influence, ddof=1) / np.sqrt(size)) if size > 1 else float("nan")


def _missing(term: str, horizon: float, why: str) -> dict[str, Any]:
    return {TERM: term, GROUP: "", TIME: float(horizon), ESTIMATE: np.nan, WARNING: why}


def _sentence(table: pd.DataFrame) -> str:
    shown = table[(table[TERM] == AUC) & table[ESTIMATE].notna()]
    if not len(shown):
        return "No area under the curve could be had."
    parts = [f"{row[GROUP]} {said(row[ESTIMATE])} on day {said(row[TIME])}"
             for row in shown.to_dict("records")]  # fmt: skip
    return f"Area under the curve: {'; '.join(parts)}."
