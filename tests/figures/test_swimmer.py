"""The swimmer plot."""

import pandas as pd
import pytest

from afterglow.errors import UsageError
from afterglow.figures.canvas import new_axes
from afterglow.figures.swimmer import draw_swimmer, swimmer_height

LANES = pd.DataFrame(
    {
        "lane": [0, 0, 1],
        "start_day": [0.0, 7.0, 0.0],
        "stop_day": [7.0, 60.0, 30.0],
        "term": ["symptomatic", "remission", "symptomatic"],
    }
)
MARKS = pd.DataFrame(
    {"lane": [0, 0, 1, 1], "day": [0.0, 40.0, 0.0, 30.0],
     "term": ["session", "booster", "session", "death"]}
)  # fmt: skip


def drawn(marks=MARKS):
    return draw_swimmer(LANES, marks, ax=new_axes(7.0, swimmer_height(LANES, marks)))


def legend(axes):
    return [text.get_text() for text in axes.get_legend().get_texts()]


def test_only_what_occurs_is_in_the_legend():
    assert legend(drawn()) == [
        "Symptomatic",
        "Remission",
        "Session",
        "Booster",
        "Switch, ECT, withdrawal, loss or death",
    ]
    assert legend(drawn(MARKS[MARKS["term"] == "session"])) == [
        "Symptomatic",
        "Remission",
        "Session",
    ]


def test_bars_run_over_the_stretches():
    bars = sorted(
        (b.get_y() + b.get_height() / 2, b.get_x(), b.get_width()) for b in drawn().patches
    )
    assert [tuple(map(float, bar)) for bar in bars] == [
        pytest.approx((0, 0, 7)),
        pytest.approx((0, 7, 53)),
        pytest.approx((1, 0, 30)),
    ]


def test_more_lanes_need_more_height():
    more = pd.concat([LANES.assign(lane=place) for place in range(9)])
    assert swimmer_height(more, MARKS) > swimmer_height(LANES, MARKS)


def test_nothing_to_draw_is_said():
    with pytest.raises(UsageError, match="no rows"):
        draw_swimmer(LANES.iloc[:0], MARKS)
