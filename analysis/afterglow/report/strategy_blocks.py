"""A comparison of strategies for readers: the figure, the table, and the other rules' choices."""

from collections.abc import Iterator
from typing import Any, Final

import pandas as pd

from afterglow.figures.canvas import new_figure
from afterglow.figures.steps import FEW_AT_RISK
from afterglow.figures.strategies import LABEL, PRIMARY, draw_strategies, strategies_height
from afterglow.figures.style import DOUBLE_COLUMN
from afterglow.names import AT_RISK, CONF_HIGH, CONF_LOW, ESTIMATE, GROUP, TIME
from afterglow.report.analysis_rows import AnalysisRows, records
from afterglow.report.blocks import FigureBlock, TableBlock
from afterglow.report.curve_rows import SURVIVAL_AXIS, days_axis
from afterglow.report.drawing import figure
from afterglow.report.figure_words import values_shown
from afterglow.report.naive_words import unseen_words
from afterglow.report.sensitivity_rows import RULES, SENSITIVITY, Choice, Companions
from afterglow.report.sentences import day_words
from afterglow.report.strategies import WORDS
from afterglow.report.strategy_words import (
    LABELS,
    NOTHING,
    PLAIN,
    estimates_words,
    event_words,
    kinds_words,
    last_day,
    primaries,
    strategies_shown,
    weighted_apart,
)
from afterglow.report.words import anchor, cause_words, listed, lower_first, spelled
from afterglow.study.strategy_roles import (
    COMPETING,
    COMPOSITE,
    WEIGHTED,
    in_force,
)
from afterglow.study.strategy_rows import BEST, FREE, NOT_YET_ANY, WORST
from afterglow.study.strategy_weighted import OUTSIDE, WITHOUT_WEIGHTS
from afterglow.study.weighting import UNSEEN
from afterglow.tables import format as fmt
from afterglow.tables.parts import Parts, count_of, share, time
from afterglow.tables.table import Column, Row, RowGroup, Table

FREE_OF: Final = "Free of the event"
SHOWN_BEYOND: Final = 2.0
HEADS: Final = {COMPETING: "Competing (best case)", COMPOSITE: "Composite (worst case)"}
BAND: Final = (
    "Shaded: from the worst case (everybody to whom it was given had the event on that day: the "
    "composite curve) to the best case (nobody ever had: the competing curve)"
)


def strategies_figure(rows: AnalysisRows) -> FigureBlock | None:
    """Draw the curves with their band, and the values of the last day from best to worst."""
    shown, day = strategies_shown(rows), last_day(rows)
    frame = _curves(rows, shown)
    if frame.empty:
        return None
    points = _points(rows, shown)
    until = min(float(frame[TIME].max()), SHOWN_BEYOND * day)
    label = SURVIVAL_AXIS.get(rows.endpoint.kind, FREE_OF)
    drawn = draw_strategies(
        frame, points, day=day, xlabel=days_axis(rows),
        ylabel=label,
        day_label=f"{label} on day {fmt.trimmed(day)}", until_day=max(until, day),
        figure=new_figure(DOUBLE_COLUMN, strategies_height(points)),
    )[0]  # fmt: skip
    return figure(
        anchor(rows.anchor, "strategies"), drawn, title=rows.label, caption=_caption(rows),
        alt=_alt(rows, shown), data=_points_table(rows, points), points=_steps_table(rows, frame),
    )  # fmt: skip


def _curves(rows: AnalysisRows, shown: list[str]) -> pd.DataFrame:
    keys = [GROUP, TIME]
    curve = rows.rows(FREE, "curve")[[*keys, ESTIMATE]]
    risk = rows.rows(AT_RISK, "curve")[[*keys, ESTIMATE]].rename(columns={ESTIMATE: AT_RISK})
    both = pd.merge(curve, risk, on=keys, how="left", validate="one_to_one", sort=False)
    return both[both[GROUP].isin(shown)].reset_index(drop=True)


def _points(rows: AnalysisRows, shown: list[str]) -> pd.DataFrame:
    named, day = primaries(rows), last_day(rows)
    found = [(group, rows.one(FREE, group=group, day=day)) for group in shown]
    data = [
        (group, LABELS[group], group in named, row.estimate, row.conf_low, row.conf_high)
        for group, row in found
    ]
    return pd.DataFrame(data, columns=[GROUP, LABEL, PRIMARY, ESTIMATE, CONF_LOW, CONF_HIGH])


