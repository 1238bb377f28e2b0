"""Tiny tables of every shape: a result with its warning or one clear error, nothing in between."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from support.survival_tables import survival_tables

from afterglow.errors import AfterglowError
from afterglow.estimate.parametric.aft import aft
from afterglow.estimate.parametric.distributions import DISTRIBUTIONS
from afterglow.estimate.parametric.flexible import flexible_parametric
from afterglow.estimate.pseudo_regression import pseudo_regression
from afterglow.estimate.resampling.curve_bootstrap import bootstrap_curves

FEW = settings(max_examples=12, deadline=None)


def with_bounds(table, scale):
    duration = table["duration_days"] * scale
    ends = np.where(table["event"], duration, np.inf)
    covariate = np.where(table["arm"] == "a", 0.0, 1e6)
    return table.assign(
        duration_days=duration, lower=np.floor(duration / 2), upper=ends, x=covariate
    )


def spoken(fit, *, above: str = "estimate") -> None:
    """The warnings of numpy are errors here: what is wrong has to be in the result, or raised.

    The lower limit does not lie above the column named.
    """
    try:
        rows = fit()
    except AfterglowError:
        return
    assert len(rows)
    assert (rows["conf_low"].isna() | ~(rows["conf_low"] > rows[above])).all()


@pytest.mark.parametrize("name", DISTRIBUTIONS)
@FEW
@given(table=survival_tables(largest=8), scale=st.sampled_from([1e-3, 1.0, 1e5]))
def test_accelerated_failure_times(name, table, scale):
    table = with_bounds(table, scale)
    for options in ({}, {"lower": "lower", "upper": "upper"}):
        spoken(lambda o=options: aft(table, ["x"], distribution=name, zero_as=0.5, **o).tidy())
        spoken(
            lambda o=options: aft(table, distribution=name, zero_as=0.5, **o).predict(table.head(1))
        )


@FEW
@given(table=survival_tables(largest=8), scale=st.sampled_from([1e-3, 1.0, 1e5]))
def test_smooth_hazards(table, scale):
    table = with_bounds(table, scale)
    for options in ({}, {"lower": "lower", "upper": "upper"}):
        spoken(
            lambda o=options: flexible_parametric(table, df=2, zero_as=0.5, **o).hazard(
                times=[1, 9]
            )
        )


@FEW
@given(table=survival_tables(largest=8), kind=st.sampled_from(["percentile", "basic", "bca"]))
def test_bootstraps_and_pseudo_values(table, kind):
    spoken(
        lambda: bootstrap_curves(
            table, by="arm", times=2, tau=3, n_resamples=10, conf_type=kind
        ).tidy(),
        above="conf_high",  # limits of ten resamples may leave the estimate out
    )
    for link in ("identity", "log", "logit", "cloglog"):
        spoken(lambda link=link: pseudo_regression(table, ["arm"], times=2, link=link).tidy())
