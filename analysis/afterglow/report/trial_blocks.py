"""What would follow under each strategy of a target trial: shares, mean days, differences."""

import math
from collections.abc import Callable
from typing import Any, Final

from afterglow.report.analysis_rows import AnalysisRows
from afterglow.report.blocks import TableBlock
from afterglow.report.trial_words import FREE_DAYS, SURVIVAL, alike_words, doubted, strategies
from afterglow.report.words import anchor
from afterglow.study.trial_rows import RELAPSE_DAYS, RELAPSE_SHARE, UNWEIGHTED
from afterglow.tables import format as fmt
from afterglow.tables import parts
from afterglow.tables.table import Column, Row, RowGroup, Table

OF_THE_DAY: Final = (
    "In relapse: the share past the event by the curve, times the share of these in relapse on "
    "the day; where nobody past it follows any longer, that of the last day with one is carried on."
)


def estimates_table(rows: AnalysisRows) -> TableBlock | None:
    """Return shares by day, weighted and not, mean days and differences, by strategy."""
    names = strategies(rows)
    if not names:
        return None
    level = fmt.confidence_level(rows.level)
    days = [float(day) for day in sorted(set(rows.analysis.at_days))]
    until = float(rows.analysis.horizon_days)
    groups = [_day(rows, names, day, level) for day in days]
    groups.append(_times(rows, names, until, level, FREE_DAYS, "Mean days free of the event"))
    after = rows.analysis.relapse_days
    if after:
        groups.append(_times(rows, names, until, level, RELAPSE_DAYS, "Mean days in relapse"))
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
                *filter(None, [alike_words(rows), OF_THE_DAY if after else ""]),
                *(f"{words}." for words in doubted(rows)),
            ),
        ),
    )


def _day(rows: AnalysisRows, names: list[str], day: float, level: str) -> RowGroup:
    lines = [
        _line(rows, "Free of the event", SURVIVAL, names, day, parts.share),
        _line(rows, "Without weights", UNWEIGHTED, names, day, _alone),
        _line(rows, "Difference", "difference", names, day, parts.share, against=True),
    ]
    if rows.analysis.relapse_days:
        lines.append(_line(rows, "In relapse", RELAPSE_SHARE, names, day, parts.share))
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
