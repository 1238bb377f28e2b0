"""Estimators on a million rows, ours and the peers'; each answers with numbers to compare by."""

import warnings
from collections.abc import Callable, Iterator
from pathlib import Path

import numpy as np
import pandas as pd
from data import COVARIATES

AT_DAY = 365.0
SMALL = 1000
FEW = 3000
RESAMPLES = 2000
TERMS = list(COVARIATES)


class Call:
    """An operation with the bytes of the frame that it is given."""

    def __init__(self, frame: pd.DataFrame, run: Callable[[], list[float]]) -> None:
        self.input_mb = frame.memory_usage(index=True).sum() / 2**20
        self.run = run

    def __call__(self) -> list[float]:
        return self.run()


Step = Iterator[Call]


def single(folder: Path) -> pd.DataFrame:
    return pd.read_parquet(folder / "single.parquet")


def recurrent(folder: Path) -> pd.DataFrame:
    return pd.read_parquet(folder / "recurrent.parquet")


def our_kaplan_meier(folder: Path) -> Step:
    from afterglow import kaplan_meier

    data = single(folder)
    yield Call(data, lambda: list(kaplan_meier(data, by="group").at([AT_DAY])["estimate"]))


def our_logrank(folder: Path) -> Step:
    from afterglow import logrank

    data = single(folder)
    yield Call(data, lambda: [logrank(data, by="group").statistic])


def our_aalen_johansen(folder: Path, by: str | None = None) -> Step:
    from afterglow import aalen_johansen

    data = single(folder)

    def run() -> list[float]:
        found = aalen_johansen(data, by=by).at([AT_DAY])
        return list(found.loc[found["cause"] == "relapse", "std_error"])

    yield Call(data, run)


def our_aalen_johansen_by(folder: Path) -> Step:
    yield from our_aalen_johansen(folder, "group")


def our_cox(folder: Path) -> Step:
    from afterglow import cox

    data = single(folder)
    yield Call(data, lambda: list(cox(data, TERMS).tidy()["estimate"][: len(TERMS)]))


def our_cox_concordance(folder: Path) -> Step:
    from afterglow import cox

    data = single(folder)

    def run() -> list[float]:
        row = cox(data, TERMS).concordance().tidy().iloc[0]
        return [row["estimate"], row["std_error"]]

    yield Call(data, run)


def our_schoenfeld(folder: Path) -> Step:
    from afterglow import cox

    data = single(folder)

    def run() -> list[float]:
        found = cox(data, TERMS).check_proportional_hazards(transform="km").tidy()
        return list(found["statistic"])

    yield Call(data, run)


def our_andersen_gill(folder: Path) -> Step:
    from afterglow import recurrent_cox

    data = recurrent(folder)

    def run() -> list[float]:
        found = recurrent_cox(data, TERMS, model="andersen-gill").tidy()
        return [*found["estimate"], *found["robust_std_error"]]

    yield Call(data, run)


def our_mean_count(folder: Path) -> Step:
    from afterglow import mean_cumulative_function

    data = recurrent(folder)

    def run() -> list[float]:
        found = mean_cumulative_function(data, by="group").at([AT_DAY])
        return [*found["estimate"], *found["std_error"]]

    yield Call(data, run)


def npmle(folder: Path, lower: str, upper: str, rows: int | None = None) -> Step:
    from afterglow.estimate.interval.turnbull import turnbull

    data = pd.read_parquet(folder / "intervals.parquet").head(rows)
    yield Call(data, lambda: [turnbull(data, lower=lower, upper=upper).curves[0].fit.loglik])


def our_npmle(folder: Path) -> Step:
    yield from npmle(folder, "lower_days", "upper_days")


def our_npmle_days(folder: Path) -> Step:
    yield from npmle(folder, "lower_whole", "upper_whole")


def our_npmle_small(folder: Path) -> Step:
    yield from npmle(folder, "lower_whole", "upper_whole", FEW)


def our_resamples(folder: Path) -> Step:
    from afterglow.estimate.resampling.curve_bootstrap import bootstrap_curves

    data = single(folder).head(SMALL)

    def run() -> list[float]:
        found = bootstrap_curves(data, times=[AT_DAY], tau=AT_DAY, n_resamples=RESAMPLES, seed=1)
        return list(found.tidy()["std_error"][-1:])

    yield Call(data, run)


def lifelines_kaplan_meier(folder: Path) -> Step:
    from lifelines import KaplanMeierFitter

    data = single(folder)

    def run() -> list[float]:
        fits = [
            KaplanMeierFitter().fit(mine["duration_days"], mine["event"])
            for _, mine in data.groupby("group")
        ]
        return [float(fit.survival_function_at_times(AT_DAY).iloc[0]) for fit in fits]

    yield Call(data, run)


def lifelines_logrank(folder: Path) -> Step:
    from lifelines.statistics import multivariate_logrank_test

    data = single(folder)
    columns = (data["duration_days"], data["group"], data["event"])
    yield Call(data, lambda: [float(multivariate_logrank_test(*columns).test_statistic)])


def lifelines_aalen_johansen(folder: Path) -> Step:
    from lifelines import AalenJohansenFitter

    data = single(folder)
    cause = data["cause"].map({"": 0, "relapse": 1, "booster": 2}).to_numpy()

    def run() -> list[float]:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            fit = AalenJohansenFitter(seed=1).fit(data["duration_days"], cause, 1)
        return [float(np.sqrt(fit.variance_.squeeze().asof(AT_DAY)))]

    yield Call(data, run)


def lifelines_cox(folder: Path) -> Step:
    from lifelines import CoxPHFitter

    data = single(folder)[[*TERMS, "duration_days", "event"]]
    yield Call(data, lambda: list(CoxPHFitter().fit(data, "duration_days", "event").params_))


def lifelines_npmle_small(folder: Path) -> Step:
    from lifelines import KaplanMeierFitter

    data = pd.read_parquet(folder / "intervals.parquet").head(FEW)

    def run() -> list[float]:
        KaplanMeierFitter().fit_interval_censoring(data["lower_whole"], data["upper_whole"])
        return []

    yield Call(data, run)


def statsmodels_cox(folder: Path) -> Step:
    from statsmodels.duration.hazard_regression import PHReg

    data = single(folder)
    x, event = data[TERMS].to_numpy(), data["event"].to_numpy(dtype=int)
    time = data["duration_days"].to_numpy()
    yield Call(data, lambda: list(PHReg(time, x, status=event, ties="efron").fit().params))


STEPS = {
    name: step
    for name, step in globals().items()
    if name.startswith(("our_", "lifelines_", "statsmodels_"))
}
