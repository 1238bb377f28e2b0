"""Durations between two unseen ends for readers: sentence and table."""

import math
from typing import Any, Final

from afterglow.report.analysis_rows import AnalysisRows, records
from afterglow.report.blocks import TableBlock
from afterglow.report.interval_incidence_blocks import range_cell, said_range
from afterglow.report.sentences import clock_words, free, happened, of_group
from afterglow.report.words import anchor, group_label, listed, upper_first, variable_label
from afterglow.study.curves import SURVIVAL
from afterglow.study.doubly_rows import N_ONSET_KNOWN, ONSET_WIDTH, VARIANCES
from afterglow.study.incidence import INCIDENCE
from afterglow.study.interval_incidence_rows import (
    HIGHEST_INCIDENCE,
    LOWEST_INCIDENCE,
    SHARE_SEEN,
    VISIT_DATE,
)
from afterglow.study.interval_rows import (
    HIGHEST_SURVIVAL,
    LOWEST_SURVIVAL,
    QUANTILE_FROM,
    QUANTILE_TO,
)
from afterglow.tables import format as fmt
from afterglow.tables.parts import Parts, share, time
from afterglow.tables.table import Column, Row, RowGroup, Table

MIDDLE: Final = "0.5"
RULES: Final = {
    "npmle": "as the estimate of all beginnings",
    "uniform": "evenly within its interval",
    "midpoint": "in the middle of its interval",
    "earliest": "at the beginning of its interval",
    "latest": "at the visit that showed it",
}
VARIANCE_LABELS: Final = dict(
    zip(VARIANCES, ("Variance within imputations", "Variance between imputations",
                    "Share of the variance from the unseen beginning, %"), strict=True)
)  # fmt: skip


def is_incidence(rows: AnalysisRows) -> bool:
    """Say whether other causes compete, so that the incidence is shown."""
    return not rows.rows(LOWEST_INCIDENCE).empty


def dated_statistic(rows: AnalysisRows) -> str:
    """Return the statistic of the curve that counts from visit to visit."""
    return INCIDENCE if is_incidence(rows) else SURVIVAL


def dated_label(rows: AnalysisRows) -> str:
    """Return what the curve from visit to visit is called."""
    estimator = "Aalen–Johansen" if is_incidence(rows) else "Kaplan–Meier"
    return f"from visit to visit ({estimator})"


def names_of(rows: AnalysisRows) -> tuple[str, str, str]:
    """Return the statistics of both bounds and the term of their rows."""
    if is_incidence(rows):
        return LOWEST_INCIDENCE, HIGHEST_INCIDENCE, rows.analysis.endpoint
    return LOWEST_SURVIVAL, HIGHEST_SURVIVAL, ""


def duration_bounds(rows: AnalysisRows, group: str, day: float, rule: str = "") -> tuple[Any, Any]:
    """Return the rows of both bounds on a day, under the plan's rule or another one."""
    low, high, term = names_of(rows)
    where: dict[str, Any] = {"group": group, "term": term, "day": day, "level": rule}
    return rows.one(low, **where), rows.one(high, **where)


def duration_finding(rows: AnalysisRows) -> str:
    """Return the curve at the last day, from the unseen beginning, and how sure that is."""
    day = max(rows.analysis.at_days)
    found = [(group, *duration_bounds(rows, group, day)) for group in rows.groups]
    known = [(group, low, high) for group, low, high in found if low is not None]
    if not known:
        warned = [row.warning for row in records(rows.rows(names_of(rows)[0])) if row.warning]
        return f"{upper_first(warned[0])}." if warned else "Nobody was analysed."
    said = [
        f"{said_range(low, high, rows.level)} {of_group(rows, group, rows.n(group))}"
        for group, low, high in known
    ]
    what = happened(rows).rstrip(",") if is_incidence(rows) else free(rows)
    return (
        f"Counted from the unseen beginning of {clock_words(rows)}, {listed(said)} {what} "
        f"{'by' if is_incidence(rows) else 'on'} day{fmt.NBSP}{fmt.trimmed(day)}."
        f"{_between(rows, known)}"
    )


def _between(rows: AnalysisRows, known: list[tuple[str, Any, Any]]) -> str:
    """Say how much the rule of imputation matters at that day."""
    rules = [rule for rule in RULES if rule != rows.analysis.imputation]
    day = max(rows.analysis.at_days)
    spans = []
    for group, low, high in known:
        others = [duration_bounds(rows, group, day, rule) for rule in rules]
        ends = [row.estimate for pair in others for row in pair if row is not None]
        if ends:
            every = [*ends, low.estimate, high.estimate]
            low_end, high_end = fmt.percent(min(every)), fmt.percent(max(every))
            span = f"{fmt.percentage_points(min(every))} to {high_end}"
            spans.append(high_end if low_end == high_end else span)
    if not spans:
        return ""
    return f" Over all rules for where a beginning lies it is {listed(spans)}."


