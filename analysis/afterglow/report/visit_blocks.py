"""What visits do to a primary curve of relapse, for readers: sentences and a table."""

import math
from typing import Any, Final

from afterglow.report.analysis_rows import AnalysisRows
from afterglow.report.blocks import Block, Prose, TableBlock
from afterglow.report.curve_rows import is_survival
from afterglow.report.interval_incidence_blocks import range_cell
from afterglow.report.sentences import day_words
from afterglow.report.words import anchor, counted, group_label, listed, upper_first
from afterglow.study.visit_companions import (
    ALL_VISITS,
    BETWEEN,
    BY_DATE,
    EVERY_SECOND,
    FIRST_SEEN_UNSCHEDULED,
    LATE_DAYS,
    LATE_POINTS,
    MEDIAN_SHIFT,
    SCHEDULED_ONLY,
    SHARE_UNSCHEDULED,
    VISIT_SENSITIVITY,
)
from afterglow.tables import format as fmt
from afterglow.tables import parts
from afterglow.tables.parts import Parts
from afterglow.tables.table import Column, Row, RowGroup, Table

LINES: Final = {
    ALL_VISITS: "All visits",
    SCHEDULED_ONLY: "Scheduled visits only",
    EVERY_SECOND: "Every second visit only",
}
BOUNDS: Final = {
    True: ("survival", "lowest_survival", "highest_survival"),
    False: ("incidence", "lowest_incidence", "highest_incidence"),
}
ONE_DECIMAL: Final = 1


def visit_blocks(rows: AnalysisRows) -> tuple[Block, ...]:
    """Return how late visit dates are, and the curve on other visits; nothing where not asked."""
    if not any(len(rows.rows(name, VISIT_SENSITIVITY)) for name in BOUNDS[is_survival(rows)]):
        return ()
    sentences = (_late_words(rows), _unscheduled_words(rows), _thinned_words(rows))
    words = " ".join(sentence for sentence in sentences if sentence)
    return (Prose(paragraphs=(words,)), _table(rows))


def _one(rows: AnalysisRows, name: str, group: str, **where: Any) -> Any:
    return rows.one(name, group=group, section=VISIT_SENSITIVITY, **where)


def _days(rows: AnalysisRows) -> list[float]:
    return sorted(set(rows.analysis.at_days))


def _span(rows: AnalysisRows, names: tuple[str, str], group: str, write: Any, **where: Any) -> str:
    """Return a least and a greatest value, as one where they are written alike."""
    ends = [_one(rows, name, group, term=ALL_VISITS, **where) for name in names]
    if any(end is None or math.isnan(end.estimate) for end in ends):
        return ""
    first, last = (write(end.estimate) for end in ends)
    return first if first == last else f"{first} to {last}"


def _until(rows: AnalysisRows, group: str) -> float | None:
    mine = rows.rows(LATE_DAYS[0], VISIT_SENSITIVITY)
    found = mine.loc[mine["group"] == group, "time_days"].tolist()
    return float(found[0]) if found else None


def _late_words(rows: AnalysisRows) -> str:
    """Say how late events are dated on average, and by how many points at the last day."""
    late = []
    for group in rows.groups:
        span = _span(rows, LATE_DAYS, group, _tenths, day=_until(rows, group))
        late += [f"{span} days too late{_in_group(group)}"] if span else []
    if not late:
        return ""
    words = f"Dated by the visits that showed them, the events are on average {listed(late)}."
    if not _days(rows):
        return words
    day = _days(rows)[-1]
    values = []
    for group in rows.groups:
        dated, between = _pair(rows, ALL_VISITS, group, day)
        if dated is not None and between:
            values.append(f"{between} instead of {fmt.percent(dated.estimate)}{_in_group(group)}")
    if not values:
        return words
    what = "free of the event" if is_survival(rows) else "with the event"
    return (
        f"{words} With the days between visits left open, the share {what} "
        f"{'on' if is_survival(rows) else 'by'} {day_words(rows, day)} is {listed(values)}."
    )


def _in_group(group: str) -> str:
    return f" in the {group} group" if group else ""


def _tenths(value: float) -> str:
    return fmt.number(value, ONE_DECIMAL)


def _pair(rows: AnalysisRows, line: str, group: str, day: float) -> tuple[Any, str]:
    """Return the row by visit dates, and what is known between visits in words."""
    name, lowest, highest = BOUNDS[is_survival(rows)]
    dated = _one(rows, name, group, term=line, level=BY_DATE, day=day)
    low = _one(rows, lowest, group, term=line, level=BETWEEN, day=day)
    high = _one(rows, highest, group, term=line, level=BETWEEN, day=day)
    if low is None or high is None:
        return dated, ""
    first, last = fmt.percent(low.estimate), fmt.percent(high.estimate)
    words = last if first == last else f"{fmt.percentage_points(low.estimate)} to {last}"
    return dated, words


