"""Competing causes of which one lies between visits: against other ways, and its own conditions."""

import numpy as np
import pandas as pd
import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st
from support.interval_tables import interval_tables
from support.slow_incidence import covers, slow_incidence, slow_rows

from afterglow.errors import InvalidInput, NotEstimable, UsageError
from afterglow.estimate.aalen_johansen import aalen_johansen
from afterglow.estimate.interval.incidence import interval_incidence
from afterglow.estimate.interval.turnbull import turnbull

CLOSE = 1e-6
HALF_DAYS = tuple(np.arange(0.0, 16.0, 0.5).tolist())
CAUSES = np.array(["", "relapse", "booster", "switch"])
HAND = pd.DataFrame(
    {
        "lower_days": [0.0, 5.0, 5.0, 10.0, 12.0],
        "upper_days": [10.0, 15.0, np.inf, np.inf, np.inf],
        "duration_days": [10.0, 15.0, 8.0, 10.0, 12.0],
        "cause": ["relapse", "relapse", "booster", "", ""],
    }
)
"""Relapse boxes (5, 10] of mass a and (12, 15] of mass b, a booster on day 8 of mass c.

The likelihood is a (a + b) c b b, so c = 1/5 and, of the other 4/5, a third is a.
"""


@st.composite
def competing_tables(draw, *, least: int = 1, most: int = 14, exact: bool = False) -> pd.DataFrame:
    """Relapses in intervals, boosters and switches on days, censorings; on a few whole days."""
    data = draw(interval_tables(least=least, most=most))
    size = len(data)
    kind = np.array(draw(st.lists(st.integers(0, 3), min_size=size, max_size=size)))
    gap = np.array(draw(st.lists(st.integers(0, 4), min_size=size, max_size=size)))
    lower = data["lower_days"].to_numpy()
    upper = np.where(kind == 1, lower + (0 if exact else data["width"]), np.inf)
    until = np.where(kind > 1, lower + (0 if exact else gap), np.where(kind == 1, upper, lower))
    return data.assign(upper_days=upper, duration_days=until, cause=CAUSES[kind])


def with_entry(data: pd.DataFrame, more) -> pd.DataFrame:
    lead = [more.draw(st.integers(-1, int(low))) for low in data["lower_days"]]
    entry = np.array(lead, float) - 0.5
    return data.assign(entry=np.where(entry < 0, -np.inf, entry))


def bounds(data: pd.DataFrame, times=HALF_DAYS, **options) -> pd.DataFrame:
    return interval_incidence(data, **options).at(times)


def test_the_hand_worked_five():
    found = interval_incidence(HAND)
    rows = found.tidy().set_index(["term", "lower_days"])
    assert rows.loc[("relapse", 5.0), "mass"] == pytest.approx(4 / 15)
    assert rows.loc[("relapse", 12.0), "mass"] == pytest.approx(8 / 15)
    assert rows.loc[("booster", 8.0), ["mass", "estimate"]].tolist() == pytest.approx([0.2, 0.2])
    assert found.loglik == pytest.approx(np.log(4 / 15 * 12 / 15 * 3 / 15 * (8 / 15) ** 2))
    assert found.gap < 1e-9
    at = found.at([5.0, 9.0, 10.0, 13.0, 15.0]).set_index(["term", "time_days"])
    relapse = at.loc["relapse", ["lowest", "highest"]].to_numpy().ravel().tolist()
    expected = [0, 0, 0, 4 / 15, 4 / 15, 4 / 15, 4 / 15, 12 / 15, 12 / 15, 12 / 15]
    assert relapse == pytest.approx(expected)
    free = at.loc["event-free", ["lowest", "highest"]].to_numpy().ravel().tolist()
    assert free == pytest.approx([1, 1, 8 / 15, 12 / 15, 8 / 15, 8 / 15, 0, 8 / 15, 0, 0])
    assert np.isnan(at.loc[("relapse", 9.0), "estimate"])
    assert "inside a support interval" in at.loc[("relapse", 9.0), "warning"]
    assert at.loc[("relapse", 10.0), "estimate"] == pytest.approx(4 / 15)
    half = found.quantile(0.5).set_index("term")
    assert half.loc["quantile 0.5", "lower_days"].tolist() == [np.inf, 12.0]
    assert found.summary().startswith("incidence by day 15: booster 0.2, relapse 0.8 (n = 5)")


