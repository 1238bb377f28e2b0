"""Curves start where they must, end where they must, and say what is naive about them."""

import numpy as np
import pandas as pd
import pytest
from support.drawing import curve, legend_labels, risk, texts, two_curves

from afterglow.errors import UsageError
from afterglow.figures.canvas import new_axes, new_figure
from afterglow.figures.curves import (
    NAIVE_LABEL,
    draw_cumulative_incidence,
    draw_curves,
    draw_curves_with_risk_table,
    incidence_height,
)
from afterglow.figures.steps import is_pale_somewhere
from afterglow.figures.style import NAIVE


def test_a_survival_curve_starts_at_one_and_steps_at_its_times():
    ax = draw_curves(curve(), ylabel="Without relapse", ax=new_axes())
    (line,) = ax.lines
    assert line.get_drawstyle() == "steps-post"
    np.testing.assert_array_equal(line.get_xdata(), [0, 7, 14, 28, 28])
    np.testing.assert_array_equal(line.get_ydata(), [1, 0.9, 0.7, 0.4, 0.4])


def test_an_incidence_curve_starts_at_nought():
    ax = draw_curves(curve(values=(0.1, 0.2, 0.3)), ylabel="Relapse", start=0.0, ax=new_axes())
    assert ax.lines[0].get_ydata()[0] == 0.0


def test_the_curve_stops_at_the_end_of_the_axis():
    ax = draw_curves(curve(), ylabel="y", until_day=20.0, ax=new_axes())
    np.testing.assert_array_equal(ax.lines[0].get_xdata(), [0, 7, 14, 20])
    assert ax.lines[0].get_ydata()[-1] == 0.7
    assert ax.get_xlim()[1] < 21


def test_a_short_curve_is_not_prolonged():
    frame = pd.concat([curve("a"), curve("b", times=(7.0, 10.0), values=(0.9, 0.8))])
    ax = draw_curves(frame, ylabel="y", ax=new_axes())
    assert ax.lines[1].get_xdata().max() == 10.0


def test_groups_keep_their_order_and_get_a_legend():
    ax = draw_curves(two_curves(), ylabel="y", ax=new_axes())
    assert legend_labels(ax.get_legend()) == ["ketamine", "placebo"]
    assert ax.lines[0].get_linestyle() != ax.lines[1].get_linestyle()
    assert len(ax.collections) == 2


def test_one_unnamed_curve_has_no_legend():
    ax = draw_curves(curve().drop(columns="group"), ylabel="y", ax=new_axes())
    assert ax.get_legend() is None


def test_without_limits_there_is_no_band():
    frame = curve().drop(columns=["conf_low", "conf_high"])
    assert not draw_curves(frame, ylabel="y", ax=new_axes()).collections


def test_missing_limits_leave_a_gap():
    frame = curve()
    frame.loc[1, ["conf_low", "conf_high"]] = np.nan
    ax = draw_curves(frame, ylabel="y", ax=new_axes())
    assert len(ax.collections[0].get_paths()) == 2


def test_a_curve_is_paler_while_few_are_at_risk():
    frame = curve(at_risk=[40, 9, 10])
    ax = draw_curves(frame, ylabel="y", ax=new_axes())
    sure, few, again = ax.lines
    np.testing.assert_array_equal(sure.get_xdata(), [0, 7])
    np.testing.assert_array_equal(sure.get_ydata(), [1, 0.9])
    np.testing.assert_array_equal(few.get_xdata(), [7, 14])
    np.testing.assert_array_equal(few.get_ydata(), [0.9, 0.7])
    np.testing.assert_array_equal(again.get_xdata(), [14, 28, 28])
    assert sure.get_alpha() == again.get_alpha() == 1.0
    assert few.get_alpha() < 0.5
    bands = [band.get_alpha() for band in ax.collections]
    assert bands[1] < bands[0] == bands[2]
    assert is_pale_somewhere(frame)


def test_a_count_that_is_not_shown_is_small():
    ax = draw_curves(curve(at_risk=[40, 20, np.nan]), ylabel="y", ax=new_axes())
    assert [line.get_alpha() < 0.5 for line in ax.lines] == [False, True]


def test_with_many_at_risk_or_unknown_counts_nothing_is_paler():
    assert not is_pale_somewhere(curve(at_risk=[40, 20, 10]))
    assert not is_pale_somewhere(curve())
    assert len(draw_curves(curve(at_risk=[40, 20, 10]), ylabel="y", ax=new_axes()).lines) == 1


def test_the_legend_shows_the_full_look_of_a_pale_curve():
    frame = pd.concat([curve("a", at_risk=[3, 2, 1]), curve("b", at_risk=[40, 30, 20])])
    legend = draw_curves(frame, ylabel="y", ax=new_axes()).get_legend()
    assert [line.get_alpha() for line in legend.get_lines()] == [None, None]


def test_a_naive_curve_is_grey_dashed_and_says_so():
    naive = curve(values=(0.8, 0.6, 0.3))[["time_days", "estimate"]]
    ax = draw_curves(curve(), ylabel="y", naive=naive, ax=new_axes())
    assert legend_labels(ax.get_legend())[-1] == NAIVE_LABEL
    drawn = ax.lines[-1]
    assert drawn.get_color() == NAIVE.colour
    assert drawn.get_linestyle() == "--"
    assert drawn.get_drawstyle() == "steps-post"
    assert drawn.get_ydata()[-1] == 0.3


