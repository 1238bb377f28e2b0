"""Single subjects as lanes of a swimmer plot: in internal reports only."""

from typing import TYPE_CHECKING, Final

import pandas as pd

from afterglow.figures.canvas import new_axes
from afterglow.figures.style import DOUBLE_COLUMN
from afterglow.figures.swimmer import draw_swimmer, swimmer_height
from afterglow.names import DAY, LANE, START_DAY, STOP_DAY, TERM
from afterglow.report.analysis_rows import population_label
from afterglow.report.blocks import Prose, Section
from afterglow.report.drawing import figure
from afterglow.report.words import cause_words, counted, upper_first
from afterglow.tables import format as fmt
from afterglow.tables.table import Column, Row, RowGroup, Table

if TYPE_CHECKING:
    from afterglow.study.run import Study
    from afterglow.study.swimmer import Swimmer

INTRO: Final = (
    "Every lane is one subject. This section shows single people: it is in internal reports only, "
    "and must not be released."
)


def section(study: "Study") -> Section | None:
    """Return the swimmer plot; None where nobody has a path."""
    found = study.swimmer
    if found is None:
        return None
    drawn = draw_swimmer(
        found.lanes, found.marks,
        ax=new_axes(DOUBLE_COLUMN, swimmer_height(found.lanes, found.marks)),
    )  # fmt: skip
    who = population_label(study, study.described_population)
    block = figure(
        "swimmer",
        drawn,
        title="Single subjects over time",
        caption=(
            "Single subjects over time, from the first session to the end of follow-up: "
            f"{_who(found)}. Most days in response or remission at the top. A state holds from "
            f"the visit that shows it until the next. Population: {who}."
        ),
        alt=_finding(found),
        data=_table(found),
    )
    return Section(
        name="subjects-section",
        title="Single subjects",
        blocks=(Prose(paragraphs=(INTRO,)), block),
    )


def _who(found: "Swimmer") -> str:
    shown = int(found.lanes[LANE].nunique())
    if shown == found.n_subjects:
        return counted(shown, "subject")
    return (
        f"{fmt.count(shown)} of {counted(found.n_subjects, 'subject')}, evenly chosen in this order"
    )


def _finding(found: "Swimmer") -> str:
    shown = found.lanes[LANE].nunique()
    relapsed = found.lanes.loc[found.lanes[TERM] == "relapse", LANE].nunique()
    boosted = found.marks.loc[found.marks[TERM] == "booster", LANE].nunique()
    return (
        f"Of the {counted(shown, 'subject')} shown, {fmt.count(relapsed)} had a relapse and "
        f"{fmt.count(boosted)} were given a booster."
    )


def _table(found: "Swimmer") -> Table:
    """Return every stretch and mark in the order of lanes and days."""
    stretches = found.lanes.rename(columns={START_DAY: DAY})
    marks = found.marks.assign(**{STOP_DAY: found.marks[DAY]})
    every = pd.concat([stretches, marks]).sort_values([LANE, DAY], kind="stable")
    lines = [
        Row(
            cells=(
                fmt.count(row[LANE] + 1),
                upper_first(cause_words(row[TERM])),
                fmt.trimmed(row[DAY]),
                fmt.trimmed(row[STOP_DAY]),
            )
        )
        for row in every.to_dict("records")
    ]
    columns = ("Lane", "State or event", "From day", "To day")
    return Table(
        caption="Single subjects over time: states and events",
        columns=tuple(Column(header=header) for header in columns),
        groups=(RowGroup(rows=tuple(lines)),),
    )
