"""The curves of every strategy with their band, and one day's values beside them."""

import matplotlib as mpl
import pandas as pd
import pytest

from afterglow.errors import UsageError
from afterglow.estimate.strategies.comparison import strategy_comparison
from afterglow.figures.canvas import new_figure
from afterglow.figures.strategies import BAND_LABEL, draw_strategies, strategies_height
from afterglow.figures.style import DOUBLE_COLUMN

mpl.use("agg")
DATA = pd.DataFrame(
    {"duration_days": [10.0, 20, 30, 40, 50], "cause": ["relapse", "booster", "relapse", "", ""]}
)


def frames():
    found = strategy_comparison(DATA, of="relapse", looked_through=DATA)
    points = found.at([25]).sort_values("estimate", ascending=False)
    return found.tidy(), points.assign(
        label=points["group"], primary=points["group"] == "composite"
    )


def drawn():
    frame, points = frames()
    figure = new_figure(DOUBLE_COLUMN, strategies_height(points))
    return points, draw_strategies(
        frame, points, day=25.0, xlabel="Days", ylabel="Free", day_label="On day 25", figure=figure
    )


def test_one_curve_a_strategy_and_a_band():
    _, (left, _) = drawn()
    colours = {line.get_color() for line in left.lines}
    assert len(colours) >= 4
    assert [text.get_text() for text in left.get_legend().get_texts()] == [BAND_LABEL]
    assert left.get_ylim() == (0.0, 1.0)


def test_values_stand_from_the_most_optimistic_down_and_the_primary_is_marked():
    points, (_, right) = drawn()
    words = [text.get_text().replace("\n", " ") for text in right.texts]
    assert [line.partition(":")[0].removesuffix(" (primary)") for line in words] == list(
        points["label"]
    )
    marked = [text for text in right.texts if text.get_weight() == "bold"]
    assert [text.get_text().partition(" (")[0] for text in marked] == ["composite"]
    assert right.get_ylim()[0] > right.get_ylim()[1]


def test_a_frame_without_rows_is_refused():
    frame, points = frames()
    with pytest.raises(UsageError, match="no rows"):
        draw_strategies(
            frame.head(0), points, day=1.0, xlabel="Days", ylabel="Free", day_label="On day 1"
        )
