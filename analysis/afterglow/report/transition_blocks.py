"""Moves between states for readers: probabilities between two days, ratios of the moves' rates."""

import math
from typing import TYPE_CHECKING, Any, Final

from afterglow.figures.canvas import new_axes
from afterglow.figures.forest import draw_forest, forest_height
from afterglow.figures.style import DOUBLE_COLUMN
from afterglow.names import CONF_HIGH, CONF_LOW, ESTIMATE, GROUP, HAZARD_RATIO, TERM
from afterglow.phrases import ARROW, move_words
from afterglow.report.analysis_rows import AnalysisRows, records
from afterglow.report.blocks import FigureBlock, TableBlock
from afterglow.report.cox_blocks import TESTS
from afterglow.report.drawing import figure
from afterglow.report.figure_words import span_shown
from afterglow.report.regression_blocks import RATIOS, term_label
from afterglow.report.state_blocks import STATES, state_words, states_of
from afterglow.report.words import anchor, counted, group_label, listed, lower_first, upper_first
from afterglow.tables import format as fmt
from afterglow.tables import parts
from afterglow.tables.table import Column, Row, RowGroup, Table

if TYPE_CHECKING:
    import pandas as pd

PROBABILITY: Final = "transition_probability"
DRAWN: Final = [GROUP, TERM, ESTIMATE, CONF_LOW, CONF_HIGH]


def probabilities_table(rows: AnalysisRows) -> TableBlock | None:
    """Return where those in a state on one day are on a later one; None where not asked for."""
    found = list(records(rows.rows(PROBABILITY)))
    if not found:
        return None
    targets = [state for state in states_of(rows)
               if any(row.term.endswith(f"{ARROW}{state}") and row.estimate > 0
                      for row in found)]  # fmt: skip
    columns = (
        Column(header="In this state first"),
        *(Column(header=upper_first(state_words(state)), spanner="In this state later, %",
                 show=fmt.percentage_points) for state in targets),
    )  # fmt: skip
    value = {(row.level, row.time_days, row.group, row.term): row.estimate for row in found}
    groups = []
    for level, day, group in dict.fromkeys((row.level, row.time_days, row.group) for row in found):
        sources = dict.fromkeys(
            row.term.partition(ARROW)[0] for row in found
            if (row.level, row.time_days, row.group) == (level, day, group)
        )  # fmt: skip
        lines = [
            Row(cells=(upper_first(state_words(source)),
                       *(value[level, day, group, f"{source}{ARROW}{target}"]
                         for target in targets)))
            for source in sources
        ]  # fmt: skip
        where = f", {group_label(group)}" if group else ""
        label = f"{upper_first(level)} to day {fmt.trimmed(day)}{where}"
        groups.append(RowGroup(label=label, rows=tuple(lines)))
    return TableBlock(
        name=anchor(rows.anchor, "transitions"),
        table=Table(
            caption=f"{rows.label}: where those in a state are later, %",
            columns=columns,
            groups=tuple(groups),
            footnotes=(
                "Limits are in results.csv. These probabilities rest on the Markov property.",
                f"Population: {rows.population_label}.",
            ),
        ),
    )


def _lines(rows: AnalysisRows) -> list[Any]:
    found = [
        row for row in records(rows.rows(HAZARD_RATIO)) if row.term and not math.isnan(row.estimate)
    ]
    return sorted(found, key=lambda row: [_place(end) for end in row.group.split(ARROW)])


def _place(state: str) -> tuple[int, str]:
    """Return where a state stands among the others: clinical ones in their order come first."""
    known = list(STATES)
    return (known.index(state) if state in known else len(known), state)


def moves_finding(rows: AnalysisRows) -> str:
    """Return the first coefficient of the moves that were made most often, and how many moves."""
    lines = _lines(rows)
    if not lines:
        why = [row.warning for row in records(rows.rows(HAZARD_RATIO)) if row.warning]
        return f"No move could be modelled: {why[0] if why else 'nobody to analyse'}."
    first: dict[str, Any] = {}
    for line in lines:
        first.setdefault(line.group, line)
    most = sorted(first.values(), key=lambda line: -line.n_events)[:2]
    said = [
        f"{move_words(line.group)} "
        f"{fmt.estimate(line.estimate, line.conf_low, line.conf_high, level=rows.level)} "
        f"({counted(line.n_events, 'move')})"
        for line in most
    ]
    label = lower_first(term_label(rows, most[0]))
    more = len(first) - len(most)
    rest = f"; {counted(more, 'further move')} in the table" if more > 0 else ""
    return (
        f"Hazard ratios of {label}: {listed(said)}{rest}. There were "
        f"{counted(rows.value('n_events'), 'move')} of {counted(rows.n(''), 'subject')}."
    )


