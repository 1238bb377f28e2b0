"""A swimmer plot: one lane per subject, coloured by state, with sessions and endings on it."""

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any, Final

import pandas as pd

from afterglow.figures.canvas import axes_or_new
from afterglow.figures.legend import extra_legend_height, legend_above
from afterglow.figures.scales import set_day_axis
from afterglow.figures.style import DOUBLE_COLUMN, INK, LOOKS, PAPER, journal_style
from afterglow.figures.tidy import check_frame, groups_of
from afterglow.names import DAY, LANE, START_DAY, STOP_DAY, TERM

if TYPE_CHECKING:
    from matplotlib.axes import Axes

LANE_HEIGHT: Final = 0.11
FRAME_HEIGHT: Final = 0.95
BAR: Final = 0.72
COLOURS: Final = {
    "symptomatic": "#c8ccd0",
    "response": "#7fb6d6",
    "remission": LOOKS[0].colour,
    "relapse": LOOKS[1].colour,
}
MARKS: Final[dict[str, dict[str, Any]]] = {
    "session": {"marker": "|", "color": INK, "markersize": 4.0},
    "booster": {
        "marker": "^", "markerfacecolor": PAPER, "markeredgecolor": INK, "markersize": 4.0,
    },
}  # fmt: skip
ENDING: Final = {"marker": "X", "color": INK, "markersize": 5.0}
ENDED: Final = "switch, ECT, withdrawal, loss or death"


def swimmer_height(lanes: pd.DataFrame, marks: pd.DataFrame) -> float:
    """Return the inches that `draw_swimmer` needs at full width."""
    labels = [*groups_of(lanes, TERM), *_mark_words(marks)]
    return FRAME_HEIGHT + LANE_HEIGHT * lanes[LANE].nunique() + extra_legend_height(labels)


@journal_style()
def draw_swimmer(
    lanes: pd.DataFrame,
    marks: pd.DataFrame,
    *,
    states: Sequence[str] = tuple(COLOURS),
    xlabel: str = "Days since the first session",
    ax: "Axes | None" = None,
) -> "Axes":
    """Draw one lane per subject.

    Subject-level: for those who may see the data, not for release.

    Parameters
    ----------
    lanes : DataFrame
        lane (0 is drawn at the top), start_day, stop_day, term (the state).
    marks : DataFrame
        lane, day, term: "session", "booster"; anything else ends the path, and is drawn as a cross.
    states : sequence of str
        In the order of the legend.
    xlabel : str
    ax : Axes, optional
        Default the axes of a new pyplot figure, `swimmer_height(lanes, marks)` high.
    """
    check_frame(lanes, LANE, START_DAY, STOP_DAY, TERM)
    axes = axes_or_new(ax, DOUBLE_COLUMN, swimmer_height(lanes, marks))
    order = [state for state in states if (lanes[TERM] == state).any()]
    handles: list[Any] = [_draw_state(axes, lanes[lanes[TERM] == state], state) for state in order]
    words = _mark_words(marks)
    handles += [_draw_marks(axes, marks, word) for word in words]
    set_day_axis(axes, float(lanes[STOP_DAY].max()), xlabel)
    axes.set_ylim(lanes[LANE].max() + 1.0, -1.0)
    axes.set_yticks([])
    axes.set_ylabel("Subjects")
    axes.spines["left"].set_visible(False)
    legend_above(axes, handles, [f"{word[:1].upper()}{word[1:]}" for word in (*order, *words)])
    return axes


def _draw_state(ax: "Axes", mine: pd.DataFrame, state: str) -> Any:
    return ax.barh(
        mine[LANE], mine[STOP_DAY] - mine[START_DAY], left=mine[START_DAY], height=BAR,
        color=COLOURS.get(state, PAPER), linewidth=0.0,
    )  # fmt: skip


def _mark_words(marks: pd.DataFrame) -> list[str]:
    present = set(marks[TERM]) if len(marks) else set()
    known = [word for word in MARKS if word in present]
    return [*known, ENDED] if present - set(MARKS) else known


def _draw_marks(ax: "Axes", marks: pd.DataFrame, word: str) -> Any:
    mine = marks[~marks[TERM].isin(list(MARKS))] if word == ENDED else marks[marks[TERM] == word]
    look = MARKS.get(word, ENDING)
    (drawn,) = ax.plot(mine[DAY], mine[LANE], linestyle="none", clip_on=False, **look)
    return drawn
