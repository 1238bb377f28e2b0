"""The bootstrap by subject: exact where it can be, the same for any number of workers."""

import numpy as np
import pandas as pd
import pytest
from scipy.stats import bootstrap as scipy_bootstrap
from support.statistics import mean_and_size, mean_without_zeros

from afterglow.errors import InvalidInput, NotEstimable, UsageError
from afterglow.estimate.resampling.bootstrap import bootstrap
from afterglow.estimate.resampling.draws import chunks_of, draw_chunk, units_of
from afterglow.estimate.resampling.limits import bootstrap_limits

RNG = np.random.default_rng(7)
DATA = pd.DataFrame(
    {
        "subject_id": np.repeat(np.arange(30), 2),
        "value": np.repeat(RNG.gamma(2, 3, 30), 2),
        "arm": np.repeat(["a", "b", "b"], 20),
    }
)


def test_subjects_are_drawn_with_all_their_rows():
    sizes = bootstrap(DATA, lambda d: d.groupby("subject_id").size().eq(2).all(), n_resamples=20)
    assert (sizes.replicates == 1).all()


def test_whoever_is_drawn_twice_is_two_subjects():
    result = bootstrap(DATA, mean_and_size, n_resamples=60)
    assert result.terms == ("mean", "subjects")
    assert (result.replicates[:, 1] == 30).all()
    assert result.replicates[:, 0].std() > 0


def test_strata_keep_their_sizes():
    result = bootstrap(DATA, lambda d: (d["arm"] == "a").sum(), by="arm", n_resamples=30)
    assert (result.replicates == 20).all()


def test_any_number_of_workers_gives_the_same_numbers():
    one = bootstrap(DATA, mean_and_size, n_resamples=120, seed=3)
    two = bootstrap(DATA, mean_and_size, n_resamples=120, seed=3, n_workers=2)
    np.testing.assert_array_equal(one.replicates, two.replicates)
    assert one.tidy().to_csv() == two.tidy().to_csv()


def test_more_resamples_begin_with_the_same_ones():
    few = bootstrap(DATA, mean_and_size, n_resamples=100, seed=3).replicates
    many = bootstrap(DATA, mean_and_size, n_resamples=170, seed=3).replicates
    np.testing.assert_array_equal(many[:100], few)
    other = bootstrap(DATA, mean_and_size, n_resamples=100, seed=4).replicates
    assert not np.array_equal(other, few)


def test_row_order_changes_nothing():
    shuffled = DATA.sample(frac=1, random_state=1)
    one, two = (bootstrap(rows, mean_and_size, n_resamples=60) for rows in (DATA, shuffled))
    np.testing.assert_allclose(one.replicates, two.replicates, rtol=1e-14)


def test_standard_error_of_a_mean():
    """In the long run that of the plug-in variance over n: within 5 %, five times its own noise."""
    single = DATA.iloc[::2]
    error = bootstrap(single, lambda d: d["value"].mean(), n_resamples=4000).tidy()["std_error"]
    assert error.iloc[0] == pytest.approx(single["value"].std(ddof=0) / np.sqrt(30), rel=0.056)


def test_every_kind_of_limits_by_hand():
    values = np.arange(1.0, 102.0)[:, None]  # quantiles 0.025 and 0.975: 3.5 and 98.5
    estimate = np.array([40.0])

    def limits(conf_type, jackknife=list):
        low, high = bootstrap_limits(
            values, estimate, conf_type=conf_type, conf_level=0.95, jackknife=jackknife
        )
        return low[0], high[0]

    assert limits("percentile") == pytest.approx((3.5, 98.5))
    assert limits("basic") == pytest.approx((80 - 98.5, 80 - 3.5))
    # 39 below and one equal of 101: z0 = Φ⁻¹(39.5 / 101); no skewness in an even jackknife.
    from scipy.stats import norm

    z0 = norm.ppf(39.5 / 101)
    shares = norm.cdf(2 * z0 + norm.ppf([0.025, 0.975]))
    found = limits("bca", lambda: np.array([[1.0], [2.0], [3.0]]))
    np.testing.assert_allclose(found, 1 + 100 * shares, rtol=1e-12)


def test_bca_is_that_of_scipy_on_the_same_resamples():
    sample = DATA["value"].to_numpy()[::2]
    theirs = scipy_bootstrap(
        (sample,), np.mean, method="BCa", n_resamples=500, rng=np.random.default_rng(1)
    )
    without = np.array([np.delete(sample, i).mean() for i in range(len(sample))])[:, None]
    low, high = bootstrap_limits(
        theirs.bootstrap_distribution[:, None], np.array([sample.mean()]), conf_type="bca",
        conf_level=0.95, jackknife=lambda: without,
    )  # fmt: skip
    np.testing.assert_allclose([low[0], high[0]], list(theirs.confidence_interval), rtol=1e-10)


def test_infinite_values_take_part_and_are_not_mixed():
    values = np.array([1.0, 2.0, 3.0, np.inf, np.inf])[:, None]
    low, high = bootstrap_limits(
        values, np.array([2.0]), conf_type="percentile", conf_level=0.5, jackknife=list
    )
    assert low[0] == 2.0
    assert high[0] == np.inf


def test_resamples_without_a_value_are_counted():
    data = pd.DataFrame({"subject_id": range(3), "value": [0.0, 0.0, 5.0]})
    row = bootstrap(data, mean_without_zeros, n_resamples=100, seed=2).tidy().iloc[0]
    assert "of 100 resamples gave no finite value" in row["warning"]
    assert np.isnan(row["std_error"])
    with pytest.raises(NotEstimable):
        bootstrap(data.assign(value=0.0), lambda d: np.nan, n_resamples=5)


def test_chunks_cover_every_resample_once():
    assert chunks_of(120) == [50, 50, 20]
    assert chunks_of(50) == [50]
    units = units_of(DATA, unit="subject_id", by="arm")
    drawn = draw_chunk(units, 5, 0, 4)
    assert drawn.shape == (4, 30)
    np.testing.assert_array_equal(np.sort(drawn[:, :10]) < 10, True)


@pytest.mark.parametrize(
    "options",
    [
        {"n_resamples": 1},
        {"n_resamples": 10.0},
        {"seed": -1},
        {"seed": "a"},
        {"n_workers": 0},
        {"conf_type": "normal"},
        {"conf_level": 1.0},
        {"by": "visit"},
    ],
    ids=str,
)
def test_calls_that_are_refused(options):
    data = DATA.assign(visit=[1, 2] * 30)
    with pytest.raises(UsageError):
        bootstrap(data, mean_and_size, **{"n_resamples": 10, **options})


def test_subjects_must_be_known():
    with pytest.raises(InvalidInput, match="missing"):
        bootstrap(DATA.assign(subject_id=np.nan), mean_and_size)


def test_a_statistic_that_changes_its_length_is_refused():
    with pytest.raises(UsageError, match="more or fewer"):
        bootstrap(DATA, lambda d: d["subject_id"].unique().astype(float)[: 1 + (d.index[0] == 0)]
                  if len(d["subject_id"].unique()) < 30 else np.zeros(d["value"].nunique()))  # fmt: skip
