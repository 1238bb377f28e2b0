"""Treatment over clinical states, and sessions as events: by hand."""

import numpy as np
import pandas as pd
from hypothesis import given, settings
from hypothesis import strategies as st

from afterglow.study.session_table import MINUTE, session_table
from afterglow.study.state_paths import by_treatment, state_order, with_treatment

COLUMNS = ["subject_id", "cycle", "start_day", "stop_day", "from_state", "to_state",
           "days_since_session"]  # fmt: skip
CLINICAL = [
    ("A", 1, 0.0, 7.0, "symptomatic", "response", 0.0),
    ("A", 1, 7.0, 14.0, "response", "response", 0.0),
    ("A", 1, 14.0, 30.0, "response", "relapse", 7.0),
    ("A", 1, 30.0, 44.0, "relapse", "relapse", 23.0),
    ("A", 2, 44.0, 47.0, "relapse", "relapse", 0.0),
    ("A", 2, 47.0, 50.0, "relapse", "response", 0.0),
    ("A", 2, 50.0, 60.0, "response", "death", 3.0),
    ("B", 1, 0.0, 5.0, "symptomatic", "", 0.0),
]
BLOCKS = pd.DataFrame(
    {"subject_id": ["A", "A", "B"], "cycle": [1, 2, 1], "last_day": [7.0, 47.0, 0.0]}
)


def clinical() -> pd.DataFrame:
    return pd.DataFrame(CLINICAL, columns=COLUMNS)


def stretches(paths: pd.DataFrame, who: str = "A") -> list[tuple]:
    own = paths[paths["subject_id"] == who]
    return list(
        own[["start_day", "stop_day", "from_state", "to_state"]].itertuples(index=False, name=None)
    )


def test_course_and_booster_take_the_place_of_the_clinical_state():
    """Sessions of A on days 0 and 7 (the course), 44 and 47 (a block)."""
    found = with_treatment(clinical(), BLOCKS, booster_days=5.0)
    assert stretches(found) == [
        (0.0, 7.0, "course", "response"),
        (7.0, 14.0, "response", "response"),
        (14.0, 30.0, "response", "relapse"),
        (30.0, 44.0, "relapse", "booster"),
        (44.0, 47.0, "booster", "booster"),
        (47.0, 50.0, "booster", "booster"),
        (50.0, 52.0, "booster", "response"),
        (52.0, 60.0, "response", "death"),
    ]
    assert stretches(found, "B") == [(0.0, 5.0, "symptomatic", "")]
    assert state_order(found) == [
        "course", "symptomatic", "response", "relapse", "booster", "death",
    ]  # fmt: skip


def test_a_booster_lasts_to_its_last_session_or_longer():
    shortest = stretches(with_treatment(clinical(), BLOCKS, booster_days=0.0))
    assert (44.0, 47.0, "booster", "relapse") in shortest
    assert (47.0, 50.0, "relapse", "response") in shortest
    longest = stretches(with_treatment(clinical(), BLOCKS, booster_days=100.0))
    assert longest[-1] == (50.0, 60.0, "booster", "death")


def test_a_session_on_the_last_day_is_one_of_the_course_or_block():
    """B has a second session on day 5, when B is lost; A a third of the block on day 60."""
    more = BLOCKS.assign(last_day=[7.0, 60.0, 5.0])
    found = with_treatment(clinical(), more, booster_days=0.0)
    assert stretches(found, "B") == [(0.0, 5.0, "course", "")]
    assert stretches(found)[-1] == (50.0, 60.0, "booster", "death")


def test_who_has_no_block_has_no_treatment_as_a_state():
    found = with_treatment(clinical(), BLOCKS.iloc[:0], booster_days=5.0)
    pd.testing.assert_frame_equal(found, clinical())


def test_a_day_is_treatment_free_when_the_last_session_is_long_ago():
    found = by_treatment(clinical(), free_after=10.0)
    assert stretches(found) == [
        (0.0, 7.0, "treated", "treated"),
        (7.0, 14.0, "treated", "treated"),
        (14.0, 17.0, "treated", "treatment-free"),
        (17.0, 30.0, "treatment-free", "treatment-free"),
        (30.0, 44.0, "treatment-free", "treated"),
        (44.0, 47.0, "treated", "treated"),
        (47.0, 50.0, "treated", "treated"),
        (50.0, 57.0, "treated", "treatment-free"),
        (57.0, 60.0, "treatment-free", "death"),
    ]


@settings(max_examples=40, deadline=None)
@given(st.floats(0.0, 60.0), st.floats(0.1, 60.0))
def test_pieces_cover_the_path_without_gap(booster_days, free_after):
    for found in (
        with_treatment(clinical(), BLOCKS, booster_days),
        by_treatment(clinical(), free_after),
    ):
        for who, end in (("A", 60.0), ("B", 5.0)):
            own = found[found["subject_id"] == who]
            assert own["start_day"].iloc[0] == 0.0
            assert own["stop_day"].iloc[-1] == end
            assert (own["start_day"] < own["stop_day"]).all()
            np.testing.assert_array_equal(own["start_day"].iloc[1:], own["stop_day"].iloc[:-1])
            assert own["to_state"].iloc[:-1].tolist() == own["from_state"].iloc[1:].tolist()


def test_sessions_are_events_until_the_path_ends():
    sessions = pd.DataFrame(
        {"subject_id": ["A", "A", "A", "A", "A", "B", "C"],
         "day": [0.0, 7.0, 7.0, 44.0, 70.0, 0.0, 0.0]}
    )  # fmt: skip
    found = session_table(sessions, clinical())
    rows = [
        tuple(row)
        for row in found[["subject_id", "start_day", "stop_day", "event", "terminal"]].to_numpy()
    ]
    second = 7.0 + MINUTE
    assert rows == [
        ("A", -np.inf, 0.0, True, False),
        ("A", 0.0, 7.0, True, False),
        ("A", 7.0, second, True, False),
        ("A", second, 44.0, True, False),
        ("A", 44.0, 60.0, False, True),
        ("B", -np.inf, 0.0, True, False),
        ("B", 0.0, 5.0, False, False),
    ]


def test_a_session_on_the_last_day_ends_the_path_with_it():
    sessions = pd.DataFrame({"subject_id": ["A", "A", "B"], "day": [0.0, 60.0, 0.0]})
    last = session_table(sessions, clinical()).query("subject_id == 'A'").iloc[-1]
    assert (last["stop_day"], last["event"], last["terminal"]) == (60.0, True, True)


def test_who_had_no_session_is_watched_all_the_same():
    sessions = pd.DataFrame({"subject_id": ["A"], "day": [0.0]})
    own = session_table(sessions, clinical()).query("subject_id == 'B'")
    assert own[["stop_day", "event", "terminal"]].to_numpy().tolist() == [[5.0, False, False]]


def test_days_since_the_last_session_go_on_in_a_stretch_that_is_cut():
    found = with_treatment(clinical(), BLOCKS, booster_days=5.0).query("subject_id == 'A'")
    after = found[found["start_day"] == 52.0].iloc[0]
    assert after["days_since_session"] == 5.0
    assert found["days_since_session"].tolist()[:3] == [0.0, 0.0, 7.0]
