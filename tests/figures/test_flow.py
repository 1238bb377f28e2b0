"""Every word of a flow diagram lies inside its box, and nothing overlaps."""

from itertools import combinations, pairwise

import pytest
from matplotlib.backends.backend_agg import FigureCanvasAgg

from afterglow.errors import UsageError
from afterglow.figures.canvas import new_axes
from afterglow.figures.flow import FlowStep, SetAside, draw_flow, flow_height, new_flow_axes

STEPS = (
    FlowStep(
        label="Subjects in the cohort, from all sites and all years",
        n=12400,
        set_aside=(
            SetAside(reason="no baseline score in the window from 14 days before treatment", n=31),
            SetAside(reason="Donaudampfschifffahrtselektrizitätenhauptbetriebswerkbau" * 2, n=4),
        ),
    ),
    FlowStep(label="Evaluable", n=12365),
    FlowStep(label="Responders", n=900, set_aside=(SetAside(reason="lost", n=3),)),
)


def drawn(width):
    ax = draw_flow(STEPS, ax=new_flow_axes(STEPS, width))
    renderer = FigureCanvasAgg(ax.figure).get_renderer()
    boxes = [patch.get_window_extent(renderer) for patch in ax.patches]
    words = [t.get_window_extent(renderer) for t in ax.texts if t.get_text()]
    return ax, boxes, words


@pytest.mark.parametrize("width", [3.5, 5.2, 7.0])
def test_every_text_fits_a_box(width):
    _, boxes, words = drawn(width)
    for word in words:
        assert any(
            box.x0 <= word.x0 and word.x1 <= box.x1 and box.y0 <= word.y0 and word.y1 <= box.y1
            for box in boxes
        )


@pytest.mark.parametrize("width", [3.5, 7.0])
def test_boxes_do_not_overlap_and_stay_in_the_figure(width):
    ax, boxes, words = drawn(width)
    assert not any(a.overlaps(b) for a, b in combinations(boxes, 2))
    assert not any(a.overlaps(b) for a, b in combinations(words, 2))
    assert all(ax.figure.bbox.containsx(b.x0) and ax.figure.bbox.containsx(b.x1) for b in boxes)
    assert all(ax.figure.bbox.containsy(b.y0) and ax.figure.bbox.containsy(b.y1) for b in boxes)


def test_counts_and_reasons_are_all_written():
    ax, _, _ = drawn(7.0)
    written = " ".join(text.get_text() for text in ax.texts).replace("\u00a0", " ")
    for expected in ("n = 12,400", "Set aside (n = 35)", "(n = 31)", "n = 12,365", "(n = 3)"):
        assert expected in written


def test_main_boxes_stand_below_each_other_in_order():
    _, boxes, _ = drawn(7.0)
    tops = [box.y1 for box in boxes[: len(STEPS)]]
    assert all(upper > lower for upper, lower in pairwise(tops))


def test_axes_that_are_too_low_are_refused():
    with pytest.raises(UsageError, match="too low"):
        draw_flow(STEPS, ax=new_axes(7.0, flow_height(STEPS) / 2))


def test_an_empty_account_is_refused():
    with pytest.raises(UsageError, match="at least one step"):
        flow_height(())
