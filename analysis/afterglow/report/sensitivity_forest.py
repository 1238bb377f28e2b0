"""The primary result under every other choice of a rule, drawn as a forest plot."""

from typing import TYPE_CHECKING

from afterglow.figures.canvas import new_axes
from afterglow.figures.forest import draw_forest, forest_height
from afterglow.figures.style import DOUBLE_COLUMN
from afterglow.names import CONF_HIGH, CONF_LOW, ESTIMATE, TERM
from afterglow.report.analysis_rows import records
from afterglow.report.blocks import FigureBlock
from afterglow.report.drawing import figure
from afterglow.report.sensitivity_rows import HEADS, RULES, SENSITIVITY, Companions
from afterglow.report.words import anchor, counted, upper_first
from afterglow.study.results import LEVEL
from afterglow.tables import format as fmt
from afterglow.tables.table import Column, Row, RowGroup, Table

if TYPE_CHECKING:
    import pandas as pd


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
