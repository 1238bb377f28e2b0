"""A target trial for readers: curves by strategy, estimates, who followed, weights, the model."""

import math
from collections.abc import Callable
from typing import Any, Final

import pandas as pd

from afterglow.figures.canvas import new_axes
from afterglow.figures.curves import curves_height, draw_curves
from afterglow.figures.scales import day_ticks
from afterglow.figures.style import DOUBLE_COLUMN
from afterglow.names import CONF_HIGH, CONF_LOW, ESTIMATE, GROUP, TIME
from afterglow.report.analysis_rows import AnalysisRows, records
from afterglow.report.blocks import FigureBlock, TableBlock
from afterglow.report.curve_rows import SURVIVAL_AXIS
from afterglow.report.drawing import figure
from afterglow.report.figure_words import ends_shown
from afterglow.report.sentences import free
from afterglow.report.words import anchor, counted, listed, lower_first, upper_first
from afterglow.tables import format as fmt
from afterglow.tables import parts
from afterglow.tables.table import Column, Row, RowGroup, Table

SURVIVAL: Final = "survival"
RELAPSE: Final = "share_in_relapse"
SINCE: Final = "Days since time zero"


def strategies(rows: AnalysisRows) -> list[str]:
    """Return the strategies that were estimated, in the plan's order."""
    return rows.rows("n_clones")[GROUP].tolist()


def trial_finding(rows: AnalysisRows) -> str:
    """Return the shares on the last day asked for, the mean days, and where little is behind."""
    names = strategies(rows)
    if not names:
        why = rows.one(SURVIVAL)
        return f"The strategies could not be compared: {why.warning if why else 'nobody'}."
    horizon = counted(rows.analysis.horizon_days, "day")
    said = [
        *_shares(rows, names),
        _contrast(rows, "restricted_mean", f"Mean days free of the event within {horizon}"),
    ]
    if rows.analysis.relapse_days:
        said.append(_contrast(rows, "days_in_relapse", f"Mean days in relapse within {horizon}"))
    said += [f"Read with care: {lower_first(words)}." for words in _thin(rows, names)[:1]]
    return " ".join(part for part in said if part)


def _shares(rows: AnalysisRows, names: list[str]) -> list[str]:
    days = sorted(set(rows.analysis.at_days))
    if not days:
        return []
    parts_of = [_share(rows, name, float(days[-1])) for name in names]
    day = f"day{fmt.NBSP}{fmt.trimmed(days[-1])} after time zero"
    who = f"all {counted(rows.n(''), 'subject')}"
    return [f"Had {who} kept to one strategy, {listed(parts_of)} {free(rows)} on {day}."]


def _share(rows: AnalysisRows, name: str, day: float) -> str:
    row = rows.one(SURVIVAL, group=name, day=day)
    if row is None or math.isnan(row.estimate):
        return f"an unknown share under “{name}” (nobody follows it so long)"
    words = fmt.percent_estimate(row.estimate, row.conf_low, row.conf_high, level=rows.level)
    return f"{words} under “{name}”"


def _contrast(rows: AnalysisRows, statistic: str, label: str) -> str:
    """Return the mean days of the first strategy, and what the others add to them."""
    names, until = strategies(rows), float(rows.analysis.horizon_days)
    first = rows.one(statistic, group=names[0], day=until)
    if first is None or math.isnan(first.estimate):
        return ""
    found = [
        (name, rows.one(f"{statistic}_difference", group=f"{name} vs {names[0]}", day=until))
        for name in names[1:]
    ]
    added = [
        f"{_days(row, rows)} {'more' if row.estimate >= 0 else 'fewer'} under “{name}”"
        for name, row in found
        if row is not None and not math.isnan(row.estimate)
    ]
    rest = f"; {listed(added)}" if added else ""
    return f"{label}: {_days(first, rows)} under “{names[0]}”{rest}."


def _days(row: Any, rows: AnalysisRows) -> str:
    """Return days with their limits; of a difference how much more or fewer."""
    ends = (row.conf_low, row.conf_high)
    low, high = ends if row.estimate >= 0 else (-ends[1], -ends[0])
    return fmt.days_estimate(abs(row.estimate), low, high, level=rows.level)


def survival_figure(rows: AnalysisRows) -> FigureBlock | None:
    """Draw the share free of the event by day, one curve per strategy."""
    label = SURVIVAL_AXIS.get(rows.endpoint.kind, "Free of the event")
    return _figure(rows, SURVIVAL, label, 1.0, "free of the event")


def relapse_figure(rows: AnalysisRows) -> FigureBlock | None:
    """Draw the share in relapse by day, where subjects are followed after it."""
    return _figure(rows, RELAPSE, "In relapse", 0.0, "in relapse")


