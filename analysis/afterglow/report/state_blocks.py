"""States over time for readers: shares by day, days in each state, moves."""

import math
from typing import Any, Final

import pandas as pd

from afterglow.names import AT_RISK, TERM, TIME
from afterglow.phrases import ARROW, state_name
from afterglow.report.analysis_rows import AnalysisRows, records
from afterglow.report.blocks import TableBlock
from afterglow.report.sentences import of_group
from afterglow.report.words import (
    anchor,
    cause_words,
    counted,
    group_label,
    listed,
    upper_first,
    variable_label,
)
from afterglow.tables import format as fmt
from afterglow.tables import parts
from afterglow.tables.table import Column, Row, RowGroup, Table

OCCUPANCY: Final = "occupancy"
DAYS: Final = "days_in_state"
STATES: Final = {
    "course": "in the course",
    "symptomatic": "symptomatic",
    "response": "in response",
    "remission": "in remission",
    "relapse": "in relapse",
    "booster": "in a booster block",
}
WELL: Final = "days_well"
MAIN: Final = ("symptomatic", "response", "remission", "relapse")
MOST_SAID: Final = 4

ENDED: Final = {
    "ect": "had been given ECT",
    "switch": "had switched treatment",
    "withdrawal": "had withdrawn",
    "death": "had died",
    "lost": "were lost to follow-up",
}


def state_words(state: str) -> str:
    """Return what a state is called within a sentence: "in response", "death"."""
    return STATES.get(state, cause_words(state))


def states_of(rows: AnalysisRows) -> list[str]:
    """Return the states in their order."""
    found = pd.concat([rows.rows(OCCUPANCY, "curve"), rows.rows(OCCUPANCY), rows.rows(DAYS)])
    return list(dict.fromkeys(found[TERM].tolist()))


def occupancy_days(rows: AnalysisRows) -> list[float]:
    """Return the days for which shares were asked, in rising order."""
    return sorted(set(rows.rows(OCCUPANCY)[TIME].dropna().tolist()))


def states_finding(rows: AnalysisRows) -> str:
    """Return the main shares on the last day asked for, and the days in each state."""
    days = occupancy_days(rows)
    if not days:
        why = [row.warning for row in records(rows.rows(OCCUPANCY)) if row.warning]
        if why:
            return f"Nothing could be estimated: {why[0]}."
        return _stays(rows) or "The shares of all states over time are in the figure."
    said = []
    for group in rows.groups:
        shares = [
            (row.estimate, ENDED.get(state, f"were {state_words(state)}"))
            for state in _said(rows)
            if (row := rows.one(OCCUPANCY, group=group, term=state, day=days[-1]))
            and row.estimate > 0
        ]
        if shares:
            (first, predicate), *others = shares
            rest = [f"{fmt.percent(share)} {words}" for share, words in others]
            whom = of_group(rows, group, rows.n(group))
            said.append(listed([f"{fmt.percent(first)} {whom} {predicate}", *rest]))
    if not said:
        return _stays(rows) or "The shares of all states are in the table."
    more = "" if len(_said(rows)) == len(states_of(rows)) else "; the other states in the table"
    words = f"On day{fmt.NBSP}{fmt.trimmed(days[-1])}, an estimated {'; '.join(said)}{more}."
    return " ".join(part for part in (words, _stays(rows)) if part)


def _said(rows: AnalysisRows) -> list[str]:
    """Return the states to tell of in a sentence: all of a few, else the clinical ones."""
    states = states_of(rows)
    main = [state for state in states if state in MAIN]
    return states if len(states) <= MOST_SAID or not main else main


def _stays(rows: AnalysisRows) -> str:
    """Return the days in response or remission, with their limits.

    Where days well are asked for, they are told with the other numbers of that kind.
    """
    if not rows.rows(WELL).empty:
        return ""
    found = list(records(rows.rows(DAYS)))
    good = [row for row in found if row.term in ("response", "remission")]
    if not good:
        return ""
    said = []
    for group in rows.groups:
        where = f" in the {group} group" if group else ""
        days = [
            f"{fmt.estimate(row.estimate, row.conf_low, row.conf_high, digits=1, level=rows.level)}"
            f" days {state_words(row.term)}"
            for row in good
            if row.group == group
        ]
        said.append(listed(days) + where)
    until = fmt.trimmed(found[0].time_days)
    return f"To day{fmt.NBSP}{until} a subject is expected to spend {'; '.join(said)}."


def states_table(rows: AnalysisRows) -> TableBlock | None:
    """Return subjects, shares on the days asked for and days in each state, by group."""
    days = occupancy_days(rows)
    stay = list(records(rows.rows(DAYS)))
    if not days and not stay:
        return None
    spanner = "" if rows.groups == [""] else variable_label(rows.analysis.by or "")
    columns = (
        Column(header="", align="left"),
        *(
            Column(header=group_label(group), spanner=spanner, show=fmt.count)
            for group in rows.groups
        ),
    )
    groups = [_counts(rows), *(_day(rows, day) for day in days)]
    for until in dict.fromkeys(row.time_days for row in stay):
        label = f"Expected days to day {fmt.trimmed(until)} ({fmt.confidence_level(rows.level)})"
        groups.append(_lines(rows, label, DAYS, until, parts.score))
    return TableBlock(
        name=anchor(rows.anchor, "table"),
        table=Table(
            caption=f"{rows.label}: shares in each state by day, and days in each state",
            columns=columns,
            groups=tuple(groups),
            footnotes=(*_treated(rows), f"Population: {rows.population_label}.", *_warned(rows)),
        ),
    )


