"""Curves, incidences and the log-rank test against plain loops over fractions."""

import numpy as np
import pytest
from hypothesis import given, settings
from support import slow_estimates as slow
from support.survival_tables import as_rows, survival_tables

from afterglow.estimate.aalen_johansen import aalen_johansen
from afterglow.estimate.kaplan_meier import kaplan_meier
from afterglow.estimate.logrank import logrank

ENTRY = {"entry": "entry_days"}
# Values are fractions of small integers; the fast code multiplies and adds at most 25 of them.
CLOSE = {"rel": 1e-12, "abs": 1e-13}
DERIVATIVE = {"rel": 1e-8, "abs": 1e-12}  # the twin's step is 1e-9


@pytest.mark.parametrize("late", [False, True])
def test_survival_and_greenwood(late):
    @settings(max_examples=60, deadline=None)
    @given(survival_tables(entry=late))
    def check(table):
        rows = kaplan_meier(table, **(ENTRY if late else {})).tidy().set_index("time_days")
        curve = slow.survival(as_rows(table))
        assert list(rows.index) == list(curve)
        for time, value in curve.items():
            assert rows.loc[time, "estimate"] == pytest.approx(float(value), **CLOSE)
        for time, value in slow.greenwood(as_rows(table)).items():
            assert rows.loc[time, "std_error"] ** 2 == pytest.approx(float(value), **CLOSE)

    check()


@pytest.mark.parametrize("late", [False, True])
@pytest.mark.parametrize("clustered", [False, True])
def test_incidence_and_its_jackknife(late, clustered):
    options = (ENTRY if late else {}) | ({"cluster": "site"} if clustered else {})

    @settings(max_examples=15, deadline=None)
    @given(survival_tables(entry=late, largest=7))
    def check(table):
        if not table["event"].any():
            return
        result = aalen_johansen(table, **options).tidy()
        twin = as_rows(table)
        clusters = table["site"] if clustered else range(len(table))
        for cause in result["cause"].unique():
            rows = result[result["cause"] == cause].set_index("time_days")
            curve = slow.incidence(twin, cause) if cause else slow.survival(twin)
            for time, value in curve.items():
                assert rows.loc[time, "estimate"] == pytest.approx(float(value), **CLOSE)
            for time in list(curve)[1::2]:
                variance = slow.jackknife_variance(twin, clusters, cause, time)
                found = rows.loc[time, "std_error"] ** 2
                assert found == pytest.approx(float(variance), **DERIVATIVE)

    check()


@pytest.mark.parametrize("late", [False, True])
def test_clustered_survival(late):
    options = ENTRY if late else {}

    @settings(max_examples=15, deadline=None)
    @given(survival_tables(entry=late, largest=7))
    def check(table):
        rows = kaplan_meier(table, cluster="site", **options).tidy()
        twin = as_rows(table)
        for row in rows.iloc[1::2].itertuples():
            variance = slow.jackknife_variance(twin, table["site"], "", row.time_days)
            assert row.std_error**2 == pytest.approx(float(variance), **DERIVATIVE)

    check()


@pytest.mark.parametrize("late", [False, True])
def test_log_rank(late):
    @settings(max_examples=60, deadline=None)
    @given(survival_tables(entry=late))
    def check(table):
        if table["arm"].nunique() < 2:
            return
        result = logrank(table, by="arm", **(ENTRY if late else {}))
        parts = {arm: as_rows(rows) for arm, rows in table.groupby("arm")}
        score, covariance = slow.log_rank(parts)
        found = (result.groups["observed"] - result.groups["expected"]).to_numpy()
        np.testing.assert_allclose(found, np.array(score, dtype=float), atol=1e-12)
        np.testing.assert_allclose(result.covariance, np.array(covariance, dtype=float), atol=1e-12)
        if covariance[0][0] > 0:
            expected = float(score[0] ** 2 / covariance[0][0])
            assert result.statistic == pytest.approx(expected, rel=1e-9, abs=1e-12)

    check()
