"""The primary result under every other choice of a rule: its rows, its table, its forest plot."""

import math
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING, Any, Final

from afterglow.names import STATISTIC_NAME, TIME
from afterglow.report.analysis_rows import AnalysisRows, records
from afterglow.report.blocks import TableBlock
from afterglow.report.rule_rows import PENDING, UNCONFIRMED
from afterglow.report.sentences import day_words
from afterglow.report.words import anchor, group_label, plain
from afterglow.study.results import SECTION
from afterglow.tables import format as fmt
from afterglow.tables import parts
from afterglow.tables.table import Column, Row, RowGroup, Table

if TYPE_CHECKING:
    import pandas as pd

SENSITIVITY: Final = "sensitivity"
MEAN_COUNT: Final = "mean_count"
HEADLINES: Final = ("incidence", "survival", "rate", MEAN_COUNT, "median")
RULES: Final = {
    "unconfirmed": "A run still open at the end of follow-up",
    "session_while_pending": "A session while a run waits for confirmation",
    "max_gap_days": "Gap that ends the course",
}
CHOICES: Final = {"unconfirmed": UNCONFIRMED, "session_while_pending": PENDING}
HEADS: Final = {
    "incidence": "Incidence",
    "survival": "Free of it",
    "rate": "Rate",
    MEAN_COUNT: "Mean number",
    "median": "Median",
}


@dataclass(frozen=True, slots=True)
class Choice:
    """One choice of one rule, and whether it is the plan's."""

    rule: str
    level: str
    planned: bool

    @property
    def words(self) -> str:
        """What the choice is called."""
        words = CHOICES.get(self.rule, {}).get(self.level) or f"{plain(float(self.level))} days"
        return f"{words} (plan)" if self.planned else words


@dataclass(frozen=True, eq=False)
class Companions:
    """The headline of one primary analysis under every choice.

    Attributes
    ----------
    rows : AnalysisRows
    """

    rows: AnalysisRows

    @cached_property
    def table(self) -> "pd.DataFrame":
        """The headline at its last day, and its differences."""
        mine = self.rows.table[self.rows.table[SECTION] == SENSITIVITY]
        wanted = mine[STATISTIC_NAME].isin((self.headline, "difference"))
        at_last = mine[TIME].isna() if self.day is None else mine[TIME] == self.day
        return mine[wanted & at_last]

    @cached_property
    def headline(self) -> str:
        """The statistic that is followed, "" where there is none."""
        names = set(self.rows.table.loc[self.rows.table[SECTION] == SENSITIVITY, STATISTIC_NAME])
        return next((name for name in HEADLINES if name in names), "")

    @cached_property
    def day(self) -> float | None:
        """The last day of the headline, None where it has no day."""
        last = self.rows.rows(self.headline, SENSITIVITY)[TIME].max()
        return None if math.isnan(last) else float(last)

    @property
    def is_time(self) -> bool:
        """Say whether the headline is a time in days."""
        return self.headline == "median"

    @property
    def is_number(self) -> bool:
        """Say whether the headline is a number of events, which is no share."""
        return self.headline == MEAN_COUNT

    @property
    def contrast(self) -> str:
        """The one comparison of two groups, "" where there is none or several."""
        return self.rows.contrasts[0] if len(self.rows.contrasts) == 1 else ""

    @property
    def caption(self) -> str:
        """What is compared, and when."""
        when = "" if self.day is None else f", {day_words(self.rows, self.day)}"
        return f"{self.rows.label} under other choices of the rules{when}"

    @cached_property
    def choices(self) -> list[Choice]:
        """The choices in their order."""
        planned = self.rows.rows("as_planned", SENSITIVITY)
        return [Choice(row.term, row.level, bool(row.estimate)) for row in records(planned)]

    def one(self, choice: Choice, statistic: str, group: str) -> Any:
        """Return the row of a statistic under a choice, or None."""
        at_day = statistic in ("difference", self.headline)
        return self.rows.one(
            statistic,
            group=group,
            term=choice.rule,
            level=choice.level,
            day=self.day if at_day else None,
            section=SENSITIVITY,
        )

    def write(self, row: Any) -> Any:
        """Return an estimate of the headline as a cell."""
        if row is None:
            return fmt.MISSING
        if self.is_time:
            return parts.time(row.estimate, row.conf_low, row.conf_high)
        return self.write_share(row)

    def write_share(self, row: Any) -> Any:
        """Return a share, or a number of events, or a difference of either, as a cell."""
        cell = parts.ratio if self.is_number else parts.share
        return cell(row.estimate, row.conf_low, row.conf_high)

    def say(self, value: float, *, unit: bool = False) -> str:
        """Return a share in percent, or a number of events, for a sentence."""
        if self.is_number:
            return fmt.number(value)
        return fmt.percent(value) if unit else fmt.percentage_points(value)


def companions_table(found: Companions) -> TableBlock:
    """Return events, subjects and the headline of every group under every choice."""
    rows = found.rows
    level = fmt.confidence_level(rows.level)
    unit = {True: f"days, {level}", False: f"%, {level}"}[found.is_time]
    unit = level if found.is_number else unit
    counts = "Events/N" if found.is_number else "n/N"
    columns = [Column(header="Choice")]
    for group in rows.groups:
        columns.append(Column(header=counts, spanner=group_label(group)))
        columns.append(Column(header=HEADS[found.headline], unit=unit, spanner=group_label(group)))
    for contrast in rows.contrasts:
        which = "" if found.contrast else f", {contrast.replace(' vs ', ' minus ')}"
        columns.append(Column(header=f"Difference{which}", unit=level))
    groups = tuple(
        RowGroup(
            label=RULES.get(rule, rule),
            rows=tuple(_choice_row(found, one) for one in found.choices if one.rule == rule),
        )
        for rule in dict.fromkeys(one.rule for one in found.choices)
    )
    return TableBlock(
        name=anchor(SENSITIVITY, rows.anchor, "table"),
        table=Table(
            caption=found.caption,
            columns=tuple(columns),
            groups=groups,
            footnotes=_notes(found),
        ),
    )


def _choice_row(found: Companions, choice: Choice) -> Row:
    cells: list[Any] = [choice.words]
    for group in found.rows.groups:
        events, n = (found.one(choice, name, group) for name in ("n_events", "n"))
        known = events is not None and n is not None
        cells.append(_counts(found, events.estimate, n.estimate) if known else fmt.MISSING)
        cells.append(found.write(found.one(choice, found.headline, group)))
    for contrast in found.rows.contrasts:
        row = found.one(choice, "difference", contrast)
        cells.append(fmt.MISSING if row is None else found.write_share(row))
    return Row(cells=tuple(cells))


def _counts(found: Companions, events: float, n: float) -> Any:
    if found.is_number:
        return f"{fmt.count(events)}/{fmt.count(n)}"
    return parts.count_of(events, n)


def _notes(found: Companions) -> tuple[str, ...]:
    what = "n/N: with the event at any time of follow-up, of those analysed."
    if found.is_number:
        what = "Events/N: events of all cycles, and subjects analysed."
    notes = [f"{what} (plan): the choice of the plan."]
    if found.contrast:
        which = found.contrast.replace(" vs ", " minus ")
        unit = "" if found.is_number else " in percentage points"
        notes.append(f"Differences are{unit}: {which}.")
    return tuple(notes)
