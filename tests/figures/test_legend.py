"""The legend takes as many columns as fit, and says how high it gets."""

import pandas as pd
import pytest
from support.drawing import curve, risk, two_curves

from afterglow.figures.canvas import new_axes
from afterglow.figures.curves import curves_height, draw_curves_with_risk_table
from afterglow.figures.legend import extra_legend_height


def test_short_labels_share_a_row():
    assert extra_legend_height(["ketamine", "placebo", "ect"]) == 0.0
    assert extra_legend_height([]) == 0.0


def test_long_labels_need_rows():
    long = ["ketamine 0.5 mg/kg intravenous, six infusions over three weeks"] * 3
    assert extra_legend_height(long) > extra_legend_height(long[:2]) > 0.0


@pytest.mark.parametrize("width", [3.5, 7.0])
def test_the_legend_stays_in_the_figure(width):
    names = ["ketamine intravenous", "esketamine intranasal", "midazolam", "saline", "ect"]
    frame = pd.concat([curve(name) for name in names])
    table = risk(names)
    ax = draw_curves_with_risk_table(frame, table, ylabel="y", ax=new_axes(width, 6.0))
    ax.figure.draw_without_rendering()
    box = ax.get_legend().get_window_extent()
    assert 0 <= box.x0 < box.x1 <= ax.figure.bbox.width
    assert box.y1 <= ax.figure.bbox.height


def test_a_figure_is_higher_with_a_risk_table():
    assert curves_height(two_curves(), risk()) > curves_height(two_curves())
