"""The log-rank test by hand, and what it answers when there is nothing to test."""

import numpy as np
import pandas as pd
import pytest

from afterglow.errors import UsageError
from afterglow.estimate.logrank import logrank

DATA = pd.DataFrame(
    {
        "duration_days": [1, 2, 2, 3, 4, 4],
        "event": [1, 1, 0, 1, 1, 0],
        "arm": list("ababab"),
    }
)


def test_by_hand():
    # At 1: 3/6 of one event; at 2: a 2 of 5; at 3: a 1, b 2, event in b; at 4: a 1 of 2.
    result = logrank(DATA, by="arm")
    expected_a = 3 / 6 + 2 / 5 + 1 / 3 + 1 / 2
    assert result.groups["observed"].tolist() == [2, 2]
    assert result.groups["expected"][0] == pytest.approx(expected_a, rel=1e-15)
    variance = 1 / 4 + 6 / 25 + 2 / 9 + 1 / 4
    assert result.covariance[0, 0] == pytest.approx(variance, rel=1e-14)
    assert result.statistic == pytest.approx((2 - expected_a) ** 2 / variance, rel=1e-13)
    assert result.df == 1


def test_tidy_has_the_test_then_the_groups():
    rows = logrank(DATA, by="arm").tidy()
    assert rows["term"].tolist() == ["log-rank", "group", "group"]
    assert rows["group"].tolist() == ["", "a", "b"]
    assert rows["n"].tolist() == [6, 3, 3]
    assert rows["n_events"].tolist() == [4, 2, 2]
    assert rows["p_value"].notna().tolist() == [True, False, False]


def test_one_stratum_is_no_stratum():
    plain = logrank(DATA, by="arm")
    strata = logrank(DATA.assign(site="x"), by="arm", strata="site")
    assert plain.statistic == strata.statistic


def test_strata_are_compared_within():
    other = DATA.assign(site="y", duration_days=DATA["duration_days"] + 100)
    both = logrank(pd.concat([DATA.assign(site="x"), other]), by="arm", strata="site")
    assert both.statistic == pytest.approx(2 * logrank(DATA, by="arm").statistic, rel=1e-12)


def test_no_events():
    result = logrank(DATA.assign(event=0), by="arm")
    assert np.isnan(result.statistic)
    assert np.isnan(result.p_value)
    assert "no event" in result.tidy()["warning"].iloc[0]


def test_groups_never_at_risk_together():
    data = DATA.assign(duration_days=[1, 12, 2, 13, 3, 14], entry=[-1, 10, -1, 10, -1, 10])
    result = logrank(data, by="arm", entry="entry")
    assert np.isnan(result.statistic)
    assert "never compared" in result.tidy()["warning"].iloc[0]


@pytest.mark.parametrize(
    "options",
    [
        {"weighting": "peto"},
        {"weighting": "gehan"},
        {"weighting": "tarone-ware"},
        {"weighting": ("fleming-harrington", 0, 1)},
        {"trend": True},
    ],
)
def test_documented_words_that_are_not_there_yet(options):
    with pytest.raises(UsageError, match="not yet available"):
        logrank(DATA, by="arm", **options)


def test_unknown_words_and_single_groups():
    with pytest.raises(UsageError, match="not known"):
        logrank(DATA, by="arm", weighting="wilcoxon")
    with pytest.raises(UsageError, match="one group"):
        logrank(DATA.assign(arm="a"), by="arm")
