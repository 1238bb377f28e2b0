"""The clock-reset model by plain loops, against Aalen–Johansen, and where the truth is known."""

from fractions import Fraction

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from support.paths import path_tables
from support.slow_clock_reset import clock_reset

from afterglow.errors import UsageError
from afterglow.estimate.multistate.model import multistate

COHORTS = 24
FEW = settings(max_examples=12, deadline=None)
PATH = ["subject_id", "start_day", "stop_day", "from_state", "to_state"]


def paths(rows) -> pd.DataFrame:
    return pd.DataFrame(rows, columns=PATH)


def joined(table: pd.DataFrame) -> list[tuple]:
    """Stretches with those of one state that follow each other made one, days from 0 on."""
    out: list[list] = []
    for row in table[PATH].itertuples(index=False, name=None):
        who, start, stop, state, to = row
        if out and out[-1][0] == who and out[-1][3] == state and out[-1][4] in ("", state):
            out[-1][2:] = [int(stop), state, to]
        else:
            out.append([who, int(start), int(stop), state, to])
    return [(*row[:4], "" if row[4] == row[3] else row[4]) for row in out]


@FEW
@given(path_tables(late=False))
def test_occupancy_and_influence_by_plain_loops(table):
    rows = joined(table)
    subjects = sorted({row[0] for row in rows})
    ones = dict.fromkeys(subjects, Fraction(1))
    found = multistate(table).clock_reset(6).at([2, 6]).set_index(["term", "time_days"])
    step = Fraction(1, 10**7)
    for day in (2, 6):
        wanted = clock_reset(rows, ones, day)
        spread = dict.fromkeys(wanted, 0.0)
        for who in subjects:
            up, down = (clock_reset(rows, ones | {who: 1 + sign * step}, day) for sign in (1, -1))
            for state in wanted:
                spread[state] += float((up[state] - down[state]) / (2 * step)) ** 2
        for state, share in wanted.items():
            mine = found.loc[(state, day)]
            assert mine["estimate"] == pytest.approx(float(share), abs=1e-12)
            assert mine["std_error"] ** 2 == pytest.approx(spread[state], rel=1e-5, abs=1e-9)


@FEW
@given(path_tables(late=False))
def test_with_one_stay_each_it_is_aalen_johansen(table):
    table = table.groupby("subject_id").head(1).reset_index(drop=True)
    fit = multistate(table, by="arm")
    model, free = fit.clock_reset(5).at([1, 3, 5]), fit.at([1, 3, 5])
    for column in ("estimate", "std_error"):
        np.testing.assert_allclose(model[column], free[column], atol=1e-12)
    shift = fit.clock_reset(5).difference([1, 3, 5]).tidy()
    np.testing.assert_allclose(shift[["estimate", "std_error"]], 0.0, atol=1e-9)


@FEW
@given(path_tables(late=False))
def test_shares_and_days_add_up(table):
    model = multistate(table).clock_reset(6)
    np.testing.assert_allclose(model.tidy().groupby("time_days")["estimate"].sum(), 1.0)
    assert model.days()["estimate"].sum() == pytest.approx(6.0)


@FEW
@given(path_tables(late=False))
def test_weight_two_is_the_subject_twice(table):
    copies = [
        table[table["count"] > k].assign(subject_id=lambda t, k=k: t["subject_id"] + f"/{k}")
        for k in range(3)
    ]
    twice = multistate(pd.concat(copies, ignore_index=True)).clock_reset(5).at([2, 5])
    once = multistate(table, weights="count").clock_reset(5).at([2, 5])
    for column in ("estimate", "std_error", "n"):
        np.testing.assert_allclose(once[column], twice[column], atol=1e-12)


