"""Weighted Kaplan–Meier: by hand, against a slow twin and statsmodels, invariants and edges."""

import numpy as np
import pandas as pd
import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st
from support.decision_tables import decision_table
from support.slow_weighting import chances, curve_of, weights_of

from afterglow.errors import InvalidInput, NotEstimable, UsageError
from afterglow.estimate.kaplan_meier import kaplan_meier
from afterglow.estimate.resampling.draws import Units, draw_chunk
from afterglow.estimate.weighting.estimator import weighted_kaplan_meier
from afterglow.estimate.weighting.terms import Smooth, spline_bends
from afterglow.names import CONF_HIGH, CONF_LOW, ESTIMATE, GROUP, STD_ERROR, TIME, WARNING

AT = [14.0, 28.0, 42.0]
COLUMNS = {"trials": "trials", "order": "order"}
TERMS = {"censoring": ["score", "start_day"], **COLUMNS}


def fitted(data, **options):
    return weighted_kaplan_meier(data, **{"resamples": 0, **TERMS, **options})


def test_four_subjects_by_hand():
    """Of two who were ill at their first decision one was boosted: the other counts twice."""
    rows = [
        ("well, one", 0, 0, 1, "well", False), ("well, two", 0, 0, 1, "well", False),
        ("ill, boosted", 0, 0, 1, "ill", True), ("ill, not", 0, 0, 1, "ill", False),
    ]  # fmt: skip
    names = ["subject_id", "start_day", "stop_day", "trials", "state", "censored"]
    decided = pd.DataFrame(rows, columns=names).assign(event=False)
    at_risk = decided[~decided["censored"]].assign(
        start_day=-np.inf, stop_day=[7, 14, 7], trials=0, event=[False, True, True]
    )
    data = pd.concat([decided.assign(order=0), at_risk.assign(order=1)], ignore_index=True)
    found = weighted_kaplan_meier(data, censoring=["state"], **COLUMNS, resamples=0)
    # At day 7 the ill one relapses with weight 2 of 4; at day 14 one of the well, alone.
    np.testing.assert_allclose(found.at([7, 14])[ESTIMATE], [0.5, 0.0], atol=1e-6)
    np.testing.assert_allclose(found.naive.at([7, 14])[ESTIMATE], [2 / 3, 0.0])
    np.testing.assert_allclose(found.row_weights[4:], [1, 1, 2], rtol=1e-6)
    assert np.isnan(found.row_weights[:4]).all()


@pytest.mark.parametrize("numerator", [None, [], ["start_day"]])
@pytest.mark.parametrize("strata", [None, "kind"])
def test_agrees_with_the_slow_twin(numerator, strata):
    data = decision_table(3)
    found = fitted(data, numerator=numerator, strata=strata, by="group")
    weights = weights_of(data, ["score", "start_day"], numerator, strata)
    np.testing.assert_allclose(found.row_weights[weights.index], weights, rtol=1e-8)
    for group, rows in data.groupby("group"):
        own = weights[weights.index.isin(rows.index)]
        at = found.at(AT)
        mine = at.loc[at[GROUP] == group, ESTIMATE]
        np.testing.assert_allclose(mine, [curve_of(rows, own, day) for day in AT], rtol=1e-8)


def test_truncation_is_at_the_shares_of_all_rows_at_risk():
    data = decision_table(4)
    whole = fitted(data).row_weights
    cut = fitted(data, truncate=(0.05, 0.9)).row_weights
    low, high = np.nanquantile(whole, [0.05, 0.9])
    np.testing.assert_allclose(cut, np.clip(whole, low, high), rtol=1e-12)


def test_coefficients_are_those_of_statsmodels():
    data = decision_table(5, n=150)
    table = fitted(data, strata="kind").censoring_model
    for kind, own in data[data["trials"] > 0].groupby("kind"):
        _, fit = chances(own, ["score", "start_day"])
        mine = table[table["stratum"] == kind]
        np.testing.assert_allclose(mine[ESTIMATE], fit.params, rtol=1e-7)
        np.testing.assert_allclose(mine[STD_ERROR], fit.bse, rtol=1e-6)
        np.testing.assert_allclose(mine["odds_ratio"], np.exp(fit.params), rtol=1e-7)


def test_a_smooth_column_spans_the_natural_splines_of_its_knots():
    values = np.linspace(0.0, 1.0, 40)
    bends = spline_bends(values, 4, values)
    assert len(bends) == 3
    second = np.diff(np.column_stack(bends), n=2, axis=0)
    assert np.abs(second[[0, -1]]).max() < 0.2 * np.abs(second).max()
    assert spline_bends(np.array([0.0, 0.0, 1.0]), 4, values) == []


