"""Occupancy by plain loops and by hand; what it may not depend on; its edges."""

import matplotlib

matplotlib.use("Agg")

import numpy as np
import pandas as pd
import pytest
from hypothesis import assume, given, settings
from support.paths import STATES, path_tables
from support.slow_multistate import jackknife, occupancy

from afterglow.errors import InvalidInput, NotEstimable, UsageError
from afterglow.estimate.aalen_johansen import aalen_johansen
from afterglow.estimate.multistate.model import multistate
from afterglow.estimate.multistate.transition_models import transition_models

FEW = settings(max_examples=25, deadline=None)
FEWER = settings(max_examples=12, deadline=None)
NUMBERS = ["estimate", "std_error", "conf_low", "conf_high"]


def paths(*rows, **columns) -> pd.DataFrame:
    names = ["subject_id", "start_day", "stop_day", "from_state", "to_state"]
    return pd.DataFrame(rows, columns=names).assign(**columns)


def close(first: pd.DataFrame, second: pd.DataFrame, columns=NUMBERS) -> None:
    np.testing.assert_allclose(
        first[columns].astype(float), second[columns].astype(float), rtol=1e-8, atol=1e-12
    )


def known(table: pd.DataFrame) -> list[str]:
    present = set(table["from_state"]) | set(table["to_state"])
    return [state for state in STATES if state in present]


@FEWER
@given(path_tables())
def test_occupancy_and_variance_by_plain_loops(table):
    rows = list(table.iloc[:, :5].itertuples(index=False, name=None))
    fit, weights = multistate(table), dict.fromkeys(table["subject_id"], 1)
    for day in (0.0, 2.0, 4.0, 7.0):
        found = fit.at(day).set_index("term")
        slow, spread = occupancy(rows, weights, day), jackknife(rows, day)
        for state in fit.states:
            assert found.loc[state, "estimate"] == pytest.approx(float(slow[state]), abs=1e-12)
            variance = found.loc[state, "std_error"] ** 2
            assert variance == pytest.approx(float(spread[state]), rel=1e-6, abs=1e-10)


@FEW
@given(path_tables())
def test_states_add_up_to_one(table):
    totals = multistate(table, by="arm").tidy().groupby(["group", "time_days"])["estimate"].sum()
    np.testing.assert_allclose(totals, 1.0, atol=1e-12)


@FEW
@given(path_tables())
def test_time_in_states_adds_up_to_the_time(table):
    assert multistate(table).sojourn(5).tidy()["estimate"].sum() == pytest.approx(5.0)


@FEW
@given(path_tables())
def test_weight_two_is_the_subject_twice(table):
    copies = [
        table[table["count"] > k].assign(subject_id=lambda t, k=k: t["subject_id"] + f"/{k}")
        for k in range(3)
    ]
    twice = pd.concat(copies, ignore_index=True)
    weighted, plain = multistate(table, weights="count"), multistate(twice)
    close(weighted.tidy(), plain.tidy(), [*NUMBERS, "n", "at_risk", "events", "censored"])
    close(weighted.sojourn(6).tidy(), plain.sojourn(6).tidy())
    close(weighted.transition(0, 6).tidy(), plain.transition(0, 6).tidy())


@FEW
@given(path_tables())
def test_row_order_labels_and_unit_change_nothing(table):
    names = {state: f"{9 - place} {state}" for place, state in enumerate(STATES)} | {"": ""}
    other = table.iloc[::-1].assign(
        from_state=lambda t: t["from_state"].map(names), to_state=lambda t: t["to_state"].map(names),
        start_day=lambda t: t["start_day"] / 7, stop_day=lambda t: t["stop_day"] / 7,
    )  # fmt: skip
    order = known(table)
    first = multistate(table, states=order).tidy()
    second = multistate(other, states=[names[state] for state in order]).tidy()
    close(first, second)


@FEW
@given(path_tables())
def test_cutting_a_stretch_changes_nothing(table):
    half = (table["start_day"] + table["stop_day"]) / 2
    early = table.assign(stop_day=half, to_state="")
    stays = table["from_state"].where(table.index % 2 == 0, "")
    pieces = pd.concat([early.assign(to_state=stays), table.assign(start_day=half)])
    close(multistate(table).tidy(), multistate(pieces).tidy())


