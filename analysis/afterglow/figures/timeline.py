"""One subject's timeline: scores and sessions above, below them each endpoint's row as a bar."""

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, Final

import numpy as np
import pandas as pd

from afterglow.figures.canvas import shown_figure
from afterglow.figures.scales import day_ticks, set_day_ticks, tick_values
from afterglow.figures.style import (
    DOUBLE_COLUMN,
    INK,
    LOOKS,
    MUTED,
    PAPER,
    RULE,
    SMALL_SIZE,
    journal_style,
)
from afterglow.figures.tidy import check_frame
from afterglow.names import (
    CAUSE,
    CYCLE,
    DAY,
    DURATION,
    ENDPOINT,
    ENTRY,
    EVENT,
    EVENT_NAME,
    INSTRUMENT,
    LOWER,
    ORIGIN_DAY,
    SCORE,
)

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure, SubFigure

SCORES_HEIGHT: Final = 1.9
LANE_HEIGHT: Final = 0.3
FRAME_HEIGHT: Final = 0.75
MARGIN: Final = 0.04
SESSION_LEVEL: Final = -0.09
SCORE_COLUMNS: Final = (INSTRUMENT, DAY, SCORE)
ROW_COLUMNS: Final = (ENDPOINT, CYCLE, ORIGIN_DAY, ENTRY, DURATION, LOWER, EVENT, CAUSE)
OWN, RIVAL, OPEN = "event", "competing event", "censored"
ENDS: Final[dict[str, dict[str, Any]]] = {
    OWN: {"marker": "o", "markerfacecolor": INK},
    RIVAL: {"marker": "s", "markerfacecolor": PAPER},
    OPEN: {"marker": "|", "markersize": 9.0},
}


def timeline_height(scores: pd.DataFrame, rows: pd.DataFrame) -> float:
    """Return the inches that `draw_timeline` needs for these scores and rows."""
    return _scores_height(scores) + FRAME_HEIGHT + LANE_HEIGHT * max(len(rows), 1)


def _scores_height(scores: pd.DataFrame) -> float:
    return SCORES_HEIGHT if len(scores) else LANE_HEIGHT


@journal_style()
def draw_timeline(
    scores: pd.DataFrame,
    rows: pd.DataFrame,
    *,
    sessions: pd.DataFrame | None = None,
    events: pd.DataFrame | None = None,
    levels: Mapping[str, float] | None = None,
    end_day: float | None = None,
    figure: "Figure | SubFigure | None" = None,
) -> "tuple[Axes, Axes]":
    """Draw what a clinic wrote down of one subject, and what the endpoints make of it.

    Parameters
    ----------
    scores : DataFrame
        instrument, day, score. Missing scores are left out.
    rows : DataFrame
        Rows of endpoints: endpoint, cycle, origin_day, entry_days, duration_days, lower_days,
        event, cause. A bar runs over the time at risk, pale where the event may lie; before it, a
        thin line is the time from the origin to the first day at risk.
    sessions : DataFrame, optional
        day; drawn as triangles below the scores.
    events : DataFrame, optional
        day, event: clinical events, as dashed lines with their names.
    levels : mapping of words to score, optional
        Horizontal lines such as a threshold.
    end_day : float, optional
        The last day shown; default the last one that anything falls on.
    figure : Figure or SubFigure, optional
        Where it goes, `timeline_height(scores, rows)` high; default a new pyplot figure.

    Returns
    -------
    pair of Axes
        Scores above, rows below.
    """
    for table, columns in ((scores, SCORE_COLUMNS), (rows, ROW_COLUMNS)):
        if len(table):
            check_frame(table, *columns)
    where = figure or shown_figure(DOUBLE_COLUMN, timeline_height(scores, rows))
    heights = (_scores_height(scores), LANE_HEIGHT * max(len(rows), 1))
    upper, lower = where.subplots(2, 1, sharex=True, height_ratios=heights)
    _draw_scores(upper, scores, levels or {})
    if sessions is not None:
        _draw_sessions(upper, sessions)
    if events is not None:
        _draw_events(upper, events)
    _draw_rows(lower, rows)
    first, last = _span(scores, rows, sessions, events, end_day)
    ticks = day_ticks(last - first)
    step = ticks[1] if len(ticks) > 1 else 1.0
    whole = step * np.arange(np.ceil(first / step), np.floor(last / step) + 1)
    set_day_ticks(lower, whole, "Days since the first session")
    lower.set_xlim(first - MARGIN * (last - first), last + MARGIN * (last - first))
    return upper, lower


def _span(
    scores: pd.DataFrame,
    rows: pd.DataFrame,
    sessions: pd.DataFrame | None,
    events: pd.DataFrame | None,
    end_day: float | None,
) -> tuple[float, float]:
    days = [scores[DAY], rows[ORIGIN_DAY] + rows[DURATION], pd.Series([0.0])]
    days += [table[DAY] for table in (sessions, events) if table is not None]
    every = pd.concat(days).dropna()
    last = float(every.max()) if end_day is None else end_day
    return float(every.min()), max(last, 1.0)


