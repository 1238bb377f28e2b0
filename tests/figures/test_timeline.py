"""One subject's timeline, drawn."""

import numpy as np
import pandas as pd
import pytest

from afterglow.errors import UsageError
from afterglow.figures.canvas import new_figure
from afterglow.figures.timeline import draw_timeline, timeline_height

SCORES = pd.DataFrame(
    {"instrument": "MADRS", "day": [-1.0, 1.0, 15.0, 22.0], "score": [30.0, 10.0, np.nan, 26.0]}
)
ROWS = pd.DataFrame(
    {
        "endpoint": ["response", "relapse", "next_booster"],
        "cycle": 1,
        "origin_day": [0.0, 1.0, 1.0],
        "entry_days": [0.0, 0.0, 9.0],
        "duration_days": [1.0, 21.0, 24.0],
        "lower_days": [0.0, 14.0, 24.0],
        "event": [True, False, False],
        "cause": ["response", "booster", ""],
    }
)


def drawn(scores=SCORES, rows=ROWS, **more):
    figure = new_figure(7.0, timeline_height(scores, rows))
    return draw_timeline(scores, rows, figure=figure, **more)


def words(axes):
    return [text.get_text() for text in axes.texts]


def test_rows_are_named_and_end_as_they_ended():
    _, lower = drawn()
    assert [tick.get_text() for tick in lower.get_yticklabels()] == [
        "response",
        "relapse",
        "next booster",
    ]
    assert words(lower) == ["response", "booster", "censored"]


def test_cycles_are_named_where_there_are_several():
    _, lower = drawn(rows=ROWS.assign(cycle=[1, 1, 2]))
    assert lower.get_yticklabels()[-1].get_text() == "next booster, cycle 2"


def test_missing_scores_are_not_drawn():
    upper, _ = drawn()
    assert words(upper) == ["30", "10", "26"]


def test_sessions_events_and_levels_are_drawn():
    sessions = pd.DataFrame({"day": [0.0, 25.0]})
    events = pd.DataFrame({"day": [20.0], "event": ["hospitalisation"]})
    upper, _ = drawn(sessions=sessions, events=events, levels={"relapse": 22.0})
    assert {"sessions", "hospitalisation", "relapse"} <= set(words(upper))


def test_without_scores_only_the_rows_are_drawn():
    upper, lower = drawn(scores=SCORES.iloc[:0], sessions=pd.DataFrame({"day": [0.0]}))
    assert not upper.yaxis.get_visible()
    assert len(lower.get_yticklabels()) == len(ROWS)


def test_axis_holds_everything():
    _, lower = drawn(sessions=pd.DataFrame({"day": [40.0]}))
    low, high = lower.get_xlim()
    assert low < -1.0
    assert high > 40.0


def test_a_missing_column_is_named():
    with pytest.raises(UsageError, match="lower_days"):
        drawn(rows=ROWS.drop(columns="lower_days"))
