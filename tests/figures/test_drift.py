"""A coefficient over time is drawn along transformed time, and days are written under it."""

import numpy as np
import pandas as pd
import pytest
from support.drawing import legend_labels

from afterglow.errors import UsageError
from afterglow.figures.canvas import new_axes
from afterglow.figures.drift import CONSTANT, MOST_POINTS, SMOOTHED, draw_drift


def smoothed(value=0.5):
    at = np.linspace(0.0, 1.0, 40)
    rows = {"transformed_time": at, "time_days": 100.0 * at**2, "estimate": value + at}
    return pd.DataFrame(rows).assign(conf_low=value - 1.0, conf_high=value + 2.0)


def events(count):
    return pd.DataFrame({"transformed_time": np.linspace(0, 1, count), "estimate": 0.1})


def test_days_stand_where_they_are_on_transformed_time():
    ax = draw_drift(smoothed(), constant=0.4, ylabel="Coefficient of age", ax=new_axes())
    days = [float(label.get_text()) for label in ax.get_xticklabels()]
    np.testing.assert_allclose(ax.get_xticks(), np.sqrt(np.array(days) / 100.0), atol=0.02)
    assert days == sorted(days)
    assert ax.get_ylabel() == "Coefficient of age"


def test_legend_tells_curve_constant_and_events_apart():
    ax = draw_drift(smoothed(), events(30), constant=0.4, ylabel="y", ax=new_axes())
    assert legend_labels(ax.get_legend()) == [SMOOTHED, CONSTANT, "one event each"]
    assert ax.collections[-1].get_offsets().shape == (30, 2)


def test_of_many_events_an_even_choice_is_drawn_and_said():
    ax = draw_drift(smoothed(), events(9 * MOST_POINTS), constant=0.4, ylabel="y", ax=new_axes())
    drawn = ax.collections[-1].get_offsets()
    assert len(drawn) == MOST_POINTS
    assert drawn[0, 0] == 0.0
    assert drawn[-1, 0] == 1.0
    assert "2,000 of 18,000 events" in legend_labels(ax.get_legend())


def test_without_a_curve_the_constant_is_still_drawn():
    nothing = smoothed().assign(estimate=np.nan, conf_low=np.nan, conf_high=np.nan)
    ax = draw_drift(nothing, events(3), constant=0.4, ylabel="y", ax=new_axes())
    assert legend_labels(ax.get_legend()) == [CONSTANT, "one event each"]


def test_a_frame_without_its_columns_is_refused():
    with pytest.raises(UsageError, match="transformed_time"):
        draw_drift(events(3).rename(columns={"transformed_time": "x"}), constant=0, ylabel="y")