def test_a_relapse_hidden_before_the_booster_in_the_five():
    """All: the booster of day 8 is a relapse in (5, 8], and a and b are a half each."""
    found = interval_incidence(HAND, hidden="all")
    rows = found.tidy().set_index(["term", "upper_days"])["mass"]
    assert rows[("relapse", 8.0)] == pytest.approx(0.5)
    assert rows[("relapse", 15.0)] == pytest.approx(0.5)
    assert "relapsed in it" in found.summary()
    seen = HAND.assign(lower_days=[0.0, 5.0, 8.0, 10.0, 12.0])
    assert bounds(seen, hidden="all").equals(bounds(seen))


@settings(max_examples=60)
@given(competing_tables(), st.data())
def test_the_likelihood_is_that_of_plain_self_consistency(data, more):
    assume((data["cause"] != "").any())
    late = more.draw(st.booleans())
    data = with_entry(data, more) if late else data
    rows = slow_rows(data, "entry" if late else None)
    cells, masses, loglik = slow_incidence(rows, steps=3000)
    found = interval_incidence(data, mixed="together", entry="entry" if late else None)
    if found.curves[0].fit.exhausted:
        return
    assert found.gap < CLOSE
    assert found.loglik == pytest.approx(loglik, abs=3e-3)
    assert found.loglik >= loglik - 1e-7
    if late:
        return
    for time in np.arange(0.0, 16.0, 1.0):
        at = found.at(time).set_index("term")
        for cause in found.causes:
            if at.loc[cause, "lowest"] == at.loc[cause, "highest"]:
                slow = sum(
                    m for (name, day), m in zip(cells, masses) if name == cause and day <= time
                )
                assert at.loc[cause, "lowest"] == pytest.approx(slow, abs=5e-3)


@settings(max_examples=60)
@given(competing_tables(), st.data())
def test_no_cell_of_any_cause_would_gain(data, more):
    """The conditions at every time and cause, not only at the support that was searched."""
    assume((data["cause"] != "").any())
    found = interval_incidence(data, mixed="together")
    rows = slow_rows(data)
    boxes = found.curves[0].boxes
    middle = np.where(boxes.lower == boxes.upper, boxes.upper, (boxes.lower + boxes.upper) / 2)
    cells = [(found.causes[cause], time) for cause, time in zip(boxes.cause, middle)]
    cells.append((found.causes[0], 99.0))
    mass = np.append(boxes.mass, boxes.open_mass)
    inside = np.array([[covers(row, cell) for cell in cells] for row in rows], float) @ mass
    every = [(cause, time) for cause in found.causes for time in np.arange(0.0, 20.0, 0.25)]
    gains = (1 / inside) @ np.array([[covers(row, cell) for cell in every] for row in rows], float)
    assert gains.max() <= len(rows) * (1 + CLOSE)


@settings(max_examples=60)
@given(competing_tables(exact=True), st.data())
def test_exact_days_alone_give_aalen_johansen(data, more):
    assume((data["cause"] != "").any())
    late = "entry" if more.draw(st.booleans()) else None
    data = with_entry(data, more) if late else data
    found = interval_incidence(data, entry=late)
    if found.curves[0].fit.exhausted:
        return
    times = np.arange(0.0, found.curves[0].boxes.last_day + 0.1, 0.5)
    other = aalen_johansen(data, entry=late).at(times).set_index(["term", "time_days"])
    mine = found.at(times).set_index(["term", "time_days"]).reindex(other.index)
    np.testing.assert_allclose(mine["lowest"], other["estimate"], atol=1e-9)
    np.testing.assert_allclose(mine["highest"], other["estimate"], atol=1e-9)