def test_resamples_estimate_the_models_anew():
    """A resample is the table of those who were drawn, as often as they were."""
    data = decision_table(6, n=40, groups=("a",))
    found = fitted(data, resamples=3, seed=5)
    unit = found.rows.unit
    names = data["subject_id"].to_numpy()[found.rows.place[found.rows.starts[:-1]]]
    units = Units(order=np.arange(40), starts=np.arange(41), strata=(np.arange(40),))
    for drawn, replicate in zip(draw_chunk(units, 5, 0, 3), found.replicates, strict=True):
        of_unit = dict(zip(unit, names, strict=True))
        parts = [
            data[data["subject_id"] == of_unit[one]].assign(subject_id=f"copy {place}")
            for place, one in enumerate(drawn)
        ]
        again = fitted(pd.concat(parts, ignore_index=True))
        np.testing.assert_allclose(
            replicate[0], again.at(found.times)[ESTIMATE], rtol=1e-5, atol=1e-7
        )


def test_the_number_of_workers_changes_nothing():
    data = decision_table(7)
    one, two = (fitted(data, resamples=120, workers=n).replicates for n in (1, 2))
    np.testing.assert_array_equal(one, two)


def test_limits_of_the_bootstrap_and_of_known_weights():
    data = decision_table(8, n=200, groups=("a",))
    drawn, percentile, known = (
        fitted(data, resamples=r, conf_type=c).at(28).iloc[0]
        for r, c in ((200, "log-log"), (200, "percentile"), (0, "log-log"))
    )
    assert drawn[ESTIMATE] == percentile[ESTIMATE] == known[ESTIMATE]
    assert drawn[STD_ERROR] == pytest.approx(known[STD_ERROR], rel=0.3)
    for row in (drawn, percentile, known):
        assert row[CONF_LOW] < row[ESTIMATE] < row[CONF_HIGH]


def test_clones_of_one_subject_are_weighted_in_each_arm_and_drawn_together():
    data = decision_table(9, groups=("a",))
    both = pd.concat([data, data.assign(group="b")], ignore_index=True)
    found = fitted(both, by="group", strata="group", resamples=50)
    alone = fitted(data)
    at = found.at(AT)
    for group in ("a", "b"):
        np.testing.assert_allclose(at.loc[at[GROUP] == group, ESTIMATE], alone.at(AT)[ESTIMATE])
    difference = found.difference(28).tidy().iloc[0]
    assert difference[ESTIMATE] == 0.0
    assert difference[STD_ERROR] == pytest.approx(0.0, abs=1e-12)


def test_it_finds_the_curve_without_censoring_where_the_plain_one_does_not():
    without = decision_table(1, n=6000, groups=("a",), chance=-9.0, between=0.0)
    truth = fitted(without, censoring=[]).at(AT)[ESTIMATE].to_numpy()
    found = fitted(decision_table(2, n=2500, groups=("a",)), censoring=[Smooth("score")],
                   strata="kind")  # fmt: skip
    rows = found.at(AT)
    error = rows[STD_ERROR].to_numpy()
    assert (np.abs(rows[ESTIMATE] - truth) < 3.0 * error + 0.01).all()
    assert (found.naive.at(AT)[ESTIMATE] - truth).iloc[-1] > 0.1


SEEDS = st.integers(0, 10_000)


@settings(max_examples=12)
@given(SEEDS)
def test_where_nobody_is_censored_it_is_kaplan_meier(seed):
    data = decision_table(seed, n=15, chance=-1.0)
    data = data[~data["subject_id"].isin(data.loc[data["censored"], "subject_id"])]
    found = fitted(data, by="group", numerator=[])
    plain = kaplan_meier(
        data[data["trials"] == 0], duration="stop_day", event="event", entry="start_day",
        subject="subject_id", by="group",
    )  # fmt: skip
    np.testing.assert_allclose(found.at(AT)[ESTIMATE], plain.at(AT)[ESTIMATE], rtol=1e-12)
    np.testing.assert_allclose(found.row_weights[~np.isnan(found.row_weights)], 1.0)
    assert (found.positivity["finding"] == "nobody censored").any()
    assert found.summary().endswith("Nobody was: all weights are 1.")


@settings(max_examples=12)
@given(SEEDS)
def test_every_subject_twice_is_the_same_curve(seed):
    data = decision_table(seed, n=25)
    twice = pd.concat([data, data.assign(subject_id=data["subject_id"] + " again")])
    one, two = (fitted(d.reset_index(drop=True)) for d in (data, twice))
    np.testing.assert_allclose(one.at(AT)[ESTIMATE], two.at(AT)[ESTIMATE], rtol=1e-6)


