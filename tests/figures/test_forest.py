"""A forest plot shows every line, in order, in marks and in words."""

import math

import pandas as pd
import pytest
from support.drawing import texts

from afterglow.errors import UsageError
from afterglow.figures.canvas import new_axes
from afterglow.figures.forest import draw_forest, forest_height


@pytest.fixture
def frame():
    return pd.DataFrame(
        {
            "line": ["Primary", "Composite", "Firth"],
            "kind": ["Durability", "Durability", "Other"],
            "estimate": [0.62, 0.7, math.nan],
            "conf_low": [0.41, 0.5, math.nan],
            "conf_high": [0.93, 1.1, math.nan],
        }
    )


def squares(ax):
    return [line for line in ax.lines if line.get_marker() == "s"]


def test_lines_run_from_top_to_bottom_in_the_order_of_the_frame(frame):
    ax = draw_forest(frame, label="line", section="kind", ax=new_axes())
    assert [text for text in texts(ax) if "(" not in text] == [
        "Durability",
        "Primary",
        "Composite",
        "Other",
        "Firth",
        "not estimable",
    ]
    assert ax.yaxis_inverted()
    assert [(mark.get_xdata()[0], mark.get_ydata()[0]) for mark in squares(ax)] == [
        (0.62, 1.5),
        (0.7, 2.5),
    ]


def test_the_words_repeat_the_marks(frame):
    ax = draw_forest(frame, label="line", xlabel="Hazard ratio", ax=new_axes())
    assert "0.62 (0.41–0.93)" in texts(ax)
    assert "Hazard ratio (95\u00a0% CI)" in texts(ax)


def test_a_share_is_written_in_percentage_points(frame):
    ax = draw_forest(frame, label="line", scale="share", xlabel="Difference", ax=new_axes())
    assert "62.0 (41.0–93.0)" in texts(ax)
    assert ax.get_xlabel() == "Difference (%)"


def test_a_ratio_stands_on_a_log_axis_that_holds_the_null(frame):
    ax = draw_forest(
        frame, label="line", null=1.0, scale="log", favours=("ketamine", "placebo"), ax=new_axes()
    )
    assert ax.get_xscale() == "log"
    low, high = ax.get_xlim()
    assert low < 0.41
    assert high > 1.1
    assert 1.0 in ax.get_xticks()
    assert {"← ketamine", "placebo →"} <= set(texts(ax))


def test_one_line_without_spread_still_has_an_axis():
    frame = pd.DataFrame({"l": ["a"], "estimate": [1.0], "conf_low": [1.0], "conf_high": [1.0]})
    ax = draw_forest(frame, label="l", scale="log", null=1.0, ax=new_axes())
    assert len(ax.get_xticks()) >= 1


def test_nothing_estimable_is_still_drawn(frame):
    ax = draw_forest(frame.iloc[2:], label="line", scale="log", null=1.0, ax=new_axes())
    assert "not estimable" in texts(ax)
    assert not squares(ax)


def test_an_unknown_scale_is_refused(frame):
    with pytest.raises(UsageError, match="Did you mean 'log'"):
        draw_forest(frame, label="line", scale="logs", ax=new_axes())


def test_height_grows_with_lines_and_headings(frame):
    plain = forest_height(frame, label="line")
    assert forest_height(frame, label="line", section="kind") > plain
    assert plain > forest_height(frame[:1], label="line")


def test_a_long_label_is_broken_and_gets_its_room(frame):
    long = frame.assign(line=["Boosters as competing events, as planned " * 3, "b", "c"])
    assert forest_height(long, label="line") > forest_height(frame, label="line")
    ax = draw_forest(long, label="line", ax=new_axes())
    ax.figure.draw_without_rendering()
    assert ax.bbox.width > ax.figure.bbox.width / 4
    first, second = (mark.get_ydata()[0] for mark in squares(ax))
    assert second - first > 1
