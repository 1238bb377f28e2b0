"""The log-rank test by hand, and what it answers when there is nothing to test."""

from fractions import Fraction

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


def test_unknown_words_and_single_groups():
    with pytest.raises(UsageError, match="not known"):
        logrank(DATA, by="arm", weighting="wilcoxon")
    with pytest.raises(UsageError, match="not known"):
        logrank(DATA, by="arm", adjust="tukey")
    with pytest.raises(UsageError, match="one group"):
        logrank(DATA.assign(arm="a"), by="arm")


@pytest.mark.parametrize(
    "weighting",
    [
        ("fleming-harrington", -1, 0),
        ("fleming-harrington", 1),
        ("fleming-harrington", "p", 0),
        ("fleming-harrington", np.inf, 0),
        "fleming-harrington",
        None,
    ],
)
def test_powers_are_two_numbers_of_at_least_zero(weighting):
    with pytest.raises(UsageError, match="weighting"):
        logrank(DATA, by="arm", weighting=weighting)


# At risk 6, 5, 3, 2 at the event times 1, 2, 3, 4; S before them 1, 5/6, 2/3, 4/9; prod(1 − 1/(Y + 1))
# after them 6/7, 5/7, 15/28, 5/14. Of group a: events 1, 0, 0, 1; shares 1/2, 2/5, 1/3, 1/2.
BY_HAND = {
    "logrank": (1, 1, 1, 1),
    "peto": (1, Fraction(5, 6), Fraction(2, 3), Fraction(4, 9)),
    "gehan": (6, 5, 3, 2),
    "tarone-ware": (6**0.5, 5**0.5, 3**0.5, 2**0.5),
    "peto-peto": (Fraction(6, 7), Fraction(5, 7), Fraction(15, 28), Fraction(5, 14)),
    "modified-peto-peto": (
        Fraction(6, 7),
        Fraction(6, 7) * Fraction(5, 6),
        Fraction(5, 7) * Fraction(3, 4),
        Fraction(15, 28) * Fraction(2, 3),
    ),
    ("fleming-harrington", 1, 1): (0, Fraction(5, 36), Fraction(2, 9), Fraction(20, 81)),
    ("fleming-harrington", 0, 1): (0, Fraction(1, 6), Fraction(1, 3), Fraction(5, 9)),
}


@pytest.mark.parametrize("weighting", BY_HAND, ids=str)
def test_weights_by_hand(weighting):
    weights = [float(w) for w in BY_HAND[weighting]]
    events, shares = [1, 0, 0, 1], [1 / 2, 2 / 5, 1 / 3, 1 / 2]
    result = logrank(DATA, by="arm", weighting=weighting)
    score = sum(w * (d - p) for w, d, p in zip(weights, events, shares))
    variance = sum(w**2 * p * (1 - p) for w, p in zip(weights, shares))
    found = result.groups["observed"] - result.groups["expected"]
    assert found[0] == pytest.approx(score, rel=1e-13)
    assert result.covariance[0, 0] == pytest.approx(variance, rel=1e-13)
    assert result.statistic == pytest.approx(score**2 / variance, rel=1e-12)
    assert result.groups["n_events"].tolist() == [2, 2]
    name = "log-rank" if weighting == "logrank" else "weights"
    assert name in result.tidy()["method"].iloc[0]


THREE = pd.concat([DATA, DATA.assign(arm="c", duration_days=[2, 3, 5, 6, 6, 7])])


def test_trend_of_two_groups_is_the_test_itself():
    result = logrank(DATA, by="arm", trend=True)
    assert result.trend_z**2 == pytest.approx(result.statistic, rel=1e-12)
    row = result.tidy().query("term == 'trend'").iloc[0]
    assert row["df"] == 1
    assert row["p_value"] == pytest.approx(result.p_value, rel=1e-12)


def test_scores_of_a_trend_may_be_shifted_scaled_and_turned():
    first = logrank(THREE, by="arm", trend=True).trend_z
    assert logrank(THREE, by="arm", trend=[10, 20, 30]).trend_z == pytest.approx(first, rel=1e-12)
    assert logrank(THREE, by="arm", trend=[3, 2, 1]).trend_z == pytest.approx(-first, rel=1e-12)
    assert logrank(THREE, by="arm", trend=[0, 0, 1]).trend_z != pytest.approx(first, rel=1e-3)


@pytest.mark.parametrize("scores", [[1, 2], [1, 1, 1], [1, 2, np.nan], [[1, 2, 3]]])
def test_scores_that_do_not_fit_the_groups(scores):
    with pytest.raises(UsageError, match="trend"):
        logrank(THREE, by="arm", trend=scores)


def test_a_trend_without_events_is_undefined_and_says_so():
    row = logrank(THREE.assign(event=0), by="arm", trend=True).tidy().query("term == 'trend'")
    assert row["statistic"].isna().all()
    assert row["warning"].str.contains("no variance").all()


def test_pairs_are_tested_on_their_own_rows():
    result = logrank(THREE, by="arm", pairwise=True, weighting="peto", adjust="none")
    assert result.pairs["group"].tolist() == ["b vs a", "c vs a", "c vs b"]
    for pair, row in zip((["a", "b"], ["a", "c"], ["b", "c"]), result.pairs.itertuples()):
        alone = logrank(THREE[THREE["arm"].isin(pair)], by="arm", weighting="peto")
        assert row.statistic == pytest.approx(alone.statistic, rel=1e-12)
        assert row.p_adjusted == row.p_value == pytest.approx(alone.p_value, rel=1e-12)
        assert row.n == (9 if "c" in pair else 6)


def test_pairs_with_the_reference_only():
    pairs = logrank(THREE, by="arm", reference="b").pairs
    assert pairs["group"].tolist() == ["a vs b", "c vs b"]
    with pytest.raises(UsageError, match="reference"):
        logrank(THREE, by="arm", reference="d")


def test_no_pairs_unless_asked_for():
    assert logrank(THREE, by="arm").pairs.empty
    assert set(logrank(THREE, by="arm").tidy()["term"]) == {"log-rank", "group"}


def test_pairs_keep_strata_entries_weights_and_clusters():
    data = THREE.assign(
        site=list("xxyyxy") * 2, entry=[0, 1, 0, 1, 0, 2] * 2, weight=[1.5, 2, 0.5] * 4
    )
    options = {
        "by": "arm", "strata": "site", "entry": "entry", "weights": "weight",
        "weights_kind": "sampling", "cluster": "site",
    }  # fmt: skip
    pairs = logrank(data, **options, reference="c").pairs
    for other, row in zip("ab", pairs.itertuples()):
        alone = logrank(data[data["arm"].isin([other, "c"])], **options)
        np.testing.assert_allclose(row.statistic, alone.statistic, rtol=1e-10)