def drawn(rng, size: int, stay, *, end: int = 120) -> pd.DataFrame:
    """Draw subjects who go between ill and well; `stay(state, day)` draws a stay's length."""
    rows = []
    for who in range(size):
        last, day, state = int(rng.integers(end // 2, end + 1)), 0, "ill"
        while day < last:
            stop = min(day + stay(state, day), last)
            after = "well" if state == "ill" else "ill"
            rows.append((who, day, stop, state, after if stop < last else ""))
            day, state = stop, after
    return paths(rows)


def weibull_chances(shape: float, scale: float, days: int) -> np.ndarray:
    """Chance of a stay of 1, 2 … days."""
    return -np.diff(np.exp(-((np.arange(days + 1) / scale) ** shape)))


def occupancy_of(chances: dict[str, np.ndarray], days: int) -> np.ndarray:
    """The share that is well on days 0, 1 …, by the renewal equation of the entries."""
    ill, well = np.zeros(days + 1), np.zeros(days + 1)
    ill[0] = 1.0
    for day in range(1, days + 1):
        for before in range(day):
            ill[day] += well[before] * chances["well"][day - before - 1]
            well[day] += ill[before] * chances["ill"][day - before - 1]
    share = np.zeros(days + 1)
    left = 1.0 - np.concatenate([[0.0], np.cumsum(chances["well"])])
    for day in range(days + 1):
        share[day] = sum(well[before] * left[day - before] for before in range(day + 1))
    return share


def test_where_the_truth_is_semi_markov():
    """Both estimates are right; the clock-reset limits hold the truth as often as they say."""
    days, rng = 200, np.random.default_rng(5)
    chances = {
        "ill": weibull_chances(1.2, 10.0, days), "well": weibull_chances(4.0, 30.0, days),
    }  # fmt: skip
    tails = {state: 1.0 - values.sum() for state, values in chances.items()}
    assert max(tails.values()) < 1e-9
    truth = occupancy_of(chances, 100)

    def stay(state, _day):
        return int(rng.choice(days, p=chances[state] / chances[state].sum())) + 1

    asked, inside, errors, ratios = [20, 45, 70], [], [], []
    for _ in range(COHORTS):
        fit = multistate(drawn(rng, 100, stay), conf_type="plain")
        model, free = fit.clock_reset(70).at(asked), fit.at(asked)
        mine, other = (t[t["term"] == "well"].reset_index(drop=True) for t in (model, free))
        wanted = truth[asked]
        inside.append((mine["conf_low"] <= wanted) & (wanted <= mine["conf_high"]))
        errors.append(np.stack([mine["estimate"] - wanted, other["estimate"] - wanted]))
        ratios.append(mine["std_error"] / other["std_error"])
    assert fit.markov_test().p_value < 0.01
    assert fit.clock_reset_test().p_value > 0.01
    assert 0.88 <= np.mean(inside) <= 0.99
    noise = np.std(errors, axis=0) / np.sqrt(COHORTS)
    assert (np.abs(np.mean(errors, axis=0)) < 3.5 * noise).all()
    assert np.mean(ratios) < 1.0  # the assumption, where it holds, buys precision


def test_where_the_truth_is_markov_both_agree():
    """Their difference is noise, of the size that its error says."""
    rng = np.random.default_rng(6)

    def stay(state, _day):
        return int(rng.geometric(0.08 if state == "ill" else 0.04))

    shifts = [
        multistate(drawn(rng, 150, stay)).clock_reset(60).difference([15, 30, 60]).tidy()
        for _ in range(COHORTS)
    ]
    well = pd.concat(shifts).query("term == 'well'")
    assert abs(well["estimate"].mean()) < 0.01
    z = well["estimate"] / well["std_error"]
    assert 0.8 < np.sqrt(np.mean(z**2)) < 1.25


def test_where_the_calendar_decides_the_model_is_wrong_and_said_to_be():
    """Everybody is well until about day 40 and ill then, however long they have been well.

    Such a course has the Markov property: the day decides, not when the state was entered.
    """
    rng = np.random.default_rng(7)

    def stay(state, day):
        if state == "ill":
            return int(rng.geometric(0.1))
        return max(40 - day, 0) + int(rng.geometric(0.2))

    fit = multistate(drawn(rng, 300, stay))
    shift = fit.clock_reset(60).difference([45]).tidy().set_index("term")
    assert shift.loc["well", "p_value"] < 1e-4
    assert shift.loc["well", "estimate"] > 0.05
    assert fit.clock_reset_test().p_value < 1e-4
    assert fit.markov_test().p_value > 0.01


def test_sojourns_and_medians():
    table = paths(
        [("A", 0, 2, "ill", "well"), ("A", 2, 6, "well", "ill"), ("A", 6, 9, "ill", ""),
         ("B", 0, 4, "ill", "well"), ("B", 4, 9, "well", ""), ("C", 0, 3, "ill", "dead")]
    )  # fmt: skip
    model = multistate(table).clock_reset(9)
    rows = model.sojourns([2, 4]).set_index(["term", "time_days"])
    assert rows.loc[("ill → well", 2), "estimate"] == pytest.approx(0.25)
    # four stays ill: 2 (well), 3 (dead), 3 (going on), 4 (well)
    assert rows.loc[("ill → well", 4), "estimate"] == pytest.approx(0.75)
    assert rows.loc[("ill → dead", 4), "estimate"] == pytest.approx(0.25)
    assert rows.loc[("well → ill", 4), "n"] == 2
    assert rows.loc[("ill → ill", 2), "estimate"] == pytest.approx(0.75)
    medians = model.medians().set_index("term")["estimate"]
    assert medians["ill"] == 3.5  # the middle of a flat half, as R takes it
    assert set(medians.index) == {"ill", "well"}


def test_what_is_left_out_and_carried_on_is_said():
    late = paths([("A", 0, 5, "ill", "well"), ("A", 5, 8, "well", ""), ("B", 3, 8, "well", "")])
    model = multistate(late).clock_reset(20)
    words = model.tidy()["warning"].iloc[0]
    assert "whose beginning nobody saw" in words
    table = paths([("A", 0, 5, "ill", "well"), ("A", 5, 8, "well", "ill"), ("A", 8, 9, "ill", ""),
                   ("B", 0, 2, "ill", "well"), ("B", 2, 9, "well", "")])  # fmt: skip
    assert (
        "in a state for longer than anybody was watched in it"
        in multistate(table).clock_reset(20).tidy()["warning"].iloc[0]
    )


def test_steps_and_days_are_checked():
    fit = multistate(paths([("A", 0, 5, "ill", "well"), ("A", 5, 8, "well", "")]))
    for step in (0.0, -1.0, 0.001, 30.0):
        with pytest.raises(UsageError, match="step"):
            fit.clock_reset(20, step=step)
    with pytest.raises(UsageError, match="the horizon"):
        fit.clock_reset(6).at(7)
    half = fit.clock_reset(8, step=0.5).at([5])
    assert half["estimate"].tolist() == [0.0, 1.0]