def _draw_scores(ax: "Axes", scores: pd.DataFrame, levels: Mapping[str, float]) -> None:
    known = scores[scores[SCORE].notna()]
    for place, (name, mine) in enumerate(known.groupby(INSTRUMENT, sort=False)):
        look = LOOKS[place % len(LOOKS)]
        mine = mine.sort_values(DAY, kind="stable")
        ax.plot(
            mine[DAY], mine[SCORE], color=look.colour, linestyle=look.dashes, linewidth=1.0,
            marker=look.marker, markersize=4.5, label=str(name),
        )  # fmt: skip
        falls = mine[SCORE].diff() < 0
        for day, score, below in zip(mine[DAY], mine[SCORE], falls):
            ax.annotate(
                f"{score:g}", (day, score), xytext=(0, -5 if below else 5), ha="center",
                va="top" if below else "bottom", textcoords="offset points",
                fontsize=SMALL_SIZE, color=look.colour,
            )  # fmt: skip
    for words, level in levels.items():
        ax.axhline(level, color=MUTED, linewidth=0.8, linestyle=(0, (4.0, 2.0)), zorder=0)
        ax.annotate(
            words, (1.0, level), xycoords=("axes fraction", "data"), xytext=(0, 2),
            textcoords="offset points", ha="right", fontsize=SMALL_SIZE, color=MUTED,
        )  # fmt: skip
    names = list(dict.fromkeys(known[INSTRUMENT].astype(str)))
    if not names:
        ax.yaxis.set_visible(False)
        ax.spines["left"].set_visible(False)
        return
    ax.set_ylabel(" and ".join(names))
    ax.margins(y=0.22)
    tick_values(ax)
    if len(names) > 1:
        ax.legend(loc="upper right")


def _draw_sessions(ax: "Axes", sessions: pd.DataFrame) -> None:
    ax.plot(
        sessions[DAY], np.full(len(sessions), SESSION_LEVEL), linestyle="none", marker="^",
        markersize=6.0, color=INK, clip_on=False, transform=ax.get_xaxis_transform(),
    )  # fmt: skip
    ax.annotate(
        "sessions", (0.0, SESSION_LEVEL), xycoords="axes fraction", xytext=(-6, 0),
        textcoords="offset points", ha="right", va="center", fontsize=SMALL_SIZE,
    )  # fmt: skip
    ax.tick_params(axis="x", length=0.0)
    ax.spines["bottom"].set_visible(False)


def _draw_events(ax: "Axes", events: pd.DataFrame) -> None:
    for day, word in zip(events[DAY], events[EVENT_NAME]):
        ax.axvline(day, color=MUTED, linewidth=0.9, linestyle=(0, (1.4, 1.3)))
        ax.annotate(
            str(word), (day, 1.0), xycoords=("data", "axes fraction"), xytext=(-2, -2),
            textcoords="offset points", ha="right", va="top", fontsize=SMALL_SIZE, color=MUTED,
        )  # fmt: skip


def _draw_rows(ax: "Axes", rows: pd.DataFrame) -> None:
    many = rows[CYCLE].nunique() > 1
    names = []
    for place, row in enumerate(rows.to_dict("records")):
        name = str(row[ENDPOINT]).replace("_", " ")
        names.append(f"{name}, cycle {row[CYCLE]}" if many else name)
        _draw_row(ax, -place, row)
    ax.set_yticks(-np.arange(len(names)), names)
    ax.set_ylim(-max(len(names), 1) + 0.4, 0.6)
    ax.tick_params(axis="y", length=0.0)
    ax.spines["left"].set_visible(False)


def _draw_row(ax: "Axes", level: float, row: dict) -> None:
    """Draw the time before the risk thin, the time at risk thick, and where the event may lie."""
    origin, stop = row[ORIGIN_DAY], row[ORIGIN_DAY] + row[DURATION]
    at_risk, free = origin + row[ENTRY], origin + row[LOWER]
    ax.plot([origin, at_risk], [level, level], color=INK, linewidth=0.8, linestyle=(0, (2.0, 1.5)))
    known = max(at_risk, min(free, stop))
    ax.plot([at_risk, known], [level, level], color=LOOKS[0].colour, linewidth=5.0,
            solid_capstyle="butt")  # fmt: skip
    ax.plot([known, stop], [level, level], color=RULE, linewidth=5.0, solid_capstyle="butt")
    end = OWN if row[EVENT] else RIVAL if row[CAUSE] else OPEN
    ax.plot([stop], [level], color=INK, linestyle="none", **{"markersize": 6.0, **ENDS[end]})
    words = str(row[CAUSE] or OPEN).replace("_", " ")
    ax.annotate(
        words, (stop, level), xytext=(7, 0), textcoords="offset points", va="center",
        fontsize=SMALL_SIZE,
    )  # fmt: skip
