"""States over time: what is named where, and that shades differ in grey."""

import matplotlib as mpl
import numpy as np
import pandas as pd
import pytest
from matplotlib.figure import Figure

from afterglow.figures.occupancy import _apart, draw_occupancy
from afterglow.figures.state_panels import MODEL, draw_state_panels, state_panels_height
from afterglow.figures.style import FILLS

mpl.use("agg")
SHARES = {
    "course": [1.0, 0.0, 0.0], "ill": [0.0, 0.6, 0.5], "well": [0.0, 0.4, 0.3],
    "dead": [0.0, 0.0, 0.2],
}  # fmt: skip


def frame(*groups: str) -> pd.DataFrame:
    rows = [
        (group, state, day, share, share * 0.8, min(share * 1.2, 1.0))
        for group in groups
        for state, shares in SHARES.items()
        for day, share in zip((0.0, 14.0, 28.0), shares)
    ]
    columns = ["group", "term", "time_days", "estimate", "conf_low", "conf_high"]
    return pd.DataFrame(rows, columns=columns)


def legend_of(panel) -> list[str]:
    legends = panel.figure.legends
    return [text.get_text() for text in legends[0].get_texts()] if legends else []


def names_at_the_edge(panel) -> list[str]:
    return [text.get_text() for text in panel.texts]


@pytest.mark.parametrize("groups", [("",), ("a", "b")])
def test_states_are_named_at_the_right_edge_and_others_in_a_legend(groups):
    panels = draw_occupancy(frame(*groups), figure=Figure())
    for panel in panels:
        assert names_at_the_edge(panel) == ["ill", "well", "dead"]
    assert legend_of(panels[0]) == ["course"]


def test_three_panels_have_a_legend_alone():
    panels = draw_occupancy(frame("a", "b", "c"), figure=Figure())
    assert not any(names_at_the_edge(panel) for panel in panels)
    assert legend_of(panels[0]) == list(SHARES)


def test_names_stand_apart_and_in_order():
    heights = _apart(np.array([0.10, 0.11, 0.12, 0.97, 0.99]), 0.06)
    assert (np.diff(heights) >= 0.06 - 1e-12).all()
    assert heights.min() >= 0.0
    assert heights.max() <= 1.0
    np.testing.assert_allclose(_apart(np.array([0.2, 0.5, 0.8]), 0.06), [0.2, 0.5, 0.8])


def test_no_two_states_of_a_year_of_care_are_filled_alike():
    from matplotlib.colors import to_hex

    states = [f"state {place}" for place in range(12)]
    rows = [("", state, day, 1 / 12) for state in states for day in (0.0, 28.0)]
    shares = pd.DataFrame(rows, columns=["group", "term", "time_days", "estimate"])
    (panel,) = draw_occupancy(shares, figure=Figure())
    fills = [to_hex(area.get_facecolor()[0]) for area in panel.collections]
    assert fills == [fill.colour for fill in FILLS]
    assert len(set(fills)) == len(states)


def test_one_panel_a_state_with_a_line_for_the_model():
    rows = frame("a", "b")
    figure = Figure()
    panels = draw_state_panels(rows, model=rows, figure=figure)
    assert [panel.get_title(loc="left") for panel in panels] == list(SHARES)
    assert legend_of(panels[0]) == ["a", "b", MODEL]
    assert len({panel.get_ylim() for panel in panels}) == 1
    assert state_panels_height(rows) > 3


def test_a_panel_has_its_note_and_the_other_estimate_its_name():
    rows = frame("a")
    first = next(iter(SHARES))
    panels = draw_state_panels(
        rows, model=rows, model_label="of another", notes={first: "5 stand behind it"},
        figure=Figure(),
    )  # fmt: skip
    assert legend_of(panels[0]) == ["a", "of another"]
    assert [[text.get_text() for text in panel.texts] for panel in panels[:2]] == [
        ["5 stand behind it"], [""],
    ]  # fmt: skip


def test_one_group_without_a_name_needs_no_legend():
    assert legend_of(draw_state_panels(frame(""), figure=Figure())[0]) == []
