"""The clock-reset model for readers: beside the shares without it, and how long states last."""

import math
from typing import Any, Final

from afterglow.names import TIME
from afterglow.phrases import ARROW, state_name
from afterglow.report.analysis_rows import AnalysisRows, records
from afterglow.report.blocks import TableBlock
from afterglow.report.state_blocks import OCCUPANCY, state_words, states_of
from afterglow.report.words import anchor, counted, group_label, upper_first
from afterglow.tables import format as fmt
from afterglow.tables import parts
from afterglow.tables.table import Column, Row, RowGroup, Table

RESET: Final = "clock_reset_occupancy"
SHIFT: Final = "clock_reset_difference"
MEDIAN: Final = "median_stay"
LEFT: Final = "left_by"
AGREE: Final = (
    "A clock-reset model, in which only the days since a state was entered count, gives the same "
    "shares within their errors."
)
DIFFER: Final = (
    "A clock-reset model, in which only the days since a state was entered count, gives other "
    "shares, most for “{state}”: {shift} points on day{space}{day}{where}. Sessions that follow a "
    "calendar, or a later relapse unlike the first, break that model; the shares without it hold."
)


def clock_reset_finding(rows: AnalysisRows) -> str:
    """Return whether both estimates agree, and where they differ most; "" without the model."""
    shifts = [row for row in records(rows.rows(SHIFT)) if not math.isnan(row.p_value)]
    if not shifts:
        return ""
    apart = [row for row in shifts if row.p_value < 1.0 - rows.level]
    if not apart:
        return AGREE
    most = max(apart, key=lambda row: abs(row.estimate))
    shift = parts.share(most.estimate, most.conf_low, most.conf_high)
    return DIFFER.format(
        state=state_name(most.term), shift=shift, space=fmt.NBSP, day=fmt.trimmed(most.time_days),
        where=f" in the {group_label(most.group)} group" if most.group else "",
    )  # fmt: skip


def clock_reset_table(rows: AnalysisRows) -> TableBlock | None:
    """Return both shares and their difference by day, group and state; None without the model."""
    found = list(records(rows.rows(RESET)))
    if not found or math.isnan(found[0].time_days):
        return None
    heads = [
        (day, group)
        for day in sorted(set(rows.rows(RESET)[TIME].tolist()))
        for group in rows.groups
    ]
    columns = (
        Column(header="State"),
        Column(header="Without a model, %", unit=fmt.confidence_level(rows.level)),
        Column(header="Clock-reset model, %", unit=fmt.confidence_level(rows.level)),
        Column(header="Difference, points", unit=fmt.confidence_level(rows.level)),
        Column(header="p (Holm)", show=fmt.p_value),
    )
    return TableBlock(
        name=anchor(rows.anchor, "clock-reset"),
        table=Table(
            caption=f"{rows.label}: shares if only the time since entry to a state counts",
            columns=columns,
            groups=tuple(_day(rows, day, group) for day, group in heads),
            footnotes=(*_tests(rows), *_warned(rows), f"Population: {rows.population_label}."),
        ),
    )


def _day(rows: AnalysisRows, day: float, group: str) -> RowGroup:
    lines = []
    for state in states_of(rows):
        free, model, shift = (
            rows.one(name, group=group, term=state, day=day) for name in (OCCUPANCY, RESET, SHIFT)
        )
        if free is None or model is None or not (free.estimate > 0 or model.estimate > 0):
            continue
        lines.append(
            Row(
                cells=(
                    upper_first(state_words(state)),
                    parts.share(free.estimate, free.conf_low, free.conf_high),
                    parts.share(model.estimate, model.conf_low, model.conf_high),
                    parts.share(shift.estimate, shift.conf_low, shift.conf_high),
                    None if math.isnan(shift.p_value) else shift.p_value,
                )
            )
        )
    where = f", {group_label(group)}" if group else ""
    return RowGroup(label=f"Day {fmt.trimmed(day)}{where}", rows=tuple(lines))


def _tests(rows: AnalysisRows) -> tuple[str, ...]:
    said = []
    for name, words in (
        ("markov_test", "Markov property (on one day, the day of entry does not matter)"),
        ("clock_reset_test", "Clock-reset property (after as long in a state, the day of entry "
         "does not matter)"),
    ):  # fmt: skip
        row = rows.one(name)
        if row is not None and not math.isnan(row.p_value):
            said.append(
                f"{words}: chi-squared {fmt.number(row.statistic)} on "
                f"{counted(row.df, 'degree')} of freedom, {fmt.p_statement(row.p_value)}."
                + (f" {upper_first(row.warning)}." if row.warning else "")
            )
    return tuple(said)


def _warned(rows: AnalysisRows) -> tuple[str, ...]:
    found = dict.fromkeys(words for words in rows.rows(RESET)["warning"] if words)
    return tuple(f"{upper_first(words)}." for words in found)


def stays_table(rows: AnalysisRows) -> TableBlock | None:
    """Return how long states last and where they lead to; None without the model."""
    medians = list(records(rows.rows(MEDIAN)))
    if not medians:
        return None
    left = list(records(rows.rows(LEFT)))
    days = sorted({row.time_days for row in left})
    columns = (
        Column(header="State, and where it led to"),
        *(
            Column(header=f"By day {fmt.trimmed(day)}, %", unit=fmt.confidence_level(rows.level))
            for day in days
        ),
    )
    groups = [
        RowGroup(label=_stay_words(rows, row), rows=tuple(_targets(row, left, days)))
        for row in medians
    ]
    return TableBlock(
        name=anchor(rows.anchor, "stays"),
        table=Table(
            caption=f"{rows.label}: how long a state lasts, in days since it was entered",
            columns=columns,
            groups=tuple(groups),
            footnotes=(
                "Every entry to a state counts, a subject's later ones too; limits are robust by "
                "subject. Stays that went on when last seen are censored.",
                f"Population: {rows.population_label}.",
            ),
        ),
    )


def _stay_words(rows: AnalysisRows, row: Any) -> str:
    where = f", {group_label(row.group)}" if row.group else ""
    median = fmt.days_estimate(row.estimate, row.conf_low, row.conf_high, level=rows.level)
    stays = counted(row.n, "stay")
    return f"{upper_first(state_words(row.term))}{where}: {stays}, median {median}"


def _targets(stay: Any, left: list[Any], days: list[float]) -> list[Row]:
    own = [row for row in left if row.group == stay.group
           and row.term.partition(ARROW)[0] == stay.term]  # fmt: skip
    cells = {(row.term, row.time_days): row for row in own}
    found = []
    for term in dict.fromkeys(row.term for row in own):
        shares = [cells[term, day] for day in days]
        if not any(row.estimate > 0 for row in shares):
            continue
        target = term.rpartition(ARROW)[2]
        words = "Still there" if target == stay.term else f"→ {state_name(target)}"
        found.append(
            Row(
                cells=(
                    words,
                    *(parts.share(row.estimate, row.conf_low, row.conf_high) for row in shares),
                )
            )
        )
    return found