@settings(max_examples=12)
@given(SEEDS)
def test_neither_order_nor_labels_nor_a_constant_column_change_a_number(seed):
    data = decision_table(seed, n=25)
    renamed = data.assign(
        subject_id=data["subject_id"].map(lambda name: f"x{name[::-1]}"),
        always=3.5, group=data["group"].map({"a": "z", "b": "y"}),
    )  # fmt: skip
    shuffled = renamed.sample(frac=1.0, random_state=seed % 1000)
    options = {"by": "group", "resamples": 20, "numerator": ["start_day"]}
    one = fitted(data, **options).at(AT)
    two = fitted(shuffled, censoring=["always", "score", "start_day"], **options).at(AT)
    for label, other in (("a", "z"), ("b", "y")):
        ours, theirs = one[one[GROUP] == label], two[two[GROUP] == other]
        np.testing.assert_allclose(ours[ESTIMATE], theirs[ESTIMATE], rtol=1e-9)


def test_order_of_rows_changes_no_resample():
    data = decision_table(11)
    shuffled = data.sample(frac=1.0, random_state=1).reset_index(drop=True)
    one, two = (fitted(d, resamples=20).replicates for d in (data, shuffled))
    np.testing.assert_allclose(one, two, rtol=1e-9)


def test_collinear_columns_have_one_coefficient():
    data = decision_table(12)
    both = data.assign(double=2 * data["score"] + 1)
    found = fitted(both, censoring=["score", "double", "start_day"])
    assert found.censoring_model["term"].tolist() == ["(intercept)", "score", "start_day"]
    np.testing.assert_allclose(found.at(AT)[ESTIMATE], fitted(data).at(AT)[ESTIMATE])


def test_categories_and_bool_are_coded_against_the_first():
    data = decision_table(13).assign(late=lambda d: d["start_day"] > 20)
    found = fitted(data, censoring=["group", "late"])
    assert found.censoring_model["term"].tolist() == [
        "(intercept)", "group: b vs a", "late: True vs False"
    ]  # fmt: skip


def test_beyond_a_score_at_which_all_are_censored_it_warns():
    data = decision_table(14, n=300)
    high = (data["score"] >= 14) & (data["kind"] == "visit") & (data["trials"] > 0)
    data.loc[high, "censored"] = True
    data = data.rename(columns={"score": "last_score"})
    found = fitted(data, censoring=[Smooth("last_score"), "start_day"], strata="kind")
    said = found.positivity.set_index("finding")
    assert said.loc["nearly all censored", ESTIMATE].max() > 0.05
    assert "at the highest values of last score, " in found.summary()
    assert "Doubtful" not in fitted(decision_table(14, n=300)).summary()


def test_few_censored_for_many_coefficients_is_said():
    data = decision_table(15, n=12)
    found = fitted(data, censoring=[Smooth("score"), Smooth("start_day")])
    rows = found.positivity[found.positivity["finding"] == "few censored per coefficient"]
    assert "take fewer terms" in rows[WARNING].iloc[0]


def sites(data, share=0.5):
    """Two sites, by subject."""
    numbers = data["subject_id"].str[1:].astype(int)
    return data.assign(site=np.where(numbers % 10 < 10 * share, "calendar", "symptoms"))


def by_site(found):
    rows = found.positivity[found.positivity["finding"] == "seen by expected"]
    return rows.set_index("stratum")


def test_a_site_that_boosts_by_the_calendar_does_not_fit_a_model_of_scores():
    data = sites(decision_table(16, n=400))
    decided = (data["trials"] > 0) & (data["kind"] == "visit")
    often = decided & (data["site"] == "calendar") & (np.arange(len(data)) % 5 != 0)
    data.loc[often, "censored"] = True
    found = by_site(fitted(data, fit_by="site", strata="kind"))
    assert found.loc["calendar", ESTIMATE] > 1.25
    assert found.loc["symptoms", ESTIMATE] < 0.8
    assert "it leaves out what differs here" in found.loc["calendar", WARNING]
    known = by_site(fitted(data, fit_by="site", strata="kind", censoring=["score", "site"]))
    np.testing.assert_allclose(known[ESTIMATE], 1.0, atol=1e-6)
    assert (known[WARNING] == "").all()


def test_seen_by_expected_by_hand():
    """Two of four are censored at one chance for all: each site expects half of its own."""
    data = pd.DataFrame({
        "subject_id": list("abcd"), "start_day": 0.0, "stop_day": 0.0, "event": False,
        "censored": [True, True, False, False], "trials": 1, "order": 0, "site": list("xxxy"),
        "state": "same",
    })  # fmt: skip
    at_risk = data[~data["censored"]].assign(stop_day=7.0, trials=0, order=1)
    both = pd.concat([data, at_risk], ignore_index=True)
    found = by_site(
        weighted_kaplan_meier(both, censoring=["state"], fit_by="site", **COLUMNS, resamples=0)
    )
    np.testing.assert_allclose(found[ESTIMATE].loc[["x", "y"]], [2 / 1.5, 0.0], rtol=1e-6)
    assert found["n"].loc[["x", "y"]].tolist() == [3, 1]