def test_a_share_is_shown_in_percent_and_a_number_is_not():
    ax = draw_curves(curve(), ylabel="Without relapse", ax=new_axes())
    assert ax.get_ylabel() == "Without relapse (%)"
    assert ax.get_ylim() == (0.0, 1.0)
    assert ax.yaxis.get_major_formatter()(0.2, 0) == "20"
    ax = draw_curves(
        curve(values=(1.0, 2.0, 3.2)), ylabel="Boosters", start=0.0, unit="number", ax=new_axes()
    )
    assert ax.get_ylabel() == "Boosters"
    assert ax.get_ylim()[1] == 3.5


def test_a_small_incidence_fills_its_axis():
    ax = draw_curves(curve(values=(0.01, 0.05, 0.11)), ylabel="y", start=0.0, ax=new_axes())
    assert ax.get_ylim()[1] == pytest.approx(0.3)


def test_ticks_and_counts_stand_at_the_times_of_the_risk_table():
    ax = draw_curves_with_risk_table(two_curves(), risk(), ylabel="y", ax=new_axes(7, 5))
    np.testing.assert_array_equal(ax.get_xticks(), [0, 14, 28])
    written = texts(ax)
    for heading in ("At risk", "Events so far", "Censored so far"):
        assert heading in written
    assert written.count("ketamine") == 3
    counts = [t for t in ax.texts if t.get_text() == "1,199"]
    assert [t.xy[0] for t in counts] == [14.0, 14.0]


def test_a_suppressed_count_is_a_dash_and_absent_columns_are_left_out():
    table = risk()[["group", "time_days", "at_risk"]].astype({"at_risk": float})
    table.loc[2, "at_risk"] = np.nan
    ax = draw_curves_with_risk_table(two_curves(), table, ylabel="y", ax=new_axes(7, 5))
    assert texts(ax).count("–") == 1
    assert "Events so far" not in texts(ax)


def test_each_group_has_a_panel_and_each_cause_a_curve():
    frame = pd.concat(
        [
            curve(group, values=values, cause=cause)
            for group in ("ketamine", "placebo")
            for cause, values in (("relapse", (0.1, 0.2, 0.3)), ("booster", (0.05, 0.1, 0.2)))
        ]
    )
    naive = curve("placebo", values=(0.1, 0.3, 0.5))
    figure = new_figure()
    panels = draw_cumulative_incidence(frame, naive=naive, figure=figure)
    assert [panel.get_title(loc="left") for panel in panels] == ["ketamine", "placebo"]
    assert legend_labels(figure.legends[0]) == ["relapse", "booster", NAIVE_LABEL]
    drawn = [[line for line in panel.lines if len(line.get_xdata())] for panel in panels]
    assert [len(lines) for lines in drawn] == [2, 3]
    assert panels[0].get_ylim() == panels[1].get_ylim()


def test_many_panels_go_to_a_second_row_and_each_column_ends_in_an_axis():
    names = ["a", "b", "c", "d", "e"]
    frame = pd.concat([curve(name, cause="relapse") for name in names])
    figure = new_figure(7, incidence_height(frame))
    panels = draw_cumulative_incidence(frame, figure=figure)
    assert [panel.get_title(loc="left") for panel in panels] == names
    assert len(figure.axes) == 5
    figure.draw_without_rendering()
    assert panels[3].get_position().y1 < panels[0].get_position().y0
    assert len(panels[0].get_xticks()) <= 5
    assert [bool(panel.get_xlabel()) for panel in panels] == [False, False, True, True, True]
    shown = [any(t.label1.get_visible() for t in p.xaxis.get_major_ticks()) for p in panels]
    assert shown == [False, False, True, True, True]
    assert incidence_height(frame) > incidence_height(frame[frame["group"] < "d"])


def test_a_dollar_sign_is_a_dollar_sign():
    ax = draw_curves(curve("cost $x$"), ylabel="a $b$", ax=new_axes())
    assert not ax.get_legend().get_texts()[0].get_parse_math()
    assert not ax.yaxis.label.get_parse_math()


def test_frames_that_cannot_be_drawn_are_refused():
    with pytest.raises(UsageError, match="lacks: estimate"):
        draw_curves(curve().drop(columns="estimate"), ylabel="y", ax=new_axes())
    with pytest.raises(UsageError, match="no rows"):
        draw_curves(curve().iloc[:0], ylabel="y", ax=new_axes())
    with pytest.raises(UsageError, match="Choose one of: share, number"):
        draw_curves(curve(), ylabel="y", unit="shares", ax=new_axes())


def test_without_axes_a_pyplot_figure_is_made():
    import matplotlib.pyplot as plt

    ax = draw_curves(curve(), ylabel="y")
    assert plt.fignum_exists(ax.figure.number)
    plt.close(ax.figure)


def test_a_drawer_changes_no_frame():
    frame, table = two_curves(), risk()
    before = frame.copy(), table.copy()
    draw_curves_with_risk_table(frame, table, ylabel="y", ax=new_axes(7, 5))
    pd.testing.assert_frame_equal(frame, before[0])
    pd.testing.assert_frame_equal(table, before[1])