@settings(max_examples=60)
@given(interval_tables())
def test_one_cause_is_one_minus_turnbull(data):
    assume(np.isfinite(data["upper_days"]).any())
    data = data.assign(
        cause=np.where(np.isfinite(data["upper_days"]), "relapse", ""),
        duration_days=data["lower_days"],
    )
    times = np.arange(0.0, 16.0, 0.5)
    found = bounds(data, times, mixed="together", weights="weight").query("term == 'relapse'")
    other = turnbull(data, weights="weight")
    np.testing.assert_allclose(1 - found["lowest"], other.at(times)["highest"], atol=CLOSE)
    np.testing.assert_allclose(1 - found["highest"], other.at(times)["lowest"], atol=CLOSE)
    if np.isclose(other.curves[0].boxes.survival, 0.5).any():
        return
    mine = interval_incidence(data, mixed="together", weights="weight").quantile(0.5)
    assert mine["upper_days"][0] == pytest.approx(other.median()["upper_days"][0])


@settings(max_examples=30)
@given(competing_tables(least=2), st.integers(0, 1000))
def test_row_order_and_labels_change_nothing(data, seed):
    assume((data["cause"] != "").any())
    shuffled = data.sample(frac=1.0, random_state=seed).reset_index(drop=True)
    first = interval_incidence(data, by="arm", n_resamples=3)
    second = interval_incidence(shuffled, by="arm", n_resamples=3)
    pd.testing.assert_frame_equal(first.tidy(), second.tidy(), check_exact=True)
    renamed = {"": "", "relapse": "zz", "booster": "aa", "switch": "mm"}
    other = bounds(data.assign(cause=data["cause"].map(renamed))).set_index("term")
    mine = bounds(data).set_index("term")
    for name, new in renamed.items():
        if name in first.causes:
            for column in ("lowest", "highest"):
                np.testing.assert_allclose(
                    mine.loc[name, column], other.loc[new, column], atol=CLOSE
                )


@settings(max_examples=30)
@given(competing_tables(least=2))
def test_a_weight_of_2_is_a_row_twice(data):
    assume((data["cause"] != "").any())
    weighted = bounds(data, weights="weight")
    repeated = bounds(data.loc[data.index.repeat(data["weight"])].reset_index(drop=True))
    for column in ("lowest", "highest", "n", "n_events"):
        np.testing.assert_allclose(weighted[column], repeated[column], atol=CLOSE)


@settings(max_examples=60)
@given(st.lists(st.tuples(st.integers(1, 11), st.booleans()), min_size=1, max_size=15))
def test_fewer_visits_never_narrow_the_bounds(rows):
    """Visits on days common to all: on those that remain the incidence stays, between it widens."""

    def seen(every: int) -> pd.DataFrame:
        days = np.array([day for day, _ in rows], float)
        boosted = np.array([which for _, which in rows])
        upper = np.ceil(days / every) * every
        return pd.DataFrame(
            {"lower_days": np.where(boosted, days, upper - every),
             "upper_days": np.where(boosted, np.inf, upper), "duration_days": days,
             "cause": np.where(boosted, "booster", "relapse")}
        )  # fmt: skip

    times = np.arange(0.0, 12.5, 0.5)
    fine, coarse = bounds(seen(1), times), bounds(seen(3), times)
    assert (coarse["lowest"] <= fine["lowest"] + CLOSE).all()
    assert (coarse["highest"] >= fine["highest"] - CLOSE).all()
    kept = coarse["time_days"].isin([3.0, 6.0, 9.0, 12.0])
    np.testing.assert_allclose(coarse["lowest"][kept], fine["lowest"][kept], atol=CLOSE)


def test_narrow_intervals_lead_to_aalen_johansen():
    random = np.random.default_rng(4)
    time = np.sort(random.choice(np.arange(1, 400), 60, replace=False)).astype(float)
    cause = CAUSES[random.integers(0, 3, 60)]
    own = cause == "relapse"
    data = pd.DataFrame({"duration_days": time, "cause": cause})
    asked = time[own]
    exact = aalen_johansen(data).at(asked).query("term == 'relapse'")["estimate"].to_numpy()
    gaps = []
    for width in (100.0, 20.0, 0.5):
        boxed = data.assign(
            lower_days=np.where(own, np.maximum(time - width, 0.0), time),
            upper_days=np.where(own, time, np.inf),
        )
        found = bounds(boxed, asked).query("term == 'relapse'")
        gaps.append(float(np.abs(found["highest"].to_numpy() - exact).max()))
    assert gaps[-1] < 1e-9
    assert gaps[0] > gaps[1] > gaps[2]


