"""Rates stand by day and group; the missing-data rule is seen from the marker."""

import numpy as np
import pandas as pd
import pytest
from support.drawing import legend_labels

from afterglow.figures.canvas import new_axes
from afterglow.figures.rates import draw_rates
from afterglow.figures.style import PAPER


@pytest.fixture
def frame():
    return pd.DataFrame(
        [
            {
                "group": group,
                "time_days": day,
                "missing": rule,
                "estimate": 0.5,
                "conf_low": 0.4,
                "conf_high": 0.6,
            }
            for group in ("ketamine", "placebo")
            for rule in ("observed", "non-responder")
            for day in (1.0, 28.0)
        ]
    )


def points(ax):
    return [container.lines[0] for container in ax.containers]


def test_days_stand_at_equal_distances_under_their_names(frame):
    ax = draw_rates(frame, ax=new_axes())
    np.testing.assert_array_equal(ax.get_xticks(), [0, 1])
    assert [tick.get_text() for tick in ax.get_xticklabels()] == ["1", "28"]


def test_no_two_series_share_a_place(frame):
    places = [line.get_xdata()[0] for line in points(draw_rates(frame, ax=new_axes()))]
    assert places == sorted(places)
    assert len(set(places)) == 4
    within, between = places[1] - places[0], places[2] - places[1]
    assert within < between


def test_the_filling_tells_the_rule_and_the_shape_the_group(frame):
    third = frame[frame["missing"] == "observed"].assign(missing="multiple imputation")
    ax = draw_rates(pd.concat([frame, third]), ax=new_axes())
    assert [line.get_fillstyle() for line in points(ax)] == ["full", "full", "left"] * 2
    opened = [line.get_markerfacecolor() == PAPER for line in points(ax)]
    assert opened == [False, True, False] * 2
    assert [line.get_marker() for line in points(ax)] == ["o"] * 3 + ["s"] * 3


def test_the_legend_explains_groups_and_rules_once(frame):
    assert legend_labels(draw_rates(frame, ax=new_axes()).get_legend()) == [
        "ketamine",
        "placebo",
        "observed",
        "non-responder",
    ]


def test_a_single_rule_is_not_explained(frame):
    frame = frame[frame["missing"] == "observed"]
    assert legend_labels(draw_rates(frame, ax=new_axes()).get_legend()) == ["ketamine", "placebo"]


def test_a_combination_that_was_not_made_is_not_drawn(frame):
    frame = frame[(frame["group"] == "ketamine") | (frame["missing"] == "observed")]
    assert len(points(draw_rates(frame, ax=new_axes()))) == 3


def test_one_group_without_rule_needs_no_legend(frame):
    frame = frame.iloc[:2].drop(columns=["group", "missing"])
    assert draw_rates(frame, ax=new_axes()).get_legend() is None


def test_a_rate_without_limits_keeps_its_point(frame):
    frame[["conf_low", "conf_high"]] = np.nan
    assert points(draw_rates(frame, ax=new_axes()))[0].get_ydata()[0] == 0.5
