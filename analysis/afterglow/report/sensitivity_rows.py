"""The primary result under every other choice of a rule: its rows, its table, its forest plot."""

import math
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING, Any, Final

from afterglow.figures.canvas import new_axes
from afterglow.figures.forest import draw_forest, forest_height
from afterglow.figures.style import DOUBLE_COLUMN
from afterglow.names import CONF_HIGH, CONF_LOW, ESTIMATE, STATISTIC_NAME, TERM, TIME
from afterglow.report.analysis_rows import AnalysisRows, records
from afterglow.report.blocks import FigureBlock, TableBlock
from afterglow.report.drawing import figure
from afterglow.report.rule_rows import PENDING, UNCONFIRMED
from afterglow.report.sentences import day_words
from afterglow.report.words import anchor, counted, group_label, plain, upper_first
from afterglow.study.results import LEVEL, SECTION
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


def companions_forest(found: Companions) -> FigureBlock | None:
    """Draw the one difference, or else every group's headline, under every choice."""
    drawn = _drawn(found)
    if drawn.empty or not drawn[ESTIMATE].notna().any():
        return None
    rows = found.rows
    difference = bool(found.contrast)
    axes = draw_forest(
        drawn,
        label=LEVEL,
        section=TERM,
        null=0.0 if difference else None,
        scale="linear" if found.is_number or (found.is_time and not difference) else "share",
        xlabel=_axis(found),
        digits=1,
        level=rows.level,
        ax=new_axes(DOUBLE_COLUMN, forest_height(drawn, label=LEVEL, section=TERM)),
    )
    which = f": difference, {found.contrast.replace(' vs ', ' minus ')}" if difference else ""
    return figure(
        anchor(SENSITIVITY, rows.anchor, "forest"),
        axes,
        title=f"{rows.label}: sensitivity",
        caption=f"{found.caption}{which}. Squares: estimates; whiskers: "
        f"{fmt.confidence_level(rows.level)}.",
        alt=_alt(found, drawn),
        data=_drawn_table(found, drawn),
    )


def _axis(found: Companions) -> str:
    if found.contrast:
        return "Difference"
    return "Median, days" if found.is_time else HEADS[found.headline]


def _drawn(found: Companions) -> "pd.DataFrame":
    """Return the lines of the plot, labelled by choice under the name of their rule."""
    import pandas as pd

    statistic = "difference" if found.contrast else found.headline
    groups = [found.contrast] if found.contrast else found.rows.groups
    lines = [
        (choice, group, found.one(choice, statistic, group))
        for choice in found.choices
        for group in groups
    ]
    several = not found.contrast and len(groups) > 1
    data = [
        (
            RULES.get(choice.rule, choice.rule),
            f"{choice.words}, {group}" if several else choice.words,
            row.estimate,
            row.conf_low,
            row.conf_high,
        )
        for choice, group, row in lines
        if row is not None
    ]
    return pd.DataFrame(data, columns=[TERM, LEVEL, ESTIMATE, CONF_LOW, CONF_HIGH])


def _alt(found: Companions, drawn: "pd.DataFrame") -> str:
    low, high = float(drawn[ESTIMATE].min()), float(drawn[ESTIMATE].max())
    if found.contrast:
        points = "" if found.is_number else " percentage points"
        span = f"{found.say(low)} and {found.say(high)}{points}"
    elif found.is_time:
        span = f"{fmt.days_number(low)} and {fmt.days(high)}"
    else:
        span = f"{found.say(low)} and {found.say(high, unit=True)}"
    what = _axis(found).partition(",")[0].lower()
    lines = counted(len(drawn), "estimate")
    return f"{upper_first(what)}: the {lines} shown lie between {span}."


def _drawn_table(found: Companions, drawn: "pd.DataFrame") -> Table:
    head = Column(
        header=_axis(found), unit=f"{_unit(found)}{fmt.confidence_level(found.rows.level)}"
    )
    groups = tuple(
        RowGroup(
            label=rule,
            rows=tuple(
                Row(
                    cells=(
                        row.level,
                        found.write_share(row) if found.contrast else found.write(row),
                    )
                )
                for row in records(drawn[drawn[TERM] == rule])
            ),
        )
        for rule in dict.fromkeys(drawn[TERM].tolist())
    )
    caption = f"{found.rows.label}: numbers of the forest plot"
    return Table(caption=caption, columns=(Column(header="Choice"), head), groups=groups)


def _unit(found: Companions) -> str:
    if found.is_number:
        return ""
    points = found.contrast and "percentage points"
    return f"{points or ('days' if found.is_time else '%')}, "
