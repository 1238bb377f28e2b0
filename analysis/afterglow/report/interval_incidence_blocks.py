"""Incidences with the endpoint between visits for readers: sentence and table."""

import math
from typing import Any

from afterglow.names import TERM
from afterglow.report.analysis_rows import AnalysisRows, records
from afterglow.report.blocks import TableBlock
from afterglow.report.sentences import clock_words, day_words, happened, of_group
from afterglow.report.words import (
    anchor,
    cause_words,
    counted,
    group_label,
    listed,
    upper_first,
    variable_label,
)
from afterglow.study.interval_incidence_rows import (
    ALL_HIDDEN,
    EVENT_FREE_TERM,
    HIGHEST_INCIDENCE,
    LOWEST_INCIDENCE,
    N_HIDDEN,
    SHARE_SEEN,
    VISIT_DATE,
)
from afterglow.study.interval_rows import QUANTILE_FROM, QUANTILE_TO
from afterglow.study.results import LEVEL
from afterglow.tables import format as fmt
from afterglow.tables.parts import Parts, share
from afterglow.tables.table import Column, Row, RowGroup, Table


def causes_of(rows: AnalysisRows) -> list[str]:
    """Return the causes, the endpoint's own first."""
    found = dict.fromkeys(rows.rows(LOWEST_INCIDENCE, "curve")[TERM].tolist())
    return sorted(found, key=lambda cause: cause != rows.analysis.endpoint)


def bounds_finding(rows: AnalysisRows) -> str:
    """Return the incidence at the last day as a range, by visit dates, and if all were hidden."""
    days = sorted(set(rows.analysis.at_days))[-1:]
    beside = [f"{_dated_words(rows, day)}{_hidden_words(rows, day)}" for day in days]
    return "".join([bounds_brief(rows), *beside])


def bounds_brief(rows: AnalysisRows) -> str:
    """Return the incidence at the last day as a range, or else the counts."""
    asked = sorted(set(rows.analysis.at_days))
    bounds = [(group, *bounds_at(rows, group, asked[-1])) for group in rows.groups] if asked else []
    known = [(group, low, high) for group, low, high in bounds if low is not None]
    if not any(rows.n(group) > 0 for group in rows.groups):
        return "There was nobody to analyse."
    if not known or math.isnan(known[0][1].estimate):
        warned = [row.warning for row in records(rows.rows(LOWEST_INCIDENCE)) if row.warning]
        counts = [f"{fmt.count(rows.value('n_events', group=g))} of {fmt.count(rows.n(g))}"
                  f"{f' in the {g} group' if g else ''}" for g in rows.groups]  # fmt: skip
        words = upper_first(warned[0]) if warned and not asked else listed(counts)
        return f"{words} {'' if warned and not asked else happened(rows).rstrip(',')}".strip() + "."
    day = asked[-1]
    said = [
        f"{said_range(low, high, rows.level)} {of_group(rows, group, rows.n(group))}"
        for group, low, high in known
    ]
    return (
        f"With the days between visits left open, by {day_words(rows, day)} {listed(said)} "
        f"{happened(rows).rstrip(',')}."
    )


def bounds_at(
    rows: AnalysisRows, group: str, day: float, level: str = "", term: str = ""
) -> tuple[Any, Any]:
    """Return the rows of both bounds, of the endpoint where no other term is asked for."""
    where: dict[str, Any] = {
        "group": group, "term": term or rows.analysis.endpoint, "day": day, "level": level
    }  # fmt: skip
    return rows.one(LOWEST_INCIDENCE, **where), rows.one(HIGHEST_INCIDENCE, **where)


def said_range(low: Any, high: Any, level: float) -> str:
    """Write a share or a range with its bootstrap limits, where it has any."""
    if math.isnan(low.conf_low):
        return range_words(low, high)
    limits = fmt.percent_limits(low.conf_low, low.conf_high)
    return f"{range_words(low, high)} ({fmt.confidence_level(level)} {limits})"


def range_words(low: Any, high: Any) -> str:
    """Write a share, or the range that the data leave open: "29.1 to 30.5 %"."""
    first, last = fmt.percent(low.estimate), fmt.percent(high.estimate)
    return last if first == last else f"{fmt.percentage_points(low.estimate)} to {last}"


def _dated_words(rows: AnalysisRows, day: float) -> str:
    term = rows.analysis.endpoint
    found = [
        rows.one("incidence", group=g, term=term, level=VISIT_DATE, day=day) for g in rows.groups
    ]
    known = [fmt.percent(row.estimate) for row in found if row is not None]
    if not known:
        return ""
    return f" Dated by the visits that showed it: {listed(known)}."


def _hidden_words(rows: AnalysisRows, day: float) -> str:
    found = [bounds_at(rows, group, day, ALL_HIDDEN)[1] for group in rows.groups]
    known = [fmt.percent(row.estimate) for row in found if row is not None]
    if not known:
        return ""
    count = sum(rows.value(N_HIDDEN, group=group) for group in rows.groups)
    who = f"{counted(count, 'subject')} had another event after a gap without a visit"
    what = happened(rows).rstrip(",")
    return f" {upper_first(who)}; if all of them {what} in it, up to {listed(known)}."


