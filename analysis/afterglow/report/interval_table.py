"""The table of an interval-censored analysis: estimates by day, times, and how late visits are."""

import math
from typing import Any, Final

import pandas as pd

from afterglow.figures.visit_panel import MIDPOINT, VISIT
from afterglow.names import GROUP, TERM
from afterglow.report.analysis_rows import AnalysisRows, records
from afterglow.report.blocks import TableBlock
from afterglow.report.sentences import clock_words, event_label
from afterglow.report.words import anchor, group_label, lower_first, upper_first, variable_label
from afterglow.study.interval_rows import SUPPORT_MASS
from afterglow.study.results import LEVEL
from afterglow.tables import format as fmt
from afterglow.tables.parts import Parts, share, time
from afterglow.tables.table import Column, Row, RowGroup, Table

DATED: Final = {"visit date": VISIT, "midpoint": MIDPOINT}
NAMES: Final = {VISIT: "Kaplan–Meier by visit date", MIDPOINT: "Kaplan–Meier by midpoint"}


def interval_table(rows: AnalysisRows) -> TableBlock | None:
    """Return counts, estimates at the days asked for, medians and lateness, by group."""
    if rows.rows(SUPPORT_MASS, "curve").empty:
        return None
    groups = [_counts(rows), *(_at_day(rows, day) for day in _asked(rows)), *_times(rows)]
    late = [_lateness(rows, term) for term in DATED if len(_late_rows(rows, term))]
    spanner = "" if rows.groups == [""] else upper_first(variable_label(rows.analysis.by or ""))
    columns = (
        Column(header="", align="left"),
        *(Column(header=group_label(group), spanner=spanner, show=fmt.count)
          for group in rows.groups),
    )  # fmt: skip
    return TableBlock(
        name=anchor(rows.anchor, "table"),
        table=Table(
            caption=f"{rows.label}: estimates by day, and how late visits are",
            columns=columns, groups=(*groups, *late), footnotes=_footnotes(rows),
        ),
    )  # fmt: skip


def _asked(rows: AnalysisRows) -> list[float]:
    return sorted(set(rows.analysis.at_days))


def _cells(rows: AnalysisRows, label: str, cell: Any) -> Row:
    return Row(cells=(label, *(cell(group) for group in rows.groups)))


def _counts(rows: AnalysisRows) -> RowGroup:
    def counted_as(name: str) -> Any:
        return lambda group: rows.value(name, group=group)

    event = f"With the event: {lower_first(event_label(rows))}"
    return RowGroup(
        label="Counts over the whole follow-up",
        rows=(
            _cells(rows, "Subjects analysed", counted_as("n")),
            _cells(rows, event, counted_as("n_events")),
        ),
    )


def _at_day(rows: AnalysisRows, day: float) -> RowGroup:
    def interval(group: str) -> Any:
        low = rows.one("lowest_survival", group=group, day=day)
        high = rows.one("highest_survival", group=group, day=day)
        return fmt.MISSING if low is None or high is None else _range(low, high)

    def dated(term: str) -> Any:
        def cell(group: str) -> Any:
            row = rows.one("survival", group=group, term=term, day=day)
            return fmt.MISSING if row is None else share(row.estimate, row.conf_low, row.conf_high)

        return cell

    lines = [_cells(rows, "Interval estimate", interval)]
    lines += [_cells(rows, NAMES[curve], dated(term)) for term, curve in _shown(rows)]
    level = fmt.confidence_level(rows.level)
    head = f"Without the event on day{fmt.NBSP}{fmt.trimmed(day)} after {clock_words(rows)}"
    return RowGroup(label=f"{head}, % ({level})", rows=tuple(lines))


def _shown(rows: AnalysisRows) -> list[tuple[str, str]]:
    return [(term, curve) for term, curve in DATED.items() if rows.analysis.visit_dates]


def _range(low: Any, high: Any) -> Parts:
    """Write a value, or the range that the data leave open, with the bootstrap limits."""
    if low.estimate == high.estimate:
        return share(low.estimate, low.conf_low, low.conf_high)
    words = (f"{fmt.percentage_points(low.estimate)} to {fmt.percentage_points(high.estimate)}"
             f" ({fmt.percent_limits(low.conf_low, low.conf_high)})")  # fmt: skip
    values = (("lowest", low.estimate), ("highest", high.estimate),
              ("low", low.conf_low), ("high", low.conf_high))  # fmt: skip
    return Parts(values, words)