def _unscheduled_words(rows: AnalysisRows) -> str:
    scores = [_one(rows, SHARE_UNSCHEDULED, group) for group in rows.groups]
    known = [row for row in scores if row is not None]
    if not known:
        return "The scores do not say which visits were scheduled."
    taken, n = sum(row.n_events for row in known), sum(row.n for row in known)
    words = f"{fmt.percent(taken / n)} of {counted(n, 'score')} were taken at unscheduled visits"
    events = [_one(rows, FIRST_SEEN_UNSCHEDULED, group) for group in rows.groups]
    seen = [row for row in events if row is not None]
    if not seen:
        return f"{words}."
    first, whole = sum(row.n_events for row in seen), sum(row.n for row in seen)
    return (
        f"{words}, and {fmt.count(first)} of the {counted(whole, 'event')} that visits showed "
        f"{'was' if first == 1 else 'were'} first seen at one."
    )


def _thinned_words(rows: AnalysisRows) -> str:
    """Say what the curve by visit dates would be on fewer visits."""
    if not _days(rows):
        return ""
    day, clauses = _days(rows)[-1], []
    for line, words in ((SCHEDULED_ONLY, "scheduled visits alone would give"),
                        (EVERY_SECOND, "every second visit alone would give")):  # fmt: skip
        found = [_pair(rows, line, group, day)[0] for group in rows.groups]
        values = [fmt.percent(row.estimate) for row in found if row is not None
                  and not math.isnan(row.estimate)]  # fmt: skip
        if values:
            clauses.append(f"{words} {listed(values)}")
    if not clauses:
        return ""
    return f"By visit dates, {' and '.join(clauses)}."


def _table(rows: AnalysisRows) -> TableBlock:
    level = fmt.confidence_level(rows.level)
    columns = [Column(header="Visits used")]
    for group in rows.groups:
        columns.append(Column(header="n/N", spanner=group_label(group)))
        columns.append(Column(header="By visit date", unit=f"%, {level}",
                              spanner=group_label(group)))  # fmt: skip
        columns.append(Column(header="Between visits", unit="%", spanner=group_label(group)))
    groups = tuple(
        RowGroup(label=upper_first(day_words(rows, day)), rows=_lines(rows, day))
        for day in _days(rows)
    )
    return TableBlock(
        name=anchor("visits", rows.anchor, "table"),
        table=Table(
            caption=f"{rows.label}: visit dates, days between visits, and fewer visits",
            columns=tuple(columns), groups=(*groups, *_late_group(rows)), footnotes=_notes(rows),
        ),
    )  # fmt: skip


def _lines(rows: AnalysisRows, day: float) -> tuple[Row, ...]:
    name, lowest, highest = BOUNDS[is_survival(rows)]
    lines = []
    for line, label in LINES.items():
        if all(_one(rows, "n", group, term=line) is None for group in rows.groups):
            continue
        cells: list[Any] = [label]
        for group in rows.groups:
            n, events = (_one(rows, what, group, term=line) for what in ("n", "n_events"))
            known = n is not None and events is not None
            cells.append(parts.count_of(events.estimate, n.estimate) if known else fmt.MISSING)
            dated = _one(rows, name, group, term=line, level=BY_DATE, day=day)
            cells.append(fmt.MISSING if dated is None else
                         parts.share(dated.estimate, dated.conf_low, dated.conf_high))  # fmt: skip
            low, high = (
                _one(rows, bound, group, term=line, level=BETWEEN, day=day)
                for bound in (lowest, highest)
            )
            cells.append(fmt.MISSING if low is None or high is None else range_cell(low, high))
        lines.append(Row(cells=tuple(cells)))
    return tuple(lines)


def _late_group(rows: AnalysisRows) -> tuple[RowGroup, ...]:
    """Return the lateness of visit dates as rows that fill the last column of each group."""
    asked: list[tuple[str, tuple[str, str], Any, float | None]] = [
        (f"Too {'high' if is_survival(rows) else 'low'} on day {fmt.trimmed(day)}, points",
         LATE_POINTS, fmt.percentage_points, day)
        for day in _days(rows)
    ]  # fmt: skip
    asked += [("Events dated too late by, days", LATE_DAYS, _tenths, math.nan),
              ("Median too late by, days", MEDIAN_SHIFT, _tenths, None)]  # fmt: skip
    lines = []
    for label, names, write, day in asked:
        cells: list[Any] = [label]
        for group in rows.groups:
            own = _until(rows, group) if day is not None and math.isnan(day) else day
            words = _span(rows, names, group, write, day=own)
            ends = tuple(
                (name, _one(rows, name, group, term=ALL_VISITS, day=own)) for name in names
            )
            values = tuple((name, row.estimate) for name, row in ends if row is not None)
            cells += ["", Parts(values, words) if words else fmt.MISSING, ""]
        if any(isinstance(cell, Parts) for cell in cells):
            lines.append(Row(cells=tuple(cells)))
    return (RowGroup(label="The curve by visit dates", rows=tuple(lines)),) if lines else ()


def _notes(rows: AnalysisRows) -> tuple[str, ...]:
    own = "the event anywhere between the last visit known free and the visit that showed it"
    return (
        f"Between visits: {own}; a range is what the intervals leave open. n/N: with the event at "
        "any time of follow-up, of those analysed.",
        "Every second visit: the first, third … visit since each subject was at risk is left out, "
        "with what it would have confirmed.",
    )