def bounds_table(rows: AnalysisRows) -> TableBlock | None:
    """Return counts, every cause at the days asked for, the bounds and the visit dates."""
    if rows.rows(LOWEST_INCIDENCE, "curve").empty:
        return None
    spanner = "" if rows.groups == [""] else upper_first(variable_label(rows.analysis.by or ""))
    columns = (
        Column(header="", align="left"),
        *(Column(header=group_label(group), spanner=spanner, show=fmt.count)
          for group in rows.groups),
    )  # fmt: skip
    days = [_at_day(rows, day) for day in sorted(set(rows.analysis.at_days))]
    return TableBlock(
        name=anchor(rows.anchor, "table"),
        table=Table(
            caption=f"{rows.label}: incidence of every event, and its bounds", columns=columns,
            groups=(_counts(rows), *days, *_times(rows)), footnotes=_footnotes(rows),
        ),
    )  # fmt: skip


def _cells(rows: AnalysisRows, label: str, cell: Any) -> Row:
    return Row(cells=(label, *(cell(group) for group in rows.groups)))


def _counts(rows: AnalysisRows) -> RowGroup:
    names = {"n": "Subjects analysed", "n_events": f"With the event: {rows.endpoint_label}",
             N_HIDDEN: "With another event after a gap without a visit"}  # fmt: skip
    lines = [
        _cells(rows, label, lambda group, own=name: rows.value(own, group=group))
        for name, label in names.items()
    ]
    if len(rows.rows(SHARE_SEEN)):
        lines.append(_cells(rows, "Share of all still free when first under observation, %",
                            lambda group: _seen(rows, group)))  # fmt: skip
    return RowGroup(label="Counts over the whole follow-up", rows=tuple(lines))


def _seen(rows: AnalysisRows, group: str) -> Parts:
    value = rows.value(SHARE_SEEN, group=group)
    return Parts(((SHARE_SEEN, value),), fmt.percentage_points(value))


def _at_day(rows: AnalysisRows, day: float) -> RowGroup:
    def bound(term: str, level: str = "") -> Any:
        def cell(group: str) -> Any:
            low, high = bounds_at(rows, group, day, level, term=term)
            return fmt.MISSING if low is None or high is None else range_cell(low, high)

        return cell

    def dated(group: str) -> Any:
        own = rows.analysis.endpoint
        row = rows.one("incidence", group=group, term=own, level=VISIT_DATE, day=day)
        return fmt.MISSING if row is None else share(row.estimate, row.conf_low, row.conf_high)

    own = rows.endpoint_label
    lines = [_cells(rows, own, bound(rows.analysis.endpoint))]
    if len(rows.rows("incidence")):
        lines.append(_cells(rows, f"{own}, on visit dates (Aalen–Johansen)", dated))
    if (rows.rows(LOWEST_INCIDENCE)[LEVEL] == ALL_HIDDEN).any():
        hidden = bound(rows.analysis.endpoint, ALL_HIDDEN)
        lines.append(_cells(rows, f"{own}, if all had it in the gap before another event", hidden))
    lines += [
        _cells(rows, upper_first(cause_words(cause)), bound(cause))
        for cause in causes_of(rows)
        if cause != rows.analysis.endpoint
    ]
    lines.append(_cells(rows, "None of these", bound(EVENT_FREE_TERM)))
    level = fmt.confidence_level(rows.level)
    return RowGroup(label=f"By {day_words(rows, day)}, % ({level})", rows=tuple(lines))


def range_cell(low: Any, high: Any) -> Parts:
    """Write a share, or the range that the data leave open, with the bootstrap limits."""
    if fmt.percentage_points(low.estimate) == fmt.percentage_points(high.estimate):
        return share(high.estimate, low.conf_low, low.conf_high)
    words = f"{fmt.percentage_points(low.estimate)} to {fmt.percentage_points(high.estimate)}"
    if not math.isnan(low.conf_low):
        words += f" ({fmt.percent_limits(low.conf_low, low.conf_high)})"
    values = (("lowest", low.estimate), ("highest", high.estimate),
              ("low", low.conf_low), ("high", low.conf_high))  # fmt: skip
    return Parts(values, words)


def _times(rows: AnalysisRows) -> list[RowGroup]:
    lines = []
    for level in dict.fromkeys(rows.rows(QUANTILE_FROM)[LEVEL].tolist()):

        def cell(group: str, own: str = level) -> Any:
            where = {"group": group, "term": rows.analysis.endpoint, "level": own}
            first, last = rows.value(QUANTILE_FROM, **where), rows.value(QUANTILE_TO, **where)
            if math.isnan(first):
                return fmt.NOT_REACHED
            same = first == last or math.isnan(last)
            words = fmt.days_number(first)
            words = words if same else f"{words} to {fmt.days_number(last)}"
            return Parts((("from", first), ("to", last)), words)

        lines.append(_cells(rows, f"{fmt.percent(float(level), 0)} with the event", cell))
    head = f"Time to the event, days after {clock_words(rows)}"
    return [RowGroup(label=head, rows=tuple(lines))] if lines else []


def _footnotes(rows: AnalysisRows) -> tuple[str, ...]:
    hidden = "" if not rows.analysis.hidden_bound else (
        " The bound takes a relapse between the last visit known free and the other event for all "
        "who had such a gap; the estimate takes it for none."
    )  # fmt: skip
    return (
        "A range is what the intervals leave open; in brackets bootstrap limits of the lowest and "
        f"the highest incidence.{hidden}",
        f"Population: {rows.population_label}.",
    )