@FEW
@given(path_tables(late=False))
def test_one_move_each_is_competing_risks(table):
    table = table.groupby("subject_id").head(1).reset_index(drop=True)
    assume((table["to_state"] != "").any())
    single = table.assign(duration_days=table["stop_day"], cause=table["to_state"])
    curve = aalen_johansen(single).tidy()
    rows = multistate(table).tidy()
    for cause in set(curve["cause"]) - {""}:
        close(rows[rows["term"] == cause], curve[curve["cause"] == cause])


@FEW
@given(path_tables(late=False))
def test_transition_from_the_only_start_is_the_occupancy(table):
    fit = multistate(table)
    matrix = fit.transition(0, 6).matrices[""]
    np.testing.assert_allclose(matrix.sum(axis=1), 1.0, atol=1e-12)
    found = fit.at(6)["estimate"]
    np.testing.assert_allclose(matrix[fit.states.index("symptomatic")], found, atol=1e-12)


@FEW
@given(path_tables())
def test_transitions_chain(table):
    fit = multistate(table)
    first, second, whole = (fit.transition(*days).matrices[""] for days in ((0, 3), (3, 7), (0, 7)))
    np.testing.assert_allclose(first @ second, whole, atol=1e-12)


def test_by_hand_with_a_return():
    """4 start; day 1: one responds; day 2: one responds, one leaves; day 3: the first goes back."""
    table = paths(
        ("A", 0, 1, "ill", "well"), ("A", 1, 3, "well", "ill"), ("A", 3, 5, "ill", ""),
        ("B", 0, 2, "ill", "well"), ("B", 2, 4, "well", ""),
        ("C", 0, 2, "ill", ""), ("D", 0, 5, "ill", ""),
    )  # fmt: skip
    fit = multistate(table)
    ill = fit.tidy().query("term == 'ill'").set_index("time_days")
    # 3/4 after day 1; of three ill one moves: 1/2 after day 2; of two well one returns: 3/4.
    assert ill["estimate"].to_dict() == pytest.approx({1: 0.75, 2: 0.5, 3: 0.75, 4: 0.75, 5: 0.75})
    assert list(ill["at_risk"]) == [4, 3, 1, 2, 2]
    assert fit.sojourn(3).tidy().set_index("term")["estimate"]["ill"] == pytest.approx(2.25)
    assert fit.moves()["n_events"].tolist() == [2, 1]


def test_a_late_subject_counts_from_its_entry():
    table = paths(
        ("A", 0, 4, "ill", "well"), ("B", 0, 6, "ill", ""), ("C", 3, 6, "well", ""),
        ("A", 4, 6, "well", ""),
    )  # fmt: skip
    rows = multistate(table).at([0, 4]).set_index(["term", "time_days"])
    assert rows.loc[("ill", 0), "estimate"] == pytest.approx(2 / 3)
    assert rows.loc[("ill", 4), "estimate"] == pytest.approx(1 / 3)
    assert rows.loc[("well", 4), "at_risk"] == 1


def test_between_moves_only_those_who_have_entered_are_at_risk():
    """A stretch over (start, stop] counts at no day up to its start, whatever ends next."""
    rows = paths(
        ("A", 0, 30, "well", "ill"), ("B", 10, 40, "well", ""), ("C", 20, 40, "well", "")
    )  # fmt: skip
    found = multistate(rows).at([0, 10, 11, 20, 21, 30, 31, 41])
    well = found[found["term"] == "well"]
    assert list(well["at_risk"]) == [1, 1, 2, 2, 3, 3, 2, 0]


def test_nobody_moves():
    fit = multistate(paths(("A", 0, 3, "ill", ""), ("B", 0, 5, "ill", "ill")))
    assert (fit.tidy()["estimate"] == 1.0).all()
    assert (fit.tidy()["std_error"] == 0.0).all()
    assert "nobody moved" in fit.tidy()["warning"].iloc[0]
    with pytest.raises(NotEstimable, match="left often enough"):
        fit.markov_test()
    with pytest.raises(NotEstimable, match="Nobody moved"):
        transition_models(paths(("A", 0, 3, "ill", ""), age=1.0), ["age"])