def _caption(rows: AnalysisRows) -> str:
    level = fmt.confidence_level(rows.level)
    return (
        f"{rows.label}. Left: the share free of the event under each strategy; paler: fewer than "
        f"{FEW_AT_RISK} at risk. {BAND}. Right: {day_words(rows, last_day(rows))}, from the most "
        f"to the least optimistic strategy; lines: {level}."
    )


def _alt(rows: AnalysisRows, shown: list[str]) -> str:
    day = last_day(rows)
    values = [(lower_first(LABELS[g]), rows.value(FREE, group=g, day=day)) for g in shown]
    lead = f"{FREE_OF} on {day_words(rows, day)}"
    return values_shown(lead, [("", f"{label} {fmt.percent(value)}") for label, value in values])


def _points_table(rows: AnalysisRows, points: pd.DataFrame) -> Table:
    columns = (
        Column(header="Strategy"),
        Column(header=FREE_OF, unit=f"%, {fmt.confidence_level(rows.level)}"),
    )
    cells = [
        (row.label, share(row.estimate, row.conf_low, row.conf_high)) for row in records(points)
    ]
    caption = f"{rows.label}: {day_words(rows, last_day(rows))}"
    return Table.from_rows(caption, columns, cells)


def _steps_table(rows: AnalysisRows, frame: pd.DataFrame) -> Table:
    names = [GROUP, TIME, ESTIMATE, AT_RISK]
    cells = [tuple(getattr(row, name) for name in names) for row in records(frame)]
    return Table.from_rows(f"{rows.label}: every step", [Column(header=n) for n in names], cells)


def strategies_table(rows: AnalysisRows) -> TableBlock | None:
    """Return what each strategy estimates, and its shares and median; then the bounds."""
    shown = strategies_shown(rows)
    if not shown:
        return None
    days = sorted(set(rows.analysis.at_days))
    level = fmt.confidence_level(rows.level)
    over = f"Free of the event, % ({level})"
    columns = (
        Column(header="Strategy"),
        Column(header="What it estimates", align="left"),
        Column(header="n/N"),
        *(Column(header=f"Day{fmt.NBSP}{fmt.trimmed(day)}", spanner=over) for day in days),
        Column(header="Median", unit=f"days, {level}"),
    )
    body = [line for group in shown for line in _lines(rows, group, days)]
    return TableBlock(
        name=anchor(rows.anchor, "table"),
        table=Table(
            caption=f"{rows.label}: every strategy, from the most to the least optimistic",
            columns=columns,
            groups=(RowGroup(rows=tuple(body)), RowGroup(rows=(_bounds(rows, days),))),
            footnotes=_notes(rows),
        ),
    )


def _lines(rows: AnalysisRows, group: str, days: list[float]) -> list[Row]:
    label = f"{LABELS[group]}{' (primary)' if group in primaries(rows) else ''}"
    counts = count_of(rows.value("n_events", group=group), rows.value("n", group=group))
    cells = [_share(rows.one(FREE, group=group, day=day)) for day in days]
    middle = rows.one("median", group=group)
    median = time(middle.estimate, middle.conf_low, middle.conf_high) if middle else fmt.MISSING
    lines = [Row(cells=(label, estimates_words(rows, group), counts, *cells, median))]
    either = [rows.one(NOT_YET_ANY, group=group, day=day) for day in days]
    if any(either):
        shares = [_share(row) for row in either]
        lines.append(Row(cells=("", NOTHING, "", *shares, ""), indent=1))
    if group == WEIGHTED and len(rows.rows(WITHOUT_WEIGHTS)):
        plain = [_share(rows.one(WITHOUT_WEIGHTS, group=group, day=day)) for day in days]
        lines.append(Row(cells=("", PLAIN, "", *plain, ""), indent=1))
    return lines


def _share(row: Any) -> Any:
    return fmt.MISSING if row is None else share(row.estimate, row.conf_low, row.conf_high)


