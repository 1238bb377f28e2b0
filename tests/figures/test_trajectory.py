"""Trajectories show means at their days and how many were observed there."""

import numpy as np
import pandas as pd
import pytest
from support.drawing import legend_labels, texts

from afterglow.figures.canvas import new_axes, new_figure
from afterglow.figures.trajectory import (
    draw_trajectory,
    draw_trajectory_panels,
    trajectory_height,
)


@pytest.fixture
def frame():
    return pd.DataFrame(
        [
            {
                "instrument": instrument,
                "group": group,
                "time_days": day,
                "estimate": 30 - day / 2,
                "conf_low": 28 - day / 2,
                "conf_high": 32 - day / 2,
                "n": 1000 + day,
            }
            for instrument in ("MADRS", "PHQ-9")
            for group in ("ketamine", "placebo")
            for day in (0.0, 0.1667, 7.0, 28.0)
        ]
    )


def test_groups_stand_beside_each_other_around_the_day(frame):
    ax = draw_trajectory(frame[frame["instrument"] == "MADRS"], ax=new_axes())
    left, right = (container.lines[0].get_xdata() for container in ax.containers)
    np.testing.assert_allclose((left + right) / 2, [0, 0.1667, 7, 28])
    assert (left < right).all()


def test_the_axis_of_a_score_starts_at_nought(frame):
    assert draw_trajectory(frame, ax=new_axes()).get_ylim()[0] == 0.0


def test_observed_numbers_stand_where_there_is_room(frame):
    ax = draw_trajectory(frame[frame["instrument"] == "MADRS"], ax=new_axes())
    np.testing.assert_array_equal(ax.get_xticks(), [0, 7, 28])
    assert "Observed" in texts(ax)
    assert texts(ax).count("1,028") == 2


def test_without_numbers_there_is_no_table(frame):
    assert not texts(draw_trajectory(frame.drop(columns="n"), ax=new_axes()))


def test_each_instrument_has_a_panel_under_one_legend(frame):
    panels = draw_trajectory_panels(frame, figure=new_figure(7, trajectory_height(frame)))
    assert [panel.get_ylabel() for panel in panels] == ["Mean MADRS", "Mean PHQ-9"]
    assert legend_labels(panels[0].get_legend()) == ["ketamine", "placebo"]
    assert panels[1].get_legend() is None