def _figure(
    rows: AnalysisRows, statistic: str, ylabel: str, start: float, what: str
) -> FigureBlock | None:
    curve = rows.rows(statistic, "curve")
    frame = curve[curve[ESTIMATE].notna()][[GROUP, TIME, ESTIMATE, CONF_LOW, CONF_HIGH]]
    frame = frame.reset_index(drop=True)
    if frame.empty:
        return None
    until = float(rows.analysis.horizon_days)
    axes = draw_curves(
        frame, ylabel=ylabel, xlabel=SINCE, start=start, until_day=until,
        ax=new_axes(DOUBLE_COLUMN, curves_height(frame)),
    )  # fmt: skip
    return figure(
        anchor(rows.anchor, statistic.replace("_", "-")), axes, title=f"{rows.label}: {what}",
        caption=f"{rows.label}: share {what} under each strategy, had all subjects kept to it; "
        f"copies weighted by the inverse chance of keeping to it; shaded: pointwise "
        f"{fmt.confidence_level(rows.level)} from resamples of subjects. A curve ends where nobody "
        "follows the strategy any longer.",
        alt=ends_shown(f"Share {what}", _quoted(frame), fmt.percent),
        data=_points(rows, frame, what, ticks=True), points=_points(rows, frame, what, ticks=False),
    )  # fmt: skip


def _quoted(frame: pd.DataFrame) -> pd.DataFrame:
    return frame.assign(**{GROUP: [f"“{name}”" for name in frame[GROUP]]})


def _points(rows: AnalysisRows, frame: pd.DataFrame, what: str, *, ticks: bool) -> Table:
    days = day_ticks(float(rows.analysis.horizon_days))
    shown = frame[frame[TIME].isin(list(days))] if ticks else frame
    columns = (
        Column(header="Strategy"),
        Column(header="Day"),
        Column(header=upper_first(what), unit=f"%, {fmt.confidence_level(rows.level)}"),
    )
    cells = [
        (row.group, fmt.trimmed(row.time_days),
         parts.share(row.estimate, row.conf_low, row.conf_high))
        for row in records(shown)
    ]  # fmt: skip
    return Table.from_rows(f"{rows.label}: share {what}, by day", columns, cells)


def estimates_table(rows: AnalysisRows) -> TableBlock | None:
    """Return shares by day, weighted and not, mean days and differences, by strategy."""
    names = strategies(rows)
    if not names:
        return None
    level = fmt.confidence_level(rows.level)
    days = [float(day) for day in sorted(set(rows.analysis.at_days))]
    until = float(rows.analysis.horizon_days)
    groups = [_day(rows, names, day, level) for day in days]
    groups.append(
        _times(rows, names, until, level, "restricted_mean", "Mean days free of the event")
    )
    if rows.analysis.relapse_days:
        groups.append(_times(rows, names, until, level, "days_in_relapse", "Mean days in relapse"))
    columns = (Column(header="", align="left"), *(Column(header=name) for name in names))
    return TableBlock(
        name=anchor(rows.anchor, "table"),
        table=Table(
            caption=f"{rows.label}: what would follow under each strategy",
            columns=columns,
            groups=tuple(groups),
            footnotes=(
                f"Population: {rows.population_label}. Differences are from “{names[0]}”, limits "
                "from resamples of subjects with all their copies.",
                *(f"{words}." for words in _thin(rows, names)),
            ),
        ),
    )


def _thin(rows: AnalysisRows, names: list[str]) -> list[str]:
    """Return where nearly nobody, or nobody, stands behind an estimate, or weights do not fit."""
    found: dict[str, list[str]] = {}
    for name in names:
        for day in sorted(set(rows.analysis.at_days)):
            row = rows.one(SURVIVAL, group=name, day=float(day))
            if row is not None and row.warning:
                place = f"“{name}” on day {fmt.trimmed(day)}"
                found.setdefault(row.warning, []).append(place)
    return [f"{upper_first(words)} ({listed(at)})" for words, at in found.items()]


def _day(rows: AnalysisRows, names: list[str], day: float, level: str) -> RowGroup:
    lines = [
        _line(rows, "Free of the event", SURVIVAL, names, day, parts.share),
        _line(rows, "Without weights", "unweighted_survival", names, day, _alone),
        _line(rows, "Difference", "difference", names, day, parts.share, against=True),
    ]
    if rows.analysis.relapse_days:
        lines.append(_line(rows, "In relapse", RELAPSE, names, day, parts.share))
    return RowGroup(label=f"Day {fmt.trimmed(day)}, % ({level})", rows=tuple(lines))


def _times(
    rows: AnalysisRows, names: list[str], until: float, level: str, statistic: str, label: str
) -> RowGroup:
    lines = (
        _line(rows, label, statistic, names, until, parts.score),
        _line(
            rows, "Difference", f"{statistic}_difference", names, until, parts.score, against=True
        ),
    )
    return RowGroup(label=f"{label} to day {fmt.trimmed(until)} ({level})", rows=lines)


def _alone(value: float, _low: float, _high: float) -> Any:
    return fmt.percentage_points(value)


def _line(
    rows: AnalysisRows, label: str, statistic: str, names: list[str], day: float,
    cell: Callable[[Any, Any, Any], Any], *, against: bool = False,
) -> Row:  # fmt: skip
    cells: list[Any] = [label]
    for name in names:
        group = f"{name} vs {names[0]}" if against else name
        row = rows.one(statistic, group=group, day=day)
        known = row is not None and not math.isnan(row.estimate)
        cells.append(cell(row.estimate, row.conf_low, row.conf_high) if known else fmt.MISSING)
    return Row(cells=tuple(cells))