@given(seed=st.integers(0, 10_000))
@settings(max_examples=15, deadline=None)
def test_sites_that_decide_alike_fit(seed):
    """Weighted by what is expected, the ratios are 1 on average: the score equation says so."""
    data = sites(decision_table(seed, n=80), share=0.3)
    chosen = fitted(data, fit_by="site", strata="kind")
    found = by_site(chosen)
    model = data[(data["trials"] > 0)]
    seen = model.groupby("site")["censored"].sum()
    expected = seen / found[ESTIMATE].where(found[ESTIMATE] > 0)
    assume(found[ESTIMATE].gt(0).all())
    assert expected.sum() == pytest.approx(seen.sum(), rel=1e-6)
    alone = fitted(data.assign(one="all"), fit_by="one", strata="kind").positivity
    assert not (alone["finding"] == "seen by expected").any()


def test_weights_by_time_tell_what_they_cost():
    data = decision_table(16, n=200)
    found = fitted(data)
    at = found.weights_at(28).iloc[0]
    rows = data[(data["trials"] == 0) & (data["start_day"] < 28) & (data["stop_day"] >= 28)]
    own = found.row_weights[rows.index]
    assert at["at_risk"] == len(rows)
    assert at["effective_n"] == pytest.approx(own.sum() ** 2 / (own**2).sum())
    assert at["largest_share"] == pytest.approx(own.max() / own.sum())
    assert set(found.weights[TIME]) == set(data.loc[data["event"], "stop_day"])


def test_edges():
    data = decision_table(17)
    no_events = fitted(data.assign(event=False))
    assert (no_events.at(AT)[ESTIMATE] == 1.0).all()
    assert np.isnan(no_events.median()[ESTIMATE].iloc[0])
    one = data[data["subject_id"] == data.loc[data["event"], "subject_id"].iloc[0]]
    assert fitted(one, resamples=5).at(42)[ESTIMATE].iloc[0] == 0.0
    with pytest.raises(NotEstimable, match="Nobody has time at risk"):
        fitted(data.assign(censored=data["trials"] > 0))


def test_after_a_censoring_nothing_counts():
    data = decision_table(18)
    ended = data[data["censored"]].assign(
        start_day=100.0, stop_day=120.0, order=500.0, trials=0, censored=False, event=True
    )
    more = pd.concat([data, ended], ignore_index=True)
    np.testing.assert_array_equal(fitted(more).at(AT)[ESTIMATE], fitted(data).at(AT)[ESTIMATE])


@pytest.mark.parametrize(
    ("change", "words"),
    [
        ({"start_day": 60.0}, "is after the end of its row"),
        ({"trials": 1.5}, "is no whole number"),
        ({"stop_day": np.nan}, "has missing values"),
        ({"event": True}, "is true in a row"),
    ],
)
def test_tables_that_break_the_rules(change, words):
    data = decision_table(19)
    for name, value in change.items():
        data[name] = data[name].astype(object if name == "event" else float)
        data.loc[data.index[data["trials"] > 0][0], name] = value
    data["event"] = data["event"].astype(bool)
    with pytest.raises(InvalidInput, match=words):
        fitted(data)


def test_a_score_that_is_missing_at_a_decision_is_an_error():
    data = decision_table(20)
    data.loc[data["trials"] > 0, "score"] = np.nan
    with pytest.raises(InvalidInput, match=r"data\.score: has missing values"):
        fitted(data)


def test_overlapping_time_at_risk_is_an_error():
    data = decision_table(21)
    own = data[(data["trials"] == 0) & ~data["event"]].iloc[[0]].assign(start_day=-3.0)
    with pytest.raises(InvalidInput, match="lies before the end"):
        fitted(pd.concat([data, own], ignore_index=True))


@pytest.mark.parametrize(
    ("options", "words"),
    [
        ({"conf_type": "percentiles", "resamples": 50}, "Did you mean 'percentile'"),
        ({"conf_type": "percentile"}, "needs resamples"),
        ({"truncate": (0.9, 0.1)}, "truncate"),
        ({"workers": 0}, "workers"),
        ({"resamples": 1}, "n_resamples"),
        ({"censoring": [Smooth("group")]}, "Only numbers have a smooth curve"),
    ],
)
def test_words_and_numbers_that_make_no_sense(options, words):
    with pytest.raises((UsageError, InvalidInput), match=words):
        fitted(decision_table(22), **options)


def test_it_draws_both_curves():
    axes = fitted(decision_table(23), by="group", resamples=20).plot()
    labels = [text.get_text() for text in axes.get_legend().get_texts()]
    assert labels == ["a, weighted", "b, weighted", "a, unweighted", "b, unweighted"]