def _bounds(rows: AnalysisRows, days: list[float]) -> Row:
    cells = []
    for day in days:
        worst, best = rows.value(WORST, day=day), rows.value(BEST, day=day)
        words = f"{fmt.percentage_points(worst)} to {fmt.percentage_points(best)}"
        cells.append(Parts((("worst", worst), ("best", best)), words))
    what = (
        f"Share without it had there been no {kinds_words(rows).removeprefix('a ')}, whatever "
        "would have come: between the composite and the competing estimate"
    )
    return Row(cells=("Worst to best case", what, "", *cells, ""))


def _notes(rows: AnalysisRows) -> tuple[str, ...]:
    notes = ["n/N: with the event at any time of follow-up, of those analysed."]
    sizes = {group: rows.value("n", group=group) for group in strategies_shown(rows)}
    base = sizes.get(COMPETING, 0.0)
    fewer = [LABELS[group] for group, n in sizes.items() if n < base and group != WEIGHTED]
    if fewer:
        notes.append(
            f"{listed(fewer)}: the same subjects without those of whom no visit was seen after "
            "the clock had started."
        )
    named = primaries(rows)
    if not named:
        notes.append(
            "The plan has no primary analysis of this endpoint by one of these strategies."
        )
    return (*notes, *_weighted_notes(rows), f"Population: {rows.population_label}.")


def _weighted_notes(rows: AnalysisRows) -> Iterator[str]:
    """Yield who counts in the weighted estimate, and what else differs in it."""
    found = rows.one(FREE, group=WEIGHTED, day=last_day(rows))
    if found is None:
        return
    plan = rows.study.plan
    other = plan.analysis[rows.analysis.weighted]
    unseen = rows.value(UNSEEN, group=WEIGHTED)
    if unseen > 0:
        n, of = fmt.count(unseen), fmt.count(rows.value("n", group=COMPETING))
        yield (
            f"{LABELS[WEIGHTED]}: {n} of the {of} have no time at risk, as no visit showed them "
            f"free of {event_words(rows)} while at risk ({unseen_words(rows)}); they count in the "
            "weights alone."
        )
    yield f"The weights are judged under “{other.label or spelled(rows.analysis.weighted)}”."
    apart = weighted_apart(rows)
    if apart:
        events = listed([cause_words(kind) for kind in apart])
        how = {WORDS[in_force(other, plan)[kind]][1] for kind in apart}
        here = listed(sorted(how)) if len(how) == 1 else "are treated otherwise"
        yield f"{LABELS[WEIGHTED]}: {events} {here}, unlike under the other strategies."
    if OUTSIDE in found.warning:
        yield f"{LABELS[WEIGHTED]}: {OUTSIDE}."


def choices_table(rows: AnalysisRows) -> TableBlock | None:
    """Return the shares of the last day under every choice of the rules, a column a strategy."""
    found, shown = Companions(rows), strategies_shown(rows)
    if not found.choices or not shown:
        return None
    named = primaries(rows)
    level = fmt.confidence_level(rows.level)
    columns = [Column(header="Choice")]
    for group in shown:
        unit = f"%, {level}" if group in named else "%"
        columns.append(Column(header=_short(group), unit=unit))
    groups = tuple(
        RowGroup(
            label=RULES.get(rule, rule),
            rows=tuple(_choice_row(rows, one, shown) for one in found.choices if one.rule == rule),
        )
        for rule in dict.fromkeys(one.rule for one in found.choices)
    )
    when = day_words(rows, last_day(rows))
    return TableBlock(
        name=anchor(rows.anchor, "choices"),
        table=Table(
            caption=f"{rows.label} under other choices of the rules: free of the event, {when}",
            columns=tuple(columns), groups=groups,
            footnotes=("(plan): the choice of the plan.",),
        ),
    )  # fmt: skip


def _short(group: str) -> str:
    return HEADS.get(group, LABELS[group])


def _choice_row(rows: AnalysisRows, choice: Choice, shown: list[str]) -> Row:
    named, day = primaries(rows), last_day(rows)
    cells: list[Any] = [choice.words]
    for group in shown:
        row = rows.one(
            FREE, group=group, term=choice.rule, level=choice.level, day=day, section=SENSITIVITY
        )
        if row is None:
            cells.append(fmt.MISSING)
        elif group in named:
            cells.append(share(row.estimate, row.conf_low, row.conf_high))
        else:
            cells.append(Parts((("estimate", row.estimate),), fmt.percentage_points(row.estimate)))
    return Row(cells=tuple(cells))