def moves_forest(rows: AnalysisRows) -> FigureBlock | None:
    """Draw the ratios of every move on one log axis; None where there are fewer than two."""
    lines = [line for line in _lines(rows) if 0 < line.estimate < math.inf]
    if len(lines) < 2:
        return None
    frame = _frame(rows, lines)
    axes = draw_forest(
        frame, label=TERM, section=GROUP, null=1.0, scale="log", xlabel=RATIOS[HAZARD_RATIO],
        level=rows.level,
        ax=new_axes(DOUBLE_COLUMN, forest_height(frame, label=TERM, section=GROUP)),
    )  # fmt: skip
    return figure(
        anchor(rows.anchor, "forest"),
        axes,
        title=f"{rows.label}: hazard ratios",
        caption=f"{rows.label}. Hazard ratios of leaving one state for another, move by move; "
        f"whiskers: {fmt.confidence_level(rows.level)}; 1 is no association.",
        alt=span_shown(
            frame[ESTIMATE],
            "hazard ratio",
            fmt.number,
            of=f"of {counted(frame[GROUP].nunique(), 'move')}",
        ),
        data=_numbers(rows),
    )


def _frame(rows: AnalysisRows, lines: list[Any]) -> "pd.DataFrame":
    import pandas as pd

    data = [
        (upper_first(move_words(line.group)), term_label(rows, line), line.estimate,
         line.conf_low, line.conf_high)
        for line in lines
    ]  # fmt: skip
    return pd.DataFrame(data, columns=DRAWN)


def ratios_table(rows: AnalysisRows) -> TableBlock | None:
    """Return the ratios of every move with its tests; None where nothing was fitted."""
    if not _lines(rows):
        return None
    return TableBlock(name=anchor(rows.anchor, "coefficients"), table=_numbers(rows))


def _numbers(rows: AnalysisRows) -> Table:
    lines = _lines(rows)
    moves = dict.fromkeys(line.group for line in lines)
    warned = tuple(dict.fromkeys(line.warning for line in lines if line.warning))
    return Table(
        caption=f"{rows.label}: hazard ratios, move by move",
        columns=(
            Column(header="Covariate"),
            Column(header=RATIOS[HAZARD_RATIO], unit=fmt.confidence_level(rows.level)),
            Column(header="p", show=fmt.p_value),
        ),
        groups=tuple(_move(rows, move, lines) for move in moves),
        footnotes=(*warned, *_untold(rows), f"Population: {rows.population_label}."),
    )


def _move(rows: AnalysisRows, move: str, lines: list[Any]) -> RowGroup:
    found = [
        Row(
            cells=(
                term_label(rows, line),
                parts.ratio(line.estimate, line.conf_low, line.conf_high),
                None if math.isnan(line.p_value) else line.p_value,
            )
        )
        for line in lines
        if line.group == move
    ]
    tests = [
        Row(cells=(f"No association: {label}", None, row.p_value))
        for name, label in TESTS.items()
        if (row := rows.one(name, group=move)) is not None and not math.isnan(row.p_value)
        if len(found) > 1
    ]
    return RowGroup(label=upper_first(move_label(rows, move)), rows=(*found, *tests))


def _untold(rows: AnalysisRows) -> tuple[str, ...]:
    """Return why some moves have no model, each reason once with its moves."""
    found: dict[str, list[str]] = {}
    for row in records(rows.rows(HAZARD_RATIO)):
        if row.group and math.isnan(row.estimate) and not row.term:
            found.setdefault(row.warning, []).append(move_label(rows, row.group))
    return tuple(f"{upper_first(why)}: {listed(moves)}." for why, moves in found.items())


def move_label(rows: AnalysisRows, move: str) -> str:
    """Return a move with its count: "from relapse to ECT (1 move)"."""
    made = rows.one("n_moves", group=move)
    return move_words(move) + (f" ({counted(made.estimate, 'move')})" if made else "")