def test_exact_days_of_the_endpoint_do_not_draw_its_intervals():
    """An admission on day 4 and relapses in (0, 10]: together all ten relapses lie on day 4."""
    data = pd.DataFrame(
        {"lower_days": [4.0] + [0.0] * 9, "upper_days": [4.0] + [10.0] * 9,
         "duration_days": [4.0] + [10.0] * 9, "cause": "relapse"}
    )  # fmt: skip
    assert bounds(data, [5.0], mixed="together")["lowest"][0] == pytest.approx(1.0)
    apart = bounds(data, [5.0])
    assert apart["lowest"][0] == pytest.approx(0.1)
    assert apart["highest"][0] == pytest.approx(1.0)


def test_what_is_left_after_the_last_look_may_have_any_cause():
    data = pd.DataFrame(
        {"lower_days": [0.0, 4.0, 9.0, 9.0], "upper_days": [5.0, np.inf, np.inf, np.inf],
         "duration_days": [5.0, 6.0, 9.0, 9.0], "cause": ["relapse", "booster", "", ""]}
    )  # fmt: skip
    at = bounds(data, [9.0, 12.0]).set_index(["term", "time_days"])
    assert at.loc[("relapse", 9.0), "highest"] == pytest.approx(0.25)
    assert at.loc[("relapse", 12.0), ["lowest", "highest"]].tolist() == pytest.approx([0.25, 0.75])
    assert "after the last look" in at.loc[("relapse", 12.0), "warning"]
    assert at.loc[("event-free", 12.0), ["lowest", "highest"]].tolist() == pytest.approx([0, 0.5])
    free = interval_incidence(data).tidy().set_index("term").loc["event-free"]
    assert (free["time_days"], free["estimate"]) == (9.0, pytest.approx(0.5))


def test_one_subject_and_nobody_with_a_cause():
    one = pd.DataFrame(
        {"lower_days": [2.0], "upper_days": [4.0], "duration_days": [4.0], "cause": ["relapse"]}
    )
    assert interval_incidence(one).tidy()["mass"].tolist() == [1.0, 0.0]
    with pytest.raises(NotEstimable, match="No row has a cause"):
        interval_incidence(one.assign(upper_days=np.inf, cause=""))
    boosted = one.assign(upper_days=np.inf, duration_days=0.0, lower_days=0.0, cause="booster")
    assert bounds(boosted, [0.0])["lowest"][0] == 1.0


def test_a_group_without_any_cause_has_level_curves():
    data = HAND.assign(arm=["a", "a", "a", "b", "b"])
    at = bounds(data, [12.0], by="arm").set_index(["group", "term"])
    assert at.loc[("b", "relapse"), "highest"] == 0.0
    assert at.loc[("b", "event-free"), "lowest"] == 1.0


@pytest.mark.parametrize(
    ("change", "words"),
    [
        ({"cause": ["", "relapse", "booster", "", ""]}, "is empty where there is an upper end"),
        ({"duration_days": [10.0, 15.0, 4.0, 10.0, 12.0]}, "lies before the lower end"),
        ({"lower_days": [np.nan, 5.0, 5.0, 10.0, 12.0]}, "has missing values"),
        ({"lower_days": [11.0, 5.0, 5.0, 10.0, 12.0]}, "lies above the upper end"),
        ({"upper_days": [np.nan, 15.0, np.inf, np.inf, np.inf]}, "has missing values"),
    ],
)
def test_bad_columns_are_one_clear_error(change, words):
    with pytest.raises(InvalidInput, match=words):
        interval_incidence(HAND.assign(**change))


@pytest.mark.parametrize(
    "options", [{"hidden": "some"}, {"mixed": "x"}, {"n_resamples": -1}, {"conf_level": 2}]
)
def test_bad_options_are_refused(options):
    with pytest.raises(UsageError):
        interval_incidence(HAND, **options)


def test_which_event_is_hidden_has_to_be_said_where_no_cause_has_intervals():
    data = HAND.assign(upper_days=np.inf, cause=["booster", "booster", "booster", "", ""])
    with pytest.raises(UsageError, match="endpoint="):
        interval_incidence(data, hidden="all")
    found = interval_incidence(data, hidden="all", endpoint="relapse")
    assert found.causes == ("booster", "relapse")
    assert found.tidy().groupby("term")["mass"].sum()["relapse"] == pytest.approx(1.0)