def duration_table(rows: AnalysisRows) -> TableBlock | None:
    """Return the pooled curve at the days asked for, its variances, and the other rules."""
    if rows.rows(names_of(rows)[0], "curve").empty:
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
            caption=f"{rows.label}: pooled estimates, and other places of the beginning",
            columns=columns, groups=(_counts(rows), *days, *_medians(rows)),
            footnotes=_footnotes(rows),
        ),
    )  # fmt: skip


def _cells(rows: AnalysisRows, label: str, cell: Any) -> Row:
    return Row(cells=(label, *(cell(group) for group in rows.groups)))


def _counts(rows: AnalysisRows) -> RowGroup:
    def value(name: str) -> Any:
        return lambda group: rows.value(name, group=group)

    def shown(name: str, write: Any) -> Any:
        return lambda group: Parts(((name, rows.value(name, group=group)),),
                                   write(rows.value(name, group=group)))  # fmt: skip

    lines = (
        _cells(rows, "Subjects analysed", value("n")),
        _cells(rows, f"With the event: {rows.endpoint_label}", value("n_events")),
        _cells(rows, "With a beginning known to the day", value(N_ONSET_KNOWN)),
        _cells(rows, "Mean width of the intervals of the beginning, days",
               shown(ONSET_WIDTH, fmt.days_number)),
        _cells(rows, "Share of all that lasted until a visit, %",
               shown(SHARE_SEEN, fmt.percentage_points)),
    )  # fmt: skip
    return RowGroup(label="Counts, and how the beginning was seen", rows=lines)


def _at_day(rows: AnalysisRows, day: float) -> RowGroup:
    def bound(rule: str) -> Any:
        def cell(group: str) -> Any:
            low, high = duration_bounds(rows, group, day, rule)
            return fmt.MISSING if low is None or high is None else range_cell(low, high)

        return cell

    def variance(name: str) -> Any:
        def cell(group: str) -> Any:
            row = rows.one(name, group=group, term=names_of(rows)[2], day=day)
            if row is None:
                return fmt.MISSING
            scaled = fmt.percentage_points if name == VARIANCES[-1] else fmt.significant
            return Parts(((name, row.estimate),), scaled(row.estimate))

        return cell

    def dated(group: str) -> Any:
        own = {"group": group, "term": names_of(rows)[2]}
        row = rows.one(dated_statistic(rows), **own, level=VISIT_DATE, day=day)
        return fmt.MISSING if row is None else share(row.estimate, row.conf_low, row.conf_high)

    chosen = rows.analysis.imputation
    lines = [_cells(rows, f"Beginning {RULES[chosen]} (plan)", bound(""))]
    lines += [_cells(rows, label, variance(name)) for name, label in VARIANCE_LABELS.items()
              if len(rows.rows(name))]  # fmt: skip
    if rows.analysis.other_rules:
        lines += [_cells(rows, f"Beginning {words}", bound(rule))
                  for rule, words in RULES.items() if rule != chosen]  # fmt: skip
    if len(rows.rows(dated_statistic(rows))):
        lines.append(_cells(rows, upper_first(dated_label(rows)), dated))
    what = "With the event" if is_incidence(rows) else "Without the event"
    level = fmt.confidence_level(rows.level)
    head = f"{what} on day{fmt.NBSP}{fmt.trimmed(day)} since the beginning, % ({level})"
    return RowGroup(label=head, rows=tuple(lines))


def _medians(rows: AnalysisRows) -> list[RowGroup]:
    term = names_of(rows)[2]

    def box(rule: str) -> Any:
        def cell(group: str) -> Any:
            level = f"{MIDDLE} {rule}".strip()
            first = rows.one(QUANTILE_FROM, group=group, term=term, level=level)
            last = rows.one(QUANTILE_TO, group=group, term=term, level=level)
            if first is None or last is None or math.isnan(first.estimate):
                return fmt.NOT_REACHED
            words = _days_between(first.estimate, last.estimate)
            if not math.isnan(first.conf_low):
                words += f" ({fmt.days_limits(first.conf_low, first.conf_high)})"
            return Parts((("from", first.estimate), ("to", last.estimate)), words)

        return cell

    def dated(group: str) -> Any:
        row = rows.one("median", group=group, level=VISIT_DATE)
        return fmt.MISSING if row is None else time(row.estimate, row.conf_low, row.conf_high)

    chosen = rows.analysis.imputation
    lines = [_cells(rows, f"Beginning {RULES[chosen]} (plan)", box(""))]
    if rows.analysis.other_rules:
        lines += [_cells(rows, f"Beginning {words}", box(rule))
                  for rule, words in RULES.items() if rule != chosen]  # fmt: skip
    if len(rows.rows("median")):
        lines.append(_cells(rows, upper_first(dated_label(rows)), dated))
    head = f"Median duration, days ({fmt.confidence_level(rows.level)})"
    return [RowGroup(label=head, rows=tuple(lines))]


def _days_between(first: float, last: float) -> str:
    low, high = fmt.days_number(first), fmt.days_number(last)
    return low if low == high else f"{low} to {high}"


def _footnotes(rows: AnalysisRows) -> tuple[str, ...]:
    return (
        "A range is what the intervals leave open. Variances are on the log-log scale of the "
        "probability still without the event.",
        f"Population: {rows.population_label}.",
    )