def _treated(rows: AnalysisRows) -> tuple[str, ...]:
    if not rows.analysis.treatment_states:
        return ()
    return ("Days in treatment are not counted in the clinical states here.",)


def _counts(rows: AnalysisRows) -> RowGroup:
    wanted = {
        "n": "Subjects analysed",
        "n_without_path": "Without a path: no session, no baseline or not seen later",
        "n_events": "Moves between states",
    }
    lines = [
        Row(cells=(label, *(rows.value(name, group=group) for group in rows.groups)))
        for name, label in wanted.items()
        if name != "n_without_path" or any(rows.value(name, group=g) > 0 for g in rows.groups)
    ]
    return RowGroup(label="Counts over the whole follow-up", rows=tuple(lines))


def _day(rows: AnalysisRows, day: float) -> RowGroup:
    label = f"Day {fmt.trimmed(day)}, % ({fmt.confidence_level(rows.level)})"
    lines = _lines(rows, label, OCCUPANCY, day, parts.share)
    watched = [rows.value(AT_RISK, group=group, day=day) for group in rows.groups]
    return RowGroup(label=label, rows=(Row(cells=("Watched", *watched)), *lines.rows))


def _lines(rows: AnalysisRows, label: str, statistic: str, day: float, cell: Any) -> RowGroup:
    def shown(state: str, group: str) -> Any:
        row = rows.one(statistic, group=group, term=state, day=day)
        known = row is not None and not math.isnan(row.estimate)
        return cell(row.estimate, row.conf_low, row.conf_high) if known else fmt.MISSING

    lines = [
        Row(cells=(upper_first(state_words(state)), *(shown(state, g) for g in rows.groups)))
        for state in states_of(rows)
    ]
    return RowGroup(label=label, rows=tuple(lines))


def _warned(rows: AnalysisRows) -> tuple[str, ...]:
    found = [rows.rows(name)["warning"] for name in (OCCUPANCY, DAYS)]
    return tuple(f"{upper_first(words)}." for words in dict.fromkeys(pd.concat(found)) if words)


def moves_table(rows: AnalysisRows) -> TableBlock | None:
    """Return how often each move was made, and how its rate goes with the day of entry."""
    moves = list(records(rows.rows("n_moves")))
    if not moves:
        return None
    ratios = {row.term: row for row in records(rows.rows("entry_week_hazard_ratio"))}
    columns = (
        Column(header="From"),
        Column(header="To"),
        *(Column(header=group_label(group), show=fmt.count) for group in rows.groups),
        Column(
            header="Hazard ratio per week of later entry", unit=fmt.confidence_level(rows.level)
        ),
        Column(header="p", show=fmt.p_value),
    )
    count = {(row.term, row.group): row.estimate for row in moves}
    lines = []
    order = states_of(rows)
    for term in sorted(
        dict.fromkeys(row.term for row in moves),
        key=lambda move: [order.index(end) for end in move.split(ARROW)],
    ):
        source, _, target = term.partition(ARROW)
        numbers = [count.get((term, group), 0.0) for group in rows.groups]
        tested = ratios.get(term)
        cells: tuple[Any, Any] = (fmt.MISSING, None)
        if tested is not None and not tested.warning:
            ratio = parts.ratio(tested.estimate, tested.conf_low, tested.conf_high)
            cells = (ratio, tested.p_value)
        ends = (upper_first(state_name(source)), upper_first(state_name(target)))
        lines.append(Row(cells=(*ends, *numbers, *cells)))
    return TableBlock(
        name=anchor(rows.anchor, "moves"),
        table=Table(
            caption=f"{rows.label}: moves between states",
            columns=columns,
            groups=(RowGroup(rows=tuple(lines)),),
            footnotes=(_markov(rows), f"Population: {rows.population_label}."),
        ),
    )


def _markov(rows: AnalysisRows) -> str:
    row = rows.one("markov_test")
    if row is None:
        return "The Markov property was not tested."
    if math.isnan(row.p_value):
        return f"The Markov property was not tested: {row.warning or 'too few moves'}."
    words = (
        f"Test of the Markov property, all tested moves together: chi-squared "
        f"{fmt.number(row.statistic)} on {counted(row.df, 'degree')} of freedom, "
        f"{fmt.p_statement(row.p_value)}."
    )
    if rows.analysis.treatment_states:
        words += " Leaving treatment is not tested: how long it lasts is part of its definition."
    return f"{words} {upper_first(row.warning)}." if row.warning else words