def test_the_bootstrap_is_the_same_for_any_number_of_workers_and_covers():
    random = np.random.default_rng(2)
    data = HAND.loc[random.integers(0, 5, 60)].reset_index(drop=True)
    shift = np.floor(random.random(60) * 4)
    for column in ("lower_days", "upper_days", "duration_days"):
        data[column] = data[column] + shift
    one = interval_incidence(data, n_resamples=60, seed=3)
    two = interval_incidence(data, n_resamples=60, seed=3, n_workers=2)
    pd.testing.assert_frame_equal(one.tidy(), two.tidy(), check_exact=True)
    at = one.at([8.0, 11.0, 14.0])
    assert (at["conf_low"] <= at["lowest"] + 1e-12).all()
    assert (at["conf_high"] >= at["highest"] - 1e-12).all()


def test_thousands_of_rows_meet_the_conditions():
    random = np.random.default_rng(5)
    n, gap = 5000, 14.0
    time, boost = random.weibull(1.3, n) * 80, random.exponential(90, n)
    phase, end = random.uniform(0, gap, n), random.uniform(30, 170, n)
    visit = phase + np.ceil(np.maximum(time - phase, 0) / gap) * gap
    found = (visit <= boost) & (visit <= end)
    boosted = ~found & (boost < end)
    stop = np.minimum(boost, end)
    last = np.maximum(phase + np.floor((stop - phase) / gap) * gap, 0.0)
    lower = np.where(found, np.maximum(visit - gap, 0.0), np.where(visit > stop, last, last))
    data = pd.DataFrame(
        {"lower_days": lower, "upper_days": np.where(found, visit, np.inf),
         "duration_days": np.where(found, visit, np.where(boosted, boost, lower)),
         "cause": CAUSES[np.where(found, 1, np.where(boosted, 2, 0))]}
    )  # fmt: skip
    assert interval_incidence(data).gap < CLOSE


def entered(n: int, seed: int, gap: float = 7.0) -> pd.DataFrame:
    """Relapses at a level hazard, seen weekly by those still free at their first visit."""
    random = np.random.default_rng(seed)
    time, first = random.exponential(40.0, 4 * n), random.uniform(0.0, gap, 4 * n)
    seen = time > first
    time, first = time[seen][:n], first[seen][:n]
    upper = first + np.ceil((time - first) / gap) * gap
    return pd.DataFrame(
        {"lower_days": upper - gap, "upper_days": upper, "duration_days": upper, "entry": first,
         "cause": "relapse"}
    )  # fmt: skip


def test_those_with_an_event_before_entry_are_added_at_a_level_hazard():
    found, without = [], []
    for seed in range(30):
        data = entered(100, seed)
        late = interval_incidence(data, entry="entry", late_entry="level-hazard")
        found.append(late.at(28.0)[["lowest", "highest"]].iloc[0].mean())
        without.append(bounds(data, [28.0])[["lowest", "highest"]].iloc[0].mean())
        assert 0.8 < late.curves[0].boxes.share_seen < 1.0
    truth = 1.0 - np.exp(-28.0 / 40.0)
    error = np.std(found, ddof=1) / np.sqrt(len(found))
    assert abs(np.mean(found) - truth) < 2 * error
    assert truth - np.mean(without) > 2 * error


def test_before_the_last_entry_it_is_open_when_they_had_it():
    data = entered(60, 3)
    late = interval_incidence(data, entry="entry", late_entry="level-hazard")
    boxes = late.curves[0].boxes
    assert boxes.mass.sum() + boxes.open_mass == pytest.approx(1.0)
    added = boxes.upper == data["entry"].max()
    assert boxes.mass[added & (boxes.lower == 0.0)].max() == pytest.approx(1.0 - boxes.share_seen)
    assert "before entry added" in late.summary()
    start = data.assign(entry=-np.inf)
    whole = interval_incidence(start, entry="entry", late_entry="level-hazard")
    pd.testing.assert_frame_equal(whole.at(28.0).drop(columns="method"),
                                  interval_incidence(data).at(28.0).drop(columns="method"))  # fmt: skip


def test_an_unknown_word_for_late_entry_is_refused():
    with pytest.raises(UsageError, match="late_entry"):
        interval_incidence(HAND, late_entry="ignored")