def _times(rows: AnalysisRows) -> list[RowGroup]:
    lines = []
    for level in dict.fromkeys(rows.rows("quantile_from")[LEVEL].tolist()):
        label = f"Interval estimate, {fmt.percent(float(level), 0)} with the event"
        lines.append(_cells(rows, label, lambda group, own=level: _box(rows, group, own)))
    for term, curve in _shown(rows):

        def cell(group: str, own: str = term) -> Any:
            row = rows.one("median", group=group, term=own)
            return fmt.MISSING if row is None else time(row.estimate, row.conf_low, row.conf_high)

        lines.append(_cells(rows, f"{NAMES[curve]}, median", cell))
    head = f"Time to the event, days ({fmt.confidence_level(rows.level)})"
    return [RowGroup(label=head, rows=tuple(lines))] if lines else []


def _box(rows: AnalysisRows, group: str, level: str) -> Any:
    first = rows.one("quantile_from", group=group, level=level)
    last = rows.one("quantile_to", group=group, level=level)
    if first is None or last is None:
        return fmt.MISSING
    words = _days_between(first.estimate, last.estimate)
    if not math.isnan(first.conf_low):
        words += f" ({fmt.days_limits(first.conf_low, first.conf_high)})"
    values = (("from", first.estimate), ("to", last.estimate),
              ("low", first.conf_low), ("high", first.conf_high))  # fmt: skip
    return Parts(values, words)


def _days_between(first: float, last: float) -> str:
    if math.isnan(last):
        return f"after {fmt.days_number(first)}"
    same = first == last
    return (
        fmt.days_number(first) if same else f"{fmt.days_number(first)} to {fmt.days_number(last)}"
    )


def _late_rows(rows: AnalysisRows, term: str) -> pd.DataFrame:
    mine = rows.rows("largest_gap")
    return mine[mine[TERM] == term]


def _lateness(rows: AnalysisRows, term: str) -> RowGroup:
    """Return how late one of the dated curves is against all that the intervals allow."""

    def span(low: str, high: str) -> Any:
        def cell(group: str) -> Any:
            ends = [late_row(rows, name, group, term) for name in (low, high)]
            if any(end is None or math.isnan(end.estimate) for end in ends):
                return fmt.MISSING
            words = [fmt.number(end.estimate, 1) for end in ends]
            return Parts(tuple(zip(("low", "high"), (e.estimate for e in ends))),
                         words[0] if words[0] == words[1] else " to ".join(words))  # fmt: skip

        return cell

    def gap(name: str) -> Any:
        def cell(group: str) -> Any:
            row = late_row(rows, name, group, term)
            if row is None or not row.estimate:
                return "0" if row is not None else fmt.MISSING
            words = f"{fmt.percentage_points(row.estimate)} from day {fmt.trimmed(row.time_days)}"
            return Parts((("points", row.estimate), ("day", row.time_days)), words)

        return cell

    lines = (
        _cells(rows, "Median later by, days", span("median_shift_low", "median_shift_high")),
        _cells(rows, "Mean time without the event too long by, days",
               span("mean_delay_low", "mean_delay_high")),
        _cells(rows, "Curve too high by at least, percentage points", gap("certain_gap")),
        _cells(rows, "Curve too high by at most, percentage points", gap("largest_gap")),
    )  # fmt: skip
    return RowGroup(label=f"{NAMES[DATED[term]]}, against the interval estimate", rows=lines)


def late_row(rows: AnalysisRows, name: str, group: str, term: str) -> Any:
    """Return one measure of lateness of a group, whatever its day, or None."""
    mine = rows.rows(name)
    found = list(records(mine[(mine[GROUP] == group) & (mine[TERM] == term)]))
    return found[0] if found else None


def _footnotes(rows: AnalysisRows) -> tuple[str, ...]:
    own = rows.rows(SUPPORT_MASS, "curve")
    warned = tuple(f"{words}." for words in dict.fromkeys(own["warning"].tolist()) if words)
    return (
        "A range is what the intervals leave open; in brackets bootstrap limits of the lowest and "
        "the highest curve.",
        *(("“Too high” and “too long” are measured from the nearest and the furthest of all curves "
           "that the intervals allow; below 0: too low or too short.",)
          if rows.analysis.visit_dates else ()),
        *map(upper_first, warned),
        f"Population: {rows.population_label}.",
    )  # fmt: skip