def test_one_subject_moves():
    fit = multistate(paths(("A", 0, 3, "ill", "well"), ("A", 3, 4, "well", "")))
    assert fit.at(3)["estimate"].tolist() == [0.0, 1.0]
    assert fit.sojourn(10).tidy()["warning"].str.contains("beyond the last").all()


def test_beyond_the_last_day():
    fit = multistate(paths(("A", 0, 3, "ill", "well"), ("B", 0, 5, "ill", "")))
    assert fit.at(9)["warning"].str.contains("beyond the last").all()
    gone = multistate(paths(("A", 0, 3, "ill", "dead"), ("B", 0, 5, "ill", "dead")))
    assert not gone.at(9)["warning"].any()


@pytest.mark.parametrize(
    ("rows", "message"),
    [
        ([("A", 3, 3, "ill", "")], "is not after the start"),
        ([("A", 0, 3, "ill", ""), ("A", 2, 5, "ill", "")], "overlap"),
        ([("A", 0, 3, "ill", "well"), ("A", 3, 5, "ill", "")], "not the state that the row before"),
        ([("A", 0, 3, "", "well")], "names no state"),
        ([("A", 0, np.nan, "ill", "well")], "missing values"),
        ([("A", 0, 3, "ill", None)], "missing values"),
    ],
)
def test_broken_paths(rows, message):
    with pytest.raises(InvalidInput, match=message):
        multistate(paths(*rows))


def test_what_belongs_to_subjects_may_not_change():
    table = paths(("A", 0, 3, "ill", "well"), ("A", 3, 5, "well", ""), arm=["a", "b"])
    with pytest.raises(InvalidInput, match="different groups"):
        multistate(table, by="arm")


def test_words_and_days_are_checked():
    table = paths(("A", 0, 3, "ill", "well"), ("B", 0, 3, "ill", ""))
    fit = multistate(table)
    with pytest.raises(UsageError, match="states does not name"):
        multistate(table, states=["ill"])
    with pytest.raises(UsageError, match="not before"):
        fit.transition(3, 3)
    with pytest.raises(UsageError, match="tau"):
        fit.sojourn(0)
    with pytest.raises(UsageError, match="given"):
        fit.sojourn(2, given="dead")
    with pytest.raises(UsageError, match="moves"):
        transition_models(table.assign(age=1.0), ["age"], moves=[("well", "ill")])


def test_sampling_weights_leave_transitions_without_error():
    table = paths(("A", 0, 3, "ill", "well"), ("B", 0, 4, "ill", ""), w=[0.5, 1.5])
    rows = multistate(table, weights="w", weights_kind="sampling").transition(0, 3).tidy()
    assert rows["std_error"].isna().all()
    assert rows["warning"].str.contains("no counts of subjects").all()


def markov_paths(rng, size: int, *, slower: float) -> pd.DataFrame:
    """Draw subjects who fall ill again the later, the later they became well (`slower` > 0)."""
    rows = []
    for who in range(size):
        well = rng.integers(1, 40)
        back = well + max(1, round(rng.exponential(30 * np.exp(slower * well))))
        rows.append((who, 0, well, "ill", "well"))
        end = min(back, 120)
        rows.append((who, well, end, "well", "ill" if back <= 120 else ""))
    return paths(*rows)


def test_markov_test_sees_what_is_there_and_not_what_is_not():
    rng = np.random.default_rng(11)
    there = multistate(markov_paths(rng, 300, slower=0.05)).markov_test()
    assert there.p_value < 1e-4
    assert there.tidy()["estimate"].iloc[0] < 0
    errors = [
        multistate(markov_paths(rng, 60, slower=0.0)).markov_test().p_value for _ in range(40)
    ]
    assert 0.2 < np.median(errors) < 0.8


