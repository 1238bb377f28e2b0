"""Expected days and sessions: by hand, by leaving subjects out, and what must add up."""

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from support.paths import path_tables

from afterglow.errors import UsageError
from afterglow.estimate.multistate.care import care_summary
from afterglow.estimate.multistate.model import multistate

FEW = settings(max_examples=15, deadline=None)
PATH = ["subject_id", "start_day", "stop_day", "from_state", "to_state"]
EVERY = {"a": ("symptomatic",), "b": ("response",), "c": ("relapse",), "d": ("death",)}


def simulated(size: int, seed: int) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Draw paths ill – well – ill and sessions at random days, some cut off by death or loss."""
    rng = np.random.default_rng(seed)
    paths, sessions = [], []
    for who in range(size):
        end = float(rng.integers(10, 60))
        died = bool(rng.random() < 0.3)
        day, state = 0.0, "symptomatic"
        arm = "ab"[who % 2]
        while day < end:
            stop = min(day + float(rng.integers(2, 20)), end)
            after = {"symptomatic": "response", "response": "relapse", "relapse": "response"}[state]
            to = after if stop < end else ("death" if died else "")
            paths.append((who, day, stop, state, to, arm))
            day, state = stop, to
        days = np.unique(rng.integers(1, 60, 5)).astype(float)
        begin = -np.inf
        for when in [0.0, *days[days < end]]:
            sessions.append((who, begin, when, True, False, arm))
            begin = when
        sessions.append((who, begin, end, False, died, arm))
    columns = ["subject_id", "start_day", "stop_day", "event", "terminal", "arm"]
    return pd.DataFrame(paths, columns=[*PATH, "arm"]), pd.DataFrame(sessions, columns=columns)


def values(result) -> pd.Series:
    return result.tidy().set_index(["group", "term"])["estimate"]


def test_by_hand():
    """A is well from day 2, B ill to its last day 6; A has sessions on days 0 and 4, B on day 0."""
    paths = pd.DataFrame(
        [("A", 0, 2, "symptomatic", "response"), ("A", 2, 6, "response", ""),
         ("B", 0, 6, "symptomatic", "")], columns=PATH,
    )  # fmt: skip
    sessions = pd.DataFrame(
        [("A", -np.inf, 0, 1, 0), ("A", 0, 4, 1, 0), ("A", 4, 6, 0, 0), ("B", -np.inf, 0, 1, 0),
         ("B", 0, 6, 0, 0)], columns=["subject_id", "start_day", "stop_day", "event", "terminal"],
    )  # fmt: skip
    found = values(care_summary(paths, tau=6, sessions=sessions))[""]
    assert found["days_well"] == pytest.approx(0.5 * 4)
    assert found["days_symptomatic"] == pytest.approx(6 - 2)
    assert found["sessions"] == pytest.approx(1.5)
    assert found["sessions_per_well_month"] == pytest.approx(1.5 / (2 / 30.4375))


@FEW
@given(path_tables())
def test_days_are_those_in_the_states(table):
    rows = multistate(table).sojourn(6).tidy().set_index("term")
    summary = care_summary(table, tau=6, days=EVERY).tidy().set_index("term")
    for name, (state,) in EVERY.items():
        if state in rows.index:
            wanted = rows.loc[state, ["estimate", "std_error", "conf_low", "conf_high"]]
            found = summary.loc[name, ["estimate", "std_error", "conf_low", "conf_high"]]
            np.testing.assert_allclose(found.astype(float), wanted.astype(float), atol=1e-10)
    assert summary["estimate"].sum() == pytest.approx(6.0)


def test_errors_are_those_of_leaving_subjects_out():
    paths, sessions = simulated(200, 1)
    whole = care_summary(paths, tau=40, sessions=sessions).tidy().set_index("term")
    out = []
    for who in range(0, 200, 5):
        kept = [table[table["subject_id"] // 5 != who // 5] for table in (paths, sessions)]
        out.append(values(care_summary(kept[0], tau=40, sessions=kept[1]))[""])
    left = pd.DataFrame(out)
    spread = np.sqrt(39 / 40 * ((left - left.mean()) ** 2).sum())
    np.testing.assert_allclose(whole["std_error"], spread[whole.index], rtol=0.3)
    alone = care_summary(paths, tau=40, sessions=sessions, by="arm")
    assert (alone.tidy()["conf_low"] < alone.tidy()["estimate"]).all()


def test_influences_are_derivatives():
    """With each subject there twenty times, one copy more is a weight of 1/20 more."""
    paths, sessions = simulated(40, 2)
    found = care_summary(paths, tau=40, sessions=sessions).found[""]

    def repeated(table, who):
        copies = [table.assign(subject_id=1000 * k + table["subject_id"]) for k in range(20)]
        return pd.concat([*copies, table[table["subject_id"] == who].assign(subject_id=10**6)])

    def estimates(who):
        return values(care_summary(repeated(paths, who), tau=40, sessions=repeated(sessions, who)))

    base = estimates(who=-1)[""]
    for who in (0, 7, 23):
        slope = 20 * (estimates(who)[""] - base)
        for term, one in found.items():
            assert slope[term] == pytest.approx(one.influence[who], rel=0.08, abs=0.02), term


def test_differences_between_groups():
    paths, sessions = simulated(120, 3)
    summary = care_summary(paths, tau=40, sessions=sessions, by="arm")
    rows = summary.difference(reference="b").tidy().set_index("term")
    both = summary.tidy().set_index(["group", "term"])
    for term in rows.index:
        a, b = both.loc[("a", term)], both.loc[("b", term)]
        assert rows.loc[term, "estimate"] == pytest.approx(a["estimate"] - b["estimate"])
        error = np.hypot(a["std_error"], b["std_error"])
        assert rows.loc[term, "std_error"] == pytest.approx(error)
    assert (rows["group"] == "a vs b").all()


def test_clusters_shared_by_groups_bring_their_covariance():
    paths, sessions = simulated(60, 4)
    paired = [table.assign(site=table["subject_id"] // 2) for table in (paths, sessions)]
    summary = care_summary(paired[0], tau=40, sessions=paired[1], by="arm", cluster="site")
    found, other = summary.found["a"]["days_well"], summary.found["b"]["days_well"]
    error = summary.difference().tidy().set_index("term").loc["days_well", "std_error"]
    assert error == pytest.approx(np.sqrt(np.sum((other.influence - found.influence) ** 2)))


def test_nobody_is_ever_well():
    paths = pd.DataFrame([("A", 0, 6, "symptomatic", ""), ("B", 0, 4, "symptomatic", "")],
                         columns=PATH)  # fmt: skip
    sessions = pd.DataFrame(
        [("A", -np.inf, 0, 1, 0), ("A", 0, 6, 0, 0), ("B", -np.inf, 0, 1, 0), ("B", 0, 4, 0, 0)],
        columns=["subject_id", "start_day", "stop_day", "event", "terminal"],
    )
    rows = care_summary(paths, tau=6, sessions=sessions).tidy().set_index("term")
    assert np.isnan(rows.loc["sessions_per_well_month", "estimate"])
    assert "no time well" in rows.loc["sessions_per_well_month", "warning"]
    assert rows.loc["days_well", "estimate"] == 0.0


def test_tables_must_be_of_the_same_subjects():
    paths, sessions = simulated(10, 5)
    with pytest.raises(UsageError, match="different subjects"):
        care_summary(paths, tau=40, sessions=sessions[sessions["subject_id"] > 0])
    with pytest.raises(UsageError, match="not after day 0"):
        care_summary(paths, tau=0)
    with pytest.raises(UsageError, match="one group only"):
        care_summary(paths, tau=5).difference()