@pytest.mark.parametrize(
    "make",
    [
        lambda fit, table: fit,
        lambda fit, table: multistate(table, by="arm"),
        lambda fit, table: fit.sojourn(20),
        lambda fit, table: fit.transition(0, 20),
        lambda fit, table: fit.markov_test(),
        lambda fit, table: transition_models(table, ["age"]),
    ],
)
def test_every_result_can_be_read_and_drawn(make):
    rng = np.random.default_rng(3)
    table = markov_paths(rng, 40, slower=0.0)
    arm = np.where(table["subject_id"] % 2 == 0, "a", "b")
    table = table.assign(arm=arm, age=rng.normal(size=40)[table["subject_id"]])
    result = make(multistate(table), table)
    assert len(result.tidy())
    assert {"method", "warning"} <= set(result.tidy())
    assert result.summary().endswith(".")
    assert result.plot().get_figure() is not None
    assert "<table" in result._repr_html_()
    matplotlib.pyplot.close("all")


def test_cumulative_hazards_by_hand():
    table = paths(
        ("A", 0, 2, "ill", "well"), ("A", 2, 5, "well", ""), ("B", 0, 3, "ill", "well"),
        ("B", 3, 5, "well", "ill"), ("C", 0, 5, "ill", ""),
    )  # fmt: skip
    rows = multistate(table).cumulative_hazards([1, 2, 3], variance="aalen")
    well = rows[rows["term"] == "ill → well"].set_index("time_days")
    assert well["estimate"].tolist() == pytest.approx([0, 1 / 3, 1 / 3 + 1 / 2])
    assert well.loc[3, "std_error"] == pytest.approx(np.sqrt(1 / 9 + 1 / 4))
    greenwood = multistate(table).cumulative_hazards(3).set_index("term")
    wanted = np.sqrt(1 / 3 * 2 / 3 / 3 + 1 / 2 * 1 / 2 / 2)
    assert greenwood.loc["ill → well", "std_error"] == pytest.approx(wanted)
    assert len(multistate(paths(("A", 0, 3, "ill", ""))).cumulative_hazards(2)) == 0


def test_a_move_without_an_estimate_is_not_tested_with_the_others():
    """Who leaves "drip" after exactly five days is always the one that entered it first."""
    rng = np.random.default_rng(8)
    table = markov_paths(rng, 200, slower=0.0)
    back = table["to_state"] == "ill"
    drip = table[back].assign(
        from_state="ill",
        to_state="drip",
        start_day=table["stop_day"],
        stop_day=table["stop_day"] + 3,
    )
    after = drip.assign(
        from_state="drip", to_state="ill", start_day=drip["stop_day"], stop_day=drip["stop_day"] + 5
    )
    fit = multistate(pd.concat([table, drip, after]))
    every, chosen = fit.markov_test(), fit.markov_test(out_of=["well"])
    lost = every.tidy().set_index("term").loc["drip → ill"]
    assert lost["warning"]
    joint = every.tidy().iloc[-1]
    assert "not among those tested together: " in joint["warning"]
    assert "drip → ill" in joint["warning"]
    assert np.isfinite(every.p_value)
    assert chosen.df == 1
    assert chosen.tidy()["warning"].iloc[-1] == ""


def test_one_rule_of_variance_for_all_moves():
    """Who makes a move twice makes all moves' variances robust, also of those made once at most."""
    table = paths(
        ("A", 0, 2, "well", "ill"), ("A", 2, 3, "ill", "well"), ("A", 3, 5, "well", "ill"),
        ("A", 5, 9, "ill", "dead"), ("B", 0, 4, "well", "ill"), ("B", 4, 7, "ill", "dead"),
        ("C", 0, 6, "well", "dead"), ("D", 0, 1, "well", "ill"), ("D", 1, 8, "ill", ""),
        ("E", 0, 9, "well", ""), ("F", 0, 9, "well", "dead"),
    ).assign(age=[1.0, 1.0, 1.0, 1.0, 4.0, 4.0, 2.0, 3.0, 3.0, 5.0, 1.0])  # fmt: skip
    moves = [("well", "ill"), ("well", "dead")]
    assert transition_models(table, ["age"], moves=moves).tidy()["robust_std_error"].notna().all()
    once = transition_models(table, ["age"], moves=moves[1:])
    assert once.tidy()["robust_std_error"].isna().all()
    plain = transition_models(table, ["age"], moves=moves, robust=False)
    added = sum(one.tests().tidy()["statistic"].iloc[1] for one in plain.models.values())
    assert plain.tests().tidy()["statistic"].iloc[1] == pytest.approx(added, rel=1e-12)
